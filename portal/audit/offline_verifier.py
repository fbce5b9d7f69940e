#!/usr/bin/env python3
"""Check an exported audit trail without the portal: Python's standard library only.

    python3 verify_audit.py audit.jsonl [--anchor manifest.json]

The trail is JSON lines: a header, the events of every stream (the checkpoints first), the heads of the streams, the
rows that the events tell of, and a manifest. Each event holds the digest of the one before it, each checkpoint the
digests of all heads, and events the digests of the rows they wrote: of a row that moves `before>now`, of one that was
taken away `before>`. `--anchor` names the manifest of an earlier export: what it saw must still be there. Exit code 0:
nothing found; 1: one line for the first broken link of every stream and for every row that is not what its event says;
2: the file cannot be read.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

Line = dict[str, Any]

FORMAT, VERSION = "overread.audit", 2
# In version 1 no event told what a row was before, and none that a row was taken away.
VERSIONS = (1, VERSION)
# The digest of a row that is not there any more.
GONE = ""
CHECKPOINTS = "checkpoint"
# What the digest of an event is of. Events from before origins and rows were kept have only the first ones.
OLD_FIELDS = (
    "stream",
    "sequence",
    "at",
    "actor",
    "action",
    "object_type",
    "object_id",
    "detail",
    "previous_digest",
)
FIELDS = (*OLD_FIELDS, "origin", "rows", "checkpoint")


def canonical_json(value: Any) -> str:
    """Return the one JSON text that stands for `value`: sorted keys, no blanks, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def event_digest(event: Line) -> str:
    """Return the digest that binds an event's content to the event before it."""
    fields = OLD_FIELDS if event["origin"] is None else FIELDS
    return sha256(canonical_json({name: event[name] for name in fields}))


def row_digest(table: str, key: str, values: Line) -> str:
    """Return the digest of a row: its table, its key and every value that is not the column's default."""
    return sha256(canonical_json({"table": table, "id": key, "values": values}))


def moved(before: str, now: str) -> str:
    """Return what an event says of a row that has moved from one digest to another, or to `GONE`."""
    return f"{before}>{now}"


def scope_of(stream: str) -> str:
    """Return what a stream belongs to: `reader-study:<id>`, or the stream itself where it has one part."""
    return ":".join(stream.split(":")[:2])


def stream_key(stream: str) -> str:
    """Return the name of a stream in a checkpoint: digests, so that a part of the trail names no other part."""
    return f"{sha256(scope_of(stream))[:16]}:{sha256(stream)[:32]}"


class Verifier:
    """Takes the lines of a trail one after the other; `problems` says what is wrong and where."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.events = self.rows = 0
        self.scope: str | None = None
        self._open_tables: frozenset[str] = frozenset()
        self._chains: dict[str, tuple[int, str]] = {}
        self._broken: set[str] = set()
        self._heads: dict[str, tuple[int, str]] = {}
        self._anchors: dict[str, dict[int, list[tuple[str, str]]]] = {}
        self._checkpoints = {""}
        # Of a row the newest digest without one before, and how often which other digest was gone to and from.
        self._sealed: dict[tuple[str, str], _Said] = {}
        self._moves: dict[tuple[str, str], dict[str, _Said]] = {}
        self._seen: set[tuple[str, str]] = set()

    def take(self, line: Line) -> None:
        """Check one line, as far as the lines before it allow."""
        if not all(isinstance(line.get(name, ""), str) for name in ("stream", "table", "id")):
            raise TypeError("a name is no text")
        if not isinstance(line.get("sequence", 0), int) or not isinstance(line.get("scope") or "", str):
            raise TypeError("a number is none")
        kinds = {"header": self._header, "event": self._event, "head": self._head, "row": self._row}
        kind = kinds.get(str(line.get("kind")))
        if kind is None:
            self.problems.append(f"a line of the unknown kind {line.get('kind')!r}")
        else:
            kind(line)

    def anchor(self, manifest: Line) -> None:
        """Demand what the manifest of an earlier export saw."""
        for stream, (sequence, digest) in manifest["heads"].items():
            self._expect(stream_key(stream), sequence, digest, "the earlier manifest")

    def _expect(self, key: str, sequence: int, digest: str, who: str) -> None:
        self._anchors.setdefault(key, {}).setdefault(sequence, []).append((digest, who))

    def finish(self) -> list[str]:
        """Check what only the whole trail shows, and return all problems."""
        for stream, (sequence, digest) in sorted(self._chains.items()):
            if stream not in self._broken and self._heads.get(stream) != (sequence, digest):
                said = self._heads[stream][0] if stream in self._heads else "nothing"
                self._break(stream, f"the chain ends at event {sequence}, its head says {said}")
        for stream, (sequence, _) in sorted(self._heads.items()):
            if stream not in self._chains:
                self._break(stream, f"the chain ends at event 0, its head says {sequence}")
        self._finish_anchors()
        for table, key in sorted({*self._sealed, *self._moves} - self._seen):
            newest = self._newest(table, key)
            if newest is not None and newest.digest != GONE:
                self.problems.append(f"{table} {key}: the row is missing ({newest.place} tells of it)")
        return self.problems

    def _finish_anchors(self) -> None:
        known = {stream_key(stream): stream for stream in (*self._chains, *self._heads)}
        mine = sha256(self.scope)[:16] if self.scope else ""
        for key, wanted in sorted(self._anchors.items()):
            stream = known.get(key)
            if not wanted or stream in self._broken or not key.startswith((mine, stream_key(CHECKPOINTS))):
                continue
            sequence = min(wanted)
            self._break(stream or f"stream {key}", f"event {sequence}, which {wanted[sequence][0][1]} saw, is missing")

    def _break(self, stream: str, what: str) -> None:
        self._broken.add(stream)
        self.problems.append(f"{stream}: {what}")

    def _header(self, line: Line) -> None:
        if line.get("format") != FORMAT or line.get("version") not in VERSIONS:
            self.problems.append(f"the header is not of {FORMAT} version {VERSION}, or of one before it")
        self.scope = line.get("scope")
        self._open_tables = frozenset(line.get("sealed_when_used", ()))

    def _event(self, event: Line) -> None:
        self.events += 1
        stream, sequence = event["stream"], event["sequence"]
        what = None if stream in self._broken else self._first_problem(event)
        if what:
            self._break(stream, what)
        if stream not in self._broken:
            self._chains[stream] = (sequence, event["digest"])
        # What an event says holds behind a broken link too, as long as it says what its own digest is of.
        if event["origin"] is None or event["digest"] != event_digest(event):
            return
        place = f"{stream}: event {sequence}"
        for table, rows in event["rows"].items():
            for key, said in rows.items():
                self._tell((table, key), str(said), place, event["at"])
        if stream == CHECKPOINTS:
            self._checkpoints.add(event["digest"])
            for key, (number, digest) in event["detail"]["heads"].items():
                self._expect(key, number, digest, f"checkpoint {sequence}")

    def _tell(self, row: tuple[str, str], said: str, place: str, at: str) -> None:
        before, arrow, now = said.rpartition(">")
        if not arrow:
            # Of several the newest counts, whichever stream it stands in.
            if row not in self._sealed or self._sealed[row].at <= at:
                self._sealed[row] = _Said(now, 1, place, at)
            return
        moves = self._moves.setdefault(row, {})
        for digest, step in ((before, -1), (now, 1)):
            _add(moves, _Said(digest, step, place, at))

    def _newest(self, table: str, key: str) -> "_Said | None":
        """Return what the events say a row is now; None where none tells of it.

        Streams do not come in the order of time, so moves are counted: a digest that was gone to and from is none.
        What is left is where the row is now. A digest that was only gone from is one that no event had told of.
        """
        sealed = self._sealed.get((table, key))
        left = dict(self._moves.get((table, key), {}))
        if sealed is not None:
            _add(left, sealed)
        strange = sorted((one.at, one.place) for one in left.values() if one.number < 0)
        # Of a table whose rows may be there before any event, the first event tells of no event's digest.
        is_first = sealed is None and table in self._open_tables and len(strange) == 1
        if strange and not is_first:
            self.problems.append(f"{table} {key}: {strange[0][1]} found another row than the event before it says")
        there = [one for one in left.values() if one.number > 0]
        return max(there, key=lambda one: one.at) if there else None

    def _first_problem(self, event: Line) -> str | None:
        stream, sequence = event["stream"], event["sequence"]
        last, digest = self._chains.get(stream, (0, ""))
        if sequence != last + 1:
            return f"event {last + 1} is missing (found {sequence})"
        if event["previous_digest"] != digest:
            return f"event {sequence} does not follow the event before it"
        if event["digest"] != event_digest(event):
            return f"event {sequence} has been altered"
        if event["origin"] is not None and event["checkpoint"] not in self._checkpoints:
            return f"event {sequence} names a checkpoint that is missing"
        for seen, who in self._anchors.get(stream_key(stream), {}).pop(sequence, ()):
            if seen != event["digest"]:
                return f"event {sequence} is not the one that {who} saw"
        return None

    def _head(self, line: Line) -> None:
        self._heads[line["stream"]] = (line["sequence"], line["digest"])

    def _row(self, line: Line) -> None:
        self.rows += 1
        table, key = line["table"], line["id"]
        if (table, key) in self._seen:
            self.problems.append(f"{table} {key}: the row is there twice")
            return
        self._seen.add((table, key))
        said = self._newest(table, key)
        if said is None:
            if table not in self._open_tables:
                self.problems.append(f"{table} {key}: no event tells of this row")
        elif said.digest == GONE:
            self.problems.append(f"{table} {key}: the row is there ({said.place} tells that it was taken away)")
        elif said.digest != row_digest(table, key, line["values"]):
            self.problems.append(f"{table} {key}: the row is not what {said.place} says")


class _Said(NamedTuple):
    """A digest of a row, how often the events went to it more than from it, and the last that did."""

    digest: str
    number: int
    place: str
    at: str


def _add(moves: dict[str, _Said], said: _Said) -> None:
    known = moves.pop(said.digest, said._replace(number=0))
    number = known.number + said.number
    if number:
        # The place is of one that went the way that is left over.
        moves[said.digest] = (said if said.number * number > 0 else known)._replace(number=number)


class Copying:
    """What a manifest says of the lines before it."""

    def __init__(self) -> None:
        self.lines = self.events = self.rows = 0
        self.version: Any = None
        self.heads: dict[str, list[Any]] = {}
        self._digest = hashlib.sha256()

    def take(self, raw: bytes, line: Line) -> None:
        """Count one line."""
        self.lines += 1
        self._digest.update(raw)
        self.events += line["kind"] == "event"
        self.rows += line["kind"] == "row"
        if line["kind"] == "header":
            self.version = line.get("version")
        if line["kind"] == "head":
            self.heads[line["stream"]] = [line["sequence"], line["digest"]]

    def manifest(self) -> Line:
        """Return the last line of an export; its own digest is of everything else in it."""
        content = {
            "kind": "manifest",
            "format": FORMAT,
            "version": self.version,
            "lines": self.lines,
            "sha256": self._digest.hexdigest(),
            "events": self.events,
            "rows": self.rows,
            "heads": self.heads,
        }
        return {**content, "digest": sha256(canonical_json(content))}


class _File:
    """One exported file, line by line."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self.copying = Copying()
        self.ending: bytes | None = None

    def take(self, number: int, raw: bytes) -> None:
        """Check one line of the file."""
        if self.ending is not None:
            self._say(number, "something follows the manifest")
            return
        try:
            line = json.loads(raw)
            if line["kind"] == "manifest":
                self.ending = raw
                return
            if number == 1 and line["kind"] != "header":
                self._say(number, "the header is missing")
            self.verifier.take(line)
            self.copying.take(raw, line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._say(number, f"cannot be read ({type(error).__name__})")

    def finish(self) -> list[str]:
        """Return all problems of the file."""
        problems = self.verifier.finish()
        last = self.copying.lines + 1
        if self.ending is None:
            self._say(last, "the trail ends without its manifest")
        elif self.ending != canonical_json(self.copying.manifest()).encode() + b"\n":
            self._say(last, "the manifest is not that of the lines before it")
        return problems

    def _say(self, number: int, what: str) -> None:
        self.verifier.problems.append(f"line {number}: {what}")


def verify_file(path: Path, anchor: Line | None = None) -> list[str]:
    """Return the problems of an exported trail."""
    verifier = Verifier()
    if anchor is not None:
        verifier.anchor(anchor)
    checked = _File(verifier)
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            checked.take(number, raw)
    return checked.finish()


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Check an exported audit trail.")
    parser.add_argument("trail", type=Path, help="audit.jsonl")
    parser.add_argument("--anchor", type=Path, help="the manifest of an earlier export of the same trail")
    given = parser.parse_args(arguments)
    try:
        anchor = json.loads(given.anchor.read_text(encoding="utf-8")) if given.anchor else None
        problems = verify_file(given.trail, anchor)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    said = problems or ["Every chain is whole, and every row is what its event says."]
    sys.stdout.write("".join(f"{sentence}\n" for sentence in said))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

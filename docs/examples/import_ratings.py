"""Bring the ratings table of a study that was read elsewhere into Overread, as a reader study:

    OVERREAD_TOKEN=ovr_… python import_ratings.py PORTAL TABLE.csv --name "Van Dyke 1993" --scale 1 5

The table is long: one row for each rating, with the columns reader, case, truth (1 diseased, 0 not) and rating, and
perhaps modality (one or two; each becomes an arm), call (1 or 0) and patient; other columns are not looked at. The
token is a WRITE token of a site administrator, who may make the readers' accounts. Everything is checked first, and
every faulty row is named. Ends with a closed reader study; its truth is stored and not locked, for that is yours to do.
"""

import argparse
import csv
import io
import math
import os
import re
import secrets
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

REQUIRED = ("reader", "case", "truth", "rating")
OPTIONAL = ("modality", "call", "patient")
ARMS = "AB"
TOOL = "import_ratings.py 1.0"
READS_AT_ONCE = 200
PREDICTIONS_AT_ONCE = 1000
MOST_LEVELS = 11
PROBLEMS_SHOWN = 20
HIDES_PAST_READS = {"own_past_reads": "HIDDEN"}


class Problem(NamedTuple):
    """What is wrong with the table; the header is line 1."""

    line: int
    column: str
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.detail}"


class Refused(Exception):
    """The table cannot be taken, or the portal has refused something: the message says what, where and why."""


class Rating(NamedTuple):
    """One row of the table."""

    line: int
    reader: str
    case: str
    truth: str
    rating: float
    modality: str
    call: str
    patient: str


@dataclass(frozen=True)
class Scale:
    """What the readers could answer: from the least to the greatest rating."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse what is no scale before anything is read or sent."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise Refused(f"--scale: two numbers, the lower one first, and not {self.low:g} and {self.high:g}.")

    @property
    def is_ordinal(self) -> bool:
        """Whether the portal's scale of levels 1, 2, 3 … can hold it."""
        return self.low == 1 and self.high in range(2, MOST_LEVELS + 1)

    def question(self) -> dict[str, Any]:
        """Return the question that asks for it."""
        common = {"key": "rating", "text": "Rating", "required": True, "role": "RATING"}
        if self.is_ordinal:
            return {**common, "kind": "ORDINAL", "options": [str(level) for level in range(1, int(self.high) + 1)]}
        return {**common, "kind": "NUMBER", "unit": "1", "minimum": self.low, "maximum": self.high, "step": None}


def read_table(text: str, scale: Scale, columns: dict[str, str] | None = None) -> list[Rating]:
    """Read a table; `columns` says what a column is called in it. Raises `Refused` with every problem."""
    named = {name: name for name in (*REQUIRED, *OPTIONAL)} | (columns or {})
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    header = rows.fieldnames or []
    needed = [*REQUIRED, *(columns or {})]
    problems = [
        Problem(1, named[name], f"There is no such column; there are: {', '.join(header)}.")
        for name in dict.fromkeys(needed)
        if named[name] not in header
    ]
    # Of two columns with one name the reader of CSV keeps the last, and says nothing.
    problems += [
        Problem(1, column, f"There are {header.count(column)} columns with this name.")
        for column in dict.fromkeys(named.values())
        if header.count(column) > 1
    ]
    if problems:
        raise _refused(problems)
    ratings = []
    for row in rows:
        cells = {name: (row.get(column) or "").strip() for name, column in named.items()}
        found = list(_row_problems(rows.line_num, cells, named, scale))
        problems += found
        if not found:
            ratings.append(Rating(rows.line_num, **{**cells, "rating": float(cells["rating"])}))  # type: ignore[arg-type]
    problems += _table_problems(ratings, named)
    if not ratings and not problems:
        problems = [Problem(2, named["rating"], "The table has no rows.")]
    if problems:
        raise _refused(sorted(problems))
    return ratings


def _row_problems(line: int, cells: dict[str, str], named: dict[str, str], scale: Scale) -> Iterator[Problem]:
    for name in REQUIRED:
        if not cells[name]:
            yield Problem(line, named[name], "The cell is empty.")
    for name, cell in cells.items():
        if any(unicodedata.category(character) == "Cc" for character in cell):
            yield Problem(line, named[name], "The cell has a line break, a tab or another control character.")
    if cells["truth"] not in ("0", "1", ""):
        yield Problem(line, named["truth"], f"Truth is 1 (diseased) or 0 (not), and not {cells['truth']!r}.")
    if cells["call"] not in ("0", "1", ""):
        yield Problem(line, named["call"], f"A call is 1 or 0, and not {cells['call']!r}.")
    if cells["rating"] and (problem := _rating_problem(cells["rating"], scale)):
        yield Problem(line, named["rating"], problem)


def _rating_problem(cell: str, scale: Scale) -> str | None:
    try:
        # Python would read 1_0 as 10.
        value = float(cell.replace("_", "?"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return f"A rating is a number, and not {cell!r}."
    if not scale.low <= value <= scale.high:
        return f"{value:g} is off the scale of {scale.low:g} to {scale.high:g}."
    if scale.is_ordinal and value != int(value):
        return f"{value:g} is no level of a scale of 1, 2, 3 …"
    return None


def _table_problems(ratings: Sequence[Rating], named: dict[str, str]) -> Iterator[Problem]:
    """What rows say against each other."""
    cells: dict[tuple[str, str, str], int] = {}
    first: dict[str, Rating] = {}
    for one in ratings:
        place = (one.reader, one.modality, one.case)
        if place in cells:
            yield Problem(one.line, named["case"], f"Line {cells[place]} rates it already, for the same reader.")
        cells.setdefault(place, one.line)
        known = first.setdefault(one.case, one)
        for name in ("truth", "patient"):
            if getattr(one, name) != getattr(known, name):
                yield Problem(one.line, named[name], f"Line {known.line} says otherwise of the same case.")
    if any(one.call for one in ratings):
        yield from (Problem(one.line, named["call"], "The cell is empty.") for one in ratings if not one.call)
    modalities = list(dict.fromkeys(one.modality for one in ratings))
    if len(modalities) > len(ARMS):
        detail = f"A reader study has at most two arms, and this is the third modality ({', '.join(modalities)})."
        yield Problem(next(one.line for one in ratings if one.modality == modalities[2]), named["modality"], detail)


def _refused(problems: Sequence[Problem]) -> Refused:
    shown = [str(one) for one in problems[:PROBLEMS_SHOWN]]
    more = [f"… and {len(problems) - PROBLEMS_SHOWN} more"] if problems[PROBLEMS_SHOWN:] else []
    found = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Refused("\n".join([f"The table has {found}; nothing was sent.", *shown, *more]))


class Portal:
    """The API, as the holder of a token uses it; `connect` opens a connection without an account."""

    def __init__(self, connect: Callable[[], httpx.Client], token: str) -> None:
        self.connect = connect
        self.http = connect()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, document: Any = None, **more: Any) -> Any:
        """Send a request and return the answer's JSON. Raises `Refused` with what the problem document says."""
        body = {} if document is None else {"json": document}
        return _answer(self.http.request(method, f"/api/v1/{path}", **body, **more))

    def program(self, username: str, password: str) -> tuple["Portal", str]:
        """Sign in as the account of a program and take a token; returns its API and the token's id."""
        with self.connect() as http:
            http.get("/accounts/sign-in").raise_for_status()
            form = {"username": username, "password": password, "csrfmiddlewaretoken": http.cookies["csrftoken"]}
            signed_in = http.post("/accounts/sign-in", data=form, headers={"Referer": str(http.base_url)})
            if signed_in.status_code != httpx.codes.FOUND:
                raise Refused(f"The portal does not let {username} sign in ({signed_in.status_code}).")
            headers = {"X-CSRFToken": http.cookies["csrftoken"], "Referer": str(http.base_url)}
            token = {"name": "ratings table", "scope": "WRITE"}
            made = _answer(http.post("/api/v1/tokens", json=token, headers=headers))
        return Portal(self.connect, made["token"]), made["id"]


def _answer(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    said = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
    if "json" not in answer.headers.get("Content-Type", ""):
        raise Refused(said)
    problem = answer.json()
    errors = [f"{one.get('field')}: {one.get('detail')}" for one in problem.get("errors", [])[:PROBLEMS_SHOWN]]
    raise Refused("\n".join([f"{said} {problem.get('code')}: {problem.get('detail')}", *errors]))


@dataclass(frozen=True)
class Imported:
    """A reader study that was made of a table, with the portal's names of the table's cases and readers."""

    reader_study_id: str
    cases: dict[str, str]
    usernames: dict[str, str]
    model_version_id: str | None


@dataclass(frozen=True)
class Study:
    """What is to become of a table: the name of the reader study, and which reader is an AI."""

    name: str
    scale: Scale
    ratings: Sequence[Rating]
    ai: str | None = None
    prefix: str = ""

    @property
    def of_readers(self) -> list[Rating]:
        """The rows of people."""
        return [one for one in self.ratings if one.reader != self.ai]

    @property
    def modalities(self) -> list[str]:
        """In order of appearance; the first is arm A."""
        return list(dict.fromkeys(one.modality for one in self.of_readers))

    @property
    def cases(self) -> dict[str, Rating]:
        """A row of each case, in order of appearance."""
        found: dict[str, Rating] = {}
        for one in self.ratings:
            found.setdefault(one.case, one)
        return found

    def usernames(self) -> dict[str, str]:
        """Name an account for each reader. Raises `Refused` where two would have the same."""
        prefix = self.prefix or re.sub(r"\W+", "-", self.name.lower(), flags=re.ASCII).strip("-")
        readers = dict.fromkeys(one.reader for one in self.of_readers)
        found = {reader: f"{prefix}-{re.sub(r'[^A-Za-z0-9.+_-]+', '-', reader)}" for reader in readers}
        if len({name.lower() for name in found.values()}) < len(found):
            raise Refused("Two readers would get the same username: name them with letters and digits that differ.")
        return found

    def questions(self) -> list[dict[str, Any]]:
        """Return the form."""
        call = {"key": "call", "kind": "BINARY", "text": "Call", "required": True, "role": "CALL"}
        return [*([call] if self.of_readers[0].call else []), self.scale.question()]

    def payload(self, one: Rating) -> dict[str, Any]:
        """Return the read that a row stands for."""
        value = int(one.rating) if one.rating == int(one.rating) else one.rating
        answers = {"rating": value, **({"call": one.call == "1"} if one.call else {})}
        return {"version": 3, "answers": answers, "findings": [], "ai_decisions": []}

    def design(self, cases: dict[str, str], usernames: dict[str, str]) -> dict[str, Any]:
        """Return the design: fully crossed where the table is, else with the table's own lists."""
        modalities = self.modalities
        blinding = HIDES_PAST_READS if len(modalities) > 1 else {}
        arms = [
            {"key": key, "name": name[:80] or "Reading", "ai_display": "HIDDEN", "blinding": blinding}
            for key, name in zip(ARMS, modalities, strict=False)
        ]
        lists: dict[tuple[str, str], list[str]] = {}
        for one in self.of_readers:
            arm = ARMS[modalities.index(one.modality)]
            lists.setdefault((usernames[one.reader], arm), []).append(cases[one.case])
        is_crossed = len(self.of_readers) == len(usernames) * len(modalities) * len(cases)
        listed = [{"reader": reader, "arm": arm, "cases": own} for (reader, arm), own in lists.items()]
        return {
            "kind": "CROSSOVER" if len(modalities) > 1 else "SINGLE",
            "arms": arms,
            "sessions": [{"opens_on": None, "closes_on": None, "washout_days": 0} for _ in modalities],
            "balance": "READERS",
            "pairing": {"kind": "FULLY_CROSSED"} if is_crossed else {"kind": "LISTED", "lists": listed},
            "repeats": {"count": 0, "minimum_distance": 10},
            "training": [],
        }


def require_whole(study: Study) -> None:
    """Raise `Refused` where the rows of the AI and of the readers do not make a reader study."""
    of_ai = [one for one in study.ratings if one.reader == study.ai]
    if study.ai is not None and not of_ai:
        raise Refused(f"No row is by the reader {study.ai}, who is to be the AI.")
    if not study.of_readers:
        raise Refused("No row is by a reader who is not the AI.")
    if len(of_ai) > len({one.case for one in of_ai}):
        raise Refused(f"The AI ({study.ai}) says one thing of a case, and has rows of several modalities.")
    unread = set(study.cases) - {one.case for one in study.of_readers}
    if unread:
        raise Refused(f"{len(unread)} case(s) are rated by the AI only, {min(unread)} among them.")


def import_study(portal: Portal, study: Study, tell: Callable[[str], None] = print) -> Imported:
    """Make the reader study, with truth and reads, and close it. Raises `Refused` where the portal refuses."""
    require_whole(study)
    usernames = study.usernames()
    path = f"reader-studies/{portal.ask('POST', 'reader-studies', {'name': study.name})['id']}"
    tell(f"{path}: {len(study.cases)} cases, {len(usernames)} readers, {len(study.of_readers)} reads")
    portal.ask("PUT", f"{path}/label-schema", {"questions": study.questions()})
    patients = [one.patient or name for name, one in study.cases.items()]
    images = portal.ask("POST", "imaging-studies/without-images", {"patients": patients})
    chosen = portal.ask("PUT", f"{path}/cases", {"imaging_study_ids": [one["id"] for one in images]})
    cases = {name: case["name"] for name, case in zip(study.cases, chosen, strict=True)}
    version = _register_ai(portal, path, study, [one["study_instance_uid"] for one in images]) if study.ai else None
    passwords = _make_readers(portal, path, study, usernames)
    portal.ask("PUT", f"{path}/design", {"design": study.design(cases, usernames)})
    truth = "case,truth\n" + "".join(f"{cases[name]},{one.truth}\n" for name, one in study.cases.items())
    portal.ask("POST", f"{path}/reference-standard", content=truth, headers={"Content-Type": "text/csv"})
    portal.ask("POST", f"{path}/launch", {})
    _push_all(portal, path, study, Imported(path.partition("/")[2], cases, usernames, version), passwords, tell)
    portal.ask("POST", f"{path}/close", {})
    return Imported(path.partition("/")[2], cases, usernames, version)


def _register_ai(portal: Portal, path: str, study: Study, uids: Sequence[str]) -> str:
    """Register the AI with its ratings as scores: the scale's ends become 0 and 1, which keeps order and ties."""
    low, span = study.scale.low, study.scale.high - study.scale.low
    model = portal.ask("POST", "ai-models", {"name": f"{study.ai} of {study.name}"[:100]})["id"]
    version = portal.ask("POST", f"ai-models/{model}/versions", {"version": "1"})["id"]
    uid_of = dict(zip(study.cases, uids, strict=True))
    scores = [
        {"imaging_study_uid": uid_of[one.case], "score": (one.rating - low) / span}
        for one in study.ratings
        if one.reader == study.ai
    ]
    for start in range(0, len(scores), PREDICTIONS_AT_ONCE):
        portal.ask("POST", f"model-versions/{version}/predictions", scores[start : start + PREDICTIONS_AT_ONCE])
    portal.ask("PATCH", path, {"ai_model_version_id": version})
    return str(version)


def _make_readers(portal: Portal, path: str, study: Study, usernames: dict[str, str]) -> dict[str, str]:
    """Make the readers' accounts, which are programs, and have them read; returns passwords that nobody else knows."""
    passwords = {reader: secrets.token_urlsafe(24) for reader in usernames}
    members = [{"user_id": portal.ask("GET", "me")["id"], "role": "COORDINATOR"}]
    for reader, username in usernames.items():
        person = {"username": username, "name": f"{reader} of {study.name}"[:200], "is_program": True}
        made = portal.ask("POST", "people", {**person, "password": passwords[reader]})
        members.append({"user_id": made["id"], "role": "READER"})
    portal.ask("PUT", f"{path}/members", {"members": members})
    return passwords


def _push_all(
    portal: Portal,
    path: str,
    study: Study,
    made: Imported,
    passwords: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    """Push each reader's reads as that reader, in the order that the portal has drawn.

    A reader's own worklist does not say which case is at which place, for readers shall not know; the lists do.
    """
    lists = {one["reader"]: one["slots"] for one in portal.ask("GET", f"{path}/randomisation")["lists"]}
    rows = {(one.reader, one.modality, made.cases[one.case]): one for one in study.of_readers}
    for number, (reader, username) in enumerate(made.usernames.items(), start=1):
        slots = [(reader, study.modalities[ARMS.index(one["arm"])], one["case"]) for one in lists[username]]
        program, token = portal.program(username, passwords[reader])
        own = program.ask("GET", f"{path}/assignments")
        reads = [
            {"assignment_id": assignment["id"], "payload": study.payload(rows[slot])}
            for assignment, slot in zip(own, slots, strict=True)
        ]
        for start in range(0, len(reads), READS_AT_ONCE):
            content = {"tool": TOOL, "reads": reads[start : start + READS_AT_ONCE]}
            program.ask("POST", f"{path}/external-reads", content)
        program.ask("DELETE", f"tokens/{token}")
        tell(f"reader {number} of {len(made.usernames)}, {username}: {len(reads)} reads")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portal", help="such as https://overread.example.org")
    parser.add_argument("table", type=Path, help="a CSV with a header, UTF-8")
    parser.add_argument("--name", required=True, help="of the reader study")
    parser.add_argument("--scale", required=True, type=float, nargs=2, metavar=("LOW", "HIGH"), help="of the ratings")
    parser.add_argument("--ai", help="the reader in the table that is an AI")
    parser.add_argument("--prefix", default="", help="of the readers' usernames; made from the name unless given")
    parser.add_argument("--column", action="append", default=[], metavar="NAME=HEADER", help="such as call=recall")
    parser.add_argument("--cases", type=Path, help="write here which case of the portal is which of the table")
    return parser.parse_args()


def _text_of(table: Path) -> str:
    try:
        return table.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.object[: error.start].count(b"\n") + 1
        raise Refused(f"{table}, line {place}: the table is not in UTF-8; save it as CSV in UTF-8.") from error


def _token() -> str:
    token = os.environ.get("OVERREAD_TOKEN", "")
    if not token:
        raise Refused("Set OVERREAD_TOKEN to a WRITE token of a site administrator; nothing was sent.")
    return token


def main() -> None:
    """Read the table, and make the reader study of it."""
    arguments = _arguments()
    columns = dict(one.partition("=")[::2] for one in arguments.column)
    strange = set(columns) - {*REQUIRED, *OPTIONAL}
    try:
        if strange:
            raise Refused(
                f"--column: there is no column {min(strange)}; there are {', '.join((*REQUIRED, *OPTIONAL))}."
            )
        scale = Scale(*arguments.scale)
        ratings = read_table(_text_of(arguments.table), scale, columns)
        study = Study(arguments.name, scale, ratings, arguments.ai, arguments.prefix)
        portal = Portal(lambda: httpx.Client(base_url=arguments.portal, timeout=120), _token())
        made = import_study(portal, study)
    except (Refused, OSError, csv.Error, httpx.HTTPError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    if arguments.cases:
        lines = [("case", "case_of_the_portal"), *made.cases.items()]
        with arguments.cases.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
    print(f"{arguments.portal}/reader-studies/{made.reader_study_id}: write the plan, then lock plan and truth.")


if __name__ == "__main__":
    main()

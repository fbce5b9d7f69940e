"""What limits a result beside its numbers, in sentences: looks before it, who was withdrawn, by which truth it is.

Pure: read from the content of a snapshot alone. A snapshot from before one of these was frozen says nothing of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from portal.moments import utc_words

Snapshot = Mapping[str, Any]


class TruthLock(NamedTuple):
    """A version of the reference standard that was locked: when (RFC 3339), by whom and, of a later one, why."""

    version: int
    at: str
    by: str
    reason: str = ""


def looks_of(snapshot: Snapshot) -> dict[str, Any] | None:
    """Say whether a result is an interim look, the how manieth, and which looks there were before; None if not known.

    A look is an analysis before the reading was closed: reads could still be signed, or reopened and changed.
    """
    known = snapshot.get("looks")
    if known is None:
        return None
    before = list(known["before"])
    return {
        "is_interim": known["is_interim"],
        "number": len(before) + 1 if known["is_interim"] else None,
        "before": before,
    }


def interim_notes(snapshot: Snapshot, counts: Mapping[str, int]) -> list[str]:
    """Say that reads can still come, which never came, and which looks there were before."""
    looks, (signed, assigned) = looks_of(snapshot), (counts["reads_signed"], counts["reads_assigned"])
    said = f"{_share(signed, assigned, 'assigned read')} {_verb(signed, 'is', 'are')}"
    if looks is None:
        return [f"Interim: {said} signed."] if signed < assigned else []
    notes = []
    if looks["is_interim"]:
        notes.append(
            f"Interim: {said} signed, and the reading is not closed. This is look {looks['number']} at the results; no "
            "p value or interval is adjusted for looks."
        )
    elif signed < assigned:
        left = assigned - signed
        share = _share(left, assigned, "assigned read")
        notes.append(f"{share} {_verb(left, 'was', 'were')} not signed when the reading was closed.")
    if looks["before"]:
        before = "; ".join(_look(one) for one in looks["before"])
        notes.append(f"Interim looks before this result: {len(looks['before'])}. {before}.")
    return [*notes, *_reopened(counts)]


def _look(look: Mapping[str, Any]) -> str:
    what = "exploratory" if look["plan"] is None else f"plan {look['plan']}"
    who = look["by"] or "the command line of the server"
    return f"{_words(look['at'])} by {who} ({what})"


def _reopened(counts: Mapping[str, int]) -> list[str]:
    number = counts.get("reads_reopened", 0)
    if not number:
        return []
    newest = _verb(number, "its newest signature", "the newest signature of each")
    return [f"{_counted(number, 'signed read')} had been reopened and not signed again: {newest} counts."]


def simulated_notes(counts: Mapping[str, int]) -> list[str]:
    """Say that reads were made by programs, where some were."""
    number = counts["reads_simulated"]
    if not number:
        return []
    share = _share(number, counts["reads_signed"], "signed read")
    return [f"{share} {_verb(number, 'was', 'were')} made by simulated readers."]


def withdrawn_readers(snapshot: Snapshot) -> list[str]:
    """Name the readers of whom every read is void: they were withdrawn, and no figure holds anything of them."""
    states: dict[str, set[str]] = {}
    for read in _drawn(snapshot):
        states.setdefault(read["reader"], set()).add(read["state"])
    names = {one["id"]: one["name"] for one in snapshot["readers"]}
    return sorted(names[pk] for pk, found in states.items() if found == {"VOID"} and pk in names)


def _drawn(snapshot: Snapshot) -> Iterable[Mapping[str, Any]]:
    return (read for read in snapshot["reads"] if not read.get("is_training") and read.get("role") != "ARBITRATION")


def withdrawn_notes(snapshot: Snapshot) -> list[str]:
    """Say who was withdrawn, and how many reads of theirs were signed and count nowhere."""
    gone = withdrawn_readers(snapshot)
    if not gone:
        return []
    ids = {one["id"] for one in snapshot["readers"] if one["name"] in gone}
    reads = [read for read in _drawn(snapshot) if read["reader"] in ids]
    signed = sum(read["revision"] is not None for read in reads if "revision" in read)
    return [
        f"{_share(len(gone), len(snapshot['readers']), 'reader')} "
        f"{_verb(len(gone), 'was withdrawn and counts', 'were withdrawn and count')} nowhere: {', '.join(gone)} "
        f"({_counted(len(reads), 'read')}, {signed} of them signed before)."
    ]


def unread_notes(snapshot: Snapshot) -> list[str]:
    """Say of how many cases no header is known, by which a plan's result compares groups of cases."""
    cases = [one for one in snapshot["cases"] if "facts" in one]
    unread = sum(one["facts"] is None for one in cases)
    if not unread:
        return []
    they_have, them = _verb(unread, "it has", "they have"), _verb(unread, "it", "them")
    return [
        f"Of {_share(unread, len(cases), 'case')} no image header is known, since {they_have} no images or these could "
        f"not be read: groups by site, vendor, sex and age are without {them}."
    ]


def truth_notes(snapshot: Snapshot) -> list[str]:
    """Say that the truth had been locked anew when an analysis was made by a version from before."""
    standard = snapshot.get("reference_standard", {})
    lock = standard.get("lock")
    if lock is None:
        return []
    used = TruthLock(standard["version"], lock["at"], lock["by"])
    return relocked_notes(used, [TruthLock(**one) for one in standard["locked_since"]])


def relocked_notes(used: TruthLock, since: Sequence[TruthLock]) -> list[str]:
    """Say which versions of the truth were locked after the one that a result uses; nothing where none was."""
    if not since:
        return []
    later = "; ".join(
        f"version {one.version} on {_words(one.at)} by {one.by}{f', because: {one.reason}' if one.reason else ''}"
        for one in since
    )
    return [
        f"The truth has been locked anew since. This result uses version {used.version}, locked on {_words(used.at)} "
        f"by {used.by}; after it was locked {later}. Its figures do not hold for the newer truth."
    ]


def dependent_truth(version: int, deciders: Collection[str], readers: Collection[str]) -> str | None:
    """Say that readers who are measured took part in the truth they are measured by; None where nobody did.

    Incorporation bias: Ransohoff and Feinstein, N Engl J Med 1978;299:926; QUADAS-2, domain 3 (Whiting et al., Ann
    Intern Med 2011;155:529).
    """
    both = sorted(set(deciders) & set(readers))
    if not both:
        return None
    return (
        f"The reference standard is not independent of the readers: {', '.join(both)} took part in its version "
        f"{version} and {_verb(len(both), 'is', 'are')} measured by it. Agreement with oneself counts as accuracy "
        "(incorporation bias; QUADAS-2, domain 3), also where an AI is compared with "
        f"{_verb(len(both), 'this reader', 'these readers')}."
    )


def dependence_notes(snapshot: Snapshot) -> list[str]:
    """Say it of the readers of a snapshot who have a read that counts."""
    standard = snapshot.get("reference_standard", {})
    gone = set(withdrawn_readers(snapshot))
    readers = {one["name"] for one in snapshot["readers"]} - gone
    said = dependent_truth(standard["version"], standard.get("deciders", ()), readers) if standard else None
    return [] if said is None else [said]


def _verb(number: int, of_one: str, of_many: str) -> str:
    """Return the words that agree with a number."""
    return of_one if number == 1 else of_many


def _counted(number: int, name: str) -> str:
    """Return a number of things: 1 read, 2 reads."""
    return f"{number} {name}{_verb(number, '', 's')}"


def _share(number: int, total: int, name: str) -> str:
    """Return some of so many things; a verb after it agrees with the first number: 1 of 3 reads is."""
    return f"{number} of {_counted(total, name)}"


def _words(moment: str) -> str:
    return utc_words(datetime.fromisoformat(moment))

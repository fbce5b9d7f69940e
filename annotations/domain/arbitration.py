"""Arbitration of a double reading: when two signed reads of a case need a third, by whom, and where that stands.

Every choice sorts by SHA-256 of a text that begins with the stored seed, as the reading orders do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from annotations.domain.adjudication import anonymous_answers, letter
from annotations.domain.drawn_cases import seeded_hash
from annotations.domain.kinds import ANSWER_KINDS, LOCATED_FINDING
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.segment_marks import anonymous_segment, is_segment

EVERY, DISAGREEMENT = "EVERY", "DISAGREEMENT"

# Where a case of a double reading stands.
READING = "READING"
VACANT = "VACANT"
AGREED = "AGREED"
WAITING = "WAITING"
OPEN = "OPEN"
STALE = "STALE"
DONE = "DONE"
STANDINGS = {
    READING: "The two reads are not signed yet",
    VACANT: "A reader was withdrawn: name another, or leave it to the arbitrators",
    AGREED: "The two reads agree: no arbitration",
    WAITING: "Waits for its arbitrator",
    OPEN: "Opened by its arbitrator",
    STALE: "Arbitrated over reads that have changed since: to be confirmed or read anew",
    DONE: "Arbitrated",
}
_UNSIGNED = {"PENDING": WAITING, "OPEN": OPEN, "DRAFT": OPEN, "REOPENED": OPEN}

Rule = Mapping[str, Any]


def arbitration_of(design: Mapping[str, Any]) -> Rule | None:
    """Return what a design says of arbitration; None where nobody arbitrates."""
    found: Rule | None = design["pairing"].get("arbitration")
    return found


def arbitrators_of(design: Mapping[str, Any]) -> list[str]:
    """Return the ids of the accounts that arbitrate, and so read nothing else."""
    rule = arbitration_of(design)
    return list(rule["arbitrators"]) if rule else []


def readers_in_words(members: int, arbitrators: int) -> str:
    """Say of so many with the role of a reader how many read and how many arbitrate."""
    if not arbitrators:
        return f"{members} reader(s)."
    return f"{max(0, members - arbitrators)} reader(s) and {arbitrators} arbitrator(s)."


def differences(
    payloads: Sequence[Mapping[str, Any]], questions: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> list[str]:
    """Return the keys on which the reads differ: another answer, or another number of findings of that question.

    Where one answered and the other did not, or could not assess it, they differ; why one could not does not matter.
    """
    kinds = {question["key"]: question["kind"] for question in questions}
    newest = [upgraded(dict(payload)) for payload in payloads]
    return [key for key in keys if len({repr(_given(one, key, kinds.get(key))) for one in newest}) > 1]


def _given(payload: Mapping[str, Any], key: str, kind: str | None) -> Any:
    if kind == LOCATED_FINDING:
        return sum(finding["question"] == key for finding in payload["findings"])
    answer = payload["answers"].get(key)
    return "cannot assess" if isinstance(answer, dict) else answer


def is_due(rule: Rule, differing: Sequence[str]) -> bool:
    """Say whether two signed reads need an arbitrator."""
    return bool(rule["trigger"] == EVERY or differing)


def chosen_arbitrator(*, seed: str, case: str, load: Mapping[str, int]) -> str:
    """Return who gets a case: of the arbitrators, with how many they have, the one with the fewest."""
    return min(load, key=lambda name: (load[name], seeded_hash(seed, "arbitrator", name, case)))


def in_letters(*, seed: str, case: str, usernames: Sequence[str]) -> list[str]:
    """Return the two readers in an order of this case's own: the first is Reader A."""
    return sorted(usernames, key=lambda name: seeded_hash(seed, "arbitration", case, name))


def standing(*, state: str, is_current: bool) -> str:
    """Say where an arbitration stands: by its assignment's state, and whether it was signed over the reads in force."""
    return _UNSIGNED.get(state) or (DONE if is_current else STALE)


def shown_reader(position: int, payload: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what an arbitrator sees of a reader: a letter, the answers in words, the marks, and no id of the reader's.

    Segments stand apart from the other marks: their voxels are fetched by their digest.
    """
    newest = upgraded(dict(payload))
    name = letter(position)
    asked = {one["key"]: one["text"] for one in questions if one["kind"] == LOCATED_FINDING}
    shown = [
        {
            "id": f"{name}{number}.{index}",
            "finding": number,
            "text": asked[finding["question"]],
            "geometry": mark["geometry"],
        }
        for number, finding in enumerate(newest["findings"], start=1)
        if finding["question"] in asked
        for index, mark in enumerate(finding["marks"], start=1)
    ]
    return {
        "name": f"Reader {name}",
        "answers": anonymous_answers(payload, questions),
        "marks": [one for one in shown if not is_segment(one["geometry"])],
        "segments": [
            {**one, "geometry": anonymous_segment(one["geometry"])} for one in shown if is_segment(one["geometry"])
        ],
    }


def common_answers(payloads: Sequence[Mapping[str, Any]], questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the reads say alike: the final answers of a case that nobody has to arbitrate."""
    newest = [upgraded(dict(payload))["answers"] for payload in payloads]
    keys = [one["key"] for one in questions if one["kind"] in ANSWER_KINDS]
    return {
        key: newest[0][key]
        for key in keys
        if key in newest[0] and all(repr(other.get(key)) == repr(newest[0][key]) for other in newest)
    }


def question_problem(key: str, questions: Sequence[Mapping[str, Any]]) -> str | None:
    """Say why reads cannot be compared on a question; None where they can."""
    for question in questions:
        if question["key"] == key:
            can = question["kind"] in ANSWER_KINDS or question["kind"] == LOCATED_FINDING
            return None if can else f"{key} is a section: it has no answer."
    return f"The form has no question {key}."

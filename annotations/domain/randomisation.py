"""Reading orders: drawn once, stored, and reproducible by anybody with the seed and SHA-256.

Every choice sorts by SHA-256 of a text that begins with the seed; nothing depends on a library's random numbers.
docs/adr/0016-designs.md says in words what `draw` does.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from annotations.domain import shares, shares_of_cases
from annotations.domain.ai_order import Priorities, in_ai_order
from annotations.domain.drawn_cases import DrawnCase, seeded_hash
from annotations.domain.listed import is_listed, listed_cases

ALGORITHM = "sha256-sort/1: cases sorted by SHA-256 of 'seed|username|case name' (UTF-8, hexadecimal)"
DESIGN_ALGORITHM = "overread-design/2: see docs/adr/0016-designs.md"
# Of lists that were drawn before strata were balanced.
DESIGN_ALGORITHM_1 = "overread-design/1: see docs/adr/0016-designs.md"
# Of lists in which the AI orders what was drawn.
ORDERED_ALGORITHM = "overread-design/3: overread-design/2, then by the AI: docs/adr/0044-worklist-by-ai.md"
LATE_ALGORITHM = "overread-late/1: behind the readers of the launch, in order of joining; docs/adr/0016-designs.md"

Share = Callable[[Mapping[str, Any], str, Sequence[str], Sequence[DrawnCase]], dict[str, list[DrawnCase]]]
Deal = Callable[[str, str, Sequence[DrawnCase], int], list[list[DrawnCase]]]

# Earlier rules of who reads which cases and how they are halved, by the algorithm that is stored with the lists.
_SHARING: dict[str, tuple[Share, Deal]] = {DESIGN_ALGORITHM_1: (shares_of_cases.shares, shares_of_cases.dealt)}


class CannotDraw(Exception):
    """The hidden repeats do not fit between the other cases with this seed."""


class Slot(NamedTuple):
    """One place of a reader's list."""

    session: int
    arm: str
    case: str
    repeat_number: int = 0
    is_training: bool = False


def reading_order(*, seed: str, username: str, case_names: Sequence[str]) -> list[str]:
    """Return the case names in the order in which the reader reads them."""
    return sorted(case_names, key=lambda name: seeded_hash(seed, username, name))


def draw(
    *,
    design: Mapping[str, Any],
    seed: str,
    usernames: Sequence[str],
    cases: Sequence[DrawnCase],
    late: Sequence[str] = (),
    algorithm: str = DESIGN_ALGORITHM,
    priorities: Priorities | None = None,
) -> dict[str, list[Slot]]:
    """Return every reader's list, in reading order over all sessions, as `algorithm` draws it.

    `priorities`: for each arm that the AI orders how urgent it says each case is; the drawn order decides ties.

    `late` joined after the launch, in this order: they come behind `usernames`, whose lists stay as they were. That
    does not go with pairing `DOUBLE`, in which each case has its two readers.

    Raises
    ------
    CannotDraw
    """
    training = [case for case in cases if case.is_training]
    readers = [*sorted(usernames, key=lambda name: seeded_hash(seed, "reader", name)), *late]
    share, dealt = _SHARING.get(algorithm, (shares.shares, shares.dealt))
    own_cases = share(design["pairing"], seed, readers, [case for case in cases if not case.is_training])
    blocks = len(design["pairing"].get("blocks", ["all"]))
    drawn = {}
    for index, reader in enumerate(readers):
        # Within a block every second reader has the other order.
        halves = _halves(design, dealt, seed, own_cases[reader])
        arms = _arms_by_session(design, halves, is_swapped=index // blocks % 2 == 1)
        own = _training(seed, reader, training, arms)
        for session, arm_of in enumerate(arms, start=1):
            read = _read_in(design["pairing"], reader, own_cases[reader], arm_of)
            order = _session_order(seed, reader, session, read)
            # Such a design mixes no arms in a session, and has no repeats.
            order = in_ai_order(order, (priorities or {}).get(next(iter(arm_of.values()), "")))
            placed = _with_repeats(design["repeats"], seed, reader, session, order)
            own += [Slot(session, arm_of[case.name], case.name, repeat) for case, repeat in placed]
        drawn[reader] = own
    return drawn


def apart(cases: Sequence[DrawnCase]) -> list[DrawnCase]:
    """Keep the order, but put no two cases of one patient beside each other.

    Only a patient with more than half of the cases (rounded up) cannot be kept apart.
    """
    waiting, counts, placed = list(cases), Counter(case.patient for case in cases), list[DrawnCase]()
    if len(counts) == len(waiting):
        return waiting
    while waiting:
        last = placed[-1].patient if placed else None
        urgent = next((p for p, count in counts.items() if 2 * count > len(waiting) and p != last), None)
        index = next(
            (i for i, case in enumerate(waiting) if case.patient != last and urgent in (None, case.patient)), 0
        )
        case = waiting.pop(index)
        counts[case.patient] -= 1
        placed.append(case)
    return placed


def _halves(design: Mapping[str, Any], dealt: Deal, seed: str, cases: Sequence[DrawnCase]) -> list[list[DrawnCase]]:
    """Return the cases that a crossover begins in the first arm, and those in the second."""
    is_split = design["kind"] == "CROSSOVER" and design["balance"] == "CASES"
    return dealt(seed, "half", cases, 2) if is_split else [list(cases), []]


def _arms_by_session(
    design: Mapping[str, Any], halves: Sequence[Sequence[DrawnCase]], *, is_swapped: bool
) -> list[dict[str, str]]:
    """For each session the arm of each case."""
    keys = [arm["key"] for arm in design["arms"]]
    if design["kind"] != "CROSSOVER":
        return [{case.name: keys[0] for case in halves[0]} for _ in design["sessions"]]
    first, second = keys[::-1] if is_swapped else keys
    one = {case.name: first for case in halves[0]} | {case.name: second for case in halves[1]}
    return [one, {name: second if arm == first else first for name, arm in one.items()}]


def _read_in(
    pairing: Mapping[str, Any], reader: str, cases: Sequence[DrawnCase], arm_of: Mapping[str, str]
) -> list[DrawnCase]:
    """The cases of a reader that are read in the arms of a session: all of them where they are not listed by arm."""
    if not is_listed(pairing):
        return list(cases)
    listed = listed_cases(pairing, reader)
    return [case for case in cases if case.name in listed.get(arm_of[case.name], ())]


def _training(seed: str, reader: str, training: Sequence[DrawnCase], arms: Sequence[Mapping[str, str]]) -> list[Slot]:
    arm = next(iter(arms[0].values()), "")
    ordered = sorted(training, key=lambda case: seeded_hash(seed, "training", reader, case.name))
    return [Slot(1, arm, case.name, 0, True) for case in ordered]


def _session_order(seed: str, reader: str, session: int, cases: Sequence[DrawnCase]) -> list[DrawnCase]:
    words = () if session == 1 else (f"session {session}",)
    return apart(sorted(cases, key=lambda case: seeded_hash(seed, reader, *words, case.name)))


def _with_repeats(
    repeats: Mapping[str, int], seed: str, reader: str, session: int, order: Sequence[DrawnCase]
) -> list[tuple[DrawnCase, int]]:
    """Show some cases once more, at least `minimum_distance` places later and not beside one of the same patient."""
    placed = [(case, 0) for case in order]
    missing = repeats["count"]
    for case in sorted(order, key=lambda one: seeded_hash(seed, "repeat", reader, session, one.name)):
        if missing == 0:
            return placed
        first = placed.index((case, 0)) + repeats["minimum_distance"]
        free = [
            place
            for place in range(first, len(placed) + 1)
            if case.patient not in {near.patient for near, _ in placed[place - 1 : place + 1]}
        ]
        if free:
            place = min(free, key=lambda one: seeded_hash(seed, "place", reader, session, case.name, one))
            placed.insert(place, (case, 1))
            missing -= 1
    if missing:
        raise CannotDraw
    return placed

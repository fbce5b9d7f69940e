"""Who reads which cases, `overread-design/1`: kept to draw the lists again that were drawn so.

Its partly paired and double readings share out case by case, whoever the patient, and it knows no strata.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from annotations.domain.drawn_cases import DrawnCase, seeded_hash


def dealt(seed: str, word: str, cases: Sequence[DrawnCase], piles: int) -> list[list[DrawnCase]]:
    """Deal the cases to equal piles; the cases of a patient stay together."""
    clusters: dict[str, list[DrawnCase]] = {}
    for case in cases:
        clusters.setdefault(case.patient, []).append(case)
    found: list[list[DrawnCase]] = [[] for _ in range(piles)]
    # Large clusters first: what is small evens the piles out.
    for patient in sorted(clusters, key=lambda one: (-len(clusters[one]), seeded_hash(seed, word, one))):
        min(found, key=len).extend(clusters[patient])
    return found


def shares(
    pairing: Mapping[str, Any], seed: str, readers: Sequence[str], cases: Sequence[DrawnCase]
) -> dict[str, list[DrawnCase]]:
    """Return each reader's cases."""
    kind = pairing["kind"]
    if kind == "SPLIT_PLOT":
        blocks = dealt(seed, "block", cases, len(pairing["blocks"]))
        return {reader: blocks[index % len(blocks)] for index, reader in enumerate(readers)}
    ordered = sorted(cases, key=lambda case: seeded_hash(seed, "share", case.name))
    if kind == "PARTIALLY_PAIRED":
        common, rest, own = ordered[: pairing["common"]], ordered[pairing["common"] :], pairing["own"]
        turns = rest * (1 + own * len(readers) // max(len(rest), 1))
        return {
            reader: common + turns[index * own : (index + 1) * own] if own < len(rest) else list(cases)
            for index, reader in enumerate(readers)
        }
    if kind == "DOUBLE":
        return _two_readers_each(seed, readers, ordered)
    return {reader: list(cases) for reader in readers}


def _two_readers_each(seed: str, readers: Sequence[str], cases: Sequence[DrawnCase]) -> dict[str, list[DrawnCase]]:
    """Give each case to the two readers with the fewest cases, and of equals to those seldom paired."""
    own: dict[str, list[DrawnCase]] = {reader: [] for reader in readers}
    pairs: Counter[frozenset[str]] = Counter()
    for case in cases:
        first = min(readers, key=lambda one: (len(own[one]), seeded_hash(seed, "first", one, case.name)))
        others = [reader for reader in readers if reader != first]
        second = min(
            others,
            key=lambda one: (
                len(own[one]),
                pairs[frozenset({first, one})],
                seeded_hash(seed, "second", one, case.name),
            ),
        )
        pairs[frozenset({first, second})] += 1
        own[first].append(case)
        own[second].append(case)
    return own

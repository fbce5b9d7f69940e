"""Who reads which cases, `overread-design/2`: patients whole, and each stratum spread over readers and halves.

docs/adr/0016-designs.md says the same in words.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from annotations.domain.drawn_cases import DrawnCase, seeded_hash


class Cluster(NamedTuple):
    """The cases of one patient, which stay together, with how many of them are of which stratum."""

    patient: str
    cases: list[DrawnCase]
    strata: tuple[tuple[str, int], ...]


class Pile:
    """What a block, a half or a reader has got so far."""

    def __init__(self) -> None:
        self.cases: list[DrawnCase] = []
        self.strata: Counter[str] = Counter()

    def crowding(self, cluster: Cluster) -> tuple[int, int]:
        """How ill a cluster fits: cases like its own that are here, plus all that are here, for each of its cases."""
        alike = sum(self.strata[stratum] * number for stratum, number in cluster.strata)
        return alike + len(self.cases) * len(cluster.cases), len(self.cases)

    def take(self, cluster: Cluster) -> None:
        """Add the cases of a patient."""
        self.cases += cluster.cases
        self.strata.update(case.stratum for case in cluster.cases)


def dealt(seed: str, word: str, cases: Sequence[DrawnCase], piles: int) -> list[list[DrawnCase]]:
    """Deal the cases to piles, equal in size and in strata as far as whole patients allow."""
    found = [Pile() for _ in range(piles)]
    for cluster in _large_first(seed, word, cases):
        min(found, key=lambda pile: pile.crowding(cluster)).take(cluster)
    return [pile.cases for pile in found]


def shares(
    pairing: Mapping[str, Any], seed: str, readers: Sequence[str], cases: Sequence[DrawnCase]
) -> dict[str, list[DrawnCase]]:
    """Return each reader's cases."""
    kind = pairing["kind"]
    if kind == "SPLIT_PLOT":
        blocks = dealt(seed, "block", cases, len(pairing["blocks"]))
        return {reader: blocks[index % len(blocks)] for index, reader in enumerate(readers)}
    if kind == "PARTIALLY_PAIRED":
        return _partially_paired(pairing, seed, readers, cases)
    if kind == "DOUBLE":
        return _two_readers_each(seed, readers, cases)
    return {reader: list(cases) for reader in readers}


def _clusters(cases: Sequence[DrawnCase]) -> list[Cluster]:
    found: dict[str, list[DrawnCase]] = {}
    for case in cases:
        found.setdefault(case.patient, []).append(case)
    return [
        Cluster(patient, own, tuple(sorted(Counter(case.stratum for case in own).items())))
        for patient, own in found.items()
    ]


def _large_first(seed: str, word: str, cases: Sequence[DrawnCase]) -> list[Cluster]:
    """Large patients first, for what is small evens out; then stratum by stratum, so that each goes round by itself."""
    return sorted(_clusters(cases), key=lambda one: (-len(one.cases), one.strata, seeded_hash(seed, word, one.patient)))


def _spread(seed: str, word: str, cases: Sequence[DrawnCase]) -> list[Cluster]:
    """Order the patients so that every stretch has about the same share of each kind of patient."""
    kinds: dict[tuple[tuple[str, int], ...], list[tuple[str, Cluster]]] = {}
    for cluster in _clusters(cases):
        kinds.setdefault(cluster.strata, []).append((seeded_hash(seed, word, cluster.patient), cluster))
    placed = [
        ((2 * index + 1) / (2 * len(kind)), drawn, cluster)
        for kind in kinds.values()
        for index, (drawn, cluster) in enumerate(sorted(kind, key=lambda one: one[0]))
    ]
    return [cluster for _, _, cluster in sorted(placed, key=lambda one: one[:2])]


def _partially_paired(
    pairing: Mapping[str, Any], seed: str, readers: Sequence[str], cases: Sequence[DrawnCase]
) -> dict[str, list[DrawnCase]]:
    """Give everybody the first patients of the order, and each reader the next ones, going round."""
    rest = _spread(seed, "share", cases)
    common: list[DrawnCase] = []
    while rest and len(common) < pairing["common"]:
        common += rest.pop(0).cases
    place, found = 0, {}
    for reader in readers:
        own: list[DrawnCase] = []
        for _ in rest:
            if len(own) >= pairing["own"]:
                break
            own += rest[place % len(rest)].cases
            place += 1
        found[reader] = common + own
    return found


def _two_readers_each(seed: str, readers: Sequence[str], cases: Sequence[DrawnCase]) -> dict[str, list[DrawnCase]]:
    """Give each patient to the two readers whom they crowd least, and of equals to those seldom paired."""
    piles = {reader: Pile() for reader in readers}
    pairs: Counter[frozenset[str]] = Counter()
    for cluster in _large_first(seed, "double", cases):
        first = min(
            readers,
            key=lambda one: (piles[one].crowding(cluster), seeded_hash(seed, "first", one, cluster.patient)),
        )
        second = min(
            (reader for reader in readers if reader != first),
            key=lambda one: (
                piles[one].crowding(cluster),
                pairs[frozenset({first, one})],
                seeded_hash(seed, "second", one, cluster.patient),
            ),
        )
        pairs[frozenset({first, second})] += 1
        piles[first].take(cluster)
        piles[second].take(cluster)
    return {reader: pile.cases for reader, pile in piles.items()}

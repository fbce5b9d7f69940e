"""Case sampling: which candidates of a frame become cases, drawn so that anybody can repeat it (ADR 25).

As with the reading orders, every choice sorts by SHA-256 of a text that begins with the seed.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from annotations.domain.drawn_cases import seeded_hash

SAMPLE_ALGORITHM = "overread-sample/1: see docs/adr/0025-case-sampling.md"
Stratum = tuple[str, ...]
Counts = Mapping[Stratum, int]


class Candidate(NamedTuple):
    """An imaging study that may become a case: its patient is the cluster it belongs to."""

    study_instance_uid: str
    patient: str
    stratum: Stratum


class StratumNumbers(NamedTuple):
    """What a stratum has in the frame, and what is wanted of it; `eligible` can be drawn, the wanted counts given."""

    stratum: Stratum
    candidates: int
    patients: int
    eligible: int
    wanted: int

    @property
    def missing(self) -> int:
        """How many more are wanted than can be drawn."""
        return max(self.wanted - self.eligible, 0)

    @property
    def fraction(self) -> float | None:
        """The sampling fraction: of what could be drawn, the share that is."""
        return self.wanted / self.eligible if self.eligible else None


class TooFew(Exception):
    """A stratum, or all of them, cannot give as many as are wanted."""


def stratum_text(stratum: Stratum) -> str:
    """Return the one text that stands for a stratum in the drawing: its values as a JSON list without blanks."""
    return json.dumps(list(stratum), ensure_ascii=False, separators=(",", ":"))


def strata_of(candidates: Sequence[Candidate]) -> dict[Stratum, list[Candidate]]:
    """Return the candidates by stratum; strata in the order of their values."""
    found: dict[Stratum, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.stratum, []).append(candidate)
    return dict(sorted(found.items()))


def numbers_of(
    candidates: Sequence[Candidate], wanted: Counts, *, left_out: Collection[str], one_per_patient: bool
) -> list[StratumNumbers]:
    """Return what each stratum has and is to give; it takes no seed, so no seed makes room for more."""
    eligible = eligible_of(candidates, wanted, left_out=left_out, one_per_patient=one_per_patient)
    return [
        StratumNumbers(
            stratum,
            len(own),
            len({one.patient for one in own}),
            len({one.patient for one in eligible[stratum]}) if one_per_patient else len(eligible[stratum]),
            wanted.get(stratum, 0),
        )
        for stratum, own in strata_of(candidates).items()
    ]


def eligible_of(
    candidates: Sequence[Candidate], wanted: Counts, *, left_out: Collection[str], one_per_patient: bool
) -> dict[Stratum, list[Candidate]]:
    """Return who can be drawn in each stratum: not what is left out and, once per patient, each patient in one stratum.

    A patient with studies in several strata that are wanted counts in one of them (`_homes`).
    """
    strata = {
        stratum: [one for one in own if one.study_instance_uid not in left_out]
        for stratum, own in strata_of(candidates).items()
    }
    if not one_per_patient:
        return strata
    home = _homes(strata, {stratum: wanted.get(stratum, 0) for stratum in strata})
    return {stratum: [one for one in own if home[one.patient] == stratum] for stratum, own in strata.items()}


def _homes(strata: Mapping[Stratum, Sequence[Candidate]], wanted: Counts) -> dict[str, Stratum]:
    """Return each patient's stratum, without a seed: who has only one first, the others where most is lacking."""
    options: dict[str, set[Stratum]] = {}
    for stratum, own in strata.items():
        for candidate in own:
            options.setdefault(candidate.patient, set()).add(stratum)
    needs = wanted if any(wanted.values()) else dict.fromkeys(wanted, 1)
    # Where nothing is wanted no patient is held back from where something is.
    able = {one: {stratum for stratum in own if needs[stratum]} or own for one, own in options.items()}
    texts = {stratum: stratum_text(stratum) for stratum in strata}
    settled, home = Counter[Stratum](), dict[str, Stratum]()
    for patient in sorted(able, key=lambda one: (len(able[one]), seeded_hash("home", one))):
        home[patient] = min(able[patient], key=lambda one: (settled[one] / (needs[one] or 1), texts[one]))
        settled[home[patient]] += 1
    return home


def draw_sample(
    candidates: Sequence[Candidate], wanted: Counts, *, seed: str, left_out: Collection[str], one_per_patient: bool
) -> list[Candidate]:
    """Return the candidates that are drawn, in an order that tells nothing about their strata.

    Raises
    ------
    TooFew
    """
    eligible = eligible_of(candidates, wanted, left_out=left_out, one_per_patient=one_per_patient)
    drawn: list[Candidate] = []
    for stratum, count in wanted.items():
        own = _one_each(seed, eligible.get(stratum, [])) if one_per_patient else eligible.get(stratum, [])
        if count > len(own):
            raise TooFew
        drawn += _sorted(own, seed, stratum_text(stratum))[:count]
    return _sorted(drawn, seed, "order")


def _one_each(seed: str, own: Sequence[Candidate]) -> list[Candidate]:
    """Choose one study of each patient, so that who has many studies is no likelier to be drawn."""
    chosen: dict[str, Candidate] = {}
    for candidate in _sorted(own, seed, "patient"):
        chosen.setdefault(candidate.patient, candidate)
    return list(chosen.values())


def _sorted(candidates: Sequence[Candidate], seed: str, word: str) -> list[Candidate]:
    return sorted(candidates, key=lambda one: seeded_hash(seed, word, one.study_instance_uid))


def prevalence(counts: Counts, *, place: int, positive: Collection[str]) -> float | None:
    """Return the share whose value in column `place` is one of `positive`; None of nothing."""
    total = sum(counts.values())
    return sum(count for stratum, count in counts.items() if stratum[place] in positive) / total if total else None


def proportional(total: int, available: Counts) -> dict[Stratum, int]:
    """Share `total` out as the strata are (largest remainders, of equals the first stratum).

    Raises
    ------
    TooFew
    """
    there = sum(available.values())
    if total > there:
        raise TooFew
    whole = max(there, 1)
    counts = {stratum: total * number // whole for stratum, number in available.items()}
    remainders = sorted(counts, key=lambda stratum: (-(total * available[stratum] % whole), stratum))
    for stratum in remainders[: total - sum(counts.values())]:
        counts[stratum] += 1
    return counts


def equal(total: int, available: Counts) -> dict[Stratum, int]:
    """Take the same from every stratum; what a small one cannot give is shared by the others.

    Raises
    ------
    TooFew
    """
    if total > sum(available.values()):
        raise TooFew
    counts, left = dict.fromkeys(available, 0), total
    ascending = sorted(available, key=lambda stratum: (available[stratum], stratum))
    for index, stratum in enumerate(ascending):
        counts[stratum] = min(available[stratum], left // (len(ascending) - index))
        left -= counts[stratum]
    return counts


def with_prevalence(
    total: int, available: Counts, *, number_positive: int, place: int, positive: Collection[str]
) -> dict[Stratum, int]:
    """Take `number_positive` from the strata that are positive in column `place` and the rest from the others.

    Raises
    ------
    TooFew
    """
    diseased = {stratum: number for stratum, number in available.items() if stratum[place] in positive}
    others = {stratum: number for stratum, number in available.items() if stratum not in diseased}
    found = proportional(number_positive, diseased) | proportional(total - number_positive, others)
    return {stratum: found.get(stratum, 0) for stratum in available}

"""What the AI changed: the readers' decisions before and after seeing it, against the reference standard."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as t_distribution

from validation.stats.checks import BoolArray, InputError, confidence_level
from validation.stats.crossed import Ratio, ratio, share_outcome, signed_outcome
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_results import outcome_fields
from validation.stats.paired_binary import PairedCounts, paired_proportions
from validation.stats.proportions import proportion
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, TestResult, Undefined

Kind: TypeAlias = Literal["kept_right", "benefit", "harm", "kept_wrong"]
Group: TypeAlias = Literal["all", "positives", "negatives"]
Rule: TypeAlias = Callable[[BoolArray, BoolArray, BoolArray], BoolArray]

KINDS: tuple[Kind, ...] = ("kept_right", "benefit", "harm", "kept_wrong")
GROUPS: tuple[Group, ...] = ("all", "positives", "negatives")
POOLED = "all readers"


@dataclasses.dataclass(frozen=True, slots=True)
class _Share:
    """A share: the readings that count, and the event among them; by reader right before, after, AI right."""

    counted: Rule
    event: Rule


# b: the reader was right before; a: right after; i: the AI is right.
_OF_CHANGES: dict[str, _Share] = {
    "benefit": _Share(lambda b, a, i: np.full_like(b, True), lambda b, a, i: ~b & a),
    "harm": _Share(lambda b, a, i: np.full_like(b, True), lambda b, a, i: b & ~a),
    "corrected": _Share(lambda b, a, i: ~b, lambda b, a, i: a),
    "spoiled": _Share(lambda b, a, i: b, lambda b, a, i: ~a),
}
_OF_RELIANCE: dict[str, _Share] = {
    "automation_bias": _Share(lambda b, a, i: b & ~i, lambda b, a, i: ~a),
    "under_reliance": _Share(lambda b, a, i: ~b & i, lambda b, a, i: ~a),
    "appropriate_reliance": _Share(lambda b, a, i: b != i, lambda b, a, i: a),
    "followed_ai": _Share(lambda b, a, i: b != i, lambda b, a, i: a == i),
    "right_when_ai_wrong": _Share(lambda b, a, i: ~i, lambda b, a, i: a),
    "right_when_ai_right": _Share(lambda b, a, i: i, lambda b, a, i: a),
}
_EMPTY = "No reading counts: nobody met this situation."


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """Readings of one reader (or all) in one class of cases, where the AI was right, wrong, or either (None)."""

    reader: str
    group: Group
    ai_right: bool | None
    kept_right: int
    benefit: int
    harm: int
    kept_wrong: int

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One estimate, for all readers or one, with the test of no change where there is one."""

    reader: str
    group: Group
    measure: str
    outcome: Outcome
    p: float | None = None
    df: float | None = None

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"reader", "group", "measure", "estimate", "low", "high", "p", "df", "n"}`."""
        fields: dict[str, JSONValue] = {"reader": self.reader, "group": self.group, "measure": self.measure}
        return fields | outcome_fields(self.outcome) | {"p": self.p, "df": self.df, "n": self.outcome.n}


@dataclasses.dataclass(frozen=True, slots=True)
class Reclassification:
    """The answer of `reclassification`."""

    before: str
    after: str
    ai: str | None
    level: float
    counts: tuple[Counts, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]

    def change(self, measure: str, group: Group = "all", reader: str = POOLED) -> Change:
        """Find one estimate."""
        return next(one for one in self.changes if (one.reader, one.group, one.measure) == (reader, group, measure))

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "before": self.before,
            "after": self.after,
            "ai": self.ai,
            "level": self.level,
            "counts": [row.to_json() for row in self.counts],
            "changes": [row.to_json() for row in self.changes],
            "notes": list(self.notes),
        }

    def frames(self) -> tuple[pd.DataFrame, ...]:
        """Give the counts, the estimates over all readers, and those of each reader."""
        shown = ["reader", "group", "measure", "estimate", "low", "high", "p", "n", "note"]
        rows = pd.DataFrame([row.to_json() for row in self.changes], columns=shown)
        counts = pd.DataFrame([row.to_json() for row in self.counts])
        counts["ai_right"] = counts["ai_right"].map({True: "right", False: "wrong"}).fillna("any")
        counts = counts.rename(columns={"ai_right": "ai"})
        pooled = rows["reader"] == POOLED
        return counts, rows[pooled].drop(columns="reader"), rows[~pooled]


def reclassification(
    table: Readings,
    before: str,
    after: str,
    *,
    threshold: float,
    ai: str | None = None,
    ai_threshold: float | None = None,
    level: float = 0.95,
) -> Reclassification:
    """Tabulate how the readers' decisions changed from one phase to the next, and whether for good.

    Parameters
    ----------
    table : Readings
        The phases are its modalities. Only readings that a reader made in both phases count.
    before, after : str
        Names of the phases: without and with the AI.
    threshold : float
        A reading is positive from this rating on.
    ai : str, optional
        Name of the reader that is the AI; its rating of a case may stand in any modality. Adds reliance on it.
    ai_threshold : float, optional
        The AI is positive from this rating on; `threshold` by default.
    level : float
        Confidence level.

    Returns
    -------
    Reclassification
        Counts of kept right, benefit (wrong before, right after), harm (right before, wrong after), kept wrong.
        Shares of all readings: `benefit`, `harm`; of those wrong before `corrected`, of those right before
        `spoiled`. `net_benefit` is benefit - harm, the change of accuracy, sensitivity (positives) or specificity
        (negatives), and `nri` the sum of the last two. With the AI's decisions: `automation_bias`, readings right
        before, on which the AI is wrong, that were wrong after (positives: omission, negatives: commission);
        `under_reliance`, wrong before, AI right, still wrong; where reader and AI disagreed at first,
        `appropriate_reliance` (right after) and `followed_ai`; `right_when_ai_wrong` and `right_when_ai_right`.
        Pooled over readers both readers and cases are random (`crossed_variance`). For one reader: Wilson,
        Tango with McNemar's exact test, and for the NRI Pencina's z with the two Tango intervals combined.

    References
    ----------
    Pencina MJ et al. (2008) Stat Med 27:157. Goddard K, Roudsari A, Wyatt JC (2012) J Am Med Inform Assoc 19:121
    (automation bias). Schemmer M et al. (2023) Proc 28th Int Conf Intelligent User Interfaces 410 (reliance).
    Zou GY, Donner A (2008) Stat Med 27:1693 (combined intervals).

    Examples
    --------
    >>> from validation.stats.mrmc_design import readings
    >>> calls = readings(reader=["A"] * 8, modality=["alone"] * 4 + ["with AI"] * 4, case=[1, 2, 3, 4] * 2,
    ...                  truth=[0, 0, 1, 1] * 2, rating=[0, 1, 0, 0, 0, 0, 1, 0])
    >>> reclassification(calls, "alone", "with AI", threshold=1).change("net_benefit", "positives").outcome.value
    0.5
    """
    level = confidence_level(level)
    study = _decisions(table, before, after, threshold, ai, threshold if ai_threshold is None else ai_threshold)
    changes = [*_pooled(study, level)]
    for row, name in enumerate(study.readers):
        changes += _of_one(study.only(row), name, level)
    counts = [line for name, part in _parts(study) for line in _counts(part, name)]
    return Reclassification(before, after, ai, level, tuple(counts), tuple(changes), _notes(study, ai))


@dataclasses.dataclass(frozen=True, slots=True)
class _Decisions:
    """Reader x case: read in both phases, right before, right after; per case: truth, AI known, AI right."""

    readers: tuple[str, ...]
    read: BoolArray
    before: BoolArray
    after: BoolArray
    truth: BoolArray
    ai_known: BoolArray
    ai_right: BoolArray
    one_phase_only: int

    def only(self, row: int) -> "_Decisions":
        """Keep one reader."""
        rows = slice(row, row + 1)
        return dataclasses.replace(
            self,
            readers=self.readers[rows],
            read=self.read[rows],
            before=self.before[rows],
            after=self.after[rows],
        )

    def of_group(self, group: Group) -> BoolArray:
        """Say which readings belong to a class of cases."""
        if group == "all":
            return self.read
        return self.read & (self.truth if group == "positives" else ~self.truth)

    def share(self, rule: _Share, group: Group, *, reliance: bool) -> Ratio | Undefined:
        """Count a share."""
        right = np.broadcast_to(self.ai_right, self.read.shape)
        counted = self.of_group(group) & rule.counted(self.before, self.after, right)
        if reliance:
            counted = counted & self.ai_known
        return ratio(rule.event(self.before, self.after, right), counted, _EMPTY)

    def net(self, group: Group) -> Ratio | Undefined:
        """Count benefit minus harm."""
        return ratio(self.after.astype(np.float64) - self.before, self.of_group(group), _EMPTY)


def _decisions(
    table: Readings, before: str, after: str, threshold: float, ai: str | None, ai_threshold: float
) -> _Decisions:
    for phase in (before, after):
        if phase not in table.modalities:
            raise InputError(f"there is no phase {phase!r}; there is {', '.join(table.modalities)}")
    if before == after:
        raise InputError(f"the phases before and after are different, not both {before!r}")
    readers = tuple(name for name in table.readers if name != ai)
    if not readers:
        raise InputError("there is no reader beside the AI")
    rows = [table.readers.index(name) for name in readers]
    first, second = (table.rating[table.modalities.index(phase)][rows] for phase in (before, after))
    read = ~np.isnan(first) & ~np.isnan(second)
    if not read.any():
        raise InputError(f"no reader read the same case in {before!r} and {after!r}")
    known, call = _ai_calls(table, ai, ai_threshold)
    return _Decisions(
        readers=readers,
        read=read,
        before=(first >= threshold) == table.truth,
        after=(second >= threshold) == table.truth,
        truth=table.truth,
        ai_known=known,
        ai_right=call == table.truth,
        one_phase_only=int((np.isnan(first) != np.isnan(second)).sum()),
    )


def _ai_calls(table: Readings, ai: str | None, threshold: float) -> tuple[BoolArray, BoolArray]:
    """Say for which cases the AI's decision is known, and what it is."""
    if ai is None:
        nothing = np.zeros(len(table.truth), dtype=bool)
        return nothing, nothing
    if ai not in table.readers:
        raise InputError(f"there is no reader {ai!r}; the readers are {', '.join(table.readers)}")
    rating = table.rating[:, table.readers.index(ai)]
    given = ~np.isnan(rating)
    positive: BoolArray = np.any((rating >= threshold) & given, axis=0)
    negative: BoolArray = np.any((rating < threshold) & given, axis=0)
    if (positive & negative).any():
        case = table.cases[int(np.argmax(positive & negative))]
        raise InputError(f"the AI {ai!r} calls case {case!r} positive in one phase and negative in another")
    return positive | negative, positive


def _parts(study: _Decisions) -> Iterator[tuple[str, _Decisions]]:
    yield POOLED, study
    for row, name in enumerate(study.readers):
        yield name, study.only(row)


def _counts(study: _Decisions, name: str) -> Iterator[Counts]:
    subsets: list[tuple[bool | None, BoolArray]] = [(None, np.ones_like(study.truth))]
    if study.ai_known.any():
        subsets += [(True, study.ai_known & study.ai_right), (False, study.ai_known & ~study.ai_right)]
    for group in GROUPS:
        for ai_right, cases in subsets:
            chosen = study.of_group(group) & cases
            code = 2 * study.before[chosen] + study.after[chosen]
            wrong, better, worse, right = np.bincount(code, minlength=4).tolist()
            yield Counts(name, group, ai_right, right, better, worse, wrong)


def _shares(study: _Decisions) -> Iterator[tuple[str, Group, Ratio | Undefined]]:
    for group in GROUPS:
        for name, rule in _OF_CHANGES.items():
            yield name, group, study.share(rule, group, reliance=False)
        for name, rule in _OF_RELIANCE.items() if study.ai_known.any() else ():
            yield name, group, study.share(rule, group, reliance=True)


def _pooled(study: _Decisions, level: float) -> Iterator[Change]:
    nets: list[tuple[str, Group, list[Ratio | Undefined]]] = [
        ("net_benefit", group, [study.net(group)]) for group in GROUPS
    ]
    for measure, group, parts in [*nets, ("nri", "all", [study.net("positives"), study.net("negatives")])]:
        outcome, variance = signed_outcome(parts, level)
        if variance is None or isinstance(outcome, Undefined):
            yield Change(POOLED, group, measure, outcome)
            continue
        statistic = abs(outcome.value) / math.sqrt(variance.value)
        tail = norm.sf(statistic) if variance.df is None else t_distribution.sf(statistic, variance.df)
        yield Change(POOLED, group, measure, outcome, 2.0 * float(tail), variance.df)
    for measure, group, part in _shares(study):
        yield Change(POOLED, group, measure, share_outcome(part, level))


def _of_one(study: _Decisions, name: str, level: float) -> Iterator[Change]:
    """One reader: the usual methods for independent cases."""
    rows = {row.group: row for row in _counts(study, name) if row.ai_right is None}
    differences: dict[Group, Outcome] = {}
    for group in GROUPS:
        row = rows[group]
        paired = paired_proportions(
            PairedCounts(both=row.kept_right, only_a=row.benefit, only_b=row.harm, neither=row.kept_wrong),
            level=level,
            empty=Undefined(Reason.ZERO_DENOMINATOR, _EMPTY),
        )
        exact = paired.tests["exact"]
        differences[group] = paired.difference
        yield Change(name, group, "net_benefit", paired.difference, exact.p if isinstance(exact, TestResult) else None)
    yield _nri_of_one(name, rows, differences, level)
    for measure, group, part in _shares(study):
        if isinstance(part, Undefined):
            yield Change(name, group, measure, part)
        else:
            yield Change(name, group, measure, proportion(round(part.value * part.n), part.n, level=level))


def _nri_of_one(name: str, rows: dict[Group, Counts], parts: dict[Group, Outcome], level: float) -> Change:
    events, others = parts["positives"], parts["negatives"]
    if isinstance(events, Undefined) or isinstance(others, Undefined):
        return Change(name, "all", "nri", events if isinstance(events, Undefined) else others)
    value, below, above, variance = 0.0, 0.0, 0.0, 0.0
    for row, part in ((rows["positives"], events), (rows["negatives"], others)):
        value += part.value
        below += (part.value - (part.value if part.low is None else part.low)) ** 2
        above += ((part.value if part.high is None else part.high) - part.value) ** 2
        variance += (row.benefit + row.harm) / part.n**2
    low, high = max(-2.0, value - math.sqrt(below)), min(2.0, value + math.sqrt(above))
    outcome = Estimate(value, low, high, level, "sum of tango intervals (MOVER)", events.n + others.n)
    p = 2.0 * float(norm.sf(abs(value) / math.sqrt(variance))) if variance > 0.0 else None
    return Change(name, "all", "nri", outcome, p)


def _notes(study: _Decisions, ai: str | None) -> tuple[str, ...]:
    notes = ["Benefit: wrong before, right after; harm: right before, wrong after. NRI: both classes' net benefits."]
    if len(study.readers) == 1:
        notes.append("There is one reader, so the estimates over all readers hold for this reader only.")
    if study.one_phase_only:
        notes.append(f"{study.one_phase_only} readings exist in one of the two phases only and do not count.")
    if ai is not None and not study.ai_known[study.read.any(axis=0)].all():
        missing = int((~study.ai_known[study.read.any(axis=0)]).sum())
        notes.append(f"The AI's decision is missing for {missing} cases, which do not count for reliance.")
    return tuple(notes)

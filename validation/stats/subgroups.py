"""Heterogeneity: the same measures in every subgroup, tests that they are equal, and what is too small to report."""

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2_contingency, fisher_exact

from validation.stats.binary import binary_counts
from validation.stats.checks import BoolArray, FloatArray, InputError, binary_array, confidence_level, rating_array
from validation.stats.multiplicity import Adjustment, adjust_p_values
from validation.stats.proportions import ProportionMethod, proportion
from validation.stats.results import (
    JSONValue,
    Outcome,
    Reason,
    TestOutcome,
    TestResult,
    Undefined,
    jsonable,
)
from validation.stats.roc import AucMethod, auc
from validation.stats.roc_clustered import compare_independent_auc

# Of which cases a measure needs enough: of the positive ones, of the negative ones, or of both.
_NEEDS = {"sensitivity": (True,), "specificity": (False,), "auc": (True, False)}


@dataclasses.dataclass(frozen=True, slots=True)
class Subgroup:
    """One level of one column; a number of cases below the smallest reportable one is None."""

    column: str
    value: str
    positives: int | None
    negatives: int | None
    estimates: dict[str, Outcome]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Test that a measure is the same in all levels of a column; `adjusted_p` accounts for all tests of the report."""

    column: str
    measure: str
    test: TestOutcome
    adjusted_p: float | None

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class SubgroupReport:
    """Measures of all cases and of every subgroup, and the tests of heterogeneity."""

    overall: Subgroup
    subgroups: tuple[Subgroup, ...]
    tests: tuple[Heterogeneity, ...]
    adjustment: str
    minimum: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "overall": self.overall.to_json(),
            "subgroups": [one.to_json() for one in self.subgroups],
            "tests": [one.to_json() for one in self.tests],
            "adjustment": self.adjustment,
            "minimum": self.minimum,
            "notes": list(self.notes),
        }

    def to_frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the measures and the tests as tables."""
        rows = [
            _flat(group, name, one)
            for group in (self.overall, *self.subgroups)
            for name, one in group.estimates.items()
        ]
        tests = [
            {"column": one.column, "measure": one.measure, "adjusted_p": one.adjusted_p, **one.test.to_json()}
            for one in self.tests
        ]
        return pd.DataFrame(rows), pd.DataFrame(tests)


def subgroup_report(
    truth: npt.ArrayLike,
    columns: Mapping[str, npt.ArrayLike],
    *,
    call: npt.ArrayLike | None = None,
    rating: npt.ArrayLike | None = None,
    minimum: int = 10,
    adjustment: Adjustment = "holm",
    method: ProportionMethod = "wilson",
    auc_method: AucMethod = "delong",
    level: float = 0.95,
) -> SubgroupReport:
    """Measure calls and ratings in every level of every column.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    columns : mapping of str to array_like
        Labels by column: site, vendor, sex, age band (see `bands`).
    call : array_like of 0 and 1, optional
        Gives sensitivity and specificity.
    rating : array_like of float, optional
        Gives the AUC.
    minimum : int
        Smallest number of positive (for specificity: negative; for the AUC: both) cases a level is reported with. A
        smaller level is named, but neither measured nor tested.
    adjustment : {"holm", "hochberg", "benjamini-hochberg"}
        Multiplicity control over all tests of the report.
    method : {"wilson", "clopper-pearson", "agresti-coull", "jeffreys", "logit"}
        Interval of sensitivity and specificity.
    auc_method : {"delong", "logit", "newcombe"}
        Interval of the AUC.
    level : float
        Confidence level.

    Returns
    -------
    SubgroupReport
        Tests: Fisher's exact test for two levels, Pearson's chi-square for more (sensitivity, specificity); DeLong's
        unpaired test or the chi-square of homogeneity (AUC). A test is an interaction of column and accuracy; that
        one level differs from zero and another does not is no evidence of a difference.

    References
    ----------
    Altman DG, Bland JM (2003) BMJ 326:219. Holm S (1979) Scand J Stat 6:65. Agresti A (2013) Categorical Data
    Analysis, ch. 3.

    Examples
    --------
    >>> site = ["a", "a", "a", "b", "b", "b"]
    >>> report = subgroup_report([1, 1, 0, 1, 0, 0], {"site": site}, call=[1, 0, 0, 1, 0, 1], minimum=1)
    >>> [(one.value, one.estimates["sensitivity"].value) for one in report.subgroups]
    [('a', 0.5), ('b', 1.0)]
    """
    cases = _Cases(truth, call, rating, minimum, (method, auc_method), confidence_level(level))
    if call is None and rating is None:
        raise InputError("a subgroup report needs calls, ratings or both")
    if not columns:
        raise InputError("a subgroup report needs at least one column")
    everybody = np.ones(cases.n, dtype=np.bool_)
    subgroups: list[Subgroup] = []
    tests: dict[tuple[str, str], TestOutcome] = {}
    for name, labels in columns.items():
        members = _members(name, labels, cases.n)
        subgroups += [cases.measured(name, value, chosen) for value, chosen in members.items()]
        tests |= {(name, measure): cases.tested(measure, members) for measure in cases.measures}
    return SubgroupReport(
        overall=cases.measured("", "all", everybody),
        subgroups=tuple(subgroups),
        tests=_adjusted(tests, adjustment),
        adjustment=adjustment,
        minimum=minimum,
        notes=_notes(subgroups, minimum),
    )


def bands(values: npt.ArrayLike, edges: Sequence[float]) -> npt.NDArray[np.object_]:
    """Cut numbers into bands: below the first edge, from edge to edge, from the last edge on.

    Examples
    --------
    >>> bands([39, 40, 71], [40, 70]).tolist()
    ['below 40', '40 to below 70', '70 and above']
    """
    numbers = rating_array(values, "values")
    cuts = np.asarray(edges, dtype=np.float64)
    if len(cuts) == 0 or not np.isfinite(cuts).all() or (np.diff(cuts) <= 0).any():
        raise InputError("the edges of bands are finite and rise")
    names = [f"below {cuts[0]:g}", *(f"{a:g} to below {b:g}" for a, b in pairwise(cuts)),
             f"{cuts[-1]:g} and above"]  # fmt: skip
    return np.array(names, dtype=object)[np.searchsorted(cuts, numbers, side="right")]


class _Cases:
    """The checked input, and how it is measured and tested."""

    def __init__(
        self,
        truth: npt.ArrayLike,
        call: npt.ArrayLike | None,
        rating: npt.ArrayLike | None,
        minimum: int,
        methods: tuple[ProportionMethod, AucMethod],
        level: float,
    ) -> None:
        if minimum < 1:
            raise InputError(f"the smallest reportable cell is at least 1, not {minimum}")
        self.truth: BoolArray = binary_array(truth, "truth")
        self.call: BoolArray | None = None if call is None else binary_array(call, "call")
        self.rating: FloatArray | None = None if rating is None else rating_array(rating, "rating")
        self.n, self.minimum, self.level = len(self.truth), minimum, level
        self.method, self.auc_method = methods
        for name, array in (("call", self.call), ("rating", self.rating)):
            if array is not None and len(array) != self.n:
                raise InputError(f"the columns differ in length: truth has {self.n}, {name} has {len(array)}")
        self.measures = [
            *(["sensitivity", "specificity"] if call is not None else []),
            *(["auc"] if rating is not None else []),
        ]

    def measured(self, column: str, value: str, chosen: BoolArray) -> Subgroup:
        positives, negatives = (int((chosen & (self.truth == kind)).sum()) for kind in (True, False))
        return Subgroup(
            column=column,
            value=value,
            positives=positives if positives >= self.minimum else None,
            negatives=negatives if negatives >= self.minimum else None,
            estimates={measure: self._estimate(measure, chosen) for measure in self.measures},
        )

    def tested(self, measure: str, members: Mapping[str, BoolArray]) -> TestOutcome:
        kept = {value: chosen for value, chosen in members.items() if self._too_small(measure, chosen) is None}
        if len(kept) < 2:
            detail = f"Fewer than two levels have {self.minimum} cases to compare."
            return Undefined(Reason.TOO_FEW_CASES, detail, sum(int(chosen.sum()) for chosen in kept.values()))
        if measure == "auc" and self.rating is not None:
            groups = {value: (self.truth[chosen], self.rating[chosen]) for value, chosen in kept.items()}
            return compare_independent_auc(groups, level=self.level).test
        return _equal_proportions(np.array([self._hits(measure, chosen) for chosen in kept.values()]))

    def _estimate(self, measure: str, chosen: BoolArray) -> Outcome:
        small = self._too_small(measure, chosen)
        if small is not None:
            return small
        if measure == "auc" and self.rating is not None:
            return auc(self.truth[chosen], self.rating[chosen], level=self.level, method=self.auc_method)
        right, wrong = self._hits(measure, chosen)
        return proportion(right, right + wrong, level=self.level, method=self.method)

    def _hits(self, measure: str, chosen: BoolArray) -> tuple[int, int]:
        """Give right and wrong calls of the cases a measure is about."""
        if self.call is None:
            raise AssertionError("sensitivity and specificity are measured from calls")
        counts = binary_counts(self.truth[chosen], self.call[chosen])
        return (counts.tp, counts.fn) if measure == "sensitivity" else (counts.tn, counts.fp)

    def _too_small(self, measure: str, chosen: BoolArray) -> Undefined | None:
        sizes = [int((chosen & (self.truth == kind)).sum()) for kind in _NEEDS[measure]]
        if min(sizes) >= self.minimum:
            return None
        # The detail does not say how many: a small count can name a person.
        return Undefined(Reason.TOO_FEW_CASES, f"Fewer than {self.minimum} cases: not reported.")


def _members(name: str, labels: npt.ArrayLike, n: int) -> dict[str, BoolArray]:
    array = np.asarray(labels, dtype=object)
    if array.shape != (n,):
        raise InputError(f"the column has {array.size} labels for {n} cases", column=name)
    codes, levels = pd.factorize(array, sort=True)
    if (codes < 0).any():
        raise InputError("the label is missing", row=int(np.argmax(codes < 0)) + 1, column=name)
    return {str(value): codes == code for code, value in enumerate(levels)}


def _equal_proportions(table: npt.NDArray[np.int64]) -> TestOutcome:
    """Test rows of (right, wrong) for equal proportions."""
    n = int(table.sum())
    if (table.sum(axis=0) == 0).any():
        return Undefined(Reason.ZERO_VARIANCE, "All levels are right, or wrong, in every case.", n)
    if len(table) == 2:
        first, second = (float(row[0] / row.sum()) for row in table)
        p = min(1.0, float(fisher_exact(table).pvalue))
        return TestResult(first - second, None, p, "Fisher exact; statistic: difference of the proportions", n)
    found = chi2_contingency(table, correction=False)
    note = "An expected count is below 5." if found.expected_freq.min() < 5 else None
    return TestResult(float(found.statistic), float(found.dof), float(found.pvalue), "Pearson chi-square", n, note)


def _adjusted(tests: Mapping[tuple[str, str], TestOutcome], adjustment: Adjustment) -> tuple[Heterogeneity, ...]:
    raw = {" / ".join(key): test.p for key, test in tests.items() if isinstance(test, TestResult)}
    adjusted = adjust_p_values(raw, method=adjustment)
    return tuple(Heterogeneity(*key, test, adjusted.get(" / ".join(key))) for key, test in tests.items())


def _notes(subgroups: Sequence[Subgroup], minimum: int) -> tuple[str, ...]:
    small = sorted(
        {
            f"{one.column} {one.value}"
            for one in subgroups
            if any(isinstance(estimate, Undefined) for estimate in one.estimates.values())
        }
    )
    if not small:
        return ()
    return (f"Levels with fewer than {minimum} cases of a class are not reported for it: {', '.join(small)}.",)


def _flat(group: Subgroup, measure: str, outcome: Outcome) -> dict[str, JSONValue]:
    head: dict[str, JSONValue] = {"column": group.column, "value": group.value, "measure": measure}
    row = outcome.to_json()
    if isinstance(outcome, Undefined):
        return head | {"note": f"undefined ({outcome.reason}): {outcome.detail}"}
    return head | {"estimate": row["value"], "low": row["low"], "high": row["high"], "n": row["n"]}

"""One endpoint with what it needs, and what the methods of a plan share: tests, differences, what is undefined."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from validation.plans.document import Endpoint, Plan, Subject, subjects_of
from validation.plans.outcome import EndpointOutcome, negated
from validation.plans.table import StudyTable
from validation.stats.ai_vs_readers import AgainstReaders, AiVsReaders
from validation.stats.checks import FloatArray
from validation.stats.margins import margin_test
from validation.stats.mrmc import upper_tail
from validation.stats.mrmc_analyses import FEW_READERS
from validation.stats.mrmc_results import Analysis, Difference, MrmcResult
from validation.stats.results import (
    Estimate,
    Outcome,
    Reason,
    TestOutcome,
    TestResult,
    Undefined,
    jsonable,
)

ANALYSES: dict[str, Analysis] = {"READERS_AND_CASES": "RRRC", "CASES": "FRRC", "READERS": "RRFC"}
MARGIN_KINDS = {"NON_INFERIORITY": "non-inferiority", "EQUIVALENCE": "equivalence"}
_NO_COMMON = Undefined(Reason.NO_COMMON_CASES, "There is no case of which both say something.")


class Job(NamedTuple):
    """One endpoint with what it needs."""

    plan: Plan
    endpoint: Endpoint
    table: StudyTable

    @property
    def level(self) -> float:
        """Confidence level of the plan."""
        return float(self.plan["level"])

    @property
    def subjects(self) -> list[Subject]:
        """The one or two subjects, `of` first."""
        return subjects_of(self.plan, self.endpoint)

    @property
    def value(self) -> float | None:
        """The fixed value that is compared with, if any."""
        against = self.endpoint["against"]
        return None if against is None or isinstance(against, str) else float(against)


def tested(job: Job, value: float, se: float | Undefined | None, df: float | None, n: int) -> TestOutcome:
    """Test a difference (from a subject or a fixed value) by its standard error, as the hypothesis says."""
    if se is None or isinstance(se, Undefined) or not se > 0:
        return (
            se if isinstance(se, Undefined) else Undefined(Reason.ZERO_VARIANCE, "The difference has no variance.", n)
        )
    kind = MARGIN_KINDS.get(job.endpoint["hypothesis"])
    if kind is not None:
        return margin_test(value, se, margin=job.endpoint["margin"], kind=kind, n=n, df=df)  # type: ignore[arg-type]
    statistic = value / se
    method = "normal, two-sided" if df is None else "t, two-sided"
    return TestResult(statistic, df, min(1.0, 2 * upper_tail(abs(statistic), df)), method, n)


def against_value(job: Job, of: Outcome, se: float | Undefined | None, df: float | None) -> EndpointOutcome:
    """Finish an endpoint that is estimated, or compared with a fixed value."""
    if job.value is None:
        return EndpointOutcome(of, None, None, None, None)
    if isinstance(of, Undefined):
        return EndpointOutcome(of, None, of, of, None)
    low, high = (None, None) if of.low is None or of.high is None else (of.low - job.value, of.high - job.value)
    difference = Estimate(of.value - job.value, low, high, of.level, of.method, of.n, of.note)
    return EndpointOutcome(of, None, difference, tested(job, difference.value, se, df, of.n), None)


def mrmc_outcome(job: Job, result: MrmcResult, n: int) -> EndpointOutcome:
    """Take what a plan asks for out of Obuchowski and Rockette's analysis, whose modalities are subjects by key."""
    wanted = ANALYSES[job.endpoint["generalise_to"]]
    means = {row.modality: row for row in (*result.modalities, *result.modalities_otherwise) if row.analysis == wanted}
    of = job.subjects[0]["key"]
    if len(job.subjects) == 1:
        row = means.get(of)
        outcome = row.outcome if row else reason_of(result)
        return with_detail(against_value(job, outcome, row.se if row else None, row.df if row else None), result)
    other = job.subjects[1]["key"]
    pair = next((row for row in result.differences if {row.a, row.b} == {of, other} and row.analysis == wanted), None)
    outcomes = [means[key].outcome if key in means else reason_of(result) for key in (of, other)]
    return with_detail(_compared(job, outcomes, pair, n, reason_of(result)), result)


def _compared(job: Job, outcomes: list[Outcome], row: Difference | None, n: int, why: Undefined) -> EndpointOutcome:
    if row is None or isinstance(row.outcome, Undefined):
        problem = row.outcome if row is not None and isinstance(row.outcome, Undefined) else why
        return EndpointOutcome(outcomes[0], outcomes[1], problem, problem, None)
    difference = row.outcome if row.a == job.subjects[0]["key"] else negated(row.outcome)
    value = difference.value if isinstance(difference, Estimate) else 0.0
    return EndpointOutcome(outcomes[0], outcomes[1], difference, _tested(job, difference, value, row, n), None)


def _tested(job: Job, difference: Outcome, value: float, row: Difference | AgainstReaders, n: int) -> TestOutcome:
    """Test a difference; without an interval there is no test, for the reason that the difference has none."""
    if isinstance(difference, Undefined):
        return difference
    if difference.low is None and difference.note == FEW_READERS.detail:
        return FEW_READERS
    return tested(job, value, row.se, row.df, n)


def reason_of(result: MrmcResult) -> Undefined:
    """The reason that an analysis gives for having no answer."""
    reasons = [one for one in (*result.tests.values(), result.variance_components) if isinstance(one, Undefined)]
    return (
        reasons[0] if reasons else Undefined(Reason.TOO_FEW_READERS, "This analysis does not apply to these readers.")
    )


def with_detail(outcome: EndpointOutcome, result: object) -> EndpointOutcome:
    """Add the whole answer of a method."""
    to_json = getattr(result, "to_json", None)
    detail = to_json() if to_json is not None else jsonable(result)
    return replace(outcome, detail=detail)


COMPARES_WITH_AI = "compares on cases that the AI and every reader have"


def left_out(said: FloatArray, names: Sequence[str], uses: str = COMPARES_WITH_AI) -> str | None:
    """Say how many of the cases that somebody speaks of are left out, and because of whom; None where none is.

    `said`: reader x case, NaN where there is nothing; `uses` says which cases the method takes.
    """
    some = ~np.isnan(said).all(axis=0)
    lacking = np.isnan(said[:, some])
    left = int(lacking.any(axis=0).sum())
    if not left:
        return None
    whose = ", ".join(f"{name} {int(row.sum())}" for name, row in zip(names, lacking, strict=True) if row.any())
    return (
        f"Not fully crossed: {left} of {int(some.sum())} cases are left out, because the method {uses} "
        f"(cases that lack a reading: {whose})."
    )


def against_readers(job: Job, result: AiVsReaders, n: int, is_ai_first: bool) -> EndpointOutcome:
    """Take what a plan asks for out of the comparison of one AI with readers of `n` cases."""
    wanted = f"1T-{ANALYSES[job.endpoint['generalise_to']]}"
    row = next((one for one in result.differences if one.analysis == wanted), None)
    figure, mean = result.ai_figure, result.reader_mean
    pair: list[Outcome] = [figure if isinstance(figure, Undefined) else _bare(figure, job, n), mean]
    pair = pair if is_ai_first else pair[::-1]
    if row is None:
        undefined = mean if isinstance(mean, Undefined) else _NO_COMMON
        return EndpointOutcome(pair[0], pair[1], undefined, undefined, None)
    difference = row.outcome if is_ai_first else negated(row.outcome)
    value = difference.value if isinstance(difference, Estimate) else 0.0
    return EndpointOutcome(pair[0], pair[1], difference, _tested(job, difference, value, row, n), None)


def _bare(value: float, job: Job, n: int) -> Estimate:
    note = "Its interval is that of the difference: the AI is one of the readers in this analysis."
    return Estimate(value, None, None, job.level, "point", n, note)


def nothing(job: Job, why: Undefined) -> EndpointOutcome:
    """Give the same reason for every part of an endpoint."""
    other = why if job.endpoint["against"] is not None else None
    return EndpointOutcome(why, why if len(job.subjects) > 1 else None, other, other, None)

"""The methods of a plan: one function each, from the table of who read what to an endpoint's outcome."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
from scipy.stats import binomtest

from validation.plans.document import Subject
from validation.plans.facts import LOCATED
from validation.plans.job import (
    MARGIN_KINDS,
    Job,
    against_readers,
    against_value,
    left_out,
    mrmc_outcome,
    nothing,
    tested,
    with_detail,
)
from validation.plans.mark_methods import marked_outcome
from validation.plans.outcome import EndpointOutcome, negated
from validation.plans.rules import OF_READERS
from validation.plans.table import AI_NAME, DECIDED_FROM, crossed_cases, ratings_for, readings_of
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.binary import NO_NEGATIVES, NO_POSITIVES
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.clusters import clustered_accuracy
from validation.stats.margins import paired_margin_test
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import ShareFigure, sensitivity_figure, specificity_figure
from validation.stats.mrmc_u import LARGEST_T_DF, mrmc_u
from validation.stats.paired_binary import paired_binary
from validation.stats.proportions import proportion
from validation.stats.results import (
    Estimate,
    Outcome,
    Reason,
    TestOutcome,
    TestResult,
    Undefined,
)
from validation.stats.roc import Placements, auc, delong_variance, missing_class, placements
from validation.stats.roc_clustered import clustered_auc, compare_clustered_auc, obuchowski_variance
from validation.stats.roc_compare import compare_paired_auc


def _share(job: Job) -> ShareFigure | None:
    """The figure of merit of decisions; None for the area under the curve."""
    figures = {"SENSITIVITY": sensitivity_figure, "SPECIFICITY": specificity_figure}
    make = figures.get(job.endpoint["figure"])
    return None if make is None else make(DECIDED_FROM)


def _mrmc_or(job: Job) -> EndpointOutcome:
    table = readings_of(job.table, job.endpoint, job.subjects)
    result = mrmc(table, figure=_share(job), level=job.level)
    return mrmc_outcome(job, result, len(table.cases))


def _mrmc_u(job: Job) -> EndpointOutcome:
    table = readings_of(job.table, job.endpoint, job.subjects)
    result = mrmc_u(table, figure=_share(job), level=job.level)
    means = {row.a: _inside(row.outcome) for row in result.modalities}
    of = job.subjects[0]["key"]
    if len(job.subjects) == 1:
        return with_detail(EndpointOutcome(means[of], None, None, None, None), result)
    other = job.subjects[1]["key"]
    row = next(row for row in result.differences if row.analysis == "ustat" and {row.a, row.b} == {of, other})
    difference = row.outcome if row.a == of else negated(row.outcome)
    test: TestOutcome
    if isinstance(difference, Undefined):
        test = difference
    else:
        se = None if row.variance is None or row.p is None else math.sqrt(row.variance)
        # As `mrmc_u` does: t with whole degrees of freedom, normal beyond the largest.
        df = None if row.df is None or row.df > LARGEST_T_DF else math.floor(row.df)
        test = tested(job, difference.value, se, df, len(table.cases))
    return with_detail(EndpointOutcome(means[of], means[other], difference, test, None), result)


def _inside(outcome: Outcome) -> Outcome:
    """End an interval of a share or an area at 0 and 1, beyond which there is nothing: it holds the truth as often."""
    if isinstance(outcome, Undefined) or outcome.low is None or outcome.high is None:
        return outcome
    if outcome.low >= 0.0 and outcome.high <= 1.0:
        return outcome
    note = f"iMRMC's t interval, {outcome.low:.3f} to {outcome.high:.3f}, reaches beyond 0 or 1 and ends there."
    limits = max(0.0, outcome.low), min(1.0, outcome.high)
    return Estimate(outcome.value, *limits, outcome.level, outcome.method, outcome.n, note)


def _ai_vs_readers(job: Job) -> EndpointOutcome:
    """The AI joins the readers of an arm as one more reader of the same modality.

    The method is one of a full factorial: with other cases for each reader the mean of their figures and that of the
    AI would be of different cases. So only cases count that all of them speak of, and what that leaves out is said.
    """
    ai, arm = sorted(job.subjects, key=lambda subject: subject["kind"])
    names = (AI_NAME, *job.table.subjects[arm["key"]].readers)
    said = np.concatenate([ratings_for(job.table, job.endpoint, subject) for subject in (ai, arm)])
    kept = crossed_cases(job.table, job.endpoint, [ai, arm])
    note = left_out(said, names)
    if note is not None and not kept.any():
        return replace(nothing(job, Undefined(Reason.MISSING_READINGS, note, said.shape[1])), note=note)
    cases = tuple(case for case, some in zip(job.table.cases, kept, strict=True) if some)
    joined = Readings(("all",), names, cases, job.table.truth[kept], said[None][:, :, kept])
    result = ai_vs_readers(joined, AI_NAME, figure=_share(job), level=job.level)
    return replace(with_detail(against_readers(job, result, len(cases), job.subjects[0] is ai), result), note=note)


class _Said(NamedTuple):
    """What one or two subjects with one reader say of the cases that all of them speak of."""

    truth: BoolArray
    patients: list[str]
    values: list[FloatArray]


def _said(job: Job) -> _Said:
    columns = [ratings_for(job.table, job.endpoint, subject)[0] for subject in job.subjects]
    kept = ~np.isnan(np.array(columns)).any(axis=0)
    patients = [patient for patient, some in zip(job.table.patients, kept, strict=True) if some]
    return _Said(job.table.truth[kept], patients, [column[kept] for column in columns])


def _delong(job: Job) -> EndpointOutcome:
    said = _said(job)
    if (missing := missing_class(said.truth)) is not None:
        return nothing(job, missing)
    first = placements(said.truth, said.values[0])
    if len(said.values) == 1:
        return against_value(job, auc(said.truth, said.values[0], level=job.level), _root(delong_variance(first)), None)
    result = compare_paired_auc(said.truth, *said.values, level=job.level)
    second = placements(said.truth, said.values[1])
    change = Placements(first.positive - second.positive, first.negative - second.negative)
    se = _root(delong_variance(change))
    test = tested(job, first.auc - second.auc, se, None, len(said.truth))
    return with_detail(EndpointOutcome(result.a, result.b, result.difference, test, None), result)


def _clustered_delong(job: Job) -> EndpointOutcome:
    said = _said(job)
    if (missing := missing_class(said.truth)) is not None:
        return nothing(job, missing)
    if len(said.values) == 1:
        return EndpointOutcome(
            clustered_auc(said.truth, said.values[0], said.patients, level=job.level), None, None, None, None
        )
    a, b = said.values
    result = compare_clustered_auc(said.truth, a, b, said.patients, level=job.level)
    first, second = placements(said.truth, a), placements(said.truth, b)
    change = Placements(first.positive - second.positive, first.negative - second.negative)
    value = first.auc - second.auc
    se = _root(obuchowski_variance(change, value, said.truth, np.asarray(said.patients)))
    test = tested(job, value, se, None, len(said.truth))
    return with_detail(EndpointOutcome(result.a, result.b, result.difference, test, None), result)


def _root(variance: float | Undefined) -> float | Undefined:
    return variance if isinstance(variance, Undefined) else math.sqrt(max(variance, 0.0))


def _right(job: Job, said: _Said) -> BoolArray:
    """Of the cases of the class that counts, those that are decided rightly."""
    of_class = said.truth if job.endpoint["figure"] == "SENSITIVITY" else ~said.truth
    return ((said.values[0] == 1.0) == said.truth)[of_class]


def _proportion(job: Job) -> EndpointOutcome:
    right = _right(job, _said(job))
    empty = NO_POSITIVES if job.endpoint["figure"] == "SENSITIVITY" else NO_NEGATIVES
    hits, n = int(right.sum()), len(right)
    of = proportion(hits, n, level=job.level, empty=empty)
    if job.value is None or isinstance(of, Undefined):
        return against_value(job, of, None, None)
    difference = against_value(job, of, None, None).difference
    return EndpointOutcome(of, None, difference, _binomial(job, hits, n, job.value), None)


def _binomial(job: Job, hits: int, n: int, value: float) -> TestOutcome:
    """Exact binomial tests; of equivalence the less certain of two."""
    margin = job.endpoint["margin"] or 0.0

    def p_value(at: float, alternative: Literal["two-sided", "less", "greater"]) -> float:
        return float(binomtest(hits, n, min(max(at, 0.0), 1.0), alternative).pvalue)

    if job.endpoint["hypothesis"] == "NON_INFERIORITY":
        p = p_value(value - margin, "greater")
    elif job.endpoint["hypothesis"] == "EQUIVALENCE":
        p = max(p_value(value - margin, "greater"), p_value(value + margin, "less"))
    else:
        p = p_value(value, "two-sided")
    return TestResult(float(hits), None, p, "binomial, exact", n)


def _clustered_proportion(job: Job) -> EndpointOutcome:
    said = _said(job)
    found = clustered_accuracy(said.truth, said.values[0] == 1.0, said.patients, level=job.level)
    return EndpointOutcome(found[job.endpoint["figure"].lower()], None, None, None, None)


def _mcnemar(job: Job) -> EndpointOutcome:
    said = _said(job)
    both = paired_binary(said.truth, *(value == 1.0 for value in said.values), level=job.level)
    found = both.sensitivity if job.endpoint["figure"] == "SENSITIVITY" else both.specificity
    kind = MARGIN_KINDS.get(job.endpoint["hypothesis"])
    if kind is None:
        test = found.tests["exact"]
    else:
        test = paired_margin_test(found.counts, margin=job.endpoint["margin"], kind=kind)  # type: ignore[arg-type]
    return with_detail(EndpointOutcome(found.a, found.b, found.difference, test, None), found)


def outcome_of(job: Job) -> EndpointOutcome:
    """Carry an endpoint out; undefined where the reads that there are leave its method nothing to work on."""
    if job.endpoint["figure"] in LOCATED:
        return marked_outcome(job)
    why = next((why for subject in job.subjects if (why := _unfit(job, subject)) is not None), None)
    return METHODS[job.endpoint["method"]](job) if why is None else nothing(job, why)


def _unfit(job: Job, subject: Subject) -> Undefined | None:
    said = ratings_for(job.table, job.endpoint, subject)
    if np.isnan(said).all():
        return Undefined(Reason.MISSING_READINGS, f"{subject['key']}: there is nothing of any case that counts.")
    # Who joined after the plan was locked: the method would take the first of them by name.
    if job.endpoint["method"] not in OF_READERS | {"AI_VS_READERS"} and len(said) > 1:
        detail = f"{subject['key']}: {len(said)} readers have read, and this method takes one decision a case."
        return Undefined(Reason.TOO_MANY_READERS, detail, len(said))
    return None


METHODS: dict[str, Callable[[Job], EndpointOutcome]] = {
    "MRMC_OR": _mrmc_or,
    "MRMC_U": _mrmc_u,
    "AI_VS_READERS": _ai_vs_readers,
    "DELONG": _delong,
    "CLUSTERED_DELONG": _clustered_delong,
    "PROPORTION": _proportion,
    "CLUSTERED_PROPORTION": _clustered_proportion,
    "MCNEMAR": _mcnemar,
}

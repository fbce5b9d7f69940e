"""One AI against a sample of readers who rated the same cases without it."""

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd

from validation.stats.ai_operating_points import OperatingPoint, operating_points
from validation.stats.checks import FloatArray, InputError, confidence_level
from validation.stats.margins import MarginKind, paired_margin_test
from validation.stats.mrmc import interval, upper_tail
from validation.stats.mrmc_analyses import ROUNDING, Parts, Variance, checked_variance, or_parts
from validation.stats.mrmc_components import OrComponents
from validation.stats.mrmc_covariance import Covariance, covariance_matrix
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import Figure, ShareFigure, auc_figure
from validation.stats.mrmc_results import Analysis, NonInferiority, outcome_fields
from validation.stats.paired_binary import PairedBinary, paired_binary
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, TestOutcome, Undefined, jsonable

MEANING = {
    "1T-RRRC": "readers and cases are random",
    "1T-RRFC": "readers are random, cases fixed",
    "1T-FRRC": "readers are fixed, cases random",
    "each reader": "cases are random",
}


@dataclasses.dataclass(frozen=True, slots=True)
class AgainstReaders:
    """The AI's figure minus that of the readers: their mean, or one of them."""

    reader: str
    analysis: str
    outcome: Outcome
    se: float | None
    df: float | None
    statistic: float | None
    p: float | None
    non_inferiority: NonInferiority | None = None

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"a", "b", "estimate", "low", "high", "p", "analysis", "se", "df", "statistic"}`; a is the AI."""
        fields: dict[str, JSONValue] = {"a": "AI", "b": self.reader, **outcome_fields(self.outcome)}
        fields |= {"p": self.p, "analysis": self.analysis, "se": self.se, "df": self.df, "statistic": self.statistic}
        return fields | ({"non_inferiority": self.non_inferiority.to_json()} if self.non_inferiority else {})


@dataclasses.dataclass(frozen=True, slots=True)
class AiVsReaders:
    """The answer of `ai_vs_readers`."""

    ai: str
    figure: str
    covariance: str
    ai_figure: float | Undefined
    reader_figures: dict[str, float | Undefined]
    reader_mean: Outcome
    differences: tuple[AgainstReaders, ...]
    variance_components: dict[str, float]
    majority: PairedBinary | None
    majority_margins: dict[str, dict[MarginKind, TestOutcome]]
    operating_points: tuple[OperatingPoint, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the document that `ai-vs-readers --json` prints."""

        def plain(value: float | Undefined) -> JSONValue:
            return value.to_json() if isinstance(value, Undefined) else value

        return {
            "ai": {"reader": self.ai, "fom": plain(self.ai_figure)},
            "fom": self.figure,
            "covariance": self.covariance,
            "readers": [{"reader": name, "fom": plain(value)} for name, value in self.reader_figures.items()],
            "reader_mean": outcome_fields(self.reader_mean),
            "differences": [row.to_json() for row in self.differences],
            "variance_components": dict(self.variance_components),
            "majority": self.majority.to_json() if self.majority else None,
            "majority_margins": jsonable(self.majority_margins),
            "operating_points": [point.to_json() for point in self.operating_points],
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """Give one row for each comparison."""
        rows = [{"AI minus": row.reader, **row.to_json()} for row in self.differences]
        return pd.DataFrame(rows, columns=["AI minus", "analysis", "estimate", "low", "high", "se", "df", "p", "note"])


def ai_vs_readers(
    table: Readings,
    ai: str,
    *,
    figure: Figure | None = None,
    covariance: Covariance = "jackknife",
    level: float = 0.95,
    margin: float | None = None,
    threshold: float | None = None,
    ai_threshold: float | None = None,
    generator: np.random.Generator | None = None,
) -> AiVsReaders:
    """Compare one AI with the readers of one modality.

    Parameters
    ----------
    table : Readings
        One modality, with the AI among its readers.
    ai : str
        Name of the reader that is the AI.
    figure : Figure, optional
        Figure of merit; the empirical AUC by default.
    covariance : {"jackknife", "delong", "unbiased", "bootstrap"}
        Estimator of the error covariances.
    level : float
        Confidence level.
    margin : float, optional
        Adds one-sided tests that the AI is not worse by this much, and of equivalence; with `threshold` also
        against the majority.
    threshold, ai_threshold : float, optional
        Readers (and the AI, at `threshold` by default) call a case positive from this rating on; `ai_threshold`
        also holds for the AI's sensitivity or specificity, where that is the figure of merit. Adds the
        comparison with the majority of readers, and the AI's curve at each reader's operating point.
    generator : numpy.random.Generator, optional
        For the bootstrap.

    Returns
    -------
    AiVsReaders
        Differences are AI minus readers (RJafroc: readers minus CAD).

    References
    ----------
    Hillis SL, Obuchowski NA, Berbaum KS (2011) Acad Radiol 18:129. Chakraborty DP (2017) Observer Performance
    Methods for Diagnostic Imaging, chapter 22.

    Examples
    --------
    >>> from validation.stats.mrmc_components import RoeMetz
    >>> from validation.stats.mrmc_simulate import simulate
    >>> model = RoeMetz((1.0,), 0.01, 0.01, 0.2, 0.2, 0.2)
    >>> study = simulate(model, readers=5, negatives=40, positives=40, generator=np.random.default_rng(3))
    >>> [row.analysis for row in ai_vs_readers(study, "R1").differences][:3]
    ['1T-RRRC', '1T-RRFC', '1T-FRRC']
    """
    level, figure = confidence_level(level), figure or auc_figure()
    _check(table, ai, margin)
    ordered = table.select(readers=(ai, *(name for name in table.readers if name != ai)))
    scored = _on_one_scale(ordered, figure, ai_threshold)
    values = _figures(scored, figure)
    notes = ["Differences are AI minus readers.", *([_MAJORITY] if threshold is not None else [])]
    given = Compared(ordered.readers, figure.name, covariance, figure.limit, len(table.truth))
    if (problem := _problem(scored, values, figure)) is not None:
        return without_comparison(given, values, problem, notes)
    matrix = covariance_matrix(scored, figure, covariance, generator=generator)
    found = compared_figures(given, values, matrix, level=level, margin=margin)
    majority = _majority(ordered, threshold, ai_threshold, level)
    return dataclasses.replace(
        found,
        majority=majority,
        majority_margins=_majority_margins(majority, margin),
        operating_points=operating_points(ordered, threshold),
        notes=tuple(notes),
    )


class Compared(NamedTuple):
    """Readers of whom the first is the AI, and by what they are compared on `n` cases."""

    readers: tuple[str, ...]
    figure: str
    covariance: str
    limit: float
    n: int


def compared_figures(
    given: Compared,
    values: Sequence[float | Undefined],
    matrix: FloatArray,
    *,
    level: float,
    margin: float | None = None,
) -> AiVsReaders:
    """Compare figures of merit, the AI's first, by their error covariances; `ai_vs_readers` of any figure.

    Parameters
    ----------
    given : Compared
        Names and numbers.
    values : sequence of float
        The figures, all of them defined, in the order of the readers.
    matrix : array of float, reader x reader
        Their error covariances.
    level, margin : float
        As in `ai_vs_readers`.

    Returns
    -------
    AiVsReaders
        Without majority and operating points.
    """
    theta = np.array(values, dtype=float)
    against, errors = theta[0] - theta[1:], _difference_covariance(matrix)
    settings = _Settings(level, margin, given.limit, given.n)
    parts, components = or_parts(against[None, :], errors)
    return AiVsReaders(
        ai=given.readers[0],
        figure=given.figure,
        covariance=given.covariance,
        ai_figure=values[0],
        reader_figures=dict(zip(given.readers[1:], values[1:], strict=True)),
        reader_mean=_reader_mean(theta[1:], matrix[1:, 1:], settings),
        differences=tuple(_rows(given.readers, against, errors, parts, settings)),
        variance_components=_components(against, components),
        majority=None,
        majority_margins={},
        operating_points=(),
        notes=("Differences are AI minus readers.",),
    )


_MAJORITY = "The majority calls a case positive when more than half of its readers do."


@dataclasses.dataclass(frozen=True, slots=True)
class _Settings:
    level: float
    margin: float | None
    limit: float
    n: int


def without_comparison(
    given: Compared, values: Sequence[float | Undefined], problem: Undefined, notes: Sequence[str]
) -> AiVsReaders:
    """Give the figures that there are, without any comparison."""
    return AiVsReaders(
        ai=given.readers[0],
        figure=given.figure,
        covariance=given.covariance,
        ai_figure=values[0],
        reader_figures=dict(zip(given.readers[1:], values[1:], strict=True)),
        reader_mean=problem,
        differences=(),
        variance_components={},
        majority=None,
        majority_margins={},
        operating_points=(),
        notes=(*notes, problem.detail),
    )


def _reader_mean(theta: FloatArray, covariance: FloatArray, settings: _Settings) -> Outcome:
    """The readers' mean figure with the interval for random readers and cases."""
    parts, _ = or_parts(theta[None, :], covariance)
    found = _compared("mean of readers", "or RRRC", float(theta.mean()), parts["RRRC"].single[0], settings).outcome
    if isinstance(found, Undefined) or found.low is None or not math.isfinite(settings.limit):
        return found
    # A figure between 0 and its limit, not a difference.
    return dataclasses.replace(found, low=max(found.low, 0.0))


def _components(against: FloatArray, components: OrComponents) -> dict[str, float]:
    var_r = float(against.var(ddof=1)) if len(against) > 1 else 0.0
    return {"var_r": var_r, "var_error": components.var_error, "cov2": components.cov2}


def _rows(
    readers: Sequence[str], against: FloatArray, errors: FloatArray, parts: dict[Analysis, Parts], settings: _Settings
) -> list[AgainstReaders]:
    """The AI against the mean of the readers, three ways, and against each reader."""
    rows = [
        _compared("mean of readers", f"1T-{name}", float(against.mean()), parts[name].single[0], settings)
        for name in ("RRRC", "RRFC", "FRRC")
    ]
    rows += [
        _compared(name, "each reader", float(value), checked_variance(Variance(float(variance), None), 0.0), settings)
        for name, value, variance in zip(readers[1:], against, np.diag(errors), strict=True)
    ]
    return rows


def _check(table: Readings, ai: str, margin: float | None) -> None:
    if len(table.modalities) != 1:
        raise InputError(f"one modality is compared at a time; the table has {', '.join(table.modalities)}")
    if ai not in table.readers:
        raise InputError(f"there is no reader {ai!r}; the readers are {', '.join(table.readers)}")
    if len(table.readers) < 2:
        raise InputError("there is no reader beside the AI")
    if margin is not None and not margin >= 0.0:
        raise InputError(f"a margin is not negative; it was {margin}")


def _on_one_scale(table: Readings, figure: Figure, ai_threshold: float | None) -> Readings:
    """Move the AI's calls to the readers' threshold, where the figure of merit is a share of right calls."""
    if ai_threshold is None or not isinstance(figure, ShareFigure):
        return table
    rating = table.rating.copy()
    rating[0, 0] = np.where(rating[0, 0] >= ai_threshold, figure.threshold, figure.threshold - 1.0)
    return table.with_rating(rating)


def _figures(table: Readings, figure: Figure) -> list[float | Undefined]:
    values: list[float | Undefined] = []
    for reader, rating in zip(table.readers, table.rating[0], strict=True):
        read = ~np.isnan(rating)
        truth = table.truth[read]
        lacking = (figure.sampled != "negative" and not truth.any()) or (figure.sampled != "positive" and truth.all())
        if lacking or not read.any():
            reason = Reason.NO_POSITIVE_CASES if not truth.any() else Reason.NO_NEGATIVE_CASES
            values.append(Undefined(reason, f"Reader {reader} lacks a class.", int(read.sum())))
        else:
            values.append(figure.value(truth, rating[read]))
    return values


def _problem(table: Readings, values: list[float | Undefined], figure: Figure) -> Undefined | None:
    undefined = next((value for value in values if isinstance(value, Undefined)), None)
    if undefined is not None:
        return undefined
    for reader, rating in zip(table.readers, table.rating[0], strict=True):
        truth = table.truth[~np.isnan(rating)]
        counts = {"all": min(truth.sum(), (~truth).sum()), "positive": truth.sum(), "negative": (~truth).sum()}
        if counts[figure.sampled] < 2:
            detail = f"Reader {reader} read a single positive or negative case; a covariance needs two."
            return Undefined(Reason.TOO_FEW_CASES, detail, len(truth))
    return None


def _difference_covariance(matrix: FloatArray) -> FloatArray:
    """Give the covariance of (AI - reader j) and (AI - reader k); the AI comes first in the matrix."""
    with_ai = matrix[0, 1:]
    result = np.asarray(matrix[1:, 1:] - with_ai[:, None] - with_ai[None, :] + matrix[0, 0])
    # Where the AI and a reader agree in every case, only rounding is left.
    return np.where(np.abs(result) > ROUNDING * np.diag(matrix).max(), result, 0.0)


def _compared(
    reader: str, analysis: str, value: float, variance: Variance | Undefined, settings: _Settings
) -> AgainstReaders:
    if isinstance(variance, Undefined):
        bare = Estimate(value, None, None, settings.level, analysis, settings.n, variance.detail)
        return AgainstReaders(reader, analysis, bare, None, None, None, None)
    se, df = math.sqrt(variance.value), variance.df
    low, high = interval(value, se, df, settings.level)
    outcome = Estimate(
        value, max(low, -settings.limit), min(high, settings.limit), settings.level, analysis, settings.n
    )
    non_inferiority = None
    if settings.margin is not None:
        worse = (upper_tail((sign * value + settings.margin) / se, df) for sign in (1.0, -1.0))
        non_inferiority = NonInferiority(settings.margin, *worse)
    p = 2.0 * upper_tail(abs(value) / se, df)
    return AgainstReaders(reader, analysis, outcome, se, df, value / se, p, non_inferiority)


def _majority(
    table: Readings, threshold: float | None, ai_threshold: float | None, level: float
) -> PairedBinary | None:
    if threshold is None:
        return None
    ratings = table.rating[0]
    both = ~np.isnan(ratings[0]) & ~np.isnan(ratings[1:]).all(axis=0)
    readers = ratings[1:][:, both]
    positive = np.nansum(np.where(np.isnan(readers), np.nan, readers >= threshold), axis=0)
    majority = positive * 2 > (~np.isnan(readers)).sum(axis=0)
    own = threshold if ai_threshold is None else ai_threshold
    return paired_binary(table.truth[both], ratings[0][both] >= own, majority, level=level)


def _majority_margins(majority: PairedBinary | None, margin: float | None) -> dict[str, dict[MarginKind, TestOutcome]]:
    """Test the AI's sensitivity and specificity minus the majority's against the margin, by Tango's score."""
    if majority is None or margin is None:
        return {}
    counts = {"sensitivity": majority.sensitivity.counts, "specificity": majority.specificity.counts}
    return {
        measure: {kind: paired_margin_test(one, margin=margin, kind=kind) for kind in get_args(MarginKind)}
        for measure, one in counts.items()
    }

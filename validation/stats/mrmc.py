"""Multi-reader multi-case analysis: do modalities differ, for readers and cases like these?"""

import itertools
import math
from typing import Literal, TypeAlias

import numpy as np
from scipy.stats import norm
from scipy.stats import t as t_distribution

from validation.stats.checks import FloatArray, InputError, confidence_level
from validation.stats.mrmc_analyses import Parts, Variance, checked_variance, dbm_parts, or_parts
from validation.stats.mrmc_components import DbmComponents, OrComponents, mean_squares
from validation.stats.mrmc_covariance import Covariance
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import Figure, auc_figure
from validation.stats.mrmc_results import (
    Analysis,
    Difference,
    ModalityMean,
    MrmcResult,
    NonInferiority,
    ReaderFigure,
)
from validation.stats.mrmc_source import FigureSource, ReadingFigures
from validation.stats.results import Estimate, Outcome, Reason, Undefined

Method: TypeAlias = Literal["or", "dbm"]

_ANALYSES: tuple[Analysis, ...] = ("RRRC", "RRFC", "FRRC")


def mrmc(
    table: Readings,
    *,
    figure: Figure | None = None,
    method: Method = "or",
    covariance: Covariance = "jackknife",
    level: float = 0.95,
    margin: float | None = None,
    resamples: int = 2000,
    generator: np.random.Generator | None = None,
) -> MrmcResult:
    """Compare modalities over readers and cases.

    Parameters
    ----------
    table : Readings
        Who read what with which rating; see `readings`.
    figure : Figure, optional
        Figure of merit; the empirical AUC by default. See `mrmc_figures`.
    method : {"or", "dbm"}
        Obuchowski-Rockette, or Dorfman-Berbaum-Metz on pseudovalues (full factorial data only). They agree
        where both use the jackknife; DBM tests fixed readers with F, not chi-square.
    covariance : {"jackknife", "delong", "unbiased", "bootstrap"}
        Estimator of the error covariances; `dbm` is the jackknife by definition.
    level : float
        Confidence level.
    margin : float, optional
        Adds one-sided tests that a modality is not worse than another by this much, and of equivalence.
    resamples, generator : int, numpy.random.Generator
        For the bootstrap.

    Returns
    -------
    MrmcResult
        Tests of equality and all pairwise differences for random readers and cases (RRRC), fixed cases (RRFC)
        and fixed readers (FRRC); means of modalities; variance components, negative ones as they are.
        What these data do not define is Undefined, with the reason.

    References
    ----------
    Obuchowski NA, Rockette HE (1995) Commun Stat Simul Comput 24:285. Hillis SL (2007) Stat Med 26:596.
    Hillis SL (2014) Stat Med 33:330.

    Examples
    --------
    >>> from validation.stats.mrmc_simulate import simulate
    >>> from validation.stats.mrmc_components import RoeMetz
    >>> model = RoeMetz((1.0, 1.5), 0.01, 0.01, 0.2, 0.2, 0.2)
    >>> study = simulate(model, readers=5, negatives=60, positives=60, generator=np.random.default_rng(1))
    >>> sorted(mrmc(study).tests)
    ['FRRC', 'RRFC', 'RRRC']
    """
    level, figure = confidence_level(level), figure or auc_figure()
    if method == "dbm" and covariance != "jackknife":
        raise InputError(f"DBM uses the jackknife by definition, not {covariance}")
    source = ReadingFigures(table, figure)
    return _Analysis(source, method, covariance, level, margin, resamples, generator).result()


def compare_figures(
    source: FigureSource, *, method: Method = "or", level: float = 0.95, margin: float | None = None
) -> MrmcResult:
    """Analyse figures of merit that come from elsewhere, such as marks; error covariances by the jackknife."""
    return _Analysis(source, method, "jackknife", confidence_level(level), margin, 0, None).result()


class _Analysis:
    """One run of `mrmc`: its inputs, and the pieces that several results share."""

    def __init__(
        self,
        source: FigureSource,
        method: Method,
        covariance: Covariance,
        level: float,
        margin: float | None,
        resamples: int,
        generator: np.random.Generator | None,
    ) -> None:
        if margin is not None and not 0.0 <= margin < math.inf:
            raise InputError(f"a margin is not negative; it was {margin}")
        self.source, self.method, self.covariance = source, method, covariance
        self.level, self.margin = level, margin
        self.resamples, self.generator = resamples, generator
        self.values: dict[tuple[str, str], float | Undefined] = dict(zip(source.cells, source.values(), strict=True))

    def result(self) -> MrmcResult:
        problem = self._problem()
        if problem is not None:
            return self._without_tests(problem)
        source = self.source
        theta = np.array([self.values[cell] for cell in source.cells], dtype=float)
        theta = theta.reshape(len(source.modalities), len(source.readers))
        parts, components, squares, matrix = self._fitted(theta)
        best: Analysis = "RRRC" if len(source.readers) > 1 else "FRRC"
        others = [name for name in _ANALYSES if name != best]
        return MrmcResult(
            method=self.method,
            figure=self.source.name,
            covariance=self.covariance,
            design=source.design,
            counts=self.source.counts(),
            tests={name: part.test for name, part in parts.items()},
            differences=self._differences(theta, parts),
            reader_differences=self._reader_differences(theta, matrix),
            modalities=self._means(theta, parts, [best]),
            modalities_otherwise=self._means(theta, parts, others),
            readers=self._readers(np.diag(matrix)),
            variance_components=components,
            mean_squares=squares,
            notes=self._notes(),
        )

    def _fitted(
        self, theta: FloatArray
    ) -> tuple[dict[Analysis, Parts], OrComponents | DbmComponents, dict[str, float], FloatArray]:
        """Give the analyses, the components, the mean squares and the covariance matrix of the figures."""
        if self.method == "dbm":
            values = self._pseudovalues(theta)
            parts, components, squares = dbm_parts(values)
            matrix = np.atleast_2d(np.cov(values.reshape(theta.size, -1))) / values.shape[2]
            return parts, components, squares, matrix
        matrix = self.source.covariance(self.covariance, self.resamples, self.generator)
        two_way = mean_squares(theta)
        named = {"T": two_way.modality, "R": two_way.reader, "TR": two_way.interaction}
        return *or_parts(theta, matrix), named, matrix

    def _problem(self) -> Undefined | None:
        """Say what stands against any interval or test."""
        for (modality, reader), value in self.values.items():
            if isinstance(value, Undefined):
                detail = (
                    f"Reader {reader} has no figure in modality {modality}: {value.detail} Use mrmc-u, or leave out"
                )
                return Undefined(value.reason, f"{detail} that reader or modality.", value.n)
        if self.method == "dbm" and self.source.design != "crossed":
            return Undefined(Reason.MISSING_READINGS, "DBM needs every reader to read every case in every modality.")
        return self.source.lacking()

    def _pseudovalues(self, theta: FloatArray) -> FloatArray:
        """Give K theta - (K - 1) theta without case k, shifted so that their mean is theta exactly."""
        without = self.source.leave_one_out()
        number = without.shape[2]
        values = number * theta[:, :, None] - (number - 1) * without
        return values + (theta - values.mean(axis=2))[:, :, None]

    def _bare_mean(self, modality: str, problem: Undefined) -> Outcome:
        """Give the mean figure without an interval, where every reader has a figure."""
        values = [value for (name, _), value in self.values.items() if name == modality]
        undefined = [value for value in values if isinstance(value, Undefined)]
        return problem if undefined else self._bare(float(np.mean(np.array(values, dtype=float))), problem)

    def _without_tests(self, problem: Undefined) -> MrmcResult:
        names = self.source.modalities
        means = tuple(ModalityMean(name, "RRRC", self._bare_mean(name, problem), None, None) for name in names)
        return MrmcResult(
            method=self.method,
            figure=self.source.name,
            covariance=self.covariance,
            design=self.source.design,
            counts=self.source.counts(),
            tests=dict.fromkeys(_ANALYSES, problem),
            differences=(),
            reader_differences=(),
            modalities=means,
            modalities_otherwise=(),
            readers=self._readers(None),
            variance_components=problem,
            mean_squares={},
            notes=(*self._notes(), problem.detail),
        )

    def _differences(self, theta: FloatArray, parts: dict[Analysis, Parts]) -> tuple[Difference, ...]:
        means = dict(zip(self.source.modalities, theta.mean(axis=1).tolist(), strict=True))
        return tuple(
            self._difference(a, b, name, means[a] - means[b], part.difference)
            for name, part in parts.items()
            for a, b in itertools.combinations(self.source.modalities, 2)
        )

    def _reader_differences(self, theta: FloatArray, matrix: FloatArray) -> tuple[Difference, ...]:
        """Compare two modalities for each reader on its own, cases random."""
        rows, columns = theta.shape
        cube = matrix.reshape(rows, columns, rows, columns)
        result = []
        for column, reader in enumerate(self.source.readers):
            block = cube[:, column, :, column]
            error = float(np.trace(block)) / rows
            shared = (float(block.sum()) - float(np.trace(block))) / max(1, rows * (rows - 1))
            variance = checked_variance(Variance(2.0 * (error - shared), self._reader_df(rows)), error)
            for (first, a), (second, b) in itertools.combinations(enumerate(self.source.modalities), 2):
                value = float(theta[first, column] - theta[second, column])
                result.append(self._difference(a, b, "FRRC", value, variance, reader))
        return tuple(result)

    def _reader_df(self, rows: int) -> float | None:
        if self.method == "or":
            return None
        return float((rows - 1) * (self.source.sampled_cases - 1))

    def _difference(
        self,
        a: str,
        b: str,
        analysis: Analysis,
        value: float,
        variance: Variance | Undefined,
        reader: str | None = None,
    ) -> Difference:
        if isinstance(variance, Undefined):
            outcome = self._bare(value, variance)
            return Difference(a, b, analysis, outcome, None, None, None, None, reader)
        se, df = math.sqrt(variance.value), variance.df
        outcome = self._estimate(value, se, df, -self.source.limit, analysis)
        statistic = value / se
        p = 2.0 * upper_tail(abs(statistic), df)
        non_inferiority = None
        if self.margin is not None:
            worse = (upper_tail((sign * value + self.margin) / se, df) for sign in (1.0, -1.0))
            non_inferiority = NonInferiority(self.margin, *worse)
        return Difference(a, b, analysis, outcome, se, df, statistic, p, reader, non_inferiority)

    def _means(
        self, theta: FloatArray, parts: dict[Analysis, Parts], names: list[Analysis]
    ) -> tuple[ModalityMean, ...]:
        rows = []
        for name, (index, modality) in itertools.product(names, enumerate(self.source.modalities)):
            value, variance = float(theta[index].mean()), parts[name].single[index]
            if isinstance(variance, Undefined):
                rows.append(ModalityMean(modality, name, self._bare(value, variance), None, None))
                continue
            se = math.sqrt(variance.value)
            rows.append(
                ModalityMean(modality, name, self._estimate(value, se, variance.df, 0.0, name), se, variance.df)
            )
        return tuple(rows)

    def _readers(self, variances: FloatArray | None) -> tuple[ReaderFigure, ...]:
        rows = []
        for index, ((modality, reader), value) in enumerate(self.values.items()):
            if isinstance(value, Undefined) or variances is None:
                bare = value if isinstance(value, Undefined) else self._bare(value, _NO_VARIANCE)
                rows.append(ReaderFigure(reader, modality, bare, None))
                continue
            variance = checked_variance(Variance(float(variances[index]), None), 0.0)
            if isinstance(variance, Undefined):
                rows.append(ReaderFigure(reader, modality, self._bare(value, variance), None))
                continue
            se = math.sqrt(variance.value)
            rows.append(ReaderFigure(reader, modality, self._estimate(value, se, None, 0.0, "FRRC"), se))
        return tuple(rows)

    def _estimate(self, value: float, se: float, df: float | None, lowest: float, analysis: Analysis) -> Estimate:
        low, high = interval(value, se, df, self.level)
        if math.isfinite(self.source.limit):
            low, high = max(low, lowest), min(high, self.source.limit)
        return Estimate(value, low, high, self.level, f"{self.method} {analysis}", self.source.cases)

    def _bare(self, value: float, problem: Undefined) -> Outcome:
        return Estimate(value, None, None, self.level, self.method, self.source.cases, problem.detail)

    def _notes(self) -> tuple[str, ...]:
        return (f"Error covariances by {self.covariance}.", *self.source.notes())


def interval(value: float, se: float, df: float | None, level: float) -> tuple[float, float]:
    """Give the t interval, or the normal one without degrees of freedom."""
    quantile = norm.ppf(0.5 + level / 2.0) if df is None else t_distribution.ppf(0.5 + level / 2.0, df)
    return value - float(quantile) * se, value + float(quantile) * se


def upper_tail(statistic: float, df: float | None) -> float:
    """Give the probability of a larger t, or normal without degrees of freedom."""
    return float(norm.sf(statistic) if df is None else t_distribution.sf(statistic, df))


_NO_VARIANCE = Undefined(Reason.ZERO_VARIANCE, "No variance can be estimated.")

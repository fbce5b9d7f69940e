"""U-statistics of reader studies of any design: split-plot, nested, partially paired, with missing readings."""

import dataclasses
import itertools
import math
from collections.abc import Mapping
from typing import Literal, TypeAlias, cast

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as t_distribution

from validation.stats.checks import FloatArray, confidence_level
from validation.stats.mrmc_analyses import ROUNDING
from validation.stats.mrmc_covariance import covariance_from_moments
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import ShareFigure
from validation.stats.mrmc_moments import Moments, pair_moments
from validation.stats.mrmc_results import ReaderFigure, outcome_fields
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined

Statistic: TypeAlias = Literal["ustat", "mle"]

STATISTICS: tuple[Statistic, ...] = ("ustat", "mle")
BDG = tuple(f"M{number}" for number in range(1, 9))
BCK = ("N", "D", "ND", "R", "NR", "DR", "RND")

LARGEST_T_DF = 50  # beyond this iMRMC takes the normal distribution

# Rows: which sums with cases or readers that may coincide make up each sum in which they differ.
_TO_UNBIASED = np.array(
    [
        [1, 0, 0, 0, 0, 0, 0, 0],
        [-1, 1, 0, 0, 0, 0, 0, 0],
        [-1, 0, 1, 0, 0, 0, 0, 0],
        [1, -1, -1, 1, 0, 0, 0, 0],
        [-1, 0, 0, 0, 1, 0, 0, 0],
        [1, -1, 0, 0, -1, 1, 0, 0],
        [1, 0, -1, 0, -1, 0, 1, 0],
        [-1, 1, 1, -1, 1, -1, -1, 1],
    ]
)
# Gallas et al. 2009, equation 19: components of variance from moments, and the coefficients they carry.
_BCK_OF_MOMENTS = np.array(
    [
        [0, 0, 0, 0, 0, 0, 1, -1],
        [0, 0, 0, 0, 0, 1, 0, -1],
        [0, 0, 0, 0, 1, -1, -1, 1],
        [0, 0, 0, 1, 0, 0, 0, -1],
        [0, 0, 1, -1, 0, 0, -1, 1],
        [0, 1, 0, -1, 0, -1, 0, 1],
        [1, -1, -1, 1, -1, 1, 1, -1],
    ]
)
_BCK_OF_COEFFICIENTS = np.array(
    [
        [1, 0, 1, 0, 1, 0, 1, 0],
        [1, 1, 0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0, 0, 0],
        [1, 0, 1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0],
    ]
)


@dataclasses.dataclass(frozen=True, slots=True)
class Decomposition:
    """Moments (BDG) and components (BCK) of the covariance of two modalities' mean areas, with coefficients.

    The covariance is the sum of coefficient times moment, and of coefficient times component. A moment that
    no two readings show is 0 with coefficient 0.
    """

    a: str
    b: str
    moments: Mapping[Statistic, FloatArray]
    coefficients: FloatArray
    areas: tuple[float, float]
    cases: int

    def covariance(self, statistic: Statistic) -> float:
        """Estimate the covariance; for one modality with itself, the variance."""
        return float(self.coefficients @ self.moments[statistic])

    def components(self, statistic: Statistic) -> FloatArray:
        """Give the seven components N, D, ND, R, NR, DR, RND; 0 where no two readings share what it needs."""
        return np.where(self.component_coefficients > 0, _BCK_OF_MOMENTS @ self.moments[statistic], 0.0)

    @property
    def component_coefficients(self) -> FloatArray:
        """Give the coefficients of the components."""
        return np.asarray(_BCK_OF_COEFFICIENTS @ self.coefficients)

    @property
    def freedoms(self) -> tuple[int, int, int]:
        """Give the degrees of freedom of negative cases, positive cases and readers."""
        shares = self.component_coefficients[[0, 1, 3]]
        n, d, r = (round(1.0 / share - 1.0) for share in shares.tolist())
        return n, d, r

    def to_json(self) -> dict[str, JSONValue]:
        """Give moments, components and their coefficients by name."""
        document: dict[str, JSONValue] = {"a": self.a, "b": self.b}
        for statistic in STATISTICS:
            document[statistic] = {
                "bdg": dict(zip(BDG, self.moments[statistic].tolist(), strict=True)),
                "bck": dict(zip(BCK, self.components(statistic).tolist(), strict=True)),
                "covariance": self.covariance(statistic),
            }
        document["bdg_coefficients"] = dict(zip(BDG, self.coefficients.tolist(), strict=True))
        document["bck_coefficients"] = dict(zip(BCK, self.component_coefficients.tolist(), strict=True))
        return document


@dataclasses.dataclass(frozen=True, slots=True)
class UStatistic:
    """A mean area, or a difference of two (`b`), by one of the two estimators of its variance."""

    a: str
    b: str | None
    analysis: Statistic
    outcome: Outcome
    variance: float | None
    df: float | None
    p: float | None
    normal: tuple[float, float, float] | None  # low, high, p

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"modality"} or {"a", "b"}, "estimate", "low", "high", "p", "analysis", "variance", "df"` and more."""
        name: dict[str, JSONValue] = {"modality": self.a} if self.b is None else {"a": self.a, "b": self.b}
        low, high, p = self.normal or (None, None, None)
        return {
            **name,
            **outcome_fields(self.outcome),
            "p": self.p,
            "analysis": self.analysis,
            "variance": self.variance,
            "df": self.df,
            "normal": {"low": low, "high": high, "p": p},
        }


@dataclasses.dataclass(frozen=True, slots=True)
class MrmcUResult:
    """The answer of `mrmc_u`: U-statistics first, the maximum likelihood form (V-statistics) beside them."""

    figure: str
    design: str
    modalities: tuple[UStatistic, ...]
    modalities_otherwise: tuple[UStatistic, ...]
    differences: tuple[UStatistic, ...]
    readers: tuple[ReaderFigure, ...]
    decompositions: tuple[Decomposition, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the document that `mrmc-u --json` prints."""
        return {
            "method": "u-statistics",
            "fom": self.figure,
            "design": self.design,
            "modalities": [row.to_json() for row in self.modalities],
            "modalities_otherwise": [row.to_json() for row in self.modalities_otherwise],
            "differences": [row.to_json() for row in self.differences],
            "readers": [row.to_json() for row in self.readers],
            "variance_components": [row.to_json() for row in self.decompositions],
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """Give one row for each mean and difference."""
        rows = [{"what": row.a, **row.to_json()} for row in (*self.modalities, *self.modalities_otherwise)]
        rows += [{"what": f"{row.a} - {row.b}", **row.to_json()} for row in self.differences]
        return pd.DataFrame(
            rows, columns=["what", "analysis", "estimate", "low", "high", "variance", "df", "p", "note"]
        )


def mrmc_u(table: Readings, *, figure: ShareFigure | None = None, level: float = 0.95) -> MrmcUResult:
    """Estimate mean areas and their differences from whatever readings there are.

    Parameters
    ----------
    table : Readings
        Who read what; nothing needs to be complete.
    figure : ShareFigure, optional
        Sensitivity or specificity at a threshold; the empirical AUC by default.
    level : float
        Confidence level.

    Returns
    -------
    MrmcUResult
        The mean area weighs each reader by its pairs of cases. A single modality is tested against 0.5.
        Undefined where a modality has one reader, or where the estimated variance is negative: the
        U-statistic is unbiased and can be, the other estimator is positive when nothing is missing.

    Notes
    -----
    Degrees of freedom are iMRMC's (R package 2.1.2): variance^2 over the sum of the squared MLE components
    N, D, R divided by the cube of their own degrees of freedom, at least the smallest of these; rounded down
    for t, and normal beyond 50.

    References
    ----------
    Gallas BD (2006) Acad Radiol 13:353. Gallas BD, Bandos A, Samuelson FW, Wagner RF (2009) Commun Stat Theory
    Methods 38:2586.

    Examples
    --------
    >>> from validation.stats.mrmc_components import RoeMetz
    >>> from validation.stats.mrmc_simulate import simulate
    >>> model = RoeMetz((1.0, 1.5), 0.01, 0.01, 0.2, 0.2, 0.2)
    >>> study = simulate(model, readers=4, negatives=30, positives=30, generator=np.random.default_rng(1))
    >>> [row.analysis for row in mrmc_u(study).differences]
    ['ustat', 'mle']
    """
    level = confidence_level(level)
    table = figure.as_area(table) if figure is not None else table
    moments = pair_moments(table)
    parts: dict[tuple[str, str], Decomposition | Undefined] = {
        (a, b): _decomposition(table, moments, a, b)
        for a, b in itertools.combinations_with_replacement(table.modalities, 2)
    }
    by_kind = {
        kind: tuple(_single(parts[name, name], name, kind, level) for name in table.modalities) for kind in STATISTICS
    }
    differences = tuple(
        _difference(parts, a, b, kind, level)
        for kind in STATISTICS
        for a, b in itertools.combinations(table.modalities, 2)
    )
    return MrmcUResult(
        figure=figure.name if figure else "auc",
        design=table.design,
        modalities=by_kind["ustat"],
        modalities_otherwise=by_kind["mle"],
        differences=differences,
        readers=_readers(table, moments, level),
        decompositions=tuple(part for part in parts.values() if isinstance(part, Decomposition)),
        notes=("A mean area weighs each reader by the number of its case pairs.",),
    )


def _decomposition(table: Readings, moments: Moments, a: str, b: str) -> Decomposition | Undefined:
    size = len(table.readers)
    rows, columns = (
        slice(table.modalities.index(name) * size, (table.modalities.index(name) + 1) * size) for name in (a, b)
    )
    numerator = _same_and_all(moments.overlapping[:, rows, columns])
    count = _same_and_all(moments.overlapping_count[:, rows, columns])
    pairs = moments.pairs[rows].sum(), moments.pairs[columns].sum()
    if not table.truth.any() or table.truth.all():
        lacking = Reason.NO_NEGATIVE_CASES if table.truth.any() else Reason.NO_POSITIVE_CASES
        return Undefined(lacking, "All cases are of one class.", len(table.truth))
    if min(pairs) == 0:
        return Undefined(Reason.MISSING_READINGS, f"Nobody read both classes in modality {a if pairs[0] == 0 else b}.")
    unbiased, unbiased_count = _TO_UNBIASED @ numerator, _TO_UNBIASED @ count
    if unbiased_count[7] <= 0:
        detail = "No two readers read different cases of both classes; readers cannot be taken as random."
        return Undefined(Reason.TOO_FEW_READERS, detail, size)
    coefficients = unbiased_count / count[7]
    coefficients[7] -= 1.0
    return Decomposition(
        a,
        b,
        {"ustat": _ratio(unbiased, unbiased_count), "mle": _ratio(numerator, count)},
        coefficients,
        (float(moments.success[rows].sum() / pairs[0]), float(moments.success[columns].sum() / pairs[1])),
        int(table.present[[table.modalities.index(name) for name in (a, b)]].any(axis=(0, 1)).sum()),
    )


def _same_and_all(sums: FloatArray) -> FloatArray:
    """Add up the pairs of one reader with himself, then all pairs of readers."""
    return np.concatenate([np.einsum("kii->k", sums), sums.sum(axis=(1, 2))])


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _single(part: Decomposition | Undefined, name: str, kind: Statistic, level: float) -> UStatistic:
    if isinstance(part, Undefined):
        return UStatistic(name, None, kind, part, None, None, None, None)
    components = part.components("mle")[[0, 1, 3]]
    variance = part.covariance(kind)
    df = _freedom(variance, components, part.freedoms)
    bare = Estimate(part.areas[0], None, None, level, kind, part.cases, _NO_INTERVAL)
    return _tested((name, None), bare, 0.5, (variance, abs(variance)), df)


def _difference(
    parts: Mapping[tuple[str, str], Decomposition | Undefined], a: str, b: str, kind: Statistic, level: float
) -> UStatistic:
    first, second, both = parts[a, a], parts[b, b], parts[a, b]
    if isinstance(first, Undefined) or isinstance(second, Undefined) or isinstance(both, Undefined):
        problem = next(part for part in (first, second, both) if isinstance(part, Undefined))
        return UStatistic(a, b, kind, problem, None, None, None, None)
    variance = first.covariance(kind) + second.covariance(kind) - 2.0 * both.covariance(kind)
    components = [part.components("mle")[[0, 1, 3]] for part in (first, second, both)]
    freedoms = tuple(min(pair) for pair in zip(first.freedoms, second.freedoms, strict=True))
    df = _freedom(variance, components[0] + components[1] - 2.0 * components[2], freedoms)
    scale = abs(first.covariance(kind)) + abs(second.covariance(kind))
    bare = Estimate(first.areas[0] - second.areas[0], None, None, level, kind, both.cases, _NO_INTERVAL)
    return _tested((a, b), bare, 0.0, (variance, scale), df)


def _freedom(variance: float, components: FloatArray, freedoms: tuple[int, ...]) -> float | None:
    smallest = min(freedoms)
    if variance <= 0.0 or smallest < 1:
        return None
    spread = float((components**2 / np.array(freedoms, dtype=float) ** 3).sum())
    return max(variance**2 / spread, float(smallest)) if spread > 0.0 else None


def _tested(
    names: tuple[str, str | None], bare: Estimate, null: float, variances: tuple[float, float], df: float | None
) -> UStatistic:
    """Add interval and test to an estimate; `variances` are its own and what it was subtracted from."""
    variance, smallest = variances[0], max(_NO_VARIANCE, ROUNDING * variances[1])
    value, kind = bare.value, cast(Statistic, bare.method)
    if variance <= smallest:
        negative = variance < -smallest
        note = "The estimated variance is negative" if negative else "There is no variance"
        hint = "; see the other estimator." if negative else "."
        outcome = dataclasses.replace(bare, note=f"{note}, so there is no interval and no test{hint}")
        return UStatistic(*names, kind, outcome, variance, None, None, None)
    error, share = math.sqrt(variance), 0.5 + bare.level / 2.0
    limits = norm.ppf(share) * error
    normal = float(value - limits), float(value + limits), float(2.0 * norm.sf(abs(value - null) / error))
    low, high, p = normal
    if df is not None and df <= LARGEST_T_DF:
        whole = math.floor(df)
        half = float(t_distribution.ppf(share, whole)) * error
        low, high, p = value - half, value + half, float(2.0 * t_distribution.sf(abs(value - null) / error, whole))
    outcome = dataclasses.replace(bare, low=low, high=high, note=None)
    return UStatistic(*names, kind, outcome, variance, df, p, normal)


_NO_VARIANCE = 1e-24
_NO_INTERVAL = "There is no interval."


def _readers(table: Readings, moments: Moments, level: float) -> tuple[ReaderFigure, ...]:
    """Give each reader's area with its unbiased variance over cases."""
    variances = np.diag(covariance_from_moments(moments))
    cases = table.present.sum(axis=2).ravel().tolist()
    rows = []
    for index, (modality, reader) in enumerate(table.cells):
        if moments.pairs[index] == 0:
            problem = Undefined(Reason.MISSING_READINGS, "The reader did not read both classes in this modality.")
            rows.append(ReaderFigure(reader, modality, problem, None))
            continue
        value, variance = float(moments.area[index]), float(variances[index])
        if moments.denominator[3, index, index] == 0 or variance <= _NO_VARIANCE:
            bare = Estimate(value, None, None, level, "ustat", cases[index], "No variance over cases can be estimated.")
            rows.append(ReaderFigure(reader, modality, bare, None))
            continue
        error = math.sqrt(variance)
        half = float(norm.ppf(0.5 + level / 2.0)) * error
        outcome = Estimate(value, max(0.0, value - half), min(1.0, value + half), level, "ustat", cases[index])
        rows.append(ReaderFigure(reader, modality, outcome, error))
    return tuple(rows)

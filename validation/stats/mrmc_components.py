"""Variance components of a reader study and their conversions: Obuchowski-Rockette, DBM, Roe-Metz."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from validation.stats.checks import FloatArray, InputError
from validation.stats.results import JSONValue, jsonable


@dataclasses.dataclass(frozen=True, slots=True)
class OrComponents:
    """Obuchowski-Rockette: variances of reader and modality x reader, and the error covariances.

    Negative estimates are kept as they are.

    Attributes
    ----------
    var_r, var_tr : float
        Reader, and modality x reader.
    var_error : float
        Variance of one reader's figure over samples of cases.
    cov1, cov2, cov3 : float
        Error covariance for one reader in two modalities; two readers in one modality; two of both.
    not_estimable : tuple of str
        Components that the design cannot show (one reader, one modality); they stand as 0.
    """

    var_r: float
    var_tr: float
    var_error: float
    cov1: float
    cov2: float
    cov3: float
    not_estimable: tuple[str, ...] = ()

    def to_json(self) -> dict[str, JSONValue]:
        """Give the components and the correlations rho1 to rho3; null where the design shows none."""
        fields: dict[str, JSONValue] = {}
        for name in ("var_r", "var_tr", "var_error", "cov1", "cov2", "cov3"):
            fields[name] = None if name in self.not_estimable else float(getattr(self, name))
        for index in (1, 2, 3):
            known = f"cov{index}" not in self.not_estimable and self.var_error > 0
            fields[f"rho{index}"] = float(getattr(self, f"cov{index}")) / self.var_error if known else None
        return fields


@dataclasses.dataclass(frozen=True, slots=True)
class DbmComponents:
    """Dorfman-Berbaum-Metz: variances on the scale of pseudovalues; `var_error` includes three-way."""

    var_r: float
    var_c: float
    var_tr: float
    var_tc: float
    var_rc: float
    var_error: float

    def to_json(self) -> dict[str, JSONValue]:
        """Give the components."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class RoeMetz:
    """Roe and Metz's model of ratings: shift of the diseased cases and variances that act in either class.

    The case variances and the error add up to 1: the rating of a fixed reader has unit variance.

    Attributes
    ----------
    shifts : tuple of float
        Mean rating of diseased minus non-diseased cases, one for each modality.
    var_r, var_tr : float
        Reader and modality x reader.
    var_c, var_tc, var_rc : float
        Case, modality x case, reader x case. The rest up to 1 is error.
    """

    shifts: tuple[float, ...]
    var_r: float
    var_tr: float
    var_c: float
    var_tc: float
    var_rc: float

    @property
    def var_error(self) -> float:
        """Give what the case variances leave of 1."""
        return 1.0 - self.var_c - self.var_tc - self.var_rc

    def to_json(self) -> dict[str, JSONValue]:
        """Give the parameters with the error variance."""
        fields = {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}
        return fields | {"var_error": self.var_error}


def dbm_from_or(components: OrComponents, cases: int) -> DbmComponents:
    """Convert; the two models are equivalent (Hillis, Obuchowski, Schartz & Berbaum 2005).

    Examples
    --------
    >>> model = OrComponents(0.001535, 0.0002004, 0.00080229, 0.00034661, 0.00034407, 0.00023903)
    >>> round(dbm_from_or(model, 114).var_c, 4)
    0.0272
    """
    known = components
    error = known.var_error - known.cov1 - known.cov2 + known.cov3
    return DbmComponents(
        var_r=known.var_r,
        var_c=cases * known.cov3,
        var_tr=known.var_tr,
        var_tc=cases * (known.cov2 - known.cov3),
        var_rc=cases * (known.cov1 - known.cov3),
        var_error=cases * error,
    )


def or_from_dbm(components: DbmComponents, cases: int) -> OrComponents:
    """Convert; the inverse of `dbm_from_or`."""
    case, by_modality, by_reader = components.var_c, components.var_tc, components.var_rc
    return OrComponents(
        var_r=components.var_r,
        var_tr=components.var_tr,
        var_error=(case + by_modality + by_reader + components.var_error) / cases,
        cov1=(case + by_reader) / cases,
        cov2=(case + by_modality) / cases,
        cov3=case / cases,
    )


def or_from_roe_metz(model: RoeMetz, negatives: int, positives: int) -> tuple[tuple[float, ...], OrComponents]:
    """Compute the true areas and Obuchowski-Rockette components of a Roe-Metz model.

    Two empirical areas have E[A A'] made of the probabilities that two pairs of cases are both ordered
    rightly, each a bivariate normal probability with the correlation that readers and cases share.
    Components that mix two modalities average over the pairs of modalities.

    References
    ----------
    Hillis SL (2018) Stat Med 37:2067. Gallas BD, Hillis SL (2014) J Med Imaging 1:031006.
    """
    shape = _Shape(negatives, positives, 2.0 * (model.var_r + model.var_tr) + 2.0)
    scaled = [shift / math.sqrt(shape.total) for shift in model.shifts]
    areas = tuple(float(norm.cdf(value)) for value in scaled)
    same, mixed = _pairs(scaled)
    reader, modality_reader = 2.0 * model.var_r, 2.0 * (model.var_r + model.var_tr)
    var_r = _mean(_unshared(pair, reader / shape.total) for pair in mixed)
    components = OrComponents(
        var_r=var_r,
        var_tr=_mean(_unshared(pair, modality_reader / shape.total) for pair in same) - var_r,
        var_error=_mean(shape.covariance(pair, modality_reader, 1.0) for pair in same),
        cov1=_mean(shape.covariance(pair, reader, model.var_c + model.var_rc) for pair in mixed),
        cov2=_mean(shape.covariance(pair, 0.0, model.var_c + model.var_tc) for pair in same),
        cov3=_mean(shape.covariance(pair, 0.0, model.var_c) for pair in mixed),
    )
    return areas, components


def roe_metz_from_or(
    area: float | Sequence[float], components: OrComponents, negatives: int, positives: int
) -> RoeMetz:
    """Find the Roe-Metz model with these areas (one, or one for each modality) and components.

    Its error takes the rest, so `components.var_error` is not used: that of the model follows from the others.

    Raises
    ------
    InputError
        When no model of this form has them, as with negative components.

    References
    ----------
    Hillis SL (2020) Proc SPIE 11316:113160G (ratings of equal variance in both classes).
    """
    areas = [float(area)] if isinstance(area, int | float) else [float(one) for one in area]
    for one in areas:
        if not 0.5 < one < 1.0:
            raise InputError(f"the area of a Roe-Metz model lies between 0.5 and 1, not {one}")
    known, quantiles = components, [float(norm.ppf(one)) for one in areas]
    same, mixed = _pairs(quantiles)

    def over(pairs: list[tuple[float, float]], part: Callable[[tuple[float, float]], float]) -> float:
        return _mean(part(pair) for pair in pairs)

    combined = _solve(
        lambda share: over(same, lambda pair: _unshared(pair, share)), known.var_r + known.var_tr, "var_r + var_tr"
    )
    half = combined / (1.0 - combined)  # var_r + var_tr, from 2 h / (2 h + 2) = combined
    shape = _Shape(negatives, positives, 2.0 * half + 2.0)
    reader_share = _solve(lambda share: over(mixed, lambda pair: _unshared(pair, share)), known.var_r, "var_r")
    var_r = reader_share * shape.total / 2.0

    def case_variance(pairs: list[tuple[float, float]], reader: float, target: float, name: str) -> float:
        return _solve(lambda case: over(pairs, lambda pair: shape.covariance(pair, reader, case)), target, name)

    var_c = case_variance(mixed, 0.0, known.cov3, "cov3")
    with_modality = case_variance(same, 0.0, known.cov2, "cov2")
    with_reader = case_variance(mixed, 2.0 * var_r, known.cov1, "cov1")
    shifts = tuple(quantile * math.sqrt(shape.total) for quantile in quantiles)
    return RoeMetz(shifts, var_r, half - var_r, var_c, with_modality - var_c, with_reader - var_c)


def _pairs(scaled: list[float]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Give each modality with itself, and the pairs of two modalities (with one modality, itself)."""
    same = [(value, value) for value in scaled]
    return same, [(a, b) for index, a in enumerate(scaled) for b in scaled[index + 1 :]] or same


@dataclasses.dataclass(frozen=True, slots=True)
class _Shape:
    """Numbers of cases and the variance of a diseased minus a non-diseased rating."""

    negatives: int
    positives: int
    total: float

    def covariance(self, pair: tuple[float, float], reader: float, case: float) -> float:
        """Covariance of two areas over cases, where the readers' parts share `reader` and each case `case`."""
        base, step = reader / self.total, case / self.total
        unshared, one, both = (_both_right(pair, base + count * step) for count in (0, 1, 2))
        n, m = self.negatives, self.positives
        return (both + (n - 1) * one + (m - 1) * one + (1 - n - m) * unshared) / (n * m)


def _both_right(pair: tuple[float, float], correlation: float) -> float:
    if correlation >= 1.0 - 1e-12:
        return float(norm.cdf(min(pair)))
    if correlation == 0.0:
        return float(norm.cdf(pair[0]) * norm.cdf(pair[1]))
    matrix = [[1.0, correlation], [correlation, 1.0]]
    return float(multivariate_normal.cdf(pair, cov=matrix, abseps=1e-13, releps=1e-13))


def _unshared(pair: tuple[float, float], correlation: float) -> float:
    return _both_right(pair, correlation) - float(norm.cdf(pair[0]) * norm.cdf(pair[1]))


def _solve(increasing: Callable[[float], float], target: float, name: str) -> float:
    """Find where a function that grows from 0 on [0, 1) takes the target."""
    if target == 0.0:
        return 0.0
    highest = 1.0 - 1e-9
    if not 0.0 < target <= increasing(highest):
        raise InputError(f"no Roe-Metz model has {name} = {target:.6g}")
    return float(brentq(lambda value: increasing(value) - target, 0.0, highest, xtol=1e-14))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def or_components(theta: FloatArray, covariance: FloatArray) -> OrComponents:
    """Estimate the components from the figures (modality x reader) and their error covariances.

    VarTR = MS(TR) - Var + Cov1 + Cov2 - Cov3 and VarR = (MS(R) - MS(TR)) / I - Cov1 + Cov3 (Hillis 2014);
    neither is clipped.
    """
    rows, columns = theta.shape
    cube = covariance.reshape(rows, columns, rows, columns)
    number, squares = rows * columns, mean_squares(theta)
    same = float(np.einsum("ijij->", cube))
    same_reader = float(np.einsum("ijkj->", cube)) - same
    same_modality = float(np.einsum("ijil->", cube)) - same
    other = float(cube.sum()) - same - same_reader - same_modality
    error = same / number
    cov1 = same_reader / max(1, number * (rows - 1))
    cov2 = same_modality / max(1, number * (columns - 1))
    cov3 = other / max(1, number * (rows - 1) * (columns - 1))
    missing: tuple[str, ...] = ("var_tr", "cov1", "cov3") if rows == 1 else ()
    missing += ("var_r", "var_tr", "cov2", "cov3") if columns == 1 else ()
    var_tr = squares.interaction - error + cov1 + cov2 - cov3
    var_r = (squares.reader - squares.interaction) / rows - cov1 + cov3
    if rows == 1:
        var_r = squares.reader - error + cov2
    return OrComponents(
        0.0 if "var_r" in missing else var_r,
        0.0 if "var_tr" in missing else var_tr,
        error,
        0.0 if "cov1" in missing else cov1,
        0.0 if "cov2" in missing else cov2,
        0.0 if "cov3" in missing else cov3,
        tuple(dict.fromkeys(missing)),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares of the figures of merit: modality, reader, and their interaction (0 without freedom)."""

    modality: float
    reader: float
    interaction: float


def mean_squares(theta: FloatArray) -> MeanSquares:
    """Compute the two-way analysis of variance of the figures (modality x reader)."""
    rows, columns = theta.shape
    by_modality, by_reader, grand = theta.mean(axis=1), theta.mean(axis=0), theta.mean()
    residual = theta - by_modality[:, None] - by_reader[None, :] + grand
    return MeanSquares(
        modality=columns * float(((by_modality - grand) ** 2).sum()) / max(1, rows - 1),
        reader=rows * float(((by_reader - grand) ** 2).sum()) / max(1, columns - 1),
        interaction=float((residual**2).sum()) / max(1, (rows - 1) * (columns - 1)),
    )

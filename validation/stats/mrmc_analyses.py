"""The three analyses of a reader study, by Obuchowski and Rockette or by Dorfman, Berbaum and Metz.

Both give, for each analysis, a denominator of the F test and the variances of means and differences; what is
done with them is the same (`validation.stats.mrmc`).
"""

import dataclasses

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as f_distribution

from validation.stats.checks import FloatArray
from validation.stats.mrmc_components import DbmComponents, MeanSquares, OrComponents, mean_squares, or_components
from validation.stats.mrmc_results import Analysis, FTest
from validation.stats.results import Reason, Undefined

# Rounding leaves mean squares of some 1e-32 where readers or modalities agree exactly,
NEGLIGIBLE = 1e-24
# and differences of error covariances of some 1e-16 of the variance of one figure.
ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class Variance:
    """A variance with its degrees of freedom; None is infinitely many (normal)."""

    value: float
    df: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """One analysis: the test, the variance of a difference of two modalities, and of each modality's mean."""

    test: FTest | Undefined
    difference: Variance | Undefined
    single: tuple[Variance | Undefined, ...]


def or_parts(theta: FloatArray, covariance: FloatArray) -> tuple[dict[Analysis, Parts], OrComponents]:
    """Analyse figures (modality x reader) with their error covariances.

    References
    ----------
    Obuchowski NA, Rockette HE (1995) Commun Stat Simul Comput 24:285. Hillis SL (2007) Stat Med 26:596;
    Hillis SL (2014) Stat Med 33:330, for the degrees of freedom and single modalities.
    """
    rows, columns = theta.shape
    components, squares = or_components(theta, covariance), mean_squares(theta)
    cov1, cov2, cov3 = components.cov1, components.cov2, components.cov3
    interaction, freedom = squares.interaction, (rows - 1) * (columns - 1)
    rrrc = interaction + max(columns * (cov2 - cov3), 0.0)
    frrc = components.var_error - cov1 + (columns - 1) * max(cov2 - cov3, 0.0)
    cube = covariance.reshape(rows, columns, rows, columns)
    single_rrrc, single_rrfc, single_frrc = [], [], []
    for index in range(rows):
        block = cube[index, :, index, :]
        error = float(np.trace(block)) / columns
        shared = (float(block.sum()) - float(np.trace(block))) / max(1, columns * (columns - 1))
        reader = float(theta[index].var(ddof=1)) if columns > 1 else 0.0
        single_rrrc.append(_hillis(reader, reader + max(columns * shared, 0.0), columns - 1, columns))
        single_rrfc.append(_hillis(reader, reader, columns - 1, columns))
        single_frrc.append(Variance((error + (columns - 1) * max(shared, 0.0)) / columns, None))
    scale = components.var_error
    parts: dict[Analysis, Parts] = {
        "RRRC": _parts(squares, rows, columns, rrrc, _satterthwaite(interaction, rrrc, freedom), single_rrrc, scale),
        "RRFC": _parts(squares, rows, columns, interaction, float(freedom), single_rrfc),
        "FRRC": _parts(squares, rows, columns, frrc, None, single_frrc, scale),
    }
    return _only_possible(parts, rows, columns), components


def dbm_parts(pseudovalues: FloatArray) -> tuple[dict[Analysis, Parts], DbmComponents, dict[str, float]]:
    """Analyse pseudovalues (modality x reader x case) by a three-way analysis of variance.

    References
    ----------
    Dorfman DD, Berbaum KS, Metz CE (1992) Invest Radiol 27:723. Hillis SL, Berbaum KS, Metz CE (2008) Acad
    Radiol 15:647, for the degrees of freedom.
    """
    rows, columns, cases = pseudovalues.shape
    squares = _three_way(pseudovalues)
    two_way = MeanSquares(squares["T"], squares["R"], squares["TR"])
    freedom = (rows - 1) * (columns - 1)
    rrrc = squares["TR"] + max(squares["TC"] - squares["TRC"], 0.0)
    frrc_freedom = float((rows - 1) * (cases - 1))
    single_rrrc, single_rrfc, single_frrc = [], [], []
    for layer in pseudovalues:
        within = _three_way(layer[None, :, :])
        numerator = within["R"] + max(within["C"] - within["RC"], 0.0)
        single_rrrc.append(_hillis(within["R"], numerator, columns - 1, columns * cases))
        single_rrfc.append(_hillis(within["R"], within["R"], columns - 1, columns * cases))
        single_frrc.append(Variance(within["C"] / (columns * cases), float(cases - 1)))
    divisor, scale = cases * columns, float(pseudovalues.var(axis=2, ddof=1).mean()) / cases
    rrrc_freedom = _satterthwaite(squares["TR"], rrrc, freedom)
    parts: dict[Analysis, Parts] = {
        "RRRC": _parts(two_way, rows, divisor, rrrc, rrrc_freedom, single_rrrc, scale),
        "RRFC": _parts(two_way, rows, divisor, squares["TR"], float(freedom), single_rrfc),
        "FRRC": _parts(two_way, rows, divisor, squares["TC"], frrc_freedom, single_frrc, scale),
    }
    return _only_possible(parts, rows, columns), _dbm_components(squares, pseudovalues.shape), squares


def _three_way(values: FloatArray) -> dict[str, float]:
    """Mean squares of modality (T), reader (R) and case (C) and their interactions."""
    means = {
        name: values.mean(axis=axes, keepdims=True)
        for name, axes in (("T", (1, 2)), ("R", (0, 2)), ("C", (0, 1)), ("TR", 2), ("TC", 1), ("RC", 0))
    }
    grand = values.mean()
    parts = {name: means[name] - grand for name in ("T", "R", "C")}
    for name in ("TR", "TC", "RC"):
        parts[name] = means[name] - means[name[0]] - means[name[1]] + grand
    parts["TRC"] = values - sum(parts.values()) - grand
    sizes = dict(zip("TRC", values.shape, strict=True))
    result = {}
    for name, part in parts.items():
        repeats = values.size / part.size
        freedom = np.prod([sizes[letter] - 1 for letter in name])
        result[name] = float(repeats * (part**2).sum() / max(1, freedom))
    return result


def _dbm_components(squares: dict[str, float], shape: tuple[int, ...]) -> DbmComponents:
    rows, columns, cases = shape
    rest = squares["TRC"]
    return DbmComponents(
        var_r=(squares["R"] - squares["TR"] - squares["RC"] + rest) / (rows * cases),
        var_c=(squares["C"] - squares["TC"] - squares["RC"] + rest) / (rows * columns),
        var_tr=(squares["TR"] - rest) / cases,
        var_tc=(squares["TC"] - rest) / columns,
        var_rc=(squares["RC"] - rest) / rows,
        var_error=rest,
    )


def _hillis(reader: float, total: float, freedom: int, divisor: int) -> Variance | Undefined:
    if freedom < 1:
        return FEW_READERS
    return Variance(total / divisor, _satterthwaite(reader, total, freedom))


def _satterthwaite(square: float, total: float, freedom: int) -> float | None:
    """Hillis' degrees of freedom; without variation between readers only the cases count, as if infinitely many."""
    if square <= NEGLIGIBLE or freedom < 1:
        return None
    return freedom * (total / square) ** 2


def _parts(
    squares: MeanSquares,
    rows: int,
    divisor: int,
    denominator: float,
    df: float | None,
    single: list[Variance | Undefined] | list[Variance],
    scale: float = 0.0,
) -> Parts:
    checked = tuple(checked_variance(variance, scale) for variance in single)
    if rows < 2:
        return Parts(_FEW_MODALITIES, _FEW_MODALITIES, checked)
    difference = checked_variance(Variance(2.0 * denominator / divisor, df), scale)
    if isinstance(difference, Undefined):
        return Parts(difference, difference, checked)
    ratio, df1 = squares.modality / denominator, rows - 1
    p = chi2.sf(ratio * df1, df1) if df is None else f_distribution.sf(ratio, df1, df)
    return Parts(FTest(ratio, df1, df, float(p)), difference, checked)


def checked_variance(variance: Variance | Undefined, scale: float) -> Variance | Undefined:
    """Refuse a variance that is negative, or nothing but rounding beside `scale`, the variance of one figure."""
    smallest = max(NEGLIGIBLE, ROUNDING * scale)
    if isinstance(variance, Undefined) or variance.value > smallest:
        return variance
    if variance.value < -smallest:
        return Undefined(Reason.NEGATIVE_VARIANCE, "The estimated variance is negative; there is no interval or test.")
    return Undefined(Reason.ZERO_VARIANCE, "There is no variance, so there is no interval and no test.")


def _only_possible(parts: dict[Analysis, Parts], rows: int, columns: int) -> dict[Analysis, Parts]:
    if columns > 1:
        return parts
    nothing = Parts(FEW_READERS, FEW_READERS, (FEW_READERS,) * rows)
    return {name: part if name == "FRRC" else nothing for name, part in parts.items()}


FEW_READERS = Undefined(Reason.TOO_FEW_READERS, "Readers are a random sample here, and that needs two at least.", 1)
_FEW_MODALITIES = Undefined(Reason.TOO_FEW_MODALITIES, "There is one modality only, so there is nothing to compare.", 1)

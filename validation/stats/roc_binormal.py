"""The binormal ROC curve, fitted by maximum likelihood."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded
from scipy.stats import norm

from validation.stats.checks import (
    BoolArray,
    FloatArray,
    binary_array,
    confidence_level,
    rating_array,
    same_length,
)
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable
from validation.stats.roc import missing_class

_MAXIMUM_STEPS = 500
_TOLERANCE = 1e-13  # of twice the promised gain in likelihood
_ROUNDING = 1e-7
_MAXIMUM_CONDITION = 1e10


@dataclasses.dataclass(frozen=True, slots=True)
class BinormalFit:
    """TPF = Phi(a + b Phi^-1(FPF)): ratings of negatives are N(0, 1), of positives N(a / b, 1 / b^2).

    The ratings need not be normal, only some monotone transform of them.
    """

    a: Estimate
    b: Estimate
    auc: Estimate
    log_likelihood: float
    categories: int

    def true_positive_fraction(self, false_positive_fraction: npt.ArrayLike) -> FloatArray:
        """Give the smooth curve at these false positive fractions."""
        fpf = np.asarray(false_positive_fraction, dtype=np.float64)
        tpf: FloatArray = norm.cdf(self.a.value + self.b.value * norm.ppf(fpf))
        return tpf

    def to_json(self) -> dict[str, JSONValue]:
        """Give the estimates and the smooth curve at 101 false positive fractions."""
        fpf = np.linspace(0.0, 1.0, 101)
        points = zip(fpf.tolist(), self.true_positive_fraction(fpf).tolist(), strict=True)
        return {
            "estimates": {name: jsonable(getattr(self, name)) for name in ("a", "b", "auc")},
            "log_likelihood": self.log_likelihood,
            "categories": self.categories,
            "curve": [{"fpf": x, "tpf": y} for x, y in points],
        }


def binormal_fit(truth: npt.ArrayLike, rating: npt.ArrayLike, *, level: float = 0.95) -> BinormalFit | Undefined:
    """Fit the binormal model to ordinal or continuous ratings.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious. Continuous ratings are put into truth-state runs, which carry all they say about
        the model.
    level : float
        Confidence level.

    Returns
    -------
    BinormalFit or Undefined
        Undefined with data that a curve of steps fits perfectly (a binary rating, or operating points on one
        horizontal or vertical line and the borders, so that a or b runs to its bound) and without convergence.

    References
    ----------
    Dorfman DD, Alf E (1969) J Math Psychol 6:487. Metz CE, Herman BA, Shen JH (1998) Stat Med 17:1033 (runs).
    """
    truth_array, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    n = same_length(truth=truth_array, rating=ratings)
    level = confidence_level(level)
    missing = missing_class(truth_array)
    if missing is not None:
        return missing
    counts = category_counts(truth_array, ratings)
    if _degenerate(counts):
        detail = "The operating points leave no slope to fit: steps pass through all of them."
        return Undefined(Reason.SEPARATION, detail, n)
    found = _maximise(counts)
    if found is None:
        return Undefined(Reason.NOT_CONVERGED, "The binormal fit did not converge.", n)
    parameters, covariance, likelihood = found
    return BinormalFit(
        a=_wald(float(parameters[0]), float(covariance[0, 0]), level, n),
        b=_wald(float(parameters[1]), float(covariance[1, 1]), level, n),
        auc=_area(parameters, covariance, level, n),
        log_likelihood=likelihood,
        categories=counts.shape[1],
    )


def category_counts(truth: BoolArray, rating: FloatArray) -> FloatArray:
    """Count negatives (row 0) and positives (row 1) in ordered categories, runs of one class merged."""
    _, index = np.unique(rating, return_inverse=True)
    counts = np.array([np.bincount(index[~truth], minlength=index.max() + 1),
                       np.bincount(index[truth], minlength=index.max() + 1)], dtype=np.float64)  # fmt: skip
    return _merged(counts)[0]


def _merged(counts: FloatArray) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Drop empty categories, merge neighbours with cases of one and the same class; and say where each begins."""
    kept = np.flatnonzero(counts.sum(axis=0) > 0)
    counts = counts[:, kept]
    pure = np.where(counts[0] == 0, 1, np.where(counts[1] == 0, 0, -1))
    starts = np.flatnonzero(np.concatenate(([True], (pure[1:] != pure[:-1]) | (pure[1:] == -1))))
    return np.add.reduceat(counts, starts, axis=1), kept[starts]


def _fractions(counts: FloatArray) -> FloatArray:
    """Give the operating points that are not a corner of the unit square by definition, FPF in row 0."""
    fractions: FloatArray = counts[:, ::-1].cumsum(axis=1)[:, :-1] / counts.sum(axis=1, keepdims=True)
    return fractions


def _degenerate(counts: FloatArray) -> bool:
    """Whether a curve of steps fits exactly, so that the likelihood rises for ever as a or b leaves all bounds.

    A horizontal stretch (b to 0) passes through all points of one height, a vertical one (b to infinity) through all
    of one abscissa, and the borders through the rest.
    """
    fpf, tpf = _fractions(counts)
    between, above = (fpf > 0) & (fpf < 1), (tpf > 0) & (tpf < 1)
    flat, steep = len(np.unique(tpf[between])) < 2, len(np.unique(fpf[above])) < 2
    return flat or steep or not (between & above).any()


def limiting_area(counts: FloatArray) -> float | None:
    """Give the area that the likelihood tends to where the model fits perfectly with b at 0 or at infinity.

    Its curve then runs up the left side to a TPF, across, and up the right side (area: the TPF), or along the
    bottom to an FPF, up, and along the top (area: 1 - FPF). None where the points lie on neither, or a single
    point inside the square leaves the curve open.
    """
    fpf, tpf = _fractions(counts)
    inside = (fpf > 0) & (fpf < 1) & (tpf > 0) & (tpf < 1)
    if not inside.any():
        good, bad = (fpf == 0) | (tpf == 1), (tpf == 0) | (fpf == 1)
        return 1.0 if len(fpf) and good.all() else 0.0 if len(fpf) and bad.all() else None
    if len(fpf) < 2:
        return None
    level, shift = tpf[inside][0], fpf[inside][0]
    if ((fpf == 0) | (tpf == level) | (fpf == 1)).all():
        return float(level)
    if ((tpf == 0) | (fpf == shift) | (tpf == 1)).all():
        return float(1.0 - shift)
    return None


def areas_without_each(counts: FloatArray) -> FloatArray | None:
    """Fit the area without one negative (row 0) or positive (row 1) of each category, which may be empty.

    Every fit starts from that of all cases; 0 stands where there is no case to leave out. None where a fit fails.
    """
    whole, begins = _merged(counts)
    found = None if _degenerate(whole) else _maximise(whole)
    areas = np.zeros_like(counts)
    done: dict[tuple[int, int], float | None] = {}
    for row, column in zip(*np.nonzero(counts), strict=True):
        # All cases of one class in a run are alike.
        run = int(np.searchsorted(begins, column, side="right")) - 1
        if (row, run) not in done:
            less = whole.copy()
            less[row, run] -= 1.0
            merged, kept = _merged(less)
            start = None if found is None else np.concatenate((found[0][:2], found[0][1 + kept[1:]]))
            done[row, run] = fitted_area(merged, start)
        area = done[row, run]
        if area is None:
            return None
        areas[row, column] = area
    return areas


def fitted_area(counts: FloatArray, start: FloatArray | None = None) -> float | None:
    """Give the area under the fitted curve, or the one it tends to; None where there is neither."""
    if _degenerate(counts):
        return limiting_area(counts)
    found = (None if start is None else _maximise(counts, start)) or _maximise(counts)
    return None if found is None else float(norm.cdf(found[0][0] / math.hypot(1.0, found[0][1])))


def _start(counts: FloatArray) -> FloatArray:
    fractions = (counts[:, ::-1].cumsum(axis=1) / counts.sum(axis=1, keepdims=True))[:, ::-1][:, 1:]
    totals = counts.sum(axis=1, keepdims=True)
    clipped = np.clip(fractions, 0.5 / totals, 1.0 - 0.5 / totals)
    z = norm.ppf(clipped)
    spread = np.ptp(z[0])
    slope = float(np.polyfit(z[0], z[1], 1)[0]) if spread > 1e-8 else 1.0
    slope = min(max(slope, 0.2), 5.0)
    intercept = float((z[1] - slope * z[0]).mean())
    thresholds = -z[0] + 1e-4 * np.arange(len(z[0]))
    return np.concatenate(([intercept, slope], thresholds))


def _maximise(counts: FloatArray, start: FloatArray | None = None) -> tuple[FloatArray, FloatArray, float] | None:
    """Fisher scoring with step halving: a, b and the ordered thresholds; covariance of a and b; likelihood."""
    parameters = _start(counts) if start is None else start
    likelihood = _log_likelihood(parameters, counts)
    for _ in range(_MAXIMUM_STEPS):
        try:
            step, decrement, covariance = _fisher_step(parameters, counts)
        except np.linalg.LinAlgError:
            return None
        if not _identified(covariance):
            return None
        if abs(decrement) < _TOLERANCE:
            return parameters, covariance, likelihood
        parameters, improved = _halving(parameters, step, counts, likelihood)
        gain, likelihood = improved - likelihood, improved
        if gain <= 0.0:
            # Rounding of the likelihood ends the search a little earlier than the tolerance.
            return (parameters, covariance, likelihood) if abs(decrement) < _ROUNDING else None
        if not 1e-3 < parameters[1] < 1e3 or abs(parameters[0]) > 50.0:
            return None
    return None


def _identified(covariance: FloatArray) -> bool:
    """Say whether the data tell a and b apart; they do not on the plateau of a runaway likelihood."""
    return bool((np.diag(covariance) > 0.0).all() and np.linalg.cond(covariance) < _MAXIMUM_CONDITION)


def _halving(
    parameters: FloatArray, step: FloatArray, counts: FloatArray, likelihood: float
) -> tuple[FloatArray, float]:
    for halvings in range(40):
        candidate = parameters + step / 2.0**halvings
        if candidate[1] > 0 and (np.diff(candidate[2:]) > 0).all():
            value = _log_likelihood(candidate, counts)
            if value >= likelihood - 1e-13 * abs(likelihood):
                return candidate, max(value, likelihood)
    return parameters, likelihood


def _cells(parameters: FloatArray) -> FloatArray:
    """Probability of each category: negatives in row 0, positives in row 1."""
    a, b, thresholds = parameters[0], parameters[1], parameters[2:]
    bounds = np.stack((norm.cdf(thresholds), norm.cdf(b * thresholds - a)))
    edges = np.ones((2, 1))
    cells: FloatArray = np.diff(np.hstack((0.0 * edges, bounds, edges)), axis=1)
    return cells


def _log_likelihood(parameters: FloatArray, counts: FloatArray) -> float:
    cells = _cells(parameters)
    if (cells[counts > 0] <= 0.0).any():
        return -math.inf
    return float((counts[counts > 0] * np.log(cells[counts > 0])).sum())


def _fisher_step(parameters: FloatArray, counts: FloatArray) -> tuple[FloatArray, float, FloatArray]:
    """Give the step, twice the gain it promises, and the covariance of a and b.

    A threshold meets only its neighbours in the information, so that this takes O(categories).
    """
    a, b, thresholds = parameters[0], parameters[1], parameters[2:]
    density = norm.pdf(b * thresholds - a)
    slopes = np.stack((norm.pdf(thresholds), b * density))
    cells = np.maximum(_cells(parameters), 1e-300)
    weights, surplus = counts.sum(axis=1, keepdims=True) / cells, counts / cells
    shape = np.diff(np.pad(np.stack((-density, thresholds * density)), ((0, 0), (1, 1))), axis=1)
    score = np.concatenate((shape @ surplus[1], (slopes * (surplus[:, :-1] - surplus[:, 1:])).sum(axis=0)))
    banded = np.zeros((2, len(thresholds)))
    banded[1] = (slopes**2 * (weights[:, :-1] + weights[:, 1:])).sum(axis=0)
    banded[0, 1:] = -(slopes[:, :-1] * slopes[:, 1:] * weights[:, 1:-1]).sum(axis=0)
    across = slopes[1] * (weights[1, :-1] * shape[:, :-1] - weights[1, 1:] * shape[:, 1:])
    solved = solveh_banded(banded, np.column_stack((across.T, score[2:])))
    covariance = np.linalg.inv((shape * weights[1]) @ shape.T - across @ solved[:, :2])
    of_shape = covariance @ (score[:2] - across @ solved[:, 2])
    step = np.concatenate((of_shape, solved[:, 2] - solved[:, :2] @ of_shape))
    return step, float(score @ step), np.asarray(covariance, dtype=np.float64)


def _wald(value: float, variance: float, level: float, n: int) -> Estimate:
    half_width = normal_quantile(level) * math.sqrt(variance)
    return Estimate(value, value - half_width, value + half_width, level, "maximum likelihood, wald", n)


def _area(parameters: FloatArray, covariance: FloatArray, level: float, n: int) -> Estimate:
    """AUC = Phi(a / sqrt(1 + b^2)); the interval is made on the probit scale and carried back."""
    a, b = float(parameters[0]), float(parameters[1])
    root = math.sqrt(1.0 + b * b)
    gradient = np.array([1.0 / root, -a * b / root**3])
    error = math.sqrt(float(gradient @ covariance[:2, :2] @ gradient))
    half_width = normal_quantile(level) * error
    value, low, high = (float(norm.cdf(z)) for z in (a / root, a / root - half_width, a / root + half_width))
    return Estimate(value, low, high, level, "binormal maximum likelihood, probit", n)


def binormal_auc(truth: npt.ArrayLike, rating: npt.ArrayLike, *, level: float = 0.95) -> Outcome:
    """Estimate the area under the fitted binormal curve; see `binormal_fit`."""
    fit = binormal_fit(truth, rating, level=level)
    return fit if isinstance(fit, Undefined) else fit.auc

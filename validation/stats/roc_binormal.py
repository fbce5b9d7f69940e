"""The binormal ROC curve, fitted by maximum likelihood."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
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
_TOLERANCE = 1e-10
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
    counts = _category_counts(truth_array, ratings)
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


def _category_counts(truth: BoolArray, rating: FloatArray) -> FloatArray:
    """Count negatives (row 0) and positives (row 1) in ordered categories, runs of one class merged."""
    _, index = np.unique(rating, return_inverse=True)
    counts = np.array([np.bincount(index[~truth], minlength=index.max() + 1),
                       np.bincount(index[truth], minlength=index.max() + 1)], dtype=np.float64)  # fmt: skip
    # Two neighbouring categories with cases of one and the same class only are one run.
    pure = np.where(counts[0] == 0, 1, np.where(counts[1] == 0, 0, -1))
    starts = np.flatnonzero(np.concatenate(([True], (pure[1:] != pure[:-1]) | (pure[1:] == -1))))
    merged: FloatArray = np.add.reduceat(counts, starts, axis=1)
    return merged


def _degenerate(counts: FloatArray) -> bool:
    """Whether a curve of steps fits exactly, so that the likelihood rises for ever as a or b leaves all bounds.

    A horizontal stretch (b to 0) passes through all points of one height, a vertical one (b to infinity) through all
    of one abscissa, and the borders through the rest.
    """
    fpf, tpf = (counts[:, ::-1].cumsum(axis=1) / counts.sum(axis=1, keepdims=True))[:, :-1]
    between, above = (fpf > 0) & (fpf < 1), (tpf > 0) & (tpf < 1)
    flat, steep = len(np.unique(tpf[between])) < 2, len(np.unique(fpf[above])) < 2
    return flat or steep or not (between & above).any()


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


def _maximise(counts: FloatArray) -> tuple[FloatArray, FloatArray, float] | None:
    """Fisher scoring with step halving; parameters are a, b and the ordered thresholds."""
    parameters = _start(counts)
    likelihood = _log_likelihood(parameters, counts)
    for _ in range(_MAXIMUM_STEPS):
        score, information = _score_and_information(parameters, counts)
        try:
            step = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        parameters, improved = _halving(parameters, step, counts, likelihood)
        gain, likelihood = improved - likelihood, improved
        if gain < _TOLERANCE and float(np.abs(score @ step)) < 1e-8:
            return _with_covariance(parameters, counts, likelihood)
        if gain <= 0.0 or not 1e-3 < parameters[1] < 1e3 or abs(parameters[0]) > 50.0:
            return None
    return None


def _with_covariance(
    parameters: FloatArray, counts: FloatArray, likelihood: float
) -> tuple[FloatArray, FloatArray, float] | None:
    """Add the inverse information; None where it is singular, on the plateau of a runaway likelihood."""
    information = _score_and_information(parameters, counts)[1]
    if not np.linalg.cond(information) < _MAXIMUM_CONDITION:
        return None
    return parameters, np.asarray(np.linalg.inv(information), dtype=np.float64), likelihood


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


def _score_and_information(parameters: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    a, b, thresholds = parameters[0], parameters[1], parameters[2:]
    k = len(thresholds)
    # Derivatives of the cumulative probabilities at each threshold, by parameter.
    slopes = np.zeros((2, k + 2, k + 2))
    density = norm.pdf(b * thresholds - a)
    inner = np.arange(k)
    slopes[0, inner + 2, inner + 1] = norm.pdf(thresholds)
    slopes[1, 0, 1:-1] = -density
    slopes[1, 1, 1:-1] = thresholds * density
    slopes[1, inner + 2, inner + 1] = b * density
    gradients = np.diff(slopes, axis=2)
    cells = np.maximum(_cells(parameters), 1e-300)
    totals = counts.sum(axis=1)
    score = (gradients * (counts / cells)[:, None, :]).sum(axis=(0, 2))
    weights = totals[:, None] / cells
    information = sum(gradients[row] @ (gradients[row] * weights[row]).T for row in (0, 1))
    return score, np.asarray(information)


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

"""Abstention: what a model that leaves its least certain cases to a human gains on the cases it keeps."""

import dataclasses

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, binary_array, confidence_level, rating_array, same_length
from validation.stats.proportions import proportion
from validation.stats.resampling import Stratum, weight_blocks
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable

METHOD = "percentile bootstrap over cases"
_NO_POSITIVES = Undefined(Reason.NO_POSITIVE_CASES, "No positive case is certain enough.")
_NO_NEGATIVES = Undefined(Reason.NO_NEGATIVE_CASES, "No negative case is certain enough.")
# Areas of resamples that differ by less differ by rounding.
_SAME = 1e-12
_ALIKE = "All resamples give the same area, so they say nothing of how far other cases would differ."
_NO_CASES = Undefined(Reason.NO_CASES, "There is no case to decide.")


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """The cases kept when all up to one uncertainty are: how many, and how well they are decided."""

    uncertainty: float
    n: int
    coverage: Outcome
    error_rate: Outcome
    sensitivity: Outcome
    specificity: Outcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class AbstentionCurve:
    """The curve from the most certain cases to all of them, and its area.

    Attributes
    ----------
    points : tuple of Kept
        One for each distinct uncertainty, the most certain first.
    area : Estimate or Undefined
        Mean error rate along the curve, each case weighing the same (area under the risk-coverage curve): the error
        rate itself where uncertainty says nothing, less where wrong decisions are the uncertain ones.
    excess_area : Estimate or Undefined
        What is left of `area` above that of an uncertainty which puts all wrong decisions last: 0 at best.
    """

    points: tuple[Kept, ...]
    area: Outcome
    excess_area: Outcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "points": [one.to_json() for one in self.points],
            "area": jsonable(self.area),
            "excess_area": jsonable(self.excess_area),
        }


def abstention_curve(
    truth: npt.ArrayLike,
    call: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 1,
) -> AbstentionCurve:
    """Compute how errors fall as the least certain cases are left out.

    Parameters
    ----------
    truth, call : array_like of 0 and 1, shape (cases,)
        The reference standard, and what the model decides.
    uncertainty : array_like of float, shape (cases,)
        Higher is less certain; cases of one uncertainty are kept or left together.
    level : float
        Confidence level: Wilson intervals of the points, percentile intervals of the areas; none where all resamples
        give the same area, such as where no decision is wrong.

    Returns
    -------
    AbstentionCurve

    References
    ----------
    El-Yaniv and Wiener, J Mach Learn Res 2010;11:1605 (risk and coverage). Geifman, Uziel and El-Yaniv, ICLR 2019
    (the area and its excess).
    """
    truths, calls = binary_array(truth, "truth"), binary_array(call, "call")
    doubt = rating_array(uncertainty, "uncertainty")
    n = same_length(truth=truths, call=calls, uncertainty=doubt)
    confidence_level(level)
    if not n:
        return AbstentionCurve((), _NO_CASES, _NO_CASES)
    order = np.argsort(doubt, kind="stable")
    truths, calls, doubt = truths[order], calls[order], doubt[order]
    last = np.flatnonzero(np.append(doubt[1:] != doubt[:-1], True))
    wrong = truths != calls
    area, excess = _areas(wrong, last, level=level, resamples=resamples, seed=seed)
    return AbstentionCurve(_points(truths, calls, doubt, last, level), area, excess)


def _points(
    truth: BoolArray, call: BoolArray, doubt: FloatArray, last: npt.NDArray[np.intp], level: float
) -> tuple[Kept, ...]:
    """Count once from the most certain case on; every point is read off the sums."""
    positives, hits, rejections = (np.cumsum(one)[last] for one in (truth, truth & call, ~truth & ~call))
    return tuple(
        _kept(float(doubt[end]), int(end) + 1, len(truth), int(positive), int(hit), int(rejected), level)
        for end, positive, hit, rejected in zip(last, positives, hits, rejections, strict=True)
    )


def _kept(uncertainty: float, kept: int, n: int, positives: int, hits: int, rejections: int, level: float) -> Kept:
    return Kept(
        uncertainty=uncertainty,
        n=kept,
        coverage=proportion(kept, n, level=level),
        error_rate=proportion(kept - hits - rejections, kept, level=level),
        sensitivity=proportion(hits, positives, level=level, empty=_NO_POSITIVES),
        specificity=proportion(rejections, kept - positives, level=level, empty=_NO_NEGATIVES),
    )


def _areas(
    wrong: BoolArray, last: npt.NDArray[np.intp], *, level: float, resamples: int, seed: int
) -> tuple[Estimate, Estimate]:
    n = len(wrong)
    value, least = float(_area(wrong, last, np.ones((1, n)))[0]), _least_area(int(wrong.sum()), n)
    areas, errors = [], []
    everything = [Stratum(np.arange(n), np.arange(n))]
    for weights in weight_blocks(everything, n, resamples, np.random.default_rng(seed)):
        areas.append(_area(wrong, last, weights))
        errors.append(weights @ wrong)
    drawn, drawn_errors = np.concatenate(areas), np.concatenate(errors).astype(np.int64)
    counts, which = np.unique(drawn_errors, return_inverse=True)
    excesses = drawn - np.array([_least_area(int(one), n) for one in counts])[which]
    tails = [(1 - level) / 2, (1 + level) / 2]
    (low, high), (low_excess, high_excess) = np.quantile(drawn, tails), np.quantile(excesses, tails)
    if high - low < _SAME:
        return (
            Estimate(value, None, None, level, METHOD, n, _ALIKE),
            Estimate(value - least, None, None, level, METHOD, n, _ALIKE),
        )
    return (
        Estimate(value, float(low), float(high), level, METHOD, n),
        Estimate(value - least, float(low_excess), float(high_excess), level, METHOD, n),
    )


def _least_area(errors: int, n: int) -> float:
    """The area where all wrong decisions come last."""
    kept = np.arange(n - errors + 1, n + 1)
    return float(np.sum((kept - (n - errors)) / kept) / n)


def _area(wrong: BoolArray, last: npt.NDArray[np.intp], weights: FloatArray) -> FloatArray:
    """Mean error rate over cases in their order, one row of `weights` a sample; tied cases share a rate."""
    kept = np.cumsum(weights, axis=1)[:, last]
    errors = np.cumsum(weights * wrong, axis=1)[:, last]
    rate = np.divide(errors, kept, out=np.zeros_like(errors), where=kept > 0)
    gained = np.diff(kept, axis=1, prepend=0)
    return np.sum(rate * gained, axis=1) / kept[:, -1]

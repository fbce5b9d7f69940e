"""Localisation ROC: one location and one rating a case; a positive case counts when the location is right."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from validation.stats.checks import FloatArray, InputError, binary_array
from validation.stats.mrmc_design import Readings, readings
from validation.stats.mrmc_figures import CurveFigure
from validation.stats.results import Reason, Undefined

_ON_POINT = 1e-12


def lroc_readings(
    *,
    reader: npt.ArrayLike,
    modality: npt.ArrayLike,
    case: npt.ArrayLike,
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
    correct_location: npt.ArrayLike,
) -> Readings:
    """Lay a table out as `readings` does; a positive case with a wrong location gets the rating -inf.

    At no finite threshold such a case is called and located, which is what the LROC curve counts.

    Examples
    --------
    >>> table = lroc_readings(reader=["A"] * 3, modality=["m"] * 3, case=[1, 2, 3], truth=[0, 1, 1],
    ...                       rating=[2, 3, 4], correct_location=[0, 1, 0])
    >>> table.rating[0, 0].tolist()
    [2.0, 3.0, -inf]
    """
    truths = binary_array(truth, "truth")
    located = binary_array(correct_location, "correct_location")
    ratings = np.asarray(rating, dtype=np.float64)
    if len(located) != len(truths):
        raise InputError(f"the columns differ in length: truth has {len(truths)}, correct_location {len(located)}")
    scored = np.where(truths & ~located, -np.inf, ratings)
    return readings(reader=reader, modality=modality, case=case, truth=truths, rating=scored)


def lroc_curve(study: Readings, modality: str, reader: str) -> Mapping[str, FloatArray] | Undefined:
    """Find the operating points of one reader, one for each distinct rating, from (0, 0).

    Returns
    -------
    mapping with `x`, `y`, or Undefined
        Share of negative cases called, and share of positive cases called and rightly located. Undefined without
        a case of either truth.
    """
    if modality not in study.modalities or reader not in study.readers:
        raise InputError(f"there is no reader {reader!r} in modality {modality!r}")
    rating = study.rating[study.modalities.index(modality), study.readers.index(reader)]
    read = ~np.isnan(rating)
    truth, rating = study.truth[read], rating[read]
    if not truth.any():
        return Undefined(Reason.NO_POSITIVE_CASES, "The reader read no positive case in this modality.", len(truth))
    if truth.all():
        return Undefined(Reason.NO_NEGATIVE_CASES, "The reader read no negative case in this modality.", len(truth))
    thresholds = np.unique(rating[rating > -np.inf])[::-1]
    shares = []
    for chosen in (np.sort(rating[~truth]), np.sort(rating[truth])):
        called = len(chosen) - np.searchsorted(chosen, thresholds, "left")
        shares.append(np.concatenate(([0.0], called / len(chosen))))
    return {"x": shares[0], "y": shares[1]}


def pcl_figure(fpf: float) -> CurveFigure:
    """Probability of a correct localisation at a false positive fraction; the lower end of a vertical stretch."""
    _check(fpf)
    return CurveFigure("pcl", 1.0, lambda x, y: _lower_end(x, y, fpf))


def alroc_figure(fpf: float) -> CurveFigure:
    """Area under the LROC curve up to a false positive fraction."""
    _check(fpf)

    def of_curves(x: FloatArray, y: FloatArray) -> FloatArray:
        end = _lower_end(x, y, fpf)[:, None]
        inside = np.minimum(x, fpf)
        height = np.where(x >= fpf - _ON_POINT, end, y)
        return np.asarray(np.sum(np.diff(inside, axis=1) * (height[:, 1:] + height[:, :-1]) / 2.0, axis=1))

    return CurveFigure("alroc", fpf, of_curves)


def _check(fpf: float) -> None:
    if not 0.0 < fpf <= 1.0:
        raise InputError(f"a false positive fraction here lies above 0 and up to 1, not {fpf}")


def _lower_end(x: FloatArray, y: FloatArray, at: float) -> FloatArray:
    """Read y at x = at along the curve; on a vertical stretch its lower end."""
    row = np.arange(len(x))
    right = np.argmax(x >= at - _ON_POINT, axis=1)
    left = np.maximum(right - 1, 0)
    run = x[row, right] - x[row, left]
    share = np.divide(at - x[row, left], run, out=np.ones(len(x)), where=run > 0)
    return np.asarray(y[row, left] + np.clip(share, 0.0, 1.0) * (y[row, right] - y[row, left]))

"""Simulated reader studies after Roe and Metz."""

import numpy as np
import numpy.typing as npt

from validation.stats.checks import InputError
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import Readings


def simulate(
    model: RoeMetz,
    *,
    readers: int,
    negatives: int,
    positives: int,
    generator: np.random.Generator,
    thresholds: npt.ArrayLike | None = None,
) -> Readings:
    """Draw a fully crossed study.

    Parameters
    ----------
    model : RoeMetz
        One shift for each modality, and the variances.
    readers, negatives, positives : int
        Sizes.
    generator : numpy.random.Generator
        Source of randomness.
    thresholds : array_like of float, optional
        Bins the ratings: 1 below the first threshold, 2 from it on, and so forth.

    Returns
    -------
    Readings

    References
    ----------
    Roe CA, Metz CE (1997) Acad Radiol 4:298.

    Examples
    --------
    >>> study = simulate(RoeMetz((1.0,), 0.0, 0.0, 0.3, 0.3, 0.2), readers=2, negatives=3, positives=2,
    ...                  generator=np.random.default_rng(0), thresholds=[0.0, 1.0])
    >>> study.rating.shape, sorted(set(study.rating.ravel().tolist()))
    ((1, 2, 5), [1.0, 2.0, 3.0])
    """
    variances = (model.var_r, model.var_tr, model.var_c, model.var_tc, model.var_rc, model.var_error)
    if min(variances) < 0:
        raise InputError(f"a model with a negative variance ({min(variances):.6g}) cannot be simulated")
    if min(readers, negatives, positives) < 1:
        raise InputError("a study has one reader, one negative and one positive case at least")
    rows, cases = len(model.shifts), negatives + positives
    truth = np.arange(cases) >= negatives
    side = truth.astype(np.intp)

    def draw(variance: float, *shape: int) -> npt.NDArray[np.float64]:
        return np.sqrt(variance) * generator.standard_normal(shape)

    # Readers have one effect on diseased and another on non-diseased cases.
    rating = draw(model.var_r, 1, readers, 2)[:, :, side] + draw(model.var_tr, rows, readers, 2)[:, :, side]
    rating = rating + draw(model.var_c, 1, 1, cases) + draw(model.var_tc, rows, 1, cases)
    rating = rating + draw(model.var_rc, 1, readers, cases) + draw(model.var_error, rows, readers, cases)
    rating = rating + np.asarray(model.shifts)[:, None, None] * truth
    if thresholds is not None:
        rating = 1.0 + np.searchsorted(np.sort(np.asarray(thresholds, dtype=float)), rating, side="right")
    return Readings(
        modalities=tuple(f"M{index + 1}" for index in range(rows)),
        readers=tuple(f"R{index + 1}" for index in range(readers)),
        cases=tuple(f"C{index + 1}" for index in range(cases)),
        truth=truth,
        rating=rating,
    )

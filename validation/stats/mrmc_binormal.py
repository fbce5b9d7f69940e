"""The area under a fitted ROC curve as a figure of merit of reader studies."""

import dataclasses

import numpy as np

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.mrmc_figures import Reweighted, Sampled
from validation.stats.roc_binormal import areas_without_each, category_counts, fitted_area

_FAILED = (
    "a binormal curve could not be fitted to {} ratings of one reader: one operating point says too little; use auc"
)


@dataclasses.dataclass(frozen=True, slots=True)
class BinormalFigure:
    """Area under the binormal curve of maximum likelihood.

    Where the model fits perfectly with a parameter at infinity, as with a reader of whom no operating point lies
    inside the unit square, it is the area that the likelihood tends to (`limiting_area`): 1 for such a reader.
    """

    name: str = "binormal-auc"
    sampled: Sampled = "all"
    limit: float = 1.0

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Fit the curve."""
        area = fitted_area(category_counts(truth, rating))
        if area is None:
            raise InputError(_FAILED.format(len(truth)))
        return area

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Fit once for each distinct (truth, rating), starting from the fit of all cases."""
        values, index = np.unique(rating, return_inverse=True)
        counts = np.stack([np.bincount(index[chosen], minlength=len(values)) for chosen in (~truth, truth)])
        areas = areas_without_each(counts.astype(np.float64))
        if areas is None:
            raise InputError(_FAILED.format(len(truth) - 1))
        return np.asarray(areas[truth.astype(np.intp), index])

    def reweighted(self, truth: BoolArray, rating: FloatArray) -> Reweighted:
        """Fit each resample."""

        def values(weight: FloatArray) -> FloatArray:
            drawn = (np.repeat(np.arange(len(rating)), row) for row in weight.astype(np.intp))
            return np.asarray([self.value(truth[case], rating[case]) for case in drawn])

        return values


def binormal_figure() -> BinormalFigure:
    """Area under the binormal ROC curve (Dorfman & Alf 1969; Metz, Herman & Shen 1998)."""
    return BinormalFigure()

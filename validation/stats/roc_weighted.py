"""Empirical ROC curves of one rating under many weightings of its cases at once."""

import numpy as np

from validation.stats.checks import BoolArray, FloatArray


class WeightedCurves:
    """One rating, sorted once; `curves` and `areas` answer for each row of case weights."""

    def __init__(self, truth: BoolArray, rating: FloatArray) -> None:
        order = np.argsort(-rating, kind="stable")
        positive, ordered = truth[order], rating[order]
        self._positives, self._negatives = order[positive], order[~positive]
        ends = np.flatnonzero(np.concatenate((ordered[1:] != ordered[:-1], [True])))
        hits, alarms = np.cumsum(positive)[ends], np.cumsum(~positive)[ends]
        self._hits, self._alarms = np.concatenate(([0], hits)), np.concatenate(([0], alarms))
        level = np.searchsorted(hits, np.arange(1, len(self._positives) + 1))
        self._above, self._down_to = self._alarms[level], self._alarms[level + 1]

    def curves(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give false and true positive fractions, one row of operating points per row of weights.

        Without weight in a class its fractions are NaN.
        """
        alarms = np.take(_cumulated(np.take(weight, self._negatives, axis=1)), self._alarms, axis=1)
        hits = np.take(_cumulated(np.take(weight, self._positives, axis=1)), self._hits, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            alarms /= alarms[:, -1:]
            hits /= hits[:, -1:]
        return alarms, hits

    def areas(self, weight: FloatArray) -> FloatArray:
        """Give the areas under the curves: the weighted share of negatives that each positive beats."""
        positive = np.take(weight, self._positives, axis=1)
        alarms = _cumulated(np.take(weight, self._negatives, axis=1))
        lost = np.einsum("ij,ij->i", positive, np.take(alarms, self._above, axis=1))
        lost += np.einsum("ij,ij->i", positive, np.take(alarms, self._down_to, axis=1))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(1.0 - lost / (2.0 * positive.sum(axis=1) * alarms[:, -1]))


def _cumulated(weight: FloatArray) -> FloatArray:
    sums = np.zeros((weight.shape[0], weight.shape[1] + 1))
    np.cumsum(weight, axis=1, out=sums[:, 1:])
    return sums

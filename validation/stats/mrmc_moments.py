"""Sums of products of success indicators over pairs of readings: the raw material of U-statistics."""

import dataclasses

import numpy as np
import numpy.typing as npt

from validation.stats.checks import FloatArray
from validation.stats.mrmc_design import Readings

_MAXIMUM_CELLS = 2_000_000  # of one block of success indicators, 8 MB: it stays in the processor's cache
_MAXIMUM_PAIRS = 1 << 21  # sums of so many quarters are exact in single precision


@dataclasses.dataclass(frozen=True, slots=True)
class Moments:
    """Sums over pairs of case pairs for every two (modality, reader) cells.

    The success of a cell on positive p and negative n is 1, 1/2 or 0. Row 0 of `numerator` sums the products
    of two successes on the same positive and the same negative; row 1 on the same positive and two
    negatives; row 2 on the same negative and two positives; row 3 on two of each. `denominator` counts the
    products. `overlapping` is like rows 1 to 3 but lets the two cases be the same one (V-statistics).

    Attributes
    ----------
    area : array, one per cell
        Share of successes; 0 where a cell has no pair.
    success, pairs : array, one per cell
        Sum of successes and number of case pairs.
    numerator, denominator : array, 4 x cell x cell
    overlapping, overlapping_count : array, 4 x cell x cell
    """

    success: FloatArray
    pairs: FloatArray
    numerator: FloatArray
    denominator: FloatArray
    overlapping: FloatArray
    overlapping_count: FloatArray

    @property
    def area(self) -> FloatArray:
        """Area under the curve of every cell."""
        return np.divide(self.success, self.pairs, out=np.zeros_like(self.success), where=self.pairs > 0)


def pair_moments(table: Readings) -> Moments:
    """Sum all products; time grows with cells^2 x positives x negatives (one matrix product), memory does not."""
    cells = table.rating.shape[0] * table.rating.shape[1]
    rating = table.rating.reshape(cells, -1)
    positive, negative = rating[:, table.truth], rating[:, ~table.truth]
    has_positive, has_negative = ~np.isnan(positive), ~np.isnan(negative)
    both = np.zeros((cells, cells))
    by_positive = np.zeros(positive.shape)
    by_negative = np.zeros(negative.shape)
    per_positive = max(1, negative.shape[1])
    step = max(1, min(_MAXIMUM_CELLS // (cells * per_positive), _MAXIMUM_PAIRS // per_positive))
    for start in range(0, positive.shape[1], step):
        block = _success(positive[:, start : start + step], negative)
        ones = np.ones(negative.shape[1], dtype=np.float32), np.ones(block.shape[1], dtype=np.float32)
        by_positive[:, start : start + step] = block @ ones[0]
        by_negative += ones[1] @ block
        flat = block.reshape(cells, -1)
        both += flat @ flat.T
    return _moments(both, by_positive, by_negative, has_positive.astype(float), has_negative.astype(float))


def _success(positive: FloatArray, negative: FloatArray) -> npt.NDArray[np.float32]:
    """Compare every positive with every negative; a comparison with what was not read counts nothing."""
    success = np.greater(positive[:, :, None], negative[:, None, :]).astype(np.float32)
    success += np.greater_equal(positive[:, :, None], negative[:, None, :])
    success *= np.float32(0.5)
    return success


def _moments(
    both: FloatArray,
    by_positive: FloatArray,
    by_negative: FloatArray,
    has_positive: FloatArray,
    has_negative: FloatArray,
) -> Moments:
    same_positive, same_negative = by_positive @ by_positive.T, by_negative @ by_negative.T
    success = by_positive.sum(axis=1)
    anything = np.outer(success, success)
    shared_positive, shared_negative = has_positive @ has_positive.T, has_negative @ has_negative.T
    positives = np.outer(has_positive.sum(axis=1), has_positive.sum(axis=1))
    negatives = np.outer(has_negative.sum(axis=1), has_negative.sum(axis=1))
    numerator = np.stack(
        [both, same_positive - both, same_negative - both, anything - same_positive - same_negative + both]
    )
    denominator = np.stack(
        [
            shared_positive * shared_negative,
            shared_positive * (negatives - shared_negative),
            shared_negative * (positives - shared_positive),
            (positives - shared_positive) * (negatives - shared_negative),
        ]
    )
    return Moments(
        success=success,
        pairs=has_positive.sum(axis=1) * has_negative.sum(axis=1),
        numerator=numerator,
        denominator=denominator,
        overlapping=np.stack([both, same_positive, same_negative, anything]),
        overlapping_count=np.stack(
            [denominator[0], shared_positive * negatives, shared_negative * positives, positives * negatives]
        ),
    )

"""How alike two maps are: what the sanity check of an explanation compares. Pure arrays.

A map that stays as it is when the weights are drawn anew shows the image and not what the model has learnt.

References
----------
Adebayo J et al. Sanity checks for saliency maps. NeurIPS 2018: cascading randomisation from the last layer to the
first; rank correlation of absolute values and structural similarity.
Wang Z et al. Image quality assessment: from error visibility to structural similarity. IEEE TIP 2004;13(4):600-612.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from skimage.metrics import structural_similarity

Map = npt.NDArray[np.float32]

# At most so many maps of redrawn weights: each takes as long as the explanation itself.
MOST_STAGES = 12
_WIDEST_WINDOW = 7
_NARROWEST_WINDOW = 3


class Similarity(NamedTuple):
    """`spearman` of absolute values and `ssim` of maps scaled to 1, each None where it is not defined; and why not."""

    spearman: float | None
    ssim: float | None
    reason: str


def similarity(one: Map, other: Map) -> Similarity:
    """Compare two maps of one shape by their absolute values."""
    first, second = np.abs(one), np.abs(other)
    flat = [name for name, values in (("map", first), ("map of redrawn weights", second)) if np.ptp(values) == 0]
    if flat:
        return Similarity(None, None, f"The {flat[0]} is the same everywhere, so nothing can be compared.")
    spearman = float(stats.spearmanr(first, second, axis=None).statistic)
    narrowest = min(side for side in first.shape if side > 1)
    if narrowest < _NARROWEST_WINDOW:
        detail = f"No structural similarity: the map is only {narrowest} cells wide."
        return Similarity(spearman, None, detail)
    # An odd window that fits into the narrowest side.
    window = min(_WIDEST_WINDOW, narrowest - (narrowest + 1) % 2)
    planes = [np.squeeze(values / values.max()).astype(np.float64) for values in (first, second)]
    ssim = float(structural_similarity(planes[0], planes[1], win_size=window, data_range=1.0))
    return Similarity(spearman, ssim, "")


def stage_counts(number_of_layers: int) -> list[int]:
    """How many of the last layers are redrawn, stage by stage: 1 first, all last, and at most `MOST_STAGES`."""
    stages = min(number_of_layers, MOST_STAGES)
    return sorted({round(count) for count in np.linspace(1, number_of_layers, stages)}) if stages else []

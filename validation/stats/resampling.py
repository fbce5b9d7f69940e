"""Bootstrap weights: how often each case is drawn."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, label_codes

# One block of weights is half a MB: it, and what is computed from it, stays in the processor's cache.
_BLOCK_CELLS = 64_000


class Stratum:
    """Units drawn with replacement, as many as there are; each case belongs to one."""

    def __init__(self, cases: npt.NDArray[np.intp], unit: npt.NDArray[np.intp]) -> None:
        self.cases, self.unit = cases, unit
        self.units = int(unit.max(initial=-1)) + 1


def classes(truth: BoolArray) -> list[Stratum]:
    """Draw positive and negative cases apart; a class without a case is no stratum."""
    positions = [np.flatnonzero(chosen) for chosen in (truth, ~truth)]
    return [Stratum(cases, np.arange(len(cases))) for cases in positions if len(cases)]


def clusters(cluster: npt.NDArray[np.generic]) -> list[Stratum]:
    """Draw whole clusters."""
    unit = label_codes(cluster)
    return [Stratum(np.arange(len(unit)), unit)]


def weight_blocks(
    strata: Sequence[Stratum], cases: int, resamples: int, generator: np.random.Generator
) -> Iterator[FloatArray]:
    """Yield blocks of resamples (resample x case), small enough for the cache."""
    block = max(1, _BLOCK_CELLS // max(1, cases))
    for start in range(0, resamples, block):
        weight = np.zeros((min(block, resamples - start), cases))
        for row in weight:
            for stratum in strata:
                drawn = generator.integers(stratum.units, size=stratum.units)
                row[stratum.cases] = np.bincount(drawn, minlength=stratum.units)[stratum.unit]
        yield weight

"""Statistics of the values under a segment (IBSI, intensity-based statistical features)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import stats

from portal.inference.measurement.quantity import NO_UNIT, Quantity, Values, checked, values_under

# Percentiles interpolate between neighbours in order (numpy's default, Hyndman and Fan's type 7).
PERCENTILES = {5: None, 10: "QG58", 25: None, 50: "Y12H", 75: None, 90: "8DWT", 95: None}
_OF_VALUES: tuple[tuple[str, str, Callable[[Values], np.floating]], ...] = (
    ("mean", "Q4LE", np.mean),
    ("minimum", "1GSF", np.min),
    ("maximum", "84IY", np.max),
    ("range", "2OJQ", np.ptp),
    ("root_mean_square", "5ZWQ", lambda values: np.sqrt(np.mean(values**2))),
    ("mean_absolute_deviation", "4FUA", lambda values: np.mean(np.abs(values - values.mean()))),
)
_MOMENTS = (("skewness", "KE2A"), ("excess_kurtosis", "IPH6"))
_FLAT = "All voxels of the segment have the same value."


def intensities(mask: npt.ArrayLike, values: npt.ArrayLike, *, unit: str) -> list[Quantity]:
    """Describe the values under a segment; `unit` is theirs, in UCUM.

    The standard deviation is that of these voxels, which are all there are (divided by their number, as the IBSI's
    variance ECT3 is). Skewness and excess kurtosis have no value where all voxels are equal.
    """
    voxels, _ = checked(mask, (1, 1, 1))
    under = values_under(voxels, values)
    quantities = [Quantity("voxels", float(len(under)), NO_UNIT)]
    quantities += [Quantity(name, float(of(under)), unit, ibsi) for name, ibsi, of in _OF_VALUES]
    quantities.append(Quantity("standard_deviation", float(under.std()), unit))
    found = np.percentile(under, list(PERCENTILES))
    quantities += [
        Quantity(f"percentile_{percent}", float(one), unit, ibsi)
        for (percent, ibsi), one in zip(PERCENTILES.items(), found, strict=True)
    ]
    return [*quantities, *_moments(under)]


def undefined_intensities(reason: str, *, unit: str) -> list[Quantity]:
    """Give every statistic of values without a value, for one reason."""
    of_values: list[tuple[str, str | None]] = [(name, ibsi) for name, ibsi, _ in _OF_VALUES]
    of_values += [
        ("standard_deviation", None),
        *((f"percentile_{percent}", ibsi) for percent, ibsi in PERCENTILES.items()),
    ]
    return [
        Quantity("voxels", None, NO_UNIT, None, reason),
        *(Quantity(name, None, unit, ibsi, reason) for name, ibsi in of_values),
        *(Quantity(name, None, NO_UNIT, ibsi, reason) for name, ibsi in _MOMENTS),
    ]


def _moments(under: Values) -> list[Quantity]:
    if np.ptp(under) == 0:
        return [Quantity(name, None, NO_UNIT, ibsi, _FLAT) for name, ibsi in _MOMENTS]
    found = (stats.skew(under), stats.kurtosis(under))
    return [Quantity(name, float(one), NO_UNIT, ibsi) for (name, ibsi), one in zip(_MOMENTS, found, strict=True)]

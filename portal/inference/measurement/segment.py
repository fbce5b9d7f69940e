"""Everything that is measured of one segment."""

from collections.abc import Sequence

import numpy.typing as npt

from portal.inference.measurement.intensities import intensities
from portal.inference.measurement.quantity import Quantity
from portal.inference.measurement.shape import shape
from portal.inference.measurement.texture import Discretisation, texture


def measure(
    mask: npt.ArrayLike,
    values: npt.ArrayLike,
    spacing_mm: Sequence[float],
    *,
    unit: str,
    discretisation: Discretisation,
) -> dict[str, list[Quantity]]:
    """Measure a segment by family; `unit` is that of the values, in UCUM (`[hnsf'U]` for HU).

    Raises
    ------
    MeasurementError
        The mask is empty, a value is no number, shapes differ, or the values do not fit the grey levels.
    """
    return {
        "shape": shape(mask, spacing_mm),
        "intensity": intensities(mask, values, unit=unit),
        "texture": texture(mask, values, discretisation),
    }

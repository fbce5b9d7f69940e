"""Measures a stored segment on the original voxels of its series: what a row of measurements holds."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from portal.imaging.models import Series
from portal.imaging.orthanc import Orthanc
from portal.inference.measurement import Discretisation, MeasurementError, Quantity, intensities, shape, texture
from portal.inference.measurement.intensities import undefined_intensities
from portal.inference.measurement.names import CENTROID, IN_VOLUME, INTENSITY, SHAPE, TEXTURE
from portal.inference.measurement.shape import shape_of_sheared, undefined_shape
from portal.inference.measurement.texture import undefined_texture
from portal.inference.modality_values import HOUNSFIELD
from portal.inference.segment_voxels import NO_VOLUME, SHEARED, NotMeasurable, SegmentVoxels, segment_voxels
from portal.jobs import JobFailed

# Raise it when a number that is measured can change; rows say by which one they were made.
METHOD_VERSION = "1"
# Grey levels of CT: 25 HU wide and counted from a multiple of it, so that the same values meet the same borders.
CT_LEVEL_WIDTH_HU = 25.0
# Of values that compare within one image only: so many levels between the least and the greatest (IBSI K15C).
LEVELS_OF_OTHERS = 32
_ALL_PADDING = "All voxels of the segment are padding: they hold no measurement."
_LIBRARIES = ("numpy", "scipy", "scikit-image", "pydicom")


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one segment: quantities, or the code and the reason why there are none at all."""

    quantities: list[dict[str, Any]] = field(default_factory=list)
    reason_code: str = ""
    reason: str = ""
    discretisation: dict[str, float] | None = None
    pixels_sha256: str = ""


@cache
def software() -> dict[str, str]:
    """Return what measures: the version of the method and of the libraries that it is made of."""
    return {"overread-measurement": METHOD_VERSION, **{name: version(name) for name in _LIBRARIES}}


def measured(text: str, series: Series | None, gateway: Orthanc, *, names: Collection[str] | None = None) -> Measured:
    """Measure a segment, given as its stored text; `names` limits what is kept of the quantities.

    Raises
    ------
    JobFailed
        The series, or an image of it, is no longer there or damaged.
    Unavailable
        Orthanc does not answer.
    """
    if series is None:
        raise JobFailed("The portal no longer has the series of the segment.", code="missing_series")
    try:
        voxels = segment_voxels(json.loads(text), series, gateway)
    except NotMeasurable as refused:
        return Measured(reason_code=refused.code, reason=refused.reason)
    levels = _discretisation(voxels)
    families = {SHAPE: _shape(voxels), INTENSITY: _intensities(voxels), TEXTURE: _texture(voxels, levels)}
    return Measured(
        quantities=[
            {"family": family, **asdict(one)}
            for family, quantities in families.items()
            for one in quantities
            if names is None or one.name in names
        ],
        discretisation=asdict(levels) if levels else None,
        pixels_sha256=voxels.pixels_sha256,
    )


def _shape(voxels: SegmentVoxels) -> list[Quantity]:
    if voxels.stack.spacing_mm is None or voxels.centroid_mm is None:
        undefined = [one for one in undefined_shape(NO_VOLUME) if one.name not in IN_VOLUME]
        return [*undefined, *(Quantity(name, None, unit, None, NO_VOLUME) for name, unit in CENTROID)]
    found = shape(voxels.mask, voxels.stack.spacing_mm)
    if voxels.stack.is_sheared:
        found = shape_of_sheared(found, SHEARED)
    return [
        *(one for one in found if one.name not in IN_VOLUME),
        *(Quantity(name, place, unit) for (name, unit), place in zip(CENTROID, voxels.centroid_mm, strict=True)),
    ]


def _no_values(voxels: SegmentVoxels) -> str | None:
    return voxels.no_values or (None if voxels.has_value.any() else _ALL_PADDING)


def _intensities(voxels: SegmentVoxels) -> list[Quantity]:
    missing = _no_values(voxels)
    if missing:
        return undefined_intensities(missing, unit=voxels.unit)
    return intensities(voxels.has_value, voxels.values, unit=voxels.unit)


def _discretisation(voxels: SegmentVoxels) -> Discretisation | None:
    if _no_values(voxels):
        return None
    under = voxels.values[voxels.has_value]
    low, high = float(under.min()), float(under.max())
    if voxels.unit == HOUNSFIELD:
        return Discretisation(float(np.floor(low / CT_LEVEL_WIDTH_HU) * CT_LEVEL_WIDTH_HU), CT_LEVEL_WIDTH_HU)
    # A hair wider, so that the greatest value is in the last level and not alone in one more.
    return Discretisation(low, (high - low) / LEVELS_OF_OTHERS * (1 + 1e-9) if high > low else 1.0)


def _texture(voxels: SegmentVoxels, levels: Discretisation | None) -> list[Quantity]:
    missing = _no_values(voxels) or (NO_VOLUME if voxels.stack.spacing_mm is None else None)
    if missing or levels is None:
        return undefined_texture(missing or _ALL_PADDING)
    try:
        return texture(voxels.has_value, voxels.values, levels)
    except MeasurementError as refused:
        return undefined_texture(str(refused))

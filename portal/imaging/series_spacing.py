"""How far apart the voxels of a series lie, from the metadata that viewers get. Pure rules over DICOM JSON."""

from collections.abc import Sequence
from typing import Any

from portal.imaging.geometry import SPACING_TOLERANCE, GeometryError, Plane, order_slices, plane_from_tags
from portal.imaging.reader_tags import tag_of

DicomJson = dict[str, Any]
Spacing = tuple[float, float, float]

# Where an enhanced object says what others say at the top (PS3.3 C.7.6.16.2).
_GROUP_OF = {
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "PixelSpacing": "PixelMeasuresSequence",
}


def spacing_mm_of(rows: Sequence[DicomJson]) -> Spacing | None:
    """Distance between rows, columns and slices of a series; None where it is no even stack of equal images."""
    try:
        planes = [plane for row in rows for plane in planes_of(row)]
        order = order_slices(planes)
    except GeometryError:
        return None
    if order.spacing_mm is None or not order.is_regular:
        return None
    first = planes[0]
    if not all(_is_near(plane.row_spacing_mm, first.row_spacing_mm) for plane in planes):
        return None
    if not all(_is_near(plane.column_spacing_mm, first.column_spacing_mm) for plane in planes):
        return None
    return first.row_spacing_mm, first.column_spacing_mm, order.spacing_mm


def is_same_spacing(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two spacings agree as well as the slices of one stack have to."""
    return all(_is_near(a, b) for a, b in zip(one, other, strict=True))


def _is_near(value: float, expected: float) -> bool:
    return abs(value - expected) <= SPACING_TOLERANCE * expected


def planes_of(row: DicomJson) -> list[Plane]:
    """Where each frame of an instance lies, in order; raises `GeometryError` where it does not say so."""
    shared = (values_of(row, "SharedFunctionalGroupsSequence") or [{}])[0]
    groups = values_of(row, "PerFrameFunctionalGroupsSequence") or [{}]
    if int((values_of(row, "NumberOfFrames") or [1])[0]) != len(groups):
        raise GeometryError("The frames do not say where they lie.")
    return [
        plane_from_tags({keyword: value_of_frame(keyword, group, shared, row) for keyword in _GROUP_OF})
        for group in groups
    ]


def value_of_frame(keyword: str, group: DicomJson, shared: DicomJson, row: DicomJson) -> list[Any]:
    """The value of an element for one frame: its own, else that of all frames, else that of the object."""
    for holder in (group, shared):
        for item in values_of(holder, _GROUP_OF[keyword]):
            if values_of(item, keyword):
                return values_of(item, keyword)
    return values_of(row, keyword)


def values_of(item: DicomJson, keyword: str) -> list[Any]:
    """The values of an element by its keyword; none where it is missing."""
    return item.get(tag_of(keyword), {}).get("Value", [])

"""The plane of each frame of a series, and whether points lie on it. Pure rules over DICOM JSON."""

import math
from collections.abc import Iterable, Mapping, Sequence

from portal.imaging.series_spacing import DicomJson, value_of_frame, values_of

# Unit normal, then the distance of the plane from the origin along it, in mm.
Place = Sequence[float]
# Of each frame of an instance, by SOP Instance UID; None where the image does not say where it lies.
Places = Mapping[str, Sequence[Place | None]]

# Positions are rounded when they are written, and marks that come from other programs are as well.
TOLERANCE_MM = 1.0
_PARALLEL_COSINE = 1 - 1e-5


def frame_places(rows: Iterable[DicomJson]) -> dict[str, list[Place | None]]:
    """Find the planes of all frames (PS3.3 C.7.6.2.1.1)."""
    return {values_of(row, "SOPInstanceUID")[0]: _places_of(row) for row in rows if values_of(row, "SOPInstanceUID")}


def farthest_mm(points_mm: Iterable[Sequence[float]], place: Place) -> float:
    """How far from the plane of a frame the farthest point lies."""
    return max((abs(_along(place, point) - place[3]) for point in points_mm), default=0.0)


def reach_mm(place: Place, places: Places) -> float:
    """How far from a frame its marks may lie: the tolerance, and half the way to the nearest parallel frame."""
    others = (one for frames in places.values() for one in frames if one is not None)
    gaps = [abs(one[3] - place[3]) for one in others if _along(place, one) > _PARALLEL_COSINE]
    return TOLERANCE_MM + min((gap for gap in gaps if gap > 0), default=0.0) / 2


def _along(place: Place, vector: Sequence[float]) -> float:
    return place[0] * vector[0] + place[1] * vector[1] + place[2] * vector[2]


def _places_of(row: DicomJson) -> list[Place | None]:
    shared: DicomJson = next(iter(values_of(row, "SharedFunctionalGroupsSequence")), {})
    groups = values_of(row, "PerFrameFunctionalGroupsSequence")
    try:
        count = max(int(next(iter(values_of(row, "NumberOfFrames")), 1)), 1)
    except (TypeError, ValueError):
        return []
    return [_place(groups[index] if index < len(groups) else {}, shared, row) for index in range(count)]


def _place(group: DicomJson, shared: DicomJson, row: DicomJson) -> Place | None:
    try:
        position = [float(value) for value in value_of_frame("ImagePositionPatient", group, shared, row)]
        cosines = [float(value) for value in value_of_frame("ImageOrientationPatient", group, shared, row)]
    except (TypeError, ValueError):
        return None
    if len(position) != 3 or len(cosines) != 6:
        return None
    (a, b, c), (d, e, f) = cosines[:3], cosines[3:]
    normal = [b * f - c * e, c * d - a * f, a * e - b * d]
    length = math.hypot(*normal)
    if not math.isfinite(length + sum(position)) or length == 0:
        return None
    unit = [value / length for value in normal]
    return [*unit, _along(unit, position)]

"""Where a reader's located finding lies and how large it is, from the points of its marks. Pure rules.

A place is the smallest box around the points, with sides along the axes of its frame: those of the patient in
millimetres (PS3.3 C.7.6.2), or those of one image that has no place in the patient. Its centre is the middle of the
box, as `validation.stats.matching` takes it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from annotations.domain.measurements import Point, points_mm, sizes_of
from annotations.domain.segment_marks import is_segment

_EXTENTS = ("length_mm", "long_axis_mm", "diameter_mm", "width_mm", "height_mm", "depth_mm")
# What of a mark's geometry says on which image it is; the spacing is that of an image outside the patient.
IMAGE = (
    "sop_instance_uid",
    "series_instance_uid",
    "frame_number",
    "frame_of_reference_uid",
    "spacing_mm",
    "calibration",
)
# Flat boxes lie in one plane when they are this close: points are written to the micrometre.
_SAME_PLANE_MM = 0.01


class Place(NamedTuple):
    """The box around a finding's points in one frame, and an image on which it is.

    `extent_mm` is 0 for points, and where there are no millimetres. `spacing_mm` of the image says how boxes in the
    plane of an image outside the patient were scaled.
    """

    frame: str
    low: Point
    high: Point
    extent_mm: float
    is_in_mm: bool
    image: Mapping[str, Any]

    @property
    def centre(self) -> Point:
        """Return the middle of the box."""
        x, y, z = ((low + high) / 2 for low, high in zip(self.low, self.high, strict=True))
        return x, y, z


def places_of(marks: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    """Return the places of a finding by frame: two views of a breast are two frames, all slices of a CT are one.

    A segment has none: its voxels travel beside the payload (`annotations.domain.lesion_voxels`).
    """
    found: dict[str, Place] = {}
    for mark in marks:
        if is_segment(mark["geometry"]):
            continue
        place = _place_of(dict(mark["geometry"]))
        known = found.get(place.frame)
        found[place.frame] = _joined(known, place) if known else place
    return found


def iou_of(one: Place, other: Place) -> float | None:
    """Return the intersection over the union of two boxes of one frame; None where one of them has no area.

    Boxes that are flat along the same axis are compared in their plane, and have nothing in common outside it.
    """
    if min(_axes_spanned(one), _axes_spanned(other)) < 2:
        return None
    shared = whole = another = 1.0
    for axis in range(3):
        low, high = max(one.low[axis], other.low[axis]), min(one.high[axis], other.high[axis])
        first, second = one.high[axis] - one.low[axis], other.high[axis] - other.low[axis]
        if max(first, second) <= _SAME_PLANE_MM:
            if low - high > _SAME_PLANE_MM:
                return 0.0
            continue
        shared, whole, another = shared * max(high - low, 0.0), whole * first, another * second
    return shared / (whole + another - shared)


def _axes_spanned(place: Place) -> int:
    return sum(high - low > _SAME_PLANE_MM for low, high in zip(place.low, place.high, strict=True))


def _place_of(geometry: dict[str, Any]) -> Place:
    in_mm = points_mm(geometry)
    points = in_mm or [(column, row, 0.0) for column, row in geometry["points_px"]]
    if geometry["kind"] == "ARROW":
        points = points[:1]
    low, high = _box(_outline(geometry["kind"], points, is_flat=geometry.get("points_mm") is None))
    sizes = sizes_of(geometry)
    sides = [top - bottom for bottom, top in zip(low, high, strict=True)]
    extent = max([sizes[name] for name in _EXTENTS if name in sizes], default=max(sides))
    image = {name: geometry.get(name) for name in IMAGE}
    return Place(_frame_of(geometry), low, high, extent if in_mm else 0.0, in_mm is not None, image)


def _outline(kind: str, points: list[Point], *, is_flat: bool) -> list[Point]:
    """Return points with the same box as the mark: a circle in the patient counts as its ball, for it has no plane."""
    if kind == "CIRCLE":
        centre, edge = points
        radius = sum((a - b) ** 2 for a, b in zip(centre, edge, strict=True)) ** 0.5
        depth = 0.0 if is_flat else radius
        x, y, z = centre
        return [(x - radius, y - radius, z - depth), (x + radius, y + radius, z + depth)]
    if kind == "BOX":
        corner = points[0]
        x, y, z = (sum(end[axis] for end in points[1:]) - 2 * corner[axis] for axis in range(3))
        return [*points, (x, y, z)]
    return points


def _box(points: Iterable[Point]) -> tuple[Point, Point]:
    (x, X), (y, Y), (z, Z) = ((min(values), max(values)) for values in zip(*points, strict=True))
    return (x, y, z), (X, Y, Z)


def _joined(one: Place, other: Place) -> Place:
    low, high = _box([one.low, one.high, other.low, other.high])
    sides = [top - bottom for bottom, top in zip(low, high, strict=True)]
    extent = max(one.extent_mm, other.extent_mm, *sides) if one.is_in_mm else 0.0
    return one._replace(low=low, high=high, extent_mm=extent)


def _frame_of(geometry: Mapping[str, Any]) -> str:
    """Name what the coordinates of a mark can be compared within."""
    if geometry.get("points_mm") is None:
        return f"{geometry['sop_instance_uid']}#{geometry['frame_number']}"
    return str(geometry.get("frame_of_reference_uid") or geometry["series_instance_uid"])

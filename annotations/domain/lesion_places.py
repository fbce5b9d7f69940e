"""Where a reader's located finding lies and how large it is, from the points of its marks. Pure rules.

A place is the smallest box around the points, with sides along the axes of its frame: those of the patient in
millimetres (PS3.3 C.7.6.2), or those of one image that has no place in the patient. Its centre is the middle of the
box, as `validation.stats.matching` takes it.
"""

import math
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
# The frame of a place in patient millimetres that names none, such as the centre of a lesion in a CSV.
ANYWHERE = "the patient"
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


def places_in_patient(geometries: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    """Return the places of a lesion of the truth, of an AI's finding or of a reader's, by frame; no segments.

    A ball (SPHERE) is a place too. What is in patient millimetres and names no frame of reference is `ANYWHERE`: to be
    compared with any place in the patient.
    """
    found: dict[str, Place] = {}
    for geometry in geometries:
        if is_segment(geometry):
            continue
        place = _ball(geometry) if geometry["kind"] == "SPHERE" else _place_of(_with_frame(geometry))
        known = found.get(place.frame)
        found[place.frame] = _joined(known, place) if known else place
    return found


def _with_frame(geometry: Mapping[str, Any]) -> dict[str, Any]:
    if geometry.get("points_mm") is not None and not geometry.get("frame_of_reference_uid"):
        return {**geometry, "series_instance_uid": ANYWHERE}
    return {"frame_number": 1, **geometry}


def _ball(geometry: Mapping[str, Any]) -> Place:
    x, y, z = geometry["center_mm"]
    radius = geometry["diameter_mm"] / 2
    low, high = (x - radius, y - radius, z - radius), (x + radius, y + radius, z + radius)
    image = {name: geometry.get(name) for name in IMAGE}
    return Place(str(geometry.get("frame_of_reference_uid") or ANYWHERE), low, high, 2 * radius, True, image)


def iou_of(one: Place, other: Place) -> float | None:
    """Return the intersection over the union of two boxes of one frame; None where one of them has no area.

    A flat box is compared in its plane, with a box that the plane cuts: a rectangle on a slice with a circle, which
    counts as its ball, or with a contour on several slices. Boxes that are flat along different axes share no area.
    """
    if min(_axes_spanned(one), _axes_spanned(other)) < 2:
        return None
    axes = [axis for axis in range(3) if min(_side(one, axis), _side(other, axis)) > _SAME_PLANE_MM]
    gaps = [max(one.low[axis], other.low[axis]) - min(one.high[axis], other.high[axis]) for axis in range(3)]
    if len(axes) < 2 or max(gaps) > _SAME_PLANE_MM:
        return 0.0
    shared = math.prod(max(-gaps[axis], 0.0) for axis in axes)
    whole, another = (math.prod(_side(place, axis) for axis in axes) for place in (one, other))
    return shared / (whole + another - shared)


def _axes_spanned(place: Place) -> int:
    return sum(_side(place, axis) > _SAME_PLANE_MM for axis in range(3))


def _side(place: Place, axis: int) -> float:
    return place.high[axis] - place.low[axis]


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
    if kind == "ELLIPSE":
        return _ellipse_outline(points)
    if kind == "CIRCLE":
        centre, edge = points
        radius = sum((a - b) ** 2 for a, b in zip(centre, edge, strict=True)) ** 0.5
        depth = 0.0 if is_flat else radius
        x, y, z = centre
        return [(x - radius, y - radius, z - depth), (x + radius, y + radius, z + depth)]
    if kind == "BOX":
        corner = points[0]
        ways = [[end[axis] - corner[axis] for end in points[1:]] for axis in range(3)]
        low, high = (
            [at + sum(way for way in along if (way > 0) == is_up) for at, along in zip(corner, ways, strict=True)]
            for is_up in (False, True)
        )
        return [(low[0], low[1], low[2]), (high[0], high[1], high[2])]
    return points


def _ellipse_outline(points: list[Point]) -> list[Point]:
    """Return the corners of the box around an ellipse, which reaches beyond the ends of axes that lie across it."""
    one, other, third, fourth = points
    centre = [(a + b) / 2 for a, b in zip(one, other, strict=True)]
    reach = [math.hypot(b - a, d - c) / 2 for a, b, c, d in zip(one, other, third, fourth, strict=True)]
    low, high = ([at + sign * far for at, far in zip(centre, reach, strict=True)] for sign in (-1, 1))
    return [(low[0], low[1], low[2]), (high[0], high[1], high[2])]


def _box(points: Iterable[Point]) -> tuple[Point, Point]:
    (x, X), (y, Y), (z, Z) = ((min(values), max(values)) for values in zip(*points, strict=True))
    return (x, y, z), (X, Y, Z)


def _joined(one: Place, other: Place) -> Place:
    low, high = _box([one.low, one.high, other.low, other.high])
    sides = [top - bottom for bottom, top in zip(low, high, strict=True)]
    extent = max(one.extent_mm, other.extent_mm, *sides) if one.is_in_mm else 0.0
    return one._replace(low=low, high=high, extent_mm=extent)


def _frame_of(geometry: Mapping[str, Any]) -> str:
    """Name what the coordinates of a mark can be compared within.

    The regions of an ultrasound image differ in spacing, and a mark across their edge has none (PS3.3 C.8.5.5).
    """
    if geometry.get("points_mm") is None:
        spacing = geometry.get("spacing_mm")
        unit = f"{spacing[0]:g}x{spacing[1]:g} mm" if spacing else "px"
        return f"{geometry['sop_instance_uid']}#{geometry['frame_number']} {unit}"
    return str(geometry.get("frame_of_reference_uid") or geometry["series_instance_uid"])

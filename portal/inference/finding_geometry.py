"""Where a finding of an AI lies: the kinds of geometry that can be posted and what each must be.

Pure rules over plain JSON values. Points are in patient millimetres (PS3.3 C.7.6.2), or in columns and rows of a
named image. The shape alone is also written as a JSON Schema, `schemas/ai-finding.schema.json`.
"""

import math
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from portal.errors import FieldProblem
from portal.inference.dicom_uid import UID

MAXIMUM_COORDINATE = 100_000.0
# As many as a reader's own contour may have.
MAXIMUM_CONTOUR_POINTS = 5000
MAXIMUM_FRAME = 2**31
SPHERE = "SPHERE"
# Points off their common plane by more than this lie on no slice.
_FLAT_MM = 0.5
# Half of what a reader's own mark may be off, so that a copy on the slices of the images still fits.
_STRAIGHT_DEG = 0.5
# Points are posted with three decimals at most as fine as this; shorter sides have no direction.
_LEAST_SIDE = 0.003
_PLACE_FIELDS = ("frame_of_reference_uid", "sop_instance_uid", "series_instance_uid")

Point = tuple[float, ...]


class Shape(NamedTuple):
    """How many points a kind has, and what they are."""

    fewest: int
    most: int
    order: str


# A sphere has a centre and a diameter instead. The order of points is that of a reader's own marks.
SHAPES = {
    "POINT": Shape(1, 1, "one point"),
    "LENGTH": Shape(2, 2, "both ends"),
    "RECTANGLE": Shape(4, 4, "four corners in order"),
    "ELLIPSE": Shape(4, 4, "the ends of one axis, then of the other"),
    "FREEHAND": Shape(3, MAXIMUM_CONTOUR_POINTS, f"3 to {MAXIMUM_CONTOUR_POINTS} points of a closed line"),
    "BOX": Shape(4, 4, "a corner, then its neighbours along the row, the column and the normal"),
}
# What may be posted; a SEGMENT has rules of its own (`portal.inference.finding_segments`).
KINDS = (SPHERE, *SHAPES, "SEGMENT")
# These reach beyond one image, so they exist in the patient only.
ONLY_IN_PATIENT = ("BOX", SPHERE)


def problem(field: str, code: str, detail: str) -> FieldProblem:
    """One fault and its place."""
    return {"field": field, "code": code, "detail": detail}


def is_finite_number(value: Any) -> bool:
    """Say whether `value` is a JSON number that a float holds: no NaN, nothing infinite, no longer whole number."""
    return is_number(value, -sys.float_info.max, sys.float_info.max)


def is_number(value: Any, low: float, high: float) -> bool:
    """Say whether `value` is a JSON number within the limits; NaN is within none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def number_of_points(geometry: Any) -> int:
    """How many points a posted geometry has, whatever else is wrong with it."""
    if not isinstance(geometry, Mapping):
        return 0
    lists = (geometry.get(name) for name in ("points_mm", "points_px"))
    return sum(len(points) for points in lists if isinstance(points, list))


def geometry_problems(geometry: Any, path: str) -> list[FieldProblem]:
    """Everything that is wrong with the geometry of a posted finding."""
    if not isinstance(geometry, Mapping):
        return [problem(path, "bad_shape", "A geometry is a JSON object.")]
    kind = geometry.get("kind")
    if not isinstance(kind, str) or (kind != SPHERE and kind not in SHAPES):
        return [problem(f"{path}.kind", "unknown_kind", f"kind is one of {', '.join(KINDS)}.")]
    own_fields = {"center_mm", "diameter_mm"} if kind == SPHERE else {"points_mm", "points_px"}
    if set(geometry) - own_fields - {"kind", "frame_number", *_PLACE_FIELDS}:
        return [problem(path, "unknown_field", f"A {kind} has no such field.")]
    shape = _sphere_problems(geometry, path) if kind == SPHERE else _points_problems(geometry, path)
    return shape + _place_problems(geometry, path)


def _place_problems(geometry: Mapping[str, Any], path: str) -> list[FieldProblem]:
    problems = []
    for name in _PLACE_FIELDS:
        uid = geometry.get(name)
        if uid is not None and not (isinstance(uid, str) and UID.fullmatch(uid)):
            problems.append(problem(f"{path}.{name}", "bad_uid", "This is no DICOM UID."))
    frame = geometry.get("frame_number")
    if frame is not None and not (isinstance(frame, int) and is_number(frame, 1, MAXIMUM_FRAME)):
        problems.append(problem(f"{path}.frame_number", "bad_number", "Frames are counted from 1."))
    return problems


def _sphere_problems(geometry: Mapping[str, Any], path: str) -> list[FieldProblem]:
    problems = []
    if not _is_point(geometry.get("center_mm"), 3):
        problems.append(problem(f"{path}.center_mm", "bad_point", "Give [x, y, z] in patient mm."))
    diameter = geometry.get("diameter_mm")
    if not (is_number(diameter, 0, MAXIMUM_COORDINATE) and diameter):
        problems.append(problem(f"{path}.diameter_mm", "not_positive", "Give a diameter above 0 mm."))
    return problems


def _points_problems(geometry: Mapping[str, Any], path: str) -> list[FieldProblem]:
    kind = geometry["kind"]
    is_in_pixels = geometry.get("points_px") is not None
    name, dimensions = ("points_px", 2) if is_in_pixels else ("points_mm", 3)
    if is_in_pixels and (kind in ONLY_IN_PATIENT or geometry.get("points_mm") is not None):
        detail = f"A {kind} needs points_mm." if kind in ONLY_IN_PATIENT else "Give points_mm or points_px, not both."
        return [problem(f"{path}.points_px", "bad_points", detail)]
    shape, given = SHAPES[kind], geometry.get(name)
    points = given if isinstance(given, list) and shape.fewest <= len(given) <= shape.most else []
    if not points or not all(_is_point(point, dimensions) for point in points):
        unit = "[column, row] from the centre of the first pixel" if is_in_pixels else "[x, y, z] in patient mm"
        return [problem(f"{path}.{name}", "bad_points", f"A {kind} has {shape.order}, each {unit}.")]
    if is_in_pixels and geometry.get("sop_instance_uid") is None:
        detail = "Points in pixels are of one image: name it."
        return [problem(f"{path}.sop_instance_uid", "image_missing", detail)]
    fault = _form_fault(kind, [tuple(point) for point in points], is_in_pixels)
    return [problem(f"{path}.{name}", *fault)] if fault else []


def _is_point(point: Any, dimensions: int) -> bool:
    return (
        isinstance(point, list)
        and len(point) == dimensions
        and all(is_number(value, -MAXIMUM_COORDINATE, MAXIMUM_COORDINATE) for value in point)
    )


def _form_fault(kind: str, points: list[Point], is_in_pixels: bool) -> tuple[str, str] | None:
    match kind:
        case "RECTANGLE":
            return _rectangle_fault(points, is_in_pixels)
        case "BOX":
            return _corners_fault(points, [(0, 1, 2), (0, 2, 3), (0, 1, 3)])
        case "FREEHAND":
            return _contour_fault(points)
    return None


def _rectangle_fault(points: list[Point], is_in_pixels: bool) -> tuple[str, str] | None:
    if is_in_pixels and any(
        min(map(abs, _minus(points[index - 1], points[index]))) > _LEAST_SIDE for index in range(4)
    ):
        # Turned against the rows it would be skew in the patient wherever pixels are not square.
        return "not_perpendicular", "In pixels the sides of a rectangle run along the rows and columns."
    return _corners_fault(points, [(0, 1, 3), (1, 2, 0), (2, 3, 1)])


def _corners_fault(points: list[Point], corners: list[tuple[int, int, int]]) -> tuple[str, str] | None:
    for at, one, other in corners:
        a, b = _minus(points[one], points[at]), _minus(points[other], points[at])
        lengths = math.hypot(*a), math.hypot(*b)
        if min(lengths) < _LEAST_SIDE:
            return "no_extent", "Every side is longer than 0."
        slack_deg = _STRAIGHT_DEG + math.degrees(math.atan(2 * _LEAST_SIDE / min(lengths)))
        cosine = _dot(a, b) / (lengths[0] * lengths[1])
        if abs(cosine) > math.sin(math.radians(slack_deg)):
            return "not_perpendicular", "The sides meet at right angles."
    return None


def _contour_fault(points: list[Point]) -> tuple[str, str] | None:
    in_space = [(*point, 0.0)[:3] for point in points]
    normal = _newell(in_space)
    size = math.hypot(*normal)
    if size < _LEAST_SIDE**2:
        return "no_area", "The line encloses nothing."
    centre = tuple(sum(point[axis] for point in in_space) / len(in_space) for axis in range(3))
    for point in in_space:
        if (
            abs(sum(n * (value - middle) for n, value, middle in zip(normal, point, centre, strict=True))) / size
            > _FLAT_MM
        ):
            return "not_flat", "The points of a contour lie in one plane, that of its image."
    return None


def _newell(points: list[Point]) -> Point:
    """Twice the area of a closed flat polygon, along its normal (Newell's formula)."""
    arms = [_minus(point, points[0]) for point in points]
    normal = [0.0, 0.0, 0.0]
    for index, arm in enumerate(arms):
        before = arms[index - 1]
        for axis in range(3):
            one, other = (axis + 1) % 3, (axis + 2) % 3
            normal[axis] += before[one] * arm[other] - before[other] * arm[one]
    return tuple(normal)


def _dot(one: Point, other: Point) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _minus(one: Point, other: Point) -> Point:
    return tuple(a - b for a, b in zip(one, other, strict=True))

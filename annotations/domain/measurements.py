"""The sizes of a mark, from its points alone: what a browser says it measured is checked against this.

Lengths are Euclidean distances in millimetres; areas and perimeters of polygons are exact (Newell's formula in space);
the angle of Cobb is the acute angle between two lines (Cobb 1948).
"""

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

from annotations.domain.geometry import CONTOURS, is_number
from annotations.domain.problems import Problem

SIZES = (
    "length_mm",
    "long_axis_mm",
    "short_axis_mm",
    "width_mm",
    "height_mm",
    "depth_mm",
    "diameter_mm",
    "perimeter_mm",
    "area_mm2",
    "volume_mm3",
    "angle_deg",
)
# Statistics of the pixel values under a mark; `unit` says of what.
VALUES = ("value", "mean", "sd", "min", "max")
# HU, SUV, Bq/ml …, as the image names it; "raw" where it names none.
UNIT = re.compile(r"[!-~]{1,16}")
# Points are written to the micrometre, sizes too: two ends may each be off by 0.9 micrometre.
_POINT_TOLERANCE_MM = 0.003
_STRAIGHT_TOLERANCE_DEG = 1.0

Point = tuple[float, float, float]


def _minus(one: Point, other: Point) -> Point:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _dot(one: Point, other: Point) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _cross(one: Point, other: Point) -> Point:
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def _angle_deg(one: Point, other: Point) -> float:
    return math.degrees(math.atan2(math.hypot(*_cross(one, other)), _dot(one, other)))


def _perimeter(points: list[Point]) -> float:
    return sum(math.dist(point, points[index - 1]) for index, point in enumerate(points))


def polygon_area(points: list[Point]) -> float:
    """Area of a closed flat polygon anywhere in space: half the length of the sum of cross products (Newell)."""
    origin = points[0]
    arms = [_minus(point, origin) for point in points]
    crossed = [_cross(arms[index - 1], arm) for index, arm in enumerate(arms)]
    return 0.5 * math.hypot(*(sum(one[axis] for one in crossed) for axis in range(3)))


def _length(p: list[Point]) -> dict[str, float]:
    return {"length_mm": math.dist(p[0], p[1])}


def _bidirectional(p: list[Point]) -> dict[str, float]:
    return {"long_axis_mm": math.dist(p[0], p[1]), "short_axis_mm": math.dist(p[2], p[3])}


def _angle(p: list[Point]) -> dict[str, float]:
    return {"angle_deg": _angle_deg(_minus(p[0], p[1]), _minus(p[2], p[1]))}


def _cobb(p: list[Point]) -> dict[str, float]:
    between = _angle_deg(_minus(p[1], p[0]), _minus(p[3], p[2]))
    return {"angle_deg": min(between, 180 - between)}


def _rectangle(p: list[Point]) -> dict[str, float]:
    width, height = math.dist(p[0], p[1]), math.dist(p[0], p[3])
    return {"width_mm": width, "height_mm": height, "area_mm2": width * height, "perimeter_mm": 2 * (width + height)}


def _ellipse(p: list[Point]) -> dict[str, float]:
    height, width = math.dist(p[0], p[1]), math.dist(p[2], p[3])
    return {"width_mm": width, "height_mm": height, "area_mm2": math.pi / 4 * width * height}


def _circle(p: list[Point]) -> dict[str, float]:
    diameter = 2 * math.dist(p[0], p[1])
    return {"diameter_mm": diameter, "area_mm2": math.pi / 4 * diameter**2, "perimeter_mm": math.pi * diameter}


def _contour(p: list[Point]) -> dict[str, float]:
    return {"area_mm2": polygon_area(p), "perimeter_mm": _perimeter(p)}


def _box(p: list[Point]) -> dict[str, float]:
    width, height, depth = (math.dist(p[0], end) for end in p[1:])
    return {"width_mm": width, "height_mm": height, "depth_mm": depth, "volume_mm3": width * height * depth}


_SIZES_OF_KIND: dict[str, Callable[[list[Point]], dict[str, float]]] = {
    "LENGTH": _length,
    "BIDIRECTIONAL": _bidirectional,
    "ANGLE": _angle,
    "COBB": _cobb,
    "RECTANGLE": _rectangle,
    "ELLIPSE": _ellipse,
    "CIRCLE": _circle,
    "BOX": _box,
    **dict.fromkeys(CONTOURS, _contour),
}


def points_mm(geometry: dict[str, Any]) -> list[Point] | None:
    """The points in millimetres; of an image outside the patient but with spacing, in its own plane; else None."""
    if geometry.get("points_mm") is not None:
        return [(x, y, z) for x, y, z in geometry["points_mm"]]
    spacing = geometry.get("spacing_mm")
    if spacing is None:
        return None
    return [(column * spacing[1], row * spacing[0], 0.0) for column, row in geometry["points_px"]]


def sizes_of(geometry: dict[str, Any]) -> dict[str, float]:
    """Return every size of a well-formed geometry; empty for points, and where the image has no spacing."""
    points = points_mm(geometry)
    measure = _SIZES_OF_KIND.get(geometry["kind"])
    return measure(points) if points and measure else {}


def _tolerance(name: str, geometry: dict[str, Any], points: list[Point]) -> float:
    """How far a size may be off when every point is off by less than the tolerance."""
    match name:
        case "angle_deg":
            arms = [math.dist(a, b) for a, b in itertools.pairwise(points)]
            return math.degrees(2 * _POINT_TOLERANCE_MM / max(min(arms), _POINT_TOLERANCE_MM)) + 0.001
        case "area_mm2":
            border = math.tau * math.dist(*points) if geometry["kind"] == "CIRCLE" else _perimeter(points)
            return _POINT_TOLERANCE_MM * (border + 1)
        case "volume_mm3":
            width, height, depth = (math.dist(points[0], end) for end in points[1:])
            return _POINT_TOLERANCE_MM * (width * height + height * depth + depth * width + 1)
        case "perimeter_mm":
            return _POINT_TOLERANCE_MM * (len(points) + 4)
        case "diameter_mm":
            return 2 * _POINT_TOLERANCE_MM
    return _POINT_TOLERANCE_MM


def measurement_problems(measurements: Any, geometry: dict[str, Any], path: str) -> list[Problem]:
    """Return what is wrong with the measurements of a well-formed geometry."""
    if not isinstance(measurements, dict) or set(measurements) - {*SIZES, *VALUES, "unit"}:
        names = ", ".join((*SIZES, *VALUES, "unit"))
        return [Problem(path, "bad_shape", f"Measurements are {names}.")]
    numbers = {name: value for name, value in measurements.items() if name != "unit"}
    if not all(is_number(value) for value in numbers.values()):
        return [Problem(path, "bad_number", "A measurement is a finite number; leave out what was not measured.")]
    if any(numbers.get(name, 0) < 0 for name in (*SIZES, "sd")):
        return [Problem(path, "bad_number", "A size is not below 0.")]
    return [*_unit_problems(measurements, path), *_size_problems(numbers, geometry, path)]


def _unit_problems(measurements: dict[str, Any], path: str) -> list[Problem]:
    has_values = any(name in measurements for name in VALUES)
    unit = measurements.get("unit")
    is_unit = isinstance(unit, str) and UNIT.fullmatch(unit) is not None
    if has_values != ("unit" in measurements) or (has_values and not is_unit):
        detail = "Pixel values come with their unit: HU, SUV, Bq/ml …, or raw."
        return [Problem(f"{path}.unit", "bad_unit", detail)]
    return []


def _size_problems(numbers: dict[str, float], geometry: dict[str, Any], path: str) -> list[Problem]:
    said = {name: value for name, value in numbers.items() if name in SIZES}
    points = points_mm(geometry)
    if said and points is None:
        return [Problem(path, "no_spacing", "Without spacing there is no measurement in millimetres or degrees.")]
    true = sizes_of(geometry)
    return [
        Problem(f"{path}.{name}", "measurement_mismatch", _mismatch(name, value, true))
        for name, value in said.items()
        if name not in true or abs(value - true[name]) > _tolerance(name, geometry, points or [])
    ]


def _mismatch(name: str, value: float, true: dict[str, float]) -> str:
    if name not in true:
        return f"A mark of this kind has no {name}."
    return f"{name} is {value:.3f}, but its points say {true[name]:.3f}. Reload the page and measure again."


def form_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    """Return where a well-formed geometry is not what its kind says: a rectangle that is skew, for example."""
    points = points_mm(geometry)
    if points is None:
        return []
    match geometry["kind"]:
        case "BIDIRECTIONAL":
            return _bidirectional_problems(points, path, is_square=not _has_oblong_pixels(geometry))
        case "RECTANGLE" if not _has_oblong_pixels(geometry):
            return _right_angles(points, [(0, 1, 3), (1, 2, 0), (2, 3, 1)], path)
        case "BOX":
            return _right_angles(points, [(0, 1, 2), (0, 2, 3), (0, 1, 3)], path)
    return []


def _has_oblong_pixels(geometry: dict[str, Any]) -> bool:
    """Whether right angles drawn in the pixels (of an ultrasound region) are none in millimetres."""
    spacing = geometry.get("spacing_mm")
    return geometry.get("points_mm") is None and spacing is not None and spacing[0] != spacing[1]


def _bidirectional_problems(points: list[Point], path: str, *, is_square: bool) -> list[Problem]:
    long, short = _minus(points[1], points[0]), _minus(points[3], points[2])
    if math.hypot(*short) > math.hypot(*long) + _POINT_TOLERANCE_MM:
        return [Problem(path, "axes_swapped", "The long axis comes first and is at least as long as the short one.")]
    if is_square and not _is_square(long, short):
        return [Problem(path, "not_perpendicular", "The short axis is perpendicular to the long one (RECIST 1.1).")]
    return []


def _right_angles(points: list[Point], corners: list[tuple[int, int, int]], path: str) -> list[Problem]:
    for at, one, other in corners:
        if not _is_square(_minus(points[one], points[at]), _minus(points[other], points[at])):
            return [Problem(path, "not_perpendicular", "The sides of a rectangle or a box meet at right angles.")]
    return []


def _is_square(one: Point, other: Point) -> bool:
    shortest = min(math.hypot(*one), math.hypot(*other))
    if shortest < _POINT_TOLERANCE_MM:
        return True
    tolerance = _STRAIGHT_TOLERANCE_DEG + math.degrees(math.atan(2 * _POINT_TOLERANCE_MM / shortest))
    return abs(_angle_deg(one, other) - 90) <= tolerance

"""Where a mark lies: the kinds of geometry and the points of each. Pure rules over plain JSON values.

Points are in patient millimetres (PS3.3 C.7.6.2), or in columns and rows where the image has no place in the patient.
"""

import re
from typing import Any, NamedTuple

from annotations.domain.problems import Problem

# Patient coordinates and pixel positions beyond this are a fault, not a mark.
MAXIMUM_COORDINATE = 100_000.0
# PS3.5 section 9.1: digits and dots, at most 64 characters.
UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
# A contour of a whole slice drawn pixel by pixel stays far below.
MAXIMUM_CONTOUR_POINTS = 5000
MAXIMUM_FRAME = 2**31


class Shape(NamedTuple):
    """How many points a kind of geometry has; `order` says which."""

    fewest: int
    most: int
    order: str


# In the payload's order. Contours are closed: the last point is joined to the first.
SHAPES = {
    "POINT": Shape(1, 1, "the point"),
    "PROBE": Shape(1, 1, "the point whose value was read"),
    "LENGTH": Shape(2, 2, "both ends"),
    "BIDIRECTIONAL": Shape(4, 4, "the ends of the long axis, then of the short axis"),
    "ANGLE": Shape(3, 3, "one end, the vertex, the other end"),
    "COBB": Shape(4, 4, "the ends of one line, then of the other"),
    "ARROW": Shape(2, 2, "the tip, then the tail"),
    "RECTANGLE": Shape(4, 4, "the corners in order"),
    "ELLIPSE": Shape(4, 4, "the ends of one axis, then of the other"),
    "CIRCLE": Shape(2, 2, "the centre, then a point of the circle"),
    "FREEHAND": Shape(3, MAXIMUM_CONTOUR_POINTS, "the closed line"),
    "LIVEWIRE": Shape(3, MAXIMUM_CONTOUR_POINTS, "the closed line"),
    "SPLINE": Shape(3, MAXIMUM_CONTOUR_POINTS, "the closed line"),
    "BOX": Shape(4, 4, "a corner, then its neighbours along the row, along the column and along the normal"),
}
CONTOURS = ("FREEHAND", "LIVEWIRE", "SPLINE")
# Contours that are drawn through points of their own, kept so that they can be edited again.
WITH_CONTROLS = ("LIVEWIRE", "SPLINE")
# A box spans slices, so it exists in the patient only.
ONLY_IN_PATIENT = ("BOX",)
_FIELDS = {
    "kind",
    "points_mm",
    "points_px",
    "spacing_mm",
    "calibration",
    "frame_of_reference_uid",
    "sop_instance_uid",
    "series_instance_uid",
    "frame_number",
}
_CONTROLS = {"controls_mm", "controls_px"}
# What a millimetre of an image outside the patient means, PS3.3 10.7.1; the reading room says it beside each length.
CALIBRATIONS = (
    "PATIENT",
    "MAGNIFICATION",
    "GEOMETRY",
    "FIDUCIAL",
    "CORRECTED",
    "DETECTOR",
    "FILM",
    "UNSTATED",
    "ULTRASOUND_REGION",
)


def is_number(value: Any) -> bool:
    """Whether a JSON value is a finite number of a sane size."""
    # The comparison is exact for whole numbers of any length, and false for NaN and infinities.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAXIMUM_COORDINATE**2


def is_integer_within(value: Any, low: int, high: int) -> bool:
    """Whether a JSON value is a whole number from `low` to `high`."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def geometry_problems(geometry: Any, path: str) -> list[Problem]:
    """Return what makes a geometry unfit to be stored."""
    if not isinstance(geometry, dict) or geometry.get("kind") not in tuple(SHAPES):
        return [Problem(path, "bad_shape", f"A geometry is one of {', '.join(SHAPES)} with its points.")]
    kind = geometry["kind"]
    unknown = set(geometry) - _FIELDS - (_CONTROLS if kind in WITH_CONTROLS else set())
    if unknown:
        return [Problem(path, "bad_shape", f"A {kind} has no field {sorted(unknown)[0]}."[:200])]
    return _point_problems(geometry, path) or [
        *_spacing_problems(geometry, path),
        *_calibration_problems(geometry, path),
        *_place_problems(geometry, path),
    ]


def _point_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    kind = geometry["kind"]
    in_mm, in_px = geometry.get("points_mm"), geometry.get("points_px")
    if (in_mm is None) == (in_px is None):
        return [
            Problem(path, "bad_points", "Give points_mm, or points_px where the image has no place in the patient.")
        ]
    if in_mm is None and kind in ONLY_IN_PATIENT:
        return [Problem(path, "bad_points", f"A {kind} needs points_mm: it spans slices.")]
    if not are_points(in_mm, SHAPES[kind], 3) and not are_points(in_px, SHAPES[kind], 2):
        detail = f"The points of a {kind} are {SHAPES[kind].order}, as finite numbers."
        return [Problem(path, "bad_points", detail)]
    return _control_problems(geometry, path)


def _control_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    in_mm, in_px = geometry.get("controls_mm"), geometry.get("controls_px")
    # Given in the same way as the points, or not at all.
    misplaced = in_mm if geometry.get("points_mm") is None else in_px
    shape = SHAPES["FREEHAND"]
    fits = (in_mm is None or are_points(in_mm, shape, 3)) and (in_px is None or are_points(in_px, shape, 2))
    if misplaced is None and fits:
        return []
    return [Problem(path, "bad_points", "The control points are at least 3 points, in the unit of the points.")]


def _spacing_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    spacing = geometry.get("spacing_mm")
    if spacing is None:
        return []
    is_pair = isinstance(spacing, list) and len(spacing) == 2
    if geometry.get("points_px") is None or not is_pair or not all(is_number(one) and one > 0 for one in spacing):
        detail = "spacing_mm goes with points_px: the distance between rows, then between columns, both above 0."
        return [Problem(f"{path}.spacing_mm", "bad_spacing", detail)]
    return []


def _calibration_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    calibration = geometry.get("calibration")
    if calibration is None or (geometry.get("spacing_mm") is not None and calibration in CALIBRATIONS):
        return []
    detail = f"calibration goes with spacing_mm and is one of {', '.join(CALIBRATIONS)}."
    return [Problem(f"{path}.calibration", "bad_spacing", detail)]


def _place_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    problems = [
        Problem(f"{path}.{name}", "bad_uid", "This is no DICOM UID.")
        for name in ("sop_instance_uid", "series_instance_uid", "frame_of_reference_uid")
        if not (_is_uid(geometry.get(name)) or (name == "frame_of_reference_uid" and geometry.get(name) is None))
    ]
    if not is_integer_within(geometry.get("frame_number"), 1, MAXIMUM_FRAME):
        problems.append(Problem(f"{path}.frame_number", "bad_number", "Frames are counted from 1."))
    return problems


def _is_uid(value: Any) -> bool:
    return isinstance(value, str) and UID.fullmatch(value) is not None


def are_points(points: Any, shape: Shape, dimensions: int) -> bool:
    """Whether a JSON value is a list of as many points as the shape has."""
    return (
        isinstance(points, list)
        and shape.fewest <= len(points) <= shape.most
        and all(
            isinstance(point, list)
            and len(point) == dimensions
            and all(is_number(value) and abs(value) <= MAXIMUM_COORDINATE for value in point)
            for point in points
        )
    )

"""Sizes from points: closed forms of school geometry, and what a browser may not claim."""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotations.domain.measurements import form_problems, measurement_problems, polygon_area, sizes_of

coordinates = st.floats(-300, 300).map(lambda value: round(value, 3))
points = st.tuples(coordinates, coordinates, coordinates)


def geometry(kind: str, *listed: tuple[float, ...]) -> dict[str, Any]:
    return {"kind": kind, "points_mm": [list(point) for point in listed]}


@given(points, points, points)
def test_the_area_of_a_triangle_is_herons(a: Any, b: Any, c: Any) -> None:
    sides = math.dist(a, b), math.dist(b, c), math.dist(c, a)
    half = sum(sides) / 2
    heron = math.sqrt(max(half * math.prod(half - side for side in sides), 0))
    assert polygon_area([a, b, c]) == pytest.approx(heron, rel=1e-6, abs=0.05)


@pytest.mark.parametrize("corners", [3, 4, 12, 360])
def test_the_area_of_a_regular_polygon_anywhere_in_space(corners: int) -> None:
    radius, tilt = 20.0, math.radians(35)
    outline = [
        (radius * math.cos(a), radius * math.sin(a) * math.cos(tilt), radius * math.sin(a) * math.sin(tilt) + 7)
        for a in (2 * math.pi * step / corners for step in range(corners))
    ]
    # n/2 r^2 sin(2 pi / n)
    expected = corners / 2 * radius**2 * math.sin(2 * math.pi / corners)
    assert sizes_of(geometry("FREEHAND", *outline))["area_mm2"] == pytest.approx(expected)


@given(points, points, st.floats(0.01, 100), st.booleans())
def test_a_length_that_its_points_contradict_is_refused(a: Any, b: Any, error_mm: float, longer: bool) -> None:
    mark, true = geometry("LENGTH", a, b), math.dist(a, b)
    assert measurement_problems({"length_mm": round(true, 3)}, mark, "m") == []
    said = true + error_mm if longer else true - error_mm
    assume(said >= 0)
    assert [problem.code for problem in measurement_problems({"length_mm": said}, mark, "m")] == [
        "measurement_mismatch"
    ]


@given(st.floats(0.5, 179.5), st.floats(1, 200))
def test_an_angle_is_that_of_its_arms(angle_deg: float, arm_mm: float) -> None:
    a = math.radians(angle_deg)
    arms = (arm_mm, 0.0, 5.0), (0.0, 0.0, 5.0), (3 * arm_mm * math.cos(a), 3 * arm_mm * math.sin(a), 5.0)
    assert sizes_of(geometry("ANGLE", *arms))["angle_deg"] == pytest.approx(angle_deg)
    lines = arms[1], arms[0], arms[1], arms[2]
    assert sizes_of(geometry("COBB", *lines))["angle_deg"] == pytest.approx(min(angle_deg, 180 - angle_deg))


@given(st.floats(0.01, 500), st.floats(0.01, 500), st.floats(0, 2 * math.pi), points)
def test_a_rounded_rectangle_is_accepted_with_rounded_sizes(width: float, height: float, turn: float, at: Any) -> None:
    """What a browser sends: points and sizes to the micrometre, of a rectangle at any angle."""
    across = width * math.cos(turn), width * math.sin(turn)
    down = -height * math.sin(turn), height * math.cos(turn)
    offsets = [(0.0, 0.0), across, (across[0] + down[0], across[1] + down[1]), down]
    corners = [(round(at[0] + x, 3), round(at[1] + y, 3), at[2]) for x, y in offsets]
    exact = {"width_mm": width, "height_mm": height, "area_mm2": width * height, "perimeter_mm": 2 * (width + height)}
    mark = geometry("RECTANGLE", *corners)
    assert form_problems(mark, "g") == []
    assert measurement_problems({name: round(value, 3) for name, value in exact.items()}, mark, "m") == []


def test_pixels_with_spacing_are_measured_with_both_spacings() -> None:
    mark = {"kind": "LENGTH", "points_mm": None, "points_px": [[10, 10], [40, 30]], "spacing_mm": [0.5, 0.8]}
    # 30 columns of 0.8 mm and 20 rows of 0.5 mm: the 10-24-26 triangle.
    assert sizes_of(mark) == {"length_mm": 26}
    assert sizes_of({**mark, "spacing_mm": None}) == {}


@pytest.mark.parametrize(
    ("mark", "name", "true"),
    [
        (geometry("BOX", (0, 0, 0), (10, 0, 0), (0, 20, 0), (0, 0, 15)), "volume_mm3", 3000.0),
        (geometry("CIRCLE", (0, 0, 0), (3, 4, 0)), "area_mm2", 25 * math.pi),
        (geometry("CIRCLE", (0, 0, 0), (3, 4, 0)), "perimeter_mm", 10 * math.pi),
        (geometry("ELLIPSE", (0, 5, 0), (0, -5, 0), (-4, 0, 0), (4, 0, 0)), "area_mm2", 20 * math.pi),
        (geometry("ANGLE", (10, 0, 0), (0, 0, 0), (0, 10, 0)), "angle_deg", 90.0),
    ],
)
def test_one_per_cent_more_or_less_is_refused(mark: dict[str, Any], name: str, true: float) -> None:
    assert measurement_problems({name: round(true, 3)}, mark, "m") == []
    for wrong in (true * 0.99, true * 1.01):
        assert [problem.code for problem in measurement_problems({name: wrong}, mark, "m")] == ["measurement_mismatch"]

"""Whether points lie on their frames, over rows written out by hand (PS3.3 C.7.6.2.1.1)."""

import math
from typing import Any

import pytest

from portal.imaging.frame_places import farthest_mm, frame_places, reach_mm

COS, SIN = math.cos(math.radians(20)), math.sin(math.radians(20))
AXIAL = [1.0, 0, 0, 0, 1, 0]
OBLIQUE = [1, 0, 0, 0, COS, SIN]


def element(*values: Any) -> dict[str, Any]:
    return {"Value": list(values)}


def image(uid: str, position: list[float], orientation: list[float] = AXIAL) -> dict[str, Any]:
    return {"00080018": element(uid), "00200032": element(*position), "00200037": element(*orientation)}


def stack(spacing_mm: float) -> list[dict[str, Any]]:
    return [image(str(index), [-10, -20, index * spacing_mm]) for index in range(4)]


def enhanced(spacing_mm: float) -> dict[str, Any]:
    """One instance of four frames: orientation shared, positions by frame (PS3.3 C.7.6.16)."""
    groups = [{"00209113": element({"00200032": element(0, 0, index * spacing_mm)})} for index in range(4)]
    shared = {"00209116": element({"00200037": element(*AXIAL)})}
    frames = {"00280008": element(4), "52009229": element(shared), "52009230": element(*groups)}
    return {"00080018": element("many"), **frames}


def is_on(rows: list[dict[str, Any]], uid: str, point: list[float], frame: int = 1) -> bool:
    places = frame_places(rows)
    place = places[uid][frame - 1]
    assert place is not None
    return farthest_mm([point], place) <= reach_mm(place, places)


@pytest.mark.parametrize(("off_mm", "expected"), [(0, True), (3.4, True), (-3.4, True), (3.6, False), (40, False)])
def test_a_point_lies_within_half_a_gap_and_a_millimetre(off_mm: float, expected: bool) -> None:
    assert is_on(stack(5), "1", [3, 4, 5 + off_mm]) is expected


@pytest.mark.parametrize(("off_mm", "expected"), [(0.9, True), (1.1, False)])
def test_an_image_that_is_alone_has_a_millimetre(off_mm: float, expected: bool) -> None:
    assert is_on([image("1", [0, 0, 7])], "1", [900, -900, 7 + off_mm]) is expected


def test_oblique_images_are_planes_along_their_own_normal() -> None:
    rows = [image(str(step), [0, -SIN * step * 3, COS * step * 3], OBLIQUE) for step in range(3)]
    # 100 mm down the columns of the second image; the same height straight above its corner lies 34 mm off.
    assert is_on(rows, "1", [5, -SIN * 3 + COS * 100, COS * 3 + SIN * 100])
    assert not is_on(rows, "1", [5, -SIN * 3, COS * 3 + SIN * 100])


def test_frames_of_one_instance_have_a_plane_each() -> None:
    rows = [enhanced(4)]
    assert is_on(rows, "many", [1, 1, 8], frame=3)
    assert not is_on(rows, "many", [1, 1, 8], frame=1)


@pytest.mark.parametrize(
    "row",
    [
        {"00080018": element("mammogram")},
        {**image("mammogram", [0, 0, 0]), "00200032": element("x", 0, 0)},
        {**image("mammogram", [0, 0, 0]), "00200037": element(1, 0, 0, 1, 0, 0)},
    ],
)
def test_an_image_that_does_not_say_where_it_lies_has_no_place(row: dict[str, Any]) -> None:
    assert frame_places([row]) == {"mammogram": [None]}

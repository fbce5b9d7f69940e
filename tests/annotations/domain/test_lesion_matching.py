"""Readers' findings as lesions: known groups, and what holds for any findings in any order."""

import math
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.consensus import ANY, MAJORITY, UNANIMOUS, WEIGHTED, Rule
from annotations.domain.lesion_consensus import LesionVotes, common_code, consensus_marks, decide_lesion
from annotations.domain.lesion_matching import (
    DISTANCE,
    IOU,
    Marked,
    MatchRule,
    distance_mm,
    largest_distance_mm,
    lesions_of,
    overlap,
    partition_fault,
    smallest_iou,
)
from annotations.domain.lesion_places import places_of
from annotations.domain.lesions import lesion_problems

WITHIN_10_MM = MatchRule(DISTANCE, max_distance_mm=10.0)


def geometry(kind: str, *points: list[float], **changes: Any) -> dict[str, Any]:
    place = {
        "frame_of_reference_uid": "1.2.3",
        "sop_instance_uid": "1.2",
        "series_instance_uid": "1",
        "frame_number": 1,
    }
    return {"kind": kind, "points_mm": [list(point) for point in points], **place, **changes}


def at(reader: str, key: str, *geometries: dict[str, Any]) -> Marked:
    return Marked(reader, key, places_of({"geometry": one} for one in geometries))


def point(reader: str, x: float, y: float = 0.0, z: float = 0.0, key: str = "") -> Marked:
    return at(reader, key or f"{reader}{x:g}", geometry("POINT", [x, y, z]))


def keys(groups: list[list[Marked]]) -> set[frozenset[str]]:
    return {frozenset(one.key for one in group) for group in groups}


def test_three_readers_two_lesions_and_a_mark_of_one_reader() -> None:
    findings = [point("A", 0), point("B", 4), point("C", 8), point("A", 50), point("B", 55), point("C", 200)]
    assert keys(lesions_of(findings, WITHIN_10_MM)) == {
        frozenset({"A0", "B4", "C8"}), frozenset({"A50", "B55"}), frozenset({"C200"}),
    }  # fmt: skip


def test_no_chain_of_small_steps_joins_what_is_far_apart() -> None:
    """0, 9 and 18 mm: neighbours fit, the ends do not; the nearer pair goes together."""
    groups = lesions_of([point("A", 0), point("B", 9), point("C", 17)], WITHIN_10_MM)
    assert keys(groups) == {frozenset({"A0"}), frozenset({"B9", "C17"})}


def test_a_reader_who_marks_twice_marks_two_lesions() -> None:
    groups = lesions_of([point("A", 0), point("A", 2), point("B", 2.5)], WITHIN_10_MM)
    assert keys(groups) == {frozenset({"A0"}), frozenset({"A2", "B2.5"})}


def test_a_large_mark_takes_what_is_within_its_radius() -> None:
    """A line of 40 mm has a radius of 20: a point 15 mm off its middle is on it, one 21 mm off is not."""
    line = at("A", "line", geometry("LENGTH", [-20, 0, 0], [20, 0, 0]))
    groups = lesions_of([line, point("B", 0, 15, key="near"), point("C", 0, -21, key="far")], WITHIN_10_MM)
    assert keys(groups) == {frozenset({"line", "near"}), frozenset({"far"})}


def test_other_frames_are_other_places() -> None:
    """The two views of a breast, and a patient frame that another scan does not share."""
    one = at("A", "a", geometry("POINT", [0, 0, 0]))
    other = at("B", "b", geometry("POINT", [0, 0, 0], frame_of_reference_uid="1.2.4"))
    assert distance_mm(one, other) is None
    assert keys(lesions_of([one, other], WITHIN_10_MM)) == {frozenset("a"), frozenset("b")}


def test_pixels_with_a_spacing_are_millimetres_and_without_one_they_are_none() -> None:
    def on_film(reader: str, column: float, **more: Any) -> Marked:
        film = geometry("POINT", points_px=[[column, 0]], points_mm=None, frame_of_reference_uid=None, **more)
        return at(reader, reader, film)

    spaced = [on_film(reader, column, spacing_mm=[0.1, 0.2]) for reader, column in (("A", 0), ("B", 40))]
    assert distance_mm(*spaced) == pytest.approx(8)
    assert len(lesions_of(spaced, WITHIN_10_MM)) == 1
    bare = [on_film("A", 0), on_film("B", 0)]
    assert distance_mm(*bare) is None
    assert len(lesions_of(bare, WITHIN_10_MM)) == 2, "nobody knows how far apart they are"


def test_marks_of_one_image_in_other_units_are_never_compared() -> None:
    """Regions of an ultrasound image have spacings of their own, and across their edge there is none."""

    def on_ultrasound(reader: str, column: float, spacing: list[float] | None) -> Marked:
        more = {} if spacing is None else {"spacing_mm": spacing}
        image = geometry("POINT", points_px=[[column, column]], points_mm=None, frame_of_reference_uid=None, **more)
        return at(reader, reader, image)

    # Column 300 at 0.1 mm is 30 mm, and column 30 is another place; at 0.3 mm column 100 is 30 mm, too.
    inside = on_ultrasound("A", 300, [0.1, 0.1])
    for other in (on_ultrasound("B", 30, None), on_ultrasound("B", 100, [0.3, 0.3])):
        assert distance_mm(inside, other) is distance_mm(other, inside) is None
        assert len(lesions_of([inside, other], WITHIN_10_MM)) == 2
    assert distance_mm(inside, on_ultrasound("B", 310, [0.1, 0.1])) == pytest.approx(math.sqrt(2))


def square(reader: str, left: float, size: float = 10.0, z: float = 0.0) -> Marked:
    right = left + size
    return at(reader, reader, geometry("RECTANGLE", [left, 0, z], [right, 0, z], [right, size, z], [left, size, z]))


def test_iou_of_squares_in_one_plane_and_in_two() -> None:
    """Squares of 10 mm, 5 mm apart: 50 of 150 mm²."""
    assert overlap(square("A", 0), square("B", 5)) == pytest.approx(1 / 3)
    assert overlap(square("A", 0), square("B", 0, z=3)) == 0
    tilted = at("C", "C", geometry("LENGTH", [0, 0, 0], [9, 9, 0]))
    assert overlap(square("A", 0), tilted) == pytest.approx(81 / 100), "the box around a line across"
    assert overlap(square("A", 0), at("D", "D", geometry("LENGTH", [0, 5, 0], [9, 5, 0]))) is None
    pair = [square("A", 0), square("B", 5)]
    assert len(lesions_of(pair, MatchRule(IOU, min_iou=1 / 3))) == 1
    assert len(lesions_of(pair, MatchRule(IOU, min_iou=0.34))) == 2


def test_iou_of_boxes() -> None:
    """Cubes of 10 mm, one moved 5 mm along each axis: 125 of 1875 mm³."""

    def cube(reader: str, low: float) -> Marked:
        ends = [[low + 10 * (axis == side) for axis in range(3)] for side in range(3)]
        return at(reader, reader, geometry("BOX", [low] * 3, *ends))

    assert overlap(cube("A", 0), cube("B", 5)) == pytest.approx(125 / 1875)
    assert largest_distance_mm([cube("A", 0), cube("B", 5)]) == pytest.approx(5 * math.sqrt(3))


def test_iou_of_a_flat_mark_with_what_its_plane_cuts() -> None:
    """A square of 10 mm with the ball of a circle around it, with contours on three slices, and with other planes."""
    circle = at("B", "B", geometry("CIRCLE", [5, 5, 0], [10, 5, 0]))
    assert overlap(square("A", 0), circle) == overlap(circle, square("A", 0)) == pytest.approx(1)
    assert overlap(square("A", 5), circle) == pytest.approx(1 / 3)
    assert overlap(square("A", 0, z=6), circle) == 0, "beyond the ball"
    slices = [geometry("RECTANGLE", [0, 0, z], [5, 0, z], [5, 10, z], [0, 10, z]) for z in (-2, 0, 2)]
    assert overlap(square("A", 0), at("B", "B", *slices)) == pytest.approx(1 / 2)
    upright = at("B", "B", geometry("RECTANGLE", [5, 0, -5], [5, 10, -5], [5, 10, 5], [5, 0, 5]))
    assert overlap(square("A", 0), upright) == 0, "a sagittal one shares a line with it, no area"
    assert len(lesions_of([square("A", 0), circle], MatchRule(IOU, min_iou=0.9))) == 1


def test_the_box_around_an_ellipse_and_around_a_tilted_box() -> None:
    """A round ellipse is the same however its axes lie; corners of a box from all eight sums of its sides."""
    half = 5 / math.sqrt(2)
    upright = at("A", "A", geometry("ELLIPSE", [-5, 0, 0], [5, 0, 0], [0, -5, 0], [0, 5, 0]))
    turned = at("B", "B", geometry("ELLIPSE", [-half, -half, 0], [half, half, 0], [-half, half, 0], [half, -half, 0]))
    assert overlap(upright, turned) == pytest.approx(1)
    # Sides at right angles, tilted about every axis: (2, 1, 2), (-2, 2, 1) and (-1, -2, 2), each 3 mm.
    corner, sides = (10, 20, 30), ((2, 1, 2), (-2, 2, 1), (-1, -2, 2))
    ends = [[float(at + way) for at, way in zip(corner, side, strict=True)] for side in sides]
    (place,) = at("A", "a", geometry("BOX", list(corner), *ends)).places.values()
    assert (place.low, place.high) == ((7, 18, 30), (12, 23, 35))
    assert place.centre == (9.5, 20.5, 32.5)


def test_a_finding_of_several_slices_is_one_place() -> None:
    slices = [geometry("FREEHAND", [0, 0, z], [6, 0, z], [6, 6, z], [0, 6, z]) for z in (0, 2, 4)]
    (place,) = at("A", "a", *slices).places.values()
    assert (place.centre, place.extent_mm) == ((3, 3, 2), 6)


def test_what_is_no_grouping_is_named() -> None:
    findings = [point("A", 0, key="1"), point("A", 2, key="2"), point("B", 2, key="3")]
    assert partition_fault([["1", "3"], ["2"]], findings) is None
    for groups, code in (
        ([["1", "3"]], "other_findings"),
        ([["1", "3"], ["2", "3"]], "other_findings"),
        ([["1", "2"], ["3"]], "same_reader"),
        ([["1", "3"], ["2"], []], "empty_group"),
    ):
        fault = partition_fault(groups, findings)
        assert fault is not None
        assert fault[0] == code


places = st.tuples(st.sampled_from("ABCD"), *(st.integers(-30, 30) for _ in range(3)), st.sampled_from([0, 4, 12, 50]))


@given(st.lists(places, max_size=14), st.randoms(use_true_random=False))
def test_any_findings_in_any_order(drawn: list[tuple[str, int, int, int, int]], order: random.Random) -> None:
    findings = [
        at(reader, str(number), geometry("LENGTH", [x - size / 2, y, z], [x + size / 2, y, z]))
        for number, (reader, x, y, z, size) in enumerate(drawn)
    ]
    groups = lesions_of(findings, WITHIN_10_MM)
    assert sorted(one.key for group in groups for one in group) == sorted(one.key for one in findings)
    for group in groups:
        assert len({one.reader for one in group}) == len(group)
        apart = largest_distance_mm(group)
        largest = max(place.extent_mm for one in group for place in one.places.values())
        assert apart is None or apart <= max(10.0, largest / 2) + 1e-6
    shuffled = list(findings)
    order.shuffle(shuffled)
    assert [[one.key for one in group] for group in lesions_of(shuffled, WITHIN_10_MM)] == [
        [one.key for one in group] for group in groups
    ]


ONE = Fraction(1)


@pytest.mark.parametrize(
    ("rule", "marked", "unmarked", "outcome", "reason"),
    [
        (Rule(MAJORITY), 2, 1, "POSITIVE", "BY_RULE"),
        (Rule(MAJORITY), 1, 2, "NEGATIVE", "BY_RULE"),
        (Rule(MAJORITY), 1, 1, "ADJUDICATION", "TIED"),
        (Rule(UNANIMOUS), 2, 1, "ADJUDICATION", "TIED"),
        (Rule(UNANIMOUS), 3, 0, "POSITIVE", "AGREED"),
        (Rule(ANY), 1, 2, "POSITIVE", "BY_RULE"),
        (Rule(MAJORITY, minimum_votes=3, missing="EXCLUDED"), 2, 0, "EXCLUDED", "TOO_FEW"),
    ],
)
def test_who_has_no_mark_on_a_lesion_votes_against_it(
    rule: Rule, marked: int, unmarked: int, outcome: str, reason: str
) -> None:
    votes = LesionVotes({f"m{n}": ONE for n in range(marked)}, {f"u{n}": ONE for n in range(unmarked)})
    assert decide_lesion(rule, votes) == (outcome, reason)


def test_weights_are_exact() -> None:
    votes = LesionVotes({"A": Fraction("0.1"), "B": Fraction("0.2")}, {"C": Fraction("0.3")})
    assert decide_lesion(Rule(WEIGHTED), votes) == ("ADJUDICATION", "TIED")


def test_a_lesion_lies_at_the_mean_of_its_marks() -> None:
    """Lines of 10 and 14 mm around x = 0 and x = 3, and a point, which has no size, at x = 6."""
    group = [
        at("A", "a", geometry("LENGTH", [-5, 0, 0], [5, 0, 0])),
        at("B", "b", geometry("LENGTH", [-4, 3, 0], [10, 3, 0])),
        at("C", "c", geometry("POINT", [6, 6, 3], sop_instance_uid="1.9")),
    ]
    (mark,) = consensus_marks(group)
    found = mark["geometry"]
    assert (found["kind"], found["center_mm"], found["diameter_mm"]) == ("SPHERE", [3, 3, 1], 12)
    assert found["sop_instance_uid"] == "1.2", "an image near it"
    assert lesion_problems({"id": "L1", "marks": [mark]}, "lesion") == []
    assert consensus_marks(group[::-1]) == [mark]
    assert smallest_iou(group) is None, "lines and points have no area"


def test_points_alone_make_a_point_and_a_film_keeps_its_pixels() -> None:
    (mark,) = consensus_marks([point("A", 0), point("B", 2)])
    assert (mark["geometry"]["kind"], mark["geometry"]["points_mm"]) == ("POINT", [[1, 0, 0]])
    assert lesion_problems({"id": "L1", "marks": [mark]}, "lesion") == []
    film = {"points_mm": None, "frame_of_reference_uid": None, "spacing_mm": [0.1, 0.2]}
    pair = [at(reader, reader, geometry("POINT", points_px=[[x, 8]], **film)) for reader, x in (("A", 10), ("B", 20))]
    (mark,) = consensus_marks(pair)
    assert mark["geometry"]["points_px"] == [[15, 8]]
    assert lesion_problems({"id": "L1", "marks": [mark]}, "lesion") == []


def test_minus_zero_is_zero_as_postgresql_stores_it() -> None:
    (mark,) = consensus_marks([point("A", -0.0001, -0.0)])
    assert str(mark["geometry"]["points_mm"]) == "[[0.0, 0.0, 0.0]]"


def test_a_circle_in_the_patient_is_a_ball_and_on_a_film_it_is_flat() -> None:
    (ball,) = at("A", "a", geometry("CIRCLE", [0, 0, 0], [3, 0, 0])).places.values()
    assert (ball.low, ball.high, ball.extent_mm) == ((-3, -3, -3), (3, 3, 3), 6)
    film = geometry("CIRCLE", points_px=[[10, 10], [13, 10]], points_mm=None, frame_of_reference_uid=None)
    (flat,) = at("A", "a", film).places.values()
    assert (flat.low, flat.high, flat.is_in_mm) == ((7, 7, 0), (13, 13, 0), False)


def test_what_most_call_it() -> None:
    nodule, scar = ({"scheme": "X", "value": name, "meaning": name} for name in ("nodule", "scar"))
    assert common_code([nodule, scar, nodule]) == nodule
    assert common_code([nodule, scar]) is None
    assert common_code([None]) is None

"""Marks laid on the lesions of the truth: by distance and overlap, across frames, and where no rule can judge."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.lesion_matching import Marked, MatchRule
from annotations.domain.lesion_places import places_in_patient
from annotations.domain.lesion_voxels import Voxels
from validation.plans.marks import Rated, matched, spacings_of, with_spacing

FRAME, SERIES, IMAGE = "1.2.3", "1.2.3.4", "1.2.3.4.5"
NEAR = MatchRule("DISTANCE", max_distance_mm=10.0)
OVERLAP = MatchRule("IOU", min_iou=0.2)


def point(x: float, y: float = 0.0, z: float = 0.0, frame: str | None = FRAME) -> dict[str, Any]:
    return {
        "kind": "POINT", "points_mm": [[x, y, z]], "frame_of_reference_uid": frame, "series_instance_uid": SERIES,
        "sop_instance_uid": IMAGE, "frame_number": 1,
    }  # fmt: skip


def ball(x: float, diameter: float = 6.0, **more: Any) -> dict[str, Any]:
    """As a CSV gives a lesion, or an AI a finding: without an image, often without a frame of reference."""
    return {"kind": "SPHERE", "center_mm": [x, 0.0, 0.0], "diameter_mm": diameter, **more}


def on_image(x: float, y: float, spacing: list[float] | None = None) -> dict[str, Any]:
    return {
        "kind": "POINT", "points_px": [[x, y]], "sop_instance_uid": IMAGE, "series_instance_uid": SERIES,
        "frame_number": 1, **({"spacing_mm": spacing} if spacing else {}),
    }  # fmt: skip


def marked(key: str, *geometries: dict[str, Any], who: str = "reader", voxels: Any = None) -> Marked:
    return Marked(who, key, places_in_patient(geometries), voxels or {})


def lesion(key: str, *geometries: dict[str, Any], voxels: Any = None) -> Marked:
    return marked(key, *geometries, who="truth", voxels=voxels)


def kinds(findings: list[Rated], lesions: list[Marked], rule: MatchRule = NEAR) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["lesion"]) for one in matched(findings, lesions, rule)]


def test_the_surest_mark_finds_the_lesion_and_a_further_one_is_left_out() -> None:
    """Three marks around one lesion at 0 mm, one far away: LUNA16 and DBTex count the highest rating, once."""
    marks = [
        Rated(rating, marked(str(rating), point(x))) for rating, x in ((40, 1.0), (90, 8.0), (20, 60.0), (10, 2.0))
    ]
    found = matched(marks, [lesion("a", ball(0.0))], NEAR)
    assert [one["kind"] for one in found] == ["EXTRA", "LL", "NL", "EXTRA"]
    assert [one["value"] for one in found] == [1.0, 8.0, None, 2.0]
    assert [one["lesion"] for one in found] == ["a", "a", None, "a"]


def test_as_many_lesions_as_possible_are_found() -> None:
    """A mark between two lesions leaves the lesion that another mark can reach to that one."""
    marks = [Rated(90, marked("between", point(9.0))), Rated(10, marked("left", point(-5.0)))]
    assert kinds(marks, [lesion("a", ball(0.0)), lesion("b", ball(18.0))]) == [("LL", "b"), ("LL", "a")]


def test_a_large_lesion_is_found_within_its_radius() -> None:
    far = [Rated(50, marked("m", point(14.0)))]
    assert kinds(far, [lesion("a", ball(0.0, diameter=6.0))]) == [("NL", None)]
    assert kinds(far, [lesion("a", ball(0.0, diameter=30.0))]) == [("LL", "a")]


def test_a_lesion_without_a_frame_is_compared_in_any_frame_of_the_patient_and_one_with_a_frame_in_its_own() -> None:
    mark = [Rated(50, marked("m", point(1.0)))]
    assert kinds(mark, [lesion("a", ball(0.0))]) == [("LL", "a")]
    assert kinds(mark, [lesion("a", ball(0.0, frame_of_reference_uid=FRAME))]) == [("LL", "a")]
    assert kinds(mark, [lesion("a", ball(0.0, frame_of_reference_uid="9.9"))]) == [("NL", None)]
    assert kinds([Rated(0.5, marked("ai", ball(3.0)))], [lesion("a", ball(0.0))]) == [("LL", "a")]


def test_overlap_is_of_boxes_and_of_points_it_cannot_be_said() -> None:
    lesions = [lesion("a", ball(0.0, diameter=10.0))]
    near = [Rated(50, marked("m", ball(2.0, diameter=10.0)))]
    (found,) = matched(near, lesions, OVERLAP)
    # Two cubes of 10 mm, 2 mm apart: 8 of 12 mm in common.
    assert (found["kind"], found["value"]) == ("LL", pytest.approx(8 / 12, abs=1e-6))
    assert kinds([Rated(50, marked("m", ball(9.0, diameter=10.0)))], lesions, OVERLAP) == [("NL", None)]
    assert kinds([Rated(50, marked("m", point(0.0)))], lesions, OVERLAP) == [("UNKNOWN", None)]


def test_an_image_without_millimetres_has_no_distances_until_somebody_tells_its_spacing() -> None:
    """An AI names the pixel alone; a reader's mark on the same image says what a pixel measures."""
    reader, of_ai = on_image(10, 10, [0.5, 0.5]), on_image(12, 10)
    known = spacings_of([reader, of_ai])
    assert known == {(IMAGE, 1): [0.5, 0.5]}
    truth = [lesion("a", reader)]
    assert kinds([Rated(0.5, marked("ai", of_ai))], truth) == [("UNKNOWN", None)]
    (found,) = matched([Rated(0.5, marked("ai", dict(with_spacing(of_ai, known))))], truth, NEAR)
    assert (found["kind"], found["value"]) == ("LL", pytest.approx(1.0))
    assert spacings_of([reader, on_image(1, 1, [0.2, 0.2])]) == {}


def painted(*counts: int, series: str = SERIES) -> dict[str, Voxels]:
    slices: Any = {("1.2.3.4.5", 1): list(counts)}
    return {f"{series} 2x2": Voxels(2, 2, slices, series, FRAME, [1.0, 1.0, 1.0])}


def test_segments_are_compared_by_voxels_and_never_silently_with_a_drawn_mark() -> None:
    """Run lengths of 2 x 2 images: outside, inside, outside."""
    truth = [lesion("a", voxels=painted(0, 2))]
    (found,) = matched([Rated(50, marked("m", voxels=painted(1, 2)))], truth, NEAR)
    assert (found["kind"], found["value"]) == ("LL", pytest.approx(1 / 3, abs=1e-6))
    assert kinds([Rated(50, marked("m", voxels=painted(2, 2)))], truth) == [("NL", None)]
    assert kinds([Rated(50, marked("m", point(0.0)))], truth) == [("UNKNOWN", None)]
    assert kinds([Rated(50, marked("m", point(0.0, frame="9.9")))], truth) == [("UNKNOWN", None)]
    other = {"9.9.9 2x2": painted(0, 2)[f"{SERIES} 2x2"]._replace(series_instance_uid="9.9.9")}
    assert kinds([Rated(50, marked("m", voxels=other))], truth) == [("UNKNOWN", None)]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.floats(-40, 40)), max_size=6),
    st.lists(st.floats(-40, 40), max_size=4),
)
def test_a_lesion_is_found_once_and_every_mark_is_something(marks: list[tuple[int, float]], at: list[float]) -> None:
    rated = [Rated(rating, marked(str(number), point(x))) for number, (rating, x) in enumerate(marks)]
    lesions = [lesion(str(number), ball(x)) for number, x in enumerate(at)]
    found = matched(rated, lesions, NEAR)
    hits = [one["lesion"] for one in found if one["kind"] == "LL"]
    assert len(found) == len(marks)
    assert len(hits) == len(set(hits))
    # A further mark lies on a lesion that another mark has found.
    assert {one["lesion"] for one in found if one["kind"] == "EXTRA"} <= set(hits)

"""Which payloads are stored, which may be signed. Expected codes are read off docs/contract.md section 3."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.payload import EMPTY_PAYLOAD, incompleteness, payload_problems
from tests.annotations.building import COMPLETE, NODULE, NODULES, QUESTIONS, content, finding, mark

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def codes(payload: Any) -> list[str]:
    return [problem.code for problem in payload_problems(payload, QUESTIONS)]


def geometry(**changes: Any) -> dict[str, Any]:
    return {**mark()["geometry"], **changes}


def marked(**changes: Any) -> dict[str, Any]:
    """A finding whose only mark is changed."""
    return finding(marks=[mark(**changes)])


def test_an_empty_payload_is_a_draft_but_not_a_read() -> None:
    assert codes(EMPTY_PAYLOAD) == []
    assert [p.field for p in incompleteness(EMPTY_PAYLOAD, QUESTIONS)] == ["nodule_present", "confidence"]


def test_a_complete_payload_may_be_signed() -> None:
    payload = content(finding(), **COMPLETE)
    assert codes(payload) == []
    assert incompleteness(payload, QUESTIONS) == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (None, "bad_shape"),
        ([], "bad_shape"),
        ({"version": 1, "answers": {}}, "bad_shape"),
        ({**EMPTY_PAYLOAD, "more": 1}, "bad_shape"),
        ({**EMPTY_PAYLOAD, "version": 1}, "bad_version"),
        (content(unknown=1), "unknown_question"),
        (content(nodules=1), "unknown_question"),
        (content(nodule_present=1), "bad_answer"),
        (content(nodule_present="yes"), "bad_answer"),
        (content(confidence=True), "bad_answer"),
        (content(confidence=-1), "bad_answer"),
        (content(confidence=101), "bad_answer"),
        (content(confidence=50.0), "bad_answer"),
    ],
)
def test_answers_that_the_form_does_not_allow(payload: Any, code: str) -> None:
    assert codes(payload) == [code]


@pytest.mark.parametrize("value", [0, 100, None])
def test_the_ends_of_the_confidence_scale_are_allowed(value: int | None) -> None:
    assert codes(content(confidence=value)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "1"}, "bad_id"),
        ({"id": "6F9619FF-8B86-D011-B42D-00CF4FC964FF"}, "bad_id"),
        ({"question": "elsewhere"}, "unknown_question"),
        ({"question": "confidence"}, "unknown_question"),
        ({"question": ["nodules"]}, "unknown_question"),
        ({"code": {**NODULE, "value": "RID1"}}, "unknown_code"),
        ({"confidence": 101}, "bad_answer"),
        ({"answers": []}, "bad_shape"),
        ({"answers": {"shape": 1}}, "unknown_question"),
        ({"marks": []}, "bad_count"),
        ({"marks": None}, "bad_shape"),
        ({"marks": [None]}, "bad_shape"),
    ],
)
def test_findings_that_the_form_does_not_allow(changes: dict[str, Any], code: str) -> None:
    assert codes(content(finding(**changes))) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"measurements": {"volume_l": 1}}, "bad_shape"),
        ({"measurements": {"length_mm": -1}}, "bad_number"),
        ({"measurements": {"length_mm": float("nan")}}, "bad_number"),
        ({"geometry": geometry(kind="POLYGON")}, "bad_shape"),
        ({"geometry": geometry(kind="PROBE")}, "tool_not_allowed"),
        ({"geometry": geometry(points_mm=None)}, "bad_points"),
        ({"geometry": geometry(points_mm=[[1, 2]])}, "bad_points"),
        ({"geometry": geometry(points_mm=[[1, 2, 3], [1, 2, 3]])}, "bad_points"),
        ({"geometry": geometry(points_mm=[[1, 2, float("inf")]])}, "bad_points"),
        ({"geometry": geometry(points_mm=[[1, 2, 100_001]])}, "bad_points"),
        ({"geometry": geometry(points_px=[[1, 2]])}, "bad_points"),
        ({"geometry": geometry(sop_instance_uid="1..x")}, "bad_uid"),
        ({"geometry": geometry(series_instance_uid="1." * 40)}, "bad_uid"),
        ({"geometry": geometry(frame_of_reference_uid="x")}, "bad_uid"),
        ({"geometry": geometry(frame_number=0)}, "bad_number"),
    ],
)
def test_marks_that_the_form_does_not_allow(changes: dict[str, Any], code: str) -> None:
    assert codes(content(marked(**changes))) == [code]


def test_pixels_stand_in_where_the_image_has_no_spacing() -> None:
    in_pixels = geometry(points_mm=None, points_px=[[3, 4]])
    assert codes(content(marked(geometry=in_pixels))) == []


def test_a_finding_may_not_appear_twice() -> None:
    one = finding()
    assert codes(content(one, {**one, "marks": [mark()]})) == ["bad_id"]
    assert codes(content(one, finding(marks=one["marks"]))) == ["bad_id"]


def test_what_a_finding_lacks_is_named_by_its_id() -> None:
    bare = finding(code=None, confidence=None)
    missing = incompleteness(content(bare, **COMPLETE), QUESTIONS)
    assert [(p.field, p.code) for p in missing] == [(bare["id"], "code_missing"), (bare["id"], "confidence_missing")]


def test_a_plain_measurement_needs_neither_code_nor_confidence_and_is_not_counted() -> None:
    marks = [finding(question=None, code=None, confidence=None) for _ in range(5)]
    assert incompleteness(content(*marks, **COMPLETE), QUESTIONS) == []


def test_too_many_findings_cannot_be_signed() -> None:
    payload = content(finding(), finding(), finding(), **COMPLETE)
    assert codes(payload) == []
    assert [(p.field, p.code) for p in incompleteness(payload, QUESTIONS)] == [("nodules", "too_many")]


def test_a_required_located_finding_needs_one_mark() -> None:
    questions = [{**QUESTIONS[2], "required": True}]
    assert [p.code for p in incompleteness(content(), questions)] == ["too_few"]


@given(json_values)
def test_any_json_is_judged_without_an_exception(payload: Any) -> None:
    assert all(problem.code for problem in payload_problems(payload, QUESTIONS))


@given(st.lists(json_values, max_size=2), st.dictionaries(st.text(max_size=10), json_values, max_size=3))
def test_any_content_in_the_right_frame_is_judged_without_an_exception(findings: list[Any], answers: Any) -> None:
    problems = payload_problems({**EMPTY_PAYLOAD, "answers": answers, "findings": findings}, QUESTIONS)
    assert problems or not findings


@given(json_values, st.sampled_from(sorted(finding())))
def test_any_value_in_any_field_of_a_finding_is_judged_without_an_exception(value: Any, name: str) -> None:
    assert isinstance(payload_problems(content(finding(**{name: value})), QUESTIONS), list)


@given(json_values, st.sampled_from(["text", *sorted(mark())]))
def test_any_value_in_any_field_of_a_mark_is_judged_without_an_exception(value: Any, name: str) -> None:
    assert isinstance(payload_problems(content(marked(**{name: value})), QUESTIONS), list)


@given(json_values, st.sampled_from(["points_px", "spacing_mm", *sorted(mark()["geometry"])]))
def test_any_value_in_any_field_of_a_geometry_is_judged_without_an_exception(value: Any, name: str) -> None:
    assert isinstance(payload_problems(content(marked(geometry=geometry(**{name: value}))), QUESTIONS), list)


def test_an_attribute_that_must_be_answered_is_missing_until_it_is() -> None:
    shape = {"key": "shape", "kind": "BINARY", "text": "Round?", "required": True}
    questions = [{**NODULES, "attributes": [shape]}]
    bare, answered = finding(), finding(answers={"shape": False})
    missing = incompleteness(content(bare, answered), questions)
    assert [(problem.field, problem.code) for problem in missing] == [(bare["id"], "missing")]

"""What a posted prediction may say."""

import pytest

from portal.inference.prediction_input import PULMONARY_NODULE, prediction_problems

SPHERE = {"kind": "SPHERE", "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 8.0}


def finding(**changes):
    return {"id": "F1", "code": PULMONARY_NODULE, "score": 0.7, "geometry": SPHERE, **changes}


def prediction(**changes):
    return {"imaging_study_uid": "1.2.3", "score": 0.5, "findings": [finding()], **changes}


@pytest.mark.parametrize(
    "raw",
    [
        prediction(),
        prediction(score=0),
        prediction(score=1),
        prediction(findings=[]),
        {"imaging_study_uid": "1.2.3", "score": 0.25},
        prediction(findings=[finding(geometry={"kind": "POINT", "points_mm": [[0, 0, 0]]})]),
        prediction(findings=[finding(geometry={**SPHERE, "frame_of_reference_uid": "1.2", "frame_number": 1})]),
    ],
)
def test_good_predictions_have_no_problems(raw):
    assert prediction_problems(raw) == []


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ([], "body", "not_an_object"),
        (prediction(score=1.001), "score", "not_a_probability"),
        (prediction(score=-0.1), "score", "not_a_probability"),
        (prediction(score=10**400), "score", "not_a_probability"),
        (prediction(score=float("nan")), "score", "not_a_probability"),
        (prediction(score=True), "score", "not_a_probability"),
        (prediction(score="0.5"), "score", "not_a_probability"),
        (prediction(imaging_study_uid="1.2.x"), "imaging_study_uid", "bad_uid"),
        (prediction(imaging_study_uid=None), "imaging_study_uid", "bad_uid"),
        (prediction(truth=1), "truth", "unknown_field"),
        ({**prediction(), "\ud800": 1}, "?", "unknown_field"),
        (prediction(findings=[finding(id="\ud800")]), "findings[0].id", "bad_id"),
        (
            prediction(findings=[finding(code={**PULMONARY_NODULE, "meaning": "a\ud800"})]),
            "findings[0].code",
            "bad_code",
        ),
        (
            prediction(findings=[finding(geometry={**SPHERE, "diameter_mm": 10**400})]),
            "findings[0].geometry.diameter_mm",
            "not_positive",
        ),
        (
            prediction(findings=[finding(geometry={**SPHERE, "center_mm": [0, 0, -(10**400)]})]),
            "findings[0].geometry.center_mm",
            "bad_point",
        ),
        (
            prediction(findings=[finding(geometry={**SPHERE, "frame_number": 10**400})]),
            "findings[0].geometry.frame_number",
            "bad_number",
        ),
        (
            prediction(findings=[finding(geometry={"kind": ["SPHERE"]})]),
            "findings[0].geometry.kind",
            "unknown_kind",
        ),
        (prediction(findings={}), "findings", "not_a_list"),
        (prediction(findings=[finding()] * 2), "findings[1].id", "bad_id"),
        (prediction(findings=[finding(score=2)]), "findings[0].score", "not_a_probability"),
        (prediction(findings=[finding(code={"value": "x"})]), "findings[0].code", "bad_code"),
        (prediction(findings=[{"id": "F1"}]), "findings[0]", "bad_shape"),
        (
            prediction(findings=[finding(geometry={**SPHERE, "diameter_mm": 0})]),
            "findings[0].geometry.diameter_mm",
            "not_positive",
        ),
        (
            prediction(findings=[finding(geometry={**SPHERE, "center_mm": [1, 2]})]),
            "findings[0].geometry.center_mm",
            "bad_point",
        ),
        (
            prediction(findings=[finding(geometry={"kind": "CUBE"})]),
            "findings[0].geometry.kind",
            "unknown_kind",
        ),
        (
            prediction(findings=[finding(geometry={"kind": "LENGTH", "points_mm": [[0, 0, 0]]})]),
            "findings[0].geometry.points_mm",
            "bad_points",
        ),
    ],
)
def test_each_fault_is_named_with_its_place(raw, field, code):
    problems = prediction_problems(raw)
    assert [(problem["field"], problem["code"]) for problem in problems] == [(field, code)]


def test_the_place_in_a_list_is_told():
    assert prediction_problems(prediction(score=7), "[3]")[0]["field"] == "[3].score"

"""The list of a version's predictions: what became of measuring each, which call it is, and what explains it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from portal.imaging.models import ImagingStudy
from portal.inference.listed_predictions import MeasuringState
from portal.inference.models import (
    Explanation,
    ExplanationJob,
    ExplanationMethod,
    Prediction,
    PredictionMeasurement,
    PredictionMeasurementJob,
)
from tests.inference.test_api import NODULE

SEGMENTS = [{**NODULE, "id": name, "geometry": {"kind": "SEGMENT", "sha256": name * 64}} for name in ("a", "b")]
REASON = "The segment has no voxel on these images."
NONE_MEASURED = {"a": "empty", "b": "empty"}


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def url(external_version):
    return f"/api/v1/model-versions/{external_version.pk}/predictions"


@pytest.fixture
def predict(external_version, imaging_study_rows):
    """Stores a prediction of the first imaging study with what a worker has left of measuring it."""

    def store(job: str | None = None, measured=(), findings=SEGMENTS, **fields) -> Prediction:
        given = {"imaging_study": imaging_study_rows[0], "score": 0.5, "source": "API", **fields}
        made = Prediction.objects.create(model_version=external_version, findings=findings, **given)
        if job is not None:
            failure = {"error_code": "missing_pixels", "error_detail": "An image is gone."} if job == "FAILED" else {}
            PredictionMeasurementJob.objects.create(prediction=made, state=job, **failure)
        for name, code in dict(measured).items():
            PredictionMeasurement.objects.create(
                prediction=made,
                finding_id=name,
                segment_sha256=name * 64,
                series_instance_uid="1.2.3",
                software={"overread-measurement": "1"},
                reason_code=code,
                reason=REASON if code else "",
            )
        return made

    return store


def listed(client, url, **asked):
    answer = client.get(url, asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


LEFT_BEHIND: list[tuple[str, dict[str, Any]]] = [
    ("NO_SEGMENTS", {"findings": [NODULE]}),
    ("NOT_BEGUN", {"findings": [NODULE, *SEGMENTS]}),
    ("WAITING", {"job": "PENDING"}),
    ("WAITING", {"job": "RUNNING", "measured": {"a": ""}}),
    ("MEASURED", {"job": "SUCCEEDED", "measured": {"a": "", "b": ""}}),
    ("PARTLY_MEASURED", {"job": "SUCCEEDED", "measured": {"a": "", "b": "empty"}}),
    ("NOT_MEASURABLE", {"job": "SUCCEEDED", "measured": NONE_MEASURED}),
    ("FAILED", {"job": "FAILED", "measured": {"a": ""}}),
    ("FAILED", {"job": "CANCELLED"}),
]


def test_each_prediction_has_one_state_of_measuring_and_is_found_by_it(client, url, predict):
    expected = {str(predict(**stored).pk): state for state, stored in LEFT_BEHIND}
    assert {row["id"]: row["measuring"]["state"] for row in listed(client, url)} == expected
    found = [(row["id"], one) for one in MeasuringState.values for row in listed(client, url, measuring=one)]
    assert sorted(found) == sorted(expected.items())


def test_a_failure_and_what_cannot_be_measured_say_why(client, url, predict):
    predict("SUCCEEDED", NONE_MEASURED)
    predict("FAILED")
    failed, impossible = (row["measuring"] for row in listed(client, url))
    assert (failed["error_code"], failed["error_detail"]) == ("missing_pixels", "An image is gone.")
    assert failed["not_measured"] == []
    assert (impossible["error_code"], impossible["progress_total"]) == ("", 0)
    expected = [{"finding_id": name, "reason_code": "empty", "reason": REASON} for name in NONE_MEASURED]
    assert impossible["not_measured"] == expected


def test_a_failed_one_is_measured_again_and_then_waits(client, url, predict):
    made = predict("FAILED")
    assert client.post(f"{url}/{made.pk}/measurements").status_code == 202
    assert [row["measuring"]["state"] for row in listed(client, url)] == ["WAITING"]


def test_a_call_is_positive_from_the_threshold_on(client, url, predict, imaging_study_rows):
    scores = (0.5, 0.4999, 0.9)
    for score, study in zip(scores, imaging_study_rows, strict=True):
        predict(score=score, imaging_study=study)
    said = {row["score"]: row["outcome"] for row in listed(client, url)}
    assert said == {0.5: "POSITIVE", 0.4999: "NEGATIVE", 0.9: "POSITIVE"}
    assert {row["score"] for row in listed(client, url, outcome="POSITIVE")} == {0.5, 0.9}
    assert {row["score"] for row in listed(client, url, outcome="NEGATIVE")} == {0.4999}


def test_superseded_ones_are_left_out_where_asked(client, url, predict):
    predict(score=0.1)
    newer = predict(score=0.2)
    assert [row["in_force"] for row in listed(client, url)] == [True, False]
    assert [row["id"] for row in listed(client, url, in_force="true")] == [str(newer.pk)]
    assert listed(client, url, in_force="true", outcome="POSITIVE") == []


def test_the_case_is_told_as_in_the_list_of_imaging_studies(client, url, predict, imaging_study_rows):
    ImagingStudy.objects.update(study_description="CT chest", modalities=["CT"], study_date="2024-03-03")
    predict()
    [row] = listed(client, url)
    assert row["imaging_study"] == {
        "study_description": "CT chest",
        "modalities": ["CT"],
        "body_part": "",
        "patient_key": "P-TEST",
        "study_date": "2024-03-03",
        "is_synthetic": False,
    }


@pytest.mark.parametrize(("name", "value"), [("measuring", "LOST"), ("outcome", "MAYBE"), ("in_force", "perhaps")])
def test_a_filter_that_is_none_is_refused(client, url, name, value):
    answer = client.get(url, {name: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, name)


def test_however_many_predictions_the_queries_are_the_same(client, url, predict, external_version):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            rows = listed(client, url)
        assert [one["method"] for one in rows[0]["explanations"]] == ["GRAD_CAM"]
        return len(asked)

    def explained(prediction: Prediction) -> None:
        what = {"method": ExplanationMethod.GRAD_CAM, "output": "p", "output_name": "nodule", "parameters": {}}
        job = ExplanationJob.objects.create(model_version=external_version, **what)
        grid = {"digest": "0" * 64, "columns": 1, "rows": 1, "slices": 1, "affine": [], "greatest": 1.0}
        said = {"facts": {"score": 0.5}, "input_digest": "", "software": {}}
        Explanation.objects.create(job=job, prediction=prediction, **what, **grid, **said)

    explained(predict("SUCCEEDED", NONE_MEASURED))
    # The first event of a person begins their chain.
    queries()
    before = queries()
    for _ in range(4):
        explained(predict("SUCCEEDED", NONE_MEASURED))
    assert queries() == before

"""One prediction over its images: what the page needs, and for whom it is there."""

import uuid

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from portal.audit.models import Event
from portal.imaging.models import ImagingStudy, Series
from portal.inference.models import Explanation, ExplanationJob, Prediction, WeightsCheck
from tests.inference.test_api import NODULE

STAGE = {"redrawn": 1, "layer": "", "spearman": 0.25, "ssim": 0.5, "reason": ""}


def nothing(user: object) -> object:
    """A rule by which nobody may see any image."""
    return ImagingStudy.objects.none()


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def prediction(external_version, imaging_study_rows) -> Prediction:
    study = imaging_study_rows[0]
    for number, count in ((2, 3), (1, 5), (3, 0)):
        Series.objects.create(
            imaging_study=study,
            series_instance_uid=f"1.2.3.{number}",
            series_number=number,
            modality="CT",
            number_of_instances=count,
        )
    return Prediction.objects.create(
        model_version=external_version, imaging_study=study, score=0.5, findings=[NODULE], source="API"
    )


def url(prediction):
    return f"/api/v1/model-versions/{prediction.model_version_id}/predictions/{prediction.pk}"


def explain(prediction, method: str, **fields) -> Explanation:
    what = {"method": method, "output": "p", "output_name": "nodule", "parameters": {}}
    job = ExplanationJob.objects.create(model_version=prediction.model_version, **what)
    grid = {"digest": "0" * 64, "columns": 1, "rows": 1, "slices": 1, "affine": [], "greatest": 1.5}
    said = {"facts": {"score": 0.5}, "input_digest": "", "software": {}}
    return Explanation.objects.create(job=job, prediction=prediction, **what, **grid, **said, **fields)


def test_a_prediction_comes_with_its_series_and_every_explanation(client, prediction):
    first = explain(prediction, "GRAD_CAM")
    WeightsCheck.objects.create(explanation=first, seed=0, number_of_layers=1, stages=[STAGE], software={})
    explain(prediction, "GRAD_CAM")
    explain(prediction, "INTEGRATED_GRADIENTS")
    answer = client.get(url(prediction))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    said = answer.json()
    assert (said["outcome"], said["in_force"], said["findings"]) == ("POSITIVE", True, [NODULE])
    study = said["imaging_study"]
    assert (study["study_instance_uid"], study["patient_key"]) == (said["imaging_study_uid"], "P-TEST")
    # A series without instances has nothing to show.
    assert [one["series_instance_uid"] for one in study["series"]] == ["1.2.3.1", "1.2.3.2"]
    # Newest first, and both of the same method.
    methods = [one["method"] for one in said["explanations"]]
    assert methods == ["INTEGRATED_GRADIENTS", "GRAD_CAM", "GRAD_CAM"]
    checks = [one["weights_check"] for one in said["explanations"]]
    assert checks[:2] == [None, None]
    assert checks[2]["stages"] == [STAGE]
    assert {one["imaging_study"]["patient_key"] for one in said["explanations"]} == {"P-TEST"}


def test_each_look_is_recorded_at_the_prediction(client, builder, prediction):
    client.get(url(prediction))
    [event] = Event.objects.filter(action="prediction.view")
    assert (event.actor, event.object_id) == (builder, str(prediction.pk))


def test_without_the_right_to_the_images_it_is_not_there(client, prediction):
    with override_settings(OVERREAD_IMAGING_ACCESS="tests.inference.test_prediction_images.nothing"):
        assert client.get(url(prediction)).status_code == 404
    assert not Event.objects.filter(action="prediction.view").exists()


def test_a_prediction_of_another_version_is_not_there(client, prediction):
    other = url(prediction).replace(str(prediction.model_version_id), str(uuid.uuid4()))
    assert client.get(other).status_code == 404

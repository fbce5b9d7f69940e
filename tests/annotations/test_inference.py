"""Inference over the cases of a reader study."""

import uuid

import pytest
from rest_framework.test import APIClient

from annotations.services.inference import reader_study_inference_start
from portal.errors import Invalid
from portal.inference.models import AiModel, EngineKind, InferenceItem, ModelVersion
from tests.validation.factory import AI_SCORES, make_reader_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return make_reader_study()


@pytest.fixture
def url(made):
    return f"/api/v1/reader-studies/{made.reader_study.pk}/inference-runs"


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def make_runnable(version):
    ModelVersion.objects.filter(pk=version.pk).update(kind=EngineKind.DEMO_CNN, weights_path="models/x")


def test_a_run_is_over_the_cases_that_lack_a_prediction(made, url):
    make_runnable(made.model_version)
    started = client_of(made.coordinator).post(url, {}, format="json")
    assert started.status_code == 202
    assert started.data["progress_total"] == AI_SCORES.count(None) == 1
    listed = client_of(made.coordinator).get(url).data["results"]
    assert [row["id"] for row in listed] == [started.data["id"]]


def test_another_version_runs_over_all_cases(made):
    other = ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Other"), version="1", kind=EngineKind.DEMO_CNN
    )
    run = reader_study_inference_start(by=made.coordinator, reader_study=made.reader_study, model_version_id=other.pk)
    assert InferenceItem.objects.filter(run=run).count() == len(AI_SCORES)


def test_all_cases_are_run_again_where_asked(made, url):
    make_runnable(made.model_version)
    started = client_of(made.coordinator).post(url, {"only_missing": False}, format="json")
    assert started.data["progress_total"] == len(AI_SCORES)


def test_a_version_that_is_not_there_is_named(made):
    with pytest.raises(Invalid) as refused:
        reader_study_inference_start(by=made.coordinator, reader_study=made.reader_study, model_version_id=uuid.uuid4())
    assert refused.value.errors[0]["field"] == "model_version_id"


def test_without_a_model_nothing_can_be_run():
    made = make_reader_study(with_ai=False)
    with pytest.raises(Invalid) as refused:
        reader_study_inference_start(by=made.coordinator, reader_study=made.reader_study)
    assert refused.value.code == "no_ai_model"


def test_a_reader_may_neither_see_nor_start_runs(made, url):
    reader = client_of(made.readers["alice"])
    assert reader.get(url).status_code == 403
    assert reader.post(url, {}, format="json").status_code == 403

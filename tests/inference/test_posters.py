"""Posting predictions without the right to manage AI models."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotations.services.reader_studies import members_put
from portal.accounts.models import TokenScope, User
from portal.accounts.policy import Role
from portal.accounts.services import token_create
from portal.audit.models import Event
from portal.errors import Invalid
from portal.inference.models import ModelVersion, Prediction
from portal.inference.services import ai_model_create, model_version_register, posters_put
from tests.annotations.building import draft, mirrored_study, person

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    ends = timezone.now() + timedelta(hours=1)
    _, token = token_create(user=user, name="post", scope=TokenScope.WRITE, expires_at=ends)
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def root() -> User:
    return person("root", is_superuser=True)


def version_of(root: User, name: str) -> ModelVersion:
    return model_version_register(by=root, ai_model=ai_model_create(by=root, name=name), version="1")


def post(user: User, version: ModelVersion, uid: str) -> Any:
    body = json.dumps({"imaging_study_uid": uid, "score": 0.5})
    return client_of(user).post(
        f"/api/v1/model-versions/{version.pk}/predictions", body, content_type="application/json"
    )


def test_a_poster_posts_for_its_own_ai_model_and_does_nothing_else(root: User) -> None:
    pipeline, own, other = person("pipeline"), version_of(root, "Own"), version_of(root, "Other")
    uid = mirrored_study("case").study_instance_uid
    assert post(pipeline, own, uid).status_code == 404
    address = f"/api/v1/ai-models/{own.ai_model_id}/posters"
    body = json.dumps({"user_ids": [str(pipeline.pk)]})
    put = client_of(root).put(address, body, content_type="application/json")
    assert [row["username"] for row in put.json()] == ["pipeline"]
    assert post(pipeline, own, uid).status_code == 201
    assert post(pipeline, other, uid).status_code == 404
    assert Prediction.objects.get().created_by == pipeline
    client = client_of(pipeline)
    for path in ("ai-models", f"model-versions/{own.pk}", f"model-versions/{own.pk}/predictions", "imaging-studies"):
        assert client.get(f"/api/v1/{path}").status_code == 403
    assert client.put(address, body, content_type="application/json").status_code == 403
    posters_put(by=root, ai_model=own.ai_model, user_ids=[])
    assert post(pipeline, own, uid).status_code == 404
    assert Event.objects.filter(action="ai_model.posters").count() == 2


def test_nobody_both_posts_predictions_and_reads(root: User) -> None:
    built, version, pipeline = draft("blinded"), version_of(root, "Own"), person("pipeline")
    with pytest.raises(Invalid) as refused:
        posters_put(by=root, ai_model=version.ai_model, user_ids=[built.readers[0].pk])
    assert refused.value.errors[0]["code"] == "not_blinded"
    posters_put(by=root, ai_model=version.ai_model, user_ids=[pipeline.pk])
    members = [(built.coordinator.pk, Role.COORDINATOR), (pipeline.pk, Role.READER)]
    with pytest.raises(Invalid) as unblinded:
        members_put(by=built.coordinator, reader_study=built.reader_study, members=members)
    assert unblinded.value.errors[0]["code"] == "not_blinded"

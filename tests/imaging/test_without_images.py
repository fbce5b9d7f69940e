"""Imaging studies without images: made in order, patients as they were told apart, and nothing kept of the words."""

import json

import pytest
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.audit.models import Event
from portal.imaging.models import ImagingStudy, Patient

pytestmark = pytest.mark.django_db
PATH = "/api/v1/imaging-studies/without-images"
WORDS = ["Doe^Jane", "Roe^Richard", "Doe^Jane"]


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.create_user("carla", may_create_reader_studies=True))
    return client


def test_equal_words_are_one_patient_and_no_word_is_kept(client: APIClient) -> None:
    answer = client.post(PATH, {"patients": WORDS}, "json")
    assert answer.status_code == 201, answer.content
    first, second, third = answer.json()
    assert first["patient_key"] == third["patient_key"] != second["patient_key"]
    assert len({one["study_instance_uid"] for one in (first, second, third)}) == 3
    assert all(len(one["study_instance_uid"]) <= 64 for one in (first, second, third))
    event = Event.objects.get(action="imaging_studies.without_images")
    assert event.detail == {"imaging_study_ids": [first["id"], second["id"], third["id"]], "patients": 2}
    stored = [*Patient.objects.values(), *ImagingStudy.objects.values(), event.detail, answer.json()]
    assert "Doe" not in json.dumps(stored, default=str)
    # The same words later are somebody else: nobody can ask who is known here.
    again = client.post(PATH, {"patients": WORDS[:1]}, "json").json()
    assert again[0]["patient_key"] not in (first["patient_key"], second["patient_key"])


def test_the_archive_does_not_list_what_has_no_images(client: APIClient) -> None:
    made = client.post(PATH, {"patients": ["1"]}, "json").json()
    assert client.get("/api/v1/imaging-studies").json()["results"] == []
    assert client.get(f"/api/v1/imaging-studies/{made[0]['id']}").json()["number_of_instances"] == 0


@pytest.mark.parametrize("patients", [[], None, "1", ["x" * 65], [""]])
def test_what_is_no_list_of_words_makes_nothing(client: APIClient, patients: object) -> None:
    answer = client.post(PATH, {"patients": patients}, "json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Patient.objects.exists()

"""One case of an analysis: truth, AI and reads as they were frozen, for whoever may open the result and nobody else."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotations.domain.truth_csv import Truth
from annotations.models import ReferenceSource
from annotations.services.truth import reference_standard_create, reference_standard_lock
from portal.audit.models import Event
from portal.inference.models import Prediction, PredictionSource
from tests.validation.factory import make_reader_study
from tests.validation.test_plans import carried_out, document, locked
from validation.models import AnalysisRun
from validation.services import analysis_run_create
from validation.tasks import analysis_run_execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return make_reader_study()


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def case_at(made, position):
    return made.reader_study.cases.get(position=position)


def asked(client, run, case_id):
    return client.get(f"/api/v1/analysis-runs/{run.pk}/cases/{case_id}")


def test_a_case_has_its_truth_every_ai_and_every_signed_read(made, client):
    run = carried_out(client, made, locked(client, made))
    case = case_at(made, 2)
    shown = asked(client, run, case.pk)
    assert shown.status_code == 200, shown.content
    found = shown.json()
    assert (found["case"], found["truth"], found["reference_standard_version"]) == (case.name, 1, 1)
    (ai,) = found["ai"]
    assert (ai["name"], ai["score"], ai["threshold"]) == ("Finder 1.0", 0.9, 0.5)
    assert ai["study_instance_uid"] == case.imaging_study.study_instance_uid
    # Of the second case Alice says yes (80), Berta no (45).
    assert {(one["reader"], one["call"], one["rating"]) for one in found["reads"]} == {
        ("alice", True, 80.0), ("berta", False, 45.0),
    }  # fmt: skip
    alice = next(one for one in found["reads"] if one["reader"] == "alice")
    assert alice["answers"] == [
        {"question": "Nodule present?", "answer": "Yes"}, {"question": "Confidence", "answer": "80"},
    ]  # fmt: skip
    event = Event.objects.filter(action="analysis_run.view").latest("pk")
    assert event.detail == {"part": "case", "case": str(case.pk)}


def test_what_comes_later_is_not_in_it(made, client):
    run = carried_out(client, made, locked(client, made))
    case = case_at(made, 1)
    Prediction.objects.create(
        model_version=made.model_version, imaging_study=case.imaging_study, score=0.01, source=PredictionSource.API
    )
    truths = [Truth(one.name, 0, []) for one in made.reader_study.cases.all()]
    later = reference_standard_create(
        by=made.coordinator,
        reader_study=made.reader_study,
        truths=truths,
        source=ReferenceSource.CSV,
        provenance="later",
    )
    reference_standard_lock(by=made.coordinator, standard=later, reason="Another pathologist")
    found = asked(client, run, case.pk).json()
    assert (found["truth"], found["ai"][0]["score"]) == (1, 0.95)


def test_an_explored_run_has_cases_too_and_none_of_others(made, client):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    analysis_run_execute(str(run.pk))
    # Berta never signed the fifth case.
    found = asked(client, run, case_at(made, 5).pk).json()
    assert [one["reader"] for one in found["reads"]] == ["alice"]
    assert found["ai"][0]["threshold"] == 0.5
    other = make_reader_study("other-")
    assert asked(client, run, case_at(other, 1).pk).status_code == 404
    assert asked(client, run, uuid.uuid4()).status_code == 404
    stranger = APIClient()
    stranger.force_authenticate(other.coordinator)
    assert asked(stranger, run, case_at(made, 1).pk).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_reads(made, client):
    run = carried_out(client, made, locked(client, made, document(made)))
    with CaptureQueriesContext(
        connection,
    ) as few:
        asked(client, run, case_at(made, 11).pk)
    with CaptureQueriesContext(connection) as more:
        assert len(asked(client, run, case_at(made, 1).pk).json()["reads"]) == 2
    assert len(more) <= len(few) + 3
    assert AnalysisRun.objects.count() == 1

"""Sample sizes over the API: the numbers of RJafroc, what is kept, and what is refused by name."""

import csv
import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction
from rest_framework.test import APIClient

from annotations.models import ReaderStudy, SampleSizePlan
from portal.accounts.models import User
from portal.audit.models import Event
from portal.audit.services import canonical_json, sha256
from portal.db import AppendOnlyError, JobState
from tests.sample_sizes import PLANNED, SHARED
from tests.validation.factory import make_reader_study
from tests.validation.stats.reference import reference_path, reference_values
from validation.canonical import parse
from validation.models import AnalysisResult, AnalysisRun, AnalysisSnapshot
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


def address(made, tail=""):
    return f"/api/v1/reader-studies/{made.reader_study.pk}/sample-sizes{tail}"


def planned(client, made, **changes):
    inputs = {**PLANNED, **changes}
    return client.post(address(made), {name: value for name, value in inputs.items() if value is not None}, "json")


def without_planning_values(basis, **more):
    """The body of another basis."""
    return {"basis": basis, **SHARED, **more}


def document(client, made, body):
    answer = client.post(address(made), body, "json")
    assert answer.status_code == 201, answer.content
    return client.get(address(made, f"/{answer.json()['number']}")).json()


def cell(found, readers, cases):
    return next(one for one in found["table"] if (one["readers"], one["cases"]) == (readers, cases))


def needed(found):
    return {one["readers"]: one["outcome"] for one in found["needed"]}


def faults(answer):
    assert answer.status_code == 400, answer.content
    return {(fault["field"], fault["code"]) for fault in answer.json()["errors"]}


def pilot_of_van_dyke(made):
    """A finished analysis whose snapshot holds Van Dyke's readings: 5 readers, 114 cases, two arms."""
    with reference_path("mrmc_vandyke").open() as file:
        rows = list(csv.DictReader(file))
    finished = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    content = parse(finished.snapshot.content)
    truths = {row["case"]: int(row["truth"]) for row in rows}
    content["cases"] = [
        {"id": case, "name": case, "patient": f"P{case}", "truth": truth, "is_training": False, "is_withdrawn": False}
        for case, truth in truths.items()
    ]
    content["arms"] = [{"key": key, "name": f"Arm {key}", "ai_display": "HIDDEN"} for key in "AB"]
    modalities = dict(zip(sorted({row["modality"] for row in rows}), "AB", strict=True))
    readers = sorted({row["reader"] for row in rows})
    content["readers"] = [{"id": reader, "name": reader} for reader in readers]
    shared = {"session": 1, "repeat_number": 0, "is_training": False, "state": "SIGNED", "revision": "x", "digest": "x"}
    content["reads"] = [
        {
            **shared,
            "case": row["case"],
            "reader": row["reader"],
            "arm": modalities[row["modality"]],
            "provenance": "HUMAN",
            "call": None,
            "rating": float(row["rating"]),
            "cannot_assess": [],
        }
        for row in rows
    ]
    text = canonical_json(content)
    snapshot = AnalysisSnapshot.objects.create(reader_study=made.reader_study, content=text, digest=sha256(text))
    run = AnalysisRun.objects.create(
        reader_study=made.reader_study,
        requested_by=made.coordinator,
        snapshot=snapshot,
        reference_standard=finished.reference_standard,
        state=JobState.SUCCEEDED,
    )
    AnalysisResult.objects.create(run=run, content="{}", digest=sha256("{}"))
    return run


def test_a_pilot_gives_the_numbers_of_rjafroc(client, made):
    expected = reference_values("mrmc_vandyke", "sample_size")
    run = pilot_of_van_dyke(made)
    found = document(client, made, without_planning_values("PILOT", pilot_run_id=str(run.pk)))
    assert cell(found, 6, 251)["outcome"]["power"] == pytest.approx(
        expected["power_J6_K251_es0.05_RRRC"][0]["powerRRRC"], rel=1e-9
    )
    for readers, outcome in needed(found).items():
        row = expected[f"K_for_J{readers}_es0.05_power0.8_RRRC"][0]
        assert outcome["cases"] == row["KRRRC"]
        assert outcome["power"] == pytest.approx(row["powerRRRC"], rel=1e-9)
    pilot = found["pilot"]
    assert {name: pilot[name] for name in ("readers", "cases", "positives", "negatives", "readings")} == {
        "readers": 5, "cases": 114, "positives": 45, "negatives": 69, "readings": 1140,
    }  # fmt: skip
    # Van Dyke's mean areas, as Hillis prints them.
    assert [arm["auc"]["value"] for arm in pilot["arms"]] == pytest.approx([0.897, 0.941], abs=5e-4)
    # The plan's share is the pilot's: 251 cases hold 99 positive ones.
    assert cell(found, 6, 251)["positives"] == round(251 * 45 / 114)
    assert Event.objects.filter(action="analysis_run.view", object_id=str(run.pk)).exists()


def test_components_give_the_numbers_of_rjafroc_and_of_the_formula(client, made):
    # Printed components of the Van Dyke data (Iowa OR-DBM MRMC 2.51); Hillis, Obuchowski & Berbaum 2011.
    printed = {"var_tr": 0.0002004, "var_error": 0.00080229, "cov1": 0.00034661, "cov2": 0.00034407, "cov3": 0.00023903}
    body = without_planning_values("COMPONENTS", **printed, component_cases=114, positive_share=0.4)
    found = document(client, made, body)
    expected = reference_values("mrmc_vandyke", "sample_size")["power_J6_K251_es0.05_RRRC"][0]
    assert cell(found, 6, 251)["outcome"]["power"] == pytest.approx(expected["powerRRRC"], abs=5e-5)
    denominator = 0.0002004 + 114 / 251 * (0.00080229 - 0.00034661 + 5 * (0.00034407 - 0.00023903))
    assert cell(found, 6, 251)["outcome"]["noncentrality"] == pytest.approx(3 * 0.05**2 / denominator, rel=1e-11)


def test_what_is_computed_is_kept_with_who_when_and_what_with(client, made):
    answer = planned(client, made)
    first, second = answer.json(), planned(client, made, analysis="FRRC").json()
    assert (first["number"], second["number"]) == (1, 2)
    history = client.get(address(made)).json()["results"]
    assert [one["number"] for one in history] == [2, 1]
    assert history[1]["created_by"] == made.coordinator.username
    assert history[1]["inputs"] == PLANNED
    assert set(first["software"]) >= {"overread", "numpy", "scipy"}
    stored = client.get(address(made, "/1"))
    assert hashlib.sha256(stored.content).hexdigest() == first["digest"]
    assert "fully crossed" in " ".join(stored.json()["assumptions"])
    assert Event.objects.filter(action="sample_size.create").count() == 2
    assert client.get(address(made, "/3")).status_code == 404
    plan = SampleSizePlan.objects.get(number=1)
    with pytest.raises(AppendOnlyError):
        plan.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE annotations_samplesizeplan SET number = 9")


def test_an_undefined_power_is_a_named_outcome(client, made):
    components = {"var_tr": 0.0002, "var_error": 0.0003, "cov1": 0.0004, "cov2": 0.0003, "cov3": 0.0002}
    body = without_planning_values("COMPONENTS", **components, component_cases=114, positive_share=0.5)
    found = document(client, made, {**body, "readers": [1, 5], "cases": [50]})
    outcomes = {one["readers"]: one["outcome"]["undefined"] for one in found["table"]}
    assert outcomes == {1: "too-few-readers", 5: "negative-variance"}
    assert needed(found)[5]["undefined"] == "negative-variance"
    weak = document(client, made, {**PLANNED, "difference": 0.001})
    assert needed(weak)[4]["detail"] == "4 readers do not reach a power of 0.8 with 5000 cases."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"difference": 0}, ("difference", "zero")),
        ({"difference": 0.25}, ("difference", "second_area")),
        ({"difference": "nan"}, ("difference", "invalid")),
        ({"auc": None}, ("auc", "required")),
        ({"auc": 0.5}, ("auc", "min_value")),
        ({"var_tr": -0.1}, ("var_tr", "min_value")),
        ({"rho1": 1}, ("rho1", "max_value")),
        ({"rho3": 0.5}, ("rho3", "above_others")),
        ({"rho1": 0.9}, ("rho1", "no_error_left")),
        ({"cov1": 0.1}, ("cov1", "not_wanted")),
        ({"readers": []}, ("readers", "min_length")),
        ({"readers": [4, 4]}, ("readers", "repeated")),
        ({"cases": [100, 6000]}, ("cases.1", "max_value")),
        ({"alpha": 1}, ("alpha", "max_value")),
        ({"analysis": "XXXX"}, ("analysis", "invalid_choice")),
        ({"basis": "GUESS"}, ("basis", "invalid_choice")),
    ],
)
def test_bad_input_names_its_field_and_keeps_nothing(client, made, changes, expected):
    assert faults(planned(client, made, **changes)) == {expected}
    assert not SampleSizePlan.objects.exists()


def test_a_pilot_that_cannot_be_planned_from_is_named(client, made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    body = without_planning_values("PILOT", pilot_run_id=str(run.pk))
    assert faults(client.post(address(made), body, "json")) == {("pilot_run_id", "not_found")}
    analysis_run_execute(str(run.pk))
    refused = client.post(address(made), body, "json")
    assert faults(refused) == {("pilot_run_id", "too-few-modalities")}
    assert "two arms" in refused.json()["errors"][0]["detail"]
    stranger = make_reader_study("other-")
    client.force_authenticate(stranger.coordinator)
    other = client.post(address(stranger), body, "json")
    assert faults(other) == {("pilot_run_id", "not_found")}


def test_a_locked_reader_study_takes_none(client, made):
    ReaderStudy.objects.update(state="LOCKED")
    assert planned(client, made).status_code == 409
    client.force_authenticate(User.objects.get(username="alice"))
    assert planned(client, made).status_code == 403
    assert json.loads(client.get(address(made)).content)["code"] == "forbidden"

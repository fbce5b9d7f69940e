"""What a prediction may say of its uncertainty: posted, as CSV, stored with it and given back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from portal.inference.models import Prediction
from portal.inference.predictions_csv import ALL_COLUMNS, parse_predictions_csv
from portal.inference.uncertainty import spread, uncertainty_problems

UID = "1.2.826.0.1.3680043.10.77.1"
DOUBT = {
    "value": 0.07,
    "method": "ENSEMBLE",
    "samples": 5,
    "definition": "Standard deviation of the score over five networks.",
}


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def url(external_version, imaging_study_rows):
    return f"/api/v1/model-versions/{external_version.pk}/predictions"


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_mean_and_spread_are_those_of_numpy(scores):
    mean, deviation = spread(scores)
    assert mean == pytest.approx(np.mean(scores), abs=1e-12)
    assert deviation == pytest.approx(np.std(scores, ddof=1), abs=1e-12)


def test_it_is_stored_with_the_prediction_and_another_one_supersedes(client, url):
    body = {"imaging_study_uid": UID, "score": 0.8, "uncertainty": DOUBT}
    assert client.post(url, body, format="json").data["results"][0]["uncertainty"] == DOUBT
    assert client.post(url, body, format="json").data["unchanged"] == 1
    surer = {**body, "uncertainty": {**DOUBT, "value": 0}}
    assert client.post(url, surer, format="json").data["created"] == 1
    assert client.post(url, {"imaging_study_uid": UID, "score": 0.8}, format="json").data["created"] == 1
    shown = [row["uncertainty"] for row in client.get(url).data["results"]]
    assert shown == [None, {**DOUBT, "value": 0.0}, DOUBT]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"value": -0.1}, "value", "not_an_uncertainty"),
        ({"value": math.nan}, "value", "not_an_uncertainty"),
        ({"value": math.inf}, "value", "not_an_uncertainty"),
        ({"value": 10**400}, "value", "not_an_uncertainty"),
        ({"value": True}, "value", "not_an_uncertainty"),
        ({"value": "0.1"}, "value", "not_an_uncertainty"),
        ({"method": None}, "method", "no_method"),
        ({"method": "GUESS"}, "method", "no_method"),
        ({"method": ["ENSEMBLE"]}, "method", "no_method"),
        ({"samples": None}, "samples", "bad_samples"),
        ({"samples": 1}, "samples", "bad_samples"),
        ({"samples": 2.0}, "samples", "bad_samples"),
        ({"method": "OTHER", "samples": 0}, "samples", "bad_samples"),
        ({"definition": " "}, "definition", "no_definition"),
        ({"definition": "x" * 501}, "definition", "no_definition"),
        ({"definition": "a\x00b"}, "definition", "no_definition"),
        ({"definition": "half \ud800"}, "definition", "no_definition"),
    ],
)
def test_each_fault_is_named(change, field, code):
    problems = uncertainty_problems({**DOUBT, **change}, "uncertainty")
    assert [(one["field"], one["code"]) for one in problems] == [(f"uncertainty.{field}", code)]


def test_what_is_no_uncertainty_is_refused_and_nothing_is_stored(client, url):
    for raw, code in (([], "not_an_object"), ({**DOUBT, "colour": "red"}, "unknown_field")):
        answer = client.post(url, {"imaging_study_uid": UID, "score": 0.8, "uncertainty": raw}, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert uncertainty_problems({**DOUBT, "method": "OTHER", "samples": None}, "") == []
    assert not Prediction.objects.exists()


HEADER = ",".join(ALL_COLUMNS)
NODULE = "F{},0.5,1,2,3,4,RADLEX,RID50149,pulmonary nodule"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("nan,ENSEMBLE,5,SD", ("uncertainty", "not_an_uncertainty")),
        ("-1,ENSEMBLE,5,SD", ("uncertainty", "not_an_uncertainty")),
        (",ENSEMBLE,5,SD", ("uncertainty", "not_an_uncertainty")),
        ("0.1,,5,SD", ("uncertainty_method", "no_method")),
        ("0.1,ENSEMBLE,five,SD", ("uncertainty_samples", "bad_samples")),
        ("0.1,ENSEMBLE,,SD", ("uncertainty_samples", "bad_samples")),
        ("0.1,OTHER,,", ("uncertainty_definition", "no_definition")),
    ],
)
def test_a_csv_names_the_column(cells, problem):
    parsed = parse_predictions_csv(f"{HEADER}\n1.2.3,0.5,,,,,,,,,,{cells}\n")
    assert [(one["field"], one["code"], one["row"]) for one in parsed.problems] == [(*problem, 2)]


def test_a_csv_carries_it():
    rows = [f"1.2.3,0.5,{NODULE.format(1)},0.1,OTHER,,Entropy in nats", "1.2.4,0.5,,,,,,,,,,,,,"]
    parsed = parse_predictions_csv("\n".join([HEADER, *rows]))
    assert parsed.problems == []
    assert [one.uncertainty for one in parsed.predictions.values()] == [
        {"value": 0.1, "method": "OTHER", "samples": None, "definition": "Entropy in nats"},
        None,
    ]
    other = f"1.2.3,0.5,{NODULE.format(2)},0.2,OTHER,,Entropy in nats"
    clash = parse_predictions_csv("\n".join([HEADER, rows[0], other])).problems
    assert [(one["field"], one["code"], one["row"]) for one in clash] == [("uncertainty", "uncertainty_differs", 3)]

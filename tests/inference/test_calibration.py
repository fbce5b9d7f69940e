"""The calibration hint: which band a score falls into, and what may be registered."""

import pytest
from rest_framework.test import APIClient

from portal.inference.calibration import calibration_problems, hint_for

BANDS = [
    {"low": 0.0, "high": 0.5, "cases": 40, "positives": 4},
    {"low": 0.5, "high": 0.8, "cases": 20, "positives": 13},
    {"low": 0.9, "high": 1.0, "cases": 10, "positives": 10},
]
KNOWN = {"source": "Validation set 2025", "bands": BANDS}


@pytest.mark.parametrize(("score", "positives"), [(0, 4), (0.499, 4), (0.5, 13), (0.8, None), (0.85, None), (1.0, 10)])
def test_the_band_of_a_score(score, positives):
    hint = hint_for(score, KNOWN)
    assert (hint["positives"] if hint else None) == positives


def test_nothing_registered_is_no_hint():
    assert hint_for(0.7, None) is None


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"bands": BANDS}, "calibration", "bad_shape"),
        ([], "calibration", "bad_shape"),
        ({**KNOWN, "source": " "}, "calibration.source", "bad_source"),
        ({**KNOWN, "bands": []}, "calibration.bands", "bad_count"),
        ({**KNOWN, "bands": [{**BANDS[0], "positives": 41}]}, "calibration.bands[0]", "bad_band"),
        ({**KNOWN, "bands": [{**BANDS[0], "cases": 0, "positives": 0}]}, "calibration.bands[0]", "bad_band"),
        ({**KNOWN, "bands": [{**BANDS[0], "low": 0.5}]}, "calibration.bands[0]", "bad_band"),
        ({**KNOWN, "bands": [{**BANDS[0], "high": float("nan")}]}, "calibration.bands[0]", "bad_band"),
        ({**KNOWN, "bands": [BANDS[1], BANDS[0]]}, "calibration.bands", "overlap"),
    ],
)
def test_what_is_wrong_is_named(raw, field, code):
    assert [(one["field"], one["code"]) for one in calibration_problems(raw)] == [(field, code)]


def test_it_is_registered_with_the_version(builder):
    client = APIClient()
    client.force_authenticate(builder)
    model = client.post("/api/v1/ai-models", {"name": "Finder"}, format="json").json()
    url = f"/api/v1/ai-models/{model['id']}/versions"
    made = client.post(url, {"version": "1", "calibration": KNOWN}, format="json")
    assert (made.status_code, made.json()["calibration"]) == (201, KNOWN)
    bad = client.post(url, {"version": "2", "calibration": {}}, format="json")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "calibration")
    assert client.post(url, {"version": "3"}, format="json").json()["calibration"] is None

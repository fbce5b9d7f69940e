"""What of a measure is a score, and when a named algorithm is the model version."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.inference.dicom_statements import NotAScore, algorithm_fault, score_of

# PS3.16 annex D.
CERTAINTY, PROBABILITY = ("DCM", "111012"), ("DCM", "122157")
OWN = ("RADLEX", "RID50149")
DIAMETER = ("SCT", "81827009")


def measure(key: tuple[str, str], value: float | None, unit: str = "1") -> dict[str, Any]:
    return {"code": {"scheme": key[0], "value": key[1], "meaning": "said"}, "value": value, "unit": unit}


@given(st.floats(0, 100))
def test_percent_and_shares_are_one_score(percent: float) -> None:
    of_percent = score_of([measure(CERTAINTY, percent, "%")], ())
    assert of_percent is not None
    assert 0 <= of_percent <= 1
    assert of_percent == score_of([measure(CERTAINTY, percent / 100, "{probability}")], ())


def test_the_cards_code_comes_before_those_of_dicom_and_others_are_no_score() -> None:
    measures = [measure(CERTAINTY, 0.5), measure(OWN, 0.25), measure(DIAMETER, 7, "mm")]
    assert score_of(measures, {OWN}) == 0.25
    assert score_of(measures, ()) == 0.5
    assert score_of([measure(DIAMETER, 7, "mm"), {**measure(CERTAINTY, 1), "code": None}], {OWN}) is None
    assert score_of([measure(CERTAINTY, 0.5), measure(PROBABILITY, 50, "%")], ()) == 0.5


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        ([measure(CERTAINTY, 1.01)], "not_a_probability"),
        ([measure(CERTAINTY, -0.01)], "not_a_probability"),
        ([measure(CERTAINTY, 100.5, "%")], "not_a_probability"),
        ([measure(CERTAINTY, None)], "not_a_probability"),
        ([measure(CERTAINTY, 0.5, "mm")], "unknown_unit"),
        ([measure(CERTAINTY, 0.5, "")], "unknown_unit"),
        ([measure(CERTAINTY, 0.5), measure(PROBABILITY, 0.6)], "several_scores"),
    ],
)
def test_what_is_no_probability_is_refused(measures: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(NotAScore) as refused:
        score_of(measures, ())
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (("Lung finder", "2.1"), None),
        (("LUNG  finder", "v2.1"), None),
        (("Lung finder 2.1", None), None),
        (("Lung finder v2.1", "2.1"), None),
        (("Lung finder", None), "algorithm_version_missing"),
        (("Lung finder", "2.10"), "other_algorithm"),
        (("Lung finder 2.0", None), "other_algorithm"),
        (("Finder", "2.1"), "other_algorithm"),
        (None, "algorithm_missing"),
    ],
)
def test_a_named_algorithm_is_compared_with_the_version(said: tuple[str, str | None] | None, code: str | None) -> None:
    stated = None if said is None else {"name": said[0], "version": said[1]}
    fault = algorithm_fault(stated, model_name="Lung finder", version="2.1")
    assert (fault and fault[0]) == code

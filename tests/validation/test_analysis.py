"""Every figure of a small reader study, counted by hand."""

import json

import pytest

from tests.validation.factory import CALL, RATING, make_reader_study
from validation.analysis import analyse
from validation.canonical import canonical_result
from validation.selectors import snapshot_content

pytestmark = pytest.mark.django_db


def result_of(made, **configuration):
    snapshot = snapshot_content(
        reader_study=made.reader_study, **({"confidence_level": 0.95, "call_threshold": None} | configuration)
    )
    return json.loads(canonical_result(analyse(snapshot, snapshot_digest="d", software={})))


def participant(result, name):
    return next(one for one in result["participants"] if one["name"].startswith(name))


def test_two_by_two_tables_by_hand_count():
    result = result_of(make_reader_study())
    # Case 10 has no prediction; Berta left case 5 unsigned; case 11 has no truth.
    assert participant(result, "Finder")["binary"]["counts"] == {"tp": 4, "fp": 1, "fn": 1, "tn": 3}
    assert participant(result, "alice")["binary"]["counts"] == {"tp": 3, "fp": 1, "fn": 2, "tn": 4}
    assert participant(result, "berta")["binary"]["counts"] == {"tp": 3, "fp": 0, "fn": 1, "tn": 5}
    sensitivity = participant(result, "alice")["binary"]["estimates"]["sensitivity"]
    assert sensitivity["value"] == 0.6
    # Wilson for 3 of 5, from its closed form.
    assert (round(sensitivity["low"], 4), round(sensitivity["high"], 4)) == (0.2307, 0.8824)


def test_areas_by_hand_count():
    result = result_of(make_reader_study())
    # AI: 5 x 4 pairs; 0.7 beats 0.6 and 0.3, 0.4 beats 0.3: 17 of 20.
    assert participant(result, "Finder")["roc"]["estimates"]["auc"]["value"] == 17 / 20
    # Alice: 60 beats 40 and 30 among the negatives: 23 of 25.
    assert participant(result, "alice")["roc"]["estimates"]["auc"]["value"] == 23 / 25
    assert participant(result, "Finder")["roc"]["curve"][1] == {"fpf": 0.0, "tpf": 0.2, "threshold": 0.95}


def test_every_exclusion_is_counted_and_named():
    result = result_of(make_reader_study())
    found = {(one["name"], one["reason"]): one["cases"] for one in result["exclusions"]}
    assert found == {
        ("", "no-truth"): ["Case 011"],
        ("Finder 1.0", "no-prediction"): ["Case 010"],
        ("berta", "unsigned"): ["Case 005"],
    }
    assert result["counts"] == {
        "cases": 11, "positives": 5, "negatives": 5, "without_truth": 1, "patients": 11, "readers": 2,
        "readers_withdrawn": 0, "cases_withdrawn": 0, "cases_training": 0, "reads_void": 0, "reads_reopened": 0,
        "reads_assigned": 22, "reads_signed": 20, "reads_simulated": 20, "predictions": 10,
    }  # fmt: skip


def test_comparisons_use_the_common_cases():
    result = result_of(make_reader_study())
    against = {one["b"]: one for one in result["comparisons"]}
    alice = against[participant(result, "alice")["key"]]
    assert (alice["n"], alice["positives"], alice["negatives"]) == (9, 5, 4)
    # Positives: both right on cases 1-3, the AI alone on case 4, neither on case 5.
    assert alice["sensitivity"]["counts"] == {"both": 3, "only_a": 1, "only_b": 0, "neither": 1}
    # One discordant pair: exact p = 1. Negatives: both wrong on case 6, both right on the other three.
    assert alice["sensitivity"]["tests"]["exact"]["p"] == 1.0
    assert alice["specificity"]["counts"] == {"both": 3, "only_a": 0, "only_b": 0, "neither": 1}
    assert alice["specificity"]["tests"]["asymptotic"]["undefined"] == "zero-variance"
    berta = against[participant(result, "berta")["key"]]
    assert (berta["n"], berta["positives"], berta["negatives"]) == (8, 4, 4)


def test_calibration_of_the_ai_by_hand():
    result = result_of(make_reader_study())
    # Squares of 0.05 0.1 0.2 0.4 0.7 (positives) and 0.7 0.4 0.2 0.1 (negatives), over nine cases.
    assert result["calibration"]["estimates"]["brier"]["value"] == pytest.approx(1.4025 / 9, rel=1e-11)
    assert sum(row["n"] for row in result["calibration"]["bins"]) == 9


def test_clusters_simulation_and_unfinished_reading_are_said():
    result = result_of(make_reader_study(patients=6))
    assert result["counts"]["patients"] == 6
    assert any("11 cases come from 6 patients" in note and "clustering" in note for note in result["notes"])
    assert any("20 of 20 signed reads were made by simulated readers" in note for note in result["notes"])
    assert any("20 of 22 assigned reads are signed" in note for note in result["notes"])


def test_without_an_ai_model_nothing_is_made_up():
    result = result_of(make_reader_study(with_ai=False))
    assert [one["kind"] for one in result["participants"]] == ["READER", "READER"]
    assert result["comparisons"] == []
    assert result["calibration"]["undefined"] == "not-collected"


def test_without_a_rating_the_roc_is_named_undefined():
    result = result_of(make_reader_study(questions=(CALL,)))
    assert participant(result, "alice")["roc"]["undefined"] == "not-collected"
    assert result["comparisons"][0]["auc"]["undefined"] == "not-collected"
    assert participant(result, "alice")["binary"]["counts"]["tp"] == 3


def test_a_threshold_makes_the_call_from_the_rating():
    made = make_reader_study(questions=(RATING,))
    assert participant(result_of(made), "alice")["binary"]["undefined"] == "not-collected"
    thresholded = participant(result_of(made, call_threshold=50.0), "alice")
    # Alice's ratings of at least 50: cases 1, 2, 3 and 6.
    assert thresholded["binary"]["counts"] == {"tp": 3, "fp": 1, "fn": 2, "tn": 4}
    assert thresholded["threshold"] == 50.0

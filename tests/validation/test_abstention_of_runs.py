"""Abstention from the prediction to the page: frozen, counted by hand, in description, figures, bundle and report."""

import csv
import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest

from tests.validation.factory import doubt, make_reader_study
from tests.validation.plans.test_description import description, one, snapshot
from tests.validation.reports.printed import Report, as_float, at, last_place
from tests.validation.reports.studies import AROUND, result_of, smaller
from validation.analysis import analyse
from validation.bundle import bundle
from validation.canonical import canonical_result
from validation.figures import FIGURES, figure_csv, figures_of
from validation.plans.described_abstention import abstention_of
from validation.plans.description import describe
from validation.plans.snapshot import lay_out
from validation.reports.document import report_html
from validation.selectors import snapshot_content
from validation.stats.cli import main

# Right, wrong (missed), right, wrong (alarm), right without an uncertainty, and a case without a prediction.
TRUTH = [1, 1, 0, 0, 1, 0]
SCORES = [0.9, 0.2, 0.1, 0.8, 0.7]
DOUBTS = [0.1, 0.4, 0.2, 0.3, None]


def planned(doubts: Any, **changes: Any) -> dict[str, Any]:
    """A planned snapshot of one reader and an AI whose predictions have these uncertainties."""
    content = snapshot(TRUTH, {"A": [[1, 2, 3, 4, 5, 1]], "B": [[1, 2, 3, 4, 5, 1]]}, scores=SCORES, **changes)
    for prediction, said in zip(content["predictions"], doubts, strict=True):
        prediction.update({} if said is None else {"uncertainty": said})
    return content


def described(doubts: Any, **changes: Any) -> Any:
    content = planned(doubts, **changes)
    return json.loads(json.dumps(describe(content, lay_out(content))))


def test_the_curve_by_hand() -> None:
    """Kept one by one, the most certain first: right, right, wrong, wrong."""
    block = one(described([None if value is None else doubt(value) for value in DOUBTS]), "ai")["abstention"]
    assert block["counts"] == {"cases": 4, "errors": 2, "without_uncertainty": 1}
    assert [(row["n"], row["errors"], row["coverage"]) for row in block["curve"]] == [
        (1, 0, 0.25), (2, 0, 0.5), (3, 1, 0.75), (4, 2, 1.0),
    ]  # fmt: skip
    assert [row["error_rate"] for row in block["curve"]] == pytest.approx([0, 0, 1 / 3, 1 / 2])
    # Wilson of 1 in 3, from its closed form.
    assert (block["curve"][2]["low"], block["curve"][2]["high"]) == pytest.approx((0.06149, 0.79234), abs=1e-5)
    assert block["estimates"]["area"]["value"] == pytest.approx((1 / 3 + 1 / 2) / 4)
    assert block["estimates"]["excess_area"]["value"] == pytest.approx(0, abs=1e-12)
    assert block["estimates"]["error_rate"]["value"] == 0.5
    assert [(row["share"], row["n"]) for row in block["kept"]] == [
        (1.0, 4), (0.95, 3), (0.9, 3), (0.8, 3), (0.7, 2), (0.5, 2),
    ]  # fmt: skip
    assert block["kept"][-1]["sensitivity"]["value"] == block["kept"][-1]["specificity"]["value"] == 1.0
    assert block["uncertainties"] == [0.1, 0.4, 0.2, 0.3, None, None]
    assert (block["method"], block["samples"]) == ("ENSEMBLE", 5)


def test_where_ties_are_more_than_a_share_nothing_is_kept_at_it() -> None:
    """All of one uncertainty: kept together or not at all."""
    same = [doubt(0.5)] * 4
    block: Any = abstention_of(np.array([True, True, True, False]), np.ones(4), same, level=0.95, is_clustered=True)
    assert [row["share"] for row in block["kept"]] == [1.0]
    assert "one patient" in block["estimates"]["area"]["note"]
    right: Any = abstention_of(np.array([True] * 4), np.ones(4), same, level=0.95, is_clustered=True)
    assert "All resamples give the same" in right["estimates"]["area"]["note"], (
        "nothing is too narrow that is not there"
    )


def test_what_cannot_be_drawn_has_a_reason() -> None:
    content = planned([None] * 5)
    subjects = content["plan"]["document"]["subjects"]
    other = {**subjects[-1], "key": "other", "model_version_id": "other"}
    content["plan"]["document"]["subjects"] = [*subjects, other]
    content["model_versions"].append({"id": "other", "name": "Other 1"})
    content["predictions"].append({"model_version": "other", "case": "0", "score": 0.9, "uncertainty": doubt(0.1)})
    found = json.loads(json.dumps(describe(content, lay_out(content))))
    assert one(found, "ai")["abstention"]["undefined"] == "not-collected"
    assert one(found, "other")["abstention"]["counts"]["cases"] == 1
    mixed = [doubt(0.1), {**doubt(0.2), "method": "MC_DROPOUT"}, None, None, None]
    assert "not one quantity" in one(described(mixed), "ai")["abstention"]["detail"]
    content["plan"]["document"]["subjects"] = [
        {**subject, "operating_point": None} if subject["kind"] == "AI" else subject for subject in [*subjects, other]
    ]
    undecided = json.loads(json.dumps(describe(content, lay_out(content))))
    assert "operating point" in one(undecided, "other")["abstention"]["detail"]


def test_a_snapshot_without_uncertainties_has_the_result_it_had() -> None:
    readings = [[1, 2, 3, 4, 5, 1]]
    found = description(TRUTH, {"A": readings, "B": readings}, scores=SCORES)
    assert all("abstention" not in participant for participant in found["participants"])


@pytest.mark.django_db
def test_a_run_freezes_what_the_predictions_say() -> None:
    """Of nine decided cases 5 and 6 are wrong and the least certain; case 9 has no uncertainty."""
    doubts = [0.1, 0.2, 0.3, 0.4, 0.9, 0.8, 0.5, 0.6, None, None, 0.7]
    made = make_reader_study(doubts=doubts)
    content = snapshot_content(reader_study=made.reader_study, confidence_level=0.95, call_threshold=None)
    assert content["predictions"][0]["uncertainty"] == doubt(0.1)
    result = json.loads(canonical_result(analyse(content, snapshot_digest="d", software={})))
    block = result["abstention"]
    assert block["counts"] == {"cases": 8, "errors": 2, "without_uncertainty": 1}
    assert [row["errors"] for row in block["curve"]] == [0, 0, 0, 0, 0, 0, 1, 2]
    assert "uncertainties" not in block
    assert "abstention" in figures_of(result)
    rows = list(csv.DictReader(io.StringIO(figure_csv("abstention", result))))
    assert [row["errors"] for row in rows] == ["0"] * 6 + ["1", "2"]
    assert {row["name"] for row in rows} == {"Finder 1.0"}

    plain = make_reader_study("plain-")
    old = snapshot_content(reader_study=plain.reader_study, confidence_level=0.95, call_threshold=None)
    assert all(set(prediction) == {"case", "id", "score"} for prediction in old["predictions"])
    without = analyse(old, snapshot_digest="d", software={})
    assert "abstention" not in without
    assert "abstention" not in figures_of(without)


@pytest.fixture(scope="module")
def doubtful() -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The simulated study with an uncertainty of each prediction: least where the score is far from a half."""
    frozen = json.loads(smaller()[0])
    for prediction in frozen["predictions"]:
        prediction["uncertainty"] = doubt(round(0.5 - abs(prediction["score"] - 0.5), 6))
    text = result_of(frozen)
    return frozen, text, json.loads(text)


def test_the_report_draws_it_with_the_results_numbers(doubtful: Any) -> None:
    frozen, text, result = doubtful
    report = Report(report_html(json.dumps(frozen), text, AROUND))
    places = {pointer for number in report.numbers for pointer in number.pointers}
    index = next(i for i, one in enumerate(result["description"]["participants"]) if "abstention" in one)
    start = f"/description/participants/{index}/abstention"
    assert {f"{start}/counts/errors", f"{start}/estimates/area/value", f"{start}/kept/0/error_rate/value"} <= places
    assert any("Errors of" in caption and "share of cases kept" in caption for caption in report.captions)
    for number in report.numbers:
        if start in number.pointers[0]:
            assert number.value == at(result, number.pointers[0])
            assert as_float(number.shown) == pytest.approx(number.value, rel=0, abs=last_place(number.shown) * 1.000001)


def test_the_bundle_holds_what_the_command_line_computes_it_from(doubtful: Any, tmp_path: Any) -> None:
    frozen, text, result = doubtful
    archive = zipfile.ZipFile(io.BytesIO(bundle(json.dumps(frozen), text)))
    (tmp_path / "ai.csv").write_bytes(archive.read("abstention/ai.csv"))
    output = io.StringIO()
    alpha = repr(1 - result["confidence_level"])
    assert main(["abstention", "--csv", str(tmp_path / "ai.csv"), "--json", "--alpha", alpha], output) == 0
    block = next(one["abstention"] for one in result["description"]["participants"] if one["key"] == "ai")
    said = json.loads(output.getvalue())
    assert said["area"]["value"] == pytest.approx(block["estimates"]["area"]["value"], rel=1e-9)
    assert (said["area"]["low"], said["area"]["high"]) == pytest.approx(
        (block["estimates"]["area"]["low"], block["estimates"]["area"]["high"]), rel=1e-9
    )
    assert "figures/abstention.csv" in archive.namelist()
    assert archive.read("figures/abstention.csv").decode().splitlines()[0] == ",".join(FIGURES["abstention"][0])

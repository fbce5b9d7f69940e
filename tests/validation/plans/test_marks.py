"""Endpoints of marks through a whole plan: what RJafroc says of published studies, and what is undefined by name."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.validation.plans.marks import WAFROC, kind_of, snapshot_of
from tests.validation.stats.reference import reference_data, reference_values
from validation.canonical import canonical_result
from validation.planned_analysis import analyse_planned

RJAFROC = {"WAFROC": "wAFROC", "AFROC": "AFROC", "INFERRED_AUC": "HrAuc", "LESION_SENSITIVITY": "MaxLLF"}
ESTIMATE = {"against": None, "hypothesis": "ESTIMATE"}
OF_AI = {**WAFROC, **ESTIMATE, "of": "ai", "method": "JACKKNIFE", "generalise_to": "CASES"}


def frozen(name: str, *endpoints: dict[str, Any], **more: Any) -> dict[str, Any]:
    marks, cases, lesions = (reference_data(f"froc_{name}_{part}") for part in ("marks", "cases", "lesions"))
    return snapshot_of(marks, cases, lesions, *endpoints, **more)


def analysed(snapshot: dict[str, Any]) -> dict[str, Any]:
    result = analyse_planned(snapshot, snapshot_digest="d", software={})
    canonical_result(result)
    return result


def keyed(result: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one for one in result["endpoints"]}


def test_a_plan_says_of_thompson_what_rjafroc_says() -> None:
    """Nine readers, two modalities: Obuchowski and Rockette, readers and cases random, and each reader's figure."""
    endpoints = [{**WAFROC, "key": key.lower(), "figure": key} for key in RJAFROC]
    result = analysed(frozen("thompson", *endpoints))
    for figure, theirs in RJAFROC.items():
        found = keyed(result)[figure.lower()]
        values = reference_values("froc_thompson", f"RJafroc_{theirs}_OR_jackknife_RRRC")["RRRC"]
        (difference,) = values["ciDiffTrt"]
        assert found["test"]["p"] == pytest.approx(values["FTests"][0]["p"], rel=1e-8)
        assert found["difference"]["value"] == pytest.approx(difference["Estimate"], rel=1e-9)
        assert found["difference"]["low"] == pytest.approx(difference["CILower"], rel=1e-8)
        for row in reference_values("froc_thompson", f"fom_{theirs}"):
            (one,) = [
                one
                for one in result["description"]["marks"]["participants"]
                if one["key"] == f"{row['modality'].lower()}:{row['reader']}"
            ]
            assert one["estimates"][figure]["value"] == pytest.approx(row["value"], rel=1e-9)


def test_curves_are_those_of_rjafroc_with_the_ratings_behind_them() -> None:
    result = analysed(frozen("thompson"))
    reader = next(one for one in result["description"]["marks"]["participants"] if one["key"] == "m1:R1")
    for name in ("FROC", "AFROC", "wAFROC"):
        theirs = reference_values("froc_thompson", f"curve_{name}_M1_R1")
        found = [(one["x"], one["y"]) for one in reader["curves"][name.lower()]]
        for row in theirs:
            assert min(abs(x - row["x"]) + abs(y - row["y"]) for x, y in found) < 1e-9
    # Every point but the ends has both intervals, each with a method by name.
    methods = result["description"]["marks"]["interval_methods"]
    for name, across in (("froc", "poisson score, effective count"), ("afroc", "wilson"), ("wafroc", "wilson")):
        inner = [one for one in reader["curves"][name] if one["threshold"] is not None and one["x"] > 0 < one["y"]]
        assert all(one["x_low"] <= one["x"] <= one["x_high"] for one in inner)
        assert all(one["y_low"] <= one["y"] <= one["y_high"] for one in inner)
        assert {methods[one["x_method"]] for one in inner} == {across}
        assert {methods[one["y_method"]] for one in inner} == {"ratio estimator, wilson"}
        assert [reader["curves"][name][0][f"{axis}_{end}"] for axis in "xy" for end in ("low", "method")] == [None] * 4
    # One share, one interval: any mark counts in the table as at the end of the curve.
    found, last = reader["estimates"]["LESION_SENSITIVITY"], reader["curves"]["froc"][-1]
    assert (found["value"], found["low"], found["high"]) == pytest.approx((last["y"], last["y_low"], last["y_high"]))
    # The cases behind a point: those with a mark that is rated so or higher are what the point counts.
    point = reader["curves"]["froc"][2]
    above = [mark for mark in reader["marks"] if mark[1] >= point["threshold"]]
    assert sum(on for *_, on in above) / reader["lesions"] == pytest.approx(point["y"])
    assert sum(not on for *_, on in above) / reader["n"] == pytest.approx(point["x"])


def one_mark_a_case() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """NICO's ratings as marks: on the lesion of a diseased case, else on nothing. The AFROC is then the ROC."""
    table = reference_data("cad_nico_roc")
    marks = pd.DataFrame({
        "reader": table["reader"], "modality": "M1", "case": table["case"], "rating": table["rating"],
        "mark": np.where(table["truth"] == 1, "LL", "NL"), "lesion_id": 1,
    })  # fmt: skip
    cases = table[["case", "truth"]].drop_duplicates()
    return marks, cases, cases[cases["truth"] == 1].assign(lesion_id=1)


def test_an_ai_against_readers_by_their_marks_is_what_rjafroc_says_of_nico() -> None:
    values = reference_values("cad_nico_roc", "CadVsRad_Wilcoxon_1T-RRRC")
    against = {**WAFROC, "figure": "AFROC", "method": "AI_VS_READERS", "of": "ai", "against": "m1"}
    alone = {**OF_AI, "key": "alone", "figure": "AFROC", "role": "SECONDARY"}
    result = analysed(snapshot_of(*one_mark_a_case(), against, alone, ai="R1"))
    found = keyed(result)["gain"]
    assert found["of"]["outcome"]["value"] == pytest.approx(values["fomCAD"], rel=1e-9)
    assert found["against"]["outcome"]["value"] == pytest.approx(values["avgRadFom"], rel=1e-9)
    assert found["test"]["p"] == pytest.approx(values["pval"], rel=1e-8)
    assert keyed(result)["alone"]["of"]["outcome"]["value"] == pytest.approx(values["fomCAD"], rel=1e-9)
    assert result["description"]["marks"]["participants"][0]["estimates"]["AFROC"]["endpoint"] == "alone"


def small(
    marks: list[tuple[Any, ...]],
    *endpoints: dict[str, Any],
    lesions: tuple[tuple[int, int], ...] = ((1, 1), (1, 2), (2, 1), (3, 1)),
    ai: bool = False,
) -> dict[str, Any]:
    """Eight cases, the first three positive; `marks` are (reader, modality, case, mark, lesion_id, rating)."""
    names = ["reader", "modality", "case", "mark", "lesion_id", "rating"]
    cases = pd.DataFrame({"case": range(1, 9), "truth": [1, 1, 1, 0, 0, 0, 0, 0]})
    known = pd.DataFrame(list(lesions), columns=["case", "lesion_id"])
    rows = [one for one in marks if ai or one[0] != "AI"]
    return snapshot_of(pd.DataFrame(rows, columns=names), cases, known, *endpoints, ai="AI" if ai else None)


MARKS = [
    ("R1", "M1", 1, "LL", 1, 5), ("R1", "M1", 1, "LL", 2, 3), ("R1", "M1", 2, "LL", 1, 2),
    ("R1", "M1", 5, "NL", 1, 2), ("R1", "M1", 3, "NL", 1, 4), ("R1", "M2", 1, "LL", 1, 4),
    ("R1", "M2", 3, "LL", 1, 2), ("R1", "M2", 6, "NL", 1, 3), ("R1", "M2", 6, "NL", 1, 1),
    ("R2", "M1", 1, "LL", 2, 4), ("R2", "M1", 2, "LL", 1, 5), ("R2", "M1", 7, "NL", 1, 3),
    ("R2", "M2", 2, "LL", 1, 3), ("R2", "M2", 4, "NL", 1, 4), ("R2", "M2", 8, "NL", 1, 1),
    ("AI", "M1", 1, "LL", 1, 0.8), ("AI", "M1", 3, "LL", 1, 0.4), ("AI", "M1", 4, "NL", 1, 0.6),
    ("AI", "M1", 8, "NL", 1, 0.2),
]  # fmt: skip
ALONE = {**WAFROC, **ESTIMATE, "figure": "AFROC", "generalise_to": "CASES"}


def test_a_reader_without_a_mark_has_a_figure_and_one_without_a_read_has_none() -> None:
    """Nothing marked: every lesion ties with every normal case, so the area is one half, and not for sure."""
    snapshot = small(MARKS, ALONE)
    for read in snapshot["reads"]:
        read["marks"] = [] if read["reader"] == "R1" else read["marks"]
    result = analysed(snapshot)
    reader = next(one for one in result["description"]["marks"]["participants"] if one["key"] == "m1:R1")
    area, found = reader["estimates"]["AFROC"], reader["estimates"]["LESION_SENSITIVITY"]
    assert (area["value"], area["method"]) == (0.5, "newcombe, cases as n")
    assert area["low"] < 0.5 < area["high"]
    # Wilson's upper limit of none of 3 cases; epiR: that of 3 of 3 starts at 0.438503.
    assert (found["value"], found["low"], found["high"]) == (0.0, 0.0, pytest.approx(1 - 0.438503, abs=1e-6))
    assert reader["counts"] == {"lesion_marks": 0, "false_marks": 0, "extra_marks": 0}
    for read in snapshot["reads"]:
        read |= {"state": "OPEN", "marks": None}
    result = analysed(snapshot)
    assert result["endpoints"][0]["of"]["outcome"]["undefined"] == "missing-readings"
    assert {one["undefined"]["undefined"] for one in result["description"]["marks"]["participants"]} == {
        "missing-readings"
    }


def test_without_a_known_lesion_figures_are_undefined_by_name() -> None:
    marks = [one for one in MARKS if one[3] == "NL"]
    result = analysed(small(marks, ALONE, lesions=()))
    assert result["endpoints"][0]["of"]["outcome"]["undefined"] == "no-positive-cases"
    assert ("no-lesion", 3) in [(one["reason"], one["n"]) for one in result["exclusions"]]
    assert result["description"]["marks"]["counts"]["positives_without_lesion"] == 3


def test_a_mark_that_the_rule_cannot_judge_is_neither_right_nor_wrong() -> None:
    snapshot = small(MARKS, ALONE)
    snapshot["reads"][0]["marks"] = [kind_of("UNKNOWN", None, 3.0)]
    found = analysed(snapshot)["endpoints"][0]
    assert found["of"]["outcome"]["undefined"] == "not-collected"
    assert "In 1 of 8 cases" in found["note"]


def test_a_further_mark_on_a_lesion_changes_nothing() -> None:
    snapshot = small(MARKS, ALONE)
    before = analysed(snapshot)["endpoints"]
    snapshot["reads"][0]["marks"].append(kind_of("EXTRA", "1", 1.0, 9))
    assert analysed(snapshot)["endpoints"] == before


def test_cases_that_somebody_lacks_are_left_out_and_said() -> None:
    snapshot = small(MARKS, WAFROC)
    snapshot["reads"][3] |= {"state": "OPEN", "marks": None}
    found = analysed(snapshot)["endpoints"][0]
    assert "1 of 8 cases are left out" in found["note"]


def test_one_reader_is_too_few_for_a_test_of_readers_in_general() -> None:
    against = {**WAFROC, "key": "against", "of": "ai", "against": "m1", "method": "AI_VS_READERS"}
    result = analysed(small([one for one in MARKS if one[0] != "R2"], WAFROC, against, ai=True))
    assert {one["test"]["undefined"] for one in result["endpoints"]} == {"too-few-readers"}


def test_no_limit_of_a_share_of_lesions_lies_outside_0_and_1() -> None:
    """Readers who differ as much as they can, on three cases: the interval of their mean would begin below 0."""
    against = {**WAFROC, "figure": "LESION_SENSITIVITY", "of": "ai", "against": "m1", "method": "AI_VS_READERS"}
    marks = [one for one in MARKS if one[:2] != ("R2", "M1")]
    (found,) = analysed(small([*marks, ("R2", "M1", 7, "NL", 1, 3)], against, ai=True))["endpoints"]
    mean = found["against"]["outcome"]
    assert (mean["low"], mean["high"], mean["method"]) == (0.0, 1.0, "or RRRC")


def test_what_an_ai_finds_is_described_by_any_mark_and_answered_at_its_operating_point() -> None:
    """Marks at 0.8 and 0.4 find two of four lesions; at 0.5 one is left."""
    alone = {**OF_AI, "key": "found", "figure": "LESION_SENSITIVITY"}
    result = analysed(small(MARKS, alone, ai=True))
    described = result["description"]["marks"]["participants"][0]
    assert described["estimates"]["LESION_SENSITIVITY"]["value"] == described["counts"]["lesion_marks"] / 4 == 0.5
    assert keyed(result)["found"]["of"]["outcome"]["value"] == 0.25

import io
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.validation.stats.reference import REPOSITORY, reference_path, reference_values
from validation.stats import auc, binary_summary, calibration_summary, paired_binary
from validation.stats.cli import main

ROWS = pd.DataFrame(
    {
        "case": range(1, 9),
        "truth": [0, 0, 0, 0, 1, 1, 1, 1],
        "rating": [1, 2, 3, 5, 2, 4, 5, 5],
        "call": [0, 0, 0, 1, 0, 1, 1, 1],
        "other": [0, 0, 1, 1, 0, 0, 1, 1],
        "probability": [0.1, 0.2, 0.3, 0.7, 0.2, 0.6, 0.8, 0.9],
    }
)


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "ratings.csv"
    ROWS.to_csv(path, index=False)
    return path


def run_json(*arguments):
    output = io.StringIO()
    assert main([*map(str, arguments), "--json"], output) == 0
    return json.loads(output.getvalue())


def test_binary_gives_the_json_of_the_library(csv):
    answer = run_json("binary", "--csv", csv)
    assert answer["estimates"] == binary_summary(ROWS.truth, ROWS.call).to_json()["estimates"]
    assert answer["counts"] == {"tp": 3, "fp": 1, "fn": 1, "tn": 3}


def test_binary_by_threshold_and_alpha(csv):
    answer = run_json("binary", "--csv", csv, "--threshold", 4, "--alpha", 0.1, "--interval", "jeffreys")
    expected = binary_summary(ROWS.truth, ROWS.rating >= 4, level=0.9, method="jeffreys")
    assert answer["estimates"] == expected.to_json()["estimates"]


def test_paired_binary(csv):
    answer = run_json("paired-binary", "--csv", csv, "--call-a", "call", "--call-b", "other")
    assert answer["sensitivity"] == paired_binary(ROWS.truth, ROWS.call, ROWS.other).to_json()["sensitivity"]


def test_roc(csv):
    answer = run_json("roc", "--csv", csv)
    assert answer["estimates"]["auc"]["value"] == auc(ROWS.truth, ROWS.rating).value
    assert answer["curve"][0] == {"fpf": 0.0, "tpf": 0.0, "threshold": None}


def test_calibration(csv):
    answer = run_json("calibration", "--csv", csv)
    expected = calibration_summary(ROWS.truth, ROWS.probability).estimates["brier"].value
    assert answer["estimates"]["brier"]["value"] == expected


def test_readers_are_never_pooled(tmp_path):
    path = tmp_path / "two.csv"
    both = pd.concat([ROWS.assign(reader="R1"), ROWS.assign(reader="R2", rating=-ROWS.rating)])
    both.to_csv(path, index=False)
    groups = run_json("roc", "--csv", path)["groups"]
    assert [group["by"] for group in groups] == [{"reader": "R1"}, {"reader": "R2"}]
    assert groups[0]["estimates"]["auc"]["value"] == 1.0 - groups[1]["estimates"]["auc"]["value"]


def test_roc_compare_against_proc():
    expected = reference_values("roc_asah", "paired_tests")["s100b_vs_wfns"]["delong_paired"]
    columns = ("--truth", "poor_outcome", "--rating-a", "s100b", "--rating-b", "wfns")
    answer = run_json("roc-compare", "--csv", reference_path("roc_asah"), *columns)
    assert answer["tests"]["delong"]["p"] == pytest.approx(expected["p"], rel=1e-9)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"rating": ["1", "2", "high", "5", "2", "4", "5", "5"]},
            "row 3, column 'rating': 'high' is not a number",
        ),
        ({"rating": ["1", "", "3", "5", "2", "4", "5", "5"]}, "row 2, column 'rating': the cell is empty"),
        (
            {"truth": [0, 0, 0, 2, 1, 1, 1, 1]},
            "row 4, column 'truth': '2' is neither 0 nor 1; --positive names the label of a positive case",
        ),
    ],
)
def test_bad_cells_end_with_one_line_that_names_them(tmp_path, capsys, change, complaint):
    path = tmp_path / "bad.csv"
    ROWS.assign(**change).to_csv(path, index=False)
    assert main(["roc", "--csv", str(path)]) == 2
    assert capsys.readouterr().err == f"validation.stats roc: error: {complaint}\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b"truth,rating\n", "has a header but no rows"),
        (b"truth,score\n1,2\n", "there is no column 'rating'; the file has truth, score"),
        (b"truth,rating\n1,\xff\n", "is not UTF-8"),
        (b"truth,rating\n1,2\n0,1,5,6\n", "row 2: has 4 cells where the header has 2"),
        (b"truth,rating\n1,2,3\n0,1,5\n", "row 1: has more cells than the header"),
        (b"truth,rating\n1\n0,1\n", "row 1, column 'rating': the cell is empty"),
    ],
)
def test_bad_files_end_with_one_line(tmp_path, capsys, content, complaint):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert main(["roc", "--csv", str(path)]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_a_missing_file_and_a_bad_alpha_are_refused(tmp_path, csv, capsys):
    assert main(["roc", "--csv", str(tmp_path / "none.csv")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert main(["roc", "--csv", str(csv), "--alpha", "5"]) == 2
    assert "--alpha lies strictly between 0 and 1" in capsys.readouterr().err


def test_wrong_usage_is_one_line_with_exit_code_2(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["roc"])
    assert stop.value.code == 2
    assert capsys.readouterr().err == "validation.stats roc: error: the following arguments are required: --csv\n"


def test_the_module_runs_without_django_and_prints_a_table(csv):
    program = (
        "import sys, runpy; sys.argv = ['stats', 'roc', '--csv', sys.argv[1]]\n"
        "try: runpy.run_module('validation.stats', run_name='__main__')\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "assert not {'django', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(csv)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.splitlines()[0].split() == [
        "measure",
        "estimate",
        "low",
        "high",
        "level",
        "method",
        "n",
        "note",
    ]


def test_a_million_rows_are_read_without_a_loop(tmp_path):
    rng = np.random.default_rng(3)
    truth = np.arange(1_000_000) % 2
    path = tmp_path / "million.csv"
    pd.DataFrame({"truth": truth, "call": rng.integers(0, 2, 1_000_000)}).to_csv(path, index=False)
    assert sum(run_json("binary", "--csv", path)["counts"].values()) == 1_000_000


def test_binary_with_prevalence_and_clusters(csv):
    answer = run_json("binary", "--csv", csv, "--prevalence", 0.1, "--cluster", "case")
    # Sensitivity 3/4, specificity 3/4: PPV = 0.075 / (0.075 + 0.225).
    assert answer["at_prevalence"]["estimates"]["ppv"]["value"] == pytest.approx(0.25)
    assert answer["clustered"]["sensitivity"]["value"] == 0.75
    again = run_json("binary", "--csv", csv, "--cluster", "case", "--bootstrap", "--seed", 5)
    assert again == run_json("binary", "--csv", csv, "--cluster", "case", "--bootstrap", "--seed", 5)


def test_paired_binary_against_dtcompair():
    expected = reference_values("binary_paired1", "paired_y1_vs_y2")
    options = ("--truth", "d", "--call-a", "y1", "--call-b", "y2", "--margin", 0.05)
    answer = run_json("paired-binary", "--csv", reference_path("binary_paired1"), *options)
    assert answer["predictive_values"]["ppv"]["tests"]["kosinski"]["p"] == pytest.approx(
        expected["pv_wgs_kosinski"]["ppv"]["p.value"], rel=1e-9
    )
    assert answer["ratios"]["lr_positive"]["test"]["p"] == pytest.approx(
        expected["dlr_regtest"]["pdlr"]["p.value"], rel=1e-9
    )
    assert answer["margin_tests"]["sensitivity"]["p"] < 1e-6


@pytest.mark.parametrize("command", ["binary", "paired-binary", "roc", "roc-compare", "calibration"])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "--csv FILE" in capsys.readouterr().out


def test_roc_with_everything(csv):
    options = ("--partial", "specificity:0.5:1", "--at-specificity", 0.75, "--bootstrap", 200, "--binormal",
               "--operating-point", "youden", "--cluster", "case")  # fmt: skip
    answer = run_json("roc", "--csv", csv, *options)
    assert set(answer["further_estimates"]) == {
        "auc_bootstrap", "partial_auc", "sensitivity_at_specificity", "auc_clustered", "auc_binormal",
    }  # fmt: skip
    assert answer["operating_point"]["threshold"] == 4.0
    assert answer["further_estimates"]["auc_clustered"]["value"] == answer["estimates"]["auc"]["value"]


@pytest.mark.parametrize("partial", ["specificity", "recall:0:1", "specificity:a:1", "specificity:1:0.9"])
def test_a_bad_partial_range_is_one_line(csv, capsys, partial):
    assert main(["roc", "--csv", str(csv), "--partial", partial]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_roc_compare_with_clusters_and_bootstrap():
    columns = ("--truth", "poor_outcome", "--rating-a", "s100b", "--rating-b", "wfns", "--cluster", "case")
    answer = run_json("roc-compare", "--csv", reference_path("roc_asah"), *columns, "--bootstrap", 2000)
    expected = reference_values("roc_asah", "paired_tests")["s100b_vs_wfns"]["delong_paired"]["p"]
    assert answer["tests"]["obuchowski"]["p"] == pytest.approx(expected, rel=1e-9)
    assert answer["tests"]["auc_bootstrap"]["p"] == pytest.approx(expected, abs=0.02)


def test_groups_and_clusters_are_names(tmp_path):
    path = tmp_path / "names.csv"
    lines = ["patient,site,truth,call"]
    lines += ["1.1,01,1,1", "1.10,01,1,0", "2,1,0,0", "3,1,1,1"]
    path.write_text("\n".join(lines) + "\n")
    clustered = run_json("binary", "--csv", path, "--cluster", "patient")["clustered"]
    assert "4 clusters" in clustered["accuracy"]["method"]
    groups = run_json("binary", "--csv", path, "--by", "site")["groups"]
    assert [group["by"] for group in groups] == [{"site": "01"}, {"site": "1"}]


def test_calibration_with_everything():
    options = ("--truth", "y", "--probability", "p_overconfident", "--thresholds", "0.1,0.2", "--bootstrap", 100)
    answer = run_json("calibration", "--csv", reference_path("calib_pima"), *options, "--recalibrate", "platt")
    expected = reference_values("calib_pima", "p_overconfident_val.prob")
    assert answer["smooth"]["ici"] == pytest.approx(expected["Eavg"], rel=1e-7)
    assert answer["tests"]["spiegelhalter"]["statistic"] == pytest.approx(expected["S:z"], rel=1e-8)
    assert [point["threshold"] for point in answer["decision_curve"]] == [0.1, 0.2]
    before, after = (one["estimates"]["brier"]["value"] for one in (answer, answer["recalibrated"]))
    assert after < before
    assert answer["estimates"]["ici_bootstrap"]["low"] < answer["smooth"]["ici"]


@pytest.mark.parametrize(
    "options",
    [("--thresholds", "a,b"), ("--shift", "0.5"), ("--shift", "0.5:2"), ("--folds", "1", "--recalibrate", "platt")],
)
def test_calibration_refuses_in_one_line(csv, capsys, options):
    assert main(["calibration", "--csv", str(csv), *options]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_agreement_of_categories_and_measurements():
    raters = ("--raters", "rater1,rater2,rater3,rater4")
    answer = run_json(
        "agreement", "--csv", reference_path("agree_krippendorff_missing"), *raters, "--metric", "ordinal"
    )
    expected = reference_values("agreement_python", "krippendorff_missing")["krippendorff"]["ordinal"]
    assert answer["estimates"]["krippendorff_alpha"]["value"] == pytest.approx(expected, rel=1e-12)
    assert len(answer["pairs"]) == 6
    judges = ("--raters", "judge1,judge2,judge3,judge4", "--kind", "measurements")
    measured = run_json("agreement", "--csv", reference_path("agree_shrout_fleiss_1979"), *judges)
    assert round(measured["icc"]["icc2"]["estimate"]["value"], 2) == 0.29
    binary = run_json("agreement", "--csv", reference_path("binary_paired1"), "--raters", "y1,y2")
    assert {"cohen", "positive_agreement", "negative_agreement"} <= set(binary["pairs"][0]["estimates"])


@pytest.mark.parametrize(
    ("cells", "options", "complaint"),
    [
        ("1,2\n1,x\n", (), "row 2, column 'b': 'x' is not a number"),
        ("1,2\n1,1\n", ("--categories", "1"), "row 1, column 'b': 2 is not among --categories 1"),
        ("1,2\n1,1\n", ("--categories", "a"), "row 1, column 'a': 1 is not among --categories a"),
    ],
)
def test_agreement_refuses_in_one_line(tmp_path, capsys, cells, options, complaint):
    path = tmp_path / "raters.csv"
    path.write_text(f"a,b\n{cells}")
    assert main(["agreement", "--csv", str(path), "--raters", "a,b", *options]) == 2
    assert complaint in capsys.readouterr().err


def test_subgroups():
    options = ("--truth", "poor_outcome", "--columns", "gender", "--band", "age:50:60", "--rating", "s100b")
    answer = run_json("subgroups", "--csv", reference_path("roc_asah"), *options, "--threshold", 0.22)
    expected = reference_values("roc_asah", "unpaired_delong")["s100b"]
    by_sex = {one["value"]: one for one in answer["subgroups"] if one["column"] == "gender"}
    assert by_sex["Male"]["estimates"]["auc"]["value"] == pytest.approx(expected["auc"][1], rel=1e-12)
    test = next(one for one in answer["tests"] if (one["column"], one["measure"]) == ("gender", "auc"))
    assert test["test"]["p"] == pytest.approx(expected["p"], rel=1e-9)
    assert [one["value"] for one in answer["subgroups"] if one["column"] == "age"] == [
        "50 to below 60", "60 and above", "below 50",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--columns", "other"), "needs calls, ratings or both"),
        (("--call", "call"), "at least one column"),
        (("--columns", "other", "--threshold", "1"), "--threshold needs --rating"),
        (("--columns", "other", "--call", "call", "--band", "rating:x"), "--band 'rating:x'"),
    ],
)
def test_subgroups_refuse_in_one_line(csv, capsys, options, complaint):
    assert main(["subgroups", "--csv", str(csv), *options]) == 2
    assert complaint in capsys.readouterr().err

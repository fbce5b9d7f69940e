"""What people feed to the command line: every file ends with an answer or with one line that says what to change."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.validation.stats.reference import REPOSITORY
from validation.stats.cli import main

RNG = np.random.default_rng(5)


def readings():
    rows = []
    for case in range(20):
        truth = int(case < 9)
        for modality in ("M1", "M2"):
            for reader in ("R1", "R2", "R3"):
                rating = int(np.clip(round(RNG.normal(2.4 + truth, 1)), 1, 5))
                rows.append((reader, modality, f"{case:03d}", truth, rating))
    return pd.DataFrame(rows, columns=["reader", "modality", "case", "truth", "rating"])


READINGS = readings()
CASES = (
    READINGS[(READINGS.reader == "R1") & (READINGS.modality == "M1")]
    .drop(columns=["reader", "modality"])
    .reset_index(drop=True)
)
CASES = CASES.assign(
    call=(CASES.rating > 2).astype(int),
    call_a=(CASES.rating > 2).astype(int),
    call_b=(CASES.rating > 3).astype(int),
    rating_a=CASES.rating,
    rating_b=np.roll(CASES.rating, 1),
    probability=CASES.rating / 6,
    site=["a", "b"] * 10,
    correct_location=CASES.truth,
)
# Each command: its table, its options, the column of values that it reads.
COMMANDS = {
    "binary": (CASES, [], "call"),
    "paired-binary": (CASES, [], "call_a"),
    "roc": (CASES, [], "rating"),
    "roc-compare": (CASES, [], "rating_a"),
    "calibration": (CASES, [], "probability"),
    "agreement": (CASES, ["--raters", "rating_a,rating_b"], "rating_a"),
    "subgroups": (CASES, ["--columns", "site", "--rating", "rating"], "rating"),
    "mrmc": (READINGS, [], "rating"),
    "mrmc-u": (READINGS, [], "rating"),
    "ai-vs-readers": (READINGS, ["--ai-reader", "R1", "--of-modality", "M1"], "rating"),
    "lroc": (READINGS.assign(correct_location=READINGS.truth), [], "rating"),
    "drift": (CASES, ["--value", "rating", "--target", "2", "--sd", "1"], "rating"),
    "triage": (CASES.assign(arrival_min=range(20), reading_min=3, day=CASES.site), ["--score", "rating"], "rating"),
    "abstention": (CASES, ["--uncertainty", "rating"], "rating"),
    "power": (READINGS, ["--difference", "0.05"], "rating"),
}
WITH_TRUTH = sorted(set(COMMANDS) - {"agreement", "drift"})
READER_STUDIES = ("mrmc", "mrmc-u", "ai-vs-readers", "lroc", "power")
ONE_ROW_PER_CASE = ("binary", "roc", "calibration", "subgroups", "paired-binary", "roc-compare", "abstention")


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command on a table or on raw bytes; give the exit code, the answer and the complaint."""

    def run_it(command, content, *more):
        path = tmp_path / "table.csv"
        if isinstance(content, pd.DataFrame):
            content.to_csv(path, index=False)
        else:
            path.write_bytes(content)
        code = main([command, "--csv", str(path), *COMMANDS[command][1], *more])
        out, err = capsys.readouterr()
        return code, out, err.removeprefix(f"validation.stats {command}: error: ")

    return run_it


def refused(answer, complaint):
    code, out, err = answer
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1


def document(answer):
    code, out, err = answer
    assert (code, err) == (0, "")

    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(out, parse_constant=refuse)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("cell", ["high", "nan", "NA", "0,5"])
def test_text_among_numbers_is_refused(run, command, cell):
    table, _, column = COMMANDS[command]
    values = [str(value) for value in table[column]]
    values[3] = cell
    refused(run(command, table.assign(**{column: values})), f"row 4, column '{column}': '{cell}' is not a number")


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"agreement"}))
def test_an_empty_cell_is_refused(run, command):
    table, _, column = COMMANDS[command]
    values = [str(value) for value in table[column]]
    values[5] = ""
    refused(run(command, table.assign(**{column: values})), f"row 6, column '{column}': the cell is empty")


@pytest.mark.parametrize("command", WITH_TRUTH)
def test_labels_of_the_truth_are_refused_with_the_way_out(run, command):
    table = COMMANDS[command][0]
    words = table.assign(truth=table.truth.map({0: "benign", 1: "cancer"}))
    refused(run(command, words), "row 1, column 'truth': 'cancer' is neither 0 nor 1; --positive names the label")
    by_label = run(command, words, "--positive", "cancer", "--json")
    assert by_label == run(command, table, "--json")
    coded = table.assign(truth=table.truth + 1)
    assert run(command, coded, "--positive", "2", "--json") == by_label
    refused(
        run(command, words, "--positive", "malignant"), "column 'truth': no row holds the positive label 'malignant'"
    )
    third = words.assign(truth=["unknown", *words.truth[1:]])
    refused(run(command, third, "--positive", "cancer"), "is a third label")


@pytest.mark.parametrize("command", COMMANDS)
def test_separators_line_ends_marks_and_quotes_do_not_matter(run, command):
    table = COMMANDS[command][0]
    plain = run(command, table, "--json")
    document(plain)
    text = table.to_csv(index=False)
    spellings = [
        table.to_csv(index=False, sep=";").encode(),
        table.to_csv(index=False, sep="\t").encode(),
        b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        table.to_csv(index=False, quoting=1).encode(),
        text.replace(",", ", ").encode(),
    ]
    for spelling in spellings:
        assert run(command, spelling, "--json") == plain


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the first line is not a header"),
        (b"x,truth\r1,0\r2,1\r", "its lines end with CR alone; save it with LF or CR LF"),
        (b"x,y\n1,2\n", "there is no column"),
        (b"x,x\n1,2\n", "the header names the column 'x' twice"),
        (b"caf\xe9,truth\n1,2\n", "the file is not UTF-8 text"),
        ("reader,truth\n1,2\n".encode("utf-16"), "the file is not UTF-8 text"),
        (b"PK\x03\x04\x00\x00,\n1,2\n", "is not a text file"),
    ],
)
def test_files_that_are_no_tables(run, command, content, complaint):
    refused(run(command, content), complaint)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_header_without_rows(run, command):
    refused(run(command, COMMANDS[command][0][:0]), "the file has a header but no rows")


@pytest.mark.parametrize("command", COMMANDS)
def test_paths_that_cannot_be_read(tmp_path, capsys, command):
    options = COMMANDS[command][1]
    assert main([command, "--csv", str(tmp_path / "none.csv"), *options]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert main([command, "--csv", str(tmp_path), *options]) == 2
    assert "cannot be read: Is a directory" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_path_without_permission(tmp_path, capsys):
    path = tmp_path / "closed.csv"
    path.write_text("truth,rating\n1,2\n")
    path.chmod(0)
    assert main(["roc", "--csv", str(path)]) == 2
    assert "cannot be read: Permission denied" in capsys.readouterr().err


def degenerate():
    """Tables that no estimate may survive unnoticed, and yet are no mistakes."""
    for command in COMMANDS:
        table, _, column = COMMANDS[command]
        truth_in_all = dict.fromkeys(("rating", "call", "call_a", "call_b", "rating_a", "rating_b"), table.truth)
        kinds = {
            "positive cases only": table[table.truth == 1],
            "negative cases only": table[table.truth == 0],
            "all alike": table.assign(**{column: 1}),
            "perfect": table.assign(
                probability=table.truth, **{name: value for name, value in truth_in_all.items() if name in table}
            ),
            "one case of each class": table[table.case.isin(["000", "019"])],
            "one case": table[table.case == "000"],
        }
        if command in READER_STUDIES:
            kinds |= {
                "one reader": table[table.reader == "R1"],
                "one modality": table[table.modality == "M1"],
                "holes": table.iloc[np.arange(len(table)) % 7 != 3],
            }
        for kind, degraded in kinds.items():
            yield pytest.param(command, degraded, id=f"{command}: {kind}")


@pytest.mark.parametrize(("command", "table"), list(degenerate()))
def test_degenerate_tables_are_answered_by_name_or_refused_in_one_line(run, command, table):
    for options in ((), ("--json",)):
        code, out, err = run(command, table, *options)
        if code:
            assert (code, out, err.count("\n")) == (2, "", 1)
        else:
            assert err == ""
            assert not {"nan", "inf", "infinity"} & set(out.lower().replace(",", " ").split())


@pytest.mark.parametrize("command", ONE_ROW_PER_CASE)
def test_a_second_row_of_a_case_is_refused(run, command):
    table = COMMANDS[command][0]
    refused(run(command, pd.concat([table, table[2:3]])), "row 21, column 'case': case '002' has a second row")
    assert run(command, pd.concat([table, table[2:3]]), "--case", "")[0] == 0


def test_rows_of_one_case_are_welcome_as_clusters(run):
    twice = pd.concat([CASES, CASES])
    assert document(run("binary", twice, "--cluster", "case", "--json"))["clustered"]["sensitivity"]["value"] > 0


@pytest.mark.parametrize("command", READER_STUDIES)
def test_a_reading_twice_or_a_truth_that_changes_is_refused(run, command):
    table = COMMANDS[command][0]
    complaint = f"row {len(table) + 1}, column 'case': reader 'R2' read case '000' in modality 'M1' twice"
    refused(run(command, pd.concat([table, table[1:2]])), complaint)
    turned = table.assign(truth=[*table.truth[:-1], 1], correct_location=0)
    refused(run(command, turned), "column 'truth': case '019' is 0 here and 1 in another row")


def test_a_truth_that_differs_between_readers_is_refused(run):
    turned = READINGS.assign(truth=[*READINGS.truth[:-1], 1])
    refused(run("roc", turned), "row 120, column 'truth': case '019' has another truth above")


def test_ids_stay_text(run):
    answer = document(
        run("mrmc", READINGS.assign(reader=READINGS.reader.map({"R1": "01", "R2": "1", "R3": "1.0"})), "--json")
    )
    assert {row["reader"] for row in answer["readers"]} == {"01", "1", "1.0"}
    padded = READINGS.assign(reader=READINGS.reader + READINGS.case.map(lambda case: " " if case == "004" else ""))
    assert document(run("mrmc", padded, "--json"))["counts"]["readers"] == 3


def test_an_empty_name_is_refused(run):
    refused(
        run("mrmc", READINGS.assign(reader=["", *READINGS.reader[1:]])), "row 1, column 'reader': the cell is empty"
    )
    named = CASES.assign(reader=["", *["R1"] * 19])
    refused(run("roc", named), "row 1, column 'reader': the cell is empty")
    refused(run("binary", CASES.assign(site=["", *CASES.site[1:]]), "--cluster", "site"), "row 1, column 'site'")


@pytest.mark.parametrize(
    "option", ["--seed=-1", "--alpha=nan", "--alpha=x", "--margin=inf", "--threshold=nan", "--resamples=0"]
)
def test_numbers_that_mean_nothing_are_refused_by_name(run, capsys, option):
    with pytest.raises(SystemExit) as stop:
        run("mrmc", READINGS, option)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert option.split("=")[0] in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "wide"),
    [
        ("paired-binary", ["--call-a", "call_M2", "--call-b", "call_M1"]),
        ("roc-compare", ["--rating-a", "rating_M2", "--rating-b", "rating_M1"]),
    ],
)
def test_a_tidy_table_answers_as_two_columns_do(run, command, wide):
    one = READINGS[READINGS.reader == "R2"].assign(call=lambda table: (table.rating > 2).astype(int))
    columns = one.pivot(index=["case", "truth"], columns="modality", values=["rating", "call"])
    columns.columns = ["_".join(pair) for pair in columns.columns]
    expected = document(run(command, columns.reset_index(), *wide, "--json"))
    answer = document(run(command, one.sample(frac=1, random_state=1), "--levels", "M2,M1", "--json"))
    if command == "paired-binary":
        assert document(run(command, one, "--threshold", "3", "--levels", "M2,M1", "--json")) == answer
    (group,) = answer["groups"]
    assert group.pop("by") == {"reader": "R2"}
    assert group.pop("levels") == {"a": "M2", "b": "M1", "cases": 20, "left_out": 0}
    assert {name: value for name, value in expected.items() if name != "notes"} == group


def test_levels_that_are_not_there_or_too_many_are_refused(run):
    refused(run("roc-compare", READINGS, "--levels", "M1,M3"), "column 'modality': has no level 'M3'")
    refused(run("roc-compare", READINGS, "--levels", "M1"), "two names with a comma")
    one = READINGS[READINGS.modality == "M1"]
    refused(run("roc-compare", one), "column 'modality': has 1 levels (M1); name the two to compare")
    disjoint = pd.concat([one[one.case < "009"], READINGS[(READINGS.modality == "M2") & (READINGS.case >= "009")]])
    refused(run("roc-compare", disjoint), "no case has a reading at both")


def test_independent_groups_against_the_paired_formula_without_covariance(run):
    answer = document(run("roc-compare", CASES, "--between", "site", "--unpaired", "--json"))
    areas = [
        document(run("roc", CASES[CASES.site == site], "--json"))["estimates"]["auc"]["value"] for site in ("a", "b")
    ]
    assert answer["difference"]["value"] == pytest.approx(areas[0] - areas[1], rel=1e-12)
    assert answer["tests"]["delong_unpaired"]["p"] > 0.05


def test_standard_input_and_a_closed_pipe(tmp_path):
    path = tmp_path / "table.csv"
    CASES.to_csv(path, index=False)
    program = [sys.executable, "-m", "validation.stats", "roc", "--csv"]
    from_file = subprocess.run([*program, str(path)], cwd=REPOSITORY, capture_output=True, check=True, timeout=120)
    piped = subprocess.run(
        [*program, "-"], cwd=REPOSITORY, input=path.read_bytes(), capture_output=True, check=True, timeout=120
    )
    assert piped.stdout == from_file.stdout
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run(
        [*program, str(path)], cwd=REPOSITORY, stdout=writer, stderr=subprocess.PIPE, timeout=120, check=False
    )
    os.close(writer)
    assert closed.stderr == b""


def test_neither_django_nor_torch_is_imported():
    program = (
        "import sys, pkgutil, importlib, validation.stats\n"
        "for module in pkgutil.walk_packages(validation.stats.__path__, 'validation.stats.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "print(sorted({'django', 'torch', 'rest_framework', 'celery', 'pydicom'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


def test_a_million_readings_are_laid_out_without_a_loop(tmp_path):
    rng = np.random.default_rng(1)
    case = np.repeat(np.arange(50_000), 20)
    table = pd.DataFrame({"reader": np.tile(np.arange(10).repeat(2), 50_000), "modality": np.tile([0, 1], 500_000)})
    table = table.assign(case=case, truth=case % 3 == 0, rating=rng.normal(case % 3 == 0).round(3))
    path = tmp_path / "million.csv"
    table.astype({"truth": int}).to_csv(path, index=False)
    output = io.StringIO()
    assert main(["mrmc", "--csv", str(path), "--json"], output) == 0
    assert json.loads(output.getvalue())["counts"]["readings"] == 1_000_000

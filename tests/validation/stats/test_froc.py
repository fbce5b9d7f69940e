import io
import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_path, reference_values
from tests.validation.stats.studies import result_ids
from tests.validation.stats.test_mrmc_reference import check_rjafroc
from validation.stats import Reason
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.froc import FIGURES, LocalisationFigures, froc
from validation.stats.froc_curves import froc_curve
from validation.stats.localisation import localisation_study
from validation.stats.mrmc import mrmc

STUDIES = ("thompson", "zanca", "tony", "dobbins1", "dobbins3")
RJAFROC = {
    "wafroc": "wAFROC",
    "afroc": "AFROC",
    "wafroc1": "wAFROC1",
    "afroc1": "AFROC1",
    "hrauc": "HrAuc",
    "hrse": "HrSe",
    "hrsp": "HrSp",
    "maxllf": "MaxLLF",
    "maxnlf": "MaxNLF",
    "maxnlf-all-cases": "MaxNLFAllCases",
}


def load(name):
    return localisation_study(*(reference_data(f"froc_{name}_{part}") for part in ("marks", "cases", "lesions")))


def random_study(seed=0, negatives=6, positives=5):
    generator = np.random.default_rng(seed)
    number = negatives + positives
    cases = pd.DataFrame({"case": range(number), "truth": [0] * negatives + [1] * positives})
    counts = generator.integers(1, 4, positives)
    lesions = pd.DataFrame(
        {
            "case": np.repeat(np.arange(negatives, number), counts),
            "lesion_id": np.concatenate([np.arange(1, count + 1) for count in counts]),
            "weight": np.concatenate([np.arange(1, count + 1) / np.arange(1, count + 1).sum() for count in counts]),
        }
    )
    rows: list[tuple[object, ...]] = []
    for modality in ("M1", "M2"):
        for reader in ("R1", "R2", "R3"):
            rows += [
                (reader, modality, case, "NL", 0, generator.integers(1, 6))
                for case in range(number)
                for _ in range(generator.integers(0, 3))
            ]
            rows += [
                (reader, modality, lesion.case, "LL", lesion.lesion_id, generator.integers(2, 7))
                for lesion in lesions.itertuples()
                if generator.random() < 0.7
            ]
    marks = pd.DataFrame(rows, columns=["reader", "modality", "case", "mark", "lesion_id", "rating"])
    return marks, cases, lesions


def by_definition(marks, cases, lesions, figure):
    """Compute an AFROC-type figure of one reader's marks with plain loops."""
    false: dict[int, float] = {}
    total = weights = 0.0
    for mark in marks[marks.mark == "NL"].itertuples():
        false[mark.case] = max(false.get(mark.case, -np.inf), mark.rating)
    compared = [row.case for row in cases.itertuples() if figure.endswith("1") or row.truth == 0]
    for lesion in lesions.itertuples():
        own = marks[(marks.mark == "LL") & (marks.case == lesion.case) & (marks.lesion_id == lesion.lesion_id)]
        rating = own.rating.max() if len(own) else -np.inf
        weight = lesion.weight if figure.startswith("w") else 1.0
        weights += weight
        for case in compared:
            other = false.get(case, -np.inf)
            total += weight * (1.0 if rating > other else 0.5 if rating == other else 0.0)
    return total / (weights * len(compared))


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("figure", RJAFROC)
def test_rjafroc_figures_of_merit(name, figure):
    source = LocalisationFigures(load(name), figure)
    ours = dict(zip(source.cells, source.values(), strict=True))
    for row in reference_values(f"froc_{name}", f"fom_{RJAFROC[figure]}"):
        assert ours[row["modality"], row["reader"]] == pytest.approx(row["value"], rel=1e-9)


@pytest.mark.parametrize("name", STUDIES)
def test_rjafroc_significance(name):
    study, ours = load(name), {}
    names = {theirs: mine for mine, theirs in RJAFROC.items()}
    tested = 0
    for identity in result_ids(f"froc_{name}"):
        if not identity.startswith("RJafroc") or identity.endswith("only"):
            continue
        _, theirs, method, _, analysis = identity.split("_")
        key = names[theirs], method.lower()
        if key not in ours:
            ours[key] = froc(study, key[0], method=key[1])
        check(ours[key], reference_values(f"froc_{name}", identity), analysis)
        tested += 1
    assert tested >= 22


def check(ours, values, analysis):
    row = values[analysis]["FTests"][0]
    if row["p"] is not None and row["p"] < 1e-7:
        # RJafroc takes 1 - pf(), which keeps nothing of so small a p value.
        assert ours.tests[analysis].p == pytest.approx(row["p"], abs=1e-13)
        theirs = row["Chisq"] / row["DF"] if "Chisq" in row else row.get("FStat", row.get("F"))
        assert ours.tests[analysis].f == pytest.approx(theirs, rel=1e-8)
        return
    pairs = values[analysis]["ciDiffTrt"]
    for pair in pairs:
        key = "PrGTt" if "PrGTt" in pair else "PrGTz"
        one = next(d for d in ours.differences if d.analysis == analysis and f"{d.a}-{d.b}" == pair["row"])
        assert one.p == pytest.approx(pair[key], rel=1e-7, abs=1e-13)
        pair[key] = one.p
    check_rjafroc(ours, values, analysis)


@pytest.mark.parametrize("name", ["zanca", "dobbins1", "dobbins3"])
def test_rjafroc_two_of_the_modalities(name):
    values = reference_values(f"froc_{name}", "RJafroc_wAFROC_OR_jackknife_RRRC_M1M2only")
    check(froc(load(name).select(("M1", "M2")), "wafroc"), values, "RRRC")


@pytest.mark.parametrize("name", ["thompson", "zanca"])
@pytest.mark.parametrize("kind", ["FROC", "AFROC", "wAFROC", "ROC"])
@pytest.mark.parametrize("modality", ["M1", "M2"])
def test_rjafroc_curves(name, kind, modality):
    points = reference_values(f"froc_{name}", f"curve_{kind}_{modality}_R1")
    ours = froc_curve(load(name), kind.lower(), modality, "R1")
    assert ours["x"] == pytest.approx([point["x"] for point in points], abs=1e-12)
    assert ours["y"] == pytest.approx([point["y"] for point in points], abs=1e-12)


def test_iowa_analysis_of_the_inferred_ratings():
    values = reference_values("published_values", "iowa_fedroc")
    ours = froc(load("zanca"), "hrauc")
    # VarTR is negative here and stays so.
    for name, theirs in (("var_r", "VarR"), ("var_tr", "VarTR"), ("var_error", "VarError"), ("cov1", "Cov1")):
        assert getattr(ours.variance_components, name) == pytest.approx(values["or_components"][theirs], abs=1e-8)
    assert ours.variance_components.var_tr < 0
    assert ours.tests["RRRC"].f == pytest.approx(values["RRRC"]["F"], abs=0.005)
    assert ours.tests["RRRC"].p == pytest.approx(values["RRRC"]["p"], abs=5e-5)
    for pair in (one for one in ours.differences if one.analysis == "RRRC"):
        assert pair.p == pytest.approx(values["RRRC"]["p_pairs"][f"{pair.a[1]}-{pair.b[1]}"], abs=6e-5)


def right_order(false, true):
    return 1.0 if true > false else 0.5 if true == false else 0.0


def every_mark_by_definition(marks, cases, lesions, figure):
    """Compute a figure of every mark of one reader with plain loops (RJafroc 2.1.3, src/MyFOM.cpp, R/MyFom_ij.R)."""
    false = {case: marks[(marks.mark == "NL") & (marks.case == case)].rating.tolist() for case in cases.case}
    hits = {case: marks[(marks.mark == "LL") & (marks.case == case)].rating.tolist() for case in cases.case}
    negative, positive = (cases.case[cases.truth == truth].tolist() for truth in (0, 1))
    if figure == "exp-sp":
        return np.exp(-np.mean([len(false[case]) for case in negative]))
    if figure == "froc":
        kinds = itertools.product(marks[marks.mark == "NL"].rating, marks[marks.mark == "LL"].rating)
        return sum(right_order(*pair) for pair in kinds) / len(cases) / len(lesions)
    scores = []
    for low, high in itertools.product(negative, positive):
        of_high = false[high] + hits[high]
        if figure == "song-a1":
            mean = max(np.mean(some) if some else -np.inf for some in (false[high], hits[high]))
            scores.append(right_order(np.mean(false[low]) if false[low] else -np.inf, mean))
        elif false[low] and of_high:
            shares = [right_order(a, b) for a in false[low] for b in of_high]
            scores.append(right_order(0.5, np.mean(shares)))
        else:
            scores.append(right_order(len(false[low]), len(of_high)))
    return np.mean(scores)


@pytest.mark.parametrize("figure", ["froc", "song-a1", "song-a2", "exp-sp"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_of_every_mark_by_definition(figure, seed):
    marks, cases, lesions = random_study(seed=seed)
    source = LocalisationFigures(localisation_study(marks, cases, lesions), figure)
    one = marks[(marks.modality == "M1") & (marks.reader == "R2")]
    assert source.values()[1] == pytest.approx(every_mark_by_definition(one, cases, lesions, figure), abs=1e-12)
    kept = cases.case[cases.truth == 0] if figure == "exp-sp" else cases.case
    for case, ours in zip(kept, source.leave_one_out()[0, 1], strict=True):
        rest, others, left = (frame[frame.case != case] for frame in (one, cases, lesions))
        assert ours == pytest.approx(every_mark_by_definition(rest, others, left, figure), abs=1e-12)


def test_the_1_variants_need_no_negative_case():
    # Their purpose (Chakraborty 2017, 14.4): non-lesion marks of positive cases are all that such a study has.
    marks, cases, lesions = random_study(seed=4)
    only = localisation_study(marks[marks.case >= 6], cases[cases.truth == 1], lesions)
    for figure in ("wafroc1", "afroc1", "froc"):
        assert froc(only, figure).tests["RRRC"].p > 0.0
    assert froc(only, "wafroc").tests["RRRC"].reason is Reason.NO_NEGATIVE_CASES
    # All cases are resampled here, so one negative case is enough too.
    one = marks[marks.case >= 5], cases[cases.case >= 5], lesions
    assert froc(localisation_study(*one), "maxnlf-all-cases").tests["RRRC"].p > 0.0


@pytest.mark.parametrize("figure", ["wafroc", "afroc", "wafroc1", "afroc1"])
def test_areas_and_jackknife_by_definition(figure):
    marks, cases, lesions = random_study(seed=1)
    source = LocalisationFigures(localisation_study(marks, cases, lesions), figure)
    without = source.leave_one_out()
    one = marks[(marks.modality == "M2") & (marks.reader == "R3")]
    assert source.values()[5] == pytest.approx(by_definition(one, cases, lesions, figure), abs=1e-12)
    for case in cases.case:
        rest, others, left = (frame[frame.case != case] for frame in (one, cases, lesions))
        assert without[1, 2, case] == pytest.approx(by_definition(rest, others, left, figure), abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 5000), figure=st.sampled_from([one for one in FIGURES if one != "song-a1"]))
def test_bounds_and_monotone_transforms(seed, figure):
    marks, cases, lesions = random_study(seed=seed)
    ours = LocalisationFigures(localisation_study(marks, cases, lesions), figure).values()
    bent = marks.assign(rating=np.exp(marks.rating))
    assert LocalisationFigures(localisation_study(bent, cases, lesions), figure).values() == ours
    shuffled = marks.sample(frac=1.0, random_state=seed)
    assert LocalisationFigures(localisation_study(shuffled, cases, lesions), figure).values() == pytest.approx(ours)
    assert all(value >= 0.0 for value in ours)
    if not figure.startswith(("maxnlf", "froc")):
        assert all(value <= 1.0 for value in ours)


def test_highest_rating_figure_is_the_area_of_the_inferred_study():
    study = localisation_study(*random_study(seed=2))
    ours, inferred = froc(study, "hrauc"), mrmc(study.inferred_ratings())
    assert ours.tests["RRRC"].f == pytest.approx(inferred.tests["RRRC"].f, rel=1e-9)


@pytest.mark.parametrize(
    ("table", "change", "complaint"),
    [
        ("marks", {"case": 99}, "row 1, column 'case': is not in the table of cases"),
        ("marks", {"mark": "XX"}, "row 1, column 'mark': is neither NL nor LL"),
        ("marks", {"rating": "high"}, "row 1, column 'rating': is not a finite number"),
        ("marks", {"mark": "LL", "lesion_id": 9}, "row 1, column 'lesion_id': is not a lesion of its case"),
        ("lesions", {"weight": 0.0}, "row 1, column 'weight': is not a positive number"),
        ("lesions", {"weight": 3.0}, "does not make the weights of its case add up to 1"),
        ("lesions", {"case": 0}, "row 1, column 'case': has truth 0"),
        ("cases", {"truth": 2}, "row 1, column 'truth': is neither 0 nor 1"),
        ("cases", {"case": 1}, "row 2, column 'case': comes twice"),
    ],
)
def test_bad_tables_are_refused_by_row(table, change, complaint):
    tables = dict(zip(("marks", "cases", "lesions"), (frame.astype(object) for frame in random_study()), strict=True))
    for column, value in change.items():
        tables[table].loc[0, column] = value
    with pytest.raises(InputError, match=complaint):
        localisation_study(**tables)


def test_missing_classes_are_named():
    marks, cases, lesions = random_study()
    negative = cases.truth == 0
    only = localisation_study(marks[marks.case < 6], cases[negative], lesions[:0])
    assert froc(only, "wafroc").tests["RRRC"].reason is Reason.NO_POSITIVE_CASES
    assert froc(only, "hrsp").readers[0].outcome.value >= 0.0
    with pytest.raises(InputError, match="there is no figure 'x'"):
        froc(only, "x")
    with pytest.raises(InputError, match="a margin is not negative; it was"):
        froc(localisation_study(marks, cases, lesions), margin=-1.0)


def test_command_line(capsys):
    paths = [f"--{part}={reference_path(f'froc_thompson_{part}')}" for part in ("marks", "cases", "lesions")]
    output = io.StringIO()
    assert main(["froc", *paths, "--fom", "afroc", "--json"], output) == 0
    expected = reference_values("froc_thompson", "RJafroc_AFROC_OR_jackknife_RRRC")["RRRC"]["FTests"][0]
    assert json.loads(output.getvalue())["tests"]["RRRC"]["p"] == pytest.approx(expected["p"], rel=1e-8)
    assert main(["froc", paths[0], "--cases=none.csv", paths[2]]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_command_line_without_lesions_and_without_marks(tmp_path, capsys):
    marks, cases, lesions = random_study()
    negative = cases[cases.truth == 0]
    tables = {"marks": marks[marks.case.isin(negative.case)], "cases": negative, "lesions": lesions[:0]}
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    paths = [f"--{name}={tmp_path / name}.csv" for name in tables]
    output = io.StringIO()
    assert main(["froc", *paths, "--fom", "maxnlf", "--json"], output) == 0
    found = json.loads(output.getvalue())["readers"]
    for row in found:
        own = tables["marks"].query("reader == @row['reader'] and modality == @row['modality'] and mark == 'NL'")
        assert row["fom"] == pytest.approx(len(own) / len(negative))
    per_case = {(row["reader"], row["modality"]): row["fom"] for row in found}
    output = io.StringIO()
    assert main(["froc", *paths, "--fom", "exp-sp", "--json"], output) == 0
    for row in json.loads(output.getvalue())["readers"]:
        assert row["fom"] == pytest.approx(np.exp(-per_case[row["reader"], row["modality"]]))
    marks[:0].to_csv(tmp_path / "marks.csv", index=False)
    output = io.StringIO()
    assert main(["froc", *paths, "--fom", "hrsp", "--readers", "A,B", "--modalities", "X,Y", "--json"], output) == 0
    answer = json.loads(output.getvalue())
    # Nobody marked anything, so every negative case is called negative.
    assert [row["fom"] for row in answer["readers"]] == [1.0] * 4
    assert answer["tests"]["RRRC"]["undefined"] == "zero-variance"
    assert main(["froc", *paths]) == 2
    assert capsys.readouterr().err.count("\n") == 1

"""Plans carried out: published reader studies give the reference tools' figures, each method what it gives alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.validation.plans.test_plans import ENDPOINT, MODEL, PLAN
from tests.validation.stats.reference import reference_values
from tests.validation.stats.studies import study
from validation.plans.outcome import EndpointOutcome
from validation.plans.run import adjusted_p_values, run_plan
from validation.plans.table import StudyTable, SubjectReadings
from validation.stats.clusters import clustered_accuracy
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import sensitivity_figure
from validation.stats.mrmc_simulate import simulate
from validation.stats.paired_binary import paired_binary
from validation.stats.results import Reason, TestResult, Undefined
from validation.stats.roc_clustered import compare_clustered_auc
from validation.stats.roc_compare import compare_paired_auc

CLOSE = {"rel": 1e-9}


def table_of(
    readings: Readings, subjects: Mapping[str, tuple[str, tuple[str, ...]]], patients: Any = None
) -> StudyTable:
    """Make subjects of modalities: by key the modality and its readers."""
    made = {}
    for key, (modality, readers) in subjects.items():
        rows = [readings.readers.index(name) for name in readers]
        rating = readings.rating[readings.modalities.index(modality)][rows]
        call = np.where(np.isnan(rating), np.nan, (rating >= 3).astype(np.float64))
        made[key] = SubjectReadings(readers, rating, call)
    return StudyTable(readings.cases, tuple(patients or readings.cases), readings.truth, made)


def answer(table: StudyTable, subjects: list[dict[str, Any]] | None = None, **endpoint: Any) -> dict[str, Any]:
    plan = {**PLAN, "subjects": subjects or PLAN["subjects"], "endpoints": [{**ENDPOINT, **endpoint}]}
    (found,) = run_plan(plan, table)
    return found


def readers_of(readings: Readings, *without: str) -> tuple[str, ...]:
    return tuple(name for name in readings.readers if name not in without)


def simulated(seed: int = 1, readers: int = 5) -> Readings:
    model = RoeMetz((1.0, 1.6), 0.02, 0.02, 0.2, 0.1, 0.1)
    rng = np.random.default_rng(seed)
    return simulate(model, readers=readers, negatives=40, positives=35, generator=rng, thresholds=[-0.5, 0.3, 1.1, 1.9])


def two_arms(readings: Readings, **more: Any) -> StudyTable:
    a, b = readings.modalities
    return table_of(readings, {"unaided": (a, readings.readers), "aided": (b, readings.readers)}, **more)


@pytest.mark.parametrize("generalise_to", ["READERS_AND_CASES", "CASES"])
def test_van_dyke_is_what_mrmcaov_says(generalise_to: str) -> None:
    """Five readers, two MR techniques (Van Dyke 1993): Obuchowski and Rockette with the jackknife."""
    readings = study("mrmc_vandyke")
    analysis = {"READERS_AND_CASES": "RRRC", "CASES": "FRRC"}[generalise_to]
    values = reference_values("mrmc_vandyke", f"OR_{analysis}_jackknife")
    first, second = readings.modalities
    table = table_of(readings, {"unaided": (first, readings.readers), "aided": (second, readings.readers)})
    found = answer(table, generalise_to=generalise_to)
    (row,) = values["test_equality"]
    assert found["test"]["p"] == pytest.approx(row["p-value"], **CLOSE)
    (difference,) = values["test_diffs"]
    assert found["difference"]["value"] == pytest.approx(-difference["Estimate"], **CLOSE)
    assert found["difference"]["low"] == pytest.approx(-difference["CI.Upper"], **CLOSE)
    assert found["shown"] is (row["p-value"] < 0.05)


@pytest.mark.parametrize("name", ["challengeMedP", "screeningHighP", "screeningMedP"])
def test_viper_is_what_was_published(name: str) -> None:
    """A split-plot study, FFDM against film (Gallas 2019): U-statistics of the area."""
    readings = study(f"mrmc_viper_{name}")
    published = reference_values(f"mrmc_viper_{name}", "published_viperSummary455")["auc"]["Ustat"]
    row = next(one for one in published if one["modalityB"] != "NO_MOD")
    table = table_of(
        readings, {"aided": (row["modalityA"], readings.readers), "unaided": (row["modalityB"], readings.readers)}
    )
    found = answer(table, method="MRMC_U")
    assert found["difference"]["value"] == pytest.approx(row["AUCAminusAUCB"], rel=1e-7)
    assert found["test"]["p"] == pytest.approx(row["pValueBDG"], rel=1e-7)
    assert found["difference"]["low"] == pytest.approx(row["botCIBDG"], rel=1e-6)


def test_an_interval_of_a_mean_ends_at_1_where_imrmcs_reaches_beyond() -> None:
    """Van Dyke's sensitivity from 3 on: iMRMC's interval of the second technique ends at 1.008."""
    readings = study("mrmc_vandyke")
    first, second = readings.modalities
    table = table_of(readings, {"unaided": (first, readings.readers), "aided": (second, readings.readers)})
    values = reference_values("mrmc_vandyke", "iMRMC_TPF_ge3")["Ustat"]
    row = next(one for one in values if (one["modalityA"], one["modalityB"]) == (second, "NO_MOD"))
    assert row["topCIBDG"] > 1
    found = answer(table, figure="SENSITIVITY", threshold=3, method="MRMC_U", of="aided", against=None,
                   hypothesis="ESTIMATE")  # fmt: skip
    mean = found["of"]["outcome"]
    assert (mean["value"], mean["low"]) == pytest.approx((row["AUCA"], row["botCIBDG"]), rel=1e-6)
    assert mean["high"] == 1.0
    assert "1.008" in mean["note"]


def test_nico_is_what_rjafroc_says() -> None:
    """A CAD against nine radiologists (Hupse 2013), who are R2 to R10; R1 is the CAD."""
    readings = study("cad_nico_roc")
    values = reference_values("cad_nico_roc", "CadVsRad_Wilcoxon_1T-RRRC")
    table = table_of(readings, {"ai": ("M1", ("R1",)), "unaided": ("M1", readers_of(readings, "R1"))})
    found = answer(table, of="ai", against="unaided", method="AI_VS_READERS")
    assert found["of"]["outcome"]["value"] == pytest.approx(values["fomCAD"], **CLOSE)
    assert found["against"]["outcome"]["value"] == pytest.approx(values["avgRadFom"], **CLOSE)
    assert found["difference"]["value"] == pytest.approx(-values["avgDiffFom"], **CLOSE)
    assert found["test"]["p"] == pytest.approx(values["pval"], rel=1e-8)
    turned = answer(table, of="unaided", against="ai", method="AI_VS_READERS")
    assert turned["difference"]["value"] == pytest.approx(values["avgDiffFom"], **CLOSE)
    assert turned["test"]["p"] == pytest.approx(found["test"]["p"], **CLOSE)


@pytest.mark.parametrize("turned", [False, True])
def test_cases_that_a_reader_lacks_do_not_enter_the_comparison_with_an_ai(turned: bool) -> None:
    """NICO with 40 easy cases more, of which the CAD and all but one reader speak: still what RJafroc says of NICO."""
    readings = study("cad_nico_roc")
    values = reference_values("cad_nico_roc", "CadVsRad_Wilcoxon_1T-RRRC")
    truth = np.concatenate([readings.truth, np.arange(40) < 20])
    more = np.where(np.arange(40) < 20, 100.0, -100.0)
    rating = np.concatenate([readings.rating[0], np.tile(more, (len(readings.readers), 1))], axis=1)
    rating[3, len(readings.cases) :] = np.nan
    cases = (*readings.cases, *(f"more {index}" for index in range(40)))
    readers = readers_of(readings, "R1")
    said = {
        "ai": SubjectReadings(("ai",), rating[:1], rating[:1]),
        "unaided": SubjectReadings(readers, rating[1:], rating[1:]),
    }
    order = ("unaided", "ai") if turned else ("ai", "unaided")
    found = answer(StudyTable(cases, cases, truth, said), of=order[0], against=order[1], method="AI_VS_READERS")
    assert found["difference"]["value"] == pytest.approx((1 if turned else -1) * values["avgDiffFom"], **CLOSE)
    assert found["test"]["p"] == pytest.approx(values["pval"], rel=1e-8)
    assert f"40 of {len(cases)} cases are left out" in found["note"]
    assert f"{readers[2]} 40)" in found["note"]


def test_an_ai_is_not_compared_with_readers_who_share_no_case() -> None:
    """A split plot: each reader has half of the cases, and no case has all readers."""
    readings = simulated(readers=2)
    rating = readings.rating[0].copy()
    rating[0, ::2], rating[1, 1::2] = np.nan, np.nan
    table = StudyTable(
        readings.cases, readings.cases, readings.truth,
        {"ai": SubjectReadings(("ai",), readings.rating[1][:1], rating[:1]),
         "unaided": SubjectReadings(readings.readers, rating, rating)},
    )  # fmt: skip
    found = answer(table, of="ai", against="unaided", method="AI_VS_READERS")
    assert found["difference"]["undefined"] == found["test"]["undefined"] == "missing-readings"
    assert found["difference"]["detail"].startswith("Not fully crossed: 75 of 75 cases are left out")
    assert found["shown"] is None


@pytest.mark.parametrize("margin", ["0.05", "0.1"])
def test_nico_is_not_worse_by_the_margin_as_the_reference_says(margin: str) -> None:
    readings = study("cad_nico_roc")
    table = table_of(readings, {"ai": ("M1", ("R1",)), "unaided": ("M1", readers_of(readings, "R1"))})
    found = answer(
        table, of="ai", against="unaided", method="AI_VS_READERS", hypothesis="NON_INFERIORITY", margin=float(margin)
    )
    values = reference_values("cad_nico_roc_noninferiority", f"model_vs_readers_orh_margin{margin}")
    assert found["test"]["p"] == pytest.approx(values["pvalue"], rel=1e-6)


def test_sides_can_be_turned() -> None:
    table = two_arms(simulated())
    one, other = answer(table), answer(table, of="unaided", against="aided")
    assert one["difference"]["value"] == pytest.approx(-other["difference"]["value"])
    assert one["difference"]["low"] == pytest.approx(-other["difference"]["high"])
    assert one["test"]["p"] == pytest.approx(other["test"]["p"])
    assert one["of"] == {"subject": "aided", "outcome": other["against"]["outcome"]}
    assert answer(table, hypothesis="SUPERIORITY")["shown"] is True
    assert answer(table, of="unaided", against="aided", hypothesis="SUPERIORITY")["shown"] is False


def test_decisions_are_compared_at_their_threshold() -> None:
    readings = simulated()
    table = two_arms(readings)
    found = answer(table, figure="SENSITIVITY")
    alone = mrmc(readings, figure=sensitivity_figure(3))
    row = alone.differences[0]
    assert row.outcome.value == pytest.approx(-found["difference"]["value"])
    assert found["test"]["p"] == pytest.approx(row.p)
    assert answer(table, figure="SENSITIVITY", threshold=3)["test"] == found["test"]
    assert answer(table, figure="SENSITIVITY", threshold=4)["of"]["outcome"]["value"] < found["of"]["outcome"]["value"]


def test_margins_are_tested_one_sided() -> None:
    readings = simulated()
    found = answer(two_arms(readings), hypothesis="NON_INFERIORITY", margin=0.05)
    row = mrmc(readings, margin=0.05).differences[0]
    assert row.non_inferiority is not None
    assert found["test"]["p"] == pytest.approx(row.non_inferiority.p_b_not_worse)
    both = answer(two_arms(readings), hypothesis="EQUIVALENCE", margin=0.2)
    wide = mrmc(readings, margin=0.2).differences[0].non_inferiority
    assert wide is not None
    assert both["test"]["p"] == pytest.approx(wide.p_equivalent)


def test_readers_against_a_fixed_value() -> None:
    readings = simulated()
    found = answer(two_arms(readings), against=0.5)
    row = next(one for one in mrmc(readings).modalities if one.modality == readings.modalities[1])
    assert found["difference"]["value"] == pytest.approx(row.outcome.value - 0.5)
    assert found["test"]["statistic"] == pytest.approx((row.outcome.value - 0.5) / row.se)
    assert found["against"] == {"value": 0.5}


ONE = {"generalise_to": "CASES"}
TWO_AI = [
    {"key": "aided", "kind": "AI", "model_version_id": MODEL, "operating_point": 3},
    {"key": "unaided", "kind": "AI", "model_version_id": MODEL, "operating_point": 3},
]


def two_models(**more: Any) -> tuple[StudyTable, Readings]:
    readings = simulated(readers=1)
    return two_arms(readings, **more), readings


def test_two_models_by_delong() -> None:
    table, readings = two_models()
    found = answer(table, TWO_AI, method="DELONG", **ONE)
    alone = compare_paired_auc(readings.truth, readings.rating[1, 0], readings.rating[0, 0])
    assert found["difference"] == alone.difference.to_json()
    assert isinstance(alone.test, TestResult)
    assert found["test"]["p"] == pytest.approx(alone.test.p)
    value = answer(table, TWO_AI, method="DELONG", against=0.5, **ONE)
    assert value["test"]["p"] < 0.05
    margin = answer(table, TWO_AI, method="DELONG", hypothesis="NON_INFERIORITY", margin=0.1, **ONE)
    assert margin["test"]["p"] < found["test"]["p"]


def test_two_models_on_clusters() -> None:
    patients = [str(number // 2) for number in range(75)]
    table, readings = two_models(patients=patients)
    found = answer(table, TWO_AI, method="CLUSTERED_DELONG", **ONE)
    alone = compare_clustered_auc(readings.truth, readings.rating[1, 0], readings.rating[0, 0], patients)
    assert found["difference"] == alone.difference.to_json()
    assert isinstance(alone.test, TestResult)
    assert found["test"]["p"] == pytest.approx(alone.test.p)
    single = {"against": None, "hypothesis": "ESTIMATE", **ONE}
    share = answer(table, TWO_AI, method="CLUSTERED_PROPORTION", figure="SPECIFICITY", **single)
    assert (
        share["of"]["outcome"]
        == clustered_accuracy(readings.truth, readings.rating[1, 0] >= 3, patients)["specificity"].to_json()
    )
    assert answer(table, TWO_AI, method="CLUSTERED_DELONG", **single)["of"]["outcome"] == alone.a.to_json()


def test_two_models_by_mcnemar() -> None:
    table, readings = two_models()
    found = answer(table, TWO_AI, method="MCNEMAR", figure="SENSITIVITY", **ONE)
    alone = paired_binary(readings.truth, readings.rating[1, 0] >= 3, readings.rating[0, 0] >= 3).sensitivity
    assert found["difference"] == alone.difference.to_json()
    assert found["test"] == alone.tests["exact"].to_json()
    margin = answer(
        table, TWO_AI, method="MCNEMAR", figure="SENSITIVITY", hypothesis="NON_INFERIORITY", margin=0.1, **ONE
    )
    assert margin["test"]["method"].startswith("Tango score, non-inferiority")


def test_a_share_against_a_value_is_binomial() -> None:
    """Seven of ten against 0.5: two-sided exact p = 0.34375."""
    truth = np.ones(10, dtype=np.bool_)
    call = np.array([[1.0] * 7 + [0.0] * 3])
    cases = tuple(str(number) for number in range(10))
    table = StudyTable(cases, cases, truth, {"aided": SubjectReadings(("ai",), call, call)})
    subjects = [{**TWO_AI[0], "operating_point": 0.5}]
    found = answer(table, subjects, method="PROPORTION", figure="SENSITIVITY", against=0.5, **ONE)
    assert found["test"]["p"] == pytest.approx(0.34375)
    assert found["of"]["outcome"]["value"] == 0.7
    assert found["difference"]["value"] == pytest.approx(0.2)
    none = answer(table, subjects, method="PROPORTION", figure="SPECIFICITY", against=0.5, **ONE)
    assert none["of"]["outcome"]["undefined"] == "no-negative-cases"
    assert none["shown"] is None


def test_what_is_undefined_is_said_and_shows_nothing() -> None:
    readings = simulated()
    one_class = Readings(
        readings.modalities, readings.readers, readings.cases, np.ones(75, dtype=np.bool_), readings.rating
    )
    for method in ("MRMC_OR", "MRMC_U"):
        found = answer(two_arms(one_class), method=method)
        assert "undefined" in found["difference"], method
        assert found["shown"] is None
    same = Readings(readings.modalities, readings.readers, readings.cases, readings.truth, readings.rating[[0, 0]])
    found = answer(two_arms(same))
    assert found["difference"]["value"] == 0
    assert "undefined" in found["test"] or found["shown"] is False


@pytest.mark.parametrize("method", ["MRMC_OR", "MRMC_U", "AI_VS_READERS", "DELONG", "CLUSTERED_DELONG"])
@pytest.mark.parametrize("nobody", [(), ("R1",)])
def test_where_nobody_has_read_anything_an_endpoint_is_undefined(method: str, nobody: tuple[str, ...]) -> None:
    """As before the first signature, or in an arm that is not read in the sessions of the plan."""
    readings = simulated(readers=1)
    nothing = np.full((len(nobody), len(readings.cases)), np.nan)
    table = table_of(readings, {"aided": (readings.modalities[1], readings.readers)})
    table = StudyTable(
        table.cases,
        table.patients,
        table.truth,
        {**table.subjects, "unaided": SubjectReadings(nobody, nothing, nothing)},
    )
    subjects = [TWO_AI[0], PLAN["subjects"][0]] if method == "AI_VS_READERS" else None
    found = answer(table, subjects, method=method)
    assert found["difference"]["undefined"] == found["of"]["outcome"]["undefined"] == "missing-readings"
    assert (found["shown"], found["p_adjusted"]) == (None, None)


def test_a_method_of_one_reader_takes_none_of_two() -> None:
    found = answer(two_arms(simulated(readers=2)), method="DELONG", **ONE)
    assert found["difference"]["undefined"] == "too-many-readers"


def test_a_reader_who_is_called_ai_is_not_taken_for_it() -> None:
    readings = study("cad_nico_roc")
    row = readings.rating[0]
    names = ("AI", *readings.readers[2:])
    table = StudyTable(
        readings.cases,
        readings.cases,
        readings.truth,
        {"ai": SubjectReadings(("ai",), row[:1], row[:1]), "unaided": SubjectReadings(names, row[1:], row[1:])},
    )
    found = answer(table, of="ai", against="unaided", method="AI_VS_READERS")
    values = reference_values("cad_nico_roc", "CadVsRad_Wilcoxon_1T-RRRC")
    assert found["against"]["outcome"]["value"] == pytest.approx(values["avgRadFom"], **CLOSE)


def outcome(p: float | None) -> EndpointOutcome:
    undefined = Undefined(Reason.ZERO_VARIANCE, "Nothing varies.")
    test = undefined if p is None else TestResult(1.0, None, p, "normal", 10)
    return EndpointOutcome(undefined, None, undefined, test, None)


@pytest.mark.parametrize(
    ("multiplicity", "expected"),
    [
        ("NONE", [0.01, 0.04, 0.03]),
        ("BONFERRONI", [0.03, 0.12, 0.09]),
        ("HOLM", [0.03, 0.06, 0.06]),
        ("HOCHBERG", [0.03, 0.04, 0.04]),
        ("FIXED_SEQUENCE", [0.01, 0.04, 0.04]),
    ],
)
def test_primary_hypotheses_are_corrected_together(multiplicity: str, expected: list[float]) -> None:
    plan = {**PLAN, "multiplicity": multiplicity, "endpoints": [{**ENDPOINT, "key": key} for key in "abc"]}
    plan["endpoints"].append({**ENDPOINT, "key": "d", "role": "SECONDARY"})
    outcomes = {key: outcome(p) for key, p in zip("abcd", (0.01, 0.04, 0.03, 0.5), strict=True)}
    assert list(adjusted_p_values(plan, outcomes).values()) == pytest.approx(expected)


def test_a_difference_to_the_wrong_side_ends_a_fixed_sequence() -> None:
    better = {**ENDPOINT, "hypothesis": "SUPERIORITY"}
    worse = {**better, "of": "unaided", "against": "aided"}
    plan = {**PLAN, "multiplicity": "FIXED_SEQUENCE", "endpoints": [{**worse, "key": "a"}, {**better, "key": "b"}]}
    first, second = run_plan(plan, two_arms(simulated()))
    assert first["test"]["p"] < 0.05
    assert (first["shown"], second["p_adjusted"], second["shown"]) == (False, 1.0, False)


def test_an_undefined_test_ends_a_fixed_sequence() -> None:
    plan = {**PLAN, "multiplicity": "FIXED_SEQUENCE", "endpoints": [{**ENDPOINT, "key": key} for key in "abc"]}
    outcomes = {"a": outcome(0.01), "b": outcome(None), "c": outcome(0.001)}
    assert adjusted_p_values(plan, outcomes) == {"a": 0.01, "c": 1.0}

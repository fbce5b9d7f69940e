"""What is described beside the endpoints: reference tools' figures, scikit-learn's and closed forms; never a test."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import fisher_exact, norm
from scipy.stats import t as t_distribution
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    cohen_kappa_score,
    confusion_matrix,
    precision_recall_curve,
)

from tests.validation.plans.test_plans import ENDPOINT, MODEL, PLAN
from tests.validation.stats.reference import reference_values
from tests.validation.stats.studies import study
from validation.plans.description import DESCRIPTION_LABEL, describe
from validation.plans.run import run_plan
from validation.plans.snapshot import lay_out

ARMS = [
    {"key": "A", "name": "Unaided", "ai_display": "HIDDEN"},
    {"key": "B", "name": "With AI", "ai_display": "CONCURRENT"},
]
THRESHOLD = {**ENDPOINT, "figure": "SENSITIVITY", "threshold": 3}
CLOSE = {"rel": 1e-9}


def snapshot(
    truth: Any,
    arms: dict[str, Any],
    *,
    call: Any = None,
    scores: Any = None,
    scale: str = "ORDINAL",
    cases: Any = None,
    endpoint: Any = ENDPOINT,
    **plan: Any,
) -> dict[str, Any]:
    """Arms by key of ratings (reader x case), None where there is no read; `call` of the same form."""
    truth = [int(one) for one in truth]
    reads: list[dict[str, Any]] = [
        {
            "case": str(case), "reader": str(reader), "arm": arm, "session": 1, "repeat_number": 0,
            "is_training": False, "state": "SIGNED", "provenance": "HUMAN", "cannot_assess": [], "first": None,
            "rating": None if value is None or np.isnan(value) else float(value),
            "call": None if call is None else call[arm][reader][case], "active_ms": 1000 * (case + 1),
        }
        for arm, table in arms.items() for reader, row in enumerate(table) for case, value in enumerate(row)
    ]  # fmt: skip
    most = max(len(table) for table in arms.values())
    return {
        "plan": {"document": {**PLAN, "endpoints": [endpoint], **plan}},
        "arms": ARMS,
        "label_schema": {"call": None if call is None else "call", "rating": "rating", "rating_scale": scale},
        "cases": [
            {"id": str(index), "name": f"Case {index}", "patient": str(index), "truth": one, "is_training": False,
             "is_withdrawn": False, **({} if cases is None else cases[index])}
            for index, one in enumerate(truth)
        ],
        "readers": [{"id": str(reader), "name": f"R{reader + 1}"} for reader in range(most)],
        "reads": reads,
        "model_versions": [{"id": MODEL, "name": "Finder 1"}],
        "predictions": [
            {"model_version": MODEL, "case": str(case), "score": float(score)}
            for case, score in enumerate([] if scores is None else scores)
        ],
    }  # fmt: skip


def description(*given: Any, **options: Any) -> Any:
    content = snapshot(*given, **options)
    return json.loads(json.dumps(describe(content, lay_out(content))))


def analysed(*given: Any, **options: Any) -> tuple[list[dict[str, Any]], Any]:
    """The endpoints of a plan, and the description beside them."""
    content = snapshot(*given, **options)
    laid = lay_out(content)
    answers = run_plan(content["plan"]["document"], laid.table)
    return json.loads(json.dumps((answers, describe(content, laid, answers))))


def on_logit(value: float, half_width: float) -> Any:
    """The interval value +- half_width by the delta method on the logit scale (Qin and Hotilovac 2008)."""
    return expit(logit(value) + np.array([-1, 1]) * half_width / (value * (1 - value)))


def one(found: Any, key: str) -> Any:
    return next(row for row in found["participants"] if row["key"] == key)


@pytest.fixture(scope="module")
def van_dyke() -> Any:
    """Five readers, two MR techniques (Van Dyke 1993), as reading without and with an AI; positive from 3 on."""
    readings = study("mrmc_vandyke")
    return description(
        readings.truth, {"A": readings.rating[0].tolist(), "B": readings.rating[1].tolist()}, endpoint=THRESHOLD
    )


def test_every_readers_area_is_what_proc_says(van_dyke: Any) -> None:
    for row in reference_values("mrmc_vandyke", "auc_per_reader_delong"):
        arm = {"M1": "unaided", "M2": "aided"}[row["modality"]]
        area = one(van_dyke, f"{arm}:{row['reader']}")["roc"]["estimates"]["auc"]
        assert area["value"] == pytest.approx(row["auc"], **CLOSE)
        # By pROC's variance; its own limits end at 1 for the fourth reader.
        limits = on_logit(row["auc"], norm.ppf(0.975) * row["se_delong"])
        assert [area["low"], area["high"]] == pytest.approx(limits, **CLOSE)
        assert 0 < area["low"] < area["high"] < 1


def test_the_mean_area_has_imrmcs_variance_and_stays_inside_0_and_1(van_dyke: Any) -> None:
    for row in reference_values("mrmc_vandyke", "iMRMC_AUC")["Ustat"][:2]:
        key = {"M1": "unaided", "M2": "aided"}[row["modalityA"]]
        mean = next(one for one in van_dyke["subjects"] if one["key"] == key)["means"]["auc"]
        quantile = t_distribution.ppf(0.975, np.floor(row["dfBDG"]))
        assert mean["value"] == pytest.approx(row["AUCA"], rel=1e-7)
        limits = on_logit(row["AUCA"], quantile * np.sqrt(row["varAUCA"]))
        assert [mean["low"], mean["high"]] == pytest.approx(limits, rel=1e-6)


def test_every_readers_sensitivity_and_its_mean_are_what_mrmcaov_says(van_dyke: Any) -> None:
    values = reference_values("mrmc_vandyke", "OR_binary_sens_ge3")
    arms = {"M1": "unaided", "M2": "aided"}
    for row in values["theta"]:
        found = one(van_dyke, f"{arms[row['modality']]}:{row['reader']}")["binary"]["estimates"]["sensitivity"]
        assert found["value"] == pytest.approx(row["binary_sens"], **CLOSE)
    for row in values["test_means"]:
        subject = next(one for one in van_dyke["subjects"] if one["key"] == arms[row["row"]])
        assert subject["means"]["sensitivity"]["value"] == pytest.approx(row["Estimate"], **CLOSE)


def test_the_change_of_the_area_is_what_imrmc_says(van_dyke: Any) -> None:
    (row,) = [one for one in reference_values("mrmc_vandyke", "iMRMC_AUC")["Ustat"] if one["modalityB"] != "NO_MOD"]
    (change,) = van_dyke["changes"]
    assert (change["before"], change["after"]) == ("unaided", "aided")
    assert change["auc"]["value"] == pytest.approx(-row["AUCAminusAUCB"], rel=1e-7)
    assert change["auc"]["low"] == pytest.approx(-row["topCIBDG"], rel=1e-6)
    assert change["auc"]["high"] == pytest.approx(-row["botCIBDG"], rel=1e-6)


def test_changes_add_up_to_the_difference_of_sensitivity_and_lead_to_their_cases(van_dyke: Any) -> None:
    (change,) = van_dyke["changes"]
    rows = {(row["reader"], row["group"], row["measure"]): row for row in change["flow"]["changes"]}
    for reader in ("R1", "R4"):
        before, after = (one(van_dyke, f"{arm}:{reader}") for arm in ("unaided", "aided"))
        gain = rows[reader, "positives", "net_benefit"]["estimate"]
        values = [part["binary"]["estimates"]["sensitivity"]["value"] for part in (before, after)]
        assert gain == pytest.approx(values[1] - values[0], **CLOSE)
        corrected = set(before["confusion"]["fn"]) & set(after["confusion"]["tp"])
        corrected |= set(before["confusion"]["fp"]) & set(after["confusion"]["tn"])
        assert set(change["cases"][reader]["benefit"]) == corrected


def test_agreement_is_what_scikit_learn_says(van_dyke: Any) -> None:
    readings = study("mrmc_vandyke")
    found = next(row for row in van_dyke["agreement"] if row["subject"] == "unaided")
    calls = readings.rating[0] >= 3
    for row in found["pairs"]:
        if "the AI" in (row["a"], row["b"]):
            assert row["kappa"]["undefined"] == "no-common-cases"  # it has no prediction here
            continue
        a = calls[int(row["a"][1:]) - 1]
        b = readings.truth if row["b"] == "the truth" else calls[int(row["b"][1:]) - 1]
        assert row["kappa"]["value"] == pytest.approx(cohen_kappa_score(a, b), **CLOSE)
    for row in found["pairs_weighted"]:
        a, b = (readings.rating[0, int(row[side][1:]) - 1] for side in "ab")
        expected = cohen_kappa_score(a, b, weights="quadratic", labels=np.unique(readings.rating[0]))
        assert row["kappa"]["value"] == pytest.approx(expected, **CLOSE)
    assert {"gwet", "krippendorff", "conger"} <= set(found["decisions"])
    assert found["ratings"]["metric"] == "ordinal"


def simulated(n: int = 120) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(11)
    truth = np.arange(n) % 2
    scores = np.clip(rng.normal(0.4 + 0.25 * truth, 0.2), 0.01, 0.99).round(3)
    confidence = np.clip(rng.normal(45 + 20 * truth, 20, (2, n)), 0, 100).round()
    return truth, scores, confidence


def test_an_ai_is_what_scikit_learn_says() -> None:
    truth, scores, _ = simulated()
    ai = one(description(truth, {"A": [[None] * 120]}, scores=scores), "ai")
    cells = confusion_matrix(truth, scores >= 0.5)
    assert [len(ai["confusion"][cell]) for cell in ("tn", "fp", "fn", "tp")] == cells.ravel().tolist()
    assert ai["roc"]["estimates"]["average_precision"]["value"] == pytest.approx(average_precision_score(truth, scores))
    assert ai["calibration"]["estimates"]["brier"]["value"] == pytest.approx(brier_score_loss(truth, scores))
    observed, predicted = calibration_curve(truth, scores, n_bins=10)
    bins = ai["calibration"]["bins"]
    assert [row["mean_probability"] for row in bins] == pytest.approx(predicted)
    assert [row["observed"]["value"] for row in bins] == pytest.approx(observed)
    assert [len(row["cases"]) for row in bins] == [row["n"] for row in bins]
    shares = [abs(row["events"] / row["n"] - row["mean_probability"]) * row["n"] for row in bins]
    assert ai["calibration"]["estimates"]["expected_calibration_error"]["value"] == pytest.approx(sum(shares) / 120)


def test_net_benefit_in_closed_form() -> None:
    """Vickers and Elkin (2006): TP / n - FP / n * t / (1 - t)."""
    truth, scores, _ = simulated()
    curve = one(description(truth, {"A": [[None] * 120]}, scores=scores), "ai")["calibration"]["decision_curve"]
    for row in curve:
        t, acted = row["threshold"], scores >= row["threshold"]
        expected = (acted & (truth == 1)).mean() - (acted & (truth == 0)).mean() * t / (1 - t)
        assert row["model"]["value"] == pytest.approx(expected, abs=1e-12)


def test_operating_points_count_cases_and_have_a_band() -> None:
    truth, scores, _ = simulated()
    roc = one(description(truth, {"A": [[None] * 120]}, scores=scores), "ai")["roc"]
    for point in roc["curve"][1:]:
        called = scores >= point["threshold"]
        assert (point["tp"], point["fp"]) == (int((called & (truth == 1)).sum()), int((called & (truth == 0)).sum()))
        assert point["tpf_low"] <= point["tpf"] == point["tp"] / 60 <= point["tpf_high"]
    assert [row["specificity"] for row in roc["band"]] == pytest.approx(np.arange(21) / 20)
    for row in roc["band"]:
        assert row["sensitivity"]["low"] <= row["sensitivity"]["value"] <= row["sensitivity"]["high"]


def test_precision_at_a_recall_is_what_scikit_learn_says_where_the_curve_has_a_point() -> None:
    truth, scores, _ = simulated()
    roc = one(description(truth, {"A": [[None] * 120]}, scores=scores), "ai")["roc"]
    precision, recall, _ = precision_recall_curve(truth, scores)
    assert [row["recall"] for row in roc["precision_band"]] == pytest.approx(np.arange(1, 21) / 20)
    compared = 0
    for row in roc["precision_band"]:
        # 60 positive cases: every twentieth is a number of cases, and but for ties the curve has a point there.
        there = precision[np.isclose(recall, row["recall"])]
        compared += len(there) > 0
        assert row["precision"]["value"] == pytest.approx(there.max() if len(there) else row["precision"]["value"])
        assert 0 <= row["precision"]["low"] <= row["precision"]["value"] <= row["precision"]["high"] <= 1
    assert compared > 15


ESTIMATES = [
    {**ENDPOINT, "key": "ai_auc", "of": "ai", "against": None, "hypothesis": "ESTIMATE", "method": "DELONG"},
    {
        **ENDPOINT, "key": "ai_sens", "of": "ai", "against": None, "hypothesis": "ESTIMATE", "figure": "SENSITIVITY",
        "method": "PROPORTION",
    },
    {**ENDPOINT, "key": "gain", "of": "aided", "against": "unaided", "method": "MRMC_OR"},
    {**ENDPOINT, "key": "sens_3", "figure": "SENSITIVITY", "threshold": 60, "method": "MRMC_OR"},
]  # fmt: skip


def test_what_an_endpoint_has_answered_is_said_once() -> None:
    truth, scores, confidence = simulated()
    arms = {"A": confidence, "B": np.clip(confidence + 15 * (2 * truth - 1), 0, 100)}
    answers, found = analysed(truth, arms, scores=scores, scale="CONFIDENCE", endpoints=ESTIMATES)
    ai_auc, ai_sens, gain, sens = answers
    ai, means = one(found, "ai"), {row["key"]: row["means"] for row in found["subjects"]}
    assert ai["roc"]["estimates"]["auc"] == {**ai_auc["of"]["outcome"], "endpoint": "ai_auc"}
    assert ai["binary"]["estimates"]["sensitivity"] == {**ai_sens["of"]["outcome"], "endpoint": "ai_sens"}
    assert "endpoint" not in ai["binary"]["estimates"]["specificity"]
    assert means["aided"]["auc"] == {**gain["of"]["outcome"], "endpoint": "gain"}
    assert means["unaided"]["auc"] == {**gain["against"]["outcome"], "endpoint": "gain"}
    assert means["aided"]["sensitivity"] == {**sens["of"]["outcome"], "endpoint": "sens_3"}
    (change,) = found["changes"]
    assert change["auc"] == {**gain["difference"], "endpoint": "gain"}
    # Turned, so that it is still with the AI minus without.
    turned = [{**ENDPOINT, "key": "loss", "of": "unaided", "against": "aided", "method": "MRMC_OR"}]
    (loss,), found = analysed(truth, arms, scores=scores, scale="CONFIDENCE", endpoints=turned)
    change = found["changes"][0]["auc"]
    assert (change["value"], change["low"], change["high"]) == pytest.approx(
        (-loss["difference"]["value"], -loss["difference"]["high"], -loss["difference"]["low"])
    )


def test_an_endpoint_about_other_decisions_is_not_what_is_described() -> None:
    """The readers say yes or no themselves; the endpoint asks about their rating from 90 on."""
    truth, _, confidence = simulated()
    calls = {"A": (confidence >= 50).tolist()}
    asked = {**ENDPOINT, "figure": "SENSITIVITY", "threshold": 90, "of": "unaided", "against": None}
    asked |= {"hypothesis": "ESTIMATE", "method": "MRMC_OR"}
    (answer,), found = analysed(truth, {"A": confidence}, call=calls, endpoints=[asked])
    means = next(row["means"] for row in found["subjects"] if row["key"] == "unaided")
    assert means["sensitivity"]["value"] != pytest.approx(answer["of"]["outcome"]["value"])
    assert "endpoint" not in means["sensitivity"]


def test_where_nobody_decides_the_mean_says_so_as_each_reader_does() -> None:
    truth, _, confidence = simulated()
    found = description(truth, {"A": confidence})
    (means,) = [row["means"] for row in found["subjects"] if row["key"] == "unaided"]
    reader = one(found, "unaided:R1")["binary"]
    assert reader["undefined"] == "not-collected"
    assert means["sensitivity"] == means["specificity"] == reader


def test_ratings_and_groups_lead_to_their_cases() -> None:
    truth, scores, confidence = simulated()
    facts = [{"facts": {"institution": "AB"[index % 3 == 0]}} for index in range(120)]
    found = description(truth, {"A": confidence}, scores=scores, cases=facts)
    assert one(found, "ai")["ratings"] == scores.tolist()
    assert one(found, "unaided:R2")["ratings"] == confidence[1].tolist()
    assert found["groups"]["labels"] == {"site": ["AB"[index % 3 == 0] for index in range(120)]}


def test_a_readers_confidence_is_calibrated_as_a_share_and_an_ordinal_rating_is_not() -> None:
    truth, _, confidence = simulated()
    reader = one(description(truth, {"A": confidence}, scale="CONFIDENCE", endpoint=THRESHOLD), "unaided:R1")
    assert reader["calibration"]["estimates"]["brier"]["value"] == pytest.approx(
        brier_score_loss(truth, confidence[0] / 100)
    )
    ordinal = one(description(truth, {"A": confidence}), "unaided:R1")
    assert ordinal["calibration"]["undefined"] == "not-collected"


def test_reading_time_is_the_mean_and_the_median() -> None:
    """Case k takes k seconds: of 1 to 120 the mean and the median are 60.5, the quartiles 30.75 and 90.25."""
    truth, _, confidence = simulated()
    found = description(truth, {"A": confidence})
    subject = next(row for row in found["subjects"] if row["key"] == "unaided")
    assert subject["seconds"]["value"] == pytest.approx(60.5)
    assert one(found, "unaided:R2")["seconds"] == {
        "n": 120, "lower_quartile": 30.75, "median": 60.5, "upper_quartile": 90.25,
    }  # fmt: skip


def test_sites_are_compared_by_fishers_test_where_they_are_known() -> None:
    truth, scores, _ = simulated()
    facts = [
        {"facts": {"institution": "AB"[index % 3 == 0], "sex": "", "age": f"{index % 90} years", "manufacturer": ""}}
        for index in range(120)
    ]
    found = description(truth, {"A": [[None] * 120]}, scores=scores, cases=facts)["groups"]
    assert found["facts"] == {"age": 120, "site": 120}
    report = next(row["report"] for row in found["reports"] if (row["participant"], row["column"]) == ("ai", "site"))
    right, site = scores >= 0.5, np.arange(120) % 3 == 0
    table = [
        [((truth == 1) & (site == kind) & (right == hit)).sum() for hit in (True, False)] for kind in (False, True)
    ]
    test = next(row["test"] for row in report["tests"] if row["measure"] == "sensitivity")
    assert test["p"] == pytest.approx(fisher_exact(table).pvalue)


def test_what_is_not_there_is_named() -> None:
    truth, _, confidence = simulated()
    found = description(truth, {"A": confidence}, scores=None)
    assert found["label"] == DESCRIPTION_LABEL
    assert found["groups"]["undefined"] == found["bland_altman"]["undefined"] == "not-collected"
    reader, ai = one(found, "unaided:R1"), one(found, "ai")
    assert reader["binary"]["undefined"] == "not-collected"
    assert reader["confusion"] == {"tp": [], "fp": [], "fn": [], "tn": []}
    assert (ai["n"], ai["roc"]["undefined"], ai["calibration"]["undefined"]) == (0, "not-collected", "not-collected")
    one_class = description(np.ones(120), {"A": confidence}, endpoint=THRESHOLD)
    assert one(one_class, "unaided:R1")["roc"]["curve"]["undefined"] == "no-negative-cases"
    assert one(one_class, "unaided:R1")["binary"]["estimates"]["specificity"]["undefined"] == "no-negative-cases"
    (change,) = found["changes"]
    assert change["flow"]["undefined"] == "no-common-cases"


def test_intervals_of_patients_with_several_cases_are_wider_than_of_as_many_patients() -> None:
    truth, _, confidence = simulated()
    pairs = np.repeat(confidence[:, ::2], 2, axis=1)
    twice = np.repeat(truth.reshape(-1, 2)[:, :1] * 0 + (np.arange(60) % 2)[:, None], 2, axis=1).ravel()
    shared = [{"patient": str(index // 2)} for index in range(120)]
    alone = one(description(twice, {"A": pairs}, endpoint=THRESHOLD), "unaided:R1")["roc"]["estimates"]["auc"]
    clustered = one(description(twice, {"A": pairs}, endpoint=THRESHOLD, cases=shared), "unaided:R1")["roc"]
    area = clustered["estimates"]["auc"]
    assert area["value"] == pytest.approx(alone["value"])
    # Every case twice says no more than once: the standard error is that of half the cases.
    assert (area["high"] - area["low"]) / (alone["high"] - alone["low"]) == pytest.approx(np.sqrt(2), rel=0.03)


ROWS = st.lists(
    st.tuples(st.booleans(), st.one_of(st.none(), st.integers(1, 5)), st.one_of(st.none(), st.integers(1, 5)),
              st.floats(0, 1)), min_size=1, max_size=14,
)  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(ROWS)
def test_every_decided_case_is_in_one_cell_and_the_same_snapshot_gives_the_same_bytes(rows: Any) -> None:
    truth, before, after, scores = zip(*rows, strict=True)
    content = snapshot(truth, {"A": [before], "B": [after]}, scores=scores, endpoint=THRESHOLD)
    first, again = (json.dumps(describe(content, lay_out(content)), allow_nan=False) for _ in range(2))
    assert first == again
    found = json.loads(first)
    areas = [row["roc"]["estimates"]["auc"] for row in found["participants"] if "estimates" in row["roc"]]
    areas += [row["means"]["auc"] for row in found["subjects"] if row["means"] is not None]
    assert all(0 <= area["low"] <= area["value"] <= area["high"] <= 1 for area in areas if area.get("low") is not None)
    for row in found["participants"]:
        cells = [case for cases in row["confusion"].values() for case in cases]
        assert len(cells) == len(set(cells)) == row["n"]
        if "bins" in row["calibration"]:
            assert sorted(case for one in row["calibration"]["bins"] for case in one["cases"]) == sorted(cells)
    (change,) = found["changes"]
    common = sum(a is not None and b is not None for a, b in zip(before, after, strict=True))
    assert sum(len(cases) for of in change["cases"].values() for cases in of.values()) == common

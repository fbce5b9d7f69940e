"""Intervals of the points of FROC curves: what statsmodels says of the same clusters, and closed forms."""

import io
import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tests.validation.stats.reference import reference_path
from tests.validation.stats.test_froc import load, random_study
from validation.stats import InputError, Reason, proportion
from validation.stats.cli import main
from validation.stats.clusters import clustered_proportion
from validation.stats.froc_curves import froc_curve, froc_thresholds
from validation.stats.froc_points import (
    ALIKE,
    OVERDISPERSED,
    POISSON,
    RATIO,
    froc_point_limits,
    lesions_found,
    rate_limits,
    share_limits,
)
from validation.stats.localisation import localisation_study

Z = norm.ppf(0.975)
KINDS = ("froc", "afroc", "wafroc")


def points(study, kind, modality="M1", reader="R1"):
    """Give (threshold, x, y, row) of every point at which somebody has marked something."""
    curve, limits = froc_curve(study, kind, modality, reader), froc_point_limits(study, kind, modality, reader)
    thresholds = froc_thresholds(study, kind, modality, reader)
    assert len(thresholds) == len(limits.x.method) == len(limits.y.low)
    finite = np.flatnonzero(np.isfinite(thresholds))
    return limits, [(thresholds[row], curve["x"][row], curve["y"][row], row) for row in finite]


def test_lesions_found_have_the_cluster_robust_variance_of_statsmodels():
    study = load("thompson")
    limits, rows = points(study, "froc")
    cases = len(np.unique(study.lesion_case))
    for threshold, _, share, row in rows[:: len(rows) // 5]:
        found = (study.lesion_rating[0, 0] >= threshold).astype(float)
        # The sandwich variance of an intercept, without its small-sample factor; ours has m/(m - 1).
        fit = sm.OLS(found, np.ones(len(found))).fit(
            cov_type="cluster", cov_kwds={"groups": study.lesion_case, "use_correction": False}
        )
        effective = share * (1 - share) / (fit.bse[0] ** 2 * cases / (cases - 1))
        low, high, method = limits.y.at(row)
        assert method == RATIO
        # Wilson's limits solve |share - p| = z sqrt(p(1 - p)/n).
        for limit in (low, high):
            assert abs(share - limit) == pytest.approx(Z * np.sqrt(limit * (1 - limit) / effective), rel=1e-9)
        clustered = clustered_proportion(found, study.lesion_case)
        assert (low, high) == pytest.approx((clustered.low, clustered.high), rel=1e-9)


def test_false_marks_have_the_dispersion_of_statsmodels_quasi_poisson():
    study = load("zanca")
    limits, rows = points(study, "froc")
    marked = [one for one in rows if one[1] > 0]
    for threshold, rate, _, row in marked[:: len(marked) // 4]:
        own = study.false_case[(study.false_cell == 0) & (study.false_rating >= threshold)]
        counts = np.bincount(own, minlength=len(study.truth))
        effect = sm.GLM(counts, np.ones(len(counts)), family=sm.families.Poisson()).fit(scale="X2").scale
        low, high, method = limits.x.at(row)
        assert method == OVERDISPERSED
        # The score limits solve |rate - l| = z sqrt(l / K) with K cases fewer by the design effect.
        for limit in (low, high):
            assert abs(rate - limit) == pytest.approx(Z * np.sqrt(limit * effect / len(counts)), rel=1e-7)


def test_negative_cases_with_a_false_mark_have_wilsons_interval():
    study = load("thompson")
    negatives = int((~study.truth).sum())
    for kind in ("afroc", "wafroc"):
        limits, rows = points(study, kind)
        for _, share, _, row in rows:
            wilson = proportion(round(share * negatives), negatives)
            assert limits.x.at(row) == (pytest.approx(wilson.low), pytest.approx(wilson.high), "wilson")


def test_weighted_shares_are_means_of_cases():
    """Of wAFROC a case's share counts once: the variance of the ratio is that of a mean, s squared / m."""
    marks, cases, lesions = random_study(seed=3)
    study = localisation_study(marks, cases, lesions)
    limits, rows = points(study, "wafroc")
    for threshold, _, share, row in rows:
        found = (study.lesion_rating[0, 0] >= threshold) * study.lesion_weight
        of_case = np.bincount(study.lesion_case, weights=found, minlength=len(study.truth))[study.truth]
        low, high, method = limits.y.at(row)
        if method == RATIO:
            effective = share * (1 - share) / (of_case.var(ddof=1) / len(of_case))
            assert abs(share - low) == pytest.approx(Z * np.sqrt(low * (1 - low) / effective), rel=1e-9)
            assert abs(share - high) == pytest.approx(Z * np.sqrt(high * (1 - high) / effective), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 5000), kind=st.sampled_from(KINDS))
def test_intervals_hold_their_points_within_the_axes(seed, kind):
    marks, cases, lesions = random_study(seed=seed)
    study = localisation_study(marks, cases, lesions)
    limits, rows = points(study, kind, "M2", "R2")
    for _, x, y, row in rows:
        low, high, _ = limits.x.at(row)
        assert 0.0 <= low <= x + 1e-12
        assert x <= high + 1e-12
        assert low < high
        assert kind == "froc" or high <= 1.0
        low, high, _ = limits.y.at(row)
        assert 0.0 <= low <= y + 1e-12
        assert y <= high + 1e-12 <= 1.0 + 2e-12
        assert low < high
    # By the order of the ratings alone, and by no order of the rows.
    bent = marks.assign(rating=np.exp(marks.rating)).sample(frac=1.0, random_state=seed)
    again = froc_point_limits(localisation_study(bent, cases, lesions), kind, "M2", "R2")
    assert again.x.low == pytest.approx(limits.x.low, nan_ok=True)
    assert again.y.high == pytest.approx(limits.y.high, nan_ok=True)


def of_one_reader(marks, positives=3, negatives=4, each=2):
    """Positive cases 1 … with `each` lesions and negative ones after; `marks` are (case, lesion or 0, rating)."""
    cases = pd.DataFrame({"case": range(1, positives + negatives + 1), "truth": [1] * positives + [0] * negatives})
    lesions = pd.DataFrame(
        [(case, lesion) for case in range(1, positives + 1) for lesion in range(1, each + 1)],
        columns=["case", "lesion_id"],
    )
    rows = [("R1", "M1", case, "LL" if lesion else "NL", lesion, rating) for case, lesion, rating in marks]
    frame = pd.DataFrame(rows, columns=["reader", "modality", "case", "mark", "lesion_id", "rating"])
    return localisation_study(frame, cases, lesions, readers=["R1"], modalities=["M1"])


def test_all_lesions_found_and_no_false_mark_have_intervals_by_name():
    study = of_one_reader([(case, lesion, 5) for case in (1, 2, 3) for lesion in (1, 2)])
    limits, ((_, x, y, row),) = points(study, "froc")
    assert (x, y) == (0.0, 1.0)
    # Three cases are three observations: R 4.2.2, epiR 2.0.57, Wilson's interval of 3 of 3 starts at 0.438503.
    assert limits.y.at(row) == (pytest.approx(0.438503, abs=1e-6), 1.0, ALIKE)
    # No mark in 7 cases: the score limits of a Poisson count of 0 are 0 and z squared / 7.
    assert limits.x.at(row) == (0.0, pytest.approx(Z**2 / 7), POISSON)
    found = lesions_found(study, "M1", "R1")
    assert (found.value, found.low, found.n) == (1.0, pytest.approx(0.438503, abs=1e-6), 6)
    assert "number of positive cases" in found.note


def test_cases_that_do_not_differ_have_the_interval_of_their_number():
    """One of two lesions found in each case, one false mark in every case: no variance, and no certainty."""
    study = of_one_reader([(case, 1, 5) for case in (1, 2, 3)] + [(case, 0, 5) for case in range(1, 8)])
    limits, ((*_, row),) = points(study, "froc")
    low, high, method = limits.y.at(row)
    assert method == ALIKE
    assert abs(0.5 - low) == pytest.approx(Z * np.sqrt(low * (1 - low) / 3)) == pytest.approx(high - 0.5)
    low, high, method = limits.x.at(row)
    assert method == POISSON
    assert (low, high) == pytest.approx(
        tuple(1 + (Z**2 / 2 + sign * Z * np.sqrt(7 + Z**2 / 4)) / 7 for sign in (-1, 1))
    )


def test_one_positive_case_has_no_interval_and_says_so():
    study = of_one_reader([(1, 1, 5), (3, 0, 4)], positives=1)
    limits, rows = points(study, "afroc")
    assert {limits.y.at(row) for *_, row in rows} == {(None, None, None)}
    assert all(limits.x.at(row)[2] == "wilson" for *_, row in rows)
    found = lesions_found(study, "M1", "R1")
    assert (found.value, found.low, found.note) == (0.5, None, "No interval: all lesions are of one case.")


def test_what_no_curve_has_is_named():
    study = of_one_reader([(1, 1, 5)], negatives=0)
    assert froc_point_limits(study, "afroc", "M1", "R1").reason is Reason.NO_NEGATIVE_CASES
    assert froc_point_limits(study, "froc", "M1", "R1").x.method == (None, POISSON)
    empty = of_one_reader([(3, 0, 4)], positives=0)
    assert froc_point_limits(empty, "froc", "M1", "R1").reason is Reason.NO_POSITIVE_CASES
    assert lesions_found(empty, "M1", "R1").reason is Reason.NO_POSITIVE_CASES
    with pytest.raises(InputError, match="inferred ROC"):
        froc_point_limits(study, "roc", "M1", "R1")


def test_nothing_marked_is_no_lesion_found():
    study = of_one_reader([])
    found = lesions_found(study, "M1", "R1")
    # The mirror of 3 of 3.
    assert (found.value, found.low, found.high) == (0.0, 0.0, pytest.approx(1 - 0.438503, abs=1e-6))


def test_command_line_gives_the_intervals_of_a_curve():
    paths = [f"--{part}={reference_path(f'froc_thompson_{part}')}" for part in ("marks", "cases", "lesions")]
    output = io.StringIO()
    assert main(["froc", *paths, "--curve", "froc", "--alpha", "0.1", "--json"], output) == 0
    first = json.loads(output.getvalue())["readers"][0]
    limits = froc_point_limits(load("thompson"), "froc", "M1", "R1", level=0.9)
    assert first["y_low"][1:] == pytest.approx(limits.y.low[1:])
    assert (first["x_high"][0], first["x_method"][-1]) == (None, OVERDISPERSED)


def test_coverage_with_cases_that_differ():
    """Cases differ in how easily lesions are found (beta) and in how often they mislead (gamma)."""
    generator, once, positives, cases = np.random.default_rng(8), np.zeros(1), 15, 30
    covered, studies = np.zeros(2), 600
    of_lesion = np.repeat(np.arange(positives), 3)
    for _ in range(studies):
        found = generator.random(3 * positives) < generator.beta(4, 2, positives)[of_lesion]
        shares = share_limits(of_lesion, np.ones(len(found)), np.where(found, 0.0, -np.inf), once, 0.95)
        false = np.repeat(np.arange(cases), generator.poisson(generator.gamma(2.0, 0.25, cases)))
        rates = rate_limits(false, np.zeros(len(false)), cases, once, 0.95)
        covered += [shares.low[0] <= 4 / 6 <= shares.high[0], rates.low[0] <= 0.5 <= rates.high[0]]
    assert (covered / studies >= 0.92).all()
    assert (covered / studies <= 0.97).all()

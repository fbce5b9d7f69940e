"""Figures of marks whose jackknife has no variance: epiR, Newcombe's interval of a perfect AUC, closed forms."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tests.validation.stats.test_froc import random_study
from tests.validation.stats.test_froc_points import of_one_reader
from validation.stats import Estimate, auc
from validation.stats.ai_vs_marks import ai_vs_marks
from validation.stats.froc import FIGURES, froc
from validation.stats.froc_bounds import largest_froc_area, without_variance
from validation.stats.localisation import localisation_study

EVERYTHING = [(case, lesion, 5) for case in (1, 2, 3) for lesion in (1, 2)]
Z = norm.ppf(0.975)


def outcome_of(study, figure):
    """The figure of the only reader, the same as the mean of the only modality."""
    result = froc(study, figure)
    (mean,) = result.modalities if result.modalities[0].analysis == "FRRC" else result.modalities_otherwise[-1:]
    found = result.readers[0].outcome
    assert (found.value, found.low, found.high) == (mean.outcome.value, mean.outcome.low, mean.outcome.high)
    return found


def test_all_or_no_lesions_found_have_wilsons_interval_of_the_cases():
    found = outcome_of(of_one_reader(EVERYTHING), "maxllf")
    # R 4.2.2, epiR 2.0.57: Wilson's interval of 3 of 3 starts at 0.438503. Six lesions, but three cases.
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(0.438503, abs=1e-6), 1.0)
    assert (found.method, found.note) == (
        "wilson, cases as n",
        "No variance between cases: the interval is that of 3 positive and 4 negative cases.",
    )
    none = outcome_of(of_one_reader([(4, 0, 3)]), "maxllf")
    assert (none.low, none.high) == (0.0, pytest.approx(1 - 0.438503, abs=1e-6))


@pytest.mark.parametrize("figure", ["wafroc", "afroc", "hrauc", "song-a1", "song-a2"])
def test_a_perfect_area_has_the_interval_of_a_perfect_reader(figure):
    found, perfect = outcome_of(of_one_reader(EVERYTHING), figure), auc([1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0])
    assert perfect.method == "newcombe"
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(perfect.low), 1.0)
    # The "1" forms compare with all seven cases.
    assert outcome_of(of_one_reader(EVERYTHING), "wafroc1").method == "newcombe, cases as n"


def test_nothing_marked_is_chance_and_not_certain():
    found, chance = outcome_of(of_one_reader([]), "wafroc"), auc([1, 1, 1, 0, 0, 0, 0], [1] * 7)
    assert (found.value, found.low, found.high) == (0.5, pytest.approx(chance.low), pytest.approx(chance.high))
    assert found.low < 0.5 < found.high


def test_no_false_mark_has_the_score_interval_of_a_count_of_0():
    study = of_one_reader(EVERYTHING)
    # |0 - l| = z sqrt(l / n): l is 0 or z squared / n.
    assert outcome_of(study, "maxnlf").high == pytest.approx(Z**2 / 4)
    assert outcome_of(study, "maxnlf-all-cases").high == pytest.approx(Z**2 / 7)
    assert outcome_of(study, "exp-sp").low == pytest.approx(np.exp(-(Z**2) / 4))


def test_a_froc_area_of_0_is_at_most_marks_per_case_times_lesions_found():
    found, quantile = outcome_of(of_one_reader(EVERYTHING), "froc"), norm.ppf(0.9875)
    # No false mark in 7 cases, and all lesions may be found: both limits at 97.5 %.
    assert (found.value, found.low, found.high) == (0.0, 0.0, pytest.approx(quantile**2 / 7))
    assert found.method == "product of limits of marks and lesions"
    # No lesion found in 3 cases: the upper Wilson limit of 0 of 3 is q/(3 + q), q the squared quantile.
    missed = of_one_reader([(4, 0, 3), (4, 0, 2), (5, 0, 3)])
    share = quantile**2 / (3 + quantile**2)
    marks = np.array([0, 0, 0, 2, 1, 0, 0])
    effect = marks.var(ddof=1) / marks.mean()
    count, cases = 3 / effect, 7 / effect
    rate = (count + quantile**2 / 2 + quantile * np.sqrt(count + quantile**2 / 4)) / cases
    assert largest_froc_area(missed, "M1", "R1", level=0.95) == pytest.approx(rate * share)


def test_an_area_under_the_froc_curve_does_not_begin_below_0_and_says_where_it_was_cut():
    study = of_one_reader([(1, 1, 5), (2, 1, 4), (3, 2, 2), (4, 0, 3), (5, 0, 1)])
    found = outcome_of(study, "froc")
    assert (found.low, found.method) == (0.0, "or FRRC")
    assert found.note.startswith("The interval begins at -0.")
    assert found.note.endswith("and is cut at 0.")


def test_readers_who_all_find_everything_have_a_mean_with_an_interval_and_no_test():
    marks, cases, lesions = random_study(seed=1)
    rows = [
        (reader, modality, row.case, "LL", row.lesion_id, 4)
        for reader in ("R1", "R2", "R3") for modality in ("M1", "M2") for row in lesions.itertuples()
    ]  # fmt: skip
    full = pd.DataFrame(rows, columns=marks.columns)
    result = froc(localisation_study(full, cases, lesions), "maxllf")
    positives = int(cases.truth.sum())
    lowest = positives / (positives + Z**2)
    for row in result.modalities:
        assert (row.analysis, row.outcome.low, row.outcome.high) == ("RRRC", pytest.approx(lowest), 1.0)
    assert {row.analysis: row.outcome.low for row in result.modalities_otherwise}["RRFC"] is None
    assert result.tests["RRRC"].reason == "zero-variance"
    one = localisation_study(full[full.modality == "M1"], cases, lesions)
    mean = ai_vs_marks(one, "R1", "maxllf").reader_mean
    assert (mean.low, mean.high, mean.method) == (pytest.approx(lowest), 1.0, "wilson, cases as n")


@settings(max_examples=40, deadline=None)
@given(
    figure=st.sampled_from([one for one in FIGURES if one != "froc"]),
    value=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    positives=st.integers(1, 40),
    negatives=st.integers(1, 40),
)
def test_bounds_hold_the_figure_and_are_never_of_width_0(figure, value, positives, negatives):
    value = max(value, 1e-3) if figure == "exp-sp" else value
    (low, high), method = without_variance(figure, value, positives, negatives, level=0.95)
    assert 0.0 <= low <= value + 1e-12
    assert value <= high + 1e-12
    assert low < high
    assert method.endswith("cases as n")
    if not figure.startswith("maxnlf"):
        assert high <= 1.0
    # More cases say more.
    (closer, nearer), _ = without_variance(figure, value, 4 * positives, 4 * negatives, level=0.95)
    assert nearer - closer < high - low


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_of_every_sure_reader_has_an_interval(figure):
    for marks in (EVERYTHING, []):
        found = outcome_of(of_one_reader(marks), figure)
        assert isinstance(found, Estimate)
        assert found.low is not None
        assert found.low < found.high

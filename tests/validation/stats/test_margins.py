import math

import numpy as np
import pytest

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, PairedCounts, Reason, compare_paired_auc, paired_proportions
from validation.stats.margins import margin_test, paired_margin_test


@pytest.mark.parametrize("name", ["mrmc_vandyke", "mrmc_zanca_roc"])
def test_non_inferiority_of_an_auc_against_google_health(name):
    data = reference_data(name).query("reader == 'R1'").pivot(index="case", columns="modality")
    comparison = compare_paired_auc(data["truth"]["M1"], data["rating"]["M2"], data["rating"]["M1"])
    error = comparison.difference.value / comparison.test.statistic
    for margin in (0.0, 0.05):
        expected = reference_values(f"{name}_noninferiority", f"delong_test_reader1_margin{margin}")
        test = margin_test(
            comparison.difference.value, error, margin=margin, kind="non-inferiority", n=comparison.test.n
        )
        # Their delong_test runs in float32 and is two-sided without a margin.
        assert test.statistic == pytest.approx(expected["statistic"], rel=1e-5)
        p = test.p if margin else 2 * min(test.p, 1 - test.p)
        assert p == pytest.approx(expected["pvalue"], rel=1e-4)


def test_margins_by_hand():
    # (0.01 + 0.05) / 0.02 = 3, (0.05 - 0.01) / 0.02 = 2, (0.01 - 0.05) / 0.02 = -2
    kinds = {"non-inferiority": 3.0, "equivalence": 2.0, "superiority": -2.0}
    for kind, statistic in kinds.items():
        assert margin_test(0.01, 0.02, margin=0.05, kind=kind, n=9).statistic == pytest.approx(statistic)
    normal = margin_test(0.01, 0.02, margin=0.05, kind="equivalence", n=9)
    assert normal.p == pytest.approx(0.5 * math.erfc(2 / math.sqrt(2)))
    # Student's t with 1 degree of freedom is the Cauchy distribution.
    assert margin_test(0.01, 0.02, margin=0.05, kind="equivalence", n=9, df=1).p == pytest.approx(
        0.5 - math.atan(2.0) / math.pi
    )


def test_tango_test_inverts_to_its_interval():
    counts = PairedCounts(both=80, only_a=9, only_b=4, neither=7)
    interval = paired_proportions(counts, level=0.95).difference
    # At the lower 95 % limit the one-sided p against that limit is 0.025.
    at_limit = paired_margin_test(counts, margin=-interval.low, kind="non-inferiority")
    assert at_limit.p == pytest.approx(0.025, rel=1e-6)
    assert paired_margin_test(counts, margin=interval.high, kind="equivalence").p == pytest.approx(0.025, rel=1e-6)


def test_without_margin_tango_is_mcnemar():
    counts = PairedCounts(both=20, only_a=12, only_b=5, neither=10)
    statistic = paired_margin_test(counts, margin=0.0, kind="superiority").statistic
    assert statistic**2 == pytest.approx(paired_proportions(counts).tests["asymptotic"].statistic, rel=1e-12)


def test_refusals_and_undefined():
    assert margin_test(0.0, 0.0, margin=0.1, kind="equivalence", n=5).reason is Reason.ZERO_VARIANCE
    assert paired_margin_test(PairedCounts(0, 0, 0, 0), margin=0.1, kind="superiority").reason is Reason.NO_COMMON_CASES
    agree = PairedCounts(5, 0, 0, 5)
    assert paired_margin_test(agree, margin=0.0, kind="superiority").statistic == 0.0
    for margin in (-0.1, np.nan):
        with pytest.raises(InputError, match="at least 0"):
            margin_test(0.0, 0.1, margin=margin, kind="superiority", n=5)
    with pytest.raises(InputError, match="unknown kind"):
        margin_test(0.0, 0.1, margin=0.1, kind="better", n=5)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import PairedCounts, Reason, TestResult, Undefined, paired_binary, paired_proportions

cell = st.integers(0, 40)
tables = st.builds(PairedCounts, both=cell, only_a=cell, only_b=cell, neither=cell).filter(lambda c: c.n > 0)


@pytest.fixture
def comparisons():
    asah, paired = reference_data("roc_asah"), reference_data("binary_paired1")
    return [
        (
            paired_binary(asah.poor_outcome, asah.s100b >= 0.22, asah.wfns >= 4),
            reference_values("binary_asah", "paired_s100b_ge_0.22_vs_wfns_ge_4"),
        ),
        (
            paired_binary(paired.d, paired.y1, paired.y2),
            reference_values("binary_paired1", "paired_y1_vs_y2"),
        ),
    ]


@pytest.mark.parametrize("measure", ["sensitivity", "specificity"])
def test_mcnemar_and_tango_against_dtcompair(comparisons, measure):
    for ours, theirs in comparisons:
        paired = getattr(ours, measure)
        assert paired.tests["asymptotic"].statistic == pytest.approx(
            theirs["mcnemar"][measure]["test.statistic"], rel=1e-9
        )
        assert paired.tests["asymptotic"].p == pytest.approx(theirs["mcnemar"][measure]["p.value"], rel=1e-9)
        # DTComPair's exact p exceeds 1 for equal discordant counts; a probability does not.
        assert paired.tests["exact"].p == pytest.approx(min(1.0, theirs["exactbinom"][measure]["p.value"]), rel=1e-9)
        tango = theirs["sesp_diff_tango"][measure]
        # DTComPair reports b - a, and searches its limits to 1e-7.
        assert paired.difference.low == pytest.approx(-tango["diff.ucl"], abs=2e-7)
        assert paired.difference.high == pytest.approx(-tango["diff.lcl"], abs=2e-7)


def test_corrected_mcnemar_against_statsmodels(comparisons):
    expected = reference_values("binary_asah_python", "mcnemar_s100b_vs_wfns")
    ours = comparisons[0][0]
    assert ours.sensitivity.tests["corrected"].p == pytest.approx(expected["sens"]["p_cc"], rel=1e-9)
    assert ours.specificity.tests["corrected"].statistic == pytest.approx(expected["spec"]["chi2_cc"], rel=1e-9)


def test_newcombe_interval_against_the_printed_example():
    # Newcombe RG (1998) Stat Med 17:2635, (36, 12, 2, 0), difference 0.2, method 10: 0.0569 to 0.3404.
    paired = paired_proportions(PairedCounts(36, 12, 2, 0), method="newcombe")
    assert paired.difference.value == pytest.approx(0.2)
    assert (round(paired.difference.low, 4), round(paired.difference.high, 4)) == (0.0569, 0.3404)


def test_tango_has_a_closed_form_without_discordant_pairs():
    # With b = c = 0 the score equation n delta^2 = z^2 delta (1 - delta) has the roots +-z^2 / (n + z^2).
    paired = paired_proportions(PairedCounts(both=30, only_a=0, only_b=0, neither=10))
    limit = 1.959963984540054**2 / (40 + 1.959963984540054**2)
    assert (paired.difference.low, paired.difference.high) == pytest.approx((-limit, limit), rel=1e-6)


def test_mid_p_by_hand():
    # 1 against 5 discordant pairs: exact 2 (1 + 6) / 64, mid-p 2 (1 + 6) / 64 - 6 / 64.
    tests = paired_proportions(PairedCounts(both=10, only_a=1, only_b=5, neither=4)).tests
    assert tests["exact"].p == pytest.approx(14 / 64, rel=1e-12)
    assert tests["mid-p"].p == pytest.approx(8 / 64, rel=1e-12)


@given(tables)
def test_exchanging_the_decisions_mirrors_everything(counts):
    mirrored = PairedCounts(counts.both, counts.only_b, counts.only_a, counts.neither)
    for method in ("tango", "newcombe"):
        one, other = paired_proportions(counts, method=method), paired_proportions(mirrored, method=method)
        assert one.difference.low == pytest.approx(-other.difference.high, abs=1e-9)
        assert one.difference.low - 1e-9 <= one.difference.value <= one.difference.high + 1e-9
        assert -1.0 <= one.difference.low <= one.difference.high <= 1.0
    assert one.tests["exact"] == other.tests["exact"]


def test_mid_p_of_equal_discordant_pairs():
    # Mid-p 1 - choose(8, 4) / 2^9: contingencytables, the R package of Fagerland, Lydersen and Laake's book.
    tests = paired_proportions(PairedCounts(both=100, only_a=4, only_b=4, neither=100)).tests
    assert tests["mid-p"].p == pytest.approx(1 - 70 / 512, rel=1e-12)
    assert tests["exact"].p == pytest.approx(1.0, rel=1e-12)


@given(tables)
def test_mid_p_never_exceeds_exact(counts):
    tests = paired_proportions(counts).tests
    assert isinstance(tests["exact"], TestResult)
    assert tests["mid-p"].p <= tests["exact"].p + 1e-12


def test_agreement_on_every_case_is_named():
    paired = paired_binary([1, 1, 0], [1, 0, 0], [1, 0, 0]).sensitivity
    assert paired.tests["exact"].p == 1.0
    assert paired.tests["asymptotic"].reason is Reason.ZERO_VARIANCE


def test_no_positive_case_is_named():
    paired = paired_binary([0, 0], [1, 0], [0, 0])
    assert isinstance(paired.sensitivity.difference, Undefined)
    assert paired.sensitivity.tests["exact"].reason is Reason.NO_POSITIVE_CASES
    assert paired.specificity.counts.only_b == 1

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from validation.stats import InputError
from validation.stats.multiplicity import ADJUSTMENTS, adjust_p_values

# Benjamini and Hochberg (1995), section 3.2: fifteen p values of the thrombolysis trial.
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def rejected(method):
    named = {str(i): p for i, p in enumerate(THROMBOLYSIS)}
    return sum(p <= 0.05 for p in adjust_p_values(named, method=method).values())


def test_the_printed_example():
    # The paper: Hochberg (like Holm) rejects the three smallest, the false discovery rate procedure four.
    assert {method: rejected(method) for method in ADJUSTMENTS} == {
        "holm": 3, "hochberg": 3, "benjamini-hochberg": 4,
    }  # fmt: skip


def test_by_hand():
    p = {"a": 0.01, "b": 0.02, "c": 0.03}
    assert adjust_p_values(p, method="holm") == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})
    assert adjust_p_values(p, method="hochberg") == pytest.approx({"a": 0.03, "b": 0.03, "c": 0.03})
    assert adjust_p_values(p, method="benjamini-hochberg") == pytest.approx({"a": 0.03, "b": 0.03, "c": 0.03})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.sampled_from(ADJUSTMENTS))
def test_adjustment_never_helps_and_keeps_the_order(values, method):
    named = {str(i): p for i, p in enumerate(values)}
    adjusted = adjust_p_values(named, method=method)
    for name, p in named.items():
        assert p - 1e-12 <= adjusted[name] <= 1.0
    ranked = sorted(named, key=lambda name: named[name])
    assert [adjusted[name] for name in ranked] == pytest.approx(sorted(adjusted.values()))


@pytest.mark.parametrize(
    ("ours", "theirs"), [("holm", "holm"), ("hochberg", "simes-hochberg"), ("benjamini-hochberg", "fdr_bh")]
)
def test_against_statsmodels(ours, theirs):
    named = {str(i): p for i, p in enumerate([0.03, 0.01, 0.01, 0.5, 0.02, 0.0, 1.0, 0.04])}
    expected = multipletests(list(named.values()), method=theirs)[1]
    assert list(adjust_p_values(named, method=ours).values()) == pytest.approx(expected, rel=1e-12)


def test_refusals():
    assert adjust_p_values({}) == {}
    with pytest.raises(InputError, match=r"b: 1\.2 is not a p value"):
        adjust_p_values({"a": 0.1, "b": 1.2})
    with pytest.raises(InputError, match="use holm, hochberg, benjamini-hochberg"):
        adjust_p_values({"a": 0.1}, method="bonferroni")

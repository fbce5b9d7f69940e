"""Planning values become components by published formulas; their power is that of the components."""

import math

import pytest
from scipy.stats import norm

from tests.validation.stats.reference import reference_values
from tests.validation.stats.studies import study
from validation.stats.checks import InputError
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import OrComponents
from validation.stats.planning import MOST_CASES, Correlations, planned_components, power_table
from validation.stats.power import MrmcPlan, auc_cases
from validation.stats.results import Reason

RHO = Correlations(0.43, 0.42, 0.3)


def test_components_by_hand():
    # Obuchowski & McClish 1997: V = 0.0099 exp(-a^2/2) ((5 a^2 + 8) + (a^2 + 8)/r), a = 1.414 Phi^-1(AUC), over n+.
    a = 1.414 * norm.ppf(0.85)
    variance = 0.0099 * math.exp(-(a**2) / 2) * ((5 * a**2 + 8) + (a**2 + 8) / 1.5)
    planned = planned_components((0.8, 0.9), positive_share=0.4, var_tr=0.0002, correlations=RHO, cases=200)
    assert planned.var_error == pytest.approx(variance / 80, rel=1e-12)
    assert (planned.cov1, planned.cov2, planned.cov3) == pytest.approx([rho * variance / 80 for rho in RHO])
    assert planned.var_tr == 0.0002


def test_the_variance_is_that_of_proc():
    """At this variance pROC's power.roc.test asks for exactly the cases of the aSAH study (auc_cases equals it)."""
    values = reference_values("roc_asah", "power")["one_curve"]["s100b"]
    ratio = values["ncontrols"] / values["ncases"]
    area, share = values["auc"], 1 / (1 + ratio)
    per_positive = [
        planned_components((one, one), positive_share=share, var_tr=0.0, correlations=RHO, cases=1).var_error * share
        for one in (area,)
    ]
    null = 0.0099 * (8 + 8 / ratio)
    top = float(norm.isf(0.025)) * math.sqrt(null) + float(norm.ppf(0.9)) * math.sqrt(per_positive[0])
    assert (top / (area - 0.5)) ** 2 == pytest.approx(values["ncases"], rel=1e-8)
    assert auc_cases(area, power=0.9, ratio=ratio) == pytest.approx(values["ncases"], rel=1e-8)


def test_the_table_is_that_of_rjafroc():
    expected = reference_values("mrmc_vandyke", "sample_size")
    plan = MrmcPlan(0.05, mrmc(study("mrmc_vandyke")).variance_components, 114)
    table = power_table(plan, [3, 4, 6, 10], [251])
    power = {readers: outcome.power for readers, _, outcome in table.cells}
    assert power[6] == pytest.approx(expected["power_J6_K251_es0.05_RRRC"][0]["powerRRRC"], rel=1e-9)
    needed = dict(table.needed)
    for readers in (4, 6, 10):
        assert needed[readers].cases == expected[f"K_for_J{readers}_es0.05_power0.8_RRRC"][0]["KRRRC"]
    assert needed[3].reason is Reason.TOO_FEW_READERS


def test_what_has_no_power_is_named():
    none = MrmcPlan(0.05, OrComponents(0.0, 0.0, 0.0003, 0.0004, 0.0003, 0.0002), 114)
    table = power_table(none, [1, 5], [100])
    assert [outcome.reason for _, _, outcome in table.cells] == [Reason.TOO_FEW_READERS, Reason.NEGATIVE_VARIANCE]
    assert [outcome.reason for _, outcome in table.needed] == [Reason.TOO_FEW_READERS, Reason.NEGATIVE_VARIANCE]
    weak = power_table(MrmcPlan(0.001, OrComponents(0.0, 0.01, 0.001, 0.0005, 0.0005, 0.0004), 114), [5], [100])
    assert weak.needed[0][1].detail == f"5 readers do not reach a power of 0.8 with {MOST_CASES} cases."


@pytest.mark.parametrize(
    "wrong",
    [{"positive_share": 1.0}, {"var_tr": -0.1}, {"correlations": Correlations(1.0, 0.4, 0.3)}, {"areas": (0.9, 1.2)}]
    + [{"correlations": rho} for rho in (Correlations(0.4, 0.3, 0.35), Correlations(0.8, 0.6, 0.3))],
)
def test_planning_values_that_mean_nothing(wrong):
    given = {"areas": (0.8, 0.9), "positive_share": 0.5, "var_tr": 0.0, "correlations": RHO, **wrong}
    with pytest.raises(InputError):
        planned_components(given.pop("areas"), **given)

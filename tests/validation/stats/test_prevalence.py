import math

import numpy as np
import pytest

from validation.stats import BinaryCounts, InputError, Reason
from validation.stats.prevalence import predictive_values_at

TABLE = BinaryCounts(tp=240, fn=178, fp=87, tn=288)


def test_mercaldo_printed_example():
    # Mercaldo, Lau & Zhou (2007): 240 of 418 cases and 87 of 375 controls positive, prevalence 3 %: PPV 0.0711.
    assert round(predictive_values_at(TABLE, 0.03)["ppv"].value, 4) == 0.0711


def test_at_the_tables_own_prevalence_the_values_are_those_of_the_table():
    values = predictive_values_at(TABLE, 418 / 793)
    assert values["ppv"].value == pytest.approx(240 / 327, rel=1e-12)
    assert values["npv"].value == pytest.approx(288 / 466, rel=1e-12)


def test_variance_is_the_delta_method_worked_out_numerically():
    def logit_ppv(sensitivity, specificity):
        return math.log(sensitivity * 0.1 / ((1 - specificity) * 0.9))

    se, sp, step = 240 / 418, 288 / 375, 1e-6
    slope_se = (logit_ppv(se + step, sp) - logit_ppv(se - step, sp)) / (2 * step)
    slope_sp = (logit_ppv(se, sp + step) - logit_ppv(se, sp - step)) / (2 * step)
    variance = slope_se**2 * se * (1 - se) / 418 + slope_sp**2 * sp * (1 - sp) / 375
    ppv = predictive_values_at(TABLE, 0.1)["ppv"]
    width = np.log(ppv.high / (1 - ppv.high)) - np.log(ppv.low / (1 - ppv.low))
    assert width / 2 / 1.959963984540054 == pytest.approx(math.sqrt(variance), rel=1e-8)


def test_edges_are_named():
    perfect = predictive_values_at(BinaryCounts(tp=5, fn=0, fp=0, tn=5), 0.1)
    assert (perfect["ppv"].value, perfect["ppv"].low) == (1.0, None)
    assert predictive_values_at(BinaryCounts(0, 1, 0, 1), 0.1)["ppv"].reason is Reason.NO_POSITIVE_CASES
    assert predictive_values_at(BinaryCounts(0, 0, 3, 3), 0.1)["ppv"].reason is Reason.ZERO_DENOMINATOR
    with pytest.raises(InputError, match="strictly between 0 and 1"):
        predictive_values_at(TABLE, 1.0)

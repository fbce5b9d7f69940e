import json
import math

import numpy as np
import pytest

from validation.stats import Estimate, Reason, TestResult, Undefined
from validation.stats.results import estimates_frame, jsonable, tests_frame


def test_an_estimate_without_interval_must_say_why():
    with pytest.raises(ValueError, match="needs a note"):
        Estimate(0.5, None, None, 0.95, "wald", 10)
    with pytest.raises(ValueError, match="both numbers or both None"):
        Estimate(0.5, 0.1, None, 0.95, "wald", 10)


def test_nothing_undefined_hides_in_a_number():
    with pytest.raises(ValueError, match="finite"):
        Estimate(math.nan, 0.0, 1.0, 0.95, "wald", 10)
    with pytest.raises(ValueError, match="finite"):
        TestResult(math.inf, None, 0.0, "z", 10)
    with pytest.raises(ValueError, match="p value"):
        TestResult(1.0, None, 1.27, "z", 10)


def test_results_are_plain_json():
    document = jsonable(
        {"a": Estimate(0.5, 0.4, 0.6, 0.95, "wilson", 10), "b": np.array([1.0, 2.0]), "c": (True, None)}
    )
    assert json.loads(json.dumps(document, allow_nan=False)) == {
        "a": {"value": 0.5, "low": 0.4, "high": 0.6, "level": 0.95, "method": "wilson", "n": 10},
        "b": [1.0, 2.0],
        "c": [True, None],
    }
    assert jsonable(Undefined(Reason.NO_CASES, "None.")) == {
        "undefined": "no-cases",
        "detail": "None.",
        "n": 0,
    }


def test_what_has_no_json_form_is_refused():
    with pytest.raises(ValueError, match="no JSON form"):
        jsonable([math.nan])
    with pytest.raises(TypeError, match="set has no JSON form"):
        jsonable({1, 2})


def test_tables_show_the_reason_of_what_is_undefined():
    frame = estimates_frame({"ppv": Undefined(Reason.NO_POSITIVE_CALLS, "No case was called positive.", 4)})
    assert frame.loc[0, "note"] == "undefined (no-positive-calls): No case was called positive."
    tests = tests_frame({"exact": TestResult(3.0, None, 0.25, "McNemar exact binomial", 9)})
    assert tests.loc[0, "p"] == 0.25

"""Every result of every public function is frozen, is strict JSON, and is a table."""

import dataclasses
import importlib
import inspect
import json
import pkgutil
import typing

import numpy as np
import pandas as pd
import pytest

import validation.stats
from validation.stats.agreement import cohen_kappa
from validation.stats.agreement_measurements import intraclass_correlation, limits_of_agreement
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.binary import binary_summary
from validation.stats.calibration import calibration_summary
from validation.stats.calibration_curve import brier_decomposition, smooth_calibration
from validation.stats.calibration_tests import spiegelhalter_test
from validation.stats.decision_curve import decision_curve
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_simulate import simulate
from validation.stats.mrmc_u import mrmc_u
from validation.stats.paired_binary import paired_binary
from validation.stats.paired_predictive import paired_likelihood_ratios, paired_predictive_values
from validation.stats.power import MrmcPlan, mrmc_power
from validation.stats.recalibration import cross_fitted, fit_recalibration
from validation.stats.results import jsonable, result_frame
from validation.stats.roc import auc, roc_curve, roc_summary
from validation.stats.roc_binormal import binormal_fit
from validation.stats.roc_bootstrap import Resampling, bootstrap_compare
from validation.stats.roc_clustered import compare_clustered_auc, compare_independent_auc
from validation.stats.roc_compare import compare_paired_auc
from validation.stats.roc_metrics import full_area
from validation.stats.roc_points import operating_point, precision_recall
from validation.stats.segmentation import compare_masks, staple
from validation.stats.subgroups import subgroup_report
from validation.stats.tidy import paired_levels, tidy_table

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(validation.stats.__path__, "validation.stats.")
    if not module.name.endswith("__main__") and ".commands" not in module.name
]
CLASSES = [
    one
    for module in MODULES
    for one in vars(module).values()
    if inspect.isclass(one) and dataclasses.is_dataclass(one) and one.__module__ == module.__name__
]
FUNCTIONS = [
    one
    for module in MODULES
    for name, one in vars(module).items()
    if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__qualname__)
def test_results_cannot_be_changed(one):
    assert one.__dataclass_params__.frozen
    assert "__dict__" not in dir(one) or "__slots__" in vars(one)


@pytest.mark.parametrize("one", FUNCTIONS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_randomness_is_passed_in(one):
    """No function draws from numpy's global state: whoever needs randomness takes a Generator."""
    source = inspect.getsource(one)
    assert "np.random.default_rng()" not in source
    assert "RandomState" not in source
    hints = typing.get_type_hints(one)
    assert hints.get("rng", np.random.Generator) in (np.random.Generator, np.random.Generator | None)
    assert hints.get("generator", np.random.Generator) in (np.random.Generator, np.random.Generator | None)


def results():
    rng = np.random.default_rng(7)
    model = RoeMetz((1.0, 1.4), 0.02, 0.02, 0.2, 0.2, 0.2)
    study = simulate(model, readers=4, negatives=30, positives=25, generator=rng, thresholds=[-0.5, 0.5, 1.5])
    truth, a, b = study.truth, study.rating[0, 0], study.rating[1, 0]
    p, cluster, pilot = a / 5, np.arange(len(a)) // 2, mrmc(study)
    graders = np.stack([a, b, study.rating[0, 1]], axis=1)
    mask = np.hypot(*np.mgrid[-6:7, -6:7]) < 4
    return {
        "binary": binary_summary(truth, a > 2),
        "no positive calls": binary_summary(truth, a > 9),
        "paired binary": paired_binary(truth, a > 2, b > 2),
        "paired predictive": paired_predictive_values(truth, a > 2, b > 2)["ppv"],
        "likelihood ratios": paired_likelihood_ratios(truth, a > 2, b > 2)["lr_positive"],
        "area": auc(truth, a),
        "one class": auc(truth[truth], a[truth]),
        "curve": roc_curve(truth, np.where(a > 4, np.inf, a)),
        "roc": roc_summary(truth, a),
        "two areas": compare_paired_auc(truth, a, b),
        "identical areas": compare_paired_auc(truth, a, a),
        "groups": compare_independent_auc({"x": (truth, a), "y": (truth, b)}),
        "clusters": compare_clustered_auc(truth, a, b, cluster),
        "bootstrap": bootstrap_compare(truth, a, b, full_area(), Resampling(rng, 200)),
        "binormal": binormal_fit(truth, a),
        "operating point": operating_point(truth, a, "youden"),
        "precision": precision_recall(truth, a),
        "mrmc": pilot,
        "dbm": mrmc(study, method="dbm"),
        "one reader": mrmc(study.select(readers=("R1",))),
        "components": pilot.variance_components,
        "u": mrmc_u(study),
        "ai": ai_vs_readers(study.select(modalities=("M1",)), "R1", threshold=3.0),
        "power": mrmc_power(MrmcPlan(0.05, pilot.variance_components, 55, 0.05), 6, 200, analysis="RRRC"),
        "calibration": calibration_summary(truth, p),
        "smooth": smooth_calibration(truth, p),
        "brier": brier_decomposition(truth, p),
        "spiegelhalter": spiegelhalter_test(truth, p),
        "net benefit": decision_curve(truth, p, [0.2])[0],
        "recalibrated": cross_fitted(truth, p, "platt", rng=rng),
        "recalibration": fit_recalibration(truth, p, "isotonic"),
        "kappa": cohen_kappa(a, b),
        "icc": intraclass_correlation(graders)["icc2"],
        "limits": limits_of_agreement(a, b),
        "masks": compare_masks(mask, np.roll(mask, 1, axis=0), spacing_mm=(1, 2)),
        "empty masks": compare_masks(mask & False, mask & False, spacing_mm=(1, 2)),
        "staple": staple(np.stack([mask, np.roll(mask, 1, axis=0)])),
        "subgroups": subgroup_report(truth, {"site": np.arange(55) % 2}, rating=a),
        "pairs": paired_levels(tidy_table(study).query("reader == 'R1'")),
    }


RESULTS = results()


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_strict_json_and_tables(name):
    result = RESULTS[name]
    document = result.to_json() if hasattr(result, "to_json") else jsonable(result)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    frame = result_frame(result)
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) >= 1
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        setattr(result, dataclasses.fields(result)[0].name, None)

"""Fitting and checking operating layers: pure functions from a frozen set of cases to parameters and figures.

A set is the document of `validation.selectors.layer_sets`. What is fitted is measured by cross-fitting: no case counts
with a probability from a fit that had seen it, and the cases of a patient are fitted together. The same set and
software give the same figures: folds and resamples are drawn by a seed from the set's digest.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from portal.inference.layer_rule import LayerRule, calibrated_score, shifted
from validation.stats.calibration import calibration_summary
from validation.stats.calibration_bootstrap import bootstrap_calibration, expected_error
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.proportions import proportion
from validation.stats.recalibration import FittedRecalibration, RecalibrationMethod, cross_fitted, fit_recalibration
from validation.stats.recalibration import shift_prevalence as shift
from validation.stats.results import JSONValue, Reason, Undefined
from validation.stats.roc import missing_class

FIGURES_FORMAT = "overread.layer-figures"
FIGURES_VERSION = 1
LEVEL = 0.95
FOLDS = 5
RESAMPLES = 1000
# Of each class. Five folds of two cases each are the least from which anything is fitted.
LEAST_OF_A_CLASS = 10
# Below these a layer is made all the same, and its figures say so.
MANY_OF_A_CLASS = 100
MANY_FOR_STEPS = 1000
METHODS: dict[str, RecalibrationMethod] = {
    "TEMPERATURE": "temperature",
    "PLATT": "platt",
    "ISOTONIC": "isotonic",
    "BETA": "beta",
}
# What a layer makes of a score is shown at these.
_SHOWN = tuple(number / 100 for number in range(101))

Set = Mapping[str, Any]


class Asked(NamedTuple):
    """A method of `METHODS`, and what it is to be used for.

    `applied_at`: prevalence to carry the probabilities to (None: none), `trained_at`: from (None: that of the set).
    `operating_threshold` None: the probability that the version's own threshold becomes, so that calls stay the same.
    """

    method: str
    trained_at: float | None = None
    applied_at: float | None = None
    operating_threshold: float | None = None


class Fitted(NamedTuple):
    """A layer that was fitted, and its figures before and after."""

    rule: LayerRule
    operating_threshold: float
    figures: dict[str, Any]


class _Cases(NamedTuple):
    truth: BoolArray
    score: FloatArray
    patients: list[str]
    base_threshold: float
    seed: int

    @property
    def positives(self) -> int:
        return int(self.truth.sum())


def fit_layer(content: Set, *, digest: str, asked: Asked) -> Fitted | Undefined:
    """Fit a layer on a set, and measure it there by cross-fitting; `Undefined` says why there is none."""
    cases = _cases(content, digest)
    fitted = _fitted(cases, asked.method)
    if isinstance(fitted, Undefined):
        return fitted
    rng = np.random.default_rng(cases.seed)
    together = cases.patients if len(set(cases.patients)) < len(cases.patients) else None
    crossed = cross_fitted(cases.truth, cases.score, METHODS[asked.method], rng=rng, folds=FOLDS, groups=together)
    if isinstance(crossed, Undefined):
        return replace(crossed, detail=f"In a fold of the cross-fitting: {crossed.detail}")
    rule = LayerRule(asked.method, _rounded(fitted.parameters), _shift_of(cases, asked))
    chosen = asked.operating_threshold
    # Not rounded: a case that scores the version's own threshold is to be called as before.
    threshold = calibrated_score(cases.base_threshold, rule) if chosen is None else chosen
    stages = {"before": cases.score, "after": crossed.probability}
    used = crossed.probability if rule.shift is None else _shifted(crossed.probability, rule.shift)
    calls = {"before": (cases.score, cases.base_threshold), "after": (used, threshold)}
    figures = _figures(cases, stages, calls, rule) | {
        "kind": "FIT",
        "folds": FOLDS,
        "fitted_by": crossed.method,
        "notes": [*_notes(cases), *_fit_notes(cases, asked.method, rule)],
    }
    return Fitted(rule, threshold, figures)


def check_layer(content: Set, *, digest: str, rule: LayerRule, operating_threshold: float) -> dict[str, Any]:
    """Measure a layer on a set that it was not fitted on: before, after, and where it shifts the prevalence shifted."""
    cases = _cases(content, digest)
    after = used = _plain(cases.score, rule)
    if rule.shift is not None:
        used = np.array([shifted(one, *rule.shift) for one in after.tolist()])
    stages = {"before": cases.score, "after": after} | ({} if rule.shift is None else {"shifted": used})
    calls = {"before": (cases.score, cases.base_threshold), "after": (used, operating_threshold)}
    return _figures(cases, stages, calls, rule) | {
        "kind": "VALIDATION",
        "notes": [*_notes(cases), *_shift_notes(rule, cases.positives / len(cases.truth))],
    }


def _plain(score: FloatArray, rule: LayerRule) -> FloatArray:
    """The probabilities that a layer makes of scores, without its shift; equal scores are worked out once.

    One by one: what numpy makes of a whole array may differ in the last digit, and a score at the threshold is called
    as it is when a case is read.
    """
    plain = rule._replace(shift=None)
    values, places = np.unique(score, return_inverse=True)
    return np.array([calibrated_score(one, plain) for one in values.tolist()])[places]


def _cases(content: Set, digest: str) -> _Cases:
    rows = content["cases"]
    return _Cases(
        truth=np.array([row["truth"] == 1 for row in rows], dtype=np.bool_),
        score=np.array([row["score"] for row in rows], dtype=np.float64),
        patients=[row["patient"] for row in rows],
        base_threshold=content["model_version"]["operating_threshold"],
        seed=int(digest[:16], 16),
    )


def _fitted(cases: _Cases, method: str) -> FittedRecalibration | Undefined:
    n, positives = len(cases.truth), cases.positives
    if not n:
        return Undefined(
            Reason.NO_CASES, "No case of the reader study has both a truth and a prediction of the version."
        )
    missing = missing_class(cases.truth)
    if missing is not None:
        return missing
    if min(positives, n - positives) < LEAST_OF_A_CLASS:
        detail = f"{positives} positive and {n - positives} negative cases: a fit needs {LEAST_OF_A_CLASS} of each."
        return Undefined(Reason.TOO_FEW_CASES, detail, n)
    if len(set(cases.score.tolist())) == 1:
        detail = "All scores are the same: nothing tells one case from another, so there is nothing to fit."
        return Undefined(Reason.ZERO_VARIANCE, detail, n)
    extreme = int(((cases.score == 0.0) | (cases.score == 1.0)).sum())
    if extreme and method != "ISOTONIC":
        detail = f"{extreme} of the scores are exactly 0 or 1 and have no logit to fit on: take ISOTONIC."
        return Undefined(Reason.EXTREME_PROBABILITY, detail, n)
    fitted = fit_recalibration(cases.truth, cases.score, METHODS[method])
    if isinstance(fitted, FittedRecalibration) and not _rises(fitted):
        detail = "Higher scores do not go with more positive cases here: a layer would turn the AI around."
        return Undefined(Reason.BELOW_CHANCE, detail, n)
    return fitted


def _rises(fitted: FittedRecalibration) -> bool:
    given = fitted.parameters
    if fitted.method == "platt":
        return bool(given["slope"] > 0)
    if fitted.method == "beta":
        return bool(given["a"] > 0 or given["b"] > 0)
    if fitted.method == "isotonic":
        return bool(given["steps"][-1]["probability"] > given["steps"][0]["probability"])
    return True


def _shift_of(cases: _Cases, asked: Asked) -> tuple[float, float] | None:
    if asked.applied_at is None:
        return None
    trained_at = cases.positives / len(cases.truth) if asked.trained_at is None else asked.trained_at
    return _round(trained_at), asked.applied_at


def _shifted(probability: FloatArray, between: tuple[float, float]) -> FloatArray:
    return shift(probability, trained_at=between[0], applied_at=between[1])


def _figures(
    cases: _Cases,
    stages: Mapping[str, FloatArray],
    calls: Mapping[str, tuple[FloatArray, float]],
    rule: LayerRule,
) -> dict[str, Any]:
    shown = [(score, rule._replace(shift=None)) for score in _SHOWN]
    return {
        "format": FIGURES_FORMAT,
        "version": FIGURES_VERSION,
        "level": LEVEL,
        "resamples": RESAMPLES,
        "counts": {
            "n": len(cases.truth),
            "positives": cases.positives,
            "patients": len(set(cases.patients)),
        },
        "stages": {name: _calibration(cases, probability) for name, probability in stages.items()},
        "calls": {name: _calls(cases, *call) for name, call in calls.items()},
        "curve": [
            {"score": score, "calibrated": calibrated_score(score, plain), "used": calibrated_score(score, rule)}
            for score, plain in shown
        ],
    }


def _calibration(cases: _Cases, probability: FloatArray) -> dict[str, JSONValue]:
    """The summary of a stage; the expected error has the bootstrap's interval beside its value."""
    summary = calibration_summary(cases.truth, probability, level=LEVEL).to_json()
    estimates = summary["estimates"]
    if isinstance(estimates, dict):
        estimates["expected_calibration_error"] = bootstrap_calibration(
            cases.truth,
            probability,
            expected_error(),
            rng=np.random.default_rng(cases.seed),
            resamples=RESAMPLES,
            level=LEVEL,
        ).to_json()
    return summary


def _calls(cases: _Cases, probability: FloatArray, threshold: float) -> dict[str, JSONValue]:
    call, truth = probability >= threshold, cases.truth
    positives = cases.positives
    return {
        "threshold": threshold,
        "sensitivity": proportion(int((call & truth).sum()), positives, level=LEVEL).to_json(),
        "specificity": proportion(int((~call & ~truth).sum()), len(truth) - positives, level=LEVEL).to_json(),
    }


def _notes(cases: _Cases) -> list[str]:
    n, patients = len(cases.truth), len(set(cases.patients))
    fewer = min(cases.positives, n - cases.positives)
    notes = []
    if patients < n:
        notes.append(
            f"{n} cases come from {patients} patients. Intervals treat cases as independent and may be too narrow."
        )
    if fewer < MANY_OF_A_CLASS:
        notes.append(
            f"The smaller class has {fewer} cases; below {MANY_OF_A_CLASS} calibration is hard to judge (Collins, "
            "Ogundimu and Altman 2016)."
        )
    return notes


def _fit_notes(cases: _Cases, method: str, rule: LayerRule) -> list[str]:
    notes = []
    if method == "ISOTONIC" and len(cases.truth) < MANY_FOR_STEPS:
        notes.append(
            f"Steps fitted on {len(cases.truth)} cases follow them closely; below about {MANY_FOR_STEPS} Platt's "
            "method is usually better elsewhere (Niculescu-Mizil and Caruana 2005)."
        )
    if rule.shift is not None:
        notes.append(
            "The figures are without the prevalence shift: in these cases, with their share of positive ones, it "
            "cannot be checked."
        )
    return notes


def _shift_notes(rule: LayerRule, prevalence: float) -> list[str]:
    if rule.shift is None:
        return []
    return [
        f"The layer carries probabilities to a prevalence of {rule.shift[1]:.4g}; the share of positive ones among "
        f"these cases is {prevalence:.4g}. Shifted probabilities fit only cases of about that prevalence."
    ]


def _round(value: float) -> float:
    """To the digits in which a result is written, so that what is shown is what is applied."""
    return float(f"{value:.12g}")


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return _round(value) if isinstance(value, float) else value

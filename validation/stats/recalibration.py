"""Making probabilities honest again: Platt, temperature, isotonic and beta, with cross-fitting; prevalence shift."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from validation.stats.checks import (
    BoolArray,
    FloatArray,
    InputError,
    binary_array,
    label_codes,
    probability_array,
    same_length,
)
from validation.stats.results import JSONValue, Reason, Undefined, jsonable
from validation.stats.roc import missing_class

RecalibrationMethod: TypeAlias = Literal["platt", "temperature", "isotonic", "beta"]
RECALIBRATION_METHODS: tuple[str, ...] = get_args(RecalibrationMethod)
_FREE, _POSITIVE = (-np.inf, np.inf), (0.0, np.inf)
# Where each search starts, and what its parameters may be.
_START = {
    "platt": ([0.0, 1.0], [_FREE, _FREE]),
    "temperature": ([1.0], [_POSITIVE]),
    "beta": ([0.0, 1.0, 1.0], [_FREE, _POSITIVE, _POSITIVE]),
}
# Logits of 0 and 1 are infinite; predictions this close to them count as this close.
_EDGE = 1e-12
# So many different probabilities determine the parameters; from fewer any of a line of them fits as well.
_LEAST_DIFFERENT = {"platt": 2, "temperature": 1, "beta": 3}
# A larger temperature leaves nothing of the scores.
_LARGEST_TEMPERATURE = 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class FittedRecalibration:
    """A fitted recalibration: called with probabilities (float array in [0, 1]) it gives probabilities.

    `parameters` are plain numbers by which anybody can apply it: `platt` {"intercept", "slope"}, `temperature`
    {"temperature"}, `beta` {"intercept", "a", "b"}, `isotonic` {"steps": [{"score", "probability"}, …]}, rising in both
    and straight in between; beyond its ends the first and the last count.
    """

    method: RecalibrationMethod
    parameters: Mapping[str, Any]

    def __call__(self, probability: npt.ArrayLike) -> FloatArray:
        """Recalibrate probabilities of other cases."""
        p = np.asarray(probability, dtype=np.float64)
        if self.method == "isotonic":
            steps = self.parameters["steps"]
            scores, probabilities = (np.array([step[part] for step in steps]) for part in ("score", "probability"))
            return np.asarray(np.interp(p, scores, probabilities))
        return np.asarray(expit(_features(self.method)(p) @ self._weights()))

    def _weights(self) -> FloatArray:
        given = self.parameters
        if self.method == "temperature":
            return np.array([1.0 / given["temperature"]])
        names = ("intercept", "slope") if self.method == "platt" else ("intercept", "a", "b")
        return np.array([given[name] for name in names])

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"method", "parameters"}`."""
        return {"method": self.method, "parameters": jsonable(self.parameters)}


@dataclasses.dataclass(frozen=True, slots=True)
class CrossFitted:
    """Recalibrated probabilities in which no case was recalibrated by a fit that had seen it."""

    probability: FloatArray
    fold: npt.NDArray[np.intp]
    method: str


def fit_recalibration(
    truth: npt.ArrayLike, probability: npt.ArrayLike, method: RecalibrationMethod
) -> FittedRecalibration | Undefined:
    """Fit a recalibration, to be applied to other cases.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.
    method : {"platt", "temperature", "isotonic", "beta"}
        `platt`: expit(a + b logit p). `temperature`: expit(logit(p) / T). `isotonic`: monotone steps.
        `beta`: expit(c + a ln p - b ln(1 - p)) with a, b >= 0.

    Returns
    -------
    FittedRecalibration or Undefined
        Maps probabilities to probabilities. Undefined with one class only, where the classes are separated so that the
        likelihood has no maximum (Platt, temperature, beta), where there are fewer different probabilities than
        parameters (Platt 2, beta 3), or where no temperature is better than a coin (higher probabilities do not go
        with more events).

    References
    ----------
    Platt J (1999) Adv Large Margin Classif 61. Guo C et al. (2017) ICML 1321. Zadrozny B, Elkan C (2002) KDD 694.
    Kull M, Silva Filho T, Flach P (2017) Electron J Stat 11:5052.
    """
    outcome, p = _checked(truth, probability)
    if method not in RECALIBRATION_METHODS:
        raise InputError(f"unknown recalibration {method!r}; use {', '.join(RECALIBRATION_METHODS)}")
    missing = missing_class(outcome)
    if missing is not None:
        return missing
    if method == "isotonic":
        fit = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(p, outcome.astype(np.float64))
        pairs = zip(fit.X_thresholds_.tolist(), fit.y_thresholds_.tolist(), strict=True)
        return FittedRecalibration(
            method, {"steps": [{"score": score, "probability": probability} for score, probability in pairs]}
        )
    different = len(np.unique(p))
    if different < _LEAST_DIFFERENT[method]:
        detail = f"A fit by {method} needs {_LEAST_DIFFERENT[method]} different probabilities; there are {different}."
        return Undefined(Reason.ZERO_VARIANCE, detail, len(p))
    return _fit_logistic(outcome, p, method)


def cross_fitted(
    truth: npt.ArrayLike,
    probability: npt.ArrayLike,
    method: RecalibrationMethod,
    *,
    rng: np.random.Generator,
    folds: int = 5,
    groups: npt.ArrayLike | None = None,
) -> CrossFitted | Undefined:
    """Recalibrate every case by a fit on the other folds.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.
    method : {"platt", "temperature", "isotonic", "beta"}
        See `fit_recalibration`.
    rng : numpy.random.Generator
        Draws the folds, stratified by outcome.
    folds : int
        Number of folds, at most the size of the smaller class.
    groups : array_like, optional
        Which cases belong together (the patient): the cases of one are in one fold.

    Returns
    -------
    CrossFitted or Undefined
        Measuring calibration on these probabilities is honest; on a fit's own cases it would not be.
    """
    outcome, p = _checked(truth, probability)
    missing = missing_class(outcome)
    if missing is not None:
        return missing
    smaller = int(min(outcome.sum(), (~outcome).sum()))
    if not 2 <= folds <= smaller:
        raise InputError(
            f"the number of folds lies between 2 and {smaller}, the size of the smaller class, not {folds}"
        )
    together = None if groups is None else label_codes(np.asarray(groups))
    if together is not None:
        same_length(probability=p, groups=together)
    kind = StratifiedKFold if together is None else StratifiedGroupKFold
    splitter = kind(folds, shuffle=True, random_state=int(rng.integers(2**31)))
    recalibrated, fold = np.empty(len(p)), np.empty(len(p), dtype=np.intp)
    for number, (fitted_on, applied_to) in enumerate(splitter.split(p, outcome, together)):
        fit = fit_recalibration(outcome[fitted_on], p[fitted_on], method)
        if isinstance(fit, Undefined):
            return fit
        recalibrated[applied_to], fold[applied_to] = fit(p[applied_to]), number
    by_group = "" if together is None else ", groups kept together"
    return CrossFitted(recalibrated, fold, f"{method}, {folds}-fold cross-fitted{by_group}")


def shift_prevalence(probability: npt.ArrayLike, *, trained_at: float, applied_at: float) -> FloatArray:
    """Carry probabilities from the prevalence they were made for to another one.

    Only the prior odds change (label shift): odds * (applied odds / training odds), Saerens M, Latinne P,
    Decaestecker C (2002) Neural Comput 14:21.

    Examples
    --------
    >>> shift_prevalence([0.5], trained_at=0.5, applied_at=0.01).round(6).tolist()
    [0.01]
    """
    p = probability_array(probability, "probability")
    for name, prevalence in (("trained_at", trained_at), ("applied_at", applied_at)):
        if not 0.0 < prevalence < 1.0:
            raise InputError(f"{name}: a prevalence lies strictly between 0 and 1, not {prevalence}")
    ratio = (applied_at / (1.0 - applied_at)) / (trained_at / (1.0 - trained_at))
    shifted: FloatArray = p * ratio / (p * ratio + 1.0 - p)
    return shifted


def _fit_logistic(outcome: BoolArray, p: FloatArray, method: RecalibrationMethod) -> FittedRecalibration | Undefined:
    """Maximise the likelihood of a linear model on features of the probability."""
    features = _features(method)
    design = features(p)
    sign = np.where(outcome, 1.0, -1.0)

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        margin = sign * (design @ parameters)
        gradient = -(design * (sign * expit(-margin))[:, None]).mean(axis=0)
        return float(-log_expit(margin).mean()), gradient

    start, bounds = _START[method]
    found = minimize(
        loss, np.array(start), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    if np.abs(found.x).max() > 1e4 or found.fun < 1e-8:
        return Undefined(Reason.SEPARATION, "The probabilities separate both classes: no likelihood maximum.", len(p))
    return _fitted(method, found.x.tolist(), len(p))


def _fitted(method: RecalibrationMethod, found: list[float], n: int) -> FittedRecalibration | Undefined:
    if method == "temperature":
        if found[0] < 1.0 / _LARGEST_TEMPERATURE:
            detail = "Higher probabilities do not go with more events: no temperature is better than a coin."
            return Undefined(Reason.BELOW_CHANCE, detail, n)
        return FittedRecalibration(method, {"temperature": 1.0 / found[0]})
    names = ("intercept", "slope") if method == "platt" else ("intercept", "a", "b")
    return FittedRecalibration(method, dict(zip(names, found, strict=True)))


def _features(method: str) -> Callable[[FloatArray], FloatArray]:
    def make(p: FloatArray) -> FloatArray:
        inner = np.clip(p, _EDGE, 1.0 - _EDGE)
        if method == "temperature":
            return logit(inner)[:, None]
        if method == "platt":
            return np.column_stack((np.ones_like(inner), logit(inner)))
        return np.column_stack((np.ones_like(inner), np.log(inner), -np.log1p(-inner)))

    return make


def _checked(truth: npt.ArrayLike, probability: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    outcome, p = binary_array(truth, "truth"), probability_array(probability, "probability")
    same_length(truth=outcome, probability=p)
    return outcome, p

"""What an operating layer makes of the scores of a model version. Pure rules over plain JSON values.

`validation.stats.recalibration` fits the parameters; here they are applied, with nothing but them:

- TEMPERATURE `{"temperature"}`: expit(logit(s) / T), Guo C et al. (2017) ICML 1321.
- PLATT `{"intercept", "slope"}`: expit(a + b logit(s)), Platt J (1999) Adv Large Margin Classif 61.
- BETA `{"intercept", "a", "b"}`: expit(c + a ln s - b ln(1 - s)), Kull M et al. (2017) Electron J Stat 11:5052.
- ISOTONIC `{"steps": [{"score", "probability"}, …]}`: straight from step to step, the first and the last beyond them,
  Zadrozny B, Elkan C (2002) KDD 694.

A prevalence shift comes after: odds x (applied odds / training odds), Saerens M et al. (2002) Neural Comput 14:21.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, NamedTuple

# Logits of 0 and 1 are infinite; scores this close to them count as this close.
_EDGE = 1e-12


class LayerRule(NamedTuple):
    """A method of `CalibrationMethod`, its parameters, and from which prevalence to which (None: no shift)."""

    method: str
    parameters: Mapping[str, Any]
    shift: tuple[float, float] | None


def calibrated_score(score: float, rule: LayerRule) -> float:
    """Turn a score from 0 to 1 into a probability from 0 to 1."""
    probability = _FUNCTIONS[rule.method](score, rule.parameters)
    return probability if rule.shift is None else shifted(probability, *rule.shift)


def shifted(probability: float, trained_at: float, applied_at: float) -> float:
    """Carry a probability from one prevalence to another, both strictly between 0 and 1: Bayes' theorem."""
    ratio = applied_at / (1 - applied_at) / (trained_at / (1 - trained_at))
    return probability * ratio / (probability * ratio + 1 - probability)


def _temperature(score: float, given: Mapping[str, Any]) -> float:
    return _expit(_logit(score) / given["temperature"])


def _platt(score: float, given: Mapping[str, Any]) -> float:
    return _expit(given["intercept"] + given["slope"] * _logit(score))


def _beta(score: float, given: Mapping[str, Any]) -> float:
    inner = _inner(score)
    return _expit(given["intercept"] + given["a"] * math.log(inner) - given["b"] * math.log1p(-inner))


def _isotonic(score: float, given: Mapping[str, Any]) -> float:
    steps = given["steps"]
    after = bisect_right(steps, score, key=lambda step: step["score"])
    if after == 0:
        return float(steps[0]["probability"])
    if after == len(steps):
        return float(steps[-1]["probability"])
    low, high = steps[after - 1], steps[after]
    part = (score - low["score"]) / (high["score"] - low["score"])
    return float(low["probability"] + part * (high["probability"] - low["probability"]))


_FUNCTIONS = {"TEMPERATURE": _temperature, "PLATT": _platt, "BETA": _beta, "ISOTONIC": _isotonic}


def _inner(score: float) -> float:
    return min(max(score, _EDGE), 1 - _EDGE)


def _logit(score: float) -> float:
    inner = _inner(score)
    return math.log(inner) - math.log1p(-inner)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

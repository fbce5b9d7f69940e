"""How far the readers of an arm agree: with each other, with the AI and with the truth."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from validation.plans.described_one import Described
from validation.plans.document import Subject
from validation.plans.table import AI_NAME
from validation.stats.agreement import (
    agreement_coefficients,
    cohen_kappa,
    krippendorff_alpha,
    ratings,
    specific_agreement,
)
from validation.stats.checks import FloatArray
from validation.stats.results import JSONValue, Outcome, Reason, Undefined, jsonable

TRUTH = "the truth"
# Weighted kappa is for a scale of few steps; beyond, Krippendorff's alpha takes the distances themselves.
MOST_STEPS = 20
_ONE_READER = Undefined(Reason.TOO_FEW_READERS, "Agreement needs two readers.")
_NOTHING = Undefined(Reason.NOT_COLLECTED, "There is nothing to agree on: neither calls nor a threshold nor ratings.")


def agreement_of(described: Described) -> list[JSONValue]:
    """Describe the agreement within every subject of readers."""
    return [_within(described, one) for one in described.subjects if one["kind"] == "READERS"]


def _within(described: Described, subject: Subject) -> JSONValue:
    key = subject["key"]
    said, decided = described.table.subjects[key], described.decisions[key].call
    raters = {name: decided[row] for row, name in enumerate(said.readers)}
    truth = described.table.truth.astype(np.float64)
    return {
        "subject": key,
        "readers": list(said.readers),
        "decisions": _of_decisions(decided, described.level),
        "ratings": _of_ratings(said.rating, described.level),
        "pairs": _pairs({**raters, **_ai(described), TRUTH: truth}, described.level),
        "pairs_weighted": _weighted_pairs(said.readers, said.rating, described.level),
    }


def _ai(described: Described) -> Mapping[str, FloatArray]:
    """The decisions of the first AI with an operating point, which is no rater of the coefficients."""
    for subject in described.subjects:
        if subject["kind"] == "AI" and subject["operating_point"] is not None:
            return {AI_NAME: described.decisions[subject["key"]].call[0]}
    return {}


def _of_decisions(call: FloatArray, level: float) -> JSONValue:
    problem = _problem(call)
    if problem is not None:
        return problem.to_json()
    found = agreement_coefficients(ratings(call.T, categories=(0, 1)), level=level)
    return jsonable(found)


def _of_ratings(rating: FloatArray, level: float) -> JSONValue:
    """On few steps the weighted coefficients and ordinal alpha; on many alpha with the interval metric."""
    problem = _problem(rating)
    if problem is not None:
        return problem.to_json()
    table = ratings(rating.T)
    few = len(table.values) <= MOST_STEPS
    alpha = krippendorff_alpha(table, metric="ordinal" if few else "interval", level=level)
    weighted: Mapping[str, Outcome] = agreement_coefficients(table, weights="quadratic", level=level) if few else {}
    return {
        "metric": "ordinal" if few else "interval",
        "krippendorff_alpha": jsonable(alpha),
        "quadratic": jsonable(weighted) if few else None,
    }


def _problem(said: FloatArray) -> Undefined | None:
    if np.isnan(said).all():
        return _NOTHING
    return _ONE_READER if len(said) < 2 else None


def _pairs(raters: Mapping[str, FloatArray], level: float) -> list[JSONValue]:
    return [
        {
            "a": a,
            "b": b,
            "kappa": jsonable(cohen_kappa(raters[a], raters[b], level=level)),
            "specific": jsonable(specific_agreement(raters[a], raters[b], level=level)) if b == TRUTH else None,
        }
        for a, b in combinations(raters, 2)
    ]


def _weighted_pairs(names: Sequence[str], rating: FloatArray, level: float) -> list[JSONValue]:
    if np.isnan(rating).all() or len(np.unique(rating[~np.isnan(rating)])) > MOST_STEPS:
        return []
    return [
        {
            "a": names[a],
            "b": names[b],
            "kappa": jsonable(cohen_kappa(rating[a], rating[b], weights="quadratic", level=level)),
        }
        for a, b in combinations(range(len(names)), 2)
    ]

"""What an AI that leaves its least certain cases to a human gains on the cases it keeps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from validation.plans.described_one import thinned
from validation.stats.abstention import AbstentionCurve, Kept, abstention_curve
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable

# As a prediction says it: {value, method, samples, definition}; None where it says nothing.
Doubt = Mapping[str, Any] | None

# How large a share of the cases the AI keeps, in tables.
SHARES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)
SHARES_BETWEEN = 1e-9
RESAMPLES = 2000
# The same resamples on every machine: a result's bytes depend on its snapshot alone.
SEED = 1
_SAME = ("method", "samples", "definition")
_NO_UNCERTAINTY = "No prediction of this AI in the snapshot says how uncertain it is."
_NO_DECISION = "There is no decision that could be wrong: the plan names no operating point of this AI."
_NOT_ONE = (
    "The uncertainties are not one quantity: predictions differ in method, number of samples or definition, so cases "
    "cannot be put in the order of their uncertainty."
)
_CLUSTERED = "Intervals treat cases as independent; several are of one patient, so they may be too narrow."


def abstention_of(
    truth: BoolArray, call: FloatArray, doubts: Sequence[Doubt], *, level: float, is_clustered: bool
) -> dict[str, JSONValue]:
    """Describe errors against the share of cases kept, the most certain first.

    Parameters
    ----------
    truth : array of bool, shape (cases,)
    call : array of float, shape (cases,)
        1 or 0, and NaN where the AI says nothing.
    doubts : sequence of mapping or None
        Of each case; cases without are counted and left out.
    is_clustered : bool
        Whether a patient has several cases.
    """
    problem = _problem(call, doubts)
    if problem is not None:
        return problem.to_json()
    values = np.array([np.nan if one is None else float(one["value"]) for one in doubts])
    called = ~np.isnan(call)
    known = called & ~np.isnan(values)
    curve = abstention_curve(
        truth[known], call[known] == 1.0, values[known], level=level, resamples=RESAMPLES, seed=SEED
    )
    first = next(one for one in doubts if one is not None)
    return {
        **{name: first[name] for name in _SAME},
        "counts": {
            "cases": int(known.sum()),
            "errors": int((truth[known] != (call[known] == 1.0)).sum()),
            "without_uncertainty": int((called & ~known).sum()),
        },
        "estimates": {name: jsonable(one) for name, one in _estimates(curve, is_clustered).items()},
        "curve": [_point(curve.points[index]) for index in thinned(len(curve.points))],
        "points": len(curve.points),
        "interval": "wilson, each point by itself",
        "kept": [{"share": share, **found.to_json()} for share in SHARES for found in _at_most(curve, share)],
        # In the order of the cases: every point leads to those that a human would be sent.
        "uncertainties": [float(one) if some else None for one, some in zip(values, known, strict=True)],
    }


def _problem(call: FloatArray, doubts: Sequence[Doubt]) -> Undefined | None:
    said = [one for one in doubts if one is not None]
    if not said:
        return Undefined(Reason.NOT_COLLECTED, _NO_UNCERTAINTY)
    if len({tuple(one[name] for name in _SAME) for one in said}) > 1:
        return Undefined(Reason.NOT_COLLECTED, _NOT_ONE, len(said))
    if all(one is None or np.isnan(decided) for one, decided in zip(doubts, call, strict=True)):
        return Undefined(Reason.NOT_COLLECTED, _NO_DECISION, len(said))
    return None


def _estimates(curve: AbstentionCurve, is_clustered: bool) -> dict[str, Outcome]:
    found = {"error_rate": curve.points[-1].error_rate, "area": curve.area, "excess_area": curve.excess_area}
    return {name: _noted(one) if is_clustered else one for name, one in found.items()}


def _noted(outcome: Outcome) -> Outcome:
    # Of an interval that is not there nothing is too narrow.
    if isinstance(outcome, Undefined) or outcome.low is None:
        return outcome
    return Estimate(outcome.value, outcome.low, outcome.high, outcome.level, outcome.method, outcome.n, _CLUSTERED)


def _point(kept: Kept) -> dict[str, JSONValue]:
    """One point in numbers; every rate of kept cases has at least one of them."""
    rate = kept.error_rate
    if isinstance(rate, Undefined) or isinstance(kept.coverage, Undefined):
        raise AssertionError("a point keeps at least one case")
    return {
        "uncertainty": kept.uncertainty,
        "n": kept.n,
        "errors": round(rate.value * kept.n),
        "coverage": kept.coverage.value,
        "error_rate": rate.value,
        "low": rate.low,
        "high": rate.high,
    }


def _at_most(curve: AbstentionCurve, share: float) -> list[Kept]:
    """The point that keeps the most cases and not more than the share; none where tied cases are more than it."""
    total = curve.points[-1].n
    return [one for one in curve.points if one.n <= share * total + SHARES_BETWEEN][-1:]

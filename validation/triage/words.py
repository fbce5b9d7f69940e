"""What the change of the waits comes to, in sentences and as curves."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from validation.stats.checks import BoolArray, FloatArray
from validation.stats.results import Estimate, Undefined
from validation.stats.triage import ExpectedWaits, TriageEffect, Waits, still_waiting

# How many points of a curve are drawn; it ends where one of a hundred still waits.
POINTS = 81
CURVE_ENDS_AT = 0.99


def sentences_of(effect: TriageEffect) -> list[str]:
    """Say for the positive and for the negative cases by how much sooner or later they are read."""
    return [_sentence("Positive", effect.positives), _sentence("Negative", effect.negatives)]


def _sentence(whose: str, waits: Waits) -> str:
    first, triaged, change = waits.first_come_min, waits.triaged_min, waits.change_min
    if isinstance(first, Undefined) or isinstance(triaged, Undefined) or isinstance(change, Undefined):
        return f"{whose} cases: not defined. {_detail(change)}"
    said = _moved(whose, change.value)
    waited = f"they wait {_minutes(triaged.value)} instead of {_minutes(first.value)} min on average (n = {change.n})"
    if change.low is None or change.high is None:
        return f"{said}: {waited}. No interval: {change.note}"
    interval = _interval(change, is_gain=change.value <= 0)
    shown = "" if change.low > 0 or change.high < 0 else " The interval includes 0, so neither is shown."
    return f"{said} ({interval}): {waited}.{shown}"


def expected_sentences(expected: ExpectedWaits, simulated: TriageEffect, *, prevalence: float) -> list[str]:
    """Say the same of a queue, by its closed form; the simulation says how far a long stretch of it strays.

    A class that does not come has no wait.
    """
    of_class = [
        ("Positive", prevalence > 0, expected.positives_min, simulated.positives),
        ("Negative", prevalence < 1, expected.negatives_min, simulated.negatives),
    ]
    return [
        _expected(whose, triaged, expected.first_come_min, found) if comes else f"No {whose.lower()} case comes."
        for whose, comes, triaged, found in of_class
    ]


def _expected(whose: str, triaged: float, first_come: float, simulated: Waits) -> str:
    change = triaged - first_come
    said = f"{_moved(whose, change)}: they wait {_minutes(triaged)} instead of {_minutes(first_come)} min on average"
    found = simulated.change_min
    if isinstance(found, Undefined) or found.low is None:
        return f"{said}."
    return f"{said} (simulated: {_interval(found, is_gain=change <= 0)})."


def _moved(whose: str, change_min: float) -> str:
    if abs(change_min) < 0.05:
        return f"{whose} cases are read neither earlier nor later in the AI's order"
    direction = "later" if change_min > 0 else "earlier"
    return f"{whose} cases are read {_minutes(abs(change_min))} min {direction} in the AI's order"


def _interval(change: Estimate, *, is_gain: bool) -> str:
    """Of a change that is a gain the ends are told as gains, the smaller first."""
    low, high = change.low or 0.0, change.high or 0.0
    ends = (-high, -low) if is_gain else (low, high)
    return f"{100 * change.level:.4g} % interval {_minutes(ends[0])} to {_minutes(ends[1])} min"


def _minutes(value: float) -> str:
    """With one digit, halves away from 0 as in the tables of the page, and no minus before 0.0."""
    return str(Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0)


def _detail(outcome: Any) -> str:
    return outcome.detail if isinstance(outcome, Undefined) else ""


def curves_of(is_positive: BoolArray, first_come: FloatArray, triaged: FloatArray) -> dict[str, Any]:
    """Return the share that still waits after so many minutes, by class and order; None of a class without a case."""
    ends = [float(np.quantile(waits, CURVE_ENDS_AT)) for waits in (first_come, triaged) if len(waits)]
    minutes = np.linspace(0, max(ends, default=0.0), POINTS)
    curves: dict[str, Any] = {"minutes": minutes.tolist()}
    for name, of in (("positives", is_positive), ("negatives", ~is_positive)):
        curves[name] = (
            {
                "first_come": still_waiting(first_come[of], minutes).tolist(),
                "triaged": still_waiting(triaged[of], minutes).tolist(),
            }
            if of.any()
            else None
        )
    return curves

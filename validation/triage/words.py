"""What the change of the waits comes to, in sentences and as curves."""

from typing import Any

import numpy as np

from validation.stats.checks import BoolArray, FloatArray
from validation.stats.results import Undefined
from validation.stats.triage import TriageEffect, Waits, still_waiting

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
    minutes = abs(change.value)
    said = f"{whose} cases are read {minutes:.1f} min {'later' if change.value > 0 else 'earlier'} in the AI's order"
    if minutes < 0.05:
        said = f"{whose} cases are read neither earlier nor later in the AI's order"
    waited = f"they wait {triaged.value:.1f} instead of {first.value:.1f} min on average (n = {change.n})"
    if change.low is None or change.high is None:
        return f"{said}: {waited}. No interval: {change.note}"
    # Of a change that is a gain the ends are told as gains, the smaller first.
    ends = (change.low, change.high) if change.value > 0 else (-change.high, -change.low)
    interval = f"{100 * change.level:.4g} % interval {ends[0]:.1f} to {ends[1]:.1f} min"
    shown = "" if change.low > 0 or change.high < 0 else " The interval includes 0, so neither is shown."
    return f"{said} ({interval}): {waited}.{shown}"


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

"""The queue in its steady state: means in closed form, and a simulation for how the waits are distributed."""

import dataclasses
from typing import Any

from validation.stats.queue_simulation import METHOD, simulated_waits
from validation.stats.results import Estimate, Undefined
from validation.stats.triage import TriageEffect, expected_waits, utilisation
from validation.triage.words import curves_of, expected_sentences

CLOSED_FORM = "M/M/c: Erlang C, non-preemptive priority (Cobham 1954)"


@dataclasses.dataclass(frozen=True, slots=True)
class QueueWish:
    """What somebody typed."""

    arrivals_per_hour: float
    mean_reading_min: float
    readers: int
    prevalence: float
    sensitivity: float
    specificity: float
    seed: int
    level: float


def queue_answer(wish: QueueWish) -> dict[str, Any]:
    """Return the mean waits in closed form and the simulated ones; both undefined where the queue is unstable."""
    load: dict[str, Any] = {
        "arrivals_per_hour": wish.arrivals_per_hour,
        "mean_reading_min": wish.mean_reading_min,
        "readers": wish.readers,
    }
    shares: dict[str, Any] = {
        "prevalence": wish.prevalence,
        "sensitivity": wish.sensitivity,
        "specificity": wish.specificity,
    }
    busy = utilisation(**load)
    expected = expected_waits(**load, **shares)
    simulated = simulated_waits(**load, **shares, level=wish.level, seed=wish.seed)
    answer: dict[str, Any] = {
        "utilisation": busy,
        "closed_form": {"method": CLOSED_FORM, **expected.to_json()},
    }
    if isinstance(expected, Undefined) or isinstance(simulated, Undefined):
        detail = expected.detail if isinstance(expected, Undefined) else ""
        unstable = f"The queue is unstable: {detail} No order gives the waits a mean."
        return answer | {"simulation": expected.to_json(), "curves": None, "sentences": [unstable], "notes": []}
    return answer | {
        "simulation": {"method": METHOD, "cases": len(simulated.is_positive), **simulated.effect.to_json()},
        "curves": curves_of(simulated.is_positive, simulated.first_come_min, simulated.triaged_min),
        "sentences": expected_sentences(expected, simulated.effect, prevalence=wish.prevalence),
        "notes": _notes(simulated.effect),
    }


def _notes(effect: TriageEffect) -> list[str]:
    """Say of each class why its simulated waits have no interval."""
    means = {"Positive": effect.positives.change_min, "Negative": effect.negatives.change_min}
    return [
        f"{whose} cases: no interval of the simulation; trust the closed form. {mean.note}"
        for whose, mean in means.items()
        if isinstance(mean, Estimate) and mean.note
    ]

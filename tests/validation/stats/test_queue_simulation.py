"""The simulated queue against the queue in closed form: its means, and how often its intervals hold them."""

from collections import Counter

import numpy as np
import pytest

from validation.stats.checks import InputError
from validation.stats.queue_simulation import BATCHES, cases_together, simulated_waits
from validation.stats.results import Reason
from validation.stats.triage import expected_waits, still_waiting

PLAN = {"prevalence": 0.1, "sensitivity": 0.9, "specificity": 0.8}


def queue(busy, readers=1, **more):
    """A queue whose readers, six minutes a case, are busy so much of their time."""
    return {"arrivals_per_hour": 10 * busy * readers, "mean_reading_min": 6.0, "readers": readers, **PLAN, **more}


def means(effect):
    return {
        (positive, name): getattr(waits, name)
        for positive, waits in ((True, effect.positives), (False, effect.negatives))
        for name in ("first_come_min", "triaged_min", "change_min")
    }


def known_means(asked):
    known = expected_waits(**asked)
    first = known.first_come_min
    return {
        (positive, name): value
        for positive, later in ((True, known.positives_min), (False, known.negatives_min))
        for name, value in (("first_come_min", first), ("triaged_min", later), ("change_min", later - first))
    }


def test_it_agrees_with_the_closed_form_and_is_the_same_again():
    """M/M/1, three quarters busy: the share that waits at all is rho, the wait beyond is exponential (Erlang C)."""
    asked = queue(0.75)
    found, known = simulated_waits(**asked), known_means(asked)
    for which, mean in means(found.effect).items():
        assert mean.value == pytest.approx(known[which], rel=0.1)
        assert mean.low < mean.value < mean.high
    assert found.effect.positives.change_min.n + found.effect.negatives.change_min.n == len(found.is_positive)
    at = np.array([0.0, 12.0, 24.0])
    assert still_waiting(found.first_come_min, at) == pytest.approx(0.75 * np.exp(-0.25 * at / 6), abs=0.02)
    assert simulated_waits(**asked).effect == found.effect


@pytest.mark.parametrize(("busy", "readers", "more"), [(0.5, 3, {"prevalence": 0.4}), (0.7, 1, {"sensitivity": 0.2})])
def test_its_intervals_hold_the_closed_form_as_often_as_they_say(busy, readers, more):
    """Of 100 seeds, batches of 16 times the cases that wait together or more; 0.2 flags as many negatives: no change.

    A share of 0.95 of 100 is below 0.87 with a probability of 1 in 1,000 (binomial).
    """
    asked, seeds = queue(busy, readers, **more), 100
    cases = BATCHES * max(500, round(16 * cases_together(busy)))
    known, held = known_means(asked), Counter()
    for seed in range(seeds):
        for which, mean in means(simulated_waits(**asked, cases=cases, seed=seed).effect).items():
            held[which] += mean.low <= known[which] <= mean.high
    assert min(held[which] for which in known) >= 0.87 * seeds, held


def test_so_many_cases_wait_together():
    """Daley 1968 against a simulation; each is alone in an idle queue, 4 / (1 - rho)^2 in heavy traffic."""
    busy, length = 0.5, 500
    waits = simulated_waits(**queue(busy)).first_come_min
    of_means = waits.reshape(-1, length).mean(axis=1).var()
    assert cases_together(busy) == pytest.approx(length * of_means / waits.var(), rel=0.15)
    assert cases_together(0) == 1
    assert cases_together(0.999) * 0.001**2 == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize(
    ("asked", "note"),
    [(queue(0.98), "Readers are busy 98.0% of the time"), (queue(0.5, prevalence=0.0005), "are such cases and wait")],
)
def test_without_a_sound_interval_the_mean_has_none_and_says_why(asked, note):
    mean = simulated_waits(**asked, cases=40_000).effect.positives.change_min
    assert mean.value < 0
    assert (mean.low, mean.high) == (None, None)
    assert note in mean.note


def test_what_has_no_mean_is_named():
    """A queue that grows for ever, and a class that does not come."""
    unstable = queue(1.0, readers=2)
    assert simulated_waits(**unstable) == expected_waits(**unstable)
    nobody = simulated_waits(**queue(0.5, prevalence=0.0), cases=400)
    assert nobody.effect.positives.change_min.reason is Reason.NO_POSITIVE_CASES
    with pytest.raises(InputError):
        simulated_waits(**queue(0.5), level=95)

"""The demo's drift watch, over as many predictions as the demo has."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.demo.drift import RULE, STEPS, drift_watch_ensure
from portal.demo.phantoms.catalogue import READING_CASES
from portal.inference.models import AiModel, EngineKind, ModelVersion
from validation.drift.charts import Series, draw
from validation.drift.rule import Chart
from validation.models import DriftCheck
from validation.selectors.drift import rule_of, watch_in_force


@pytest.mark.parametrize("chart", [Chart.SCORE_MEAN, Chart.POSITIVE_SHARE, Chart.SCORE_STABILITY])
def test_the_predictions_of_the_demo_make_a_chart(chart):
    """34 of the reference and six steps of five are the 64; every step has limits."""
    now = timezone.now()
    times = [now - timedelta(minutes=5) + timedelta(seconds=case) for case in range(READING_CASES)]
    values = [int(case % 2) if chart == Chart.POSITIVE_SHARE else case % 7 / 7 for case in range(READING_CASES)]
    drawn = draw(chart, Series(times, values), RULE, now)
    assert drawn.undefined is None
    assert (drawn.reference["n"], len(drawn.points)) == (34, STEPS)
    assert all(point.high is not None for point in drawn.points)


@pytest.mark.django_db
def test_a_watch_is_set_once_and_none_that_somebody_has_set_is_touched():
    coordinator = User.objects.create_user("coordinator", may_create_reader_studies=True)
    version = ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Demo"), version="1", kind=EngineKind.EXTERNAL
    )
    assert [drift_watch_ensure(coordinator, version) for _ in range(2)] == [1, 0]
    watch = watch_in_force(model_version=version)
    assert watch is not None
    assert rule_of(watch) == RULE
    assert DriftCheck.objects.count() == 1

"""The watch over a model version from its rows to its signals."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone

from portal import jobs
from portal.accounts.models import User
from portal.db import JobState
from portal.errors import Conflict
from portal.imaging.models import ImagingStudy, Patient, Series
from portal.inference.models import (
    AiModel,
    EngineKind,
    InferenceItem,
    InferenceRun,
    ModelVersion,
    Prediction,
    PredictionSource,
)
from portal.webhooks.events import SITE, EventKind
from portal.webhooks.models import Delivery, Webhook
from tests.validation.factory import make_reader_study
from validation.drift.rule import Chart, Rule, StepKind
from validation.models import DriftCheck, DriftSignal, DriftWatch
from validation.runner import check_drift
from validation.selectors.drift import charts_of
from validation.selectors.drift_series import NO_HEADER, NO_PREDICTION, agreement_of, arms_with_ai
from validation.services.drift import drift_check_request, drift_signals_store, drift_sweep, drift_watch_set

pytestmark = pytest.mark.django_db

BY_CASES = Rule(reference_cases=100, step_kind=StepKind.CASES, step_cases=20)
SHIFTED = 60


@pytest.fixture
def builder() -> User:
    return User.objects.create_user("builder", may_create_reader_studies=True)


@pytest.fixture
def version() -> ModelVersion:
    return ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Finder"), version="1", kind=EngineKind.EXTERNAL, operating_threshold=0.5
    )


def predict(version: ModelVersion, scores, first: datetime, *, root: str = "7", headers=None) -> list[ImagingStudy]:
    """A prediction an hour, each of an imaging study of its own."""
    patient = Patient.objects.create(patient_key=f"P-{root}")
    studies = ImagingStudy.objects.bulk_create(
        ImagingStudy(
            study_instance_uid=f"1.2.{root}.{number}",
            patient=patient,
            header_facts=headers[number] if headers else None,
        )
        for number in range(len(scores))
    )
    Prediction.objects.bulk_create(
        Prediction(
            model_version=version,
            imaging_study=study,
            score=float(score),
            source=PredictionSource.API,
            created_at=first + timedelta(hours=number),
        )
        for number, (study, score) in enumerate(zip(studies, scores, strict=True))
    )
    return studies


def with_shift(cases: int = 200) -> np.ndarray:
    """Scores about 0.35, the last of them about 0.65."""
    scores = np.random.default_rng(5).beta(3.5, 6.5, cases)
    scores[-SHIFTED:] = np.random.default_rng(6).beta(6.5, 3.5, SHIFTED)
    return scores


def drawn(version: ModelVersion, rule: Rule, now: datetime, arms=()):
    found = charts_of(model_version=version, rule=rule, now=now, arms=arms)
    return {one.drawn.chart: one.drawn for one in found}


def test_a_shift_of_the_scores_is_outside_and_what_came_before_is_not(version) -> None:
    first = datetime(2026, 1, 5, tzinfo=UTC)
    predict(version, with_shift(), first)
    charts = drawn(version, BY_CASES, first + timedelta(days=30))
    for chart in (Chart.SCORE_MEAN, Chart.POSITIVE_SHARE, Chart.SCORE_STABILITY):
        sides = [point.side for point in charts[chart].points]
        assert sides[:2] == [None, None], chart
        assert sides[2:] == ["above"] * 3, chart
    mean = charts[Chart.SCORE_MEAN]
    reference = with_shift()[:100]
    assert mean.centre == pytest.approx(reference.mean())
    assert mean.reference["figure"] == pytest.approx(reference.mean())
    assert mean.points[0].figure == pytest.approx(with_shift()[100:120].mean())
    assert charts[Chart.POSITIVE_SHARE].points[0].figure == pytest.approx((with_shift()[100:120] >= 0.5).mean())
    assert charts[Chart.REFUSED_SHARE].undefined is not None
    assert charts[Chart.SCANNER].left_out == {NO_HEADER: 200}


def test_an_imaging_study_counts_once_by_its_first_prediction(version) -> None:
    first = datetime(2026, 1, 5, tzinfo=UTC)
    studies = predict(version, [0.2, 0.8], first)
    Prediction.objects.create(model_version=version, imaging_study=studies[0], score=0.9, source=PredictionSource.API)
    chart = drawn(version, Rule(reference_cases=30), timezone.now())[Chart.SCORE_MEAN]
    assert (chart.reference["n"], chart.reference["figure"]) == (2, pytest.approx(0.5))
    assert chart.undefined is not None
    assert "2 of 30" in chart.undefined.detail


def test_steps_with_too_few_cases_are_named_and_not_drawn(version) -> None:
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    predict(version, np.full(100, 0.4) + np.arange(100) / 1000, monday)
    predict(version, [0.4] * 3, monday + timedelta(days=14), root="8")
    points = drawn(version, Rule(reference_cases=60), monday + timedelta(days=22))[Chart.SCORE_MEAN].points
    assert [(one.step.key, one.n, one.reason, one.value is None) for one in points] == [
        ("2026-01-05", 40, None, False),
        ("2026-01-12", 0, "TOO_FEW", True),
        ("2026-01-19", 3, "TOO_FEW", True),
    ]
    assert points[2].figure == pytest.approx(0.4)


def test_another_scanner_and_thinner_slices_are_outside(version) -> None:
    first = datetime(2026, 1, 5, tzinfo=UTC)
    makers = ["Alpha"] * 120 + ["Beta"] * 20
    headers = [{"manufacturer": maker, "model": "One"} for maker in makers]
    studies = predict(version, np.linspace(0.2, 0.8, 140), first, headers=headers)
    Series.objects.bulk_create(
        Series(
            series_instance_uid=f"1.2.7.{number}.1",
            imaging_study=study,
            modality="CT",
            number_of_instances=40,
            facts={
                "slice_thickness_mm": 3.0 if number < 120 else 1.25,
                "number_of_images": 30 + number % 17 if number < 120 else 95,
            },
        )
        for number, study in enumerate(studies)
    )
    charts = drawn(version, BY_CASES, first + timedelta(days=30))
    for chart in (Chart.SCANNER, Chart.SLICE_THICKNESS, Chart.SLICE_COUNT):
        assert [point.side for point in charts[chart].points] == [None, "above"], chart
    assert charts[Chart.SCANNER].points[1].parts == [{"name": "Beta One", "n": 20}]
    assert charts[Chart.SLICE_THICKNESS].reference["parts"] == [{"name": "3.00 mm", "n": 100}]
    assert charts[Chart.SLICE_COUNT].points[1].figure == 95


def test_refusals_are_charted_with_their_reasons(version) -> None:
    first = datetime(2026, 1, 5, tzinfo=UTC)
    studies = predict(version, [0.5] * 160, first)
    run = InferenceRun.objects.create(model_version=version)
    # Of the reference 2 of 100, then 1 of 20 and 10 of 20; what failed for another reason is not judged.
    refused = {10, 50, 105, *range(130, 142)}
    for number, study in enumerate(studies):
        is_refused = number in refused
        InferenceItem.objects.create(
            run=run,
            imaging_study=study,
            state=JobState.FAILED if is_refused or number >= 150 else JobState.SUCCEEDED,
            is_refused=is_refused,
            reason_code="slice_gap" if is_refused else "",
            created_at=first + timedelta(hours=number),
        )
    chart = drawn(version, BY_CASES, first + timedelta(days=30))[Chart.REFUSED_SHARE]
    assert chart.reference["parts"] == [{"name": "slice_gap", "n": 2}]
    assert [(point.n, point.figure, point.side) for point in chart.points] == [
        (20, 0.05, None),
        (20, 0.5, "above"),
    ]
    assert chart.points[1].parts == [{"name": "slice_gap", "n": 10}]


def test_agreement_is_counted_as_by_hand() -> None:
    """Alice agrees in 9 of the 10 cases with a prediction, Berta in 6 of the 8 that she has signed."""
    made = make_reader_study()
    (arm,) = arms_with_ai(model_version=made.model_version)
    series = agreement_of(arm=arm, model_version=made.model_version)
    assert (sum(series.values), len(series.values)) == (15, 18)
    assert series.number_of_units(range(18)) == 10
    assert series.left_out == {NO_PREDICTION: 2}
    assert list(series.times) == sorted(series.times)
    chart = drawn(made.model_version, Rule(), timezone.now() + timedelta(hours=1), [arm])[Chart.AGREEMENT]
    assert chart.undefined is not None
    assert "18 of 200" in chart.undefined.detail


def told() -> list[str]:
    return list(Delivery.objects.order_by("created_at").values_list("event", flat=True))


def test_a_signal_is_stored_once_and_told_once(version, builder) -> None:
    """The steps end after the watch was set."""
    Webhook.objects.create(
        scope=SITE, url="http://127.0.0.1:9/", events=[str(EventKind.DRIFT_SIGNAL_FOUND)], created_by=builder
    )
    first = timezone.now() + timedelta(hours=1)
    predict(version, with_shift(), first)
    watch = drift_watch_set(
        by=builder, model_version=version, rule=BY_CASES, is_on=True, reason="In use from today on.", base=0
    )
    for _ in range(2):
        charts = charts_of(
            model_version=version, rule=BY_CASES, now=first + timedelta(days=30), arms=[], chart=Chart.SCORE_MEAN
        )
        drift_signals_store(watch=watch, charts=charts)
    signals = list(DriftSignal.objects.order_by("starts_at"))
    assert [(one.chart, one.side, one.n, one.is_told) for one in signals] == [("SCORE_MEAN", "above", 20, True)] * 3
    assert signals[0].value > signals[0].high
    assert told() == ["drift_signal.found"] * 3
    body = Delivery.objects.filter(body__contains=str(signals[0].pk)).get().body
    assert '"chart":"SCORE_MEAN"' in body
    assert str(version.pk) in body
    assert str(signals[0].value) not in body


def test_the_job_finds_what_lies_before_the_watch_and_tells_nobody(version, builder) -> None:
    Webhook.objects.create(
        scope=SITE, url="http://127.0.0.1:9/", events=[str(EventKind.DRIFT_SIGNAL_FOUND)], created_by=builder
    )
    predict(version, with_shift(), timezone.now() - timedelta(days=20))
    drift_watch_set(by=builder, model_version=version, rule=BY_CASES, is_on=True, reason="Looking back.", base=0)
    check = DriftCheck.objects.get()
    jobs.run(DriftCheck, check.pk, check_drift)
    check.refresh_from_db()
    assert check.state == JobState.SUCCEEDED
    found = DriftSignal.objects.count()
    assert found == 9
    assert not DriftSignal.objects.filter(is_told=True).exists()
    assert told() == []
    drift_check_request(by=builder, model_version=version)
    jobs.run(DriftCheck, check.pk, check_drift)
    assert DriftSignal.objects.count() == found


def test_a_rule_that_is_set_while_another_is_evaluated_is_evaluated_too(version, builder, monkeypatch) -> None:
    predict(version, with_shift(), timezone.now() - timedelta(days=20))
    drift_watch_set(by=builder, model_version=version, rule=Rule(), is_on=True, reason="First.", base=0)
    real = charts_of

    def slowly(**asked):
        charts = real(**asked)
        if asked["rule"] == Rule():
            drift_watch_set(by=builder, model_version=version, rule=BY_CASES, is_on=True, reason="Better.", base=1)
        return charts

    monkeypatch.setattr("validation.runner.charts_of", slowly)
    check = DriftCheck.objects.get()
    jobs.run(DriftCheck, check.pk, check_drift)
    check.refresh_from_db()
    assert check.state == JobState.SUCCEEDED
    assert set(DriftSignal.objects.values_list("watch__number", flat=True)) == {2}
    assert DriftSignal.objects.count() == 9


def test_the_clock_wakes_watches_that_are_due_and_on(version, builder) -> None:
    other = ModelVersion.objects.create(ai_model=version.ai_model, version="2", kind=EngineKind.EXTERNAL)
    for one, is_on in ((version, True), (other, False)):
        drift_watch_set(by=builder, model_version=one, rule=Rule(), is_on=is_on, reason="Test.", base=0)
    assert set(DriftCheck.objects.values_list("model_version", flat=True)) == {version.pk}
    now = timezone.now()
    assert drift_sweep(now=now + timedelta(hours=1)) == 0, "it waits already"
    jobs.run(DriftCheck, DriftCheck.objects.get().pk, check_drift)
    assert drift_sweep(now=now) == 0, "it was evaluated just now"
    assert drift_sweep(now=now + timedelta(hours=1)) == 1
    assert DriftCheck.objects.get().state == JobState.PENDING
    with pytest.raises(Conflict, match="being evaluated"):
        drift_check_request(by=builder, model_version=version)
    with pytest.raises(Conflict, match="Nothing is watched"):
        drift_check_request(by=builder, model_version=other)


def test_a_rule_is_changed_by_a_new_row(version, builder) -> None:
    set_by = {"by": builder, "model_version": version, "is_on": True}
    drift_watch_set(**set_by, rule=Rule(), reason="First.", base=0)
    with pytest.raises(Conflict, match="changed since"):
        drift_watch_set(**set_by, rule=BY_CASES, reason="Second.", base=0)
    drift_watch_set(**set_by, rule=BY_CASES, reason="Second.", base=1)
    rows = DriftWatch.objects.order_by("number").values_list("number", "step_kind", "reason")
    assert list(rows) == [(1, "WEEK", "First."), (2, "CASES", "Second.")]

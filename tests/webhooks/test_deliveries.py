"""From an event to a receiver: the outbox, signatures, order, retries, giving up."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from annotations.models import ReaderStudy, Revision
from annotations.services import reader_studies as building
from annotations.services.reads import read_sign
from annotations.services.truth import reference_standard_import, reference_standard_lock
from docs.examples.verify_webhook import OLDEST_S, is_genuine
from portal import jobs
from portal.accounts.models import User
from portal.audit.models import Event
from portal.db import JobState
from portal.errors import Conflict, Invalid
from portal.webhooks import runner
from portal.webhooks.events import SITE, EventKind, reader_study_scope
from portal.webhooks.models import Delivery, DeliveryState, DisabledReason, Webhook
from portal.webhooks.runner import DISABLED_AFTER, deliveries_send, deliveries_sweep
from portal.webhooks.services import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    TRIED_FOR,
    delivery_resend,
    emit,
    pause_after,
    webhook_create,
    webhook_ping,
    webhook_secret_renew,
    webhook_update,
)
from tests.annotations.building import COMPLETE, Built, content, draft, finding, launched, person, save
from tests.webhooks.receiver import Received, Receiver, receiving
from validation.models import AnalysisRun
from validation.runner import execute
from validation.services import analysis_run_create, analysis_run_notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: Any) -> None:
    settings.OVERREAD_WEBHOOK_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def root() -> User:
    return person("root", is_superuser=True)


def hook(by: User, receiver: Receiver, *kinds: EventKind, scope: str = SITE) -> tuple[Webhook, str]:
    return webhook_create(by=by, scope=scope, url=receiver.url, events=kinds or [EventKind.INGEST_JOB_FINISHED])


def told(count: int = 1) -> None:
    for number in range(count):
        emit(kind=EventKind.INGEST_JOB_FINISHED, data={"ingest_job_id": f"job-{number}", "state": "SUCCEEDED"})


def wake(webhook: Webhook) -> None:
    """Let what a failure has put off be due now."""
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    Delivery.objects.filter(webhook=webhook, state=DeliveryState.PENDING).update(next_attempt_at=timezone.now())


def verified(came: Received, secret: str, at: datetime | None = None) -> bool:
    """Ask the example of the documentation."""
    return is_genuine(came.headers["overread-signature"], came.body, secret, (at or timezone.now()).timestamp())


def test_an_event_arrives_signed(root: User, receiver: Receiver) -> None:
    webhook, secret = hook(root, receiver)
    told()
    assert deliveries_send(webhook.pk) == 1
    (came,) = receiver.received
    assert verified(came, secret)
    body = json.loads(came.body)
    assert came.headers["overread-delivery"] == body["id"] == str(Delivery.objects.get().pk)
    assert came.headers["overread-event"] == body["event"] == "ingest_job.finished"
    assert body["data"] == {"ingest_job_id": "job-0", "state": "SUCCEEDED"}
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.response_status) == (DeliveryState.DELIVERED, 1, 204)
    assert deliveries_send(webhook.pk) == 0


def test_a_changed_body_an_old_time_and_another_secret_are_no_signature(root: User, receiver: Receiver) -> None:
    webhook, secret = hook(root, receiver)
    other, _ = hook(root, receiver)
    told()
    deliveries_send(webhook.pk)
    (came,) = receiver.received
    assert not is_genuine(came.headers["overread-signature"], came.body + b" ", secret, timezone.now().timestamp())
    assert not verified(came, secret, timezone.now() + timedelta(seconds=OLDEST_S + 5))
    assert not verified(came, secret, timezone.now() - timedelta(seconds=OLDEST_S + 5))
    _, own = webhook_secret_renew(by=root, webhook=other), webhook_secret_renew(by=root, webhook=webhook)
    assert own != secret
    assert not verified(came, own)
    stamp = re.sub(r"^t=\d+", f"t={int(timezone.now().timestamp()) - 60}", came.headers["overread-signature"])
    assert not is_genuine(stamp, came.body, secret, timezone.now().timestamp())
    for nonsense in ("", "t=,v1=", "v1=00", "t=²,v1=00", "a=b=c,,"):
        assert not is_genuine(nonsense, came.body, secret, timezone.now().timestamp())


def test_the_secret_is_not_in_the_database(root: User, receiver: Receiver) -> None:
    webhook, secret = hook(root, receiver)
    webhook_ping(by=root, webhook=webhook)
    rows = [*Webhook.objects.values(), *Delivery.objects.values(), *Event.objects.values()]
    assert secret not in str(rows)
    assert len(secret) == len("ovrwh_") + 64


def test_an_event_that_is_rolled_back_is_not_told(root: User, receiver: Receiver) -> None:
    webhook, _ = hook(root, receiver)
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert deliveries_send(webhook.pk) == 0
    assert not Delivery.objects.exists()


def test_a_refusal_is_tried_again_with_the_same_id_and_body(root: User, receiver: Receiver) -> None:
    webhook, secret = hook(root, receiver)
    told()
    receiver.answers.extend([500, 503])
    for attempt in (1, 2):
        before = timezone.now()
        assert deliveries_send(webhook.pk) == 1
        waiting = Delivery.objects.get()
        assert (waiting.state, waiting.attempts, waiting.error_code) == (DeliveryState.PENDING, attempt, "refused")
        assert waiting.next_attempt_at
        assert waiting.next_attempt_at >= before + timedelta(seconds=FIRST_PAUSE_S * 2 ** (attempt - 1) / 2)
        assert deliveries_send(webhook.pk) == 0
        wake(webhook)
    assert deliveries_send(webhook.pk) == 1
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
    assert len({(came.body, came.headers["overread-delivery"]) for came in receiver.received}) == 1
    assert all(verified(came, secret) for came in receiver.received)
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_pauses_double_with_chance_and_end_at_six_hours() -> None:
    for attempts in range(1, 60):
        whole_s = min(FIRST_PAUSE_S * 2 ** (attempts - 1), LONGEST_PAUSE_S)
        pauses = [pause_after(attempts).total_seconds() for _ in range(20)]
        assert all(whole_s / 2 <= pause <= whole_s for pause in pauses)
        assert len(set(pauses)) > 1


def test_events_arrive_in_their_order_and_one_that_is_refused_does_not_stop_the_others(
    root: User, receiver: Receiver
) -> None:
    webhook, _ = hook(root, receiver)
    told(5)
    receiver.answers.extend([204, 204, 500])
    assert deliveries_send(webhook.pk) == 3
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    assert deliveries_send(webhook.pk) == 2
    wake(webhook)
    assert deliveries_send(webhook.pk) == 1
    order = [json.loads(came.body)["data"]["ingest_job_id"] for came in receiver.received]
    assert order == ["job-0", "job-1", "job-2", "job-3", "job-4", "job-2"]


def test_after_three_days_a_delivery_is_given_up_and_can_be_sent_by_hand(root: User, receiver: Receiver) -> None:
    webhook, _ = hook(root, receiver)
    told()
    Delivery.objects.update(tried_until=timezone.now() - timedelta(seconds=1))
    receiver.answers.append(500)
    deliveries_send(webhook.pk)
    failed = Delivery.objects.get()
    assert (failed.state, failed.next_attempt_at, failed.response_status) == (DeliveryState.FAILED, None, 500)
    assert deliveries_sweep() == 0
    delivery_resend(by=root, webhook=webhook, delivery=failed)
    with pytest.raises(Conflict):
        delivery_resend(by=root, webhook=webhook, delivery=Delivery.objects.get())
    again = Delivery.objects.get()
    assert timezone.now() + TRIED_FOR - again.tried_until < timedelta(minutes=1)
    assert deliveries_send(webhook.pk) == 1
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
    assert [came.headers["overread-delivery"] for came in receiver.received] == [str(failed.pk)] * 2


def test_after_five_days_of_failures_a_webhook_is_switched_off_and_says_so(root: User, receiver: Receiver) -> None:
    webhook, _ = hook(root, receiver)
    told(2)
    Webhook.objects.update(failing_since=timezone.now() - DISABLED_AFTER)
    receiver.answers.append(500)
    deliveries_send(webhook.pk)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_reason) == (False, DisabledReason.FAILING)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.FAILED}
    assert Event.objects.filter(action="webhook.disable", actor=None).count() == 1
    told()
    assert Delivery.objects.count() == 2
    with pytest.raises(Conflict):
        webhook_ping(by=root, webhook=webhook)
    webhook_update(by=root, webhook=webhook, changes={"is_active": True})
    told()
    assert deliveries_send(webhook.pk) == 1
    webhook.refresh_from_db()
    assert (webhook.disabled_reason, webhook.failing_since) == ("", None)


def test_only_one_worker_sends_for_a_webhook_and_a_dead_ones_lease_runs_out(root: User, receiver: Receiver) -> None:
    webhook, _ = hook(root, receiver)
    told()
    Webhook.objects.update(lease_owner=webhook.pk, lease_expires_at=timezone.now() + timedelta(seconds=30))
    assert (deliveries_send(webhook.pk), deliveries_sweep()) == (0, 0)
    Webhook.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert deliveries_sweep() == 1
    assert deliveries_send(webhook.pk) == 1
    webhook.refresh_from_db()
    assert webhook.lease_owner is None


def test_a_worker_that_dies_between_sending_and_storing_sends_the_same_again(
    root: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = hook(root, receiver)
    told()

    def die(*_: Any) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(runner, "_stored", die)
        with pytest.raises(SystemExit):
            deliveries_send(webhook.pk)
    assert Delivery.objects.get().state == DeliveryState.PENDING
    assert deliveries_send(webhook.pk) == 1
    assert [came.headers["overread-delivery"] for came in receiver.received] == [str(Delivery.objects.get().pk)] * 2
    assert len({came.body for came in receiver.received}) == 1


def kinds_of(receiver: Receiver) -> list[str]:
    return [came.headers["overread-event"] for came in receiver.received]


def test_a_reader_studys_life_is_told_to_its_own_webhooks_and_the_sites(root: User, receiver: Receiver) -> None:
    mine, other = draft("mine"), draft("other")
    own, _ = hook(
        mine.coordinator,
        receiver,
        EventKind.READER_STUDY_LAUNCHED,
        EventKind.READ_SIGNED,
        EventKind.READER_STUDY_PAUSED,
        EventKind.READER_STUDY_RESUMED,
        EventKind.READER_STUDY_CLOSED,
        EventKind.READER_STUDY_LOCKED,
        scope=reader_study_scope(mine.reader_study.pk),
    )
    with receiving() as at_the_site:
        site, _ = hook(root, at_the_site, EventKind.READ_SIGNED, EventKind.READER_STUDY_LAUNCHED)
        for built in (mine, other):
            building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
            signed(built)
        for event in ("pause", "resume", "close", "lock"):
            building.reader_study_move(by=mine.coordinator, reader_study=mine.reader_study, event=event)
        deliveries_send(own.pk)
        deliveries_send(site.pk)
        assert kinds_of(receiver) == [
            "reader_study.launched",
            "read.signed",
            "reader_study.paused",
            "reader_study.resumed",
            "reader_study.closed",
            "reader_study.locked",
        ]
        assert kinds_of(at_the_site) == ["reader_study.launched", "read.signed"] * 2
    told_of = {json.loads(came.body)["data"]["reader_study_id"] for came in receiver.received}
    assert told_of == {str(mine.reader_study.pk)}


def signed(built: Built) -> None:
    reader = built.readers[0]
    read = built.open(reader)
    read_sign(by=reader, read=read, save=save(content(finding(read.assignment.case), **COMPLETE)))


def test_nothing_of_a_patient_an_answer_or_the_ai_is_told(receiver: Receiver) -> None:
    built = launched("quiet")
    webhook, _ = hook(
        built.coordinator, receiver, EventKind.READ_SIGNED, scope=reader_study_scope(built.reader_study.pk)
    )
    signed(built)
    deliveries_send(webhook.pk)
    (came,) = receiver.received
    revision = Revision.objects.get()
    assert json.loads(came.body)["data"] == {
        "reader_study_id": str(built.reader_study.pk),
        "assignment_id": str(revision.read.assignment_id),
        "read_id": str(revision.read_id),
        "revision_id": str(revision.pk),
        "revision_number": 1,
    }


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED])
def test_an_analysis_run_that_ends_is_told(
    state: JobState, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_S", 3600)
    built = launched("analysed")
    webhook, _ = hook(
        built.coordinator,
        receiver,
        EventKind.ANALYSIS_RUN_FINISHED,
        scope=reader_study_scope(built.reader_study.pk),
    )
    truth = "case,truth\n" + "".join(f"{case.name},1\n" for case in built.cases)
    standard = reference_standard_import(
        by=built.coordinator, reader_study=built.reader_study, text=truth, name="truth.csv"
    )
    reference_standard_lock(by=built.coordinator, standard=standard)
    run = analysis_run_create(by=built.coordinator, reader_study=built.reader_study)

    def fail(*_: Any) -> None:
        raise jobs.JobFailed("No.")

    work = execute if state == JobState.SUCCEEDED else fail
    jobs.run(AnalysisRun, run.pk, work, ended=analysis_run_notice)
    deliveries_send(webhook.pk)
    (came,) = receiver.received
    assert json.loads(came.body)["data"] == {
        "reader_study_id": str(built.reader_study.pk),
        "analysis_run_id": str(run.pk),
        "state": state.value,
    }


def test_a_reader_study_cannot_ask_for_what_is_the_sites(receiver: Receiver) -> None:
    built = draft("nosy")
    scope = reader_study_scope(ReaderStudy.objects.get().pk)
    for events in ([EventKind.INGEST_JOB_FINISHED], ["no.such"], []):
        with pytest.raises(Invalid):
            webhook_create(by=built.coordinator, scope=scope, url=receiver.url, events=events)
    assert not Webhook.objects.exists()


def test_a_retry_survives_a_change_of_the_address_and_nothing_goes_to_the_old_one(
    root: User, receiver: Receiver
) -> None:
    webhook, secret = hook(root, receiver)
    told()
    receiver.answers.append(500)
    deliveries_send(webhook.pk)
    with receiving() as moved:
        webhook_update(by=root, webhook=Webhook.objects.get(), changes={"url": moved.url})
        wake(webhook)
        assert deliveries_send(webhook.pk) == 1
        assert (len(receiver.received), len(moved.received)) == (1, 1)
        assert verified(moved.received[0], secret)

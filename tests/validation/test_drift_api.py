"""Drift watches over the API: who sees what, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotations.domain.designs import single_design
from annotations.models import DesignVersion
from portal.accounts.models import User
from portal.audit.models import Event
from portal.inference.models import AiModel, EngineKind, ModelVersion
from tests.validation.factory import Made, make_reader_study
from validation.drift.charts import Drawn, Point
from validation.drift.rule import Chart
from validation.drift.steps import Step
from validation.models import DriftAcknowledgement, DriftSignal, DriftWatch
from validation.selectors.drift import Shown
from validation.selectors.drift_series import arms_with_ai
from validation.services.drift import drift_signals_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Made:
    return make_reader_study()


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def client(made: Made) -> APIClient:
    return client_of(made.coordinator)


@pytest.fixture
def other() -> APIClient:
    """Somebody who builds reader studies, but has no role in this one."""
    return client_of(User.objects.create_user("other", may_create_reader_studies=True))


@pytest.fixture
def plain() -> ModelVersion:
    """A model version that nobody reads with."""
    return ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Finder"), version="1", kind=EngineKind.EXTERNAL
    )


@pytest.fixture
def plain_client() -> APIClient:
    return client_of(User.objects.create_user("builder", may_create_reader_studies=True))


def path(version: ModelVersion, rest: str = "") -> str:
    return f"/api/v1/model-versions/{version.pk}/drift{rest}"


def watched(client: APIClient, version: ModelVersion, **more: Any) -> Any:
    answer = client.post(path(version, "-watches"), {"base": 0, "reason": "In clinical use.", **more}, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def signal_about_reads(made: Made) -> DriftSignal:
    """The readers agree less with the AI than in the reference, as the job would have found it."""
    began = timezone.now() + timedelta(days=1)
    step = Step("2099-01-05", began, began + timedelta(days=7), range(0))
    point = Point(step, 20, 20, 0.5, 0.5, 0.7, 0.98, "below", None, [])
    (arm,) = arms_with_ai(model_version=made.model_version)
    drawn = Drawn(Chart.AGREEMENT, {}, None, 0.9, None, [point], {})
    (signal,) = drift_signals_store(watch=DriftWatch.objects.get(), charts=[Shown(drawn, arm)])
    return signal


def mask(made: Made) -> None:
    newest = DesignVersion.objects.filter(reader_study=made.reader_study).order_by("-version").first()
    DesignVersion.objects.create(
        reader_study=made.reader_study,
        version=newest.version + 1 if newest else 1,
        content={**(newest.content if newest else single_design()), "masked_until_lock": True},
        created_by=made.coordinator,
    )


def test_without_a_watch_the_proposed_rule_is_shown_and_nothing_is_found(plain, plain_client) -> None:
    said = plain_client.get(path(plain)).json()
    assert said["watch"] is None
    assert said["rule"]["reference_kind"] == "FIRST"
    assert said["rule"]["charts"] == [one.value for one in Chart]
    # No reader study has it as its AI.
    assert [one["chart"] for one in said["charts"]] == [one.value for one in Chart if one != Chart.AGREEMENT]
    assert all(one["undefined"] for one in said["charts"])
    assert (said["signals"], said["number_of_signals"], said["check"]) == ([], 0, None)
    refused = plain_client.post(path(plain, "-check"))
    assert (refused.status_code, refused.json()["code"]) == (409, "no_watch")
    assert plain_client.get(path(plain, "-check")).status_code == 404


def test_a_watch_is_set_with_a_reason_and_its_history_is_kept(plain, plain_client) -> None:
    first = watched(plain_client, plain, step_kind="CASES", step_cases=25)
    assert (first["number"], first["created_by"], first["step_cases"]) == (1, "builder", 25)
    stale = plain_client.post(path(plain, "-watches"), {"base": 0, "reason": "Again."}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_watch")
    assert plain_client.get(path(plain, "-check")).json()["state"] == "PENDING"
    under_way = plain_client.post(path(plain, "-check"))
    assert (under_way.status_code, under_way.json()["code"]) == (409, "check_under_way")
    off = plain_client.post(path(plain, "-watches"), {"base": 1, "reason": "Retired.", "is_on": False}, format="json")
    assert off.status_code == 201
    history = plain_client.get(path(plain, "-watches")).json()
    assert [(one["number"], one["is_on"], one["reason"]) for one in history] == [
        (2, False, "Retired."),
        (1, True, "In clinical use."),
    ]
    assert Event.objects.filter(action="drift_watch.set").count() == 2


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"reason": " "}, "reason"),
    ({"reference_cases": 5}, "reference_cases"),
    ({"reference_kind": "PERIOD"}, "reference_from"),
    ({"reference_kind": "PERIOD", "reference_from": "2026-02-01", "reference_to": "2026-01-01"}, "reference_to"),
    ({"reference_kind": "PERIOD", "reference_from": "2026-01-01", "reference_to": "9999-12-31"}, "reference_to"),
    ({"reference_kind": "PERIOD", "reference_from": "0001-01-01", "reference_to": "0001-01-02"}, "reference_from"),
    ({"reason": "\u200b"}, "reason"),
    ({"charts": []}, "charts"),
    ({"charts": ["WEATHER"]}, "charts"),
    ({"false_alarm": 0.5}, "false_alarm"),
    ({"step_kind": "MONTH"}, "step_kind"),
    ({"base": None}, "base"),
]


def test_a_wrong_rule_is_refused_at_its_field_and_not_kept(plain, plain_client) -> None:
    for given, field in WRONG:
        answer = plain_client.post(path(plain, "-watches"), {"base": 0, "reason": "Why.", **given}, format="json")
        assert answer.status_code == 400, answer.content
        assert any(one["field"].startswith(field) for one in answer.json()["errors"]), answer.json()
    assert not DriftWatch.objects.exists()


def agreement(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in said["charts"] if one["chart"] == "AGREEMENT"]


def test_agreement_is_shown_to_who_runs_the_reader_study_and_its_look_is_an_event(
    made, client, other, monkeypatch
) -> None:
    # What has come within the last minute is not charted yet: nothing is seen, and nothing is told.
    assert not any(one["reference"]["n"] for one in client.get(path(made.model_version)).json()["charts"])
    assert not Event.objects.filter(action__in=["agreement.view", "drift.view"]).exists()
    later = timezone.now() + timedelta(minutes=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    said = client.get(path(made.model_version)).json()
    (chart,) = agreement(said)
    assert chart["reader_study"] == {"id": str(made.reader_study.pk), "name": made.reader_study.name}
    assert chart["arm"]["key"] == "A"
    assert chart["left_out"] == [{"reason": "NO_PREDICTION", "n": 2}]
    assert said["withheld"] == []
    assert Event.objects.filter(action="agreement.view", actor=made.coordinator).count() == 1
    seen = other.get(path(made.model_version))
    assert agreement(seen.json()) == []
    assert seen.json()["withheld"] == [{"reason": "NOT_YOURS", "reader_study": None}]
    assert made.reader_study.name not in seen.content.decode()
    assert Event.objects.filter(action="agreement.view").count() == 1


def test_masked_answers_stay_masked(made, client, other) -> None:
    watched(client, made.model_version)
    signal = signal_about_reads(made)
    url = f"/api/v1/drift-signals/{signal.pk}/acknowledgements"
    assert [one["id"] for one in client.get(path(made.model_version)).json()["signals"]] == [str(signal.pk)]
    mask(made)
    said = client.get(path(made.model_version)).json()
    assert agreement(said) == []
    assert said["signals"] == []
    study = {"id": str(made.reader_study.pk), "name": made.reader_study.name}
    assert said["withheld"] == [{"reason": "MASKED", "reader_study": study}]
    refused = client.post(url, {"text": "Seen."}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "masked")
    assert other.post(url, {"text": "Seen."}, format="json").status_code == 404
    assert not DriftAcknowledgement.objects.exists()


def test_a_signal_is_acknowledged_in_words_again_and_again(made, client, other) -> None:
    watched(client, made.model_version)
    url = f"/api/v1/drift-signals/{signal_about_reads(made).pk}/acknowledgements"
    assert other.get(path(made.model_version)).json()["signals"] == []
    assert other.post(url, {"text": "Seen."}, format="json").status_code == 404
    empty = client.post(url, {"text": " "}, format="json")
    assert empty.json()["errors"][0]["field"] == "text"
    for unseen in ("\u200b", "fine \u202e eton"):
        assert client.post(url, {"text": unseen}, format="json").json()["errors"][0]["field"] == "text"
    for text in ("A new scanner; asked the vendor.", "Threshold is being checked."):
        assert client.post(url, {"text": text}, format="json").status_code == 201
    (shown,) = client.get(path(made.model_version)).json()["signals"]
    assert (shown["chart"], shown["side"], shown["arm"]) == ("AGREEMENT", "below", "A")
    assert [one["text"] for one in shown["acknowledgements"]] == [
        "A new scanner; asked the vendor.",
        "Threshold is being checked.",
    ]
    assert shown["acknowledgements"][0]["created_by"] == made.coordinator.username


def test_readers_see_no_watch(made) -> None:
    reader = client_of(made.readers["alice"])
    for answer in (
        reader.get(path(made.model_version)),
        reader.get(path(made.model_version, "-watches")),
        reader.post(path(made.model_version, "-check")),
    ):
        assert answer.status_code == 403

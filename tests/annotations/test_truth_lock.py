"""The truth lock: who locks, what it changes, and that nothing changes afterwards, not even in the database."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from annotations.models import ReferenceLock, ReferenceSource, ReferenceStandard, ReferenceTruth
from annotations.selectors.consensus import CaseDecision
from annotations.services.truth import reference_standard_create, reference_standard_import, reference_standard_lock
from portal.accounts.models import User
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from portal.db import AppendOnlyError
from portal.errors import Conflict
from tests.annotations.building import Built, draft, launched
from tests.browserless import PASSWORD

pytestmark = pytest.mark.django_db


def upload(built: Built, text: str = "case,truth\nCase 001,1\nCase 002,0\n") -> ReferenceStandard:
    return reference_standard_import(
        by=built.coordinator, reader_study=built.reader_study, text=text, name="panel of three.csv"
    )


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def built() -> Built:
    built = draft()
    built.coordinator.first_name, built.coordinator.last_name = "Cora", "Keller"
    built.coordinator.set_password(PASSWORD)
    built.coordinator.save()
    return built


def lock(built: Built, version: int, **body: Any) -> Any:
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards/{version}/lock"
    return client_of(built.coordinator).post(path, {"password": PASSWORD, **body}, format="json")


def test_locking_says_who_when_and_what_it_means(built: Built) -> None:
    standard = upload(built)
    answer = lock(built, 1)
    assert answer.status_code == 200, answer.content
    (version,) = answer.json()["versions"]
    assert (version["number_positive"], version["number_negative"]) == (1, 1)
    said = version["lock"]
    assert (said["username"], said["full_name"]) == (built.coordinator.username, "Cora Keller")
    assert (said["meaning"], said["digest"]) == ("REFERENCE_STANDARD", standard.digest)
    stored = ReferenceLock.objects.get()
    event = Event.objects.get(action="reference_standard.lock")
    assert event.actor == built.coordinator
    assert event.detail["digest"] == standard.digest
    assert str(stored.pk) in event.rows["annotations.ReferenceLock"]
    assert trail_verify(scope=f"reader-study:{built.reader_study.pk}").problems == []


def test_a_wrong_password_locks_nothing(built: Built) -> None:
    upload(built)
    answer = lock(built, 1, password="wrong")
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_password")
    assert not ReferenceLock.objects.exists()


def test_a_key_does_not_hide_wrong_passwords_from_the_limit(built: Built) -> None:
    upload(built)
    client = Client(raise_request_exception=False)
    client.force_login(built.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards/1/lock"
    statuses = [
        client.post(
            path,
            {"password": f"guess {number}"},
            content_type="application/json",
            headers={"Idempotency-Key": f"a-key-of-its-own-{number}"},
        ).status_code
        for number in range(6)
    ]
    assert statuses[0] == 400
    assert statuses[-1] == 429


def test_locking_again_is_the_same_lock_and_somebody_else_is_told(built: Built) -> None:
    standard = upload(built)
    assert lock(built, 1).json() == lock(built, 1).json()
    assert ReferenceLock.objects.count() == 1
    other = User.objects.create_user("other-coordinator", may_create_reader_studies=True)
    with pytest.raises(Conflict) as refused:
        reference_standard_lock(by=other, standard=standard)
    assert refused.value.code == "already_locked"


def test_a_later_version_is_locked_only_with_a_reason(built: Built) -> None:
    upload(built)
    lock(built, 1)
    upload(built, "case,truth\nCase 001,1\nCase 002,1\n")
    answer = lock(built, 2, reason="   ")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "reason")
    answer = lock(built, 2, reason="Pathology of case 002 came in.")
    assert answer.status_code == 200
    newest, first = answer.json()["versions"]
    assert (newest["lock"]["meaning"], newest["lock"]["reason"]) == ("AMENDMENT", "Pathology of case 002 came in.")
    assert first["lock"]["meaning"] == "REFERENCE_STANDARD"


def test_a_version_that_decides_no_case_is_not_locked(built: Built) -> None:
    """Every case is for adjudication: an analysis by it would have nothing to be made of."""
    decision = CaseDecision(built.cases[0], "ADJUDICATION", "TIED", None, [], [], None, None)
    reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=[], source=ReferenceSource.CONSENSUS,
        provenance="", decisions=[decision],
    )  # fmt: skip
    answer = lock(built, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_truths")
    assert "adjudicated or upload a file" in answer.json()["detail"]
    assert not ReferenceLock.objects.exists()


def test_what_is_not_there_is_not_there(built: Built) -> None:
    assert lock(built, 1).status_code == 404
    upload(built)
    for version in (0, 2, 99999):
        assert lock(built, version).status_code == 404
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards/2"
    assert client_of(built.coordinator).get(path).status_code == 404


def test_a_locked_version_takes_no_further_row_not_even_from_the_database(built: Built) -> None:
    standard = upload(built)
    third = built.cases[2]
    lock(built, 1)
    with pytest.raises(IntegrityError, match="is locked"), transaction.atomic():
        ReferenceTruth.objects.create(reference_standard=standard, case=third, truth=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE annotations_referencelock SET reason = 'another'")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotations_referencetruth")
    with pytest.raises(AppendOnlyError):
        ReferenceLock.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        ReferenceLock.objects.get().save()
    later = upload(built, "case,truth\nCase 003,1\n")
    assert later.truths.count() == 1, "other versions go on"


def test_a_truth_that_was_turned_round_in_the_database_is_not_locked(built: Built) -> None:
    upload(built)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE annotations_referencetruth DISABLE TRIGGER USER")
        cursor.execute("UPDATE annotations_referencetruth SET truth = 1 - truth")
        cursor.execute("ALTER TABLE annotations_referencetruth ENABLE TRIGGER USER")
    answer = lock(built, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_standard_damaged")


@pytest.mark.parametrize("place", ["-0.0,0,0,8.5", "1e-7,2.50,-1200.125,1e2", "7,8,9,10"])
def test_however_a_place_was_written_its_version_can_be_locked(built: Built, place: str) -> None:
    upload(built, f"case,truth,lesion_id,x_mm,y_mm,z_mm,diameter_mm\nCase 001,1,L1,{place}\n")
    assert lock(built, 1).status_code == 200


def test_what_a_version_says_is_seen_and_the_look_is_recorded(built: Built) -> None:
    standard = upload(built)
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards/1"
    rows = client_of(built.coordinator).get(path).json()
    assert [(row["case"], row["truth"]) for row in rows] == [("Case 001", 1), ("Case 002", 0)]
    event = Event.objects.get(action="reference_standard.view")
    assert (event.actor, event.object_id) == (built.coordinator, str(standard.pk))


def test_readers_neither_see_nor_lock_versions() -> None:
    built = launched()
    upload(built)
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards"
    reader = client_of(built.readers[0])
    assert [reader.get(path).status_code, reader.get(f"{path}/1").status_code] == [403, 403]
    assert reader.post(f"{path}/1/lock", {"password": PASSWORD}, format="json").status_code == 403

"""`Idempotency-Key`: one thing done, one answer, however often it is asked for."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from annotations.models import Membership, ReaderStudy
from annotations.services.reader_studies import members_put
from portal.accounts.idempotency import KEPT_FOR, LEFT_ALONE, SHOWS_A_SECRET, keys_sweep
from portal.accounts.models import ApiToken, KeyedRequest, TokenScope, User
from portal.accounts.policy import ROUTES, Role
from portal.accounts.services import token_create
from portal.imaging.models import IngestJob
from portal.inference.models import AiModel

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture
def ada() -> User:
    return User.objects.create(username="ada", password="!", may_create_reader_studies=True)


def client_of(user: User, scope: TokenScope = TokenScope.WRITE) -> Client:
    _, token = token_create(user=user, name="test", scope=scope, expires_at=timezone.now() + timedelta(hours=1))
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(client: Client, path: str, body: Any, key: str) -> Any:
    return client.post(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_the_same_request_again_gives_the_same_bytes_and_no_second_row(ada: User) -> None:
    key, client = str(uuid.uuid4()), client_of(ada)
    first, again = (post(client, "reader-studies", {"name": "Pilot"}, key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert ReaderStudy.objects.count() == 1


def test_the_key_with_another_body_or_address_is_refused(ada: User) -> None:
    client = client_of(ada)
    made = [post(client, "ai-models", {"name": name}, f"make-{name}-model").json()["id"] for name in ("One", "Two")]
    assert post(client, "ai-models", {"name": "Three"}, "make-One-model").json()["code"] == "idempotency_key_reused"
    answers = [post(client, f"ai-models/{pk}/versions", {"version": "1"}, "version-one") for pk in made]
    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[1]["Content-Type"] == "application/problem+json"
    assert AiModel.objects.count() == 2


def test_each_account_and_each_route_has_its_own_keys(ada: User) -> None:
    grace = User.objects.create(username="grace", password="!", may_create_reader_studies=True)
    for user in (ada, grace):
        assert post(client_of(user), "reader-studies", {"name": "Pilot"}, "one-and-the-same").status_code == 201
    assert post(client_of(ada), "ai-models", {"name": "Pilot"}, "one-and-the-same").status_code == 201
    assert ReaderStudy.objects.count() == 2


def test_a_refused_request_binds_no_key(ada: User) -> None:
    key, client = str(uuid.uuid4()), client_of(ada)
    assert post(client, "reader-studies", {"name": ""}, key).status_code == 400
    assert post(client, "reader-studies", {"name": "Pilot"}, key).status_code == 201
    assert KeyedRequest.objects.count() == 1


@pytest.mark.parametrize("key", ["short", "x" * 201, "with a blank", "ümläut-key"])
def test_a_key_that_is_none_is_refused(ada: User, key: str) -> None:
    answer = post(client_of(ada), "reader-studies", {"name": "Pilot"}, key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert not ReaderStudy.objects.exists()


def test_a_token_is_made_once_and_its_secret_is_stored_nowhere(ada: User) -> None:
    client, key = client_of(ada), str(uuid.uuid4())
    secret = post(client, "tokens", {"name": "nightly"}, key).json()["token"]
    again = post(client, "tokens", {"name": "nightly"}, key)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_not_kept")
    assert ApiToken.objects.filter(name="nightly").count() == 1
    assert secret not in again.content.decode()
    row = KeyedRequest.objects.get()
    assert (row.body, row.status) == (None, 201)


def test_a_password_cannot_be_guessed_from_what_is_stored() -> None:
    root = User.objects.create(username="root", password="!", is_superuser=True)
    body, key = {"username": "new", "password": PASSWORD}, str(uuid.uuid4())
    first, again = (post(client_of(root), "people", body, key) for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    row = KeyedRequest.objects.get()
    assert PASSWORD not in bytes(row.body or b"").decode()
    assert len(row.fingerprint) == 64


def test_nobody_without_the_right_is_given_the_answer(ada: User) -> None:
    key, body = str(uuid.uuid4()), {"name": "Pilot"}
    assert post(client_of(ada), "reader-studies", body, key).status_code == 201
    assert post(client_of(ada, TokenScope.READ), "reader-studies", body, key).status_code == 403
    assert post(Client(), "reader-studies", body, key).status_code == 401
    User.objects.filter(pk=ada.pk).update(may_create_reader_studies=False)
    assert post(client_of(ada), "reader-studies", body, key).status_code == 403


def test_who_has_left_the_reader_study_is_not_given_its_answer_again(ada: User) -> None:
    root = User.objects.create(username="root", password="!", is_superuser=True)
    study_id = post(client_of(ada), "reader-studies", {"name": "Pilot"}, str(uuid.uuid4())).json()["id"]
    study, key = ReaderStudy.objects.get(pk=study_id), str(uuid.uuid4())
    path = f"reader-studies/{study_id}/priors/suggest"
    assert post(client_of(ada), path, {"maximum": 1}, key).status_code == 200
    members_put(by=root, reader_study=study, members=[(root.pk, Role.COORDINATOR)])
    assert not Membership.objects.filter(user=ada).exists()
    assert post(client_of(ada), path, {"maximum": 1}, key).status_code == 404


def test_files_are_compared_by_their_content_not_by_the_boundary(ada: User, settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    client, key = client_of(ada), str(uuid.uuid4())

    def send(content: bytes) -> HttpResponse:
        upload = SimpleUploadedFile("scan.dcm", content)
        answer = client.post("/api/v1/ingest-jobs", {"files": [upload]}, headers={"Idempotency-Key": key})
        assert isinstance(answer, HttpResponse)
        return answer

    first, again, other = send(b"DICM" * 100), send(b"DICM" * 100), send(b"DICX" * 100)
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert first.content == again.content
    job = IngestJob.objects.get()
    assert [path.read_bytes() for path in (tmp_path / job.upload_path).glob("0*")] == [b"DICM" * 100]
    assert list((tmp_path / "uploads" / "incoming").iterdir()) == []


def test_old_keys_are_forgotten(ada: User) -> None:
    for key in ("an-older-key", "a-younger-key"):
        assert post(client_of(ada), "ai-models", {"name": f"Model of {key}"}, key).status_code == 201
    KeyedRequest.objects.filter(key="an-older-key").update(created_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    assert keys_sweep() == 1
    assert KeyedRequest.objects.get().key == "a-younger-key"


def test_the_tables_name_routes_that_exist() -> None:
    assert set(ROUTES) >= LEFT_ALONE | SHOWS_A_SECRET
    assert all("POST" in ROUTES[name] for name in LEFT_ALONE | SHOWS_A_SECRET)

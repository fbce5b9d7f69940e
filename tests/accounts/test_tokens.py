"""API tokens: hashed, scoped, ending."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import ApiToken, TokenScope, User
from portal.accounts.services import token_create, token_revoke
from portal.audit.models import Event
from portal.errors import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create(username="ada", password="!", may_create_reader_studies=True)


def make(user: User, scope: TokenScope = TokenScope.READ) -> tuple[ApiToken, str]:
    return token_create(user=user, name="pipeline", scope=scope, expires_at=timezone.now() + timedelta(hours=1))


def ask(token: str, *, scheme: str = "Bearer") -> int:
    return Client().get("/api/v1/me", headers={"Authorization": f"{scheme} {token}"}).status_code


def test_only_the_hash_is_stored(ada: User) -> None:
    stored, token = make(ada)
    row = ApiToken.objects.values().get(pk=stored.pk)
    assert row["digest"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)
    assert len(token) >= 40
    assert token not in str(list(Event.objects.values()))


def test_a_token_signs_in_and_its_use_is_noted(ada: User) -> None:
    stored, token = make(ada)
    assert ask(token) == 200
    assert ask(token, scheme="bearer") == 200
    stored.refresh_from_db()
    assert stored.last_used_at
    assert timezone.now() - stored.last_used_at < timedelta(minutes=1)


@pytest.mark.parametrize("token", ["", "ovr_", "ovr_" + "x" * 43, "\xe9", "a b"])
def test_a_token_that_is_none_is_refused(ada: User, token: str) -> None:
    make(ada)
    assert ask(token) == 401


def test_a_digest_is_no_token(ada: User) -> None:
    stored, _ = make(ada)
    assert ask(stored.digest) == 401


def test_an_expired_token_is_refused(ada: User) -> None:
    stored, token = make(ada)
    ApiToken.objects.filter(pk=stored.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(token) == 401


def test_a_revoked_token_is_refused_at_once(ada: User) -> None:
    stored, token = make(ada)
    token_revoke(by=ada, token=stored)
    assert ask(token) == 401


def test_the_tokens_of_a_closed_account_are_refused(ada: User) -> None:
    _, token = make(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert ask(token) == 401


def test_a_read_token_cannot_write(ada: User) -> None:
    for scope, status in ((TokenScope.READ, 403), (TokenScope.WRITE, 201)):
        _, token = make(ada, scope)
        response = Client().post(
            "/api/v1/reader-studies",
            {"name": "Trial"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status_code == status


def test_a_token_cannot_be_born_expired(ada: User) -> None:
    with pytest.raises(Invalid):
        token_create(user=ada, name="late", scope="READ", expires_at=timezone.now())


def test_the_secret_is_shown_once_and_never_again(ada: User) -> None:
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    made = client.post("/api/v1/tokens", {"name": "pipeline", "scope": "READ"}, content_type="application/json")
    token = made.json()["token"]
    assert made.status_code == 201
    assert ask(token) == 200
    listed = client.get("/api/v1/tokens")
    assert [row["name"] for row in listed.json()] == ["pipeline"]
    assert token.encode() not in listed.content
    assert client.delete(f"/api/v1/tokens/{made.json()['id']}").status_code == 204
    assert ask(token) == 401
    assert client.get("/api/v1/tokens").json() == []

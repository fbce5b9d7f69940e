"""Going on after the session has expired: the same account, its password, and a CSRF token."""

import uuid
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.accounts.services import person_create

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def ada() -> User:
    return person_create(by=None, username="ada", password=PASSWORD)


def again(client: Client, user_id: Any, password: str = PASSWORD, **headers: str) -> Any:
    body = {"user_id": str(user_id), "password": password}
    return client.post("/api/v1/session", body, content_type="application/json", headers=headers)


def me(client: Client) -> Any:
    return client.get("/api/v1/me")


def test_the_password_opens_a_session_for_the_same_account(ada: User) -> None:
    client = Client()
    answer = again(client, ada.pk)
    assert (answer.status_code, answer.json()) == (200, {"id": str(ada.pk)})
    assert me(client).json()["username"] == "ada"


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(ada: User) -> None:
    client = Client()
    wrong, unknown = again(client, ada.pk, "wrong"), again(client, uuid.uuid4())
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
    assert wrong.content == unknown.content
    assert me(client).status_code == 401


def test_nobody_slips_into_the_session_of_somebody_else(ada: User) -> None:
    grace = person_create(by=None, username="grace", password=PASSWORD)
    client = Client()
    client.post("/accounts/sign-in", {"username": "grace", "password": PASSWORD})
    answer = again(client, ada.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_account")
    assert me(client).json()["id"] == str(grace.pk)


def test_an_account_that_was_closed_does_not_come_back(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert again(Client(), ada.pk).status_code == 400


def test_five_wrong_passwords_lock_the_account_here_too(ada: User) -> None:
    client = Client()
    assert [again(client, ada.pk, "wrong").status_code for _ in range(5)] == [400] * 4 + [429]
    assert again(client, ada.pk).status_code == 429


def test_it_takes_the_csrf_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    refused = again(client, ada.pk)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    client.get("/accounts/sign-in")
    token = client.cookies["csrftoken"].value
    assert again(client, ada.pk, **{"X-CSRFToken": token}).status_code == 200
    assert client.cookies["csrftoken"].value != token


def test_a_session_that_is_already_there_is_kept(ada: User) -> None:
    client = Client()
    client.post("/accounts/sign-in", {"username": "ada", "password": PASSWORD})
    before = client.cookies["sessionid"].value
    assert again(client, ada.pk, "anything").status_code == 200
    assert client.cookies["sessionid"].value == before

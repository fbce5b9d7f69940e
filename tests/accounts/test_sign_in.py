"""Signing in: lockout, cookies, CSRF, passwords."""

from http.cookies import Morsel
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.policy import ROUTES
from portal.accounts.services import person_create
from portal.errors import Invalid
from tests.permissions.routes import all_routes

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
SIGN_IN = "/accounts/sign-in"


@pytest.fixture
def ada() -> User:
    return person_create(by=None, username="ada", password=PASSWORD, name="Ada Lovelace")


def sign_in(client: Client, password: str, username: str = "ada", **headers: str) -> Any:
    return client.post(SIGN_IN, {"username": username, "password": password}, headers=headers)


def test_the_right_password_opens_a_session_with_guarded_cookies(ada: User) -> None:
    client = Client()
    response = sign_in(client, PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/")
    session: Morsel[str] = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert client.get("/api/v1/me").json()["username"] == "ada"


def test_signing_in_changes_the_session_id(ada: User) -> None:
    client = Client()
    sign_in(client, PASSWORD)
    first = client.cookies["sessionid"].value
    client.post("/accounts/sign-out")
    assert client.get("/api/v1/me").status_code == 401
    sign_in(client, PASSWORD)
    assert client.cookies["sessionid"].value != first


def test_five_failures_lock_the_name_even_for_the_right_password(ada: User) -> None:
    client = Client()
    statuses = [sign_in(client, "wrong").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    locked = sign_in(client, PASSWORD)
    assert (locked.status_code, b"Wait 15 minutes" in locked.content, b"<form" in locked.content) == (429, True, True)
    assert client.get("/api/v1/me").status_code == 401


def test_a_lock_of_one_name_does_not_lock_another(ada: User) -> None:
    person_create(by=None, username="grace", password=PASSWORD)
    client = Client()
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD, username="grace").status_code == 302


def test_success_forgets_earlier_failures(ada: User) -> None:
    client = Client()
    for _ in range(2):
        assert [sign_in(client, "wrong").status_code for _ in range(4)] == [200] * 4
        assert sign_in(client, PASSWORD).status_code == 302
        client.post("/accounts/sign-out")


def test_unknown_names_and_wrong_passwords_get_the_same_page(ada: User) -> None:
    wrong, unknown = (sign_in(Client(), "wrong", username=name).content for name in ("ada", "nobody"))
    strip = [b"ada", b"nobody"]
    for name in strip:
        wrong, unknown = wrong.replace(name, b""), unknown.replace(name, b"")
    assert b"correct username and password" in wrong
    # Each page has a CSRF token and a nonce of its own.
    assert abs(len(wrong) - len(unknown)) <= 2


def test_a_sign_in_without_csrf_token_is_refused(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = sign_in(client, PASSWORD)
    assert response.status_code == 403
    assert response.json()["code"] == "csrf_failed"


def test_where_to_go_next_stays_on_this_site(ada: User) -> None:
    client = Client()
    response = client.post(f"{SIGN_IN}?next=https://evil.example/", {"username": "ada", "password": PASSWORD})
    assert response["Location"] == "/"


def test_every_write_of_a_session_needs_the_csrf_token(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_superuser=True, may_create_reader_studies=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    named = (
        "frames",
        "standard_version",
        "adjudication_number",
        "analysis_plan_number",
        "protocol_version",
        "layer_number",
    )
    numbers = dict.fromkeys(named, "1")
    values = {"name": "measures", "path": "x", **numbers}
    any_uuid, any_uid = "00000000-0000-4000-8000-000000000000", "1.2.3"
    refused = 0
    for route in all_routes():
        arguments = {p: values.get(p, any_uid if p.endswith("_uid") else any_uuid) for p in route.parameters}
        for method in set(ROUTES[route.name]) - {"GET"}:
            response = client.generic(method, reverse(route.name, kwargs=arguments), "{}", "application/json")
            assert response.status_code == 403, f"{method} {route.name}: {response.status_code}"
            assert b"CSRF" in response.content or b"csrf" in response.content, route.name
            refused += 1
    assert refused > 25


@pytest.mark.parametrize("password", ["short", "password1234", "adalovelace12"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        person_create(by=None, username="ada", name="Ada Lovelace", password=password)
    assert not User.objects.exists()


def test_a_password_is_stored_as_a_salted_hash_and_can_be_changed(ada: User) -> None:
    assert PASSWORD not in ada.password
    client = Client()
    sign_in(client, PASSWORD)
    fresh = "another horse battery staple"
    changed = client.post(
        "/accounts/password", {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    )
    assert changed.status_code == 302
    assert sign_in(Client(), PASSWORD).status_code == 200
    assert sign_in(Client(), fresh).status_code == 302


def test_changing_the_password_ends_the_other_sessions(ada: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client, PASSWORD)
    fresh = "another horse battery staple"
    here.post("/accounts/password", {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh})
    assert here.get("/api/v1/me").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401


def test_a_username_is_taken_once(ada: User) -> None:
    with pytest.raises(Invalid):
        person_create(by=None, username="ada", password=PASSWORD)

"""Sessions leave events: begun, refused, ended; and never what was typed."""

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.accounts.services import person_create
from portal.audit.models import Event

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def ada() -> User:
    return person_create(by=None, username="ada", password=PASSWORD)


def events_of(user: User) -> list[tuple[str, bool]]:
    events = Event.objects.filter(stream=f"person:{user.pk}").order_by("sequence")
    return [(event.action, event.actor_id is not None) for event in events]


def test_signing_in_and_out_and_changing_the_password(ada: User) -> None:
    client = Client()
    client.post("/accounts/sign-in", {"username": "ada", "password": "wrong"})
    client.post("/accounts/sign-in", {"username": "ada", "password": PASSWORD})
    changed = {
        "old_password": PASSWORD,
        "new_password1": "another long sentence",
        "new_password2": "another long sentence",
    }
    client.post("/accounts/password", changed)
    client.post("/accounts/sign-out")
    assert events_of(ada) == [
        ("session.refuse", False),
        ("session.begin", True),
        ("password.change", True),
        ("session.end", True),
    ]


def test_signing_in_again(ada: User) -> None:
    client = Client()
    for password in ("wrong", PASSWORD):
        client.post("/api/v1/session", {"user_id": str(ada.pk), "password": password}, content_type="application/json")
    assert events_of(ada) == [("session.refuse", False), ("session.begin", True)]


def test_a_name_that_is_no_account_is_not_written_down(ada: User) -> None:
    before = Event.objects.count()
    Client().post("/accounts/sign-in", {"username": PASSWORD, "password": "x"})
    assert Event.objects.count() == before

"""Preferences: validated, versioned, never overwritten by a window that has not seen the newest."""

import json
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Preferences, User
from portal.accounts.preferences import preference_problems
from portal.audit.models import Event
from portal.ops.environment import REPOSITORY

pytestmark = pytest.mark.django_db

EXAMPLES = json.loads((REPOSITORY / "tests" / "shared_examples" / "preferences.json").read_text())
ADDRESS = "/api/v1/me/preferences"
WITH_K = {"version": 1, "hotkeys": {"tool_length": ["k"]}}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(
        User.objects.create(username=username, password="!"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def put(client: Client, content: Any, base: int = 0) -> Any:
    body = {"base_revision": base, "content": content}
    return client.put(ADDRESS, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("content", EXAMPLES["valid"])
def test_what_the_examples_call_valid_is_stored_and_comes_back(content: Any) -> None:
    client = signed_in("ada")
    answer = put(client, content)
    assert answer.status_code == 200, answer.content
    assert client.get(ADDRESS).json()["content"] == content


@pytest.mark.parametrize("content", EXAMPLES["invalid"], ids=str)
def test_what_the_examples_call_invalid_is_refused_with_a_place_and_nothing_is_stored(content: Any) -> None:
    client = signed_in("ada")
    answer = put(client, content)
    assert answer.status_code == 400
    # A body that is null is refused by the field itself, the rest by the rules.
    assert answer.json()["code"] in ("invalid_preferences", "invalid")
    assert answer.json()["errors"][0]["field"]
    assert not Preferences.objects.exists()


def test_one_key_cannot_do_two_things() -> None:
    content = {"version": 1, "hotkeys": {"tool_length": ["k"], "undo": ["k"]}}
    assert [problem["code"] for problem in preference_problems(content)] == ["key_repeated"]


@pytest.mark.parametrize("name", ["a\ud800b", "a\x00b"])
def test_text_that_postgresql_cannot_hold_is_refused(name: str) -> None:
    client = signed_in("ada")
    preset = {"name": name, "modality": "CT", "center": 0, "width": 1}
    assert put(client, {"version": 1, "window_presets": [preset]}).status_code == 400


def test_nothing_set_is_revision_0_with_an_empty_document() -> None:
    answer = signed_in("ada").get(ADDRESS).json()
    assert (answer["revision"], answer["content"], answer["updated_at"]) == (0, {"version": 1}, None)


def test_a_window_that_has_not_seen_the_newest_overwrites_nothing() -> None:
    client = signed_in("ada")
    assert put(client, WITH_K).json()["revision"] == 1
    stale = put(client, {"version": 1}, base=0)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    assert (stale.json()["current_revision"], stale.json()["current_content"]) == (1, WITH_K)
    assert client.get(ADDRESS).json()["content"] == WITH_K
    assert put(client, {"version": 1}, base=1).json()["revision"] == 2


def test_everybody_has_their_own() -> None:
    ada, grace = signed_in("ada"), signed_in("grace")
    put(ada, WITH_K)
    assert grace.get(ADDRESS).json()["content"] == {"version": 1}


def test_every_change_is_in_the_audit_trail() -> None:
    client = signed_in("ada")
    put(client, WITH_K)
    put(client, {"version": 1}, base=1)
    told = Event.objects.filter(action="preferences.put").order_by("sequence")
    assert [event.detail for event in told] == [{"revision": 1}, {"revision": 2}]

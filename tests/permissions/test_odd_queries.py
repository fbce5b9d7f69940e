"""Odd parameters on every GET route are answered, never with a server error."""

import pytest
from django.test import Client

from tests.permissions.requests import address
from tests.permissions.routes import all_routes
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

SLOW_AND_WITHOUT_PARAMETERS = {"health-ready", "schema", "docs", "app"}
QUERIES = [
    "InstanceNumber=abc",
    "InstanceNumber=99999999999999999999",
    "limit=-1",
    "offset=abc",
    "StudyInstanceUID=%00",
    "page_size=abc",
    "cursor=zzz",
    "cursor=cD1hYmM%3D",  # p=abc
    "cursor=cD0lMDA%3D",  # p=NUL
    "updated_since=yesterday",
    "include_drafts=perhaps",
    "format=xml",
    "modality=%F0%9F%98%80",
    "search=" + "x" * 5000,
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_no_query_breaks_a_route(world: World, callers: dict[str, Client], query: str) -> None:
    broken = [
        f"{persona} {route.name}"
        for persona in ("coordinator", "reader")
        for route in all_routes()
        if route.name not in SLOW_AND_WITHOUT_PARAMETERS
        and callers[persona].get(f"{address(route, world.a)}?{query}").status_code >= 500
    ]
    assert broken == []

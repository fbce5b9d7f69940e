"""Every route against the audit trail: a write leaves an event, and so does handing out images, results or truth."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from portal.accounts.policy import ROUTES
from portal.audit.models import Event
from tests.permissions.requests import address, body
from tests.permissions.routes import Route, all_routes
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

ROUTES_BY_NAME = {route.name: route for route in all_routes()}

# Writes that the sweep's request is refused for its content: where their event is proven.
PROVEN_ELSEWHERE: dict[str, str] = {
    "read-sign": "The readers of the sweep have no password: tests/annotations/test_signing.py.",
    "sign-in-again": "The same: tests/accounts/test_session_events.py.",
}

# Writes without an event, and why.
SILENT = {
    "read-editor": "A heartbeat renews the lease; taking a read over is an event (tests/annotations/services).",
}

# What shows images, results or truth, and the event that each leaves.
VIEWS = {
    "dicomweb-study-metadata": "images.view",
    "dicomweb-series-metadata": "images.view",
    "dicomweb-instance-metadata": "images.view",
    "dicomweb-frames": "images.view",
    "frame-grant": "images.view",
    "frames-manifest": "images.view",
    "frames-frame": "images.view",
    "frames-bundle": "images.view",
    "model-version-predictions": "predictions.view",
    "model-version-prediction-heat-map": "heat_map.view",
    "inference-run": "inference_run.view",
    "reader-study-cases": "reference_standard.view",
    "reader-study-reference-standard": "reference_standard.view",
    "reader-study-randomisation": "randomisation.view",
    "reader-study-labels": "labels.view",
    "reader-study-audit-export": "audit.export",
    "read-comparison": "read.ai_shown",
    "read-heat-map": "read.ai_shown",
    "read-revisions": "read.view_history",
    "read-history": "read.view_history",
    "read-difference": "read.view_history",
    "read-segment-version": "read.view_segment",
    "analysis-run-result": "analysis_run.view",
    "analysis-run-snapshot": "analysis_run.view",
    "analysis-run-bundle": "analysis_run.view",
    "analysis-run-figure": "analysis_run.view",
}


def left_by(client: Client, method: str, route: Route, world: World) -> tuple[int, list[Event]]:
    """Send one request, note the events that it left, and undo it."""
    cookies = client.cookies.copy()
    content = "" if method == "GET" else json.dumps(body(route.name, world.a))
    before = set(Event.objects.values_list("pk", flat=True))
    with transaction.atomic():
        response: Any = client.generic(
            method,
            address(route, world.a),
            content,
            content_type="application/json",
            headers={"User-Agent": "the sweep"},
            REMOTE_ADDR="192.0.2.7",
        )
        events = list(Event.objects.exclude(pk__in=before))
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.update(cookies)
    return response.status_code, events


def answers(callers: dict[str, Client], method: str, name: str, world: World) -> dict[str, list[Event]]:
    """The events left for everybody whom the route answered."""
    found = {}
    for persona, client in callers.items():
        status, events = left_by(client, method, ROUTES_BY_NAME[name], world)
        if 200 <= status < 300:
            found[persona] = events
    return found


WRITES = sorted((name, method) for name, methods in ROUTES.items() for method in methods if method != "GET")


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_every_write_leaves_an_event(world: World, callers: dict[str, Client], name: str, method: str) -> None:
    left = answers(callers, method, name, world)
    if name in SILENT:
        assert left
        assert not any(left.values())
    elif name in PROVEN_ELSEWHERE:
        assert not left
    else:
        assert left, "nobody's request got through: make its body one that does, or say where its event is proven"
        assert all(left.values()), left


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_whoever_sees_images_results_or_truth_leaves_an_event(
    world: World, callers: dict[str, Client], name: str
) -> None:
    left = answers(callers, "GET", name, world)
    own = {"reader"} if name == "read-segment-version" else set()
    assert left
    for persona in set(left) - own:
        found = [event for event in left[persona] if event.action == VIEWS[name]]
        assert found, persona
        assert all(event.actor_id for event in found)
        assert all(event.origin["address"] == "192.0.2.7" for event in found)
        assert all(event.origin["user_agent"] == "the sweep" for event in found)


def test_no_other_reading_route_writes(world: World, callers: dict[str, Client]) -> None:
    for name, methods in ROUTES.items():
        if "GET" in methods and name not in VIEWS and name not in ("app", "health-ready"):
            left = answers(callers, "GET", name, world)
            assert not any(left.values()), name

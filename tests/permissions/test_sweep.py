"""Every route x every method x everybody x own and other reader study, against a table written by hand."""

import sys
import uuid
from http import HTTPStatus
from types import FrameType
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

import annotations.access
from portal.accounts.policy import ROUTES
from tests.permissions.expectations import EXPECTED, PAGE, PERSONAS, PUBLIC, STUDY_LEVEL_ROWS, Row, expected_status
from tests.permissions.requests import address, ask
from tests.permissions.routes import METHODS, Route, all_routes
from tests.permissions.world import World
from tests.thorough import is_thorough

pytestmark = pytest.mark.django_db

ROUTES_BY_NAME = {route.name: route for route in all_routes()}
# The page of the front end when it has not been built, and /health/ready without a worker, are 503 for everybody:
# tests/e2e and tests/ops see them answer.
NEEDS_MORE = {"app", "invitation-page", "health-ready"}

# HEAD goes the way of GET, and a method without a row is refused before roles are looked at: four stand for all.
DIFFERENT = ("anonymous", "reader", "client_read", "administrator")


def judge(response: HttpResponse, expected: str, method: str) -> str | None:
    """Say what is wrong with an answer, or None."""
    status = response.status_code
    if expected == "ok":
        domain_refusal = method not in ("GET", "HEAD") and status in (400, 406, 409, 415)
        good = 200 <= status < 300 or domain_refusal or (status == 302 and "next=" not in response["Location"])
        return None if good else f"{status} instead of ok"
    return None if status == int(expected) else f"{status} instead of {expected}"


def test_every_route_is_in_the_policy_table_and_in_the_table_of_this_test() -> None:
    assert {route.name for route in all_routes()} == set(EXPECTED)
    assert {name: set(methods) for name, methods in ROUTES.items()} == {
        name: set(methods) for name, methods in EXPECTED.items()
    }


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("other", [False, True], ids=["own", "other"])
def test_everybody_gets_exactly_what_the_table_says(
    world: World, callers: dict[str, Client], persona: str, other: bool
) -> None:
    wrong = []
    for route in ROUTES_BY_NAME.values():
        for method, row in EXPECTED[route.name].items():
            response = ask(callers[persona], method, route, world.b if other else world.a)
            if route.name in NEEDS_MORE and response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                continue
            fault = judge(response, expected_status(row, persona, other=other), method)
            if fault:
                wrong.append(f"{method} {route.name}: {fault}: {response.content[:300]!r}")
    assert not wrong, "\n".join(wrong)


def _unlisted_expectation(route: Route, method: str, persona: str) -> set[int]:
    if method == "HEAD" and "GET" in EXPECTED[route.name]:
        return {200, 204, 302, 401, 403, 404, 503}
    is_api = not route.name.startswith(("health-", "sign-", "password", "app", "invitation-", "frames-"))
    # A READ token may not even try to write.
    return {403} if is_api and persona == "client_read" and method not in ("GET", "HEAD") else {405}


@pytest.mark.parametrize("persona", PERSONAS if is_thorough() else DIFFERENT)
def test_a_method_that_is_not_in_the_table_is_refused(world: World, callers: dict[str, Client], persona: str) -> None:
    wrong = []
    for route in ROUTES_BY_NAME.values():
        for method in set(METHODS) - set(EXPECTED[route.name]):
            status = ask(callers[persona], method, route, world.a).status_code
            if status not in _unlisted_expectation(route, method, persona):
                wrong.append(f"{method} {route.name}: {status}")
    assert not wrong, "\n".join(wrong)


def test_head_is_judged_as_get(world: World, callers: dict[str, Client]) -> None:
    wrong = []
    for persona in PERSONAS if is_thorough() else DIFFERENT:
        client = callers[persona]
        for route in ROUTES_BY_NAME.values():
            if "GET" in EXPECTED[route.name] and route.name not in NEEDS_MORE:
                row = EXPECTED[route.name]["GET"]
                fault = judge(ask(client, "HEAD", route, world.b), expected_status(row, persona, other=True), "HEAD")
                wrong += [f"{persona} {route.name}: {fault}"] if fault else []
    assert not wrong, "\n".join(wrong)


def test_what_is_not_yours_answers_the_same_bytes_as_what_is_not_there(
    world: World, callers: dict[str, Client]
) -> None:
    """Otherwise a stranger could find out which ids exist."""
    wrong = []
    for route in ROUTES_BY_NAME.values():
        for method, row in EXPECTED[route.name].items():
            if row not in STUDY_LEVEL_ROWS:
                continue
            existing = address(route, world.b)
            missing = existing
            for known in (
                world.b.reader_study.pk,
                world.b.read.pk,
                world.b.read.assignment_id,
                world.b.analysis_run_id,
                world.b.analysis_report_id,
            ):
                missing = missing.replace(str(known), str(uuid.uuid4()))
            missing = missing.replace(world.b.imaging_study.study_instance_uid, "1.2.3.4.5")
            answers = [
                callers["reader"].generic(method, one, content_type="application/json") for one in (existing, missing)
            ]
            same = answers[0].content == answers[1].content and answers[0].status_code == answers[1].status_code == 404
            if not same and not (method != "GET" and answers[0].content == answers[1].content):
                wrong.append(f"{method} {route.name}: {[a.status_code for a in answers]}")
    assert not wrong, "\n".join(wrong)


def functions_called_in(folder: str, call: Any) -> set[str]:
    """Run `call` and return the names of the functions of one package's source files that ran meanwhile."""
    seen: set[str] = set()

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(folder):
            seen.add(frame.f_code.co_name)

    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(None)
    return seen


def _study_level() -> list[tuple[Route, str, Row]]:
    return [
        (route, method, row)
        for route in ROUTES_BY_NAME.values()
        for method, row in EXPECTED.get(route.name, {}).items()
        if row in STUDY_LEVEL_ROWS
    ]


def test_every_route_about_a_reader_study_passes_the_access_layer(world: World, callers: dict[str, Client]) -> None:
    (folder,) = annotations.access.__path__
    unchecked = []
    for route, method, _ in _study_level():
        client = callers["reader"]
        called = functions_called_in(folder, lambda c=client, m=method, r=route: ask(c, m, r, world.a))
        if not called & {
            "reader_study_for",
            "own_assignment",
            "own_read",
            "read_history_for",
            "viewable_imaging_studies",
        }:
            unchecked.append(f"{method} {route.name}")
    assert len(_study_level()) >= 37
    assert not unchecked


def test_options_tells_nothing_about_objects(world: World, callers: dict[str, Client]) -> None:
    for route in ROUTES_BY_NAME.values():
        if PUBLIC in EXPECTED[route.name].values() or PAGE in EXPECTED[route.name].values():
            continue
        own, foreign = (ask(callers["reader"], "OPTIONS", route, side) for side in (world.a, world.b))
        assert (own.status_code, own.content) == (foreign.status_code, foreign.content), route.name
        assert ask(callers["anonymous"], "OPTIONS", route, world.a).status_code == 401, route.name

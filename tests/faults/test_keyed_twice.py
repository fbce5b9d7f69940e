"""The same POST with one idempotency key, at once and against killed processes: one row, one answer."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.browserless import Person
from tests.faults.conftest import Trial

pytestmark = pytest.mark.fault
AT_ONCE = 20


def keyed(person: Person, path: str, bodies: list[dict[str, Any]], key: str) -> list[httpx.Response]:
    """Send all of it at the same time with one key."""

    def post(body: dict[str, Any]) -> httpx.Response:
        return person.ask("POST", path, json=body, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def named(person: Person, name: str) -> list[dict[str, Any]]:
    return [row for row in person.get("reader-studies?page_size=1000")["results"] if row["name"] == name]


def test_twenty_identical_submits_make_one_reader_study(trial: Trial) -> None:
    name, key = f"Twenty {uuid.uuid4()}", str(uuid.uuid4())
    answers = keyed(trial.coordinator, "reader-studies", [{"name": name}] * AT_ONCE, key)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == AT_ONCE - 1
    assert [row["id"] for row in named(trial.coordinator, name)] == [answers[0].json()["id"]]


def test_of_twenty_different_bodies_with_one_key_exactly_one_is_done(trial: Trial) -> None:
    names = [f"Different {uuid.uuid4()}" for _ in range(AT_ONCE)]
    answers = keyed(trial.coordinator, "reader-studies", [{"name": name} for name in names], str(uuid.uuid4()))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (AT_ONCE - 1)
    assert sum(len(named(trial.coordinator, name)) for name in names) == 1


def test_analysis_is_started_once(trial: Trial) -> None:
    before = len(trial.coordinator.get(trial.path("/analysis-runs"))["results"])
    answers = keyed(trial.coordinator, trial.path("/analysis-runs"), [{}] * AT_ONCE, str(uuid.uuid4()))
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert answers[0].is_success
    assert len(trial.coordinator.get(trial.path("/analysis-runs"))["results"]) == before + 1

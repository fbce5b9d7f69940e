"""Two tabs, two clicks, twenty repeats: one record, and nobody overwrites anybody unseen."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.browserless import Person, signature
from tests.faults.conftest import Trial, content, save

pytestmark = pytest.mark.fault


def at_once(person: Person, method: str, path: str, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    """Send all of it at the same time."""
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda body: person.ask(method, path, json=body), bodies))


def revisions(trial: Trial, read: dict[str, Any]) -> list[dict[str, Any]]:
    return trial.reader.get(f"reads/{read['id']}/revisions")


def test_of_two_tabs_the_second_is_told_and_shown_the_first(trial: Trial) -> None:
    read = trial.next_read()
    base = read["revision_number"]
    here, there = trial.reader, Person(trial.portal.url, trial.reader.username)
    here.send("PUT", f"reads/{read['id']}/draft", save(base, 11))
    refused = there.ask("PUT", f"reads/{read['id']}/draft", json=save(base, 22))
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_revision")
    newer = refused.json()
    assert (newer["current_revision"], newer["current_payload"]) == (base + 1, content(11))
    there.send("PUT", f"reads/{read['id']}/draft", save(newer["current_revision"], 22))
    assert here.get(f"reads/{read['id']}")["payload"] == content(22)


def test_of_twenty_different_saves_on_one_base_exactly_one_wins(trial: Trial) -> None:
    read = trial.next_read()
    base = read["revision_number"]
    answers = at_once(trial.reader, "PUT", f"reads/{read['id']}/draft", [save(base, sure) for sure in range(20)])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    winner = next(sure for sure, answer in enumerate(answers) if answer.status_code == 200)
    assert trial.reader.get(f"reads/{read['id']}")["payload"] == content(winner)
    assert [row["number"] for row in revisions(trial, read)] == list(range(1, base + 2))


def test_the_same_save_twenty_times_at_once_is_stored_once(trial: Trial) -> None:
    read = trial.next_read()
    base = read["revision_number"]
    body = save(base, 77, key=str(uuid.uuid4()))
    answers = at_once(trial.reader, "PUT", f"reads/{read['id']}/draft", [body] * 20)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(revisions(trial, read)) == base + 1


def test_a_double_click_on_sign_signs_once(trial: Trial) -> None:
    read = trial.next_read()
    base = read["revision_number"]
    same = signature(save(base, 88))
    first = at_once(trial.reader, "POST", f"reads/{read['id']}/sign", [same, same])
    assert [answer.status_code for answer in first] == [200, 200]
    assert first[0].json()["digest"] == first[1].json()["digest"]
    other = trial.reader.ask("POST", f"reads/{read['id']}/sign", json=signature(save(base, 88)))
    assert (other.status_code, other.json()["code"]) == (409, "wrong_state")
    assert [row["kind"] for row in revisions(trial, read)].count("SIGNED") == 1


def test_a_case_opened_twice_at_once_is_one_read(trial: Trial) -> None:
    following = trial.reader.get(trial.path("/next"))["assignment_id"]
    answers = at_once(trial.reader, "POST", f"assignments/{following}/open", [{}] * 8)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_opening_a_read_and_taking_its_turn_at_once_never_wait_for_each_other(trial: Trial) -> None:
    """Both hold the assignment and the read; in two orders PostgreSQL ends one of them as a deadlock."""
    read = trial.next_read()
    openings = [{"editor": uuid.uuid4().hex} for _ in range(60)]
    turns = [{"editor": uuid.uuid4().hex, "wish": "TAKE_OVER"} for _ in range(60)]
    with ThreadPoolExecutor(2) as pool:
        opened = pool.submit(at_once, trial.reader, "POST", f"assignments/{read['assignment_id']}/open", openings)
        turned = pool.submit(at_once, trial.reader, "POST", f"reads/{read['id']}/editor", turns)
    assert {answer.status_code for answer in [*opened.result(), *turned.result()]} == {200}

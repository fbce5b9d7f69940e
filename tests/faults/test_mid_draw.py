"""Faults that strike while the reader draws: after recovery every mark is on the server exactly once."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Error, Page, expect

from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, screenshots
from tests.faults.conftest import kill
from tests.faults.reading import (
    LINES,
    Desk,
    draw,
    drawing,
    eventually,
    marks_on_screen,
    save_state,
    sign_in_again,
    sit_down,
)

pytestmark = [pytest.mark.fault, pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def desk(stage: Stage, signed_in: Callable[[Person], Page]) -> Desk:
    return sit_down(stage, signed_in)


def all_marks_are_there_once(desk: Desk, count: int) -> None:
    """On the server, each once; and on the screen, after a reload too."""
    save_state(desk.page, "saved")
    ids = desk.mark_ids
    assert (len(ids), len(set(ids))) == (count, count)
    desk.page.reload()
    image_is_drawn(desk.page)
    eventually(lambda: marks_on_screen(desk.page) == count, f"{count} marks on the screen")
    numbers = [row["number"] for row in desk.revisions()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_network_is_cut(desk: Desk) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    with drawing(desk.page, LINES[1]):
        desk.page.context.set_offline(True)
    save_state(desk.page, "offline")
    expect(desk.page.get_by_test_id("unsent")).to_contain_text("1 unsent since")
    draw(desk.page, LINES[2])
    expect(desk.page.get_by_test_id("unsent")).to_contain_text("2 unsent since")
    assert len(desk.mark_ids) == 1
    screenshots(desk.page, "faults-offline")
    is_accessible(desk.page)
    desk.page.context.set_offline(False)
    all_marks_are_there_once(desk, 3)


def test_the_answer_is_lost_but_not_the_draft(desk: Desk) -> None:
    """The server stores the draft and the line breaks before its answer: sent again, it is not stored twice."""
    lost: list[str] = []

    def lose_the_answer(route: Any) -> None:
        route.fetch()
        lost.append(route.request.url)
        route.abort()

    with drawing(desk.page, LINES[0]):
        desk.page.route("**/api/v1/reads/*/draft", lose_the_answer, times=2)
    save_state(desk.page, "saved")
    assert len(lost) == 2
    assert len(desk.revisions()) == 1
    all_marks_are_there_once(desk, 1)


@pytest.mark.parametrize("process", ["web", "postgres"])
def test_a_process_is_killed(desk: Desk, revive: Callable[[], None], process: str) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    with drawing(desk.page, LINES[1]):
        kill(desk.stage.portal, process)
    save_state(desk.page, "offline")
    draw(desk.page, LINES[2])
    revive()
    all_marks_are_there_once(desk, 3)


def end_session_of(page: Page) -> None:
    """As if twelve hours had passed."""
    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        ended = connection.execute("DELETE FROM django_session WHERE session_key = %s", [key])
        assert ended.rowcount == 1


def test_the_session_expires(desk: Desk) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    address = desk.page.url
    with drawing(desk.page, LINES[1]):
        end_session_of(desk.page)
    save_state(desk.page, "signed_out")
    draw(desk.page, LINES[2])
    sign_in_again(desk.page, "this is not the password")
    expect(desk.page.get_by_text("The password is not right.")).to_be_visible(timeout=SLOW_MS)
    screenshots(desk.page, "faults-session-ended")
    is_accessible(desk.page)
    sign_in_again(desk.page)
    save_state(desk.page, "saved")
    assert desk.page.url == address
    all_marks_are_there_once(desk, 3)


def test_the_browsers_storage_is_full(desk: Desk) -> None:
    session = desk.page.context.new_cdp_session(desk.page)
    quota = {"origin": desk.stage.portal.url, "quotaSize": 1}
    with drawing(desk.page, LINES[0]):
        session.send("Storage.overrideQuotaForOrigin", quota)
    warning = desk.page.get_by_text("This browser has no room to keep a copy of your work.")
    expect(warning).to_be_visible()
    save_state(desk.page, "saved")
    draw(desk.page, LINES[1])
    save_state(desk.page, "saved")
    expect(warning).to_be_visible()
    screenshots(desk.page, "faults-storage-full")
    is_accessible(desk.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": desk.stage.portal.url})
    desk.page.keyboard.press("Control+z")
    desk.page.keyboard.press("Control+y")
    expect(warning).to_be_hidden()
    all_marks_are_there_once(desk, 2)


def test_closing_the_tab_asks_only_when_something_is_unsent(desk: Desk) -> None:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.page.on("dialog", stay)
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    desk.page.context.set_offline(True)
    draw(desk.page, LINES[1])
    save_state(desk.page, "offline")
    desk.page.close(run_before_unload=True)
    desk.page.wait_for_timeout(1000)
    assert asked == ["beforeunload"]
    assert not desk.page.is_closed()
    desk.page.context.set_offline(False)
    save_state(desk.page, "saved")
    with desk.page.expect_event("close"):
        desk.page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def die(page: Page) -> None:
    """End the tab's process. A page that is closed says farewell first, and that is no longer kept from the line."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()


def test_the_tab_dies_with_unsent_work(desk: Desk) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    address, context = desk.page.url, desk.page.context
    context.set_offline(True)
    draw(desk.page, LINES[1])
    save_state(desk.page, "offline")
    die(desk.page)
    context.set_offline(False)
    page = context.new_page()
    page.goto(desk.stage.portal.url)
    eventually(lambda: len(desk.mark_ids) == 2, "the worklist sends what the dead tab has left")
    page.goto(address)
    image_is_drawn(page)
    all_marks_are_there_once(Desk(desk.stage, desk.person, desk.study_id, page), 2)


def test_the_tab_dies_with_work_that_needs_a_decision(desk: Desk) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    address, context = desk.page.url, desk.page.context
    context.set_offline(True)
    draw(desk.page, LINES[1])
    save_state(desk.page, "offline")
    die(desk.page)
    read = desk.read
    changed = {**read["payload"], "answers": {"suspicion": 3}}
    elsewhere = {"editor": "a-device-elsewhere", "wish": "TAKE_OVER"}
    desk.person.send("POST", f"reads/{read['id']}/editor", elsewhere)
    draft = {"base_revision": read["revision_number"], "idempotency_key": "from-elsewhere", "payload": changed}
    desk.person.send("PUT", f"reads/{read['id']}/draft", {**draft, "editor": elsewhere["editor"]})
    desk.person.send("POST", f"reads/{read['id']}/editor", {**elsewhere, "wish": "RELEASE"})
    context.set_offline(False)
    page = context.new_page()
    page.goto(desk.stage.portal.url)
    expect(page.get_by_text("Not yet sent from this browser")).to_be_visible(timeout=SLOW_MS)
    screenshots(page, "faults-worklist")
    page.goto(address)
    page.get_by_role("button", name="Take this result").click(timeout=SLOW_MS)
    all_marks_are_there_once(Desk(desk.stage, desk.person, desk.study_id, page), 2)
    assert desk.read["payload"]["answers"] == {"suspicion": 3}


def test_undo_goes_back_past_a_reload(desk: Desk) -> None:
    for line in LINES[:3]:
        draw(desk.page, line)
    save_state(desk.page, "saved")
    desk.page.wait_for_timeout(1500)
    desk.page.reload()
    image_is_drawn(desk.page)
    save_state(desk.page, "saved")
    for _ in range(3):
        desk.page.keyboard.press("Control+z")
        desk.page.wait_for_timeout(300)
    eventually(lambda: marks_on_screen(desk.page) == 0, "no marks on the screen")
    desk.page.keyboard.press("Control+y")
    eventually(lambda: len(desk.mark_ids) == 1, "one mark on the server")
    all_marks_are_there_once(desk, 1)

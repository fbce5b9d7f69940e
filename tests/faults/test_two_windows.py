"""Two windows, two devices, one read: one of them edits, taking over loses nothing, and a merge drops nothing."""

import copy
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import sign
from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, screenshots, sign_in
from tests.faults.reading import (
    LINES,
    Desk,
    draw,
    drawing,
    eventually,
    marks_on_screen,
    save_state,
    sit_down,
)

pytestmark = [pytest.mark.fault, pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

DEVICE = "a-device-elsewhere"


@pytest.fixture
def desk(stage: Stage, signed_in: Callable[[Person], Page]) -> Desk:
    return sit_down(stage, signed_in)


@pytest.fixture
def second_window(desk: Desk) -> Page:
    page = desk.page.context.new_page()
    page.goto(desk.page.url)
    image_is_drawn(page)
    return page


@pytest.fixture
def other_device(desk: Desk, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, desk.stage.portal.url, desk.person.username)
    page.goto(desk.page.url)
    image_is_drawn(page)
    yield page
    context.close()


def take_over(page: Page) -> None:
    page.get_by_role("button", name="Take over here").click()
    save_state(page, "saved")


def has_each_once(desk: Desk, count: int) -> None:
    ids = desk.mark_ids
    assert (len(ids), len(set(ids))) == (count, count)


def abort(route: Route) -> None:
    route.abort()


def test_the_second_window_is_read_only_and_takes_over_at_once(desk: Desk, second_window: Page) -> None:
    expect(second_window.get_by_text("open in another window of this browser")).to_be_visible()
    screenshots(second_window, "faults-read-only")
    is_accessible(second_window)
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    second_window.bring_to_front()
    draw(second_window, LINES[5])
    assert marks_on_screen(second_window) == 0, "a read-only window draws nothing"

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    second_window.route("**/api/v1/reads/*/editor", hold, times=1)
    second_window.get_by_role("button", name="Take over here").click()
    expect(second_window.locator("[data-editing=asking]")).to_be_visible()
    second_window.keyboard.press("y")
    second_window.keyboard.press("Shift+Digit2")
    expect(second_window.get_by_test_id("waiting-keys")).to_have_text("2 keys wait")
    screenshots(second_window, "faults-waiting-keys")
    is_accessible(second_window)
    eventually(lambda: len(held) == 1, "the question for the turn")
    held[0].continue_()
    save_state(desk.page, "read-only")
    eventually(lambda: marks_on_screen(second_window) == 1, "the first window's mark in the second")
    draw(second_window, LINES[1])
    save_state(second_window, "saved")
    has_each_once(desk, 2)
    assert desk.read["payload"]["answers"] == {"nodule_present": True, "suspicion": 2}

    desk.page.bring_to_front()
    take_over(desk.page)
    save_state(second_window, "read-only")
    eventually(lambda: marks_on_screen(desk.page) == 2, "both marks in the first window")
    draw(desk.page, LINES[2])
    save_state(desk.page, "saved")
    has_each_once(desk, 3)


def test_taking_over_brings_along_what_the_first_window_has_not_sent(desk: Desk, second_window: Page) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    desk.page.route("**/api/v1/reads/*/draft", abort)
    draw(desk.page, LINES[1])
    save_state(desk.page, "offline")
    has_each_once(desk, 1)
    second_window.bring_to_front()
    with drawing(second_window, LINES[4]):
        take_over(second_window)
    eventually(lambda: len(desk.mark_ids) == 2, "the unsent mark on the server")
    draw(second_window, LINES[2])
    save_state(second_window, "saved")
    desk.page.unroute("**/api/v1/reads/*/draft")
    desk.page.wait_for_timeout(3000)
    has_each_once(desk, 3)


def test_closing_the_first_window_gives_the_second_its_turn(desk: Desk, second_window: Page) -> None:
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    desk.page.close()
    save_state(second_window, "saved")
    eventually(lambda: marks_on_screen(second_window) == 1, "the first window's mark in the second")
    draw(second_window, LINES[1])
    save_state(second_window, "saved")
    has_each_once(Desk(desk.stage, desk.person, desk.study_id, second_window), 2)


def test_another_device_takes_over_and_unsent_work_is_merged(desk: Desk, other_device: Page) -> None:
    expect(other_device.get_by_text("edited on another device")).to_be_visible()
    draw(desk.page, LINES[0])
    save_state(desk.page, "saved")
    with drawing(desk.page, LINES[1]):
        desk.page.context.set_offline(True)
    save_state(desk.page, "offline")

    other_device.bring_to_front()
    take_over(other_device)
    eventually(lambda: marks_on_screen(other_device) == 1, "the saved mark on the other device")
    draw(other_device, LINES[2])
    save_state(other_device, "saved")

    desk.page.context.set_offline(False)
    save_state(desk.page, "read-only")
    expect(desk.page.get_by_text("Your unsent changes are kept")).to_be_visible()
    desk.page.bring_to_front()
    desk.page.get_by_role("button", name="Take over here").click()
    panel = desk.page.get_by_test_id("merge")
    expect(panel.get_by_text("The changes fit together.")).to_be_visible(timeout=SLOW_MS)
    screenshots(desk.page, "faults-merge-fits")
    panel.get_by_role("button", name="Take this result").click()
    save_state(desk.page, "saved")
    has_each_once(desk, 3)
    save_state(other_device, "read-only")


def elsewhere(desk: Desk, change: Callable[[dict[str, Any]], None]) -> None:
    """Another device takes the read over, changes it and gives it back."""
    read = desk.read
    payload = copy.deepcopy(read["payload"])
    change(payload)
    address = f"reads/{read['id']}"
    desk.person.send("POST", f"{address}/editor", {"editor": DEVICE, "wish": "TAKE_OVER"})
    draft = {"base_revision": read["revision_number"], "idempotency_key": str(uuid.uuid4()), "editor": DEVICE}
    desk.person.send("PUT", f"{address}/draft", {**draft, "payload": payload})
    desk.person.send("POST", f"{address}/editor", {"editor": DEVICE, "wish": "RELEASE"})


def another_mark(payload: dict[str, Any]) -> None:
    """A second finding, like the first but its own."""
    finding = copy.deepcopy(payload["findings"][0])
    finding["id"] = str(uuid.uuid4())
    for mark in finding["marks"]:
        mark["id"] = str(uuid.uuid4())
    payload["findings"].append(finding)


def test_a_conflict_is_chosen_by_keyboard_and_nothing_is_dropped(desk: Desk) -> None:
    def change(payload: dict[str, Any]) -> None:
        another_mark(payload)
        payload["answers"]["suspicion"] = 5

    page = desk.page
    draw(page, LINES[0])
    save_state(page, "saved")
    page.context.set_offline(True)
    with drawing(page, LINES[1]):
        elsewhere(desk, change)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Digit2")
    save_state(page, "offline")
    page.context.set_offline(False)

    panel = page.get_by_test_id("merge")
    expect(panel.get_by_text("One change needs your choice.")).to_be_visible(timeout=SLOW_MS)
    screenshots(page, "faults-merge-conflict")
    is_accessible(page)
    assert desk.read["payload"]["answers"]["suspicion"] == 5
    choices = panel.get_by_role("radio")
    expect(choices.first).to_be_checked()
    choices.first.focus()
    page.keyboard.press("ArrowDown")
    expect(choices.last).to_be_checked()
    panel.get_by_role("button", name="Take this result").focus()
    page.keyboard.press("Enter")
    save_state(page, "saved")
    has_each_once(desk, 3)
    assert desk.read["payload"]["answers"]["suspicion"] == 5

    expect(page.get_by_text("Kept from before a merge")).to_be_visible()
    screenshots(page, "faults-merged")
    page.get_by_role("button", name="Bring back").click()
    eventually(lambda: desk.read["payload"]["answers"].get("suspicion") == 2, "the version set aside on the server")
    has_each_once(desk, 2)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    eventually(lambda: len(desk.mark_ids) == 3, "the merge after undo")
    page.keyboard.press("Control+z")
    eventually(lambda: len(desk.mark_ids) == 2, "the other device's version after another undo")
    assert desk.read["payload"]["answers"]["suspicion"] == 5


def answer_everything(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    page.keyboard.press("Shift+Digit4")
    page.get_by_role("slider", name=re.compile("Probability")).focus()
    page.keyboard.press("ArrowUp")
    page.get_by_label("What this mark is for").select_option(label="Measurement only")
    page.keyboard.press("Escape")


def signed_once(desk: Desk) -> dict[str, Any]:
    save_state(desk.page, "signed")
    signed = [row for row in desk.revisions() if row["kind"] == "SIGNED"]
    assert len(signed) == 1
    return signed[0]


def test_signing_twice_with_a_draft_on_its_way_signs_once(desk: Desk) -> None:
    page = desk.page

    def slowly(route: Route) -> None:
        page.wait_for_timeout(1500)
        route.continue_()

    draw(page, LINES[0])
    answer_everything(page)
    save_state(page, "saved")
    page.route("**/api/v1/reads/*/draft", slowly)
    page.route("**/api/v1/reads/*/sign", slowly)
    page.keyboard.press("Shift+Digit5")
    page.wait_for_timeout(700)
    sign(page)
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    signed = signed_once(desk)
    assert signed["payload"]["answers"]["suspicion"] == 5
    assert len(signed["payload"]["findings"]) == 1


def test_a_signature_whose_answer_is_lost_is_not_made_twice(desk: Desk) -> None:
    page = desk.page

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    draw(page, LINES[0])
    answer_everything(page)
    save_state(page, "saved")
    page.route("**/api/v1/reads/*/sign", lose_the_answer, times=1)
    sign(page)
    expect(page.get_by_text("Not signed")).to_be_visible(timeout=SLOW_MS)
    page.keyboard.press("Control+Enter")
    signed_once(desk)


def test_signing_while_offline_says_that_nothing_was_signed(desk: Desk) -> None:
    page = desk.page
    draw(page, LINES[0])
    answer_everything(page)
    save_state(page, "saved")
    page.context.set_offline(True)
    page.keyboard.press("Shift+Digit5")
    save_state(page, "offline")
    sign(page)
    expect(page.get_by_role("alert").filter(has_text="Not signed")).to_contain_text("Sign again once it says Saved")
    page.context.set_offline(False)
    save_state(page, "saved")
    # The draft goes by itself, the signature does not.
    assert desk.read["signed_at"] is None
    page.keyboard.press("Control+Enter")
    assert signed_once(desk)["payload"]["answers"]["suspicion"] == 5


def test_signing_what_was_changed_elsewhere_merges_first(desk: Desk) -> None:
    page = desk.page
    draw(page, LINES[0])
    answer_everything(page)
    save_state(page, "saved")
    elsewhere(desk, another_mark)
    page.keyboard.press("Shift+Digit5")
    sign(page)
    panel = page.get_by_test_id("merge")
    expect(panel).to_be_visible(timeout=SLOW_MS)
    assert all(row["kind"] == "DRAFT" for row in desk.revisions())
    panel.get_by_role("button", name="Take this result").click()
    save_state(page, "saved")
    sign(page)
    signed = signed_once(desk)
    assert len({finding["id"] for finding in signed["payload"]["findings"]}) == 2
    assert signed["payload"]["answers"]["suspicion"] == 5

"""Keys and mouse of one's own in Chromium: set once, at work at once, and on the next computer too."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, sign_in, until
from tests.e2e.test_reading import CLICK_PAUSE_MS, open_next_case, point

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def as_delivered(stage: Stage) -> Any:
    """The test's people begin and end without preferences."""

    def reset() -> None:
        stored = stage.reader.get("me/preferences")
        stage.reader.send("PUT", "me/preferences", {"base_revision": stored["revision"], "content": {"version": 1}})

    reset()
    yield
    reset()


def set_key(page: Page, action: str, key: str) -> None:
    page.get_by_role("button", name=f"Set the key of {action}", exact=True).click()
    expect(page.get_by_text("Press a key…")).to_be_visible()
    page.keyboard.press(key)


def stored(page: Page, stage: Stage, section: str, content: Any) -> None:
    """Wait until the server has it."""
    expect(page.get_by_test_id("preferences-state")).to_have_text("Saved")
    for _ in range(50):
        if stage.reader.get("me/preferences")["content"].get(section, {}) == content:
            return
        page.wait_for_timeout(100)
    assert stage.reader.get("me/preferences")["content"].get(section, {}) == content


def is_chosen(page: Page, tool: str) -> None:
    expect(page.get_by_role("toolbar", name="Tools").get_by_role("button", name=re.compile(tool))).to_have_attribute(
        "aria-pressed", "true"
    )


def pressed_until_chosen(page: Page, key: str, tool: str) -> None:
    """The open case hears of a new key by itself, a moment later."""
    button = page.get_by_role("toolbar", name="Tools").get_by_role("button", name=tool, exact=True)
    for _ in range(100):
        page.keyboard.press(key)
        if button.get_attribute("aria-pressed") == "true":
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{key} never chose {tool}")


def drag(page: Page, button: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x0, y0), (x1, y1) = point(page, *start), point(page, *end)
    page.mouse.move(x0, y0)
    page.mouse.down(button=button)
    for step in range(1, 9):
        page.mouse.move(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
    page.mouse.up(button=button)
    page.wait_for_timeout(CLICK_PAUSE_MS)


def test_keys_are_changed_at_once_in_an_open_case_and_kept_for_the_next_computer(
    stage: Stage, signed_in: Callable[[Person], Page], as_delivered: None, browser: Browser
) -> None:
    room = signed_in(stage.reader)
    open_next_case(room)
    room.keyboard.press("?")
    with room.context.expect_page() as opened:
        room.get_by_role("link", name="Change keys and mouse").click()
    page = opened.value
    expect(page.get_by_role("heading", name="Keys, mouse and windows")).to_be_visible()
    screenshots(page, "preferences")

    set_key(page, "Length", "F2")
    stored(page, stage, "hotkeys", {"tool_length": ["F2"]})
    room.bring_to_front()
    pressed_until_chosen(room, "F2", "Length")
    keys = room.get_by_label("Keys", exact=True)
    expect(keys).to_contain_text("F2Length")
    # The table of keys goes first, then the tool.
    room.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    room.keyboard.press("Escape")
    is_chosen(room, "Select")
    room.keyboard.press("l")
    is_chosen(room, "Select")

    page.bring_to_front()
    set_key(page, "Point", "F2")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("F2 is the key of “Length”.")
    screenshots(page, "preferences-conflict")
    is_accessible(page)
    alert.get_by_role("button", name="Swap").click()
    stored(page, stage, "hotkeys", {"tool_length": ["p"], "tool_point": ["F2"]})

    set_key(page, "Ellipse", "Control+r")
    expect(page.get_by_text("The browser keeps Ctrl R for itself.")).to_be_visible()
    page.keyboard.press("Escape")

    elsewhere = browser.new_context()
    other = elsewhere.new_page()
    sign_in(other, stage.portal.url, stage.reader.username)
    open_next_case(other)
    other.keyboard.press("p")
    is_chosen(other, "Length")
    elsewhere.close()

    page.get_by_role("button", name="Reset the key of Point").click()
    stored(page, stage, "hotkeys", {"tool_length": []})
    page.get_by_role("button", name="Reset all keys").click()
    stored(page, stage, "hotkeys", {})


def test_the_mouse_does_what_its_owner_chose(
    stage: Stage, signed_in: Callable[[Person], Page], as_delivered: None
) -> None:
    page = signed_in(stage.reader)
    page.goto(f"{stage.portal.url}/account/preferences")
    page.get_by_role("combobox", name="Left drag", exact=True).click()
    page.get_by_role("option", name="Window and level").click()
    stored(page, stage, "mouse", {"left": "window"})
    expect(page.get_by_text("No button draws")).to_be_visible()
    page.get_by_role("combobox", name="Right drag", exact=True).click()
    page.get_by_role("option", name="Chosen tool").click()
    stored(page, stage, "mouse", {"left": "window", "right": "tool"})
    expect(page.get_by_text("No button draws")).to_have_count(0)
    switch = page.get_by_label("The wheel scrolls the other way")
    switch.click()
    expect(switch).to_be_checked()
    stored(page, stage, "viewer", {"wheel_is_reversed": True})

    page.goto(stage.portal.url)
    open_next_case(page)
    before = page.get_by_test_id("window").inner_text()
    drag(page, "left", (100, 100), (160, 130))
    assert page.get_by_test_id("window").inner_text() != before
    marks = len(probe(page, "v.annotations"))
    page.keyboard.press("l")
    drag(page, "right", (40, 200), (120, 220))
    assert len(probe(page, "v.annotations")) == marks + 1
    page.keyboard.press("Delete")

    index = probe(page, "v.state")["index"]
    page.keyboard.press("End")
    until(page, f"window.__overread_viewer.state.index > {index}")
    image_is_drawn(page)
    last = probe(page, "v.state")["index"]
    page.mouse.wheel(0, 100)
    until(page, f"window.__overread_viewer.state.index === {last - 1}")


def test_preferences_travel_as_a_file(
    stage: Stage, signed_in: Callable[[Person], Page], as_delivered: None, context: BrowserContext
) -> None:
    page = signed_in(stage.reader)
    page.goto(f"{stage.portal.url}/account/preferences")
    own = {
        "version": 1,
        "hotkeys": {"tool_length": ["F2"], "fly_through": ["x"]},
        "window_presets": [{"name": "Liver, mine", "modality": "CT", "center": 90, "width": 150}],
    }
    file: FilePayload = {"name": "mine.json", "mimeType": "application/json", "buffer": json.dumps(own).encode()}
    page.get_by_label("File to import").set_input_files(file)
    stored(page, stage, "hotkeys", own["hotkeys"])
    expect(page.get_by_role("table", name="Windows of your own")).to_contain_text("Liver, mine")
    set_key(page, "Point", "F4")
    stored(page, stage, "hotkeys", {"tool_length": ["F2"], "fly_through": ["x"], "tool_point": ["F4"]})
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    exported = json.loads(download.value.path().read_text())
    assert exported["hotkeys"]["fly_through"] == ["x"], "an action of a later version is kept"

    bad: FilePayload = {
        "name": "bad.json",
        "mimeType": "application/json",
        "buffer": b'{"version": 1, "hotkeys": {"undo": ["K"]}}',
    }
    page.get_by_label("File to import").set_input_files(bad)
    expect(page.get_by_text("The preferences are not valid.")).to_be_visible()
    assert stage.reader.get("me/preferences")["content"] == exported

    second = context.new_page()
    second.goto(page.url)
    set_key(second, "Rectangle", "F8")
    stored(second, stage, "hotkeys", {**exported["hotkeys"], "tool_rectangle": ["F8"]})
    expect(page.locator('[data-action="tool_rectangle"]')).to_contain_text("F8")

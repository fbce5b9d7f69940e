"""A whole read by keys alone: signing in, the worklist, the form, the images, menus, signing; the focus always seen."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browserless import PASSWORD
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, probe, screenshots, sign_in, until
from tests.e2e.test_reading import PRESENT, PROBABILITY, SUSPICION, saved, stored_read
from tests.faults.reading import reader_with_a_case

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

MOST_STOPS = 120
# Each stop is numbered, so that the round is known to be over.
ARRIVED = """() => {
    const at = document.activeElement;
    if (!at || at === document.body || at.dataset.stop !== undefined) return null;
    at.dataset.stop = String(document.querySelectorAll('[data-stop]').length);
    const box = at.getBoundingClientRect();
    const name = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent;
    return { name: (name || at.getAttribute('href') || at.outerHTML.slice(0, 80)).trim().replace(/\\s+/g, ' '),
             x: box.x, y: box.y, width: box.width, height: box.height };
}"""


def around(page: Page, stop: dict[str, float]) -> np.ndarray:
    """The screen at a stop and the few pixels around it, where an outline would be."""
    clip = {
        "x": max(0.0, stop["x"] - 4),
        "y": max(0.0, stop["y"] - 4),
        "width": max(stop["width"] + 8, 9),
        "height": max(stop["height"] + 8, 9),
    }
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"), np.int16)  # type: ignore[arg-type]


def is_seen(page: Page, stop: dict[str, float]) -> bool:
    """Whether the screen shows that the focus is here: it changes when the focus is taken away."""
    focused = around(page, stop)
    page.evaluate("() => document.activeElement.blur()")
    page.wait_for_timeout(60)
    without = around(page, stop)
    page.evaluate(
        "() => [...document.querySelectorAll('[data-stop]')]"
        ".sort((a, b) => a.dataset.stop - b.dataset.stop).at(-1).focus({ focusVisible: true })"
    )
    return focused.shape == without.shape and int((np.abs(focused - without).max(axis=2) > 24).sum()) >= 8


def tab_round(page: Page) -> list[str]:
    """Go once round the page with Tab; the focus is seen at every stop. Returns the names of the stops."""
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    names: list[str] = []
    unseen: list[str] = []
    while len(names) < MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(ARRIVED)
        if stop is None:
            break
        names.append(stop["name"])
        if not is_seen(page, stop):
            unseen.append(stop["name"])
    page.evaluate("() => document.querySelectorAll('[data-stop]').forEach((one) => delete one.dataset.stop)")
    assert len(names) < MOST_STOPS, names
    assert unseen == [], f"no sign of the focus at {unseen}"
    return names


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until the focus is on what has this name."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        found = page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.textContent ?? ''")
        if re.search(name, found):
            return
    raise AssertionError(f"Tab never comes to {name}")


def focused_text(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.textContent"))


def test_the_first_key_counts_though_nobody_has_been_asked_for_the_turn(stage: Stage, page: Page) -> None:
    """The turn comes along with the read: the route that renews it never answers here."""
    page.context.set_default_timeout(SLOW_MS)
    person, _ = reader_with_a_case(stage)
    sign_in(page, stage.portal.url, person.username)
    expect(page.get_by_text("to go")).to_be_visible()
    page.route("**/api/v1/reads/*/editor", lambda _: None)
    page.keyboard.press("Enter")
    page.wait_for_url("**/assignments/*")
    page.locator("[data-editing=editor]").wait_for()
    page.keyboard.press("y")
    expect(page.get_by_role("radiogroup", name=PRESENT).get_by_role("radio", name="Yes")).to_be_checked()
    saved(page)
    assert stored_read(person, page)["revision_number"] == 1
    page.unroute_all(behavior="ignoreErrors")


def test_a_read_by_keys_alone(stage: Stage, page: Page) -> None:
    page.context.set_default_timeout(SLOW_MS)
    person, _ = reader_with_a_case(stage)
    page.goto(f"{stage.portal.url}/accounts/sign-in")
    for _ in range(5):
        if page.evaluate("() => document.activeElement.name === 'username'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("to go")).to_be_visible()

    worklist = tab_round(page)
    assert any("Open case 1" in name for name in worklist), worklist
    tab_to(page, "Open case 1")
    screenshots(page, "keyboard-worklist")
    page.keyboard.press("Enter")
    page.wait_for_url("**/assignments/*")
    image_is_drawn(page)
    saved(page)

    room = tab_round(page)
    for wanted in ("Back to the worklist", "Yes", "Sign", "Length", "Window presets", "More"):
        assert any(wanted in name for name in room), (wanted, room)

    # The form: arrows walk a scale, Space answers, a slider begins where its first arrow puts it.
    tab_to(page, "^YYes|^Yes|Yes$")
    page.keyboard.press("Space")
    expect(page.get_by_role("radiogroup", name=PRESENT).get_by_role("radio", name="Yes")).to_be_checked()
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("radiogroup", name=SUSPICION).get_by_role("radio", checked=True)).to_have_count(1)
    tab_to(page, re.escape(PROBABILITY))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("PageUp")
    screenshots(page, "keyboard-form")

    # Menus: opened, walked and left by keys, and the focus comes back to where it was.
    before = probe(page, "v.state.index")
    tab_to(page, "^Window presets$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("ArrowDown")
    until(page, "document.activeElement.getAttribute('role')?.startsWith('menuitem')")
    first = focused_text(page)
    page.keyboard.press("ArrowDown")
    assert focused_text(page) != first
    screenshots(page, "keyboard-menu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_hidden()
    tab_to(page, "^More$", back=False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    until(page, "document.activeElement.closest('[role=menu]') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    until(page, "document.activeElement.textContent.trim() === 'More'")
    assert probe(page, "v.state.index") == before, "the arrows belonged to the menu"

    # The images: slices, window, layouts, planes, help.
    page.keyboard.press("ArrowDown")
    image_is_drawn(page, before + 1)
    tab_to(page, "^Slice$")
    for key, index in (("End", 7), ("Home", 0), ("ArrowDown", 1)):
        page.keyboard.press(key)
        image_is_drawn(page, index)
    page.keyboard.press("3")
    until(page, "Math.round(window.__overread_viewer.state.window.width) === 2500")
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.crosshairs")
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    image_is_drawn(page)
    page.keyboard.press("?")
    expect(page.get_by_label("Keys", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_label("Keys", exact=True)).to_be_hidden()

    saved(page)
    tab_to(page, "^Sign")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password to sign")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    saved(page, "signed")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stage.portal.url}/")
    expect(page.get_by_text("none left")).to_be_visible()

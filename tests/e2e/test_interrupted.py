"""A hostile hand on mouse, keyboard and page in the middle of a read: no mark is lost or made up."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from portal.demo.phantoms.volume import Grid, Phantom
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.marking import GEOMETRIES, QUESTIONS, datasets_of, drag_along, draw, marks_of, move_along, place
from tests.e2e.test_marking_tools import clear_marks
from tests.e2e.test_reading import saved, stored_read
from tests.e2e.viewing import Case, case_of, drag, open_to_read, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SQUARE = GEOMETRIES["SQUARE"]
CONFIDENCE = {"key": "sure", "kind": "CONFIDENCE", "text": "How sure?", "required": False}
SELECTED = "getSelection().toString()"


@pytest.fixture(scope="module")
def case(stage: Stage) -> Case:
    return case_of(stage, datasets_of(SQUARE), [*QUESTIONS, CONFIDENCE])


@pytest.fixture
def room(stage: Stage, case: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    open_to_read(page, case)
    clear_marks(page)
    return page


def lengths(stage: Stage, page: Page) -> list[float]:
    """The lengths that the server has, once all is saved."""
    saved(page)
    marks = marks_of(stored_read(stage.spare, page))
    return [mark["measurements"]["length_mm"] for mark in marks if mark["geometry"]["kind"] == "LENGTH"]


def kinds(stage: Stage, page: Page) -> list[str]:
    saved(page)
    return [mark["geometry"]["kind"] for mark in marks_of(stored_read(stage.spare, page))]


def legend(page: Page, question: str) -> tuple[float, float]:
    box = page.get_by_text(question, exact=True).bounding_box()
    assert box
    return box["x"] + box["width"] - 4, box["y"] + box["height"] / 2


def cine_plays(page: Page) -> None:
    until(page, "window.__overread_viewer.state.cine.isPlaying")


def cine_stands(page: Page) -> None:
    until(page, "!window.__overread_viewer.state.cine.isPlaying")


def test_nothing_beside_the_fields_is_selected_and_a_line_is_drawn_to_its_end(stage: Stage, room: Page) -> None:
    page = room
    x, y = place(page, (200, 60))
    from_x, from_y = legend(page, "How sure?")
    drag(page, (from_x, from_y), (x - from_x, y - from_y))
    assert page.evaluate(SELECTED) == ""
    page.keyboard.press("Control+a")
    assert page.evaluate(SELECTED) == ""
    for row in (60, 120):
        draw(page, "LENGTH", [(150, row), (200, row)])
    assert lengths(stage, page) == pytest.approx([50 * SQUARE.column_mm] * 2, abs=SQUARE.pixel_mm)
    drag(page, place(page, (60, 60)), (40, 40), button="right")
    assert len(lengths(stage, page)) == 2
    # A selection from elsewhere goes with the first press, and fields have theirs.
    number = page.get_by_label("How sure?, as a number")
    number.fill("45")
    page.keyboard.press("Control+a")
    assert number.evaluate("field => field.selectionEnd - field.selectionStart") == 2


def test_a_link_is_not_dragged_away(room: Page) -> None:
    page = room
    page.evaluate("() => window.addEventListener('dragstart', (e) => { window.dragged = !e.defaultPrevented; })")
    box = page.get_by_label("Back to the worklist").bounding_box()
    assert box
    drag(page, (box["x"] + 10, box["y"] + 8), (-200, 100))
    assert page.evaluate("window.dragged") is False
    assert "/assignments/" in page.url


def test_a_drag_whose_end_the_page_never_sees_is_finished_where_it_was(stage: Stage, room: Page) -> None:
    page = room
    page.keyboard.press("l")
    page.mouse.move(*place(page, (100, 60)))
    page.mouse.down()
    for column in (120, 140, 160):
        page.mouse.move(*place(page, (column, 60)))
    x, y = place(page, (220, 200))
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y, "button": "none", "buttons": 0})
    expect(page.locator("[data-mark]")).to_have_count(1)
    assert lengths(stage, page) == pytest.approx([60 * SQUARE.column_mm], abs=SQUARE.pixel_mm)
    page.mouse.up()
    drag(page, place(page, (60, 60)), (40, 40), button="right")
    assert len(lengths(stage, page)) == 1


def test_a_page_that_goes_in_the_moment_of_letting_go_keeps_the_mark(stage: Stage, room: Page) -> None:
    page = room
    for count in (1, 2, 3):
        saved(page)
        page.evaluate("() => window.addEventListener('mouseup', () => location.reload(), { once: true })")
        with page.expect_navigation():
            page.keyboard.press("l")
            page.mouse.move(*place(page, (100, 40 + 30 * count)))
            page.mouse.down()
            page.mouse.move(*place(page, (130, 40 + 30 * count)))
            page.mouse.move(*place(page, (160, 40 + 30 * count)))
            page.mouse.up()
        image_is_drawn(page)
        expect(page.locator("[data-mark]")).to_have_count(count)
    assert lengths(stage, page) == pytest.approx([60 * SQUARE.column_mm] * 3, abs=SQUARE.pixel_mm)


def test_a_page_that_goes_in_the_middle_of_a_drag_keeps_the_mark(stage: Stage, room: Page) -> None:
    page = room
    page.keyboard.press("l")
    page.mouse.move(*place(page, (100, 60)))
    page.mouse.down()
    for column in (120, 140, 160):
        page.mouse.move(*place(page, (column, 60)))
    page.reload()
    page.mouse.up()
    image_is_drawn(page)
    expect(page.locator("[data-mark]")).to_have_count(1)
    assert lengths(stage, page) == pytest.approx([60 * SQUARE.column_mm], abs=SQUARE.pixel_mm)


def test_undo_and_redo_never_take_the_keyboard(stage: Stage, room: Page) -> None:
    page = room
    draw(page, "ARROW", [(60, 60), (90, 90)])
    text = page.get_by_label("Text of mark 1")
    expect(text).to_be_focused()
    # Nothing is typed yet, so undo is the read's; and redo brings the arrow back without its field taking the keys.
    page.keyboard.press("Control+z")
    expect(page.locator("[data-mark]")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("[data-mark]")).to_have_count(1)
    expect(text).not_to_be_focused()
    draw(page, "LENGTH", [(60, 150), (110, 150)])
    for _ in range(2):
        page.keyboard.press("Control+z")
    expect(page.locator("[data-mark]")).to_have_count(0)
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    expect(page.locator("[data-mark]")).to_have_count(2)
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Length", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    assert kinds(stage, page) == ["ARROW", "LENGTH"]
    # Where something has been typed, undo is the field's own.
    text.click()
    page.keyboard.type("tip")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-mark]")).to_have_count(2)


def test_the_keyboard_comes_back_from_fields_menus_and_buttons(stage: Stage, room: Page) -> None:
    page = room
    present = page.get_by_role("radiogroup", name="Present?")
    number = page.get_by_label("How sure?, as a number")
    for key, given, wanted in (("Escape", "y", "Yes"), ("Enter", "n", "No")):
        number.fill("45")
        page.keyboard.press(key)
        expect(number).not_to_be_focused()
        page.keyboard.press(given)
        expect(present.get_by_role("radio", name=wanted)).to_have_attribute("aria-checked", "true")
    for name in ("Window presets", "More"):
        page.get_by_role("button", name=name).click()
        menu = page.get_by_role("menu")
        expect(menu).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
        page.keyboard.press("Space")
        cine_plays(page)
        expect(menu).to_have_count(0)
        page.keyboard.press("Space")
        cine_stands(page)
    draw(page, "LENGTH", [(60, 60), (110, 60)])
    page.get_by_role("button", name="Add a mark to this finding").click()
    expect(page.get_by_role("button", name="The next mark joins")).to_be_visible()
    page.keyboard.press("Space")
    cine_plays(page)
    expect(page.get_by_role("button", name="The next mark joins")).to_be_visible()
    # Whoever has pressed it by key stays on it.
    page.get_by_role("button", name="The next mark joins").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add a mark to this finding")).to_be_focused()


def test_drawing_stops_the_cine_and_looking_does_not(stage: Stage, room: Page) -> None:
    page = room
    page.keyboard.press("Space")
    cine_plays(page)
    page.keyboard.press("l")
    drag(page, place(page, (60, 60)), (30, 30), button="right")
    assert probe(page, "v.state.cine.isPlaying")
    drag_along(page, [(60, 60), (110, 60)])
    cine_stands(page)
    assert kinds(stage, page) == ["LENGTH"]


def label_of(page: Page) -> Locator:
    return page.locator('[data-testid="viewport"] svg text').first


def test_a_tool_draws_over_the_label_of_another_mark(stage: Stage, room: Page) -> None:
    page = room
    draw(page, "LENGTH", [(40, 40), (90, 40)])
    expect(page.locator("[data-mark]")).to_have_count(1)
    box: Any = label_of(page).bounding_box()
    page.keyboard.press("r")
    drag(page, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), (60, 90))
    expect(page.locator("[data-mark]")).to_have_count(2)
    assert kinds(stage, page) == ["LENGTH", "RECTANGLE"]
    # With no tool the label is moved out of the way, as before.
    page.keyboard.press("Escape")
    before: Any = label_of(page).bounding_box()
    drag(page, (before["x"] + before["width"] / 2, before["y"] + before["height"] / 2), (0, 120))
    after: Any = label_of(page).bounding_box()
    assert after["y"] - before["y"] == pytest.approx(120, abs=15)


def test_undo_in_mid_draw_takes_back_only_what_is_half_drawn(stage: Stage, room: Page) -> None:
    page = room
    page.keyboard.press("y")
    page.keyboard.press("l")
    page.mouse.move(*place(page, (60, 60)))
    page.mouse.down()
    for column in (80, 100, 120):
        page.mouse.move(*place(page, (column, 60)))
    page.keyboard.press("Control+z")
    page.mouse.up()
    expect(page.locator("[data-mark]")).to_have_count(0)
    yes = page.get_by_role("radiogroup", name="Present?").get_by_role("radio", name="Yes")
    expect(yes).to_have_attribute("aria-checked", "true")
    assert kinds(stage, page) == []
    # With nothing half drawn the key takes back the answer.
    page.keyboard.press("Control+z")
    expect(yes).to_have_attribute("aria-checked", "false")


def test_a_password_typed_while_something_is_missing_answers_nothing(room: Page) -> None:
    page = room
    draw(page, "LENGTH", [(40, 30), (90, 30)])
    page.keyboard.press("y")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Missing before signing")).to_be_visible()
    field = page.get_by_label("Password to sign")
    expect(field).to_be_focused()
    page.keyboard.type("nylon")
    expect(field).to_have_value("nylon")
    yes = page.get_by_role("radiogroup", name="Present?").get_by_role("radio", name="Yes")
    expect(yes).to_have_attribute("aria-checked", "true")
    # Enter then leads to what is missing.
    page.keyboard.press("Enter")
    expect(field).not_to_be_focused()
    assert page.evaluate("document.activeElement.closest('[data-finding], [data-question]') !== null")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_label("Keys", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Keys", exact=True)).to_be_hidden()


def test_a_tool_begins_a_new_mark_on_the_end_of_another(stage: Stage, room: Page) -> None:
    page = room
    draw(page, "LENGTH", [(40, 40), (90, 40)])
    draw(page, "LENGTH", [(90, 40), (90, 90)])
    assert lengths(stage, page) == pytest.approx([50 * SQUARE.column_mm, 50 * SQUARE.row_mm], abs=SQUARE.pixel_mm)
    draw(page, "ELLIPSE", [(90, 90), (120, 110)])
    draw(page, "RECTANGLE", [(140, 140), (200, 200)])
    draw(page, "FREEHAND", [(140, 140), (180, 150), (160, 190)])
    drawn = ["LENGTH", "LENGTH", "ELLIPSE", "RECTANGLE", "FREEHAND"]
    assert kinds(stage, page) == drawn
    # The tool rests now, and an end is moved as ever.
    move_along(page, [(40, 40), (20, 40)])
    assert kinds(stage, page) == drawn
    assert lengths(stage, page) == pytest.approx([70 * SQUARE.column_mm, 50 * SQUARE.row_mm], abs=SQUARE.pixel_mm)


SIDE = 1024


@pytest.fixture
def large_case(stage: Stage) -> Case:
    """A large image whose values are its columns."""
    plane = np.broadcast_to(np.arange(SIDE, dtype=np.int16), (1, SIDE, SIDE)).copy()
    phantom = Phantom("LARGE", 0, Grid(1, SIDE, SIDE, 0.2, 1.0), plane, ())
    return case_of(stage, series_of("LARGE AREA", phantom, 1, WindowCenter=512, WindowWidth=1024), QUESTIONS)


def test_a_large_area_is_summed_up_when_the_mouse_rests(
    stage: Stage, large_case: Case, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    open_to_read(page, large_case)
    page.evaluate("""() => new MutationObserver(() => {
        const words = [...document.querySelectorAll('[data-testid="viewport"] svg text')].map((e) => e.textContent);
        if (words.some((text) => text.includes("…"))) window.isComingSeen = true;
    }).observe(document.body, { subtree: true, childList: true, characterData: true })""")
    page.keyboard.press("r")
    page.mouse.move(*place(page, (100, 100)))
    page.mouse.down()
    for at in (300, 600, 900):
        page.mouse.move(*place(page, (at, at)))
    until(page, "window.isComingSeen")
    page.mouse.up()
    expect(label_of(page)).to_contain_text("mean")
    expect(label_of(page)).not_to_contain_text("…")
    saved(page)
    (mark,) = marks_of(stored_read(stage.spare, page))
    measured = mark["measurements"]
    # Whole numbers in a row: the mean is the middle, the deviation of n of them the root of (n² - 1) / 12.
    count = measured["max"] - measured["min"] + 1
    assert count * 0.2 == pytest.approx(measured["width_mm"], abs=0.2)
    assert measured["mean"] == pytest.approx((measured["min"] + measured["max"]) / 2, abs=0.001)
    assert measured["sd"] == pytest.approx(math.sqrt((count**2 - 1) / 12), abs=0.001)


def test_what_is_missing_leaves_the_form_its_room(room: Page) -> None:
    page = room
    for number in range(8):
        draw(page, "LENGTH", [(40, 30 + 22 * number), (90, 30 + 22 * number)])
    page.keyboard.press("Control+Enter")
    missing = page.get_by_label("Missing before signing")
    expect(missing.get_by_role("listitem").filter(has_text="Mark")).to_have_count(8)
    expect(missing.get_by_role("button", name="Mark 8:")).to_contain_text("Give a confidence.")
    screenshots(page, "missing-answers")
    page.set_viewport_size({"width": 1280, "height": 800})
    box = missing.bounding_box()
    assert box
    assert box["height"] <= 160

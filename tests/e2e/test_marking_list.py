"""Marks and their list: several marks of one finding, jumping and back, hiding, boxes over slices, undo."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.marking import (
    GEOMETRIES,
    QUESTIONS,
    SLICE_MM,
    datasets_of,
    drag_along,
    draw,
    flick,
    marks_of,
    move_along,
)
from tests.e2e.test_marking_tools import BLOCK_CORNERS, clear_marks, go_to_slice, opened
from tests.e2e.test_reading import saved, stored_read
from tests.e2e.viewing import Case, case_of
from tests.faults.reading import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def square(stage: Stage) -> Case:
    return case_of(stage, datasets_of(GEOMETRIES["SQUARE"]), QUESTIONS)


@pytest.fixture
def room(stage: Stage, square: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = opened(signed_in(stage.spare), square)
    clear_marks(page)
    return page


def findings(stage: Stage, page: Page) -> list[dict[str, Any]]:
    saved(page)
    listed: list[dict[str, Any]] = stored_read(stage.spare, page)["payload"]["findings"]
    return listed


def index_is(page: Page, index: int) -> None:
    image_is_drawn(page, index)


def test_contours_on_several_slices_are_one_finding_with_a_volume(stage: Stage, room: Page) -> None:
    page = room
    go_to_slice(page, 1)
    draw(page, "FREEHAND", BLOCK_CORNERS)
    for _ in range(2):
        page.keyboard.press("a")
        page.keyboard.press("ArrowDown")
        image_is_drawn(page)
        page.wait_for_timeout(300)
        drag_along(page, [*BLOCK_CORNERS, BLOCK_CORNERS[0]])
    (finding,) = findings(stage, page)
    assert [mark["geometry"]["kind"] for mark in finding["marks"]] == ["FREEHAND"] * 3
    # 60 x 60 pixels of 0.8 mm on three slices of 5 mm: 2304 mm2 x 15 mm = 34.56 cm3, within a pixel all round.
    volume = page.get_by_text("Volume of the contours")
    expect(volume).to_be_visible()
    text = volume.text_content() or ""
    assert float(text.split()[4]) == pytest.approx(2304 * 3 * SLICE_MM / 1000, rel=4 / 60)
    screenshots(page, "contours-over-slices")

    page.get_by_role("button", name="Delete mark 1, part 2").click()
    (finding,) = findings(stage, page)
    assert len(finding["marks"]) == 2
    page.keyboard.press("Control+z")
    (finding,) = findings(stage, page)
    assert len(finding["marks"]) == 3


def test_a_jump_to_a_mark_and_back(room: Page) -> None:
    page = room
    go_to_slice(page, 6)
    draw(page, "LENGTH", [(40, 40), (90, 90)])
    page.keyboard.press("Home")
    index_is(page, 0)
    page.get_by_role("button", name="Go to mark 1").click()
    index_is(page, 6)
    page.keyboard.press("b")
    index_is(page, 0)
    page.keyboard.press("m")
    index_is(page, 6)
    page.keyboard.press("b")
    index_is(page, 0)


def test_marks_are_hidden_while_the_key_is_held(room: Page) -> None:
    page = room
    draw(page, "RECTANGLE", [(40, 40), (90, 90)])
    assert [one["isVisible"] for one in probe(page, "v.annotations")] == [True]
    page.keyboard.down("h")
    until(page, "window.__overread_viewer.annotations.every((one) => !one.isVisible)")
    screenshots(page, "marks-held-hidden")
    page.keyboard.up("h")
    until(page, "window.__overread_viewer.annotations.every((one) => one.isVisible)")
    page.keyboard.press("Shift+v")
    until(page, "window.__overread_viewer.annotations.every((one) => !one.isVisible)")
    page.keyboard.press("Shift+v")
    until(page, "window.__overread_viewer.annotations.every((one) => one.isVisible)")


def test_a_box_reaches_from_slice_to_slice(stage: Stage, room: Page) -> None:
    page = room
    go_to_slice(page, 3)
    draw(page, "BOX", [(60, 60), (180, 160)])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    index_is(page, 5)
    page.keyboard.press("]")
    page.keyboard.press("Home")
    index_is(page, 0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    image_is_drawn(page, 2)
    page.keyboard.press("[")
    until(page, "window.__overread_viewer.annotations.length === 4")
    # Who drags sees the rectangle before.
    image_is_drawn(page, 2)
    (finding,) = findings(stage, page)
    (mark,) = finding["marks"]
    assert mark["measurements"]["depth_mm"] == pytest.approx(4 * SLICE_MM, abs=0.01)
    screenshots(page, "box")
    # Its rectangle can be moved on any of its slices, and moves on all of them.
    move_along(page, [(60, 110), (50, 110)])
    eventually(lambda: findings(stage, page)[0]["marks"] != [mark], "the box has moved")
    (moved,) = findings(stage, page)[0]["marks"]
    assert moved["measurements"]["depth_mm"] == pytest.approx(4 * SLICE_MM, abs=0.01)
    assert moved["geometry"]["points_mm"] != mark["geometry"]["points_mm"]
    flick(page, (50, 110), (90, 110))
    eventually(lambda: findings(stage, page)[0]["marks"] != [moved], "a quick hand has moved the box")


def test_undo_goes_back_to_the_beginning_over_marks_and_form(stage: Stage, room: Page) -> None:
    page = room
    before = findings(stage, page)
    draw(page, "LENGTH", [(40, 40), (90, 90)])
    move_along(page, [(90, 90), (100, 120)])
    page.get_by_role("radiogroup", name="Calcified? (mark 1)").get_by_role("radio", name="Yes").click()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("l")
    drag_along(page, [(150, 40), (200, 60)])
    expect(page.locator("[data-mark]")).to_have_count(2)
    draw(page, "POINT", [(60, 200)])
    # Delete takes the chosen mark: it is the point only once that is drawn.
    expect(page.locator("[data-mark]")).to_have_count(3)
    page.keyboard.press("Delete")
    after = findings(stage, page)
    assert [len(finding["marks"]) for finding in after] == [2]
    assert after[0]["answers"] == {"calcified": True}
    steps = 0
    while findings(stage, page) != before:
        page.keyboard.press("Control+z")
        page.wait_for_timeout(200)
        steps += 1
        assert steps < 12
    assert steps == 6
    for _ in range(steps):
        page.keyboard.press("Control+Shift+z")
    assert findings(stage, page) == after
    assert {one["tool"] for one in probe(page, "v.annotations")} == {"Length"}


def test_escape_drops_what_is_half_drawn(stage: Stage, room: Page) -> None:
    page = room
    page.keyboard.press("g")
    drag_along(page, [(150, 60), (60, 60)])
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert probe(page, "v.annotations") == []
    assert findings(stage, page) == []
    draw(page, "LENGTH", [(40, 40), (90, 90)])
    assert [mark["geometry"]["kind"] for mark in marks_of(stored_after_save(stage, page))] == ["LENGTH"]


def stored_after_save(stage: Stage, page: Page) -> dict[str, Any]:
    saved(page)
    return stored_read(stage.spare, page)

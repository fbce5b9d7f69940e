"""Several panes: layouts, a series in each, one pane over all, and marks in every pane that shows them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.demo.phantoms import ruler
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.viewing import (
    CLICK_PAUSE_MS,
    Case,
    case_of,
    centre_of,
    drag,
    open_to_read,
    pane,
    pane_is_drawn,
    panes,
    series_of,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def three_series(stage: Stage) -> Case:
    """The ruler in a lung, a bone and a wide window, each as a series of its own."""
    phantom = ruler.make_ruler()
    windows = {1: (-600, 1500), 2: (480, 2500), 3: (0, 4000)}
    datasets = [
        dataset
        for number, (center, width) in windows.items()
        for dataset in series_of("LAYOUTS", phantom, number, WindowCenter=center, WindowWidth=width)
    ]
    return case_of(stage, datasets)


@pytest.fixture
def room(stage: Stage, three_series: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    open_to_read(page, three_series)
    return page


def shown(page: Page) -> list[str]:
    return [pane(page, one, "p.seriesInstanceUid") for one in panes(page)]


def all_are_drawn(page: Page) -> None:
    for one in panes(page):
        pane_is_drawn(page, one)


def test_layouts_by_key_and_button_keep_what_is_shown(room: Page, three_series: Case) -> None:
    page, (first, second, third) = room, three_series.series
    start = pane(page, "1", "p.seriesInstanceUid")
    page.keyboard.press("PageDown")
    pane_is_drawn(page, "1", 7)

    page.keyboard.press("Shift+d")
    until(page, "window.__overread_viewer.panes.length === 2")
    all_are_drawn(page)
    left, right = shown(page)
    assert left == start
    assert right != start
    assert pane(page, "1", "p.state.index") == 7, "the pane that was there keeps its slice"
    assert pane(page, "2", "p.state.index") == 0
    screenshots(page, "layout-side-by-side")

    page.get_by_role("button", name="Quad: two by two").click()
    until(page, "window.__overread_viewer.panes.length === 4")
    all_are_drawn(page)
    assert set(shown(page)) == {first, second, third}
    widths = {pane(page, one, "p.state.window.width") for one in panes(page)}
    assert {round(width) for width in widths} == {1500, 2500, 4000}, "each pane has the window of its own series"
    screenshots(page, "layout-quad")

    page.keyboard.press(".")
    page.keyboard.press(".")
    until(page, "window.__overread_viewer.activeId === '3'")
    kept = pane(page, "3", "p.seriesInstanceUid")
    page.keyboard.press("Shift+u")
    until(page, "window.__overread_viewer.panes.length === 2")
    assert kept in shown(page), "the active pane stays on the screen"
    screenshots(page, "layout-above-below")
    page.keyboard.press("Shift+s")
    until(page, "window.__overread_viewer.panes.length === 1")
    assert shown(page) == [kept]
    image_is_drawn(page)


def test_a_series_goes_where_it_is_clicked_or_dragged(room: Page, three_series: Case) -> None:
    page, (first, second, third) = room, three_series.series
    page.keyboard.press("Shift+d")
    until(page, "window.__overread_viewer.panes.length === 2")
    entries = page.get_by_role("navigation", name="Series").get_by_role("button")
    expect(entries).to_have_count(3)
    page.mouse.click(*centre_of(page, "2"))
    until(page, "window.__overread_viewer.activeId === '2'")
    entries.nth(2).click()
    until(page, f"window.__overread_viewer.panes[1].seriesInstanceUid === '{third}'")
    before = pane(page, "2", "p.seriesInstanceUid")
    entries.nth(1).drag_to(page.get_by_test_id("pane-1"))
    until(page, f"window.__overread_viewer.panes[0].seriesInstanceUid === '{second}'")
    assert pane(page, "2", "p.seriesInstanceUid") == before
    pane_is_drawn(page, "1")
    assert probe(page, "v.activeId") == "1"
    page.keyboard.press("ArrowLeft")
    until(page, f"window.__overread_viewer.panes[0].seriesInstanceUid === '{first}'")


def test_a_double_click_makes_one_pane_cover_the_others_and_back(room: Page) -> None:
    page = room
    page.keyboard.press("Shift+q")
    until(page, "window.__overread_viewer.panes.length === 4")
    all_are_drawn(page)
    small = page.get_by_test_id("pane-4").bounding_box()
    page.mouse.dblclick(*centre_of(page, "4"))
    page.wait_for_timeout(CLICK_PAUSE_MS)
    whole, large = page.get_by_test_id("viewer").bounding_box(), page.get_by_test_id("pane-4").bounding_box()
    assert small
    assert large == whole
    pixel = pane(page, "4", "p.state.perScreenPixel.value")
    page.wait_for_timeout(500)
    screenshots(page, "layout-maximised")
    page.mouse.dblclick(*centre_of(page, "4"))
    page.wait_for_timeout(CLICK_PAUSE_MS)
    assert page.get_by_test_id("pane-4").bounding_box() == small
    until(page, f"window.__overread_viewer.panes[3].state.perScreenPixel.value > 1.5 * {pixel}")
    page.keyboard.press("x")
    page.wait_for_timeout(300)
    assert page.get_by_test_id("pane-4").bounding_box() == whole
    page.keyboard.press("x")
    page.wait_for_timeout(300)
    # With a tool that draws in hand a double click is a click: one point, and no pane over the others.
    page.keyboard.press("p")
    page.mouse.dblclick(*centre_of(page, "4"))
    until(page, "window.__overread_viewer.annotations.length === 1")
    page.wait_for_timeout(CLICK_PAUSE_MS)
    assert [one["tool"] for one in probe(page, "v.annotations")] == ["Point"]
    assert page.get_by_test_id("pane-4").bounding_box() == small
    page.keyboard.press("Control+z")
    until(page, "window.__overread_viewer.annotations.length === 0")


def test_a_mark_is_in_every_pane_that_shows_its_series(room: Page) -> None:
    page = room
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    image_is_drawn(page)
    only = pane(page, "1", "p.seriesInstanceUid")
    page.keyboard.press("Shift+d")
    until(page, "window.__overread_viewer.panes.length === 2")
    page.mouse.click(*centre_of(page, "2"))
    page.wait_for_timeout(CLICK_PAUSE_MS)
    page.keyboard.press("ArrowLeft")
    until(page, f"window.__overread_viewer.panes[1].seriesInstanceUid === '{only}'")
    all_are_drawn(page)
    page.keyboard.press("l")
    start, end = (pane(page, "2", f"p.clientPointOfPixel({column}, 62)") for column in (59.5, 184.5))
    page.mouse.move(start["x"], start["y"])
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(start["x"] + (end["x"] - start["x"]) * step / 10, start["y"])
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)
    marks = page.get_by_test_id("viewer").locator("svg line")
    for one in ("1", "2"):
        assert page.get_by_test_id(f"pane-{one}").locator("svg.svg-layer line").count() > 0, one
    assert marks.count() > 0
    text = page.get_by_test_id("pane-1").locator("svg.svg-layer text").text_content() or ""
    assert "100." in text or "99." in text
    screenshots(page, "layout-mark-in-two-panes")
    # In panes as small as these only the mark in hand has its words; the one before keeps its number.
    page.keyboard.press("l")
    drag(page, (start["x"], start["y"] + 60), (80, 0))
    until(page, "window.__overread_viewer.annotations.length === 2")
    words = page.get_by_test_id("pane-1").locator("svg.svg-layer text")
    expect(words).to_have_text(["1", re.compile(r"^2\d+\.\d mm$")])
    screenshots(page, "layout-two-marks-in-two-panes")
    # The pane goes in which a line is half drawn: nothing of it stays, and no tool looks for the pane.
    warned: list[str] = []
    page.on("console", lambda message: warned.append(message.text))
    page.keyboard.press("l")
    page.mouse.move(*centre_of(page, "2"))
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 90)
    until(page, "window.__overread_viewer.annotations.length === 3")
    page.keyboard.press(",")
    page.keyboard.press("Shift+s")
    until(page, "window.__overread_viewer.panes.length === 1")
    page.mouse.move(*centre_of(page, "1"))
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)
    assert probe(page, "v.annotations.length") == 2
    assert [text for text in warned if "not available" in text] == []
    for left in (1, 0):
        page.keyboard.press("Control+z")
        until(page, f"window.__overread_viewer.annotations.length === {left}")

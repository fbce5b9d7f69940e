"""A reader's day in Chromium, and what an API client finds of it."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.demo.phantoms import ruler
from tests.browser import sign
from tests.browserless import Person
from tests.e2e.conftest import AI_SCORE, SLOW_MS, Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.viewing import take_over_if_held

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SUSPICION = "How sure are you that there is a nodule?"
PROBABILITY = "Probability of a nodule, 0 to 100"
PRESENT = "Is there a pulmonary nodule of 5 mm or more?"
# Borders of the ruler's 100 mm rod: pixel centres are whole numbers, its columns are 60 to 184, its rows 60 to 64.
ROD = ((59.5, 62.0), (184.5, 62.0))
# Cornerstone waits this long for a second click before it takes a new one.
CLICK_PAUSE_MS = 600


def saved(page: Page, state: str = "saved") -> None:
    expect(page.locator(f'[data-save="{state}"]')).to_be_visible(timeout=SLOW_MS)


def open_next_case(page: Page) -> None:
    expect(page.get_by_text("to go")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assignments/*")
    image_is_drawn(page)
    take_over_if_held(page)


def point(page: Page, column: float, row: float) -> tuple[float, float]:
    place = probe(page, f"v.clientPointOfPixel({column}, {row})")
    return place["x"], place["y"]


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, drag and release with the real mouse."""
    (x0, y0), (x1, y1) = point(page, *start), point(page, *end)
    page.mouse.move(x0, y0)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x0 + (x1 - x0) * step / 10, y0 + (y1 - y0) * step / 10)
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def click(page: Page, place: tuple[float, float]) -> None:
    page.mouse.click(*point(page, *place))
    page.wait_for_timeout(CLICK_PAUSE_MS)


def radio(page: Page, group: str, name: str) -> Any:
    return page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name)


def fill_form_by_keyboard(page: Page) -> None:
    """Yes, "probably a nodule", and a probability: keys only."""
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    page.keyboard.press("Shift+Digit4")
    slider = page.get_by_role("slider", name=PROBABILITY)
    slider.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")


def stored_read(person: Person, page: Page) -> dict[str, Any]:
    """The read that is on the screen, as the server has it."""
    assignment = page.url.rsplit("/", 1)[1]
    read: dict[str, Any] = person.send("POST", f"assignments/{assignment}/open")
    return read


def test_a_read_from_the_worklist_to_the_csv(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.reader)
    screenshots(page, "worklist")
    open_next_case(page)
    screenshots(page, "ruler")

    page.keyboard.press("l")
    draw(page, *ROD)
    page.get_by_label("What this mark is for").select_option(label="Measurement only")
    page.keyboard.press("p")
    click(page, (128, 150))
    mark = page.get_by_role("slider", name="Confidence of mark 2")
    mark.focus()
    page.keyboard.press("ArrowUp")
    fill_form_by_keyboard(page)
    saved(page)
    screenshots(page, "ruler-marked")

    read = stored_read(stage.reader, page)
    finding, nodule = read["payload"]["findings"]
    ((length,), (point_mark,)) = finding["marks"], nodule["marks"]
    assert length["geometry"]["kind"] == "LENGTH"
    assert length["measurements"]["length_mm"] == pytest.approx(ruler.HORIZONTAL_ROD_MM, rel=0.02)
    (x0, y0, z0), (x1, y1, z1) = length["geometry"]["points_mm"]
    drawn_mm = ((x1 - x0) ** 2 + (y1 - y0) ** 2 + (z1 - z0) ** 2) ** 0.5
    assert drawn_mm == pytest.approx(ruler.HORIZONTAL_ROD_MM, rel=0.02)
    assert (point_mark["geometry"]["kind"], nodule["question"]) == ("POINT", "nodules")
    # Column 128, row 150 of a grid of 256 x 256 pixels of 0.8 mm, centred on the patient's origin.
    expected = [(128 - 127.5) * ruler.PIXEL_MM, (150 - 127.5) * ruler.PIXEL_MM]
    assert point_mark["geometry"]["points_mm"][0][:2] == pytest.approx(expected, abs=1.0)

    page.reload()
    image_is_drawn(page)
    assert {one["tool"] for one in probe(page, "v.annotations")} == {
        one["tool"] for one in probe(page, "v.annotations") if one["points"]
    }
    assert len(probe(page, "v.annotations")) == 2
    expect(radio(page, PRESENT, "Yes")).to_have_attribute("aria-checked", "true")
    expect(radio(page, SUSPICION, "probably a nodule")).to_have_attribute("aria-checked", "true")
    assert stored_read(stage.reader, page)["payload"] == read["payload"]

    assert page.get_by_test_id("comparison").count() == 0
    assert str(AI_SCORE) not in page.content()
    sign(page)
    saved(page, "signed")
    expect(page.get_by_test_id("comparison")).to_contain_text("0.87")
    screenshots(page, "ruler-signed")

    headers = {"Authorization": f"Bearer {stage.client.token()}"}
    answer = stage.client.http.get(f"/api/v1/{stage.path('/labels')}?format=csv", headers=headers)
    (row,) = [
        row
        for row in csv.DictReader(io.StringIO(answer.text, newline=""))
        if (row["reader"], row["case"]) == (stage.reader.username, "Case 001")
    ]
    assert (row["answer.nodule_present"], row["answer.suspicion"]) == ("1", "4")
    times = json.loads(row["times"])["FIRST"]
    assert 0 < times["first_image_ms"] < times["first_mark_ms"] < times["total_ms"] == int(row["total_ms"])
    assert 0 < times["active_ms"] == int(row["active_ms"]) <= times["total_ms"]
    assert json.loads(row["findings"])[0]["marks"][0]["measurements"]["length_mm"] == pytest.approx(100.0, rel=0.02)

    page.keyboard.press("Enter")
    until(page, f"!location.pathname.endsWith('{read['assignment_id']}')")
    image_is_drawn(page)
    screenshots(page, "phantom")


def test_offline_work_is_kept_and_sent_when_the_portal_is_back(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.second_reader)
    # This reader has cases of other tests' reader studies in the worklist, too.
    first = stage.second_reader.get(stage.path("/assignments"))[0]
    page.goto(f"{stage.portal.url}/assignments/{first['id']}")
    image_is_drawn(page)
    take_over_if_held(page)
    page.keyboard.press("y")
    saved(page)
    page.context.set_offline(True)
    page.keyboard.press("Shift+Digit2")
    expect(radio(page, SUSPICION, "probably no nodule")).to_have_attribute("aria-checked", "true")
    saved(page, "offline")
    expect(page.get_by_text("The portal cannot be reached.")).to_be_visible()
    screenshots(page, "offline")
    before = stored_read(stage.second_reader, page)
    assert "suspicion" not in before["payload"]["answers"]
    page.context.set_offline(False)
    saved(page)
    assert stored_read(stage.second_reader, page)["payload"]["answers"]["suspicion"] == 2

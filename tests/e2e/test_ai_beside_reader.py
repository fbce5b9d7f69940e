"""The AI beside the reader: phases, heat map at its millimetres, decisions by key, and what is exported of them."""

import csv
import io
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sign
from tests.browserless import Person
from tests.e2e.ai_stage import VOXEL_MM, AiStudy, ai_study, hot_mm
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.test_reading import click, fill_form_by_keyboard, open_next_case, saved, stored_read

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# Viridis is greener than this above 0.75.
BRIGHT_GREEN = 195
# The painted pixel nearest to a place on the screen, and the centre of all that is painted yellow (the hottest).
HEAT = """(at) => {
  const canvas = document.querySelector('[data-testid="heat"]');
  if (!canvas || canvas.hidden) return null;
  const box = canvas.getBoundingClientRect();
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const scale = box.width / width;
  const index = 4 * (Math.floor((at.y - box.top) / scale) * width + Math.floor((at.x - box.left) / scale));
  let [sum, x, y, painted] = [0, 0, 0, 0];
  for (let i = 0; i < width * height; i += 1) {
    if (data[4 * i + 3] > 0) painted += 1;
    const weight = data[4 * i + 1] * data[4 * i + 3];
    sum += weight;
    x += weight * ((i % width) + 0.5);
    y += weight * (Math.floor(i / width) + 0.5);
  }
  return {
    pixel: [...data.slice(index, index + 4)],
    centre: { x: box.left + (x / sum) * scale, y: box.top + (y / sum) * scale },
    painted,
    opacity: Number(canvas.style.opacity),
  };
}"""


def slice_of(stage: Stage, z_mm: float) -> int:
    """Where on the stack a height lies: the uppermost slice is shown first."""
    grid = stage.phantom.grid
    return grid.slices - 1 - round((z_mm - grid.origin_mm[2]) / grid.slice_mm)


def pixel_of(stage: Stage, x_mm: float, y_mm: float) -> tuple[float, float]:
    grid = stage.phantom.grid
    return (x_mm - grid.origin_mm[0]) / grid.pixel_mm, (y_mm - grid.origin_mm[1]) / grid.pixel_mm


def go_to_slice(page: Page, index: int) -> None:
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    for step in range(1, index + 1):
        page.keyboard.press("ArrowDown")
        image_is_drawn(page, step)


def heat_at(page: Page, place: dict[str, float]) -> Any:
    page.wait_for_timeout(300)
    return page.evaluate(HEAT, place)


def painted(page: Page, place: dict[str, float], seconds: float = 20) -> Any:
    """The heat once the blob's brightest colour is painted at this place: drawing follows the image by a frame."""
    deadline = time.monotonic() + seconds
    while True:
        heat = heat_at(page, place)
        if (heat is not None and heat["pixel"][1] > BRIGHT_GREEN) or time.monotonic() > deadline:
            assert heat is not None
            return heat


def decision(page: Page, number: int) -> Any:
    return page.locator("[data-ai-finding]").nth(number - 1)


def second_read(stage: Stage, salt: int, **more: Any) -> AiStudy:
    return ai_study(stage, "SECOND_READ", salt, **more)


def test_a_second_read_from_the_first_to_the_labels(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    study = second_read(stage, 21, required=True)
    page = signed_in(study.reader)
    open_next_case(page)
    expect(page.locator('[data-phase="FIRST"]')).to_be_visible()
    button = page.get_by_role("button", name="Freeze and show the AI")
    page.set_viewport_size({"width": 1280, "height": 800})
    box = button.bounding_box()
    assert box
    assert box["height"] < 40, "its words and its key have one line"
    button.click()
    # Nothing is frozen that could not be signed.
    expect(page.get_by_label("Missing before signing")).to_contain_text("Answer")
    fill_form_by_keyboard(page)
    saved(page)
    screenshots(page, "first-read")
    page.keyboard.press("Shift+Enter")

    expect(page.locator('[data-phase="SECOND"]')).to_be_visible()
    comparison = page.get_by_test_id("comparison")
    expect(comparison).to_contain_text("0.74")
    expect(comparison).to_contain_text("positive from 0.50")
    expect(comparison).to_contain_text("Of 40 cases scored 0.70 to 0.80, 30 (75 %) were positive: Registry.")
    expect(comparison).to_contain_text("2 of 2 undecided")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Missing before signing")).to_contain_text("Accept, adjust or reject")
    page.keyboard.press("Escape")

    # The first key chooses the finding, so that nothing is decided unseen.
    page.keyboard.press("Shift+k")
    page.keyboard.press("Shift+a")
    expect(decision(page, 1)).to_have_attribute("data-decision", "ACCEPTED")
    page.keyboard.press("Control+z")
    expect(decision(page, 1)).to_have_attribute("data-decision", "UNDECIDED")
    page.keyboard.press("Shift+j")
    expect(decision(page, 1)).to_have_attribute("data-decision", "ACCEPTED")
    confidence = page.get_by_role("slider", name="Confidence of mark 1")
    expect(confidence).to_have_attribute("aria-valuenow", "63")
    confidence.focus()
    page.keyboard.press("ArrowUp")
    expect(decision(page, 1)).to_have_attribute("data-decision", "ADJUSTED")
    decision(page, 2).get_by_role("button", name="Reject").click()
    expect(decision(page, 2)).to_have_attribute("data-decision", "REJECTED")
    page.keyboard.press("Shift+Digit5")
    saved(page)
    screenshots(page, "second-read")
    is_accessible(page)
    page.reload()
    image_is_drawn(page)
    expect(page.locator('[data-phase="SECOND"]')).to_be_visible()
    expect(decision(page, 2)).to_have_attribute("data-decision", "REJECTED")
    sign(page)
    saved(page, "signed")
    _check_export(stage, study)


def _check_export(stage: Stage, study: AiStudy) -> None:
    (signed,) = study.labels("")
    assert (signed["state"], signed["phase"], signed["answers"]["suspicion"]) == ("SIGNED", "SECOND", 5)
    first, final = sorted(study.labels("include_first_reads=1"), key=lambda row: row["revision_number"])
    assert (first["state"], first["phase"], first["answers"]["suspicion"]) == ("FIRST_READ", "FIRST", 4)
    assert final == signed
    # The first read was made without the AI, and the record says so; the second one with this very prediction.
    assert (first["ai_shown"], first["ai_decisions"], first["findings"]) == ([], [], [])
    shown = {(one["content"], one["prediction_id"], one["phase"]) for one in signed["ai_shown"]}
    assert shown == {(content, study.prediction_id, "SECOND") for content in ("COMPARISON", "HEAT_MAP")}
    assert first["updated_at"] < min(one["shown_at"] for one in signed["ai_shown"]) < signed["updated_at"]
    decisions = {one["ai_finding_id"]: one for one in signed["ai_decisions"]}
    assert [decisions[f"canary-21-{number}"]["decision"] for number in (1, 2)] == ["ADJUSTED", "REJECTED"]
    (copy,) = signed["findings"]
    assert decisions["canary-21-1"]["finding_id"] == copy["id"]
    assert copy["confidence"] == 64
    (mark,) = copy["marks"]
    lesion = stage.phantom.lesions[0]
    assert mark["geometry"]["kind"] == "ELLIPSE"
    centre = [sum(point[axis] for point in mark["geometry"]["points_mm"]) / 4 for axis in (0, 1)]
    assert centre == pytest.approx(lesion.center_mm[:2], abs=0.1)
    assert mark["measurements"]["width_mm"] == pytest.approx(lesion.diameter_mm, abs=0.01)
    answer = study.coordinator.ask("GET", f"reader-studies/{study.id}/labels?format=csv&include_first_reads=1")
    rows = {row["phase"]: row for row in csv.DictReader(io.StringIO(answer.text, newline=""))}
    assert (rows["FIRST"]["ai_shown_at"], rows["FIRST"]["ai_decisions"]) == ("", "[]")
    assert rows["SECOND"]["ai_prediction_id"] == study.prediction_id
    assert len(json.loads(rows["SECOND"]["ai_decisions"])) == 2


def test_the_heat_map_lies_on_its_millimetres(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    study = ai_study(stage, "CONCURRENT", 22)
    page = signed_in(study.reader)
    open_next_case(page)
    expect(page.get_by_label("Opacity of the heat map")).to_be_enabled()
    x_mm, y_mm, z_mm = hot_mm(stage)
    index = slice_of(stage, z_mm)
    go_to_slice(page, index)
    column, row = pixel_of(stage, x_mm, y_mm)
    one_pixel = probe(page, f"v.clientPointOfPixel({column + 1}, {row}).x - v.clientPointOfPixel({column}, {row}).x")

    def check() -> None:
        place = probe(page, f"v.clientPointOfPixel({column}, {row})")
        heat = painted(page, place)
        # Viridis above 0.75, for a sample can lie one screen pixel beside the hottest point; and the centre of the
        # blob within one pixel of the image.
        _, green, blue, alpha = heat["pixel"]
        assert (green > BRIGHT_GREEN, blue < 110, alpha) == (True, True, 255), heat
        assert heat["centre"]["x"] == pytest.approx(place["x"], abs=abs(one_pixel))
        assert heat["centre"]["y"] == pytest.approx(place["y"], abs=abs(one_pixel))

    check()
    screenshots(page, "heat-map")
    check()
    # Inverting or windowing the image moves nothing; a slice two voxels away shows nothing of the blob.
    page.keyboard.press("i")
    check()
    far = index - round(2 * VOXEL_MM[2] / stage.phantom.grid.slice_mm) - 1
    go_to_slice(page, far)
    place = probe(page, f"v.clientPointOfPixel({column}, {row})")
    away = heat_at(page, place)
    assert away is None or away["pixel"][3] == 0
    go_to_slice(page, index)
    _check_opacity_keys(page, probe(page, f"v.clientPointOfPixel({column}, {row})"))


def _check_opacity_keys(page: Page, place: dict[str, float]) -> None:
    slider = page.get_by_label("Opacity of the heat map")
    for key, text in (("u", "60 %"), ("j", "40 %"), ("z", "0 %"), ("z", "40 %"), ("j", "20 %")):
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", text)
        shown = heat_at(page, place)
        assert (0 if shown is None else shown["opacity"]) == pytest.approx(float(text.split()[0]) / 100)


def test_another_window_cannot_reopen_a_frozen_first_read(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    study = second_read(stage, 23)
    first = signed_in(study.reader)
    open_next_case(first)
    fill_form_by_keyboard(first)
    saved(first)
    second = first.context.new_page()
    second.goto(first.url)
    image_is_drawn(second)
    second.get_by_role("button", name="Take over here").click()
    expect(second.get_by_test_id("read-only")).to_have_count(0)
    # Taking over loads the read again; until then it cannot be frozen.
    second.wait_for_timeout(3000)
    second.keyboard.press("Shift+Enter")
    expect(second.get_by_test_id("comparison")).to_be_visible(timeout=SLOW_MS)

    # The first window knows nothing of it until it has the read again; then it goes on in the second phase.
    assert first.get_by_test_id("comparison").count() == 0
    first.get_by_role("button", name="Take over here").click()
    expect(first.locator('[data-phase="SECOND"]')).to_be_visible(timeout=SLOW_MS)
    expect(first.get_by_test_id("comparison")).to_be_visible()
    read = stored_read(study.reader, first)
    content = {"base_revision": read["revision_number"], "payload": read["payload"]}
    content |= {"idempotency_key": "once-more-1", "editor": "another-device"}
    # Not even who holds the read may freeze it twice.
    study.reader.send("POST", f"reads/{read['id']}/editor", {"editor": "another-device", "wish": "TAKE_OVER"})
    again = study.reader.ask("POST", f"reads/{read['id']}/first-read", json=content)
    assert (again.status_code, again.json()["code"]) == (409, "first_read_frozen")
    kinds = [one["kind"] for one in study.reader.get(f"reads/{read['id']}/revisions")]
    assert kinds.count("FIRST_READ") == 1


def test_concurrent_marks_are_locked_and_their_keys_do_nothing_when_signed(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    study = ai_study(stage, "CONCURRENT", 24)
    page = signed_in(study.reader)
    open_next_case(page)
    expect(page.get_by_test_id("comparison")).to_contain_text("2 of 2 undecided")
    until(page, "window.__overread_viewer?.annotations.length === 2")
    assert all(one["isLocked"] for one in probe(page, "v.annotations"))
    # Not required here: an undecided finding does not keep the read from being signed.
    fill_form_by_keyboard(page)
    page.keyboard.press("p")
    click(page, (128, 150))
    mark = page.get_by_role("slider", name="Confidence of mark 1")
    mark.focus()
    page.keyboard.press("ArrowUp")
    saved(page)
    sign(page)
    saved(page, "signed")
    page.keyboard.press("Shift+k")
    page.keyboard.press("Shift+x")
    page.wait_for_timeout(300)
    expect(decision(page, 1)).to_have_attribute("data-decision", "UNDECIDED")
    (row,) = study.labels("")
    assert row["ai_decisions"] == []
    assert row["ai_shown"][0]["revision_number"] == 0


def test_the_coordinator_chooses_what_readers_see_and_sees_it_drawn(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    coordinator = stage.coordinator
    study = coordinator.send("POST", "reader-studies", {"name": "Which AI display?"})
    version = coordinator.get("model-versions")["results"][0]["id"]
    path = f"reader-studies/{study['id']}"
    coordinator.send("PATCH", path, {"ai_model_version_id": version})
    page = signed_in(coordinator)
    page.goto(f"{stage.portal.url}/{path}/ai")
    steps = page.get_by_label("What the reader will see").get_by_role("listitem")
    required = page.get_by_role("switch", name="Every finding of the AI must be accepted")
    expect(required).to_be_disabled()
    page.get_by_role("radio", name="Second reader").click()
    expect(steps).to_have_count(4)
    expect(steps.filter(has_text="AI shown")).to_have_count(2)
    expect(required).to_be_enabled()
    required.click()
    expect(required).to_be_checked()
    screenshots(page, "ai-display")
    assert coordinator.get(path)["ai_decisions_required"] is True
    page.get_by_role("radio", name="After signing").click()
    expect(steps.filter(has_text="AI shown")).to_have_count(1)
    expect(required).to_be_disabled()
    # Asked for both at once: one answer may fall between the change of the study's row and that of its arm.
    wanted = ("AFTER_SIGNING", False)
    coordinator.until(path, lambda one: (one["ai_display"], one["ai_decisions_required"]) == wanted)

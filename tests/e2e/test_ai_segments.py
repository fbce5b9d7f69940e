"""Segments of an AI: on their voxels on every pane, locked, faded by key, accepted, adjusted and rejected.

Each is a block of whole voxels, whose corners in the patient follow from the phantom's grid alone.
"""

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import sign
from tests.browserless import Person
from tests.e2e.ai_stage import (
    AiStudy,
    Ranges,
    ai_study,
    block_around,
    block_segment,
    corner_mm,
    heat_map,
    heat_voxels,
    hot_mm,
    outlines,
    segment_finding,
)
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.segmenting import QUESTIONS as WITH_ATTRIBUTES
from tests.e2e.segmenting import click, shows, tool
from tests.e2e.test_reading import saved, stored_read
from tests.e2e.viewing import CLICK_PAUSE_MS, pane, pane_is_drawn

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# Nothing is asked about each finding, so that an accepted one is complete.
SEGMENT_QUESTIONS = [{name: value for name, value in one.items() if name != "attributes"} for one in WITH_ATTRIBUTES]
PLANES = {"AXIAL": (0, 1), "CORONAL": (0, 2), "SAGITTAL": (1, 2)}
# What of a canvas is painted: its extent on the screen, and the colour at a place.
PAINTED = """({ pane, name, at }) => {
  const canvas = document.querySelector(`[data-testid="pane-${pane}"] canvas[data-testid="${name}"]`);
  if (!canvas || canvas.hidden) return null;
  const box = canvas.getBoundingClientRect();
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const [sx, sy] = [box.width / width, box.height / height];
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < width * height; i += 1) {
    if (data[4 * i + 3] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  const index = 4 * (Math.floor((at.y - box.top) / sy) * width + Math.floor((at.x - box.left) / sx));
  return {
    pixel: [...data.slice(index, index + 4)],
    box: [box.left + left * sx, box.top + top * sy, box.left + right * sx, box.top + bottom * sy],
  };
}"""


def painted(page: Page, pane_id: str, at: dict[str, float], name: str = "segments") -> Any:
    return page.evaluate(PAINTED, {"pane": pane_id, "name": name, "at": at})


def eventually(page: Page, check: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until a check of what is painted passes: drawing follows the image by a frame."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            page.wait_for_timeout(150)
        else:
            return


def row(page: Page, name: str) -> Locator:
    return page.locator(f'[data-ai-finding="{name}"]')


def decided(page: Page, name: str, decision: str) -> None:
    expect(row(page, name)).to_have_attribute("data-decision", decision)


def opened(stage: Stage, study: AiStudy, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(study.reader)
    (assignment,) = study.reader.get(f"reader-studies/{study.id}/assignments")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    image_is_drawn(page)
    expect(page.locator("[data-ai-finding]").first).to_be_visible()
    expect(page.locator("[data-ai-finding]", has_text="loading")).to_have_count(0)
    return page


def goes_to(page: Page, name: str, stage: Stage, block: Ranges) -> None:
    """Click the finding; the slice that shows most of it is the first of equal ones by UID, one of the block's."""
    row(page, name).get_by_role("button").first.click()
    lowest, highest = block[2]
    top = stage.phantom.grid.slices - 1
    indices = [top - index for index in range(lowest, highest + 1)]
    until(page, f"{indices}.includes(window.__overread_viewer.state.index)")
    image_is_drawn(page)


def lies_on_its_voxels(page: Page, block: Ranges) -> None:
    (left, right), (top, bottom), _ = block
    first = probe(page, f"v.clientPointOfPixel({left - 0.5}, {top - 0.5})")
    last = probe(page, f"v.clientPointOfPixel({right + 0.5}, {bottom + 0.5})")
    middle = probe(page, f"v.clientPointOfPixel({(left + right) / 2}, {(top + bottom) / 2})")
    found = painted(page, probe(page, "v.activeId"), middle)
    assert found is not None
    # Samples lie a screen pixel apart.
    assert found["box"] == pytest.approx([first["x"], first["y"], last["x"], last["y"]], abs=1.5)
    red, green, blue, alpha = found["pixel"]
    assert (red > green > blue, 0 < alpha < 255) == (True, True), found


def own_segments(study: AiStudy, page: Page) -> list[Any]:
    findings = stored_read(study.reader, page)["payload"]["findings"]
    marks = [mark for finding in findings for mark in finding["marks"]]
    return [mark["geometry"] for mark in marks if mark["geometry"]["kind"] == "SEGMENT"]


def test_segments_are_shown_locked_and_decided(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    x, y, z = stage.phantom.lesions[0].center_mm
    blocks = {
        "first": block_around(stage, (x, y, z), (14, 9, 1)),
        "second": block_around(stage, (x + 45, y, z), (8, 8, 0)),
        "third": block_around(stage, (x, y + 45, z), (6, 10, 0)),
    }
    said = [block_segment(stage, name, 0.9 - 0.1 * at, block) for at, (name, block) in enumerate(blocks.items())]
    study = ai_study(stage, "CONCURRENT", 41, questions=SEGMENT_QUESTIONS, findings=said, heat_map=None)
    page = opened(stage, study, signed_in)
    grid = stage.phantom.grid
    voxels = dict.fromkeys(blocks, 1)
    for name, block in blocks.items():
        for low, high in block:
            voxels[name] *= high - low + 1
    millilitres = voxels["first"] * grid.pixel_mm**2 * grid.slice_mm / 1000
    expect(row(page, "first")).to_contain_text(f"segment, {millilitres:.2f} ml")
    # A worker has measured the original voxels.
    measured = page.get_by_role("table", name="Measurements of the AI's segments")
    expect(measured.get_by_role("row", name=re.compile(r"\(first\)"))).to_contain_text(f"{millilitres:.4g} ml")
    page.get_by_test_id("comparison").get_by_label("Opacity of the AI's marks").wait_for()
    # Each alone, or the extent of what is painted would be that of all: the others are rejected and taken back.
    for name in ("second", "third"):
        row(page, name).get_by_role("button", name="Reject", exact=True).click()
        decided(page, name, "REJECTED")
    goes_to(page, "first", stage, blocks["first"])
    eventually(page, lambda: lies_on_its_voxels(page, blocks["first"]))
    _check_keys(page, blocks["first"])
    for name in ("second", "third"):
        row(page, name).get_by_role("button", name="Reject", exact=True).click()
        decided(page, name, "UNDECIDED")
    screenshots(page, "ai-segments")

    # Accepted: the same voxels under the same digest, now the reader's own, and the AI's out of the way.
    page.keyboard.press("Shift+a")
    decided(page, "first", "ACCEPTED")
    shows(page, voxels["first"])
    saved(page)
    (own,) = own_segments(study, page)
    posted = study.coordinator.get(f"model-versions/{version_of(study)}/predictions")["results"][0]["findings"]
    assert (own["sha256"], own["voxel_count"]) == (posted[0]["geometry"]["sha256"], voxels["first"])
    assert own["spacing_mm"] == [grid.pixel_mm, grid.pixel_mm, grid.slice_mm]
    middle = probe(page, f"v.clientPointOfPixel({sum(blocks['first'][0]) / 2}, {sum(blocks['first'][1]) / 2})")
    active = probe(page, "v.activeId")

    def first_is_gone() -> None:
        found = painted(page, active, middle)
        assert found is None or found["pixel"][3] == 0

    eventually(page, first_is_gone)
    _adjust_and_reject(page, stage, blocks, voxels)
    saved(page)
    page.reload()
    image_is_drawn(page)
    for name, decision in (("first", "ACCEPTED"), ("second", "ADJUSTED"), ("third", "REJECTED")):
        decided(page, name, decision)
    screenshots(page, "ai-segments-decided")
    _check_export(study, page, posted)


def version_of(study: AiStudy) -> str:
    return str(study.coordinator.get(f"reader-studies/{study.id}")["ai_model_version"]["id"])


def _check_keys(page: Page, block: Ranges) -> None:
    """The strength keys fade it and put it out, one held key hides it, and no tool has hold of it."""
    (left, right), (top, bottom), _ = block
    active = probe(page, "v.activeId")

    def edge() -> int:
        place = probe(page, f"v.clientPointOfPixel({left - 0.5}, {(top + bottom) / 2})")
        found = painted(page, active, {"x": place["x"] + 1, "y": place["y"]})
        return 0 if found is None else int(found["pixel"][3])

    def area() -> int:
        place = probe(page, f"v.clientPointOfPixel({(left + right) / 2}, {(top + bottom) / 2})")
        found = painted(page, active, place)
        return 0 if found is None else int(found["pixel"][3])

    def is_at(read: Callable[[], int], low: float, high: float) -> None:
        eventually(page, lambda: _within(read(), low, high))

    # The chosen one keeps its edge at full strength; its area fades.
    is_at(edge, 250, 255)
    full = area()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_label("Opacity of the AI's marks")).to_have_attribute("aria-valuetext", "60 %")
    is_at(area, 0.4 * full, 0.75 * full)
    page.keyboard.press("z")
    is_at(edge, 0, 0)
    page.keyboard.press("z")
    is_at(edge, 250, 255)
    page.keyboard.down("h")
    is_at(edge, 0, 0)
    page.keyboard.up("h")
    is_at(edge, 250, 255)
    page.keyboard.press("u")
    page.keyboard.press("u")
    is_at(area, full - 2, full + 2)
    assert probe(page, "v.segmentVoxels") in ({}, None)


def _within(value: float, low: float, high: float) -> None:
    assert low <= value <= high


def _adjust_and_reject(page: Page, stage: Stage, blocks: dict[str, Ranges], voxels: dict[str, int]) -> None:
    goes_to(page, "second", stage, blocks["second"])
    page.keyboard.press("Shift+j")
    decided(page, "second", "ACCEPTED")
    shows(page, voxels["first"] + voxels["second"])
    bar = page.get_by_role("toolbar", name="Segment tools")
    expect(bar.get_by_role("button", name="Brush", exact=True)).to_have_attribute("aria-pressed", "true")
    saved(page)
    # A dab outside of it, and back, and again: what it was for the AI stays what it was.
    (left, _), (top, _), _ = blocks["second"]
    before = f"{voxels['first'] + voxels['second']}"
    total = "Object.values(window.__overread_viewer.segmentVoxels).reduce((a, b) => a + b, 0)"
    click(page, left - 10, top - 10)
    until(page, f"{total} > {before}")
    decided(page, "second", "ADJUSTED")
    page.keyboard.press("Control+z")
    until(page, f"{total} === {before}")
    decided(page, "second", "ACCEPTED")
    page.keyboard.press("Control+Shift+z")
    until(page, f"{total} > {before}")
    decided(page, "second", "ADJUSTED")
    tool(page, "Brush")
    row(page, "third").get_by_role("button", name="Reject", exact=True).click()
    decided(page, "third", "REJECTED")


def _check_export(study: AiStudy, page: Page, posted: list[Any]) -> None:
    sign(page)
    saved(page, "signed")
    # The accepted one and the adjusted one.
    own = page.get_by_role("table", name="Measurements of your segments")
    expect(own.get_by_role("row")).to_have_count(3)
    page.get_by_text("All measurements of mark 1").click()
    expect(page.get_by_role("table", name="Values of mark 1")).to_contain_text("Standard deviation")
    screenshots(page, "measurements")
    (label,) = study.labels("")
    assert {one["ai_finding_id"]: one["decision"] for one in label["ai_decisions"]} == {
        "first": "ACCEPTED",
        "second": "ADJUSTED",
        "third": "REJECTED",
    }
    delivered = {one["sha256"] for one in label["ai_shown"] if one["content"] == "SEGMENT"}
    assert delivered == {one["geometry"]["sha256"] for one in posted}
    decided_at = min(one["decided_at"] for one in label["ai_decisions"])
    assert min(one["shown_at"] for one in label["ai_shown"] if one["content"] == "SEGMENT") < decided_at


def test_heat_and_segments_lie_on_the_planes(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    hot = hot_mm(stage)
    block = block_around(stage, hot, (11, 7, 0))
    away = block_around(stage, (hot[0] + 60, hot[1], hot[2]), (9, 12, 1))
    said = [block_segment(stage, "hot", 0.8, block), block_segment(stage, "away", 0.7, away)]
    heat = heat_map(heat_voxels(42), hot)
    study = ai_study(stage, "CONCURRENT", 42, questions=SEGMENT_QUESTIONS, findings=said, heat_map=heat)
    page = opened(stage, study, signed_in)
    expect(page.get_by_label("Opacity of the heat map")).to_be_enabled()
    # Two screen pixels to a voxel and more, or half a voxel would be less than a sample.
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.keyboard.press("Shift+y")
    for plane in PLANES:
        pane_is_drawn(page, plane)
    until(page, "window.__overread_viewer.crosshairs")
    row(page, "hot").get_by_role("button").first.click()
    for axis in range(3):
        until(page, f"Math.abs(window.__overread_viewer.crosshairs[{axis}] - {hot[axis]}) < 1.5")
    for plane in PLANES:
        eventually(page, partial(_is_cut_right, page, stage, plane, block, hot))
        eventually(page, partial(_is_hot, page, plane, hot))
        assert page.get_by_test_id(f"pane-{plane}").get_by_test_id("overlay-note").count() == 0
    screenshots(page, "ai-planes")

    # The reader's own is there too: the copy of the other one, whole and in the reader's colour.
    row(page, "away").get_by_role("button").first.click()
    until(page, f"Math.abs(window.__overread_viewer.crosshairs[0] - {hot[0] + 60}) < 3")
    page.keyboard.press("Shift+a")
    decided(page, "away", "ACCEPTED")
    far = (hot[0] + 60, hot[1], hot[2])
    for plane in PLANES:
        eventually(page, partial(_is_cut_right, page, stage, plane, away, far, is_own=True))
    screenshots(page, "own-planes")
    page.keyboard.down("h")
    for plane in PLANES:
        eventually(page, partial(_is_clear, page, plane, far))
    page.keyboard.up("h")


def _place(page: Page, plane: str, point: tuple[float, ...] | list[float]) -> Any:
    x, y, z = point
    return pane(page, plane, f"p.clientPointOf({x}, {y}, {z})")


def _is_cut_right(
    page: Page, stage: Stage, plane: str, block: Ranges, middle: tuple[float, float, float], *, is_own: bool = False
) -> None:
    """Every edge of the block lies on its millimetres: painted half a voxel within, clear half a voxel beyond."""
    centre = painted(page, plane, _place(page, plane, middle))
    assert centre is not None
    red, green, blue, alpha = centre["pixel"]
    assert alpha > 0, (plane, centre)
    # Orange is the AI's; no reader's colour has so much more green than blue and so much more red than green.
    assert (red > 200 and green > 100 and blue < 130) != is_own, (plane, centre)
    inner, outer = corner_mm(stage, block, -0.5), corner_mm(stage, block, 0.5)
    for axis in PLANES[plane]:
        for side in (0, 1):
            point = list(middle)
            point[axis] = inner[side][axis]
            assert painted(page, plane, _place(page, plane, point))["pixel"][3] > 0, (plane, axis, side)
            point[axis] = outer[side][axis]
            assert painted(page, plane, _place(page, plane, point))["pixel"][3] == 0, (plane, axis, side)


def _is_hot(page: Page, plane: str, hot: tuple[float, float, float]) -> None:
    found = painted(page, plane, _place(page, plane, hot), "heat")
    assert found is not None
    # Yellow of viridis, as on the slices; the plane may lie half a slice beside the hottest point.
    _, green, blue, alpha = found["pixel"]
    assert (green > 170, blue < 120, alpha) == (True, True, 255), (plane, found)


def _is_clear(page: Page, plane: str, point: tuple[float, float, float]) -> None:
    found = painted(page, plane, _place(page, plane, point))
    assert found is None or found["pixel"][3] == 0


def test_a_form_of_long_and_short_axes_says_why_it_takes_no_box(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    questions = [{**one, "tools": ["BIDIRECTIONAL"]} if "tools" in one else one for one in SEGMENT_QUESTIONS]
    said = [*outlines(stage, 43), segment_finding(stage, 43)]
    study = ai_study(stage, "CONCURRENT", 43, questions=questions, findings=said, heat_map=None)
    page = opened(stage, study, signed_in)
    for one in said:
        for name in ("Accept", "Adjust"):
            button = row(page, one["id"]).get_by_role("button", name=name, exact=True)
            expect(button).to_be_disabled()
            expect(button).to_have_attribute("title", re.compile("long and short axis only"))
    row(page, said[1]["id"]).get_by_role("button").first.click()
    expect(row(page, said[1]["id"])).to_contain_text("the AI's box cannot become")
    page.keyboard.press("Shift+a")
    expect(page.get_by_test_id("comparison")).to_contain_text("mark it yourself, or reject it")
    decided(page, said[1]["id"], "UNDECIDED")
    screenshots(page, "ai-not-taken")
    for one in said:
        row(page, one["id"]).get_by_role("button", name="Reject", exact=True).click()
        decided(page, one["id"], "REJECTED")
    saved(page)


def test_a_heat_map_that_cannot_lie_on_the_images_says_why(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    heat = heat_map(heat_voxels(44), hot_mm(stage)) | {"frame_of_reference_uid": "1.2.3.44"}
    study = ai_study(stage, "CONCURRENT", 44, heat_map=heat)
    page = opened(stage, study, signed_in)
    expect(page.get_by_test_id("overlay-note")).to_contain_text("another frame of reference")
    page.keyboard.press("z")
    expect(page.get_by_test_id("overlay-note")).to_have_count(0)
    page.wait_for_timeout(CLICK_PAUSE_MS)

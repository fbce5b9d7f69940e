"""Boxes and contours of an AI: locked and drawn at their millimetres, fainter by key, accepted as the reader's own."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.ai_stage import CONTOUR_POINTS, RECTANGLE_PX, AiStudy, ai_study, outlines
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.marking import QUESTIONS, draw
from tests.e2e.test_reading import saved, stored_read
from tests.e2e.test_two_windows import second_window

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

STROKES = "() => [...document.querySelectorAll('svg path, svg rect')].map((node) => node.getAttribute('stroke'))"


def annotation(page: Page, identifier: str) -> Any:
    return probe(page, f"v.annotations.find((one) => one.id.endsWith(' {identifier}'))")


def decision(page: Page, number: int) -> Any:
    return page.locator("[data-ai-finding]").nth(number - 1)


def orange(page: Page) -> set[str]:
    """The strokes of the AI's colour that are painted."""
    return {stroke for stroke in page.evaluate(STROKES) if stroke and stroke.startswith("rgba(255, 146, 43")}


def until_orange(page: Page, expected: set[str]) -> None:
    for _ in range(100):
        if orange(page) == expected:
            return
        page.wait_for_timeout(100)
    assert orange(page) == expected


def own_marks(page: Page, person: Person) -> list[dict[str, Any]]:
    findings = stored_read(person, page)["payload"]["findings"]
    return [mark for finding in findings for mark in finding["marks"]]


def opened(stage: Stage, study: AiStudy, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(study.reader)
    (assignment,) = study.reader.get(f"reader-studies/{study.id}/assignments")
    page.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    expect(page.get_by_test_id("comparison")).to_contain_text("3 of 3 undecided")
    image_is_drawn(page)
    return page


def slice_of_contour(stage: Stage, contour: dict[str, Any]) -> int:
    grid = stage.phantom.grid
    return grid.slices - 1 - round((contour["points_mm"][0][2] - grid.origin_mm[2]) / grid.slice_mm)


def test_outlines_of_the_ai_are_shown_faded_and_accepted(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    said = outlines(stage, 31)
    contour, box = said[0]["geometry"], said[1]["geometry"]
    study = ai_study(stage, "CONCURRENT", 31, questions=QUESTIONS, findings=said, heat_map=None)
    page = opened(stage, study, signed_in)
    # The box reaches three slices, and is drawn on each.
    until(page, "window.__overread_viewer?.annotations.length === 5")
    assert all(one["isLocked"] for one in probe(page, "v.annotations"))

    page.keyboard.press("Shift+k")
    grid, z = stage.phantom.grid, contour["points_mm"][0][2]
    image_is_drawn(page, slice_of_contour(stage, contour))
    line = annotation(page, "canary-contour-31")["line"]
    assert len(line) == CONTOUR_POINTS
    for drawn, posted in zip(line, contour["points_mm"], strict=True):
        assert drawn == pytest.approx(posted, abs=0.01)
    corners = annotation(page, "canary-rectangle-31")["points"]
    left, top, width, height = RECTANGLE_PX
    first = [grid.origin_mm[0] + left * grid.pixel_mm, grid.origin_mm[1] + top * grid.pixel_mm, z]
    assert corners[0] == pytest.approx(first, abs=0.01)
    assert math.dist(corners[0], corners[3]) == pytest.approx(math.hypot(width, height) * grid.pixel_mm, abs=0.01)
    _check_strength(page)
    screenshots(page, "ai-outlines")

    # The contour as the reader's own contour; the box as a box, and moved: adjusted; the rectangle is rejected.
    page.keyboard.press("Shift+k")
    page.keyboard.press("Shift+a")
    expect(decision(page, 1)).to_have_attribute("data-decision", "ACCEPTED")
    page.keyboard.press("Shift+k")
    page.keyboard.press("Shift+j")
    expect(decision(page, 2)).to_have_attribute("data-decision", "ACCEPTED")
    until(page, "window.__overread_viewer.annotations.filter((one) => !one.isLocked).length === 5")
    saved(page)
    _check_copies(stage, own_marks(page, study.reader), contour, box, z)
    page.keyboard.press("]")
    expect(decision(page, 2)).to_have_attribute("data-decision", "ADJUSTED")
    decision(page, 3).get_by_role("button", name="Reject").click()
    expect(decision(page, 3)).to_have_attribute("data-decision", "REJECTED")
    _check_rejected(page)
    saved(page)
    screenshots(page, "ai-outlines-decided")
    decisions = stored_read(study.reader, page)["payload"]["ai_decisions"]
    assert [one["decision"] for one in decisions] == ["ACCEPTED", "ADJUSTED", "REJECTED"]
    page.reload()
    image_is_drawn(page)
    expect(decision(page, 1)).to_have_attribute("data-decision", "ACCEPTED")


def _check_rejected(page: Page) -> None:
    """Out of the way, and seen again, faint, as long as it is chosen in the list."""
    row = decision(page, 3)
    rejected = row.get_attribute("data-ai-finding") or ""
    there = f"window.__overread_viewer.annotations.some((one) => one.id.endsWith(' {rejected}'))"
    until(page, f"!{there}")
    row.get_by_role("button").first.click()
    expect(row).to_contain_text("rejected")
    until(page, there)
    drawn = annotation(page, rejected)
    assert drawn["isLocked"]
    assert drawn["isVisible"]
    until(page, f"({STROKES})().includes('rgba(255, 192, 120, 0.4)')")
    decision(page, 1).get_by_role("button").first.click()
    until(page, f"!{there}")


def _check_strength(page: Page) -> None:
    """The keys fade the AI's lines and put them out; the reader's own mark stays; one held key hides all."""
    draw(page, "POINT", [(128, 200)])
    own = "window.__overread_viewer.annotations.find((one) => !one.isLocked)?.isVisible"
    others = "window.__overread_viewer.annotations.filter((one) => one.isLocked)"
    page.keyboard.press("Escape")
    slider = page.get_by_label("Opacity of the AI's marks")
    for key, text, alpha in (("j", "80 %", 0.8), ("j", "60 %", 0.6), ("u", "80 %", 0.8)):
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", text)
        until_orange(page, {f"rgba(255, 146, 43, {alpha})"})
    page.keyboard.press("z")
    expect(slider).to_have_attribute("aria-valuetext", "0 %")
    until(page, f"{others}.every((one) => !one.isVisible) && {own}")
    page.keyboard.press("z")
    until(page, f"{others}.every((one) => one.isVisible) && {own}")
    page.keyboard.down("h")
    until(page, "window.__overread_viewer.annotations.every((one) => !one.isVisible)")
    page.keyboard.up("h")
    until(page, "window.__overread_viewer.annotations.every((one) => one.isVisible)")
    page.keyboard.press("u")
    expect(slider).to_have_attribute("aria-valuetext", "100 %")


def _check_copies(
    stage: Stage, marks: list[dict[str, Any]], contour: dict[str, Any], box: dict[str, Any], z: float
) -> None:
    kinds = {mark["geometry"]["kind"]: mark for mark in marks}
    assert set(kinds) == {"POINT", "FREEHAND", "BOX"}
    copied = kinds["FREEHAND"]
    for point, posted in zip(copied["geometry"]["points_mm"], contour["points_mm"], strict=True):
        assert point == pytest.approx(posted, abs=0.002)
    # The area of a regular polygon.
    radius = stage.phantom.lesions[0].diameter_mm / 2 + 2
    area = CONTOUR_POINTS / 2 * radius**2 * math.sin(math.tau / CONTOUR_POINTS)
    assert copied["measurements"]["area_mm2"] == pytest.approx(area, abs=0.05)
    whole = kinds["BOX"]
    corner, along_normal, along_row, along_column = box["points_mm"]
    assert whole["geometry"]["points_mm"] == [
        pytest.approx(point, abs=0.001) for point in (corner, along_row, along_column, along_normal)
    ]
    sizes = whole["measurements"]
    depth = 3.2 * stage.phantom.grid.slice_mm
    assert (sizes["width_mm"], sizes["height_mm"]) == (24, 20)
    assert sizes["volume_mm3"] == pytest.approx(24 * 20 * depth, abs=0.5)


def test_the_ai_is_decided_from_either_window(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    """With the images on another monitor, the list stays beside the form and its buttons act on the images."""
    said = outlines(stage, 32)
    study = ai_study(stage, "CONCURRENT", 32, questions=QUESTIONS, findings=said, heat_map=None)
    form = opened(stage, study, signed_in)
    images = second_window(form)
    until(images, "window.__overread_viewer?.annotations.length === 5")
    form.bring_to_front()
    decision(form, 3).get_by_role("button").first.click()
    image_is_drawn(images, slice_of_contour(stage, said[0]["geometry"]))
    form.keyboard.press("j")
    expect(form.get_by_label("Opacity of the AI's marks")).to_have_attribute("aria-valuetext", "80 %")
    until_orange(images, {"rgba(255, 146, 43, 0.8)"})
    images.bring_to_front()
    images.keyboard.press("z")
    expect(form.get_by_label("Opacity of the AI's marks")).to_have_attribute("aria-valuetext", "0 %")
    until(images, "window.__overread_viewer.annotations.every((one) => !one.isVisible)")
    images.keyboard.press("z")
    until(images, "window.__overread_viewer.annotations.every((one) => one.isVisible)")

    form.bring_to_front()
    decision(form, 1).get_by_role("button", name="Accept").click()
    expect(decision(form, 1)).to_have_attribute("data-decision", "ACCEPTED")
    until(images, "window.__overread_viewer.annotations.filter((one) => !one.isLocked).length === 1")
    images.bring_to_front()
    decision(form, 2).get_by_role("button").first.click()
    chosen = "window.__overread_viewer.annotations.filter((one) => one.isSelected)"
    until(images, f"{chosen}.length > 0 && {chosen}.every((one) => one.tool === 'Box')")
    images.keyboard.press("Shift+x")
    expect(decision(form, 2)).to_have_attribute("data-decision", "REJECTED")
    saved(form)
    decisions = stored_read(study.reader, form)["payload"]["ai_decisions"]
    assert [one["decision"] for one in decisions] == ["ACCEPTED", "REJECTED"]

"""Segments through what a day brings: no line, another window, a second monitor, a signature, no spacing."""

import math
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect
from pydicom.dataset import Dataset

from tests.browser import sign
from tests.e2e.conftest import Stage, image_is_drawn, screenshots, until
from tests.e2e.segmenting import (
    CODE,
    PATIENCE_S,
    SPHERE_AT,
    VOXEL_ML,
    at,
    case,
    click,
    dab,
    fill,
    go_to,
    only,
    page,
    painted,
    read_of,
    room_of,
    segments,
    shows,
    stored,
    voxels_of,
)
from tests.e2e.viewing import Case

# pytest finds fixtures by the names of this module.
__all__ = ["case", "page"]

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_stroke_made_offline_is_sent_later(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    page.context.set_offline(True)
    dab(page, 40, 40)
    expect(page.locator('[data-save="offline"]')).to_be_visible()
    assert segments(stage, case) == []
    count = painted(page)
    page.context.set_offline(False)
    assert only(page, stage, case)["geometry"]["voxel_count"] == count


def test_a_full_browser_and_no_line_lose_no_stroke(page: Page, stage: Stage, case: Case) -> None:
    """The browser can keep nothing and the portal gets nothing: the strokes stay in the window, and it says so."""
    session = page.context.new_cdp_session(page)
    # Before the first stroke: Chromium asks only now and then how much room is left.
    session.send("Storage.overrideQuotaForOrigin", {"origin": stage.portal.url, "quotaSize": 1})
    page.keyboard.press("k")
    dab(page, 40, 40)
    before = only(page, stage, case)["geometry"]
    page.route("**/api/v1/reads/**", lambda route: route.abort())
    dab(page, 60, 40)
    dab(page, 80, 40)
    count = painted(page)
    expect(page.locator('[data-save="offline"]')).to_be_visible()
    expect(page.get_by_text("This browser has no room to keep a copy of your work.")).to_be_visible()
    notice = page.get_by_role("toolbar", name="Segment tools").get_by_role("status")
    expect(notice).to_have_text("This browser has no room to keep the segment until it is sent.")
    screenshots(page, "segment-storage-full")
    assert [mark["geometry"] for mark in segments(stage, case)] == [before]

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    eventually(lambda: asked == ["beforeunload"], page)

    page.keyboard.press("Control+z")
    until(page, f"Object.values(window.__overread_viewer?.segmentVoxels ?? {{}})[0] < {count}")
    page.keyboard.press("Control+y")
    shows(page, count)
    page.unroute("**/api/v1/reads/**")
    mark = only(page, stage, case)
    assert mark["geometry"]["voxel_count"] == count
    assert voxels_of(stage, case, mark).sum() == count
    page.reload()
    shows(page, count)


def test_a_page_that_goes_in_the_middle_of_a_stroke_keeps_it(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    dab(page, 40, 40)
    finished = only(page, stage, case)["geometry"]["voxel_count"]
    page.mouse.move(*at(page, 60, 60))
    page.mouse.down()
    for column in range(62, 80, 2):
        page.mouse.move(*at(page, column, 60))
    sum_of_all = "Object.values(window.__overread_viewer.segmentVoxels).reduce((a, b) => a + b, 0)"
    until(page, f"{sum_of_all} > {finished}", PATIENCE_S)
    count = painted(page)
    page.reload()
    page.mouse.up()
    image_is_drawn(page)
    shows(page, count)
    assert only(page, stage, case)["geometry"]["voxel_count"] == count
    # It is one step of undo, like any other stroke.
    page.keyboard.press("Control+z")
    shows(page, finished)


def test_what_a_closed_case_has_left_is_sent_from_the_worklist(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    dab(page, 40, 40)
    before = only(page, stage, case)["geometry"]
    page.route("**/api/v1/reads/**", lambda route: route.abort())
    dab(page, 60, 40)
    expect(page.locator('[data-save="offline"]')).to_be_visible()
    count = painted(page)
    page.close(run_before_unload=False)
    assert [mark["geometry"] for mark in segments(stage, case)] == [before]

    worklist = page.context.new_page()
    worklist.goto(stage.portal.url)
    eventually(lambda: [mark["geometry"]["voxel_count"] for mark in segments(stage, case)] == [count], worklist)
    assert voxels_of(stage, case, segments(stage, case)[0]).sum() == count


def test_the_second_window_shows_and_does_not_paint_until_it_takes_over(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    dab(page, 40, 40)
    stored(page, stage, case)
    first = painted(page)
    second = page.context.new_page()
    second.goto(case.url)
    shows(second, first)
    go_to(second, SPHERE_AT[2])
    expect(second.get_by_role("button", name="Brush", exact=True)).to_be_disabled()
    second.keyboard.press("k")
    click(second, 70, 40)
    assert painted(second) == first

    second.get_by_role("button", name="Take over here").click()
    expect(page.locator('[data-save="read-only"]')).to_be_visible()
    expect(second.get_by_role("button", name="Brush", exact=True)).to_be_enabled()
    second.keyboard.press("k")
    dab(second, 70, 40)
    # Nothing was chosen in the second window, so its stroke is another segment.
    counts = [int(voxels_of(stage, case, mark).sum()) for mark in stored(second, stage, case)]
    assert len(counts) == 2
    assert counts[0] == first
    assert sum(counts) == painted(second)


def test_the_window_of_the_images_paints_and_the_form_saves(page: Page, stage: Stage, case: Case) -> None:
    with page.context.expect_page() as opened:
        page.keyboard.press("Shift+W")
    images = opened.value
    image_is_drawn(images)
    go_to(images, SPHERE_AT[2])
    images.keyboard.press("k")
    dab(images, 40, 40)
    dab(images, 60, 40)
    dab(images, 80, 40)
    count = painted(images)
    eventually(lambda: [one["geometry"]["voxel_count"] for one in segments(stage, case)] == [count], images)
    screenshots(images, "segment-image-window")
    images.keyboard.press("Control+z")
    until(images, f"Object.values(window.__overread_viewer?.segmentVoxels ?? {{}})[0] < {count}")
    images.close()
    image_is_drawn(page)
    only(page, stage, case)


def test_a_signed_read_names_its_segment_with_code_certainty_and_answers(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    dab(page, 40, 40)
    count = painted(page)
    lesions = page.locator('[data-question="lesions"]')
    expect(lesions).to_contain_text(f"{count * VOXEL_ML:.3f} ml")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("list", name="Missing before signing")).to_be_visible()
    page.get_by_role("radiogroup", name="Solid? (mark 1)").get_by_role("radio", name="Yes").click()
    page.get_by_role("slider", name="Confidence of mark 1").press("End")
    stored(page, stage, case)
    screenshots(page, "segment-finding")
    sign(page)
    expect(page.locator('[data-save="signed"]')).to_be_visible()
    (finding,) = read_of(stage, case)["payload"]["findings"]
    assert (finding["code"], finding["confidence"], finding["answers"]) == (CODE, 100, {"solid": True})
    page.reload()
    shows(page, count)
    expect(page.get_by_role("button", name="Brush", exact=True)).to_be_disabled()
    page.keyboard.press("k")
    click(page, 70, 40)
    assert painted(page) == count
    # A click in the list leads to its slice.
    go_to(page, 2)
    page.get_by_role("button", name="Go to").click()
    image_is_drawn(page, SPHERE_AT[2])


def without_spacing(dataset: Dataset) -> None:
    del dataset.PixelSpacing


def test_without_spacing_there_are_voxels_and_no_sizes(page: Page, stage: Stage) -> None:
    case = room_of(stage, page, "no spacing", without_spacing)
    page.keyboard.press("k")
    bar = page.get_by_role("toolbar", name="Segment tools")
    # The radius counts pixels then, and says so.
    expect(bar.locator("label", has_text="Radius")).to_contain_text("px")
    fill(page, "Radius", 6)
    dab(page, 40, 40)
    mark = only(page, stage, case)
    assert mark["geometry"]["spacing_mm"] is None
    # A disc of six pixels; its ring is a voxel thick.
    assert abs(mark["geometry"]["voxel_count"] - math.pi * 6**2) <= 2 * math.pi * 6
    assert {"volume_ml", "long_axis_mm"}.isdisjoint(mark["measurements"])
    count = mark["geometry"]["voxel_count"]
    expect(page.locator('[data-question="lesions"]')).to_contain_text(f"{count} voxels")
    expect(bar).not_to_contain_text(re.compile(r"\d (ml|mm)\b"))


def eventually(holds: Callable[[], bool], page: Page) -> None:
    """Wait until something that the server knows is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)

"""Every segment tool with the real mouse; what it has made is counted in what the server has stored."""

import math

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from tests.e2e.conftest import SCREENSHOTS, Stage, image_is_drawn, screenshots, until
from tests.e2e.segmenting import (
    LUNG_HU,
    PIXEL_MM,
    SLICE_MM,
    SLICES,
    SPHERE_AT,
    SPHERE_HU,
    SPHERE_MM,
    VOXEL_ML,
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
    sphere_mask,
    stored,
    stroke,
    sweep,
    tool,
    voxels_of,
)
from tests.e2e.viewing import Case

# pytest finds fixtures by the names of this module.
__all__ = ["case", "page"]

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]
MIDDLE = SPHERE_AT[2]


def test_a_brushed_disc_has_the_area_of_its_circle_and_comes_back(page: Page, stage: Stage, case: Case) -> None:
    radius = 6.0
    tool(page, "Brush")
    fill(page, "Radius", radius)
    dab(page, 40, 40)
    mark = only(page, stage, case)
    count = mark["geometry"]["voxel_count"]
    area, ring = math.pi * radius**2, 2 * math.pi * radius * PIXEL_MM
    assert abs(count * PIXEL_MM**2 - area) <= ring
    assert mark["geometry"]["spacing_mm"] == [PIXEL_MM, PIXEL_MM, SLICE_MM]
    assert mark["measurements"]["volume_ml"] == pytest.approx(count * VOXEL_ML, abs=0.001)
    assert (mark["measurements"]["mean"], mark["measurements"]["unit"]) == (LUNG_HU, "HU")
    assert abs(mark["measurements"]["long_axis_mm"] - 2 * radius) <= 2 * PIXEL_MM
    volume = voxels_of(stage, case, mark)
    assert volume.sum() == count
    rows, columns = np.nonzero(volume[MIDDLE])
    assert abs(columns.mean() - 40) <= 0.5
    assert abs(rows.mean() - 40) <= 0.5

    page.reload()
    shows(page, count)
    assert only(page, stage, case)["geometry"]["sha256"] == mark["geometry"]["sha256"]

    # And goes on: the chosen segment takes another stroke, on the slice where it lies.
    page.get_by_role("button", name="Go to mark 1").click()
    image_is_drawn(page, MIDDLE)
    page.keyboard.press("k")
    dab(page, 60, 40)
    more = only(page, stage, case)
    assert more["geometry"]["segment_id"] == mark["geometry"]["segment_id"]
    assert more["geometry"]["voxel_count"] > count
    assert (voxels_of(stage, case, more) & volume).sum() == count


def test_statistics_are_those_of_the_voxels_and_stand_beside_the_tools(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    fill(page, "Radius", 8)
    # Across the border of the sphere: two values in known numbers.
    dab(page, SPHERE_AT[0] + SPHERE_MM / PIXEL_MM, SPHERE_AT[1])
    mark = only(page, stage, case)
    inside = voxels_of(stage, case, mark)
    values = np.where(sphere_mask(), SPHERE_HU, LUNG_HU)[inside]
    assert {SPHERE_HU, LUNG_HU} == set(values.tolist())
    measured = mark["measurements"]
    assert (measured["mean"], measured["sd"]) == (
        pytest.approx(values.mean(), abs=0.001),
        pytest.approx(values.std(), abs=0.001),
    )
    assert (measured["min"], measured["max"]) == (LUNG_HU, SPHERE_HU)
    bar = page.get_by_role("toolbar", name="Segment tools")
    expect(bar).to_contain_text(f"{inside.sum() * VOXEL_ML:.3f} ml")
    expect(bar).to_contain_text(f"{inside[MIDDLE].sum() * PIXEL_MM**2:.1f} mm²")
    expect(bar).to_contain_text(f"{values.mean():.0f} ± {values.std():.0f} HU")
    expect(page.locator('[data-question="lesions"]')).to_contain_text(f"{inside.sum() * VOXEL_ML:.3f} ml")


def test_strokes_are_undone_one_by_one_with_the_rest(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    dab(page, 30, 30)
    stored(page, stage, case)
    first = painted(page)
    dab(page, 50, 30)
    stored(page, stage, case)
    second = painted(page)
    assert second > first > 0
    page.keyboard.press("y")
    page.keyboard.press("k")
    sweep(page, (20, 30), (60, 30))
    stored(page, stage, case)
    assert painted(page) < second
    for expected in (second, second, first, 0):
        page.keyboard.press("Control+z")
        shows(page, expected)
    for expected in (first, second):
        page.keyboard.press("Control+y")
        shows(page, expected)
    assert only(page, stage, case)["geometry"]["voxel_count"] == second


def test_the_threshold_brush_takes_only_what_lies_in_the_range(page: Page, stage: Stage, case: Case) -> None:
    tool(page, "Threshold brush")
    fill(page, "From", 0)
    fill(page, "To", 120)
    fill(page, "Radius", 20)
    expect(page.get_by_test_id("range-tint")).to_be_visible()
    screenshots(page, "segment-threshold")
    inside = sphere_mask()
    for index in range(SLICES):
        if inside[index].any():
            go_to(page, index)
            dab(page, *SPHERE_AT[:2])
    mark = only(page, stage, case)
    assert (voxels_of(stage, case, mark) == inside).all(), "every voxel of the sphere and no other"
    ball_ml = 4 / 3 * math.pi * SPHERE_MM**3 / 1000
    assert mark["measurements"]["volume_ml"] == pytest.approx(ball_ml, rel=0.02)
    assert (mark["measurements"]["min"], mark["measurements"]["max"]) == (SPHERE_HU, SPHERE_HU)


def test_region_growing_finds_the_sphere_and_says_where_it_does_not(page: Page, stage: Stage, case: Case) -> None:
    tool(page, "Grow region")
    fill(page, "From", -100)
    fill(page, "To", 200)
    click(page, 20, 20)
    expect(page.get_by_role("status").filter(has_text="lies outside")).to_be_visible()
    assert segments(stage, case) == []
    dab(page, *SPHERE_AT[:2])
    mark = only(page, stage, case)
    assert (voxels_of(stage, case, mark) == sphere_mask()).all()
    assert mark["geometry"]["voxel_count"] == int(sphere_mask().sum())
    screenshots(page, "segment-grown")


def test_between_two_discs_the_slices_are_filled(page: Page, stage: Stage, case: Case) -> None:
    tool(page, "Brush")
    fill(page, "Radius", 8)
    go_to(page, 8)
    dab(page, 80, 40)
    go_to(page, 12)
    dab(page, 80, 40)
    stored(page, stage, case)
    stroke(page, lambda: tool(page, "Interpolate"))
    volume = voxels_of(stage, case, only(page, stage, case))
    assert [index for index in range(SLICES) if volume[index].any()] == [8, 9, 10, 11, 12]
    # Between two equal discs lies the same disc, give or take its rim.
    for index in (9, 10, 11):
        assert (volume[index] ^ volume[8]).sum() * PIXEL_MM**2 <= 2 * math.pi * 8 * PIXEL_MM


def test_scissors_fill_and_cut(page: Page, stage: Stage, case: Case) -> None:
    tool(page, "Rectangle")
    sweep(page, (20, 20), (39.9, 29.9))
    area = int(voxels_of(stage, case, only(page, stage, case))[MIDDLE].sum())
    assert abs(area - 20 * 10) <= 2 * (20 + 10)
    tool(page, "Freehand")
    tool(page, "Erase")
    sweep(page, (10, 10), (30, 10), (30, 40), (10, 40), (10, 10))
    left = voxels_of(stage, case, only(page, stage, case))[MIDDLE]
    assert abs(np.nonzero(left)[1].min() - 30) <= 1
    tool(page, "Circle")
    tool(page, "Fill")
    sweep(page, (90, 90), (100, 90))
    disc = voxels_of(stage, case, only(page, stage, case))[MIDDLE][:, 70:]
    assert abs(disc.sum() - math.pi * 100) <= 2 * math.pi * 10
    stroke(page, lambda: tool(page, "Largest island"))
    kept = voxels_of(stage, case, only(page, stage, case))[MIDDLE]
    assert kept.sum() == kept[:, 70:].sum() == disc.sum()


def test_two_segments_keep_to_themselves_and_emptying_one_removes_it(page: Page, stage: Stage, case: Case) -> None:
    page.keyboard.press("k")
    dab(page, 40, 90)
    stored(page, stage, case)
    page.keyboard.press("Shift+n")
    dab(page, 44, 90)
    one, other = (voxels_of(stage, case, mark) for mark in stored(page, stage, case))
    assert one.any()
    assert other.any()
    assert not (one & other).any()
    screenshots(page, "segment-two")
    page.keyboard.press("k")
    for _ in range(4):
        page.keyboard.press(">")
    sweep(page, (30, 90), (60, 90))
    assert (voxels_of(stage, case, only(page, stage, case)) == one).all()

    # Another segment of the finding that is left.
    page.get_by_role("button", name="Go to mark 1").click()
    page.keyboard.press("a")
    page.keyboard.press("k")
    dab(page, 90, 30)
    two = stored(page, stage, case)
    assert len(two) == 2
    assert len(read_of(stage, case)["payload"]["findings"]) == 1
    assert (voxels_of(stage, case, two[0]) == one).all()


# Every button that is shown can be pressed: what is at its middle is the button itself.
COVERED = """() => [...document.querySelectorAll('[role="toolbar"] button, [role="toolbar"] input')]
    .filter((one) => one.checkVisibility())
    .filter((one) => {
        const box = one.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return !one.contains(top);
    })
    .map((one) => one.getAttribute('aria-label') ?? one.textContent)"""


@pytest.mark.parametrize(("width", "height"), [(800, 600), (1280, 800)])
def test_every_button_is_within_reach_on_a_small_screen(page: Page, case: Case, width: int, height: int) -> None:
    tool(page, "Grow region")
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(500)
    assert page.evaluate(COVERED) == []
    bars = [page.get_by_role("toolbar", name=name, exact=True).bounding_box() for name in ("Tools", "Segment tools")]
    image = page.get_by_test_id("viewport").bounding_box()
    assert all(bars)
    assert image
    tools, segment_tools = bars
    assert tools
    assert segment_tools
    assert tools["y"] + tools["height"] <= segment_tools["y"] + 1
    assert segment_tools["y"] + segment_tools["height"] <= image["y"] + 1
    assert image["height"] > height / 2, "there is room for the image"
    page.screenshot(path=SCREENSHOTS / f"room-{width}x{height}.png")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.crosshairs")
    page.keyboard.press("l")
    assert page.evaluate(COVERED) == []
    page.screenshot(path=SCREENSHOTS / f"room-mpr-{width}x{height}.png")


def as_mr(dataset: Dataset) -> None:
    dataset.Modality = "MR"
    dataset.WindowCenter, dataset.WindowWidth = 900, 600


def test_growing_on_mr_begins_near_the_click(page: Page, stage: Stage, request: pytest.FixtureRequest) -> None:
    """Its values have no common scale: the range is taken from the window, a tenth of its width to either side."""
    case = room_of(stage, page, request.node.name, as_mr)
    tool(page, "Grow region")
    expect(page.get_by_label("Grow by")).to_have_value("tolerance")
    expect(page.get_by_label("Tolerance")).to_have_value("60")
    stroke(page, lambda: click(page, SPHERE_AT[0], SPHERE_AT[1]))
    assert (voxels_of(stage, case, only(page, stage, case)) == sphere_mask()).all()
    tool(page, "Threshold brush")
    expect(page.get_by_label("From", exact=True)).to_have_value("900")
    expect(page.get_by_label("To", exact=True)).to_have_value("1200")

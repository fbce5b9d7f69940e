"""Mammograms hang with the chest walls in the middle, and letters and marks go with the pixels."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from portal.demo.phantoms.dicom import phantom_uid
from tests.browserless import Person
from tests.e2e.conftest import Stage, screenshots, until
from tests.e2e.pixel_phantoms import SIDE, image
from tests.e2e.test_reading import saved
from tests.e2e.viewing import CLICK_PAUSE_MS, Case, becomes, case_of, drag, pane, pane_is_drawn

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

STUDY = "MAMMOGRAMS"
CHEST_WALL_COLUMNS = 16
WHITE = 200
PIXEL_MM = 0.07
# As many pixels as the others, but of a smaller breast.
SMALLER, SMALLER_MM = 2, 0.05


@dataclass(frozen=True)
class View:
    """One view as its file says it, and what the screen has to show: PS3.3 C.7.6.1.1.1 and PS3.17 on hanging.

    The file's rows and columns run towards these sides. Field of View Horizontal Flip only says what was done to the
    pixels before they were stored (C.8.3.1.1.2): whoever turned the image by it once more would turn it wrongly.
    """

    laterality: str
    name: str
    directions: tuple[str, str]
    field_of_view_flip: str
    chest_wall: str
    letters: tuple[str, str, str, str]
    # A view is named by View Position or, as newer files have it, by its code; with what was done for it.
    code: str | None = None
    modifier: str | None = None

    @property
    def words(self) -> str:
        return f"{self.laterality} {self.name}" + (" spot compression" if self.modifier else "")


# Left, right, top and bottom; the right breast lies left of the left one.
VIEWS = [
    View("R", "CC", ("A", "R"), "NO", "right", ("A", "P", "L", "R")),
    View("L", "CC", ("A", "L"), "NO", "left", ("P", "A", "R", "L")),
    View("R", "MLO", ("P", "FL"), "YES", "right", ("A", "P", "HR", "FL")),
    View("L", "MLO", ("P", "FR"), "YES", "left", ("P", "A", "HL", "FR"), "399368009", "399055006"),
]
PANES = ["1", "2", "3", "4"]


def mammogram(view: View, number: int) -> Dataset:
    """A grey image, white at the chest wall: rows that run forwards begin there."""
    name = f"{STUDY} {number}"
    spacing = [SMALLER_MM if number == SMALLER else PIXEL_MM] * 2
    one = image(name, DigitalMammographyXRayImageStorageForPresentation, "MG", ImagerPixelSpacing=spacing)
    one.StudyInstanceUID, one.PatientID, one.SeriesNumber = phantom_uid(STUDY, "study"), STUDY, number
    one.StudyDescription = STUDY
    one.ImageLaterality, one.ViewPosition = view.laterality, view.name
    if view.code and view.modifier:
        del one.ViewPosition
        one.ViewCodeSequence = [coded(view.code)]
        one.ViewCodeSequence[0].ViewModifierCodeSequence = [coded(view.modifier)]
    one.PatientOrientation, one.FieldOfViewHorizontalFlip = list(view.directions), view.field_of_view_flip
    one.PresentationLUTShape, one.WindowCenter, one.WindowWidth = "IDENTITY", 2048, 4096
    pixels = np.full((SIDE, SIDE), 1200, "<u2")
    forwards = view.directions[0] == "A"
    pixels[:, :CHEST_WALL_COLUMNS] = 4095 if forwards else 1200
    pixels[:, -CHEST_WALL_COLUMNS:] = 1200 if forwards else 4095
    one.PixelData = pixels.tobytes()
    return one


def coded(value: str) -> Dataset:
    """An item of a sequence of codes."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", "anything"
    return item


@pytest.fixture(scope="module")
def case(stage: Stage) -> Case:
    made = case_of(stage, [mammogram(view, number) for number, view in enumerate(VIEWS, start=1)])
    assignment = made.url.rsplit("/", 1)[1]
    reader, opened = stage.spare, stage.spare.send("POST", f"assignments/{assignment}/open")
    # The worker describes each series a few seconds after it has come; without that no rule knows a view.
    reader.until(
        f"reads/{opened['id']}",
        lambda read: all(one["facts"] for one in read["case"]["imaging_study"]["series"]),
    )
    return made


def edges(page: Page, pane_id: str) -> tuple[float, float]:
    """Mean greys of the screen just inside the left and the right border of the image."""
    ends = [pane(page, pane_id, f"p.clientPointOfPixel({column}, {SIDE - 40})") for column in (0, SIDE - 1)]
    left, right = sorted(round(end["x"]) for end in ends)
    row = round(ends[0]["y"])
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), float)
    return float(shot[row, left + 4 : left + 12].mean()), float(shot[row, right - 12 : right - 4].mean())


def chest_wall(page: Page, pane_id: str) -> str:
    left, right = (grey > WHITE for grey in edges(page, pane_id))
    return {(True, False): "left", (False, True): "right"}.get((left, right), "nowhere")


def letters(page: Page, pane_id: str) -> tuple[str, ...]:
    """The letters as they stand on the screen."""
    scope = page.get_by_test_id(f"pane-{pane_id}")
    return tuple(scope.get_by_test_id(f"letter-{edge}").inner_text() for edge in ("left", "right", "top", "bottom"))


def test_chest_walls_meet_and_letters_and_marks_go_with_the_pixels(
    stage: Stage, case: Case, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    page.goto(case.url)
    until(page, "window.__overread_viewer?.panes.length === 4")
    for pane_id in PANES:
        pane_is_drawn(page, pane_id)
    assert [pane(page, one, "p.seriesInstanceUid") for one in PANES] == case.series
    for pane_id, view in zip(PANES, VIEWS, strict=True):
        becomes(page, partial(chest_wall, page, pane_id), view.chest_wall)
        assert letters(page, pane_id) == view.letters, view
    meet_in_the_middle_at_one_scale(page)
    for pane_id, view in zip(PANES, VIEWS, strict=True):
        expect(page.get_by_test_id(f"pane-{pane_id}").get_by_test_id("facts")).to_contain_text(view.words)
    listed = page.get_by_role("navigation", name="Series").get_by_role("button")
    expect(listed).to_contain_text([view.words for view in VIEWS])
    # Thumbnails are turned as the panes are.
    shown = [one.locator("canvas").evaluate("it => getComputedStyle(it).transform") for one in listed.all()]
    assert [transform.startswith("matrix(-1") for transform in shown] == [
        (view.directions[0] == "A") == (view.chest_wall == "right") for view in VIEWS
    ]
    screenshots(page, "mammograms")

    # A mark on a mirrored image lies where it was drawn, on the screen and in the file's own pixels.
    page.mouse.click(*middle(page, "1"))
    page.wait_for_timeout(CLICK_PAUSE_MS)
    page.keyboard.press("l")
    start, end = (pane(page, "1", f"p.clientPointOfPixel({column}, 70)") for column in (30, 90))
    assert start["x"] > end["x"], "the image is mirrored"
    drag(page, (start["x"], start["y"]), (end["x"] - start["x"], 0))
    saved(page)
    (finding,) = stage.spare.send("POST", f"assignments/{case.url.rsplit('/', 1)[1]}/open")["payload"]["findings"]
    geometry = finding["marks"][0]["geometry"]
    assert geometry["series_instance_uid"] == case.series[0]
    assert sorted(point[0] for point in geometry["points_px"]) == pytest.approx([30, 90], abs=1)
    assert [point[1] for point in geometry["points_px"]] == pytest.approx([70, 70], abs=1)
    # The list says what the image says: nobody named a magnification.
    assert geometry["calibration"] == "DETECTOR"
    expect(page.get_by_role("button", name="Go to")).to_contain_text("mm at detector")
    assert finding["marks"][0]["measurements"]["length_mm"] == pytest.approx(60 * PIXEL_MM, abs=PIXEL_MM)
    line = page.get_by_test_id("pane-1").locator("svg.svg-layer line").first
    expect(line).to_be_attached()

    # Mirrored by the reader, the same image turns its letters and its chest wall round; 0 hangs it again.
    page.keyboard.press("Shift+ArrowLeft")
    becomes(page, lambda: (chest_wall(page, "1"), letters(page, "1")), ("left", ("P", "A", "L", "R")))
    page.keyboard.press("Shift+ArrowRight")
    becomes(page, lambda: letters(page, "1"), ("R", "L", "P", "A"))
    page.keyboard.press("Shift+h")
    becomes(page, lambda: (chest_wall(page, "1"), letters(page, "1")), (VIEWS[0].chest_wall, VIEWS[0].letters))
    meet_in_the_middle_at_one_scale(page)

    # One pane over all is filled again, and gives way to the same hanging.
    page.mouse.dblclick(*middle(page, "2"))
    becomes(page, lambda: scale(page, "2") < scale(page, "1"), True)
    page.mouse.dblclick(*middle(page, "2"))
    becomes(page, lambda: scale(page, "2"), pytest.approx(scale(page, "1"), rel=1e-4))
    meet_in_the_middle_at_one_scale(page)


def test_panes_of_another_size_are_filled_at_one_scale_and_a_zoomed_one_stays_zoomed(
    stage: Stage, case: Case, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    page.goto(case.url)
    until(page, "window.__overread_viewer?.panes.length === 4")
    for pane_id in PANES:
        pane_is_drawn(page, pane_id)
    page.keyboard.press("Shift+h")
    page.wait_for_timeout(1000)
    meet_in_the_middle_at_one_scale(page)
    scales = [scale(page, "1")]
    for width, height in ((1180, 720), (1700, 1000), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(800)
        meet_in_the_middle_at_one_scale(page)
        scales.append(scale(page, "1"))
    assert scales[1] > scales[0] > scales[2], "fewer pixels of the screen, more millimetres in each"
    assert scales[3] == pytest.approx(scales[0], rel=1e-3), "as large as before"
    screenshots(page, "mammograms-resized")

    # What the reader has enlarged stays so while the others are filled anew.
    page.mouse.click(*middle(page, "1"))
    page.wait_for_timeout(CLICK_PAUSE_MS)
    page.keyboard.press("Shift+f")
    becomes(page, lambda: scale(page, "1") == pytest.approx(scales[0], rel=1e-3), False)
    seen_mm = height_seen_mm(page, "1")
    page.set_viewport_size({"width": 1180, "height": 720})
    becomes(page, lambda: scale(page, "3"), pytest.approx(scales[1], rel=1e-3))
    assert height_seen_mm(page, "1") == pytest.approx(seen_mm, rel=0.02), "the same part of the image"
    page.set_viewport_size({"width": 1440, "height": 900})


def height_seen_mm(page: Page, pane_id: str) -> float:
    """How much of an image the height of its pane shows."""
    box = page.get_by_test_id(f"pane-{pane_id}").locator("canvas").first.bounding_box()
    assert box
    return scale(page, pane_id) * box["height"]


def scale(page: Page, pane_id: str) -> float:
    """Millimetres of the image in one pixel of the screen."""
    return float(pane(page, pane_id, "p.state.perScreenPixel.value"))


def meet_in_the_middle_at_one_scale(page: Page) -> None:
    """Each chest wall lies at the border of its pane, and a millimetre is as long in all of them."""
    for pane_id, view in zip(PANES, VIEWS, strict=True):
        box = page.get_by_test_id(f"pane-{pane_id}").locator("canvas").first.bounding_box()
        assert box
        ends = [pane(page, pane_id, f"p.clientPointOfPixel({column}, 70)")["x"] for column in (-0.5, SIDE - 0.5)]
        if view.chest_wall == "right":
            assert max(ends) == pytest.approx(box["x"] + box["width"], abs=1.5), view
        else:
            assert min(ends) == pytest.approx(box["x"], abs=1.5), view
    assert [scale(page, one) for one in PANES] == pytest.approx([scale(page, "1")] * 4, rel=1e-4)
    smaller, larger = (
        abs(
            pane(page, one, f"p.clientPointOfPixel({SIDE}, 70)")["x"]
            - pane(page, one, "p.clientPointOfPixel(0, 70)")["x"]
        )
        for one in (str(SMALLER), "1")
    )
    assert smaller / larger == pytest.approx(SMALLER_MM / PIXEL_MM, rel=0.01)


def middle(page: Page, pane_id: str) -> tuple[float, float]:
    place = pane(page, pane_id, f"p.clientPointOfPixel({SIDE // 2}, {SIDE // 2})")
    return place["x"], place["y"]

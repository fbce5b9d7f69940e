"""What the screen shows beside pictures kept in the repository: window, MONOCHROME1, colour, orientation letters.

The pictures were looked at by a person; `tests/e2e/test_pixels.py` has the formulas that they obey. To make them anew,
remove them and run with OVERREAD_KEEP_REFERENCES=1.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Page

from portal.demo.phantoms.dicom import phantom_uid
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, until
from tests.e2e.pixel_phantoms import BLOCK, monochrome1, rgb_planes, square
from tests.e2e.viewing import Case, becomes, case_of, open_to_read

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

KEPT = Path(__file__).parent / "references"
# Letters and text lie on the outer blocks.
INNER = (BLOCK, 7 * BLOCK)
SIDE = INNER[1] - INNER[0]
# Two of 255, and what brings a picture of the screen to the size of the one that is kept.
TOLERANCE = 4
LETTER_SIZE = (24, 32)
Picture = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def case(stage: Stage) -> Case:
    """One imaging study of three series: a window, a MONOCHROME1 image, a colour image."""
    data_sets = [phantom.data_set for phantom in (square(), monochrome1(), rgb_planes())]
    for number, one in enumerate(data_sets, start=1):
        one.SeriesNumber = number
        # Objects of their own: the portal may hold those of test_pixels.py, in imaging studies of their own.
        one.StudyInstanceUID = phantom_uid("kept pictures", "study")
        one.SeriesInstanceUID = phantom_uid("kept pictures", "series", str(number))
        one.SOPInstanceUID = phantom_uid("kept pictures", "instance", str(number))
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
        for keyword in ("PatientID", "PatientName", "StudyDescription"):
            setattr(one, keyword, getattr(data_sets[0], keyword))
    return case_of(stage, data_sets)


@pytest.fixture
def room(stage: Stage, case: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    open_to_read(page, case)
    return page


def show(page: Page, uid: str) -> None:
    page.locator(f'[data-series="{uid}"]').click()
    until(page, f"window.__overread_viewer.panes[0].seriesInstanceUid === '{uid}'")
    image_is_drawn(page)


def kept(name: str, now: Picture) -> Picture:
    path = KEPT / f"{name}.png"
    if os.environ.get("OVERREAD_KEEP_REFERENCES") == "1" and not path.exists():
        KEPT.mkdir(exist_ok=True)
        Image.fromarray(now.round().astype(np.uint8)).save(path, optimize=True)
    return np.asarray(Image.open(path), float)


def picture_of(page: Page) -> Picture:
    """The inner blocks of the image as the screen shows them, one pixel for each of the image's."""
    ends = [probe(page, f"v.clientPointOfPixel({end - 0.5}, {end - 0.5})") for end in INNER]
    left, top, right, bottom = (round(ends[end][axis]) for end in (0, 1) for axis in ("x", "y"))
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return np.asarray(shot.crop((left, top, right, bottom)).resize((SIDE, SIDE), Image.Resampling.NEAREST), float)


def middles(picture: Picture) -> Picture:
    """The middle of every block: how the borders between blocks are smoothed is the graphics card's business."""
    return picture[BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK]


@pytest.mark.parametrize(("number", "name"), [(1, "window"), (2, "monochrome1"), (3, "colour")])
def test_an_image_looks_as_it_was_kept(room: Page, case: Case, number: int, name: str) -> None:
    page = room
    show(page, case.series[number - 1])
    reference = middles(kept(name, picture_of(page)))
    becomes(page, lambda: bool(np.abs(middles(picture_of(page)) - reference).max() <= TOLERANCE), True)


def letter_on(page: Page, edge: str) -> Picture:
    """A letter of the overlay in black and white, cut to its own size: fonts and places differ among computers."""
    letter = page.get_by_test_id(f"letter-{edge}")
    grey = np.asarray(Image.open(io.BytesIO(letter.screenshot())).convert("L"), float)
    ink = grey > grey.max() / 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = Image.fromarray((ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] * 255).astype(np.uint8))
    return np.asarray(cut.resize(LETTER_SIZE), float)


def likest(page: Page, edge: str) -> str:
    """Which of the letters that were kept an edge shows."""
    shown = letter_on(page, edge).ravel()
    likeness = {
        letter: float(np.corrcoef(shown, np.asarray(Image.open(KEPT / f"letter-{letter}.png"), float).ravel())[0, 1])
        for letter in "RLAP"
    }
    return max(likeness, key=lambda letter: likeness[letter])


def test_the_letters_on_the_screen_are_those_kept_and_turn_with_the_image(room: Page, case: Case) -> None:
    page = room
    show(page, case.series[0])
    for edge, letter in (("left", "R"), ("right", "L")):
        kept(f"letter-{letter}", letter_on(page, edge))
    page.keyboard.press("Shift+ArrowRight")
    until(page, "window.__overread_viewer.state.letters.left === 'P'")
    for edge, letter in (("left", "P"), ("right", "A")):
        kept(f"letter-{letter}", letter_on(page, edge))
    becomes(page, lambda: (likest(page, "left"), likest(page, "right")), ("P", "A"))
    page.keyboard.press("Shift+ArrowLeft")
    becomes(page, lambda: (likest(page, "left"), likest(page, "right")), ("A", "P"))
    page.keyboard.press("0")
    becomes(page, lambda: (likest(page, "left"), likest(page, "right")), ("R", "L"))
    page.keyboard.press("Shift+ArrowLeft")
    becomes(page, lambda: (likest(page, "left"), likest(page, "right")), ("L", "R"))

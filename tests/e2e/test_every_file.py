"""Every DICOM file at hand on the screen, one series each: its own values, or a sentence that says why not.

The witness is pydicom: its decoders, modality LUT (PS3.3 C.11.1) and palettes (C.7.9), which the viewer does not use.
`tests/imaging/test_pixel_sweep.py` compares every byte that is served; here the browser shows it.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_rescale

from portal.demo.phantoms.dicom import phantom_uid
from portal.imaging.screening.screener import Screener
from tests.browserless import Person
from tests.e2e.conftest import Stage, probe, screenshots, until
from tests.e2e.viewing import Case, case_of
from tests.imaging.dicom_files import renamed
from tests.imaging.files_at_hand import all_files, frame_expected, refusal_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

STUDY = "EVERY FILE"
PROBES = 20
# Colours that were compressed with loss, or whose brightness and colours were mixed by other rounding.
COLOUR_TOLERANCE = 2


def taken() -> Iterator[Dataset]:
    """Every file that ingest takes, as a series of one imaging study."""
    with Screener() as screener:
        for number, path in enumerate(all_files(), start=1):
            if refusal_of(screener, path) not in (None, "patient_id_missing"):
                continue
            one = renamed(path, f"{STUDY} {number}")
            one.StudyInstanceUID, one.PatientID = phantom_uid(STUDY, "study"), STUDY
            one.StudyDescription, one.SeriesNumber = STUDY, number
            # Its name, for whoever reads what fails.
            one.filename = path.name
            yield one


def on_screen(colours: npt.NDArray[Any], bits: int) -> list[float]:
    """A screen has 8 bits a colour: of more the highest are shown."""
    return [float(value) for value in np.floor(colours / 2 ** (bits - 8))]


def values_of(one: Dataset, row: int, column: int) -> list[float] | None:
    """What the first frame is at a pixel: the value after the modality LUT, or red, green and blue."""
    frame = one.first_frame[row, column]
    if one.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(np.array([[frame]]), one)[0, 0]
        if not one.file_meta.TransferSyntaxUID.is_little_endian:
            # pydicom reads the tables of a big-endian file the other way round; its little-endian twin says so.
            colours = colours.byteswap()
        return on_screen(colours, one.RedPaletteColorLookupTableDescriptor[2])
    if np.ndim(frame) > 0:
        return on_screen(frame, one.BitsStored)
    return [float(apply_rescale(np.array([[frame]]), one)[0, 0])]


def is_comparable(one: Dataset) -> bool:
    """Left out: values that the portal gives in a unit of its own (SUV), and tables and groups of single frames."""
    has_groups = "PerFrameFunctionalGroupsSequence" in one
    return not (one.get("Modality") == "PT" or has_groups or "ModalityLUTSequence" in one)


@pytest.fixture(scope="module")
def files() -> list[Dataset]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(taken())


@pytest.fixture(scope="module")
def case(stage: Stage, files: list[Dataset]) -> Case:
    case = case_of(stage, files)
    study_uid = str(files[0].StudyInstanceUID)
    # Images are a reader's from the first opening on.
    stage.spare.send("POST", f"assignments/{case.url.rpartition('/')[2]}/open")
    # Half of the files are shown by what the worker has written: as in practice it is there before the reader is.
    stage.spare.until(
        f"frame-grants/{study_uid}",
        lambda answer: all(series["state"] in {"READY", "FAILED"} for series in answer["series"]),
        300,
    )
    return case


def shown(page: Page, uid: str) -> str:
    """Choose a series of the list; returns why it is not shown, or nothing."""
    page.locator(f'[data-series="{uid}"]').click()
    pane = page.locator('[data-testid^="pane-"]')
    for _ in range(600):
        told = pane.get_by_role("alert")
        if told.count() > 0:
            return told.first.inner_text()
        state = probe(page, "{ uid: v.panes[0].seriesInstanceUid, isRendered: v.state.isRendered }")
        if state == {"uid": uid, "isRendered": True}:
            return ""
        page.wait_for_timeout(50)
    return "neither an image nor a reason within 30 s"


def difference(page: Page, one: Dataset) -> str:
    """Where the viewer has other values than the file; nothing where it has the same."""
    rows, columns = one.first_frame.shape[:2]
    random = np.random.default_rng(1)
    places = [[int(random.integers(columns)), int(random.integers(rows))] for _ in range(PROBES)]
    found = probe(page, f"v.valuesOfPixels({places})")
    for (column, row), value in zip(places, found, strict=True):
        expected = np.array(values_of(one, row, column))
        given = np.array(value if isinstance(value, list) else [value], float)[: len(expected)]
        tolerance = COLOUR_TOLERANCE if len(expected) > 1 else 1e-6 * max(1.0, float(np.abs(expected).max()))
        if given.shape != expected.shape or np.abs(given - expected).max() > tolerance:
            return f"({column}, {row}) is {given.tolist()}, not {expected.tolist()}"
    return ""


def test_each_file_is_shown_with_its_values_or_with_a_reason(
    stage: Stage, files: list[Dataset], case: Case, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    # Without a graphics card the time goes into drawing.
    page.set_viewport_size({"width": 900, "height": 600})
    page.goto(case.url)
    until(page, "window.__overread_viewer?.panes.length > 0")
    page.keyboard.press("Shift+s")
    until(page, "window.__overread_viewer.panes.length === 1")
    wrong: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for one in files:
        name = str(one.filename)
        told = shown(page, str(one.SeriesInstanceUID))
        try:
            one.first_frame = frame_expected(one, 0)
        except RuntimeError:
            # What pydicom raises when every decoder has failed: the reader has to hear of it, too.
            reasons[name] = told
            continue
        if told:
            wrong[name] = told
        elif is_comparable(one) and (found := difference(page, one)):
            wrong[name] = found
    screenshots(page, "every-file")
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
    assert all("cannot be" in told for told in reasons.values()), reasons
    assert len(files) > 120

"""Panes in step: a PET with its CT from the start, a prior also after the planes; hidden priors; windows of SUV."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import PositronEmissionTomographyImageStorage

from portal.demo.phantoms.dicom import phantom_uid
from portal.demo.phantoms.ruler import make_ruler
from tests.browser import sign
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.pixel_phantoms import pet_suv
from tests.e2e.test_reading import draw, saved
from tests.e2e.viewing import CLICK_PAUSE_MS, QUESTIONS, becomes, case_of, centre_of, files_of, pane, pane_is_drawn
from tests.e2e.viewing import series_of as series_named
from tests.reader_studies import drafted, imaging_study_id, ingested

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SLICES = 8


def index_of(page: Page, pane_id: str) -> int | None:
    found = pane(page, pane_id, "p.state.isRendered ? p.state.index : null")
    return None if found is None else int(found)


def pet_with_ct(study: str) -> Iterator[Dataset]:
    """A CT of eight slices, and a PET of the inner six of them in the same frame of reference."""
    frame = phantom_uid(study, "frame")
    yield from series_named(study, make_ruler(), 1, FrameOfReferenceUID=frame)
    pet = sorted(
        series_named(study, make_ruler(), 2, FrameOfReferenceUID=frame, Modality="PT"),
        key=lambda one: float(one.ImagePositionPatient[2]),
    )
    for one in pet[1:-1]:
        one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = PositronEmissionTomographyImageStorage
        yield one


def test_a_pet_hangs_beside_its_ct_and_goes_with_it_by_position(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    case = case_of(stage, pet_with_ct(f"PET CT {uuid.uuid4().hex[:8]}"))
    page = signed_in(stage.spare)
    page.goto(case.url)
    until(page, "window.__overread_viewer?.panes.length === 2")
    for one in ("1", "2"):
        pane_is_drawn(page, one)
    assert [pane(page, one, "p.seriesInstanceUid") for one in ("1", "2")] == case.series
    expect(page.get_by_role("button", name="Link scrolling")).to_have_attribute("aria-pressed", "true")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    pane_is_drawn(page, "1", index=5)
    # The slice of the same place is one number lower: the PET begins a slice later, whichever end comes first.
    pane_is_drawn(page, "2", index=4)
    screenshots(page, "pet-beside-ct")
    # Another layout and back: while the PET was away the CT has gone on.
    page.keyboard.press("Shift+s")
    until(page, "window.__overread_viewer.panes.length === 1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    pane_is_drawn(page, "1", index=3)
    page.keyboard.press("Shift+d")
    pane_is_drawn(page, "2", index=2)


def followed_up(stage: Stage, blinding: dict[str, Any]) -> str:
    """The address of a read of a CT with a prior, each in a frame of reference of its own."""
    patient = f"STEP-{uuid.uuid4().hex[:8]}"
    studies = {"current": date(2026, 3, 1), "prior": date(2025, 1, 1)}
    listed = {
        name: list(
            series_named(
                f"{patient} {name}",
                make_ruler(),
                1,
                PatientID=patient,
                StudyDate=when.strftime("%Y%m%d"),
                FrameOfReferenceUID=phantom_uid(patient, name),
            )
        )
        for name, when in studies.items()
    }
    coordinator = stage.coordinator
    ingested(coordinator, files_of([one for rows in listed.values() for one in rows]))
    current = imaging_study_id(coordinator, str(listed["current"][0].StudyInstanceUID))
    path = drafted(coordinator, {stage.spare: "READER"}, name=patient, questions=QUESTIONS, imaging_study_ids=[current])
    assert coordinator.send("POST", f"{path}/priors/suggest", {"maximum": 1}) == {"cases": 1}
    hanging: dict[str, Any] = {"rules": [], "shows_priors": True, "shows_prior_marks": False}
    coordinator.send("PUT", f"{path}/hanging-protocol", hanging)
    design = coordinator.get(f"{path}/design")["design"]
    design["arms"][0]["blinding"] = blinding
    coordinator.send("PUT", f"{path}/design", {"design": design})
    coordinator.send("POST", f"{path}/launch")
    (assignment,) = stage.spare.get(f"{path}/assignments")
    return f"{stage.portal.url}/assignments/{assignment['id']}"


def activate(page: Page, pane_id: str) -> None:
    page.mouse.click(*centre_of(page, pane_id))
    page.wait_for_timeout(CLICK_PAUSE_MS)
    until(page, f"window.__overread_viewer.activeId === '{pane_id}'")


def test_a_prior_is_in_step_again_after_the_planes(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.spare)
    page.goto(followed_up(stage, {}))
    until(page, "window.__overread_viewer?.panes.length === 2")
    for one in ("1", "2"):
        pane_is_drawn(page, one)
    # The patient lay a slice higher then: the reader sets that by hand, and links.
    page.keyboard.press("Shift+Digit7")
    activate(page, "2")
    page.keyboard.press("ArrowDown")
    pane_is_drawn(page, "2", index=1)
    activate(page, "1")
    pane_is_drawn(page, "1", index=0)
    page.keyboard.press("Shift+Digit7")
    page.keyboard.press("ArrowDown")
    pane_is_drawn(page, "1", index=1)
    pane_is_drawn(page, "2", index=2)

    page.keyboard.press("Shift+y")
    for plane in ("AXIAL", "CORONAL", "SAGITTAL"):
        pane_is_drawn(page, plane)
    until(page, "window.__overread_viewer.crosshairs !== null")
    # Planes that follow a window are told while it changes: they take the new one, not the one before.
    for key, words in (("2", "W 1500  L -600"), ("3", "W 2500  L 480"), ("1", "W 400  L 40")):
        page.keyboard.press(key)
        for plane in ("AXIAL", "CORONAL", "SAGITTAL"):
            expect(page.get_by_test_id(f"pane-{plane}").get_by_test_id("window")).to_contain_text(words)
    x, y = centre_of(page, "CORONAL")
    for up in (0, 20, 40, -20, -40):
        page.mouse.click(x + 40, y - up)
        page.wait_for_timeout(CLICK_PAUSE_MS)
        if index_of(page, "1") not in (None, 1, SLICES - 1):
            break
    moved = index_of(page, "1")
    assert moved not in (None, 1, SLICES - 1), "the crosshairs have taken the stack along"
    page.keyboard.press("Shift+y")
    becomes(page, lambda: (index_of(page, "1"), index_of(page, "2")), (moved, (moved or 0) + 1))
    for one in ("1", "2"):
        expect(page.get_by_test_id(f"pane-{one}").get_by_test_id("window")).to_contain_text("W 400  L 40")
    page.keyboard.press("ArrowUp")
    becomes(page, lambda: (index_of(page, "1"), index_of(page, "2")), ((moved or 0) - 1, moved))
    screenshots(page, "prior-after-planes")


def test_a_prior_that_is_hidden_while_its_pane_is_open_gives_way_to_the_reason(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    while_reading = {"FIRST": "SHOWN", "SECOND": "SHOWN", "SIGNED": "HIDDEN"}
    page = signed_in(stage.spare)
    page.goto(followed_up(stage, {"priors": while_reading}))
    until(page, "window.__overread_viewer?.panes.length === 2")
    for one in ("1", "2"):
        pane_is_drawn(page, one)
    page.keyboard.press("l")
    draw(page, (59.5, 62.0), (184.5, 62.0))
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Digit4")
    page.get_by_role("textbox", name="Confidence of mark 1, as a number").fill("50")
    saved(page)
    prior = page.get_by_test_id("pane-2")
    expect(prior.get_by_role("status")).to_have_count(0)
    sign(page)
    expect(page.get_by_role("button", name="back to the worklist")).to_be_visible()
    expect(prior.get_by_role("status")).to_have_text(
        "The protocol hides this prior now. Your marks and answers are kept."
    )
    expect(prior).to_contain_text("Prior 1 · 14 months earlier")
    assert prior.locator("canvas").first.is_hidden(), "its images are not to be seen any more"
    assert len(probe(page, "v.annotations")) == 1, "the mark is kept"
    expect(page.get_by_role("navigation", name="Series")).to_contain_text("not shown now")
    screenshots(page, "prior-hidden-meanwhile")


def test_number_keys_window_a_pet_by_its_suv(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.spare)
    page.goto(case_of(stage, [pet_suv().data_set]).url)
    image_is_drawn(page)
    window = page.get_by_test_id("pane-1").get_by_test_id("window")
    for key, upper in (("1", 5), ("2", 7), ("3", 10), ("4", 15)):
        page.keyboard.press(key)
        expect(window).to_contain_text(f"W {upper}  L {upper / 2:g}")
    page.keyboard.press("?")
    expect(page.get_by_role("complementary", name="Keys")).to_contain_text("SUV 0–7")
    screenshots(page, "suv-windows")

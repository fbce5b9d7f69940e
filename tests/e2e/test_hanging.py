"""Hanging protocols and priors in Chromium: built by a coordinator with a live preview, at work for the reader."""

import io
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pydicom.dataset import Dataset

from portal.demo.phantoms.ruler import make_ruler
from tests.browser import sign
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, seed_that_begins_with, sign_in, until
from tests.e2e.test_reading import draw, saved
from tests.e2e.viewing import QUESTIONS, becomes, files_of, pane, pane_is_drawn, series_of
from tests.reader_studies import drafted, imaging_study_id, ingested

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SLICES = 8
STROKES = "[...document.querySelectorAll('svg line')].map((line) => line.getAttribute('stroke'))"
CURRENT_DATE = date(2026, 3, 1)
# 14 x 30.4375 days before.
PRIOR_DATE = CURRENT_DATE - timedelta(days=426)


def study(patient: str, name: str, when: date, thicknesses: list[float]) -> Iterator[Dataset]:
    """The ruler as one series for each slice thickness, of a patient of its own."""
    for number, thickness in enumerate(thicknesses, start=1):
        changes = {"PatientID": patient, "StudyDate": when.strftime("%Y%m%d"), "SliceThickness": thickness}
        yield from series_of(f"{patient} {name}", make_ruler(), number, **changes)


@pytest.fixture(scope="module")
def two_studies(stage: Stage) -> dict[str, Any]:
    """A patient with a study of today in two series, and one of 14 months ago in two."""
    patient = f"HANGING-{uuid.uuid4().hex[:8]}"
    current = list(study(patient, "current", CURRENT_DATE, [5.0, 1.0]))
    prior = list(study(patient, "prior", PRIOR_DATE, [10.0, 2.0]))
    ingested(stage.coordinator, files_of([*current, *prior]))
    ids = [imaging_study_id(stage.coordinator, str(one[0].StudyInstanceUID)) for one in (current, prior)]
    uids = [list(dict.fromkeys(str(one.SeriesInstanceUID) for one in rows)) for rows in (current, prior)]
    return {"current_id": ids[0], "prior_id": ids[1], "current": uids[0], "prior": uids[1]}


@pytest.fixture
def draft(stage: Stage, two_studies: dict[str, Any]) -> str:
    """A reader study with the current study as its only case; returns its path below /reader-studies/."""
    coordinator = stage.coordinator
    return drafted(
        coordinator,
        {stage.spare: "READER"},
        name=f"Hanging {uuid.uuid4().hex[:6]}",
        questions=QUESTIONS,
        imaging_study_ids=[two_studies["current_id"]],
    )


def choose(page: Page, scope: Any, label: str, option: str) -> None:
    scope.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def build_the_protocol(page: Page) -> None:
    page.get_by_role("button", name="+ Rule").click()
    rule = page.get_by_role("region", name="Rule 1")
    rule.get_by_label("Rule 1", exact=True).fill("Thin beside the prior")
    rule.get_by_label("Modality").fill("ct")
    page.keyboard.press("Enter")
    rule.get_by_text("1 × 2").click()
    first = rule.get_by_role("group", name="Pane 1")
    choose(page, first, "Of these", "thinnest slices")
    choose(page, first, "On", "a given part")
    first.get_by_label("Own window").check()
    second = rule.get_by_role("group", name="Pane 2")
    choose(page, second, "Study", "Prior 1")
    choose(page, second, "Series", "like pane 1")
    rule.get_by_label("Link scroll").check()


def test_a_protocol_is_built_with_a_preview_and_hangs_the_case_for_the_reader(
    stage: Stage, signed_in: Callable[[Person], Page], draft: str, two_studies: dict[str, Any], browser: Browser
) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{draft}/hanging")
    expect(page.get_by_test_id("hung-by")).to_have_text("Hung by: Chest CT, thin axial slices in the lung window")
    build_the_protocol(page)
    expect(page.get_by_test_id("hung-by")).to_have_text("Hung by: Thin beside the prior")
    pane_is_drawn(page, "1", index=4)
    page.get_by_role("button", name="Suggest priors for cases without").click()
    expect(page.get_by_text("1 case got priors.")).to_be_visible()
    page.get_by_label("Readers see the priors").check()
    pane_is_drawn(page, "2")
    expect(page.get_by_test_id("pane-2")).to_contain_text("Prior 1 · 14 months earlier")
    screenshots(page, "hanging-editor")
    page.get_by_role("button", name="Choose the priors of Case 001").click()
    expect(page.get_by_role("table", name="Earlier imaging studies")).to_contain_text("14 months earlier")
    screenshots(page, "hanging-priors")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Save the hanging").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    stage.coordinator.send("POST", f"{draft}/launch")

    (assignment,) = stage.spare.get(f"{draft}/assignments")
    # Somebody else at another computer.
    elsewhere = browser.new_context()
    room = elsewhere.new_page()
    sign_in(room, stage.portal.url, stage.spare.username)
    room.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    pane_is_drawn(room, "1", index=4)
    pane_is_drawn(room, "2")
    thin, like_it = two_studies["current"][1], two_studies["prior"][1]
    assert [pane(room, one, "p.seriesInstanceUid") for one in ("1", "2")] == [thin, like_it]
    window = room.get_by_test_id("pane-1").get_by_test_id("window")
    expect(window).to_have_text("W 400  L 40")
    room.keyboard.press("3")
    expect(window).to_have_text("W 2500  L 480")
    # Back to how it was hung, not to the image's own window.
    room.keyboard.press("0")
    expect(window).to_have_text("W 400  L 40")
    expect(room.get_by_test_id("pane-2")).to_contain_text("Prior 1 · 14 months earlier")
    expect(room.get_by_role("navigation", name="Series")).to_contain_text("Prior 1 · 14 months earlier")
    # The rule links scrolling: in one frame of reference the prior follows to the same place.
    room.keyboard.press("ArrowDown")
    pane_is_drawn(room, "1", index=5)
    pane_is_drawn(room, "2", index=5)
    room.keyboard.press("Shift+Digit9")
    room.keyboard.press("2")
    for one in ("1", "2"):
        expect(room.get_by_test_id(f"pane-{one}").get_by_test_id("window")).to_contain_text("W 1500  L -600")
    room.keyboard.press("Shift+Digit9")
    assert not re.search(r"20\d\d-\d\d-\d\d", room.inner_text("body")), "dates stay hidden"
    screenshots(room, "priors-beside-current")

    room.keyboard.press("Shift+s")
    until(room, "window.__overread_viewer.panes.length === 1")
    room.keyboard.press("Home")
    pane_is_drawn(room, "1", index=0)
    room.keyboard.press("Shift+h")
    pane_is_drawn(room, "2")
    pane_is_drawn(room, "1", index=4)

    room.get_by_test_id("pane-2").click()
    room.wait_for_timeout(600)
    until(room, "window.__overread_viewer.activeId === '2'")
    room.keyboard.press("l")
    draw(room, (80, 80), (140, 120))
    expect(room.get_by_text("Priors are not marked. Draw on the current study.")).to_be_visible()
    assert probe(room, "v.annotations") == []
    read = stage.spare.send("POST", f"assignments/{assignment['id']}/open")
    assert read["payload"]["findings"] == []
    elsewhere.close()


def test_a_reader_does_not_see_priors_that_the_protocol_hides(
    stage: Stage, signed_in: Callable[[Person], Page], draft: str, two_studies: dict[str, Any]
) -> None:
    assert stage.coordinator.send("POST", f"{draft}/priors/suggest", {"maximum": 1}) == {"cases": 1}
    stage.coordinator.send("POST", f"{draft}/launch")
    (assignment,) = stage.spare.get(f"{draft}/assignments")
    room = signed_in(stage.spare)
    room.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    image_is_drawn(room)
    assert pane(room, "1", "p.seriesInstanceUid") == two_studies["current"][1]
    assert "Prior" not in room.inner_text("body")


def stands_out(page: Page, pixel: tuple[int, int]) -> None:
    """Across a line on bright ground there is the line and something dark beside it."""
    place = probe(page, f"v.clientPointOfPixel{pixel}")
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), float)
    x, y = round(place["x"]), round(place["y"])
    greys = shot[y - 12 : y + 13, x - 12 : x + 13]
    ground = np.median(greys)
    assert ground > 200
    is_dark = greys < ground / 3
    # Beneath and above a dash; at its ends the rim closes.
    rims = [np.flatnonzero(column) for column in is_dark.T]
    between = [greys[rim[0] : rim[-1] + 1, x].max() for x, rim in enumerate(rims) if len(rim) > 1]
    assert between, "it has no rim"
    assert max(between) > ground / 2, "the line does not stand out of its rim"


def test_own_marks_of_an_earlier_read_stand_on_the_prior_grey_and_locked(
    stage: Stage, signed_in: Callable[[Person], Page], two_studies: dict[str, Any]
) -> None:
    coordinator, reader = stage.coordinator, stage.spare
    ids = [two_studies["current_id"], two_studies["prior_id"]]
    path = drafted(
        coordinator,
        {reader: "READER"},
        name=f"Follow-up {uuid.uuid4().hex[:6]}",
        questions=QUESTIONS,
        imaging_study_ids=ids,
    )
    cases = coordinator.get(f"{path}/cases")
    current = next(one for one in cases if one["imaging_study"]["id"] == ids[0])
    coordinator.send("PUT", f"{path}/cases/{current['id']}/priors", {"imaging_study_ids": ids[1:]})
    hanging = {"rules": [], "shows_priors": True, "shows_prior_marks": True}
    assert coordinator.send("PUT", f"{path}/hanging-protocol", hanging)["shows_prior_marks"] is True
    (earlier,) = (one["name"] for one in cases if one["imaging_study"]["id"] == ids[1])
    seed = seed_that_begins_with(earlier, [reader.username])
    coordinator.send("POST", f"{path}/launch", {"seed": seed})
    names = {one["case_name"]: one["id"] for one in reader.get(f"{path}/assignments")}

    page = signed_in(reader)
    page.goto(f"{stage.portal.url}/assignments/{names[earlier]}")
    image_is_drawn(page)
    page.keyboard.press("l")
    draw(page, (80, 80), (160, 80))
    page.get_by_role("slider", name="Confidence of mark 1").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+4")
    saved(page)
    sign(page)
    saved(page, "signed")
    page.goto(f"{stage.portal.url}/assignments/{names[current['name']]}")
    image_is_drawn(page)
    page.keyboard.press("m")
    until(page, "window.__overread_viewer?.annotations.length === 1")
    (shown,) = probe(page, "v.annotations")
    assert (shown["id"].partition("-")[0], shown["isLocked"]) == ("prior", True)
    until(page, f"{STROKES}.includes('rgba(222, 226, 230, 1)') || {STROKES}.includes('rgba(173, 181, 189, 1)')")
    screenshots(page, "own-mark-on-prior")
    stands_out(page, (90, 81))
    # It is nobody's to take away, and no finding of this read.
    page.keyboard.press("Delete")
    page.wait_for_timeout(500)
    assert probe(page, "v.annotations.length") == 1
    expect(page.get_by_role("slider", name="Confidence of mark 1")).to_have_count(0)


def test_two_imaging_studies_of_a_patient_are_joined_to_one_case_and_read_side_by_side(
    stage: Stage, signed_in: Callable[[Person], Page], two_studies: dict[str, Any], browser: Browser
) -> None:
    path = drafted(
        stage.coordinator,
        {stage.spare: "READER"},
        name=f"Together {uuid.uuid4().hex[:6]}",
        questions=QUESTIONS,
        imaging_study_ids=[two_studies["current_id"], two_studies["prior_id"]],
    )
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/cases")
    page.get_by_text("Cases in order (2)").click()
    join = page.get_by_role("button", name="Read together as one case")
    expect(join).to_be_disabled()
    for number in (1, 2):
        page.get_by_role("checkbox", name=f"Tick number {number}").press("Space")
    screenshots(page, "cases-ticked")
    join.press("Enter")
    expect(page.get_by_role("heading", name="1 case selected")).to_be_visible()
    page.get_by_role("button", name="Save selection").click()
    expect(page.locator("button:not([data-loading])", has_text="Save selection")).to_be_disabled()
    screenshots(page, "cases-together")
    (case,) = stage.coordinator.get(f"{path}/cases")
    assert [one["id"] for one in case["further_imaging_studies"]] == [two_studies["prior_id"]]
    page.goto(f"{stage.portal.url}/{path}/hanging")
    expect(page.get_by_test_id("hung-by")).to_have_text("Hung by: Current imaging studies side by side")
    stage.coordinator.send("POST", f"{path}/launch")

    (assignment,) = stage.spare.get(f"{path}/assignments")
    elsewhere = browser.new_context()
    room = elsewhere.new_page()
    sign_in(room, stage.portal.url, stage.spare.username)
    room.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    for place, series in (("1", two_studies["current"][1]), ("2", two_studies["prior"][1])):
        pane_is_drawn(room, place)
        assert pane(room, place, "p.seriesInstanceUid") == series
        expect(room.get_by_test_id(f"pane-{place}")).to_contain_text(f"Current {place}")
        expect(room.get_by_role("navigation", name="Series")).to_contain_text(f"Current {place}")
    room.get_by_test_id("pane-2").click()
    room.wait_for_timeout(600)
    until(room, "window.__overread_viewer.activeId === '2'")
    room.keyboard.press("l")
    draw(room, (80, 80), (140, 120))
    becomes(room, lambda: probe(room, "v.annotations.length"), 1)
    saved(room)
    screenshots(room, "two-current-studies")
    opened = stage.spare.send("POST", f"assignments/{assignment['id']}/open")
    (finding,) = opened["payload"]["findings"]
    geometry = finding["marks"][0]["geometry"]
    assert geometry["series_instance_uid"] == two_studies["prior"][1]
    room.reload()
    pane_is_drawn(room, "2")
    becomes(room, lambda: probe(room, "v.annotations.length"), 1)
    assert probe(room, "v.annotations[0].id") == finding["marks"][0]["id"]
    room.keyboard.press("m")
    becomes(room, lambda: pane(room, "2", f"p.state.imageId.includes('{geometry['sop_instance_uid']}')"), True)
    assert stage.spare.get(f"reads/{opened['id']}")["payload"]["findings"] == [finding]
    elsewhere.close()

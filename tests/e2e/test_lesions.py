"""Lesions in Chromium: a coordinator corrects how marks are matched, an adjudicator judges them on the images."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pydicom import Dataset

from portal.demo.phantoms.dicom import to_datasets
from tests.annotations.building import NODULES, QUESTIONS, content, finding
from tests.browserless import Person, signature
from tests.e2e.conftest import Stage, image_is_drawn, phantom_study_id, probe, screenshots, until
from tests.e2e.marking import click_at
from tests.e2e.painting import is_painted, segment_mark
from tests.e2e.viewing import becomes
from tests.reader_studies import drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# How far each reader's mark is off the nodule's centre: two are of one lesion, the third is another one.
OFFSETS_MM = (0.0, 4.0, -60.0)
# Of the readers under the letters of a case.
COLOURS = {"A": (77, 195, 255), "B": (120, 230, 150), "C": (244, 140, 220)}


def nearest_slice(stage: Stage) -> Dataset:
    """The slice nearest the centre of the phantom's nodule."""
    slices = to_datasets(stage.phantom, day=0, compress=False)
    z = stage.phantom.lesions[0].center_mm[2]
    return min(slices, key=lambda one: abs(float(one.ImagePositionPatient[2]) - z))


def line_across(stage: Stage, offset_mm: float) -> dict[str, Any]:
    """A line across the phantom's nodule on that slice, moved along x."""
    x, y, _ = stage.phantom.lesions[0].center_mm
    radius = stage.phantom.lesions[0].diameter_mm / 2
    nearest = nearest_slice(stage)
    height = float(nearest.ImagePositionPatient[2])
    ends = [[x + offset_mm + side * radius, y, height] for side in (-1, 1)]
    geometry = {
        "kind": "LENGTH",
        "points_mm": ends,
        "frame_of_reference_uid": str(nearest.FrameOfReferenceUID),
        "sop_instance_uid": str(nearest.SOPInstanceUID),
        "series_instance_uid": str(nearest.SeriesInstanceUID),
        "frame_number": 1,
    }
    return {"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {"length_mm": 2 * radius}}


def read_by_three(stage: Stage) -> str:
    """A reader study of one case that three readers have signed, each with a line, the third also with voxels."""
    coordinator, readers = stage.coordinator, (stage.reader, stage.second_reader, stage.client)
    path = drafted(
        coordinator,
        {**dict.fromkeys(readers, "READER"), stage.spare: "ADJUDICATOR"},
        name=f"Lesions {uuid.uuid4().hex[:6]}",
        questions=[*QUESTIONS[:-1], {**NODULES, "tools": [*NODULES["tools"], "SEGMENT"]}],
        imaging_study_ids=[phantom_study_id(coordinator, stage.phantom.name)],
    )
    coordinator.send("POST", f"{path}/launch")
    for reader, offset_mm in zip(readers, OFFSETS_MM, strict=True):
        (assignment,) = reader.get(f"{path}/assignments")
        read = reader.send("POST", f"assignments/{assignment['id']}/open")
        marks = [line_across(stage, offset_mm)]
        if offset_mm == OFFSETS_MM[-1]:
            marks.append(segment_mark(reader, read["id"], nearest_slice(stage), corner=(20, 30), side=12))
        marked = finding(marks=marks)
        payload = content(marked, nodule_present=True, confidence=80)
        save = {"base_revision": 0, "idempotency_key": str(uuid.uuid4()), "payload": payload}
        reader.send("POST", f"reads/{read['id']}/sign", signature(save))
    return path


def test_marks_are_matched_corrected_and_judged_on_the_images(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    path = read_by_three(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/reference-standard")
    page.get_by_label("Lesions from the marks of").select_option("nodules")
    page.get_by_role("button", name="Preview", exact=True).click()
    table = page.get_by_role("table", name="Lesions of Case 001")
    rows = table.get_by_role("row")
    expect(rows).to_have_count(3)
    expect(table).to_contain_text("4.0 mm")
    table.scroll_into_view_if_needed()
    screenshots(page, "lesions-matched")

    page.get_by_role("button", name="Show L2 of Case 001 on the images").click()
    image_is_drawn(page)
    becomes(page, lambda: probe(page, "v.annotations.length"), 3)
    screenshots(page, "lesions-on-images")

    # Split by keyboard, with a reason; then as the rule does.
    page.get_by_role("checkbox", name="mark on").nth(1).press("Space")
    one_lesion = page.get_by_role("button", name="Make the chosen marks one lesion")
    expect(one_lesion).to_be_disabled()
    page.get_by_label("Why Case 001 is grouped otherwise").fill("Two nodules side by side.")
    one_lesion.press("Enter")
    expect(rows).to_have_count(4)
    expect(page.get_by_text("Correction 1 of this case.")).to_be_visible()
    page.get_by_label("Why Case 001 is grouped otherwise").fill("One after all.")
    page.get_by_role("button", name="Group as the rule does").click()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text("it is not locked yet")).to_be_visible()
    page.get_by_label("Lesions that some marked and some did not").check()
    page.get_by_label("Cases whose reads differ on").first.click()
    page.get_by_role("listbox", name="Cases whose reads differ on").get_by_role("option").last.click()
    page.keyboard.press("Escape")
    page.get_by_label("Readers’ answers").select_option("MARKS")
    screenshots(page, "lesions-round-asked")
    page.get_by_role("button", name="Begin a round over version 1").click()
    expect(page.get_by_text("0 of 1 decided")).to_be_visible()
    (begun,) = stage.coordinator.get(f"{path}/adjudications")
    assert begun["triggers"]["disagreement_questions"] == ["nodules"]
    screenshots(page, "lesions-round")

    page.context.clear_cookies()
    judge = signed_in(stage.spare)
    judge.goto(f"{stage.portal.url}/adjudication?reader-study={path.rpartition('/')[2]}")
    image_is_drawn(judge)
    becomes(judge, lambda: probe(judge, "v.annotations.length"), 3)
    judge.get_by_role("button", name="Show L1 on the images").click()
    until(judge, "window.__overread_viewer.annotations.some((one) => one.isSelected)")
    (to_judge,) = stage.spare.get(f"{path}/adjudication-cases")
    lesions = stage.spare.get(f"adjudication-cases/{to_judge['id']}")["lesions"]
    (painter,) = [mark["reader"] for one in lesions for mark in one["marks"] if mark["segments"]]
    is_painted(judge, COLOURS[painter])
    screenshots(judge, "lesions-judged-marks")
    judge.get_by_label("Show the marks").uncheck()
    becomes(judge, lambda: probe(judge, "v.annotations.filter((one) => one.isVisible).length"), 0)
    is_painted(judge, COLOURS[painter], is_shown=False)
    judge.get_by_label("Show the marks").check()
    decision = judge.get_by_role("complementary", name="Decision")
    decision.get_by_role("radio", name="Positive").check()
    decision.get_by_label("Why").fill("Seen on three slices.")
    expect(decision.get_by_role("button", name="Decide", exact=True)).to_be_disabled()
    decision.get_by_label("Decision about L1").select_option("REJECT")
    decision.get_by_label("Decision about L2").select_option("MEAN")
    decision.get_by_role("button", name="Add a point").click()
    click_at(judge, (60, 60))
    expect(decision.get_by_text("your own point")).to_be_visible()
    becomes(judge, lambda: probe(judge, "v.annotations.length"), 4)
    screenshots(judge, "lesions-judged")
    decision.get_by_role("button", name="Decide", exact=True).click()
    expect(decision.get_by_text("Your decision is stored.")).to_be_visible()
    for name in (stage.reader.username, stage.second_reader.username, stage.client.username):
        assert name not in judge.content()

    versions = stage.coordinator.send("POST", f"{path}/adjudications/1/reference-standard")["versions"]
    (case,) = stage.coordinator.get(f"{path}/reference-standards/{versions[0]['version']}")
    assert [one["id"] for one in case["lesions"]] == ["L2", "J1"]
    x = stage.phantom.lesions[0].center_mm[0]
    kept = case["lesions"][0]["marks"][0]["geometry"]
    assert kept["center_mm"][0] == pytest.approx(x + 2.0, abs=0.01), "the mean of two marks 4 mm apart"

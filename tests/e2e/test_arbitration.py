"""An arbitrator in Chromium: the two reads and their marks, without a name, and the read that decides."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from annotations.domain.designs import single_design
from portal.demo.phantoms import ruler
from portal.demo.phantoms.dicom import to_datasets
from portal.inference.prediction_input import PULMONARY_NODULE
from tests.browser import sign
from tests.browserless import PASSWORD, Person, signature
from tests.e2e.conftest import Stage, image_is_drawn, phantom_study_id, screenshots, sign_in, until
from tests.e2e.painting import is_painted, segment_mark
from tests.reader_studies import SEEN, drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

NODULES = {
    "key": "nodules",
    "kind": "LOCATED_FINDING",
    "text": "Mark each nodule",
    "required": False,
    "tools": ["POINT", "SEGMENT"],
    "codes": [PULMONARY_NODULE],
    "minimum_count": 0,
    "maximum_count": None,
}


def double_reading(stage: Stage) -> str:
    """A launched double reading of the ruler that the spare person arbitrates; returns its path."""
    coordinator = stage.coordinator
    path = drafted(
        coordinator,
        {stage.reader: "READER", stage.second_reader: "READER", stage.spare: "READER"},
        name=f"Double reading {uuid.uuid4().hex[:6]}",
        questions=[SEEN, NODULES],
        imaging_study_ids=[phantom_study_id(coordinator, ruler.NAME)],
    )
    rule = {"arbitrators": [stage.spare.id], "trigger": "DISAGREEMENT", "questions": ["seen"], "shows": "ANSWERS"}
    design = {**single_design(), "pairing": {"kind": "DOUBLE", "arbitration": rule}}
    coordinator.send("PUT", f"{path}/design", {"design": design})
    coordinator.send("POST", f"{path}/launch")
    return path


def read_and_sign(reader: Person, path: str, *, seen: bool, aside_mm: float) -> str:
    """Sign the reader's one case with a point on its middle slice, so far from the middle, and a square painted there.

    Returns the read's id.
    """
    (own,) = reader.get(f"{path}/assignments")
    read = reader.send("POST", f"assignments/{own['id']}/open")
    slices = list(to_datasets(ruler.make_ruler(), day=0, compress=False))
    middle = slices[len(slices) // 2]
    x, y, z = map(float, middle.ImagePositionPatient)
    half = float(middle.PixelSpacing[0]) * middle.Rows / 2
    geometry = {
        "kind": "POINT",
        "points_mm": [[x + half + aside_mm, y + half, z]],
        "frame_of_reference_uid": middle.FrameOfReferenceUID,
        "sop_instance_uid": middle.SOPInstanceUID,
        "series_instance_uid": middle.SeriesInstanceUID,
        "frame_number": 1,
    }
    mark = {"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {}}
    found: dict[str, Any] = {"id": str(uuid.uuid4()), "question": "nodules", "code": PULMONARY_NODULE, "answers": {}}
    corner = (middle.Columns // 2 + round(aside_mm / float(middle.PixelSpacing[1])), middle.Rows // 2 + 8)
    square = segment_mark(reader, read["id"], middle, corner=corner, side=12)
    found |= {"confidence": 70, "marks": [mark, square]}
    content = {"version": 3, "answers": {"seen": seen}, "findings": [found], "ai_decisions": []}
    body = signature({"base_revision": 0, "idempotency_key": str(uuid.uuid4()), "payload": content})
    reader.send("POST", f"reads/{read['id']}/sign", body)
    return str(read["id"])


def test_an_arbitrator_decides_between_two_reads_without_a_name(
    stage: Stage, signed_in: Callable[[Person], Page], browser: Browser
) -> None:
    path = double_reading(stage)
    read_and_sign(stage.reader, path, seen=True, aside_mm=-20)
    second = read_and_sign(stage.second_reader, path, seen=False, aside_mm=20)
    page = signed_in(stage.spare)
    page.goto(f"{stage.portal.url}/?reader-study={path.partition('/')[2]}")
    expect(page.get_by_text("arbitration", exact=True)).to_be_visible()
    page.get_by_role("link", name="Case 001").click()
    panel = page.get_by_test_id("arbitration")
    expect(panel.get_by_role("columnheader")).to_have_text(["", "Reader A", "Reader B"])
    expect(panel.get_by_role("row", name="Seen? (differ)")).to_contain_text("Yes")
    image_is_drawn(page)
    panel.get_by_role("button", name="A1.1").click()
    marks = "(window.__overread_viewer?.annotations ?? []).map((one) => one.id).sort().join()"
    until(page, f"{marks} === 'A1.1,B1.1'")
    for colour in ((102, 217, 232), (229, 153, 247)):
        is_painted(page, colour)
    screenshots(page, "arbitration")
    assert stage.reader.username not in page.content()
    assert stage.second_reader.username not in page.content()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    expect(page.locator('[data-save="saved"]')).to_be_visible()
    sign(page)
    expect(page.locator('[data-save="signed"]')).to_be_visible()

    stage.coordinator.send("POST", f"reads/{second}/reopen", {"reason": "Look again."})
    read = stage.second_reader.get(f"reads/{second}")
    again = {"base_revision": read["revision_number"], "idempotency_key": str(uuid.uuid4()), "payload": read["payload"]}
    stage.second_reader.send("POST", f"reads/{second}/sign", signature(again))
    page.reload()
    expect(panel).to_contain_text("One of the two reads has changed since you signed.")
    panel.get_by_label("Why it stands").fill("Nothing that changes mine.")
    panel.get_by_label("Password to confirm").fill(PASSWORD)
    screenshots(page, "arbitration-stale")
    panel.get_by_role("button", name="Confirm my read").click()
    expect(panel.get_by_label("Why it stands")).to_have_count(0)
    counts = stage.coordinator.get(f"{path}/progress")["arbitration"]
    assert counts == {"waiting": 0, "open": 0, "done": 1, "stale": 0}
    watching = browser.new_page()
    sign_in(watching, stage.portal.url, stage.coordinator.username)
    watching.goto(f"{stage.portal.url}/{path}/progress")
    watching.get_by_role("button", name="Show the cases").click()
    expect(watching.get_by_role("row", name="Case 001").last).to_contain_text("Arbitrated")
    screenshots(watching, "arbitration-progress")
    a_place_is_left_to_the_arbitrators(watching, stage)
    watching.close()


def a_place_is_left_to_the_arbitrators(page: Page, stage: Stage) -> None:
    """A reader is withdrawn before reading: their case goes on, and the close says what is left of it."""
    path = double_reading(stage)
    read_and_sign(stage.reader, path, seen=True, aside_mm=-20)
    gone = {"reader_id": stage.second_reader.id, "reason": "Moved away."}
    stage.coordinator.send("POST", f"{path}/withdrawals", gone)
    page.goto(f"{stage.portal.url}/{path}/people")
    section = page.get_by_role("region", name="Cases that lost a reader")
    expect(section).to_contain_text("1 case waits for another reader: Case 001")
    section.get_by_label("Reason").fill("Nobody else is free.")
    section.scroll_into_view_if_needed()
    screenshots(page, "vacant-place")
    section.get_by_role("button", name="Leave them to the arbitrators").click()
    expect(section.get_by_role("row", name="the arbitrators decide")).to_be_visible()
    page.goto(f"{stage.portal.url}/{path}")
    page.get_by_role("button", name="Close the reader study").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 arbitration is not done. Their arbitrators can go on")
    screenshots(page, "close-with-arbitrations")
    dialog.get_by_role("button", name="Close for good").click()
    expect(page.get_by_text("At the lock they stop, and their cases have no final answer.")).to_be_visible()
    assert stage.spare.get(f"{path}/next")["assignment_id"] is not None

"""Predictions from DICOM files in Chromium: a faulty choice is told, another algorithm confirmed, a look stored."""

import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect
from pydicom.dataset import Dataset

from portal.imaging.connection import orthanc
from portal.imaging.segments import encode
from tests.annotations import located_files as phantom
from tests.browserless import Person, administrator
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, screenshots
from tests.e2e.viewing import files_of
from tests.inference import predicted_files as made
from tests.inference.test_api import NODULE
from tests.reader_studies import ingested

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def test_files_are_looked_at_and_stored(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    root = administrator(stage.portal)
    images = phantom.ct_phantom(uuid.uuid4().hex)
    ingested(stage.coordinator, files_of(images))
    model = root.send("POST", "ai-models", {"name": f"Filed {uuid.uuid4().hex[:6]}"})["id"]
    version = root.send("POST", f"ai-models/{model}/versions", {"version": "1.0"})["id"]
    page = signed_in(root)
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    beyond = made.report(images, [made.case_group([made.measure(1.5)])])
    choose(page, {"beyond.dcm": beyond})
    faults = page.get_by_role("alert").filter(has_text="Nothing was stored")
    expect(faults.get_by_text("Its score is 1.5; with the unit 1 a score is from 0 to 1.")).to_be_visible()

    seg = made.segmentation(images, [phantom.ball()])
    groups = [
        made.segment_group(seg, [made.measure(0.75)], source=images, name="L1"),
        made.region_group(phantom.circle_on(images[3]), [made.measure(0.25)], name="L2"),
    ]
    choose(page, {"seg.dcm": seg, "sr.dcm": made.report(images, groups, evidence=[seg])})
    expect(faults.get_by_text("It says that Outside finder 1.0 made it").first).to_be_visible()
    screenshots(page, "dicom-predictions-refused")
    page.get_by_role("button", name="The files are of version 1.0 all the same").click()
    table = page.get_by_role("table", name="Predictions in the files")
    expect(table.get_by_role("row").filter(has_text="Nodule, 3D segment")).to_contain_text("0.75")
    expect(table.get_by_role("row").filter(has_text=str(images[0].StudyInstanceUID))).to_contain_text("best finding")
    screenshots(page, "dicom-predictions")
    is_accessible(page)
    assert root.get(f"model-versions/{version}/predictions")["results"] == []
    page.get_by_role("button", name="Store 1 prediction").click()
    expect(page.get_by_role("status").filter(has_text="1 prediction stored")).to_be_visible()
    (stored,) = root.get(f"model-versions/{version}/predictions")["results"]
    assert (stored["source"], stored["score"], len(stored["findings"])) == ("DICOM", 0.75, 2)
    what_became_of_measuring(page, root, version, images)


def what_became_of_measuring(page: Page, root: Person, version: str, images: list[Dataset]) -> None:
    """The list of predictions: one is measured; another one is not, as an image has gone from the archive."""
    page.get_by_role("button", name="List predictions").click()
    rows = page.get_by_role("table", name="Predictions of version 1.0").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("SEG and SR")
    expect(rows.nth(1).get_by_text("Measured", exact=True)).to_be_visible(timeout=3 * SLOW_MS)
    gone, archive = images[3], orthanc()
    orthanc_id = archive.find_instance_id(gone.SOPInstanceUID)
    assert orthanc_id is not None
    archive.delete_instance(orthanc_id)
    root.send("POST", f"model-versions/{version}/predictions", prediction_of_one_slice(gone))
    path = f"model-versions/{version}/predictions?measuring=FAILED"
    root.until(path, lambda listed: bool(listed["results"]))
    page.reload()
    page.get_by_role("button", name="List predictions").click()
    # Until somebody asks for them, only those in force.
    expect(rows).to_have_count(2)
    page.get_by_role("switch", name="Superseded ones too").check()
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("The archive")
    rows.nth(2).get_by_role("button", name="Show").click()
    expect(page.get_by_role("table", name="Measurements of the segments")).to_contain_text("0.01538 ml")
    screenshots(page, "predictions-listed")
    is_accessible(page)
    rows.nth(1).get_by_role("button", name="Measure again").click()
    root.until(path, lambda listed: bool(listed["results"]))
    page.get_by_role("combobox", name="Measurements").click()
    page.get_by_role("option", name="Not measurable").click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def prediction_of_one_slice(image: Dataset) -> dict[str, Any]:
    voxels = np.ones((image.Rows, image.Columns), np.uint8)
    one = {"sop_instance_uid": image.SOPInstanceUID, "frame_number": 1, "counts": encode(voxels.tobytes())}
    segment = {
        "format": "overread.segment",
        "version": 1,
        "series_instance_uid": image.SeriesInstanceUID,
        "rows": image.Rows,
        "columns": image.Columns,
        "slices": [one],
    }
    finding = {**NODULE, "id": "all of it", "geometry": {"kind": "SEGMENT", "segment": segment}}
    return {"imaging_study_uid": image.StudyInstanceUID, "score": 0.25, "findings": [finding]}


def choose(page: Page, files: dict[str, Dataset]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose DICOM files").click()
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "application/dicom", "buffer": phantom.as_file(one)} for name, one in files.items()
    ]
    chooser.value.set_files(payloads)

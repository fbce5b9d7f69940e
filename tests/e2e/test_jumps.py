"""Marks on series that hang in no pane: jumped to, copied and left again."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from portal.demo.phantoms.dicom import phantom_uid
from portal.demo.phantoms.ruler import make_ruler
from portal.inference.prediction_input import PULMONARY_NODULE
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, until
from tests.e2e.marking import QUESTIONS
from tests.e2e.test_ai_marks import decision, own_marks
from tests.e2e.test_reading import saved
from tests.e2e.viewing import becomes, files_of, pane, pane_is_drawn, series_of
from tests.reader_studies import drafted, imaging_study_id, ingested

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

ABOVE_MM = 400.0
SLICE = 5
DIAMETER_MM = 12.0


def two_stations(study: str) -> Iterator[Dataset]:
    """The ruler at two places of the table: no slice of the second series is near one of the first."""
    yield from series_of(study, make_ruler(), 1)
    for one in series_of(study, make_ruler(), 2):
        x, y, z = (float(value) for value in one.ImagePositionPatient)
        one.ImagePositionPatient = [x, y, z + ABOVE_MM]
        yield one


@pytest.fixture(scope="module")
def far_away(stage: Stage) -> tuple[str, list[str]]:
    """A read with an AI whose findings lie on the series that is not hung; its address and the two series."""
    study = f"STATIONS-{uuid.uuid4().hex[:8]}"
    datasets = list(two_stations(study))
    coordinator = stage.coordinator
    ingested(coordinator, files_of(datasets))
    series = list(dict.fromkeys(str(one.SeriesInstanceUID) for one in datasets))
    above = [one for one in datasets if str(one.SeriesInstanceUID) == series[1]]
    marked = sorted(float(one.ImagePositionPatient[2]) for one in above)[SLICE]
    findings = [
        {
            "id": name,
            "code": PULMONARY_NODULE,
            "score": 0.9,
            "geometry": {"kind": "SPHERE", "center_mm": [x, 0, marked], "diameter_mm": DIAMETER_MM},
        }
        for name, x in (("left", 20.0), ("right", -20.0))
    ]
    model = coordinator.send("POST", "ai-models", {"name": f"Far {study}"})
    version = coordinator.send("POST", f"ai-models/{model['id']}/versions", {"version": "1"})
    said = {"imaging_study_uid": phantom_uid(study, "study"), "score": 0.5, "findings": findings}
    coordinator.send("POST", f"model-versions/{version['id']}/predictions", said)
    images = [imaging_study_id(coordinator, str(datasets[0].StudyInstanceUID))]
    roles = {stage.spare: "READER"}
    path = drafted(coordinator, roles, name=study, questions=QUESTIONS, imaging_study_ids=images)
    coordinator.send("PATCH", path, {"ai_model_version_id": version["id"], "ai_display": "CONCURRENT"})
    coordinator.send("POST", f"{path}/launch")
    (assignment,) = stage.spare.get(f"{path}/assignments")
    return f"{stage.portal.url}/assignments/{assignment['id']}", series


def test_a_finding_of_the_ai_on_a_series_in_no_pane_is_jumped_to_copied_and_left_again(
    stage: Stage, far_away: tuple[str, list[str]], signed_in: Callable[[Person], Page]
) -> None:
    url, (hung, hidden) = far_away
    page = signed_in(stage.spare)
    page.goto(url)
    image_is_drawn(page)
    expect(page.get_by_test_id("comparison")).to_contain_text("2 of 2 undecided")
    assert pane(page, "1", "p.seriesInstanceUid") == hung
    start = pane(page, "1", "p.state.index")

    # Taken over without a look at it: the copy lies on the series that hangs nowhere.
    decision(page, 1).get_by_role("button", name="Accept").click()
    expect(decision(page, 1)).to_have_attribute("data-decision", "ACCEPTED")
    saved(page)
    (copy,) = own_marks(page, stage.spare)
    assert copy["geometry"]["series_instance_uid"] == hidden
    assert pane(page, "1", "p.seriesInstanceUid") == hung

    # Chosen in the list, its series comes into the active pane, at its slice.
    decision(page, 2).get_by_role("button").first.click()
    becomes(page, lambda: pane(page, "1", "p.seriesInstanceUid"), hidden)
    pane_is_drawn(page, "1")
    until(page, "window.__overread_viewer.annotations.some((one) => one.isLocked && one.isSelected)")
    image = pane(page, "1", "p.state.imageId")
    assert copy["geometry"]["sop_instance_uid"] in image
    page.keyboard.press("b")
    becomes(page, lambda: pane(page, "1", "p.seriesInstanceUid"), hung)
    pane_is_drawn(page, "1", start)

    # Adjusted from the list, the copy is on the screen to be changed.
    decision(page, 2).get_by_role("button", name="Adjust").click()
    expect(decision(page, 2)).to_have_attribute("data-decision", "ACCEPTED")
    becomes(page, lambda: pane(page, "1", "p.seriesInstanceUid"), hidden)
    until(page, "window.__overread_viewer.annotations.some((one) => !one.isLocked && one.isSelected)")
    saved(page)
    assert {mark["geometry"]["series_instance_uid"] for mark in own_marks(page, stage.spare)} == {hidden}


def test_a_lesion_of_the_truth_on_a_series_in_no_pane_is_led_to(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    study = f"TRUTH ABOVE {uuid.uuid4().hex[:8]}"
    datasets = list(two_stations(study))
    hung, hidden = dict.fromkeys(str(one.SeriesInstanceUID) for one in datasets)
    above = [one for one in datasets if str(one.SeriesInstanceUID) == hidden]
    lesion = sorted(above, key=lambda one: float(one.ImagePositionPatient[2]))[SLICE]
    coordinator = stage.coordinator
    ingested(coordinator, files_of(datasets))
    images = [imaging_study_id(coordinator, str(datasets[0].StudyInstanceUID))]
    path = drafted(coordinator, {stage.spare: "READER"}, name=study, questions=QUESTIONS, imaging_study_ids=images)
    row = f"Case 001,1,L1,20,0,{float(lesion.ImagePositionPatient[2])},{DIAMETER_MM}"
    content = f"case,truth,lesion_id,x_mm,y_mm,z_mm,diameter_mm\n{row}\n"
    headers = {"Content-Type": "text/csv"}
    answer = coordinator.ask("POST", f"{path}/reference-standard", content=content, headers=headers)
    assert answer.status_code == 201, answer.text

    page = signed_in(coordinator)
    page.goto(f"{stage.portal.url}/{path}/reference-standard")
    page.get_by_role("button", name="What version 1 says").click()
    page.get_by_role("button", name="Look at the lesions on the images").click()
    pane_is_drawn(page, "1")
    assert pane(page, "1", "p.seriesInstanceUid") == hung
    page.get_by_role("button", name="Go to L1").click()
    becomes(page, lambda: pane(page, "1", "p.seriesInstanceUid"), hidden)
    pane_is_drawn(page, "1")
    assert str(lesion.SOPInstanceUID) in pane(page, "1", "p.state.imageId")
    until(page, "window.__overread_viewer.annotations.length === 1")

"""Every design, from an empty reader study to a locked one, over HTTP with several readers."""

import json
import uuid
from typing import Any

import pytest

from tests.browserless import Person, administrator, new_person
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.journeys.designs import JOURNEYS, ROUND, Journey
from tests.journeys.walk import Cast, Image, Walk
from tests.reader_studies import imaging_study_id, ingested
from tests.services import LivePortal

pytestmark = pytest.mark.journey

# The last two are of one patient.
IMAGES = 6


def brought_in(coordinator: Person) -> list[Image]:
    seed = uuid.uuid4().hex
    one_patient: dict[str, Any] = {"PatientID": f"PATIENT-{seed}"}
    slices = [
        ct_slice(seed=f"{seed}-{number}", **(one_patient if number >= IMAGES - 2 else {})) for number in range(IMAGES)
    ]
    ingested(coordinator, [(f"{number}.dcm", to_bytes(one)) for number, one in enumerate(slices)])
    uids = [str(one.StudyInstanceUID) for one in slices]
    return [Image(imaging_study_id(coordinator, uid), uid, number % 2) for number, uid in enumerate(uids)]


def predicted(coordinator: Person, images: list[Image]) -> str:
    model = coordinator.send("POST", "ai-models", {"name": f"Finder {uuid.uuid4().hex[:8]}"})["id"]
    version = coordinator.send("POST", f"ai-models/{model}/versions", {"version": "1", "operating_threshold": 0.5})[
        "id"
    ]
    said = [{"imaging_study_uid": image.uid, "score": 0.8 if image.truth else 0.3} for image in images]
    coordinator.send("POST", f"model-versions/{version}/predictions", said)
    return str(version)


@pytest.fixture(scope="module")
def cast(live_portal: LivePortal) -> Cast:
    root = administrator(live_portal)
    coordinator = new_person(live_portal, root, "coordinator", creates=True)
    readers = [new_person(live_portal, root, name) for name in ("ada", "grace", "lise", "marie")]
    third, adjudicator = (new_person(live_portal, root, name) for name in ("third", "adjudicator"))
    images = brought_in(coordinator)
    return Cast(coordinator, readers, third, adjudicator, images, predicted(coordinator, images))


def measured(result: dict[str, Any], walk: Walk, number: int) -> dict[str, int] | None:
    key = f"reader:{walk.readers[number].id}"
    found = next(one for one in result["participants"] if one["key"] == key)["binary"]
    return found.get("counts")


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_design_from_an_empty_reader_study_to_a_locked_one(cast: Cast, name: str) -> None:
    journey: Journey = JOURNEYS[name]
    walk = Walk(cast, journey)
    walk.build(name)
    walk.launch()
    walk.read_everything()
    walk.close()
    if journey.truth == ROUND:
        walk.adjudicate()
    results = {}
    if journey.truth:
        walk.lock_truth()
        results = {} if walk.is_masked else walk.analyse()
    else:
        assert walk.refusal("POST", "/analysis-runs") == (409, "no_reference_standard")
    walk.lock()
    if journey.truth and not results:
        results = walk.analyse()

    for arm, result in results.items():
        for number in range(len(walk.readers)):
            assert measured(result, walk, number) == walk.counted(number, arm)
    whole = cast.coordinator.ask("GET", f"{walk.path}/labels/export")
    rows = [json.loads(line) for line in whole.text.splitlines()]
    assert {row["read_id"] for row in rows} == set(walk.read_ids)
    assert len(walk.read_ids) == len(set(walk.read_ids)) >= journey.reads
    walk.ask("POST", "/audit/checks")
    checked = cast.coordinator.until(f"{walk.path}/audit/checks", lambda checks: checks[0]["state"] == "SUCCEEDED")
    assert (checked[0]["problems"], checked[0]["number_of_rows"] > 0) == ([], True)

"""A case of several current imaging studies while it is read: who sees it, what is marked where, what the AI says."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.access import reader_studies_through, viewable_imaging_studies
from annotations.domain.truth_csv import Truth
from annotations.models import (
    AiDelivery,
    AiDisplay,
    CasePrior,
    Membership,
    Read,
    ReaderStudy,
    ReferenceJob,
    ReferenceSource,
)
from annotations.selectors.case_images import imaging_studies_of
from annotations.selectors.hanging import own_marks_on_priors
from annotations.selectors.launch import launch_check
from annotations.services import reads as reading
from annotations.services.cases import cases_with_images_put
from annotations.services.reader_studies import reader_study_launch
from annotations.services.truth import reference_standard_create, reference_standard_import
from annotations.services.withdrawals import case_withdraw
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.db import JobState
from portal.errors import Invalid
from portal.imaging.models import ImagingStudy, Instance
from portal.inference.heat_map import HeatMapInput
from portal.inference.models import Prediction, PredictionSource
from portal.inference.segment_files import ai_segment_write
from portal.inference.services import heat_map_create
from tests.annotations.building import (
    COMPLETE,
    NODULE,
    Built,
    content,
    draft,
    finding,
    mark,
    mirrored_study,
    person,
    save,
)
from tests.annotations.reference_jobs import seen, worked
from tests.annotations.segment_building import COLUMNS, ROWS
from tests.annotations.services.test_ai_segments import segment_on
from tests.annotations.services.test_opening import DESCRIBED, MOST_QUERIES
from tests.annotations.services.test_phases import with_ai
from tests.annotations.together import another_study, client_of, joined, launched_together, point_on
from validation.selectors import snapshot_content

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def built() -> Built:
    return launched_together()


def both(built: Built) -> tuple[ImagingStudy, ImagingStudy]:
    """The current imaging studies of the first case."""
    case = built.cases[0]
    return case.imaging_study, case.further_imaging_studies[0]


def read_of(built: Built, reader: User, case: int = 0) -> Read:
    positions = range(1, len(built.cases) + 1)
    reads = [built.open(reader, position) for position in positions]
    return next(one for one in reads if one.assignment.case_id == built.cases[case].pk)


def on(*studies: ImagingStudy, **answers: Any) -> dict[str, Any]:
    """A finding with a mark on each of these."""
    marks = [mark(geometry=point_on(study)) for study in studies]
    return content(finding(marks=marks), **{**COMPLETE, **answers})


def seen_by(user: User) -> set[ImagingStudy]:
    return set(viewable_imaging_studies(user))


def test_who_reads_the_case_sees_all_of_it_and_nobody_else_does(built: Built) -> None:
    first, further = both(built)
    reader, other = built.readers
    judge, program = person("judge"), person("program")
    for user, role in ((judge, Role.ADJUDICATOR), (program, Role.API_CLIENT)):
        Membership.objects.create(reader_study=built.reader_study, user=user, role=role)
    assert seen_by(reader) == set(), "nothing is opened yet"
    read_of(built, reader)
    alone = built.cases[1].imaging_study
    assert seen_by(reader) == seen_by(judge) == {first, further, alone}
    for nobody in (other, program, person("outsider")):
        assert seen_by(nobody) == set()
    assert reader_studies_through(reader, further.pk) == [built.reader_study.pk]
    assert reader_studies_through(judge, further.pk) == [built.reader_study.pk]
    assert reader_studies_through(program, further.pk) == []
    case_withdraw(by=built.coordinator, reader_study=built.reader_study, case=built.cases[0], reason="Wrong patient.")
    assert seen_by(reader) == {alone}
    assert reader_studies_through(reader, further.pk) == []


def test_the_case_that_comes_next_is_named_with_all_of_its_images() -> None:
    made = draft(cases=2)
    pairs = [(case.imaging_study_id, another_study(case, f"further-{case.name}").pk) for case in made.cases]
    cases_with_images_put(by=made.coordinator, reader_study=made.reader_study, cases=pairs)
    reader_study_launch(by=made.coordinator, reader_study=made.reader_study, seed="fixed")
    reader = made.readers[0]
    read, following = made.open(reader, 1), made.assignment(reader, 2).case
    first, further = imaging_studies_of(following)
    assert not {first, further} & seen_by(reader)
    answer = client_of(reader).post(f"/api/v1/reads/{read.pk}/prefetch").json()
    assert answer["study_instance_uid"] == first.study_instance_uid
    assert [one["study_instance_uid"] for one in answer["further_imaging_studies"]] == [further.study_instance_uid]
    granted = {one["study_instance_uid"] for one in answer["frame_grants"]}
    assert granted == {first.study_instance_uid, further.study_instance_uid}
    assert {first, further} <= seen_by(reader)


def test_a_read_opens_with_all_current_imaging_studies(built: Built) -> None:
    first, further = both(built)
    for study in (first, further):
        study.series.update(**DESCRIBED)
    reader = built.readers[0]
    read = read_of(built, reader)
    client_of(reader).post(f"/api/v1/assignments/{read.assignment_id}/open")
    with CaptureQueriesContext(connection) as queries:
        answer = client_of(reader).post(f"/api/v1/assignments/{read.assignment_id}/open").json()
    case = answer["case"]
    assert case["imaging_study"]["study_instance_uid"] == first.study_instance_uid
    (shown,) = case["further_imaging_studies"]
    assert shown["study_instance_uid"] == further.study_instance_uid
    assert [one["series_instance_uid"] for one in shown["series"]] == [further.series.get().series_instance_uid]
    assert set(shown) == set(case["imaging_study"])
    granted = {one["study_instance_uid"] for one in answer["frame_grants"]}
    assert granted == {first.study_instance_uid, further.study_instance_uid}
    # A second imaging study costs its series, and the event that it was looked at.
    assert len(queries) <= MOST_QUERIES + 10, [one["sql"][:150] for one in queries]
    assert client_of(reader).get(f"/api/v1/reads/{read.pk}").json()["case"]["further_imaging_studies"] == [shown]
    alone = client_of(reader).get(f"/api/v1/reads/{read_of(built, reader, 1).pk}").json()["case"]
    assert alone["further_imaging_studies"] == []


def test_marks_lie_on_every_current_imaging_study_and_on_no_other(built: Built) -> None:
    first, further = both(built)
    reader = built.readers[0]
    read = read_of(built, reader)
    prior, foreign = another_study(built.cases[0], "prior"), mirrored_study("foreign")
    CasePrior.objects.create(case=built.cases[0], imaging_study=prior, position=1)
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(shows_priors=True)
    for study in (prior, foreign, built.cases[1].imaging_study):
        with pytest.raises(Invalid) as refused:
            reading.read_save_draft(by=reader, read=read, save=save(on(further, study)))
        assert refused.value.errors[0]["code"] == "not_in_case"
    reading.read_save_draft(by=reader, read=read, save=save(on(first, further)))
    alone = read_of(built, reader, 1)
    with pytest.raises(Invalid):
        reading.read_save_draft(by=reader, read=alone, save=save(on(further)))


def test_segments_are_painted_on_every_current_imaging_study(built: Built) -> None:
    _, further = both(built)
    reader = built.readers[0]
    foreign = another_study(built.cases[0], "foreign")
    for study, status in ((further, 201), (foreign, 400)):
        instance = Instance.objects.get(series__imaging_study=study)
        segment = segment_on(instance, [9, 2])
        body = {
            "base_sha256": None,
            "sha256": segment.sha256,
            "idempotency_key": f"segment-{status}",
            "series_instance_uid": segment.series_instance_uid,
            "rows": ROWS,
            "columns": COLUMNS,
            "changed": [{"sop_instance_uid": instance.sop_instance_uid, "frame_number": 1, "counts": [9, 2]}],
        }
        address = f"/api/v1/reads/{read_of(built, reader).pk}/segments/7a7f6a5c-6d51-4a63-9e38-3f3f0f5b7d7e"
        answer = client_of(reader).put(address, body, format="json")
        assert (answer.status_code == 400) == (status == 400), answer.content


def test_own_marks_are_shown_on_the_imaging_study_on_which_they_lie() -> None:
    made = draft(cases=2)
    joined(made, another_study(made.cases[0], "further"))
    first, further = both(made)
    reader_study_launch(by=made.coordinator, reader_study=made.reader_study, seed="fixed")
    CasePrior.objects.create(case=made.cases[1], imaging_study=further, position=1)
    ReaderStudy.objects.filter(pk=made.reader_study.pk).update(shows_priors=True, shows_prior_marks=True)
    reader = made.readers[0]
    whole = on(first, further, first)
    reading.read_sign(by=reader, read=read_of(made, reader), save=save(whole))
    shown = own_marks_on_priors(read=read_of(made, reader, 1))
    (own,) = shown[further.pk]
    assert (list(shown), own["id"]) == ([further.pk], whole["findings"][0]["marks"][1]["id"])


def with_predictions(built: Built, display: AiDisplay) -> Read:
    """The AI was run on every imaging study; it names its findings alike in each."""
    with_ai(built, display)
    _, further = both(built)
    version = built.reader_study.ai_model_version
    assert version is not None
    instance = Instance.objects.get(series__imaging_study=further)
    segment = segment_on(instance, [5, 3])
    ai_segment_write(sha256=segment.sha256, text=segment.text)
    prediction = Prediction.objects.create(
        model_version=version,
        imaging_study=further,
        score=0.2,
        findings=[{"id": "F1", "code": NODULE, "score": 0.4, "geometry": segment.geometry}],
        source=PredictionSource.API,
    )
    heat_map_create(
        prediction=prediction,
        heat_map=HeatMapInput(2, 2, 1, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], "", b"hot"),
    )
    return read_of(built, built.readers[0])


def test_the_ai_is_shown_on_every_imaging_study_and_its_score_is_that_of_the_first(built: Built) -> None:
    read = with_predictions(built, AiDisplay.CONCURRENT)
    _, further = both(built)
    own = client_of(built.readers[0])
    shown = own.get(f"/api/v1/reads/{read.pk}/comparison").json()
    assert shown["ai"]["score"] == 0.7
    (also,) = shown["further_ai"]
    assert (also["study_instance_uid"], also["score"], also["call"]) == (further.study_instance_uid, None, None)
    assert [one["id"] for one in also["findings"]] == ["F1"]
    delivered = AiDelivery.objects.filter(content="COMPARISON").values_list("prediction_id", flat=True)
    assert [str(pk) for pk in delivered] == [shown["ai"]["prediction_id"], also["prediction_id"]]
    digest = also["findings"][0]["geometry"]["sha256"]
    assert own.get(f"/api/v1/reads/{read.pk}/ai-segments/{digest}").status_code == 200
    heat_map = f"/api/v1/reads/{read.pk}/heat-map"
    assert own.get(heat_map).status_code == 404, "the first has none"
    assert own.get(f"{heat_map}?prediction_id={also['prediction_id']}").status_code == 200
    assert own.get(f"{heat_map}?prediction_id={shown['ai']['prediction_id']}").status_code == 404
    alone = read_of(built, built.readers[0], 1)
    assert own.get(f"/api/v1/reads/{alone.pk}/heat-map?prediction_id={also['prediction_id']}").status_code == 404
    built.reader_study.arms.update(blinding={"ai_marks": "HIDDEN"})
    assert own.get(f"/api/v1/reads/{read.pk}/comparison").json()["further_ai"][0]["findings"] == []
    assert own.get(f"{heat_map}?prediction_id={also['prediction_id']}").status_code == 404


def test_the_ai_on_a_further_imaging_study_is_hidden_as_the_rest_is(built: Built) -> None:
    read = with_predictions(built, AiDisplay.AFTER_SIGNING)
    further = Prediction.objects.get(score=0.2)
    own = client_of(built.readers[0])
    for path in ("comparison", "heat-map", f"heat-map?prediction_id={further.pk}"):
        assert own.get(f"/api/v1/reads/{read.pk}/{path}").status_code == 404
    digest = further.findings[0]["geometry"]["sha256"]
    assert own.get(f"/api/v1/reads/{read.pk}/ai-segments/{digest}").status_code == 404


def test_findings_of_the_same_name_are_decided_one_by_one(built: Built) -> None:
    read = with_predictions(built, AiDisplay.CONCURRENT)
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(ai_decisions_required=True)
    read.assignment.reader_study.refresh_from_db()
    first, further = (Prediction.objects.get(imaging_study=study) for study in both(built))

    def rejecting(*named: tuple[Prediction, str]) -> dict[str, Any]:
        decisions = [
            {
                "prediction_id": str(prediction.pk),
                "ai_finding_id": name,
                "decision": "REJECTED",
                "finding_id": None,
                "decided_at": "2026-01-02T03:04:05.678Z",
            }
            for prediction, name in named
        ]
        return {**content(**COMPLETE), "ai_decisions": decisions}

    def sign(*named: tuple[Prediction, str]) -> list[tuple[str, str]]:
        try:
            reading.read_sign(by=built.readers[0], read=read, save=save(rejecting(*named)))
        except Invalid as refused:
            return [(one["field"], one["code"]) for one in refused.errors]
        return []

    of_first = [(first, "F1"), (first, "F2")]
    assert sign(*of_first) == [("ai:F1", "ai_undecided")]
    assert sign(*of_first, (further, "F2")) == [("ai_decisions[2]", "unknown_ai_finding")]
    assert sign(*of_first, (further, "F1"), (further, "F1")) == [("ai_decisions[3]", "repeated")]
    assert sign(*of_first, (further, "F1")) == []


def test_the_launch_asks_for_the_ai_on_the_first_imaging_study_only() -> None:
    made = draft(cases=1)
    joined(made, another_study(made.cases[0], "further"))
    with_ai(made, AiDisplay.CONCURRENT)
    (item,) = (one for one in launch_check(reader_study=made.reader_study)["items"] if one["code"] == "ai")
    assert (item["ok"], item["text"]) == (
        True,
        "1 of 1 case(s) have a prediction of the chosen AI model, which counts on their first imaging study.",
    )
    assert not Prediction.objects.filter(imaging_study=both(made)[1]).exists()


def test_labels_name_all_imaging_studies_of_their_case(built: Built) -> None:
    _, further = both(built)
    reader = built.readers[0]
    for case in (0, 1):
        reading.read_sign(by=reader, read=read_of(built, reader, case), save=save(content(**COMPLETE)))
    address = f"/api/v1/reader-studies/{built.reader_study.pk}/labels"
    client = client_of(built.coordinator)
    rows = {row["case"]: row["further_study_instance_uids"] for row in client.get(address).json()["results"]}
    assert rows == {"Case 001": [further.study_instance_uid], "Case 002": []}
    table = csv.DictReader(io.StringIO(client.get(f"{address}?format=csv").content.decode()))
    assert {row["case"]: row["further_study_instance_uids"] for row in table} == {
        "Case 001": further.study_instance_uid,
        "Case 002": "",
    }
    answer: Any = client.get(f"{address}/export")
    exported = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert {row["case"]: row["further_study_instance_uids"] for row in exported} == rows


def test_a_csv_of_the_truth_may_name_any_of_them_and_places_lesions_in_the_first(built: Built) -> None:
    first, further = both(built)
    place = "L1,1,2,3,4"

    def imported(uid: str, lesion: str = ",,,,") -> str:
        text = f"case,study_instance_uid,truth,lesion_id,x_mm,y_mm,z_mm,diameter_mm\nCase 001,{uid},1,{lesion}\n"
        try:
            reference_standard_import(by=built.coordinator, reader_study=built.reader_study, text=text, name="t.csv")
        except Invalid as refused:
            return str(refused.errors[0]["code"])
        return ""

    assert imported(further.study_instance_uid) == imported(first.study_instance_uid, place) == ""
    assert imported(further.study_instance_uid, place) == "not_the_first"
    assert imported(built.cases[1].imaging_study.study_instance_uid) == "wrong_uid"


def test_a_json_of_the_truth_marks_any_of_them(built: Built) -> None:
    _, further = both(built)
    client = client_of(built.coordinator)

    def previewed(study: ImagingStudy) -> ReferenceJob:
        lesion = {"id": "L1", "code": None, "marks": [{"geometry": point_on(study)}]}
        entry = {"case": "Case 001", "study_instance_uid": further.study_instance_uid, "truth": 1, "lesions": [lesion]}
        document = {"format": "overread.reference-standard", "version": 1, "cases": [entry]}
        upload = io.BytesIO(json.dumps(document).encode())
        upload.name = "truth.json"
        address = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards/preview"
        return worked(client.post(address, {"files": [upload]}, format="multipart"))

    assert previewed(further).state == JobState.SUCCEEDED
    refused = previewed(built.cases[1].imaging_study)
    assert (refused.state, refused.problems[0]["code"]) == (JobState.FAILED, "not_in_study")


def test_the_launch_check_names_cases_whose_truth_lies_on_images_they_lost() -> None:
    made = draft(cases=2)
    further = another_study(made.cases[0], "further")
    joined(made, further)
    lesion = {"id": "L1", "code": None, "marks": [{"geometry": point_on(further)}]}
    reference_standard_create(
        by=made.coordinator,
        reader_study=made.reader_study,
        truths=[Truth("Case 001", 1, [lesion])],
        source=ReferenceSource.JSON,
        provenance="truth.json",
    )

    def strayed() -> list[str]:
        items = launch_check(reader_study=made.reader_study)["items"]
        return [one["text"] for one in items if one["code"] == "reference_images"]

    assert strayed() == []
    joined(made)
    (text,) = strayed()
    assert text.endswith("on imaging studies that their case does not have: Case 001.")


def test_findings_are_one_lesion_only_within_one_frame_of_reference(built: Built) -> None:
    first, further = both(built)
    for reader, study in zip(built.readers, (first, further), strict=True):
        reading.read_sign(by=reader, read=read_of(built, reader), save=save(on(study)))
    rule = {"kind": "MAJORITY", "question": "nodule_present", "lesions": {"question": "nodules"}}
    address = f"/api/v1/reader-studies/{built.reader_study.pk}/consensus/preview"
    client = client_of(built.coordinator)
    found = seen(client, client.post(address, rule, format="json"))
    lesions = next(one for one in found["cases"] if one["case"] == "Case 001")["matching"]["lesions"]
    assert [len(one["marks"]) for one in lesions] == [1, 1], "the same coordinates in two frames of reference"


def test_an_analysis_takes_the_case_once_with_the_score_of_its_first_imaging_study(built: Built) -> None:
    with_predictions(built, AiDisplay.HIDDEN)
    text = "case,truth\nCase 001,1\nCase 002,0\n"
    reference_standard_import(by=built.coordinator, reader_study=built.reader_study, text=text, name="t.csv")
    dataset = snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
    assert [one["name"] for one in dataset["cases"]] == ["Case 001", "Case 002"]
    assert [one["score"] for one in dataset["predictions"]] == [0.7, 0.7]

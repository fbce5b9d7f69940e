"""Predictions from DICOM segmentations and reports: what is stored, and what is refused and where."""

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid
from rest_framework.test import APIClient

from portal.audit.models import Event
from portal.imaging.models import Instance
from portal.inference import dicom_files
from portal.inference.models import ModelVersion, Prediction
from tests.annotations import located_files as phantom
from tests.imaging import dicom_files as files
from tests.imaging.conftest import gateway, ingest, ingest_data_sets
from tests.inference import predicted_files as made

pytestmark = pytest.mark.django_db
__all__ = ["gateway", "ingest", "ingest_data_sets"]


@dataclass
class Stage:
    """Two imaging studies in the archive, and somebody who posts predictions of a version."""

    client: APIClient
    version: ModelVersion
    first: list[Dataset]
    second: list[Dataset]

    def send(self, files: dict[str, Any], path: str = "", **more: Any) -> Any:
        """Send files, data sets or bytes."""
        contents = {name: one if isinstance(one, bytes) else phantom.as_file(one) for name, one in files.items()}
        uploads = [SimpleUploadedFile(name, content) for name, content in contents.items()]
        url = f"/api/v1/model-versions/{self.version.pk}/predictions-dicom{path}"
        return self.client.post(url, {**more, "files": uploads}, format="multipart")

    def refusals(self, files: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
        """Send files that are refused, and return what is wrong where."""
        answer = self.send(files, **more)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert "Canary" not in answer.content.decode()
        assert not Prediction.objects.exists()
        return [(one["field"], one["code"]) for one in answer.json()["errors"]]


@pytest.fixture
def stage(builder, external_version, ingest_data_sets: Callable[..., Any], tmp_path, settings) -> Stage:
    settings.VAR_DIR = tmp_path
    client = APIClient()
    client.force_authenticate(builder)
    studies = [phantom.ct_phantom(uuid.uuid4().hex) for _ in range(2)]
    ingest_data_sets([image for images in studies for image in images])
    return Stage(client, external_version, *studies)


def test_a_report_and_its_segmentation_are_one_prediction_that_is_stored_once(stage: Stage) -> None:
    images, uid = stage.first, generate_uid()
    seg = made.segmentation(images, [phantom.ball()], names=[("L1", uid)])
    groups = [
        made.segment_group(seg, [made.measure(0.75)], source=images, name="L1"),
        made.region_group(phantom.circle_on(images[3]), [made.measure(25, unit=codes.UCUM.Percent)], name="L2"),
        made.case_group([made.measure(0.875, name=made.IMPRESSION)], images=images[:1]),
    ]
    files = {"sr.dcm": made.report(images, groups, evidence=[seg]), "seg.dcm": seg}
    look = stage.send(files, "/preview")
    assert (look.status_code, look["Cache-Control"]) == (200, "no-store")
    assert [(one["name"], one["kind"]) for one in look.json()["files"]] == [("seg.dcm", "SEG"), ("sr.dcm", "SR")]
    assert look.json()["files"][1]["algorithm"] == {"name": "Outside finder", "version": "1.0"}
    assert [one["change"] for one in look.json()["predictions"]] == ["NEW"]
    assert look.json()["warnings"] == []
    # So a preview leaves no event, and no prediction.
    assert not Event.objects.filter(action="predictions.post").exists()
    assert not Prediction.objects.exists()

    digest = look.json()["digest"]
    assert stage.send(files, digest="0" * 64).json()["code"] == "preview_outdated"
    stored = stage.send(files, digest=digest)
    assert (stored.status_code, stored.json()["created"]) == (201, 1)
    again = stage.send(files, digest=digest)
    assert (again.status_code, again.json()["created"], again.json()["unchanged"]) == (200, 0, 1)
    event = Event.objects.get(action="predictions.post")
    assert event.detail["source"] == "DICOM"
    prediction = Prediction.objects.get()
    assert (prediction.imaging_study.study_instance_uid, prediction.score) == (images[0].StudyInstanceUID, 0.875)
    ball, circle = prediction.findings
    assert (ball["id"], ball["score"], circle["id"], circle["score"]) == ("L1", 0.75, "L2", 0.25)
    assert ball["code"] == {"scheme": "SCT", "value": "27925004", "meaning": "Nodule"}
    assert ball["geometry"]["voxel_count"] == phantom.VOXELS_IN_BALL
    assert circle["geometry"]["kind"] == "ELLIPSE"
    # PS3.3 C.7.6.2.1.1: the middle of column 7, row 8 of the fourth slice is (-10 + 3.5, -20 + 4, 30 + 1.5).
    ends = [[-7.5, -16.0, 31.5], [-5.5, -16.0, 31.5], [-6.5, -17.0, 31.5], [-6.5, -15.0, 31.5]]
    assert circle["geometry"]["points_mm"] == ends
    assert circle["geometry"]["series_instance_uid"] == images[0].SeriesInstanceUID
    origin = stored.json()["results"][0]["origin"]
    assert origin == prediction.origin
    assert {one["sop_instance_uid"] for one in origin["files"]} == {one.SOPInstanceUID for one in files.values()}
    assert (origin["score"], origin["findings"][0]["tracking_uid"]) == ("STATED", uid)
    voxels = stage.client.get(
        f"/api/v1/model-versions/{stage.version.pk}/predictions/{prediction.pk}/segments/{ball['geometry']['sha256']}"
    )
    assert len(voxels.json()["slices"]) == 2 * phantom.RADIUS + 1
    # Not kept as images.
    assert not Instance.objects.filter(sop_instance_uid__in=[one.SOPInstanceUID for one in files.values()]).exists()


def test_numbers_follow_the_stated_rules(stage: Stage) -> None:
    images = stage.first
    # 204 and 102 of 255: 0.8 and 0.4 exactly. The second is nowhere inside.
    fractions = [np.where(phantom.ball(radius=2), 0.8, np.where(phantom.ball(), 0.4, 0.0)), phantom.ball() * 0.4]
    seg = made.segmentation(images, fractions, kind="FRACTIONAL")
    uid = generate_uid()
    box = made.polyline_on(stage.second[0], [(2, 3), (6, 3), (6, 9), (2, 9), (2, 3)])
    sr = made.report(
        stage.second,
        [
            made.region_group(box, [], name="box", uid=uid),
            made.region_group(phantom.point_3d(stage.second, [-8.0, -18.0, 31.1]), [], name="point"),
            # A group without a place scores the finding whose tracking UID it has.
            made.case_group([made.measure(0.5)], uid=uid),
        ],
    )
    answer = stage.send({"seg.dcm": seg, "sr.dcm": sr}, "/preview", default_score="0.125").json()
    assert [(one["field"], one["code"]) for one in answer["warnings"]] == [("seg.dcm: segment 2", "empty_segment")]
    of_seg, of_sr = answer["predictions"]
    assert (of_seg["score"], of_seg["origin"]["score"], of_seg["origin"]["default_score"]) == (
        0.8,
        "BEST_FINDING",
        0.125,
    )
    assert of_seg["origin"]["files"][0]["threshold"] == 0.5
    (inner,) = of_seg["findings"]
    # Points of a whole-number grid within 2 of one of them, OEIS A000605(2).
    assert (inner["id"], inner["score"], inner["geometry"]["voxel_count"]) == ("Nodule 1", 0.8, 33)
    assert [(one["id"], one["score"], one["geometry"]["kind"]) for one in of_sr["findings"]] == [
        ("box", 0.5, "RECTANGLE"),
        ("point", 0.125, "POINT"),
    ]
    # A report counts from the corner of the first pixel: column 2 is 1.5 from its centre, so -10 + 0.75.
    corners = [[-9.25, -18.75, 30.0], [-7.25, -18.75, 30.0], [-7.25, -15.75, 30.0], [-9.25, -15.75, 30.0]]
    assert of_sr["findings"][0]["geometry"]["points_mm"] == corners
    # 31.1 is nearest to the third slice, at 31.
    assert of_sr["findings"][1]["geometry"]["sop_instance_uid"] == stage.second[2].SOPInstanceUID
    # Nothing is made up: without a score of its own or a stated one it is refused.
    assert stage.refusals({"sr.dcm": sr}) == [("sr.dcm: measurement group 2", "no_score")]
    negative = made.report(
        stage.second,
        [made.case_group([made.measure(2, unit=codes.UCUM.Percent)], algorithm=None)],
        device="Outside finder 1.0",
    )
    stored = stage.send({"seg.dcm": seg, "negative.dcm": negative}, threshold="0.3").json()
    assert [(one["score"], len(one["findings"])) for one in stored["results"]] == [(0.8, 2), (0.02, 0)]


def test_hostile_files_are_refused_by_name_and_nothing_is_stored(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    images, other = stage.first, stage.second
    seg = made.segmentation(images, [phantom.ball()])
    elsewhere = phantom.ct_phantom("somewhere else")
    whole = [made.case_group([made.measure(0.5)])]
    circle = made.region_group(phantom.circle_on(other[0]), [made.measure(0.5)], name="A")
    crossed = made.report(images, [circle], evidence=other)
    point = made.region_group(phantom.point_3d(elsewhere, [-8, -18, 31]), [made.measure(0.5)], name="B")
    good = phantom.as_file(made.report(images, whole))
    hostile = {
        "foreign.dcm": made.segmentation(elsewhere, [phantom.ball()]),
        "frame.dcm": made.report(images, [point]),
        "crossed.dcm": crossed,
        "by hand.dcm": made.segmentation(images, [phantom.ball()], algorithm=None),
        "many.dcm": made.segmentation(images, [phantom.ball()], NumberOfFrames=10**9),
        "again.dcm": good,
        "twice.dcm": good,
        "cut.dcm": good[:-300],
        "beyond.dcm": made.report(images, [made.case_group([made.measure(1.5)])]),
        "unit.dcm": made.report(images, [made.case_group([made.measure(0.5, unit=codes.UCUM.Millimeter)])]),
        "two.dcm": made.report(images, [made.case_group([made.measure(0.5), made.measure(0.6, name=made.IMPRESSION)])]),
        "lost.dcm": made.report(
            images, [made.segment_group(seg, [made.measure(0.5)], source=images, name="L")], evidence=[seg]
        ),
        "unseen.dcm": made.report(
            images, [made.case_group([made.measure(0.5)], images=elsewhere[:1])], evidence=elsewhere[:1]
        ),
        "nobody.dcm": made.report(images, [made.case_group([made.measure(0.5)], algorithm=None)]),
        "version.dcm": made.report(images, [made.case_group([made.measure(0.5)], algorithm=("Outside finder", "2.0"))]),
        "ct.dcm": files.to_bytes(images[0]),
        "text.dcm": b"study_instance_uid,score",
    }
    found = stage.refusals(hostile)
    assert set(found) == {
        ("foreign.dcm: frame 1", "images_unknown"),
        ("frame.dcm: measurement group 1", "wrong_frame_of_reference"),
        ("crossed.dcm", "wrong_study"),
        ("by hand.dcm: segment 1", "not_by_algorithm"),
        ("many.dcm", "pixel_length_mismatch"),
        ("twice.dcm", "repeated"),
        ("cut.dcm", "truncated"),
        ("beyond.dcm: measurement group 1", "not_a_probability"),
        ("unit.dcm: measurement group 1", "unknown_unit"),
        ("two.dcm: measurement group 1", "several_scores"),
        ("lost.dcm: measurement group 1", "segment_missing"),
        ("unseen.dcm: measurement group 1", "images_unknown"),
        ("nobody.dcm", "algorithm_missing"),
        ("version.dcm", "other_algorithm"),
        ("ct.dcm", "not_located"),
        ("text.dcm", "not_dicom"),
    }
    assert len(found) == len(set(found))
    # What only shows once all files are read.
    same = generate_uid()
    box = made.polyline_on(images[0], [(2, 3), (6, 3), (6, 9), (2, 9), (2, 3)])
    tracked = [made.region_group(box, [made.measure(0.5)], name=name, uid=same) for name in "AB"]
    scores = {f"{score}.dcm": made.report(other, [made.case_group([made.measure(score)])]) for score in (0.5, 0.25)}
    assert stage.refusals({"sr.dcm": made.report(images, tracked), **scores}) == [
        ("sr.dcm: measurement group 2", "repeated"),
        ("0.25.dcm: measurement group 1", "score_differs"),
    ]
    unknown = made.report(images, [made.case_group([made.measure(0.5, name=codes.SCT.Diameter)])])
    assert stage.refusals({"unknown.dcm": unknown}) == [("unknown.dcm", "no_score")]
    assert stage.refusals({"a.dcm": good}, imaging_study_uid=other[0].StudyInstanceUID) == [("a.dcm", "wrong_study")]
    assert stage.refusals({"a.dcm": good}, imaging_study_uid="1.2.3") == [("imaging_study_uid", "unknown")]
    assert stage.refusals({}) == [("files", "required")]
    # Whoever answers for the algorithm may say so; it is told all the same.
    accepted = stage.send({"version.dcm": hostile["version.dcm"]}, "/preview", accepts_algorithm="true").json()
    assert [(one["field"], one["code"]) for one in accepted["warnings"]] == [("version.dcm", "other_algorithm")]
    monkeypatch.setattr(dicom_files, "LIMITS", dataclasses.replace(dicom_files.LIMITS, files=0))
    assert stage.refusals({"a.dcm": good}) == [("a.dcm", "too_large")]


def test_a_version_that_runs_here_takes_no_files(stage: Stage, runnable_version: ModelVersion) -> None:
    stage.version = runnable_version
    answers = [stage.send({"a.dcm": b"x"}, path) for path in ("", "/preview")]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "computed_version")] * 2
    stage.client.force_authenticate(None)
    assert stage.send({"a.dcm": b"x"}, "/preview").status_code in (401, 403)

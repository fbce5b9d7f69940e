"""The reference standard from JSON, DICOM segmentations and reports: what is taken, and what is refused and where."""

import copy
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from rest_framework.test import APIClient

from annotations.models import ReaderStudy, ReferenceJob, ReferenceStandard, ReferenceTruth
from annotations.services import reader_studies as building
from annotations.services import truth_export, truth_files
from annotations.services.cases import cases_with_images_put
from annotations.services.reference_jobs import KEPT_FOR, reference_jobs_sweep
from annotations.services.truth import reference_standard_lock
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.imaging.models import ImagingStudy, Instance
from portal.imaging.segment_files import SegmentDamaged
from tests.annotations import located_files as made
from tests.annotations.building import person
from tests.annotations.reference_jobs import path_of, seen, storing, worked
from tests.imaging import dicom_files
from tests.imaging.conftest import gateway, ingest, ingest_data_sets, shared_file

pytestmark = pytest.mark.django_db
__all__ = ["gateway", "ingest", "ingest_data_sets", "shared_file"]


@dataclass
class Stage:
    """A draft with two cases whose images are in the archive, and its coordinator."""

    reader_study: ReaderStudy
    coordinator: User
    client: APIClient
    images: dict[str, list[Dataset]]

    @property
    def url(self) -> str:
        return f"/api/v1/reader-studies/{self.reader_study.pk}/reference-standards"

    def ask(self, files: dict[str, bytes], **more: Any) -> Any:
        """Ask for a look."""
        uploads = [SimpleUploadedFile(name, content) for name, content in files.items()]
        return self.client.post(f"{self.url}/preview", {**more, "files": uploads}, format="multipart")

    def store(self, files: dict[str, bytes], **more: Any) -> ReferenceStandard:
        """Look and store; returns the version."""
        look = seen(self.client, self.ask(files, **more))
        standard = storing(self.client, look).stored
        assert standard is not None
        assert standard.digest == look["digest"]
        return standard

    def refusals(self, files: dict[str, bytes], **more: Any) -> list[tuple[str, str]]:
        """Look, and return what is wrong where."""
        job = worked(self.ask(files, **more))
        assert (job.state, job.error_code) == ("FAILED", "invalid_files"), job.error_detail
        told = self.client.get(path_of(job))
        assert "Canary" not in told.content.decode()
        return [(one["field"], one["code"]) for one in told.json()["problems"]]


@pytest.fixture
def stage(ingest_data_sets: Callable[..., Any], tmp_path: Path, settings: Any) -> Stage:
    settings.VAR_DIR = tmp_path
    images, studies = {}, []
    for number in (1, 2):
        slices = made.ct_phantom(uuid.uuid4().hex)
        ingest_data_sets(slices)
        studies.append(ImagingStudy.objects.get(study_instance_uid=slices[0].StudyInstanceUID))
        images[f"Case 00{number}"] = slices
    coordinator = person("coordinator", may_create_reader_studies=True)
    reader_study = building.reader_study_create(by=coordinator, name="located")
    building.cases_put(by=coordinator, reader_study=reader_study, imaging_study_ids=[one.pk for one in studies])
    building.members_put(by=coordinator, reader_study=reader_study, members=[(coordinator.pk, Role.COORDINATOR)])
    client = APIClient()
    client.force_authenticate(coordinator)
    return Stage(reader_study, coordinator, client, images)


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def lesions(standard: ReferenceStandard, case: str = "Case 001") -> list[dict[str, Any]]:
    return list(ReferenceTruth.objects.get(reference_standard=standard, case__name=case).lesions)


def test_pathology_segments_and_measurements_are_one_version_that_survives_export(stage: Stage) -> None:
    images = stage.images["Case 001"]
    uid = generate_uid()
    seg = made.segmentation(images, [made.ball()], tracking=[("L1", uid)])
    sr = made.report(
        images, [made.segment_group(seg, name="L1", uid=uid, diameter_mm=5.5, source=images)], evidence=[seg]
    )
    first = stage.store({"pathology.csv": b"case,truth\nCase 001,1\nCase 002,0\n"})
    files = {"seg.dcm": made.as_file(seg), "sr.dcm": made.as_file(sr)}
    second = stage.store(files, base_version=first.version)
    assert (second.source, second.base_id) == ("FILES", first.pk)

    (lesion,) = lesions(second)
    (mark,) = lesion["marks"]
    geometry = mark["geometry"]
    assert geometry["voxel_count"] == made.VOXELS_IN_BALL
    assert geometry["spacing_mm"] == [0.5, 0.5, 0.5]
    assert geometry["slice_count"] == 2 * made.RADIUS + 1
    assert geometry["sop_instance_uid"] == images[made.CENTER[0]].SOPInstanceUID
    assert lesion["id"] == "L1"
    assert lesion["code"] == {"scheme": "SCT", "value": "27925004", "meaning": "Nodule"}
    assert lesion["attributes"] == {"Diameter": {"value": 5.5, "unit": "mm"}}
    of_seg, of_sr = lesion["provenance"]
    assert (of_seg["source"], of_seg["sop_instance_uid"], of_seg["segment_number"]) == ("SEG", seg.SOPInstanceUID, 1)
    assert (of_seg["creator"], of_seg["tracking_uid"]) == ("Radiologist^A", uid)
    assert (of_sr["source"], of_sr["sop_instance_uid"], of_sr["values"]) == (
        "SR",
        sr.SOPInstanceUID,
        ["code", "attributes"],
    )
    truth = ReferenceTruth.objects.get(reference_standard=second, case__name="Case 001")
    assert (truth.provenance["source"], truth.provenance["name"]) == ("CSV", "pathology.csv")

    voxels = stage.client.get(f"{stage.url}/{second.version}/segments/{geometry['sha256']}")
    assert len(voxels.json()["slices"]) == geometry["slice_count"]
    exported = content_of(stage.client.get(f"{stage.url}/{second.version}.json"))
    third = stage.store({"again.json": exported})
    assert (third.digest, third.source) == (second.digest, "JSON")
    # The same file once more is said to be that version before it is stored, and is none when it is.
    look = seen(stage.client, stage.ask({"again.json": exported}))
    assert (look["repeats_version"], storing(stage.client, look).stored) == (third.version, third)
    # What adds nothing to the newest version is not another, whatever it is.
    assert stage.store({"again.json": exported}, base_version=third.version) == third
    reference_standard_lock(by=stage.coordinator, standard=third)
    # Not kept as an image.
    assert not Instance.objects.filter(sop_instance_uid__in=[seg.SOPInstanceUID, sr.SOPInstanceUID]).exists()


def test_what_is_too_large_for_one_text_comes_back_from_several(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inner, outer = made.ball(radius=2), made.ball()
    files = {
        "truth.csv": b"case,truth\nCase 001,1\nCase 002,0\n",
        "seg.dcm": made.as_file(made.segmentation(stage.images["Case 001"], [inner, outer])),
    }
    first = stage.store(files)
    whole = stage.client.get(f"{stage.url}/{first.version}.json")
    assert whole["Content-Type"] == "application/json"
    exported = content_of(whole)
    # Smaller than any lesion: every entry is a file of its own.
    monkeypatch.setattr(truth_export, "PART_BYTES", 1)
    answer = stage.client.get(f"{stage.url}/{first.version}.json")
    assert (answer["Content-Type"], "reference-standard-1.zip" in answer["Content-Disposition"]) == (
        "application/zip",
        True,
    )
    packed = content_of(answer)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        parts = [json.loads(archive.read(name))["cases"] for name in archive.namelist()]
    assert [(one["case"], len(one["lesions"])) for (one,) in parts] == [
        ("Case 001", 1),
        ("Case 001", 1),
        ("Case 002", 0),
    ]
    monkeypatch.setattr(truth_files, "MAXIMUM_TEXT_BYTES", len(exported) - 1)
    assert stage.refusals({"whole.json": exported}) == [("whole.json: file", "too_large")]
    second = stage.store({"parts.zip": packed})
    assert second.digest == first.digest
    provenance = dict(second.truths.values_list("case__name", "provenance"))
    assert provenance == dict(first.truths.values_list("case__name", "provenance"))
    # A damaged file of voxels is told, not sent.
    for path in (tmp_path / "reference-segments").rglob("*.gz"):
        path.chmod(0o600)
        path.write_bytes(b"other")
    assert stage.client.get(f"{stage.url}/{first.version}.json").json()["code"] == "segment_damaged"


def test_a_source_without_a_frame_number_is_found_by_its_place_or_refused(
    stage: Stage, ingest_data_sets: Callable[..., Any]
) -> None:
    """PS3.3 table 10-3: without ReferencedFrameNumber a reference is to all frames of an image."""
    image = made.enhanced(stage.images["Case 002"])
    ingest_data_sets([image])
    seg = made.segmentation([image], [made.ball()])

    def without_number(**position: Any) -> bytes:
        changed = copy.deepcopy(seg)
        for group in changed.PerFrameFunctionalGroupsSequence:
            del group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
            for keyword, value in position.items():
                setattr(group.PlanePositionSequence[0], keyword, value)
        return made.as_file(changed)

    named = stage.store({"seg.dcm": made.as_file(seg)})
    placed = stage.store({"seg.dcm": without_number()})
    geometries = [lesions(one, "Case 002")[0]["marks"][0]["geometry"] for one in (named, placed)]
    assert geometries[0] == geometries[1]
    assert (geometries[0]["slice_count"], geometries[0]["frame_number"]) == (2 * made.RADIUS + 1, made.CENTER[0] + 1)
    elsewhere = without_number(ImagePositionPatient=[0, 0, 0])
    assert stage.refusals({"seg.dcm": elsewhere})[0] == ("seg.dcm: frame 1", "frame_not_named")


def test_a_lock_reads_every_voxel_again(stage: Stage, tmp_path: Path) -> None:
    standard = stage.store({"seg.dcm": made.as_file(made.segmentation(stage.images["Case 001"], [made.ball()]))})
    (path,) = (tmp_path / "reference-segments").rglob("*.gz")
    path.chmod(0o600)
    path.write_bytes(b"other")
    with pytest.raises(SegmentDamaged):
        reference_standard_lock(by=stage.coordinator, standard=standard)


def test_fractions_are_cut_at_the_stated_threshold_and_overlaps_stay(stage: Stage) -> None:
    images = stage.images["Case 001"]
    inner, outer = made.ball(radius=2), made.ball()
    # Half of the outer ball is 0.4 inside, the inner one wholly: 33 voxels within two, A000605(2).
    fraction = np.where(inner, 1.0, np.where(outer, 0.4, 0.0))
    seg = made.as_file(made.segmentation(images, [fraction], kind="FRACTIONAL"))
    strict = lesions(stage.store({"seg.dcm": seg}))[0]
    wide = lesions(stage.store({"seg.dcm": seg}, threshold="0.3"))[0]
    assert [one["marks"][0]["geometry"]["voxel_count"] for one in (strict, wide)] == [33, made.VOXELS_IN_BALL]
    assert [one["provenance"][0]["threshold"] for one in (strict, wide)] == [0.5, 0.3]
    both = lesions(stage.store({"seg.dcm": made.as_file(made.segmentation(images, [inner, outer]))}))
    assert [one["marks"][0]["geometry"]["voxel_count"] for one in both] == [33, made.VOXELS_IN_BALL]
    assert [one["id"] for one in both] == ["Nodule 1", "Nodule 2"]


def test_segmentations_of_other_makers_lie_on_their_images(
    stage: Stage, ingest: Callable[..., Any], shared_file: Callable[[str], Path]
) -> None:
    """dcmqi and 3D Slicer wrote them; the voxels are those that pydicom counts."""
    images = [shared_file(f"dicom/derived/ct_{number}.dcm") for number in (1, 2, 3)]
    ingest(*images)
    study = ImagingStudy.objects.get(study_instance_uid=pydicom.dcmread(images[0]).StudyInstanceUID)
    kept = list(stage.reader_study.cases.values_list("imaging_study_id", flat=True))
    building.cases_put(by=stage.coordinator, reader_study=stage.reader_study, imaging_study_ids=[*kept, study.pk])
    names = ("ct_liver_seg.dcm", "ct_partial_overlaps_seg.dcm")
    paths = {name: shared_file(f"dicom/derived/{name}") for name in names}
    standard = stage.store({name: path.read_bytes() for name, path in paths.items()})
    found = lesions(standard, stage.reader_study.cases.get(imaging_study=study).name)
    assert [one["id"] for one in found] == ["Liver", "GREEN", "ORANGE", "PURPLE", "LIGHT_BLUE", "DARK_BLUE"]
    counted = sum(mark["geometry"]["voxel_count"] for one in found for mark in one["marks"])
    assert counted == sum(int(pydicom.dcmread(path).pixel_array.sum()) for path in paths.values())


def test_regions_of_a_report_are_marks_in_the_patient(stage: Stage) -> None:
    images = stage.images["Case 002"]
    groups = [
        made.planar_group(made.circle_on(images[3]), name="A", uid=generate_uid(), diameter_mm=2.0),
        made.planar_group(made.point_3d(images, [-8.0, -18.0, 31.1]), name="B", uid=generate_uid(), diameter_mm=3.0),
    ]
    circle, point = lesions(stage.store({"sr.dcm": made.as_file(made.report(images, groups))}), "Case 002")
    geometry = circle["marks"][0]["geometry"]
    # The middle of column 7, row 8 of the fourth slice: (-10 + 3.5, -20 + 4, 30 + 1.5).
    assert (geometry["kind"], geometry["points_mm"]) == ("CIRCLE", [[-6.5, -16.0, 31.5], [-5.5, -16.0, 31.5]])
    assert geometry["sop_instance_uid"] == images[3].SOPInstanceUID
    assert circle["attributes"] == {"Diameter": {"value": 2.0, "unit": "mm"}}
    geometry = point["marks"][0]["geometry"]
    # 31.1 is nearest to the third slice, at 31.
    assert (geometry["points_mm"], geometry["sop_instance_uid"]) == ([[-8.0, -18.0, 31.1]], images[2].SOPInstanceUID)


def test_files_about_any_imaging_study_that_a_case_is_read_from_are_of_the_case(stage: Stage) -> None:
    """The second is read together with the first: a segmentation and a point of it lie in Case 001."""
    images = stage.images["Case 002"]
    first, second = (
        ImagingStudy.objects.get(study_instance_uid=one[0].StudyInstanceUID) for one in stage.images.values()
    )
    ImagingStudy.objects.filter(pk=second.pk).update(patient=first.patient)
    together = [[first.pk, second.pk]]
    cases_with_images_put(by=stage.coordinator, reader_study=stage.reader_study, cases=together)
    point = made.planar_group(made.point_3d(images, [-8.0, -18.0, 31.1]), name="P", uid=generate_uid(), diameter_mm=3.0)
    files = {
        "pathology.csv": b"case,truth\nCase 001,1\n",
        "seg.dcm": made.as_file(made.segmentation(images, [made.ball()])),
        "sr.dcm": made.as_file(made.report(images, [point])),
    }
    found = lesions(stage.store(files))
    assert {one["marks"][0]["geometry"]["series_instance_uid"] for one in found} == {images[0].SeriesInstanceUID}
    assert len(found) == 2


def test_what_does_not_fit_the_images_is_refused_with_its_place(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    images = stage.images["Case 001"]
    moved = made.segmentation(images, [made.ball()])
    moved.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient = [0, 0, 0]
    lost = made.segmentation(images, [made.ball()])
    group = made.segment_group(lost, name="L1", uid=generate_uid(), diameter_mm=5, source=images)
    empty = [made.ball(), np.zeros_like(made.ball())]
    hostile = {
        "foreign.dcm": made.segmentation(made.ct_phantom("somewhere else"), [made.ball()]),
        "frame.dcm": made.segmentation(images, [made.ball()], FrameOfReferenceUID=generate_uid()),
        "empty.dcm": made.segmentation(images, empty),
        "moved.dcm": moved,
        "many.dcm": made.segmentation(images, [made.ball()], NumberOfFrames=10**9),
        "bare.dcm": made.report(images, [made.image_group(images[0])]),
        "lost.dcm": made.report(images, [group], evidence=[lost]),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.csv", b"\0" * (65 * 1024**2))
    files = {name: made.as_file(one) for name, one in hostile.items()}
    files |= {"ct.dcm": dicom_files.to_bytes(images[0]), "bomb.zip": buffer.getvalue()}
    assert stage.refusals(files) == [
        ("foreign.dcm: frame 1", "images_unknown"),
        *((f"frame.dcm: frame {number}", "wrong_frame_of_reference") for number in range(1, 8)),
        ("empty.dcm: segment 2", "empty_segment"),
        ("moved.dcm: frame 1", "not_on_image"),
        ("many.dcm: file", "pixel_length_mismatch"),
        ("bare.dcm: file", "report_without_regions"),
        ("ct.dcm: file", "not_located"),
        ("bomb.zip: file", "archive_bomb"),
        ("lost.dcm: L1", "segment_missing"),
    ]
    seg = made.as_file(made.segmentation(images, [made.ball()]))
    negative = {"t.csv": b"case,truth\nCase 001,0\n", "a.dcm": seg}
    assert stage.refusals(negative) == [("a.dcm: Case 001", "lesion_in_negative")]
    monkeypatch.setattr(truth_files, "MAXIMUM_SEGMENT_BYTES", 100)
    assert stage.refusals({"a.dcm": seg, "b.dcm": seg}) == [("a.dcm: file", "too_large")]
    assert ReferenceStandard.objects.count() == 0


def test_files_in_an_archive_are_one_version_and_old_looks_are_not_stored(stage: Stage) -> None:
    images = stage.images["Case 001"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("truth.csv", "case,truth\nCase 001,1\nCase 002,0\n")
        archive.writestr("seg/a.dcm", made.as_file(made.segmentation(images, [made.ball()])))
    look = seen(stage.client, stage.ask({"all.zip": buffer.getvalue()}))
    assert [one["name"] for one in look["files"]] == ["all.zip/truth.csv", "all.zip/seg/a.dcm"]
    assert [(one["case"], one["truth"], len(one["lesions"]), one["change"]) for one in look["cases"]] == [
        ("Case 001", 1, 1, "NEW"),
        ("Case 002", 0, 0, "NEW"),
    ]
    stage.store({"all.zip": buffer.getvalue()})
    left = Event.objects.filter(actor=stage.coordinator, action__startswith="reference_").order_by("created_at")
    looking, storing_ = ["reference_job.create", "reference_standard.view"], ["reference_job.store"]
    actions = list(left.values_list("action", flat=True))
    assert actions == [*looking, *looking, *storing_, "reference_standard.create"]
    # A case that was renamed meanwhile: what the files say of the cases is no longer what was seen.
    stage.reader_study.cases.filter(name="Case 002").update(removed_at=timezone.now())
    refused = storing(stage.client, look)
    assert (refused.state, refused.error_code) == ("FAILED", "invalid_files")
    assert ReferenceStandard.objects.count() == 1
    # And after a week: the files are gone with what the look found.
    ReferenceJob.objects.update(finished_at=timezone.now() - KEPT_FOR)
    assert reference_jobs_sweep() == 2
    dropped = stage.client.post(path_of(look["job"], "/store"), {"digest": look["digest"]}, format="json")
    assert (dropped.status_code, dropped.json()["code"]) == (409, "preview_outdated")


def test_the_example_is_a_file_that_can_be_uploaded(stage: Stage) -> None:
    url = f"/api/v1/reader-studies/{stage.reader_study.pk}/reference-standard-example.json"
    example = stage.client.get(url).content
    assert [len(one["lesions"]) for one in json.loads(example)["cases"]] == [1, 0]
    standard = stage.store({"example.json": example})
    assert lesions(standard)[0]["attributes"]["Solid part"] == {"value": 5.5, "unit": "mm"}

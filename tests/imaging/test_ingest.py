"""Ingest jobs against the real Orthanc and PostgreSQL."""

import shutil
import tarfile
import zipfile
from datetime import timedelta

import numpy as np
import pydicom
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal import jobs
from portal.audit.models import Event
from portal.db import JobState
from portal.imaging.models import ImagingStudy, IngestItem, IngestJob, IngestSource, Instance, Patient, Series
from portal.imaging.selectors import refused_items
from portal.imaging.services.ingest import (
    counts_of,
    ingest_job_create_from_paths,
    ingest_job_run,
    upload_folder,
)
from tests.imaging import dicom_files as files

pytestmark = pytest.mark.django_db


def refusals(job):
    return {item.name.rsplit("/", 1)[-1]: item.reason_code for item in refused_items(job)}


def test_a_folder_is_mirrored_and_the_pixels_are_in_orthanc(ingest, folder_of_slices, gateway, seed):
    job = ingest(folder_of_slices(3))
    assert (job.state, job.progress_done, job.progress_total) == (JobState.SUCCEEDED, 3, 3)
    assert counts_of(job) == {"new": 3, "present": 0, "refused": 0}
    study = ImagingStudy.objects.get(study_instance_uid=files.ct_slice(seed=seed).StudyInstanceUID)
    assert (study.number_of_series, study.number_of_instances, study.modalities) == (1, 3, ["CT"])
    assert (str(study.study_date), study.study_description) == ("2024-02-29", "Chest")
    series = study.series.get()
    assert (series.number_of_instances, series.series_number, series.series_description) == (3, 3, "Lung")
    second = Instance.objects.get(series=series, instance_number=2)
    expected = np.arange(48, dtype="<u2") + 2
    assert gateway.frame(second.orthanc_id, 1) == expected.tobytes()


def test_the_patient_is_a_pseudonym(ingest, folder_of_slices, seed):
    ingest(folder_of_slices(1))
    patient = ImagingStudy.objects.get().patient
    assert patient.patient_key.startswith("P-")
    assert seed not in patient.patient_key
    assert "Canary" not in str(Patient.objects.values()) + str(ImagingStudy.objects.values())


def test_the_same_patient_has_one_pseudonym_and_another_issuer_another(ingest_data_sets, seed):
    first = files.ct_slice(seed=seed)
    again = files.ct_slice(seed=seed + "b", PatientID=first.PatientID)
    foreign = files.ct_slice(seed=seed + "c", PatientID=first.PatientID, IssuerOfPatientID="Elsewhere")
    ingest_data_sets([first, again, foreign])
    assert sorted(one.imaging_studies.count() for one in Patient.objects.all()) == [1, 2]


def test_a_second_ingest_finds_everything_there(ingest, folder_of_slices):
    folder = folder_of_slices(3)
    ingest(folder)
    assert counts_of(ingest(folder)) == {"new": 0, "present": 3, "refused": 0}
    assert Instance.objects.count() == 3


def test_what_the_archive_has_lost_is_stored_again(ingest, folder_of_slices, gateway):
    folder = folder_of_slices(2)
    ingest(folder)
    lost = Instance.objects.get(instance_number=2)
    gateway.delete_instance(lost.orthanc_id)
    assert counts_of(ingest(folder)) == {"new": 0, "present": 2, "refused": 0}
    assert gateway.holds(lost.orthanc_id)


def test_the_same_file_twice_in_one_job_is_new_once(ingest, folder_of_slices):
    folder = folder_of_slices(1)
    shutil.copy(folder / "0001.dcm", folder / "copy.dcm")
    assert counts_of(ingest(folder)) == {"new": 1, "present": 1, "refused": 0}


def test_other_bytes_under_the_same_uid_are_refused_and_change_nothing(ingest_data_sets, gateway, seed):
    original = files.ct_slice(seed=seed)
    ingest_data_sets([original])
    changed = files.ct_slice(seed=seed, PixelData=bytes(96))
    job = ingest_data_sets([changed])
    assert refusals(job) == {"0000.dcm": "conflict"}
    assert gateway.frame(Instance.objects.get().orthanc_id, 1) == original.PixelData


def test_a_conflict_inside_one_job_is_refused_too(ingest_data_sets, seed):
    job = ingest_data_sets([files.ct_slice(seed=seed), files.ct_slice(seed=seed, PixelData=bytes(96))])
    assert refusals(job) == {"0001.dcm": "conflict"}
    assert Instance.objects.count() == 1


def test_a_conflict_with_another_patient_leaves_no_trace(ingest_data_sets, seed):
    ingest_data_sets([files.ct_slice(seed=seed)])
    stranger = files.ct_slice(seed=seed + "x", SOPInstanceUID=files.ct_slice(seed=seed).SOPInstanceUID)
    assert refusals(ingest_data_sets([stranger])) == {"0000.dcm": "conflict"}
    assert (Patient.objects.count(), ImagingStudy.objects.count(), Series.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "changes", [{"PatientID": "SOMEBODY-ELSE"}, {"StudyInstanceUID": "1.2.3.4"}], ids=["patient", "study"]
)
def test_a_series_belongs_to_one_study_and_a_study_to_one_patient(ingest_data_sets, seed, changes):
    ingest_data_sets([files.ct_slice(seed=seed)])
    moved = files.ct_slice(seed=seed, slice_number=2, **changes)
    assert refusals(ingest_data_sets([moved])) == {"0000.dcm": "hierarchy_conflict"}
    assert Instance.objects.count() == 1


def test_two_patients_claiming_one_new_study_in_one_batch(ingest_data_sets, seed):
    first = files.ct_slice(seed=seed)
    second = files.ct_slice(seed=seed, slice_number=2, PatientID="SOMEBODY-ELSE")
    assert refusals(ingest_data_sets([first, second])) == {"0001.dcm": "hierarchy_conflict"}
    assert ImagingStudy.objects.get().number_of_instances == 1
    assert Patient.objects.count() == 1


def test_what_is_no_image_is_refused_by_name_with_a_sentence(ingest, folder_of_slices):
    folder = folder_of_slices(1)
    (folder / "letter.txt").write_text("hello")
    (folder / "empty.dcm").write_bytes(b"")
    for name in ("test-SR.dcm", "MR_truncated.dcm", "liver_1frame.dcm"):
        shutil.copy(files.packaged(name), folder / name)
    job = ingest(folder)
    assert counts_of(job) == {"new": 1, "present": 0, "refused": 5}
    assert refusals(job) == {
        "letter.txt": "not_dicom",
        "empty.dcm": "empty_file",
        "test-SR.dcm": "structured_report",
        "MR_truncated.dcm": "truncated",
        "liver_1frame.dcm": "segmentation",
    }
    assert "A structured report is not an image." in {item.reason for item in refused_items(job)}


def test_archives_are_opened(ingest, folder_of_slices, tmp_path):
    folder = folder_of_slices(4)
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        for name in ("0001.dcm", "0002.dcm"):
            archive.write(folder / name, f"a/{name}")
    with tarfile.open(tmp_path / "two.tar.xz", "w:xz") as archive:
        for name in ("0003.dcm", "0004.dcm"):
            archive.add(folder / name, f"a/{name}")
    job = ingest(tmp_path / "one.zip", tmp_path / "two.tar.xz")
    assert counts_of(job) == {"new": 4, "present": 0, "refused": 0}
    assert not upload_folder(job.pk).exists()


def test_entries_of_one_name_are_kept_apart(ingest, folder_of_slices, tmp_path, recwarn):
    folder = folder_of_slices(2)
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.write(folder / "0001.dcm", "same.dcm")
        archive.write(folder / "0002.dcm", "same.dcm")
    job = ingest(tmp_path / "twice.zip")
    names = set(IngestItem.objects.filter(job=job).values_list("name", flat=True))
    assert {name.rsplit("/", 1)[-1] for name in names} == {"same.dcm", "same.dcm (2)"}
    assert counts_of(job)["new"] == 2


class Killed(BaseException):
    """Stands for SIGKILL: nothing handles it."""


def test_a_job_that_died_goes_on_and_doubles_nothing(folder_of_slices, gateway):
    folder = folder_of_slices(60)
    job = ingest_job_create_from_paths(paths=[folder], source=IngestSource.COMMAND, requested_by=None)

    def die(done, total):
        raise Killed

    with pytest.raises(Killed):
        jobs.run(IngestJob, job.pk, lambda one, lease: ingest_job_run(one, lease, report=die))
    assert 0 < IngestItem.objects.filter(job=job).count() < 60
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert jobs.claim(IngestJob, job.pk) is None
    IngestJob.objects.filter(pk=job.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    jobs.run(IngestJob, job.pk, ingest_job_run)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    assert counts_of(job) == {"new": 60, "present": 0, "refused": 0}
    assert Instance.objects.count() == 60


def test_files_stored_in_orthanc_before_the_crash_still_count_as_new(ingest, folder_of_slices, gateway):
    folder = folder_of_slices(2)
    gateway.upload_instance((folder / "0001.dcm").read_bytes())
    assert counts_of(ingest(folder)) == {"new": 2, "present": 0, "refused": 0}


def test_a_cancelled_job_keeps_what_it_has_taken(folder_of_slices, gateway):
    folder = folder_of_slices(60)
    job = ingest_job_create_from_paths(paths=[folder], source=IngestSource.COMMAND, requested_by=None)
    jobs.run(
        IngestJob,
        job.pk,
        lambda one, lease: ingest_job_run(one, lease, report=lambda done, total: jobs.cancel(job)),
    )
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    taken = Instance.objects.count()
    assert 0 < taken < 60
    assert IngestItem.objects.filter(job=job).count() == taken


def test_a_job_whose_files_are_gone_fails_with_a_reason(folder_of_slices, gateway):
    folder = folder_of_slices(1)
    job = ingest_job_create_from_paths(paths=[folder], source=IngestSource.UPLOAD, requested_by=None)
    shutil.rmtree(upload_folder(job.pk))
    jobs.run(IngestJob, job.pk, ingest_job_run)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, "upload_gone")


def test_the_ingest_is_in_the_audit_trail_without_file_names(ingest, folder_of_slices):
    ingest(folder_of_slices(1))
    events = list(Event.objects.filter(stream="imaging").order_by("sequence"))
    assert [one.action for one in events] == ["ingest.start", "ingest.finish"]
    assert events[-1].detail == {"new": 1, "present": 0, "refused": 0}


def test_the_command_sums_up_and_its_exit_status_tells(gateway, folder_of_slices, capsys):
    folder = folder_of_slices(2)
    call_command("ingest", str(folder))
    assert "2 new, 0 already there, 0 refused" in capsys.readouterr().out
    (folder / "letter.txt").write_text("hello")
    with pytest.raises(SystemExit) as ended:
        call_command("ingest", str(folder), str(folder / "nowhere"))
    assert ended.value.code == 3
    printed = capsys.readouterr().out
    assert "letter.txt: Not a DICOM file" in printed
    assert "nowhere: There is no such file or folder. [not_found]" in printed
    assert "0 new, 2 already there, 2 refused" in printed


def test_the_command_says_when_orthanc_is_away(folder_of_slices, settings, monkeypatch, capsys):
    settings.ORTHANC_URL = "http://127.0.0.1:1"
    monkeypatch.setattr("portal.imaging.services.files.PATIENCE_S", 0.0)
    from portal.imaging import connection

    connection._orthanc_of.cache_clear()
    try:
        with pytest.raises(CommandError, match="Orthanc"):
            call_command("ingest", str(folder_of_slices(1)))
    finally:
        connection._orthanc_of.cache_clear()


def test_the_real_mr_series(ingest, shared_file):
    job = ingest(shared_file("dicom/t1w_head.tar.xz"))
    assert counts_of(job) == {"new": 384, "present": 0, "refused": 0}
    study = ImagingStudy.objects.get()
    assert (study.number_of_series, study.number_of_instances, study.modalities) == (1, 384, ["MR"])


def test_compressed_and_derived_files_of_other_projects(ingest, shared_file):
    job = ingest(shared_file("dicom/wg04"), shared_file("dicom/derived"))
    kinds = {item.name.rsplit("/", 1)[-1]: item.reason_code for item in refused_items(job)}
    assert kinds == {
        "ct_liver_seg.dcm": "segmentation",
        "ct_partial_overlaps_seg.dcm": "segmentation",
        "tid1500_rwvm.dcm": "registration_or_mapping",
        "tid1500_seg.dcm": "segmentation",
        "tid1500_sr.dcm": "structured_report",
    }
    assert Instance.objects.count() == counts_of(job)["new"] > 0


def test_packaged_files_never_end_in_a_trace(ingest, tmp_path):
    folder = tmp_path / "packaged"
    folder.mkdir()
    for path in files.PACKAGED.glob("*.dcm"):
        shutil.copy(path, folder)
    job = ingest(folder)
    counts = counts_of(job)
    assert job.state == JobState.SUCCEEDED
    assert counts["new"] + counts["refused"] + counts["present"] == len(list(folder.iterdir()))
    # MR_small is packaged in several transfer syntaxes under one SOP Instance UID: only one can be taken.
    assert "conflict" in refusals(job).values()
    uid = pydicom.dcmread(files.packaged("CT_small.dcm")).SOPInstanceUID
    assert Instance.objects.filter(sop_instance_uid=uid).count() == 1

"""The changes feed: what arrives by C-STORE is mirrored once, whatever happens in between."""

import os
import subprocess
import time
from typing import Any

import pydicom
import pytest
from pydicom.uid import ComprehensiveSRStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE

from portal.imaging import connection
from portal.imaging.models import ChangesCursor, ImagingStudy, IngestItem, IngestJob, IngestSource, Instance
from portal.imaging.orthanc import NotInOrthanc, OrthancUnavailable
from portal.imaging.services import follow
from portal.imaging.services.follow import changes_follow
from portal.imaging.services.headers import header_read
from portal.imaging.services.ingest import counts_of
from portal.ops.environment import create_secrets
from portal.ops.services import Site
from portal.ops.services import orthanc as orthanc_command
from tests.imaging import dicom_files as files
from tests.services import free_ports

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def own_site(tmp_path_factory):
    """An Orthanc that no other test and no running portal follows: they would remove what is refused here."""
    folder = tmp_path_factory.mktemp("follow")
    folder.chmod(0o755)
    names = ("web", "orthanc", "dicom", "postgres", "redis")
    site = Site(folder, dict(zip(names, free_ports(len(names)), strict=True)), create_secrets(folder), durable=False)
    command = orthanc_command(site)
    process = subprocess.Popen(command.argv, env={**os.environ, **command.environment}, stderr=subprocess.DEVNULL)
    try:
        yield site
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def gateway(own_site, settings):
    """The portal's gateway, pointed at that Orthanc, which is emptied."""
    settings.ORTHANC_URL = f"http://127.0.0.1:{own_site.ports['orthanc']}"
    settings.ORTHANC_PASSWORD = own_site.secrets["orthanc_password"]
    connection._orthanc_of.cache_clear()
    gateway = connection.orthanc()
    deadline = time.monotonic() + 30
    while (stored := stored_ids(gateway)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    for orthanc_id in stored:
        gateway.delete_instance(orthanc_id)
    yield gateway
    connection._orthanc_of.cache_clear()


def stored_ids(gateway):
    """What Orthanc's feed still tells of; None while Orthanc is starting."""
    try:
        return [one.orthanc_id for one in gateway.changes(0, 10_000).changes if one.kind == "NewInstance"]
    except OrthancUnavailable:
        return None


@pytest.fixture
def send(own_site):
    """C-STORE as a modality does."""

    def store(*data_sets, transfer_syntax=ExplicitVRLittleEndian):
        sender = AE(ae_title="MODALITY")
        for one in {data_set.SOPClassUID for data_set in data_sets}:
            sender.add_requested_context(one, transfer_syntax)
        association = sender.associate("127.0.0.1", own_site.ports["dicom"], ae_title="OVERREAD")
        assert association.is_established
        for data_set in data_sets:
            assert association.send_c_store(data_set).Status == 0x0000
        association.release()

    return store


def stand_at(change):
    """Put the cursor behind a change."""
    values = {"last_sequence": change.sequence, "orthanc_database": follow._fingerprint(change)}
    ChangesCursor.objects.update_or_create(pk=1, defaults=values)


def report(seed):
    """A structured report."""
    data_set = pydicom.dcmread(files.packaged("test-SR.dcm"))
    data_set.SOPInstanceUID = files.ct_slice(seed=seed, slice_number=99).SOPInstanceUID
    data_set.PatientID = f"REPORT-{seed}"
    assert data_set.SOPClassUID == ComprehensiveSRStorage
    return data_set


def test_images_sent_by_c_store_are_mirrored_and_listed(send, gateway, seed):
    send(*(files.ct_slice(seed=seed, slice_number=n) for n in (1, 2, 3)))
    assert changes_follow(gateway=gateway) == 3
    study = ImagingStudy.objects.get()
    assert (study.number_of_instances, study.modalities) == (3, ["CT"])
    job = IngestJob.objects.get(source=IngestSource.CSTORE)
    assert counts_of(job) == {"new": 3, "present": 0, "refused": 0}
    assert (job.state, job.progress_done) == ("SUCCEEDED", 3)


def test_following_again_does_nothing(send, gateway, seed):
    send(files.ct_slice(seed=seed))
    assert changes_follow(gateway=gateway) == 1
    assert changes_follow(gateway=gateway) == 0
    assert (Instance.objects.count(), IngestItem.objects.count()) == (1, 1)


def test_sending_the_same_image_again_changes_nothing(send, gateway, seed):
    send(files.ct_slice(seed=seed))
    changes_follow(gateway=gateway)
    send(files.ct_slice(seed=seed))
    assert changes_follow(gateway=gateway) == 0
    assert IngestItem.objects.count() == 1


def test_what_is_no_image_is_refused_and_removed(send, gateway, seed):
    send(files.ct_slice(seed=seed), report(seed))
    found = gateway.find_instance_id(report(seed).SOPInstanceUID)
    assert found is not None
    assert changes_follow(gateway=gateway) == 1
    item = IngestItem.objects.get(outcome="REFUSED")
    assert (item.reason_code, item.orthanc_id_to_remove) == ("structured_report", "")
    with pytest.raises(NotInOrthanc):
        gateway.instance_file(found)


def test_a_removal_that_a_crash_has_left_over_is_made_up_for(send, gateway, seed, monkeypatch):
    class Killed(BaseException):
        """Stands for SIGKILL after the refusal was stored."""

    def die(orthanc_id):
        raise Killed

    send(report(seed))
    with monkeypatch.context() as broken:
        broken.setattr(gateway, "delete_instance", die)
        with pytest.raises(Killed):
            changes_follow(gateway=gateway)
    item = IngestItem.objects.get(outcome="REFUSED")
    assert gateway.find_instance_id(report(seed).SOPInstanceUID) == item.orthanc_id_to_remove
    changes_follow(gateway=gateway)
    assert gateway.find_instance_id(report(seed).SOPInstanceUID) is None


def test_a_file_ingested_after_it_was_sent_is_present(send, gateway, seed, ingest_data_sets):
    data_set = files.ct_slice(seed=seed)
    send(data_set, transfer_syntax=ImplicitVRLittleEndian)
    changes_follow(gateway=gateway)
    # C-STORE gave the file another header and another transfer syntax: the bytes differ, the content does not.
    job = ingest_data_sets([data_set, files.ct_slice(seed=seed, PixelData=bytes(96))])
    assert counts_of(job) == {"new": 0, "present": 1, "refused": 1}


def test_what_a_job_has_stored_is_not_listed_again(send, gateway, seed, ingest_data_sets):
    ingest_data_sets([files.ct_slice(seed=seed)])
    assert changes_follow(gateway=gateway) == 0
    assert not IngestJob.objects.filter(source=IngestSource.CSTORE).exists()


def test_an_upload_whose_job_died_before_the_mirror_is_adopted(send, gateway, seed, ingest_data_sets):
    gateway.upload_instance(files.to_bytes(files.ct_slice(seed=seed)))
    assert changes_follow(gateway=gateway) == 1
    assert IngestItem.objects.count() == 0
    job = ingest_data_sets([files.ct_slice(seed=seed)])
    assert counts_of(job) == {"new": 1, "present": 0, "refused": 0}


def test_other_content_sent_under_a_known_uid_of_another_patient_is_removed(send, gateway, seed, ingest_data_sets):
    original = files.ct_slice(seed=seed)
    ingest_data_sets([original])
    send(files.ct_slice(seed=seed + "x", SOPInstanceUID=original.SOPInstanceUID))
    assert changes_follow(gateway=gateway) == 0
    assert IngestItem.objects.get(outcome="REFUSED").reason_code == "conflict"
    assert gateway.frame(Instance.objects.get().orthanc_id, 1) == original.PixelData


def test_a_deleted_last_change_is_not_taken_for_a_new_index(send, gateway, seed, caplog):
    send(files.ct_slice(seed=seed))
    changes_follow(gateway=gateway)
    send(report(seed))
    page = gateway.changes(ChangesCursor.objects.get().last_sequence, 100)
    of_the_report = [one for one in page.changes if one.kind == "NewInstance"]
    changes_follow(gateway=gateway)
    # Orthanc forgets the changes of what is deleted, here of the refused report.
    stand_at(of_the_report[-1])
    send(files.ct_slice(seed=seed, slice_number=2))
    assert changes_follow(gateway=gateway) == 1
    assert "another index" not in caplog.text
    assert Instance.objects.count() == 2


def test_a_new_index_is_noticed_and_read_from_its_start(send, gateway, seed, caplog):
    send(files.ct_slice(seed=seed))
    changes_follow(gateway=gateway)
    # The number fits, the change it stood for does not: this is another index that has grown as far.
    ChangesCursor.objects.update(orthanc_database="20200101T000000 other")
    Instance.objects.all().delete()
    IngestItem.objects.all().delete()
    changes_follow(gateway=gateway)
    assert "another index" in caplog.text
    uid = files.ct_slice(seed=seed).SOPInstanceUID
    assert Instance.objects.filter(sop_instance_uid=uid).count() == 1


def test_an_instance_whose_change_was_overtaken_is_found_when_its_series_is_stable(send, gateway, seed):
    send(files.ct_slice(seed=seed))
    changes_follow(gateway=gateway)
    Instance.objects.all().delete()
    IngestItem.objects.all().delete()
    deadline = time.monotonic() + 20
    while changes_follow(gateway=gateway) == 0:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert Instance.objects.get().sop_instance_uid == files.ct_slice(seed=seed).SOPInstanceUID


def test_many_changes_are_followed_page_by_page(send, gateway, seed, monkeypatch):
    monkeypatch.setattr(follow, "PAGE", 2)
    send(*(files.ct_slice(seed=seed, slice_number=n) for n in range(1, 8)))
    assert changes_follow(gateway=gateway) == 7
    assert IngestJob.objects.count() == 1


def test_a_header_is_read_of_every_series_and_anew_when_the_archive_holds_another(send, gateway, seed):
    typed: dict[str, Any] = {
        "StudyDescription": "Thorax Operatorone Operatortwo",
        "SeriesDescription": "Lung Operatortwo",
    }
    first = files.ct_slice(seed=seed, OperatorsName="Operatorone^Otto", SeriesNumber=1, PatientSex="F", **typed)
    second = files.ct_slice(seed=seed, slice_number=2, OperatorsName="Operatortwo^Olga", SeriesNumber=2, **typed)
    second.SeriesInstanceUID = files.ct_slice(seed=f"{seed}-2").SeriesInstanceUID
    send(first, second)
    assert changes_follow(gateway=gateway) == 2

    def read_header():
        header_read(imaging_study=ImagingStudy.objects.get(), gateway=gateway)
        return ImagingStudy.objects.get().header_facts

    facts = read_header()
    assert (facts["sex"], facts["study_description"]) == ("F", "Thorax […] […]")
    assert facts["series_descriptions"][str(first.SeriesInstanceUID)] == "Lung […]", "the other series names them"
    # Corrected in the archive itself, under the same identifiers.
    first.PatientSex, first.OperatorsName, first.StudyDescription = "M", "Third^Theo", "Abdomen Third"
    gateway.delete_instance(gateway.find_instance_id(first.SOPInstanceUID))
    gateway.upload_instance(files.to_bytes(first))
    assert changes_follow(gateway=gateway) == 0
    facts = read_header()
    assert (facts["sex"], facts["study_description"]) == ("M", "Abdomen […]")
    # More images of the same series can bring another header, too.
    third = files.ct_slice(seed=seed, slice_number=0, OperatorsName="Fourth^Finn", SeriesNumber=1, InstanceNumber=0)
    third.StudyDescription = "Pelvis"
    send(third)
    assert changes_follow(gateway=gateway) == 1
    assert read_header()["study_description"] == "Pelvis"

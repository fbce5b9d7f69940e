"""The gateway against the real Orthanc: what it answers, and that each failure has its type."""

import socket
import threading
import time
from dataclasses import replace

import pydicom
import pytest
from django.conf import settings

from portal.imaging.orthanc import NotInOrthanc, Orthanc, OrthancAddress, OrthancRefused, OrthancUnavailable
from tests.imaging import dicom_files as files


@pytest.fixture
def stored(gateway, seed):
    data_set = files.ct_slice(seed=seed)
    return data_set, gateway.upload_instance(files.to_bytes(data_set))


@pytest.fixture
def address():
    return OrthancAddress(settings.ORTHANC_URL, settings.ORTHANC_USERNAME, settings.ORTHANC_PASSWORD)


def test_it_is_the_orthanc_that_the_notes_are_about(gateway):
    system = gateway.system()
    assert system["Name"] == "OVERREAD"
    assert system["DicomAet"] == "OVERREAD"


def test_an_upload_repeated_is_one_instance(gateway, stored):
    data_set, first = stored
    again = gateway.upload_instance(files.to_bytes(data_set))
    assert (first.already_stored, again.already_stored) == (False, True)
    assert again.orthanc_id == first.orthanc_id
    assert gateway.find_instance_id(data_set.SOPInstanceUID) == first.orthanc_id


def test_other_bytes_under_the_same_identifiers_are_not_written_over(gateway, stored, seed):
    data_set, first = stored
    answer = gateway.upload_instance(files.to_bytes(files.ct_slice(seed=seed, PixelData=bytes(96))))
    assert answer.already_stored
    assert gateway.frame(first.orthanc_id, 1) == data_set.PixelData


def test_what_is_stored_comes_back(gateway, stored):
    data_set, answer = stored
    assert gateway.instance_file(answer.orthanc_id) == files.to_bytes(data_set)
    assert gateway.frame(answer.orthanc_id, 1) == data_set.PixelData
    assert gateway.instance_transfer_syntax(answer.orthanc_id) == "1.2.840.10008.1.2.1"
    assert gateway.instance_origin(answer.orthanc_id) == "RestApi"
    assert gateway.instance_tags(answer.orthanc_id)["SeriesDescription"] == "Lung"
    assert gateway.series_tags(answer.orthanc_series_id)["SeriesInstanceUID"] == data_set.SeriesInstanceUID
    assert gateway.study_tags(answer.orthanc_study_id)["StudyDescription"] == "Chest"


def test_series_metadata_is_full(gateway, stored):
    data_set, _ = stored
    (row,) = gateway.series_metadata(data_set.StudyInstanceUID, data_set.SeriesInstanceUID)
    assert row["00280030"]["Value"] == [0.5, 0.7]
    one = gateway.instance_metadata(data_set.StudyInstanceUID, data_set.SeriesInstanceUID, data_set.SOPInstanceUID)
    assert one["00080018"] == row["00080018"]


def test_the_changes_feed_names_each_new_instance_once(gateway, seed):
    since = gateway.last_sequence()
    ids = [
        gateway.upload_instance(files.to_bytes(files.ct_slice(seed=seed, slice_number=n))).orthanc_id for n in (1, 2)
    ]
    page = gateway.changes(since, 100)
    assert [one.orthanc_id for one in page.changes if one.kind == "NewInstance"] == ids
    # Orthanc adds StableSeries and the like by itself two seconds later, so the end may have moved on by now.
    assert since < page.last_sequence <= gateway.last_sequence()
    assert [one.sequence for one in page.changes] == sorted(one.sequence for one in page.changes)
    first = gateway.changes(since, 1)
    assert (len(first.changes), first.done) == (1, False)
    assert first.last_sequence == first.changes[0].sequence == page.changes[0].sequence
    behind = gateway.changes(page.last_sequence, 100)
    assert "NewInstance" not in {one.kind for one in behind.changes}


def test_a_deleted_instance_is_gone_and_deleting_again_is_no_error(gateway, stored):
    data_set, answer = stored
    gateway.delete_instance(answer.orthanc_id)
    gateway.delete_instance(answer.orthanc_id)
    assert gateway.find_instance_id(data_set.SOPInstanceUID) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda gateway: gateway.frame("nothing", 1),
        lambda gateway: gateway.instance_file("nothing"),
        lambda gateway: gateway.instance_tags("nothing"),
        lambda gateway: gateway.series_metadata("1.2.3", "1.2.4"),
        lambda gateway: gateway.instance_metadata("1.2.3", "1.2.4", "1.2.5"),
    ],
)
def test_what_is_not_there_is_not_in_orthanc(gateway, ask):
    with pytest.raises(NotInOrthanc):
        ask(gateway)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_frame_beyond_the_last_is_not_there(gateway, stored, number):
    with pytest.raises(NotInOrthanc):
        gateway.frame(stored[1].orthanc_id, number)


@pytest.mark.parametrize("content", [b"junk", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_single_instance_is_refused(gateway, content):
    with pytest.raises(OrthancRefused):
        gateway.upload_instance(content)


def test_a_wrong_password_is_refused_not_unavailable(orthanc_server, address):
    with pytest.raises(OrthancRefused) as refusal:
        Orthanc(replace(address, password="wrong")).system()
    assert refusal.value.http_status == 401


def test_nobody_there_is_unavailable_soon(address):
    began = time.monotonic()
    with pytest.raises(OrthancUnavailable):
        Orthanc(replace(address, url="http://127.0.0.1:1")).system()
    with pytest.raises(OrthancUnavailable):
        Orthanc(replace(address, url="http://127.0.0.1:1")).series_metadata("1.2", "1.3")
    assert time.monotonic() - began < 5


class Listener:
    """A TCP server that treats its connections badly; counts them."""

    def __init__(self, hang: bool) -> None:
        self.connections = 0
        self._hang = hang
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            if self._hang:
                self._open.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        self._socket.close()
        for connection in self._open:
            connection.close()


def test_a_lost_connection_is_tried_again_a_few_times(address):
    listener = Listener(hang=False)
    with pytest.raises(OrthancUnavailable):
        Orthanc(replace(address, url=listener.url)).system()
    listener.close()
    assert listener.connections == 3


def test_a_slow_server_is_not_asked_twice(address):
    listener = Listener(hang=True)
    began = time.monotonic()
    with pytest.raises(OrthancUnavailable, match="in time"):
        Orthanc(replace(address, url=listener.url, read_timeout_s=0.5)).system()
    with pytest.raises(OrthancUnavailable):
        Orthanc(replace(address, url=listener.url, read_timeout_s=0.5)).series_metadata("1.2", "1.3")
    listener.close()
    assert listener.connections == 2
    assert time.monotonic() - began < 3


def test_error_texts_name_no_patient(gateway, stored):
    with pytest.raises(OrthancRefused) as refusal:
        gateway.upload_instance(b"Canary^Patient")
    assert "Canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "examples_ybr_color.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_rgb_rle_2frame.dcm",
        "JPEG2000.dcm",
    ],
)
def test_frames_are_the_stored_fragments(gateway, seed, name):
    data_set = files.renamed(files.packaged(name), seed)
    answer = gateway.upload_instance(files.to_bytes(data_set))
    count = int(data_set.get("NumberOfFrames") or 1)
    expected = list(pydicom.encaps.generate_frames(data_set.PixelData, number_of_frames=count))
    assert [gateway.frame(answer.orthanc_id, n) for n in range(1, count + 1)] == expected

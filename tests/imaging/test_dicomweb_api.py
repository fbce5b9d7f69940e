"""The DICOMweb pass-through: right pixels, nothing that identifies, and only what the caller may see."""

import json
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate

from portal.imaging.models import Instance
from portal.imaging.reader_tags import KEYWORDS, tag_of
from tests.imaging import dicom_files as files

pytestmark = pytest.mark.django_db

MULTIPART = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
# Planted in every element of a slice that could say who the patient is.
CANARIES: dict[str, Any] = {
    "PatientName": "Canary^Patient",
    "PatientBirthDate": "19010203",
    "PatientAddress": "Canary Street",
    "PatientComments": "Canary comment",
    "OtherPatientIDs": "CANARY-2",
    "InstitutionName": "Canary Hospital",
    "InstitutionAddress": "Canary Road",
    "ReferringPhysicianName": "Canary^Doctor",
    "PerformingPhysicianName": "Canary^Other",
    "OperatorsName": "Canary^Operator",
    "AccessionNumber": "CANARY-3",
    "StudyID": "CANARY-4",
    "StationName": "CANARY-5",
    "DeviceSerialNumber": "CANARY-6",
    "ImageComments": "Canary image",
    "ProtocolName": "Canary protocol",
    "RequestedProcedureDescription": "Canary request",
    "StudyDate": "19010203",
    "SeriesDate": "19010203",
    "AcquisitionDate": "19010203",
    "ContentDate": "19010203",
}


PIXEL_DESCRIPTION = (
    *("Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
)


@pytest.fixture(autouse=True)
def access(settings):
    settings.OVERREAD_IMAGING_ACCESS = "tests.imaging.access_rules.studies_described_by_username"


@pytest.fixture
def see(client, reader):
    """Ask as the reader; headers by name."""
    client.force_login(reader)

    def get(path, **headers):
        return client.get(
            f"/dicomweb/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return get


def paths(data_set):
    """The address of a data set's series and instance."""
    series = f"studies/{data_set.StudyInstanceUID}/series/{data_set.SeriesInstanceUID}"
    return series, f"{series}/instances/{data_set.SOPInstanceUID}"


def decoded(frame: bytes, transfer_syntax_uid: str, original: Dataset) -> np.ndarray:
    """Decode the bytes of one frame with pydicom, knowing only what a viewer knows."""
    one = Dataset()
    for keyword in PIXEL_DESCRIPTION:
        setattr(one, keyword, getattr(original, keyword))
    if "PlanarConfiguration" in original:
        one.PlanarConfiguration = original.PlanarConfiguration
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = pydicom.uid.UID(transfer_syntax_uid)
    is_encapsulated = one.file_meta.TransferSyntaxUID.is_encapsulated
    one.PixelData = encapsulate([frame]) if is_encapsulated else frame
    one["PixelData"].VR = "OB" if is_encapsulated or original.BitsAllocated == 8 else "OW"
    return one.pixel_array


@pytest.mark.parametrize(
    ("name", "transfer_syntax"),
    [
        ("CT_small.dcm", "1.2.840.10008.1.2.1"),
        ("MR_small_implicit.dcm", "1.2.840.10008.1.2.1"),
        ("MR_small_RLE.dcm", "1.2.840.10008.1.2.5"),
        ("SC_rgb_rle_2frame.dcm", "1.2.840.10008.1.2.5"),
        ("SC_rgb_jpeg_gdcm.dcm", "1.2.840.10008.1.2.4.70"),
        ("MR_small_jpeg_ls_lossless.dcm", "1.2.840.10008.1.2.4.80"),
        ("MR_small_jp2klossless.dcm", "1.2.840.10008.1.2.4.90"),
        ("JPEG2000.dcm", "1.2.840.10008.1.2.4.91"),
        ("examples_ybr_color.dcm", "1.2.840.10008.1.2.4.50"),
        ("examples_palette.dcm", "1.2.840.10008.1.2.1"),
        ("image_dfl.dcm", "1.2.840.10008.1.2.1"),
    ],
)
def test_decoded_pixels_are_those_of_the_file(see, ingest_data_sets, seed, name, transfer_syntax):
    original = files.renamed(files.packaged(name), seed)
    original.StudyDescription = "reader"
    ingest_data_sets([original])
    count = int(original.get("NumberOfFrames") or 1)
    expected = original.pixel_array if count > 1 else original.pixel_array[np.newaxis]
    for number in {1, count}:
        answer = see(f"{paths(original)[1]}/frames/{number}")
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == f"application/octet-stream; transfer-syntax={transfer_syntax}"
        np.testing.assert_array_equal(decoded(answer.content, transfer_syntax, original), expected[number - 1])


@pytest.mark.parametrize("count", [1, 3])
def test_one_bit_frames_come_decoded(see, ingest_data_sets, seed, count):
    """Orthanc would give too many or no bytes; the witness is the chessboard that was packed."""
    board = (np.indices((count, 16, 16)).sum(axis=0) % 2).astype("u1")
    original = files.ct_slice(
        seed=seed,
        StudyDescription="reader",
        Rows=16,
        Columns=16,
        NumberOfFrames=count,
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
        PixelData=np.packbits(board.ravel(), bitorder="little").tobytes(),
    )
    ingest_data_sets([original])
    for number in range(1, count + 1):
        answer = see(f"{paths(original)[1]}/frames/{number}")
        assert answer.status_code == 200, answer.content
        np.testing.assert_array_equal(np.frombuffer(answer.content, "u1").reshape(16, 16), board[number - 1])
    (row,) = json.loads(see(f"{paths(original)[1]}/metadata").content)
    assert row[tag_of("BitsAllocated")]["Value"] == [8]


def test_uncompressed_422_frames_come_decoded(see, ingest_data_sets, seed):
    """Two frames: Orthanc would cut the first one too long. Grey pixels are the same in RGB."""
    grey = np.stack([np.full((4, 8), 40), np.full((4, 8), 200)]).astype("u1")
    neutral = np.full_like(grey[..., ::2], 128)
    packed = np.stack([grey[..., ::2], grey[..., 1::2], neutral, neutral], axis=-1)
    original = files.ct_slice(
        seed=seed,
        StudyDescription="reader",
        Rows=4,
        Columns=8,
        NumberOfFrames=2,
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=packed.tobytes(),
    )
    ingest_data_sets([original])
    for number in (1, 2):
        content = see(f"{paths(original)[1]}/frames/{number}").content
        assert set(content) == {40 if number == 1 else 200}
        assert len(content) == 4 * 8 * 3


@pytest.fixture
def slice_with_canaries(ingest_data_sets, seed):
    with pydicom.config.disable_value_validation():
        data_set = files.ct_slice(seed=seed, StudyDescription="reader", **CANARIES)
        block = data_set.private_block(0x0009, "CANARY CREATOR", create=True)
        block.add_new(0x01, "LO", "Canary private")
        nested = Dataset()
        nested.PatientName = "Canary^Nested"
        nested.WindowCenter = "7"
        data_set.ReferencedImageSequence = [nested]
        data_set.VOILUTSequence = [nested]
        data_set.add_new(0x60003000, "OW", b"Canary overlay  ")
        ingest_data_sets([data_set])
    return data_set


@pytest.mark.parametrize("what", ["study", "series", "instance"])
def test_metadata_holds_what_a_viewer_needs_and_no_canary(see, slice_with_canaries, what):
    data_set = slice_with_canaries
    series, instance = paths(data_set)
    address = {"study": f"studies/{data_set.StudyInstanceUID}", "series": series, "instance": instance}[what]
    answer = see(f"{address}/metadata")
    assert answer["Content-Type"] == "application/dicom+json"
    text = answer.content.decode()
    for trace in ("anary", "CANARY", "19010203", data_set.PatientID, "localhost", "BulkDataURI"):
        assert trace not in text
    (row,) = json.loads(text)
    assert row["00280030"]["Value"] == [0.5, 0.7]
    assert row["00200032"]["Value"] == [-10, -20, 1]
    assert row["00100020"] == {"vr": "LO"}
    assert row["00283010"]["Value"] == [{"00281050": {"Value": [7], "vr": "DS"}}]


def test_searches_hold_no_canary_and_point_to_the_portal(see, slice_with_canaries):
    data_set = slice_with_canaries
    series, _ = paths(data_set)
    for address in ("studies", f"studies/{data_set.StudyInstanceUID}/series", f"{series}/instances"):
        answer = see(address)
        (row,) = answer.json()
        assert "anary" not in answer.content.decode()
        assert "19010203" not in answer.content.decode()
        assert row["0020000D"]["Value"] == [data_set.StudyInstanceUID]
        assert row["00081190"]["Value"][0].startswith(f"{django_settings.PUBLIC_URL}/dicomweb/studies/")


def test_only_who_lists_imaging_studies_is_told_whose_they_are(see, reader, slice_with_canaries):
    key = Instance.objects.get().series.imaging_study.patient.patient_key
    address = f"studies?PatientID={key}"
    refused = see(address)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unsupported")
    assert key not in see("studies").content.decode()
    reader.may_create_reader_studies = True
    reader.save()
    (row,) = see(address).json()
    assert row["00100020"]["Value"] == [key]


def test_palette_tables_come_inline(see, ingest_data_sets, seed):
    original = files.renamed(files.packaged("examples_palette.dcm"), seed)
    original.StudyDescription = "reader"
    ingest_data_sets([original])
    row = see(f"{paths(original)[1]}/metadata").json()[0]
    shown = Dataset.from_json({"00281201": row["00281201"]})
    assert shown.RedPaletteColorLookupTableData == original.RedPaletteColorLookupTableData


def test_metadata_follow_the_mirror(see, ingest_data_sets, gateway, seed):
    slices = [files.ct_slice(seed=seed, slice_number=n, StudyDescription="reader") for n in (3, 1, 2)]
    ingest_data_sets(slices[:2])
    address = f"{paths(slices[0])[0]}/metadata"
    first = see(address)
    assert [row["00200013"]["Value"] for row in first.json()] == [[1], [3]]
    assert see(address, If_None_Match=first["ETag"]).status_code == 304
    gateway.upload_instance(files.to_bytes(slices[2]))
    assert see(address).content == first.content
    ingest_data_sets(slices[2:])
    second = see(address, If_None_Match=first["ETag"])
    assert [row["00200013"]["Value"] for row in second.json()] == [[1], [2], [3]]


def test_frames_are_private_immutable_and_answer_304(see, slice_with_canaries):
    address = f"{paths(slice_with_canaries)[1]}/frames/1"
    answer = see(address)
    assert answer.content == slice_with_canaries.PixelData
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert not answer.streaming
    again = see(address, If_None_Match=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert see(address, Accept=MULTIPART, If_None_Match=answer["ETag"]).status_code == 200


def test_multipart_when_asked_for(see, ingest_data_sets, seed):
    original = files.renamed(files.packaged("SC_rgb_rle_2frame.dcm"), seed)
    original.StudyDescription = "reader"
    ingest_data_sets([original])
    answer = see(f"{paths(original)[1]}/frames/2,1", Accept=MULTIPART)
    boundary = answer["Content-Type"].rsplit("boundary=", 1)[1].encode()
    parts = answer.content.split(b"--" + boundary)[1:-1]
    bodies = [part.split(b"\r\n\r\n", 1)[1][:-2] for part in parts]
    frames = list(pydicom.encaps.generate_frames(original.PixelData, number_of_frames=2))
    assert bodies == [frames[1], frames[0]]
    assert all(b"transfer-syntax=1.2.840.10008.1.2.5" in part for part in parts)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/octet-stream", 200),
        (MULTIPART, 200),
        ("multipart/related; type=application/octet-stream; transfer-syntax=*", 200),
        ('multipart/related; type="application/octet-stream; transfer-syntax=*"', 200),
        ('multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.5', 200),
        ('multipart/related; type="image/jpeg", application/octet-stream', 200),
        # Without a transfer syntax, native little endian is asked for: these frames are RLE.
        ('multipart/related; type="application/octet-stream"', 406),
        ('multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1', 406),
        ("image/jpeg", 406),
    ],
)
def test_accept_decides(see, ingest_data_sets, seed, accept, status):
    original = files.renamed(files.packaged("MR_small_RLE.dcm"), seed)
    original.StudyDescription = "reader"
    ingest_data_sets([original])
    answer = see(f"{paths(original)[1]}/frames/1", Accept=accept)
    assert answer.status_code == status
    if status == 406:
        assert (answer["Content-Type"], answer.json()["code"]) == ("application/problem+json", "not_acceptable")


def every_address(data_set):
    series, instance = paths(data_set)
    study = f"studies/{data_set.StudyInstanceUID}"
    return [
        f"{study}/metadata",
        f"{study}/series",
        f"{series}/metadata",
        f"{series}/instances",
        f"{instance}/metadata",
        f"{instance}/frames/1",
    ]


def test_not_yours_and_not_there_are_the_same_answer(see, ingest_data_sets, seed):
    foreign = files.ct_slice(seed=seed, StudyDescription="somebody else")
    ingest_data_sets([foreign])
    absent = files.ct_slice(seed=seed + "absent")
    assert see("studies").json() == []
    for yours, nowhere in zip(every_address(foreign), every_address(absent), strict=True):
        first, second = see(yours), see(nowhere)
        assert (first.status_code, first.json()["code"]) == (404, "not_found")
        assert first.content == second.content


def test_a_foreign_series_is_not_reached_through_an_own_study(see, ingest_data_sets, seed):
    own = files.ct_slice(seed=seed, StudyDescription="reader")
    foreign = files.ct_slice(seed=seed + "f", StudyDescription="somebody else")
    ingest_data_sets([own, foreign])
    study = f"studies/{own.StudyInstanceUID}"
    assert see(f"{study}/series/{foreign.SeriesInstanceUID}/metadata").status_code == 404
    mixed = f"{study}/series/{own.SeriesInstanceUID}/instances/{foreign.SOPInstanceUID}"
    assert see(f"{mixed}/frames/1").status_code == 404


def test_nobody_gets_in_without_signing_in(client, ingest_data_sets, seed):
    own = files.ct_slice(seed=seed, StudyDescription="reader")
    ingest_data_sets([own])
    for address in ["studies", *every_address(own)]:
        answer = client.get(f"/dicomweb/{address}")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("number", ["2", "999999999", "99999999999999999999"])
def test_frames_beyond_the_last_are_not_there(see, slice_with_canaries, number):
    answer = see(f"{paths(slice_with_canaries)[1]}/frames/{number}")
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    "tail",
    [
        "../../../../system",
        "frames/0",
        "frames/1/rendered",
        "frames/..%2f..%2f",
        "frames/1;x=1",
        "bulk/7fe00010",
        "",
    ],
)
def test_no_trick_reaches_another_route_of_orthanc(see, slice_with_canaries, tail):
    assert see(f"{paths(slice_with_canaries)[1]}/{tail}").status_code == 404


def test_nothing_is_written_through_it(client, reader, slice_with_canaries):
    client.force_login(reader)
    for address in ["studies", *every_address(slice_with_canaries)]:
        for method in (client.post, client.put, client.delete, client.patch):
            assert method(f"/dicomweb/{address}").status_code in (403, 405)


def test_searches_filter_and_page(see, ingest_data_sets, seed):
    slices = [files.ct_slice(seed=seed, slice_number=n, StudyDescription="reader") for n in (1, 2, 3)]
    ingest_data_sets(slices)
    address = f"{paths(slices[0])[0]}/instances"
    numbers = [row["00200013"]["Value"][0] for row in see(f"{address}?limit=1&offset=1").json()]
    assert numbers == [2]
    assert len(see(f"{address}?SOPInstanceUID={slices[2].SOPInstanceUID}").json()) == 1
    assert len(see("studies?ModalitiesInStudy=CT").json()) == 1
    assert see("studies?ModalitiesInStudy=MR").json() == []
    for bad in ("limit=-1", "offset=x", "PatientName=Canary"):
        answer = see(f"studies?{bad}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_orthanc_away_is_said_and_not_a_trace(see, slice_with_canaries, settings):
    from portal.imaging import connection

    settings.ORTHANC_URL = "http://127.0.0.1:1"
    connection._orthanc_of.cache_clear()
    try:
        answer = see(f"{paths(slice_with_canaries)[1]}/frames/1")
    finally:
        connection._orthanc_of.cache_clear()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_the_allow_list_names_real_elements_and_none_that_identifies():
    assert all(len(tag_of(keyword)) == 8 for keyword in KEYWORDS)
    assert KEYWORDS.isdisjoint(CANARIES)
    with pytest.raises(KeyError):
        tag_of("PatientsName")


def test_whole_files_are_not_served(see, slice_with_canaries):
    series, instance = paths(slice_with_canaries)
    for address in (f"studies/{slice_with_canaries.StudyInstanceUID}", series, instance):
        answer = see(address, Accept='multipart/related; type="application/dicom"')
        assert answer.status_code == 404
        assert b"anary" not in BytesIO(answer.content).read()


def test_every_route_has_its_name_in_the_policy():
    from portal.accounts.policy import ROUTES
    from portal.imaging.dicomweb_urls import urlpatterns

    assert {pattern.name for pattern in urlpatterns} <= set(ROUTES)
    assert reverse("dicomweb-studies") == "/dicomweb/studies"

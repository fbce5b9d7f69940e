"""Screening: what is refused, with which reason; and that nothing a file does can hurt."""

import hashlib
import os
import signal
import threading
import time
from io import BytesIO
from pathlib import Path
from random import Random

import pydicom
import pytest
from pydicom.uid import (
    MPEG4HP41,
    DeflatedExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from portal.imaging.screening.inspection import inspect
from portal.imaging.screening.reasons import REASONS, Refusal
from portal.imaging.screening.screener import Screener
from tests.imaging import dicom_files as files


@pytest.fixture(scope="module")
def screener():
    with Screener() as one:
        yield one


@pytest.fixture
def refused(screener, tmp_path):
    """The reason code a content is refused with, or None."""

    def code_of(content: bytes) -> str | None:
        path = tmp_path / "file.dcm"
        path.write_bytes(content)
        try:
            screener.screen(path)
        except Refusal as refusal:
            return refusal.code
        return None

    return code_of


def test_who_is_named_in_a_description_is_left_out(screener, tmp_path):
    path = tmp_path / "slice.dcm"
    texts = {"StudyDescription": "Control PATIENT-one, Roe, Poe", "SeriesDescription": "Thorax of canary, 1 mm"}
    people = {"OperatorsName": ["Roe^Rick", "Poe^Pat"]}
    path.write_bytes(files.to_bytes(files.ct_slice(**texts, **people)))
    found = screener.screen(path)
    assert (found.study_description, found.series_description) == ("Control […], […], […]", "Thorax of […], 1 mm")


def test_identifiers_are_those_of_the_file(screener, tmp_path):
    data_set = files.ct_slice(slice_number=4)
    content = files.to_bytes(data_set)
    path = tmp_path / "slice.dcm"
    path.write_bytes(content)
    found = screener.screen(path)
    assert found.file_sha256 == hashlib.sha256(content).hexdigest()
    assert found.size_bytes == len(content)
    assert found.sop_instance_uid == data_set.SOPInstanceUID
    assert found.series_instance_uid == data_set.SeriesInstanceUID
    assert found.study_instance_uid == data_set.StudyInstanceUID
    assert found.transfer_syntax_uid == "1.2.840.10008.1.2.1"
    assert (found.patient_id, found.study_date, found.modality) == ("PATIENT-one", "2024-02-29", "CT")
    assert (found.series_number, found.instance_number, found.number_of_frames) == (3, 4, 1)
    assert (found.rows, found.columns, found.is_synthetic) == (6, 8, False)


@pytest.mark.parametrize(
    ("name", "transfer_syntax"),
    [
        ("CT_small.dcm", "1.2.840.10008.1.2.1"),
        ("MR_small_implicit.dcm", "1.2.840.10008.1.2"),
        ("MR_small_RLE.dcm", "1.2.840.10008.1.2.5"),
        ("MR_small_jpeg_ls_lossless.dcm", "1.2.840.10008.1.2.4.80"),
        ("MR_small_jp2klossless.dcm", "1.2.840.10008.1.2.4.90"),
        ("SC_rgb_jpeg_gdcm.dcm", "1.2.840.10008.1.2.4.70"),
        ("examples_ybr_color.dcm", "1.2.840.10008.1.2.4.50"),
        ("examples_palette.dcm", "1.2.840.10008.1.2.1"),
        ("MR_small_bigendian.dcm", "1.2.840.10008.1.2.2"),
        ("SC_ybr_full_422_uncompressed.dcm", "1.2.840.10008.1.2.1"),
        ("JPGExtended.dcm", "1.2.840.10008.1.2.4.51"),
    ],
)
def test_images_of_every_supported_transfer_syntax_pass(screener, name, transfer_syntax):
    assert screener.screen(files.packaged(name)).transfer_syntax_uid == transfer_syntax


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("liver_1frame.dcm", "segmentation"),
        ("test-SR.dcm", "structured_report"),
        ("rtplan.dcm", "radiotherapy_object"),
        ("rtdose.dcm", "radiotherapy_object"),
        ("waveform_ecg.dcm", "waveform"),
        ("MR_truncated.dcm", "truncated"),
        ("rtplan_truncated.dcm", "truncated"),
        ("no_meta.dcm", "not_dicom"),
        ("meta_missing_tsyntax.dcm", "transfer_syntax_missing"),
        ("UN_sequence.dcm", "identifier_missing"),
        ("JPEGLSNearLossless_08.dcm", "patient_id_missing"),
        ("MR_small_padded.dcm", "pixel_length_mismatch"),
        ("SC_rgb_jpeg.dcm", "structure_invalid"),
    ],
)
def test_packaged_files_that_are_no_whole_image_are_refused(screener, name, code):
    with pytest.raises(Refusal) as refusal:
        screener.screen(files.packaged(name))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"hello", "not_dicom"),
        (b"\0" * 200, "not_dicom"),
        (b"MZ" + b"\0" * 126 + b"DICM" + b"\0" * 40, "preamble_not_dicom"),
        (b"\x7fELF" + b"\0" * 124 + b"DICM", "preamble_not_dicom"),
        (b"<html>" + b"\0" * 122 + b"DICM", "preamble_not_dicom"),
        (files.part_10(files.nested(17)), "nested_too_deep"),
        (files.part_10(files.nested(48)), "nested_too_deep"),
        (files.part_10(files.nested(5_000)), "nested_too_deep"),
        (files.part_10(files.nested_in_unknown(48)), "nested_too_deep"),
        (files.part_10(files.element(0x00080000, "UN", b"", length=0xFFFFFFF0)), "truncated"),
        (files.part_10(files.element(0x00080018, "UI", b"1.2", length=0xFFF0)), "truncated"),
        (files.part_10(files.element(0x00080018, "ZZ", b"1.2 ")), "structure_invalid"),
        (files.part_10(files.element(0x00080018, "UI", b"1.2 ") * 2), "duplicate_element"),
        (files.part_10(b"\x08\x00\x18"), "truncated"),
        (files.part_10(b"", transfer_syntax_uid=HTJ2KLossless), "identifier_missing"),
        (files.part_10(b"", transfer_syntax_uid=MPEG4HP41), "transfer_syntax_unsupported"),
        (
            files.part_10(files.deflated(b"\0" * 200_000_000), transfer_syntax_uid=DeflatedExplicitVRLittleEndian),
            "deflate_bomb",
        ),
        (
            files.part_10(files.deflated(b"x" * 90)[:-2], transfer_syntax_uid=DeflatedExplicitVRLittleEndian),
            "truncated",
        ),
        (
            files.part_10(b"\xff" * 64, transfer_syntax_uid=DeflatedExplicitVRLittleEndian),
            "structure_invalid",
        ),
    ],
)
def test_hostile_bytes_are_refused_within_two_seconds(refused, content, code):
    began = time.monotonic()
    assert refused(content) == code
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("depth", [1, 16])
def test_nesting_up_to_the_limit_is_judged_by_its_content(refused, depth):
    assert refused(files.part_10(files.nested(depth))) == "identifier_missing"
    assert refused(files.part_10(files.nested_in_unknown(depth))) == "identifier_missing"


def test_more_than_64k_elements_are_refused(refused):
    body = b"".join(files.element(0x00090000 + n, "UN", b"") for n in range(0x10, 0xFFF0))
    body += b"".join(files.element(0x000B0000 + n, "UN", b"") for n in range(0x10, 0x100))
    assert refused(files.part_10(body)) == "too_many_elements"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SeriesInstanceUID": None}, "identifier_missing"),
        ({"StudyInstanceUID": "../../../../etc/passwd"}, "identifier_invalid"),
        ({"SeriesInstanceUID": "1..2"}, "identifier_invalid"),
        ({"SeriesInstanceUID": "1." + "2" * 63}, "identifier_invalid"),
        ({"PatientID": ""}, "patient_id_missing"),
        ({"PatientID": None}, "patient_id_missing"),
        ({"Rows": 65535, "Columns": 65535}, "image_too_large"),
        ({"Rows": 0}, "pixel_description_invalid"),
        ({"Rows": 7}, "pixel_length_mismatch"),
        ({"SamplesPerPixel": 65535}, "pixel_description_invalid"),
        ({"SamplesPerPixel": 3}, "photometric_unsupported"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}, "pixel_length_mismatch"),
        ({"PhotometricInterpretation": "RGB"}, "photometric_unsupported"),
        ({"PhotometricInterpretation": "CMYK"}, "photometric_unsupported"),
        ({"PhotometricInterpretation": None}, "photometric_unsupported"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "palette_missing"),
        ({"HighBit": 15}, "pixel_description_invalid"),
        ({"HighBit": None}, None),
        ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}, "pixel_length_mismatch"),
        ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "PixelData": b"\x55" * 6}, None),
        ({"BitsAllocated": 12}, "pixel_description_invalid"),
        ({"BitsStored": 17}, "pixel_description_invalid"),
        ({"NumberOfFrames": "2000000000"}, "pixel_length_mismatch"),
        ({"NumberOfFrames": "0"}, "pixel_description_invalid"),
        ({"PixelData": None}, "pixels_missing"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"}, "encapsulated_document"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.59"}, "key_object_selection"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.1"}, "presentation_state"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.481.3"}, "radiotherapy_object"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.30"}, "parametric_map"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.77.1.1.1"}, "video"),
        ({"SOPClassUID": "1.2.826.0.1.3680043.9.1"}, "sop_class_unknown"),
        ({"SOPClassUID": "1.2.840.10008.1.1"}, "sop_class_unknown"),
        # Not refused: RT images and enhanced ultrasound volumes are images; an empty date is none.
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.481.1"}, None),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.2"}, None),
        ({"StudyDate": ""}, None),
    ],
)
def test_one_element_decides(refused, changes, code):
    with pydicom.config.disable_value_validation():
        content = files.to_bytes(files.ct_slice(**changes))
    assert refused(content) == code


def test_encapsulated_frames_need_as_many_fragments(refused):
    data_set = pydicom.dcmread(files.packaged("MR_small_jp2klossless.dcm"))
    data_set.NumberOfFrames = 2_000_000_000
    assert refused(files.to_bytes(data_set)) == "frame_count_mismatch"


def test_native_pixels_labelled_as_jpeg_2000_are_refused(refused):
    body = files.data_set_bytes(files.ct_slice())
    assert refused(files.part_10(body, transfer_syntax_uid=JPEG2000Lossless)) == "pixel_length_mismatch"


def test_every_truncation_of_a_whole_file_is_refused(refused):
    content = files.to_bytes(files.ct_slice())
    for length in range(0, len(content), 7):
        assert refused(content[:length]) is not None, length


def test_a_deflated_slice_passes(screener, tmp_path):
    body = files.data_set_bytes(files.ct_slice())
    path = tmp_path / "deflated.dcm"
    path.write_bytes(files.part_10(files.deflated(body), transfer_syntax_uid=DeflatedExplicitVRLittleEndian))
    assert screener.screen(path).transfer_syntax_uid == DeflatedExplicitVRLittleEndian


def test_implicit_sequences_are_followed_by_the_dictionary(refused):
    data_set = files.ct_slice()
    data_set.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data_set.ReferencedImageSequence = [files.ct_slice(PixelData=None)]
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, data_set, implicit_vr=True, little_endian=True, enforce_file_format=True)
    assert refused(buffer.getvalue()) is None


def test_control_characters_do_not_reach_the_mirror(screener, tmp_path):
    path = tmp_path / "script.dcm"
    with pydicom.config.disable_value_validation():
        path.write_bytes(files.to_bytes(files.ct_slice(SeriesDescription="a\x00b\x1b[31m" + "x" * 200)))
    found = screener.screen(path)
    assert found.series_description.startswith("a b [31m")
    assert len(found.series_description) == 64


def test_synthetic_data_are_known_by_their_dicom_element(screener, tmp_path):
    path = tmp_path / "synthetic.dcm"
    path.write_bytes(files.to_bytes(files.ct_slice(SyntheticData="YES")))
    assert screener.screen(path).is_synthetic


def test_a_missing_file_is_refused_not_raised(screener, tmp_path):
    with pytest.raises(Refusal) as refusal:
        screener.screen(tmp_path / "nowhere.dcm")
    assert refusal.value.code == "unreadable"


def test_a_file_that_kills_the_child_is_refused_and_the_next_gets_a_new_child(tmp_path):
    fifo = tmp_path / "deadly"
    os.mkfifo(fifo)
    with Screener() as screener:
        screener.screen(files.packaged("CT_small.dcm"))
        first = screener._child
        assert first is not None
        killer = threading.Timer(0.3, os.kill, (first.pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(Refusal) as refusal:
            screener.screen(fifo)
        assert refusal.value.code == "screening_crashed"
        assert screener.screen(files.packaged("CT_small.dcm")).rows == 128


def test_a_child_that_died_while_idle_costs_no_file(tmp_path):
    with Screener() as screener:
        screener.screen(files.packaged("CT_small.dcm"))
        assert screener._child is not None
        os.kill(screener._child.pid, signal.SIGKILL)
        screener._child.wait()
        assert screener.screen(files.packaged("CT_small.dcm")).rows == 128


def test_a_child_that_hangs_is_refused_by_the_clock(tmp_path):
    fifo = tmp_path / "never"
    os.mkfifo(fifo)
    with Screener(wall_seconds=0.5) as screener:
        screener.screen(files.packaged("CT_small.dcm"))
        with pytest.raises(Refusal) as refusal:
            screener.screen(fifo)
        assert refusal.value.code == "screening_timeout"
        assert screener.screen(files.packaged("CT_small.dcm")).rows == 128


def test_the_child_cannot_take_more_than_a_gigabyte(tmp_path):
    with Screener() as screener:
        screener.screen(files.packaged("CT_small.dcm"))
        assert screener._child is not None
        limits = Path(f"/proc/{screener._child.pid}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split() for line in limits.splitlines()}
    assert rows["Max address space"][:2] == [str(1024**3)] * 2
    assert rows["Max file size"][:2] == ["0", "0"]
    assert int(rows["Max cpu time"][0]) < 60


def damaged(content: bytes, random: Random) -> bytes:
    """Change, drop or insert a few bytes behind the preamble."""
    result = bytearray(content)
    for _ in range(random.choice([1, 2, 5, 20])):
        place = random.randrange(132, min(3000, len(result) - 8))
        kind = random.random()
        if kind < 0.6:
            result[place] = random.choice([0, 0x7F, 0xFE, 0xFF, random.randrange(256)])
        elif kind < 0.8:
            del result[place : place + random.randrange(1, 9)]
        else:
            result[place:place] = random.randbytes(random.randrange(1, 9))
    return bytes(result)


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "MR_small_implicit.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "test-SR.dcm"]
)
def test_a_damaged_file_passes_or_is_refused_and_never_fails_otherwise(tmp_path, name):
    whole, random = files.packaged(name).read_bytes(), Random(name)
    path = tmp_path / "damaged.dcm"
    outcomes = set()
    for _ in range(250):
        path.write_bytes(damaged(whole, random))
        try:
            outcomes.add(inspect(path).modality)
        except Refusal as refusal:
            outcomes.add(refusal.code)
    assert {"structure_invalid", "truncated"} <= outcomes


def test_every_reason_is_one_full_sentence():
    assert all(text.endswith(".") and text[0].isupper() for text in REASONS.values())

"""DICOM files for tests: whole ones, and the ways a file can be broken or hostile."""

import struct
import zlib
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

PACKAGED = Path(pydicom.__file__).parent / "data" / "test_files"
PRIVATE_SEQUENCE = 0x00091002


def packaged(name: str) -> Path:
    """A file that ships inside the pydicom wheel."""
    return PACKAGED / name


def larger(name: str) -> Path:
    """A file of the pydicom-data wheel."""
    pytest.importorskip("data_store", reason="the development package pydicom-data is not installed")
    import data_store

    return Path(next(iter(data_store.__path__))) / "data" / name


def ct_slice(*, seed: str = "one", slice_number: int = 1, **changes: Any) -> Dataset:
    """A whole small CT slice with pixels of its own; `changes` set elements by keyword, None removes one."""
    data_set = Dataset()
    data_set.file_meta = FileMetaDataset()
    data_set.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data_set.SOPClassUID = CTImageStorage
    data_set.SOPInstanceUID = generate_uid(entropy_srcs=[seed, "instance", str(slice_number)])
    data_set.SeriesInstanceUID = generate_uid(entropy_srcs=[seed, "series"])
    data_set.StudyInstanceUID = generate_uid(entropy_srcs=[seed, "study"])
    data_set.PatientID = f"PATIENT-{seed}"
    data_set.PatientName = "Canary^Patient"
    data_set.StudyDate = "20240229"
    data_set.StudyDescription = "Chest"
    data_set.SeriesDescription = "Lung"
    data_set.Modality = "CT"
    data_set.SeriesNumber = 3
    data_set.InstanceNumber = slice_number
    data_set.ImagePositionPatient = [-10, -20, float(slice_number)]
    data_set.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data_set.PixelSpacing = [0.5, 0.7]
    data_set.Rows, data_set.Columns = 6, 8
    data_set.SamplesPerPixel = 1
    data_set.PhotometricInterpretation = "MONOCHROME2"
    data_set.BitsAllocated, data_set.BitsStored, data_set.HighBit = 16, 12, 11
    data_set.PixelRepresentation = 0
    data_set.PixelData = (np.arange(48, dtype="<u2") + slice_number).tobytes()
    for keyword, value in changes.items():
        if value is None:
            delattr(data_set, keyword)
        else:
            setattr(data_set, keyword, value)
    return data_set


def renamed(path: Path, seed: str) -> Dataset:
    """A file with identifiers of its own: several packaged files share theirs."""
    data_set = pydicom.dcmread(path)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(data_set, keyword, generate_uid(entropy_srcs=[seed, path.name, keyword]))
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    data_set.PatientID = f"PATIENT-{seed}"
    return data_set


def to_bytes(data_set: Dataset) -> bytes:
    """The data set as a Part 10 file."""
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, data_set, enforce_file_format=True)
    return buffer.getvalue()


def part_10(body: bytes, *, transfer_syntax_uid: str = ExplicitVRLittleEndian) -> bytes:
    """A Part 10 file around a data set that no library would write."""
    head = to_bytes(ct_slice())
    meta = pydicom.dcmread(BytesIO(head)).file_meta
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    buffer = DicomBytesIO(b"\0" * 128 + b"DICM")
    buffer.seek(0, SEEK_END)
    pydicom.filewriter.write_file_meta_info(buffer, meta)
    return buffer.getvalue() + body


def element(tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    """One explicit little endian element, with any length it likes to claim."""
    size = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return head + b"\0\0" + struct.pack("<I", size) + value
    return head + struct.pack("<H", size) + value


def nested(depth: int) -> bytes:
    """A data set with sequences nested `depth` deep, of undefined length."""
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    item_end = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    sequence_end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    body = b""
    for _ in range(depth):
        body = element(0x00081140, "SQ", item + body + item_end + sequence_end, length=0xFFFFFFFF)
    return body


def nested_in_unknown(depth: int) -> bytes:
    """The same nesting hidden in UN values of defined length, implicit inside."""
    body = struct.pack("<HHI", 0x0008, 0x0100, 0)
    for _ in range(depth):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, len(body)) + body
        body = struct.pack("<HHI", PRIVATE_SEQUENCE >> 16, PRIVATE_SEQUENCE & 0xFFFF, len(item)) + item
    return element(PRIVATE_SEQUENCE, "UN", body[8:])


def deflated(content: bytes) -> bytes:
    """Raw deflate, as PS3.5 A.5 wants it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def data_set_bytes(data_set: Dataset) -> bytes:
    """The data set alone, explicit little endian, without the Part 10 header."""
    whole = to_bytes(data_set)
    meta_length = pydicom.dcmread(BytesIO(whole)).file_meta.FileMetaInformationGroupLength
    # Preamble 128, prefix 4, the group length element itself 12.
    return whole[128 + 4 + 12 + meta_length :]

"""Judge one file: what it is, whether it is whole, and what the mirror needs to know of it.

Runs in the screening child only (see `child`): it reads bytes that nobody has looked at before.
"""

import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from portal.imaging.header_facts import IDENTIFIERS, NAMES, NAMING, NAMING_ITEMS, naming_words, without_names
from portal.imaging.screening import digests, kinds, pixels, structure
from portal.imaging.screening.reasons import Refusal

MAX_FILE_BYTES = 4 * 1024**3
MAX_INFLATED_BYTES = 256 * 1024**2
MAX_INFLATION_RATIO = 100
# Three component groups of 64 and the signs between them, PS3.5 6.2.
_PERSON_NAME_CHARACTERS = 194
_HEADER_BYTES = 132
_WINDOW_BYTES = 65_536
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# First bytes of programs and documents that some systems would open instead of the DICOM file behind them.
_FOREIGN_PREAMBLES = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"%PDF",
    b"PK\x03\x04",
    b"<",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
)

_WANTED = (
    "SpecificCharacterSet",
    "SyntheticData",
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "PatientID",
    "IssuerOfPatientID",
    "StudyDate",
    "StudyDescription",
    "SeriesDescription",
    "Modality",
    "BodyPartExamined",
    "SeriesNumber",
    "InstanceNumber",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What the mirror keeps of an instance; names follow DICOM keywords."""

    file_sha256: str
    # Over the values of the data set without the file's header: C-STORE rewrites the header.
    content_sha256: str
    size_bytes: int
    transfer_syntax_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    patient_id: str
    issuer_of_patient_id: str
    study_date: str | None
    study_description: str
    series_description: str
    modality: str
    body_part: str
    series_number: int | None
    instance_number: int | None
    number_of_frames: int
    rows: int
    columns: int
    is_synthetic: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the pipe between child and parent."""
        return asdict(self)


class _FileBytes:
    """A file read through a small window, so that a 4 GB instance costs 64 kB."""

    def __init__(self, stream: BinaryIO) -> None:
        self._descriptor = stream.fileno()
        self.size = os.fstat(self._descriptor).st_size
        self._window_start = 0
        self._window = b""

    def read(self, offset: int, length: int) -> bytes:
        start = offset - self._window_start
        if not 0 <= start <= start + length <= len(self._window):
            self._window = os.pread(self._descriptor, max(length, _WINDOW_BYTES), offset)
            self._window_start, start = offset, 0
        return self._window[start : start + length]


class _MemoryBytes:
    """An inflated data set."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose structure has been followed to its end."""

    source: _FileBytes
    body: structure.ByteSource
    elements: dict[int, structure.Element]
    data_set: Dataset
    transfer_syntax_uid: str

    @property
    def sop_class_uid(self) -> str:
        """What kind of object it is."""
        return _uid(self.data_set, "SOPClassUID")

    def uids(self) -> dict[str, str]:
        """Its own UID and that of its study, by keyword."""
        return {keyword: _uid(self.data_set, keyword) for keyword in ("SOPInstanceUID", "StudyInstanceUID")}

    def checked_image(self) -> pixels.Image:
        """Return the description of its pixels, which are there and as long as it says."""
        image = _image(self.data_set)
        pixels.check(image, self.elements, is_native=kinds.TRANSFER_SYNTAXES[self.transfer_syntax_uid])
        return image


def inspect(path: Path) -> Identifiers:
    """Read one file from disk and return its identifiers.

    Raises
    ------
    Refusal
        With the code of the first rule the file breaks.
    """
    with path.open("rb") as stream:
        opened = open_part_10(stream)
        kinds.check_sop_class(opened.sop_class_uid)
        image = opened.checked_image()
        return Identifiers(
            file_sha256=digests.file_sha256(opened.source),
            content_sha256=digests.content_sha256(opened.body, opened.elements),
            size_bytes=opened.source.size,
            transfer_syntax_uid=opened.transfer_syntax_uid,
            number_of_frames=image.number_of_frames,
            rows=image.rows,
            columns=image.columns,
            **_identifying_values(opened.data_set),
        )


def open_part_10(stream: BinaryIO, *, most_elements: int = structure.MAX_ELEMENTS) -> Opened:
    """Follow a file to its end, whatever kind of object it is; raises `Refusal`."""
    source = _FileBytes(stream)
    _check_part_10(source)
    meta, data_set_offset = _file_meta(source)
    transfer_syntax_uid = _text(meta, "TransferSyntaxUID")
    if not transfer_syntax_uid:
        raise Refusal("transfer_syntax_missing")
    if _text(meta, "MediaStorageSOPClassUID") == "1.2.840.10008.1.3.10":
        raise Refusal("dicomdir")
    kinds.check_transfer_syntax(transfer_syntax_uid)
    body, elements, data_set = _data_set(stream, source, data_set_offset, transfer_syntax_uid, most_elements)
    return Opened(source, body, elements, data_set, transfer_syntax_uid)


def _check_part_10(source: _FileBytes) -> None:
    if source.size == 0:
        raise Refusal("empty_file")
    if source.size > MAX_FILE_BYTES:
        raise Refusal("file_too_large")
    head = source.read(0, _HEADER_BYTES)
    if head[128:] != b"DICM":
        raise Refusal("not_dicom")
    if head.lstrip().startswith(_FOREIGN_PREAMBLES):
        raise Refusal("preamble_not_dicom")


def _file_meta(source: _FileBytes) -> tuple[FileMetaDataset, int]:
    """Group 0002, which is explicit little endian whatever follows it (PS3.10 7.1)."""
    end = structure.end_of_group(source, _HEADER_BYTES, group=0x0002)
    content = BytesIO(source.read(_HEADER_BYTES, end - _HEADER_BYTES))
    return FileMetaDataset(read_dataset(content, is_implicit_VR=False, is_little_endian=True)), end


def _data_set(
    stream: BinaryIO, source: _FileBytes, offset: int, transfer_syntax_uid: str, most_elements: int
) -> tuple[structure.ByteSource, dict[int, structure.Element], Dataset]:
    if transfer_syntax_uid == DeflatedExplicitVRLittleEndian:
        content = _inflate(stream, offset)
        body: structure.ByteSource = _MemoryBytes(content)
        elements = structure.walk(body, 0, implicit=False, most_elements=most_elements)
        readable: BinaryIO = BytesIO(content)
    else:
        body = source
        elements = structure.walk(
            source,
            offset,
            implicit=transfer_syntax_uid == ImplicitVRLittleEndian,
            big_endian=transfer_syntax_uid == ExplicitVRBigEndian,
            most_elements=most_elements,
        )
        stream.seek(offset)
        readable = stream
    return body, elements, _wanted_values(readable, transfer_syntax_uid)


def _wanted_values(readable: BinaryIO, transfer_syntax_uid: str) -> Dataset:
    def is_pixel_data(tag: int, vr: str | None, length: int) -> bool:
        return tag == structure.PIXEL_DATA

    try:
        return read_dataset(
            readable,
            is_implicit_VR=transfer_syntax_uid == ImplicitVRLittleEndian,
            is_little_endian=transfer_syntax_uid != ExplicitVRBigEndian,
            stop_when=is_pixel_data,
            specific_tags=[pydicom.tag.Tag(keyword) for keyword in (*_WANTED, *NAMING)],
        )
    except (EOFError, ValueError, NotImplementedError, KeyError) as error:
        raise Refusal("structure_invalid") from error


def _inflate(stream: BinaryIO, offset: int) -> bytes:
    """Unpack a deflated data set, never further than the limits."""
    stream.seek(offset)
    packed = stream.read(MAX_INFLATED_BYTES)
    limit = min(MAX_INFLATED_BYTES, MAX_INFLATION_RATIO * len(packed))
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, limit + 1)
    except zlib.error as error:
        raise Refusal("structure_invalid") from error
    if len(content) > limit:
        raise Refusal("deflate_bomb")
    if not inflater.eof:
        raise Refusal("truncated")
    return content


def _image(data_set: Dataset) -> pixels.Image:
    frames = _integer(data_set, "NumberOfFrames")
    return pixels.Image(
        rows=_integer(data_set, "Rows") or 0,
        columns=_integer(data_set, "Columns") or 0,
        samples_per_pixel=_integer(data_set, "SamplesPerPixel") or 0,
        bits_allocated=_integer(data_set, "BitsAllocated") or 0,
        bits_stored=_integer(data_set, "BitsStored") or 0,
        high_bit=_integer(data_set, "HighBit"),
        number_of_frames=1 if frames is None else frames,
        photometric_interpretation=_text(data_set, "PhotometricInterpretation"),
    )


def _identifying_values(data_set: Dataset) -> dict[str, Any]:
    patient_id = _text(data_set, "PatientID")
    if not patient_id:
        raise Refusal("patient_id_missing")
    # Descriptions are shown to those who choose cases, and somebody may have typed a name into one.
    naming = naming_words(_naming_values(data_set, NAMES), _naming_values(data_set, IDENTIFIERS))
    return {
        "sop_class_uid": _uid(data_set, "SOPClassUID"),
        "sop_instance_uid": _uid(data_set, "SOPInstanceUID"),
        "series_instance_uid": _uid(data_set, "SeriesInstanceUID"),
        "study_instance_uid": _uid(data_set, "StudyInstanceUID"),
        "patient_id": patient_id,
        "issuer_of_patient_id": _text(data_set, "IssuerOfPatientID"),
        "study_date": _date(data_set, "StudyDate"),
        "study_description": without_names(_text(data_set, "StudyDescription"), naming)[:64],
        "series_description": without_names(_text(data_set, "SeriesDescription"), naming)[:64],
        "modality": _text(data_set, "Modality")[:16],
        "body_part": _text(data_set, "BodyPartExamined")[:16],
        "series_number": _integer(data_set, "SeriesNumber"),
        "instance_number": _integer(data_set, "InstanceNumber"),
        "is_synthetic": _text(data_set, "SyntheticData") == "YES",
    }


def _value(data_set: Dataset, keyword: str) -> Any:
    try:
        return data_set.get(keyword)
    except (ValueError, TypeError, NotImplementedError, LookupError) as error:
        raise Refusal("value_invalid") from error


def _text(data_set: Dataset, keyword: str) -> str:
    """A text without control characters (PostgreSQL stores no NUL), at most 64 characters as LO allows."""
    value = _value(data_set, keyword)
    return "" if value is None else _plain(value)


def _texts(data_set: Dataset, keyword: str) -> list[str]:
    """The values of an element that may have several."""
    value = _value(data_set, keyword)
    values = value if isinstance(value, MultiValue) else [value]
    return [_plain(one, _PERSON_NAME_CHARACTERS) for one in values if one is not None]


def _naming_values(data_set: Dataset, keywords: Sequence[str]) -> list[str]:
    """The values of elements, also within the items of the sequences that name somebody."""
    found = [text for keyword in keywords for text in _texts(data_set, keyword)]
    for keyword in NAMING_ITEMS:
        items = _value(data_set, keyword)
        for item in items if isinstance(items, Sequence) else ():
            found += _naming_values(item, keywords) if isinstance(item, Dataset) else []
    return found


def _plain(value: Any, most: int = 64) -> str:
    return _CONTROL.sub(" ", str(value)).strip()[:most]


def _uid(data_set: Dataset, keyword: str) -> str:
    value = _value(data_set, keyword)
    if value is None or not str(value):
        raise Refusal("identifier_missing")
    text = str(value)
    if len(text) > 64 or not _UID.fullmatch(text):
        raise Refusal("identifier_invalid")
    return text


def _integer(data_set: Dataset, keyword: str) -> int | None:
    value = _value(data_set, keyword)
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise Refusal("value_invalid") from error
    if not -(2**31) <= number < 2**31:
        raise Refusal("value_invalid")
    return number


def _date(data_set: Dataset, keyword: str) -> str | None:
    """An ISO date, or None when the file has none or one that no calendar has."""
    text = _text(data_set, keyword).replace(".", "")
    try:
        return datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007  a DA has no time zone
    except ValueError:
        return None

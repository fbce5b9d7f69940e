"""DICOM JSON for viewers: QIDO-RS rows from the mirror, WADO-RS metadata from Orthanc, cleaned. No HTTP."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from portal.imaging import palettes
from portal.imaging.media_types import EXPLICIT_LITTLE_ENDIAN
from portal.imaging.models import ImagingStudy, Instance, Series
from portal.imaging.reader_tags import (
    ALLOWED_TAGS,
    CHECKED_WORDING_TAGS,
    CODE_VALUE_TAG,
    is_known_wording,
    is_view_code,
    tag_of,
)
from portal.imaging.suv import suv_elements

DicomJson = dict[str, Any]
# Gives the raw value of an element by its path, in little endian.
ReadElement = Callable[[str], bytes]


def attribute(vr: str, *values: Any) -> DicomJson:
    """One DICOM JSON attribute; an absent value makes it empty, as PS3.18 F.2.5 wants."""
    present = [value for value in values if value not in (None, "")]
    return {"vr": vr, "Value": present} if present else {"vr": vr}


def _named(attributes: dict[str, DicomJson]) -> DicomJson:
    return {tag_of(keyword): value for keyword, value in attributes.items()}


def study_row(study: ImagingStudy, base_url: str, *, names_patient: bool) -> DicomJson:
    """An imaging study in a QIDO-RS answer: without dates, and without the pseudonym for those who only read."""
    return _named(
        {
            "SpecificCharacterSet": attribute("CS", "ISO_IR 192"),
            "ModalitiesInStudy": attribute("CS", *study.modalities),
            "RetrieveURL": attribute("UR", f"{base_url}/studies/{study.study_instance_uid}"),
            "PatientID": attribute("LO", study.patient.patient_key if names_patient else None),
            "StudyInstanceUID": attribute("UI", study.study_instance_uid),
            "NumberOfStudyRelatedSeries": attribute("IS", study.number_of_series),
            "NumberOfStudyRelatedInstances": attribute("IS", study.number_of_instances),
        }
    )


def series_row(series: Series, base_url: str) -> DicomJson:
    """A series in a QIDO-RS answer."""
    study_uid = series.imaging_study.study_instance_uid
    url = f"{base_url}/studies/{study_uid}/series/{series.series_instance_uid}"
    return _named(
        {
            "SpecificCharacterSet": attribute("CS", "ISO_IR 192"),
            "Modality": attribute("CS", series.modality),
            "RetrieveURL": attribute("UR", url),
            "StudyInstanceUID": attribute("UI", study_uid),
            "SeriesInstanceUID": attribute("UI", series.series_instance_uid),
            "SeriesNumber": attribute("IS", series.series_number),
            "NumberOfSeriesRelatedInstances": attribute("IS", series.number_of_instances),
        }
    )


def instance_row(instance: Instance, series: Series, base_url: str) -> DicomJson:
    """An instance in a QIDO-RS answer."""
    study_uid = series.imaging_study.study_instance_uid
    url = f"{base_url}/studies/{study_uid}/series/{series.series_instance_uid}"
    return _named(
        {
            "SpecificCharacterSet": attribute("CS", "ISO_IR 192"),
            "SOPClassUID": attribute("UI", instance.sop_class_uid),
            "SOPInstanceUID": attribute("UI", instance.sop_instance_uid),
            "AvailableTransferSyntaxUID": attribute("UI", instance.transfer_syntax_uid),
            "RetrieveURL": attribute("UR", f"{url}/instances/{instance.sop_instance_uid}"),
            "StudyInstanceUID": attribute("UI", study_uid),
            "SeriesInstanceUID": attribute("UI", series.series_instance_uid),
            "InstanceNumber": attribute("IS", instance.instance_number),
            "NumberOfFrames": attribute("IS", instance.number_of_frames),
            "Rows": attribute("US", instance.rows),
            "Columns": attribute("US", instance.columns),
        }
    )


def cleaned_metadata(row: DicomJson, instance: Instance, read: ReadElement) -> DicomJson:
    """One instance's metadata as a viewer may see it: allowed elements, tables inline.

    PatientID is there, as PS3.3 C.7.1.1 wants, and empty: with a pseudonym a reader could tell which cases are one
    patient's.
    """
    clean = _allowed(row, (), read) | suv_elements(row) | _plain_palette(row, read)
    clean[tag_of("SpecificCharacterSet")] = attribute("CS", "ISO_IR 192")
    clean[tag_of("PatientID")] = attribute("LO")
    clean[tag_of("AvailableTransferSyntaxUID")] = attribute("UI", instance.transfer_syntax_uid)
    return dict(sorted(clean.items()))


_TEXT_OF_PIXELS = frozenset({"PhotometricInterpretation"})


def described_pixels(description: Mapping[str, str | int]) -> DicomJson:
    """The elements that describe decoded frames: native, little endian, RGB by pixel."""
    elements = {
        keyword: attribute("CS" if keyword in _TEXT_OF_PIXELS else "US", value)
        for keyword, value in description.items()
    }
    return _named(elements | {"AvailableTransferSyntaxUID": attribute("UI", EXPLICIT_LITTLE_ENDIAN)})


def _allowed(row: DicomJson, path: Sequence[str], read: ReadElement) -> DicomJson:
    clean: DicomJson = {}
    for tag, element in row.items():
        if tag not in ALLOWED_TAGS or not _is_harmless(tag, element):
            continue
        here = (*path, f"{tag[:4]}-{tag[4:]}")
        if element.get("vr") == "SQ":
            items = [_allowed(item, (*here, str(index)), read) for index, item in enumerate(element.get("Value", ()))]
            clean[tag] = {"vr": "SQ", "Value": items}
        elif "BulkDataURI" in element:
            # Orthanc's address leads nowhere from a browser; what is allowed and binary is a lookup table.
            inline = base64.b64encode(read("/".join(here))).decode("ascii")
            clean[tag] = {"vr": element["vr"], "InlineBinary": inline}
        else:
            clean[tag] = element
    return clean


def _plain_palette(row: DicomJson, read: ReadElement) -> DicomJson:
    if not palettes.is_segmented(row):
        return {}
    tags = {colour: palettes.segmented_tag(colour) for colour in ("Red", "Green", "Blue")}
    segments = {colour: read(f"{tag[:4]}-{tag[4:]}") for colour, tag in tags.items()}
    try:
        return palettes.written_out(row, segments)
    except ValueError:
        # The viewer says that the palette is damaged and shows no colours.
        return {}


def _is_harmless(tag: str, element: DicomJson) -> bool:
    """Free text that names a window passes only in words that are known to name windows, a code only if of a view."""
    if tag == CODE_VALUE_TAG:
        return all(is_view_code(value) for value in element.get("Value", ()))
    return tag not in CHECKED_WORDING_TAGS or all(is_known_wording(value) for value in element.get("Value", ()))


def multipart_related(parts: Iterable[bytes], part_type: str, boundary: str) -> bytes:
    """A multipart/related body (PS3.18 8.6.1.2) of parts that all have one media type."""
    body = bytearray()
    for part in parts:
        body += f"--{boundary}\r\nContent-Type: {part_type}\r\nContent-Length: {len(part)}\r\n\r\n".encode("ascii")
        body += part + b"\r\n"
    body += f"--{boundary}--\r\n".encode("ascii")
    return bytes(body)

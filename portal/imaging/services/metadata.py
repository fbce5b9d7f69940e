"""Metadata of a series for viewers, cleaned once and kept on disk."""

import json
import logging
import os
import tempfile
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path

from django.conf import settings

from portal.errors import NotFound, PortalError, Unavailable
from portal.imaging.dicomweb import DicomJson, ReadElement, cleaned_metadata, described_pixels
from portal.imaging.frame_places import Places, frame_places
from portal.imaging.frames.decoding import DecodedFrame, FrameUndecodable, decoded_frame
from portal.imaging.implicit_tables import implicit_tables
from portal.imaging.media_types import DECODED_HERE, EXPLICIT_LITTLE_ENDIAN, shown_transfer_syntax
from portal.imaging.models import Instance, Series
from portal.imaging.orthanc import NotInOrthanc, Orthanc, OrthancError
from portal.imaging.reader_tags import tag_of

logger = logging.getLogger(__name__)


class PixelsUndecodable(PortalError):
    """No decoder reads the pixels of an image."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "pixels_undecodable"


_IMPLICIT_VR = "1.2.840.10008.1.2"
# Raise it when the form of the metadata or of the planes beside it changes: files of other versions are not used.
_VERSION = 6


def series_metadata(series: Series, gateway: Orthanc) -> bytes:
    """DICOM JSON of the mirrored instances of a series, in the order of their numbers.

    Instances are immutable, so the kept file is right as long as their number is.
    """
    kept = _kept(series)
    try:
        return kept.read_bytes()
    except FileNotFoundError:
        rows = _cleaned(series, gateway)
        content = json.dumps(rows, separators=(",", ":")).encode()
        _keep(_places_file(kept), json.dumps(frame_places(rows), separators=(",", ":")).encode())
        _keep(kept, content)
        return content


def series_rows(series: Series, gateway: Orthanc) -> list[DicomJson]:
    """The same, one DICOM JSON object an instance."""
    rows: list[DicomJson] = json.loads(series_metadata(series, gateway))
    return rows


def kept_places(series: Series) -> Places:
    """The planes of the frames of a series whose metadata is kept here, else nothing: Orthanc is never asked.

    A small file of its own and kept in memory, since every save of a read asks for it. No fault of a cache keeps a
    read from being saved: it is noted, and the planes count as unknown.
    """
    try:
        return _places_in(_places_file(_kept(series)))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("the planes of series %s cannot be read: %s", series.pk, type(error).__name__)
        return {}


@lru_cache(maxsize=8)
def _places_in(path: Path) -> Places:
    places: Places = json.loads(path.read_bytes())
    return places


def _places_file(kept: Path) -> Path:
    return kept.with_suffix(".places.json")


def instance_metadata(instance: Instance, series: Series, gateway: Orthanc) -> bytes:
    """DICOM JSON of one instance, as a list of one."""
    study_uid = series.imaging_study.study_instance_uid
    try:
        row = gateway.instance_metadata(study_uid, series.series_instance_uid, instance.sop_instance_uid)
        rows = [_clean_row(row, instance, series, gateway)]
    except OrthancError as error:
        raise portal_error(error) from error
    return json.dumps(rows, separators=(",", ":")).encode()


def frame_bytes(instance: Instance, frame_number: int, gateway: Orthanc) -> bytes:
    """The bytes of one frame, numbered from 1: as stored, or decoded where Orthanc would not serve it right."""
    if not 1 <= frame_number <= instance.number_of_frames:
        raise NotFound
    try:
        if instance.transfer_syntax_uid not in DECODED_HERE and not _is_cut_wrongly(gateway, instance):
            return gateway.frame(instance.orthanc_id, frame_number)
    except OrthancError as error:
        raise portal_error(error) from error
    return _decoded_frame(instance, frame_number, gateway).pixels.tobytes()


def _is_cut_wrongly(gateway: Orthanc, instance: Instance) -> bool:
    """Orthanc 1.10.1 takes a native frame of one-bit or YBR_FULL_422 pixels for longer than it is."""
    if shown_transfer_syntax(instance.transfer_syntax_uid) != EXPLICIT_LITTLE_ENDIAN:
        return False
    return _has_odd_frames(gateway, instance.orthanc_id)


@lru_cache(maxsize=4096)
def _has_odd_frames(gateway: Orthanc, orthanc_id: str) -> bool:
    """Asked once for an instance: what lies in Orthanc never changes."""
    bits = gateway.element_value(orthanc_id, "0028-0100")
    photometric = gateway.element_value(orthanc_id, "0028-0004")
    return bits == b"\x01\x00" or photometric.strip(b" \0") == b"YBR_FULL_422"


def _decoded_frame(instance: Instance, frame_number: int, gateway: Orthanc) -> DecodedFrame:
    try:
        return decoded_frame(gateway.instance_file(instance.orthanc_id), frame_number)
    except OrthancError as error:
        raise portal_error(error) from error
    except FrameUndecodable as error:
        raise PixelsUndecodable("The pixels of this image cannot be decoded.") from error


def portal_error(error: OrthancError) -> NotFound | Unavailable:
    """What a caller over HTTP is told of a failure of Orthanc."""
    if isinstance(error, NotInOrthanc):
        return NotFound()
    return Unavailable("The image archive (Orthanc) does not answer; try again in a moment.")


def _cleaned(series: Series, gateway: Orthanc) -> list[DicomJson]:
    mirrored = {one.sop_instance_uid: one for one in series.instances.all()}
    study_uid = series.imaging_study.study_instance_uid
    try:
        rows = gateway.series_metadata(study_uid, series.series_instance_uid)
        # Orthanc may hold more than was let in: what is refused is removed a moment after it arrived.
        found = {row[tag_of("SOPInstanceUID")]["Value"][0]: row for row in rows}
        return [_clean_row(found[uid], instance, series, gateway) for uid, instance in mirrored.items() if uid in found]
    except OrthancError as error:
        raise portal_error(error) from error


def _clean_row(row: DicomJson, instance: Instance, series: Series, gateway: Orthanc) -> DicomJson:
    read = partial(gateway.element_value, instance.orthanc_id)
    tables = {}
    if instance.transfer_syntax_uid == _IMPLICIT_VR:
        tables = implicit_tables(row, partial(_value_if_there, read))
    clean = cleaned_metadata(row | tables, instance, read)
    if not _is_decoded_here(row, instance):
        return clean
    return clean | described_pixels(_decoded_frame(instance, 1, gateway).description)


def _value_if_there(read: ReadElement, path: str) -> bytes | None:
    try:
        return read(path)
    except NotInOrthanc:
        return None


def _is_decoded_here(row: DicomJson, instance: Instance) -> bool:
    bits, photometric = (
        row.get(tag_of(name), {}).get("Value") for name in ("BitsAllocated", "PhotometricInterpretation")
    )
    is_native = shown_transfer_syntax(instance.transfer_syntax_uid) == EXPLICIT_LITTLE_ENDIAN
    is_uncut = bits == [1] or (is_native and photometric == ["YBR_FULL_422"])
    return is_uncut or instance.transfer_syntax_uid in DECODED_HERE


def _kept(series: Series) -> Path:
    return _folder() / f"{series.pk}-{series.number_of_instances}-v{_VERSION}.json"


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "cache" / "metadata"


def _keep(path: Path, content: bytes) -> None:
    """Write beside and rename, so that no other process ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    Path(draft).replace(path)

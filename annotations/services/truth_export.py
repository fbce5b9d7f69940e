"""A version of the reference standard as JSON, voxels and all, that gives the same version when it is imported again.

Written case by case to the disk, so that only one lesion with its voxels is held at a time. What one upload could not
take as one text is an archive of several: files of one upload are joined (`annotations.domain.truth_merge`), also
where a case has its lesions in two of them.
"""

import json
import re
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple

from annotations.domain.segment_marks import is_segment
from annotations.domain.truth_json import FORMAT, VERSION
from annotations.models import ReferenceStandard, ReferenceTruth
from annotations.selectors.truth import provenance_of
from annotations.services.reference_segments import reference_segment_read

# Half of what an import takes as one text, for a lesion more may still come to it.
PART_BYTES = 32 * 1024**2
_BEGIN, _END = f'{{"format":"{FORMAT}","version":{VERSION},"cases":[\n'.encode(), b"\n]}\n"


class Export(NamedTuple):
    """A file to read from its beginning: JSON, or an archive of several."""

    content: IO[bytes]
    is_archive: bool


def standard_export(standard: ReferenceStandard) -> Export:
    """Return a version as a file. Raises `SegmentDamaged`."""
    parts: list[IO[bytes]] = []
    for entry in _entries(standard):
        if not parts or parts[-1].tell() + len(entry) > PART_BYTES:
            parts.append(_begun())
        else:
            parts[-1].write(b",\n")
        parts[-1].write(entry)
    for part in parts or [_begun()]:
        part.write(_END)
        part.seek(0)
    return Export(parts[0], is_archive=False) if len(parts) == 1 else Export(_archive(standard, parts), is_archive=True)


def _begun() -> IO[bytes]:
    part = _scratch()
    part.write(_BEGIN)
    return part


def _scratch() -> IO[bytes]:
    """Return a file without a name, gone when whoever sends it closes it."""
    return tempfile.TemporaryFile()


def _archive(standard: ReferenceStandard, parts: list[IO[bytes]]) -> IO[bytes]:
    """Not compressed: what packs too well, as run lengths can, is refused as a bomb when it comes back."""
    archive = _scratch()
    with zipfile.ZipFile(archive, "w") as packed:
        for number, part in enumerate(parts, start=1):
            with part, packed.open(f"reference-standard-{standard.version}-part-{number:03d}.json", "w") as to:
                shutil.copyfileobj(part, to)
    archive.seek(0)
    return archive


def _entries(standard: ReferenceStandard) -> Iterator[bytes]:
    """Yield the JSON text of each case; of one with many voxels several texts, each with some of its lesions."""
    rows = ReferenceTruth.objects.filter(reference_standard=standard).order_by("case__name")
    for truth in rows.select_related("case__imaging_study", "reference_standard").iterator(chunk_size=100):
        lesions: list[str] = []
        for lesion in map(_lesion_text, truth.lesions):
            if lesions and sum(map(len, lesions)) + len(lesion) > PART_BYTES:
                yield _entry(truth, lesions)
                lesions = []
            lesions.append(lesion)
        yield _entry(truth, lesions)


def _entry(truth: ReferenceTruth, lesions: list[str]) -> bytes:
    named = {
        "case": truth.case.name,
        "study_instance_uid": truth.case.imaging_study.study_instance_uid,
        "truth": truth.truth,
        "provenance": provenance_of(truth),
    }
    joined = ",\n".join(lesions)
    return f'{_json(named)[:-1]},"lesions":[{joined}]}}'.encode()


def _lesion_text(lesion: Mapping[str, Any]) -> str:
    """Return a lesion as JSON; the text of a segment is put in as it is stored, unread."""
    if "marks" not in lesion:
        return _json(lesion)
    # What nobody can have typed into a lesion stands for the text of a segment.
    mark = secrets.token_hex(16)
    marks = [{"geometry": _geometry_for_file(one["geometry"], mark)} for one in lesion["marks"]]
    return re.sub(
        f'"{mark}([0-9a-f]{{64}})"',
        lambda found: reference_segment_read(found[1]),
        _json({**lesion, "marks": marks}),
    )


def _geometry_for_file(geometry: dict[str, Any], mark: str) -> dict[str, Any]:
    if not is_segment(geometry):
        return geometry
    return {
        "kind": geometry["kind"],
        "segment": f"{mark}{geometry['sha256']}",
        "spacing_mm": geometry["spacing_mm"],
        "frame_of_reference_uid": geometry["frame_of_reference_uid"],
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""Files as a version of the reference standard: CSV, JSON, DICOM segmentations and reports, also in archives.

They are looked at first, then stored as they were seen: one upload is one version, all or nothing. A DICOM file is
read in the screening child as every other, and is not kept: what it says is, with its UID and its digest.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from annotations.domain.lesions import lesion_problems
from annotations.domain.problems import Problem
from annotations.domain.truth_csv import Truth, parse_truth_csv
from annotations.domain.truth_json import parse_truth_json
from annotations.domain.truth_merge import Merged
from annotations.models import Case, ReaderStudy, ReferenceSource, ReferenceStandard, ReferenceTruth
from annotations.selectors.case_images import further_uids_of
from annotations.selectors.consensus import CaseDecision
from annotations.selectors.reader_studies import cases_of
from annotations.selectors.truth import provenance_of
from annotations.services.drafts import field_problems
from annotations.services.reference_segments import reference_segment_write
from annotations.services.truth import reference_standard_create, repeated_version, truths_digest
from annotations.services.truth_json_lesions import json_lesions_take
from annotations.services.truth_places import CaseImages
from annotations.services.truth_reports import report_read
from annotations.services.truth_segmentations import Read, segmentation_read
from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from portal.grammar import counted
from portal.imaging.screening.reasons import REASONS, Refusal
from portal.imaging.screening.screener import Screener
from portal.imaging.sent_files import Limits, Refused, screener_for_sender, walk_within

LIMITS = Limits(files=500, file_bytes=128 * 1024**2, bytes=512 * 1024**2)
MAXIMUM_TEXT_BYTES = 64 * 1024**2
# Of all segments together, which are held as texts until the version is stored.
MAXIMUM_SEGMENT_BYTES = 256 * 1024**2
MAXIMUM_PROBLEMS = 100
THRESHOLD = 0.5
_KINDS = ("CSV", "JSON", "SEG", "SR")


class FileRead(NamedTuple):
    """A file that was read: what kind it is, and of how many cases and lesions it speaks."""

    name: str
    kind: str
    sha256: str
    number_of_cases: int
    number_of_lesions: int


@dataclass
class FilesRead:
    """What files make of a reader study's cases, on top of a version or of nothing."""

    base: ReferenceStandard | None
    files: list[FileRead]
    truths: list[Truth]
    before: dict[str, Truth]
    segments: dict[str, str]

    @property
    def digest(self) -> str:
        """That of the version which they would be."""
        return truths_digest(self.truths)

    @property
    def source(self) -> ReferenceSource:
        """The kind of the files; of several kinds, or added to a version, just files."""
        kinds = {one.kind for one in self.files}
        return ReferenceSource(kinds.pop()) if len(kinds) == 1 and self.base is None else ReferenceSource.FILES


@dataclass
class _Reading:
    images: CaseImages
    cases: dict[str, Case]
    threshold: float
    screener: Screener
    truths: list[tuple[str, str, list[Truth], dict[str, Any]]] = field(default_factory=list)
    reads: list[tuple[str, str, Read, dict[str, Any]]] = field(default_factory=list)
    files: list[FileRead] = field(default_factory=list)
    segments: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, problems: Sequence[Problem]) -> None:
        """Say what is wrong with a file, with its name."""
        self.problems += [one._replace(field=f"{name}: {one.field}") for one in problems]


def truth_files_read(
    *,
    reader_study: ReaderStudy,
    uploads: Sequence[tuple[str, Path]],
    base: ReferenceStandard | None,
    threshold: float = THRESHOLD,
    progress: Callable[[int], None] = lambda _: None,
) -> FilesRead:
    """Read files, or say of each what is wrong with it; nothing is stored.

    `progress` is told before each file how many have been read.
    """
    cases = {case.name: case for case in cases_of(reader_study=reader_study)}
    if not cases:
        raise Invalid("Choose the cases first: the reference standard names them.", code="no_cases")
    with screener_for_sender() as screener:
        reading = _Reading(CaseImages(reader_study), cases, threshold, screener)
        _read_all(uploads, reading, progress)
    before = _before(base)
    merged = _merged(reading, before)
    if reading.problems:
        raise Invalid(
            f"The files have {counted(len(reading.problems), 'problem')}; nothing was stored.",
            code="invalid_files",
            errors=field_problems(reading.problems[:MAXIMUM_PROBLEMS]),
        )
    if not reading.files:
        raise Invalid("There is no file to read in what was sent.", code="no_files")
    return FilesRead(base, reading.files, merged.truths(), before, reading.segments)


@transaction.atomic
def truth_files_store(*, by: User, reader_study: ReaderStudy, read: FilesRead, digest: str) -> ReferenceStandard:
    """Store what was read as the next version; 409 `preview_outdated` when it is not what was looked at.

    What the newest version says already is that version. The caller holds the reader study's row.
    """
    if read.digest != digest:
        detail = "The files, or the images, are not those that you looked at. Look again before you store."
        raise Conflict(detail, code="preview_outdated")
    known = truth_files_repeat(reader_study=reader_study, read=read)
    if known is not None:
        return known
    for sha256, text in sorted(read.segments.items()):
        reference_segment_write(sha256=sha256, text=text)
    return reference_standard_create(
        by=by,
        reader_study=reader_study,
        truths=read.truths,
        source=read.source,
        provenance=_in_words(read),
        rule=read.base.rule if read.base else None,
        decisions=_decisions_kept(read),
        base=read.base,
    )


def truth_files_repeat(*, reader_study: ReaderStudy, read: FilesRead) -> ReferenceStandard | None:
    """Return the newest version where the files would only say it again."""
    return repeated_version(reader_study=reader_study, truths=read.truths, source=read.source, base=read.base)


def _decisions_kept(read: FilesRead) -> list[CaseDecision]:
    """What a consensus said of each case goes with its truth, and with its having none."""
    if read.base is None:
        return []
    now = {truth.case: truth for truth in read.truths}
    return [
        CaseDecision(
            one.case,
            one.outcome,
            one.reason,
            now[one.case.name].truth if one.case.name in now else None,
            one.votes,
            now[one.case.name].lesions if one.case.name in now else [],
            one.adjudicated,
            one.matching or None,
        )
        for one in read.base.decisions.select_related("case", "adjudicated")
        if (one.case.name in now) == (one.case.name in read.before)
    ]


def _read_all(uploads: Sequence[tuple[str, Path]], reading: _Reading, progress: Callable[[int], None]) -> None:
    for number, found in enumerate(walk_within(uploads, LIMITS)):
        if isinstance(found, Refused):
            reading.refuse(found.name, [Problem("file", found.code, found.detail)])
            continue
        progress(number)
        _read_file(found.name, found.path, reading)
        if sum(map(len, reading.segments.values())) > MAXIMUM_SEGMENT_BYTES:
            detail = "Together the segments of the files have too many run lengths; send fewer at a time."
            reading.refuse(found.name, [Problem("file", "too_large", detail)])
            return


def _in_words(read: FilesRead) -> str:
    names = ", ".join(one.name for one in read.files)
    return f"{names}, added to version {read.base.version}" if read.base else names


def _read_file(name: str, path: Path, reading: _Reading) -> None:
    with path.open("rb") as stream:
        is_dicom = stream.read(132)[128:] == b"DICM"
    if is_dicom:
        _read_dicom(name, path, reading)
        return
    content = path.read_bytes()
    if len(content) > MAXIMUM_TEXT_BYTES:
        detail = f"A text is at most {MAXIMUM_TEXT_BYTES // 1024**2} MiB; send several."
        reading.refuse(name, [Problem("file", "too_large", detail)])
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        detail = "It is neither DICOM nor a text in UTF-8 (CSV or JSON)."
        reading.refuse(name, [Problem("file", "unknown_kind", detail)])
        return
    _read_text(name, text, hashlib.sha256(content).hexdigest(), reading)


def _read_text(name: str, text: str, sha256: str, reading: _Reading) -> None:
    uids = {case: one.imaging_study.study_instance_uid for case, one in reading.cases.items()}
    further = further_uids_of(reading.cases.values())
    if text.lstrip().startswith(("{", "[")):
        kind = "JSON"
        truths, problems = parse_truth_json(text, uids, further)
        if not problems:
            taken = json_lesions_take(truths, reading.cases)
            truths, problems = taken.truths, taken.problems
            reading.segments |= taken.segments
    else:
        kind = "CSV"
        truths, problems = parse_truth_csv(text.replace("\x00", "\ufffd"), uids, further)
    reading.refuse(name, problems)
    provenance = {"source": kind, "name": name, "sha256": sha256}
    reading.truths.append((kind, name, truths, provenance))
    reading.files.append(FileRead(name, kind, sha256, len(truths), sum(len(one.lesions) for one in truths)))


def _read_dicom(name: str, path: Path, reading: _Reading) -> None:
    try:
        found = reading.screener.locate(path, threshold=reading.threshold)
    except Refusal as refusal:
        reading.refuse(name, [Problem("file", refusal.code, REASONS[refusal.code])])
        return
    kind = found["kind"]
    read = segmentation_read(found, reading.images) if kind == "SEG" else report_read(found, reading.images)
    reading.refuse(name, read.problems)
    reading.segments |= read.segments
    provenance = {
        "source": kind,
        "name": name,
        "sha256": found["sha256"],
        "sop_instance_uid": found["sop_instance_uid"],
    }
    reading.reads.append((kind, name, read, provenance))
    reading.files.append(FileRead(name, kind, found["sha256"], int(bool(read.case)), len(read.lesions)))


def _before(base: ReferenceStandard | None) -> dict[str, Truth]:
    if base is None:
        return {}
    rows = ReferenceTruth.objects.filter(reference_standard=base).select_related("case", "reference_standard")
    return {one.case.name: Truth(one.case.name, one.truth, one.lesions, provenance_of(one)) for one in rows}


def _merged(reading: _Reading, before: dict[str, Truth]) -> Merged:
    """Put all together: the version before, then what says truths, then places, then what measures those."""
    merged = Merged()
    for truth in before.values():
        merged.add_truth(truth, truth.provenance or {})
    for _, name, truths, provenance in sorted(reading.truths, key=lambda one: _KINDS.index(one[0])):
        for truth in truths:
            reading.refuse(name, merged.add_truth(truth, provenance))
    for _, name, read, provenance in sorted(reading.reads, key=lambda one: _KINDS.index(one[0])):
        for lesion in read.lesions:
            reading.refuse(name, _add(merged, read.case, lesion, provenance))
    for truth in merged.truths():
        for lesion in truth.lesions:
            reading.problems += lesion_problems(lesion, f"{truth.case}, lesion {lesion['id']}")
    return merged


def _add(merged: Merged, case: str, lesion: dict[str, Any], provenance: dict[str, Any]) -> list[Problem]:
    segment = lesion.pop("segment", None)
    if segment is None:
        return merged.add_lesion(case, lesion, provenance)
    return merged.add_measurements((segment["sop_instance_uid"], segment["number"]), lesion)

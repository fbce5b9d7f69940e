"""Voxels of segments: stored version by version beside the read, and named by its payload through their digest."""

import json
import uuid
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum

from annotations.domain.payload import marks_of
from annotations.domain.problems import Problem
from annotations.domain.segment_marks import is_segment
from annotations.domain.segments import changed_slices_problems, with_changes
from annotations.models import Read, SegmentVersion
from annotations.selectors.case_images import is_current_in
from annotations.services.drafts import field_problems
from annotations.services.reading_rules import require_writing
from annotations.services.segment_files import segment_read, segment_write
from annotations.services.streams import stream_of_reader
from portal.accounts.models import User
from portal.audit.services import record, sha256
from portal.errors import Conflict, Invalid
from portal.imaging.models import Instance
from portal.imaging.segments import MAXIMUM_COUNTS, MAXIMUM_SLICES, Slices, segment_text, slices_of, voxels_inside

# Of one read, on disk: some thousand strokes on large organs.
MAXIMUM_BYTES_OF_READ = 1024**3


class SegmentChange(NamedTuple):
    """What the browser sends: the slices that differ from the base, and the digest that the result must have."""

    segment_id: uuid.UUID
    base_sha256: str | None
    sha256: str
    idempotency_key: str
    series_instance_uid: str
    rows: int
    columns: int
    changed: list[dict[str, Any]]


@transaction.atomic
def segment_put(*, by: User, read: Read, change: SegmentChange) -> SegmentVersion:
    """Store a version of a segment (the read's row is locked by the caller); sending it again changes nothing."""
    repeated = SegmentVersion.objects.filter(read=read, idempotency_key=change.idempotency_key).first()
    if repeated:
        if (repeated.segment_id, repeated.sha256) != (change.segment_id, change.sha256):
            raise Conflict("This idempotency key was used for another segment.", code="idempotency_mismatch")
        return repeated
    _require_writable(read)
    _refuse(changed_slices_problems(change.changed, change.rows, change.columns))
    _require_own_slices(read, change)
    slices = with_changes(_base_of(read, change), slices_of(change.changed))
    text = _text_of(change, slices)
    known = SegmentVersion.objects.filter(read=read, segment_id=change.segment_id, sha256=change.sha256).first()
    if known:
        return known
    byte_count = segment_write(read_id=read.pk, sha256=change.sha256, text=text)
    version = SegmentVersion.objects.create(
        read=read,
        segment_id=change.segment_id,
        sha256=change.sha256,
        base_sha256=change.base_sha256 or "",
        series_instance_uid=change.series_instance_uid,
        voxel_count=sum(voxels_inside(counts) for counts in slices.values()),
        slice_count=len(slices),
        byte_count=byte_count,
        author=by,
        idempotency_key=change.idempotency_key,
    )
    record(
        stream=stream_of_reader(read.assignment),
        actor=by,
        action="read.segment",
        obj=read,
        detail={"segment_id": str(change.segment_id), "sha256": change.sha256, "base_sha256": change.base_sha256},
        rows=[version],
    )
    return version


def require_held_segments(read: Read, payload: dict[str, Any]) -> None:
    """Refuse a well-formed payload that names voxels which are not stored, or are other than it says."""
    named = [(path, mark["geometry"]) for path, mark in marks_of(payload) if is_segment(mark["geometry"])]
    if not named:
        return
    versions = SegmentVersion.objects.filter(read=read, sha256__in={geometry["sha256"] for _, geometry in named})
    held = {(str(one.segment_id), one.sha256): (one.series_instance_uid, one.voxel_count) for one in versions}
    for path, geometry in named:
        stored = held.get((geometry["segment_id"], geometry["sha256"]))
        if stored is None:
            detail = "Send the segment's voxels before the read that names them."
            _refuse([Problem(f"{path}.geometry.sha256", "segment_unknown", detail)], code="segment_unknown")
        if stored != (geometry["series_instance_uid"], geometry["voxel_count"]):
            detail = "The stored voxels lie on another series or are not as many. Reload the page."
            _refuse([Problem(f"{path}.geometry", "segment_mismatch", detail)], code="segment_mismatch")


def require_whole_segments(read: Read, payload: dict[str, Any]) -> None:
    """Before a read is frozen: every named file is there, and is what its digest says."""
    for _, mark in marks_of(payload):
        if is_segment(mark["geometry"]):
            segment_read(read_id=read.pk, sha256=mark["geometry"]["sha256"])


def _require_writable(read: Read) -> None:
    if read.signed_at:
        raise Conflict("The read is signed and frozen.")
    require_writing(read.assignment)
    stored = SegmentVersion.objects.filter(read=read).aggregate(total=Sum("byte_count"))["total"] or 0
    if stored > MAXIMUM_BYTES_OF_READ:
        raise Conflict("This read has stored as many segment versions as it may.", code="too_many_segments")


def _refuse(problems: list[Problem], code: str = "invalid_segment") -> None:
    if problems:
        raise Invalid(problems[0].detail, code=code, errors=field_problems(problems))


def _require_own_slices(read: Read, change: SegmentChange) -> None:
    frames_of = {
        instance.sop_instance_uid: (instance.number_of_frames or 1, instance.rows, instance.columns)
        for instance in Instance.objects.filter(
            is_current_in(read.assignment.case, "series__imaging_study"),
            series__series_instance_uid=change.series_instance_uid,
        )
    }
    problems = []
    for index, entry in enumerate(change.changed):
        frames, rows, columns = frames_of.get(entry["sop_instance_uid"], (0, None, None))
        if entry["frame_number"] > frames:
            detail = "Segment the images and frames of this case only."
            problems.append(Problem(f"changed[{index}]", "not_in_case", detail))
        elif (rows, columns) != (change.rows, change.columns):
            detail = f"The image has {rows} rows and {columns} columns."
            problems.append(Problem(f"changed[{index}]", "dimension_mismatch", detail))
    _refuse(problems[:20])


def _base_of(read: Read, change: SegmentChange) -> Slices:
    if change.base_sha256 is None:
        return {}
    base = SegmentVersion.objects.filter(read=read, segment_id=change.segment_id, sha256=change.base_sha256).first()
    if base is None:
        raise Conflict(
            "The version that the change builds on is not stored; send the whole segment.", code="unknown_base"
        )
    content = json.loads(segment_read(read_id=read.pk, sha256=base.sha256))
    said = (change.series_instance_uid, change.rows, change.columns)
    if (content["series_instance_uid"], content["rows"], content["columns"]) != said:
        _refuse([Problem("series_instance_uid", "other_series", "A segment stays on its series.")])
    return slices_of(content["slices"])


def _text_of(change: SegmentChange, slices: Slices) -> str:
    if not slices:
        _refuse([Problem("changed", "empty", "Nothing is left of the segment; remove its mark instead.")])
    if len(slices) > MAXIMUM_SLICES or sum(len(counts) for counts in slices.values()) > MAXIMUM_COUNTS:
        _refuse([Problem("changed", "too_large", f"A segment has at most {MAXIMUM_COUNTS} run lengths.")])
    text = segment_text(
        series_instance_uid=change.series_instance_uid, rows=change.rows, columns=change.columns, slices=slices
    )
    if sha256(text) != change.sha256:
        detail = "The voxels that arrived are not those that the digest is of; nothing was stored. Send them again."
        _refuse([Problem("sha256", "digest_mismatch", detail)], code="digest_mismatch")
    return text

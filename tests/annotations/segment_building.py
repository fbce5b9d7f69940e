"""Segments for tests: on the one slice of 6 rows and 8 columns that `building.mirrored_study` mirrors."""

import hashlib
import uuid
from typing import Any

from annotations.models import Read, SegmentVersion
from annotations.services.segments import SegmentChange, segment_put
from portal.imaging.models import Instance
from portal.imaging.segments import segment_text, slices_of, voxels_inside

ROWS, COLUMNS = 6, 8


def instance_of(read: Read) -> Instance:
    return Instance.objects.select_related("series").get(series__imaging_study=read.assignment.case.imaging_study)


def slice_of(read: Read, counts: list[int]) -> dict[str, Any]:
    return {"sop_instance_uid": instance_of(read).sop_instance_uid, "frame_number": 1, "counts": counts}


def digest_of(read: Read, slices: list[dict[str, Any]]) -> str:
    instance = instance_of(read)
    text = segment_text(
        series_instance_uid=instance.series.series_instance_uid,
        rows=instance.rows,
        columns=instance.columns,
        slices=slices_of(slices),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def change(read: Read, counts: list[int], **other: Any) -> SegmentChange:
    """A segment of one slice, as the browser sends it."""
    instance = instance_of(read)
    sent = {
        "segment_id": uuid.uuid4(),
        "base_sha256": None,
        "sha256": digest_of(read, [slice_of(read, counts)]),
        "idempotency_key": str(uuid.uuid4()),
        "series_instance_uid": instance.series.series_instance_uid,
        "rows": instance.rows,
        "columns": instance.columns,
        "changed": [slice_of(read, counts)],
    }
    return SegmentChange(**{**sent, **other})


def put(read: Read, sent: SegmentChange) -> SegmentVersion:
    return segment_put(by=read.assignment.reader, read=read, change=sent)


def segment_mark(read: Read, version: SegmentVersion, counts: list[int], **other: Any) -> dict[str, Any]:
    """The mark that names a stored version."""
    instance = instance_of(read)
    geometry = {
        "kind": "SEGMENT",
        "segment_id": str(version.segment_id),
        "sha256": version.sha256,
        "series_instance_uid": instance.series.series_instance_uid,
        "frame_of_reference_uid": None,
        "sop_instance_uid": instance.sop_instance_uid,
        "frame_number": 1,
        "voxel_count": voxels_inside(counts),
        "spacing_mm": [1.0, 1.0, 2.0],
    }
    measurements = {"volume_ml": voxels_inside(counts) * 2 / 1000}
    return {"id": str(uuid.uuid4()), "geometry": {**geometry, **other}, "measurements": measurements}

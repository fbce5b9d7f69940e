"""What a DICOM segmentation says (PS3.3 A.51, C.8.20): its segments, and for each frame its voxels and its place."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from highdicom.seg import Segmentation
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from portal.imaging.screening.coded import code, text
from portal.imaging.screening.reasons import Refusal
from portal.imaging.segments import MAXIMUM_COUNTS, encode

MAXIMUM_SEGMENTS = 500


def read_segmentation(data_set: Dataset, threshold: float) -> dict[str, Any]:
    """Return the segments and the frames that have a voxel inside; those of a fraction from `threshold` on."""
    segmentation = Segmentation.from_dataset(data_set, copy=False)
    if segmentation.number_of_segments > MAXIMUM_SEGMENTS:
        raise Refusal("segmentation_too_large")
    is_fractional = segmentation.segmentation_type.value == "FRACTIONAL"
    # Fractions are stored as shares of this (C.8.20.2.3.1); of a binary one every voxel inside is 1.
    least = max(1, threshold * int(segmentation.MaximumFractionalValue)) if is_fractional else 1
    # Of each segment the largest stored value, inside or not.
    highest: dict[int, int] = {}
    frames = list(_frames(segmentation, least, highest))
    return {
        "kind": "SEG",
        "frame_of_reference_uid": text(segmentation.get("FrameOfReferenceUID")) or None,
        "rows": int(segmentation.Rows),
        "columns": int(segmentation.Columns),
        "creator": text(segmentation.get("ContentCreatorName")) or text(segmentation.get("Manufacturer")),
        "threshold": threshold if is_fractional else None,
        "fraction": text(segmentation.get("SegmentationFractionalType")) if is_fractional else None,
        "segments": [
            _segment(segmentation, number)
            | {"highest": highest.get(number, 0) / int(segmentation.MaximumFractionalValue) if is_fractional else None}
            for number in segmentation.segment_numbers
        ],
        "frames": frames,
    }


def _segment(segmentation: Segmentation, number: int) -> dict[str, Any]:
    described = segmentation.get_segment_description(number)
    return {
        "number": int(number),
        "label": text(described.segment_label),
        "code": code(described.segmented_property_type),
        "category": code(described.segmented_property_category),
        "algorithm": text(described.algorithm_type.value),
        "algorithm_id": _algorithm(described),
        "tracking_uid": text(described.tracking_uid) or None,
        "tracking_id": text(described.tracking_id) or None,
    }


def _algorithm(described: Dataset) -> dict[str, str | None] | None:
    """Return the name and version of what made a segment (C.8.20.2, 10.16), as far as it says."""
    identified = described.get("SegmentationAlgorithmIdentificationSequence") or [Dataset()]
    name = text(identified[0].get("AlgorithmName")) or text(described.get("SegmentAlgorithmName"))
    version = text(identified[0].get("AlgorithmVersion")) or None
    return {"name": name, "version": version} if name else None


def _frames(segmentation: Segmentation, least: float, highest: dict[int, int]) -> Iterator[dict[str, Any]]:
    groups = segmentation.PerFrameFunctionalGroupsSequence
    if len(groups) != int(segmentation.NumberOfFrames):
        raise Refusal("segmentation_frames")
    number_of_counts = 0
    known = set(segmentation.segment_numbers)
    for index, group in enumerate(groups):
        number = int(_macro(segmentation, group, "SegmentIdentificationSequence").ReferencedSegmentNumber)
        if number not in known:
            raise Refusal("segmentation_frames")
        stored = segmentation.get_stored_frame(index, as_index=True)
        highest[number] = max(highest.get(number, 0), int(stored.max()))
        inside = stored >= least
        counts = encode(inside.astype(np.uint8).tobytes())
        number_of_counts += len(counts)
        if number_of_counts > MAXIMUM_COUNTS:
            raise Refusal("segmentation_too_large")
        if counts:
            yield {
                "number": index + 1,
                "segment": number,
                "counts": counts,
                "source": _source(segmentation, group),
                "plane": _plane(segmentation, group),
            }


def _source(segmentation: Segmentation, group: Dataset) -> list[Any] | None:
    """The one image that this frame was made from, and which frame of it; None where there is none, or are several.

    Without one frame number it was made from all frames of the image, or from several (PS3.3 table 10-3).
    """
    derivation = _macro(segmentation, group, "DerivationImageSequence")
    sources = [] if derivation is None else derivation.get("SourceImageSequence") or []
    if len(sources) != 1:
        return None
    frame = sources[0].get("ReferencedFrameNumber")
    is_one = frame is not None and not isinstance(frame, MultiValue)
    return [text(sources[0].ReferencedSOPInstanceUID), int(frame) if is_one else None]


def _plane(segmentation: Segmentation, group: Dataset) -> dict[str, list[float]] | None:
    position = _macro(segmentation, group, "PlanePositionSequence")
    orientation = _macro(segmentation, group, "PlaneOrientationSequence")
    measures = _macro(segmentation, group, "PixelMeasuresSequence")
    if position is None or orientation is None or measures is None:
        return None
    return {
        "ImagePositionPatient": [float(value) for value in position.ImagePositionPatient],
        "ImageOrientationPatient": [float(value) for value in orientation.ImageOrientationPatient],
        "PixelSpacing": [float(value) for value in measures.PixelSpacing],
    }


def _macro(segmentation: Segmentation, group: Dataset, name: str) -> Any:
    """A functional group of a frame, or the one that all frames share (C.7.6.16)."""
    shared = segmentation.get("SharedFunctionalGroupsSequence") or [Dataset()]
    found = group.get(name) or shared[0].get(name)
    return found[0] if found else None

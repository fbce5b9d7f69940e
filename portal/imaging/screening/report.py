"""What a DICOM measurement report says (PS3.16 TID 1500): groups of measurements with image regions or segments."""

import math
from typing import Any

import numpy as np
from highdicom.sr import Comprehensive3DSR, ComprehensiveSR, EnhancedSR, MeasurementReport
from highdicom.sr.enum import ValueTypeValues
from highdicom.sr.utils import find_content_items
from pydicom.dataset import Dataset
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage, EnhancedSRStorage

from portal.imaging.screening.coded import code, text
from portal.imaging.screening.reasons import Refusal

MAXIMUM_GROUPS = 500
MAXIMUM_POINTS = 5000
# Of an ellipsoid that is a ball: how far its axes may differ, as a share.
_ROUND = 0.01
_CLASSES: dict[str, Any] = {
    EnhancedSRStorage: EnhancedSR,
    ComprehensiveSRStorage: ComprehensiveSR,
    Comprehensive3DSRStorage: Comprehensive3DSR,
}


def read_report(data_set: Dataset) -> dict[str, Any]:
    """Return the measurement groups that say where they are of; those of an image as a whole are left out."""
    content = measurement_report(data_set)
    found = [located_group(group) for group in located_groups(content)]
    if not any(one["regions"] or one["segment"] for one in found):
        raise Refusal("report_without_regions")
    return {"kind": "SR", "creator": _observer(content), "groups": found}


def measurement_report(data_set: Dataset) -> MeasurementReport:
    """Return the content of a report; raises `Refusal` where it is of another template."""
    report = _CLASSES[data_set.SOPClassUID].from_dataset(data_set, copy=False)
    content = report.content
    if not isinstance(content, MeasurementReport):
        raise Refusal("report_template")
    return content


def located_groups(content: MeasurementReport) -> list[Any]:
    """Return the groups (TID 1410 and 1411) that are of a region or a segment."""
    groups = [*content.get_planar_roi_measurement_groups(), *content.get_volumetric_roi_measurement_groups()]
    if len(groups) > MAXIMUM_GROUPS:
        raise Refusal("report_invalid")
    return groups


def _observer(content: MeasurementReport) -> str:
    for context in content.get_observer_contexts():
        observer = context.observer_identifying_attributes
        name = getattr(observer, "name", None)
        if name:
            return text(name)
    return ""


def located_group(group: Any) -> dict[str, Any]:
    """Return what a group says: its names, its code, its measures and where it is of."""
    root = group[0]
    regions = [
        region
        for value_type in (ValueTypeValues.SCOORD, ValueTypeValues.SCOORD3D)
        for item in find_content_items(root, value_type=value_type)
        for region in _regions(item)
    ]
    return {
        "tracking_uid": text(group.tracking_uid) or None,
        "tracking_id": text(group.tracking_identifier) or None,
        "code": code(group.finding_type),
        "attributes": _attributes(group),
        "regions": regions,
        "segment": _segment(root),
    }


def _segment(root: Dataset) -> dict[str, Any] | None:
    for item in find_content_items(root, value_type=ValueTypeValues.IMAGE):
        reference = item.ReferencedSOPSequence[0]
        if reference.get("ReferencedSegmentNumber") is not None:
            number = reference.ReferencedSegmentNumber
            first = number if isinstance(number, int) else number[0]
            return {"sop_instance_uid": text(reference.ReferencedSOPInstanceUID), "number": int(first)}
    return None


def _attributes(group: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for measurement in group.get_measurements():
        # Minus zero is zero: what is stored has to be read again as it was.
        value = float(measurement.value) + 0.0
        if math.isfinite(value):
            name, derivation = text(measurement.name.meaning), measurement.derivation
            named = name if derivation is None else f"{name} ({text(derivation.meaning)})"
            _add(found, named, {"value": value, "unit": text(measurement.unit.value)})
    for evaluation in group.get_qualitative_evaluations():
        _add(found, text(evaluation.name.meaning), {"value": text(evaluation.value.meaning)})
    for site in group.finding_sites:
        _add(found, "Finding Site", {"value": text(site.value.meaning)})
    return found


def _add(found: dict[str, dict[str, Any]], name: str, one: dict[str, Any]) -> None:
    """Keep a value under its name; of several of one name each further one has a number."""
    free, number = name, 2
    while free in found and found[free] != one:
        free, number = f"{name} {number}", number + 1
    found[free] = one


def _regions(item: Any) -> list[dict[str, Any]]:
    """One region as geometries; several points are as many marks."""
    points = np.asarray(item.value, dtype=float)
    if len(points) > MAXIMUM_POINTS or not np.isfinite(points).all():
        raise Refusal("report_graphic")
    is_in_patient = item.value_type == ValueTypeValues.SCOORD3D
    place = {"frame_of_reference_uid": text(item.frame_of_reference_uid)} if is_in_patient else _image_of(item)
    kind = str(item.graphic_type.value)
    if kind == "MULTIPOINT":
        return [{"kind": "POINT", "points": [point], **place} for point in points.tolist()]
    return [{**_shape(kind, points), **place}]


def _image_of(item: Any) -> dict[str, Any]:
    reference = item.ContentSequence[0].ReferencedSOPSequence[0]
    frame = reference.get("ReferencedFrameNumber")
    first = frame if frame is None or isinstance(frame, int) else frame[0]
    return {"image": [text(reference.ReferencedSOPInstanceUID), int(first) if first is not None else 1]}


def _shape(kind: str, points: Any) -> dict[str, Any]:
    """A graphic type (PS3.3 C.18.6.1.2, C.18.9.1.2) as the kind of a mark, whose points have the same order."""
    given = points.tolist()
    if kind in ("POINT", "CIRCLE", "ELLIPSE"):
        return {"kind": kind, "points": given}
    if kind in ("POLYLINE", "POLYGON"):
        if len(given) == 2:
            return {"kind": "LENGTH", "points": given}
        if len(given) > 3 and np.allclose(points[0], points[-1]):
            return {"kind": "FREEHAND", "points": given[:-1]}
    if kind == "ELLIPSOID" and len(given) == 6:
        axes = np.linalg.norm(points[0::2] - points[1::2], axis=1)
        if axes.max() - axes.min() <= _ROUND * axes.max():
            center = points.mean(axis=0).tolist()
            return {"kind": "SPHERE", "points": [center], "diameter_mm": float(axes.mean())}
    raise Refusal("report_graphic")

"""What a hanging protocol asks of a series, read from its metadata. Pure: DICOM JSON in, plain values out."""

from collections.abc import Sequence
from typing import Any

from portal.imaging.reader_tags import VIEW_OF_CODE, tag_of

DicomJson = dict[str, Any]
# Cosine of the angle up to which a plane counts as axial, coronal or sagittal: about 37 degrees, so that tilted
# gantries and the usual double angulation keep their name.
_NEAREST_PLANE = 0.8
_PLANES = ("SAGITTAL", "CORONAL", "AXIAL")
# Modalities whose images are projections: there the view is what matters, image by image.
PROJECTIONS = frozenset({"CR", "DX", "MG", "RG", "XA", "RF", "PX", "IO"})
MAXIMUM_VIEWS = 100
# Defined terms of View Position (0018,5101), PS3.3 C.8.7.1.1 and C.8.11.1.1, that all mean a lateral view.
_LATERAL = frozenset({"LL", "RL", "LAT", "LATERAL", "LLAT", "RLAT"})


def series_facts(rows: Sequence[DicomJson], modality: str) -> dict[str, Any]:
    """Describe a series: plane, space, thickness, kernel, body part, and for projections the view of each image."""
    first = rows[0] if rows else {}
    return {
        "orientation": None if modality in PROJECTIONS else plane_name(_numbers(first, "ImageOrientationPatient")),
        # Which series lie in one space: a PET and the CT that was made with it (PS3.3 C.7.4.1).
        "frame_of_reference_uid": _text(first, "FrameOfReferenceUID"),
        "slice_thickness_mm": next(iter(_numbers(first, "SliceThickness")), None),
        "kernel": _text(first, "ConvolutionKernel"),
        "body_part": _text(first, "BodyPartExamined").upper(),
        "number_of_images": sum(max(int(next(iter(_numbers(row, "NumberOfFrames")), 1)), 1) for row in rows),
        "views": [_view(row) for row in rows[:MAXIMUM_VIEWS]] if modality in PROJECTIONS else [],
    }


def plane_name(orientation: Sequence[float]) -> str | None:
    """Name the plane of an Image Orientation (Patient), PS3.3 C.7.6.2.1.1, by the axis its normal is nearest to."""
    if len(orientation) != 6:
        return None
    row, column = orientation[:3], orientation[3:]
    normal = (
        row[1] * column[2] - row[2] * column[1],
        row[2] * column[0] - row[0] * column[2],
        row[0] * column[1] - row[1] * column[0],
    )
    largest = max(range(3), key=lambda axis: abs(normal[axis]))
    return _PLANES[largest] if abs(normal[largest]) >= _NEAREST_PLANE else "OBLIQUE"


def _view(row: DicomJson) -> dict[str, Any]:
    view = _text(row, "ViewPosition").upper() or _coded_view(row)
    laterality = _text(row, "ImageLaterality") or _text(row, "Laterality") or _text(row, "FrameLaterality")
    return {
        "sop_instance_uid": _text(row, "SOPInstanceUID"),
        "view": "LATERAL" if view in _LATERAL else view,
        "laterality": laterality.upper(),
        # Towards which side of the patient the rows run: first letter of Patient Orientation, PS3.3 C.7.6.1.1.1.
        "row_direction": _text(row, "PatientOrientation").upper()[:1],
    }


def _coded_view(row: DicomJson) -> str:
    """The view by its code (PS3.3 C.8.11.7), which newer mammograms have in place of View Position."""
    for item in row.get(tag_of("ViewCodeSequence"), {}).get("Value", [])[:1]:
        return VIEW_OF_CODE.get(_text(item, "CodeValue"), "")
    return ""


def _values(row: DicomJson, keyword: str) -> list[Any]:
    """The values of an element, for enhanced images from the groups that all frames share or the first frame's."""
    tag = tag_of(keyword)
    found = row.get(tag, {}).get("Value")
    if found is not None:
        return list(found)
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for item in row.get(tag_of(groups), {}).get("Value", [])[:1]:
            for group in item.values():
                inner = [one[tag].get("Value", []) for one in group.get("Value", []) if tag in one] if group else []
                if inner:
                    return list(inner[0])
    return []


def _text(row: DicomJson, keyword: str) -> str:
    value = next(iter(_values(row, keyword)), "")
    return value.strip()[:64] if isinstance(value, str) else ""


def _numbers(row: DicomJson, keyword: str) -> list[float]:
    """The numbers of an element; DICOM JSON may write them as text."""
    numbers = []
    for value in _values(row, keyword):
        try:
            numbers.append(float(value))
        except (TypeError, ValueError):
            return []
    return numbers

"""A segment as the mark of a finding: the payload names its voxels by their digest, and says what they measure.

The voxels themselves travel beside the payload (`annotations.domain.segments`, `annotations.services.segments`).
"""

import math
import re
import uuid
from collections.abc import Mapping
from typing import Any

from annotations.domain.geometry import MAXIMUM_FRAME, UID, is_integer_within, is_number
from annotations.domain.problems import Problem

SEGMENT = "SEGMENT"
MAXIMUM_VOXELS = 2**40
_FIELDS = {
    "kind",
    "segment_id",
    "sha256",
    "series_instance_uid",
    "frame_of_reference_uid",
    "sop_instance_uid",
    "frame_number",
    "voxel_count",
    "spacing_mm",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIZES = ("volume_ml", "long_axis_mm")
_VALUES = ("mean", "sd", "min", "max")
_UNITS = ("HU", "SUV", "raw")
# Sizes are rounded to 0.001, spacings travel whole.
_ROUNDING = 0.002


def is_segment(geometry: Any) -> bool:
    """Whether a geometry is a segment's."""
    return isinstance(geometry, dict) and geometry.get("kind") == SEGMENT


def segment_problems(geometry: dict[str, Any], measurements: Any, path: str) -> list[Problem]:
    """Return what makes a segment unfit to be stored as a mark."""
    if set(geometry) != _FIELDS:
        detail = f"A {SEGMENT} has exactly the fields {', '.join(sorted(_FIELDS))}."
        return [Problem(f"{path}.geometry", "bad_shape", detail)]
    problems = _geometry_problems(geometry, f"{path}.geometry")
    return problems or _measurement_problems(measurements, geometry, f"{path}.measurements")


def _geometry_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    checks = [
        ("segment_id", "bad_id", _is_uuid(geometry["segment_id"]), "A segment has a UUID."),
        ("sha256", "bad_digest", _is_match(_SHA256, geometry["sha256"]), "The digest is 64 hexadecimal digits."),
        *(
            (name, "bad_uid", _is_match(UID, geometry[name]), "This is no DICOM UID.")
            for name in ("series_instance_uid", "sop_instance_uid")
        ),
        (
            "frame_of_reference_uid",
            "bad_uid",
            geometry["frame_of_reference_uid"] is None or _is_match(UID, geometry["frame_of_reference_uid"]),
            "This is no DICOM UID.",
        ),
        (
            "frame_number",
            "bad_number",
            is_integer_within(geometry["frame_number"], 1, MAXIMUM_FRAME),
            "Frames are counted from 1.",
        ),
        (
            "voxel_count",
            "bad_number",
            is_integer_within(geometry["voxel_count"], 1, MAXIMUM_VOXELS),
            "A segment has at least one voxel; remove an empty one.",
        ),
        (
            "spacing_mm",
            "bad_spacing",
            _is_spacing(geometry["spacing_mm"]),
            "spacing_mm is the distance between rows, columns and slices, or null where there is no regular volume.",
        ),
    ]
    return [Problem(f"{path}.{name}", code, detail) for name, code, is_right, detail in checks if not is_right]


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _is_match(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_spacing(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and len(value) == 3 and all(is_number(one) and one > 0 for one in value)


def _measurement_problems(measurements: Any, geometry: dict[str, Any], path: str) -> list[Problem]:
    if not isinstance(measurements, dict) or set(measurements) - {*_SIZES, *_VALUES, "unit"}:
        names = ", ".join((*_SIZES, *_VALUES, "unit"))
        return [Problem(path, "bad_shape", f"The measurements of a {SEGMENT} are {names}.")]
    numbers = {name: value for name, value in measurements.items() if name != "unit"}
    if not all(is_number(value) for value in numbers.values()):
        return [Problem(path, "bad_number", "A measurement is a finite number; leave out what was not measured.")]
    if any(numbers.get(name, 0) < 0 for name in (*_SIZES, "sd")):
        return [Problem(path, "bad_number", "A size is not below 0.")]
    has_values = any(name in numbers for name in _VALUES)
    if has_values != ("unit" in measurements) or (has_values and measurements["unit"] not in _UNITS):
        return [Problem(f"{path}.unit", "bad_unit", f"Pixel values come with their unit: {', '.join(_UNITS)}.")]
    return _size_problems(numbers, geometry, path)


def _size_problems(numbers: dict[str, float], geometry: dict[str, Any], path: str) -> list[Problem]:
    if geometry["spacing_mm"] is None:
        if any(name in numbers for name in _SIZES):
            return [
                Problem(path, "no_spacing", "Without a regular volume with spacing there is no volume and no length.")
            ]
        return []
    volume_ml = volume_ml_of(geometry)
    said = numbers.get("volume_ml", volume_ml)
    if abs(said - volume_ml) > _ROUNDING + 1e-9 * volume_ml:
        detail = f"volume_ml is {said:.3f}, but its voxels say {volume_ml:.3f}. Reload the page and measure again."
        return [Problem(f"{path}.volume_ml", "measurement_mismatch", detail)]
    return []


def volume_ml_of(geometry: dict[str, Any]) -> float:
    """Return voxels times the volume of one, in millilitres."""
    return float(geometry["voxel_count"] * math.prod(geometry["spacing_mm"]) / 1000)


def anonymous_segment(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a segment's geometry as others see it: without the id that it has in its reader's read."""
    return {name: value for name, value in geometry.items() if name != "segment_id"}


def segments_named(payload: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the id and the digest of every segment that a stored payload names; version 1 knew none."""
    marks = [mark for finding in payload.get("findings", []) for mark in finding.get("marks", [])]
    return {
        (mark["geometry"]["segment_id"], mark["geometry"]["sha256"]) for mark in marks if is_segment(mark["geometry"])
    }

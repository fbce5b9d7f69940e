"""Older payloads as the newest version: every reader of a stored revision goes through `upgraded`.

Revisions are append-only, so what is stored stays in the version it was written in; its digest is that of the stored
form.
"""

from typing import Any

from annotations.domain.payload import PAYLOAD_VERSION

_SIZES_IN_MM = ("length_mm", "width_mm", "height_mm", "area_mm2")
# Version 3 has more kinds of answers; a read in version 2 says the same in version 3.
SAME_SHAPE_VERSION = 2


def upgraded(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a stored payload in the newest version, itself when it is that already."""
    if payload["version"] == PAYLOAD_VERSION:
        return payload
    if payload["version"] == SAME_SHAPE_VERSION:
        return {**payload, "version": PAYLOAD_VERSION}
    return {
        "version": PAYLOAD_VERSION,
        "answers": payload["answers"],
        "findings": [_finding_of_1(finding) for finding in payload["findings"]],
        "ai_decisions": [],
    }


def accepted(payload: Any) -> Any:
    """Return what a browser or program sent in the newest version, so that a page loaded before an update can save.

    Only where the last version's shape is the newest one's too; everything else is given back as it is, to be judged.
    """
    if isinstance(payload, dict) and type(payload.get("version")) is int and payload["version"] == SAME_SHAPE_VERSION:
        return upgraded(payload)
    return payload


def _finding_of_1(finding: dict[str, Any]) -> dict[str, Any]:
    """In version 1 a finding was one mark; the mark takes over the finding's id, so that it is the same every time."""
    geometry = finding["geometry"]
    # Version 1 kept no spacing beside pixel points, so a size in millimetres could not be checked against them.
    is_checkable = geometry.get("points_mm") is not None
    sizes = {name: finding["measurements"].get(name) for name in _SIZES_IN_MM}
    measured = {name: value for name, value in sizes.items() if value is not None and is_checkable}
    return {
        "id": finding["id"],
        "question": finding["question"],
        "code": finding["code"],
        "confidence": finding["confidence"],
        "answers": {},
        "marks": [{"id": finding["id"], "geometry": geometry, "measurements": measured}],
    }

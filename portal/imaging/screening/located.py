"""Lesions from DICOM: what a segmentation or a structured report says of places in images, as plain JSON values.

Runs in the screening child only (see `child`): it reads bytes that nobody has looked at before. Nothing that names the
patient is in the answer; whether the images are there is not known here.
"""

from pathlib import Path
from typing import Any

import pydicom
from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EnhancedSRStorage,
    SegmentationStorage,
)

from portal.imaging.screening import digests
from portal.imaging.screening.inspection import Opened, open_part_10
from portal.imaging.screening.predicted import read_predicted_report
from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.report import read_report
from portal.imaging.screening.segmentation import read_segmentation

# A segment on every slice of a large series; each frame describes itself in some thirty elements.
MAX_ELEMENTS = 400_000
REPORTS = (EnhancedSRStorage, ComprehensiveSRStorage, Comprehensive3DSRStorage)
# What highdicom and pydicom raise over a file that is not as the standard demands.
_FAULTS = (ValueError, TypeError, AttributeError, LookupError, RuntimeError, NotImplementedError, StopIteration)


def located(path: Path, threshold: float, *, is_predicted: bool = False) -> dict[str, Any]:
    """Read one file from disk; raises `Refusal` with the code of the first rule that it breaks.

    Of a report that is a prediction the groups without a place, and what made it, are read too (`predicted`).
    """
    with path.open("rb") as stream:
        opened = open_part_10(stream, most_elements=MAX_ELEMENTS)
        is_segmentation = opened.sop_class_uid == SegmentationStorage
        if not is_segmentation and opened.sop_class_uid not in REPORTS:
            raise Refusal("not_located")
        if is_segmentation:
            opened.checked_image()
        found = _read(path, threshold, "segmentation" if is_segmentation else "report", is_predicted=is_predicted)
        return {**found, **_identity(opened)}


def _read(path: Path, threshold: float, kind: str, *, is_predicted: bool) -> dict[str, Any]:
    try:
        data_set = pydicom.dcmread(path)
        if kind == "segmentation":
            return read_segmentation(data_set, threshold)
        return read_predicted_report(data_set) if is_predicted else read_report(data_set)
    except _FAULTS as error:
        if isinstance(error, RecursionError):
            raise
        raise Refusal(f"{kind}_invalid") from error


def _identity(opened: Opened) -> dict[str, Any]:
    uids = opened.uids()
    return {
        "sha256": digests.file_sha256(opened.source),
        "sop_instance_uid": uids["SOPInstanceUID"],
        "study_instance_uid": uids["StudyInstanceUID"],
    }

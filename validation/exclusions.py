"""Why a case or a read does not count, by stable names and in words."""

from collections.abc import Mapping
from typing import Any

EXCLUSION_DETAILS = {
    "training": "The case was read for training, with its truth shown afterwards.",
    "withdrawn": "The case was withdrawn.",
    "no-truth": "The reference standard says nothing about the case.",
    "not-assigned": "The case was not assigned to this reader in this arm.",
    "other-arm": "The read belongs to another arm, which this analysis does not use.",
    "arbitration": "The read is an arbitration of a double reading, made after the two readers' own.",
    "repeat": "The read is a hidden repeat, which serves the reader's agreement with themself.",
    "unsigned": "The read has not been signed.",
    "void": "The assignment was withdrawn.",
    "call-cannot-assess": "The reader signed that the call cannot be assessed.",
    "rating-cannot-assess": "The reader signed that the rating cannot be assessed.",
    "no-call": "The signed read holds no call.",
    "no-rating": "The signed read holds no rating.",
    "no-prediction": "The AI model has no prediction for the case.",
    "no-lesion": "The reference standard names no lesion of the positive case: figures of marks are without it.",
    "marks-cannot-assess": "The reader signed that the finding cannot be assessed: no figure of marks has the read.",
    "marks-unrated": "A mark of the read has no rating: figures of marks are without the read.",
}


def case_reason(case: Mapping[str, Any]) -> str | None:
    """Say why a case counts for nobody. Snapshots from before there were designs name neither of the first two."""
    if case.get("is_training"):
        return "training"
    if case.get("is_withdrawn"):
        return "withdrawn"
    return "no-truth" if case["truth"] is None else None

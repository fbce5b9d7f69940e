"""How often a model version's scores were right in data registered with it. Pure rules over plain JSON values."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, TypedDict

from portal.errors import FieldProblem
from portal.inference.finding_geometry import problem as _problem

MAXIMUM_BANDS = 50
MAXIMUM_SOURCE = 200
_BAND_FIELDS = {"low", "high", "cases", "positives"}


class CalibrationHint(TypedDict):
    """One band of scores: of so many cases scored in it, so many were positive."""

    data_source: str
    low: float
    high: float
    cases: int
    positives: int


def calibration_problems(raw: Any) -> list[FieldProblem]:
    """Everything that is wrong with a posted calibration: a source and bands in rising order that do not overlap."""
    if raw is None:
        return []
    if not isinstance(raw, Mapping) or set(raw) != {"source", "bands"}:
        return [_problem("calibration", "bad_shape", "A calibration has exactly the fields source and bands.")]
    source, bands = raw["source"], raw["bands"]
    problems = []
    if not isinstance(source, str) or not source.strip() or len(source) > MAXIMUM_SOURCE or "\x00" in source:
        detail = f"Name the data in at most {MAXIMUM_SOURCE} characters."
        problems.append(_problem("calibration.source", "bad_source", detail))
    if not isinstance(bands, list) or not 1 <= len(bands) <= MAXIMUM_BANDS:
        return [*problems, _problem("calibration.bands", "bad_count", f"Give 1 to {MAXIMUM_BANDS} bands.")]
    for index, band in enumerate(bands):
        if not _is_band(band):
            detail = "A band has low and high (0 to 1, low below high), cases above 0 and positives up to cases."
            problems.append(_problem(f"calibration.bands[{index}]", "bad_band", detail))
    if not problems and any(first["high"] > second["low"] for first, second in pairwise(bands)):
        problems.append(_problem("calibration.bands", "overlap", "The bands rise and do not overlap."))
    return problems


def hint_for(score: float, calibration: Mapping[str, Any] | None) -> CalibrationHint | None:
    """The band that holds the score: from low up to, but not including, high, which 1 alone may reach."""
    for band in calibration["bands"] if calibration else []:
        if band["low"] <= score < band["high"] or score == band["high"] == 1:
            return CalibrationHint(
                data_source=str(calibration["source"] if calibration else ""),
                low=band["low"],
                high=band["high"],
                cases=band["cases"],
                positives=band["positives"],
            )
    return None


def _is_band(band: Any) -> bool:
    if not isinstance(band, Mapping) or set(band) != _BAND_FIELDS:
        return False
    low, high, cases, positives = (band[name] for name in ("low", "high", "cases", "positives"))
    are_edges = all(isinstance(edge, int | float) and not isinstance(edge, bool) for edge in (low, high))
    are_counts = all(type(count) is int for count in (cases, positives))
    return are_edges and are_counts and 0 <= low < high <= 1 and 0 <= positives <= cases and 1 <= cases < 2**31

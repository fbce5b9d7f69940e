"""The factor that turns the values of a PET image into SUV, computed here so that no date and no weight leaves.

Source: QIBA's vendor-neutral pseudo-code for SUV normalised to body weight, and PS3.3 C.8.9.1 and C.8.9.4. What is
missing or contradictory is a refusal with a code, never an assumption.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.imaging.reader_tags import tag_of

DicomJson = Mapping[str, Any]

# A private block of the portal's own (PS3.5 7.8): no standard element holds a factor without what it came from.
CREATOR_TAG, FACTOR_TAG, KIND_TAG, REFUSAL_TAG = "00550010", "00551001", "00551002", "00551003"
CREATOR = "OVERREAD"

REFUSALS: dict[str, str] = {
    "NOT_CORRECTED": "The image is not corrected for attenuation and decay.",
    "DECAY_CORRECTION": "The time to which decay was corrected is not the start of the scan or the injection.",
    "UNITS": "The units of the image are not Bq/ml, g/ml or counts with the manufacturer's factor.",
    "WEIGHT": "The image does not say the patient's weight.",
    "DOSE": "The image does not say the injected dose in Bq, or not a possible one.",
    "HALF_LIFE": "The image does not say the half-life of the radionuclide.",
    "TIMES": "The times of injection and scan are missing or contradict each other.",
}

# Below a hundred kilobecquerels nothing is imaged: such a dose was written in MBq or mCi.
_LEAST_DOSE_BQ = 1e5
_SUV_TYPES = frozenset({"BW", "LBM", "BSA", "LBMJAMES128", "LBMJANMA", "IBW"})
_PHILIPS, _PHILIPS_SUV, _PHILIPS_BQML = "Philips PET Private Group", 0x00, 0x09
_GE, _GE_SCAN_TIME = "GEMS_PETD_01", 0x0D


class SuvRefusal(Exception):
    """There is no SUV, for the reason with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(REFUSALS[code])
        self.code = code


def suv_elements(row: DicomJson) -> dict[str, Any]:
    """The elements that tell a viewer of an instance's SUV; none for what is no PET image."""
    if _text(row, "Modality") != "PT":
        return {}
    creator = {CREATOR_TAG: {"vr": "LO", "Value": [CREATOR]}}
    try:
        factor, kind = suv_factor(row)
    except SuvRefusal as refusal:
        return creator | {REFUSAL_TAG: {"vr": "CS", "Value": [refusal.code]}}
    return creator | {FACTOR_TAG: {"vr": "FD", "Value": [factor]}, KIND_TAG: {"vr": "CS", "Value": [kind]}}


def suv_factor(row: DicomJson) -> tuple[float, str]:
    """What to multiply the rescaled values with, and which SUV that gives.

    Raises
    ------
    SuvRefusal
        When the image does not say all that is needed.
    """
    units = _text(row, "Units")
    if units == "GML":
        # C.8.9.1: SUV Type is BW where it is absent.
        kind = _text(row, "SUVType") or "BW"
        return (1.0, kind) if kind in _SUV_TYPES else _refuse("UNITS")
    if not {"ATTN", "DECY"} <= set(_texts(row, "CorrectedImage")):
        raise SuvRefusal("NOT_CORRECTED")
    if units == "BQML":
        return _factor_of_bqml(row), "BW"
    if units == "CNTS":
        return _factor_of_counts(row), "BW"
    raise SuvRefusal("UNITS")


def _refuse(code: str) -> tuple[float, str]:
    raise SuvRefusal(code)


def _factor_of_counts(row: DicomJson) -> float:
    suv = _private_number(row, 0x7053, _PHILIPS, _PHILIPS_SUV)
    if suv:
        return suv
    bqml = _private_number(row, 0x7053, _PHILIPS, _PHILIPS_BQML)
    if bqml:
        return bqml * _factor_of_bqml(row)
    raise SuvRefusal("UNITS")


def _factor_of_bqml(row: DicomJson) -> float:
    weight_kg = _number(row, "PatientWeight")
    if not weight_kg or weight_kg <= 0:
        raise SuvRefusal("WEIGHT")
    agent = _first_item(row, "RadiopharmaceuticalInformationSequence")
    dose_bq = _number(agent, "RadionuclideTotalDose")
    if not dose_bq or dose_bq < _LEAST_DOSE_BQ:
        raise SuvRefusal("DOSE")
    return weight_kg * 1000 / (dose_bq * _decay(row, agent))


def _decay(row: DicomJson, agent: DicomJson) -> float:
    """The share of the dose that is left at the time to which the image was corrected."""
    corrected_to = _text(row, "DecayCorrection")
    if corrected_to == "ADMIN":
        return 1.0
    if corrected_to != "START":
        raise SuvRefusal("DECAY_CORRECTION")
    half_life_s = _number(agent, "RadionuclideHalfLife")
    if not half_life_s or half_life_s <= 0:
        raise SuvRefusal("HALF_LIFE")
    scan = _scan_start(row, half_life_s)
    decay_s = (scan - _injection(row, agent, scan)).total_seconds()
    if decay_s < 0:
        raise SuvRefusal("TIMES")
    return math.pow(2, -decay_s / half_life_s)


def _scan_start(row: DicomJson, half_life_s: float) -> datetime:
    """The time to which START refers: that of the series, unless it was made after the scan."""
    series = _date_time(row, "SeriesDate", "SeriesTime")
    acquired = _date_time(row, "AcquisitionDate", "AcquisitionTime")
    if series and acquired and series <= acquired:
        return series
    stamp = _private_text(row, 0x0009, _GE, _GE_SCAN_TIME)
    scan = _parsed(stamp) if stamp else _start_by_frame(row, acquired, half_life_s)
    if scan is None:
        raise SuvRefusal("TIMES")
    return scan


def _start_by_frame(row: DicomJson, acquired: datetime | None, half_life_s: float) -> datetime | None:
    """Frame Reference Time is the way from the start to the frame's mean activity (C.8.9.4.1.5)."""
    reference_ms, duration_ms = _number(row, "FrameReferenceTime"), _number(row, "ActualFrameDuration")
    if acquired is None or not reference_ms or not duration_ms or reference_ms <= 0 or duration_ms <= 0:
        return None
    decay_per_s = math.log(2) / half_life_s
    decayed = decay_per_s * duration_ms / 1000
    mean_s = math.log(decayed / -math.expm1(-decayed)) / decay_per_s
    return acquired + timedelta(seconds=mean_s - reference_ms / 1000)


def _injection(row: DicomJson, agent: DicomJson, scan: datetime) -> datetime:
    stamp = _text(agent, "RadiopharmaceuticalStartDateTime")
    if stamp:
        found = _parsed(stamp, _text(row, "TimezoneOffsetFromUTC"))
        if found is None:
            raise SuvRefusal("TIMES")
        return found
    time = _text(agent, "RadiopharmaceuticalStartTime")
    found = _parsed(scan.strftime("%Y%m%d") + time) if time else None
    if found is None:
        raise SuvRefusal("TIMES")
    # Without a date of its own it is the last such time before the scan: the day before, across midnight.
    return found if found <= scan else found - timedelta(days=1)


def _date_time(row: DicomJson, date_keyword: str, time_keyword: str) -> datetime | None:
    date, time = _text(row, date_keyword), _text(row, time_keyword)
    return _parsed(date + time) if date and time else None


def _parsed(stamp: str, offset_of_others: str = "") -> datetime | None:
    """A DT, or DA and TM joined, in the local time of the image; None when it is none."""
    text, zone = stamp.replace(":", "").strip(), ""
    for sign in "+-":
        if sign in text[8:]:
            text, _, zone = text.partition(sign)
            zone = sign + zone
    whole, _, fraction = text.partition(".")
    try:
        # Every time is taken as UTC: only differences count, and the image's own zone is the same for all.
        found = datetime.strptime(whole.ljust(14, "0") + "+0000", "%Y%m%d%H%M%S%z")
        found += timedelta(seconds=float(f"0.{fraction or 0}"))
        if zone and offset_of_others:
            found += _offset(offset_of_others) - _offset(zone)
    except ValueError:
        return None
    return found if len(whole) >= 10 else None


def _offset(text: str) -> timedelta:
    return datetime.strptime(text, "%z").utcoffset() or timedelta(0)


def _values(row: DicomJson, tag: str) -> list[Any]:
    element = row.get(tag)
    return list(element.get("Value", ())) if element else []


def _texts(row: DicomJson, keyword: str) -> list[str]:
    return [str(value).strip() for value in _values(row, tag_of(keyword))]


def _text(row: DicomJson, keyword: str) -> str:
    return next(iter(_texts(row, keyword)), "")


def _number(row: DicomJson, keyword: str) -> float | None:
    return _finite(_text(row, keyword))


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _first_item(row: DicomJson, keyword: str) -> DicomJson:
    items = _values(row, tag_of(keyword))
    return items[0] if items else {}


def _private_text(row: DicomJson, group: int, creator: str, element: int) -> str:
    """A private element by its creator, wherever the file put the creator's block (PS3.5 7.8.1)."""
    for block in range(0x10, 0x100):
        if [str(one).strip() for one in _values(row, f"{group:04X}{block:04X}")] == [creator]:
            found = _values(row, f"{group:04X}{block:02X}{element:02X}")
            return str(found[0]).strip() if found else ""
    return ""


def _private_number(row: DicomJson, group: int, creator: str, element: int) -> float | None:
    return _finite(_private_text(row, group, creator, element))

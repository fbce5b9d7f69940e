"""What a protocol may show of the header of an imaging study: sex, age, site and descriptions, never who it is.

Pure: DICOM JSON in, plain words out. What is not asked for here stays in the archive.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.imaging.reader_tags import tag_of

DicomJson = Mapping[str, Any]

# Patient's Sex (0010,0040), PS3.3 C.7.1.1.
_SEXES = frozenset({"F", "M", "O"})
_AGE = re.compile(r"(\d{3})([DWMY])")
_UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
_IN_A_YEAR = {"D": 365, "W": 52, "M": 12, "Y": 1}
# Ages over 89 are one class in de-identified data, 45 CFR 164.514(b)(2)(i)(C).
_OLDEST_TOLD = 89
_OLDEST = "90 years or older"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Whoever they name: taken out of every text that somebody types.
NAMING = (
    "PatientName",
    "PatientID",
    "OtherPatientNames",
    "OtherPatientIDs",
    "PatientBirthName",
    "PatientMotherBirthName",
    "PatientBirthDate",
    "AccessionNumber",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "NameOfPhysiciansReadingStudy",
)
_SHORTEST_NAME = 3
# Written in the place of a name, they say that there is no person.
_NOBODY = frozenset({"ANONYMOUS", "PHANTOM", "SYNTHETIC"})
_LEFT_OUT = "[…]"


def header_facts(row: DicomJson, descriptions: Mapping[str, str]) -> dict[str, Any]:
    """Describe an imaging study by the header of one of its images and its series' descriptions by their UIDs."""
    naming = naming_words(value for keyword in NAMING for value in _texts(row, keyword))

    def text(keyword: str) -> str:
        return without_names(_text(row, keyword), naming)

    sex = _text(row, "PatientSex").upper()
    return {
        "sex": sex if sex in _SEXES else "",
        "age": age_text(_text(row, "PatientAge"), _text(row, "PatientBirthDate"), _text(row, "StudyDate")),
        "institution": text("InstitutionName"),
        "station": text("StationName"),
        # Nobody types these: a patient called like a manufacturer would be named by the gap.
        "manufacturer": _text(row, "Manufacturer"),
        "model": _text(row, "ManufacturerModelName"),
        "study_description": text("StudyDescription"),
        "series_descriptions": {uid: without_names(said, naming) for uid, said in descriptions.items()},
    }


def age_text(age: str, birth_date: str, study_date: str) -> str:
    """Say an age in words: Patient's Age (AS, PS3.5 6.2), else the one on the day of the study; empty if unknown."""
    found = _AGE.fullmatch(age.upper())
    if found:
        number, unit = int(found[1]), found[2]
        is_oldest = number // _IN_A_YEAR[unit] > _OLDEST_TOLD
        return _OLDEST if is_oldest else _counted(number, _UNITS[unit])
    born, seen = _date(birth_date), _date(study_date)
    if born is None or seen is None or seen < born:
        return ""
    months = (seen.year - born.year) * 12 + seen.month - born.month - (seen.day < born.day)
    if months >= 24:
        return _OLDEST if months // 12 > _OLDEST_TOLD else _counted(months // 12, "years")
    return _counted(months, "months") if months else _counted((seen - born).days, "days")


def without_names(text: str, naming: frozenset[str]) -> str:
    """Return a text without the words that name somebody, also where underscores join them to others."""
    if not naming:
        return text
    words = "|".join(re.escape(word) for word in sorted(naming, key=len, reverse=True))
    return re.sub(rf"(?<![^\W_])(?:{words})(?![^\W_])", _LEFT_OUT, text, flags=re.IGNORECASE)


def naming_words(values: Iterable[str]) -> frozenset[str]:
    """Return the words by which the values of `NAMING` name patient and staff, whole values too.

    Of a name with several components (PS3.5 6.2, PN) also the parts that a hyphen joins.
    """
    words: set[str] = set()
    for value in values:
        words |= {value, *re.split(r"[\s^=,;\\]+", value)}
        words |= set(re.split(r"[\W_]+", value)) if "^" in value else set()
    return frozenset(word for word in words if len(word) >= _SHORTEST_NAME and word.upper() not in _NOBODY)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _texts(row: DicomJson, keyword: str) -> list[str]:
    """The values of an element as text; of a name, which DICOM JSON writes as an object, its component groups."""
    found: list[str] = []
    for value in row.get(tag_of(keyword), {}).get("Value", ()):
        parts = value.values() if isinstance(value, Mapping) else (value,)
        found += [_CONTROL.sub(" ", str(part)).strip()[:64] for part in parts if part is not None]
    return [one for one in found if one]


def _text(row: DicomJson, keyword: str) -> str:
    return next(iter(_texts(row, keyword)), "")

"""What a protocol may show of the header of an imaging study: sex, age, site and descriptions, never who it is.

Pure: DICOM JSON in, plain words out. What is not asked for here stays in the archive.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
# Whoever they name: taken out of every text that somebody types. The names have the value representation PN.
PATIENT_NAMES = (
    "PatientName",
    "OtherPatientNames",
    "PatientBirthName",
    "PatientMotherBirthName",
    "ResponsiblePerson",
)
STAFF_NAMES = (
    "ReferringPhysicianName",
    "ConsultingPhysicianName",
    "PhysiciansOfRecord",
    "RequestingPhysician",
    "PerformingPhysicianName",
    "ScheduledPerformingPhysicianName",
    "OperatorsName",
    "NameOfPhysiciansReadingStudy",
    "NamesOfIntendedRecipientsOfResults",
)
NAMES = (*PATIENT_NAMES, *STAFF_NAMES)
IDENTIFIERS = ("PatientID", "OtherPatientIDs", "PatientBirthDate", "AccessionNumber", "AdmissionID")
# Sequences whose items hold some of these.
NAMING_ITEMS = ("OtherPatientIDsSequence", "RequestAttributesSequence")
NAMING = (*NAMES, *IDENTIFIERS, *NAMING_ITEMS)
_SHORTEST_WORD = 3
# Of two letters a word of a name counts, unless scanners' texts are full of it: then it names nobody.
_SHORTEST_NAME = 2
_ABBREVIATIONS = re.compile(
    "AP|AX|CC|CM|CR|CT|DR|DX|EP|FS|GE|HD|II|IO|IR|IV|JR|KM|LE|LL|LT|MD|MG|ML|MM|MR|NM|OP|OT|PA|PT|RE|RF|RL|RT|SE|SR|"
    "TE|TH|TI|TR|US|XA",
    re.IGNORECASE,
)
# Family, given and middle name; prefix and suffix, the two components after them, are titles (PS3.5 6.2, PN).
_NAMING_COMPONENTS = 3
# Han, kana and hangul are written without spaces: a name stands in the middle of a text.
_IDEOGRAPHS = "々〆\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_BEGINS, _ENDS = rf"(?<![^\W_{_IDEOGRAPHS}])", rf"(?![^\W_{_IDEOGRAPHS}])"
# One ideograph is a name where it stands alone or one of these follows, else a part of a word.
_TITLES = "様|さん|さま|氏|殿|君|先生|医師|醫師|医生|醫生|女士|小姐|님|씨|선생"
_ALONE = rf"(?<![{_IDEOGRAPHS}])", rf"(?={_TITLES}|[^{_IDEOGRAPHS}]|$)"
# Written in the place of a name, they say that there is no person.
_NOBODY = frozenset({"ANONYMOUS", "PHANTOM", "SYNTHETIC"})
_LEFT_OUT = "[…]"


def header_facts(rows: Sequence[DicomJson], descriptions: Mapping[str, str]) -> dict[str, Any]:
    """Describe an imaging study by the header of its first image and its series' descriptions by their UIDs.

    `rows`: of each series the header of an image, the first of the imaging study first. Whoever one of them names is
    named in no text: what was typed for a series can name who stands in the header of another.
    """
    row = rows[0]
    naming = naming_words(
        (value for one in rows for value in header_values(one, NAMES)),
        (value for one in rows for value in header_values(one, IDENTIFIERS)),
    )

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
    return naming_pattern(naming).sub(_LEFT_OUT, text) if naming else text


def naming_pattern(naming: Collection[str]) -> re.Pattern[str]:
    """Return what finds these words in a text, also where underscores join them to others; there is at least one."""
    words = "|".join(_pattern(word) for word in sorted(naming, key=len, reverse=True))
    return re.compile(words, re.IGNORECASE)


def _pattern(word: str) -> str:
    if not _IDEOGRAPH.search(word):
        return f"{_BEGINS}{re.escape(word)}{_ENDS}"
    return re.escape(word) if len(word) > 1 else f"{_ALONE[0]}{re.escape(word)}{_ALONE[1]}"


def naming_words(names: Iterable[str], identifiers: Iterable[str] = ()) -> frozenset[str]:
    """Return the words by which the values of `NAMES` and `IDENTIFIERS` name patient and staff, whole values too.

    Of a name with several components (PS3.5 6.2, PN) also the parts that a hyphen joins, and those of a component
    written as one word; in ideographs family and given name as one, and words of any length.
    """
    words: set[str] = set()
    short: set[str] = set()
    for value in names:
        words |= {value, *re.split(r"[\s^=,;\\]+", value)}
        words |= set(re.split(r"[\W_]+", value)) if "^" in value else set()
        for group in value.split("="):
            parts = [re.split(r"[\W_]+", one) for one in group.split("^")[:_NAMING_COMPONENTS]]
            short |= {part for component in parts for part in component}
            words |= {"".join(component) for component in parts}
            if _IDEOGRAPH.search(group):
                words.add("".join(part for component in parts for part in component))
    for value in identifiers:
        words |= {value, *re.split(r"[\s^=,;\\]+", value)}
    found = {word for word in words if len(word) >= _SHORTEST_WORD} | {word for word in short if _is_short_name(word)}
    return frozenset(word for word in found if word.upper() not in _NOBODY)


def _is_short_name(word: str) -> bool:
    if _IDEOGRAPH.search(word):
        return True
    return len(word) == _SHORTEST_NAME and word.isalpha() and not _ABBREVIATIONS.fullmatch(word)


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


def header_values(row: DicomJson, keywords: Sequence[str]) -> Iterator[str]:
    """Yield the values of elements as text, also within the items of `NAMING_ITEMS`."""
    for keyword in keywords:
        yield from _texts(row, keyword)
    for keyword in NAMING_ITEMS:
        for item in row.get(tag_of(keyword), {}).get("Value", ()):
            if isinstance(item, Mapping):
                yield from header_values(item, keywords)


def _text(row: DicomJson, keyword: str) -> str:
    return next(iter(_texts(row, keyword)), "")

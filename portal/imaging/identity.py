"""Whether a text that somebody types says who the patient is: by what the header of the images gives as such.

Pure: DICOM JSON and texts in, kinds and line numbers out. What was found is never repeated.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from portal.imaging.header_facts import (
    IDENTIFIERS,
    PATIENT_NAMES,
    STAFF_NAMES,
    header_values,
    naming_pattern,
    naming_words,
)

PATIENT_NAME, IDENTIFIER, BIRTH_DATE, STAFF_NAME = KINDS = ("PATIENT_NAME", "IDENTIFIER", "BIRTH_DATE", "STAFF_NAME")
_BIRTH_DATE = "PatientBirthDate"
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
# Every clinical text says them; where a file has them for a name, they name nobody.
_OF_EVERY_TEXT = frozenset({"PATIENT", "MALE", "FEMALE", "MAN", "WOMAN", "MR", "MRS", "MS", "DR", "PROF"})


class Identity(NamedTuple):
    """By which words and dates a text would name the patient of some images, or who cared for them."""

    names: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    birth_dates: frozenset[date] = frozenset()
    staff: frozenset[str] = frozenset()


class Hit(NamedTuple):
    """What of an identity a text holds, and in which of its lines, the first being 1."""

    kind: str
    lines: tuple[int, ...]


def identity_of(rows: Iterable[Mapping[str, Any]]) -> Identity:
    """Return who the headers of some images name; `rows` are DICOM JSON (PS3.18 F.2), one for each image."""
    headers = list(rows)
    given = [value for row in headers for value in header_values(row, [_BIRTH_DATE])]
    numbers = [name for name in IDENTIFIERS if name != _BIRTH_DATE]
    return Identity(
        names=_words(headers, PATIENT_NAMES),
        identifiers=naming_words((), (value for row in headers for value in header_values(row, numbers))),
        birth_dates=frozenset(found for value in given if (found := _date(value))),
        staff=_words(headers, STAFF_NAMES),
    )


def _words(headers: Iterable[Mapping[str, Any]], keywords: Sequence[str]) -> frozenset[str]:
    words = naming_words(value for row in headers for value in header_values(row, keywords))
    return frozenset(word for word in words if word.upper().rstrip(".") not in _OF_EVERY_TEXT)


def together(identities: Iterable[Identity]) -> Identity:
    """Return what any of these identities is known by."""
    known = list(identities)
    return Identity(
        names=frozenset().union(*(one.names for one in known)),
        identifiers=frozenset().union(*(one.identifiers for one in known)),
        birth_dates=frozenset().union(*(one.birth_dates for one in known)),
        staff=frozenset().union(*(one.staff for one in known)),
    )


def hits_in(text: str, identity: Identity) -> list[Hit]:
    """Return what of an identity a text holds, in the order of `KINDS`; one hit for each kind."""
    patterns = {
        PATIENT_NAME: naming_pattern(identity.names) if identity.names else None,
        IDENTIFIER: naming_pattern(identity.identifiers) if identity.identifiers else None,
        BIRTH_DATE: date_pattern(identity.birth_dates) if identity.birth_dates else None,
        STAFF_NAME: naming_pattern(identity.staff) if identity.staff else None,
    }
    hits = []
    for kind in KINDS:
        pattern = patterns[kind]
        lines = [number for number, line in enumerate(text.split("\n"), start=1) if pattern and pattern.search(line)]
        if lines:
            hits.append(Hit(kind, tuple(lines)))
    return hits


def date_pattern(days: Iterable[date]) -> re.Pattern[str]:
    """Return what finds these days as people write them: in digits in any usual order, or with an English month."""
    forms = "|".join(form for day in sorted(days) for form in _forms(day))
    return re.compile(rf"(?<!\d)(?:{forms})(?!\d)", re.IGNORECASE)


def _forms(day: date) -> list[str]:
    sign, year = r"\s*[-./ ]\s*", rf"(?:{day.year:04d}|{day.year % 100:02d})"
    month, number = rf"0?{day.month}", rf"0?{day.day}"
    name = _MONTHS[day.month - 1]
    word = rf"{name[:3]}(?:{name[3:]}|t)?\.?"
    return [
        f"{day:%Y%m%d}",
        rf"{day.year:04d}{sign}{month}{sign}{number}",
        rf"{number}{sign}{month}{sign}{year}",
        rf"{month}{sign}{number}{sign}{year}",
        rf"{number}(?:st|nd|rd|th)?\.?(?:\s+of)?\s*[-/ ]?\s*{word}[-,/ ]?\s*{year}",
        rf"{word}\s*{number}(?:st|nd|rd|th)?(?:,\s*|\s+){year}",
        rf"{day.year:04d}[-/ ]\s*{word}[-/ ]\s*{number}",
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""Who a header names, found in a text: in the ways in which people write names, numbers and days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.imaging.identity import (
    BIRTH_DATE,
    IDENTIFIER,
    PATIENT_NAME,
    STAFF_NAME,
    Identity,
    hits_in,
    identity_of,
    together,
)
from tests.imaging.dicom_files import ct_slice

HEADER = {
    "PatientName": "Müller-Lüdenscheidt^Anna Maria^^Dr.",
    "PatientID": "MRN-4711-x",
    "PatientBirthDate": "19661105",
    "AccessionNumber": "A2024/0815",
    "ReferringPhysicianName": "Kowalski^Jan",
}


def identity(**changes: str) -> Identity:
    header: dict[str, Any] = HEADER | changes
    return identity_of([ct_slice(seed="identity", **header).to_json_dict()])


def kinds(text: str, known: Identity | None = None) -> list[str]:
    return [hit.kind for hit in hits_in(text, known or identity())]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mrs Müller has coughed.", PATIENT_NAME),
        ("LÜDENSCHEIDT, A.", PATIENT_NAME),
        ("anna says she is well", PATIENT_NAME),
        ("see MRN-4711-X for more", IDENTIFIER),
        ("request A2024/0815", IDENTIFIER),
        ("dear Dr Kowalski", STAFF_NAME),
        ("born 1966-11-05", BIRTH_DATE),
        ("born 19661105", BIRTH_DATE),
        ("* 5.11.1966", BIRTH_DATE),
        ("* 05.11.66", BIRTH_DATE),
        ("DOB 11/05/1966", BIRTH_DATE),
        ("DOB 5/11/66", BIRTH_DATE),
        ("born 5 November 1966", BIRTH_DATE),
        ("born 5th of Nov. 1966", BIRTH_DATE),
        ("born November 5, 1966", BIRTH_DATE),
        ("born 05-NOV-1966", BIRTH_DATE),
    ],
)
def test_what_names_the_patient_is_found(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "The patient has coughed for three weeks. Nodule?",
        "Annals of medicine; mulled over.",
        "On 6 November 1966 and 2024-11-05, 119661105 and 1966-11-051.",
        "MRN-4711",
        "Sent by Dr. Who in November 1966.",
        "",
    ],
)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    assert kinds(text) == []


def test_lines_are_named_and_each_kind_once() -> None:
    hits = hits_in("Anna\ncoughs\nMüller, born 5.11.1966", identity())
    assert [(hit.kind, hit.lines) for hit in hits] == [(PATIENT_NAME, (1, 3)), (BIRTH_DATE, (3,))]


def test_words_that_every_text_has_name_nobody() -> None:
    known = identity(PatientName="Patient^Male")
    assert kinds("male patient", known) == []


def test_a_header_without_names_knows_nobody() -> None:
    known = identity(**dict.fromkeys(HEADER, ""))
    assert known == Identity()
    assert kinds("Anna, 5.11.1966, MRN-4711-x", known) == []


def test_several_images_are_searched_together() -> None:
    both = together([identity(), identity(PatientName="Schmidt^Eva")])
    assert kinds("Eva and Anna", both) == [PATIENT_NAME]
    assert together([]) == Identity()


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(-3000, 3000).filter(bool))
def test_a_day_is_found_in_its_usual_forms_and_no_other_day_is(day: date, apart: int) -> None:
    known = Identity(birth_dates=frozenset({day}))
    forms = ("%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %B %Y", "%b %d, %Y", "%d-%b-%y")
    for form in forms:
        assert kinds(f"Born {day.strftime(form)}, coughs.", known) == [BIRTH_DATE], form
    other = day + timedelta(days=apart)
    # Day and month can change places: 5/6 and 6/5 are the same digits.
    assert kinds(f"Seen {other:%Y-%m-%d}.", known) == []

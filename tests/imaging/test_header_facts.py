"""What may be told of a header: sex, age and site, and no word that names somebody."""

import io
import json
from typing import Any

import pydicom
import pytest

from portal.imaging.header_facts import age_text, header_facts, naming_words, without_names
from tests.imaging.dicom_files import ct_slice, to_bytes


def row(**changes: Any) -> dict[str, Any]:
    """DICOM JSON as pydicom writes it."""
    content = to_bytes(ct_slice(**changes))
    found: dict[str, Any] = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).to_json_dict()
    return found


@pytest.mark.parametrize(
    ("age", "born", "seen", "text"),
    [
        # PS3.5 6.2, AS: nnnD, nnnW, nnnM, nnnY.
        ("018M", "", "", "18 months"),
        ("057Y", "19310101", "20240229", "57 years"),
        ("001Y", "", "", "1 year"),
        ("003W", "", "", "3 weeks"),
        ("089Y", "", "", "89 years"),
        ("090Y", "", "", "90 years or older"),
        ("102Y", "", "", "90 years or older"),
        ("", "19670301", "20240229", "56 years"),
        ("", "19670228", "20240229", "57 years"),
        ("", "20230131", "20240229", "12 months"),
        ("", "20240210", "20240229", "19 days"),
        ("", "19340228", "20240229", "90 years or older"),
        ("", "19340301", "20240229", "89 years"),
        ("57", "", "20240229", ""),
        ("", "20240301", "20240229", ""),
        ("", "1967", "20240229", ""),
        ("", "", "", ""),
    ],
)
def test_an_age_as_it_was_on_the_day(age: str, born: str, seen: str, text: str) -> None:
    assert age_text(age, born, seen) == text


def test_sex_age_and_site_are_told_and_nothing_else() -> None:
    changes = {
        "PatientSex": "F",
        "PatientBirthDate": "19670228",
        "InstitutionName": "Harbour Hospital",
        "StationName": "CT01",
        "Manufacturer": "ACME",
        "ManufacturerModelName": "Scan 3",
        "StudyDescription": "Thorax routine",
    }
    facts = header_facts([row(**changes)], {"1.2": "Lung 1.0"})
    assert facts == {
        "sex": "F",
        "age": "57 years",
        "institution": "Harbour Hospital",
        "station": "CT01",
        "manufacturer": "ACME",
        "model": "Scan 3",
        "study_description": "Thorax routine",
        "series_descriptions": {"1.2": "Lung 1.0"},
    }


def test_words_that_name_somebody_are_taken_out_of_every_text() -> None:
    changes = {
        "PatientName": "Müller^Anna Maria",
        "SpecificCharacterSet": "ISO_IR 192",
        "PatientID": "4711-X",
        "ReferringPhysicianName": "Vries^Jan",
        "OperatorsName": ["Roe^Rick", "Poe^Pat"],
        "AccessionNumber": "A123",
        "InstitutionName": "Praxis Dr. Vries",
        "StationName": "POE",
        "Manufacturer": "Roe Medical",
        "StudyDescription": "Control müller, anna / id 4711-x (a123)",
    }
    facts = header_facts([row(**changes)], {"1.2": "Lung ROE", "1.3": "Roentgen MARIA"})
    assert facts["institution"] == "Praxis Dr. […]"
    assert facts["station"] == "[…]"
    assert facts["manufacturer"] == "Roe Medical", "nobody types it, and a gap would name somebody"
    assert facts["study_description"] == "Control […], […] / id […] ([…])"
    assert facts["series_descriptions"] == {"1.2": "Lung […]", "1.3": "Roentgen […]"}
    said = json.dumps(facts, ensure_ascii=False).casefold()
    assert not any(word in said for word in ("müller", "anna", "maria", "4711", "vries", "a123"))


@pytest.mark.parametrize(
    ("named", "typed", "left"),
    [
        ("Smith^John", "T1_MPRAGE_SMITH", "T1_MPRAGE_[…]"),
        ("Smith-Jones^Ann", "Thorax JONES", "Thorax […]"),
        ("Smith-Jones^Ann", "Smith-Jones 2", "[…] 2"),
        # An identifier is left whole: half of one may be an ordinary word.
        ("CHEST-001", "Chest CHEST-001", "Chest […]"),
        # Not a name: that nobody is shown may be read.
        ("SYNTHETIC^Body 1", "SYNTHETIC phantom", "SYNTHETIC phantom"),
        ("Phantom^Water", "Water phantom", "[…] phantom"),
        # Of two letters, unless scanners' texts are full of them; titles name nobody.
        ("Wu^Li", "Thorax WU, li/lung", "Thorax […], […]/lung"),
        ("Wu^Li", "Wuhan protocol, lie down", "Wuhan protocol, lie down"),
        ("Ct^Bo", "CT Bo", "CT […]"),
        ("Roe^Jo^^Dr", "Dr Jo Roe", "Dr […] […]"),
        ("WANG^XIAO DONG", "Xiaodong wang CT", "[…] […] CT"),
        # PS3.5 H.3: alphabetic, ideographic and phonetic group; typed without spaces, with and without a title.
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎胸部CT", "[…]胸部CT"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "胸部 太郎 やまだ", "胸部 […] […]"),
        ("Wang^XiaoDong=王^小東", "Wang先生 王小東", "[…]先生 […]"),
        ("Wang^XiaoDong=王^小東", "王様 胸部, 王 CT", "[…]様 胸部, […] CT"),
        # One ideograph is more often a part of a word than a name.
        ("Gao^Li=高^力", "高分解能CT", "高分解能CT"),
        # PS3.5 I.2.
        ("Hong^Gildong=洪^吉洞=홍^길동", "홍길동님 흉부", "[…]님 흉부"),
    ],
)
def test_names_joined_to_other_words_are_names(named: str, typed: str, left: str) -> None:
    assert without_names(typed, naming_words([named])) == left


def test_everybody_is_taken_out_whom_any_header_names_also_within_a_sequence() -> None:
    other_id, of_request = pydicom.Dataset(), pydicom.Dataset()
    other_id.PatientID, of_request.AccessionNumber = "HOSP-77", "REQ99"
    first: dict[str, Any] = {
        "PatientName": "Roe^Ann",
        "PhysiciansOfRecord": ["Record^Rita", "Bo^Al"],
        "AdmissionID": "ADM5",
    }
    first |= {"RequestingPhysician": "Requesting^Ray", "OtherPatientIDsSequence": [other_id]}
    first |= {"RequestAttributesSequence": [of_request], "StudyDescription": "HOSP-77 REQ99 Bo requesting rita adm5"}
    second = {"PatientName": "Roe^Ann", "OperatorsName": "Third^Theo", "ScheduledPerformingPhysicianName": "Plan^Pia"}
    facts = header_facts([row(**first), row(**second)], {"1.2": "Thorax Third, PIA", "1.3": "Record 2"})
    assert facts["study_description"] == " ".join(["[…]"] * 6)
    assert facts["series_descriptions"] == {"1.2": "Thorax […], […]", "1.3": "[…] 2"}


def test_a_header_without_anything_and_a_damaged_one_tell_nothing() -> None:
    empty = header_facts([{}], {})
    assert (empty["sex"], empty["age"], empty["institution"], empty["series_descriptions"]) == ("", "", "", {})
    odd = {
        "00100040": {"vr": "CS", "Value": ["X"]},
        "00101010": {"vr": "AS", "Value": [None]},
        "00080080": {"vr": "LO"},
    }
    assert header_facts([odd], {})["sex"] == ""
    assert without_names("A.B (C)", frozenset({"A.B"})) == "[…] (C)"

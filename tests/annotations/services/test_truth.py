"""Importing a reference standard."""

import pytest
from rest_framework.test import APIClient

from annotations.domain.truth_csv import Truth
from annotations.models import Case, ReferenceSource, ReferenceStandard, ReferenceTruth
from annotations.selectors.truth import truths_of
from annotations.services.truth import reference_standard_create, reference_standard_import
from portal.audit.models import Event
from portal.errors import Invalid
from tests.annotations.building import Built, draft

pytestmark = pytest.mark.django_db


def upload(built: Built, text: str) -> ReferenceStandard:
    return reference_standard_import(
        by=built.coordinator, reader_study=built.reader_study, text=text, name="panel of three.csv"
    )


def test_a_faulty_file_stores_nothing_and_names_the_rows() -> None:
    built = draft()
    with pytest.raises(Invalid) as refused:
        upload(built, "case,truth\nCase 001,1\nCase 002,maybe\nCase 077,0\n")
    assert refused.value.code == "invalid_csv"
    assert [(error["row"], error["field"], error["code"]) for error in refused.value.errors] == [
        (3, "truth", "not_binary"),
        (4, "case", "unknown_case"),
    ]
    assert ReferenceStandard.objects.count() == 0


def test_the_newest_version_is_in_force_and_older_ones_stay() -> None:
    built = draft()
    first = upload(built, "case,truth\nCase 001,1\nCase 002,0\n")
    second = upload(built, "case,truth\nCase 001,0\n")
    assert (first.version, second.version) == (1, 2)
    assert {truth.case.name: truth.truth for truth in truths_of(reader_study=built.reader_study).values()} == {
        "Case 001": 0
    }
    assert ReferenceTruth.objects.filter(reference_standard=first).count() == 2


def test_the_digest_depends_on_the_truths_and_not_on_the_order_of_rows() -> None:
    built = draft()
    one = upload(built, "case,truth\nCase 001,1\nCase 002,0\n")
    other = upload(built, "case,truth\nCase 001,1\nCase 002,1\n")
    same = upload(built, "case,truth\nCase 002,0\nCase 001,1\n")
    assert one.digest == same.digest != other.digest
    # What was said before the newest version may be said again, to go back to it.
    assert (one.version, other.version, same.version) == (1, 2, 3)


def test_the_truths_of_the_newest_version_are_no_version_once_more() -> None:
    built = draft()
    text = "case,truth\nCase 001,1\nCase 002,0\n"
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standard"
    client = APIClient()
    client.force_authenticate(built.coordinator)
    answers = [
        client.post(path, one, content_type="text/csv") for one in (text, "case,truth\nCase 002,0\nCase 001,1\n")
    ]
    assert [(one.status_code, one.json()["version"], one.json()["is_repeat"]) for one in answers] == [
        (201, 1, False),
        (200, 1, True),
    ]
    assert ReferenceStandard.objects.count() == 1
    assert Event.objects.filter(action="reference_standard.create").count() == 1
    # By consensus it is another truth, though every case has the same.
    of_readers = reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=[Truth("Case 001", 1, []), Truth("Case 002", 0, [])],
        source=ReferenceSource.CONSENSUS,
        provenance="",
    )
    assert upload(built, text).version == of_readers.version + 1


def test_names_that_were_given_to_other_cases_are_no_repeat() -> None:
    built = draft()
    text = "case,truth\nCase 001,1\nCase 002,0\n"
    upload(built, text)
    for old, new in (("Case 001", "Case 900"), ("Case 002", "Case 001"), ("Case 900", "Case 002")):
        Case.objects.filter(reader_study=built.reader_study, name=old).update(name=new)
    assert upload(built, text).version == 2

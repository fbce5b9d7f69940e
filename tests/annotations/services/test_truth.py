"""Importing a reference standard."""

import pytest

from annotations.models import ReferenceStandard, ReferenceTruth
from annotations.selectors.truth import truths_of
from annotations.services.truth import reference_standard_import
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
    same = upload(built, "case,truth\nCase 002,0\nCase 001,1\n")
    other = upload(built, "case,truth\nCase 001,1\nCase 002,1\n")
    assert one.digest == same.digest != other.digest

"""Own marks on priors: of the reader's own signed read in the same reader study, where the protocol shows them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.models import AssignmentState, CasePrior, Read, ReaderStudy
from annotations.selectors.hanging import own_marks_on_priors
from annotations.services import hanging as services
from annotations.services import reads as reading
from portal.accounts.models import User
from tests.annotations.building import COMPLETE, Built, content, draft, finding, launched, mark, save

pytestmark = pytest.mark.django_db


def read_of(built: Built, reader: User, number: int) -> Read:
    """The read of a case; cases are opened in the reader's own order."""
    reads = [built.open(reader, position) for position in range(1, len(built.cases) + 1)]
    return next(one for one in reads if one.assignment.case_id == built.cases[number].pk)


def marked(built: Built, number: int) -> dict[str, Any]:
    case = built.cases[number]
    return content(finding(case, marks=[mark(case), mark(case)]), finding(case), **COMPLETE)


@pytest.fixture
def built() -> Built:
    """Of two readers' three cases the first is a prior of the second; the protocol shows own marks on it."""
    made = launched()
    CasePrior.objects.create(case=made.cases[1], imaging_study=made.cases[0].imaging_study, position=1)
    ReaderStudy.objects.filter(pk=made.reader_study.pk).update(shows_priors=True, shows_prior_marks=True)
    return made


def test_what_was_signed_on_the_prior_is_shown_and_nothing_before(built: Built) -> None:
    reader = built.readers[0]
    earlier, later = read_of(built, reader, 0), read_of(built, reader, 1)
    drafted = marked(built, 0)
    reading.read_save_draft(by=reader, read=earlier, save=save(drafted))
    assert own_marks_on_priors(read=later) == {}, "a draft is not signed"
    reading.read_sign(by=reader, read=earlier, save=save(drafted, 1))
    shown = own_marks_on_priors(read=later)
    assert list(shown) == [built.cases[0].imaging_study_id]
    marks = shown[built.cases[0].imaging_study_id]
    assert [one["finding"] for one in marks] == [1, 1, 2]
    assert [one["geometry"] for one in marks] == [
        one["geometry"] for entry in drafted["findings"] for one in entry["marks"]
    ]
    assert own_marks_on_priors(read=read_of(built, built.readers[1], 1)) == {}, "another reader's marks are never shown"
    client = APIClient()
    client.force_authenticate(reader)
    (prior,) = client.get(f"/api/v1/reads/{later.pk}").json()["case"]["priors"]
    assert [one["id"] for one in prior["own_marks"]] == [one["id"] for one in marks]
    assert set(prior["own_marks"][0]) == {"id", "finding", "text", "geometry"}


@pytest.mark.parametrize("change", [{"shows_prior_marks": False}, {"shows_priors": False}])
def test_what_the_protocol_hides_is_not_there(built: Built, change: dict[str, bool]) -> None:
    reader = built.readers[0]
    reading.read_sign(by=reader, read=read_of(built, reader, 0), save=save(marked(built, 0)))
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(**change)
    later = read_of(built, reader, 1)
    assert own_marks_on_priors(read=later) == {}


def test_a_void_read_shows_nothing(built: Built) -> None:
    reader = built.readers[0]
    earlier = read_of(built, reader, 0)
    reading.read_sign(by=reader, read=earlier, save=save(marked(built, 0)))
    later = read_of(built, reader, 1)
    assert own_marks_on_priors(read=later) != {}
    built.reader_study.assignments.filter(pk=earlier.assignment_id).update(state=AssignmentState.VOID)
    assert own_marks_on_priors(read=later) == {}


def test_marks_are_shown_with_the_priors_only() -> None:
    made = draft()

    def put(shows_priors: bool, shows_prior_marks: bool) -> bool:
        services.hanging_protocol_put(
            by=made.coordinator,
            reader_study=made.reader_study,
            rules=[],
            shows_priors=shows_priors,
            shows_prior_marks=shows_prior_marks,
        )
        return ReaderStudy.objects.get(pk=made.reader_study.pk).shows_prior_marks

    assert put(True, True)
    assert not put(False, True)
    assert not put(True, False)

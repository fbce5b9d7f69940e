"""Hanging protocols and priors: stored in a draft, frozen at launch, and the priors' images follow the case's."""

import uuid
from datetime import date

import pytest

from annotations.access import viewable_imaging_studies
from annotations.models import AssignmentState, CasePrior, HangingProtocol, Read
from annotations.selectors.hanging import hanging_protocol_of, prior_candidates, priors_of_read
from annotations.selectors.launch import launch_check
from annotations.services import hanging as services
from annotations.services import reader_studies as building
from portal.errors import Conflict, Invalid
from portal.imaging.models import ImagingStudy
from tests.annotations.building import Built, draft, mirrored_study

pytestmark = pytest.mark.django_db

RULES = [
    {
        "name": "All",
        "when": {},
        "layout": "ONE",
        "panes": [{"prior": 0, "select": {}, "start": {"at": "FIRST"}}],
        "links": [],
    }
]


def put(built: Built, rules=RULES, shows_priors=False) -> None:
    services.hanging_protocol_put(
        by=built.coordinator, reader_study=built.reader_study, rules=rules, shows_priors=shows_priors
    )


def launch(built: Built) -> None:
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")


def dated(study: ImagingStudy, when: date | None) -> ImagingStudy:
    ImagingStudy.objects.filter(pk=study.pk).update(study_date=when)
    study.refresh_from_db()
    return study


def earlier_study(built: Built, name: str, when: date | None = date(2025, 1, 1)) -> ImagingStudy:
    """Another imaging study of the first case's patient."""
    study = mirrored_study(name)
    study.patient = built.cases[0].imaging_study.patient
    study.save()
    return dated(study, when)


def give(built: Built, *studies: ImagingStudy) -> None:
    case = built.reader_study.cases.select_related("imaging_study", "reader_study").get(pk=built.cases[0].pk)
    services.case_priors_put(by=built.coordinator, case=case, imaging_study_ids=[study.pk for study in studies])


def chosen(built: Built) -> list[uuid.UUID]:
    return list(CasePrior.objects.filter(case=built.cases[0]).values_list("imaging_study_id", flat=True))


def test_each_change_is_a_version_and_the_same_rules_again_are_none() -> None:
    built = draft()
    put(built)
    put(built)
    assert HangingProtocol.objects.count() == 1
    put(built, [])
    newest = hanging_protocol_of(reader_study=built.reader_study)
    assert newest is not None
    assert (newest.version, newest.rules) == (2, [])


def test_faulty_rules_are_refused_with_a_place() -> None:
    with pytest.raises(Invalid) as refused:
        put(draft(), [{"name": "x"}])
    assert refused.value.code == "invalid_hanging_protocol"
    assert refused.value.errors[0]["field"].startswith("rules[0]")


def test_launch_freezes_the_protocol_and_the_priors() -> None:
    built = draft()
    prior = earlier_study(built, "prior")
    put(built)
    launch(built)
    for change in (lambda: put(built, []), lambda: give(built, prior)):
        with pytest.raises(Conflict):
            change()
    with pytest.raises(Conflict):
        services.priors_suggest(by=built.coordinator, reader_study=built.reader_study, maximum=1)


def test_only_earlier_studies_of_the_same_patient_can_be_priors() -> None:
    built = draft()
    own = dated(built.cases[0].imaging_study, date(2026, 1, 1))
    later = earlier_study(built, "later", date(2026, 2, 1))
    for wrong in (later, own, mirrored_study("somebody-else")):
        with pytest.raises(Invalid) as refused:
            give(built, wrong)
        assert refused.value.code == "invalid_priors"
    undated, earlier = earlier_study(built, "undated", None), earlier_study(built, "earlier")
    case = built.reader_study.cases.select_related("imaging_study").get(pk=built.cases[0].pk)
    assert [study.pk for study in prior_candidates(case=case)] == [earlier.pk, undated.pk]


def test_suggestions_fill_only_what_is_empty() -> None:
    built = draft()
    first, second = earlier_study(built, "older", date(2020, 1, 1)), earlier_study(built, "newer", date(2024, 1, 1))
    dated(built.cases[0].imaging_study, date(2025, 1, 1))
    assert services.priors_suggest(by=built.coordinator, reader_study=built.reader_study, maximum=1) == 1
    assert chosen(built) == [second.pk]
    give(built, first)
    assert services.priors_suggest(by=built.coordinator, reader_study=built.reader_study, maximum=2) == 0
    assert chosen(built) == [first.pk]


@pytest.mark.parametrize("shows", [True, False])
def test_a_reader_sees_a_prior_exactly_while_they_may_see_the_case(shows: bool) -> None:
    built = draft(readers=1)
    prior = earlier_study(built, "prior")
    give(built, prior)
    put(built, shows_priors=shows)
    reader = built.readers[0]

    def sees() -> bool:
        return viewable_imaging_studies(reader).filter(pk=prior.pk).exists()

    assert not sees(), "a draft shows nothing"
    launch(built)
    case = built.cases[0]
    assert not sees(), "the case has not been opened"
    built.reader_study.assignments.filter(case=case).update(state=AssignmentState.OPEN)
    assert sees() is shows
    read = Read(assignment=built.reader_study.assignments.select_related("arm").get(case=case))
    assert priors_of_read(read=read).exists() is shows
    built.reader_study.assignments.filter(case=case).update(state=AssignmentState.VOID)
    assert not sees(), "a void assignment takes the case and its priors away"
    built.reader_study.assignments.filter(case=case).update(state=AssignmentState.OPEN)
    built.reader_study.memberships.filter(user=reader).delete()
    assert not sees(), "and so does leaving the reader study"


def test_the_launch_check_says_when_priors_are_hidden() -> None:
    built = draft()
    assert "priors" not in {item["code"] for item in launch_check(reader_study=built.reader_study)["items"]}
    give(built, earlier_study(built, "prior"))
    (item,) = [one for one in launch_check(reader_study=built.reader_study)["items"] if one["code"] == "priors"]
    assert (item["ok"], item["blocking"]) == (False, False)
    put(built, shows_priors=True)
    (item,) = [one for one in launch_check(reader_study=built.reader_study)["items"] if one["code"] == "priors"]
    assert item["ok"]

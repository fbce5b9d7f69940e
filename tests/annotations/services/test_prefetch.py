"""Fetching ahead: the case that comes next in the reader's own order and no other, without opening it."""

from typing import Any

import pytest
from django.test import Client

from annotations.access import viewable_imaging_studies
from annotations.models import AssignmentState, Read
from annotations.services import reads
from annotations.services.prefetch import ACTION, next_images
from annotations.services.reader_studies import cases_put, members_put, reader_study_close
from portal.accounts.epochs import epoch_of
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.audit.verify import broken_links
from tests.annotations.building import COMPLETE, Built, content, draft, launched, person, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return launched()


def sign(read: Read) -> None:
    reads.read_sign(by=read.assignment.reader, read=read, save=save(content(**COMPLETE), read.revision_number))


def test_the_next_case_is_the_next_of_the_own_order_and_stays_unopened(built: Built) -> None:
    for reader in built.readers:
        read = built.open(reader)
        following = built.assignment(reader, 2)
        assert next_images(by=reader, read=read) == following.case
        assert built.assignment(reader, 2).state == AssignmentState.PENDING
        assert not Read.objects.filter(assignment=following).exists()


def test_an_unopened_case_is_closed_to_its_reader_until_it_is_named(built: Built) -> None:
    reader = built.readers[0]

    def seen() -> set[int]:
        numbers = (1, 2, 3)
        studies = {built.assignment(reader, number).case.imaging_study_id: number for number in numbers}
        return {studies[pk] for pk in viewable_imaging_studies(reader).values_list("pk", flat=True)}

    assert seen() == set()
    read = built.open(reader)
    assert seen() == {1}
    next_images(by=reader, read=read)
    assert seen() == {1, 2}
    assert not viewable_imaging_studies(built.readers[1]).exists()


def test_it_is_recorded_once_and_the_chain_holds(built: Built) -> None:
    reader = built.readers[0]
    read = built.open(reader)
    for _ in range(3):
        next_images(by=reader, read=read)
    (event,) = Event.objects.filter(action=ACTION)
    assert (event.actor, event.object_id) == (reader, str(built.assignment(reader, 2).pk))
    assert list(broken_links()) == []


def test_after_the_last_case_and_after_the_end_there_is_nothing(built: Built) -> None:
    reader = built.readers[0]
    for position in (1, 2):
        sign(built.open(reader, position))
    last = built.open(reader, 3)
    assert next_images(by=reader, read=last) is None
    other = built.open(built.readers[1])
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    other.refresh_from_db()
    assert next_images(by=built.readers[1], read=Read.objects.get(pk=other.pk)) is None


def test_the_answer_names_images_and_nothing_else(built: Built) -> None:
    reader = built.readers[0]
    read = built.open(reader)
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    study = built.assignment(reader, 2).case.imaging_study
    study.series.update(number_of_instances=1)
    answer = client.post(f"/api/v1/reads/{read.pk}/prefetch")
    assert answer["Cache-Control"] == "no-store"
    (series,) = study.series.values_list("series_instance_uid", flat=True)
    hung = {"modality": "CT", "series_number": None, "number_of_instances": 1, "facts": None}
    said = answer.json()
    (grant,) = said.pop("frame_grants")
    assert said == {
        "study_instance_uid": study.study_instance_uid,
        "series": [{"series_instance_uid": series, **hung}],
        "further_imaging_studies": [],
    }
    assert set(grant) == {"study_instance_uid", "grant", "expires_at", "series"}
    assert grant["study_instance_uid"] == study.study_instance_uid
    assert [one["series_instance_uid"] for one in grant["series"]] == [series]


# --- what takes access away moves the epochs of those who lose it


def moved(people: list[User], change: Any) -> list[bool]:
    before = [epoch_of(one.pk) for one in people]
    change()
    return [epoch_of(one.pk) != epoch for one, epoch in zip(people, before, strict=True)]


def test_losing_a_role_and_closing_end_grants(built: Built) -> None:
    adjudicator, stranger = person("adjudicator"), person("stranger")
    roles = [(built.coordinator.pk, Role.COORDINATOR), *((one.pk, Role.READER) for one in built.readers)]
    members_put(
        by=built.coordinator, reader_study=built.reader_study, members=[*roles, (adjudicator.pk, Role.ADJUDICATOR)]
    )
    people = [adjudicator, built.readers[0], stranger]

    def remove() -> None:
        members_put(by=built.coordinator, reader_study=built.reader_study, members=roles)

    assert moved(people, remove) == [True, False, False]

    def close() -> None:
        reader_study_close(by=built.coordinator, reader_study=built.reader_study)

    assert moved(people, close) == [False, True, False]


def test_taking_a_case_out_ends_grants_of_the_members() -> None:
    built = draft()
    ids = [case.imaging_study_id for case in built.cases]

    def take_out() -> None:
        cases_put(by=built.coordinator, reader_study=built.reader_study, imaging_study_ids=ids[1:])

    assert moved([built.coordinator, person("stranger")], take_out) == [True, False]

"""Building and launching a reader study."""

import uuid
from typing import Any

import pytest

from annotations.api import shapes
from annotations.domain.randomisation import reading_order
from annotations.models import AiDisplay, Assignment, Case, LabelSchema, Membership, RandomisationList, ReaderStudyState
from annotations.selectors.launch import launch_check
from annotations.services import reader_studies as services
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.errors import Conflict, Invalid
from tests.annotations.building import CALL, QUESTIONS, Built, draft, mirrored_study, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return draft()


def launch(built: Built, seed: str = "fixed") -> None:
    services.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed=seed)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lung nodules", None),
        ("Étude 🩻 دراسة", None),
        ("two\nlines", "not_one_line"),
        ("two\u2028lines", "not_one_line"),
        ("turned \u202egnp.exe", "not_one_line"),
        ("\u200b", "invisible"),
        ("\u2060\u00ad", "invisible"),
    ],
)
@pytest.mark.parametrize("form", [shapes.ReaderStudyInput, shapes.ReaderStudyPatch])
def test_a_name_is_one_line_that_can_be_seen(form: Any, name: str, code: str | None) -> None:
    sent = form(data={"name": name})
    sent.is_valid()
    assert [one.code for one in sent.errors.get("name", [])] == ([code] if code else [])


def put_members(built: Built, *members: tuple[uuid.UUID, Role]) -> None:
    services.members_put(by=built.coordinator, reader_study=built.reader_study, members=members)


def test_launch_stores_the_order_of_every_reader_with_seed_and_algorithm(built: Built) -> None:
    launch(built, "trial-7")
    names = {str(case.pk): case.name for case in built.cases}
    for reader in built.readers:
        stored = RandomisationList.objects.get(reader=reader)
        assert (stored.seed, stored.algorithm[:13]) == ("trial-7", "sha256-sort/1")
        drawn = reading_order(seed="trial-7", username=reader.username, case_names=list(names.values()))
        assert [names[pk] for pk in stored.order] == drawn
        assigned = Assignment.objects.filter(reader=reader).order_by("position")
        assert [(a.position, a.case.name) for a in assigned] == list(enumerate(drawn, start=1))
    assert Event.objects.filter(action="reader_study.launch").get().detail["seed"] == "trial-7"


def test_without_a_seed_one_is_drawn_and_stored() -> None:
    seeds = set()
    for name in ("one", "two"):
        built = draft(name)
        services.reader_study_launch(by=built.coordinator, reader_study=built.reader_study)
        seeds |= set(RandomisationList.objects.filter(reader_study=built.reader_study).values_list("seed", flat=True))
    assert len(seeds) == 2
    assert all(len(seed) == 32 for seed in seeds)


def test_a_reader_study_is_launched_once(built: Built) -> None:
    launch(built)
    with pytest.raises(Conflict, match="is open, so it cannot be launched") as refused:
        launch(built)
    assert refused.value.code == "wrong_state"
    assert Assignment.objects.count() == 6


def test_launch_names_what_is_missing() -> None:
    coordinator = person("ada", may_create_reader_studies=True)
    empty = services.reader_study_create(by=coordinator, name="empty")
    with pytest.raises(Conflict) as refused:
        services.reader_study_launch(by=coordinator, reader_study=empty)
    assert refused.value.code == "not_ready"
    assert {error["field"] for error in refused.value.errors} == {"label_schema", "cases", "readers"}
    assert not launch_check(reader_study=empty)["ready"]


def test_the_design_is_frozen_after_launch(built: Built) -> None:
    launch(built)
    by, reader_study = built.coordinator, built.reader_study
    attempts = (
        lambda: services.reader_study_update(by=by, reader_study=reader_study, changes={"name": "x"}),
        lambda: services.label_schema_put(by=by, reader_study=reader_study, questions=[CALL]),
        lambda: services.cases_put(by=by, reader_study=reader_study, imaging_study_ids=[]),
    )
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "wrong_state"
    assert LabelSchema.objects.get().questions == QUESTIONS


def test_readers_are_fixed_at_launch_and_coordinators_are_not(built: Built) -> None:
    launch(built)
    second = person("second", may_create_reader_studies=True)
    readers = [(reader.pk, Role.READER) for reader in built.readers]
    with pytest.raises(Conflict):
        put_members(built, (built.coordinator.pk, Role.COORDINATOR), *readers[:1])
    put_members(built, (second.pk, Role.COORDINATOR), *readers)
    assert Membership.objects.get(role=Role.COORDINATOR).user == second


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.API_CLIENT, Role.ADJUDICATOR])
def test_nobody_reads_who_sees_or_judges_other_reads(built: Built, role: Role) -> None:
    both = person("both", may_create_reader_studies=role == Role.COORDINATOR)
    with pytest.raises(Invalid) as refused:
        put_members(built, (built.coordinator.pk, Role.COORDINATOR), (both.pk, role), (both.pk, Role.READER))
    assert [error["code"] for error in refused.value.errors] == ["not_blinded"]


def test_members_are_checked(built: Built) -> None:
    administrator = person("root", is_superuser=True)
    plain = person("plain")
    builder = person("builder", may_create_reader_studies=True)
    for members, code in [
        ([], "no_coordinator"),
        ([(plain.pk, Role.COORDINATOR)], "not_a_coordinator"),
        ([(built.coordinator.pk, Role.COORDINATOR), (administrator.pk, Role.READER)], "not_blinded"),
        ([(built.coordinator.pk, Role.COORDINATOR), (builder.pk, Role.READER)], "not_blinded"),
        ([(built.coordinator.pk, Role.COORDINATOR), (uuid.uuid4(), Role.READER)], "unknown_person"),
    ]:
        with pytest.raises(Invalid) as refused:
            put_members(built, *members)
        assert [error["code"] for error in refused.value.errors] == [code]
    assert Membership.objects.filter(reader_study=built.reader_study).count() == 3


def test_a_case_taken_out_keeps_its_name_and_comes_back_under_it(built: Built) -> None:
    first, second, third = (case.imaging_study_id for case in built.cases)
    extra = mirrored_study("extra")

    def choose(*studies: uuid.UUID) -> list[str]:
        chosen = services.cases_put(by=built.coordinator, reader_study=built.reader_study, imaging_study_ids=studies)
        return [case.name for case in chosen]

    assert choose(third, first) == ["Case 003", "Case 001"]
    assert choose(extra.pk, third, second) == ["Case 004", "Case 003", "Case 002"]
    assert Case.objects.get(imaging_study=first).removed_at is not None
    with pytest.raises(Invalid):
        choose(uuid.uuid4())


def test_a_changed_label_schema_is_a_new_version_and_an_equal_one_is_not(built: Built) -> None:
    def put(questions: list) -> int:
        return services.label_schema_put(
            by=built.coordinator, reader_study=built.reader_study, questions=questions
        ).version

    assert [put(QUESTIONS), put([CALL]), put([CALL]), put(QUESTIONS)] == [1, 2, 2, 3]
    with pytest.raises(Invalid) as refused:
        put([{**CALL, "kind": "ESSAY"}])
    assert refused.value.code == "invalid_schema"


def test_an_ai_cannot_be_shown_that_was_not_chosen(built: Built) -> None:
    for changes in ({"ai_display": AiDisplay.AFTER_SIGNING}, {"ai_model_version_id": uuid.uuid4()}):
        with pytest.raises(Invalid):
            services.reader_study_update(by=built.coordinator, reader_study=built.reader_study, changes=changes)


def test_only_an_open_reader_study_can_be_closed(built: Built) -> None:
    with pytest.raises(Conflict, match="is a draft, so it cannot be closed"):
        services.reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    launch(built)
    services.reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    built.reader_study.refresh_from_db()
    assert built.reader_study.state == ReaderStudyState.CLOSED
    assert built.reader_study.closed_at is not None

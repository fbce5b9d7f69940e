"""A design from the draft to its last session: what is drawn, what may be opened when, and what is refused."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotations.domain.designs import single_design
from annotations.domain.states import ASSIGNMENT_TRANSITIONS, READER_STUDY_TRANSITIONS
from annotations.domain.truth_csv import Truth
from annotations.models import (
    AiDisplay,
    Assignment,
    AssignmentState,
    Case,
    DesignVersion,
    Membership,
    RandomisationList,
    Read,
    ReaderStudyState,
    ReferenceSource,
)
from annotations.selectors.assignments import next_assignment
from annotations.selectors.designs import design_of, is_reproduced, plan_of
from annotations.selectors.launch import launch_check
from annotations.selectors.sessions import own_sessions
from annotations.services import reader_studies as building
from annotations.services import reads
from annotations.services.designs import design_put
from annotations.services.reopening import read_reopen
from annotations.services.truth import reference_standard_create
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotFound
from portal.imaging.models import Patient
from portal.inference.models import AiModel, EngineKind, ModelVersion, Prediction, PredictionSource
from tests.annotations.building import COMPLETE, Built, content, draft, save
from tests.annotations.domain.test_designs import crossover
from tests.annotations.training import train
from validation.dataset import dataset_from_snapshot
from validation.selectors import snapshot_content

pytestmark = pytest.mark.django_db


def designed(design: dict[str, Any], *, cases: int = 6, readers: int = 2) -> Built:
    """A draft with this design and an AI that has seen every case."""
    built = draft(cases=cases, readers=readers)
    version = ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Finder"), version="1", kind=EngineKind.EXTERNAL, operating_threshold=0.5
    )
    for case in built.cases:
        Prediction.objects.create(
            model_version=version, imaging_study=case.imaging_study, score=0.7, source=PredictionSource.API
        )
    building.reader_study_update(
        by=built.coordinator, reader_study=built.reader_study, changes={"ai_model_version_id": version.pk}
    )
    put(built, design)
    return built


def put(built: Built, design: dict[str, Any]) -> DesignVersion | None:
    return design_put(by=built.coordinator, reader_study=built.reader_study, design=design)


def launch(built: Built, **options: Any) -> Built:
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed", **options)
    return built


def move(built: Built, event: str) -> None:
    building.reader_study_move(by=built.coordinator, reader_study=built.reader_study, event=event)


def sign(built: Built, reader: User, position: int) -> Read:
    read = built.open(reader, position)
    reads.read_sign(by=reader, read=read, save=save(content(**COMPLETE), read.revision_number))
    return read


def sign_session(built: Built, reader: User, session: int) -> None:
    for assignment in Assignment.objects.filter(reader=reader, session__number=session).order_by("position"):
        sign(built, reader, assignment.position)


def refused(code: str, call: Any) -> Conflict:
    with pytest.raises(Conflict) as caught:
        call()
    assert caught.value.code == code
    return caught.value


def test_a_crossover_is_drawn_stored_and_can_be_drawn_again() -> None:
    built = launch(designed(crossover(), cases=5, readers=4))
    assert Assignment.objects.count() == 5 * 4 * 2
    assert is_reproduced(reader_study=built.reader_study)
    stored = RandomisationList.objects.filter(reader_study=built.reader_study)
    first = [Assignment.objects.get(reader=one.reader, position=1).arm.key for one in stored]
    assert sorted(first) == ["A", "A", "B", "B"]
    for one in stored:
        own = Assignment.objects.filter(reader=one.reader).order_by("position")
        assert [[a.session.number, a.arm.key, a.case.name, 0, False] for a in own] == one.slots
        assert [a.name_shown for a in own] == [f"Case {position:03d}" for position in range(1, 11)]
    plan = plan_of(reader_study=built.reader_study)
    assert plan is not None
    assert [(row["reads"], [part["reads"] for part in row["parts"]]) for row in plan] == [(10, [5, 5])] * 4
    Case.objects.filter(pk=built.cases[0].pk).update(name="Renamed")
    assert not is_reproduced(reader_study=built.reader_study)


def test_a_design_is_versioned_and_frozen_at_launch() -> None:
    built = designed(crossover())
    assert put(built, crossover()) is None
    second = put(built, crossover(balance="CASES"))
    assert second is not None
    assert second.version == 2
    launch(built)
    refused("wrong_state", lambda: put(built, single_design()))
    assert design_of(reader_study=built.reader_study)["balance"] == "CASES"


def test_an_invalid_design_changes_nothing() -> None:
    built = draft()
    wrong: Any
    for wrong in (crossover(), {**single_design(), "kind": "SEQUENTIAL"}, {"kind": "SINGLE"}, [], float("nan")):
        with pytest.raises(Invalid):
            put(built, wrong)
    assert not DesignVersion.objects.exists()
    assert built.reader_study.arms.get().key == "A"


def test_the_ai_display_of_one_arm_is_part_of_the_design() -> None:
    built = designed(single_design())

    def show(display: AiDisplay) -> str:
        changes = {"ai_display": display}
        building.reader_study_update(by=built.coordinator, reader_study=built.reader_study, changes=changes)
        return str(design_of(reader_study=built.reader_study)["kind"])

    shown = [show(AiDisplay(name)) for name in ("CONCURRENT", "SECOND_READ", "AFTER_SIGNING", "HIDDEN")]
    assert shown == ["CONCURRENT", "SEQUENTIAL", "SINGLE", "SINGLE"]
    put(built, crossover())
    refused("set_by_design", lambda: show(AiDisplay.HIDDEN))


def test_the_second_session_waits_for_the_first_and_for_the_washout(monkeypatch: pytest.MonkeyPatch) -> None:
    built = launch(designed(crossover(), cases=2))
    reader = built.readers[0]
    refused("session_unfinished", lambda: built.open(reader, 3))
    sign(built, reader, 1)
    refused("session_unfinished", lambda: built.open(reader, 3))
    last = sign(built, reader, 2)
    assert last.signed_at is not None
    until = last.signed_at + timedelta(days=28)
    problem = refused("washout", lambda: built.open(reader, 3))
    assert problem.extra["opens_at"] == until.isoformat().replace("+00:00", "Z")
    assert next_assignment(reader_study=built.reader_study, reader=reader) is None
    for moment, is_open in ((until - timedelta(seconds=1), False), (until, True)):
        _, second = own_sessions(reader_study=built.reader_study, reader=reader, now=moment)
        assert (second.shut is None) == is_open
    monkeypatch.setattr(timezone, "now", lambda: until)
    following = next_assignment(reader_study=built.reader_study, reader=reader)
    assert following is not None
    assert following.position == 3
    assert built.open(reader, 3).assignment.session.number == 2


def test_opening_and_closing_days(monkeypatch: pytest.MonkeyPatch) -> None:
    today = timezone.now().date()
    days = {"opens_on": str(today + timedelta(days=1)), "closes_on": str(today + timedelta(days=2)), "washout_days": 0}
    built = launch(designed({**single_design(), "sessions": [days]}))
    reader = built.readers[0]
    refused("session_not_open", lambda: built.open(reader))
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=1))
    read = built.open(reader)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=3))
    refused("session_closed", lambda: built.open(reader, 2))
    refused("session_closed", lambda: reads.read_save_draft(by=reader, read=read, save=save(content())))


def test_a_readers_own_days() -> None:
    built = launch(designed(single_design()))
    reader, today = built.readers[0], timezone.now().date()

    def dates(starts: int | None, ends: int | None) -> None:
        days = [None if one is None else today + timedelta(days=one) for one in (starts, ends)]
        building.reader_dates_put(
            by=built.coordinator,
            reader_study=built.reader_study,
            reader=reader,
            starts_on=days[0],
            ends_on=days[1],
            reason="Agreed with the reader.",
        )

    dates(1, None)
    refused("not_started", lambda: built.open(reader))
    dates(-3, -1)
    refused("ended", lambda: built.open(reader))
    with pytest.raises(Invalid):
        dates(2, 1)
    dates(0, 0)
    built.open(reader)
    built.open(built.readers[1])
    for event in ("close", "lock"):
        building.reader_study_move(by=built.coordinator, reader_study=built.reader_study, event=event)
        refused("wrong_state", lambda: dates(-9, -8))
    assert Membership.objects.get(user=reader).ends_on == today


def test_training_comes_first_needs_its_truth_and_is_left_out() -> None:
    built = designed(single_design())
    training = [str(built.cases[0].pk)]
    put(built, {**single_design(), "training": training})
    refused("not_ready", lambda: launch(built))
    built.reader_study.refresh_from_db()
    truths = [Truth(case.name, index % 2, []) for index, case in enumerate(built.cases)]
    reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=truths,
        source=ReferenceSource.CSV,
        provenance="test",
    )
    launch(built, as_pilot=True)
    for reader in built.readers:
        assert built.assignment(reader, 1).case_id == built.cases[0].pk
        sign(built, reader, 1)
        refused("piloting", lambda one=reader: built.open(one, 2))
        assert next_assignment(reader_study=built.reader_study, reader=reader) is None
    move(built, "begin")
    for reader in built.readers:
        refused("training_not_accepted", lambda one=reader: built.open(one, 2))
        train(built.reader_study, reader)
        sign(built, reader, 2)
    snapshot = snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
    dataset = dataset_from_snapshot(snapshot)
    assert [(one.reason, one.cases) for one in dataset.exclusions if one.participant is None] == [
        ("training", (built.cases[0].name,))
    ]
    assert dataset.counts["reads_signed"] == 2


def test_arms_and_repeats_are_never_mixed() -> None:
    design = crossover(repeats={"count": 1, "minimum_distance": 2})
    design["sessions"] = [{**one, "washout_days": 0} for one in design["sessions"]]
    built = launch(designed(design, cases=4))
    reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=[Truth(case.name, index % 2, []) for index, case in enumerate(built.cases)],
        source=ReferenceSource.CSV,
        provenance="test",
    )
    for reader, session in itertools.product(built.readers, (1, 2)):
        sign_session(built, reader, session)
    with pytest.raises(Invalid) as caught:
        snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
    assert caught.value.code == "arm_required"
    for arm in ("A", "B"):
        snapshot = snapshot_content(
            reader_study=built.reader_study, confidence_level=0.95, call_threshold=None, arm=arm
        )
        dataset = dataset_from_snapshot(snapshot)
        assert dataset.counts["reads_signed"] == dataset.counts["reads_assigned"] == 2 * 4
        for participant in dataset.readers:
            own = [one for one in dataset.exclusions if one.participant == participant.key]
            assert {one.reason: len(one.cases) for one in own} == {"other-arm": 4 + 1, "repeat": 1}
            assert participant.has_rating.all()


def test_what_a_reader_has_signed_is_not_shown_again_where_the_case_comes_back() -> None:
    built = launch(designed(crossover(), cases=3))
    read = sign(built, built.readers[0], 1)
    refused("past_read_hidden", lambda: reads.assignment_open(assignment=read.assignment))


def test_withdrawn_readers_and_cases_are_kept_and_counted() -> None:
    built = launch(designed(single_design(), cases=4))
    gone, stays = built.readers
    sign(built, gone, 1)
    sign(built, stays, 1)
    done: dict[str, Any] = {"by": built.coordinator, "reader_study": built.reader_study}
    assert reader_withdraw(**done, reader=gone, reason="Moved away") == 4
    refused("wrong_state", lambda: reader_withdraw(**done, reader=gone, reason="Again"))
    assert case_withdraw(**done, case=built.cases[1], reason="Wrong patient") == 1
    refused("wrong_state", lambda: case_withdraw(**done, case=built.cases[1], reason="Again"))
    with pytest.raises(NotFound):
        reader_withdraw(**done, reader=built.coordinator, reason="No reader")
    assert Read.objects.filter(signed_at__isnull=False).count() == 2, "what was signed is kept"
    voided = Assignment.objects.filter(state=AssignmentState.VOID)
    assert {one.void_reason for one in voided} == {"Moved away", "Wrong patient"}
    reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=[Truth(case.name, index % 2, []) for index, case in enumerate(built.cases)],
        source=ReferenceSource.CSV,
        provenance="test",
    )
    dataset = dataset_from_snapshot(
        snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
    )
    counted = {(one.name, one.reason): len(one.cases) for one in dataset.exclusions}
    assert counted[("", "withdrawn")] == 1
    assert counted[(gone.username, "void")] == 3
    assert dataset.ai is not None
    assert len(dataset.ai.rating) == 3, "a withdrawn case counts for the AI neither"


EVENTS = ["launch", "pilot", "begin", "pause", "resume", "close", "lock"]


@pytest.mark.parametrize("state", list(ReaderStudyState))
def test_every_event_in_every_state_is_allowed_or_refused_with_a_code(state: ReaderStudyState) -> None:
    for event in EVENTS:
        built = draft(f"{state}-{event}".lower(), cases=2)
        training = {**single_design(), "training": [str(built.cases[0].pk)]}
        put(built, training)
        reference_standard_create(
            by=built.coordinator,
            reader_study=built.reader_study,
            truths=[Truth(case.name, 1, []) for case in built.cases],
            source=ReferenceSource.CSV,
            provenance="test",
        )
        built.reader_study.state = state

        def act(one: Built = built, verb: str = event) -> None:
            if verb in ("launch", "pilot"):
                launch(one, as_pilot=verb == "pilot")
            else:
                move(one, verb)

        target = READER_STUDY_TRANSITIONS.get((state, event))
        if target is None:
            refused("wrong_state", act)
        else:
            act()
            built.reader_study.refresh_from_db()
            assert built.reader_study.state == target


@pytest.mark.parametrize("state", list(AssignmentState))
@pytest.mark.parametrize("event", sorted({event for _, event in ASSIGNMENT_TRANSITIONS}))
def test_every_event_on_an_assignment(state: AssignmentState, event: str) -> None:
    # Only a second read has a first one to freeze, and only what was signed once is reopened.
    built = launch(designed(single_design("SECOND_READ" if event == "freeze" else "HIDDEN"), cases=1, readers=1))
    reader = built.readers[0]
    read = sign(built, reader, 1) if event == "reopen" else built.open(reader)
    assignment = read.assignment
    assignment.state = state
    assignment.save(update_fields=["state"])
    if state == AssignmentState.VOID:
        # As it came to be: nobody is withdrawn twice.
        Membership.objects.filter(user=reader).update(withdrawn_at=timezone.now())
    acts = {
        "open": lambda: reads._move(assignment, "open"),
        "save": lambda: reads.read_save_draft(by=reader, read=read, save=save(content())),
        "freeze": lambda: reads.read_freeze_first(by=reader, read=read, save=save(content(**COMPLETE))),
        "sign": lambda: reads.read_sign(by=reader, read=read, save=save(content(**COMPLETE))),
        "reopen": lambda: read_reopen(by=built.coordinator, read=read, reason="x"),
        "void": lambda: reader_withdraw(
            by=built.coordinator, reader_study=built.reader_study, reader=reader, reason="x"
        ),
    }
    target = ASSIGNMENT_TRANSITIONS.get((state, event))
    if target is None:
        refused("wrong_state", acts[event])
    else:
        acts[event]()
    assert Assignment.objects.get(pk=assignment.pk).state == (target or state)


def test_a_paused_reader_study_takes_nothing_and_goes_on_where_it_was() -> None:
    built = launch(designed(single_design()))
    reader = built.readers[0]
    read = built.open(reader)
    reads.read_save_draft(by=reader, read=read, save=save(content()))
    move(built, "pause")
    read = Read.objects.select_related("assignment__reader_study", "assignment__arm").get(pk=read.pk)
    refused("paused", lambda: reads.read_save_draft(by=reader, read=read, save=save(content(**COMPLETE), 1)))
    assert next_assignment(reader_study=built.reader_study, reader=reader) is None
    move(built, "resume")
    read = Read.objects.select_related("assignment__reader_study", "assignment__arm").get(pk=read.pk)
    assert reads.read_save_draft(by=reader, read=read, save=save(content(**COMPLETE), 1)).number == 2


def test_a_pilot_needs_training_cases() -> None:
    built = designed(single_design())
    refused("no_training_cases", lambda: launch(built, as_pilot=True))


def test_the_launch_check_says_what_does_not_fit() -> None:
    built = designed(
        {**single_design(), "repeats": {"count": 1, "minimum_distance": 50}, "arms": crossover()["arms"][:1]}
    )
    check = launch_check(reader_study=built.reader_study)
    assert not check["ready"]
    assert [item["blocking"] for item in check["items"] if item["code"] == "design"] == [True]
    put(built, {**single_design(), "kind": "ANNOTATION"})
    codes = {item["code"] for item in launch_check(reader_study=built.reader_study)["items"]}
    assert "reference_standard" not in codes
    assert launch_check(reader_study=built.reader_study)["ready"]


def test_cases_of_a_patient_are_drawn_apart() -> None:
    built = draft(cases=6)
    one = Patient.objects.create(patient_key="cluster")
    for case in built.cases[:3]:
        case.imaging_study.patient = one
        case.imaging_study.save()
    launch(built)
    for reader in built.readers:
        clustered = [a.case.imaging_study.patient_id == one.pk for a in reader.assignments.order_by("position")]
        assert not any(a and b for a, b in itertools.pairwise(clustered))
    assert is_reproduced(reader_study=built.reader_study)

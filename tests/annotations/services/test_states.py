"""State tables swept: in every state each thing that can be done is done, or refused with a code.

The moves of a reader study, of assignments and of queries are swept by tables of their own (`test_designs`,
`test_queries`); here is what else depends on a state.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from annotations.domain.adjudication import ANSWERS, Triggers
from annotations.domain.designs import single_design
from annotations.domain.states import JOINING, QUERYING, READING, WITHDRAWING
from annotations.domain.truth_csv import Truth
from annotations.models import (
    Adjudication,
    AdjudicationCase,
    Case,
    Membership,
    Read,
    ReaderStudyState,
    ReferenceSource,
    ReferenceStandard,
)
from annotations.selectors.designs import design_of
from annotations.services import reader_studies as building
from annotations.services import reads
from annotations.services.adjudication import RoundAsked, adjudication_create, adjudication_decide, adjudication_store
from annotations.services.designs import design_put
from annotations.services.hanging import hanging_protocol_put
from annotations.services.late_readers import reader_join
from annotations.services.queries import query_ask
from annotations.services.reopening import read_reopen
from annotations.services.terms import terms_put
from annotations.services.truth import reference_standard_create
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal.accounts.policy import Role
from portal.db import JobState
from portal.errors import Conflict
from tests.annotations.building import CALL, COMPLETE, Built, content, launched, person, save
from tests.annotations.services.test_designs import designed, launch, sign
from tests.annotations.test_consensus_api import preview, read_all, store
from tests.annotations.training import train

pytestmark = pytest.mark.django_db

ALL = frozenset(ReaderStudyState.values)
Act = Callable[[Built], Any]


def of_study(service: Callable[..., Any], **more: Any) -> Act:
    """Call a service about the reader study as its coordinator."""
    return lambda built: service(by=built.coordinator, reader_study=built.reader_study, **more)


def _readers_put(built: Built) -> None:
    members = [(built.coordinator.pk, Role.COORDINATOR), (person("another").pk, Role.READER)]
    building.members_put(by=built.coordinator, reader_study=built.reader_study, members=members)


def _join(built: Built) -> None:
    user_id = person("late").pk
    reader_join(by=built.coordinator, reader_study=built.reader_study, user_id=user_id, reason="A reader fell ill.")


def _design_put(built: Built) -> None:
    # The one that it has: another would make its arms anew, on which reads lie here.
    design = design_of(reader_study=built.reader_study)
    design_put(by=built.coordinator, reader_study=built.reader_study, design=design)


# What a coordinator does, and in which states it is done.
COORDINATOR: dict[str, tuple[Act, frozenset[str]]] = {
    "rename": (of_study(building.reader_study_update, changes={"name": "Other"}), frozenset({"DRAFT"})),
    "put the design": (_design_put, frozenset({"DRAFT"})),
    "put the cases": (of_study(building.cases_put, imaging_study_ids=[]), frozenset({"DRAFT"})),
    "put the readers": (_readers_put, frozenset({"DRAFT"})),
    "put the hanging protocol": (
        of_study(hanging_protocol_put, rules=[], shows_priors=True, shows_prior_marks=False),
        frozenset({"DRAFT"}),
    ),
    "put the form": (
        of_study(building.label_schema_put, questions=[CALL], reason="Asked for."),
        frozenset({"DRAFT", "PILOTING"}),
    ),
    "put the terms": (of_study(terms_put, text="Be kind.", reason="Asked for."), ALL - {"CLOSED", "LOCKED"}),
    "let a reader join": (_join, JOINING),
    "withdraw a reader": (
        lambda built: reader_withdraw(
            by=built.coordinator, reader_study=built.reader_study, reader=built.readers[0], reason="x"
        ),
        WITHDRAWING,
    ),
    "withdraw a case": (
        lambda built: case_withdraw(
            by=built.coordinator,
            reader_study=built.reader_study,
            case=Case.objects.get(pk=built.cases[1].pk),
            reason="x",
        ),
        WITHDRAWING,
    ),
    "reopen a read": (
        lambda built: read_reopen(by=built.coordinator, read=Read.objects.get(signed_at__isnull=False), reason="x"),
        frozenset({"OPEN"}),
    ),
    "ask about a read": (
        lambda built: query_ask(by=built.coordinator, read=Read.objects.get(signed_at__isnull=False), text="Sure?"),
        QUERYING,
    ),
}


def launched_with_training() -> Built:
    """Case 1 is one of training; the reader has signed it and opened the next one."""
    built = designed(single_design(), cases=3, readers=1)
    reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=[Truth(case.name, 1, []) for case in built.cases],
        source=ReferenceSource.CSV,
        provenance="test",
    )
    design = {**single_design(), "training": [str(built.cases[0].pk)]}
    design_put(by=built.coordinator, reader_study=built.reader_study, design=design)
    launch(built)
    sign(built, built.readers[0], 1)
    train(built.reader_study, built.readers[0])
    built.open(built.readers[0], 2)
    return built


def outcome(act: Callable[[], Any]) -> str | None:
    """Do something, take it back, and return the code with which it was refused."""
    with transaction.atomic():
        try:
            act()
        except Conflict as refusal:
            return refusal.code
        finally:
            transaction.set_rollback(True)
    return None


def test_whatever_a_coordinator_does_is_done_or_refused_in_every_state() -> None:
    built = launched_with_training()
    found = {}
    for state in ReaderStudyState:
        type(built.reader_study).objects.filter(pk=built.reader_study.pk).update(state=state)
        for name, (act, _) in COORDINATOR.items():
            built.reader_study.refresh_from_db()
            found[name, str(state)] = outcome(partial(act, built))
    assert found == {
        (name, str(state)): None if state in allowed else "wrong_state"
        for name, (_, allowed) in COORDINATOR.items()
        for state in ReaderStudyState
    }


@pytest.mark.parametrize("state", list(ReaderStudyState))
def test_whatever_a_reader_does_is_done_or_refused_in_every_state(state: ReaderStudyState) -> None:
    built = launched_with_training()
    reader = built.readers[0]
    read_reopen(by=built.coordinator, read=Read.objects.get(signed_at__isnull=False), reason="x")
    type(built.reader_study).objects.update(state=state)
    for is_training in (True, False):
        code = READING.get((state, is_training), "wrong_state")
        read = Read.objects.get(assignment__is_training=is_training)
        base, assignment = read.revision_number, built.assignment(reader, 1 if is_training else 3)
        if not is_training:
            assert outcome(partial(reads.assignment_open, assignment=assignment)) == code
        for act in (reads.read_save_draft, reads.read_sign):
            # What was taken back is in the object still.
            read = Read.objects.get(pk=read.pk)
            assert outcome(partial(act, by=reader, read=read, save=save(content(**COMPLETE), base))) == code


TRIGGERS = Triggers(open_cases=True, disagreement=False, low_confidence_below=None, random_percent=0)
ASKED = RoundAsked(TRIGGERS, None, ANSWERS, "Is there a nodule?", "fixed")

# What may be done to adjudication when no round was drawn, while one is being judged, when all of it is, and when a
# version was made of it: else the code of the refusal.
ROUNDS: dict[tuple[str, str], str | None] = {
    ("none", "create"): None,
    ("judging", "create"): "round_unfinished",
    ("judging", "decide"): None,
    ("judging", "store"): "round_unfinished",
    ("judged", "create"): "round_unfinished",
    ("judged", "decide"): None,
    ("judged", "store"): None,
    ("finished", "create"): None,
    ("finished", "decide"): "round_finished",
    ("finished", "store"): "round_finished",
}


def test_every_event_of_an_adjudication_round_in_every_state() -> None:
    built = launched(cases=5, readers=3)
    read_all(built)
    assert store(built, preview(built)).state == JobState.SUCCEEDED
    base, judge = ReferenceStandard.objects.get(), person("judge")
    Membership.objects.create(reader_study=built.reader_study, user=judge, role=Role.ADJUDICATOR)

    def create() -> None:
        adjudication_create(by=built.coordinator, reader_study=built.reader_study, base=base, asked=ASKED)

    def decide(only: int = 1) -> None:
        for case in AdjudicationCase.objects.order_by("-position")[:only]:
            number = case.decisions.count()
            adjudication_decide(by=judge, case=case, base_number=number, outcome="POSITIVE", comment="Seen.")

    def finish() -> None:
        adjudication_store(by=built.coordinator, adjudication=Adjudication.objects.get())

    acts = {"create": create, "decide": decide, "store": finish}
    reach: dict[str, Callable[[], None]] = {
        "none": lambda: None,
        "judging": create,
        "judged": lambda: decide(100),
        "finished": finish,
    }
    for state, get_there in reach.items():
        get_there()
        for event, act in acts.items():
            if (state, event) in ROUNDS:
                assert outcome(act) == ROUNDS[state, event], (state, event)
    # Before there is a round there is nothing to name in the other two.
    assert {state for state, _ in ROUNDS} == set(reach)

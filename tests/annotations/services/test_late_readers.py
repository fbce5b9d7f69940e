"""A reader who joins after the launch has a list of their own; every other list stays as it was drawn."""

import json
from typing import Any

import pytest
from django.test import Client

from annotations.domain.designs import single_design
from annotations.domain.randomisation import LATE_ALGORITHM
from annotations.domain.states import JOINING
from annotations.models import Assignment, Membership, RandomisationList, ReaderStudy, ReaderStudyState
from annotations.selectors.designs import is_reproduced
from annotations.services import reader_studies as building
from annotations.services.late_readers import reader_join
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal.audit.models import Event
from portal.errors import Conflict, Invalid
from tests.annotations.building import Built, draft, person
from tests.annotations.domain.test_designs import crossover
from tests.annotations.services.test_designs import designed, launch, sign

pytestmark = pytest.mark.django_db


def join(built: Built, username: str) -> RandomisationList:
    return reader_join(
        by=built.coordinator,
        reader_study=built.reader_study,
        user_id=person(username).pk,
        reason="A reader fell ill.",
    )


def stored_lists(built: Built) -> dict[str, Any]:
    lists = RandomisationList.objects.filter(reader_study=built.reader_study).select_related("reader")
    return {one.reader.username: (one.order, one.slots, one.algorithm) for one in lists}


def test_late_readers_of_a_crossover_are_balanced_and_their_lists_can_be_drawn_again() -> None:
    built = launch(designed(crossover(), cases=4, readers=2))
    before = stored_lists(built)
    for username in ("zoe", "ann"):
        stored = join(built, username)
        assert stored.algorithm == LATE_ALGORITHM
    after = stored_lists(built)
    assert {name: after[name] for name in before} == before
    assert is_reproduced(reader_study=built.reader_study)
    first_arms = [Assignment.objects.get(reader__username=name, position=1).arm.key for name in ("zoe", "ann")]
    assert sorted(first_arms) == ["A", "B"]
    assert Assignment.objects.filter(reader__username="zoe").count() == 8
    events = Event.objects.filter(action="reader.join").order_by("pk")
    assert [(one.actor, one.detail["reason"]) for one in events] == [(built.coordinator, "A reader fell ill.")] * 2


def test_a_late_reader_reads_and_a_withdrawn_case_is_not_theirs() -> None:
    built = launch(draft(cases=3))
    case_withdraw(by=built.coordinator, reader_study=built.reader_study, case=built.cases[1], reason="Blurred")
    stored = join(built, "late")
    assert len(stored.order) == 3
    own = Assignment.objects.filter(reader=stored.reader).order_by("position")
    assert {one.case_id for one in own} == {built.cases[0].pk, built.cases[2].pk}
    for one in own:
        sign(built, stored.reader, one.position)
    assert is_reproduced(reader_study=built.reader_study)


def test_double_reading_has_no_place_for_another() -> None:
    built = launch(designed({**single_design(), "pairing": {"kind": "DOUBLE"}}, cases=4, readers=2))
    with pytest.raises(Conflict) as caught:
        join(built, "late")
    assert caught.value.code == "cannot_join"
    assert not Membership.objects.filter(user__username="late").exists()


@pytest.mark.parametrize("state", [state for state in ReaderStudyState if state not in JOINING])
def test_nobody_joins_before_the_launch_or_after_the_close(state: str) -> None:
    built = launch(draft())
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(state=state)
    built.reader_study.refresh_from_db()
    with pytest.raises(Conflict):
        join(built, "late")


def test_who_is_not_blinded_or_reads_here_already_cannot_join() -> None:
    built = launch(draft())
    by, reader_study = built.coordinator, built.reader_study

    def ask(user_id: Any) -> Any:
        return reader_join(by=by, reader_study=reader_study, user_id=user_id, reason="More power")

    for unfit, code in ((by.pk, "not_blinded"), (reader_study.pk, "unknown_person")):
        with pytest.raises(Invalid) as caught:
            ask(unfit)
        assert [(one["field"], one["code"]) for one in caught.value.errors] == [("user_id", code)]
    with pytest.raises(Conflict):
        ask(built.readers[0].pk)
    reader_withdraw(by=by, reader_study=reader_study, reader=built.readers[0], reason="Left")
    with pytest.raises(Conflict):
        ask(built.readers[0].pk)


def test_over_http_the_second_time_is_refused() -> None:
    built = launch(draft())
    client, late = Client(), person("late")
    client.force_login(built.coordinator)
    path = f"/api/v1/reader-studies/{built.reader_study.pk}"
    body = json.dumps({"user_id": str(late.pk), "reason": "More power"})
    answers = [client.post(f"{path}/late-readers", body, "application/json") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 409]
    assert "late" in [row["username"] for row in answers[0].json()]
    drawn = client.get(f"{path}/randomisation").json()
    assert drawn["joined_late"] == ["late"]
    assert client.get(f"{path}/randomisation/check").json() == {"is_reproduced": True}
    assert drawn["algorithm"] != LATE_ALGORITHM
    missing = client.post(f"{path}/late-readers", json.dumps({"user_id": str(late.pk)}), "application/json")
    assert missing.status_code == 400
    reader = Client()
    reader.force_login(late)
    assert len(reader.get(f"{path}/assignments").json()) == 3
    building.reader_study_close(by=built.coordinator, reader_study=ReaderStudy.objects.get(pk=built.reader_study.pk))
    assert client.post(f"{path}/late-readers", body, "application/json").status_code == 409

"""A reader withdrawn from a double reading: somebody else takes the place, or the arbitrators decide; nothing waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotations.domain.blinding import FIRST, HIDDEN, SECOND, SHOWN, SIGNED
from annotations.domain.designs import single_design
from annotations.models import ArbitrationStep, Assignment, Membership, ProtocolVersion, Read, ReaderReplacement
from annotations.selectors.designs import is_reproduced
from annotations.services import reader_studies as building
from annotations.services.designs import design_put
from annotations.services.truth import reference_standard_import, reference_standard_lock
from annotations.services.withdrawals import reader_withdraw
from portal.accounts.models import User
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from tests.annotations.building import Built, draft, person
from tests.annotations.test_arbitration import (
    arbitrated,
    counts,
    disagree,
    double,
    final_rows,
    launched_double,
    open_it,
    reopen,
    sign_case,
    sign_read,
    standings,
)
from tests.annotations.test_signing import PASSWORD, of

pytestmark = pytest.mark.django_db


def withdraw(built: Built, reader: User) -> None:
    reader_withdraw(by=built.coordinator, reader_study=built.reader_study, reader=reader, reason="Ill.")


def replace(built: Built, withdrawn: User, by: User | None) -> Any:
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/replacements"
    body = {"withdrawn_id": str(withdrawn.pk), "user_id": str(by.pk) if by else None, "reason": "Takes over."}
    return of(built.coordinator).post(path, body, content_type="application/json")


def move(built: Built, event: str) -> Any:
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/moves"
    return of(built.coordinator).post(path, {"event": event}, content_type="application/json")


def left(built: Built) -> Any:
    return of(built.coordinator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/left").json()


def newcomer(name: str = "newcomer") -> User:
    user = person(name)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_somebody_new_takes_the_places_and_the_case_goes_on_to_its_arbitrator() -> None:
    built = launched_double()
    first, second, _ = built.readers
    sign_case(built, first, call=True)
    withdraw(built, second)
    assert standings(built) == ["VACANT", "VACANT"]
    assert left(built)["vacant_cases"] == 2
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/replacements"
    (vacancy,) = of(built.coordinator).get(path).json()["vacancies"]
    assert (vacancy["username"], vacancy["cases"], vacancy["reason"]) == (
        second.username,
        [case.name for case in built.cases],
        "Ill.",
    )
    other = newcomer()
    answer = replace(built, second, other)
    assert answer.status_code == 201, answer.content
    assert answer.json()["vacancies"] == []
    (done,) = answer.json()["replacements"]
    assert (done["withdrawn"], done["reader"], done["number_of_cases"]) == (second.username, other.username, 2)
    assert replace(built, second, newcomer("another")).json()["code"] == "no_vacancy"
    # Whose place it is nobody is told, and of the other read nothing.
    shown = of(other).get(f"/api/v1/reader-studies/{built.reader_study.pk}/assignments")
    assert [one["state"] for one in shown.json()] == ["PENDING", "PENDING"]
    hidden = [first.username, second.username, str(first.pk), str(second.pk)]
    assert not [value for value in hidden if value in shown.content.decode()]
    assert of(other).get(path).status_code == 403
    assert sign_case(built, other, call=False).status_code == 200
    assert counts(built)["waiting"] == 1
    assert ReaderReplacement.objects.get().reason == "Takes over."
    assert Event.objects.get(action="reader.replace").detail["reason"] == "Takes over."
    assert "Places of withdrawn readers" in ProtocolVersion.objects.latest("number").content
    # The lists that were drawn are still those that the seed gives.
    assert is_reproduced(reader_study=built.reader_study)
    assert not trail_verify(scope=None).problems
    # Who took a place can be withdrawn as well; the place is vacant again, once.
    withdraw(built, other)
    (vacancy,) = of(built.coordinator).get(path).json()["vacancies"]
    assert vacancy["username"] == other.username


def test_a_place_goes_to_no_arbitrator_no_withdrawn_reader_and_nobody_who_reads_the_case_already() -> None:
    built = launched_double()
    first, second, arbitrator = built.readers
    withdraw(built, second)
    for somebody, code in ((first, "reads_them_already"), (second, "withdrawn"), (arbitrator, "is_arbitrator")):
        answer = replace(built, second, somebody)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert replace(built, second, built.coordinator).json()["code"] == "invalid_members"
    assert replace(built, second, None).json()["code"] == "nothing_signed"
    assert not ReaderReplacement.objects.exists()


def test_a_place_goes_to_nobody_whose_reading_has_ended() -> None:
    built = draft(cases=6, readers=3)
    for user in (*built.readers, built.coordinator):
        user.set_password(PASSWORD)
        user.save()
    design = {**single_design(), "pairing": {"kind": "DOUBLE"}}
    design_put(by=built.coordinator, reader_study=built.reader_study, design=design)
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    gone, stays = built.readers[:2]
    withdraw(built, gone)
    own = Membership.objects.filter(user=stays)
    today = timezone.now().date()
    own.update(ends_on=today - timedelta(days=1))
    refused = replace(built, gone, stays)
    assert (refused.status_code, refused.json()["code"]) == (409, "reading_ended")
    assert str(today - timedelta(days=1)) in refused.json()["detail"]
    assert not ReaderReplacement.objects.exists()
    # The last day itself is one of reading, and who begins later can take places.
    own.update(ends_on=today + timedelta(days=9), starts_on=today + timedelta(days=1))
    assert replace(built, gone, stays).status_code == 201


def test_a_third_reader_of_the_pool_takes_what_they_do_not_read_and_the_rest_waits_for_another() -> None:
    built = draft(cases=6, readers=4)
    for user in (*built.readers, built.coordinator):
        user.set_password(PASSWORD)
        user.save()
    design_put(by=built.coordinator, reader_study=built.reader_study, design=double(built.readers[3:]))
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    gone, stays = built.readers[0], built.readers[1]
    own = set(Assignment.objects.filter(reader=stays).values_list("case_id", flat=True))
    places = set(Assignment.objects.filter(reader=gone).values_list("case_id", flat=True))
    assert places & own
    assert places - own
    withdraw(built, gone)
    answer = replace(built, gone, stays)
    assert answer.status_code == 201, answer.content
    now = list(Assignment.objects.filter(reader=stays).order_by("position").values_list("case_id", "position"))
    assert {case for case, _ in now} == own | places
    assert [position for _, position in now] == list(range(1, len(now) + 1))
    (vacancy,) = answer.json()["vacancies"]
    assert len(vacancy["cases"]) == len(places & own)
    assert is_reproduced(reader_study=built.reader_study)


def test_who_was_told_how_many_cases_are_diseased_takes_no_further_case() -> None:
    built = draft(cases=6, readers=4)
    for user in (*built.readers, built.coordinator):
        user.set_password(PASSWORD)
        user.save()
    design = {**single_design(), "pairing": {"kind": "DOUBLE"}}
    design["arms"][0]["blinding"] = {"prevalence": {FIRST: HIDDEN, SECOND: HIDDEN, SIGNED: SHOWN}}
    design_put(by=built.coordinator, reader_study=built.reader_study, design=design)
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    gone, knows, other = built.readers[:3]
    rows = "".join(f"{case.name},{number % 2}\n" for number, case in enumerate(built.cases))
    reference_standard_lock(
        by=built.coordinator,
        standard=reference_standard_import(
            by=built.coordinator, reader_study=built.reader_study, text=f"case,truth\n{rows}", name="t.csv"
        ),
    )
    own = set(Assignment.objects.filter(reader=knows).values_list("case_id", flat=True))
    signed = [sign_case(built, knows, number).json() for number, one in enumerate(built.cases) if one.pk in own]
    assert [one["particulars"]["prevalence"] for one in signed][-1] == {"positives": 3, "cases": 6}
    withdraw(built, gone)
    answer = replace(built, gone, knows)
    assert (answer.status_code, answer.json()["code"]) == (409, "knows_prevalence")
    assert replace(built, gone, other).status_code == 201


def test_the_arbitrators_decide_over_the_one_read_that_is_left_also_after_the_close() -> None:
    built = launched_double()
    first, second, arbitrator = built.readers
    for case in (0, 1):
        sign_case(built, first, case, call=True)
        sign_case(built, second, case, call=True)
    assert standings(built) == ["AGREED", "AGREED"]
    assert move(built, "close").status_code == 200
    withdraw(built, second)
    assert standings(built) == ["VACANT", "VACANT"]
    assert replace(built, second, newcomer()).json()["code"] == "wrong_state"
    answer = replace(built, second, None)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["vacancies"], answer.json()["replacements"][0]["reader"]) == ([], None)
    following = of(arbitrator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/next").json()
    client, read_id = open_it(built, Assignment.objects.get(pk=following["assignment_id"]))
    shown = client.get(f"/api/v1/reads/{read_id}/arbitration").json()
    assert [one["name"] for one in shown["readers"]] == ["Reader A"]
    assert sign_read(client, read_id, call=False).status_code == 200
    assert sorted(standings(built)) == ["DONE", "WAITING"]
    assert {row["answer.nodule_present"] for row in final_rows(built)} == {"0", ""}
    assert move(built, "lock").status_code == 200
    assert sign_read(client, read_id, call=True).json()["code"] == "wrong_state"
    assert not trail_verify(scope=None).problems


def test_an_arbitration_that_a_withdrawal_after_the_close_made_stale_is_confirmed_or_reopened() -> None:
    built = launched_double()
    client, read_id = arbitrated(built)
    own = Read.objects.get(assignment__reader=built.readers[0], assignment__case=built.cases[0])
    assert move(built, "close").status_code == 200
    withdraw(built, built.readers[1])
    assert (counts(built)["stale"], standings(built)[0]) == (1, "STALE")
    assert left(built)["arbitrations"]["stale"] == 1
    client.get(f"/api/v1/reads/{read_id}/arbitration")
    path = f"/api/v1/reads/{read_id}/arbitration/confirmation"
    done = client.post(path, {"reason": "It stands.", "password": PASSWORD}, content_type="application/json")
    assert (done.status_code, standings(built)[0]) == (200, "DONE")
    # The other way; a reader's own read stays closed.
    reopened = of(built.coordinator).post(
        f"/api/v1/reads/{own.pk}/reopen", {"reason": "Look again."}, content_type="application/json"
    )
    assert (reopened.status_code, reopened.json()["code"]) == (409, "wrong_state")
    reopen(built, built.readers[2])
    assert standings(built)[0] == "OPEN"
    assert sign_read(client, read_id, call=False).status_code == 200
    assert final_rows(built)[0]["answer.nodule_present"] == "0"


def test_the_arbitrations_left_at_the_close_are_counted_and_go_on_until_the_lock() -> None:
    built = launched_double()
    arbitration = disagree(built)
    sign_case(built, built.readers[0], 1)
    counted = left(built)
    assert (counted["unsigned"], counted["arbitrations"]["waiting"], counted["vacant_cases"]) == (1, 1, 0)
    assert move(built, "close").status_code == 200
    event = Event.objects.get(action="reader_study.close")
    assert (event.detail["left_unsigned"], event.detail["left_arbitrations_waiting"]) == (1, 1)
    own = Assignment.objects.get(reader=built.readers[1], case=built.cases[1])
    late = of(built.readers[1]).post(f"/api/v1/assignments/{own.pk}/open", {}, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    client, read_id = open_it(built, arbitration)
    client.get(f"/api/v1/reads/{read_id}/arbitration")
    assert sign_read(client, read_id, call=True).status_code == 200
    assert left(built)["arbitrations"] == {"waiting": 0, "open": 0, "done": 1, "stale": 0}


def test_a_stale_arbitration_is_confirmed_where_past_reads_are_hidden() -> None:
    """The arbitrator is shown the two reads, which the confirmation is over, and never what they signed themselves."""
    built = draft(cases=2, readers=3)
    for user in (*built.readers, built.coordinator):
        user.set_password(PASSWORD)
        user.save()
    design = double(built.readers[2:])
    design["arms"][0]["blinding"] = {**design["arms"][0]["blinding"], "own_past_reads": HIDDEN}
    design_put(by=built.coordinator, reader_study=built.reader_study, design=design)
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    client, read_id = arbitrated(built)
    path = f"/api/v1/reads/{read_id}/arbitration"
    assert client.get(path).status_code == 404
    body = {"reason": "Both see it.", "password": PASSWORD}
    assert client.post(f"{path}/confirmation", body, content_type="application/json").status_code == 404
    read = reopen(built, built.readers[1])
    assert sign_read(of(built.readers[1]), str(read.pk), call=True).status_code == 200
    own = f"/api/v1/reader-studies/{built.reader_study.pk}/assignments"
    (listed,) = client.get(own).json()
    assert (listed["is_openable"], listed["stale_read_id"]) == (False, read_id)
    shown = client.get(path)
    assert (shown.status_code, shown.json()["may_confirm"], len(shown.json()["readers"])) == (200, True, 2)
    for rest in ("", "/history", "/revisions"):
        assert client.get(f"/api/v1/reads/{read_id}{rest}").status_code == 404
    assert client.post(f"{path}/confirmation", body, content_type="application/json").status_code == 200
    assert standings(built)[0] == "DONE"
    assert client.get(path).status_code == 404
    assert client.get(own).json()[0]["stale_read_id"] is None
    assert list(ArbitrationStep.objects.values_list("kind", flat=True))[-1] == "CONFIRMED"


def test_an_arbitration_goes_on_to_another_arbitrator_also_when_a_reader_was_withdrawn_meanwhile() -> None:
    built = launched_double(arbitrators=2)
    arbitration = disagree(built)
    withdraw(built, built.readers[0])
    withdraw(built, arbitration.reader)
    (following,) = Assignment.objects.filter(role="ARBITRATION").exclude(state="VOID")
    assert following.reader != arbitration.reader
    client, read_id = open_it(built, following)
    client.get(f"/api/v1/reads/{read_id}/arbitration")
    assert sign_read(client, read_id, call=True).status_code == 200
    assert standings(built)[0] == "DONE"


def test_an_arbitrator_without_a_case_is_withdrawn_and_gets_none() -> None:
    built = launched_double(arbitrators=2)
    waiting = built.readers[2]
    withdraw(built, waiting)
    assert Membership.objects.get(user=waiting).withdrawn_reason == "Ill."
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/reader-dates"
    rows = {one["username"]: one["is_withdrawn"] for one in of(built.coordinator).get(path).json()}
    assert rows == {one.username: one == waiting for one in built.readers}
    for case in (0, 1):
        assert disagree(built, case).reader == built.readers[3]
    again = of(built.coordinator).post(
        f"/api/v1/reader-studies/{built.reader_study.pk}/withdrawals",
        {"reader_id": str(waiting.pk), "reason": "Twice."},
        content_type="application/json",
    )
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")

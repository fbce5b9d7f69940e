"""Adjudication: from open cases of a consensus, over blinded decisions, to a truth that names where it is from."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from annotations.models import AdjudicationCase, Membership, Revision
from annotations.selectors.truth import truths_of
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from tests.annotations.building import Built, launched, person
from tests.annotations.test_consensus_api import preview, read_all, store

pytestmark = pytest.mark.django_db

QUESTION = "Is there a nodule?"


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def built() -> Built:
    """A consensus: Case 001 positive, Case 002 negative, Cases 003 to 005 open."""
    built = launched(cases=5, readers=3)
    read_all(built)
    assert store(built, preview(built)).stored is not None
    return built


@pytest.fixture
def judge(built: Built) -> User:
    judge = person("judge")
    built.join(judge, Role.ADJUDICATOR)
    return judge


def path(built: Built, rest: str = "adjudications") -> str:
    return f"/api/v1/reader-studies/{built.reader_study.pk}/{rest}"


def begin(built: Built, **changes: Any) -> Any:
    body = {"base_version": 1, "question": QUESTION, "seed": "fixed", **changes}
    return client_of(built.coordinator).post(path(built), body, format="json")


def decide(judge: User, case: Any, outcome: str = "POSITIVE", base: int = 0, comment: str = "Seen twice.") -> Any:
    body = {"base_number": base, "outcome": outcome, "comment": comment}
    return client_of(judge).post(f"/api/v1/adjudication-cases/{case}/decision", body, format="json")


def to_judge(built: Built, judge: User) -> dict[str, str]:
    """The ids of the cases that are to be judged, by name."""
    rows = client_of(judge).get(path(built, "adjudication-cases")).json()
    return {row["case"]: row["id"] for row in rows}


def finish(built: Built) -> Any:
    return client_of(built.coordinator).post(path(built, "adjudications/1/reference-standard"))


def test_a_round_names_the_open_cases_and_its_result_says_where_each_value_is_from(built: Built, judge: User) -> None:
    answer = begin(built)
    assert answer.status_code == 201, answer.content
    (round_,) = answer.json()
    assert (round_["number_of_cases"], round_["number_decided"], round_["result_version"]) == (3, 0, None)
    cases = to_judge(built, judge)
    assert set(cases) == {"Case 003", "Case 004", "Case 005"}
    for name, outcome in {"Case 003": "POSITIVE", "Case 004": "NEGATIVE"}.items():
        assert decide(judge, cases[name], outcome).status_code == 200
    early = finish(built)
    assert (early.status_code, early.json()["code"]) == (409, "round_unfinished")
    assert not any(sign.isdigit() for sign in early.json()["detail"]), "nor does the refusal count the cases"
    assert decide(judge, cases["Case 005"], "EXCLUDED", comment="Motion.").status_code == 200
    answer = finish(built)
    assert answer.status_code == 201, answer.content
    newest = answer.json()["versions"][0]
    assert (newest["version"], newest["source"]) == (2, "ADJUDICATION")
    assert (newest["number_positive"], newest["number_negative"], newest["number_excluded"]) == (2, 2, 1)
    assert newest["rule"]["adjudication"]["seed"] == "fixed"
    truths = {one.case.name: one.truth for one in truths_of(reader_study=built.reader_study).values()}
    assert truths == {"Case 001": 1, "Case 002": 0, "Case 003": 1, "Case 004": 0}
    rows = client_of(built.coordinator).get(path(built, "reference-standards/2")).json()
    said = {row["case"]: row for row in rows}
    assert said["Case 001"]["adjudicated"] is None
    kept = said["Case 001"]["provenance"]
    assert ((kept["source"], kept["version"]), said["Case 003"]["provenance"]) == (("CONSENSUS", 1), {})
    assert (said["Case 005"]["reason"], said["Case 005"]["adjudicated"]["comment"]) == ("ADJUDICATED", "Motion.")
    assert said["Case 003"]["adjudicated"]["adjudicator"] == "judge"
    assert len(said["Case 003"]["votes"]) == 2, "the votes that it replaced stay"
    left = set(Event.objects.values_list("action", flat=True))
    assert left >= {"adjudication.create", "adjudication.decide", "reference_standard.create"}
    made = Event.objects.filter(action="reference_standard.create").latest("at")
    assert (made.detail["version"], made.detail["source"]) == (2, "ADJUDICATION")
    assert trail_verify(scope=f"reader-study:{built.reader_study.pk}").problems == []
    again = finish(built)
    assert (again.status_code, again.json()["code"]) == (409, "round_finished")
    late = decide(judge, cases["Case 003"], "NEGATIVE", base=1)
    assert (late.status_code, late.json()["code"]) == (409, "round_finished")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"open_cases": False, "disagreement": True}, {"Case 002", "Case 003"}),
        ({"open_cases": False, "confidence_question": "confidence", "low_confidence_below": 25}, {"Case 002"}),
        # All agree that Case 001 is positive, and are not equally sure; nobody has marked anything.
        ({"open_cases": False, "disagreement_questions": ["confidence"]}, {"Case 001", "Case 002", "Case 003"}),
        ({"open_cases": True, "disagreement_questions": ["nodules"]}, {"Case 003", "Case 004", "Case 005"}),
        ({"open_cases": False, "disagreement_questions": ["nodules", "nodule_present"]}, {"Case 002", "Case 003"}),
        ({"open_cases": False, "random_percent": 100}, {f"Case 00{number}" for number in range(1, 6)}),
    ],
)
def test_triggers(built: Built, judge: User, changes: dict[str, Any], expected: set[str]) -> None:
    assert begin(built, **changes).status_code == 201
    assert set(to_judge(built, judge)) == expected


def test_a_decision_can_be_taken_otherwise_and_both_stay(built: Built, judge: User) -> None:
    begin(built)
    case = to_judge(built, judge)["Case 003"]
    assert decide(judge, case).json()["decision"]["number"] == 1
    stale = decide(judge, case, "NEGATIVE")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    assert decide(judge, case, "NEGATIVE", base=1, comment="A vessel.").json()["decision"]["number"] == 2
    stored = AdjudicationCase.objects.get(pk=case)
    assert list(stored.decisions.values_list("outcome", flat=True)) == ["POSITIVE", "NEGATIVE"]
    rows = client_of(built.coordinator).get(path(built, "adjudications/1")).json()
    found = next(row for row in rows if row["case"] == "Case 003")
    assert (found["outcome"], found["decided_by"], found["reasons"]) == ("NEGATIVE", "judge", ["OPEN"])


def test_two_adjudicators_do_not_see_each_other_and_the_second_is_told(built: Built, judge: User) -> None:
    other = person("second-judge")
    Membership.objects.create(reader_study=built.reader_study, user=other, role=Role.ADJUDICATOR)
    begin(built)
    case = to_judge(built, judge)["Case 003"]
    decide(judge, case, comment="Only I know why.")
    shown = client_of(other).get(f"/api/v1/adjudication-cases/{case}")
    assert (shown.json()["is_decided_by_another"], shown.json()["decision"]) == (True, None)
    assert b"Only I know" not in shown.content
    assert b"judge" not in shown.content
    answer = decide(other, case, "NEGATIVE")
    assert (answer.status_code, answer.json()["code"]) == (409, "decided_by_another")


def test_an_adjudicator_sees_answers_under_letters_or_nothing_of_the_readers(built: Built, judge: User) -> None:
    begin(built)
    case = to_judge(built, judge)["Case 003"]
    shown = client_of(judge).get(f"/api/v1/adjudication-cases/{case}")
    assert [one["name"] for one in shown.json()["readers"]] == ["Reader A", "Reader B"]
    said = {row["answer"] for one in shown.json()["readers"] for row in one["answers"]}
    assert said == {"Yes", "No", "60", "30"}
    secrets = [str(pk) for pk in Revision.objects.values_list("pk", flat=True)]
    secrets += [reader.username for reader in built.readers] + [str(reader.pk) for reader in built.readers]
    assert not [secret for secret in secrets if secret.encode() in shown.content]
    assert shown["Cache-Control"] == "no-store"
    assert Event.objects.filter(action="adjudication.view_case", actor=judge).exists()


def test_a_round_can_hide_the_answers(built: Built, judge: User) -> None:
    begin(built, shows="HIDDEN")
    case = to_judge(built, judge)["Case 003"]
    assert client_of(judge).get(f"/api/v1/adjudication-cases/{case}").json()["readers"] == []


def test_who_sees_names_cannot_judge(built: Built, judge: User) -> None:
    begin(built)
    case = to_judge(built, judge)["Case 003"]
    for user in (built.coordinator, built.readers[0], User.objects.create_superuser("root")):
        assert decide(user, case).status_code == 403
        assert client_of(user).get(path(built, "adjudication-cases")).status_code == 403
    assert decide(person("stranger"), case).status_code == 404
    Membership.objects.create(reader_study=built.reader_study, user=judge, role=Role.API_CLIENT)
    assert decide(judge, case).status_code == 403, "who pulls labels knows whose they are"


def test_nobody_is_made_both(built: Built, judge: User) -> None:
    members = [{"user_id": str(built.coordinator.pk), "role": "COORDINATOR"}]
    members += [{"user_id": str(reader.pk), "role": "READER"} for reader in built.readers]
    members += [{"user_id": str(judge.pk), "role": role} for role in ("ADJUDICATOR", "API_CLIENT")]
    answer = client_of(built.coordinator).put(path(built, "members"), {"members": members}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_blinded")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"open_cases": False}, 409, "no_cases"),
        ({"base_version": 7}, 404, "not_found"),
        ({"question": ""}, 400, "invalid"),
        ({"random_percent": 101}, 400, "invalid"),
        ({"low_confidence_below": 50}, 400, "invalid"),
        ({"low_confidence_below": 50, "confidence_question": "nodule_present"}, 400, "unknown_question"),
        ({"disagreement_questions": ["nodule_present", "margin"]}, 400, "unknown_question"),
        ({"open_cases": False, "disagreement_questions": ["nodules"]}, 409, "no_cases"),
        ({"shows": "EVERYTHING"}, 400, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused(built: Built, changes: dict[str, Any], status: int, code: str) -> None:
    answer = begin(built, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_question_that_the_form_does_not_have_is_named(built: Built) -> None:
    answer = begin(
        built, disagreement_questions=["nodules", "margin"], confidence_question="sure", low_confidence_below=1
    )
    assert [(one["field"], one["code"], one["detail"]) for one in answer.json()["errors"]] == [
        ("confidence_question", "unknown_question", "The form has no ordinal or confidence question sure."),
        ("disagreement_questions", "unknown_question", "The form has no question margin."),
    ]


def test_one_round_at_a_time(built: Built) -> None:
    begin(built)
    answer = begin(built)
    assert (answer.status_code, answer.json()["code"]) == (409, "round_unfinished")


@pytest.mark.parametrize("comment", ["", "   "])
def test_a_decision_needs_a_comment(built: Built, judge: User, comment: str) -> None:
    begin(built)
    case = to_judge(built, judge)["Case 003"]
    answer = decide(judge, case, comment=comment)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "comment")


def test_decisions_are_append_only_in_the_database_too(built: Built, judge: User) -> None:
    begin(built)
    decide(judge, to_judge(built, judge)["Case 003"])
    for table in ("annotations_adjudication", "annotations_adjudicationcase", "annotations_adjudicationdecision"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")

"""A reference standard by consensus: looked at, stored as it was seen, and traceable to the revisions it is from."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from annotations import runner
from annotations.models import Read, ReferenceDecision, ReferenceJob, ReferenceStandard
from annotations.runner import execute
from annotations.selectors.truth import truths_of
from annotations.services import consensus
from annotations.services.reader_studies import label_schema_put, reader_study_launch
from annotations.services.reads import read_sign
from annotations.services.reference_jobs import folder_of, reference_jobs_sweep
from annotations.services.reopening import read_reopen
from annotations.services.truth import reference_standard_import, reference_standard_lock
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal import jobs
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from portal.db import JobState
from tests.annotations.building import CALL, NODULES, RATING, Built, content, draft, launched, save
from tests.annotations.reference_jobs import found_by, path_of, seen, storing, worked

pytestmark = pytest.mark.django_db

# Reader -> case -> answer; what is not there is not signed. Two agree on all, the third differs.
VOTES = {
    1: {"Case 001": (True, 90), "Case 002": (False, 10), "Case 003": (True, 60), "Case 004": (False, 40)},
    2: {"Case 001": (True, 80), "Case 002": (False, 20), "Case 003": (False, 30)},
    3: {"Case 001": (True, 70), "Case 002": (True, 50)},
}
MAJORITY = {"kind": "MAJORITY", "question": "nodule_present", "minimum_votes": 2}


def read_all(built: Built) -> dict[tuple[str, str], Read]:
    """Sign what VOTES says; returns the reads by reader and case."""
    reads = {}
    for number, reader in enumerate(built.readers, start=1):
        for position in range(1, len(built.cases) + 1):
            read = built.open(reader, position)
            name = read.assignment.case.name
            if name in VOTES[number]:
                present, confidence = VOTES[number][name]
                read_sign(by=reader, read=read, save=save(content(nodule_present=present, confidence=confidence)))
                reads[reader.username, name] = read
    return reads


@pytest.fixture
def built() -> Built:
    built = launched(cases=5, readers=3)
    read_all(built)
    return built


def client_of(built: Built) -> APIClient:
    client = APIClient()
    client.force_authenticate(built.coordinator)
    return client


def post(built: Built, path: str, body: dict[str, Any]) -> Any:
    return client_of(built).post(f"/api/v1/reader-studies/{built.reader_study.pk}/{path}", body, format="json")


def preview(built: Built, **changes: Any) -> Any:
    return seen(client_of(built), post(built, "consensus/preview", MAJORITY | changes))


def outcomes(shown: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["case"]: (one["outcome"], one["reason"]) for one in shown["cases"]}


def store(built: Built, shown: dict[str, Any]) -> ReferenceJob:
    return storing(client_of(built), shown)


def test_a_preview_counts_and_stores_nothing(built: Built) -> None:
    shown = preview(built)
    assert outcomes(shown) == {
        "Case 001": ("POSITIVE", "AGREED"),
        "Case 002": ("NEGATIVE", "BY_RULE"),
        "Case 003": ("ADJUDICATION", "TIED"),
        "Case 004": ("ADJUDICATION", "TOO_FEW"),
        "Case 005": ("ADJUDICATION", "TOO_FEW"),
    }
    assert shown["counts"] == {
        "cases": 5, "agreed": 1, "by_rule": 1, "tied": 1, "too_few": 2, "carried": 0, "contradicted": 0,
        "positive": 1, "negative": 1, "excluded": 0, "adjudication": 3,
    }  # fmt: skip
    assert not ReferenceStandard.objects.exists()
    event = Event.objects.get(action="consensus.view")
    assert (event.actor, event.detail["digest"]) == (built.coordinator, shown["digest"])
    assert preview(built)["digest"] == shown["digest"], "the same reads and rule give the same"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ties": "EXCLUDED"}, {"Case 003": ("EXCLUDED", "TIED")}),
        ({"ties": "NEGATIVE"}, {"Case 003": ("NEGATIVE", "TIED"), "Case 005": ("ADJUDICATION", "TOO_FEW")}),
        ({"missing": "EXCLUDED"}, {"Case 004": ("EXCLUDED", "TOO_FEW")}),
        ({"minimum_votes": 1}, {"Case 004": ("NEGATIVE", "AGREED"), "Case 005": ("ADJUDICATION", "TOO_FEW")}),
        ({"kind": "ANY"}, {"Case 002": ("POSITIVE", "BY_RULE"), "Case 003": ("POSITIVE", "BY_RULE")}),
        ({"kind": "UNANIMOUS"}, {"Case 001": ("POSITIVE", "AGREED"), "Case 002": ("ADJUDICATION", "TIED")}),
        # 50 of reader 3 counts as positive; 60 against 30 on case 003 is still a tie.
        (
            {"question": "confidence", "positive_from": 50},
            {"Case 002": ("NEGATIVE", "BY_RULE"), "Case 003": ("ADJUDICATION", "TIED")},
        ),
        (
            {"question": "confidence", "positive_from": 20},
            {"Case 002": ("POSITIVE", "BY_RULE"), "Case 003": ("POSITIVE", "AGREED")},
        ),
    ],
)
def test_rules(built: Built, changes: dict[str, Any], expected: dict[str, tuple[str, str]]) -> None:
    assert outcomes(preview(built, **changes)).items() >= expected.items()


def test_weights_and_a_panel_of_some_readers(built: Built) -> None:
    first, second, third = built.readers
    weighted = [{"user_id": str(first.pk), "weight": "0.5"}, {"user_id": str(second.pk), "weight": "1.25"}]
    shown = preview(built, kind="WEIGHTED", readers=weighted)
    assert outcomes(shown)["Case 003"] == ("NEGATIVE", "BY_RULE"), "1.25 against 0.5"
    assert [(one["username"], one["weight"]) for one in shown["rule"]["readers"]] == [
        (first.username, "0.5"), (second.username, "1.25"),
    ]  # fmt: skip
    alone = preview(built, minimum_votes=1, readers=[{"user_id": str(third.pk)}])
    assert outcomes(alone)["Case 002"] == ("POSITIVE", "AGREED")
    assert {vote["reader"] for one in alone["cases"] for vote in one["votes"]} == {third.username}


def test_what_is_stored_is_what_was_seen_and_every_value_names_its_revisions(built: Built) -> None:
    shown = preview(built)
    assert store(built, shown).state == JobState.SUCCEEDED
    (version,) = (
        client_of(built).get(f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards").json()["versions"]
    )
    assert (version["source"], version["lock"]) == ("CONSENSUS", None)
    assert [version[name] for name in ("number_positive", "number_negative", "number_for_adjudication")] == [1, 1, 3]
    assert version["rule"] == shown["rule"]
    truths = {one.case.name: one.truth for one in truths_of(reader_study=built.reader_study).values()}
    assert truths == {"Case 001": 1, "Case 002": 0}, "an open case has no truth, and is not negative"
    client = APIClient()
    client.force_authenticate(built.coordinator)
    rows = client.get(f"/api/v1/reader-studies/{built.reader_study.pk}/reference-standards/1").json()
    assert [{key: one[key] for key in shown["cases"][0]} for one in rows] == shown["cases"]
    signed = {str(pk): digest for pk, digest in Read.objects.values_list("signed_revision", "signed_revision__digest")}
    cast = [vote for one in rows for vote in one["votes"]]
    assert len(cast) == sum(len(votes) for votes in VOTES.values())
    assert all(signed[vote["revision_id"]] == vote["digest"] for vote in cast)
    event = Event.objects.get(action="reference_standard.create")
    assert len(event.rows["annotations.ReferenceDecision"]) == 5
    assert trail_verify(scope=f"reader-study:{built.reader_study.pk}").problems == []


def test_a_read_signed_in_between_is_looked_at_first(built: Built) -> None:
    shown = preview(built)
    reader = built.readers[2]
    late = Read.objects.get(assignment__reader=reader, assignment__case__name="Case 003")
    read_sign(by=reader, read=late, save=save(content(nodule_present=False, confidence=5)))
    refused = store(built, shown)
    assert (refused.state, refused.error_code, refused.stored) == (JobState.FAILED, "preview_outdated", None)
    assert not ReferenceStandard.objects.exists()
    again = preview(built)
    assert outcomes(again)["Case 003"] == ("NEGATIVE", "BY_RULE")
    assert store(built, again).stored == ReferenceStandard.objects.get()


def test_a_read_that_is_signed_while_a_worker_matches_is_not_passed_over(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who signs waits for the matching, so what it was made of is compared before it is stored."""
    shown = preview(built)
    reader = built.readers[2]
    late = Read.objects.get(assignment__reader=reader, assignment__case__name="Case 003")
    find = consensus.consensus_find

    def found_meanwhile(**asked: Any) -> Any:
        found = find(**asked)
        read_sign(by=reader, read=late, save=save(content(nodule_present=False, confidence=5)))
        return found

    monkeypatch.setattr(consensus, "consensus_find", found_meanwhile)
    assert store(built, shown).error_code == "preview_outdated"
    assert not ReferenceStandard.objects.exists()


def test_a_worker_that_dies_stores_nothing_and_the_next_one_stores_once(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = preview(built)
    job = shown["job"]
    body = {"digest": shown["digest"]}
    asked = client_of(built).post(path_of(job, "/store"), body, format="json")
    assert (asked.status_code, asked.json()["state"], asked.json()["is_storing"]) == (202, "PENDING", True)
    # A second click, and one after the end, ask for nothing more.
    assert client_of(built).post(path_of(job, "/store"), body, format="json").status_code == 202
    # Killed after the version was made, before its transaction was committed.
    with monkeypatch.context() as killed:
        killed.setattr(jobs.Lease, "finish", killed_worker)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(ReferenceJob, job.pk, execute)
    assert not ReferenceStandard.objects.exists()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    ReferenceJob.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        jobs.run(ReferenceJob, job.pk, execute)
    standard = ReferenceStandard.objects.get()
    again = client_of(built).post(path_of(job, "/store"), body, format="json").json()
    assert (again["state"], again["stored_version"]) == ("SUCCEEDED", standard.version)
    assert Event.objects.filter(action="reference_standard.create").count() == 1
    assert [one.actor for one in Event.objects.filter(action="reference_job.store")] == [built.coordinator]
    assert trail_verify(scope=f"reader-study:{built.reader_study.pk}").problems == []
    # What the look found is dropped once it is stored.
    unstored = folder_of(preview(built)["job"])
    assert (folder_of(job).is_dir(), unstored.is_dir()) == (True, True)
    assert reference_jobs_sweep() == 1
    assert (folder_of(job).is_dir(), unstored.is_dir()) == (False, True)


def killed_worker(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_a_look_can_be_cancelled_and_says_how_far_it_is(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    pending = post(built, "consensus/preview", MAJORITY).json()
    assert client_of(built).post(f"{path_of(ReferenceJob.objects.get())}/cancel").json()["state"] == "CANCELLED"
    assert found_by(client_of(built), ReferenceJob.objects.get()).json()["code"] == "not_finished"
    late = client_of(built).post(f"{path_of(ReferenceJob.objects.get())}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    body = {"digest": "0" * 64}
    unseen = client_of(built).post(path_of(ReferenceJob.objects.get(), "/store"), body, format="json")
    assert (unseen.status_code, unseen.json()["code"]) == (409, "preview_outdated")
    listed = client_of(built).get(f"/api/v1/reader-studies/{built.reader_study.pk}/reference-jobs").json()
    assert [one["id"] for one in listed] == [pending["id"]]
    # While it runs: told between two cases.
    monkeypatch.setattr(runner, "PROGRESS_EVERY_S", 0)
    told: list[tuple[int, int]] = []
    progress = jobs.Lease.progress

    def cancelled_at_the_second(lease: jobs.Lease, done: int, total: int, message: str = "") -> None:
        told.append((done, total))
        ReferenceJob.objects.filter(pk=lease.job.pk).update(cancel_requested=done == 1)
        progress(lease, done, total, message)

    monkeypatch.setattr(jobs.Lease, "progress", cancelled_at_the_second)
    marks = {"question": "nodules"}
    job = worked(post(built, "consensus/preview", MAJORITY | {"lesions": marks}))
    assert (job.state, job.progress_message) == (JobState.CANCELLED, "Marks of 1 of 4 case(s) matched")
    assert told == [(0, 4), (1, 4)]


def test_a_reopened_read_votes_as_it_was_signed(built: Built) -> None:
    before = preview(built)
    read = Read.objects.get(assignment__reader=built.readers[0], assignment__case__name="Case 001")
    read_reopen(by=built.coordinator, read=read, reason="A question about the location.")
    assert preview(built)["digest"] == before["digest"]


def test_a_withdrawn_case_is_no_case_of_the_consensus(built: Built) -> None:
    case_withdraw(by=built.coordinator, reader_study=built.reader_study, case=built.cases[0], reason="Wrong patient.")
    assert "Case 001" not in outcomes(preview(built))


def test_a_withdrawn_reader_is_no_reader_of_the_panel(built: Built) -> None:
    gone = built.readers[0]
    reader_withdraw(by=built.coordinator, reader_study=built.reader_study, reader=gone, reason="Ill.")
    shown = preview(built)
    assert gone.username not in [one["username"] for one in shown["rule"]["readers"]]
    assert len(shown["rule"]["readers"]) == 2
    refused = post(built, "consensus/preview", MAJORITY | {"minimum_votes": 3}).json()
    assert [one["code"] for one in refused["errors"]] == ["too_many"]
    named = post(built, "consensus/preview", MAJORITY | {"minimum_votes": 1, "readers": [{"user_id": str(gone.pk)}]})
    assert [one["code"] for one in named.json()["errors"]] == ["unknown_reader"]


@pytest.mark.parametrize("threshold", [-1, 101])
def test_a_threshold_that_is_no_answer_is_refused(built: Built, threshold: int) -> None:
    refused = post(built, "consensus/preview", MAJORITY | {"question": "confidence", "positive_from": threshold})
    assert [one["code"] for one in refused.json()["errors"]] == ["out_of_range"]


def test_a_locked_consensus_takes_no_further_decision(built: Built) -> None:
    store(built, preview(built))
    standard = ReferenceStandard.objects.get()
    reference_standard_lock(by=built.coordinator, standard=standard)
    last = ReferenceDecision.objects.filter(reference_standard=standard, case__name="Case 005")
    assert last.exists()
    with pytest.raises(IntegrityError, match="is locked"), transaction.atomic():
        ReferenceDecision.objects.create(
            reference_standard=standard, case=built.cases[4], outcome="POSITIVE", reason="BY_RULE"
        )


def test_training_cases_keep_the_truth_that_readers_were_shown() -> None:
    built = draft(cases=5, readers=3)
    reference_standard_import(
        by=built.coordinator, reader_study=built.reader_study, text="case,truth\nCase 005,1\n", name="truth.csv"
    )
    client = APIClient()
    client.force_authenticate(built.coordinator)
    base = f"/api/v1/reader-studies/{built.reader_study.pk}"
    design = client.get(f"{base}/design").json()["design"] | {"training": [str(built.cases[4].pk)]}
    stored = client.put(f"{base}/design", {"design": design}, format="json")
    assert stored.status_code == 200, stored.content
    assert client.post(f"{base}/launch", {"seed": "fixed"}, format="json").status_code == 200
    shown = preview(built)
    assert outcomes(shown)["Case 005"] == ("POSITIVE", "CARRIED")
    assert shown["counts"]["carried"] == 1
    assert shown["rule"]["carried_from_version"] == 1
    assert store(built, shown).state == JobState.SUCCEEDED
    (kept,) = truths_of(reader_study=built.reader_study).values()
    assert (kept.case.name, kept.provenance) == ("Case 005", {"source": "CSV", "name": "truth.csv", "version": 1})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "LOUDEST"}, "kind"),
        ({"question": "nodules"}, "question"),
        ({"question": "what"}, "question"),
        ({"positive_from": 1}, "positive_from"),
        ({"question": "confidence"}, "positive_from"),
        ({"arm": "Z"}, "arm"),
        ({"missing": "NEGATIVE"}, "missing"),
        ({"minimum_votes": 0}, "minimum_votes"),
        ({"minimum_votes": 4}, "minimum_votes"),
        ({"readers": []}, "readers"),
        ({"readers": [{"user_id": "11111111-1111-4111-8111-111111111111"}]}, "readers"),
    ],
)
def test_what_does_not_fit_names_its_field(built: Built, changes: dict[str, Any], field: str) -> None:
    answer = post(built, "consensus/preview", MAJORITY | changes)
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"].startswith(field)


def test_weights_that_nothing_uses_and_readers_named_twice_are_refused(built: Built) -> None:
    reader = str(built.readers[0].pk)
    for readers in ([{"user_id": reader, "weight": 2}], [{"user_id": reader}, {"user_id": reader}]):
        answer = post(built, "consensus/preview", MAJORITY | {"minimum_votes": 1, "readers": readers})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "readers")
    for weight in (0, -1, "nan", 1001):
        rows = [{"user_id": reader, "weight": weight}]
        assert post(built, "consensus/preview", {**MAJORITY, "kind": "WEIGHTED", "readers": rows}).status_code == 400


def test_a_draft_has_no_consensus() -> None:
    answer = post(draft(), "consensus/preview", MAJORITY)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_who_could_not_assess_a_case_has_no_vote_on_it() -> None:
    built = draft(cases=1, readers=3)
    form = [{**CALL, "cannot_assess": True}, RATING, NODULES]
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=form)
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    for reader, answer in zip(built.readers, (True, {"cannot_assess": "Motion"}, True), strict=True):
        answers = content(nodule_present=answer, confidence=50)
        read_sign(by=reader, read=built.open(reader, 1), save=save(answers))
    (case,) = preview(built)["cases"]
    assert (case["outcome"], case["reason"]) == ("POSITIVE", "AGREED")
    assert [vote["reader"] for vote in case["votes"]] == [built.readers[0].username, built.readers[2].username]
    (open_case,) = preview(built, minimum_votes=3)["cases"]
    assert (open_case["outcome"], open_case["reason"]) == ("ADJUDICATION", "TOO_FEW")

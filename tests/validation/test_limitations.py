"""What a result says of its own limits: looks before it, a truth that changed or was the readers' own, who left."""

import io
import json
import zipfile

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from annotations.domain.truth_csv import Truth
from annotations.models import Assignment, AssignmentState, Read, ReferenceDecision, ReferenceSource, ReferenceStandard
from annotations.services.reader_studies import reader_study_close
from annotations.services.reopening import read_reopen
from annotations.services.truth import reference_standard_create, reference_standard_lock
from annotations.services.withdrawals import reader_withdraw
from portal.db import JobState
from tests.validation.factory import make_reader_study
from tests.validation.test_plans import address, carried_out, document, endpoint, locked
from validation.canonical import parse
from validation.limitations import (
    TruthLock,
    dependent_truth,
    interim_notes,
    relocked_notes,
    simulated_notes,
    unread_notes,
    withdrawn_notes,
)
from validation.models import AnalysisRun
from validation.services import analysis_run_cancel, analysis_run_create
from validation.tasks import analysis_run_execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    found = make_reader_study()
    found.reader_study.refresh_from_db()
    return found


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def explored(made, **configuration):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study, **configuration)
    analysis_run_execute(str(run.pk))
    return AnalysisRun.objects.select_related("snapshot", "result").get(pk=run.pk)


def result(run):
    return parse(run.result.content)


def noted(document, words):
    return [one for one in document["notes"] if words in one]


def new_truth(made, source=ReferenceSource.CSV):
    truths = [Truth(case.name, 1, []) for case in made.reader_study.cases.order_by("position")[:3]]
    truths += [Truth(case.name, 0, []) for case in made.reader_study.cases.order_by("position")[5:9]]
    return reference_standard_create(
        by=made.coordinator, reader_study=made.reader_study, truths=truths, source=source, provenance="2"
    )


def test_looks_are_counted_in_every_later_result_with_their_dates_and_who(made, client, tmp_path):
    """An exploration, the plan, the command line; a run that was cancelled showed nobody anything."""
    first = explored(made)
    assert result(first)["looks"] == {"is_interim": True, "number": 1, "before": []}
    assert "This is look 1" in noted(result(first), "Interim: 20 of 22 assigned reads are signed")[0]
    cancelled = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    analysis_run_cancel(by=made.coordinator, run=cancelled)
    analysis_run_execute(str(cancelled.pk))
    plan = locked(client, made)
    second = carried_out(client, made, plan)
    (before,) = result(second)["looks"]["before"]
    assert (before["by"], before["plan"]) == ("carla", None)
    assert before["at"][:16] == first.created_at.isoformat()[:16]
    call_command("analyse", plan=str(plan.pk), out=tmp_path)
    assert json.loads((tmp_path / "result.json").read_text())["looks"]["number"] == 3
    reader_study_close(by=made.coordinator, reader_study=made.reader_study)
    final = result(carried_out(client, made, plan))
    assert (final["looks"]["is_interim"], final["looks"]["number"]) == (False, None)
    assert [(one["by"], one["plan"]) for one in final["looks"]["before"]] == [("carla", None), ("carla", 1), (None, 1)]
    (note,) = noted(final, "Interim looks before this result: 3.")
    assert "by carla (exploratory)" in note
    assert "by the command line of the server (plan 1)" in note
    assert noted(final, "2 of 22 assigned reads were not signed when the reading was closed.")
    assert not noted(final, "This is look")
    # Once it is closed nothing is a look any more.
    assert result(explored(made))["looks"] == final["looks"]


def test_a_reopened_read_is_said_though_all_are_signed(made):
    """All 22 signed is no end: until the close a read can be reopened, and then its newest signature counts."""
    Assignment.objects.filter(reader_study=made.reader_study).exclude(state=AssignmentState.SIGNED).update(
        state=AssignmentState.VOID
    )
    before = result(explored(made))
    assert before["looks"]["is_interim"]
    assert noted(before, "Interim: 20 of 20")
    read_reopen(by=made.coordinator, read=Read.objects.filter(signed_at__isnull=False).first(), reason="Wrong side.")
    after = result(explored(made))
    assert (after["counts"]["reads_signed"], after["counts"]["reads_reopened"]) == (20, 1)
    assert noted(after, "1 signed read had been reopened and not signed again: its newest signature counts.")


def test_older_results_say_that_the_truth_was_locked_anew(made, client):
    """In the run, beside the stored bytes of every file, and in the archive; the stored result stays as it is."""
    plan = locked(client, made)
    planned, exploratory = carried_out(client, made, plan), explored(made)
    url = f"/api/v1/analysis-runs/{planned.pk}"
    assert (client.get(url).json()["notices"], client.get(url).json()["truth_locked_since"]) == ([], [])
    assert "Overread-Notice" not in client.get(f"{url}/result")
    reference_standard_lock(by=made.coordinator, standard=new_truth(made), reason="Pathology came in – at last.")
    detail = client.get(url).json()
    (since,) = detail["truth_locked_since"]
    assert (since["version"], since["by"], since["reason"]) == (2, "carla", "Pathology came in – at last.")
    (notice,) = detail["notices"]
    for words in ("uses version 1, locked on 20", "version 2 on 20", "because: Pathology came in – at last."):
        assert words in notice
    listed = client.get(f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs").json()["results"]
    assert [one["notices"] for one in listed] == [[notice], [notice]]
    for part in ("result", "snapshot", "bundle", "figures/endpoints.csv"):
        assert "locked anew since" in client.get(f"{url}/{part}")["Overread-Notice"], part
    assert client.get(f"{url}/result").content.decode() == planned.result.content
    assert 'filename="endpoints-older-truth.csv"' in client.get(f"{url}/figures/endpoints.csv")["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(client.get(f"{url}/bundle").content)) as archive:
        assert archive.read("NOTICES.txt").decode() == f"{notice}\n"
    bundle = client.get(f"/api/v1/analysis-runs/{exploratory.pk}/bundle").json()
    assert bundle["notices"] == [notice]
    # One that is computed now by the older version says so itself; one by the newer has nothing to say.
    older = explored(made, reference_standard_version=1)
    assert noted(result(older), "locked anew since")
    newest = carried_out(client, made, plan)
    assert client.get(f"/api/v1/analysis-runs/{newest.pk}").json()["notices"] == []
    assert not noted(result(newest), "locked anew since")


def withdrawing(number):
    """A snapshot of three readers of whom so many were withdrawn, each with as many reads, the first signed."""
    readers = [{"id": name, "name": name} for name in ("ada", "bo", "cy")]
    gone = {one["id"] for one in readers[:number]}
    reads = [
        {"reader": one["id"], "state": "VOID" if one["id"] in gone else "SIGNED", "revision": None if case else "r"}
        for one in readers
        for case in range(number)
    ]
    return {"readers": readers, "reads": reads}


def of_reads(**counts):
    return {"reads_signed": 3, "reads_assigned": 3, "reads_reopened": 0, "reads_simulated": 0, **counts}


def test_a_verb_agrees_with_how_many_there_are():
    """One of three is, two of three are; English grammar: of 'n of m', the verb agrees with n."""
    closed, cases = {"looks": {"is_interim": False, "before": []}}, {"cases": [{"facts": None}, {"facts": {}}]}
    said = [
        *withdrawn_notes(withdrawing(1)), *withdrawn_notes(withdrawing(2)), *unread_notes(cases),
        *interim_notes(closed, of_reads(reads_signed=2)), *interim_notes(closed, of_reads(reads_signed=1)),
        *interim_notes({}, of_reads(reads_signed=1)), *interim_notes(closed, of_reads(reads_reopened=2)),
        *simulated_notes(of_reads(reads_simulated=1)), *simulated_notes(of_reads(reads_simulated=2)),
        dependent_truth(1, ["ada"], ["ada"]), dependent_truth(1, ["ada", "bo"], ["ada", "bo"]),
    ]  # fmt: skip
    wanted = [
        "1 of 3 readers was withdrawn and counts nowhere: ada (1 read, 1 of them signed before).",
        "2 of 3 readers were withdrawn and count nowhere: ada, bo (4 reads, 2 of them signed before).",
        "Of 1 of 2 cases no image header is known, since it has no images",
        "1 of 3 assigned reads was not signed", "2 of 3 assigned reads were not signed",
        "1 of 3 assigned reads is signed", "2 signed reads had been reopened",
        "1 of 3 signed reads was made", "2 of 3 signed reads were made",
        "ada took part in its version 1 and is measured", "ada, bo took part in its version 1 and are measured",
    ]  # fmt: skip
    assert [sentence for one, sentence in zip(wanted, said, strict=True) if one not in sentence] == []


def test_a_truth_of_the_readers_own_is_a_limitation_of_plan_and_result(made, client):
    """Alice decided two cases of version 2; version 3 takes one of them over; Berta decided nothing."""
    standard = new_truth(made, ReferenceSource.CONSENSUS)
    case = made.reader_study.cases.order_by("position").first()
    ReferenceDecision.objects.create(
        reference_standard=standard, case=case, outcome="POSITIVE", reason="AGREED", votes=[{"reader": "alice"}]
    )
    reference_standard_lock(by=made.coordinator, standard=standard, reason="By consensus.")
    read = client.post(address(made, "/reading"), {"plan": document(made, endpoint(**OF_READERS))}, "json").json()
    (finding,) = [one for one in read["findings"] if one["code"] == "not_independent"]
    assert (finding["level"], finding["endpoint"]) == ("WARNING", None)
    assert "alice took part in its version 2" in finding["detail"]
    planned = result(carried_out(client, made, locked(client, made, document(made, endpoint(**OF_READERS)))))
    assert noted(planned, "alice took part in its version 2")
    assert finding["detail"] in [one["detail"] for one in planned["plan"]["warnings"]]
    assert noted(result(explored(made)), "incorporation bias")
    assert not noted(result(explored(made, reference_standard_version=1)), "incorporation bias")
    carried = [Truth(case.name, 1, [], {"source": "CONSENSUS", "name": "x", "version": 2})]
    third = reference_standard_create(
        by=made.coordinator, reader_study=made.reader_study, truths=carried, source=ReferenceSource.FILES, provenance=""
    )
    reference_standard_lock(by=made.coordinator, standard=third, reason="With a file.")
    assert ReferenceStandard.objects.count() == 3
    assert noted(result(explored(made)), "alice took part in its version 3")


OF_READERS = {
    "key": "readers", "figure": "SENSITIVITY", "of": "readers", "against": None, "hypothesis": "ESTIMATE",
    "margin": None, "method": "MRMC_U", "generalise_to": "CASES",
}  # fmt: skip


def test_a_withdrawn_reader_is_none_of_the_readers(made, client):
    """Berta leaves with 9 of 11 reads signed: one reader is left, and the flow says where the other is."""
    before = result(explored(made))
    assert (before["counts"]["readers"], before["counts"]["readers_withdrawn"]) == (2, 0)
    assert noted(before, "The AI is compared with 2 readers")
    reader_withdraw(
        by=made.coordinator, reader_study=made.reader_study, reader=made.readers["berta"], reason="Moved away"
    )
    plan = locked(client, made, document(made, endpoint(**OF_READERS)))
    for after in (result(explored(made)), result(carried_out(client, made, plan))):
        counts = after["counts"]
        assert (counts["readers"], counts["readers_withdrawn"], counts["reads_void"]) == (1, 1, 11)
        assert (counts["reads_assigned"], counts["reads_signed"]) == (11, 11)
        (note,) = noted(after, "withdrawn and counts nowhere")
        assert note == "1 of 2 readers was withdrawn and counts nowhere: berta (11 reads, 9 of them signed before)."
        assert ("berta", "void") in {(one["name"], one["reason"]) for one in after["exclusions"]}
    exploratory = result(explored(made))
    assert [one["name"] for one in exploratory["participants"]] == ["Finder 1.0", "alice"]
    assert len(exploratory["comparisons"]) == 1
    assert not noted(exploratory, "The AI is compared with")


def test_what_is_explored_says_so_everywhere(made, client):
    run = explored(made)
    assert result(run)["notes"][0].startswith("Exploratory: no plan fixed beforehand")
    detail = client.get(f"/api/v1/analysis-runs/{run.pk}").json()
    assert (detail["is_exploratory"], detail["state"]) == (True, JobState.SUCCEEDED)
    table = client.get(f"/api/v1/analysis-runs/{run.pk}/figures/measures.csv")
    assert 'filename="measures-exploratory.csv"' in table["Content-Disposition"]
    planned = carried_out(client, made, locked(client, made))
    assert client.get(f"/api/v1/analysis-runs/{planned.pk}").json()["is_exploratory"] is False
    assert not noted(result(planned), "Exploratory")


def test_without_a_later_lock_or_a_common_name_nothing_is_said():
    used = TruthLock(1, "2026-05-03T10:00:00Z", "carla")
    assert relocked_notes(used, []) == []
    (note,) = relocked_notes(used, [TruthLock(2, "2026-05-04T08:30:59Z", "carla", "New slides.")])
    assert "version 1, locked on 2026-05-03 10:00 UTC" in note
    assert "version 2 on 2026-05-04 08:30 UTC by carla, because: New slides." in note
    assert dependent_truth(1, ["alice"], ["berta"]) is None
    assert dependent_truth(1, [], ["berta"]) is None

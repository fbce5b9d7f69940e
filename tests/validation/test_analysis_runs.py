"""Analysis runs: frozen, repeatable, recoverable, and closed to everybody else."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotations.domain.truth_csv import Truth
from annotations.models import ReferenceLock, ReferenceSource
from annotations.services.reader_studies import reader_study_close
from annotations.services.truth import reference_standard_create, reference_standard_lock
from portal import jobs
from portal.accounts.models import User
from portal.audit.models import Event
from portal.db import AppendOnlyError, JobState
from portal.errors import Conflict
from portal.inference.models import Prediction, PredictionSource
from portal.inference.selectors import predictions_in_force
from tests.validation.factory import CALL, make_reader_study
from tests.validation.stats.reference import REPOSITORY
from validation.models import AnalysisResult, AnalysisRun, AnalysisSnapshot
from validation.runner import execute
from validation.services import analysis_run_cancel, analysis_run_create, analysis_run_retry
from validation.tasks import analysis_run_execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return make_reader_study()


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def run_now(made, **configuration):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study, **configuration)
    analysis_run_execute(str(run.pk))
    return AnalysisRun.objects.select_related("snapshot", "result").get(pk=run.pk)


def closed(made):
    """End the reading: from then on nothing is a look, and freezing again gives the same snapshot."""
    made.reader_study.refresh_from_db()
    reader_study_close(by=made.coordinator, reader_study=made.reader_study)
    return made


def test_the_same_snapshot_gives_the_same_bytes(made):
    closed(made)
    first, second = run_now(made), run_now(made)
    assert first.state == second.state == JobState.SUCCEEDED
    assert first.snapshot_id == second.snapshot_id
    assert first.result.content == second.result.content
    assert first.result.digest == hashlib.sha256(first.result.content.encode()).hexdigest()


def test_lists_and_progress_do_not_read_the_text_of_snapshots_and_results(made, client):
    """Of a large reader study that is tens of megabytes for each run, asked for again every second."""
    run = run_now(made)
    with CaptureQueriesContext(connection) as asked:
        listed = client.get(f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs").json()["results"]
        one = client.get(f"/api/v1/analysis-runs/{run.pk}").json()
    assert listed == [one]
    assert one["result_digest"] == run.result.digest
    assert [query["sql"] for query in asked if '"content"' in query["sql"]] == []


def test_another_process_gives_the_same_bytes(made, tmp_path):
    run = run_now(made)
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_text(run.snapshot.content)
    program = (
        "import sys, json, pathlib\n"
        "import django; django.setup()\n"
        "from validation.analysis import analyse\n"
        "from validation.canonical import canonical_result\n"
        "from validation.services import software\n"
        "snapshot = json.loads(pathlib.Path(sys.argv[1]).read_text())\n"
        "document = analyse(snapshot, snapshot_digest=sys.argv[2], software=software())\n"
        "sys.stdout.buffer.write(canonical_result(document).encode())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "12345", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(snapshot), run.snapshot.digest],
        cwd=REPOSITORY, env=environment, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.decode() == run.result.content


def test_the_command_writes_the_same_bytes(made, tmp_path, capsys):
    closed(made)
    run = run_now(made)
    call_command("analyse", reader_study=made.reader_study.pk, out=tmp_path / "out")
    assert (tmp_path / "out" / "snapshot.json").read_text() == run.snapshot.content
    assert (tmp_path / "out" / "result.json").read_text() == run.result.content
    measures = list(csv.DictReader((tmp_path / "out" / "figures" / "measures.csv").open()))
    alice = next(row for row in measures if (row["name"], row["measure"]) == ("alice", "sensitivity"))
    assert float(alice["estimate"]) == 0.6
    assert run.result.digest in capsys.readouterr().out


def test_the_command_refuses_what_is_not_there(made, tmp_path):
    with pytest.raises(CommandError, match="There is no reader study"):
        call_command("analyse", reader_study=uuid.uuid4(), out=tmp_path)
    with pytest.raises(CommandError, match=r"between 0\.5 and 0\.999"):
        call_command("analyse", reader_study=made.reader_study.pk, out=tmp_path, confidence_level=95)


def test_what_changes_later_does_not_reach_a_frozen_run(made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    case = made.reader_study.cases.get(position=10)
    Prediction.objects.create(
        model_version=made.model_version, imaging_study=case.imaging_study, score=0.99, source=PredictionSource.API
    )
    analysis_run_execute(str(run.pk))
    assert json.loads(AnalysisResult.objects.get(run=run).content)["counts"]["predictions"] == 10
    later = run_now(made)
    assert later.snapshot.digest != run.snapshot.digest
    assert json.loads(later.result.content)["counts"]["predictions"] == 11


def test_a_prediction_posted_after_launch_changes_nothing(made):
    """The reader study was launched with a prediction of this case: what comes later is kept, and not analysed."""
    before = json.loads(run_now(made).snapshot.content)["predictions"]
    case = made.reader_study.cases.get(position=1)
    later = Prediction.objects.create(
        model_version=made.model_version, imaging_study=case.imaging_study, score=0.01, source=PredictionSource.API
    )
    assert json.loads(run_now(made).snapshot.content)["predictions"] == before
    assert predictions_in_force(model_version=made.model_version, imaging_study_ids=[case.imaging_study_id]) == {
        case.imaging_study_id: later
    }


def test_a_run_that_starts_again_doubles_nothing(made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    # A worker took the run and died: the lease runs out.
    jobs.claim(AnalysisRun, run.pk)
    AnalysisRun.objects.filter(pk=run.pk).update(lease_expires_at=run.created_at)
    analysis_run_execute(str(run.pk))
    analysis_run_execute(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.attempt) == (JobState.SUCCEEDED, 2)
    assert AnalysisResult.objects.filter(run=run).count() == 1
    assert run.progress_done == run.progress_total == 6


def test_a_worker_that_lost_its_lease_stores_nothing(made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    claimed = jobs.claim(AnalysisRun, run.pk)
    assert claimed is not None
    AnalysisRun.objects.filter(pk=run.pk).update(lease_owner=uuid.uuid4())
    with pytest.raises(jobs.LeaseLost):
        execute(*claimed)
    assert not AnalysisResult.objects.filter(run=run).exists()


def test_cancel_and_retry(made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    analysis_run_cancel(by=made.coordinator, run=run)
    analysis_run_execute(str(run.pk))
    run.refresh_from_db()
    assert run.state == JobState.CANCELLED
    analysis_run_retry(by=made.coordinator, run=run)
    analysis_run_execute(str(run.pk))
    run.refresh_from_db()
    assert run.state == JobState.SUCCEEDED
    with pytest.raises(Conflict):
        analysis_run_retry(by=made.coordinator, run=run)
    actions = set(Event.objects.filter(object_id=str(run.pk)).values_list("action", flat=True))
    assert actions == {"analysis_run.create", "analysis_run.cancel", "analysis_run.retry", "analysis_run.succeed"}


def test_a_damaged_snapshot_fails_with_its_reason(made):
    text = json.dumps({"format": "overread.analysis-snapshot"})
    snapshot = AnalysisSnapshot.objects.create(reader_study=made.reader_study, content=text, digest="0" * 64)
    standard = ReferenceLock.objects.get().reference_standard
    run = AnalysisRun.objects.create(reader_study=made.reader_study, snapshot=snapshot, reference_standard=standard)
    analysis_run_execute(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.error_code) == (JobState.FAILED, "snapshot_damaged")


def test_results_are_append_only(made):
    result = run_now(made).result
    with pytest.raises(AppendOnlyError):
        result.save()
    with pytest.raises(AppendOnlyError):
        AnalysisSnapshot.objects.all().delete()


def test_the_way_over_http(made, client, settings, django_capture_on_commit_callbacks):
    settings.OVERREAD_JOBS_INLINE = True
    url = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    with django_capture_on_commit_callbacks(execute=True):
        posted = client.post(url, {"confidence_level": 0.9}, format="json")
    assert posted.status_code == 202
    assert [run["id"] for run in client.get(url).json()["results"]] == [posted.json()["id"]]
    run = f"/api/v1/analysis-runs/{posted.json()['id']}"
    detail = client.get(run).json()
    assert (detail["state"], detail["progress_done"], detail["requested_by"]) == ("SUCCEEDED", 6, "carla")
    result = client.get(f"{run}/result")
    assert hashlib.sha256(result.content).hexdigest() == detail["result_digest"]
    assert hashlib.sha256(client.get(f"{run}/snapshot").content).hexdigest() == detail["snapshot_digest"]
    assert result.json()["confidence_level"] == 0.9
    bundle = client.get(f"{run}/bundle")
    assert bundle.json()["result"] == result.json()
    assert bundle["Content-Disposition"].startswith("attachment")
    figure = client.get(f"{run}/figures/exclusions.csv", HTTP_ACCEPT="text/csv")
    assert {row["reason"] for row in csv.DictReader(io.StringIO(figure.content.decode()))} == {
        "no-truth", "no-prediction", "unsigned",
    }  # fmt: skip
    for name in ("measures", "roc-curves", "comparisons", "calibration"):
        assert len(client.get(f"{run}/figures/{name}.csv").content.decode().splitlines()) > 3
    assert client.get(f"{run}/figures/pie.csv").status_code == 404
    assert client.post(f"{run}/retry").json()["code"] == "wrong_state"


def test_a_run_without_result_has_none_to_show(made, client):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    assert client.get(f"/api/v1/analysis-runs/{run.pk}").json()["result_digest"] is None
    for part in ("result", "bundle", "figures/measures.csv"):
        assert client.get(f"/api/v1/analysis-runs/{run.pk}/{part}").status_code == 404


OPENINGS = ("/result", "/snapshot", "/bundle", "/figures/measures.csv")


def newer_version(made):
    truths = [Truth(case.name, 1, []) for case in made.reader_study.cases.all()[:3]]
    return reference_standard_create(
        by=made.coordinator, reader_study=made.reader_study, truths=truths, source=ReferenceSource.CSV, provenance="2"
    )


def test_an_analysis_needs_a_locked_truth_on_every_way(made, client, tmp_path):
    newer_version(made)
    url = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    answer = client.post(url, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_standard_not_locked")
    assert answer.json()["reference_standard_version"] == 2
    with pytest.raises(CommandError, match="not locked"):
        call_command("analyse", reader_study=made.reader_study.pk, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(Conflict):
        analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    assert not AnalysisRun.objects.exists()


def test_a_locked_version_can_be_named_while_a_newer_one_is_not_locked(made, client, tmp_path):
    newer = newer_version(made)
    url = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    answer = client.post(url, {"reference_standard_version": 1}, format="json")
    assert (answer.status_code, answer.json()["reference_standard_version"]) == (202, 1)
    assert answer.json()["arm"] == {"key": "A", "name": made.reader_study.arms.get().name}
    call_command("analyse", reader_study=made.reader_study.pk, out=tmp_path / "out", reference_standard_version=1)
    assert json.loads((tmp_path / "out" / "snapshot.json").read_text())["reference_standard"]["version"] == 1
    answer = client.post(url, {"reference_standard_version": 3}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "reference_standard_version")
    reference_standard_lock(by=made.coordinator, standard=newer, reason="Three cases were looked at again.")
    assert client.post(url, {}, format="json").json()["reference_standard_version"] == 2


def test_results_from_before_there_were_locks_stay_shut_until_there_is_one(made, client):
    run = run_now(made)
    paths = [f"/api/v1/analysis-runs/{run.pk}{part}" for part in OPENINGS]
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    newer = newer_version(made)
    AnalysisRun.objects.filter(pk=run.pk).update(reference_standard=newer)
    answers = [client.get(path) for path in paths]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(409, "reference_standard_not_locked")}
    assert client.get(f"/api/v1/analysis-runs/{run.pk}").status_code == 200
    reference_standard_lock(by=made.coordinator, standard=newer, reason="As it was then.")
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)


def test_runs_name_the_version_that_their_snapshot_froze(made):
    run = run_now(made)
    frozen = json.loads(run.snapshot.content)["reference_standard"]
    assert str(run.reference_standard_id) == frozen["id"]
    assert run.reference_standard == ReferenceLock.objects.get().reference_standard


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"confidence_level": 95}, "confidence_level"),
        ({"confidence_level": "high"}, "confidence_level"),
        ({"confidence_level": "nan"}, "confidence_level"),
        ({"call_threshold": "x"}, "call_threshold"),
        ({"call_threshold": "inf"}, "call_threshold"),
    ],
)
def test_bad_input_names_its_field(made, client, body, problem):
    answer = client.post(f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == problem


@pytest.mark.parametrize(("threshold", "status"), [(0, 202), (100, 202), (-1, 400), (101, 400), (0.95, 202)])
def test_a_threshold_lies_on_the_scale_of_the_rating(made, client, threshold, status):
    url = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    answer = client.post(url, {"call_threshold": threshold}, format="json")
    assert answer.status_code == status
    if status == 400:
        (fault,) = answer.json()["errors"]
        assert (fault["field"], fault["code"]) == ("call_threshold", "off_scale")
        assert fault["detail"].startswith("The rating goes from 0 to 100")


def test_a_threshold_needs_a_rating(client):
    made = make_reader_study("z", questions=(CALL,))
    client.force_authenticate(made.coordinator)
    url = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    assert client.post(url, {"call_threshold": 50}, format="json").status_code == 400


def test_readers_and_strangers_stay_out(made):
    run = run_now(made)
    other = make_reader_study("other-")
    paths = [
        f"/api/v1/analysis-runs/{run.pk}{part}"
        for part in ("", "/result", "/snapshot", "/bundle", "/figures/measures.csv")
    ]
    paths.append(f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs")
    expected = [(made.readers["alice"], 403), (other.coordinator, 404), (User.objects.create_user("nobody"), 404)]
    for user, status in expected:
        client = APIClient()
        client.force_authenticate(user)
        assert [client.get(path).status_code for path in paths] == [status] * len(paths)
        assert client.post(f"/api/v1/analysis-runs/{run.pk}/cancel").status_code == status
        assert client.post(paths[-1], {}, format="json").status_code == status
    assert APIClient().get(paths[0]).status_code == 401

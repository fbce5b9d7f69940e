"""Reports of results: made by a job, stored once, handed out with an event, and made without the web too."""

import csv
import hashlib
import io
import json
import re
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from rest_framework.test import APIClient

from portal import jobs
from portal.audit.models import Event
from portal.db import AppendOnlyError, JobState
from portal.errors import Conflict
from tests.validation.factory import CALL, make_reader_study
from tests.validation.reports.printed import Report, as_float, at, last_place
from tests.validation.test_analysis_runs import newer_version
from tests.validation.test_plans import carried_out, locked
from validation.models import AnalysisReport, AnalysisReportFiles, AnalysisRun
from validation.services import analysis_run_create
from validation.services.reports import report_cancel, report_create, report_retry
from validation.tasks import analysis_report_make, analysis_run_execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return make_reader_study()


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def explored(made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    analysis_run_execute(str(run.pk))
    return AnalysisRun.objects.select_related("result", "snapshot").get(pk=run.pk)


def reported(client, run):
    answer = client.post(f"/api/v1/analysis-runs/{run.pk}/reports")
    assert answer.status_code == 202, answer.content
    analysis_report_make(answer.json()["id"])
    return client.get(f"/api/v1/analysis-reports/{answer.json()['id']}").json()


def check_numbers(html, result):
    """Every number of a report is the result's."""
    report = Report(html)
    assert report.numbers
    for one in report.numbers:
        values = [at(result, pointer) for pointer in one.pointers]
        assert one.value == (sum(values) if one.is_sum else values[0]), one
        if not one.shown.startswith("<"):
            assert as_float(one.shown) == pytest.approx(one.value, rel=0, abs=last_place(one.shown) * 1.000001), one
    named = [cell.replace("Finder 1.0", "Finder") for cell in report.cells]
    assert not [cell for cell in named if re.search(r"\d[.,]\d", cell)]
    return report


def test_the_report_of_a_plan_is_made_downloaded_and_in_the_bundle(client, made):
    run = carried_out(client, made, locked(client, made))
    path = f"/api/v1/analysis-runs/{run.pk}"
    assert client.get(f"{path}/reports").json() == []
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/bundle").content)) as archive:
        assert "report.pdf" not in archive.namelist()
    said = reported(client, run)
    assert (said["state"], said["progress_done"], said["progress_total"]) == ("SUCCEEDED", 7, 7)
    assert client.get(f"{path}/reports").json() == [said]
    html, pdf = (client.get(f"/api/v1/analysis-reports/{said['id']}/report.{form}") for form in ("html", "pdf"))
    assert hashlib.sha256(html.content).hexdigest() == said["html_digest"]
    assert hashlib.sha256(pdf.content).hexdigest() == said["pdf_digest"]
    assert (html["Content-Type"], pdf["Content-Type"]) == ("text/html; charset=utf-8", "application/pdf")
    assert html["Content-Disposition"].startswith("attachment")
    report = check_numbers(html.content.decode(), json.loads(run.result.content))
    text = "".join(report.text)
    assert run.result.digest in text
    assert run.snapshot.digest in text
    assert "pre-specified analysis plan" in text
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/bundle").content)) as archive:
        assert archive.read("report.html") == html.content
        assert archive.read("report.pdf") == pdf.content
        sums = archive.read("SHA256SUMS").decode()
    assert f"{said['pdf_digest']}  report.pdf" in sums
    events = Event.objects.filter(object_id=said["id"]).values_list("action", flat=True)
    assert sorted(events) == [
        "analysis_report.create", "analysis_report.succeed", "analysis_report.view", "analysis_report.view",
    ]  # fmt: skip


def test_the_report_of_an_exploration_says_that_it_is_one(client, made):
    run = explored(made)
    said = reported(client, run)
    html = client.get(f"/api/v1/analysis-reports/{said['id']}/report.html").content.decode()
    text = "".join(check_numbers(html, json.loads(run.result.content)).text)
    assert "exploratory, without an analysis plan" in text
    assert "Nothing was pre-specified" in text
    assert "Endpoints of the plan" not in text


def test_the_report_of_decisions_alone_has_no_curves(client):
    made = make_reader_study("x", questions=(CALL,), with_ai=False)
    client.force_authenticate(made.coordinator)
    run = explored(made)
    said = reported(client, run)
    html = client.get(f"/api/v1/analysis-reports/{said['id']}/report.html").content.decode()
    text = "".join(check_numbers(html, json.loads(run.result.content)).text)
    assert "There are no ratings, and so no ROC curves." in text


def test_a_report_made_again_after_its_worker_died_is_the_same(client, made):
    run = explored(made)
    report = report_create(by=made.coordinator, result=run.result)
    claimed = jobs.claim(AnalysisReport, report.pk)
    assert claimed is not None
    # The worker dies here; the lease runs out.
    AnalysisReport.objects.filter(pk=report.pk).update(lease_expires_at=report.created_at)
    analysis_report_make(str(report.pk))
    files = AnalysisReportFiles.objects.get(report=report)
    analysis_report_make(str(report.pk))
    assert AnalysisReportFiles.objects.get(report=report).pdf_digest == files.pdf_digest
    assert AnalysisReport.objects.get(pk=report.pk).attempt == 2
    again = report_create(by=made.coordinator, result=run.result)
    AnalysisReport.objects.filter(pk=again.pk).update(created_at=report.created_at)
    analysis_report_make(str(again.pk))
    assert AnalysisReportFiles.objects.get(report=again).pdf_digest == files.pdf_digest
    assert AnalysisReportFiles.objects.get(report=again).html_digest == files.html_digest


def test_one_is_made_at_a_time_and_can_be_cancelled_and_tried_again(client, made):
    run = explored(made)
    report = report_create(by=made.coordinator, result=run.result)
    refused = client.post(f"/api/v1/analysis-runs/{run.pk}/reports")
    assert (refused.status_code, refused.json()["code"]) == (409, "report_under_way")
    assert client.get(f"/api/v1/analysis-reports/{report.pk}/report.pdf").status_code == 404
    assert client.post(f"/api/v1/analysis-reports/{report.pk}/cancel").json()["state"] == "CANCELLED"
    with pytest.raises(Conflict):
        report_cancel(by=made.coordinator, report=report)
    analysis_report_make(str(report.pk))
    assert not AnalysisReportFiles.objects.exists()
    report_retry(by=made.coordinator, report=report)
    claimed = jobs.claim(AnalysisReport, report.pk)
    assert claimed is not None
    AnalysisReport.objects.filter(pk=report.pk).update(cancel_requested=True, lease_expires_at=report.created_at)
    analysis_report_make(str(report.pk))
    assert AnalysisReport.objects.get(pk=report.pk).state == JobState.CANCELLED
    assert client.post(f"/api/v1/analysis-reports/{report.pk}/retry").status_code == 202
    analysis_report_make(str(report.pk))
    assert client.get(f"/api/v1/analysis-reports/{report.pk}/report.pdf").status_code == 200


def test_without_a_result_or_a_locked_truth_there_is_no_report(client, made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    assert client.post(f"/api/v1/analysis-runs/{run.pk}/reports").status_code == 404
    done = explored(made)
    said = reported(client, done)
    AnalysisRun.objects.filter(pk=done.pk).update(reference_standard=newer_version(made))
    for answer in (
        client.post(f"/api/v1/analysis-runs/{done.pk}/reports"),
        client.get(f"/api/v1/analysis-reports/{said['id']}/report.html"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "reference_standard_not_locked")


def test_nobody_else_sees_a_report(client, made):
    said = reported(client, explored(made))
    other = make_reader_study("other-")
    client.force_authenticate(other.coordinator)
    for tail in ("", "/report.html", "/report.pdf"):
        assert client.get(f"/api/v1/analysis-reports/{said['id']}{tail}").status_code == 404
    client.force_authenticate(made.readers["alice"])
    assert client.get(f"/api/v1/analysis-reports/{said['id']}/report.pdf").status_code == 403


def test_what_was_made_never_changes(client, made):
    said = reported(client, explored(made))
    files = AnalysisReportFiles.objects.get(report_id=said["id"])
    with pytest.raises(AppendOnlyError):
        files.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE validation_analysisreportfiles SET html = 'x'")


def test_the_command_writes_a_report_of_the_given_date(client, made, tmp_path):
    plan = locked(client, made)
    for name in ("one", "two"):
        arguments = ["--plan", str(plan.pk), "--out", str(tmp_path / name), "--report"]
        # Else the second would be told that there was a look before it.
        with transaction.atomic():
            call_command("analyse", *arguments, "--report-date", "2026-11-27T20:00:00Z")
            transaction.set_rollback(True)
    for file in ("report.html", "report.pdf"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    html = (tmp_path / "one" / "report.html").read_text()
    check_numbers(html, json.loads((tmp_path / "one" / "result.json").read_text()))
    assert "2026-11-27 20:00 UTC" in html
    exclusions = list(csv.DictReader((tmp_path / "one" / "figures" / "exclusions.csv").open()))
    assert exclusions
    with pytest.raises(CommandError, match="no date such as"):
        call_command("analyse", "--plan", str(plan.pk), "--out", str(tmp_path), "--report-date", "yesterday")

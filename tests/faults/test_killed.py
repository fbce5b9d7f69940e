"""Processes killed while they work: the portal says which, loses nothing and goes on by itself."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.browserless import signature
from tests.faults.conftest import Trial, health, kill, save, single_slices, stop_while
from tests.reader_studies import upload

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def rows(trial: Trial, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the live portal's database."""
    with psycopg.connect(trial.portal.environment["DATABASE_URL"]) as connection:
        return connection.execute(query.encode(), values).fetchall()


def test_analyses_whose_worker_is_killed_finish_once_each(trial: Trial, revive: Callable[[], None]) -> None:
    wanted = [0.80 + number / 1000 for number in range(40)]
    runs = [
        trial.coordinator.send("POST", trial.path("/analysis-runs"), {"confidence_level": level})["id"]
        for level in wanted
    ]
    states = "SELECT count(*) FROM validation_analysisrun WHERE reader_study_id = %s AND state = %s"
    stop_while(trial.portal, "worker", lambda: rows(trial, states, trial.id, "RUNNING") != [(0,)])

    revive()
    ended = [trial.coordinator.finished(f"analysis-runs/{run}", seconds=150) for run in runs]
    assert {run["state"] for run in ended} == {"SUCCEEDED"}
    results = rows(
        trial,
        "SELECT r.run_id, count(*) FROM validation_analysisresult r JOIN validation_analysisrun a ON a.id = r.run_id "
        "WHERE a.reader_study_id = %s GROUP BY 1",
        trial.id,
    )
    assert {str(run): count for run, count in results} == dict.fromkeys(runs, 1)
    events = rows(
        trial,
        "SELECT object_id, count(*) FROM audit_event WHERE action = 'analysis_run.succeed' AND object_id = ANY(%s) "
        "GROUP BY 1",
        runs,
    )
    assert dict(events) == dict.fromkeys(runs, 1)


def test_an_ingest_whose_worker_is_killed_takes_every_file_once(trial: Trial, revive: Callable[[], None]) -> None:
    seed, count = uuid.uuid4().hex, 120
    job = upload(trial.coordinator, single_slices(seed, count))
    trial.coordinator.until(job, lambda one: 0 < one["progress_done"] < count)
    kill(trial.portal, "worker")
    assert trial.coordinator.get(job)["state"] == "RUNNING"
    revive()
    ended = trial.coordinator.finished(job, seconds=150)
    assert (ended["state"], ended["counts"]) == ("SUCCEEDED", {"new": count, "present": 0, "refused": 0})
    items = "SELECT count(*), count(DISTINCT sop_instance_uid) FROM imaging_ingestitem WHERE job_id = %s"
    assert rows(trial, items, job.removeprefix("ingest-jobs/")) == [(count, count)]
    mirrored = "SELECT count(*) FROM imaging_patient p JOIN imaging_imagingstudy s ON s.patient_id = p.id JOIN "
    mirrored += "imaging_ingestitem i ON i.job_id = %s JOIN imaging_instance n ON n.sop_instance_uid = "
    mirrored += "i.sop_instance_uid JOIN imaging_series e ON e.id = n.series_id AND e.imaging_study_id = s.id"
    assert rows(trial, mirrored, job.removeprefix("ingest-jobs/")) == [(count,)]


def test_without_orthanc_reading_is_saved_and_the_portal_names_what_is_missing(
    trial: Trial, revive: Callable[[], None]
) -> None:
    read = trial.next_read()
    series = read["case"]["imaging_study"]["series"][0]["series_instance_uid"]
    study = read["case"]["imaging_study"]["study_instance_uid"]
    kill(trial.portal, "orthanc")
    assert health(trial.portal, trial.reader) == {"postgresql": True, "redis": True, "celery": True, "orthanc": False}
    assert trial.reader.http.get("/health/ready").status_code == 503
    trial.reader.send("PUT", f"reads/{read['id']}/draft", save(read["revision_number"], 10))

    pixels = trial.reader.http.get(f"/dicomweb/studies/{study}/series/{series}/metadata")
    if pixels.status_code != 200:  # it may be cached
        assert pixels.status_code in (502, 503), pixels.text
        assert pixels.json()["code"], pixels.text

    job = upload(trial.coordinator, single_slices(uuid.uuid4().hex, 3))
    time.sleep(5)
    waiting = trial.coordinator.get(job)
    assert waiting["state"] in ("PENDING", "RUNNING", "FAILED")
    if waiting["state"] == "FAILED":
        assert "Orthanc" in waiting["error_detail"], waiting
    revive()
    if trial.coordinator.get(job)["state"] != "FAILED":
        assert trial.coordinator.finished(job, seconds=120)["counts"] == {"new": 3, "present": 0, "refused": 0}
    assert trial.reader.http.get(f"/dicomweb/studies/{study}/series/{series}/metadata").status_code == 200


def test_without_redis_drafts_are_saved_and_reads_signed(trial: Trial, revive: Callable[[], None]) -> None:
    read = trial.next_read()
    kill(trial.portal, "redis")
    base = trial.reader.send("PUT", f"reads/{read['id']}/draft", save(read["revision_number"], 20))["revision_number"]
    assert trial.reader.get(f"reads/{read['id']}")["payload"]["answers"]["sure"] == 20
    trial.reader.send("POST", f"reads/{read['id']}/sign", signature(save(base, 90)))
    checks = health(trial.portal, trial.reader)
    assert (checks["postgresql"], checks["redis"], checks["celery"], checks["orthanc"]) == (True, False, False, True)

    # Work that is asked for meanwhile waits in the database and is done when Redis is back.
    run = trial.coordinator.send("POST", trial.path("/analysis-runs"), {"confidence_level": 0.9})
    revive()
    assert trial.coordinator.finished(f"analysis-runs/{run['id']}", seconds=120)["state"] == "SUCCEEDED"


def test_a_killed_web_process_loses_no_acknowledged_save(trial: Trial, revive: Callable[[], None]) -> None:
    read = trial.next_read()
    base = trial.reader.send("PUT", f"reads/{read['id']}/draft", save(read["revision_number"], 33))["revision_number"]
    kill(trial.portal, "web")
    deadline = time.monotonic() + 60
    while not trial.portal.supervisor.children["web"].running:
        assert time.monotonic() < deadline
        trial.portal.supervisor.restart_crashed()
        time.sleep(0.2)
    time.sleep(3)
    revive()
    again = trial.reader.get(f"reads/{read['id']}")
    assert (again["revision_number"], again["payload"]["answers"]["sure"]) == (base, 33)


def test_the_audit_trail_is_whole_after_all_this(trial: Trial) -> None:
    assert "every chain is whole" in trial.portal.manage("verify_audit")

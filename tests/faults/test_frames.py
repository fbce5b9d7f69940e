"""Images while parts of the portal are down, and a worker that is killed while it writes them."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
import pytest

from tests.browserless import Person
from tests.faults.conftest import Trial, kill, stop_while
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.reader_studies import upload
from tests.services import LivePortal

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def granted(person: Person, study_uid: str, seconds: float = 90) -> tuple[str, str, int]:
    """Wait until the frames of the study's one series are written: grant, address, number of frames."""
    answer = person.until(
        f"frame-grants/{study_uid}", lambda one: one["series"][0]["state"] != "PENDING", seconds=seconds
    )
    (series,) = answer["series"]
    assert series["state"] == "READY", series
    return answer["grant"], series["frames_url"], series["number_of_frames"]


def frame(person: Person, grant: str | None, address: str) -> Any:
    return person.http.get(address, headers={"X-Frame-Grant": grant} if grant else {})


def stop(portal: LivePortal, name: str) -> None:
    """End a service in order: the tests' PostgreSQL trades safety against a kill for speed."""
    process = portal.supervisor.children[name].process
    assert process is not None
    os.kill(process.pid, signal.SIGINT)
    process.wait(30)


def test_images_come_without_orthanc_redis_workers_and_database(trial: Trial, revive: Callable[[], None]) -> None:
    read = trial.next_read()
    study = read["case"]["imaging_study"]["study_instance_uid"]
    grant, url, _ = granted(trial.reader, study)
    # Each of the web processes has to do it by the grant alone, also the one that has never seen it.
    for name in ("orthanc", "redis", "worker", "postgres"):
        (stop if name == "postgres" else kill)(trial.portal, name)
        for tail in ("raw/1", "htj2k/1", "raw/1-1", "manifest"):
            answers = [frame(trial.reader, grant, f"{url}/{tail}") for _ in range(6)]
            assert {one.status_code for one in answers} == {200}, (name, tail, answers[0].text)
    assert len(frame(trial.reader, grant, f"{url}/raw/1").content) == 2 * 6 * 8
    # Without a grant nobody can say who may see it.
    refused = frame(trial.reader, None, f"{url}/raw/1")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    stranger = frame(trial.coordinator, grant, f"{url}/raw/1")
    assert stranger.status_code == 503
    revive()
    assert frame(trial.reader, None, f"{url}/raw/1").status_code == 200


def test_frames_whose_worker_is_killed_are_written_once_and_whole(trial: Trial, revive: Callable[[], None]) -> None:
    seed, count = uuid.uuid4().hex, 60
    random = np.random.default_rng(1)
    slices = [ct_slice(seed=seed, slice_number=number, Rows=256, Columns=256) for number in range(1, count + 1)]
    for one in slices:
        one.PixelData = random.integers(0, 4096, (256, 256), np.uint16).tobytes()
    files = [(f"{number:04d}.dcm", to_bytes(one)) for number, one in enumerate(slices)]
    job = upload(trial.coordinator, files)
    states = "SELECT f.state, f.progress_done FROM imaging_seriesframes f JOIN imaging_series s ON s.id = f.series_id "
    states += "WHERE s.series_instance_uid = %s"

    def is_at_work() -> bool:
        with psycopg.connect(trial.portal.environment["DATABASE_URL"]) as connection:
            found = connection.execute(states.encode(), (slices[0].SeriesInstanceUID,)).fetchall()
        return any(state == "RUNNING" and 0 < done < count for state, done in found)

    stop_while(trial.portal, "worker", is_at_work)
    grant_now = trial.coordinator.get(f"frame-grants/{slices[0].StudyInstanceUID}")
    assert [one["frames_url"] for one in grant_now["series"]] == [None]
    revive()
    trial.coordinator.finished(job, seconds=150)
    grant, url, frames = granted(trial.coordinator, slices[0].StudyInstanceUID, seconds=150)
    assert frames == count
    for number, one in enumerate(slices, start=1):
        assert frame(trial.coordinator, grant, f"{url}/raw/{number}").content == one.PixelData
    assert frame(trial.coordinator, grant, f"{url}/raw/{count + 1}").status_code == 404


def test_a_revoked_reader_gets_no_more_frames_from_any_process(trial: Trial) -> None:
    """Two web processes remember separately what the database said; the account's epoch reaches both at once."""
    read = trial.next_read()
    study = read["case"]["imaging_study"]["study_instance_uid"]
    victim = Person(trial.portal.url, trial.reader.username)
    grant, url, _ = granted(victim, study)
    assert {frame(victim, grant, f"{url}/raw/1").status_code for _ in range(10)} == {200}
    cookies = dict(victim.http.cookies)
    victim.http.post(
        "/accounts/sign-out", headers={"X-CSRFToken": victim.http.cookies["csrftoken"], "Referer": trial.portal.url}
    )
    started = time.monotonic()
    victim.http.cookies.update(cookies)
    assert {frame(victim, grant, f"{url}/raw/1").status_code for _ in range(20)} == {401}
    assert time.monotonic() - started < 10
    # The other session of the same account goes on.
    own, url, _ = granted(trial.reader, study)
    assert frame(trial.reader, own, f"{url}/raw/1").status_code == 200

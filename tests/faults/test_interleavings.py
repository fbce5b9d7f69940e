"""Two windows, a second device, lost, doubled and late requests, ended sessions, killed workers: at random, seeded.

The client is the reading room's own: its reducers, requests and browser storage, without the screen, in
`frontend/src/reading/faults`. It plays against the live portal while this test kills the portal's workers.
"""

import json
import os
import random
import signal
import subprocess
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from portal.ops.bootstrap import node_environment
from portal.ops.environment import REPOSITORY
from tests.browserless import PASSWORD, Person, administrator, new_person
from tests.faults.conftest import QUESTIONS, single_slice_ids
from tests.imaging.dicom_files import ct_slice
from tests.reader_studies import launched
from tests.services import LivePortal
from tests.thorough import is_thorough

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

# The seeds are always the same ones, so that a failure can be played again.
SEEDS = 200 if is_thorough() else 40
DESKS = 8
KILL_EVERY_S = 5.0
WORKERS = 2
# A worker that has lived so long serves; younger ones may still be starting.
GROWN_UP_S = 12.0


def places(seed: str) -> list[dict[str, Any]]:
    """A point on the only slice of each case."""
    slices = [ct_slice(seed=f"{seed}-{number}") for number in range(DESKS)]
    return [
        {
            "kind": "POINT",
            "points_mm": [[1.0, 2.0, 1.0]],
            "frame_of_reference_uid": one.get("FrameOfReferenceUID"),
            "sop_instance_uid": one.SOPInstanceUID,
            "series_instance_uid": one.SeriesInstanceUID,
            "frame_number": 1,
        }
        for one in slices
    ]


def opened_cases(portal: LivePortal) -> tuple[Person, list[dict[str, Any]]]:
    """A reader and as many opened reads as play at once, each with a place for marks."""
    root = administrator(portal)
    coordinator, reader = new_person(portal, root, "coordinator", creates=True), new_person(portal, root, "reader")
    seed = uuid.uuid4().hex
    where = {place["series_instance_uid"]: place for place in places(seed)}
    ids = single_slice_ids(coordinator, seed, DESKS)
    path = launched(coordinator, reader, name="Interleavings", questions=QUESTIONS, imaging_study_ids=ids)
    reads = [reader.send("POST", f"assignments/{one['id']}/open") for one in reader.get(f"{path}/assignments")]
    cases = [
        {
            "assignmentId": read["assignment_id"],
            "readId": read["id"],
            "place": where[read["case"]["imaging_study"]["series"][0]["series_instance_uid"]],
        }
        for read in reads
    ]
    return reader, cases


def kill_workers(portal: LivePortal, stop: threading.Event, killed: list[int]) -> None:
    """Kill one worker of the web process now and then, in the middle of whatever it does."""
    draw = random.Random(4)
    while not stop.wait(KILL_EVERY_S):
        process = portal.supervisor.children["web"].process
        assert process is not None
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        # One worker has to be left: with none for long, the interleavings would only show that nobody answers.
        if len(children) >= WORKERS and all(_age_s(child) > GROWN_UP_S for child in children):
            with suppress(ProcessLookupError):
                os.kill(int(draw.choice(children)), signal.SIGKILL)
                killed.append(1)


def _age_s(process_id: str) -> float:
    try:
        return time.time() - Path(f"/proc/{process_id}").stat().st_ctime
    except FileNotFoundError:
        return 0.0


def test_after_any_interleaving_every_mark_is_there_exactly_once(live_portal: LivePortal, tmp_path: Path) -> None:
    reader, cases = opened_cases(live_portal)
    trial = {
        "url": live_portal.url,
        "account": {"userId": reader.id, "password": PASSWORD},
        "cases": cases,
        "seeds": list(range(1, SEEDS + 1)),
        "atOnce": DESKS,
    }
    description = tmp_path / "trial.json"
    description.write_text(json.dumps(trial))
    stop, killed = threading.Event(), list[int]()
    killer = threading.Thread(target=kill_workers, args=(live_portal, stop, killed))
    killer.start()
    try:
        played = subprocess.run(
            ["node_modules/.bin/vitest", "run", "--config", "vitest.faults.config.ts"],
            cwd=REPOSITORY / "frontend",
            env={**node_environment(), "OVERREAD_TRIAL": str(description)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        stop.set()
        killer.join()
    assert played.returncode == 0, played.stdout[-6000:] + played.stderr[-3000:]
    assert killed, "no worker was killed: the interleavings have been too quick"

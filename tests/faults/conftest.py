"""A launched reader study on the live portal, and what kills and revives its processes."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.browserless import PASSWORD, Person, administrator, new_person
from tests.e2e.conftest import signed_in, stage
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.reader_studies import drafted, imaging_study_id, ingested
from tests.services import LivePortal

# pytest finds fixtures by the names of this module.
__all__ = ["signed_in", "stage"]

CASES = 6
QUESTIONS = [
    {"key": "present", "kind": "BINARY", "text": "Present?", "required": True, "role": "CALL"},
    {"key": "sure", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"},
]
REVIVAL_S = 90.0


@dataclass
class Trial:
    """One reader study and its people."""

    portal: LivePortal
    id: str
    coordinator: Person
    reader: Person

    def path(self, tail: str) -> str:
        return f"reader-studies/{self.id}{tail}"

    def next_read(self) -> dict[str, Any]:
        """Open the reader's next unsigned case."""
        following = self.reader.get(self.path("/next"))["assignment_id"]
        assert following, "every case of the trial has been signed: raise CASES"
        return self.reader.send("POST", f"assignments/{following}/open")


def single_slices(seed: str, count: int) -> Iterator[tuple[str, bytes]]:
    """The files of `count` imaging studies of one slice."""
    return ((f"{number}.dcm", to_bytes(ct_slice(seed=f"{seed}-{number}"))) for number in range(count))


def single_slice_ids(coordinator: Person, seed: str, count: int) -> list[str]:
    """The portal's ids of those imaging studies, once they are in."""
    ingested(coordinator, single_slices(seed, count))
    uids = [str(ct_slice(seed=f"{seed}-{number}").StudyInstanceUID) for number in range(count)]
    return [imaging_study_id(coordinator, uid) for uid in uids]


def content(sure: int) -> dict[str, Any]:
    """A complete payload."""
    return {"version": 3, "answers": {"present": sure >= 50, "sure": sure}, "findings": [], "ai_decisions": []}


def save(base: int, sure: int, key: str | None = None) -> dict[str, Any]:
    """What the browser sends."""
    key = key or str(uuid.uuid4())
    return {"base_revision": base, "idempotency_key": key, "payload": content(sure)}


@pytest.fixture(scope="package")
def trial(live_portal: LivePortal) -> Trial:
    root = administrator(live_portal)
    coordinator = new_person(live_portal, root, "coordinator", creates=True)
    reader = new_person(live_portal, root, "reader")
    ids = single_slice_ids(coordinator, uuid.uuid4().hex, CASES)
    path = drafted(coordinator, {reader: "READER"}, name="Faults", questions=QUESTIONS, imaging_study_ids=ids)
    trial = Trial(live_portal, path.rpartition("/")[2], coordinator, reader)
    truth = "case,truth\n" + "".join(f"Case {number:03d},{number % 2}\n" for number in range(1, CASES + 1))
    stored = coordinator.ask(
        "POST", trial.path("/reference-standard"), content=truth, headers={"Content-Type": "text/csv"}
    )
    assert stored.status_code == 201, stored.text
    coordinator.send("POST", trial.path("/reference-standards/1/lock"), {"password": PASSWORD})
    coordinator.send("POST", trial.path("/launch"))
    return trial


def kill(portal: LivePortal, name: str) -> None:
    """End a process and all it has started, at once and for good."""
    process = portal.supervisor.children[name].process
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def stop_while(portal: LivePortal, name: str, is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Kill a process at a moment when `is_so`: it stands still while that is looked up."""
    process = portal.supervisor.children[name].process
    assert process is not None
    deadline = time.monotonic() + seconds
    while True:
        os.killpg(process.pid, signal.SIGSTOP)
        if is_so():
            kill(portal, name)
            return
        os.killpg(process.pid, signal.SIGCONT)
        assert time.monotonic() < deadline, f"{name} was never caught at it"
        time.sleep(0.01)


def health(portal: LivePortal, person: Person) -> dict[str, bool]:
    """What /health/ready says of each part."""
    checks = person.http.get("/health/ready").json()["checks"]
    return {name: check["ok"] for name, check in checks.items()}


def _is_whole(portal: LivePortal, person: Person) -> bool:
    try:
        return all(health(portal, person).values())
    except httpx.TransportError:
        # The web process itself is still starting.
        return False


def _all_run(portal: LivePortal) -> bool:
    return all(child.running for child in portal.supervisor.children.values())


@pytest.fixture
def revive(live_portal: LivePortal, trial: Trial) -> Iterator[Callable[[], None]]:
    """Restart what was killed, as `make up` does, and wait until the portal is whole; always done at the end."""

    def restart() -> None:
        deadline = time.monotonic() + REVIVAL_S
        # /health/ready is content with one worker of either kind, so each process is looked at too.
        while not _all_run(live_portal) or not _is_whole(live_portal, trial.reader):
            live_portal.supervisor.restart_crashed()
            assert time.monotonic() < deadline, "the portal did not become whole again"
            time.sleep(0.3)

    yield restart
    restart()

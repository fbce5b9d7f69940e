"""A launched reader study on the live portal, and what kills and revives its processes."""

import io
import os
import signal
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.browserless import Person, administrator, new_person
from tests.e2e.conftest import signed_in, stage
from tests.imaging.dicom_files import ct_slice, to_bytes
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


def packed(seed: str, count: int) -> bytes:
    """A tar of `count` imaging studies of one slice."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in range(count):
            content = to_bytes(ct_slice(seed=f"{seed}-{number}"))
            info = tarfile.TarInfo(f"{number}.dcm")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def upload(person: Person, content: bytes) -> str:
    """Start an ingest job and return its path."""
    answer = person.ask("POST", "ingest-jobs", files=[("files", ("scans.tar", content))])
    assert answer.status_code == 202, answer.text
    return f"ingest-jobs/{answer.json()['id']}"


def content(sure: int) -> dict[str, Any]:
    """A complete payload."""
    return {"version": 2, "answers": {"present": sure >= 50, "sure": sure}, "findings": [], "ai_decisions": []}


def save(base: int, sure: int, key: str | None = None) -> dict[str, Any]:
    """What the browser sends."""
    key = key or str(uuid.uuid4())
    return {"base_revision": base, "idempotency_key": key, "payload": content(sure)}


@pytest.fixture(scope="package")
def trial(live_portal: LivePortal) -> Trial:
    root = administrator(live_portal)
    coordinator = new_person(live_portal, root, "coordinator", creates=True)
    reader = new_person(live_portal, root, "reader")
    seed = uuid.uuid4().hex
    assert coordinator.finished(upload(coordinator, packed(seed, CASES)))["state"] == "SUCCEEDED"
    studies = [
        coordinator.get(f"imaging-studies?search={ct_slice(seed=f'{seed}-{number}').StudyInstanceUID}")["results"][0]
        for number in range(CASES)
    ]
    trial = Trial(
        live_portal, coordinator.send("POST", "reader-studies", {"name": "Faults"})["id"], coordinator, reader
    )
    coordinator.send("PUT", trial.path("/label-schema"), {"questions": QUESTIONS})
    coordinator.send("PUT", trial.path("/cases"), {"imaging_study_ids": [study["id"] for study in studies]})
    members = [{"user_id": coordinator.id, "role": "COORDINATOR"}, {"user_id": reader.id, "role": "READER"}]
    coordinator.send("PUT", trial.path("/members"), {"members": members})
    truth = "case,truth\n" + "".join(f"Case {number:03d},{number % 2}\n" for number in range(1, CASES + 1))
    stored = coordinator.ask(
        "POST", trial.path("/reference-standard"), content=truth, headers={"Content-Type": "text/csv"}
    )
    assert stored.status_code == 201, stored.text
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

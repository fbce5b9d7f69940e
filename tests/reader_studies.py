"""What tests and benches bring into a live portal over HTTP: DICOM files in a tar, and reader studies of them."""

import io
import tarfile
from collections.abc import Iterable
from typing import Any, Literal

from tests.browserless import DEADLINE_S, Person

# The form where only the images matter.
SEEN = {"key": "seen", "kind": "BINARY", "text": "Seen?", "required": True, "role": "CALL"}


def tar_of(files: Iterable[tuple[str, bytes]], mode: Literal["w", "w:gz", "w:xz", "w:bz2"] = "w") -> bytes:
    """A tar of files, each given by its name and content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def upload(person: Person, files: Iterable[tuple[str, bytes]]) -> str:
    """Start an ingest job of these files and return its path."""
    answer = person.ask("POST", "ingest-jobs", files=[("files", ("images.tar", tar_of(files)))])
    assert answer.status_code == 202, answer.text
    return f"ingest-jobs/{answer.json()['id']}"


def ingested(person: Person, files: Iterable[tuple[str, bytes]], seconds: float = DEADLINE_S) -> None:
    """Bring these files in; every one of them must be taken."""
    job = person.finished(upload(person, files), seconds)
    assert (job["state"], job["counts"]["refused"]) == ("SUCCEEDED", 0), job


def imaging_study_id(coordinator: Person, study_instance_uid: str) -> str:
    """The portal's id of an imaging study."""
    (found,) = coordinator.get(f"imaging-studies?search={study_instance_uid}")["results"]
    return str(found["id"])


def drafted(
    coordinator: Person,
    roles: dict[Person, str],
    *,
    name: str,
    questions: list[dict[str, Any]],
    imaging_study_ids: list[str],
) -> str:
    """A reader study with its form, cases and members, the coordinator among them; returns its path."""
    path = f"reader-studies/{coordinator.send('POST', 'reader-studies', {'name': name})['id']}"
    coordinator.send("PUT", f"{path}/label-schema", {"questions": questions})
    coordinator.send("PUT", f"{path}/cases", {"imaging_study_ids": imaging_study_ids})
    members = [{"user_id": person.id, "role": role} for person, role in {coordinator: "COORDINATOR", **roles}.items()]
    coordinator.send("PUT", f"{path}/members", {"members": members})
    return path


def launched(
    coordinator: Person,
    reader: Person,
    *,
    name: str,
    questions: list[dict[str, Any]],
    imaging_study_ids: list[str],
) -> str:
    """A launched reader study of one reader; returns its path."""
    path = drafted(coordinator, {reader: "READER"}, name=name, questions=questions, imaging_study_ids=imaging_study_ids)
    coordinator.send("POST", f"{path}/launch")
    return path

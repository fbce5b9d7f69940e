"""A portal of the bench's own with its data: started as `make up` does, on free ports, in a folder that can be kept."""

import dataclasses
import json
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from phantoms import Made, Scan, ct, mammogram, real_mr

from portal.ops.environment import load_environment
from portal.ops.probes import PROBES
from portal.ops.services import DATASTORES
from portal.ops.supervisor import Supervisor
from tests.browserless import PASSWORD, Person, administrator, new_person
from tests.reader_studies import SEEN, imaging_study_id, ingested, launched
from tests.services import LivePortal, manage, private_environment

SMALL = 100
PREPARED = "bench.json"


@dataclass(frozen=True)
class Case:
    """A scan and the assignment under which the reader sees it."""

    scan: Scan
    assignment: str


@dataclass(frozen=True)
class Site:
    """A running portal and what is in it."""

    url: str
    environment: dict[str, str]
    reader: str
    cases: dict[str, list[Case]] = field(default_factory=dict)


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Start the portal; make its data the first time."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    os.environ.update(private_environment(folder))
    for name in ("DATABASE_URL", "REDIS_URL", "ORTHANC_URL", "ORTHANC_PASSWORD", "DJANGO_SECRET_KEY"):
        os.environ.pop(name, None)
    os.environ.pop("OVERREAD_PUBLIC_URL", None)
    os.environ.update(load_environment())
    environment = dict(os.environ)
    with Supervisor(folder / "log", echo=False) as supervisor:
        for name in DATASTORES:
            supervisor.start(name)
            supervisor.wait_until(name, partial(PROBES[name], environment), 60)
        manage(environment, "migrate", "--noinput")
        supervisor.start()
        supervisor.wait_until("the portal", partial(PROBES["web"], environment), 180)
        portal = LivePortal(environment["OVERREAD_PUBLIC_URL"], environment, supervisor)
        path = folder / PREPARED
        if not path.exists():
            path.write_text(json.dumps(prepared(portal), default=dataclasses.asdict))
        content = json.loads(path.read_text())
        cases = {
            group: [Case(Scan(**one["scan"]), one["assignment"]) for one in members]
            for group, members in content["cases"].items()
        }
        yield Site(portal.url, environment, content["reader"], cases)


def prepared(portal: LivePortal) -> dict[str, Any]:
    """Ingest all scans, and give the reader a reader study for each group of cases."""
    root = administrator(portal)
    coordinator = new_person(portal, root, "coordinator", creates=True)
    reader = new_person(portal, root, "reader")
    groups: dict[str, list[Scan]] = {}
    for group, made in scans():
        ingest(coordinator, group, [file for _, files in made for file in files])
        groups[group] = [scan for scan, _ in made]
    groups["next"] = [*groups["ct"], *groups.pop("second ct")]
    for members in groups.values():
        for scan in members:
            coordinator.until(f"frame-grants/{scan.study_uid}", lambda one: one["series"][0]["state"] == "READY", 180)
    cases = {group: cases_of(coordinator, reader, group, members) for group, members in groups.items()}
    return {"reader": reader.username, "cases": cases}


def scans() -> Iterator[tuple[str, list[Made]]]:
    """Everything that is shown, group by group."""
    yield "warm", [ct("warm", 40, 256)]
    yield "ct", [ct("ct", 300, 512)]
    yield "second ct", [ct("second ct", 300, 512)]
    if mr := real_mr("mr"):
        yield "mr", [mr]
    yield "mg", [mammogram("mg")]
    yield "small", [ct(f"small {number}", 20, 256) for number in range(SMALL)]


def ingest(coordinator: Person, group: str, files: Sequence[tuple[str, bytes]]) -> None:
    """Bring files into the portal as a coordinator does."""
    started = time.perf_counter()
    ingested(coordinator, files, 300)
    print(f"ingested {group}: {len(files)} files in {time.perf_counter() - started:.1f} s", flush=True)


def cases_of(coordinator: Person, reader: Person, name: str, scans: Sequence[Scan]) -> list[Case]:
    """A launched reader study of these scans; its assignments in the reader's order."""
    path = launched(
        coordinator,
        reader,
        name=f"Bench {name} {uuid.uuid4().hex[:6]}",
        questions=[SEEN],
        imaging_study_ids=[imaging_study_id(coordinator, scan.study_uid) for scan in scans],
    )
    by_uid = {scan.study_uid: scan for scan in scans}
    cases = []
    for assignment in reader.get(f"{path}/assignments"):
        read = reader.send("POST", f"assignments/{assignment['id']}/open")
        uid = read["case"]["imaging_study"]["study_instance_uid"]
        cases.append(Case(by_uid[uid], assignment["id"]))
    return cases


__all__ = ["PASSWORD", "SMALL", "Case", "Site", "running"]

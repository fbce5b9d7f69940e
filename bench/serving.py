"""Serving of frames and saving of drafts, against a running `make up` with the demo, beside Orthanc in the same run.

    .venv/bin/python bench/serving.py

Prints requests per second and the 95th percentile at six connections for: a frame from Orthanc directly (the bare
baseline), the same frame through the portal's DICOMweb route as a reader, and a draft saved again and again. It writes
drafts into the next case of `reader4` of the demo: run it on a portal whose data does not matter.
"""

import argparse
import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from portal.ops.environment import load_environment

CONNECTIONS = 6
READER = "reader4"


def measure(name: str, call: Callable[[], Any], total: int, connections: int = CONNECTIONS) -> float:
    """Run `call` `total` times; print the rate and the 95th percentile; return the rate."""
    call()
    times: list[float] = []

    def timed(_: int) -> None:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)

    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(timed, range(total)))
    rate = total / (time.perf_counter() - started)
    p95_ms = statistics.quantiles(times, n=20)[-1] * 1000
    print(f"{name:<44} {rate:8.0f} /s   p95 {p95_ms:7.1f} ms   ({connections} connections, {total} calls)")
    return rate


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=600)
    calls = options.parse_args().calls
    environment = load_environment()
    accounts = json.loads((Path(environment["OVERREAD_VAR"]) / "demo-accounts.json").read_text())
    token = next(account["token"] for account in accounts if account["username"] == READER)
    portal = httpx.Client(
        base_url=environment["OVERREAD_PUBLIC_URL"], headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    orthanc = httpx.Client(
        base_url=environment["ORTHANC_URL"],
        auth=(environment["ORTHANC_USERNAME"], environment["ORTHANC_PASSWORD"]),
        headers={"Accept-Encoding": "identity"},
        timeout=30,
    )
    read = open_case(portal)
    frame = frame_path(portal, read)
    orthanc_id = orthanc.post("/tools/lookup", content=frame.split("/")[-3]).json()[0]["ID"]

    direct = measure(
        "frame from Orthanc directly",
        lambda: checked(orthanc.get(f"/instances/{orthanc_id}/frames/0/raw")),
        calls,
    )
    served = measure("frame through the portal", lambda: checked(portal.get(frame)), calls)
    print(f"{'portal / Orthanc':<44} {served / direct:8.2f}")
    measure("draft saved (one reader, one after another)", saver(portal, read), min(calls, 200), connections=1)


def checked(response: httpx.Response) -> httpx.Response:
    """Fail on anything that is no success: a fast error is no benchmark."""
    return response.raise_for_status()


def open_case(portal: httpx.Client) -> dict[str, Any]:
    """Open the reader's next case of the demo's main reader study."""
    reader_studies = checked(portal.get("/api/v1/reader-studies")).json()["results"]
    chosen = next(row for row in reader_studies if row["is_demo"] and row["my_signed"] < row["my_assignments"])
    following = checked(portal.get(f"/api/v1/reader-studies/{chosen['id']}/next")).json()["assignment_id"]
    read: dict[str, Any] = checked(portal.post(f"/api/v1/assignments/{following}/open")).json()
    return read


def frame_path(portal: httpx.Client, read: dict[str, Any]) -> str:
    """Return the path of the first frame of the case."""
    imaging_study = read["case"]["imaging_study"]
    series_uid = imaging_study["series"][0]["series_instance_uid"]
    series = f"/dicomweb/studies/{imaging_study['study_instance_uid']}/series/{series_uid}"
    instance = checked(portal.get(f"{series}/metadata")).json()[0]
    return f"{series}/instances/{instance['00080018']['Value'][0]}/frames/1"


def saver(portal: httpx.Client, read: dict[str, Any]) -> Callable[[], None]:
    """Return a function that saves one more revision of the read's own content."""
    revision = read["revision_number"]

    def save() -> None:
        nonlocal revision
        body = {"base_revision": revision, "idempotency_key": str(uuid.uuid4()), "payload": read["payload"]}
        revision = checked(portal.put(f"/api/v1/reads/{read['id']}/draft", json=body)).json()["revision_number"]

    return save


if __name__ == "__main__":
    main()

"""Serving of frames and saving of drafts, against a running `make up` with the demo, beside Orthanc in the same run.

    apt-get install wrk
    .venv/bin/python bench/serving.py

Makes a CT of 300 slices of 512 x 512 (`--slices`), ingests it, puts it into a reader study of its own, and prints for
1, 6, 16 and 64 connections the requests and frames per second and the 95th percentile of: every frame from Orthanc
directly (the bare baseline), the same frames through the portal as the reader's session with a grant (raw, HTJ2K, and
bundles of eight), and through the DICOMweb route, which asks the database each time. wrk sends the requests: a client
in Python would be slower than what it measures. Then a draft is saved again and again. It leaves its imaging study and
its reader study behind: run it on a portal whose data does not matter.
"""

import argparse
import base64
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from portal.ops.environment import load_environment
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.reader_studies import SEEN, tar_of

CONNECTIONS = (1, 6, 16, 64)
SIZE = 512
BUNDLE = 8
READER = "reader4"
COORDINATOR = "coordinator"
# Asks for the paths one after another, and fails on anything that is no success: a fast error is no benchmark.
LUA = """
local paths = {%s}
local index = math.random(#paths)
request = function()
  index = index %% #paths + 1
  return wrk.format("GET", paths[index])
end
done = function(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  local p95 = latency:percentile(95)
  io.write(string.format("RESULT %%d %%d %%d %%d\\n", summary.requests, summary.duration, p95, failed))
end
"""


def wrk(
    base: str, paths: Sequence[str], headers: dict[str, str], connections: int, seconds: int
) -> tuple[float, float]:
    """Requests per second and the 95th percentile in milliseconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % ",".join(json.dumps(path) for path in paths))
        script.flush()
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "-s", script.name]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        printed = subprocess.run([*command, base], capture_output=True, text=True, check=True).stdout
    line = next(line for line in printed.splitlines() if line.startswith("RESULT"))
    requests, duration_us, p95_us, failed = (int(value) for value in line.split()[1:])
    if failed:
        raise SystemExit(f"{failed} of {requests} requests failed: {printed}")
    return requests / (duration_us / 1e6), p95_us / 1000


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--slices", type=int, default=300)
    options.add_argument("--seconds", type=int, default=8)
    chosen = options.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    environment = load_environment()
    accounts = json.loads((Path(environment["OVERREAD_VAR"]) / "demo-accounts.json").read_text())
    people = {account["username"]: account for account in accounts}
    url = environment["OVERREAD_PUBLIC_URL"]
    coordinator = session(url, people[COORDINATOR])
    reader = session(url, people[READER])
    slices = series(chosen.slices)
    assignment = reader_study(coordinator, reader, slices)
    read = checked(post(reader, f"/api/v1/assignments/{assignment}/open")).json()
    granted = wait_for_frames(reader, slices[0].StudyInstanceUID)
    measure_frames(environment, reader, slices, granted, chosen.seconds)
    measure_saves(reader, read)


def measure_frames(
    environment: dict[str, str], reader: httpx.Client, slices: Sequence[Any], granted: dict[str, Any], seconds: int
) -> None:
    """Print one line for each way and number of connections."""
    user = f"{environment['ORTHANC_USERNAME']}:{environment['ORTHANC_PASSWORD']}"
    basic = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
    orthanc = httpx.Client(base_url=environment["ORTHANC_URL"], headers=basic, timeout=60)
    ids = [orthanc.post("/tools/lookup", content=one.SOPInstanceUID).json()[0]["ID"] for one in slices]
    cookie = {"Cookie": f"sessionid={reader.cookies['sessionid']}"}
    grant = cookie | {"X-Frame-Grant": granted["grant"]}
    files = granted["series"][0]["frames_url"]
    numbers = range(1, len(slices) + 1)
    firsts = range(1, len(slices) - BUNDLE + 2, BUNDLE)
    path = f"/dicomweb/studies/{slices[0].StudyInstanceUID}/series/{slices[0].SeriesInstanceUID}/instances"
    ways = {
        "Orthanc directly": (environment["ORTHANC_URL"], [f"/instances/{one}/frames/0/raw" for one in ids], basic, 1),
        "portal, raw": (str(reader.base_url), [f"{files}/raw/{n}" for n in numbers], grant, 1),
        "portal, HTJ2K": (str(reader.base_url), [f"{files}/htj2k/{n}" for n in numbers], grant, 1),
        "portal, raw bundle": (
            str(reader.base_url),
            [f"{files}/raw/{n}-{n + BUNDLE - 1}" for n in firsts],
            grant,
            BUNDLE,
        ),
        "portal, DICOMweb": (
            str(reader.base_url),
            [f"{path}/{one.SOPInstanceUID}/frames/1" for one in slices],
            cookie,
            1,
        ),
    }
    print(f"{'':<22}{'connections':>12}{'requests/s':>12}{'frames/s':>12}{'p95 ms':>10}{'x Orthanc':>12}")
    for connections in CONNECTIONS:
        direct = 0.0
        for name, (base, paths, headers, frames) in ways.items():
            rate, p95_ms = wrk(base, paths, headers, connections, seconds)
            direct = direct or rate
            ratio = rate * frames / direct
            print(f"{name:<22}{connections:>12}{rate:>12.0f}{rate * frames:>12.0f}{p95_ms:>10.1f}{ratio:>12.2f}")


def measure_saves(reader: httpx.Client, read: dict[str, Any]) -> None:
    """Save the read's own content again and again, one after another."""
    revision, times = read["revision_number"], []
    for _ in range(200):
        body = {"base_revision": revision, "idempotency_key": str(uuid.uuid4()), "payload": read["payload"]}
        started = time.perf_counter()
        answer = checked(reader.put(f"/api/v1/reads/{read['id']}/draft", json=body, headers=csrf(reader)))
        times.append(time.perf_counter() - started)
        revision = answer.json()["revision_number"]
    p95_ms = statistics.quantiles(times, n=20)[-1] * 1000
    print(f"\ndraft saved, one after another: {len(times) / sum(times):.0f}/s, p95 {p95_ms:.1f} ms")


def checked(response: httpx.Response) -> httpx.Response:
    """Fail on anything that is no success."""
    return response.raise_for_status()


def session(url: str, account: dict[str, str]) -> httpx.Client:
    """Sign in as a browser does."""
    client = httpx.Client(base_url=url, timeout=120)
    client.get("/accounts/sign-in")
    form = {"username": account["username"], "password": account["password"]}
    answer = client.post(
        "/accounts/sign-in", data=form | {"csrfmiddlewaretoken": client.cookies["csrftoken"]}, headers={"Referer": url}
    )
    if answer.status_code != 302:
        raise SystemExit(f"{account['username']} could not sign in")
    return client


def csrf(client: httpx.Client) -> dict[str, str]:
    """What a write of a session needs."""
    return {"X-CSRFToken": client.cookies["csrftoken"], "Referer": str(client.base_url)}


def post(client: httpx.Client, path: str, **content: Any) -> httpx.Response:
    """Send a write."""
    return client.post(path, headers=csrf(client), **content)


def series(count: int) -> list[Any]:
    """A CT-like series: smooth bodies with the noise of a scanner, 16 bits, half a megabyte a slice."""
    seed, random = uuid.uuid4().hex, np.random.default_rng(1)
    row, column = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    slices = []
    for number in range(1, count + 1):
        body = np.where(row**2 / 0.5 + column**2 / 0.8 < 1, 40, -1000) + 300 * np.cos(6 * row + number / 40) * (
            row**2 + column**2 < 0.2
        )
        hounsfield = body + random.normal(0, 12, (SIZE, SIZE))
        one = ct_slice(seed=seed, slice_number=number, Rows=SIZE, Columns=SIZE, PixelRepresentation=1)
        one.BitsStored, one.HighBit, one.RescaleSlope, one.RescaleIntercept = 16, 15, 1, 0
        one.PixelData = hounsfield.astype("<i2").tobytes()
        slices.append(one)
    return slices


def reader_study(coordinator: httpx.Client, reader: httpx.Client, slices: Sequence[Any]) -> str:
    """Ingest the series, launch a reader study with it, and return the reader's assignment."""
    packed = tar_of((f"{number:04d}.dcm", to_bytes(one)) for number, one in enumerate(slices))
    files = [("files", ("bench.tar", packed))]
    job = checked(post(coordinator, "/api/v1/ingest-jobs", files=files)).json()["id"]
    while checked(coordinator.get(f"/api/v1/ingest-jobs/{job}")).json()["state"] in ("PENDING", "RUNNING"):
        time.sleep(0.5)
    search = {"search": slices[0].StudyInstanceUID}
    (study,) = checked(coordinator.get("/api/v1/imaging-studies", params=search)).json()["results"]
    made = checked(post(coordinator, "/api/v1/reader-studies", json={"name": f"Bench {uuid.uuid4().hex[:6]}"})).json()
    path = f"/api/v1/reader-studies/{made['id']}"
    ids = {client: checked(client.get("/api/v1/me")).json()["id"] for client in (coordinator, reader)}
    members = [{"user_id": ids[coordinator], "role": "COORDINATOR"}, {"user_id": ids[reader], "role": "READER"}]
    for tail, content in (
        ("label-schema", {"questions": [SEEN]}),
        ("cases", {"imaging_study_ids": [study["id"]]}),
        ("members", {"members": members}),
    ):
        checked(coordinator.put(f"{path}/{tail}", json=content, headers=csrf(coordinator)))
    checked(post(coordinator, f"{path}/launch", json={}))
    (assignment,) = checked(reader.get(f"{path}/assignments")).json()
    return str(assignment["id"])


def wait_for_frames(reader: httpx.Client, study_uid: str) -> dict[str, Any]:
    """The grant, once the worker has written the frames."""
    started = time.perf_counter()
    while True:
        granted: dict[str, Any] = checked(reader.get(f"/api/v1/frame-grants/{study_uid}")).json()
        if granted["series"][0]["state"] == "READY":
            print(f"frames written after {time.perf_counter() - started:.1f} s of waiting")
            return granted
        time.sleep(0.5)


if __name__ == "__main__":
    main()

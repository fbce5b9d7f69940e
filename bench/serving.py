"""Serving of frames and saving of drafts, beside Orthanc in the same run.

    apt-get install wrk nginx
    .venv/bin/python bench/serving.py
    .venv/bin/python bench/serving.py --keep /tmp/bench --ways orthanc nginx --seconds 2

Starts a portal of its own with the data of `bench/viewer` (a CT of 300 slices of 512 x 512, half a megabyte a frame),
and in front of a second web process nginx, with the configuration that a deployment uses (`portal.ops.nginx`). For
1, 6, 16 and 64 connections it prints frames per second and the 95th percentile of: every frame from Orthanc directly
(the bare baseline: its own shortest route, and the DICOMweb route that viewers use), the same frames as the reader's
session with a grant, through nginx and from the portal's own server (raw, HTJ2K, and bundles of eight), and through
the portal's DICOMweb route, which asks the database each time. Then a draft is saved again and again. wrk sends the
requests: a client in Python would be slower than what it measures. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent / "viewer"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from installation import Case, Site, running

from tests.browserless import Person
from tests.nginx import behind_nginx

CONNECTIONS = (1, 6, 16, 64)
BUNDLE = 8
WAYS = ("orthanc", "nginx", "portal", "bundle", "dicomweb", "saves")
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


@dataclass(frozen=True)
class Way:
    """One way to the frames."""

    name: str
    kind: str
    base: str
    paths: Sequence[str]
    headers: dict[str, str]
    frames: int = 1


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--repeat", type=int, default=5, help="the median of so many runs in turn is printed")
    options.add_argument("--connections", nargs="+", type=int, default=CONNECTIONS)
    options.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    options.add_argument("--keep", type=Path, help="keep the portal and its data here, and use what is there")
    chosen = options.parse_args()
    for program in ("wrk", "nginx"):
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
            raise SystemExit(f"{program} is not installed: apt-get install {program}")
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as temporary:
        folder = (chosen.keep or Path(temporary)).resolve()
        with running(folder) as site, behind_nginx(site.environment, folder / "nginx") as address:
            measure(chosen, site, address)


def measure(chosen: argparse.Namespace, site: Site, behind: str) -> None:
    """Print one line for each way and number of connections."""
    reader = Person(site.url, site.reader)
    (case,) = site.cases["ct"]
    read = reader.send("POST", f"assignments/{case.assignment}/open")
    ways = [way for way in ways_of(site, case, reader, read, behind) if way.kind in chosen.ways]
    print(f"{'':<24}{'connections':>12}{'requests/s':>12}{'frames/s':>12}{'p95 ms':>10}{'x Orthanc':>12}")
    for connections in chosen.connections:
        runs: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
        # In turn, so that a busy moment meets them all.
        for _ in range(chosen.repeat):
            for way in ways:
                runs[way.name].append(wrk(way.base, way.paths, way.headers, connections, chosen.seconds))
        direct = 0.0
        for way in ways:
            rate, p95_ms = (statistics.median(values) for values in zip(*runs[way.name], strict=True))
            direct = direct or rate
            columns = f"{connections:>12}{rate:>12.0f}{rate * way.frames:>12.0f}{p95_ms:>10.1f}"
            print(f"{way.name:<24}{columns}{rate * way.frames / direct:>12.2f}", flush=True)
    if "saves" in chosen.ways:
        measure_saves(reader, read)


def ways_of(site: Site, case: Case, reader: Person, read: dict[str, Any], behind: str) -> list[Way]:
    """Every way, Orthanc's shortest first: the others are compared with it."""
    environment, scan = site.environment, case.scan
    orthanc = environment["ORTHANC_URL"]
    basic = httpx.BasicAuth(environment["ORTHANC_USERNAME"], environment["ORTHANC_PASSWORD"])
    with httpx.Client(base_url=orthanc, auth=basic, timeout=60, trust_env=False) as client:
        (series,) = client.post("/tools/lookup", content=scan.series_uid).json()
        instances = client.get(f"/series/{series['ID']}/instances").json()
        password = {"Authorization": client.get("/system").request.headers["Authorization"]}
    uids = [one["MainDicomTags"]["SOPInstanceUID"] for one in instances]
    (granted,) = [one for one in read["frame_grants"] if one["study_instance_uid"] == scan.study_uid]
    files = granted["series"][0]["frames_url"]
    cookie = {"Cookie": f"sessionid={reader.http.cookies['sessionid']}"}
    grant = cookie | {"X-Frame-Grant": granted["grant"]}
    numbers = range(1, scan.frames + 1)
    raw, htj2k = ([f"{files}/{form}/{n}" for n in numbers] for form in ("raw", "htj2k"))
    bundles = [f"{files}/raw/{n}-{n + BUNDLE - 1}" for n in range(1, scan.frames - BUNDLE + 2, BUNDLE)]
    path = f"studies/{scan.study_uid}/series/{scan.series_uid}/instances"
    dicomweb = [f"{path}/{uid}/frames/1" for uid in uids]
    return [
        Way(
            "Orthanc, /frames/0/raw",
            "orthanc",
            orthanc,
            [f"/instances/{i['ID']}/frames/0/raw" for i in instances],
            password,
        ),
        Way("Orthanc, DICOMweb", "orthanc", orthanc, [f"/dicom-web/{one}" for one in dicomweb], password),
        Way("nginx, raw", "nginx", behind, raw, grant),
        Way("nginx, HTJ2K", "nginx", behind, htj2k, grant),
        Way("portal, raw", "portal", site.url, raw, grant),
        Way("portal, HTJ2K", "portal", site.url, htj2k, grant),
        Way("nginx, raw bundle", "bundle", behind, bundles, grant, BUNDLE),
        Way("portal, raw bundle", "bundle", site.url, bundles, grant, BUNDLE),
        Way("portal, DICOMweb", "dicomweb", site.url, [f"/dicomweb/{one}" for one in dicomweb], cookie),
    ]


def measure_saves(reader: Person, read: dict[str, Any]) -> None:
    """Save the read's own content again and again, one after another."""
    revision, times = read["revision_number"], []
    for _ in range(200):
        body = {"base_revision": revision, "idempotency_key": str(uuid.uuid4()), "payload": read["payload"]}
        started = time.perf_counter()
        revision = reader.send("PUT", f"reads/{read['id']}/draft", body)["revision_number"]
        times.append(time.perf_counter() - started)
    p95_ms = statistics.quantiles(times, n=20)[-1] * 1000
    print(f"\ndraft saved, one after another: {len(times) / sum(times):.0f}/s, p95 {p95_ms:.1f} ms")


if __name__ == "__main__":
    main()

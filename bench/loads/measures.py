"""What is measured of the portal."""

import http.client
import json
import statistics
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from bench.loads.processes import cpu_s, memory_mib
from tests.services import LivePortal

# Who takes processor time for a save.
PAYS = ("web", "postgres")


class Caller:
    """One connection with one token. `http.client`, for a thicker client would be slower than what it measures."""

    def __init__(self, portal: LivePortal, token: str) -> None:
        self.http = http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=120)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> tuple[int, bytes]:
        """Send one request below /api/v1/."""
        body = None if content is None else json.dumps(content)
        self.http.request(method, f"/api/v1/{path}", body, self.headers | headers)
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def get(self, path: str) -> Any:
        """Return the JSON of a GET that must succeed."""
        status, body = self.ask("GET", path)
        if status != http.client.OK:
            raise SystemExit(f"{path}: {status} {body[:300]!r}")
        return json.loads(body)


def quantile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


class Saver(threading.Thread):
    """A reader who saves one draft after another until it is time to stop."""

    def __init__(self, caller: Caller, study: str, all_open: threading.Barrier, seconds: int) -> None:
        super().__init__()
        self.caller, self.study, self.all_open, self.seconds = caller, study, all_open, seconds
        self.times_ms: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.revision = 0

    def run(self) -> None:
        """Open the first case, wait until everybody has, and save."""
        from bench.loads.portal import payload

        assignment = self.caller.get(f"reader-studies/{self.study}/next")["assignment_id"]
        status, body = self.caller.ask("POST", f"assignments/{assignment}/open", {})
        read = json.loads(body)
        self.read = read["id"]
        uid = read["case"]["imaging_study"]["study_instance_uid"]
        self.all_open.wait()
        # The server has closed what was idle while the others opened theirs; a browser connects again by itself.
        self.caller.http.close()
        ends_at = time.monotonic() + self.seconds
        while time.monotonic() < ends_at:
            content = payload(self.revision % 101, f"{uid}.1.1", f"{uid}.1")
            save = {"base_revision": self.revision, "idempotency_key": str(uuid.uuid4()), "payload": content}
            begun = time.perf_counter()
            status, body = self.caller.ask("PUT", f"reads/{self.read}/draft", save)
            self.times_ms.append(1000 * (time.perf_counter() - begun))
            self.statuses[status] += 1
            if status == http.client.OK:
                self.revision = json.loads(body)["revision_number"]


def drafts(portal: LivePortal, *, readers: int, seconds: int) -> None:
    """Save from all readers at once, then look whether everything acknowledged is there."""
    from bench.loads.rows import launched

    for count in sorted({1, 10, readers}):
        trial = launched(readers=count, cases=1)
        study = str(trial.reader_study.pk)
        length = seconds if count == readers else min(seconds, 15)
        all_open = threading.Barrier(count + 1)
        savers = [Saver(Caller(portal, token), study, all_open, length) for token in trial.readers.values()]
        for saver in savers:
            saver.start()
        all_open.wait()
        begun, cpu_before = time.monotonic(), {name: cpu_s(portal, name) for name in PAYS}
        for saver in savers:
            saver.join()
        took = time.monotonic() - begun
        cpu = {name: cpu_s(portal, name) - before for name, before in cpu_before.items()}
        _print_drafts(savers, took, cpu)


def _print_drafts(savers: list[Saver], took: float, cpu: dict[str, float]) -> None:
    times = [one for saver in savers for one in saver.times_ms]
    statuses = sum((saver.statuses for saver in savers), Counter())
    lost = sum(_missing(saver) for saver in savers)
    each = ", ".join(f"{name} {1000 * seconds / len(times):.1f} ms" for name, seconds in cpu.items())
    print(
        f"drafts, {len(savers)} readers, {took:.0f} s: {len(times) / took:.0f} a second, median "
        f"{statistics.median(times):.1f} ms, 95th percentile {quantile(times, 0.95):.0f} ms, 99th "
        f"{quantile(times, 0.99):.0f} ms; answers {dict(statuses)}; revisions lost {lost}; "
        f"processor time a save: {each}",
        flush=True,
    )
    if lost or set(statuses) != {http.client.OK}:
        raise SystemExit("Some saves were refused or lost.")


def _missing(saver: Saver) -> int:
    """Count what is not there of what was acknowledged; the numbers of a read run from 1 without a gap."""
    # Idle while those before it were looked at, it has been closed.
    saver.caller.http.close()
    numbers = [row["number"] for row in saver.caller.get(f"reads/{saver.read}/revisions")]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        raise SystemExit(f"read {saver.read} has the revisions {numbers}")
    return max(saver.revision - len(numbers), 0)


def identical_submits(portal: LivePortal, *, times: int = 100, at_once: int = 20) -> None:
    """Send one thing many times and count what is there."""
    from bench.loads.portal import payload
    from bench.loads.rows import launched

    trial = launched(readers=1, cases=1)
    reader, coordinator = next(iter(trial.readers.values())), trial.coordinator
    caller = Caller(portal, reader)
    assignment = caller.get(f"reader-studies/{trial.reader_study.pk}/next")["assignment_id"]
    read = json.loads(caller.ask("POST", f"assignments/{assignment}/open", {})[1])
    uid = read["case"]["imaging_study"]["study_instance_uid"]
    content = payload(50, f"{uid}.1.1", f"{uid}.1")
    save = {"base_revision": 0, "idempotency_key": str(uuid.uuid4()), "payload": content}
    saved = _all_at_once(portal, reader, "PUT", f"reads/{read['id']}/draft", save, times, at_once, {})
    name, key = f"Once {uuid.uuid4()}", {"Idempotency-Key": str(uuid.uuid4())}
    made = _all_at_once(portal, coordinator, "POST", "reader-studies", {"name": name}, times, at_once, key)
    revisions = len(caller.get(f"reads/{read['id']}/revisions"))
    studies = Caller(portal, coordinator).get("reader-studies?page_size=1000")["results"]
    count = sum(study["name"] == name for study in studies)
    print(f"identical submits, {times} each: {saved} to a draft, {revisions} revision; {made}, {count} reader study")


def _all_at_once(
    portal: LivePortal,
    token: str,
    method: str,
    path: str,
    content: Any,
    times: int,
    at_once: int,
    headers: dict[str, str],
) -> dict[int, int]:
    with ThreadPoolExecutor(at_once) as pool:
        asked = pool.map(lambda _: Caller(portal, token).ask(method, path, content, **headers)[0], range(times))
        return dict(Counter(asked))


def export(portal: LivePortal, *, reads: int) -> None:
    """Export signed reads, and watch the memory of the web process."""
    from bench.loads.rows import launched, signed

    trial = launched(readers=10, cases=reads // 10)
    count = signed(trial)
    path = f"reader-studies/{trial.reader_study.pk}/labels"
    for kind in ("jsonl", "csv"):
        for turn in ("first", "second"):
            before = memory_mib(portal, "web")
            size, first_s, whole_s = _download(Caller(portal, trial.coordinator), f"{path}/export?format={kind}")
            grown = memory_mib(portal, "web") - before
            print(
                f"export, {count:,} reads, {kind}, {turn} time: {whole_s:.2f} s, first byte after {first_s:.2f} s, "
                f"{size / 2**20:.1f} MiB, web processes {grown:+.0f} MiB"
            )
    begun = time.perf_counter()
    following, pages_read = f"{path}?page_size=1000", 0
    while following:
        page = Caller(portal, trial.coordinator).get(following)
        following = page["next"].partition("/api/v1/")[2] if page["next"] else ""
        pages_read += 1
    print(f"the same in {pages_read} pages: {time.perf_counter() - begun:.2f} s")


def _download(caller: Caller, path: str) -> tuple[int, float, float]:
    begun = time.perf_counter()
    caller.http.request("GET", f"/api/v1/{path}", headers=caller.headers)
    answer = caller.http.getresponse()
    size, first_s = len(answer.read(1)), time.perf_counter() - begun
    while chunk := answer.read(2**16):
        size += len(chunk)
    return size, first_s, time.perf_counter() - begun


def pages(portal: LivePortal, *, assignments: int) -> None:
    """Ask for the pages of a small and of a large reader study."""
    from bench.loads.queries import counted
    from bench.loads.rows import launched

    small = launched(readers=2, cases=5)
    large = launched(readers=assignments // 1000, cases=1000)
    for name, trial in (("10", small), (f"{assignments:,}", large)):
        path = f"reader-studies/{trial.reader_study.pk}"
        token = next(iter(trial.readers.values()))
        for page, who in (
            ("assignments", token),
            ("next", token),
            ("", trial.coordinator),
            ("progress", trial.coordinator),
            ("randomisation", trial.coordinator),
        ):
            address = f"{path}/{page}".rstrip("/")
            times = []
            caller = Caller(portal, who)
            for _ in range(5):
                begun = time.perf_counter()
                caller.get(address)
                times.append(1000 * (time.perf_counter() - begun))
            queries = counted(address, who)
            print(f"{page or 'reader study'}, {name} assignments: {queries} queries, {statistics.median(times):.0f} ms")

"""The same writes by Label Studio, as it comes: one process, SQLite."""

import http.client
import json
import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.services import free_ports

USER, PASSWORD, TOKEN = "bench@example.org", "correct horse battery staple", "b" * 40
START_S = 240
OWN_SETTINGS = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
FORM = """<View><Text name="case" value="$case"/><Choices name="present" toName="case"><Choice value="yes"/>
<Choice value="no"/></Choices><Number name="sure" toName="case"/></View>"""
RESULT = [
    {"from_name": "present", "to_name": "case", "type": "choices", "value": {"choices": ["yes"]}},
    {"from_name": "sure", "to_name": "case", "type": "number", "value": {"number": 83}},
]


class Peer:
    """A running Label Studio."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, content: Any = None) -> tuple[int, bytes]:
        """Send one request."""
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
        caller.request(method, path, None if content is None else json.dumps(content), headers)
        answer = caller.getresponse()
        return answer.status, answer.read()

    def sent(self, method: str, path: str, content: Any = None) -> Any:
        """Return the JSON of a request that must succeed."""
        status, body = self.ask(method, path, content)
        if not 200 <= status < 300:
            raise SystemExit(f"Label Studio, {method} {path}: {status} {body[:300]!r}")
        return json.loads(body) if body else None

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return self.ask("GET", "/api/projects/")[0] == http.client.OK
        except OSError:
            return False


def measured_beside(environment: Path, *, reads: int) -> None:
    """Start it, measure, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        (port,) = free_ports(1)
        command = [str(environment / "bin" / "label-studio"), "start", "--no-browser", "--port", str(port)]
        command += ["--data-dir", folder, "--username", USER, "--password", PASSWORD, "--user-token", TOKEN]
        settings = {"LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true", "COLLECT_ANALYTICS": "false"}
        # It is a Django application too, and would take this one's settings for its own.
        others = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(command, env={**others, **settings}, stdout=log, stderr=log)
            try:
                _measured(_started(Peer(port)), reads)
            finally:
                process.terminate()
                process.wait(30)


def _started(peer: Peer) -> Peer:
    deadline = time.monotonic() + START_S
    while not peer.is_up():
        if time.monotonic() > deadline:
            raise SystemExit("Label Studio does not start, or does not take its token")
        time.sleep(0.5)
    return peer


def _measured(peer: Peer, reads: int) -> None:
    project = peer.sent("POST", "/api/projects/", {"title": "bench", "label_config": FORM})["id"]
    tasks = [{"data": {"case": f"Case {number}"}} for number in range(reads)]
    peer.sent("POST", f"/api/projects/{project}/import?return_task_ids=true", tasks)
    answer = peer.sent("GET", f"/api/tasks?project={project}&page_size=100")
    ids = [task["id"] for task in answer["tasks"]]
    for writers in (1, 10):
        chosen = ids[:50] * (1 if writers == 1 else 3)
        begun = time.perf_counter()
        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(lambda pk: peer.sent("POST", f"/api/tasks/{pk}/annotations/", {"result": RESULT}), chosen))
        took = time.perf_counter() - begun
        each_ms = 1000 * took * writers / len(chosen)
        print(f"Label Studio, {writers} writers: {len(chosen) / took:.0f} annotations a second, {each_ms:.0f} ms each")
    last = ids[-1]
    for _ in range(2):
        peer.sent("POST", f"/api/tasks/{last}/annotations/", {"result": RESULT})
    print(f"Label Studio, one submit twice: {len(peer.sent('GET', f'/api/tasks/{last}/annotations/'))} rows")
    begun = time.perf_counter()
    size = len(peer.ask("GET", f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true")[1])
    print(f"Label Studio, export of {reads:,} tasks: {time.perf_counter() - begun:.1f} s, {size / 2**20:.1f} MiB")

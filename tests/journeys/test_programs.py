"""Programs alone take a reader study from the first file to the last label: HTTP and tokens, no browser, no session."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from docs.examples.verify_webhook import is_genuine
from tests.browserless import DEADLINE_S, PASSWORD, Person, administrator
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.reader_studies import tar_of
from tests.services import LivePortal
from tests.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.journey

CASES = 4
QUESTIONS = [
    {"key": "present", "kind": "BINARY", "text": "Present?", "required": True, "role": "CALL"},
    {"key": "sure", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"},
]
EVENTS = ["read.signed", "reader_study.launched", "reader_study.closed", "analysis_run.finished"]


@dataclass(eq=False)
class Program:
    """An account that has only its token."""

    http: httpx.Client
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.get("me")["id"]

    def get(self, path: str) -> Any:
        return self._ok(self.http.get(path)).json()

    def post(self, path: str, content: Any, key: str | None = None, **more: Any) -> httpx.Response:
        """Send once more than needed, as a program does whose first answer was lost."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        body = {"json": content} if content is not None else {}
        first, again = (self._ok(self.http.post(path, headers=headers, **body, **more)) for _ in range(2))
        assert (again.status_code, again.content) == (first.status_code, first.content)
        return first

    def put(self, path: str, content: Any) -> Any:
        return self._ok(self.http.put(path, json=content)).json()

    @staticmethod
    def _ok(answer: httpx.Response) -> httpx.Response:
        assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        return answer


def program_of(portal: LivePortal, person: Person, scope: str = "WRITE") -> Program:
    """The only use of a password: its first token."""
    headers = {"Authorization": f"Bearer {person.token(scope)}"}
    return Program(httpx.Client(base_url=f"{portal.url}/api/v1/", headers=headers, timeout=60, trust_env=False))


def account(portal: LivePortal, root: Program, name: str, scope: str = "WRITE", **more: Any) -> Program:
    username = f"{name}-{uuid.uuid4().hex[:8]}"
    root.post("people", {"username": username, "password": PASSWORD, "name": name, **more})
    return program_of(portal, Person(portal.url, username), scope)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def payload(sure: int) -> dict[str, Any]:
    return {"version": 3, "answers": {"present": sure >= 50, "sure": sure}, "findings": [], "ai_decisions": []}


def images(builder: Program) -> list[str]:
    """Upload studies of one slice and return the portal's ids."""
    seed = uuid.uuid4().hex
    scans = [(f"{number}.dcm", to_bytes(ct_slice(seed=f"{seed}-{number}"))) for number in range(CASES)]
    files = [("files", ("scans.tar", tar_of(scans)))]
    job = builder.post("ingest-jobs", None, files=files).json()["id"]
    finished(builder, f"ingest-jobs/{job}")
    uids = [ct_slice(seed=f"{seed}-{number}").StudyInstanceUID for number in range(CASES)]
    return [builder.get(f"imaging-studies?search={uid}")["results"][0]["id"] for uid in uids]


def finished(program: Program, path: str) -> None:
    """Wait for a job to succeed."""
    deadline = time.monotonic() + DEADLINE_S
    while (job := program.get(path))["state"] in ("PENDING", "RUNNING"):
        assert time.monotonic() < deadline, job
        time.sleep(0.3)
    assert job["state"] == "SUCCEEDED", job


def test_programs_build_read_watch_and_pull_a_reader_study(live_portal: LivePortal, receiver: Receiver) -> None:
    root = program_of(live_portal, administrator(live_portal))
    builder = account(live_portal, root, "builder", may_create_reader_studies=True)
    tools = [account(live_portal, root, name, is_program=True) for name in ("first-tool", "second-tool")]
    puller = account(live_portal, root, "puller", "READ")

    study = builder.post("reader-studies", {"name": "By programs"}).json()["id"]
    base = f"reader-studies/{study}"
    secret = builder.http.post(f"{base}/webhooks", json={"url": receiver.url, "events": EVENTS}).json()["secret"]
    builder.put(f"{base}/label-schema", {"questions": QUESTIONS})
    builder.put(f"{base}/cases", {"imaging_study_ids": images(builder)})
    roles = {builder: "COORDINATOR", tools[0]: "READER", tools[1]: "READER", puller: "API_CLIENT"}
    members = [{"user_id": one.id, "role": role} for one, role in roles.items()]
    builder.put(f"{base}/members", {"members": members})
    truth = "case,truth\n" + "".join(f"Case {number:03d},{number % 2}\n" for number in range(1, CASES + 1))
    stored = builder.http.post(f"{base}/reference-standard", content=truth, headers={"Content-Type": "text/csv"})
    assert stored.status_code == 201, stored.text
    assert builder.get(f"{base}/launch-check")["ready"] is True
    assert builder.post(f"{base}/launch", {}).json()["state"] == "OPEN"

    pulled: dict[str, dict[str, Any]] = {}
    since = "2000-01-01T00:00:00Z"
    for tool in tools:
        own = tool.get(f"{base}/assignments")
        reads = [{"assignment_id": row["id"], "payload": payload(90 - row["position"])} for row in own]
        pushed = tool.post(f"{base}/external-reads", {"tool": "Finder 1.0", "reads": reads}).json()
        assert (pushed["created"], pushed["unchanged"]) == (CASES, 0)
        page = puller.get(f"{base}/labels?updated_since={since}&page_size=1000")["results"]
        assert {row["read_id"] for row in page} >= {row["read_id"] for row in pushed["reads"]}
        pulled |= {row["read_id"]: row for row in page}
        since = page[-1]["updated_at"]
    progress = builder.get(f"{base}/progress")
    assert (progress["total"], progress["signed"]) == (2 * CASES, 2 * CASES)
    whole = puller.http.get(f"{base}/labels/export")
    assert whole.headers["Overread-Row-Count"] == str(len(pulled)) == str(2 * CASES)
    assert {row["read_id"]: row for row in map(json.loads, whole.text.splitlines())} == pulled
    assert {(row["provenance"], row["tool"]) for row in pulled.values()} == {("EXTERNAL_TOOL", "Finder 1.0")}

    builder.post(f"{base}/reference-standards/1/lock", {"password": PASSWORD})
    run = builder.post(f"{base}/analysis-runs", {}).json()["id"]
    finished(builder, f"analysis-runs/{run}")
    assert builder.post(f"{base}/close", {}).json()["state"] == "CLOSED"
    # Launched, every read once however often it was sent, the run, closed.
    came = receiver.wait_for(2 * CASES + 3)
    assert all(
        is_genuine(one.headers["overread-signature"], one.body, secret, int(one.headers["overread-signature"][2:12]))
        for one in came
    )
    events = [json.loads(one.body) for one in came]
    assert {one["data"]["read_id"] for one in events if one["event"] == "read.signed"} == set(pulled)
    assert sorted({one["event"] for one in events}) == sorted(EVENTS)


def test_a_program_posts_predictions_without_seeing_anything_of_ai(live_portal: LivePortal) -> None:
    root = program_of(live_portal, administrator(live_portal))
    pipeline = account(live_portal, root, "pipeline", is_program=True)
    model = root.post("ai-models", {"name": f"Own {uuid.uuid4().hex[:8]}"}).json()["id"]
    version = root.post(f"ai-models/{model}/versions", {"version": "1.0"}).json()["id"]
    root.put(f"ai-models/{model}/posters", {"user_ids": [pipeline.id]})
    uid = root.get(f"imaging-studies/{images(root)[0]}")["study_instance_uid"]
    prediction = {"imaging_study_uid": uid, "score": 0.7}
    assert pipeline.post(f"model-versions/{version}/predictions", prediction).json()["created"] == 1
    assert pipeline.http.get(f"model-versions/{version}/predictions").status_code == 403

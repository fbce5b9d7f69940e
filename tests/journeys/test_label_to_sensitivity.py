"""The main job over HTTP against real services: DICOM files in, reads, labels out, sensitivity checked by hand count.

The tests go down one path, each on what the one before has made; every fixture is a step.
"""

import csv
import io
import math
import os
import subprocess
import sys
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.ops.environment import REPOSITORY
from tests.browserless import PASSWORD, Person, administrator, new_person, signature
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.services import LivePortal

pytestmark = pytest.mark.journey

NODULE = {"scheme": "RADLEX", "value": "RID3875", "meaning": "nodule"}
QUESTIONS = [
    {"key": "nodule_present", "kind": "BINARY", "text": "Nodule present?", "required": True, "role": "CALL"},
    {"key": "confidence", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"},
    {
        "key": "nodules",
        "kind": "LOCATED_FINDING",
        "text": "Mark the nodules.",
        "required": False,
        "tools": ["POINT", "LENGTH"],
        "codes": [NODULE],
        "minimum_count": 0,
        "maximum_count": None,
    },
]
TRUTH = {"Case 001": 1, "Case 002": 1, "Case 003": 1, "Case 004": 1, "Case 005": 1}
TRUTH |= {"Case 006": 0, "Case 007": 0, "Case 008": 0}
# Ada: 4 true positives, 1 false negative, 2 true negatives, 1 false positive.
ADA = {"Case 001": 90, "Case 002": 80, "Case 003": 70, "Case 004": 60, "Case 005": 20}
ADA |= {"Case 006": 10, "Case 007": 30, "Case 008": 75}
# Grace signs five cases: 2 true positives, 1 false negative, 2 true negatives.
GRACE = {"Case 001": 95, "Case 002": 55, "Case 003": 5, "Case 006": 15, "Case 007": 25}
POSITIVE_FROM = 50


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's score interval at 95 %, as in Wilson (1927): the witness for what the portal computes."""
    z, p = 1.959963984540054, successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


@dataclass
class Trial:
    """One reader study on the live portal and its people."""

    portal: LivePortal
    id: str
    coordinator: Person
    ada: Person
    grace: Person
    client: Person

    def path(self, tail: str = "") -> str:
        return f"reader-studies/{self.id}{tail}"


def image(number: int, seed: str) -> bytes:
    return to_bytes(ct_slice(seed=f"journey-{seed}-{number}"))


@pytest.fixture(scope="module")
def root(live_portal: LivePortal) -> Person:
    return administrator(live_portal)


@pytest.fixture(scope="module")
def coordinator(live_portal: LivePortal, root: Person) -> Person:
    return new_person(live_portal, root, "coordinator", creates=True)


@pytest.fixture(scope="module")
def ingest(coordinator: Person) -> dict[str, Any]:
    """Eight slices: five files, three in a zip; one file twice, one cut short, one that is no DICOM."""
    seed = uuid.uuid4().hex
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for number in (6, 7, 8):
            packed.writestr(f"folder/slice{number}.dcm", image(number, seed))
    files = [("files", (f"slice{number}.dcm", image(number, seed))) for number in (1, 2, 3, 4, 5)]
    files += [
        ("files", ("rest.zip", archive.getvalue())),
        ("files", ("again.dcm", image(1, seed))),
        ("files", ("cut.dcm", image(9, seed)[:-40])),
        ("files", ("notes.txt", b"no image at all")),
    ]
    started = coordinator.ask("POST", "ingest-jobs", files=files)
    assert started.status_code == 202, started.text
    job = coordinator.finished(f"ingest-jobs/{started.json()['id']}")
    uids = [ct_slice(seed=f"journey-{seed}-{number}").StudyInstanceUID for number in range(1, 9)]
    return {"job": job, "uids": uids}


@pytest.fixture(scope="module")
def draft(live_portal: LivePortal, root: Person, coordinator: Person, ingest: dict[str, Any]) -> Trial:
    ada, grace, client = (new_person(live_portal, root, name) for name in ("ada", "grace", "pipeline"))
    made = coordinator.send("POST", "reader-studies", {"name": "Nodules", "description": "A journey."})
    trial = Trial(live_portal, made["id"], coordinator, ada, grace, client)
    coordinator.send("PUT", trial.path("/label-schema"), {"questions": QUESTIONS})
    studies = {uid: coordinator.get(f"imaging-studies?search={uid}")["results"][0]["id"] for uid in ingest["uids"]}
    chosen = {"imaging_study_ids": [studies[uid] for uid in ingest["uids"]]}
    coordinator.send("PUT", trial.path("/cases"), chosen)
    roles = {coordinator: "COORDINATOR", ada: "READER", grace: "READER", client: "API_CLIENT"}
    members = [{"user_id": person.id, "role": role} for person, role in roles.items()]
    coordinator.send("PUT", trial.path("/members"), {"members": members})
    return trial


@pytest.fixture(scope="module")
def launched(draft: Trial) -> Trial:
    rows = "\n".join(f"{case},{truth}" for case, truth in TRUTH.items())
    answer = draft.coordinator.ask(
        "POST",
        draft.path("/reference-standard"),
        content=f"case,truth\n{rows}\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text
    draft.coordinator.send("POST", draft.path("/launch"), {"seed": "journey"})
    return draft


def payload(read: dict[str, Any], confidence: int, *, marked: bool = False) -> dict[str, Any]:
    series = read["case"]["imaging_study"]["series"][0]["series_instance_uid"]
    geometry = {
        "kind": "POINT",
        "points_mm": [[-9.5, -19.0, 1.0]],
        "frame_of_reference_uid": None,
        "sop_instance_uid": read["sop_instance_uid"],
        "series_instance_uid": series,
        "frame_number": 1,
    }
    finding = {
        "id": str(uuid.uuid4()),
        "question": "nodules",
        "code": NODULE,
        "confidence": confidence,
        "answers": {},
        "marks": [{"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {}}],
    }
    return {
        "version": 3,
        "answers": {"nodule_present": confidence >= POSITIVE_FROM, "confidence": confidence},
        "findings": [finding] if marked else [],
        "ai_decisions": [],
    }


def opened(person: Person, assignment_id: str) -> dict[str, Any]:
    """Open a case and look up its one image as the viewer does."""
    read = person.send("POST", f"assignments/{assignment_id}/open")
    study = read["case"]["imaging_study"]
    series = study["series"][0]["series_instance_uid"]
    path = f"/dicomweb/studies/{study['study_instance_uid']}/series/{series}"
    (metadata,) = person.http.get(f"{path}/metadata").raise_for_status().json()
    sop = metadata["00080018"]["Value"][0]
    frame = person.http.get(f"{path}/instances/{sop}/frames/1", headers={"Accept": "application/octet-stream"})
    assert frame.status_code == 200, frame.text
    assert len(frame.content) == 6 * 8 * 2
    return {**read, "sop_instance_uid": sop}


def save(base: int, content: dict[str, Any]) -> dict[str, Any]:
    return {"base_revision": base, "idempotency_key": str(uuid.uuid4()), "payload": content}


def read_all(person: Person, trial: Trial, confidences: dict[str, int]) -> list[str]:
    """Read the cases in the portal's order; sign those that have a confidence. Returns the order of the names."""
    names = []
    for assignment in person.get(trial.path("/assignments")):
        names.append(assignment["case_name"])
        if assignment["state"] == "SIGNED":
            continue
        read = opened(person, assignment["id"])
        if assignment["case_name"] in confidences:
            content = payload(read, confidences[assignment["case_name"]], marked=True)
            person.send("POST", f"reads/{read['id']}/sign", signature(save(0, content)))
    return names


@pytest.fixture(scope="module")
def signed(launched: Trial) -> Trial:
    orders = [read_all(launched.ada, launched, ADA), read_all(launched.grace, launched, GRACE)]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(TRUTH)
    assert orders[0] != orders[1]
    return launched


@pytest.fixture(scope="module")
def analysis(signed: Trial) -> dict[str, Any]:
    early = signed.coordinator.ask("POST", signed.path("/analysis-runs"), json={})
    assert (early.status_code, early.json()["code"]) == (409, "reference_standard_not_locked")
    signed.coordinator.send("POST", signed.path("/reference-standards/1/lock"), {"password": PASSWORD})
    started = signed.coordinator.send("POST", signed.path("/analysis-runs"), {"confidence_level": 0.95})
    run = signed.coordinator.finished(f"analysis-runs/{started['id']}")
    assert run["state"] == "SUCCEEDED", run
    return {**run, "result": signed.coordinator.get(f"analysis-runs/{run['id']}/result")}


def test_files_are_taken_in_and_the_unusable_are_named(ingest: dict[str, Any], coordinator: Person) -> None:
    job = ingest["job"]
    assert job["state"] == "SUCCEEDED", job
    assert job["counts"] == {"new": 8, "present": 1, "refused": 2}
    assert {refused["name"].split("/")[-1] for refused in job["refused"]} == {"cut.dcm", "notes.txt"}
    assert all(refused["reason"] and "Traceback" not in refused["reason"] for refused in job["refused"])


def test_a_truth_file_with_errors_names_every_row(draft: Trial) -> None:
    if draft.coordinator.get(draft.path())["state"] != "DRAFT":
        pytest.skip("the reader study has already been launched by a later step")
    answer = draft.coordinator.ask(
        "POST",
        draft.path("/reference-standard"),
        files={"file": ("truth.csv", b"case,truth\nCase 001,1\nCase 002,7\nCase 099,0\n")},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_csv")
    assert [(error["row"], error["field"]) for error in answer.json()["errors"]] == [(3, "truth"), (4, "case")]
    assert draft.coordinator.ask("GET", draft.path("/reference-standard")).status_code == 204
    check = draft.coordinator.get(draft.path("/launch-check"))
    assert {item["code"]: item["ok"] for item in check["items"]}["reference_standard"] is False


def test_a_draft_survives_a_reload_and_a_stale_save_is_refused(launched: Trial) -> None:
    ada = launched.ada
    first = ada.get(launched.path("/next"))["assignment_id"]
    read = opened(ada, first)
    content = payload(read, 42)
    stored = ada.send("PUT", f"reads/{read['id']}/draft", save(read["revision_number"], content))
    again = Person(launched.portal.url, ada.username).get(f"reads/{read['id']}")
    assert (again["payload"], again["revision_number"]) == (content, stored["revision_number"])

    stale = ada.ask("PUT", f"reads/{read['id']}/draft", json=save(0, payload(read, 43)))
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    assert stale.json()["current_payload"] == content
    # Back to where the later steps begin: an unsigned read of this case at the newest revision.
    confidence = ADA[read["case"]["name"]]
    ada.send(
        "POST",
        f"reads/{read['id']}/sign",
        signature(save(stored["revision_number"], payload(read, confidence, marked=True))),
    )
    frozen = ada.ask("PUT", f"reads/{read['id']}/draft", json=save(2, content))
    assert (frozen.status_code, frozen.json()["code"]) == (409, "wrong_state")


def test_labels_come_out_page_by_page_and_nothing_twice(signed: Trial) -> None:
    headers = {"Authorization": f"Bearer {signed.client.token()}"}
    url = f"{signed.portal.url}/api/v1/{signed.path('/labels')}?page_size=4"
    rows: list[dict[str, Any]] = []
    pages = 0
    while url:
        page = httpx.get(url, headers=headers, trust_env=False).raise_for_status().json()
        rows, url, pages = rows + page["results"], page["next"], pages + 1
    assert pages == 4
    assert len({row["read_id"] for row in rows}) == len(rows) == len(ADA) + len(GRACE)
    found = {(row["reader"], row["case"]): row["answers"]["confidence"] for row in rows}
    expected = {(signed.ada.username, case): value for case, value in ADA.items()}
    expected |= {(signed.grace.username, case): value for case, value in GRACE.items()}
    assert found == expected
    assert [row["updated_at"] for row in rows] == sorted(row["updated_at"] for row in rows)

    since = rows[-3]["updated_at"]
    later = httpx.get(
        f"{signed.portal.url}/api/v1/{signed.path('/labels')}", params={"updated_since": since}, headers=headers
    )
    assert [row["read_id"] for row in later.json()["results"]] == [row["read_id"] for row in rows[-3:]]


def test_labels_as_csv_say_the_same(signed: Trial) -> None:
    answer = signed.coordinator.ask("GET", signed.path("/labels?format=csv&page_size=1000"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == len(ADA) + len(GRACE)
    own = [row for row in rows if row["reader"] == signed.ada.username]
    by_ada = {row["case"]: (row["answer.nodule_present"], row["answer.confidence"]) for row in own}
    assert by_ada == {case: (str(int(value >= POSITIVE_FROM)), str(value)) for case, value in ADA.items()}
    assert {row["number_of_findings"] for row in rows} == {"1"}


def test_a_reader_gets_only_the_own_labels(signed: Trial) -> None:
    rows = signed.grace.get(signed.path("/labels"))["results"]
    assert {row["reader"] for row in rows} == {signed.grace.username}
    assert len(rows) == len(GRACE)


def test_the_example_client_pulls_what_is_new(signed: Trial, tmp_path: Path) -> None:
    """docs/examples/pull_labels.py as it stands: first everything, then nothing twice."""
    example, target = REPOSITORY / "docs" / "examples" / "pull_labels.py", tmp_path / "labels.json"
    assert len([line for line in example.read_text().splitlines() if line.strip()]) <= 20
    command = [sys.executable, str(example), signed.portal.url, signed.id, str(target)]
    environment = {"PATH": os.environ["PATH"], "OVERREAD_TOKEN": signed.client.token(), "no_proxy": "*"}
    contents = []
    for _ in range(2):
        subprocess.run(command, env=environment, check=True, timeout=60)
        contents.append(target.read_text())
    assert contents[0] == contents[1]
    assert contents[0].count('"read_id"') == len(ADA) + len(GRACE)


def participant(analysis: dict[str, Any], person: Person) -> dict[str, Any]:
    return next(row for row in analysis["result"]["participants"] if row["key"] == f"reader:{person.id}")


@pytest.mark.parametrize(
    ("reader", "counts", "sensitivity", "specificity"),
    [
        ("ada", {"tp": 4, "fn": 1, "tn": 2, "fp": 1}, (4, 5), (2, 3)),
        ("grace", {"tp": 2, "fn": 1, "tn": 2, "fp": 0}, (2, 3), (2, 2)),
    ],
)
def test_sensitivity_and_specificity_are_those_of_a_hand_count(
    signed: Trial,
    analysis: dict[str, Any],
    reader: str,
    counts: dict[str, int],
    sensitivity: tuple[int, int],
    specificity: tuple[int, int],
) -> None:
    binary = participant(analysis, getattr(signed, reader))["binary"]
    assert binary["counts"] == counts
    for name, (successes, n) in {"sensitivity": sensitivity, "specificity": specificity}.items():
        estimate = binary["estimates"][name]
        low, high = wilson(successes, n)
        assert estimate["n"] == n
        assert estimate["level"] == 0.95
        assert estimate["value"] == pytest.approx(successes / n, abs=1e-9)
        assert (estimate["low"], estimate["high"]) == pytest.approx((low, high), abs=1e-9)


def test_the_area_under_the_curve_is_that_of_counted_pairs(signed: Trial, analysis: dict[str, Any]) -> None:
    """Mann-Whitney: the share of (diseased, healthy) pairs that Ada rates in the right order."""
    pairs = [(ADA[d], ADA[h]) for d in TRUTH if TRUTH[d] for h in TRUTH if not TRUTH[h]]
    share = sum((d > h) + (d == h) / 2 for d, h in pairs) / len(pairs)
    assert participant(analysis, signed.ada)["roc"]["estimates"]["auc"]["value"] == pytest.approx(share, abs=1e-9)


def test_what_was_left_out_is_counted_and_named(signed: Trial, analysis: dict[str, Any]) -> None:
    counts = analysis["result"]["counts"]
    assert (counts["cases"], counts["positives"], counts["negatives"]) == (8, 5, 3)
    assert (counts["reads_assigned"], counts["reads_signed"], counts["reads_simulated"]) == (16, 13, 0)
    unsigned = [row for row in analysis["result"]["exclusions"] if row["reason"] == "unsigned"]
    assert [(row["participant"], row["n"], sorted(row["cases"])) for row in unsigned] == [
        (f"reader:{signed.grace.id}", 3, ["Case 004", "Case 005", "Case 008"])
    ]


def test_the_same_snapshot_gives_the_same_bytes(signed: Trial, analysis: dict[str, Any], tmp_path: Path) -> None:
    """Computed again from a download, without the web; a second run has one look more in its snapshot, and no more."""
    stored = signed.coordinator.ask("GET", f"analysis-runs/{analysis['id']}/snapshot").content
    (tmp_path / "snapshot.json").write_bytes(stored)
    out = tmp_path / "out"
    signed.portal.manage("analyse", "--snapshot", str(tmp_path / "snapshot.json"), "--out", str(out))
    result = signed.coordinator.ask("GET", f"analysis-runs/{analysis['id']}/result").content
    assert (out / "result.json").read_bytes() == result
    again = signed.coordinator.send("POST", signed.path("/analysis-runs"), {"confidence_level": 0.95})
    run = signed.coordinator.finished(f"analysis-runs/{again['id']}")
    first, second = (signed.coordinator.get(f"analysis-runs/{one}/snapshot") for one in (analysis["id"], run["id"]))
    assert [len(one.pop("looks")["before"]) for one in (first, second)] == [0, 1]
    assert first == second


def test_the_figures_of_the_report_are_there(signed: Trial, analysis: dict[str, Any]) -> None:
    for name in ("measures", "roc-curves", "comparisons", "calibration", "exclusions"):
        answer = signed.coordinator.ask("GET", f"analysis-runs/{analysis['id']}/figures/{name}.csv")
        assert answer.status_code == 200, f"{name}: {answer.text}"
        assert len(answer.text.splitlines()) >= 1


def test_the_audit_trail_of_all_this_is_whole(signed: Trial, analysis: dict[str, Any]) -> None:
    assert "every chain is whole" in signed.portal.manage("verify_audit")

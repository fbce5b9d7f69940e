"""`manage.py demo` against the whole portal: complete, true, and nothing to do the second time."""

import json
import stat
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from sklearn.metrics import roc_auc_score

from portal.demo.model import AI_MODEL_NAME
from portal.demo.phantoms.catalogue import reading_cases
from portal.demo.phantoms.dicom import study_instance_uid

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(1500)]

MAIN = "Demo: nodules on synthetic chest CT"


@pytest.fixture(scope="module")
def demo(live_portal):
    """The portal with its demo."""
    live_portal.manage("demo", seconds=1400)
    return live_portal


@pytest.fixture(scope="module")
def accounts(demo):
    """The demo's accounts by username."""
    path = Path(demo.environment["OVERREAD_VAR"]) / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = json.loads(path.read_text())
    assert all(set(row) == {"username", "password", "role", "token"} for row in rows)
    return {row["username"]: row for row in rows}


@pytest.fixture(scope="module")
def ask(demo, accounts):
    """Ask the API as one of the demo's accounts."""

    def get(username, path, **parameters):
        headers = {"Authorization": f"Bearer {accounts[username]['token']}"}
        return httpx.get(f"{demo.url}/api/v1/{path}", params=parameters, headers=headers, timeout=60)

    return get


@pytest.fixture(scope="module")
def main_study(ask):
    (row,) = [row for row in ask("coordinator", "reader-studies").json()["results"] if row["name"] == MAIN]
    return row


def test_every_role_has_an_account(accounts):
    roles = sorted(row["role"] for row in accounts.values())
    assert roles == ["API_CLIENT", "COORDINATOR", *["READER"] * 4, "SITE_ADMINISTRATOR"]
    assert len({row["password"] for row in accounts.values()}) == len(accounts)


def test_half_of_the_reads_are_signed(main_study):
    assert main_study["state"] == "OPEN"
    assert main_study["number_of_cases"] == 64
    assert (main_study["number_of_assignments"], main_study["number_signed"]) == (256, 128)


def test_signed_reads_say_that_they_are_simulated(ask, main_study):
    rows = ask("api-client", f"reader-studies/{main_study['id']}/labels", page_size=1000).json()["results"]
    assert len(rows) == 128
    assert {row["provenance"] for row in rows} == {"SIMULATED"}


def test_the_model_is_good_but_not_perfect(ask):
    """The area under the ROC curve over the reading cases, counted by scikit-learn from what the API gives out."""
    # The portal is shared with other tests, which leave models of their own in it.
    versions = ask("coordinator", "model-versions", page_size=1000).json()["results"]
    (version,) = [row for row in versions if row["ai_model"]["name"] == AI_MODEL_NAME]
    assert (version["runnable"], version["number_of_predictions"]) == (True, 64)
    rows = ask("coordinator", f"model-versions/{version['id']}/predictions", page_size=1000).json()["results"]
    assert {row["source"] for row in rows} == {"COMPUTED"}
    assert {row["weights_digest"] for row in rows} == {version["weights_digest"]}
    truth = {str(study_instance_uid(case.name)): case.nodules > 0 for case in reading_cases()}
    area = roc_auc_score([truth[row["imaging_study_uid"]] for row in rows], [row["score"] for row in rows])
    assert 0.8 <= area <= 0.97


def test_the_analysis_is_there(ask, main_study):
    (run,) = ask("coordinator", f"reader-studies/{main_study['id']}/analysis-runs").json()["results"]
    assert run["state"] == "SUCCEEDED"
    assert ask("coordinator", f"analysis-runs/{run['id']}/result").status_code == 200


def test_the_model_is_watched_for_drift(ask):
    versions = ask("coordinator", "model-versions", page_size=1000).json()["results"]
    (version,) = [row for row in versions if row["ai_model"]["name"] == AI_MODEL_NAME]
    drift = ask("coordinator", f"model-versions/{version['id']}/drift").json()
    assert (drift["watch"]["is_on"], drift["rule"]["reference_cases"]) == (True, 34)


def test_a_reader_has_the_other_half_to_read(ask, main_study):
    following = ask("reader1", f"reader-studies/{main_study['id']}/next").json()
    assert following["assignment_id"]


def test_real_images_and_a_draft_are_there_too(ask):
    # The portal is shared with other tests, which leave imaging studies of their own in it.
    made = [row for row in ask("coordinator", "reader-studies").json()["results"] if row["is_demo"]]
    assert sorted(row["state"] for row in made) == ["DRAFT", "OPEN", "OPEN"]
    real = next(row for row in made if "real images" in row["name"])
    cases = ask("coordinator", f"reader-studies/{real['id']}/cases").json()
    assert sorted(case["imaging_study"]["is_synthetic"] for case in cases) == [False, False, True]
    synthetic = ask("coordinator", "imaging-studies", page_size=1000, search="SYNTHETIC phantom").json()["results"]
    assert len(synthetic) >= 64
    assert all(row["is_synthetic"] for row in synthetic)


def test_a_second_demo_does_nothing_and_says_so(demo):
    def counts():
        tables = ["imaging_instance", "inference_prediction", "annotations_revision", "accounts_user"]
        with psycopg.connect(demo.environment["DATABASE_URL"]) as connection:
            return [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]

    before, started = counts(), time.monotonic()
    printed = demo.manage("demo", seconds=300)
    assert "nothing was done" in printed
    assert counts() == before
    assert time.monotonic() - started < 120

"""Webhooks of a running portal, as a coordinator meets them over HTTP; and a worker that is killed in between."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from docs.examples.verify_webhook import is_genuine
from tests.browserless import Person, administrator, new_person
from tests.faults.conftest import Trial, kill
from tests.services import LivePortal
from tests.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.fault


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture(scope="module")
def root(live_portal: LivePortal) -> Person:
    return administrator(live_portal)


@pytest.fixture(scope="module")
def coordinator(live_portal: LivePortal, root: Person) -> Person:
    return new_person(live_portal, root, "coordinator", creates=True)


def registered(person: Person, receiver: Receiver, path: str = "webhooks", **changes: Any) -> tuple[str, str]:
    content = {"url": receiver.url, "events": ["read.signed"], "description": "registry", **changes}
    made = person.send("POST", path, content)
    return f"{path}/{made['id']}", made["secret"]


def pinged(person: Person, path: str, state: str = "DELIVERED") -> dict[str, Any]:
    """Send a test event and wait for what becomes of it."""
    delivery = person.send("POST", f"{path}/ping")

    def own(log: Any) -> dict[str, Any]:
        return next(row for row in log["results"] if row["id"] == delivery["id"])

    return own(person.until(f"{path}/deliveries", lambda log: own(log)["state"] == state))


def test_a_coordinator_registers_pings_and_reads_the_log(coordinator: Person, receiver: Receiver) -> None:
    study = coordinator.send("POST", "reader-studies", {"name": f"Told {uuid.uuid4()}"})["id"]
    path, secret = registered(coordinator, receiver, f"reader-studies/{study}/webhooks")
    row = pinged(coordinator, path)
    assert (row["event"], row["attempts"], row["response_status"], row["error_code"]) == ("webhook.ping", 1, 204, "")
    (came,) = receiver.received
    assert json.loads(came.body) == row["payload"]
    assert is_genuine(
        came.headers["overread-signature"], came.body, secret, int(came.headers["overread-signature"][2:12])
    )
    (listed,) = coordinator.get(f"reader-studies/{study}/webhooks")
    assert secret not in json.dumps(listed)
    assert (listed["number_pending"], listed["number_failed"], listed["is_active"]) == (0, 0, True)


def test_the_secret_can_be_renewed_and_a_webhook_switched_off_and_deleted(root: Person, receiver: Receiver) -> None:
    path, secret = registered(root, receiver)
    renewed = root.send("POST", f"{path}/secret")["secret"]
    assert renewed != secret
    pinged(root, path)
    (came,) = receiver.received
    stamp = int(came.headers["overread-signature"][2:12])
    assert is_genuine(came.headers["overread-signature"], came.body, renewed, stamp)
    assert not is_genuine(came.headers["overread-signature"], came.body, secret, stamp)
    off = root.send("PATCH", path, {"is_active": False})
    assert (off["is_active"], off["disabled_reason"]) == (False, "BY_HAND")
    refused = root.ask("POST", f"{path}/ping", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
    root.send("DELETE", path)
    assert root.ask("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://169.254.169.254/latest/meta-data", "address_refused"),
        ("https://10.0.0.1/", "address_refused"),
        ("https://host.invalid/", "host_unknown"),
        ("file:///etc/passwd", "url_invalid"),
    ],
)
def test_an_address_inside_is_refused_with_its_field(root: Person, url: str, code: str) -> None:
    answer = root.ask("POST", "webhooks", json={"url": url, "events": ["read.signed"]})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"][0]["field"] == "url"


def test_a_worker_killed_while_it_sends_costs_a_repeat_at_most(
    trial: Trial, revive: Callable[[], None], root: Person, receiver: Receiver
) -> None:
    """The receiver has the event and keeps still; the worker dies; another sends the same again."""
    path, _ = registered(root, receiver)
    receiver.answers.append(60.0)
    delivery = root.send("POST", f"{path}/ping")
    receiver.wait_for(1)
    kill(trial.portal, "worker")
    revive()

    def is_there(log: Any) -> bool:
        return log["results"][0]["state"] == "DELIVERED"

    row = root.until(f"{path}/deliveries", is_there, seconds=150)["results"][0]
    assert row["id"] == delivery["id"]
    assert row["attempts"] == len(receiver.received) >= 2
    assert {came.headers["overread-delivery"] for came in receiver.received} == {delivery["id"]}
    assert len({came.body for came in receiver.received}) == 1

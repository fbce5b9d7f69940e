"""A coordinator and the site administrator look after webhooks in Chromium."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from docs.examples.verify_webhook import is_genuine
from tests.browserless import Person, administrator
from tests.e2e.conftest import Stage, screenshots
from tests.webhooks.receiver import Receiver, receiving

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def test_a_coordinator_makes_a_webhook_tries_it_and_sees_what_failed(
    stage: Stage, signed_in: Callable[[Person], Page], receiver: Receiver
) -> None:
    study = stage.coordinator.send("POST", "reader-studies", {"name": f"Told {uuid.uuid4().hex[:6]}"})["id"]
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study}/webhooks")
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Address").fill("https://10.0.0.1/inside")
    page.get_by_label("What it is for").fill("registry")
    page.get_by_label("A read is signed").check()
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("private, local or reserved network")).to_be_visible()
    page.get_by_label("Address").fill(receiver.url)
    screenshots(page, "webhook-new")
    page.get_by_role("button", name="Make the webhook").click()
    secret = page.get_by_role("status").get_by_text("ovrwh_").inner_text()
    page.get_by_role("button", name="Done").click()

    card = page.get_by_role("article", name=receiver.url)
    card.get_by_role("button", name="Send a test").click()
    log = page.get_by_role("table", name=f"Deliveries to {receiver.url}")
    expect(log.get_by_text("Delivered")).to_be_visible()
    (came,) = receiver.wait_for(1)
    stamp = int(came.headers["overread-signature"][2:12])
    assert is_genuine(came.headers["overread-signature"], came.body, secret, stamp)

    receiver.answers.append(500)
    card.get_by_role("button", name="Send a test").click()
    expect(log.get_by_text("500, refused")).to_be_visible()
    expect(page.get_by_text("Failing since")).to_be_visible()
    log.get_by_role("button", name="Content").first.click()
    expect(page.get_by_text('"event": "webhook.ping"')).to_be_visible()
    page.keyboard.press("Escape")
    screenshots(page, "webhooks")

    card.get_by_role("button", name="Switch off").click()
    expect(card.get_by_text("Off", exact=True)).to_be_visible()
    expect(log.get_by_text("Given up")).to_be_visible()
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No webhook yet")).to_be_visible()


def test_the_site_has_webhooks_of_its_own(
    stage: Stage, signed_in: Callable[[Person], Page], receiver: Receiver
) -> None:
    root = administrator(stage.portal)
    page = signed_in(root)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Webhooks").click()
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_label("An ingest of images has ended").check()
    page.get_by_role("button", name="Make the webhook").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("article", name=receiver.url)).to_be_visible()

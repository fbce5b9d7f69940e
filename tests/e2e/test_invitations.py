"""From an invitation to the first case in Chromium: the coordinator invites, somebody without an account takes part."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo.phantoms import ruler
from tests.browserless import PASSWORD, Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, phantom_study_id, screenshots
from tests.reader_studies import SEEN, drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """Somebody at another machine, with nobody signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(SLOW_MS)
    yield context.new_page()
    context.close()


def test_from_an_invitation_to_the_first_case(
    stage: Stage, signed_in: Callable[[Person], Page], stranger: Page
) -> None:
    images = [phantom_study_id(stage.coordinator, ruler.NAME)]
    path = drafted(stage.coordinator, {}, name="By invitation", questions=[SEEN], imaging_study_ids=images)
    stage.coordinator.send("PUT", f"{path}/terms", {"text": "Keep the images to yourself."})
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/people")
    section = page.get_by_role("region", name="Invitations")
    # The portal of the tests has no mail server, and says so.
    expect(section).to_contain_text("Mail is not configured on this portal.")
    name = f"grace-{uuid.uuid4().hex[:6]}"
    section.get_by_label("E-mail addresses").fill(f"{name}@example.org\nlate@example.org")
    section.get_by_role("button", name="Invite 2 people").dblclick()
    link = section.get_by_label(f"Link for {name}@example.org")
    expect(link).to_be_visible()
    section.get_by_role("button", name="Revoke the invitation of late@example.org").click()
    row = section.get_by_role("row").filter(has_text="late@example.org")
    expect(row).to_contain_text("revoked")
    screenshots(page, "invitations")
    is_accessible(page)

    stranger.goto(link.input_value())
    expect(stranger.get_by_role("heading", name="By invitation")).to_be_visible()
    screenshots(stranger, "invitation")
    is_accessible(stranger)
    stranger.get_by_label("Username").fill(stage.reader.username)
    stranger.get_by_label("Password", exact=False).first.fill(PASSWORD)
    stranger.get_by_role("button", name="Make the account").click()
    expect(stranger.get_by_role("alert")).to_contain_text("username already exists")
    stranger.get_by_label("Username").fill(name)
    stranger.get_by_role("button", name="Make the account").click()
    expect(stranger.get_by_role("status")).to_contain_text("You take part")
    screenshots(stranger, "invitation-accepted")

    expect(section.get_by_role("row").filter(has_text=f"{name}@")).to_contain_text("accepted")
    expect(page.get_by_role("table", name="Members")).to_contain_text(name)
    stage.coordinator.send("POST", f"{path}/launch")
    stranger.get_by_role("link", name="Go to the worklist").click()
    stranger.get_by_role("button", name="Accept").click()
    stranger.get_by_role("link", name="Open case").first.click()
    image_is_drawn(stranger)
    page.reload()
    reminders = page.get_by_role("region", name="Reminders")
    expect(reminders).to_contain_text("No reminders are sent")
    expect(reminders.get_by_role("row").filter(has_text=name)).to_contain_text("1")
    screenshots(page, "reminders")
    is_accessible(page)

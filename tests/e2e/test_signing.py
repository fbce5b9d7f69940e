"""A read is signed with the password, reopened with a reason, signed again; its history and the trail tell of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import sign
from tests.browserless import Person
from tests.e2e.conftest import SLOW_MS, Stage, screenshots
from tests.e2e.marking import make_block
from tests.e2e.viewing import Case, case_of, open_to_read, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def saved(page: Page, state: str = "saved") -> None:
    expect(page.locator(f'[data-save="{state}"]')).to_be_visible(timeout=SLOW_MS)


def as_person(context: BrowserContext, signed_in: Callable[[Person], Page], person: Person) -> Page:
    """A page of somebody else in the same browser."""
    context.clear_cookies()
    return signed_in(person)


def sign_with_a_slip(page: Page, stage: Stage, case: Case) -> None:
    """Read, mistype the password, and sign."""
    open_to_read(page, case)
    page.keyboard.press("Shift+Digit4")
    saved(page)
    page.keyboard.press("Control+Enter")
    field = page.get_by_label("Password to sign")
    expect(field).to_be_focused()
    screenshots(page, "sign")
    sign(page, "this is not the password")
    expect(page.get_by_text("The password is not right. Nothing was signed")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    screenshots(page, "sign-wrong-password")
    page.reload()
    saved(page)
    open_to_read(page, case)
    sign(page)
    saved(page, "signed")


def test_signed_reopened_and_signed_again(
    stage: Stage, signed_in: Callable[[Person], Page], context: BrowserContext
) -> None:
    case = case_of(stage, series_of("signing", make_block(), 1))
    reader_page = signed_in(stage.spare)
    sign_with_a_slip(reader_page, stage, case)
    assignment = case.url.rpartition("/")[2]
    read = stage.spare.send("POST", f"assignments/{assignment}/open", {})
    study = read["reader_study"]["id"]

    page = as_person(context, signed_in, stage.coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study}/progress")
    page.get_by_role("table", name="Progress of each reader").get_by_role("link").first.click()
    screenshots(page, "reads")
    page.get_by_role("link", name="History").click()
    revisions = page.get_by_role("table", name="Revisions")
    expect(revisions).to_contain_text("Signed by")
    expect(revisions).to_contain_text("I have read this case and these are my findings.")
    expect(revisions).to_contain_text("How well seen? well (4)")
    page.get_by_label("Reason").fill("Look at the lower lobe again.")
    page.get_by_role("button", name="Reopen the read").click()
    expect(revisions).to_contain_text("Look at the lower lobe again.")
    screenshots(page, "history")

    page = as_person(context, signed_in, stage.spare)
    open_to_read(page, case)
    expect(page.get_by_role("status").filter(has_text="Look at the lower lobe again.")).to_be_visible()
    expect(page.get_by_label("Meaning of the signature")).to_have_value("CORRECTION")
    screenshots(page, "reopened")
    page.keyboard.press("Shift+Digit2")
    saved(page)
    sign(page)
    saved(page, "signed")

    page = as_person(context, signed_in, stage.coordinator)
    page.goto(f"{stage.portal.url}/reads/{read['id']}/history")
    expect(page.get_by_role("table", name="Revisions")).to_contain_text("well (4) → hardly (2)")
    expect(page.get_by_test_id("difference")).to_contain_text("hardly (2)")
    _trail_is_whole(page, stage, study)


def _trail_is_whole(page: Page, stage: Stage, study: str) -> None:
    page.goto(f"{stage.portal.url}/reader-studies/{study}/audit")
    events = page.get_by_role("table", name="Events")
    expect(events).to_contain_text("Read reopened")
    expect(page.get_by_text("Not verified yet.")).to_be_visible()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_test_id("audit-whole")).to_contain_text("events up to", timeout=SLOW_MS)
    screenshots(page, "audit-trail")
    page.get_by_label("Action").select_option(label="Read signed")
    expect(events.locator("tbody tr")).to_have_count(2)
    screenshots(page, "audit-filtered")
    answer = stage.coordinator.http.get(f"/api/v1/reader-studies/{study}/audit/export")
    assert answer.text.splitlines()[-1].startswith('{"digest"')

"""The site administrator makes a program's account and lets it post predictions, in Chromium."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import PASSWORD, Person, administrator
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_programs_account_is_made_and_may_post_predictions(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    root = administrator(stage.portal)
    page = signed_in(root)
    page.goto(f"{stage.portal.url}/people")
    page.get_by_role("button", name="New account").click()
    username = f"pipeline-{uuid.uuid4().hex[:6]}"
    page.get_by_role("textbox", name="Account").fill(username)
    page.get_by_role("textbox", name="First password").fill(PASSWORD)
    page.get_by_label("A program, not a person").check()
    screenshots(page, "person-new")
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Search people").fill(username)
    row = page.get_by_role("table", name="People").get_by_role("row").filter(has_text=username)
    expect(row.get_by_text("program")).to_be_visible()

    upload_code_lists(page, stage.portal.url)
    model = root.send("POST", "ai-models", {"name": f"Posted {username}"})["id"]
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    page.get_by_role("combobox", name="Accounts").or_(page.get_by_label("Accounts")).first.fill(username)
    page.get_by_role("option", name=username).click()
    page.keyboard.press("Escape")
    screenshots(page, "ai-model-posters")
    with page.expect_response(lambda answer: answer.url.endswith("/posters") and answer.request.method == "PUT"):
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert [poster["username"] for poster in root.get(f"ai-models/{model}/posters")] == [username]


def upload_code_lists(page: Page, url: str) -> None:
    """A list of codes for the whole site: the faulty row is named, the right file is stored, and taken away again."""
    page.goto(f"{url}/code-lists")
    name = f"codes-{uuid.uuid4().hex[:6]}.csv"
    good = "scheme,value,meaning\nRADLEX,RID3875,nodule\n"
    for content in (good + "RADLEX,,mass\n", good):
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Upload a list").click()
        chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
        if content != good:
            expect(page.get_by_text("Row 3: value: value has 1 to 100 characters.")).to_be_visible()
            screenshots(page, "code-lists-fault")
    expect(page.get_by_role("status").filter(has_text="was stored with 1 codes")).to_be_visible()
    is_accessible(page)
    page.get_by_role("button", name=f"Remove the list {name}").click()
    expect(page.get_by_role("button", name=f"Keep {name}")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Remove the list {name}").click()
    screenshots(page, "code-lists-removing")
    page.get_by_role("button", name=f"Yes, remove {name}").click()
    expect(page.get_by_text(f"{name}: 1 codes")).to_have_count(0)
    expect(page.get_by_role("button", name=f"Remove the list {name}")).to_have_count(0)

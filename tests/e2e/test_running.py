"""A running reader study in Chromium: days of readers, who is late, withdrawals, and what the worklist says of them."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo.phantoms import ruler
from tests.browserless import Person, signature
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, phantom_study_id, screenshots, sign_in
from tests.reader_studies import SEEN, drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def running(stage: Stage) -> str:
    """A launched reader study of two readers and two cases; returns its path."""
    coordinator = stage.coordinator
    path = drafted(
        coordinator,
        {stage.spare: "READER", stage.second_reader: "READER"},
        name=f"Running {uuid.uuid4().hex[:6]}",
        questions=[SEEN],
        imaging_study_ids=[phantom_study_id(coordinator, name) for name in (ruler.NAME, stage.phantom.name)],
    )
    coordinator.send("POST", f"{path}/launch")
    return path


def signed(person: Person, path: str, position: int) -> str:
    """Read and sign one case through the API; returns the read's id."""
    own = person.get(f"{path}/assignments")
    read: str = person.send("POST", f"assignments/{own[position - 1]['id']}/open")["id"]
    content = {"version": 2, "answers": {"seen": True}, "findings": [], "ai_decisions": []}
    sent = signature({"base_revision": 0, "idempotency_key": str(uuid.uuid4()), "payload": content})
    person.send("POST", f"reads/{read}/sign", sent)
    return read


@pytest.fixture
def in_berlin(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A reader in another zone than the server's, in a browser of their own."""
    context = browser.new_context(timezone_id="Europe/Berlin", locale="en-GB", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SLOW_MS)
    page = context.new_page()
    sign_in(page, stage.portal.url, stage.spare.username)
    yield page
    context.close()


def test_readers_get_their_days_and_are_withdrawn_with_a_reason(
    stage: Stage, signed_in: Callable[[Person], Page], in_berlin: Page
) -> None:
    path = running(stage)
    signed(stage.second_reader, path, 1)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/people")
    readers = page.get_by_role("table", name="Readers and their days")
    today = datetime.now(UTC).date()
    last = readers.get_by_label("Last day of spare")
    expect(last).to_be_disabled()
    page.get_by_label("Reason for changing days").fill("Agreed with the reader")
    last.fill(str(today + timedelta(days=3)))
    last.press("Enter")
    expect(readers.get_by_role("row").filter(has_text="spare")).to_contain_text("due ")
    expect(readers.get_by_role("row").filter(has_text="second")).to_contain_text("1 of 2")
    first = readers.get_by_label("First day of spare")
    first.fill(str(today + timedelta(days=5)))
    first.press("Enter")
    expect(page.get_by_text("The last day is on or after the first.").first).to_be_visible()
    screenshots(page, "readers-refused")
    assert stage.coordinator.get(f"{path}/reader-dates")[0]["starts_on"] is None

    worklist = f"{stage.portal.url}/?reader-study={path.partition('/')[2]}"
    in_berlin.goto(worklist)
    # The day is over at midnight in Greenwich, which in Berlin is 01:00, in summer 02:00.
    expect(in_berlin.get_by_text("2 to go, until")).to_contain_text(":00 ")
    expect(in_berlin.get_by_text("2 to go, until")).not_to_contain_text("UTC")
    screenshots(in_berlin, "worklist-with-a-last-day")

    stage.coordinator.send(
        "PUT",
        f"{path}/reader-dates",
        {"reader_id": stage.spare.id, "starts_on": None, "ends_on": str(today - timedelta(days=1)), "reason": "Over"},
    )
    page.reload()
    expect(readers.get_by_role("row").filter(has_text="spare")).to_contain_text("overdue since")
    in_berlin.reload()
    expect(in_berlin.get_by_text("Your reading ended")).to_be_visible()
    expect(in_berlin.get_by_role("link", name="Open case")).to_have_count(0)

    readers.get_by_role("button", name="Withdraw second").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The signed reads (1) are kept.")
    dialog.get_by_role("button", name="Withdraw the reader").click()
    expect(dialog).to_contain_text("Say why; the reason is kept")
    screenshots(page, "withdraw-a-reader")
    dialog.get_by_label("Reason").fill("Moved to another hospital")
    dialog.get_by_role("button", name="Withdraw the reader").click()
    withdrawn = page.get_by_role("table", name="Withdrawals").get_by_role("row").filter(has_text="second")
    expect(withdrawn).to_contain_text("Moved to another hospital")
    expect(readers.get_by_role("row").filter(has_text="second")).to_contain_text("withdrawn")
    screenshots(page, "readers-and-withdrawals")
    is_accessible(page)
    assert stage.second_reader.get(f"{path}/assignments") == []


def test_a_case_is_withdrawn_with_a_reason(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    path = running(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/cases")
    page.get_by_role("button", name="Withdraw Case 002").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The images are of another patient")
    dialog.get_by_role("button", name="Withdraw the case").dblclick()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("table", name="Withdrawals")).to_contain_text("The images are of another patient")
    expect(page.get_by_role("heading", name="2 cases, 1 of them withdrawn")).to_be_visible()
    expect(page.get_by_role("button", name="Withdraw Case 002")).to_have_count(0)
    screenshots(page, "withdrawn-case")
    assert [row["case_name"] for row in stage.spare.get(f"{path}/assignments")] == ["Case 001"]
    events = stage.coordinator.get(f"{path}/audit?action=case.withdraw")["results"]
    assert [event["detail"]["reason"] for event in events] == ["The images are of another patient"]


def test_a_reader_joins_late(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    path = running(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/people")
    # The list of people goes away with its field, which what loads above it can push out of the window.
    expect(page.get_by_role("table", name="Readers and their days")).to_be_visible()
    expect(page.get_by_text("the account has no address").first).to_be_visible()
    late = page.get_by_role("region", name="A reader joins late")
    late.get_by_label("Person").fill(stage.reader.username)
    page.get_by_role("option", name=stage.reader.username).click()
    add = late.get_by_role("button", name="Add the reader")
    expect(add).to_be_disabled()
    late.get_by_label("Reason").fill("A reader fell ill")
    screenshots(page, "late-reader")
    add.click()
    expect(page.get_by_role("table", name="Readers and their days")).to_contain_text("0 of 2")
    expect(late.get_by_label("Reason")).to_have_value("")
    is_accessible(page)
    assert len(stage.reader.get(f"{path}/assignments")) == 2
    page.goto(f"{stage.portal.url}/{path}/randomisation")
    expect(page.get_by_text("Joined after the launch, in this order")).to_contain_text(stage.reader.username)
    page.get_by_role("button", name="Draw again and compare").click()
    expect(page.get_by_text("Drawn again: the same lists")).to_be_visible()


def test_the_progress_page_follows_the_readers(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    path = running(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/progress")
    readers = page.get_by_role("table", name="Progress of each reader")
    spare = readers.get_by_role("row").filter(has_text="spare")
    expect(spare).to_contain_text("Fewer than 3 reads were signed in the last 14 days.")
    expect(spare).to_contain_text("no repeat signed")
    expect(spare.get_by_role("img", name="Nothing signed in 14 days")).to_be_visible()
    # Nobody touches the page: it asks again by itself.
    own = stage.spare.get(f"{path}/assignments")
    read = stage.spare.send("POST", f"assignments/{own[0]['id']}/open")["id"]
    stage.spare.send("POST", f"reads/{read}/editor", {"editor": "editor-of-the-test", "wish": "HOLD"})
    expect(spare).to_contain_text(f"reading {own[0]['case_name']} now", timeout=SLOW_MS)
    stage.spare.send("POST", f"reads/{read}/editor", {"editor": "editor-of-the-test", "wish": "RELEASE"})
    signed(stage.spare, path, 1)
    expect(page.get_by_role("heading", name="1 of 4 reads signed")).to_be_visible(timeout=SLOW_MS)
    expect(spare).not_to_contain_text("reading")
    expect(spare.get_by_role("progressbar", name="1 of 2 signed")).to_be_visible()
    screenshots(page, "progress-running")
    is_accessible(page)
    spare.get_by_role("link", name="spare").click()
    reads = page.get_by_role("table", name="Reads")
    expect(reads.get_by_role("row")).to_have_count(2)
    expect(reads).to_contain_text("signed")
    page.get_by_label("State").select_option("DRAFT")
    expect(page.get_by_text("Nobody has opened a case that fits.")).to_be_visible()
    page.get_by_label("State").select_option("SIGNED")
    expect(reads.get_by_role("row")).to_have_count(2)
    screenshots(page, "reads-of-a-reader")
    is_accessible(page)


def test_a_query_is_asked_answered_and_closed(
    stage: Stage, signed_in: Callable[[Person], Page], in_berlin: Page
) -> None:
    path = running(stage)
    read = signed(stage.spare, path, 1)
    own = stage.spare.get(f"{path}/assignments")
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/reads/{read}/history")
    page.get_by_label("About").select_option(label="Seen?")
    page.get_by_label("Ask the reader").fill("The ruler is broken in two.\nDid you see both parts?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("waits for the reader")).to_be_visible()
    expect(page.get_by_label("Ask the reader")).to_have_value("")
    screenshots(page, "query-asked")

    reader = in_berlin
    reader.goto(f"{stage.portal.url}/?reader-study={path.partition('/')[2]}")
    queries = reader.get_by_role("region", name="Queries")
    expect(queries).to_contain_text("Did you see both parts?")
    expect(queries).to_contain_text(f"Query about {own[0]['case_name']}")
    expect(queries).not_to_contain_text(stage.coordinator.username)
    screenshots(reader, "query-on-the-worklist")
    is_accessible(reader)
    reader.get_by_role("row").filter(has_text=own[0]["case_name"]).get_by_role("link").click()
    expect(queries).to_contain_text("Did you see both parts?")
    answer = queries.get_by_label("Answer to query 1")
    answer.fill("Both. ")
    # Keys of the reading room do nothing while somebody writes.
    answer.press_sequentially("nay, l e")
    answer.press("Enter")
    answer.press_sequentially("yes")
    expect(answer).to_have_value("Both. nay, l e\nyes")
    screenshots(reader, "query-in-the-read")
    is_accessible(reader)
    queries.get_by_role("button", name="Answer").click()
    expect(queries).to_contain_text("answered")
    expect(reader.locator('[data-save="signed"]')).to_be_visible()

    page.goto(f"{stage.portal.url}/{path}/progress")
    page.get_by_role("link", name="Queries: 0 open, 1 answered").click()
    card = page.get_by_role("article")
    expect(card).to_contain_text("nay, l e")
    screenshots(page, "queries")
    is_accessible(page)
    card.get_by_role("button", name="Close query 1").click()
    expect(card).to_contain_text("closed the query")
    card.get_by_role("button", name="Reopen query 1").click()
    expect(card).to_contain_text("waits for the reader")
    card.get_by_role("button", name="Close query 1").click()
    expect(card.get_by_role("button", name="Reopen query 1")).to_be_visible()
    reader.reload()
    expect(reader.locator('[data-save="signed"]')).to_be_visible()
    expect(queries).to_have_count(0)
    assert stage.spare.get(f"{path}/assignments")[0]["state"] == "SIGNED"


def test_terms_are_accepted_before_the_first_case(
    stage: Stage, signed_in: Callable[[Person], Page], in_berlin: Page
) -> None:
    path = running(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/people")
    page.get_by_role("textbox", name="Terms").fill("Do not keep copies of images.\n\nDo not speak about cases.")
    page.get_by_label("Reason for the new words").fill("The board asked for them")
    page.get_by_role("button", name="Store as version 1").click()
    expect(page.get_by_text("Version 1, stored")).to_be_visible()
    screenshots(page, "terms")
    is_accessible(page)

    reader = in_berlin
    reader.goto(f"{stage.portal.url}/?reader-study={path.partition('/')[2]}")
    terms = reader.get_by_role("region", name="Terms")
    words = terms.get_by_label("Terms of this reader study")
    expect(words).to_have_value("Do not keep copies of images.\n\nDo not speak about cases.")
    expect(reader.get_by_role("link", name="Open case")).to_have_count(0)
    screenshots(reader, "terms-on-the-worklist")
    is_accessible(reader)
    own = stage.spare.get(f"{path}/assignments")
    refused = stage.spare.ask("POST", f"assignments/{own[0]['id']}/open")
    assert (refused.status_code, refused.json()["code"]) == (409, "terms_not_accepted")
    # A version that came between loading and accepting is not accepted by it.
    stage.coordinator.send(
        "PUT", f"{path}/terms", {"text": "Do not keep copies, and do not speak.", "reason": "Shorter"}
    )
    terms.get_by_role("button", name="accept").click()
    expect(terms).to_contain_text("The terms have changed since you loaded them.")
    expect(words).to_have_value("Do not keep copies, and do not speak.")
    terms.get_by_role("button", name="accept").click()
    expect(terms).to_have_count(0)
    expect(reader.get_by_role("link", name="Open case")).to_be_visible()
    page.reload()
    readers = page.get_by_role("table", name="Readers and their days")
    expect(readers.get_by_role("row").filter(has_text="spare")).to_contain_text(str(datetime.now(UTC).year))
    screenshots(page, "terms-accepted")

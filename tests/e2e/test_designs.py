"""A crossover set up in Chromium, read in it over the washout's edge, and its drawing looked at."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo.phantoms import ruler
from tests.browser import sign
from tests.browserless import Person, signature
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, phantom_study_id, screenshots, sign_in
from tests.reader_studies import SEEN, drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def crossover_draft(stage: Stage) -> str:
    """A reader study of two cases and two readers that lacks its design; returns its path."""
    coordinator = stage.coordinator
    images = [phantom_study_id(coordinator, name) for name in (ruler.NAME, stage.phantom.name)]
    path = drafted(
        coordinator,
        {stage.spare: "READER", stage.second_reader: "READER"},
        name=f"Crossover {uuid.uuid4().hex[:6]}",
        questions=[SEEN],
        imaging_study_ids=images,
    )
    version = coordinator.get(stage.path(""))["ai_model_version"]["id"]
    coordinator.send("PATCH", path, {"ai_model_version_id": version})
    return path


@pytest.fixture
def at_work(browser: Browser, stage: Stage) -> Iterator[Page]:
    """The reader, in a browser of their own beside the coordinator's."""
    context = browser.new_context()
    context.set_default_timeout(SLOW_MS)
    page = context.new_page()
    sign_in(page, stage.portal.url, stage.spare.username)
    yield page
    context.close()


def test_a_crossover_is_designed_launched_and_its_second_session_waits(
    stage: Stage, signed_in: Callable[[Person], Page], at_work: Page
) -> None:
    path = crossover_draft(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/design")
    page.get_by_role("radio", name="Crossover").click()
    plan = page.get_by_role("table", name="Readers and sessions")
    expect(plan).to_contain_text("2 With AI")
    expect(page.get_by_text("2 cases × 2 readers × 2 sessions = 8 reads")).to_be_visible()
    washout = page.get_by_label("Washout before it, days")
    washout.fill("14")
    washout.press("Enter")
    expect(washout).to_have_value("14")
    matrix = page.get_by_role("table", name="Blinding matrix")
    date = matrix.get_by_label("Study date in arm A, while reading")
    date.focus()
    page.keyboard.press("Space")
    expect(date).to_be_checked()
    expect(matrix.get_by_label("Study date in arm A, once signed")).not_to_be_checked()
    expect(page.locator("[data-summary='A']")).to_contain_text("While reading: study date, priors.")
    expect(page.get_by_text("The arms differ in study date too")).to_be_visible()
    screenshots(page, "design")
    # What a crossover must hide cannot be shown: the refusal says so, and the switch goes back.
    past = matrix.get_by_label("Own past reads in arm A, once signed")
    past.click()
    expect(page.get_by_text("so their past reads are HIDDEN")).to_be_visible()
    expect(past).not_to_be_checked()
    screenshots(page, "design-refused")
    stored = stage.coordinator.get(f"{path}/design")
    assert [arm["ai_display"] for arm in stored["design"]["arms"]] == ["HIDDEN", "CONCURRENT"]
    assert stored["design"]["sessions"][1]["washout_days"] == 14
    assert stored["design"]["arms"][0]["blinding"]["dates"] == {"FIRST": "SHOWN", "SECOND": "SHOWN", "SIGNED": "HIDDEN"}

    page.goto(f"{stage.portal.url}/{path}")
    page.get_by_role("button", name="Launch", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("8 reads in all")
    dialog.get_by_role("button", name="Launch", exact=True).click()
    expect(page.get_by_text("Readers are at work")).to_be_visible()
    page.goto(f"{stage.portal.url}/{path}/randomisation")
    page.get_by_role("button", name="Draw again and compare").click()
    expect(page.get_by_text("Drawn again: the same lists")).to_be_visible()
    lists = page.get_by_role("table", name=re.compile("List of"))
    expect(lists.get_by_role("row")).to_have_count(5)
    screenshots(page, "randomisation")

    _read_first_session(stage, path)
    reader = at_work
    reader.goto(f"{stage.portal.url}/?reader-study={path.partition('/')[2]}")
    second = reader.locator("[data-session='2']")
    expect(second).to_contain_text("Session 2")
    expect(second).to_contain_text("The washout ends ")
    expect(reader.get_by_text("The washout ends ").first).to_be_visible()
    expect(reader.get_by_role("link", name="Case 001")).to_have_count(0)
    screenshots(reader, "worklist-sessions")

    page.goto(f"{stage.portal.url}/{path}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Nobody can open, save or sign a read until you resume")).to_be_visible()
    screenshots(page, "paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Readers are at work")).to_be_visible()


def _read_first_session(stage: Stage, path: str) -> None:
    own = stage.spare.get(f"{path}/assignments")
    for assignment in own:
        if assignment["session"] == 1:
            read = stage.spare.send("POST", f"assignments/{assignment['id']}/open")
            content = {"version": 3, "answers": {"seen": True}, "findings": [], "ai_decisions": []}
            key = str(uuid.uuid4())
            sent = signature({"base_revision": 0, "idempotency_key": key, "payload": content})
            stage.spare.send("POST", f"reads/{read['id']}/sign", sent)
    refused = stage.spare.ask("POST", f"assignments/{own[2]['id']}/open")
    assert (refused.status_code, refused.json()["code"]) == (409, "washout")
    assert refused.json()["opens_at"]


def test_a_training_case_shows_its_truth_after_signing(
    stage: Stage, signed_in: Callable[[Person], Page], at_work: Page
) -> None:
    coordinator, spare = stage.coordinator, stage.spare
    images = [phantom_study_id(coordinator, name) for name in (ruler.NAME, stage.phantom.name)]
    path = drafted(
        coordinator,
        {spare: "READER"},
        name=f"Trained {uuid.uuid4().hex[:6]}",
        questions=[SEEN],
        imaging_study_ids=images,
    )
    answer = coordinator.ask(
        "POST",
        f"{path}/reference-standard",
        content="case,truth\nCase 001,0\nCase 002,1\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text
    page = signed_in(coordinator)
    page.goto(f"{stage.portal.url}/{path}/design")
    page.get_by_role("combobox", name="Training cases").or_(page.get_by_label("Training cases")).first.click()
    page.get_by_role("option", name="Case 002").click()
    expect(page.get_by_role("table", name="Readers and sessions")).to_contain_text("1 training")
    page.goto(f"{stage.portal.url}/{path}")
    page.get_by_role("button", name="Launch", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Begin with a pilot").click()
    dialog.get_by_role("button", name="Launch", exact=True).click()
    expect(page.get_by_text("The pilot is running")).to_be_visible()

    reader = at_work
    reader.goto(f"{stage.portal.url}/?reader-study={path.partition('/')[2]}")
    row = reader.get_by_role("row", name=re.compile("Case 002"))
    expect(row).to_contain_text("training")
    row.get_by_role("link", name="Case 002").click()
    training = reader.get_by_test_id("training")
    expect(training).to_contain_text("Its truth is shown after signing.")
    image_is_drawn(reader)
    reader.keyboard.press("Escape")
    reader.keyboard.press("y")
    expect(reader.locator('[data-save="saved"]')).to_be_visible()
    sign(reader)
    expect(reader.locator('[data-save="signed"]')).to_be_visible()
    expect(training).to_contain_text("Truth: diseased")
    done = training.get_by_role("button", name="I am done with the training")
    expect(done).to_be_visible()
    screenshots(reader, "training-feedback")
    done.click()
    expect(done).to_have_count(0)
    reader.goto(f"{stage.portal.url}/?reader-study={path.partition('/')[2]}")
    expect(reader.get_by_text("Your training is done; the reading has not begun yet.")).to_be_visible()

    page.get_by_role("button", name="Begin the reading").click()
    expect(page.get_by_text("Readers are at work")).to_be_visible()
    following = spare.get(f"{path}/next")["assignment_id"]
    assert following is not None
    assert spare.send("POST", f"assignments/{following}/open")["is_training"] is False

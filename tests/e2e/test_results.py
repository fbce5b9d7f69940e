"""What a coordinator sees of a reader study that is being read. Each test goes on from the one before it."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import PASSWORD, Person, signature
from tests.e2e.axe import faults
from tests.e2e.conftest import SLOW_MS, Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def a_signed_read(stage: Stage) -> None:
    """The reader's first case, unless a test before these has signed it."""
    first = stage.reader.get(stage.path("/assignments"))[0]
    if first["state"] == "SIGNED":
        return
    read = stage.reader.send("POST", f"assignments/{first['id']}/open")
    answers = {"nodule_present": True, "suspicion": 4, "confidence": 55}
    content = {"version": 3, "answers": answers, "findings": [], "ai_decisions": []}
    save = {"base_revision": read["revision_number"], "idempotency_key": str(uuid.uuid4()), "payload": content}
    stage.reader.send("POST", f"reads/{read['id']}/sign", signature(save))


def test_the_results_show_figures_and_the_numbers_of_the_api(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{stage.path('/results')}")
    page.get_by_role("button", name="Run the analysis").click()
    page.get_by_role("link", name="Look at the reference standard and lock it").click()
    versions = page.get_by_role("table", name="Versions of the reference standard")
    expect(versions).to_contain_text("Not locked")
    screenshots(page, "reference-standard-unlocked")
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Lock version 1").click()
    expect(page.get_by_text("The password is not right. Nothing was locked.")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Lock version 1").click()
    expect(versions.get_by_text("Locked", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Lock version 1")).to_have_count(0)

    page.goto(f"{stage.portal.url}/{stage.path('/results')}")
    page.get_by_role("button", name="Run the analysis").click()
    measures = page.get_by_role("table", name="Measures", exact=True)
    expect(measures).to_be_visible(timeout=SLOW_MS)
    assert page.locator("figure svg").count() >= 3
    screenshots(page, "results")
    page.get_by_role("heading", name="ROC", exact=True).scroll_into_view_if_needed()
    screenshots(page, "results-roc")

    (run,) = stage.coordinator.get(stage.path("/analysis-runs"))["results"][:1]
    result = stage.coordinator.get(f"analysis-runs/{run['id']}/result")
    ai = next(one for one in result["participants"] if one["kind"] == "AI")
    # The AI calls both cases positive, one is: sensitivity 1 of 1, specificity 0 of 1.
    assert ai["binary"]["counts"] == {"tp": 1, "fp": 1, "fn": 0, "tn": 0}
    expect(measures.get_by_role("row").filter(has_text="AI:")).to_contain_text("1 / 1 / 0 / 0")

    expect(page.get_by_role("table", name="Provenance")).to_contain_text("Version 1, locked")

    page.goto(f"{stage.portal.url}/{stage.path('/progress')}")
    expect(page.get_by_role("table", name="Progress of each reader")).to_contain_text("second")
    screenshots(page, "progress")
    page.goto(f"{stage.portal.url}/{stage.path('/labels')}")
    screenshots(page, "labels")


def test_a_report_is_made_downloaded_and_accessible(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{stage.path('/results')}")
    expect(page.get_by_text("No report has been made of this result.")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Make the report").click()
    link = page.get_by_role("link", name="PDF of")
    expect(link).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("button", name="Make a new report")).to_be_enabled()
    page.get_by_role("heading", name="Report", exact=True).scroll_into_view_if_needed()
    screenshots(page, "results-report")
    assert faults(page) == []
    with page.expect_download() as pdf:
        link.click()
    assert pdf.value.path().read_bytes().startswith(b"%PDF-1.7")
    with page.expect_download() as html:
        page.get_by_role("link", name="HTML of").click()
    alone = page.context.new_page()
    alone.set_content(html.value.path().read_text())
    expect(alone.get_by_role("heading", name="Limitations")).to_be_visible()
    assert alone.locator("figure svg").count() >= 3
    screenshots(alone, "report")
    assert faults(alone) == []
    alone.close()


def test_a_consensus_is_looked_at_stored_and_locked_with_a_reason(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{stage.path('/reference-standard')}")
    page.get_by_label("Votes at least").fill("1")
    page.get_by_role("button", name="Preview", exact=True).click()
    preview = page.get_by_role("table", name="Preview of the consensus")
    expect(preview.get_by_role("row")).to_have_count(3)
    shown = page.get_by_role("group", name="Counts of the preview")
    reads = stage.coordinator.get(stage.path("/labels"))["results"]
    voted = {row["case"] for row in reads}
    assert voted
    expect(shown).to_contain_text(f"{2 - len(voted)}too few votes")
    screenshots(page, "consensus-preview")
    # The fields no longer say what was looked at: it cannot be stored.
    page.get_by_label("Undecided votes").select_option("EXCLUDED")
    expect(page.get_by_role("button", name="Store as a new version")).to_have_count(0)
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text("it is not locked yet")).to_be_visible()

    versions = page.get_by_role("table", name="Versions of the reference standard")
    expect(versions.get_by_role("row").filter(has_text="Consensus:")).to_contain_text("Not locked")
    page.get_by_role("button", name="What version 2 says").click()
    said = page.get_by_role("table", name="Version 2, case by case")
    for row in reads:
        expect(said.get_by_role("row").filter(has_text=row["case"])).to_contain_text(row["reader"])
    lock = page.get_by_role("button", name="Lock version 2")
    page.get_by_label("Your password").fill(PASSWORD)
    expect(lock).to_be_disabled()
    page.get_by_label("Reason").fill("The panel replaces the uploaded table.")
    lock.click()
    expect(versions).to_contain_text("The panel replaces the uploaded table.")
    screenshots(page, "consensus-locked")


def test_an_open_case_is_judged_without_a_name_and_becomes_part_of_a_new_version(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    """Goes on from the consensus before: version 2, of which a case is open."""
    members = stage.coordinator.get(stage.path("/members"))
    kept = [{"user_id": one["user_id"], "role": one["role"]} for one in members]
    judge = {"user_id": stage.spare.id, "role": "ADJUDICATOR"}
    stage.coordinator.send("PUT", stage.path("/members"), {"members": [*kept, judge]})
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{stage.path('/reference-standard')}")
    page.get_by_label("Random share, %").fill("100")
    page.get_by_role("button", name="Begin a round over version 2").click()
    expect(page.get_by_text("0 of 2 decided")).to_be_visible()
    expect(page.get_by_role("button", name="Make the new version")).to_be_disabled()
    screenshots(page, "adjudication-round")

    # One browser has one session: the coordinator goes, and comes back afterwards.
    page.context.clear_cookies()
    other = signed_in(stage.spare)
    other.goto(f"{stage.portal.url}/")
    other.get_by_role("link", name="Adjudication", exact=True).click()
    # Other reader studies may ask this adjudicator too.
    other.get_by_role("combobox", name="Reader study").select_option(stage.id)
    cases = other.get_by_role("navigation", name="Cases to judge").get_by_role("button")
    expect(cases).to_have_count(2)
    decision = other.get_by_role("complementary", name="Decision")
    for number in (1, 2):
        cases.nth(number - 1).click()
        expect(decision.get_by_role("button", name="Decide", exact=True)).to_be_disabled()
        decision.get_by_role("radio", name="Positive").check()
        decision.get_by_label("Why").fill(f"Looked at twice, number {number}.")
        screenshots(other, f"adjudication-case-{number}")
        decision.get_by_label("Why").press("Control+Enter")
        expect(decision.get_by_text("Your decision is stored.")).to_be_visible()
        expect(cases.nth(number - 1)).to_contain_text("decided")
        for name in (stage.reader.username, stage.second_reader.username):
            assert name not in other.content()

    other.context.clear_cookies()
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{stage.path('/reference-standard')}")
    page.get_by_role("button", name="Make the new version").click()
    expect(page.get_by_text("Version 3 came of it.")).to_be_visible()
    versions = page.get_by_role("table", name="Versions of the reference standard")
    expect(versions.get_by_role("row").filter(has_text="Adjudication:")).to_contain_text("Not locked")
    page.get_by_role("button", name="What version 3 says").click()
    said = page.get_by_role("table", name="Version 3, case by case")
    expect(said).to_contain_text(f"{stage.spare.username}: Looked at twice, number 1.")
    screenshots(page, "adjudication-result")

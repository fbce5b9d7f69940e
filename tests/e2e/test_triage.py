"""Triage in Chromium: a worklist in the AI's order from the design to its reader, and what it does to waiting times."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo.phantoms.dicom import study_instance_uid
from tests.browserless import PASSWORD, Person, signature
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, screenshots, sign_in
from tests.e2e.test_journeys import file_of, one_image
from tests.reader_studies import drafted, imaging_study_id, ingested

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# Of the last case there is no prediction.
SCORES = (0.2, 0.9, 0.6, 0.4)
DISEASED = (0, 1, 1, 0, 0)
CALL = {"key": "ill", "kind": "BINARY", "text": "Ill?", "required": True, "role": "CALL"}


def draft(stage: Stage) -> str:
    """A reader study of five cases with their truth and an AI that has seen four of them."""
    coordinator, batch = stage.coordinator, uuid.uuid4().hex[:6]
    phantoms = [one_image(number, f"TRIAGE {batch}") for number in range(len(DISEASED))]
    ingested(coordinator, [(f"{number}.dcm", file_of(one)) for number, one in enumerate(phantoms)])
    uids = [str(study_instance_uid(one.name)) for one in phantoms]
    model = coordinator.send("POST", "ai-models", {"name": f"Triage AI {batch}"})["id"]
    version = coordinator.send("POST", f"ai-models/{model}/versions", {"version": "1.0", "kind": "EXTERNAL"})["id"]
    said = [
        {"imaging_study_uid": uid, "score": score, "findings": []} for uid, score in zip(uids, SCORES, strict=False)
    ]
    coordinator.send("POST", f"model-versions/{version}/predictions", said)
    path = drafted(
        coordinator,
        {stage.spare: "READER"},
        name=f"Triage {batch}",
        questions=[CALL],
        imaging_study_ids=[imaging_study_id(coordinator, uid) for uid in uids],
    )
    coordinator.send("PATCH", path, {"ai_model_version_id": version})
    rows = "".join(f"Case {number:03d},{truth}\n" for number, truth in enumerate(DISEASED, 1))
    stored = coordinator.ask(
        "POST", f"{path}/reference-standard", content=f"case,truth\n{rows}", headers={"Content-Type": "text/csv"}
    )
    assert stored.status_code == 201, stored.text
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


def read_all(stage: Stage, path: str) -> None:
    for assignment in stage.spare.get(f"{path}/assignments"):
        read = stage.spare.send("POST", f"assignments/{assignment['id']}/open")
        content = {"version": 3, "answers": {"ill": True}, "findings": [], "ai_decisions": []}
        save = {"base_revision": read["revision_number"], "idempotency_key": str(uuid.uuid4()), "payload": content}
        stage.spare.send("POST", f"reads/{read['id']}/sign", signature(save))


def test_a_worklist_by_the_ai_and_its_waiting_times(
    stage: Stage, signed_in: Callable[[Person], Page], at_work: Page
) -> None:
    path = draft(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/design")
    order = page.get_by_role("combobox", name="Worklist of arm A")
    order.click()
    by_score = page.get_by_role("option", name="Most urgent first, by the AI's score")
    expect(by_score).to_have_attribute("data-combobox-disabled", "true")
    page.keyboard.press("Escape")
    page.get_by_label("Readers may learn of the AI by the order").check()
    order.click()
    by_score.click()
    expect(
        page.get_by_text("the order of the worklist tells readers of the AI before the arm shows it")
    ).to_be_visible()
    screenshots(page, "triage-design")
    stage.coordinator.send("POST", f"{path}/launch", {"seed": "triage"})

    at_work.goto(f"{stage.portal.url}/")
    at_work.get_by_role("button", name="Triage").first.click()
    expect(at_work.get_by_text("Most urgent first, ordered by AI.")).to_be_visible()
    names = [one["case_name"] for one in stage.spare.get(f"{path}/assignments")]
    assert names == [f"Case {number:03d}" for number in (2, 3, 4, 1, 5)]
    screenshots(at_work, "triage-worklist")
    read_all(stage, path)

    stage.coordinator.send("POST", f"{path}/reference-standards/1/lock", {"password": PASSWORD})
    run = stage.coordinator.send("POST", f"{path}/analysis-runs", {})
    stage.coordinator.finished(f"analysis-runs/{run['id']}")
    page.goto(f"{stage.portal.url}/{path}/results")
    page.get_by_role("link", name="Triage: what the AI's order does to waiting times").click()
    waits(page)


def waits(page: Page) -> None:
    """The page of triage: from the data with typed minutes, and a queue by slider until it is unstable."""
    replayed = page.get_by_role("region", name="From the data")
    choose(page, "Minutes of a read", "The same for each")
    # Read in the AI's order already: 0, 10 min for the positive, 20, 30 min for the negative cases, either way.
    table = replayed.get_by_role("table", name="Waits from the data")
    expect(table.get_by_role("row", name="Positive cases")).to_contain_text("5.0 (no interval)")
    expect(table.get_by_role("row", name="Negative cases")).to_contain_text("25.0 (no interval)")
    expect(replayed.get_by_text("is no order of arrival")).to_be_visible()
    choose(page, "Arrivals", "At random, so many an hour")
    expect(replayed.get_by_text("4 waits (2 of positive, 2 of negative cases)")).to_be_visible()

    queue = page.get_by_role("region", name="As a queue")
    closed = queue.get_by_role("table", name="Mean waits in closed form")
    expect(closed).to_be_visible()
    expect(queue.get_by_text("Readers are busy 80 % of the time.")).to_be_visible()
    expect(queue.get_by_text("Positive cases are read")).to_be_visible()
    screenshots(page, "triage-replay")
    queue.scroll_into_view_if_needed()
    queue.get_by_role("figure").scroll_into_view_if_needed()
    screenshots(page, "triage-queue")
    queue.get_by_role("slider").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(queue.get_by_label("Sensitivity (%)")).to_have_value("50")
    is_accessible(page)
    queue.get_by_label("Cases an hour").fill("600")
    expect(queue.get_by_text("The queue is unstable")).to_be_visible()
    expect(closed).to_have_count(0)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()

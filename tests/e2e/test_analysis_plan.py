"""A plan in Chromium: from an empty page over a refusal and the lock to its result, by coordinator and keyboard."""

import csv
import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from annotations.domain.designs import single_design
from portal.demo.phantoms.dicom import study_instance_uid
from tests.browserless import PASSWORD, Person, administrator, new_person, signature
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SCREENS, SLOW_MS, Stage, image_is_drawn, screenshots
from tests.e2e.coordinating import KEEPS_PICTURES
from tests.e2e.test_journeys import file_of, one_image
from tests.journeys.designs import QUESTIONS, crossover
from tests.reader_studies import drafted, imaging_study_id, ingested

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

CASES = 5
DISEASED = [True, False, True, False, True]
# How uncertain the AI is; it misses the last case.
DOUBTS = (0.05, 0.3, 0.12, 0.4, 0.2)
# How sure each reader is of each case, alone and with the AI.
SURE = {
    0: {"A": (60, 40, 30, 50, 70), "B": (80, 20, 60, 30, 90)},
    1: {"A": (50, 55, 65, 20, 40), "B": (75, 35, 70, 40, 30)},
}


@pytest.fixture(scope="module")
def path(stage: Stage) -> str:
    """A crossover that two readers have read to its end, with a truth that is not locked yet."""
    coordinator, batch = stage.coordinator, uuid.uuid4().hex[:6]
    root = administrator(stage.portal)
    readers = [new_person(stage.portal, root, f"{name}-{batch}") for name in ("ada", "ben")]
    phantoms = [one_image(number, f"PLAN {batch}") for number in range(CASES)]
    uids = [str(study_instance_uid(one.name)) for one in phantoms]
    ingested(coordinator, [(f"{number}.dcm", file_of(one)) for number, one in enumerate(phantoms)])
    model = coordinator.send("POST", "ai-models", {"name": f"Planned AI {batch}"})["id"]
    version = coordinator.send("POST", f"ai-models/{model}/versions", {"version": "1.0", "kind": "EXTERNAL"})["id"]
    scores = zip(uids, (0.9, 0.2, 0.7, 0.4, 0.3), DOUBTS, strict=True)
    about = {"method": "ENSEMBLE", "samples": 5, "definition": "Standard deviation of the score over five networks."}
    said = [
        {"imaging_study_uid": uid, "score": score, "findings": [], "uncertainty": {"value": doubt, **about}}
        for uid, score, doubt in scores
    ]
    coordinator.send("POST", f"model-versions/{version}/predictions", said)
    made = drafted(
        coordinator,
        dict.fromkeys(readers, "READER"),
        name=f"Planned analysis {batch}",
        questions=QUESTIONS,
        imaging_study_ids=[imaging_study_id(coordinator, uid) for uid in uids],
    )
    coordinator.send("PATCH", made, {"ai_model_version_id": version})
    design = {**single_design(), **crossover("READERS")}
    design["arms"][0]["name"], design["arms"][1]["name"] = "Unaided", "With AI"
    coordinator.send("PUT", f"{made}/design", {"design": design})
    rows = "".join(f"Case {number:03d},{int(is_ill)}\n" for number, is_ill in enumerate(DISEASED, 1))
    stored = coordinator.ask(
        "POST", f"{made}/reference-standard", content=f"case,truth\n{rows}", headers={"Content-Type": "text/csv"}
    )
    assert stored.status_code == 201, stored.text
    coordinator.send("POST", f"{made}/launch", {})
    lists = {one["reader"]: one["slots"] for one in coordinator.get(f"{made}/randomisation")["lists"]}
    for number, reader in enumerate(readers):
        read_all(made, reader, number, lists[reader.username], uids)
    return made


def picture(page: Page, name: str) -> None:
    if KEEPS_PICTURES:
        screenshots(page, name)


def read_all(made: str, reader: Person, number: int, slots: list[dict[str, Any]], uids: list[str]) -> None:
    arms = {one["id"]: slots[one["position"] - 1]["arm"] for one in reader.get(f"{made}/assignments")}
    while following := reader.get(f"{made}/next")["assignment_id"]:
        read = reader.send("POST", f"assignments/{following}/open")
        case = uids.index(read["case"]["imaging_study"]["study_instance_uid"])
        sure = SURE[number][arms[following]][case]
        content = {"version": 3, "answers": {"present": sure >= 50, "sure": sure, "quality": 2}, "findings": []}
        save = {"base_revision": 0, "idempotency_key": str(uuid.uuid4()), "payload": {**content, "ai_decisions": []}}
        reader.send("POST", f"reads/{read['id']}/sign", signature(save))


def test_a_plan_is_built_refused_locked_and_carried_out(
    stage: Stage, path: str, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}")
    page.get_by_role("navigation", name="Parts of the reader study").get_by_role("link", name="Analysis plan").click()
    expect(page.get_by_text("No analysis plan yet")).to_be_visible()
    is_accessible(page)
    picture(page, "analysis-plan-empty")
    page.get_by_role("button", name="Begin with a proposal of the design").click()
    words = page.get_by_role("region", name="The plan in words")
    expect(words).to_contain_text(
        "the area under the ROC curve of the 2 readers in the arm With AI differs from that of"
    )
    picture(page, "analysis-plan-proposed")

    # What is impossible cannot be chosen, and says why; what is missing is said at its field.
    first = page.get_by_role("group", name="Endpoint 1", exact=True)
    first.get_by_role("combobox", name="Method").click()
    delong = page.get_by_role("option", name=re.compile("^DeLong.*several readers need a method for readers and cases"))
    expect(delong.first).to_have_attribute("data-combobox-disabled", "true")
    picture(page, "analysis-plan-methods")
    page.keyboard.press("Escape")
    first.get_by_role("combobox", name="Hypothesis").click()
    page.get_by_role("option", name="is not worse than").click()
    expect(first.get_by_label("Alpha, one-sided")).to_have_value("0.025")
    expect(first.get_by_text("Non-inferiority and equivalence need a margin, fixed beforehand.")).to_be_visible()
    page.get_by_role("button", name="Save the draft").click()
    expect(words).to_contain_text("It can be locked once it has no error.", timeout=SLOW_MS)
    is_accessible(page)
    picture(page, "analysis-plan-error")
    # From the finding to its field, by keyboard alone.
    words.get_by_role("button", name="Endpoint 1 (auc_aided): margin").press("Enter")
    expect(first.get_by_label("Margin")).to_be_focused()
    page.keyboard.type("0.15")
    expect(words).to_contain_text("by no more than 0.15 (one-sided, alpha 0.025)", timeout=SLOW_MS)

    # Somebody else has saved meanwhile: nothing is lost.
    theirs = stage.coordinator.get(f"{path}/analysis-plans/1")
    stage.coordinator.send("POST", f"{path}/analysis-plans", {"plan": {**theirs, "level": 0.9}, "base": 1})
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("It was changed elsewhere meanwhile")).to_be_visible(timeout=SLOW_MS)
    picture(page, "analysis-plan-stale")
    page.get_by_role("button", name="Store mine over it").click()
    versions = page.get_by_role("table", name="Versions of the analysis plan")
    expect(versions.get_by_role("row")).to_have_count(4, timeout=SLOW_MS)

    # Endpoints change places by key, and the key goes along.
    page.get_by_role("button", name="Move endpoint 1 down").press("Alt+ArrowDown")
    expect(page.get_by_role("button", name="Move endpoint 2 down")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("button", name="Move endpoint 1 down")).to_be_focused()
    expect(first.get_by_label("Margin")).to_have_value("0.15")

    # Somebody else has locked meanwhile: what is written goes on as an amendment, with a reason.
    stage.coordinator.send("POST", f"{path}/analysis-plans/3/lock", None)
    first.get_by_label("Margin").fill("0.2")
    page.get_by_role("button", name="Save the draft").click()
    locked = page.get_by_role("alert").filter(has_text="The plan was locked meanwhile")
    expect(locked).to_contain_text(f"Version 3 was locked by {stage.coordinator.username}", timeout=SLOW_MS)
    is_accessible(page)
    picture(page, "analysis-plan-locked-meanwhile")
    locked.get_by_role("button", name="Show the locked plan").click()
    theirs_shown = page.get_by_role("region", name="Version 3")
    expect(theirs_shown).to_contain_text("by no more than 0.15 (one-sided, alpha 0.025)", timeout=SLOW_MS)
    expect(first.get_by_label("Margin")).to_have_value("0.2")
    locked.get_by_label("Reason of the amendment").fill("The clinic takes 0.2.")
    locked.get_by_role("button", name="Continue as an amendment").click()
    expect(versions.get_by_role("row")).to_have_count(5, timeout=SLOW_MS)
    expect(versions.get_by_role("row").nth(1)).to_contain_text("The clinic takes 0.2.")

    page.get_by_role("button", name="Lock version 4…").click()
    asked = page.get_by_role("group", name="Lock version 4")
    expect(asked).to_contain_text("A later change is another amendment with a reason")
    expect(asked.get_by_role("button", name="Not yet")).to_be_focused()
    picture(page, "analysis-plan-lock")
    asked.get_by_role("button", name="Lock for good").click()
    expect(versions.get_by_text("before the truth was locked")).to_have_count(2, timeout=SLOW_MS)
    is_accessible(page)
    picture(page, "analysis-plan-locked")

    page.get_by_role("button", name="Run version 4").click()
    expect(page.get_by_role("link", name="Look at the reference standard and lock it")).to_be_visible(timeout=SLOW_MS)
    stage.coordinator.send("POST", f"{path}/reference-standards/1/lock", {"password": PASSWORD})
    page.get_by_role("button", name="Run version 4").click()
    page.wait_for_url(re.compile("/results\\?run="))
    endpoints = page.get_by_role("table", name="Endpoints")
    expect(endpoints).to_be_visible(timeout=SLOW_MS)
    (run,) = stage.coordinator.get(f"{path}/analysis-runs")["results"]
    result = stage.coordinator.get(f"analysis-runs/{run['id']}/result")
    primary = result["endpoints"][0]
    # Counted by hand: alone both put a diseased case over another in 4 of 6 pairs, with the AI Ada does in 6, Ben in 4.
    assert primary["against"]["outcome"]["value"] == pytest.approx((4 / 6 + 4 / 6) / 2)
    assert primary["of"]["outcome"]["value"] == pytest.approx((6 / 6 + 4 / 6) / 2)
    row = endpoints.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile("^auc_aided")))
    expect(row).to_contain_text("0.83")
    is_accessible(page)
    picture(page, "planned-result")

    # Again means the plan; an exploration is another button, and says what it is.
    expect(page.get_by_role("button", name="Run again")).to_have_count(0)
    page.get_by_role("button", name="Run plan 4 again").click()
    page.wait_for_url(lambda url: run["id"] not in url)
    expect(endpoints).to_be_visible(timeout=SLOW_MS)
    assert [one["plan"] for one in stage.coordinator.get(f"{path}/analysis-runs")["results"]] == [4, 4]
    expect(page.get_by_text("Interim looks before this result: 1.")).to_be_visible()
    page.get_by_role("button", name="Explore an arm without a plan…").click()
    page.get_by_role("button", name="Run the analysis").click()
    expect(page.get_by_text("No plan fixed beforehand what this result compares")).to_be_visible(timeout=SLOW_MS)
    is_accessible(page)
    picture(page, "exploratory-result")


FIGURES = {
    "Sensitivity": "forest-sensitivity",
    "Specificity": "forest-specificity",
    "ROC curve of the AI, and where the readers decide": "roc",
    "Precision and recall of the AI, and where the readers decide": "precision-recall",
    "all readers: right or wrong before, and after": "change-unaided-aided",
    "Calibration": "calibration",
    "Net benefit": "decision-curve",
    "Errors against the share of cases kept": "abstention",
}


def planned_run(stage: Stage, path: str) -> dict[str, Any]:
    """The newest run by the plan; one without a plan has come since."""
    runs: list[dict[str, Any]] = stage.coordinator.get(f"{path}/analysis-runs")["results"]
    return next(one for one in runs if one["plan"])


def test_the_result_says_the_endpoints_and_every_point_opens_its_cases_in_the_viewer(
    stage: Stage, path: str, signed_in: Callable[[Person], Page]
) -> None:
    """Goes on from the test before: its run is shown."""
    run = planned_run(stage, path)
    primary = stage.coordinator.get(f"analysis-runs/{run['id']}/result")["endpoints"][0]
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/results?run={run['id']}")
    helps = page.get_by_role("region", name="Does the AI help?")
    expect(helps).to_contain_text(f"primary endpoint {primary['key']}", timeout=SLOW_MS)
    expect(helps).to_contain_text(f"+{primary['difference']['value']:.3f} (")
    readers = page.get_by_role("region", name="How good are the readers?")
    for side in ("of", "against"):
        expect(readers).to_contain_text(f"AUC {primary[side]['outcome']['value']:.3f} (")
    for width, height in SCREENS.values():
        page.set_viewport_size({"width": width, "height": height})
        is_accessible(page)
    picture(page, "planned-result-overview")

    # By keyboard: the one Tab stop of the curve says n, interval and method, and Enter opens the cases.
    roc = page.get_by_role("figure", name=re.compile("^ROC curve"))
    roc.locator("[data-mark][tabindex='0']").focus()
    hint = page.get_by_role("tooltip")
    expect(hint).to_contain_text("n = ")
    expect(hint).to_contain_text("95 % interval: Wilson")
    picture(page, "planned-result-roc")
    page.keyboard.press("Enter")
    cases = page.get_by_role("dialog")
    expect(cases).to_contain_text(f"{CASES} cases")
    is_accessible(page)
    picture(page, "planned-result-cases")
    page.keyboard.press("Escape")
    expect(cases).to_have_count(0)

    # What the AI gains that keeps its one most certain case: four are left to a human, of which it gets one wrong.
    abstention = page.get_by_role("figure", name="Errors against the share of cases kept", exact=True)
    abstention.locator("[data-mark][tabindex='0']").focus()
    expect(hint).to_contain_text("keeps 1 of 5 cases (20 %), up to an uncertainty of 0.05")
    expect(hint).to_contain_text("ensemble, 5 samples")
    picture(page, "planned-result-abstention")
    page.keyboard.press("Enter")
    expect(cases).to_contain_text("left to a human beyond 0.05: 4 cases")
    expect(cases.get_by_role("region", name="Left to a human, the AI wrong")).to_contain_text("Case 005")
    page.keyboard.press("Escape")
    expect(cases).to_have_count(0)

    # By mouse: a cell of the decisions, then its first case in the viewer.
    decisions = page.get_by_role("table", name="Decisions", exact=True)
    decisions.get_by_role("button", name=re.compile("true positive: [1-9].*show the cases")).first.click()
    first = cases.get_by_role("link").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=SLOW_MS)
    image_is_drawn(page)
    said = page.get_by_role("table", name="What the AI and the readers said")
    expect(said.get_by_role("row", name=re.compile("^AI:"))).to_contain_text(
        re.compile("positive, right|negative, wrong")
    )
    expect(said.get_by_role("row", name=re.compile("^AI:"))).to_contain_text("(ensemble, 5 samples)")
    expect(said.get_by_role("link", name="History")).to_have_count(4)  # two readers in two arms
    expect(page.get_by_role("region", name="Truth")).to_contain_text("Truth: positive")
    is_accessible(page)
    picture(page, "planned-result-case")
    page.get_by_role("link", name="← Results").click()
    expect(page.get_by_role("table", name="Endpoints")).to_be_visible(timeout=SLOW_MS)


def test_every_figure_of_the_result_is_a_drawing_a_picture_and_a_table(
    stage: Stage, path: str, signed_in: Callable[[Person], Page], tmp_path: Path
) -> None:
    """Goes on from the first test: its run is shown."""
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/results?run={planned_run(stage, path)['id']}")
    for title, name in FIGURES.items():
        figure = page.get_by_role("figure", name=title, exact=True)
        expect(figure).to_be_visible(timeout=SLOW_MS)
        drawing = downloaded(page, figure, "SVG", tmp_path)
        assert re.fullmatch(rf"planned-analysis-[0-9a-f]+-plan-4-{name}\.svg", drawing.name), drawing.name
        root = ElementTree.fromstring(drawing.read_text(encoding="utf-8"))
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        assert root.tag.endswith("svg")
        assert len(list(root.iter())) > 10, name
        with Image.open(downloaded(page, figure, "PNG", tmp_path)) as image:
            assert image.format == "PNG"
            assert image.size == (round(3 * width), round(3 * height))
            # Paper is white and opaque, and something is drawn on it.
            colours = np.asarray(image.convert("RGBA"))
            assert colours[0, 0].tolist() == [255, 255, 255, 255]
            assert colours[..., :3].min() < 100
        table = downloaded(page, figure, "CSV", tmp_path).read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert rows, name
        assert all(None not in row for row in rows), name


def downloaded(page: Page, figure: Locator, kind: str, folder: Path) -> Path:
    """Take a file of a figure as a person does."""
    with page.expect_download() as found:
        figure.get_by_role("button", name=kind, exact=True).click()
    file = folder / found.value.suggested_filename
    found.value.save_as(file)
    return file

"""Where a score comes from in Chromium: asked for and checked beside the version, then chosen by a reader."""

import json
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.demo.reader_studies import NODULE_QUESTIONS
from tests.browserless import Person, administrator, new_person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SLOW_MS, Stage, phantom_study_id, screenshots, until
from tests.e2e.test_reading import open_next_case
from tests.inference.made_models import Bright, card_of, exported
from tests.reader_studies import drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# Coarse, so that it is quick.
CARD = card_of("CASE_PROBABILITY", minimum_slices=5, grid_mm=[7.0, 2.8, 2.8])
PAINTED = """(() => {
  const canvas = document.querySelector('[data-testid="heat"]');
  if (!canvas || canvas.hidden || !canvas.width) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, index) => index % 4 === 3 && value > 0);
})()"""


def predicted_version(coordinator: Person, imaging_study_id: str) -> tuple[str, str]:
    """A version that the portal runs, and has run; the ids of its model and of itself."""
    model = coordinator.send("POST", "ai-models", {"name": f"Explained {uuid.uuid4().hex[:6]}"})["id"]
    answer = coordinator.ask(
        "POST",
        f"ai-models/{model}/uploads",
        data={"version": "1", "kind": "TORCH_EXPORT", "card": json.dumps(CARD)},
        files={"file": ("model.pt2", exported(Bright(scale=5.0)))},
    )
    assert answer.status_code == 202, answer.text
    upload = coordinator.finished(f"model-uploads/{answer.json()['id']}", 180)
    assert upload["state"] == "SUCCEEDED", upload
    version = upload["model_version_id"]
    run = coordinator.send(
        "POST", "inference-runs", {"model_version_id": version, "imaging_study_ids": [imaging_study_id]}
    )
    assert coordinator.finished(f"inference-runs/{run['id']}", 180)["state"] == "SUCCEEDED"
    return model, version


def the_manager_sees_it_over_the_images(page: Page) -> None:
    page.get_by_role("table", name="Explanations").get_by_role("link", name="Show on the images").click()
    said = page.get_by_role("complementary", name="What the AI said")
    expect(said).to_contain_text("The map depends on the weights")
    expect(said).to_contain_text("The brightest colour is a magnitude of")
    expect(said).to_contain_text("Not what the model was trained to say")
    # It opens where the map is greatest.
    until(page, PAINTED)
    opacity = said.get_by_label("Opacity of the explanation")
    expect(opacity).to_have_attribute("aria-valuetext", "40 %")
    page.keyboard.press("u")
    expect(opacity).to_have_attribute("aria-valuetext", "60 %")
    screenshots(page, "explanation-of-manager")
    is_accessible(page)
    page.keyboard.press("z")
    expect(opacity).to_have_attribute("aria-valuetext", "0 %")


def test_a_score_is_explained_checked_and_shown_to_a_reader(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    coordinator = stage.coordinator
    reader = new_person(stage.portal, administrator(stage.portal), "explained")
    images = phantom_study_id(coordinator, stage.phantom.name)
    model, version = predicted_version(coordinator, images)
    page = signed_in(coordinator)
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    page.get_by_role("button", name="Show explanations").click()
    expect(page.get_by_text("Nothing has been explained yet.")).to_be_visible()
    page.get_by_role("button", name="Explain predictions").click()
    dialog = page.get_by_role("dialog", name="Explain predictions")
    expect(dialog.get_by_role("button", name="Explain", exact=True)).to_be_disabled()
    # Named as in the list of predictions and found by any of these words, never by a UID to be read.
    dialog.get_by_role("combobox", name="Predictions").fill("score chest")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text("score 0.")
    page.get_by_role("option").click()
    page.keyboard.press("Escape")
    screenshots(page, "explain")
    is_accessible(page)
    dialog.get_by_role("button", name="Explain", exact=True).click()
    table = page.get_by_role("table", name="Explanations")
    expect(table).to_contain_text("Grad-CAM of CASE_PROBABILITY", timeout=3 * SLOW_MS)
    expect(table).to_contain_text("The map depends on the weights")
    table.get_by_role("button", name="Show the check").click()
    expect(page.get_by_role("figure")).to_contain_text("Does the map depend on the weights?")
    screenshots(page, "explanations")
    is_accessible(page)
    page.get_by_role("button", name="Hide explanations").click()
    page.get_by_role("button", name="List predictions").click()
    page.get_by_role("table", name="Predictions of version 1").get_by_role("button", name="Grad-CAM").click()
    expect(table.locator("[aria-current]")).to_be_in_viewport()
    the_manager_sees_it_over_the_images(page)

    path = drafted(
        coordinator,
        {reader: "READER"},
        name="Explained to readers",
        questions=NODULE_QUESTIONS,
        imaging_study_ids=[images],
    )
    coordinator.send("PATCH", path, {"ai_model_version_id": version, "ai_display": "CONCURRENT"})
    coordinator.send("POST", f"{path}/launch")
    page.context.clear_cookies()
    page = signed_in(reader)
    open_next_case(page)
    comparison = page.get_by_test_id("comparison")
    choice = comparison.get_by_label("Map")
    # Nobody is shown an explanation unasked.
    expect(choice).to_have_value("")
    assert page.get_by_test_id("heat").count() == 0
    choice.select_option(label="Grad-CAM of CASE_PROBABILITY")
    expect(comparison).to_contain_text("Not what the model was trained to say")
    # The phantom is brightest at its lower end.
    page.keyboard.press("End")
    until(page, PAINTED)
    screenshots(page, "explanation-shown")
    is_accessible(page)

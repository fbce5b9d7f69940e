"""A version of an AI model gets a card in Chromium, and the card is edited as a further version."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person, administrator
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_card_is_written_and_edited_as_a_new_version(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    root = administrator(stage.portal)
    page = signed_in(root)
    model = root.send("POST", "ai-models", {"name": f"Carded {uuid.uuid4().hex[:6]}"})["id"]
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    page.get_by_role("button", name="Add a version").click()
    dialog = page.get_by_role("dialog", name="Add a version")
    dialog.get_by_label("Version", exact=False).first.fill("1.0")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("A model card says this.").first).to_be_visible()
    dialog.get_by_label("Intended use").fill("Research on chest CT")
    dialog.get_by_label("Training data").fill("1,200 CT of two sites")
    dialog.get_by_label("Licence").fill("Apache-2.0")
    dialog.get_by_label("Output", exact=False).first.fill("Nodule")
    dialog.get_by_label("Code", exact=False).nth(1).fill("RID50149")
    dialog.get_by_label("Meaning").fill("pulmonary nodule")
    dialog.get_by_label("Window, from (HU)").fill("500")
    dialog.get_by_label("Window, to (HU)").fill("200")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("The low end is not below the high end.")).to_be_visible()
    dialog.get_by_label("Window, from (HU)").fill("-1000")
    screenshots(page, "model-card-edit")
    is_accessible(page)
    dialog.get_by_role("button", name="Add", exact=True).click()
    first = page.get_by_role("table", name="Model card of version 1.0")
    expect(first.get_by_text("-1000 to 200")).to_be_visible()
    screenshots(page, "model-card")
    is_accessible(page)

    page.get_by_role("button", name="Add a version").click()
    dialog.get_by_label("Version", exact=False).first.fill("1.1")
    expect(dialog.get_by_label("Intended use")).to_have_value("Research on chest CT")
    dialog.get_by_label("Positive from").fill("0.3")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("table", name="Model card of version 1.1").get_by_text("from 0.3")).to_be_visible()
    expect(first.get_by_text("from 0.5")).to_be_visible()
    versions = root.get(f"ai-models/{model}/versions")["results"]
    assert [(one["version"], one["operating_threshold"]) for one in versions] == [("1.1", 0.3), ("1.0", 0.5)]

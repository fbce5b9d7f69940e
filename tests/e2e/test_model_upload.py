"""A model file is uploaded in Chromium: a pickle is refused with its reason, an ONNX model becomes a version."""

import pickle
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person, administrator
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots
from tests.inference.made_models import onnx_score

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# A worker starts the process of the model, which loads torch, twice.
TRIAL_MS = 180_000


def test_a_model_is_uploaded_and_tried(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    root = administrator(stage.portal)
    page = signed_in(root)
    model = root.send("POST", "ai-models", {"name": f"Uploaded {uuid.uuid4().hex[:6]}"})["id"]
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    page.get_by_role("button", name="Add a version").click()
    dialog = page.get_by_role("dialog", name="Add a version")
    dialog.get_by_text("Runs in the portal").click()
    dialog.get_by_label("Version", exact=False).first.fill("1.0")
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(dialog.get_by_text("Choose the file.")).to_be_visible()
    dialog.get_by_label("Intended use").fill("Research on chest CT")
    dialog.get_by_label("Training data").fill("1,200 CT of two sites")
    dialog.get_by_label("Licence").fill("Apache-2.0")
    dialog.get_by_label("Output", exact=False).first.fill("Nodule")
    dialog.get_by_label("Key").fill("nodule")
    dialog.get_by_role("textbox", name="Code", exact=True).fill("RID50149")
    dialog.get_by_label("Meaning").fill("pulmonary nodule")

    chooser = dialog.locator("input[type=file]")
    chooser.set_input_files({"name": "model.pt", "mimeType": "application/octet-stream", "buffer": pickle.dumps(1)})
    expect(dialog.get_by_label("Format")).to_have_value("TorchScript (torch.jit.save)")
    screenshots(page, "model-upload")
    is_accessible(page)
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("The file is not a whole zip archive")).to_be_visible(timeout=TRIAL_MS)
    screenshots(page, "model-upload-refused")
    is_accessible(page)
    assert root.get(f"ai-models/{model}/versions")["results"] == []

    page.get_by_role("button", name="Add a version").click()
    dialog.get_by_text("Runs in the portal").click()
    dialog.get_by_label("Version", exact=False).first.fill("1.0")
    for label, text in (("Intended use", "Research"), ("Training data", "1,200 CT"), ("Licence", "Apache-2.0")):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_label("Output", exact=False).first.fill("Nodule")
    dialog.get_by_label("Key").fill("nodule")
    dialog.get_by_role("textbox", name="Code", exact=True).fill("RID50149")
    dialog.get_by_label("Meaning").fill("pulmonary nodule")
    content = onnx_score("nodule").SerializeToString()
    chooser.set_input_files({"name": "finder.onnx", "mimeType": "application/octet-stream", "buffer": content})
    dialog.get_by_role("button", name="Upload", exact=True).click()
    facts = page.get_by_role("table", name="Facts about version 1.0")
    expect(facts.get_by_text("runs in the portal (ONNX)")).to_be_visible(timeout=TRIAL_MS)
    assert root.get(f"ai-models/{model}/versions")["results"][0]["runnable"] is True

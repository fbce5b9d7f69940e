"""A layer is fitted, stored and checked in Chromium; afterwards the API gives scores through it."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import PASSWORD, Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots
from tests.validation.layer_sets import overconfident

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def cases_of(coordinator: Person, version: str, name: str, seed: int) -> None:
    """A reader study of 120 cases without images that nobody reads, its truth imported and locked."""
    truths, scores = overconfident(120, seed)
    patients = {"patients": [f"{name} {number}" for number in range(120)]}
    studies = coordinator.send("POST", "imaging-studies/without-images", patients)
    uids = [one["study_instance_uid"] for one in studies]
    posted = [{"imaging_study_uid": uid, "score": score} for uid, score in zip(uids, scores, strict=True)]
    coordinator.send("POST", f"model-versions/{version}/predictions", posted)
    path = f"reader-studies/{coordinator.send('POST', 'reader-studies', {'name': name})['id']}"
    cases = coordinator.send("PUT", f"{path}/cases", {"imaging_study_ids": [one["id"] for one in studies]})
    rows = [f"{case['name']},{uid},{one}" for case, uid, one in zip(cases, uids, truths, strict=True)]
    text = "\n".join(["case,study_instance_uid,truth", *rows])
    answer = coordinator.ask("POST", f"{path}/reference-standard", content=text, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    coordinator.send("POST", f"{path}/reference-standards/1/lock", {"password": PASSWORD})


def test_a_layer_is_fitted_and_checked(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    person = stage.coordinator
    model = person.send("POST", "ai-models", {"name": f"Layered {uuid.uuid4().hex[:6]}"})["id"]
    version = person.send("POST", f"ai-models/{model}/versions", {"version": "1.0"})["id"]
    here, there = (f"{place} {uuid.uuid4().hex[:6]}" for place in ("Our site", "Other site"))
    cases_of(person, version, here, 3)
    cases_of(person, version, there, 8)
    page = signed_in(person)
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    page.get_by_role("link", name="Calibration").click()
    expect(page.get_by_text("No operating layer yet")).to_be_visible()
    is_accessible(page)
    page.get_by_role("tab", name="Fit a layer").click()
    page.get_by_role("combobox", name="Cases").select_option(
        label=f"{here}, truth version 1: 120 cases with a prediction"
    )
    page.get_by_label("Prevalence where it is used").fill("2")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("A prevalence lies strictly between 0 and 1.")).to_be_visible()
    page.get_by_label("Prevalence where it is used").fill("0.02")
    page.get_by_role("button", name="Look at it").click()
    measures = page.get_by_role("table", name="Measures: Preview")
    expect(measures.get_by_role("row").filter(has_text="Brier score")).to_contain_text("–")
    expect(page.get_by_text("Of 1000 such cases")).to_be_visible()
    screenshots(page, "layer-preview")
    is_accessible(page)
    # By keyboard: the first mark of the reliability diagram says its bin.
    after = page.get_by_role("figure", name="After: through the layer")
    # What scrolls under a pointer at rest takes the words away again.
    page.mouse.move(1, 1)
    after.scroll_into_view_if_needed()
    after.locator("[data-mark][tabindex='0']").focus()
    expect(page.get_by_role("tooltip")).to_contain_text("95 % interval: Wilson")
    screenshots(page, "layer-preview-figures")
    page.get_by_label("Name").fill("For screening")
    page.get_by_label("Why it is made").fill("Scores are too extreme at our site.")
    page.get_by_role("button", name="Store as a new layer").click()
    expect(page.get_by_role("heading", name="Layer 1: For screening")).to_be_visible()
    expect(page.get_by_text("Layer 1 is stored")).to_be_visible()
    page.get_by_role("combobox", name="Cases").select_option(
        label=f"{there}, truth version 1: 120 cases with a prediction"
    )
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name=f"Check 1: {there}")).to_be_visible()
    expect(page.get_by_role("table", name="Measures: Check 1")).to_contain_text("After, carried")
    screenshots(page, "layer-checked")
    page.get_by_role("heading", name=f"Check 1: {there}").scroll_into_view_if_needed()
    screenshots(page, "layer-checked-figures")
    is_accessible(page)
    row = person.get(f"model-versions/{version}/predictions?layer=1")["results"][0]
    assert 0 < row["calibrated_score"] < row["score"]
    page.goto(f"{stage.portal.url}/ai-models/{uuid.uuid4()}/versions/{version}/layers")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()

"""A sample size in Chromium: planned, refused by field, kept with its history."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_sample_size_is_planned_and_kept(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    coordinator = stage.coordinator
    draft = coordinator.send("POST", "reader-studies", {"name": f"Planned {uuid.uuid4().hex[:6]}"})["id"]
    page = signed_in(coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{draft}/sample-size")
    expect(page.get_by_text("No sample size yet")).to_be_visible()
    compute = page.get_by_role("button", name="Compute and save")

    page.get_by_label("Numbers of readers").fill("4, six")
    expect(page.get_by_text("Whole numbers with commas between them.")).to_be_visible()
    expect(compute).to_be_disabled()
    page.get_by_label("Numbers of readers").fill("4, 6, 10, 15")
    page.get_by_label("r3: neither").fill("0.9")
    compute.click()
    expect(page.get_by_text("Two readers in two conditions have no more in common")).to_be_visible()
    page.get_by_label("r3: neither").fill("0.3")
    compute.click()
    expect(page.get_by_role("heading", name="Sample size 1")).to_be_visible()

    stored = coordinator.get(f"reader-studies/{draft}/sample-sizes/1")
    power = {(one["readers"], one["cases"]): one["outcome"]["power"] for one in stored["table"]}
    table = page.get_by_role("table", name="Power over readers and cases")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="10", exact=True))
    expect(row.get_by_role("cell").nth(3)).to_have_text(f"{power[10, 200]:.2f}")
    expect(page.locator("figure")).to_contain_text("15 readers")
    is_accessible(page)
    screenshots(page, "sample-size")

    page.get_by_text("Variance components", exact=True).click()
    for label, value in {"Var(error)": "0.0008", "Cov1": "0.00035", "Cov2": "0.00034", "Cov3": "0.00024"}.items():
        page.get_by_label(label, exact=True).fill(value)
    expect(compute).to_be_disabled()
    page.get_by_label("Cases behind them").fill("114")
    compute.click()
    expect(page.get_by_role("heading", name="Sample size 2")).to_be_visible()
    history = page.get_by_role("table", name="Saved sample sizes")
    expect(history.get_by_role("row")).to_have_count(3)
    history.get_by_role("button", name="Show sample size 1").click()
    expect(page.get_by_role("heading", name="Sample size 1")).to_be_visible()
    page.get_by_text("Pilot", exact=True).click()
    expect(page.get_by_role("combobox", name="Reader study of the pilot")).to_be_visible()
    is_accessible(page)
    screenshots(page, "sample-size-history")

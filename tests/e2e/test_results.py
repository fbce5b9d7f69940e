"""What a coordinator sees of a reader study that is being read. Runs after test_reading, which signs a read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.conftest import SLOW_MS, Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_results_show_figures_and_the_numbers_of_the_api(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
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

    page.goto(f"{stage.portal.url}/{stage.path('/progress')}")
    expect(page.get_by_role("table", name="Progress of each reader")).to_contain_text("second")
    screenshots(page, "progress")
    page.goto(f"{stage.portal.url}/{stage.path('/labels')}")
    screenshots(page, "labels")

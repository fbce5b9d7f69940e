"""axe on every screen: no serious or critical fault of accessibility (WCAG 2.1 A and AA)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.ops.environment import REPOSITORY
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

AXE = (REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
GRAVE = {"serious", "critical"}
STUDY_PARTS = (
    "",
    "/label-schema",
    "/cases",
    "/hanging",
    "/people",
    "/ai",
    "/reference-standard",
    "/progress",
    "/labels",
    "/results",
)
COORDINATOR_SCREENS = ("/reader-studies", "/imaging-studies", "/ai-models", "/account", "/account/preferences")


def faults(page: Page) -> list[str]:
    """What axe finds on the page, each with the first place. DevTools runs it: the page's own policy forbids eval."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("() => window.axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{page.url.split('/', 3)[-1]}: {found['id']} ({found['impact']}, {len(found['nodes'])}): "
        f"{found['nodes'][0]['html'][:200]} {found['nodes'][0]['failureSummary'][:300]}"
        for found in result["violations"]
        if found["impact"] in GRAVE
    ]


def settled(page: Page) -> None:
    """Wait until nothing is being loaded."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def on_each(page: Page, url: str, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(f"{url}{path}")
        settled(page)
        found += faults(page)
    return found


def test_signing_in_and_the_worklist(stage: Stage, page: Page, signed_in: Callable[[Person], Page]) -> None:
    page.goto(f"{stage.portal.url}/accounts/sign-in")
    found = faults(page)
    reader = signed_in(stage.spare)
    found += on_each(
        reader, stage.portal.url, ["/", "/account", "/account/preferences", "/accounts/password", "/nowhere"]
    )
    assert not found, "\n".join(found)


def test_the_reading_room_with_its_table_of_keys(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.second_reader)
    expect(page.get_by_text("to go")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assignments/*")
    image_is_drawn(page)
    found = faults(page)
    page.keyboard.press("Shift+q")
    page.wait_for_timeout(500)
    found += faults(page)
    page.keyboard.press("?")
    expect(page.get_by_label("Keys", exact=True)).to_be_visible()
    found += faults(page)
    assert not found, "\n".join(found)


def test_every_screen_of_a_coordinator(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    found = on_each(page, stage.portal.url, list(COORDINATOR_SCREENS))
    found += on_each(page, stage.portal.url, [f"/reader-studies/{stage.id}{part}" for part in STUDY_PARTS])
    draft = stage.coordinator.send("POST", "reader-studies", {"name": "A draft for axe"})["id"]
    found += on_each(page, stage.portal.url, [f"/reader-studies/{draft}{part}" for part in STUDY_PARTS[:8]])
    model = stage.coordinator.get("ai-models")["results"][0]["id"]
    found += on_each(page, stage.portal.url, [f"/ai-models/{model}"])
    page.goto(f"{stage.portal.url}/reader-studies/{draft}/hanging")
    page.get_by_role("button", name="+ Rule").click()
    page.get_by_text("2 × 2").click()
    settled(page)
    found += faults(page)
    assert not found, "\n".join(found)

"""axe on every screen: no serious or critical fault of accessibility (WCAG 2.1 A and AA)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.axe import faults, is_accessible
from tests.e2e.conftest import Stage, image_is_drawn, until
from tests.e2e.segmenting import dab, only, room_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

STUDY_PARTS = (
    "",
    "/label-schema",
    "/cases",
    "/clinical-texts",
    "/hanging",
    "/people",
    "/ai",
    "/reference-standard",
    "/progress",
    "/reads",
    "/queries",
    "/labels",
    "/results",
)
COORDINATOR_SCREENS = ("/reader-studies", "/imaging-studies", "/ai-models", "/account", "/account/preferences")


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


def test_the_bars_menus_and_windows_of_the_reading_room(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    """Panels that a fault or the AI brings up are checked where those are tested."""
    page = signed_in(stage.spare)
    case = room_of(stage, page, "accessible room")
    page.keyboard.press("k")
    dab(page, 40, 40)
    only(page, stage, case)
    # The bar of segment tools, a finding with its fields, and what is missing before signing.
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("list", name="Missing before signing")).to_be_visible()
    is_accessible(page)
    page.keyboard.press("Escape")
    for menu in ("Window presets", "More"):
        page.get_by_role("button", name=menu).click()
        expect(page.get_by_role("menu")).to_be_visible()
        settled(page)
        is_accessible(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_be_hidden()
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.crosshairs")
    is_accessible(page)
    page.keyboard.press("Shift+y")
    with page.context.expect_page() as opened:
        page.keyboard.press("Shift+W")
    images = opened.value
    image_is_drawn(images)
    is_accessible(images)
    expect(page.get_by_text("The images are in their own window")).to_be_visible()
    is_accessible(page)


def test_every_screen_of_a_coordinator(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    found = on_each(page, stage.portal.url, list(COORDINATOR_SCREENS))
    found += on_each(page, stage.portal.url, [f"/reader-studies/{stage.id}{part}" for part in STUDY_PARTS])
    draft = stage.coordinator.send("POST", "reader-studies", {"name": "A draft for axe"})["id"]
    found += on_each(page, stage.portal.url, [f"/reader-studies/{draft}{part}" for part in STUDY_PARTS[:10]])
    model = stage.coordinator.get("ai-models")["results"][0]["id"]
    found += on_each(page, stage.portal.url, [f"/ai-models/{model}"])
    page.goto(f"{stage.portal.url}/reader-studies/{draft}/hanging")
    page.get_by_role("button", name="+ Rule").click()
    page.get_by_text("2 × 2").click()
    settled(page)
    found += faults(page)
    assert not found, "\n".join(found)

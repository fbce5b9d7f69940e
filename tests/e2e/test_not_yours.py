"""Pages of coordinators and administrators are not there for a reader: no word of them is seen, not for a moment."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.conftest import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

ADDRESSES = ["reader-studies", "imaging-studies", "ai-models", "people", "webhooks", "code-lists"]
# Every heading that has ever been on the page.
WATCH = """
    window.__headings = new Set();
    new MutationObserver(() => {
        for (const one of document.querySelectorAll('h1, h2, h3')) window.__headings.add(one.textContent);
    }).observe(document, { childList: true, subtree: true, characterData: true });
"""


def test_a_reader_who_types_the_address_sees_that_nothing_is_there(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.reader)
    page.add_init_script(WATCH)
    for address in [*ADDRESSES, f"reader-studies/{stage.id}", f"reader-studies/{stage.id}/people"]:
        page.goto(f"{stage.portal.url}/{address}")
        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
        assert page.evaluate("() => [...window.__headings]") == ["Nothing here"], address


def test_whoever_may_sees_them(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/imaging-studies")
    expect(page.get_by_role("heading", name="Imaging studies")).to_be_visible()

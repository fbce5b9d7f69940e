"""Chromium meets the live portal: what every browser test stands on."""

import pytest
from playwright.sync_api import Page, expect

from tests.services import LivePortal

WEBGL2 = "() => document.createElement('canvas').getContext('webgl2') !== null"


@pytest.mark.e2e
def test_the_sign_in_page_is_drawn_and_webgl_is_there(live_portal: LivePortal, page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_portal.url}/accounts/sign-in")
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate(WEBGL2)
    assert refused == []

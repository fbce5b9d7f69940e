"""A reader at work in Chromium: from the worklist through a case to the signature, by keyboard."""

import re
import uuid
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import sign
from tests.browserless import Person, signature
from tests.e2e.conftest import SLOW_MS, image_is_drawn, screenshots, until
from tests.e2e.coordinating import KEEPS_PICTURES
from tests.e2e.viewing import CLICK_PAUSE_MS, centre_of

EMPTY: dict[str, Any] = {"version": 3, "answers": {}, "findings": [], "ai_decisions": []}


class ReadingDesk:
    """A reader's page, and their session of the API beside it."""

    def __init__(self, page: Page, person: Person, url: str) -> None:
        self.page, self.person, self.url = page, person, url

    @property
    def ai_says(self) -> Locator:
        """What the AI says beside the reader's own answers."""
        return self.page.get_by_test_id("comparison")

    def picture(self, name: str) -> None:
        if KEEPS_PICTURES:
            screenshots(self.page, f"journey-{name}")

    def saved(self, state: str = "saved") -> None:
        expect(self.page.locator(f'[data-save="{state}"]')).to_be_visible(timeout=SLOW_MS)

    def open(self, study: str, assignment: str) -> None:
        """Come to the worklist, choose a reader study, and open its next case, which has to be this one."""
        self.page.goto(f"{self.url}/")
        chosen = self.page.get_by_role("navigation", name="Reader studies").get_by_role("button", name=study)
        chosen.click()
        expect(chosen).to_have_attribute("aria-pressed", "true")
        # In the list, and above the cases.
        expect(self.page.get_by_text(study, exact=True)).to_have_count(2)
        following = self.page.get_by_role("link", name=re.compile("case [0-9]+"))
        expect(following).to_be_visible()
        self.picture("worklist")
        following.press("Enter")
        until(self.page, f"location.pathname.endsWith('{assignment}')")
        image_is_drawn(self.page)

    def answer(self, *, present: bool, question: str, slider: str) -> None:
        """The decision by its key, the rating by the slider's keys where there is one."""
        page = self.page
        page.keyboard.press("Escape")
        page.keyboard.press("y" if present else "n")
        chosen = page.get_by_role("radiogroup", name=question).get_by_role("radio", name="Yes" if present else "No")
        expect(chosen).to_have_attribute("aria-checked", "true")
        if slider:
            rating = page.get_by_role("slider", name=slider)
            rating.focus()
            rating.press("Home")
            for _ in range(8 if present else 2):
                rating.press("PageUp")
        self.saved()

    def mark(self) -> None:
        """Set a point in the middle of the image."""
        self.page.keyboard.press("p")
        self.page.mouse.click(*centre_of(self.page, self.page.evaluate("() => window.__overread_viewer.panes[0].id")))
        self.page.wait_for_timeout(CLICK_PAUSE_MS)
        until(self.page, "window.__overread_viewer.annotations.length === 1")
        confidence = self.page.get_by_role("slider", name="Confidence of mark 1")
        confidence.focus()
        confidence.press("ArrowUp")
        self.saved()

    def freeze(self) -> None:
        """End the first read: only then the AI is there."""
        expect(self.page.locator('[data-phase="FIRST"]')).to_be_visible()
        expect(self.ai_says).to_have_count(0)
        self.page.keyboard.press("Shift+Enter")
        expect(self.page.locator('[data-phase="SECOND"]')).to_be_visible()
        expect(self.ai_says).to_be_visible()

    def sign(self) -> None:
        sign(self.page)
        self.saved("signed")

    def sign_by_api(self, read: dict[str, Any], answers: dict[str, Any]) -> None:
        """Sign an opened case that shows nothing which was not seen in the browser before."""
        base = read["revision_number"]
        if read["reader_study"]["ai_display"] == "SECOND_READ":
            frozen = self.person.send("POST", f"reads/{read['id']}/first-read", _save(base, answers))
            base = frozen["revision_number"]
        self.person.send("POST", f"reads/{read['id']}/sign", signature(_save(base, answers)))


def _save(base: int, answers: dict[str, Any]) -> dict[str, Any]:
    payload = {**EMPTY, "answers": answers}
    return {"base_revision": base, "idempotency_key": str(uuid.uuid4()), "payload": payload}

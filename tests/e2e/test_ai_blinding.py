"""Hidden means absent: from every byte the browser received, from all it keeps, and from what is on the page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import sign
from tests.e2e.ai_stage import AiStudy, ai_study, outlines, prediction, segment_finding
from tests.e2e.byte_tap import ByteTap, compressed_answer, found_in
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, screenshots, sign_in
from tests.e2e.test_reading import click, fill_form_by_keyboard, open_next_case, saved

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# Everything a page can keep in a browser, as text; bytes as Latin-1, so that each stays one character.
KEPT = """async () => {
  const text = (value, depth = 0) => {
    if (depth > 12) return "";
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer)].map((b) => String.fromCharCode(b)).join("");
    if (value instanceof Map || value instanceof Set) return text([...value], depth + 1);
    if (value && typeof value === "object")
      return Object.entries(value).map(([key, part]) => key + ":" + text(part, depth + 1)).join("\\n");
    return String(value);
  };
  const request = (asked) => new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href];
  for (const { name } of await indexedDB.databases()) {
    const database = await request(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const objects = database.transaction(store).objectStore(store);
      found.push(name, store, text(await request(objects.getAllKeys())), text(await request(objects.getAll())));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      const answer = await cache.match(asked);
      found.push(asked.url, text(await answer.arrayBuffer()));
    }
  }
  const frames = await Promise.all(performance.getEntriesByType("resource").map((entry) => entry.name));
  return [...found, ...frames, document.documentElement.outerHTML, document.title].join("\\n");
}"""


BEFORE = {"FIRST": "SHOWN", "SECOND": "HIDDEN", "SIGNED": "HIDDEN"}
LATER = {"FIRST": "HIDDEN", "SECOND": "SHOWN", "SIGNED": "SHOWN"}


@dataclass(frozen=True)
class Watched:
    """A page whose every received byte is kept."""

    page: Page
    tap: ByteTap

    def seen(self, study: AiStudy) -> set[str]:
        """What of the AI the browser has received, keeps, or shows."""
        kept = self.page.evaluate(KEPT).encode("latin-1", "replace")
        received = set().union(*(found_in(one, study.canaries) for one in self.tap.received))
        return received | found_in(kept, study.canaries)


@pytest.fixture
def watched(context: BrowserContext, stage: Stage) -> Iterator[Callable[[AiStudy], Watched]]:
    tap = ByteTap(stage.portal.url)
    context.set_default_timeout(SLOW_MS)

    def open_page(study: AiStudy) -> Watched:
        page = context.new_page()
        sign_in(page, tap.url, study.reader.username)
        return Watched(page, tap)

    yield open_page
    tap.close()


def read_the_case(page: Page) -> None:
    """All a reader does before the end of a read: scroll through, mark, answer, undo, be cut off, come back, reload."""
    open_next_case(page)
    for key in ("End", "Home", "PageDown"):
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    page.keyboard.press("p")
    click(page, (128, 150))
    mark = page.get_by_role("slider", name="Confidence of mark 1")
    mark.focus()
    page.keyboard.press("ArrowUp")
    fill_form_by_keyboard(page)
    saved(page)
    page.context.set_offline(True)
    page.keyboard.press("Shift+Digit2")
    saved(page, "offline")
    page.context.set_offline(False)
    saved(page)
    page.reload()
    image_is_drawn(page)
    page.keyboard.press("?")
    page.keyboard.press("?")


def every_kind(stage: Stage, salt: int) -> list[dict[str, Any]]:
    """Findings of every kind that an AI can have: spheres, a contour, a box, a rectangle in pixels, a segment."""
    return [*prediction(stage, salt)["findings"], *outlines(stage, salt), segment_finding(stage, salt)]


def voxels_are_there(page: Page) -> None:
    """Wait until the voxels of the AI's segment have come."""
    row = page.locator("[data-ai-finding^='canary-segment']")
    expect(row).to_contain_text("segment, ")
    expect(row).not_to_contain_text("loading")


def test_the_search_finds_what_is_there() -> None:
    """Otherwise the tests below would pass on any bytes."""
    canaries = {"plain": [b"Zebrafinch1"], "packed": [bytes(range(1, 32))], "absent": [b"Zebrafinch2"]}
    content = b"\x1f\x8b\x08 no gzip " + compressed_answer(b"x" * 5000 + bytes(range(1, 32))) + b" Zebrafinch1"
    assert found_in(content, canaries) == {"plain", "packed"}


def test_hidden_stays_hidden_through_and_after_signing(stage: Stage, watched: Callable[[AiStudy], Watched]) -> None:
    study = ai_study(stage, "HIDDEN", 11, findings=every_kind(stage, 11))
    one = watched(study)
    read_the_case(one.page)
    sign(one.page)
    saved(one.page, "signed")
    one.page.reload()
    image_is_drawn(one.page)
    one.page.goto(f"{one.tap.url}/")
    expect(one.page.get_by_role("button", name="Study 11")).to_be_visible()
    assert one.seen(study) == set()
    assert sum(map(len, one.tap.received)) > 1_000_000


@pytest.mark.parametrize(
    ("display", "salt", "go_on"),
    [("SECOND_READ", 12, lambda page: page.keyboard.press("Shift+Enter")), ("AFTER_SIGNING", 13, sign)],
)
def test_the_ai_arrives_when_the_protocol_shows_it_and_not_before(
    stage: Stage, watched: Callable[[AiStudy], Watched], display: str, salt: int, go_on: Callable[[Page], None]
) -> None:
    # The scanner is shown when the AI is, the sex of the patient until then.
    cells = {"site": LATER, "clinical_text": LATER, "patient_data": BEFORE}
    study = ai_study(stage, display, salt, blinding=cells, findings=every_kind(stage, salt))
    study.canaries["scanner"] = [b"Synthetic phantom generator"]
    one = watched(study)
    read_the_case(one.page)
    if display == "SECOND_READ":
        # The key that signs elsewhere does nothing to a first read, and shows nothing.
        one.page.keyboard.press("Control+Enter")
        one.page.wait_for_timeout(800)
    assert one.page.get_by_test_id("comparison").count() == 0
    about = one.page.get_by_label("About the case")
    expect(about).to_have_text("Patientother")
    assert one.seen(study) == set()

    go_on(one.page)
    expect(about).to_contain_text("SiteOverread · Synthetic phantom generator")
    expect(about).not_to_contain_text("Patient")
    screenshots(one.page, f"particulars-{display.lower()}")
    expect(one.page.get_by_test_id("comparison")).to_be_visible()
    expect(one.page.get_by_label("Opacity of the heat map")).to_be_enabled()
    voxels_are_there(one.page)
    # The same search now finds all of it, the compressed voxels too: before, it was not there.
    assert one.seen(study) == set(study.canaries) - {"digest of the heat map's voxels"}

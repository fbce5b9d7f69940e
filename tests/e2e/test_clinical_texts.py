"""Clinical texts in Chromium: typed and imported by the coordinator, read where the arm shows them, else absent."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.demo.phantoms import ruler
from tests.browser import sign
from tests.browserless import Person, administrator, new_person
from tests.e2e.axe import faults
from tests.e2e.byte_tap import ByteTap, found_in
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, phantom_study_id, screenshots, sign_in
from tests.e2e.test_ai_blinding import KEPT
from tests.e2e.test_reading import open_next_case, saved
from tests.reader_studies import SEEN, drafted

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

TYPED, IMPORTED = "Zebrafinchcough for three weeks.\nSmoker. Nodule?", "- Zebrafinchfever\n- Weight loss"
CANARIES = {"typed": [b"Zebrafinchcough"], "imported": [b"Zebrafinchfever"]}


def study_of_two(stage: Stage, reader: Person) -> str:
    """A draft with the ruler and the phantom."""
    images = [phantom_study_id(stage.coordinator, name) for name in (ruler.NAME, stage.phantom.name)]
    return drafted(
        stage.coordinator,
        {reader: "READER"},
        name=f"Texts {uuid.uuid4().hex[:6]}",
        questions=[SEEN],
        imaging_study_ids=images,
    )


def launched(stage: Stage, path: str, **blinding: str) -> None:
    design = stage.coordinator.get(f"{path}/design")["design"]
    design["arms"][0]["blinding"] = blinding
    stage.coordinator.send("PUT", f"{path}/design", {"design": design})
    stage.coordinator.send("POST", f"{path}/launch")


@pytest.fixture
def tap(stage: Stage) -> Iterator[ByteTap]:
    made = ByteTap(stage.portal.url)
    yield made
    made.close()


def seen(page: Page, tap: ByteTap) -> set[str]:
    """Which texts the browser has received, keeps, or shows."""
    kept = page.evaluate(KEPT).encode("latin-1", "replace")
    return set().union(found_in(kept, CANARIES), *(found_in(one, CANARIES) for one in tap.received))


def read_both(context: BrowserContext, tap: ByteTap, reader: Person, look: Callable[[Page], None]) -> Page:
    """Read both cases one after the other, and look at each."""
    page = context.new_page()
    sign_in(page, tap.url, reader.username)
    open_next_case(page)
    for is_last in (False, True):
        image_is_drawn(page)
        look(page)
        page.keyboard.press("y")
        saved(page)
        sign(page)
        saved(page, "signed")
        if not is_last:
            next_case(page)
    return page


def next_case(page: Page) -> None:
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    # The room of the signed case stands there a moment longer, with its image: keys are not for it.
    expect(page.locator('[data-save="signed"]')).to_have_count(0)


def test_a_coordinator_types_and_imports_texts_and_readers_see_them(
    stage: Stage, signed_in: Callable[[Person], Page], browser: Browser, tap: ByteTap
) -> None:
    reader = new_person(stage.portal, administrator(stage.portal), "told")
    path = study_of_two(stage, reader)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/clinical-texts")
    page.get_by_role("button", name="Write the text of Case 001").click()
    field = page.get_by_role("textbox", name="Clinical text of Case 001")
    field.fill(TYPED)
    field.press("Control+Enter")
    table = page.get_by_role("table", name="Clinical texts")
    # While the field is there its keys are its own.
    expect(field).to_have_count(0)
    expect(table).to_contain_text("Smoker. Nodule?")
    # The words are stored, and taken back and stored again by key.
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone.")).to_be_visible()
    expect(table).not_to_contain_text("Smoker")
    expect(page.get_by_role("button", name="Write the text of Case 001")).to_be_enabled()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_text("Text of Case 001 stored.")).to_be_visible()
    expect(table).to_contain_text("Smoker")
    expect(page.get_by_role("button", name="Import CSV")).to_be_enabled()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import CSV").click()
    content = f'case,text\r\nCase 002,"{IMPORTED}"\r\n'.encode()
    chooser.value.set_files({"name": "texts.csv", "mimeType": "text/csv", "buffer": content})
    dialog = page.get_by_role("dialog", name="Texts of texts.csv")
    expect(dialog).to_contain_text("1 new, 0 changed, 0 taken away, 0 as they are")
    assert faults(page) == []
    screenshots(page, "clinical-texts-preview")
    dialog.get_by_role("button", name="Store 1").click()
    expect(page.get_by_role("heading", name="Clinical texts: 2 of 2 cases have one")).to_be_visible()
    page.get_by_role("button", name="Edit the text of Case 001").click()
    assert faults(page) == []
    screenshots(page, "clinical-texts")
    versions = [(one["text"], one["version"]) for one in stage.coordinator.get(f"{path}/clinical-texts")["texts"]]
    assert versions == [(TYPED, 3), (IMPORTED, 1)]
    launched(stage, path, clinical_text="SHOWN")

    def look(room: Page) -> None:
        text = room.get_by_role("region", name="Clinical text").get_by_role("paragraph")
        expect(text).to_have_text(TYPED if "Smoker" in text.inner_text() else IMPORTED, use_inner_text=True)
        room.keyboard.press("q")
        expect(text).to_be_hidden()
        room.keyboard.press("q")
        expect(text).to_be_visible()
        assert faults(room) == []
        screenshots(room, "clinical-text-in-the-room")

    # Cookies know no port: whoever reads has a browser of their own.
    own = browser.new_context()
    own.set_default_timeout(SLOW_MS)
    assert seen(read_both(own, tap, reader, look), tap) == {"typed", "imported"}
    own.close()
    shown = [one["number_shown"] for one in stage.coordinator.get(f"{path}/clinical-texts")["texts"]]
    assert shown == [1, 1]


def test_a_blinded_reader_receives_no_byte_of_them(stage: Stage, context: BrowserContext, tap: ByteTap) -> None:
    reader = new_person(stage.portal, administrator(stage.portal), "untold")
    path = study_of_two(stage, reader)
    texts = [{"case": "Case 001", "text": TYPED}, {"case": "Case 002", "text": IMPORTED}]
    stage.coordinator.send("PUT", f"{path}/clinical-texts", {"texts": texts})
    launched(stage, path)
    context.set_default_timeout(SLOW_MS)

    def look(room: Page) -> None:
        expect(room.get_by_role("region", name="Clinical text")).to_have_count(0)
        room.keyboard.press("q")

    page = read_both(context, tap, reader, look)
    page.reload()
    image_is_drawn(page)
    assert seen(page, tap) == set()
    assert sum(map(len, tap.received)) > 1_000_000

"""The walk of docs/coordinator.md: a crossover from nothing to its launch, by mouse and keyboard alone, counted.

`OVERREAD_WALK=docs/images` stores the pictures of the page there: see docs/coordinator.md.
"""

import io
import os
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from portal.demo.phantoms import ruler
from portal.demo.phantoms.dicom import study_instance_uid
from portal.ops.environment import REPOSITORY
from tests.browserless import Person
from tests.e2e.conftest import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

GUIDE = REPOSITORY / "docs" / "coordinator.md"
TEN_MINUTES_S = 600
LARGEST_PICTURE = 150_000


class Walk:
    """A coordinator who clicks and types, with what that takes."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.pictures = page, 0, 0
        folder = os.environ.get("OVERREAD_WALK")
        self.folder = Path(folder) if folder else None

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def fill(self, label: str, text: str, inside: Locator | None = None) -> None:
        """Click into a field and type."""
        field = (inside or self.page).get_by_label(re.compile(rf"^{label}( \*)?$"))
        self.click(field)
        field.fill(text)

    def button(self, name: str, inside: Locator | None = None) -> None:
        self.click((inside or self.page).get_by_role("button", name=name, exact=True))

    def part(self, name: str) -> None:
        parts = self.page.get_by_role("navigation", name="Parts of the reader study")
        self.click(parts.get_by_role("link", name=name, exact=True))

    def picture(self, name: str) -> None:
        """Keep what the page shows now, where the walk is to be drawn."""
        self.pictures += 1
        if self.folder is None:
            return
        self.page.wait_for_timeout(700)
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        image.save(self.folder / f"walk-{self.pictures}-{name}.webp", quality=70, method=6)


def test_a_crossover_is_set_up_and_launched_in_under_ten_minutes(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.coordinator)
    page.set_viewport_size({"width": 1280, "height": 800})
    began = time.monotonic()
    walk = Walk(page)
    page.goto(f"{stage.portal.url}/reader-studies")
    walk.button("New reader study")
    walk.fill("Name", f"Nodules with and without AI {uuid.uuid4().hex[:4]}")
    walk.picture("create")
    walk.button("Create")
    expect(page.get_by_role("navigation", name="Parts of the reader study")).to_be_visible()
    build_form(walk)
    choose_cases(walk, [study_instance_uid(name) for name in (ruler.NAME, stage.phantom.name)])
    walk.part("AI")
    walk.click(page.get_by_role("combobox", name="Model version").or_(page.get_by_label("Model version")).first)
    walk.click(page.get_by_role("option", name=re.compile(f"Watcher {stage.coordinator.username}")))
    expect(page.get_by_text("Every finding of the AI must be accepted")).to_be_visible()
    walk.picture("ai")
    add_readers(walk, [stage.spare, stage.second_reader])
    design(walk)
    upload_truth(walk)
    launch(walk)
    took = time.monotonic() - began
    said = GUIDE.read_text()
    assert took < TEN_MINUTES_S
    assert f"{walk.clicks} clicks" in said, f"docs/coordinator.md: the walk takes {walk.clicks} clicks"
    pictures = sorted(re.findall(r"\(images/(walk-[\w-]+\.webp)\)", said))
    assert len(pictures) == walk.pictures
    assert all((GUIDE.parent / "images" / name).stat().st_size <= LARGEST_PICTURE for name in pictures)


def build_form(walk: Walk) -> None:
    walk.part("Label schema")
    page = walk.page
    for number, (button, text) in enumerate(
        (("+ Yes / no", "Is there a nodule?"), ("+ 0–100", "How sure are you?")), 1
    ):
        walk.button(button)
        walk.fill("Question", text, page.get_by_role("group", name=f"Question {number}", exact=True))
    walk.picture("label-schema")
    walk.button("Save the form")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()


def choose_cases(walk: Walk, uids: list[str]) -> None:
    walk.part("Cases")
    page = walk.page
    table = page.get_by_role("table", name="Imaging studies to pick from")
    for uid in uids:
        # Other tests have left imaging studies of the same patients, which the AI has not seen.
        page.get_by_placeholder("Search description, patient or UID").fill(uid)
        box = table.get_by_role("checkbox", name=re.compile("^Pick "))
        expect(box).to_have_count(1)
        # Not the one before any more.
        expect(box).not_to_be_checked()
        walk.click(box)
    page.get_by_placeholder("Search description, patient or UID").fill("")
    walk.picture("cases")
    walk.button("Save selection")
    expect(page.locator("button:not([data-loading])", has_text="Save selection")).to_be_disabled()


def add_readers(walk: Walk, people: list[Person]) -> None:
    walk.part("People")
    page = walk.page
    for person in people:
        field = page.get_by_role("combobox", name="Person").or_(page.get_by_label("Person", exact=True)).first
        walk.click(field)
        field.fill(person.username)
        walk.click(page.get_by_role("option", name=re.compile(person.username)))
        walk.button("Add")
        expect(page.get_by_role("table", name="Members")).to_contain_text(person.username)
    walk.picture("people")


def design(walk: Walk) -> None:
    walk.part("Design")
    page = walk.page
    walk.click(page.get_by_role("radio", name="Crossover"))
    expect(page.get_by_text("2 cases × 2 readers × 2 sessions = 8 reads")).to_be_visible()
    expect(page.get_by_label("Mask answers until the lock")).to_be_checked()
    walk.picture("design")


def upload_truth(walk: Walk) -> None:
    walk.part("Reference standard")
    page = walk.page
    with page.expect_file_chooser() as chooser:
        walk.button("Upload CSV")
    truth = b"case,truth\nCase 001,1\nCase 002,0\n"
    chooser.value.set_files({"name": "truth.csv", "mimeType": "text/csv", "buffer": truth})
    expect(page.get_by_text("1 positive, 1 negative.")).to_be_visible()
    walk.picture("reference-standard")


def launch(walk: Walk) -> None:
    walk.part("Overview")
    page = walk.page
    begin = page.get_by_role("button", name="Launch", exact=True)
    expect(begin).to_be_enabled()
    walk.picture("overview")
    walk.click(begin)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("8 reads in all")
    walk.button("Launch", dialog)
    expect(page.get_by_text("Readers are at work")).to_be_visible()
    walk.picture("launched")

"""A reader at work in Chromium on a case of their own, for faults that strike in mid-draw."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from portal.demo.phantoms import ruler
from portal.demo.reader_studies import NODULE_QUESTIONS
from tests.browserless import PASSWORD, Person, administrator, new_person
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, phantom_study_id, probe
from tests.reader_studies import launched

# Cornerstone waits this long for a second click before it takes a new one.
CLICK_PAUSE_MS = 600
# Columns and rows of the ruler's phantom, well apart: each mark is a line of its own.
LINES = [((60, 100 + 20 * number), (150, 110 + 20 * number)) for number in range(6)]


@dataclass(frozen=True)
class Desk:
    """A reader, their only case, and the page on which it is open."""

    stage: Stage
    person: Person
    study_id: str
    page: Page

    @property
    def read(self) -> dict[str, Any]:
        """The read as the server has it."""
        assignment = self.page.url.rsplit("/", 1)[1]
        read: dict[str, Any] = self.person.send("POST", f"assignments/{assignment}/open")
        return read

    @property
    def mark_ids(self) -> list[str]:
        """Ids of the findings that the server has, in order."""
        return [finding["id"] for finding in self.read["payload"]["findings"]]

    def revisions(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.person.get(f"reads/{self.read['id']}/revisions")
        return rows


def reader_with_a_case(stage: Stage) -> tuple[Person, str]:
    """A new reader in a reader study of one case, launched."""
    reader = new_person(stage.portal, administrator(stage.portal), "reader")
    path = launched(
        stage.coordinator,
        reader,
        name="Faults in mid-draw",
        questions=NODULE_QUESTIONS,
        imaging_study_ids=[phantom_study_id(stage.coordinator, ruler.NAME)],
    )
    return reader, path.rpartition("/")[2]


def sit_down(stage: Stage, signed_in: Callable[[Person], Page]) -> Desk:
    """Open the only case of a new reader."""
    person, study = reader_with_a_case(stage)
    page = signed_in(person)
    expect(page.get_by_text("to go")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assignments/*")
    image_is_drawn(page)
    expect(page.locator('[data-save="saved"]')).to_be_visible()
    return Desk(stage, person, study, page)


def save_state(page: Page, state: str) -> None:
    """Wait for the sign that says whether the work is safe."""
    expect(page.locator(f'[data-save="{state}"]')).to_be_visible(timeout=SLOW_MS)


@contextmanager
def drawing(page: Page, line: tuple[tuple[float, float], tuple[float, float]]) -> Iterator[None]:
    """Draw a length with the real mouse; what the caller does happens with the button down, half way."""
    (x0, y0), (x1, y1) = (_on_screen(page, place) for place in line)
    page.keyboard.press("l")
    page.mouse.move(x0, y0)
    page.mouse.down()
    _drag(page, (x0, y0), (x1, y1), range(1, 6))
    yield
    _drag(page, (x0, y0), (x1, y1), range(6, 11))
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def draw(page: Page, line: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Draw a length, undisturbed."""
    with drawing(page, line):
        pass


def _on_screen(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    point = probe(page, f"v.clientPointOfPixel({place[0]}, {place[1]})")
    return point["x"], point["y"]


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float], tenths: range) -> None:
    for step in tenths:
        page.mouse.move(*(a + (b - a) * step / 10 for a, b in zip(start, end, strict=True)))


def marks_on_screen(page: Page) -> int:
    """How many marks the viewer shows."""
    return len(probe(page, "v.annotations"))


def sign_in_again(page: Page, password: str = PASSWORD) -> None:
    """Fill in the panel that an ended session brings up."""
    panel = page.get_by_role("form", name="Sign in again")
    panel.get_by_label("Password of").fill(password)
    panel.get_by_role("button", name="Sign in").click()


def eventually(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s: {what}"
        time.sleep(0.2)

"""Cases made for looking at: phantoms in one or several series, and what a mouse and keys do with them."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from portal.demo.phantoms.dicom import phantom_uid, to_bytes, to_datasets
from portal.demo.phantoms.volume import Phantom
from tests.e2e.conftest import Stage, image_is_drawn, until
from tests.reader_studies import imaging_study_id, ingested, launched

QUESTIONS = [
    {
        "key": "seen",
        "kind": "ORDINAL",
        "text": "How well seen?",
        "required": True,
        "role": "RATING",
        "options": ["not", "hardly", "fairly", "well", "very well"],
    },
    {
        "key": "marks",
        "kind": "LOCATED_FINDING",
        "text": "Marks",
        "required": False,
        "tools": ["POINT", "LENGTH", "RECTANGLE", "ELLIPSE"],
        "codes": [{"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"}],
        "minimum_count": 0,
        "maximum_count": None,
    },
]
# Cornerstone waits this long for a second click before it takes a new one.
CLICK_PAUSE_MS = 600


@dataclass(frozen=True)
class Case:
    """One case of a reader study of its own, and its series in the order of their numbers."""

    url: str
    series: list[str]


def series_of(study: str, phantom: Phantom, number: int, **changes: Any) -> Iterator[Dataset]:
    """The phantom as a series of the imaging study of that name; `changes` are DICOM attributes to set."""
    name = f"{study} {number}"
    for index, dataset in enumerate(to_datasets(phantom, day=0, compress=False)):
        dataset.StudyInstanceUID = phantom_uid(study, "study")
        dataset.SeriesNumber = number
        dataset.SeriesInstanceUID = phantom_uid(name, "series")
        dataset.SOPInstanceUID = phantom_uid(name, "instance", str(index))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        for keyword, value in changes.items():
            setattr(dataset, keyword, value)
        yield dataset


def files_of(datasets: Iterable[Dataset]) -> Iterator[tuple[str, bytes]]:
    """The instances as files."""
    return ((f"{index:04d}.dcm", to_bytes(dataset)) for index, dataset in enumerate(datasets))


def case_of(stage: Stage, datasets: Iterable[Dataset], questions: list[dict[str, Any]] = QUESTIONS) -> Case:
    """Ingest an imaging study and give it to the spare reader in a reader study of its own."""
    listed = list(datasets)
    coordinator, reader = stage.coordinator, stage.spare
    ingested(coordinator, files_of(listed))
    path = launched(
        coordinator,
        reader,
        name=f"Viewing {uuid.uuid4().hex[:6]}",
        questions=questions,
        imaging_study_ids=[imaging_study_id(coordinator, str(listed[0].StudyInstanceUID))],
    )
    (assignment,) = reader.get(f"{path}/assignments")
    numbers = {str(one.SeriesInstanceUID): int(one.SeriesNumber) for one in listed}
    return Case(f"{stage.portal.url}/assignments/{assignment['id']}", sorted(numbers, key=lambda uid: numbers[uid]))


def open_to_read(page: Page, case: Case) -> None:
    """Open a case and wait until it can be changed here, also where a test before this one still holds the read."""
    page.goto(case.url)
    image_is_drawn(page)
    take_over_if_held(page)


def take_over_if_held(page: Page) -> None:
    """Make an opened case one's own; a closed browser keeps it for a minute and a half."""
    tool = page.locator('[role="toolbar"] button[aria-label="Length"]:enabled')
    take_over = page.get_by_role("button", name="Take over here")
    expect(tool.or_(take_over)).to_be_visible()
    if take_over.is_visible():
        take_over.click()
    expect(tool).to_be_visible()


def pane(page: Page, pane_id: str, expression: str) -> Any:
    """Evaluate an expression of one pane's probe `p`; null when the pane is not there."""
    found = f"window.__overread_viewer?.panes.find((one) => one.id === '{pane_id}')"
    return page.evaluate(f"() => {{ const p = {found}; return p ? {expression} : null; }}")


def panes(page: Page) -> list[str]:
    """The ids of the panes on the screen."""
    return list(page.evaluate("() => window.__overread_viewer.panes.map((one) => one.id)"))


def becomes(page: Page, read: Callable[[], Any], wanted: Any, seconds: float = 60) -> None:
    """Wait until what is read from the page is as wanted (exactly, or a pytest.approx)."""
    deadline = time.monotonic() + seconds
    while (found := read()) != wanted:
        assert time.monotonic() < deadline, f"{found}, not {wanted}"
        page.wait_for_timeout(100)


def pane_is_drawn(page: Page, pane_id: str, index: int | None = None) -> None:
    """Wait until a pane shows its slice."""
    state = f"window.__overread_viewer?.panes.find((one) => one.id === '{pane_id}')?.state"
    until(page, f"{state}?.isRendered" + ("" if index is None else f" && {state}.index === {index}"))


def centre_of(page: Page, pane_id: str) -> tuple[float, float]:
    """The middle of a pane in the browser's window."""
    box = page.get_by_test_id(f"pane-{pane_id}").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], by: tuple[float, float], *, button: Any = "left") -> None:
    """Press, drag and release with the real mouse."""
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down(button=button)
    for step in range(1, 11):
        page.mouse.move(x + by[0] * step / 10, y + by[1] * step / 10)
    page.mouse.up(button=button)
    page.wait_for_timeout(CLICK_PAUSE_MS)

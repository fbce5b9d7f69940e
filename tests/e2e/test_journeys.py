"""Each design in Chromium: from an empty reader study to a locked one, by its coordinator and its readers.

The coordinator clicks every change; each reader reads the first case of each session and part of the design in the
browser. What only repeats that is signed through the API by the same person.

`OVERREAD_PICTURES=on` keeps a picture of each main step in test-results.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo.phantoms.dicom import study_instance_uid, to_bytes, to_datasets
from portal.demo.phantoms.volume import Grid, Phantom
from tests.browserless import Person, administrator, new_person
from tests.e2e.conftest import SLOW_MS
from tests.e2e.coordinating import Desk
from tests.e2e.reading_desk import ReadingDesk
from tests.services import LivePortal

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

CASES = 4
PRESENT, SURE = "Is there a nodule?", "How sure are you?"
DECISION_AND_RATING = (("Yes / no", PRESENT), ("0–100", SURE))
MARKS_ONLY = (("Yes / no", PRESENT), ("Located finding", "Mark each nodule"))
# One case has a nodule, the next has none.
DISEASED = [case % 2 == 0 for case in range(CASES)]


def one_image(number: int, batch: str) -> Phantom:
    """A phantom of a single small slice: a square of water, brighter from case to case."""
    plane = np.full((1, 96, 96), -1000, np.int16)
    plane[0, 20:76, 20:76] = 40 * number
    return Phantom(f"JOURNEY {batch} {number}", 0, Grid(1, 96, 96, 3.0, 5.0), plane, ())


@dataclass(frozen=True)
class Cast:
    """Who takes part in all journeys, each with a browser of their own, and what the portal holds by then."""

    desk: Page
    readers: list[ReadingDesk]
    coordinator: Person
    url: str
    uids: list[str]
    ai: str
    faults: list[str]


@pytest.fixture(scope="module")
def cast(live_portal: LivePortal, browser: Browser) -> Iterator[Cast]:
    """An account each, and nothing else; then the coordinator brings in the images and the AI."""
    root = administrator(live_portal)
    batch = uuid.uuid4().hex[:6]
    coordinator = new_person(live_portal, root, f"journey-{batch}", creates=True)
    people = [new_person(live_portal, root, f"{name}-{batch}") for name in ("anna", "bert", "carl")]
    faults: list[str] = []
    pages = [page_of(browser, live_portal.url, person, faults) for person in (coordinator, *people)]
    phantoms = [one_image(number, batch) for number in range(CASES)]
    uids = [str(study_instance_uid(one.name)) for one in phantoms]
    desk = Desk(pages[0], live_portal.url, "")
    expect(desk.page.get_by_text("No reader study yet")).to_be_visible()
    desk.bring_in({f"{number}.dcm": file_of(one) for number, one in enumerate(phantoms)})
    desk.register_ai(f"Journey AI {batch}", dict(zip(uids, (0.91, 0.12, 0.83, 0.27), strict=True)))
    readers = [ReadingDesk(page, person, live_portal.url) for page, person in zip(pages[1:], people, strict=True)]
    yield Cast(pages[0], readers, coordinator, live_portal.url, uids, f"Journey AI {batch}", faults)
    for page in pages:
        page.context.close()


def file_of(phantom: Phantom) -> bytes:
    return to_bytes(next(to_datasets(phantom, day=0, compress=False)))


def page_of(browser: Browser, url: str, person: Person, faults: list[str]) -> Page:
    """A browser of one's own, in which the person is signed in already."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(SLOW_MS)
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in person.http.cookies.items()])
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{url}/")
    return page


# -------------------------------------------------------------------- what is clicked on the design page


def only(kind: str) -> Callable[[Desk], None]:
    return lambda desk: desk.kind(kind)


def crossover(order: str) -> Callable[[Desk], None]:
    def choose(desk: Desk) -> None:
        desk.kind("Crossover")
        desk.choose("Order of the arms", order)
        desk.number("Washout before it, days", 0)

    return choose


def paired(option: str) -> Callable[[Desk], None]:
    return lambda desk: desk.choose("Readers and cases", re.compile(f"^{option}"))


def partially_paired(desk: Desk) -> None:
    paired("Partially paired")(desk)
    desk.number("Common to all readers", 2)
    desk.number("Others for each reader", 1)


def trained_with_repeats(desk: Desk) -> None:
    desk.number("Hidden repeats, for each reader and session", 1)
    desk.number("Places between, at least", 2)
    desk.choose("Training cases", "Case 001")
    expect(desk.page.get_by_role("table", name="Readers and sessions")).to_contain_text("1 training")
    desk.page.keyboard.press("Escape")


def double_with_arbitration(desk: Desk) -> None:
    paired("Double reading")(desk)
    desk.page.get_by_role("switch", name="Arbitration").click()
    expect(desk.field("Arbitrators see")).to_be_visible()
    # The last reader is proposed, and reads nothing else.
    plan = desk.page.get_by_role("table", name="Readers and sessions")
    expect(plan).to_contain_text("bert")
    expect(plan).not_to_contain_text("carl")


@dataclass(frozen=True)
class Journey:
    """One design: what is chosen, what it comes to, and what its readers meet."""

    name: str
    # As the launch check calls it.
    called: str
    design: Callable[[Desk], None]
    reads: int
    cases: int = 2
    readers: int = 2
    has_ai: bool = False
    is_masked: bool = False
    form: tuple[tuple[str, str], ...] = DECISION_AND_RATING
    arms: list[str] = field(default_factory=lambda: [""])
    # Reads that nobody draws: two readers differ on the second case.
    arbitrations: int = 0

    @property
    def has_results(self) -> bool:
        return self.form is DECISION_AND_RATING


BOTH_ARMS = ["A: Unaided", "B: With AI"]
JOURNEYS = [
    Journey("Annotation only", "annotation only", only("Annotation only"), reads=4, form=MARKS_ONLY),
    Journey("Single reading", "single reading", only("Single reading"), reads=4),
    Journey(
        "Crossover",
        "crossover in two sessions",
        crossover("Half of the readers start with the second arm"),
        reads=8,
        has_ai=True,
        is_masked=True,
        arms=BOTH_ARMS,
    ),
    Journey("Second reader", "second reader", only("Second reader"), reads=4, has_ai=True, is_masked=True),
    Journey("Concurrent AI", "concurrent AI", only("Concurrent AI"), reads=4, has_ai=True, is_masked=True),
    Journey(
        "MRMC",
        "crossover in two sessions",
        crossover("Each reader starts half of the cases in each arm"),
        reads=16,
        cases=4,
        has_ai=True,
        is_masked=True,
        arms=BOTH_ARMS,
    ),
    Journey("Split-plot", "single reading, split-plot", paired("Split-plot"), reads=4, cases=4),
    Journey("Partially paired", "single reading, partially paired", partially_paired, reads=6, cases=4),
    Journey("Repeats and training", "single reading", trained_with_repeats, reads=10, cases=4),
    Journey(
        "Double reading",
        "single reading, two readers for each case",
        double_with_arbitration,
        reads=4,
        readers=3,
        arbitrations=1,
    ),
]


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda one: one.name)
def test_from_an_empty_reader_study_to_its_lock(cast: Cast, journey: Journey) -> None:
    desk = Desk(cast.desk, cast.url, f"{journey.name} {uuid.uuid4().hex[:4]}")
    readers = cast.readers[: journey.readers]
    path = build(desk, cast, journey)
    for number, reader in enumerate(readers):
        read_all(reader, journey, desk.name, path, overcalls=number == 1)
    finish(desk, journey)
    stored = cast.coordinator.get(path)
    total = journey.reads + journey.arbitrations
    assert (stored["state"], stored["number_signed"], stored["number_of_assignments"]) == ("LOCKED", total, total)
    for reader in readers:
        assert {one["state"] for one in reader.person.get(f"{path}/assignments")} == {"SIGNED"}
    # What a mask has hidden is there now.
    assert len(cast.coordinator.get(f"{path}/labels?page_size=100")["results"]) == total
    assert cast.faults == []


def build(desk: Desk, cast: Cast, journey: Journey) -> str:
    """Everything before the launch, and the launch."""
    path = desk.create()
    desk.form(*journey.form)
    desk.cases(cast.uids[: journey.cases])
    if journey.has_ai:
        desk.ai(cast.ai)
    desk.readers([one.person for one in cast.readers[: journey.readers]])
    if journey.has_results:
        desk.truth({f"Case {number + 1:03d}": int(DISEASED[number]) for number in range(journey.cases)})
    desk.part("Design")
    journey.design(desk)
    desk.planned(journey.reads)
    if journey.is_masked:
        expect(desk.page.get_by_label("Mask answers until the lock")).to_be_checked()
    if len(journey.arms) > 1:
        desk.ai_is_set_by_arms()
    desk.picture(f"design-{journey.name}")
    desk.launch(journey.reads, journey.called)
    return path


def read_all(reader: ReadingDesk, journey: Journey, study: str, path: str, *, overcalls: bool) -> None:
    """Read what the worklist has, until nothing is left."""
    seen = set()
    questions = reader.person.get(path)["label_schema"]["questions"]
    while following := reader.person.get(f"{path}/next")["assignment_id"]:
        read = reader.person.send("POST", f"assignments/{following}/open")
        # Odd cases have a nodule; one reader calls the others too.
        present = overcalls or int(read["case"]["name"].rpartition(" ")[2]) % 2 == 1
        part = (read["session"], read["is_training"], read["role"], read["reader_study"]["ai_display"])
        if part in seen:
            values = {"BINARY": present, "CONFIDENCE": 80 if present else 20}
            answers = {one["key"]: values[one["kind"]] for one in questions if one["kind"] in values}
            reader.sign_by_api(read, answers)
        else:
            seen.add(part)
            read_in_browser(reader, journey, study, read, present=present)


def read_in_browser(reader: ReadingDesk, journey: Journey, study: str, read: dict[str, Any], *, present: bool) -> None:
    display = read["reader_study"]["ai_display"]
    reader.open(study, read["assignment_id"])
    if read["is_training"]:
        expect(reader.page.get_by_test_id("training")).to_contain_text("Its truth is shown after signing.")
    if read["role"] == "ARBITRATION":
        expect(reader.page.get_by_test_id("arbitration")).to_contain_text("Reader B")
    reader.answer(present=present, question=PRESENT, slider=SURE if journey.has_results else "")
    if journey.form is MARKS_ONLY:
        reader.mark()
    if display == "SECOND_READ":
        reader.freeze()
    expect(reader.ai_says).to_have_count(0 if display == "HIDDEN" else 1)
    reader.picture(f"read-{journey.name}-{read['session']}-{display}-{read['role']}")
    reader.sign()
    if read["is_training"]:
        training = reader.page.get_by_test_id("training")
        expect(training).to_contain_text("Truth: diseased")
        done = training.get_by_role("button", name="I am done with the training")
        done.click()
        expect(done).to_have_count(0)


def finish(desk: Desk, journey: Journey) -> None:
    """Close, truth, lock and results: where answers are masked the results come after the lock."""
    desk.close(journey.reads + journey.arbitrations)
    if not journey.has_results:
        return desk.lock(unmasks=False)
    desk.lock_truth()
    if journey.is_masked:
        desk.lock(unmasks=True)
    measures = desk.results(journey.arms)
    anna, bert = (measures.get_by_role("row").filter(has_text=name) for name in ("anna", "bert"))
    expect(anna).to_be_visible()
    if journey.cases == 2 and len(journey.arms) == 1:
        # True and false positives, false and true negatives: one reader is right, the other calls both cases.
        expect(anna).to_contain_text("1 / 0 / 0 / 1")
        expect(bert).to_contain_text("1 / 1 / 0 / 0")
    desk.picture(f"results-{journey.name}")
    return None if journey.is_masked else desk.lock(unmasks=False)

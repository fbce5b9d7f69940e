"""Chromium against the live portal, with a reader study over the demo's own phantoms."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from annotations.domain.randomisation import reading_order
from portal.demo.phantoms import ruler
from portal.demo.phantoms.catalogue import reading_cases
from portal.demo.phantoms.dicom import study_instance_uid, to_bytes, to_datasets
from portal.demo.phantoms.volume import Phantom
from portal.demo.reader_studies import NODULE_QUESTIONS
from portal.inference.prediction_input import PULMONARY_NODULE
from portal.ops.environment import REPOSITORY
from tests.browserless import PASSWORD, Person, administrator, new_person
from tests.reader_studies import drafted, imaging_study_id, ingested
from tests.services import LivePortal

SCREENSHOTS = REPOSITORY / "test-results"
SCREENS = {"1280x800": (1280, 800), "1920x1080": (1920, 1080)}
AI_SCORE = 0.8731
SLOW_MS = 60_000


@dataclass(frozen=True)
class Stage:
    """A launched reader study: Case 001 is the ruler, Case 002 a phantom with a nodule that the AI has found.

    The spare person reads in the reader studies that single tests make.
    """

    portal: LivePortal
    id: str
    coordinator: Person
    reader: Person
    second_reader: Person
    client: Person
    spare: Person
    phantom: Phantom

    def path(self, tail: str) -> str:
        return f"reader-studies/{self.id}{tail}"


def with_nodule() -> Phantom:
    """The first of the demo's reading cases that has a nodule."""
    return next(case for case in reading_cases() if case.nodules).draw()


def files_of(phantom: Phantom) -> Iterator[tuple[str, bytes]]:
    """The phantom as DICOM files."""
    for index, data_set in enumerate(to_datasets(phantom, day=0, compress=False)):
        yield f"{phantom.name}/{index:03d}.dcm", to_bytes(data_set)


def seed_that_begins_with(first: str, usernames: list[str]) -> str:
    """A seed that gives every reader this case first; the algorithm is public, so it can be searched for."""
    names = ["Case 001", "Case 002"]
    return next(
        str(seed)
        for seed in range(10_000)
        if all(reading_order(seed=str(seed), username=one, case_names=names)[0] == first for one in usernames)
    )


def registered_ai(coordinator: Person, phantom: Phantom) -> str:
    """An external AI model whose predictions come in through the API; returns its version's id."""
    model = coordinator.send("POST", "ai-models", {"name": f"Watcher {coordinator.username}"})
    version = coordinator.send("POST", f"ai-models/{model['id']}/versions", {"version": "1.0", "kind": "EXTERNAL"})
    lesion = phantom.lesions[0]
    sphere = {"kind": "SPHERE", "center_mm": list(lesion.center_mm), "diameter_mm": lesion.diameter_mm}
    finding = {"id": "1", "code": PULMONARY_NODULE, "score": AI_SCORE, "geometry": sphere}
    predictions = [
        {"imaging_study_uid": study_instance_uid(ruler.NAME), "score": AI_SCORE, "findings": []},
        {"imaging_study_uid": study_instance_uid(phantom.name), "score": AI_SCORE, "findings": [finding]},
    ]
    coordinator.send("POST", f"model-versions/{version['id']}/predictions", predictions)
    return str(version["id"])


@pytest.fixture(scope="session")
def stage(live_portal: LivePortal) -> Stage:
    assert (REPOSITORY / "frontend" / "dist" / "index.html").is_file(), "build the front end first: make test does"
    root = administrator(live_portal)
    coordinator = new_person(live_portal, root, "coordinator", creates=True)
    names = ("reader", "second", "client", "spare")
    reader, second, client, spare = (new_person(live_portal, root, name) for name in names)
    phantom = with_nodule()
    ingested(coordinator, [file for one in (ruler.make_ruler(), phantom) for file in files_of(one)])
    version = registered_ai(coordinator, phantom)
    path = drafted(
        coordinator,
        {reader: "READER", second: "READER", client: "API_CLIENT"},
        name="Nodules, read in Chromium",
        questions=NODULE_QUESTIONS,
        imaging_study_ids=[phantom_study_id(coordinator, name) for name in (ruler.NAME, phantom.name)],
    )
    coordinator.send("PATCH", path, {"ai_model_version_id": version, "ai_display": "AFTER_SIGNING"})
    stage = Stage(live_portal, path.rpartition("/")[2], coordinator, reader, second, client, spare, phantom)
    stored = coordinator.ask(
        "POST",
        stage.path("/reference-standard"),
        content="case,truth\nCase 001,0\nCase 002,1\n",
        headers={"Content-Type": "text/csv"},
    )
    assert stored.status_code == 201, stored.text
    seed = seed_that_begins_with("Case 001", [reader.username, second.username])
    coordinator.send("POST", stage.path("/launch"), {"seed": seed})
    return stage


def phantom_study_id(coordinator: Person, phantom_name: str) -> str:
    """The portal's id of a phantom's imaging study."""
    return imaging_study_id(coordinator, study_instance_uid(phantom_name))


def sign_in(page: Page, url: str, username: str) -> None:
    """Sign in as a person does."""
    page.goto(f"{url}/accounts/sign-in")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")


@pytest.fixture
def signed_in(context: BrowserContext, stage: Stage) -> Iterator[Callable[[Person], Page]]:
    """Open a page as somebody; page errors and refusals by the content security policy fail the test."""
    faults: list[str] = []
    context.set_default_timeout(SLOW_MS)

    def open_page(person: Person) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        sign_in(page, stage.portal.url, person.username)
        return page

    yield open_page
    for page in context.pages:
        # As who closes the window: a page that is taken away with its browser cannot give its turn to edit back.
        with suppress(Error):  # A test may keep the page from being left.
            page.goto("about:blank")
    assert faults == []


def probe(page: Page, expression: str) -> Any:
    """Evaluate an expression of the viewer's probe `v`."""
    return page.evaluate(f"() => {{ const v = window.__overread_viewer; return v ? {expression} : null; }}")


def until(page: Page, expression: str, seconds: float = 60) -> None:
    """Wait until an expression is true. Playwright's own wait_for_function needs eval, which the portal forbids."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(f"() => Boolean({expression})"):
        assert time.monotonic() < deadline, f"after {seconds:.0f} s: {expression}"
        page.wait_for_timeout(100)


def image_is_drawn(page: Page, index: int | None = None) -> None:
    """Wait until the slice and all around it are on the screen, and this window knows whether it may edit."""
    state = "window.__overread_viewer?.state"
    until(page, f"{state}?.isRendered" + ("" if index is None else f" && {state}.index === {index}"))
    until(page, "!document.querySelector('[data-editing=asking], [role=toolbar]:empty')")


def screenshots(page: Page, name: str) -> None:
    """Keep the page as two usual screens show it, for people to look at: where OVERREAD_PICTURES=on asks for it.

    Drawing the page without a graphics card in two more sizes takes seconds, a hundred and fifty times.
    """
    if os.environ.get("OVERREAD_PICTURES") != "on":
        return
    SCREENSHOTS.mkdir(exist_ok=True)
    before = page.viewport_size
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(700)
        page.screenshot(path=SCREENSHOTS / f"{name}-{screen}.png")
    if before:
        page.set_viewport_size(before)
        page.wait_for_timeout(500)

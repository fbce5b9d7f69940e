"""A browser without graphics acceleration: the processor draws, and images stand and turn as they should."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page, expect

from portal.demo.phantoms.catalogue import make_phantom
from tests.e2e.conftest import SLOW_MS, Stage, probe, sign_in, until
from tests.e2e.test_viewer_looking import fills_its_pane, letters
from tests.e2e.viewing import Case, becomes, case_of, open_to_read, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def case(stage: Stage) -> Case:
    return case_of(stage, series_of("PROCESSOR", make_phantom("PROCESSOR", 4712, nodules=1, slices=12), 1))


@pytest.fixture
def room(
    stage: Stage, case: Case, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Page]:
    args = [*browser_type_launch_args["args"], "--disable-3d-apis"]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": args})
    page = browser.new_page()
    page.set_default_timeout(SLOW_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, stage.portal.url, stage.spare.username)
    open_to_read(page, case)
    yield page
    browser.close()
    assert faults == []


def test_the_processor_draws_fits_turns_and_says_so(room: Page) -> None:
    page = room
    assert probe(page, "v.state.usesCpu") is True
    expect(page.get_by_test_id("facts")).to_contain_text("No graphics acceleration")
    fills_its_pane(page, (256, 256))
    page.set_viewport_size({"width": 1500, "height": 700})
    fills_its_pane(page, (256, 256))
    becomes(page, lambda: letters(page), ("R", "L", "A", "P"))
    page.keyboard.press("Shift+ArrowRight")
    becomes(page, lambda: letters(page), ("P", "A", "R", "L"))
    page.keyboard.press("Shift+ArrowLeft")
    becomes(page, lambda: letters(page), ("A", "P", "R", "L"))
    page.set_viewport_size({"width": 1280, "height": 800})
    fills_its_pane(page, (256, 256))
    becomes(page, lambda: letters(page), ("A", "P", "R", "L"))
    page.keyboard.press("0")
    becomes(page, lambda: letters(page), ("R", "L", "A", "P"))


def test_planes_are_refused_with_the_reason(room: Page) -> None:
    page = room
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 4")
    expect(page.get_by_test_id("pane-AXIAL").get_by_role("alert")).to_contain_text("graphics acceleration")

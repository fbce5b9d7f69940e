"""A large image on a slow line: its low resolution is there early, nothing is measured on it, and the end is exact."""

import math
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.marking import QUESTIONS, draw, marks_of
from tests.e2e.test_reading import saved, stored_read
from tests.e2e.viewing import Case, case_of
from tests.imaging.dicom_files import ct_slice

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

ROWS, COLUMNS = 2000, 1600
FRAME = re.compile(r"/frames/[0-9a-f-]{36}/[0-9a-f-]{36}/[0-9a-f]{32}/(raw|htj2k)/")
# The rest of the image takes more than a minute: time enough to look at what is there before it.
SLOW, FREE = 32_000, -1
STATE = "window.__overread_viewer?.state"


@dataclass(frozen=True)
class Large:
    """A case of one large image and its values."""

    case: Case
    pixels: npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def large(stage: Stage) -> Large:
    row, column = np.mgrid[0 : 1 : ROWS * 1j, 0 : 1 : COLUMNS * 1j]
    noise = np.random.default_rng(7).normal(0, 30, (ROWS, COLUMNS))
    pixels = (2000 + 800 * np.cos(9 * row) * np.sin(7 * column) + noise).astype("<u2")
    one = ct_slice(seed=uuid.uuid4().hex, Rows=ROWS, Columns=COLUMNS)
    one.RescaleSlope, one.RescaleIntercept = 1, -1024
    one.WindowCenter, one.WindowWidth = 1000, 2500
    one.PixelData = pixels.tobytes()
    case = case_of(stage, [one], QUESTIONS)
    uid = str(one.StudyInstanceUID)
    stage.coordinator.until(f"frame-grants/{uid}", lambda answer: answer["series"][0]["state"] == "READY", 120)
    return Large(case, pixels.astype(np.int64) - 1024)


class Line:
    """The page's line, as fast as it is told to be; another pace lets go of what is under way."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("Network.enable")

    def pace(self, bytes_per_second: int) -> None:
        throughput = {"downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second}
        self.session.send("Network.emulateNetworkConditions", {"offline": False, "latency": 40, **throughput})


def test_a_slow_line_shows_low_resolution_first_and_then_exactly_the_file(
    large: Large, stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if FRAME.search(request.url) else None)
    line = Line(page)

    def slowly(route: Route) -> None:
        line.pace(SLOW)
        route.continue_()

    # The application itself comes at full speed, the image does not.
    page.route(FRAME, slowly)
    page.goto(large.case.url, wait_until="commit")
    until(page, f"{STATE}?.isReduced", seconds=120)

    assert probe(page, "v.state.isRendered") is False
    expect(page.get_by_text("Low resolution: the whole image is coming")).to_be_visible()
    screenshots(page, "low-resolution-first")
    # There is nothing that could be measured, and nothing can be marked.
    image_id = probe(page, "v.state.imageId")
    assert page.evaluate("(id) => window.__overread_viewer.valuesAt(id, [0])", image_id) is None
    corner, opposite = (400.0, 500.0), (700.0, 900.0)
    draw(page, "RECTANGLE", [corner, opposite])
    expect(page.get_by_text("still coming in full resolution")).to_be_visible()
    assert probe(page, "v.annotations") == []
    assert probe(page, "v.state.isRendered") is False

    line.pace(FREE)
    image_is_drawn(page, 0)
    assert probe(page, "v.state.isReduced") is False
    positions = np.random.default_rng(3).integers(0, ROWS * COLUMNS, 5000).tolist()
    values = page.evaluate("([id, at]) => window.__overread_viewer.valuesAt(id, at)", [image_id, positions])
    np.testing.assert_array_equal(np.asarray(values), large.pixels.ravel()[positions])
    # One request brought both; a first one for raw pixels was given up, unless the browser knew the line to be slow.
    forms = [match[1] for url in asked if (match := FRAME.search(url))]
    assert forms in (["raw", "htj2k"], ["htj2k"])

    draw(page, "RECTANGLE", [corner, opposite])
    until(page, "window.__overread_viewer.annotations.length === 1")
    saved(page)
    (mark,) = marks_of(stored_read(stage.spare, page))
    inside = large.pixels[inside_of(mark["geometry"]["points_mm"])]
    assert mark["measurements"]["mean"] == pytest.approx(inside.mean(), abs=1)


def inside_of(points_mm: list[list[float]]) -> tuple[slice, slice]:
    """Rows and columns whose centres lie in a rectangle; place and spacing are those of `ct_slice`."""
    columns = sorted((x + 10) / 0.7 for x, _, _ in points_mm)
    rows = sorted((y + 20) / 0.5 for _, y, _ in points_mm)
    return (
        slice(math.ceil(rows[0]), math.floor(rows[-1]) + 1),
        slice(math.ceil(columns[0]), math.floor(columns[-1]) + 1),
    )

"""Right pixels and right millimetres in Chromium; the witness is DICOM's own formulas (see `pixel_phantoms`)."""

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from tests.browserless import Person
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.encoded_phantoms import ENCODED
from tests.e2e.pixel_phantoms import MAKERS, PixelPhantom, linear
from tests.e2e.series_phantoms import SERIES
from tests.imaging.dicom_files import to_bytes
from tests.reader_studies import SEEN, imaging_study_id, ingested, launched

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

GREY_TOLERANCE = 2
PROBES = 20
CLICK_PAUSE_MS = 600
Shot = npt.NDArray[np.int16]


DESCRIBED = [make() for make in MAKERS]
UNLIKE = [make() for make in SERIES]
MEASURED = [phantom.name for phantom in DESCRIBED if phantom.length]


@pytest.fixture(scope="module")
def phantoms() -> list[PixelPhantom]:
    return [*DESCRIBED, *(make() for make in ENCODED.values())]


@pytest.fixture(scope="module")
def addresses(stage: Stage, phantoms: list[PixelPhantom]) -> dict[str, str]:
    """The page of each phantom's case, opened in the reading order beforehand."""
    coordinator, reader = stage.coordinator, stage.spare
    files = {phantom.name: [phantom.data_set] for phantom in phantoms} | {one.name: one.data_sets for one in UNLIKE}
    ingested(coordinator, named(files))
    study_uids = {name: str(data_sets[0].StudyInstanceUID) for name, data_sets in files.items()}
    path = launched(
        coordinator,
        reader,
        name=f"Pixels {uuid.uuid4().hex[:6]}",
        questions=[SEEN],
        imaging_study_ids=[imaging_study_id(coordinator, study_uid) for study_uid in study_uids.values()],
    )
    by_study = {study_uid: name for name, study_uid in study_uids.items()}
    found: dict[str, str] = {}
    for assignment in sorted(reader.get(f"{path}/assignments"), key=lambda one: int(one["position"])):
        read = reader.send("POST", f"assignments/{assignment['id']}/open")
        found[by_study[read["case"]["imaging_study"]["study_instance_uid"]]] = (
            f"{stage.portal.url}/assignments/{assignment['id']}"
        )
    return found


def named(files: dict[str, list[Dataset]]) -> Iterator[tuple[str, bytes]]:
    for name, data_sets in files.items():
        for number, data_set in enumerate(data_sets):
            yield f"{name}-{number}.dcm", to_bytes(data_set)


def centre(block: int, size: int) -> tuple[int, int]:
    """Column and row of the middle of a block."""
    return (block % 8) * size + size // 2, (block // 8) * size + size // 2


def shot_of(page: Page) -> Shot:
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), np.int16)


def shown_colour(page: Page, shot: Shot, block: int, size: int) -> Shot:
    column, row = centre(block, size)
    place = probe(page, f"v.clientPointOfPixel({column}, {row})")
    return shot[round(place["y"]), round(place["x"])]


def visible_blocks(page: Page) -> list[int]:
    """Blocks that no text of the overlay covers: those away from the corners and the middle of the edges."""
    return [block for block in range(64) if 2 <= block % 8 <= 5 and 2 <= block // 8 <= 5] + [17, 22, 41, 46]


def assert_values(page: Page, phantom: PixelPhantom, frame: int) -> None:
    """Twenty probes of what the viewer says the pixels are."""
    blocks = list(range(0, 64, 3))[:PROBES]
    pixels = [list(centre(block, phantom.block)) for block in blocks]
    found = probe(page, f"v.valuesOfPixels({pixels})")
    expected = [phantom.values[frame, block // 8, block % 8].tolist() for block in blocks]
    np.testing.assert_allclose(np.array(found, float), np.array(expected, float), rtol=1e-6, atol=1e-6)


def assert_greys(page: Page, phantom: PixelPhantom, frame: int) -> None:
    assert phantom.greys is not None
    shot = shot_of(page)
    for block in visible_blocks(page):
        expected = phantom.greys[frame, block // 8, block % 8]
        shown = shown_colour(page, shot, block, phantom.block)
        off = np.abs(shown - np.round(expected)).max()
        assert off <= GREY_TOLERANCE, f"{phantom.name}, frame {frame + 1}, block {block}: {shown}, not {expected}"


def badges(page: Page) -> tuple[str, ...]:
    return tuple(page.get_by_test_id("image-badges").first.locator(".mantine-Badge-label").all_inner_texts())


def drawn_aspect(page: Page) -> float:
    """Height of a pixel over its width, on the screen."""
    start, right, down = (probe(page, f"v.clientPointOfPixel({c}, {r})") for c, r in ((0, 0), (100, 0), (0, 100)))
    return float((down["y"] - start["y"]) / (right["x"] - start["x"]))


@pytest.mark.parametrize("name", [*(phantom.name for phantom in DESCRIBED), *ENCODED])
def test_greys_and_values_are_those_of_the_standard(
    name: str,
    phantoms: list[PixelPhantom],
    addresses: dict[str, str],
    stage: Stage,
    signed_in: Callable[[Person], Page],
) -> None:
    phantom = next(one for one in phantoms if one.name == name)
    page = signed_in(stage.spare)
    page.goto(addresses[name])
    for frame in range(len(phantom.values)):
        if frame > 0:
            page.keyboard.press("ArrowDown")
        image_is_drawn(page, frame)
        page.wait_for_timeout(300)
        assert_values(page, phantom, frame)
        if phantom.greys is not None:
            assert_greys(page, phantom, frame)
    assert badges(page) == phantom.badges
    assert drawn_aspect(page) == pytest.approx(phantom.aspect, rel=0.01)
    if phantom.black_blocks:
        shot = shot_of(page)
        assert all(
            shown_colour(page, shot, block, phantom.block).max() <= GREY_TOLERANCE
            for block in phantom.black_blocks[2:6]
        )
        window = probe(page, "v.state.window")
        measured = phantom.values[0, 1:]
        assert measured.min() <= window["center"] <= measured.max()
        assert window["width"] <= measured.max() - measured.min() + 1
    if name not in ENCODED:
        screenshots(page, f"pixels-{name}")


def assert_image(page: Page, phantom: PixelPhantom, index: int) -> None:
    image_is_drawn(page, index)
    page.wait_for_timeout(300)
    assert_values(page, phantom, 0)
    assert_greys(page, phantom, 0)


@pytest.mark.parametrize("name", [one.name for one in UNLIKE])
def test_each_image_of_a_series_is_shown_as_it_asks_for_whatever_came_before(
    name: str, addresses: dict[str, str], stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    series = next(one for one in UNLIKE if one.name == name)
    page = signed_in(stage.spare)
    page.goto(addresses[name])
    last = len(series.images) - 1
    for index, phantom in enumerate(series.images):
        if index > 0:
            page.keyboard.press("ArrowDown")
        assert_image(page, phantom, index)
        screenshots(page, f"pixels-{name}-{index}")
    for index in range(last - 1, -1, -1):
        page.keyboard.press("ArrowUp")
        assert_image(page, series.images[index], index)
    page.keyboard.press("i")
    page.wait_for_timeout(300)
    assert probe(page, "v.state.isInverted")
    page.keyboard.press("i")
    page.wait_for_timeout(300)
    assert_greys(page, series.images[0], 0)


def test_the_windows_that_an_image_names_follow_one_another(
    phantoms: list[PixelPhantom], addresses: dict[str, str], stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    phantom = next(one for one in phantoms if one.name == "named-windows")
    page = signed_in(stage.spare)
    page.goto(addresses[phantom.name])
    image_is_drawn(page, 0)
    words = page.get_by_test_id("window").first
    # A name that is not made of known words is held back by the server, and so are all of them.
    expect(words).to_contain_text("W 400  L 40 Window 1")
    page.keyboard.press("w")
    expect(words).to_contain_text("W 150  L -50 Window 2")
    page.wait_for_timeout(300)
    assert_greys(page, replace(phantom, greys=linear(phantom.values, -50, 150)), 0)
    page.keyboard.press("w")
    expect(words).to_contain_text("W 400  L 40")
    page.wait_for_timeout(300)
    assert_greys(page, phantom, 0)


def draw_line(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    page.keyboard.press("l")
    tool = page.get_by_role("button", name="Length", exact=True)
    expect(tool).to_have_attribute("aria-pressed", "true", timeout=SLOW_MS)
    first, last = (probe(page, f"v.clientPointOfPixel({column}, {row})") for column, row in (start, end))
    page.mouse.move(first["x"], first["y"])
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(
            first["x"] + (last["x"] - first["x"]) * step / 10, first["y"] + (last["y"] - first["y"]) * step / 10
        )
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def stored_marks(person: Person, page: Page) -> list[dict[str, Any]]:
    read = person.send("POST", f"assignments/{page.url.rsplit('/', 1)[1]}/open")
    return [mark for finding in read["payload"]["findings"] for mark in finding["marks"]]


@pytest.mark.parametrize("name", MEASURED)
def test_a_length_drawn_with_the_mouse_is_right_and_says_of_what(
    name: str,
    phantoms: list[PixelPhantom],
    addresses: dict[str, str],
    stage: Stage,
    signed_in: Callable[[Person], Page],
) -> None:
    phantom = next(one for one in phantoms if one.name == name)
    assert phantom.length is not None
    start, end, length_mm, words = phantom.length
    page = signed_in(stage.spare)
    page.goto(addresses[name])
    image_is_drawn(page, 0)
    draw_line(page, start, end)
    until(page, "window.__overread_viewer.annotations.length === 1")
    expect(page.locator('[data-save="saved"]')).to_be_visible(timeout=SLOW_MS)
    (mark,) = stored_marks(stage.spare, page)
    # Two ends, each placed to a pixel of the screen, which is smaller than one of the image.
    pixel_mm = length_mm / np.hypot(end[0] - start[0], end[1] - start[1])
    assert mark["measurements"]["length_mm"] == pytest.approx(length_mm, abs=pixel_mm)
    written = " ".join(page.locator("svg text tspan").all_text_contents())
    assert words in written, written


def test_outside_an_ultrasound_region_there_is_no_millimetre_and_the_reason_is_said(
    addresses: dict[str, str], stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    page.goto(addresses["ultrasound"])
    image_is_drawn(page, 0)
    before = len(stored_marks(stage.spare, page))
    draw_line(page, (24, 104), (84, 120))
    expect(page.locator('[data-save="saved"]')).to_be_visible(timeout=SLOW_MS)
    *_, mark = stored_marks(stage.spare, page)
    assert len(stored_marks(stage.spare, page)) == before + 1
    assert "length_mm" not in mark["measurements"]
    assert "Outside the calibrated ultrasound regions." in " ".join(page.locator("svg text tspan").all_text_contents())

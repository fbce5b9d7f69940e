"""Each marking tool with the real mouse: its sizes in millimetres on phantoms of known geometry, saved and loaded."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots
from tests.e2e.marking import (
    BLOCK,
    BLOCK_HU,
    EVERY_TOOL,
    GEOMETRIES,
    QUESTIONS,
    SLICE_MM,
    Geometry,
    Pixel,
    datasets_of,
    draw,
    marks_of,
    place,
)
from tests.e2e.test_reading import saved, stored_read
from tests.e2e.viewing import Case, case_of, take_over_if_held

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

LEFT, RIGHT, TOP, BOTTOM = BLOCK[0] - 0.5, BLOCK[1] + 0.5, BLOCK[2] - 0.5, BLOCK[3] + 0.5
BLOCK_CORNERS: list[Pixel] = [(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM)]
ROUND: list[Pixel] = [(130 + 40 * math.cos(a * math.pi / 4), 110 + 40 * math.sin(a * math.pi / 4)) for a in range(8)]
# What is drawn, on which slice: two marks a slice at most, far apart, so that none is grabbed by the next.
DRAWN: dict[str, tuple[int, list[Pixel]]] = {
    "LENGTH": (0, [(40, 40), (120, 100)]),
    "POINT": (0, [(200, 200)]),
    "BIDIRECTIONAL": (1, [(50, 60), (170, 60)]),
    "PROBE": (1, [(130, 180)]),
    "ANGLE": (2, [(150, 60), (60, 60), (60, 130)]),
    "ARROW": (2, [(200, 200), (170, 160)]),
    "COBB": (3, [(50, 60), (150, 60), (50, 200), (150, 150)]),
    "RECTANGLE": (4, [(105, 85), (155, 135)]),
    "ELLIPSE": (5, [(130, 110), (180, 140)]),
    "CIRCLE": (6, [(130, 110), (175, 110)]),
    "FREEHAND": (7, BLOCK_CORNERS),
}
ON_A_FRESH_SLICE = {"LIVEWIRE": BLOCK_CORNERS, "SPLINE": ROUND, "BOX": [(60.0, 60.0), (180.0, 160.0)]}


def length(geometry: Geometry, points: list[Pixel]) -> dict[str, float]:
    return {"length_mm": geometry.distance(*points)}


def bidirectional(geometry: Geometry, points: list[Pixel]) -> dict[str, float]:
    # Cornerstone begins with a short axis of two thirds of the long one.
    long_mm = geometry.distance(*points)
    return {"long_axis_mm": long_mm, "short_axis_mm": long_mm * 2 / 3}


def rectangle(geometry: Geometry, points: list[Pixel]) -> dict[str, float]:
    (x0, y0), (x1, y1) = points
    width, height = abs(x1 - x0) * geometry.column_mm, abs(y1 - y0) * geometry.row_mm
    return {"width_mm": width, "height_mm": height}


def ellipse(geometry: Geometry, points: list[Pixel]) -> dict[str, float]:
    # From the middle outwards.
    sides = rectangle(geometry, points)
    return {name: 2 * value for name, value in sides.items()}


def circle(geometry: Geometry, points: list[Pixel]) -> dict[str, float]:
    return {"diameter_mm": 2 * geometry.distance(*points)}


def box(geometry: Geometry, points: list[Pixel]) -> dict[str, float]:
    return {**rectangle(geometry, points), "depth_mm": SLICE_MM}


LENGTHS: dict[str, Callable[[Geometry, list[Pixel]], dict[str, float]]] = {
    "LENGTH": length,
    "BIDIRECTIONAL": bidirectional,
    "RECTANGLE": rectangle,
    "ELLIPSE": ellipse,
    "CIRCLE": circle,
    "BOX": box,
}


def direction_deg(geometry: Geometry, start: Pixel, end: Pixel) -> float:
    return math.degrees(math.atan2((end[1] - start[1]) * geometry.row_mm, (end[0] - start[0]) * geometry.column_mm))


def expected_angle(tool: str, geometry: Geometry, points: list[Pixel]) -> float:
    if tool == "ANGLE":
        return abs(direction_deg(geometry, points[1], points[0]) - direction_deg(geometry, points[1], points[2]))
    between = abs(direction_deg(geometry, *points[:2]) - direction_deg(geometry, *points[2:])) % 180
    return min(between, 180 - between)


def polygon_area(geometry: Geometry, points: list[Pixel]) -> float:
    """The shoelace formula, in millimetres."""
    x = np.array([point[0] * geometry.column_mm for point in points])
    y = np.array([point[1] * geometry.row_mm for point in points])
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def check_sizes(tool: str, mark: dict[str, Any], geometry: Geometry, points: list[Pixel]) -> None:
    """Every length is right within a pixel, an area within a pixel along its border, an angle within a degree."""
    measured = mark["measurements"]
    for name, value in LENGTHS.get(tool, lambda *_: {})(geometry, points).items():
        # Both ends of a diameter are as far off as the one end that the mouse drags.
        slack = (2 if tool in {"ELLIPSE", "CIRCLE"} else 1) * geometry.pixel_mm
        assert measured[name] == pytest.approx(value, abs=slack), f"{tool} {name}"
    if tool in {"ANGLE", "COBB"}:
        assert measured["angle_deg"] == pytest.approx(expected_angle(tool, geometry, points), abs=1), tool
    if tool in {"FREEHAND", "LIVEWIRE", "SPLINE"}:
        border = measured["perimeter_mm"] * geometry.pixel_mm
        outline = points if tool != "SPLINE" else fine_circle()
        assert measured["area_mm2"] == pytest.approx(polygon_area(geometry, outline), abs=border), tool


def fine_circle() -> list[Pixel]:
    """The circle that the spline's points lie on."""
    steps = np.linspace(0, 2 * math.pi, 720, endpoint=False)
    return [(130 + 40 * math.cos(a), 110 + 40 * math.sin(a)) for a in steps]


def check_values(tool: str, mark: dict[str, Any]) -> None:
    """The block is 1000 HU all over, the water around it 0."""
    measured = mark["measurements"]
    if tool == "PROBE":
        assert (measured["value"], measured["unit"]) == (0, "HU")
    if tool == "RECTANGLE":
        names = ("mean", "sd", "min", "max", "unit")
        assert [measured[name] for name in names] == [BLOCK_HU, 0, BLOCK_HU, BLOCK_HU, "HU"]
    if tool in {"ELLIPSE", "CIRCLE"}:
        assert 0 < measured["mean"] < BLOCK_HU
        assert (measured["min"], measured["max"]) == (0, BLOCK_HU)


def check_place(tool: str, mark: dict[str, Any], geometry: Geometry, points: list[Pixel], index: int) -> None:
    """The first point lies where the mouse went down, in the patient."""
    first = mark["geometry"]["points_mm"][0]
    distances = [float(np.linalg.norm(np.array(first) - geometry.millimetres(pixel, index))) for pixel in points]
    if tool in {"LENGTH", "POINT", "PROBE", "ANGLE", "COBB", "ARROW", "CIRCLE", "BIDIRECTIONAL"}:
        assert distances[0] <= geometry.pixel_mm, f"{tool} {distances}"
    offset = (np.array(first) - geometry.position(index)) @ geometry.normal
    expected = -SLICE_MM / 2 if tool == "BOX" else 0
    assert offset == pytest.approx(expected, abs=0.01), f"{tool} lies on its slice"


def check(tool: str, mark: dict[str, Any], geometry: Geometry, index: int, points: list[Pixel]) -> None:
    assert mark["geometry"]["kind"] == tool
    assert mark["geometry"]["frame_number"] == (index + 1 if geometry.is_multi_frame else 1)
    check_sizes(tool, mark, geometry, points)
    check_values(tool, mark)
    check_place(tool, mark, geometry, points, index)


def go_to_slice(page: Page, index: int) -> None:
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    for step in range(index):
        page.keyboard.press("ArrowDown")
        image_is_drawn(page, step + 1)


def clear_marks(page: Page) -> None:
    while page.locator("[data-mark]").count():
        page.get_by_role("button", name="Delete mark").first.click()


@pytest.fixture(scope="module", params=GEOMETRIES)
def marked_case(stage: Stage, request: pytest.FixtureRequest) -> tuple[Geometry, Case]:
    geometry = GEOMETRIES[request.param]
    return geometry, case_of(stage, datasets_of(geometry), QUESTIONS)


def opened(page: Page, case: Case) -> Page:
    page.goto(case.url)
    image_is_drawn(page)
    take_over_if_held(page)
    return page


def test_every_tool_measures_in_millimetres_and_comes_back_where_it_was(
    stage: Stage, signed_in: Callable[[Person], Page], marked_case: tuple[Geometry, Case]
) -> None:
    geometry, case = marked_case
    page = opened(signed_in(stage.spare), case)
    for tool, (index, points) in DRAWN.items():
        go_to_slice(page, index)
        draw(page, tool, points)
        if tool == "ARROW":
            page.keyboard.type("here")
            page.keyboard.press("Enter")
    saved(page)
    screenshots(page, f"tools-{geometry.name.lower()}")
    first = list(marks_of(stored_read(stage.spare, page)))
    assert [mark["geometry"]["kind"] for mark in first] == list(DRAWN)
    for mark, (tool, (index, points)) in zip(first, DRAWN.items(), strict=True):
        check(tool, mark, geometry, index, points)
    assert first[list(DRAWN).index("ARROW")]["text"] == "here"
    before = placed(page)
    page = opened(page, case)
    # What is stored is rounded to the thousandth of a millimetre.
    after = placed(page)
    assert after.keys() == before.keys()
    for name, handles in before.items():
        assert np.abs(np.subtract(after[name], handles)).max() < 0.02, name
    clear_marks(page)
    # The page came back on the slice where it was left.
    go_to_slice(page, 0)

    for tool, points in ON_A_FRESH_SLICE.items():
        draw(page, tool, points)
        # The last click of a contour closes it only when Cornerstone has seen that it is no double click.
        expect(page.locator("[data-mark]")).to_have_count(1)
        saved(page)
        (mark,) = marks_of(stored_read(stage.spare, page))
        check(tool, mark, geometry, 0, points)
        assert [one["id"] for one in probe(page, "v.annotations")] == [mark["id"]], "it stays in the image"
        page = opened(page, case)
        assert len(probe(page, "v.annotations")) == 1
        screenshots(page, f"tool-{tool.lower()}-{geometry.name.lower()}")
        clear_marks(page)
    saved(page)
    assert {*DRAWN, *ON_A_FRESH_SLICE} == set(EVERY_TOOL)


def placed(page: Page) -> dict[str, list[list[float]]]:
    """The handles of every annotation."""
    return {one["id"]: one["points"] for one in probe(page, "v.annotations") if one["tool"] != "PlanarFreehandROI"}


EDGES = Geometry("EDGES", 0.9, 0.7, GEOMETRIES["OBLIQUE"].row, GEOMETRIES["OBLIQUE"].column)
SIDE = 256
# Each leaves the image, most of them the pane as well; clicks outside of the image still have to hit the pane.
OVER_THE_EDGE: dict[str, list[Pixel]] = {
    "LENGTH": [(200, 100), (900, 60)],
    "POINT": [(272, 120)],
    "PROBE": [(-14, 120)],
    "BIDIRECTIONAL": [(250, 60), (250, 400)],
    "ANGLE": [(150, 60), (400, 60), (-14, 130)],
    "COBB": [(50, 60), (-400, 60), (50, 200), (150, 500)],
    "ARROW": [(200, 200), (900, 260)],
    "RECTANGLE": [(200, 200), (800, 700)],
    "ELLIPSE": [(230, 60), (900, 500)],
    "CIRCLE": [(230, 110), (900, 110)],
    "FREEHAND": [(200, 40), (900, 40), (900, 500), (200, 500)],
    "SPLINE": [(200, 40), (272, 40), (272, 200), (200, 200)],
    "LIVEWIRE": [(200, 40), (272, 40), (272, 200), (200, 200)],
    "BOX": [(200, 200), (800, 700)],
}


def pixels_of(points: list[list[float]], index: int = 0) -> np.ndarray:
    """Columns and rows of points in the patient."""
    offsets = np.array(points) - EDGES.position(index)
    columns = offsets @ np.array(EDGES.row) / EDGES.column_mm
    return np.stack([columns, offsets @ np.array(EDGES.column) / EDGES.row_mm], axis=-1)


def drawn_pixels(page: Page) -> np.ndarray:
    """What is drawn of the only mark."""
    (one,) = probe(page, "v.annotations")
    return pixels_of([*one["points"], *one["line"]])


def lie_on_the_image(pixels: np.ndarray) -> bool:
    return bool(pixels.min() >= -0.5 and pixels.max() <= SIDE - 0.5)


def test_marks_end_at_the_edge_of_the_image(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    case = case_of(stage, datasets_of(EDGES), QUESTIONS)
    page = opened(signed_in(stage.spare), case)
    go_to_slice(page, 0)
    for tool, points in OVER_THE_EDGE.items():
        draw(page, tool, points)
        if tool == "ARROW":
            page.keyboard.type("here")
            page.keyboard.press("Enter")
        expect(page.locator("[data-mark]")).to_have_count(1)
        saved(page)
        (mark,) = marks_of(stored_read(stage.spare, page))
        assert mark["geometry"]["kind"] == tool
        stored = pixels_of(mark["geometry"]["points_mm"])
        assert lie_on_the_image(stored), f"{tool} {stored}"
        assert lie_on_the_image(drawn_pixels(page)), tool
        reaches = max(stored.max() - (SIDE - 0.5), -0.5 - stored.min())
        # A livewire runs through pixels that have neighbours on all sides.
        assert reaches == pytest.approx(0, abs=2 if tool == "LIVEWIRE" else 0.01), f"{tool} ends at the edge"
        if tool == "CIRCLE":
            assert mark["measurements"]["diameter_mm"] == pytest.approx(2 * 25.5 * EDGES.column_mm, abs=1)
        if tool == "RECTANGLE":
            assert mark["measurements"]["width_mm"] == pytest.approx(55.5 * EDGES.column_mm, abs=1)
        clear_marks(page)
    saved(page)


def test_a_mark_moved_out_stops_at_the_edge_and_comes_back(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = opened(signed_in(stage.spare), case_of(stage, datasets_of(EDGES), QUESTIONS))
    go_to_slice(page, 0)
    draw(page, "LENGTH", [(100, 100), (200, 100)])
    saved(page)
    before = drawn_pixels(page)
    page.keyboard.press("Escape")
    # Held by its line: all of it goes as far as its first end can, and the way back is the way there.
    (x0, y0), (x1, y1) = place(page, (130, 100)), place(page, (900, 100))
    page.mouse.move(x0, y0)
    page.mouse.down()
    for part in (0.1, 0.3, 0.6, 1):
        page.mouse.move(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
    held_out = drawn_pixels(page)
    assert held_out[:, 0].max() == pytest.approx(SIDE - 0.5, abs=0.01)
    assert np.ptp(held_out[:, 0]) == pytest.approx(np.ptp(before[:, 0]), abs=0.01), "as long as before"
    for part in (0.5, 0.1, 0.02):
        page.mouse.move(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
    back = drawn_pixels(page)
    assert back[:, 0].max() == pytest.approx(before[:, 0].max() + 770 * 0.02, abs=1)
    page.mouse.up()
    page.wait_for_timeout(600)
    assert drawn_pixels(page) == pytest.approx(back), "no jump on release"

    # Held by its end, over the form: it stays at the edge while it is held, too.
    end = (float(back[:, 0].max()), 100.0)
    x0, y0 = place(page, end)
    page.mouse.move(x0, y0)
    page.mouse.down()
    for part in (0.1, 0.5, 1):
        page.mouse.move(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
    held_out = drawn_pixels(page)
    assert held_out[:, 0].max() == pytest.approx(SIDE - 0.5, abs=0.01)
    page.mouse.up()
    page.wait_for_timeout(600)
    assert drawn_pixels(page) == pytest.approx(held_out), "no jump on release"
    saved(page)
    clear_marks(page)
    saved(page)


def touch_along(page: Page, path: list[Pixel]) -> None:
    """Put a finger on the first pixel, draw it through the others, lift it at the last."""
    fingers = page.context.new_cdp_session(page)
    points = [place(page, pixel) for pixel in path]

    def tell(kind: str, *at: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in at]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    tell("touchStart", points[0])
    # A finger that moves before it has rested a moment is a swipe, which Cornerstone leaves alone.
    page.wait_for_timeout(350)
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for step in range(1, 9):
            tell("touchMove", (x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8))
            page.wait_for_timeout(20)
    tell("touchEnd")
    page.wait_for_timeout(600)
    fingers.detach()


def test_a_finger_that_leaves_the_image_draws_to_its_edge(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = opened(signed_in(stage.spare), case_of(stage, datasets_of(EDGES), QUESTIONS))
    go_to_slice(page, 0)
    page.keyboard.press("l")
    touch_along(page, [(200, 100), (400, 100)])
    expect(page.locator("[data-mark]")).to_have_count(1)
    saved(page)
    (mark,) = marks_of(stored_read(stage.spare, page))
    stored = pixels_of(mark["geometry"]["points_mm"])
    assert lie_on_the_image(stored)
    assert lie_on_the_image(drawn_pixels(page))
    assert stored[:, 0].max() == pytest.approx(SIDE - 0.5, abs=0.01)
    assert stored[:, 0].min() == pytest.approx(200, abs=1)

    # Held by its line, all of it goes as far as its end can.
    page.keyboard.press("Escape")
    touch_along(page, [(228, 100), (128, 100)])
    moved = drawn_pixels(page)
    assert moved[:, 0].min() == pytest.approx(100, abs=2)
    touch_along(page, [(128, 100), (428, 100)])
    back = drawn_pixels(page)
    assert back[:, 0].max() == pytest.approx(SIDE - 0.5, abs=0.01)
    assert np.ptp(back[:, 0]) == pytest.approx(np.ptp(moved[:, 0]), abs=0.01), "as long as before"
    clear_marks(page)
    saved(page)


# Of every mark in the pane: what is seen of its words, of its handles and of the line between them, on the screen.
WORDS = """() => {
  const boxOf = (node) => { const { left, top, right, bottom } = node.getBoundingClientRect();
    return { left, top, right, bottom }; };
  const pane = document.querySelector('[data-testid="pane-1"] canvas').getBoundingClientRect();
  const inPane = ({ left, top, right, bottom }) =>
    left >= pane.left && top >= pane.top && right <= pane.right && bottom <= pane.bottom;
  const words = [...document.querySelectorAll('svg.svg-layer g[data-annotation-uid]')];
  return words.map((group) => ({
    id: group.dataset.annotationUid,
    text: group.textContent,
    box: boxOf(group),
    isInside: inPane(boxOf(group)),
  }));
}"""
LEADERS = """() => [...document.querySelectorAll('svg.svg-layer line[stroke-dasharray="2,3"]')].map((line) => {
  const at = (name) => Number(line.getAttribute(name));
  return Math.hypot(at('x2') - at('x1'), at('y2') - at('y1'));
})"""
# Close together, and at the corners of the image.
CROWD: list[tuple[str, list[Pixel]]] = [
    ("LENGTH", [(120, 110), (150, 118)]),
    ("RECTANGLE", [(124, 122), (140, 136)]),
    ("ELLIPSE", [(150, 128), (164, 140)]),
    ("PROBE", [(146, 122)]),
    ("CIRCLE", [(118, 148), (126, 148)]),
    ("BIDIRECTIONAL", [(144, 146), (170, 160)]),
    ("POINT", [(252, 4)]),
    ("RECTANGLE", [(236, 238), (252, 252)]),
]


def is_apart(one: dict[str, float], other: dict[str, float]) -> bool:
    beside = one["right"] <= other["left"] or other["right"] <= one["left"]
    return beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]


def test_words_stand_near_their_mark_over_nothing_and_within_the_pane(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = opened(signed_in(stage.spare), case_of(stage, datasets_of(GEOMETRIES["SQUARE"]), QUESTIONS))
    go_to_slice(page, 0)
    for tool, points in CROWD:
        draw(page, tool, points)
    expect(page.locator("[data-mark]")).to_have_count(len(CROWD))
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    screenshots(page, "words-of-marks")
    for width, height in ((1440, 900), (1000, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(1000)
        words, leaders = page.evaluate(WORDS), page.evaluate(LEADERS)
        assert len(words) == len(leaders) == len(CROWD), words
        assert all(one["isInside"] for one in words), words
        for one, other in itertools.combinations(words, 2):
            assert is_apart(one["box"], other["box"]), (one, other)
        for one in words:
            corners = [place(page, pixel) for pixel in area_of(page, one["id"])]
            if not corners:
                continue
            columns, rows = zip(*corners, strict=True)
            own = {"left": min(columns), "right": max(columns), "top": min(rows), "bottom": max(rows)}
            assert is_apart(one["box"], own), one
        assert max(leaders) < 140, leaders
        assert sorted(leaders)[len(leaders) // 2] < 40, leaders
    page.set_viewport_size({"width": 1440, "height": 900})
    clear_marks(page)
    saved(page)


def area_of(page: Page, annotation_id: str) -> list[Pixel]:
    """The pixels in which the points of a mark lie that encloses an area; none for one of lines."""
    (one,) = [one for one in probe(page, "v.annotations") if one["id"] == annotation_id]
    if one["tool"] in ("Length", "Bidirectional"):
        return []
    square = GEOMETRIES["SQUARE"]
    offsets = (np.array(one["points"]) - square.position(0)) / square.row_mm
    return [(float(column), float(row)) for column, row, _ in offsets]

"""Phantoms of known geometry, and the gestures of every marking tool with the real mouse."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Page
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedCTImageStorage

from portal.demo.phantoms.volume import Grid, Phantom
from tests.e2e.conftest import probe, until
from tests.e2e.viewing import CLICK_PAUSE_MS, series_of

CODE = {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"}
TOOLS = ("POINT", "PROBE", "LENGTH", "BIDIRECTIONAL", "ANGLE", "COBB", "ARROW", "RECTANGLE", "ELLIPSE", "CIRCLE")
EVERY_TOOL = (*TOOLS, "FREEHAND", "LIVEWIRE", "SPLINE", "BOX")
QUESTIONS: list[dict[str, Any]] = [
    {"key": "present", "kind": "BINARY", "text": "Present?", "required": True, "role": "CALL"},
    {
        "key": "marks",
        "kind": "LOCATED_FINDING",
        "text": "Marks",
        "required": False,
        "tools": list(EVERY_TOOL),
        "codes": [CODE],
        "minimum_count": 0,
        "maximum_count": None,
        "attributes": [{"key": "calcified", "kind": "BINARY", "text": "Calcified?", "required": True}],
    },
]
KEYS = {
    "POINT": "p",
    "PROBE": "Shift+p",
    "LENGTH": "l",
    "BIDIRECTIONAL": "d",
    "ANGLE": "g",
    "COBB": "Shift+g",
    "ARROW": "t",
    "RECTANGLE": "r",
    "ELLIPSE": "e",
    "CIRCLE": "c",
    "FREEHAND": "o",
    "LIVEWIRE": "Shift+o",
    "SPLINE": "s",
    "BOX": "Shift+r",
}
# The bright block covers these columns and rows, so its border runs half a pixel outside of them.
BLOCK = (100, 159, 80, 139)
BLOCK_HU = 1000
SLICES = 8
SLICE_MM = 5.0
_MATRIX = 256

Pixel = tuple[float, float]


@dataclass(frozen=True)
class Geometry:
    """Where the pixels of a series lie, written down apart from the code under test."""

    name: str
    row_mm: float
    column_mm: float
    row: tuple[float, float, float] = (1.0, 0.0, 0.0)
    column: tuple[float, float, float] = (0.0, 1.0, 0.0)
    is_multi_frame: bool = False

    @property
    def normal(self) -> Any:
        """Direction from slice to slice."""
        return np.cross(self.row, self.column)

    def position(self, index: int) -> Any:
        """ImagePositionPatient of a slice."""
        return np.array([-100.0, -90.0, 30.0]) + index * SLICE_MM * self.normal

    def millimetres(self, pixel: Pixel, index: int) -> Any:
        """PS3.3 C.7.6.2.1-1."""
        along = np.array(self.row) * pixel[0] * self.column_mm
        return self.position(index) + along + np.array(self.column) * pixel[1] * self.row_mm

    def distance(self, one: Pixel, other: Pixel) -> float:
        """Length in millimetres between two pixels of a slice."""
        return math.hypot((one[0] - other[0]) * self.column_mm, (one[1] - other[1]) * self.row_mm)

    @property
    def pixel_mm(self) -> float:
        """The longer side of a pixel."""
        return max(self.row_mm, self.column_mm)


def _tilted() -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    a, b = math.radians(20), math.radians(30)
    row = (math.cos(a), math.sin(a), 0.0)
    return row, (-math.sin(a) * math.cos(b), math.cos(a) * math.cos(b), math.sin(b))


_ROW, _COLUMN = _tilted()
GEOMETRIES = {
    one.name: one
    for one in (
        Geometry("SQUARE", 0.8, 0.8),
        Geometry("NON-SQUARE", 1.2, 0.6),
        Geometry("OBLIQUE", 0.9, 0.7, _ROW, _COLUMN),
        Geometry("MULTI-FRAME", 0.5, 0.5, is_multi_frame=True),
    )
}


def make_block() -> Phantom:
    """Water with a bright block, the same in every slice."""
    plane = np.full((_MATRIX, _MATRIX), -1000, np.int16)
    plane[10:246, 10:246] = 0
    left, right, top, bottom = BLOCK
    plane[top : bottom + 1, left : right + 1] = BLOCK_HU
    grid = Grid(SLICES, _MATRIX, _MATRIX, 1.0, SLICE_MM)
    return Phantom("BLOCK", 0, grid, np.broadcast_to(plane, (SLICES, _MATRIX, _MATRIX)).copy(), ())


def datasets_of(geometry: Geometry) -> list[Dataset]:
    """The block in this geometry; slice 0 comes first on the screen."""
    listed = list(series_of(f"MARKING {geometry.name}", make_block(), 1))
    for index, dataset in enumerate(listed):
        dataset.InstanceNumber = index + 1
        dataset.PixelSpacing = [geometry.row_mm, geometry.column_mm]
        dataset.ImageOrientationPatient = [round(value, 8) for value in (*geometry.row, *geometry.column)]
        dataset.ImagePositionPatient = [round(float(value), 6) for value in geometry.position(index)]
        dataset.WindowCenter, dataset.WindowWidth = 300, 2600
        del dataset.SliceLocation, dataset.WindowCenterWidthExplanation
    return [_one_object(listed)] if geometry.is_multi_frame else listed


def _item(**values: Any) -> Sequence:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return Sequence([item])


def _one_object(frames: list[Dataset]) -> Dataset:
    """The slices as one Enhanced CT object (PS3.3 A.38), whose geometry lies in its functional groups."""
    whole, first = frames[0], frames[0]
    shared, per_frame = Dataset(), []
    shared.PixelMeasuresSequence = _item(PixelSpacing=first.PixelSpacing, SliceThickness=SLICE_MM)
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=first.ImageOrientationPatient)
    shared.FrameVOILUTSequence = _item(WindowCenter=300, WindowWidth=2600)
    shared.PixelValueTransformationSequence = _item(
        RescaleIntercept=first.RescaleIntercept, RescaleSlope=1, RescaleType="HU"
    )
    for frame in frames:
        one = Dataset()
        one.PlanePositionSequence = _item(ImagePositionPatient=frame.ImagePositionPatient)
        per_frame.append(one)
    pixels = b"".join(frame.PixelData for frame in frames)
    for keyword in ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "RescaleType"):
        delattr(whole, keyword)
    del whole.RescaleIntercept, whole.RescaleSlope, whole.WindowCenter, whole.WindowWidth
    whole.SOPClassUID = whole.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    whole.SharedFunctionalGroupsSequence = Sequence([shared])
    whole.PerFrameFunctionalGroupsSequence = Sequence(per_frame)
    whole.NumberOfFrames = len(frames)
    whole.PixelData = pixels
    return whole


def place(page: Page, pixel: Pixel) -> tuple[float, float]:
    """Where a pixel lies in the browser's window."""
    found = probe(page, f"v.clientPointOfPixel({pixel[0]}, {pixel[1]})")
    return found["x"], found["y"]


def drag_along(page: Page, path: list[Pixel]) -> None:
    """Press at the first pixel, move through the others, release at the last."""
    points = [place(page, pixel) for pixel in path]
    page.mouse.move(*points[0])
    page.mouse.down()
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for step in range(1, 9):
            page.mouse.move(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def move_along(page: Page, path: list[Pixel]) -> None:
    """Drag a mark that is drawn: like a hand, which presses when the line under the pointer is lit."""
    x, y = place(page, path[0])
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    until(page, "window.__overread_viewer.annotations.some((one) => one.isHighlighted)", 20)
    drag_along(page, path)


def flick(page: Page, start: Pixel, end: Pixel) -> None:
    """Drag a mark with a quick hand: what is over within 200 ms was a click to Cornerstone."""
    (x0, y0), (x1, y1) = place(page, start), place(page, end)
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move(x1, y1)
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def click_at(page: Page, pixel: Pixel) -> None:
    """One click, and the pause that Cornerstone takes to see whether it is a double click."""
    x, y = place(page, pixel)
    page.mouse.move(x - 3, y - 3)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    page.wait_for_timeout(CLICK_PAUSE_MS)


def _angle(page: Page, points: list[Pixel]) -> None:
    drag_along(page, points[:2])
    click_at(page, points[2])


def _cobb(page: Page, points: list[Pixel]) -> None:
    drag_along(page, points[:2])
    drag_along(page, points[2:])


def _closed_by_clicks(page: Page, points: list[Pixel]) -> None:
    for pixel in [*points, points[0]]:
        click_at(page, pixel)


def _closed_by_drag(page: Page, points: list[Pixel]) -> None:
    drag_along(page, [*points, points[0]])


GESTURES: dict[str, Callable[[Page, list[Pixel]], None]] = {
    "POINT": lambda page, points: click_at(page, points[0]),
    "PROBE": lambda page, points: click_at(page, points[0]),
    "ANGLE": _angle,
    "COBB": _cobb,
    "FREEHAND": _closed_by_drag,
    "LIVEWIRE": _closed_by_clicks,
    "SPLINE": _closed_by_clicks,
}


def draw(page: Page, tool: str, points: list[Pixel]) -> None:
    """Choose a tool by its key and draw with it."""
    page.keyboard.press(KEYS[tool])
    GESTURES.get(tool, drag_along)(page, points)


def marks_of(read: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every mark of a read."""
    for finding in read["payload"]["findings"]:
        yield from finding["marks"]

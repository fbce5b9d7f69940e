"""Does an image look as if text were burned into its pixels? A suspicion from shapes alone; nothing is read.

What is looked for: near the borders, thin bright or dark strokes that stand out from what is around them, connected
into parts as high as letters, at least `LEAST_LETTERS` of which stand in one line, close together, not all alike (the
ticks of a scale are). Deterministic; the same image gives the same answer. tests/inference/test_burned_in_text.py
says how often it is right on images at hand.

It is blind to: handwriting, text in the middle of the image, strokes wider than `STROKE_PX`, letters that touch each
other or are less than `LEAST_HEIGHT` pixels high, fainter text than `CONTRAST_SHARE`, text that does not run along
rows, and slices between those that are looked at. So an image without a suspicion is not known to be without text.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

LEAST_LETTERS = 4
LEAST_HEIGHT = 6
# Of the image's rows: larger parts are anatomy.
LARGEST_SHARE = 1 / 12
# How far from a border, as a share of the side.
BORDER_SHARE = 0.25
# How far a stroke stands out, as a share of the range of all values of the image.
CONTRAST_SHARE = 0.3
# Strokes of letters are thinner than this; what is wider is flattened as background.
STROKE_PX = 9
# A line of text with this much around it has at most so many times the strokes of its letters.
AROUND_PX = 2
MOST_AROUND = 1.25
# Noise and textures break into very many parts; no text that is looked for does.
MOST_PARTS = 800
MOST_SLICES = 24

Image = npt.NDArray[Any]


class _Part(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int
    area: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def slices_with_text(values: Image) -> list[int]:
    """Return the slices of [slice, row, column] that look as if they held text; of many, some are looked at."""
    number = len(values)
    chosen = np.unique(np.linspace(0, number - 1, min(number, MOST_SLICES)).round().astype(int))
    return [int(index) for index in chosen if has_text_lines(values[index])]


def has_text_lines(image: Image) -> bool:
    """Say whether a grey image [row, column] has a line that looks like text near its border."""
    pixels = np.asarray(image, dtype=np.float32)
    contrast = CONTRAST_SHARE * float(np.ptp(pixels))
    if contrast == 0:
        return False
    box = (min(STROKE_PX, *pixels.shape),) * 2
    bright = pixels - ndimage.grey_opening(pixels, size=box)
    dark = ndimage.grey_closing(pixels, size=box) - pixels
    return any(_has_line(image >= contrast) for image in (bright, dark))


def _parts(strokes: npt.NDArray[np.bool_]) -> list[_Part]:
    """The connected parts that are as large as a letter and lie near a border, from left to right."""
    labels, number = ndimage.label(strokes, structure=np.ones((3, 3), int))
    areas = np.bincount(labels.ravel(), minlength=number + 1)
    rows, columns = strokes.shape
    found = []
    for index, place in enumerate(ndimage.find_objects(labels), start=1):
        part = _Part(place[0].start, place[0].stop, place[1].start, place[1].stop, int(areas[index]))
        if _is_letter(part, rows) and _is_near_border(part, rows, columns):
            found.append(part)
    return sorted(found, key=lambda one: one.left) if len(found) <= MOST_PARTS else []


def _is_letter(part: _Part, rows: int) -> bool:
    is_high = LEAST_HEIGHT <= part.height <= max(2 * LEAST_HEIGHT, rows * LARGEST_SHARE)
    # A letter is at most as wide as 1.6 times its height (W, M) and, but for I and l, no full rectangle.
    return (
        is_high and part.width <= 1.6 * part.height and (part.area <= 0.9 * part.height * part.width or _is_bar(part))
    )


def _is_bar(part: _Part) -> bool:
    return part.width <= part.height / 3


def _is_near_border(part: _Part, rows: int, columns: int) -> bool:
    row, column = (part.top + part.bottom) / 2 / rows, (part.left + part.right) / 2 / columns
    return min(row, 1 - row, column, 1 - column) <= BORDER_SHARE


def _has_line(strokes: npt.NDArray[np.bool_]) -> bool:
    lines = [line for line in _lines(_parts(strokes)) if len(line) >= LEAST_LETTERS and _is_text(line)]
    return any(_stands_alone(line, strokes) for line in lines)


def _stands_alone(line: list[_Part], strokes: npt.NDArray[np.bool_]) -> bool:
    """Between and around letters there is nothing but points and strokes of letters that touch; in noise there is."""
    top, bottom = min(one.top for one in line) - AROUND_PX, max(one.bottom for one in line) + AROUND_PX
    box = strokes[max(top, 0) : bottom, max(line[0].left - AROUND_PX, 0) : line[-1].right + AROUND_PX]
    own = sum(one.area for one in line)
    return int(box.sum()) <= MOST_AROUND * own


def _lines(parts: list[_Part]) -> Iterator[list[_Part]]:
    """Chains of parts, each beginning where the one before ends and standing on the same line."""
    left_over = list(parts)
    while left_over:
        line = [left_over.pop(0)]
        for part in list(left_over):
            if _follows(line[-1], part):
                line.append(part)
                left_over.remove(part)
        yield line


def _follows(one: _Part, other: _Part) -> bool:
    smaller, larger = sorted((one.height, other.height))
    gap = other.left - one.right
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return larger <= 1.6 * smaller and 0 <= gap <= larger and overlap >= 0.6 * smaller and _share_line(one, other)


def _share_line(one: _Part, other: _Part) -> bool:
    """Letters stand on one line, or end at one height (g and y hang below it)."""
    slack = max(1.0, 0.15 * max(one.height, other.height))
    return abs(one.bottom - other.bottom) <= slack or abs(one.top - other.top) <= slack


def _is_text(line: list[_Part]) -> bool:
    """Ticks of a scale are alike and bars; letters are of several shapes."""
    shapes = {(part.height, part.width, part.area) for part in line}
    bars = sum(_is_bar(part) for part in line)
    return len(shapes) >= 3 and 2 * bars <= len(line)

"""Forest plots: one row a figure, with its interval and the numbers beside it."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from validation.reports.drawing import (
    INK,
    PALE,
    WIDTH,
    Frame,
    cut,
    horizontal_axis,
    line,
    mark,
    picture,
    ticks,
    words,
)
from validation.reports.node import Node
from validation.reports.numbers import interval

MOST_ROWS = 40
_ROW = 15.5
_LEFT, _RIGHT = 190.0, 150.0


class Row(NamedTuple):
    """A figure of the result in a row; `value` is the name of its field, `shape` its mark (0 a square, 2 a diamond)."""

    label: str
    node: Node
    value: str = "value"
    shape: int = 0
    is_summary: bool = False


class Scale(NamedTuple):
    """What the axis is of, and the values at which lines stand: no difference, margins."""

    label: str
    lines: Sequence[float] = ()
    is_share: bool = False


def forest_pictures(title: str, rows: Sequence[Row], scale: Scale) -> list[Markup]:
    """Draw the rows, on several pictures where they are many; all have one axis."""
    domain = _domain(rows, scale)
    return [_picture(title, rows[first : first + MOST_ROWS], scale, domain) for first in range(0, len(rows), MOST_ROWS)]


def _picture(title: str, rows: Sequence[Row], scale: Scale, domain: tuple[float, float]) -> Markup:
    frame = Frame(_LEFT, 4, WIDTH - _LEFT - _RIGHT, _ROW * len(rows) + 6, x=domain)
    bottom = frame.top + frame.height
    parts = [
        line(
            [(frame.across(value), frame.top), (frame.across(value), bottom)], dash="2 2" if value else "none", ink=PALE
        )
        for value in scale.lines
        if domain[0] <= value <= domain[1]
    ]
    for index, row in enumerate(rows):
        parts.append(_row(frame, row, frame.top + 11 + _ROW * index))
    parts.append(horizontal_axis(frame, scale.label, ticks(*domain)))
    return picture(title, bottom + 34, parts)


def _row(frame: Frame, row: Row, y: float) -> Markup:
    parts = [words(4, y + 3, cut(row.label, 34), bold=row.is_summary, size=9)]
    at = WIDTH - _RIGHT + 8
    value = row.node.get(row.value)
    if value is None:
        return Markup("").join([*parts, words(at, y + 3, "undefined", size=9)])
    low, high = row.node.get("low"), row.node.get("high")
    if low is not None and high is not None:
        x0, x1 = frame.across(low.value), frame.across(high.value)
        parts.append(line([(x0, y), (x1, y)], width=1.6 if row.is_summary else 1.0))
        parts += [line([(x, y - 3), (x, y + 3)], ink=INK) for x in (x0, x1)]
    parts.append(
        mark(row.shape, frame.across(value.value), y, size=4 if row.is_summary else 3.2, pointer=value.pointer)
    )
    parts.append(words(at, y + 3, interval(row.node, value=row.value, in_picture=True), bold=row.is_summary, size=8.5))
    return Markup("").join(parts)


def _domain(rows: Sequence[Row], scale: Scale) -> tuple[float, float]:
    """Return round ends that hold every interval and every line."""
    values = [
        found.value for row in rows for name in (row.value, "low", "high") if (found := row.node.get(name)) is not None
    ]
    values += scale.lines
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if high - low < 1e-9:
        low, high = low - 0.05, high + 0.05
    steps = ticks(low, high)
    step = steps[1] - steps[0] if len(steps) > 1 else high - low
    low, high = step * _floor(low / step), -step * _floor(-high / step)
    return (max(0.0, low), min(1.0, high)) if scale.is_share else (low, high)


def _floor(value: float) -> int:
    """Round down, but take what is whole but for rounding as whole."""
    return int((value + 1e-9) // 1)

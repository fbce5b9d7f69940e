"""Parts of vector pictures: black on white, told apart by shapes and dashes, never by colour alone.

All measures are in user units of the picture, which is `WIDTH` wide on a page.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

WIDTH = 640.0
FONT = "DejaVu Sans"
INK, PALE, FILL = "#111", "#888", "#e4e4e4"
DASHES = ("none", "7 3", "2 2", "9 3 2 3", "12 5", "5 2 1 2 1 2", "1 3", "14 3 4 3")
_SHAPES = (
    "M-1-1H1V1H-1Z",
    "M0-1.25 1.15 1H-1.15Z",
    "M0-1.35 1.35 0 0 1.35-1.35 0Z",
    "M0 1.25 1.15-1H-1.15Z",
    "M-1.1 0A1.1 1.1 0 1 1 1.1 0A1.1 1.1 0 1 1-1.1 0Z",
    "M-1.2-.4H-.4V-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2Z",
    "M-1.2-1.2 1.2 1.2-1.2 1.2 1.2-1.2Z",
    "M-1.2-1.2 1.2 1.2V-1.2L-1.2 1.2Z",
)


class Frame(NamedTuple):
    """Where a plot stands in its picture, and the values at its edges: left and right, bottom and top."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)

    def across(self, value: float) -> float:
        """Place a value on the horizontal axis."""
        return self.left + self.width * (value - self.x[0]) / (self.x[1] - self.x[0])

    def up(self, value: float) -> float:
        """Place a value on the vertical axis."""
        return self.top + self.height * (1 - (value - self.y[0]) / (self.y[1] - self.y[0]))


def short(value: float) -> str:
    """Write a coordinate: two decimals, none where they are zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def picture(title: str, height: float, parts: Sequence[Markup]) -> Markup:
    """Return an SVG with its title, which screen readers tell and the PDF keeps as alternative text."""
    return Markup(
        '<svg role="img" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        'font-family="{font}" font-size="9.5" fill="{ink}"><title>{title}</title>{parts}</svg>'
    ).format(w=short(WIDTH), h=short(height), font=FONT, ink=INK, title=title, parts=Markup("").join(parts))


def words(
    x: float, y: float, text: str | Markup, *, anchor: str = "start", size: float = 9.5, bold: bool = False
) -> Markup:
    """Write a line of text."""
    return Markup('<text x="{}" y="{}" text-anchor="{}" font-size="{}" font-weight="{}">{}</text>').format(
        short(x), short(y), anchor, size, "bold" if bold else "normal", text
    )


def line(points: Sequence[tuple[float, float]], *, dash: str = "none", ink: str = INK, width: float = 1.0) -> Markup:
    """Draw a line through points."""
    path = " ".join(f"{short(x)},{short(y)}" for x, y in points)
    return Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>').format(
        path, ink, width, dash
    )


def area(points: Sequence[tuple[float, float]], fill: str = FILL) -> Markup:
    """Fill a polygon."""
    path = " ".join(f"{short(x)},{short(y)}" for x, y in points)
    return Markup('<polygon points="{}" fill="{}" stroke="none"/>').format(path, fill)


def box(x: float, y: float, width: float, height: float, *, fill: str = "none", ink: str = INK) -> Markup:
    """Draw a rectangle."""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="0.9"/>').format(
        short(x), short(y), short(width), short(height), fill, ink
    )


def mark(shape: int, x: float, y: float, *, size: float = 3.6, filled: bool = True, pointer: str = "") -> Markup:
    """Draw one of eight marks; `pointer` says which value of the result it stands at."""
    return Markup(
        '<path d="{}" transform="translate({} {}) scale({})" fill="{}" stroke="{}" stroke-width="0.3"{}/>'
    ).format(
        _SHAPES[shape % len(_SHAPES)], short(x), short(y), size, INK if filled else "#fff", INK,
        Markup(' data-at="{}"').format(pointer) if pointer else "",
    )  # fmt: skip


def arrow(points: Sequence[tuple[float, float]]) -> Markup:
    """Draw a line whose last leg ends in an arrow's head."""
    (ax, ay), (bx, by) = points[-2:]
    length = math.hypot(bx - ax, by - ay) or 1.0
    ux, uy = (bx - ax) / length, (by - ay) / length
    head = [(bx, by), (bx - 6 * ux + 3 * uy, by - 6 * uy - 3 * ux), (bx - 6 * ux - 3 * uy, by - 6 * uy + 3 * ux)]
    return line(points) + area(head, INK)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values from low to high, some `about` of them."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def tick_text(value: float) -> str:
    """Write the value of a tick."""
    return f"{value:.6g}".replace("-", "−")


def horizontal_axis(frame: Frame, label: str, values: Sequence[float]) -> Markup:
    """Draw the axis below a plot."""
    bottom = frame.top + frame.height
    parts = [line([(frame.left, bottom), (frame.left + frame.width, bottom)])]
    for value in values:
        x = frame.across(value)
        parts += [
            line([(x, bottom), (x, bottom + 3.5)]),
            words(x, bottom + 13, tick_text(value), anchor="middle", size=8.5),
        ]
    parts.append(words(frame.left + frame.width / 2, bottom + 27, label, anchor="middle"))
    return Markup("").join(parts)


def vertical_axis(frame: Frame, label: str, values: Sequence[float]) -> Markup:
    """Draw the axis to the left of a plot."""
    parts = [line([(frame.left, frame.top), (frame.left, frame.top + frame.height)])]
    for value in values:
        y = frame.up(value)
        parts += [
            line([(frame.left - 3.5, y), (frame.left, y)]),
            words(frame.left - 6, y + 3, tick_text(value), anchor="end", size=8.5),
        ]
    x, y = frame.left - 30, frame.top + frame.height / 2
    parts.append(
        Markup('<text transform="translate({} {}) rotate(-90)" text-anchor="middle">{}</text>').format(
            short(x), short(y), label
        )
    )
    return Markup("").join(parts)


def wrapped(text: str, most: int) -> list[str]:
    """Break a text between words into lines of at most so many characters; a longer word is cut."""
    lines = [""]
    for word in text.split():
        piece = word if len(word) <= most else f"{word[: most - 1]}…"
        joined = f"{lines[-1]} {piece}".strip()
        if len(joined) <= most:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def cut(text: str, most: int) -> str:
    """Shorten a name to a length; the tables hold it whole."""
    return text if len(text) <= most else f"{text[: most - 1]}…"

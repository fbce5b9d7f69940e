"""Pictures with curves: ROC, reliability, net benefit."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from validation.reports.drawing import (
    DASHES,
    PALE,
    Frame,
    area,
    box,
    cut,
    horizontal_axis,
    line,
    mark,
    picture,
    ticks,
    vertical_axis,
    words,
)
from validation.reports.node import Node

UNIT = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# More curves than there are dashes are not told apart: then the tables say which reader is which.
MOST_NAMED = len(DASHES)
_PANEL, _GAP = 244.0, 320.0


class Voice(NamedTuple):
    """One reader or AI with the points of its curve, the place of its decisions, and the band of an AI."""

    name: str
    curve: Sequence[Node]
    sensitivity: Node | None
    specificity: Node | None
    band: Sequence[Node]


class Panel(NamedTuple):
    """One plot with the curves of a subject, and the decisions of others beside them."""

    title: str
    voices: Sequence[Voice]
    decisions: Sequence[tuple[str, Sequence[Voice]]] = ()


def roc_picture(title: str, panels: Sequence[Panel]) -> Markup:
    """Draw panels of ROC curves, two in a row, each with its own key."""
    parts, top = [], 8.0
    for first in range(0, len(panels), 2):
        row = panels[first : first + 2]
        parts += [_roc_panel(panel, 52.0 + _GAP * column, top) for column, panel in enumerate(row)]
        top += _PANEL + 62 + 13 * max(_key_lines(panel) for panel in row)
    return picture(title, top, parts)


def _key_lines(panel: Panel) -> int:
    named = len(panel.voices) if len(panel.voices) <= MOST_NAMED else 1
    return (named + 1) // 2 + len(panel.decisions)


def _roc_panel(panel: Panel, left: float, top: float) -> Markup:
    frame = Frame(left, top + 16, _PANEL, _PANEL)
    parts = [words(left, top + 8, cut(panel.title, 44), bold=True), *(_band(frame, voice) for voice in panel.voices)]
    parts += [
        line([(frame.across(0), frame.up(0)), (frame.across(1), frame.up(1))], dash="1 3", ink=PALE),
        horizontal_axis(frame, "1 − specificity", UNIT),
        vertical_axis(frame, "Sensitivity", UNIT),
    ]
    many = len(panel.voices) > MOST_NAMED
    for index, voice in enumerate(panel.voices):
        points = [(frame.across(one.value["fpf"]), frame.up(one.value["tpf"])) for one in voice.curve]
        if points:
            dash, ink = ("none", PALE) if many else (DASHES[index], "#111")
            parts.append(line(points, dash=dash, ink=ink, width=0.8 if many else 1.1))
    parts += [_decision(frame, voice, 4 if many else index) for index, voice in enumerate(panel.voices)]
    for shape, (_, voices) in enumerate(panel.decisions):
        parts += [_decision(frame, voice, shape, filled=False) for voice in voices]
    return Markup("").join([*parts, _key(panel, left, frame.top + frame.height + 42)])


def _band(frame: Frame, voice: Voice) -> Markup:
    known = [one for one in voice.band if one.get("sensitivity", "low") is not None]
    if not known:
        return Markup("")
    at = [(frame.across(1 - one.value["specificity"]), one.value["sensitivity"]) for one in known]
    upper = [(x, frame.up(one["high"])) for x, one in at]
    lower = [(x, frame.up(one["low"])) for x, one in at]
    return area([*upper, *reversed(lower)])


def _decision(frame: Frame, voice: Voice, shape: int, *, filled: bool = True) -> Markup:
    if voice.sensitivity is None or voice.specificity is None:
        return Markup("")
    x, y = frame.across(1 - voice.specificity.value), frame.up(voice.sensitivity.value)
    return mark(shape, x, y, filled=filled, pointer=f"{voice.specificity.pointer} {voice.sensitivity.pointer}")


def _key(panel: Panel, left: float, top: float) -> Markup:
    """Name every line and mark below a plot, two in a row."""
    parts = []
    if len(panel.voices) > MOST_NAMED:
        parts += [
            line([(left, top - 3), (left + 26, top - 3)], ink=PALE, width=0.8),
            mark(4, left + 13, top - 3, size=3),
        ]
        parts.append(words(left + 32, top, f"{len(panel.voices)} readers, each a line and a mark", size=8.5))
        rows = 1
    else:
        for index, voice in enumerate(panel.voices):
            x, y = left + 124 * (index % 2), top + 13 * (index // 2)
            parts.append(line([(x, y - 3), (x + 26, y - 3)], dash=DASHES[index], width=1.1))
            if voice.sensitivity is not None:
                parts.append(mark(index, x + 13, y - 3, size=3))
            parts.append(words(x + 32, y, cut(voice.name, 17), size=8.5))
        rows = (len(panel.voices) + 1) // 2
    for shape, (name, _) in enumerate(panel.decisions):
        y = top + 13 * (rows + shape)
        parts += [mark(shape, left + 13, y - 3, size=3, filled=False), words(left + 32, y, cut(name, 40), size=8.5)]
    return Markup("").join(parts)


def reliability_picture(title: str, bins: Sequence[Node]) -> Markup:
    """Draw observed shares against predicted probabilities with intervals, and how many cases each bin has."""
    frame = Frame(52, 8, 260, 260)
    parts = [
        line([(frame.across(0), frame.up(0)), (frame.across(1), frame.up(1))], dash="1 3", ink=PALE),
        vertical_axis(frame, "Observed share of positive cases", UNIT),
        horizontal_axis(frame, "Predicted probability", UNIT),
    ]
    known = [one for one in bins if one.get("observed", "value") is not None and one.get("mean_probability")]
    for one in known:
        observed, x = one["observed"], frame.across(one.value["mean_probability"])
        parts.append(line([(x, frame.up(observed.value["low"])), (x, frame.up(observed.value["high"]))]))
        pointer = f"{one['mean_probability'].pointer} {observed['value'].pointer}"
        parts.append(mark(0, x, frame.up(observed.value["value"]), pointer=pointer))
    parts.append(_histogram(bins))
    return picture(title, 310, parts)


def _histogram(bins: Sequence[Node]) -> Markup:
    most = max((one.value["n"] for one in bins), default=1) or 1
    frame = Frame(384, 8, 240, 260, y=(0.0, float(most)))
    parts = []
    for one in bins:
        left, right, top = frame.across(one.value["low"]), frame.across(one.value["high"]), frame.up(one.value["n"])
        parts.append(box(left, top, right - left, frame.top + frame.height - top, fill="#ddd"))
    whole = [value for value in ticks(0, most) if value.is_integer()]
    parts += [vertical_axis(frame, "Cases", whole), horizontal_axis(frame, "Predicted probability", UNIT)]
    return Markup("").join(parts)


def net_benefit_picture(title: str, points: Sequence[Node]) -> Markup:
    """Draw the net benefit of acting by the model, on all, and on none, at threshold probabilities."""
    lines = {
        "The model": [(one.value["threshold"], one.value["model"]["value"]) for one in points
                      if one.get("model", "value") is not None],
        "All are positive": [(one.value["threshold"], one.value["treat_all"]["value"]) for one in points
                             if one.get("treat_all", "value") is not None],
    }  # fmt: skip
    values = [y for drawn in lines.values() for _, y in drawn]
    high = max([*values, 0.1])
    # Far below zero nothing is decided: the lines leave the plot there.
    low = -0.25 * high
    frame = Frame(52, 8, 380, 200, y=(low, high * 1.05))
    parts = [
        vertical_axis(frame, "Net benefit", ticks(low, high)),
        horizontal_axis(frame, "Threshold probability", UNIT),
        line([(frame.across(0), frame.up(0)), (frame.across(1), frame.up(0))], dash="2 2", ink=PALE),
    ]
    for index, (name, drawn) in enumerate(lines.items()):
        inside = [(frame.across(x), frame.up(y)) for x, y in drawn if y >= low]
        parts += [line(inside, dash=DASHES[index], width=1.3)] if len(inside) > 1 else []
        parts.append(line([(450, 22 + 15 * index), (480, 22 + 15 * index)], dash=DASHES[index], width=1.3))
        parts.append(words(486, 25 + 15 * index, name))
    parts += [line([(450, 52), (480, 52)], dash="2 2", ink=PALE), words(486, 55, "None is positive")]
    return picture(title, 252, parts)

"""What readers and AI marked, in a report: counts and areas, and the FROC and AFROC curves."""

from collections.abc import Sequence
from math import ceil

from markupsafe import Markup

from validation.reports.curves import MOST_NAMED, UNIT
from validation.reports.drawing import (
    DASHES,
    PALE,
    Frame,
    cut,
    horizontal_axis,
    line,
    picture,
    ticks,
    vertical_axis,
    words,
)
from validation.reports.material import Material
from validation.reports.node import Node
from validation.reports.numbers import DASH, counted, number
from validation.reports.paper import Cell, Notes, heading, paragraph

_AREAS = (("WAFROC", "wAFROC"), ("AFROC", "AFROC"), ("LESION_SENSITIVITY", "Lesions found, any mark"))
_PANEL, _GAP = 244.0, 320.0


def marks_part(material: Material) -> list[Markup]:
    """Return the table and the curves; nothing where a plan did not say how marks are matched to lesions."""
    marks = None if material.description is None else material.description.get("marks")
    if marks is None:
        return []
    said = Markup("{} Lesions: {}, in {} positive cases; {} cases are negative.").format(
        str(marks["rule"]), *(number(marks["counts"][key], counted) for key in ("lesions", "positives", "negatives"))
    )
    return [heading("Located findings"), paragraph(said), _table(material, marks), *_curves(material, marks)]


def _table(material: Material, marks: Node) -> Markup:
    notes, rows = Notes(), list[list[Cell]]()
    for one in marks["participants"]:
        why = one.get("undefined")
        if why is not None:
            rows.append([material.label_of(one), *[DASH] * 4, notes.outcome(why), DASH, DASH])
            continue
        counts = [number(one["counts"][key], counted) for key in ("lesion_marks", "false_marks")]
        areas = [notes.outcome(one["estimates"][key]) for key, _ in _AREAS]
        rows.append(
            [material.label_of(one), number(one["n"], counted), number(one["lesions"], counted), *counts, *areas]
        )
    header = ["Who", "Cases", "Lesions", "Found", "False marks", *(name for _, name in _AREAS)]
    caption = (
        f"Marks of every AI and reader, with {material.percent} intervals: of areas by the jackknife over cases, of "
        "the lesions found by the ratio estimator with cases as clusters. wAFROC, AFROC: areas under the alternative "
        "FROC curve; in wAFROC the lesions of a case share the weight of one, so that positive cases count alike."
    )
    return material.paper.table(caption, header, rows, notes)


def _curves(material: Material, marks: Node) -> list[Markup]:
    parts = []
    drawn = [
        one for one in marks["participants"] if one.get("curves") is not None and not one["curves"]["froc"].is_undefined
    ]
    most = max((point.value["x"] for voice in drawn for point in voice["curves"]["froc"]), default=0.0)
    # One axis for the AI and the readers of every arm: they are compared by eye.
    end = ceil(max(most, 0.1) * 10) / 10
    for key in dict.fromkeys(one.value["subject"] for one in drawn):
        voices = [one for one in drawn if one.value["subject"] == key]
        name = material.name_of(key)
        caption = (
            f"FROC (left) and AFROC curves of {name}. Left: lesions found against false marks per case; right: "
            "against the share of negative cases with a false mark as sure. A line shows every rating of a mark. All "
            "figures of these curves have the same axes."
        )
        parts.append(material.paper.figure(caption, _picture(f"FROC and AFROC curves of {name}", voices, end)))
    return parts


def _picture(title: str, voices: Sequence[Node], end: float) -> Markup:
    froc, afroc = Frame(52, 8, _PANEL, _PANEL, x=(0.0, end)), Frame(52 + _GAP, 8, _PANEL, _PANEL)
    parts = [
        horizontal_axis(froc, "False marks per case", ticks(0, end)),
        vertical_axis(froc, "Share of lesions found", UNIT),
        horizontal_axis(afroc, "Negative cases with a false mark", UNIT),
        vertical_axis(afroc, "Share of lesions found", UNIT),
    ]
    many = len(voices) > MOST_NAMED
    for index, voice in enumerate(voices):
        dash, ink = ("none", PALE) if many else (DASHES[index], "#111")
        for frame, name in ((froc, "froc"), (afroc, "afroc")):
            points = [(frame.across(one.value["x"]), frame.up(one.value["y"])) for one in voice["curves"][name]]
            if len(points) > 1:
                parts.append(line(points, dash=dash, ink=ink, width=0.8 if many else 1.1))
    rows, key = _key(voices, many=many)
    return picture(title, _PANEL + 52 + 13 * rows, [*parts, *key])


def _key(voices: Sequence[Node], *, many: bool) -> tuple[int, list[Markup]]:
    top = _PANEL + 50
    if many:
        return 1, [words(52, top, f"{len(voices)} readers, each a line", size=8.5)]
    parts = []
    for index, voice in enumerate(voices):
        x, y = 52 + 190 * (index % 3), top + 13 * (index // 3)
        parts.append(line([(x, y - 3), (x + 26, y - 3)], dash=DASHES[index], width=1.1))
        parts.append(words(x + 32, y, cut(str(voice["name"]), 26), size=8.5))
    return ceil(len(voices) / 3), parts

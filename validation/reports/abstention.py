"""What an AI gains that leaves its least certain cases to a human, in a report: errors against the share it keeps."""

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from validation.reports.curves import UNIT
from validation.reports.drawing import Frame, area, horizontal_axis, line, mark, picture, ticks, vertical_axis
from validation.reports.material import Material
from validation.reports.node import Node
from validation.reports.numbers import DASH, counted, number, plain
from validation.reports.paper import Notes, heading, paragraph

_LEAST_END = 0.1
_ESTIMATES = {
    "error_rate": "Error rate with every case kept",
    "area": "Mean error rate along the curve (area)",
    "excess_area": "Of it, above that of the best order of cases",
}
# A mark at every point would be a line.
_MOST_MARKS = 40


def abstention_part(material: Material) -> list[Markup]:
    """Return figure and tables of every AI; nothing where no prediction says how uncertain it is."""
    parts: list[Markup] = []
    for name, block in _blocks(material):
        if block.is_undefined:
            parts.append(paragraph(f"{name}: undefined. {block['detail']}"))
        else:
            parts += _of_one(material, name, block)
    return [heading("Leaving uncertain cases to a human"), *parts] if parts else []


def _blocks(material: Material) -> Iterator[tuple[str, Node]]:
    if not material.is_planned:
        block = material.result.get("abstention")
        return iter([] if block is None else [("The AI", block)])
    found = ((str(one["name"]), one.get("abstention")) for one in material.participants)
    return ((name, block) for name, block in found if block is not None)


def _of_one(material: Material, name: str, block: Node) -> list[Markup]:
    title = f"Errors of {name} on the cases that it keeps"
    caption = (
        f"{title}, the most certain first: error rate by the share of cases kept, with {material.percent} intervals "
        f"(Wilson, each point by itself). Uncertainty: {block['definition']}"
    )
    counts = block["counts"]
    said = Markup("{}: {} cases with a decision and an uncertainty, {} of them decided wrongly; of {} decided cases no "
                  "uncertainty is known, and they are not on the curve.").format(
        name, *(number(counts[key], counted) for key in ("cases", "errors", "without_uncertainty"))
    )  # fmt: skip
    notes = Notes()
    rows = [[_ESTIMATES[key], notes.outcome(one)] for key, one in block["estimates"].items()]
    areas = material.paper.table(f"Errors and uncertainty of {name}.", ["Measure", "Estimate"], rows, notes)
    return [
        paragraph(said),
        material.paper.figure(caption, _picture(title, list(block["curve"]))),
        areas,
        _kept(material, name, block),
    ]


def _kept(material: Material, name: str, block: Node) -> Markup:
    notes = Notes()
    rows: list[list[Any]] = [
        [
            number(one["share"], plain),
            number(one["n"], counted),
            *(notes.outcome(one[measure]) for measure in ("error_rate", "sensitivity", "specificity")),
        ]
        for one in block["kept"]
    ] or [[DASH] * 5]
    caption = (
        f"Decisions of {name} on the share of cases of which it is most certain, with {material.percent} intervals. "
        "Cases of one uncertainty are kept or left together."
    )
    header = ["Share kept, at most", "Cases", "Error rate", "Sensitivity", "Specificity"]
    return material.paper.table(caption, header, rows, notes)


def _picture(title: str, points: list[Node]) -> Markup:
    top = max([_LEAST_END, *(one.value["error_rate"] for one in points)])
    end = min(1.0, 1.25 * top)
    frame = Frame(52, 8, 420, 220, y=(0.0, end))
    at = [(frame.across(one.value["coverage"]), one.value) for one in points]
    upper = [(x, frame.up(min(one["high"], end))) for x, one in at]
    lower = [(x, frame.up(min(one["low"], end))) for x, one in at]
    parts = [area([*upper, *reversed(lower)])] if len(at) > 1 else []
    parts += [
        horizontal_axis(frame, "Share of cases kept", UNIT),
        vertical_axis(frame, "Error rate of those kept", ticks(0, end)),
    ]
    parts += [line([(x, frame.up(one["error_rate"])) for x, one in at], width=1.3)] if len(at) > 1 else []
    step = -(-len(points) // _MOST_MARKS)
    # The last one keeps every case.
    for index in range(len(points) - 1, -1, -step):
        x, one = at[index]
        pointer = f"{points[index]['coverage'].pointer} {points[index]['error_rate'].pointer}"
        parts.append(mark(0, x, frame.up(one["error_rate"]), size=2.6, pointer=pointer))
    return picture(title, 272, parts)

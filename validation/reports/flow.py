"""The flow diagram: cases and readings that were there, that were left out and why, and that count (STARD 2015)."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from validation.reports.drawing import WIDTH, arrow, box, picture, words, wrapped
from validation.reports.node import Node
from validation.reports.numbers import counted, number_in_picture, total_in_picture

REASONS = {
    "training": "read for training",
    "withdrawn": "withdrawn",
    "no-truth": "no reference standard",
    "not-assigned": "not assigned",
    "other-arm": "read in another arm",
    "arbitration": "arbitration",
    "repeat": "hidden repeat",
    "unsigned": "not signed",
    "void": "assignment withdrawn",
    "call-cannot-assess": "decision not assessable",
    "rating-cannot-assess": "rating not assessable",
    "no-call": "no decision",
    "no-rating": "no rating",
    "no-prediction": "no prediction",
    "no-lesion": "no known lesion, in figures of marks",
    "marks-cannot-assess": "marks not assessable",
    "marks-unrated": "mark without a rating",
}
_LINE = 12.5
_COLUMNS = 3
_EDGE = 1.5
_CELLS = (("tp", "true positive"), ("fn", "false negative"), ("fp", "false positive"), ("tn", "true negative"))


class Branch(NamedTuple):
    """The readings of one subject: its readers or its AI, and what of theirs is left out."""

    name: str
    participants: Sequence[Node]
    exclusions: Sequence[Node]
    is_ai: bool


def flow_picture(title: str, counts: Node, left_out: Sequence[Node], branches: Sequence[Branch]) -> Markup:
    """Draw the diagram; `left_out` are the exclusions of whole cases."""
    middle = WIDTH / 2
    parts, y = [], 4.0
    drawn, bottom = _box(middle - 110, y, 220, [_count("Cases in the reader study", counts["cases"])])
    parts.append(drawn)
    side = [words_of("Cases left out"), *(_counts(REASONS[str(one["reason"])], [one["n"]]) for one in left_out)]
    excluded, side_bottom = _box(middle + 130, bottom + 8, 180, side if left_out else [words_of("No case left out")])
    parts.append(excluded)
    y = max(side_bottom, bottom) + 12
    parts.append(arrow([(middle, bottom), (middle, y)]))
    at = bottom + 18
    parts.append(arrow([(middle, at), (middle + 130, at)]))
    lines = [
        *([_count("Cases analysed", counts["cases_analysed"])] if counts.get("cases_analysed") else []),
        _count("Patients", counts["patients"]),
        _count("Target condition present", counts["positives"]),
        _count("Target condition absent", counts["negatives"]),
    ]
    drawn, bottom = _box(middle - 110, y, 220, lines)
    parts.append(drawn)
    below, height = _branches(branches, bottom)
    return picture(title, height + 4, [*parts, below])


def _branches(branches: Sequence[Branch], top: float) -> tuple[Markup, float]:
    """Draw the subjects below the cases, three in a row."""
    parts = []
    width = (WIDTH - 8 - 12 * (_COLUMNS - 1)) / _COLUMNS
    bottom = top
    for first in range(0, len(branches), _COLUMNS):
        row = branches[first : first + _COLUMNS]
        start = WIDTH / 2 - (len(row) * width + (len(row) - 1) * 12) / 2
        y, ends = bottom + 26, []
        for column, branch in enumerate(row):
            left = start + column * (width + 12)
            drawn, end = _box(left, y, width, _branch_lines(branch))
            ends.append(end)
            parts.append(drawn)
            trunk = [(WIDTH / 2, top), (WIDTH / 2, top + 12)]
            # Further rows are reached along the edge, so that nothing seems to come out of the boxes above.
            trunk += [] if first == 0 else [(_EDGE, top + 12), (_EDGE, y - 14)]
            centre = left + width / 2
            parts.append(arrow([*trunk, (centre, y - 14), (centre, y)]))
        bottom = max(ends)
    return Markup("").join(parts), bottom


def _branch_lines(branch: Branch) -> list[Markup]:
    lines = [Markup('<tspan font-weight="bold">{}</tspan>').format(one) for one in wrapped(branch.name, 30)[:2]]
    if not branch.is_ai:
        lines.append(words_of(f"{len(branch.participants)} reader{'s' * (len(branch.participants) != 1)}"))
    by_reason: dict[str, list[Node]] = {}
    for one in branch.exclusions:
        by_reason.setdefault(str(one["reason"]), []).append(one["n"])
    left_out = [_counts(f"Left out or incomplete: {REASONS[reason]}", found) for reason, found in by_reason.items()]
    lines += left_out or [words_of("Nothing left out")]
    if not branch.participants:
        return [*lines, words_of("Nothing analysed")]
    what = "Cases with an answer" if branch.is_ai else "Readings with an answer"
    lines.append(_counts(what, [one["n"] for one in branch.participants]))
    decided = [one["binary"]["counts"] for one in branch.participants if one.get("binary", "counts") is not None]
    if not decided:
        return [*lines, words_of("No decision, ratings only")]
    return lines + [_counts(f"Decided: {name}", [one[cell] for one in decided]) for cell, name in _CELLS]


def words_of(text: str) -> Markup:
    """Return a line without a number."""
    return Markup("<tspan>{}</tspan>").format(text)


def _count(label: str, node: Node) -> Markup:
    return Markup("<tspan>{}: </tspan>{}").format(label, number_in_picture(node, counted))


def _counts(label: str, nodes: Sequence[Node]) -> Markup:
    return Markup("<tspan>{}: </tspan>{}").format(label, total_in_picture(nodes))


def _box(left: float, top: float, width: float, lines: Sequence[Markup]) -> tuple[Markup, float]:
    """Draw a box of lines; return it and where it ends."""
    height = _LINE * len(lines) + 8
    parts = [box(left, top, width, height)]
    parts += [words(left + 6, top + 13 + _LINE * index, text, size=8.5) for index, text in enumerate(lines)]
    return Markup("").join(parts), top + height

"""Tables and figures with numbered captions, and the notes below them."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from validation.reports.node import Node
from validation.reports.numbers import DASH, Format, interval, measured

Cell = str | Markup
MOST_ROWS = 150
# Tables that are kept on one page.
SHORT = 16
_NOTE_MARKS = "abcdefghijklmnopqrstuvwxyz"
# In characters: a column's share of the width of its table.
_NARROWEST, _WIDEST = 10, 40


class Notes:
    """Remarks below a table, each said once and marked where it applies."""

    def __init__(self) -> None:
        """Begin with none."""
        self.texts: list[str] = []

    def mark(self, text: str) -> Markup:
        """Note a remark and return its mark."""
        if text not in self.texts:
            self.texts.append(text)
        return Markup("<sup>{}</sup>").format(_mark(self.texts.index(text)))

    def outcome(self, node: Node | None, form: Format = measured, *, value: str = "value") -> Markup:
        """Print an estimate with its interval, or that it is undefined with the reason as a remark."""
        if node is None:
            return DASH
        if node.is_undefined:
            return Markup("undefined{}").format(self.mark(str(node["detail"])))
        said = interval(node, form, value=value)
        note = node.get("note")
        return said if note is None else said + self.mark(str(note))


def _mark(index: int) -> str:
    letters = len(_NOTE_MARKS)
    return _NOTE_MARKS[index % letters] * (index // letters + 1)


class Paper:
    """Numbers tables and figures in the order in which they are made."""

    def __init__(self) -> None:
        """Begin with the first table and the first figure."""
        self.tables = 0
        self.figures = 0

    def table(
        self, caption: Cell, header: Sequence[str], rows: Sequence[Sequence[Cell]], notes: Notes | None = None
    ) -> Markup:
        """Draw a table whose first column names its rows; beyond `MOST_ROWS` it says where the others are."""
        self.tables += 1
        shown = rows[:MOST_ROWS]
        remarks = [] if notes is None else [
            Markup("<sup>{}</sup> {}").format(_mark(index), text) for index, text in enumerate(notes.texts)
        ]  # fmt: skip
        if len(rows) > len(shown):
            remarks.append(escape(f"{len(rows) - len(shown)} more rows are in result.json."))
        columns = Markup("").join(Markup('<col style="width:{:.1f}%">').format(one) for one in _shares(header, shown))
        head = Markup("").join(Markup('<th scope="col">{}</th>').format(cell) for cell in header)
        body = Markup("").join(_row(row) for row in shown)
        kind = "table short" if len(shown) <= SHORT else "table"
        return Markup(
            '<div class="{}"><table><caption><b>Table {}.</b> {}</caption><colgroup>{}</colgroup>'
            "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}</div>"
        ).format(kind, self.tables, caption, columns, head, body, _remarks(remarks))

    def figure(self, caption: Cell, drawing: Markup) -> Markup:
        """Set a drawing with its caption."""
        self.figures += 1
        return Markup("<figure>{}<figcaption><b>Figure {}.</b> {}</figcaption></figure>").format(
            drawing, self.figures, caption
        )


def _row(row: Sequence[Cell]) -> Markup:
    cells = Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(row[0], cells)


def _remarks(remarks: Sequence[Markup]) -> Markup:
    if not remarks:
        return Markup("")
    return Markup('<p class="notes">{}</p>').format(Markup(" ").join(remarks))


def _shares(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[float]:
    """Return how much of its width a table gives each column: by its longest cell, within limits.

    Given beforehand, because WeasyPrint would measure every word of the table anew for each of its pages.
    """
    longest = [1.3 * max(map(len, words.split() or [""])) for words in header]
    for row in rows:
        longest = [max(known, len(_plain(cell))) for known, cell in zip(longest, row, strict=True)]
    bounded = [min(max(one + 2, _NARROWEST), _WIDEST) for one in longest]
    return [100 * one / sum(bounded) for one in bounded]


def _plain(cell: Cell) -> str:
    return cell.striptags() if isinstance(cell, Markup) else cell


def section(number: int, title: str, parts: Sequence[Markup]) -> Markup:
    """Set a numbered section with its heading."""
    return Markup('<section id="section-{}"><h2>{}. {}</h2>{}</section>').format(
        number, number, title, Markup("").join(parts)
    )


def paragraph(text: Cell) -> Markup:
    """Set a paragraph."""
    return Markup("<p>{}</p>").format(text)


def heading(text: Cell) -> Markup:
    """Set a heading within a section."""
    return Markup("<h3>{}</h3>").format(text)


def listing(items: Sequence[Cell]) -> Markup:
    """Set a list."""
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(one) for one in items))

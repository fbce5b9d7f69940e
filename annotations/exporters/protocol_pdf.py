"""A protocol as a PDF: the document that is frozen, drawn for paper and for screen readers (tagged, PDF/UA-1).

The same document and stand give the same bytes: the only date in the file is the one that is handed in.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from portal.paper_pdf import write_pdf

# Rows of all tables of a document together. Drawing takes some 8 ms of processor time for each, in the request.
MOST_ROWS = 400
# In characters: a column's share of the width of its table.
NARROWEST, WIDEST = 5, 45
_STYLE = (Path(__file__).parent / "protocol.css").read_text()


class Stand(NamedTuple):
    """Which state of the protocol this is: what stands under its title, in its footer and in its properties."""

    lines: Sequence[str]
    footer: str
    digest: str
    made_at: str
    approvals: Sequence[Sequence[str]] = ()


def rows_of(document: Mapping[str, Any]) -> int:
    """Return how many rows the tables of a protocol have together."""
    return sum(len(one["rows"]) for section in document["sections"] for one in section["tables"])


def protocol_pdf(document: Mapping[str, Any], stand: Stand) -> bytes:
    """Return the file. Whatever a user has typed is text: nothing of it is fetched or run."""
    return write_pdf(_page(document, stand), identifier=stand.digest)


def _page(document: Mapping[str, Any], stand: Stand) -> str:
    sections = "".join(_section(one, number) for number, one in enumerate(document["sections"], start=1))
    lines = "".join(f"<p>{escape(line)}</p>" for line in stand.lines)
    approvals = ""
    if stand.approvals:
        approvals = _table("Approvals", ["Name", "When", "Meaning"], stand.approvals)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(document['title'])}: protocol</title>"
        f'<meta name="dcterms.created" content="{escape(stand.made_at)}">'
        f'<meta name="description" content="{escape(stand.footer)}">'
        f"<style>{_STYLE}</style></head><body>"
        f'<p class="footer">{escape(stand.footer)}</p><p class="digest">SHA-256 {escape(stand.digest)}</p>'
        f'<p class="kind">Reader study protocol</p><h1>{escape(document["title"])}</h1>'
        f'<div class="stand">{lines}</div>{approvals}{sections}</body></html>'
    )


def _section(section: Mapping[str, Any], number: int) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in section["sentences"])
    tables = "".join(_table(one["title"], one["header"], one["rows"]) for one in section["tables"])
    return f"<section><h2>{number}. {escape(section['title'])}</h2>{said}{tables}</section>"


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    columns = "".join(f'<col style="width:{share:.2f}%">' for share in _shares(header, rows))
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<table><caption>{escape(title)}</caption><colgroup>{columns}</colgroup>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _shares(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return how much of its width a table gives each column: by its longest cell, within limits.

    Given beforehand, because WeasyPrint would measure every word of the table anew for each of its pages.
    """
    # Headings are bold, and break between words only.
    longest = [1.3 * max(map(len, words.split() or [""])) for words in header]
    for row in rows:
        longest = [max(known, len(cell)) for known, cell in zip(longest, row, strict=True)]
    bounded = [min(max(one + 2, NARROWEST), WIDEST) for one in longest]
    return [100 * one / sum(bounded) for one in bounded]

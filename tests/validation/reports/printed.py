"""What a report prints, read from its HTML as a program would: numbers with their places, tables, pictures."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, NamedTuple

VOID = {"br", "col", "meta"}


class Printed(NamedTuple):
    """One number: what is shown, the exact value beside it, and where it stands in the result."""

    shown: str
    value: float
    pointers: tuple[str, ...]
    is_sum: bool


class Report(HTMLParser):
    """Numbers, the text of table cells without them, headings, captions, addresses and marks of pictures."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.numbers: list[Printed] = []
        self.cells: list[str] = []
        self.captions: list[str] = []
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self._number = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append((tag, known))
        if tag in VOID:
            return
        self._open.append((tag, known))
        if tag in ("td", "th"):
            self.cells.append("")
        if tag in ("caption", "figcaption"):
            self.captions.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened, known = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        exact = known.get("value" if tag == "data" else "data-value")
        if exact is not None and tag in ("data", "tspan"):
            pointers, is_sum = known.get("data-pointer"), "data-sum" in known
            places = tuple((known["data-sum"] or "").split()) if is_sum else (pointers or "",)
            self.numbers.append(Printed(self._number, float(exact), places, is_sum))
            self._number = ""

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if "style" in inside:
            return
        self.text.append(data)
        if self._open and (self._open[-1][0] == "data" or "data-value" in self._open[-1][1]):
            self._number += data
            return
        if "td" in inside or "th" in inside:
            self.cells[-1] += data
        if "caption" in inside or "figcaption" in inside:
            self.captions[-1] += data

    def shown_at(self, pointer: str) -> str:
        """What is shown of one place of the result."""
        return next(one.shown for one in self.numbers if one.pointers == (pointer,))


def at(document: Any, pointer: str) -> Any:
    """The value at a JSON Pointer."""
    found = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = found[key] if isinstance(found, Mapping) else found[int(key)]
    return found


def as_float(shown: str) -> float:
    """The number that people read."""
    return float(shown.replace("−", "-"))


def last_place(shown: str) -> float:
    """Half a unit of the last digit that is shown, which rounding may be off by."""
    digits = re.sub(r"[eE].*", "", shown)
    exponent = re.search(r"[eE](.*)", shown)
    places = len(digits.partition(".")[2])
    return float(0.5 * 10.0 ** ((int(exponent[1].replace("−", "-")) if exponent else 0) - places))

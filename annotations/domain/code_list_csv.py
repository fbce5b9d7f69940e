"""A list of codes as CSV: scheme, value and meaning, one code a row."""

import csv
import io
from typing import Any, NamedTuple

from annotations.domain.problems import Problem

COLUMNS = ("scheme", "value", "meaning")
MAXIMUM_ROWS = 100_000
# As long as DICOM lets a code be (PS3.5: SH, LO and UC are shorter, longer codes are URIs), and as the form shows it.
LONGEST = {"scheme": 16, "value": 100, "meaning": 200}
MAXIMUM_PROBLEMS = 200


class CodeRow(NamedTuple):
    """One code."""

    scheme: str
    value: str
    meaning: str


def parse_code_list(text: str) -> tuple[list[CodeRow], list[Problem]]:
    """Return the codes in the order of the file, or every problem with its row number (the header is row 1)."""
    try:
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
        header = [name.strip().lower() for name in next(reader, [])]
        problems = _header_problems(header)
        if problems:
            return [], problems
        codes: dict[tuple[str, str], CodeRow] = {}
        for row in reader:
            if len(codes) >= MAXIMUM_ROWS:
                return [], [Problem("file", "too_long", f"At most {MAXIMUM_ROWS} codes.", reader.line_num)]
            if any(cell.strip() for cell in row):
                problems += _take_row(header, row, reader.line_num, codes)
            if len(problems) >= MAXIMUM_PROBLEMS:
                return [], problems
    except csv.Error as error:
        return [], [Problem("file", "not_csv", f"The file is no CSV: {error}.", 1)]
    if not codes and not problems:
        problems.append(Problem("file", "empty", "The file has a header but no rows.", 2))
    return list(codes.values()), problems


def _header_problems(header: list[str]) -> list[Problem]:
    if len(header) == 1 and any(mark in header[0] for mark in (";", "\t")):
        return [Problem("file", "wrong_separator", "The cells are not separated by commas; save it with commas.", 1)]
    if sorted(header) != sorted(COLUMNS):
        detail = f"The columns are {', '.join(COLUMNS)}, each once; a header is needed."
        return [Problem("file", "wrong_columns", detail, 1)]
    return []


def _take_row(header: list[str], row: list[str], number: int, codes: dict[tuple[str, str], CodeRow]) -> list[Problem]:
    if len(row) != len(header):
        return [Problem("file", "wrong_length", "The row has more or fewer cells than the header.", number)]
    cells: dict[str, Any] = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    problems = [
        Problem(name, "bad_text", f"{name} has 1 to {longest} characters.", number)
        for name, longest in LONGEST.items()
        if not 1 <= len(cells[name]) <= longest
    ]
    if problems:
        return problems
    code = CodeRow(**cells)
    known = codes.setdefault((code.scheme, code.value), code)
    if known is not code and known.meaning != code.meaning:
        detail = f"{code.scheme} {code.value} is there already as “{known.meaning}”."
        return [Problem("value", "repeated", detail, number)]
    return []

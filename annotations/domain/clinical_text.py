"""The clinical text of a case: history, indication and question in plain words, typed or read from a CSV."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from annotations.domain.problems import Problem

LONGEST_TEXT = 4000
MAXIMUM_ROWS = 20_000
MAXIMUM_PROBLEMS = 200
CASE_COLUMN, TEXT_COLUMN = REQUIRED_COLUMNS = ("case", "text")

NEW, CHANGED, SAME, CLEARED = CHANGES = ("NEW", "CHANGED", "SAME", "CLEARED")

NOT_SCREENED = "NOT_SCREENED"
# What of the patient a text can hold (`portal.imaging.identity.KINDS`), and that nobody could look.
WARNINGS = {
    "PATIENT_NAME": "holds a word of the patient's name",
    "IDENTIFIER": "holds an identifier of the patient or the examination",
    "BIRTH_DATE": "holds the patient's date of birth",
    "STAFF_NAME": "holds the name of somebody who cared for the patient",
    NOT_SCREENED: "could not be compared with the images' header, for the archive does not answer",
}
# Line ends of other systems and of Unicode; all of them become one.
_LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029")
# Tab and line feed are the only control characters that a text needs (Unicode category Cc).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# A spreadsheet runs a cell that starts so as a formula; an apostrophe before it keeps it text.
_LIKE_A_FORMULA = re.compile(r"'*[=+\-@]")
_KEPT_FROM_RUNNING = re.compile(r"'+[=+\-@]")


class ClinicalRow(NamedTuple):
    """A case by its name and the text that it is to have; `row` is that of the file."""

    case: str
    text: str
    row: int


class ClinicalCsv(NamedTuple):
    """What a file holds; `ignored_columns` are those that say nothing here."""

    rows: list[ClinicalRow]
    ignored_columns: list[str]
    problems: list[Problem]


def cleaned(text: str) -> str:
    """Return a text with one kind of line end, without blanks at the end of a line or around the whole."""
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def text_fault(text: str) -> tuple[str, str] | None:
    """Return why a cleaned text cannot be stored: a code, and words."""
    if len(text) > LONGEST_TEXT:
        return "too_long", f"The text has {len(text)} characters; at most {LONGEST_TEXT} are stored."
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        return "control_character", f"Line {line} holds a control character (U+{ord(found[0]):04X}). Take it out."
    return None


def change_of(before: str, after: str) -> str:
    """Say what storing a text does to a case; no text is an empty one."""
    if before == after:
        return SAME
    return NEW if not before else CHANGED if after else CLEARED


def warning_words(code: str, lines: Collection[int]) -> str:
    """Say what a text holds and where, without repeating it."""
    if not lines:
        return f"The text {WARNINGS[code]}."
    places = ", ".join(str(one) for one in sorted(lines))
    return f"{'Line' if len(lines) == 1 else 'Lines'} {places}: the text {WARNINGS[code]}."


def to_cell(text: str) -> str:
    """Return a text as a cell of a CSV that a spreadsheet opens; `from_cell` undoes it."""
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def from_cell(cell: str) -> str:
    """Return the text of a cell."""
    return cell[1:] if _KEPT_FROM_RUNNING.match(cell) else cell


def parse_clinical_csv(text: str) -> ClinicalCsv:
    """Read a CSV with the columns case and text; every problem has its row number (the header is row 1).

    A row is counted as a spreadsheet counts it: a text of several lines is one.
    """
    try:
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        problems = _header_problems(header)
        if problems:
            return ClinicalCsv([], [], problems)
        found: dict[str, ClinicalRow] = {}
        for number, cells in enumerate(reader, start=2):
            # Spreadsheets leave rows of empty cells at the end.
            if any(cell.strip() for cell in cells):
                problems += _take_row(header, cells, number, found)
            if number > MAXIMUM_ROWS:
                problems.append(Problem("file", "too_long", f"At most {MAXIMUM_ROWS} rows.", number))
            if len(problems) >= MAXIMUM_PROBLEMS or number > MAXIMUM_ROWS:
                return ClinicalCsv([], [], problems)
    except csv.Error as error:
        return ClinicalCsv([], [], [Problem("file", "not_csv", f"The file is no CSV: {error}.", 1)])
    if not found and not problems:
        problems.append(Problem("file", "empty", "The file has a header but no rows.", 2))
    ignored = [name for name in header if name not in REQUIRED_COLUMNS]
    return ClinicalCsv(list(found.values()), ignored, problems)


def _header_problems(header: list[str]) -> list[Problem]:
    if len(header) == 1 and any(mark in header[0] for mark in (";", "\t")):
        return [Problem("file", "wrong_separator", "The cells are not separated by commas; save it with commas.", 1)]
    problems = [
        Problem(name, "column_missing", f"The column {name} is missing.", 1)
        for name in REQUIRED_COLUMNS
        if name not in header
    ]
    if len(set(header)) != len(header):
        problems.append(Problem("file", "column_repeated", "A column appears twice.", 1))
    return problems


def _take_row(header: list[str], cells: list[str], number: int, found: dict[str, ClinicalRow]) -> list[Problem]:
    if len(cells) != len(header):
        return [Problem("file", "wrong_length", "The row has more or fewer cells than the header.", number)]
    named = dict(zip(header, cells, strict=True))
    case = named[CASE_COLUMN].strip()
    if not case:
        return [Problem(CASE_COLUMN, "missing", "The name of the case is missing.", number)]
    if case in found:
        return [Problem(CASE_COLUMN, "repeated", f"{case} stands in row {found[case].row} already.", number)]
    found[case] = ClinicalRow(case, from_cell(named[TEXT_COLUMN]), number)
    return []


def clinical_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return texts as CSV, to be changed and read again: the columns of the rows, texts as cells."""
    columns = (CASE_COLUMN, TEXT_COLUMN, "version", "stored_at", "stored_by")
    out = io.StringIO()
    # CRLF as RFC 4180 has it; with any other line end Python leaves a lone CR inside a cell unquoted.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([to_cell(str(row[name])) if isinstance(row[name], str) else row[name] for name in columns])
    return out.getvalue()

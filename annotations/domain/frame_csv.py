"""A frame as CSV: one row for each candidate imaging study, with the columns that strata are made of."""

import csv
import io
from typing import NamedTuple

from annotations.domain.problems import Problem

KEY_COLUMN = "study_instance_uid"
# What the downloads of frame and draw add; a column of the coordinator's with this name would stand there twice.
ADDED_COLUMNS = ("patient_number", "drawn_place", "drawn_case")
MAXIMUM_ROWS = 50_000
MAXIMUM_COLUMNS = 20
LONGEST_NAME = 60
LONGEST_VALUE = 100
MAXIMUM_PROBLEMS = 200


class FrameRow(NamedTuple):
    """One candidate with its row in the file; `values` in the order of the columns."""

    row: int
    study_instance_uid: str
    values: tuple[str, ...]


def parse_frame_csv(text: str) -> tuple[list[str], list[FrameRow], list[Problem]]:
    """Return the columns of strata and the candidates, or every problem with its row number (the header is row 1)."""
    try:
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
        header = [name.strip() for name in next(reader, [])]
        problems = _header_problems(header)
        if problems:
            return [], [], problems
        found: dict[str, FrameRow] = {}
        for cells in reader:
            if len(found) >= MAXIMUM_ROWS:
                return [], [], [Problem("file", "too_long", f"At most {MAXIMUM_ROWS} candidates.", reader.line_num)]
            # Spreadsheets leave rows of empty cells at the end.
            if any(cell.strip() for cell in cells):
                problems += _take_row(header, [cell.strip() for cell in cells], reader.line_num, found)
            if len(problems) >= MAXIMUM_PROBLEMS:
                return [], [], problems
    except csv.Error as error:
        return [], [], [Problem("file", "not_csv", f"The file is no CSV: {error}.", 1)]
    if not found and not problems:
        problems.append(Problem("file", "empty", "The file has a header but no rows.", 2))
    return [name for name in header if name != KEY_COLUMN], list(found.values()), problems


def _header_problems(header: list[str]) -> list[Problem]:
    if len(header) == 1 and any(mark in header[0] for mark in (";", "\t")):
        return [Problem("file", "wrong_separator", "The cells are not separated by commas; save it with commas.", 1)]
    if KEY_COLUMN not in header:
        detail = f"The column {KEY_COLUMN} is missing: it names the imaging study of each candidate."
        return [Problem(KEY_COLUMN, "column_missing", detail, 1)]
    problems = [
        Problem(name or "(blank)", "column_name", f"A column's name has 1 to {LONGEST_NAME} characters.", 1)
        for name in header
        if not 1 <= len(name) <= LONGEST_NAME
    ]
    problems += [
        Problem(name, "column_reserved", f"The portal adds a column {name} of its own; give yours another name.", 1)
        for name in header
        if name in ADDED_COLUMNS
    ]
    if len(set(header)) < len(header):
        problems.append(Problem("file", "column_repeated", "A column appears twice.", 1))
    if not 2 <= len(header) <= MAXIMUM_COLUMNS + 1:
        detail = f"Beside {KEY_COLUMN} there are 1 to {MAXIMUM_COLUMNS} columns for strata, such as truth or site."
        problems.append(Problem("file", "column_count", detail, 1))
    return problems


def _take_row(header: list[str], cells: list[str], number: int, found: dict[str, FrameRow]) -> list[Problem]:
    if len(cells) != len(header):
        return [Problem("file", "wrong_length", "The row has more or fewer cells than the header.", number)]
    named = dict(zip(header, cells, strict=True))
    uid = named.pop(KEY_COLUMN)
    problems = [
        Problem(name, "empty_stratum", "Nothing stands here; write a word, unknown for example.", number)
        if not value
        else Problem(name, "too_long", f"At most {LONGEST_VALUE} characters; strata are few and short.", number)
        for name, value in named.items()
        if not 1 <= len(value) <= LONGEST_VALUE
    ]
    if not uid:
        problems.append(Problem(KEY_COLUMN, "missing", "The StudyInstanceUID of the candidate is missing.", number))
    elif uid in found:
        detail = f"This imaging study stands in row {found[uid].row} already."
        problems.append(Problem(KEY_COLUMN, "repeated", detail, number))
    else:
        found[uid] = FrameRow(number, uid, tuple(named.values()))
    return problems

"""When cases arrived, as a CSV file: one row for each case, with the moment."""

import csv
import io
from collections.abc import Collection
from datetime import datetime

from annotations.domain.problems import Problem

COLUMNS = ("case", "arrived_at")
MAXIMUM_ROWS = 20_000
MAXIMUM_PROBLEMS = 200


def parse_arrivals(text: str, names: Collection[str]) -> tuple[dict[str, datetime], list[Problem]]:
    """Return when each case arrived, by name, or every problem with its row (the header is row 1).

    Moments are ISO 8601, `2026-11-27T08:15` or with an offset; the day of a case is the date that is written.
    """
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
        if missing:
            detail = f"The column {missing[0]} is missing; the header is {','.join(COLUMNS)}, separated by commas."
            return {}, [Problem("csv", "column_missing", detail, 1)]
        twice = [name for name in COLUMNS if (reader.fieldnames or []).count(name) > 1]
        if twice:
            detail = f"The column {twice[0]} stands there twice: which of them counts is not known."
            return {}, [Problem("csv", "column_repeated", detail, 1)]
        return _rows(reader, set(names))
    except csv.Error as error:
        return {}, [Problem("csv", "not_csv", f"The file is no CSV: {error}.", 1)]


def _rows(reader: "csv.DictReader[str]", names: set[str]) -> tuple[dict[str, datetime], list[Problem]]:
    found: dict[str, datetime] = {}
    problems: list[Problem] = []
    for row in reader:
        if len(found) >= MAXIMUM_ROWS:
            return {}, [Problem("csv", "too_long", f"At most {MAXIMUM_ROWS} cases.", reader.line_num)]
        name, moment = ((row[column] or "").strip() for column in COLUMNS)
        if not name and not moment:
            continue
        problem = _fault(name, names, found)
        try:
            found[name] = datetime.fromisoformat(moment)
        except ValueError:
            problem = problem or ("arrived_at", "not_a_moment", "Write date and time, such as 2026-11-27T08:15.")
        if problem:
            problems.append(Problem(f"csv.{problem[0]}", problem[1], problem[2], reader.line_num))
        if len(problems) >= MAXIMUM_PROBLEMS:
            return {}, problems
    if not found and not problems:
        problems.append(Problem("csv", "empty", "The file has a header but no rows.", 2))
    return ({} if problems else found), problems


def _fault(name: str, names: set[str], found: dict[str, datetime]) -> tuple[str, str, str] | None:
    if name not in names:
        return "case", "unknown", "The analysis has no case of this name."
    if name in found:
        return "case", "repeated", "This case stands in an earlier row already."
    return None

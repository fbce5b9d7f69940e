"""The reference standard as CSV: one row per case, or one row per lesion of a case."""

import csv
import io
import math
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from annotations.domain.problems import Problem

COLUMNS = ("case", "study_instance_uid", "truth", "lesion_id", "x_mm", "y_mm", "z_mm", "diameter_mm", "code")
REQUIRED_COLUMNS = ("case", "truth")
COORDINATES = ("x_mm", "y_mm", "z_mm")
MAXIMUM_ROWS = 100_000
# Nothing in a patient is a hundred metres away; and a number that PostgreSQL would write otherwise gets no further.
MAXIMUM_MM = 100_000.0


FurtherUids = Mapping[str, Collection[str]]
NO_FURTHER: FurtherUids = MappingProxyType({})


class Uids(NamedTuple):
    """By case the StudyInstanceUID of its first imaging study, and those of the further ones."""

    first: Mapping[str, str]
    further: FurtherUids

    def has(self, case: str, uid: str) -> bool:
        """Say whether a case has the imaging study of this UID."""
        return uid == self.first[case] or uid in self.further.get(case, ())


class Truth(NamedTuple):
    """Truth of one case: 1 diseased, 0 not, its lesions (`annotations.domain.lesions`), and where it comes from.

    `provenance` is for a truth that does not come from where its version does.
    """

    case: str
    truth: int
    lesions: list[dict[str, Any]]
    provenance: dict[str, Any] | None = None


def parse_truth_csv(
    text: str, case_uids: Mapping[str, str], further: FurtherUids = NO_FURTHER
) -> tuple[list[Truth], list[Problem]]:
    """Read a reference standard.

    `case_uids` maps the reader study's case names to their StudyInstanceUIDs, `further` to those of the imaging studies
    that are read together with the first. Returns the truths in order of first appearance, and every problem with its
    row number (the header is row 1).
    """
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
        header = [name.strip() for name in reader.fieldnames or []]
    except csv.Error as error:
        return [], [Problem("file", "not_csv", f"The file is no CSV: {error}.", 1)]
    problems = _header_problems(header)
    if problems:
        return [], problems
    reader.fieldnames = header
    truths: dict[str, Truth] = {}
    try:
        for number, row in enumerate(reader, start=2):
            if not any(value for value in row.values()):
                # Spreadsheets leave rows of empty cells at the end.
                continue
            if number > MAXIMUM_ROWS:
                return [], [Problem("file", "too_long", f"At most {MAXIMUM_ROWS} rows.", number)]
            problems += _take_row(row, reader.line_num, Uids(case_uids, further), truths)
    except csv.Error as error:
        problems.append(Problem("file", "not_csv", f"The file is no CSV: {error}.", reader.reader.line_num))
    if not truths and not problems:
        problems.append(Problem("file", "empty", "The file has a header but no rows.", 2))
    return list(truths.values()), problems


def _header_problems(header: list[str]) -> list[Problem]:
    if len(header) == 1 and (separator := next((mark for mark in (";", "\t") if mark in header[0]), None)):
        name = "semicolons" if separator == ";" else "tabs"
        return [Problem("file", "wrong_separator", f"The cells are separated by {name}; save it with commas.", 1)]
    problems = [
        Problem(name, "column_missing", f"The column {name} is missing.", 1)
        for name in REQUIRED_COLUMNS
        if name not in header
    ]
    problems += [
        Problem(name or "(blank)", "column_unknown", f"The column {name!r} is not one of {', '.join(COLUMNS)}.", 1)
        for name in header
        if name not in COLUMNS
    ]
    if len(set(header)) != len(header):
        problems.append(Problem("file", "column_repeated", "A column appears twice.", 1))
    return problems


def _take_row(row: dict[str, Any], number: int, uids: Uids, truths: dict[str, Truth]) -> list[Problem]:
    if None in row or None in row.values():
        return [Problem("file", "wrong_length", "The row has more or fewer cells than the header.", number)]
    cells = {name: value.strip() for name, value in row.items()}
    case = cells["case"]
    problems = _case_problems(cells, number, uids)
    if cells["truth"] not in ("0", "1"):
        problems.append(Problem("truth", "not_binary", "truth is 1 (diseased) or 0 (not diseased).", number))
    lesion, lesion_problems = _lesion(cells, number)
    problems += lesion_problems
    if problems:
        return problems
    truth = int(cells["truth"])
    known = truths.get(case)
    if known and (known.truth != truth or lesion is None):
        return [Problem("case", "repeated", f"{case} already has a row; only a further lesion may follow.", number)]
    if lesion and not truth:
        return [Problem("lesion_id", "lesion_in_negative", "A case with truth 0 cannot have a lesion.", number)]
    if known and lesion and any(other["id"] == lesion["id"] for other in known.lesions):
        return [Problem("lesion_id", "repeated", f"{case} already has a lesion {lesion['id']}.", number)]
    truths.setdefault(case, Truth(case, truth, [])).lesions.extend([lesion] if lesion else [])
    return []


def _case_problems(cells: dict[str, str], number: int, uids: Uids) -> list[Problem]:
    case = cells["case"]
    if case not in uids.first:
        return [Problem("case", "unknown_case", "The reader study has no case of this name.", number)]
    uid = cells.get("study_instance_uid", "")
    if uid and not uids.has(case, uid):
        return [Problem("study_instance_uid", "wrong_uid", f"{case} is another imaging study.", number)]
    if uid and uid != uids.first[case] and any(cells.get(name) for name in COORDINATES):
        # A row names no image, so nothing else says in whose coordinates it is.
        detail = (
            f"x_mm, y_mm, z_mm lie in the first imaging study of {case}; give lesions on others as JSON, SEG or SR."
        )
        return [Problem("study_instance_uid", "not_the_first", detail, number)]
    return []


def _lesion(cells: dict[str, str], number: int) -> tuple[dict[str, Any] | None, list[Problem]]:
    names: Collection[str] = (*COORDINATES, "diameter_mm")
    given = [name for name in names if cells.get(name)]
    if not given and not cells.get("lesion_id"):
        return None, []
    problems = []
    values: dict[str, float] = {}
    for name in names:
        try:
            # Minus zero is zero: what is stored has to be read again as it was.
            values[name] = float(cells.get(name, "")) + 0.0
        except ValueError:
            values[name] = math.nan
        if not math.isfinite(values[name]):
            problems.append(Problem(name, "not_a_number", f"A lesion needs {name} as a number.", number))
        elif abs(values[name]) > MAXIMUM_MM:
            problems.append(Problem(name, "out_of_range", f"{name} is in millimetres, at most {MAXIMUM_MM:g}.", number))
    if not cells.get("lesion_id"):
        problems.append(Problem("lesion_id", "missing", "A lesion needs a lesion_id.", number))
    if not problems and values["diameter_mm"] <= 0:
        problems.append(Problem("diameter_mm", "not_positive", "The diameter must be above 0.", number))
    lesion = {
        "id": cells.get("lesion_id", ""),
        "code": cells.get("code") or None,
        "center_mm": [values[name] for name in COORDINATES],
        "diameter_mm": values["diameter_mm"],
    }
    return (None, problems) if problems else (lesion, [])


def example_csv(cases: list[tuple[str, str]]) -> str:
    """Return an example for these (case name, StudyInstanceUID) pairs: the first one diseased with two lesions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for index, (name, uid) in enumerate(cases):
        if index == 0:
            writer.writerow([name, uid, 1, "L1", -52.5, 13.0, -120.0, 8.5, "RID50149"])
            writer.writerow([name, uid, 1, "L2", 40.0, -7.5, -87.5, 6.0, "RID50149"])
        else:
            writer.writerow([name, uid, 0, "", "", "", "", "", ""])
    return out.getvalue()

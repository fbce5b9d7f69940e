"""A result by plan as one file: snapshot, result, tables for other tools, and a script that computes it again.

A pure function of snapshot and result, and the same bytes for the same input: nothing in the archive has a time.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from validation.bundle_marks import marks_tables
from validation.figures import figure_csv, figures_of, spreadsheet_cell
from validation.plans.document import Endpoint, Subject, subjects_of
from validation.plans.facts import LOCATED
from validation.plans.snapshot import lay_out
from validation.plans.table import AI_NAME, StudyTable, SubjectReadings, crossed_cases, ratings_for
from validation.stats.checks import FloatArray

_RECOMPUTE = Path(__file__).parent / "recompute.py"
_README = """\
This archive holds one analysis of a reader study by its locked plan.

snapshot.json    everything that was analysed, frozen; result.json: what came out; SHA256SUMS: sha256sum -c SHA256SUMS
readings.csv     one row for each reading: subject, reader, case, patient, truth, rating, call
figures/         the tables of the result
endpoints/       for each endpoint the readings it was computed from, as this portal's own statistics and MRMCaov read
                 them (mrmc(empirical_auc(truth, rating), modality, reader, case)); with two arms of readers also an
                 .imrmc file, which iMRMC reads, and RJafroc's DfReadDataFile(file, format = "iMRMC")
                 Of an endpoint of marks: <key>-marks.csv, -cases.csv and -lesions.csv, as `validation.stats froc` reads
                 them, and in <key>-rjafroc/ the three sheets NL, LL and TRUTH that RJafroc's DfReadDataFile(file,
                 newExcelFileFormat = TRUE) reads from one Excel file; the numbers in them are those of cases.csv
recompute.py     computes every endpoint again with `python -m validation.stats` and compares: python recompute.py
                 It takes the statistics from software/ and needs numpy, pandas, scipy, scikit-learn and statsmodels,
                 and neither a database nor a server
software/        the source code of `validation.stats` (Apache-2.0) as it was when this archive was made
abstention/      for each AI that says how uncertain it is, the cases that it decided, as
                 `python -m validation.stats abstention --csv` reads them
cases.csv        the numbers that stand for the cases in .imrmc files
report.html, report.pdf
                 the report that was made last, where one was made before this archive was asked for
"""
# The earliest time that an archive can write: nothing here depends on when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def bundle(
    snapshot_text: str,
    result_text: str,
    notices: Sequence[str] = (),
    reports: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """Return the archive of a snapshot and a result by plan, as they are stored.

    `notices`: what is known since; `reports`: the files of a report by name.
    """
    snapshot, result = json.loads(snapshot_text), json.loads(result_text)
    files = {"README.txt": _README, "snapshot.json": snapshot_text, "result.json": result_text}
    if notices:
        files["NOTICES.txt"] = "".join(f"{one}\n" for one in notices)
    files |= dict(_tables(snapshot, result))
    files |= {f"figures/{name}.csv": figure_csv(name, result) for name in figures_of(result)}
    files["recompute.py"] = _RECOMPUTE.read_text()
    files |= _software()
    contents = {name: text.encode() for name, text in files.items()} | dict(reports)
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items())
    contents["SHA256SUMS"] = sums.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@cache
def _software() -> dict[str, str]:
    """The statistics as source code, so that the archive computes its numbers by itself."""
    root = _RECOMPUTE.parent
    sources = [root / "__init__.py", *sorted((root / "stats").rglob("*.py"))]
    return {f"software/{one.relative_to(root.parent).as_posix()}": one.read_text() for one in sources}


def _tables(snapshot: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    table = lay_out(snapshot).table
    names = {case["id"]: case["name"] for case in snapshot["cases"]}
    numbered = [(number, names[case]) for number, case in enumerate(table.cases, start=1)]
    yield "cases.csv", _csv(("number", "case"), numbered)
    yield (
        "readings.csv",
        _csv(("subject", "reader", "case", "patient", "truth", "rating", "call"), _readings(table, names)),
    )
    for key, said in table.subjects.items():
        if said.doubts:
            columns = ("case", "patient", "truth", "call", "uncertainty")
            yield f"abstention/{key}.csv", _csv(columns, _doubts(table, said, names))
    plan = snapshot["plan"]["document"]
    for endpoint in plan["endpoints"]:
        subjects = subjects_of(plan, endpoint)
        if endpoint["figure"] in LOCATED:
            yield from ((name, _csv(*rows)) for name, rows in marks_tables(table, endpoint, subjects, names))
            continue
        yield f"endpoints/{endpoint['key']}.csv", _endpoint_csv(table, endpoint, subjects, names)
        if {subject["kind"] for subject in subjects} == {"READERS"}:
            yield f"endpoints/{endpoint['key']}.imrmc", _imrmc(table, endpoint, subjects, result)


def _readings(table: StudyTable, names: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    for key, said in table.subjects.items():
        for row, reader in enumerate(said.readers):
            for column, case in enumerate(table.cases):
                rating, call = said.rating[row, column], said.call[row, column]
                if not (np.isnan(rating) and np.isnan(call)):
                    truth = int(table.truth[column])
                    patient = table.patients[column]
                    yield key, reader, names[case], patient, truth, _number(rating), _number(call)


def _doubts(table: StudyTable, said: SubjectReadings, names: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    """What an AI decided and how uncertain it was, of the cases of which it says both."""
    for column, (case, doubt) in enumerate(zip(table.cases, said.doubts, strict=True)):
        call = said.call[0, column]
        if doubt is not None and not np.isnan(call):
            yield names[case], table.patients[column], int(table.truth[column]), int(call), doubt["value"]


def _endpoint_csv(table: StudyTable, endpoint: Endpoint, subjects: Sequence[Subject], names: Mapping[str, str]) -> str:
    """One row a reading. All AI are one reader, so that two are compared; with readers it is one more of theirs."""
    joins = endpoint["method"] == "AI_VS_READERS"
    # Of which cases the method makes use.
    used = crossed_cases(table, endpoint, list(subjects)) if joins else np.ones(len(table.cases), dtype=np.bool_)
    rows = []
    for subject in subjects:
        said = zip(table.subjects[subject["key"]].readers, ratings_for(table, endpoint, subject), strict=True)
        for name, values in said:
            reader = AI_NAME if subject["kind"] == "AI" else name
            rows += [
                (reader, "all" if joins else subject["key"], names[case], patient, int(truth), _number(value))
                for case, patient, truth, value, counts in zip(
                    table.cases, table.patients, table.truth, values, used, strict=True
                )
                if counts and not np.isnan(value)
            ]
    return _csv(("reader", "modality", "case", "patient", "truth", "rating"), rows)


def _imrmc(table: StudyTable, endpoint: Endpoint, subjects: Sequence[Subject], result: Mapping[str, Any]) -> str:
    """iMRMC's own form: the counts, then truth (reader -1) and readings; cases are numbers, as RJafroc wants them."""
    said: dict[str, FloatArray] = {one["key"]: ratings_for(table, endpoint, one) for one in subjects}
    kept = ~np.isnan(np.concatenate(list(said.values()))).all(axis=0)
    readers = sorted({name for key in said for name in table.subjects[key].readers})
    lines = [
        f"{result['reader_study']['name']}, {endpoint['key']}".replace("\n", " ").replace(":", " "),
        f"N0: {int((~table.truth & kept).sum())}",
        f"N1: {int((table.truth & kept).sum())}",
        f"NR: {len(readers)}",
        f"NM: {len(said)}",
        "",
        "BEGIN DATA:",
    ]
    lines += [f"-1,{column + 1},0,{int(table.truth[column])}" for column in np.flatnonzero(kept)]
    for key, values in said.items():
        for row, reader in enumerate(table.subjects[key].readers):
            lines += [
                f"{reader.replace(',', ' ')},{column + 1},{key},{_number(values[row, column])}"
                for column in np.flatnonzero(~np.isnan(values[row]))
            ]
    return "\n".join(lines) + "\n"


def _number(value: float) -> int | float | None:
    if np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _csv(columns: Sequence[str], rows: Any) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([spreadsheet_cell(value) for value in row] for row in rows)
    return out.getvalue()

"""Reading of CSV tables for the command line; every refusal names file, row and column."""

import csv
import io
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import InputError

STDIN = Path("-")
# A header with a comma is split at commas; without one, the first of these that it holds splits it.
_OTHER_SEPARATORS = (";", "\t", "|")


class CsvFile:
    """A CSV file of which only the header was read: UTF-8; comma, semicolon or tab. The path `-` is standard input."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stream = _opened(path)
        self.header, self.separator = _header(path, self.stream)


class CsvTable:
    """A CSV file with checked access to its columns."""

    def __init__(
        self,
        source: Path | CsvFile,
        columns: Sequence[str],
        optional: Sequence[str] = (),
        text: Sequence[str] = (),
        *,
        may_be_empty: bool = False,
    ) -> None:
        """Read `columns` of the file, and those of `optional` that it has; `text` are names, not numbers."""
        file = source if isinstance(source, CsvFile) else CsvFile(source)
        header, path = file.header, file.path
        missing = [column for column in columns if column not in header]
        if missing:
            raise InputError(f"{path}: there is no column {missing[0]!r}; the file has {', '.join(header)}")
        with file.stream as stream:
            frame = _read(path, stream, header, file.separator, [name for name in text if name in header])
        self.path = path
        self.frame = frame[[column for column in header if column in columns or column in optional]]
        if self.frame.empty and not may_be_empty:
            raise InputError(f"{path}: the file has a header but no rows")
        for name in text:
            if self.has(name):
                self._strip(name)

    def has(self, column: str) -> bool:
        """Say whether the column was read."""
        return column in self.frame.columns

    def numbers(self, column: str, *, blank: bool = False) -> npt.NDArray[np.float64]:
        """Give a column of numbers; inf and -inf count as numbers, an empty cell only with `blank` (as NaN)."""
        values = self.frame[column]
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.isnan(numbers)
        if blank and bad.any():
            bad[bad] = (values[bad].astype(str).str.strip() != "").to_numpy()
        if bad.any():
            row = int(np.argmax(bad))
            raise InputError(_not_a_number(str(values.iloc[row])), row=row + 1, column=column)
        return numbers

    def recode(self, column: str, positive: str) -> None:
        """Turn a column of two labels into 1 for `positive` and 0 for the other label."""
        code, labels = pd.factorize(self.frame[column].astype(str))
        if positive not in labels:
            found = ", ".join(repr(label) for label in labels[:5])
            raise InputError(f"no row holds the positive label {positive!r}; there is {found}", column=column)
        others = [label for label in labels if label != positive]
        refused = others[1:] if others and others[0].strip() else others[:1]
        if refused:
            row = int(np.argmax(code == list(labels).index(refused[0])))
            problem = f"{refused[0]!r} is a third label beside {positive!r} and {others[0]!r}"
            raise InputError(problem if refused[0].strip() else "the cell is empty", row=row + 1, column=column)
        self.frame = self.frame.assign(**{column: (code == list(labels).index(positive)).astype(np.int64)})

    def refuse_blank(self, column: str) -> None:
        """Refuse the first row in which a column of names is empty."""
        blank = (self.frame[column].astype(str) == "").to_numpy()
        if blank.any():
            raise InputError("the cell is empty", row=int(np.argmax(blank)) + 1, column=column)

    def refuse_repeated(self, columns: Sequence[str], problem: str) -> None:
        """Refuse the first row whose cells in `columns` were there before; the last column is the one named."""
        repeated = self.frame.duplicated(list(columns)).to_numpy()
        if repeated.any():
            row = int(np.argmax(repeated))
            name = self.frame[columns[-1]].iloc[row]
            raise InputError(f"{columns[-1]} {name!r} {problem}", row=row + 1, column=columns[-1])

    def groups(self, columns: Sequence[str]) -> list[tuple[dict[str, str], npt.NDArray[np.intp]]]:
        """Give each combination of values of `columns`, sorted, with the positions of its rows."""
        if not columns:
            return [({}, np.arange(len(self.frame)))]
        indices = self.frame.groupby(list(columns), sort=True, observed=True).indices
        keys = [key if isinstance(key, tuple) else (key,) for key in indices]
        return [
            ({column: str(part) for column, part in zip(columns, key, strict=True)}, np.asarray(rows))
            for key, rows in zip(keys, indices.values(), strict=True)
        ]

    def _strip(self, column: str) -> None:
        """Take the blanks around names away: 'R1 ' and 'R1' are one reader."""
        code, names = pd.factorize(self.frame[column])
        stripped = names.str.strip()
        if not (stripped == names).all():
            self.frame = self.frame.assign(**{column: stripped.take(code)})


def _opened(path: Path) -> BinaryIO:
    try:
        if path == STDIN:
            return io.BytesIO(sys.stdin.buffer.read())
        stream = path.open("rb")
        # A pipe is read twice too: once for the header.
        return stream if stream.seekable() else io.BytesIO(stream.read())
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from None


def _header(path: Path, stream: BinaryIO) -> tuple[list[str], str]:
    """Read the names of the columns and the character that separates them."""
    try:
        line = stream.readline().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    finally:
        stream.seek(0)
    if "\0" in line:
        raise InputError(f"{path}: is not a text file; save the table as CSV (UTF-8)")
    if not line.strip():
        raise InputError(f"{path}: the file is empty" if not line else f"{path}: the first line is not a header")
    separator = "," if "," in line else next((one for one in _OTHER_SEPARATORS if one in line), ",")
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]
    except csv.Error as problem:
        alone = "\r" in line.rstrip("\r\n")
        reason = "its lines end with CR alone; save it with LF or CR LF" if alone else f"not a header: {problem}"
        raise InputError(f"{path}: {reason}") from None
    repeated = next((name for number, name in enumerate(names) if name and name in names[:number]), None)
    if repeated is not None:
        raise InputError(f"{path}: the header names the column {repeated!r} twice")
    return [name or f"(column {number})" for number, name in enumerate(names, start=1)], separator


def _read(path: Path, stream: BinaryIO, header: list[str], separator: str, text: Sequence[str]) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # pandas only warns when every row is longer than the header, and then drops cells.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                stream,
                sep=separator,
                names=header,
                header=0,
                keep_default_na=False,
                encoding="utf-8-sig",
                index_col=False,
                skipinitialspace=True,
                # Names stay text: as numbers, the cases 1.1 and 1.10 would be one.
                dtype=dict.fromkeys(text, "str"),
                low_memory=False,
            )
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    except pd.errors.ParserWarning:
        raise InputError("has more cells than the header", row=1) from None
    except pd.errors.ParserError as problem:
        raise _not_a_table(path, str(problem)) from None
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from None


def _not_utf8(path: Path) -> InputError:
    return InputError(f"{path}: the file is not UTF-8 text; save it as CSV (UTF-8)")


def _not_a_number(cell: str) -> str:
    if not cell.strip():
        return "the cell is empty"
    hint = "; decimals are written with a point" if re.fullmatch(r"\s*[+-]?\d*,\d+\s*", cell) else ""
    return f"{cell!r} is not a number{hint}"


def _not_a_table(path: Path, problem: str) -> InputError:
    ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", problem)
    if ragged is None:
        return InputError(f"{path}: not a CSV table: {problem.splitlines()[-1].strip()}")
    expected, line, found = map(int, ragged.groups())
    return InputError(f"has {found} cells where the header has {expected}", row=line - 1)

"""Reading of CSV tables for the command line; every refusal names file, row and column."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import InputError


class CsvTable:
    """A CSV file (UTF-8, comma, header) with checked access to its columns."""

    def __init__(
        self, path: Path, columns: Sequence[str], optional: Sequence[str] = (), text: Sequence[str] = ()
    ) -> None:
        """Read `columns` of the file, and those of `optional` that it has; `text` are names, not numbers."""
        header = _read(path, nrows=0).columns.tolist()
        missing = [column for column in columns if column not in header]
        if missing:
            raise InputError(f"{path}: there is no column {missing[0]!r}; the file has {', '.join(header)}")
        wanted = [column for column in header if column in columns or column in optional]
        self.path = path
        self.frame = _read(path, text=text)[wanted]
        if self.frame.empty:
            raise InputError(f"{path}: the file has a header but no rows")

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
            cell = str(values.iloc[row])
            problem = f"{cell!r} is not a number" if cell.strip() else "the cell is empty"
            raise InputError(problem, row=row + 1, column=column)
        return numbers

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


def _read(path: Path, *, nrows: int | None = None, text: Sequence[str] = ()) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # pandas only warns when every row is longer than the header, and then drops cells.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Names stay text: as numbers, the cases 1.1 and 1.10 would be one.
            return pd.read_csv(
                path,
                nrows=nrows,
                keep_default_na=False,
                encoding="utf-8-sig",
                index_col=False,
                dtype=dict.fromkeys(text, "str"),
            )
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: the file is not UTF-8 text") from None
    except pd.errors.EmptyDataError:
        raise InputError(f"{path}: the file is empty") from None
    except pd.errors.ParserWarning:
        raise InputError("has more cells than the header", row=1) from None
    except pd.errors.ParserError as problem:
        raise _not_a_table(path, str(problem)) from None
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from None


def _not_a_table(path: Path, problem: str) -> InputError:
    ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", problem)
    if ragged is None:
        return InputError(f"{path}: not a CSV table: {problem.splitlines()[-1].strip()}")
    expected, line, found = map(int, ragged.groups())
    return InputError(f"has {found} cells where the header has {expected}", row=line - 1)

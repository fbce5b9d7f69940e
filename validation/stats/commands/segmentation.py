"""`segmentation`."""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, no_columns, no_table
from validation.stats.segmentation import compare_masks


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--a", type=Path, required=True, metavar="FILE.npy", help="reference mask, 0 and 1")
    command.add_argument("--b", type=Path, required=True, metavar="FILE.npy", help="mask to compare")
    command.add_argument(
        "--spacing", type=float, nargs="+", required=True, metavar="MM", help="voxel spacing, in the order of the axes"
    )
    command.add_argument(
        "--tolerance",
        type=float,
        nargs="+",
        default=[1.0, 2.0],
        metavar="MM",
        help="of the surface Dice (default: 1 2)",
    )


def _run(options: argparse.Namespace) -> Report:
    a, b = _array(options.a), _array(options.b)
    found = compare_masks(a, b, spacing_mm=options.spacing, tolerances_mm=options.tolerance)
    return Report(found.to_json(), (found.to_frame(),))


def _array(path: Path) -> npt.NDArray[np.generic]:
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (ValueError, EOFError):
        raise InputError(f"{path}: is not a NumPy array file (.npy)") from None
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from None
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path}: holds several arrays; save one mask with numpy.save")
    return array


COMMANDS = (
    Command(
        "segmentation",
        "overlap and surface distances of two masks, in mm",
        _options,
        no_columns,
        no_table,
        run_files=_run,
    ),
)

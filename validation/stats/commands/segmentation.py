"""`segmentation`."""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, no_columns, no_table
from validation.stats.commands.option_types import finite
from validation.stats.mask_files import on_one_grid, read_mask
from validation.stats.results import JSONValue, Undefined
from validation.stats.segmentation import MaskComparison, compare_masks, majority_mask, staple
from validation.stats.table import CsvTable


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--a", type=Path, metavar="FILE", help="reference mask of 0 and 1: .npy, or DICOM SEG (.dcm)")
    command.add_argument("--b", type=Path, metavar="FILE", help="mask to compare, on the same grid")
    command.add_argument("--csv", type=Path, metavar="FILE", help="instead: a table of pairs, columns a, b and case")
    command.add_argument("--segment", type=int, default=1, help="segment number in a DICOM SEG (default: 1)")
    command.add_argument(
        "--spacing", type=finite, nargs="+", metavar="MM",
        help="voxel spacing in the order of the axes (slices, rows, columns); needed for .npy",
    )  # fmt: skip
    command.add_argument(
        "--tolerance",
        type=finite,
        nargs="+",
        default=[1.0, 2.0],
        metavar="MM",
        help="of the surface Dice (default: 1 2)",
    )

    consensus = command.add_argument_group("consensus of several readers, instead of --a and --b")
    consensus.add_argument("--consensus", choices=("majority", "staple"), help="how the readers' masks become one")
    consensus.add_argument("--masks", type=Path, nargs="+", metavar="FILE", help="one mask a reader, on one grid")
    consensus.add_argument("--out", type=Path, metavar="FILE", help="write the consensus here (.npy, 0 and 1)")


def _run(options: argparse.Namespace) -> Report:
    if options.consensus is not None:
        return _consensus(options)
    if options.masks is not None or options.out is not None:
        raise InputError("--masks and --out go with --consensus")
    if options.csv is None:
        if options.a is None or options.b is None:
            raise InputError("give two masks with --a and --b, or a table of pairs with --csv")
        found = _compared(options, options.a, options.b)
        return Report(found.to_json(), (found.to_frame(),))
    if options.a is not None or options.b is not None:
        raise InputError("give --a and --b, or --csv, not both")
    return _pairs(options)


def _consensus(options: argparse.Namespace) -> Report:
    if any(one is not None for one in (options.a, options.b, options.csv)):
        raise InputError("--consensus takes --masks, not --a, --b or --csv")
    if options.masks is None or len(options.masks) < 2:
        raise InputError("a consensus needs the masks of two readers or more: --masks FILE FILE …")
    stack = _stack(options)
    if options.consensus == "majority":
        mask, rates = majority_mask(stack), None
    else:
        found = staple(stack)
        if isinstance(found, Undefined):
            named: dict[str, JSONValue] = {"consensus": "staple", **found.to_json()}
            return Report(named, (pd.DataFrame([named]),))
        mask, rates = found.probability > 0.5, found
    readers = [
        {
            "mask": path.name,
            "voxels": int(one.sum()),
            "sensitivity": None if rates is None else float(rates.sensitivity[number]),
            "specificity": None if rates is None else float(rates.specificity[number]),
        }
        for number, (path, one) in enumerate(zip(options.masks, stack, strict=True))
    ]
    document: dict[str, JSONValue] = {"consensus": options.consensus, "voxels": int(mask.sum())}
    if options.out is not None:
        _write(options.out, mask)
        document["written"] = str(options.out)
    return Report({**document, "readers": [*readers]}, (pd.DataFrame([document]), pd.DataFrame(readers)))


def _write(path: Path, mask: npt.NDArray[np.bool_]) -> None:
    try:
        with path.open("wb") as stream:
            np.save(stream, mask.astype(np.uint8))
    except OSError as problem:
        raise InputError(f"{path}: cannot be written: {problem.strerror}") from None


def _stack(options: argparse.Namespace) -> npt.NDArray[np.bool_]:
    """Read the masks of the readers, all of one shape."""
    files = [read_mask(path, segment=options.segment) for path in options.masks]
    voxels = [one.voxels for one in files]
    if any(one.slice_mm is not None for one in files):
        raise InputError("a consensus takes NumPy masks (.npy): a DICOM segmentation leaves empty slices out")
    for path, one in zip(options.masks, voxels, strict=True):
        if one.shape != voxels[0].shape:
            raise InputError(f"{path}: has the shape {one.shape}, {options.masks[0].name} has {voxels[0].shape}")
        if not np.isin(one, (0, 1)).all():
            raise InputError(f"{path}: holds other values than 0 and 1")
    return np.stack(voxels).astype(bool)


def _pairs(options: argparse.Namespace) -> Report:
    table = CsvTable(options.csv, ["a", "b"], optional=["case"], text=["a", "b", "case"]).frame
    folder = options.csv.parent
    found = {}
    for row, (a, b) in enumerate(zip(table["a"], table["b"], strict=True), start=1):
        name = str(table["case"].iloc[row - 1]) if "case" in table else str(row)
        if name in found:
            raise InputError(f"the case {name!r} comes twice", row=row, column="case")
        try:
            found[name] = _compared(options, folder / a, folder / b)
        except InputError as problem:
            raise InputError(str(problem), row=row) from None
    pairs: list[dict[str, object]] = [{"case": name, **one.to_json()} for name, one in found.items()]
    tables = [one.to_frame().assign(case=name) for name, one in found.items()]
    wide = pd.concat(tables).pivot(index="case", columns="figure", values="value").reset_index()
    return Report({"pairs": pairs}, (wide,))  # type: ignore[dict-item]  # each is a JSON object


def _compared(options: argparse.Namespace, a: Path, b: Path) -> MaskComparison:
    first, second = (read_mask(path, segment=options.segment) for path in (a, b))
    spacing = options.spacing or first.spacing_mm or second.spacing_mm
    if spacing is None:
        raise InputError(f"{a}: the file does not say its voxel spacing; give --spacing")
    voxels_a, voxels_b = on_one_grid(first, second)
    return compare_masks(voxels_a, voxels_b, spacing_mm=spacing, tolerances_mm=options.tolerance)


COMMANDS = (
    Command(
        "segmentation",
        "overlap and surface distances of two masks, in mm; consensus of several",
        _options,
        no_columns,
        no_table,
        run_files=_run,
        examples=(
            "segmentation --a reference.npy --b ai.npy --spacing 0.7 0.7",
            "segmentation --csv masks.csv --spacing 0.7 0.7 --json",
            "segmentation --consensus staple --masks reference.npy ai.npy reference.npy --out consensus.npy",
        ),
    ),
)

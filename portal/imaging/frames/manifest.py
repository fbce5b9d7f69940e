"""The manifest of a series: what a viewer needs of each instance's metadata, said once where all instances agree.

A series of 300 slices repeats some sixty elements three hundred times. Here an element that all instances share is
said once, and one that differs is a column with a value for each instance; a viewer puts the rows together again.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from portal.imaging.frames.store import FORMAT

DicomJson = dict[str, Any]


def described(row: DicomJson, description: Mapping[str, DicomJson]) -> DicomJson:
    """An instance's metadata with the elements that describe its frames as they are served."""
    return dict(sorted({**row, **description}.items()))


def manifest_of(rows: Sequence[DicomJson], frames: Sequence[int], lengths: Mapping[str, Sequence[int]]) -> bytes:
    """The manifest, gzipped.

    Parameters
    ----------
    rows
        DICOM JSON of each instance.
    frames
        The number of frames of each instance, in the same order: frames are numbered through the whole series.
    lengths
        Bytes of each frame, by form.
    """
    shared = {tag: element for tag, element in rows[0].items() if all(row.get(tag) == element for row in rows)}
    tags = sorted({tag for row in rows for tag in row} - set(shared))
    content = {
        "format": "overread.manifest",
        "version": FORMAT,
        "shared": shared,
        "columns": {tag: [row.get(tag) for row in rows] for tag in tags},
        "frames": list(frames),
        "lengths": {form: _said_once(values) for form, values in lengths.items()},
    }
    # No time inside: the same series gives the same bytes.
    return gzip.compress(json.dumps(_slim(content), separators=(",", ":")).encode(), compresslevel=9, mtime=0)


def _slim(content: DicomJson) -> DicomJson:
    """Columns without the VR in every cell: a column has one, except in files that contradict each other."""
    columns = {}
    for tag, cells in content["columns"].items():
        kinds = {tuple(sorted(cell)) for cell in cells if cell is not None}
        vrs = {cell["vr"] for cell in cells if cell is not None}
        if len(vrs) == 1 and kinds <= {("Value", "vr"), ("vr",)}:
            columns[tag] = {"vr": vrs.pop(), "values": [cell and cell.get("Value", []) for cell in cells]}
        else:
            columns[tag] = {"elements": cells}
    return content | {"columns": columns}


def _said_once(values: Sequence[int]) -> int | list[int]:
    return values[0] if len(set(values)) == 1 else list(values)

"""Make a NumPy array of a segment that the portal has answered: python segment_to_numpy.py segment.json segment.npz.

The archive holds `voxels` (slices, rows, columns; true inside) and, for each slice, its SOP Instance UID and frame.
Slices without a voxel inside are not in it; their places in the patient are those of the images.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def voxels_of(segment: dict[str, Any]) -> npt.NDArray[np.bool_]:
    """Decode the run lengths: voxels outside, inside, outside, inside ... row by row."""
    rows, columns = segment["rows"], segment["columns"]
    voxels = np.zeros((len(segment["slices"]), rows * columns), dtype=bool)
    for mask, part in zip(voxels, segment["slices"], strict=True):
        ends = np.cumsum(part["counts"])
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            mask[start:end] = True
    return voxels.reshape(-1, rows, columns)


def main() -> None:
    """Read the first file, write the second."""
    source, target = (Path(name) for name in sys.argv[1:3])
    segment = json.loads(source.read_text())
    parts = segment["slices"]
    np.savez_compressed(
        target,
        voxels=voxels_of(segment),
        sop_instance_uids=np.array([part["sop_instance_uid"] for part in parts]),
        frame_numbers=np.array([part["frame_number"] for part in parts]),
    )


if __name__ == "__main__":
    main()

"""Masks from files: NumPy arrays, and DICOM segmentation objects with their geometry."""

import dataclasses
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, InputError

Mask: TypeAlias = npt.NDArray[np.generic]
_NPY, _DICM = b"\x93NUMPY", b"DICM"
# Positions are decimal strings of up to 16 characters; a hundredth of a millimetre is the same slice.
_SAME_MM = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class MaskFile:
    """A mask and what its file says about its place.

    Attributes
    ----------
    voxels : array
        Slices x rows x columns, or as many axes as a NumPy array has.
    spacing_mm : tuple of float, optional
        In the order of the axes.
    slice_mm : array of float, optional
        Position of each slice along the normal of the planes.
    plane : array of float, optional
        Orientation (six cosines) and the in-plane position of the first voxel: alike where two masks share a grid.
    """

    voxels: Mask
    spacing_mm: tuple[float, ...] | None = None
    slice_mm: FloatArray | None = None
    plane: FloatArray | None = None


def read_mask(path: Path, *, segment: int = 1) -> MaskFile:
    """Read a mask: a NumPy array (`.npy`), or one segment of a binary DICOM segmentation object.

    Parameters
    ----------
    path : Path
        The file; its content, not its name, decides what it is.
    segment : int
        Segment number in a DICOM segmentation object.

    Returns
    -------
    MaskFile

    Raises
    ------
    InputError
        When the file cannot be read or holds something else.

    References
    ----------
    DICOM PS3.3 A.51 (segmentation), C.7.6.16.2 (functional groups).
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(132)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from None
    if start[:6] == _NPY:
        return MaskFile(_array(path))
    if start[128:] == _DICM:
        return _segmentation(path, segment)
    raise InputError(f"{path}: is neither a NumPy array file (.npy) nor a DICOM segmentation object")


def on_one_grid(a: MaskFile, b: MaskFile) -> tuple[Mask, Mask]:
    """Lay two masks on the slices that either has: a DICOM segmentation leaves empty slices out.

    Parameters
    ----------
    a, b : MaskFile
        Masks; those without a place must have the same shape, which `compare_masks` checks.

    Returns
    -------
    tuple of array

    Raises
    ------
    InputError
        When the planes of the two differ in size, orientation, position or spacing.
    """
    if a.slice_mm is None or b.slice_mm is None or a.plane is None or b.plane is None:
        return a.voxels, b.voxels
    same = a.voxels.shape[1:] == b.voxels.shape[1:] and np.allclose(a.plane, b.plane, atol=_SAME_MM)
    if not same or not np.allclose(a.spacing_mm or (), b.spacing_mm or (), atol=1e-4):
        raise InputError("the two segmentations are not on one grid (size, orientation, position or spacing differ)")
    step = (a.spacing_mm or (1.0,))[0]
    # Of the two-dimensional pixel grid nothing moves; along the normal each mask takes its own slices.
    first = min(a.slice_mm.min(), b.slice_mm.min())
    last = max(a.slice_mm.max(), b.slice_mm.max())
    slices = round((last - first) / step) + 1
    return _placed(a.voxels, (a.slice_mm - first) / step, slices), _placed(
        b.voxels, (b.slice_mm - first) / step, slices
    )


def _placed(voxels: Mask, index: FloatArray, slices: int) -> BoolArray:
    if np.abs(index - np.round(index)).max() > _SAME_MM:
        raise InputError("the slices of the two segmentations do not lie on one grid")
    volume = np.zeros((slices, *voxels.shape[1:]), dtype=bool)
    volume[np.round(index).astype(int)] = voxels != 0
    return volume


def _array(path: Path) -> Mask:
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (ValueError, EOFError) as problem:
        raise InputError(f"{path}: is a damaged NumPy array file: {str(problem).splitlines()[0]}") from None


def _segmentation(path: Path, segment: int) -> MaskFile:
    import pydicom  # only whoever reads DICOM waits for it

    dataset = pydicom.dcmread(path)
    if dataset.get("Modality") != "SEG" or dataset.get("SegmentationType") != "BINARY":
        found = f"{dataset.get('Modality', '?')} {dataset.get('SegmentationType', '')}".strip()
        raise InputError(f"{path}: is a DICOM {found}; a mask is a SEG of type BINARY")
    groups = list(dataset.PerFrameFunctionalGroupsSequence)
    frames = np.reshape(dataset.pixel_array, (len(groups), dataset.Rows, dataset.Columns))
    chosen = [
        number
        for number, group in enumerate(groups)
        if int(_macro(dataset, group, "SegmentIdentificationSequence").ReferencedSegmentNumber) == segment
    ]
    if not chosen:
        known = ", ".join(str(one.SegmentNumber) for one in dataset.SegmentSequence)
        raise InputError(f"{path}: has no frame of segment {segment}; there is segment {known}")
    return _with_place(dataset, [groups[number] for number in chosen], frames[chosen])


def _with_place(dataset: Any, groups: list[Any], frames: Mask) -> MaskFile:
    measures = _macro(dataset, groups[0], "PixelMeasuresSequence")
    cosines = np.array(_macro(dataset, groups[0], "PlaneOrientationSequence").ImageOrientationPatient, dtype=float)
    positions = np.array(
        [_macro(dataset, group, "PlanePositionSequence").ImagePositionPatient for group in groups], dtype=float
    )
    rows, columns = cosines[:3], cosines[3:]
    along = positions @ np.cross(rows, columns)
    gaps = np.diff(np.unique(np.round(along / _SAME_MM) * _SAME_MM))
    between = measures.get("SpacingBetweenSlices") or (gaps.min() if len(gaps) else measures.get("SliceThickness"))
    if not between:
        raise InputError("the segmentation does not say how far its slices are apart; give --spacing")
    spacing = (float(between), *(float(value) for value in measures.PixelSpacing))
    plane = np.concatenate([cosines, [positions[0] @ rows, positions[0] @ columns]])
    return MaskFile(frames, spacing, along, plane)


def _macro(dataset: Any, group: Any, name: str) -> Any:
    """Give a functional group of a frame, or the one that all frames share."""
    found = group.get(name) or dataset.SharedFunctionalGroupsSequence[0].get(name)
    if not found:
        raise InputError(f"the segmentation lacks {name}")
    return found[0]

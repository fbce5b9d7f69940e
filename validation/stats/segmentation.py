"""Overlap and surface distance of two masks, in millimetres."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.results import JSONValue, Reason, Undefined, jsonable

Value = float | Undefined


@dataclasses.dataclass(frozen=True, slots=True)
class MaskComparison:
    """Mask a (the reference) and mask b compared.

    Attributes
    ----------
    voxels_a, voxels_b, intersection : int
        Counts.
    volume_a, volume_b : float
        In mm to the power of the dimension.
    dice, jaccard : float or Undefined
        Undefined when both masks are empty.
    relative_volume_difference : float or Undefined
        (b - a) / a.
    hausdorff_mm, hausdorff95_mm, average_surface_distance_mm : float or Undefined
        Symmetric, between the surface voxels of both masks; Undefined when a mask is empty.
    surface_dice : mapping of tolerance in mm to float or Undefined
        Share of both surfaces' voxels that lie within the tolerance of the other surface.
    """

    voxels_a: int
    voxels_b: int
    intersection: int
    volume_a: float
    volume_b: float
    dice: Value
    jaccard: Value
    relative_volume_difference: Value
    hausdorff_mm: Value
    hausdorff95_mm: Value
    average_surface_distance_mm: Value
    surface_dice: dict[float, Value]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields."""
        document = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: jsonable(value) for name, value in document.items()}

    def to_frame(self) -> pd.DataFrame:
        """Give one row for each figure."""
        rows = [(name, value) for name, value in self.to_json().items() if name != "surface_dice"]
        rows += [
            (f"surface Dice at {tolerance:g} mm", jsonable(value)) for tolerance, value in self.surface_dice.items()
        ]
        shown = [
            {"figure": name, "value": None, "note": value["detail"]}
            if isinstance(value, dict)
            else {"figure": name, "value": value}
            for name, value in rows
        ]
        return pd.DataFrame(shown, columns=["figure", "value", "note"])


def compare_masks(
    a: npt.ArrayLike, b: npt.ArrayLike, *, spacing_mm: Sequence[float], tolerances_mm: Sequence[float] = (1.0, 2.0)
) -> MaskComparison:
    """Compare two masks of the same grid.

    Parameters
    ----------
    a, b : array_like of 0 and 1
        Reference and other mask, two- or three-dimensional.
    spacing_mm : sequence of float
        Distance between voxel centres along each axis, in the order of the array's axes.
    tolerances_mm : sequence of float
        Of the surface Dice.

    Returns
    -------
    MaskComparison
        Where a mask is empty its distances are Undefined (`empty-mask`), as is the overlap of two empty masks.

    Notes
    -----
    A surface voxel is one with a neighbour outside the mask through a face; the edge of the grid counts as outside.
    The 95th percentile and the average are those of both directions' distances together, as in MedPy.

    References
    ----------
    Maier-Hein L et al. (2024) Nat Methods 21:195. Nikolov S et al. (2021) J Med Internet Res 23:e26151.

    Examples
    --------
    >>> found = compare_masks([[1, 1, 0], [0, 0, 0]], [[1, 0, 0], [0, 0, 0]], spacing_mm=(1.0, 2.0))
    >>> round(found.dice, 3), found.hausdorff_mm
    (0.667, 2.0)
    """
    first, second = _mask(a, "a"), _mask(b, "b")
    if first.shape != second.shape:
        raise InputError(f"the masks have different shapes: {first.shape} and {second.shape}")
    spacing = _spacing(spacing_mm, first.ndim)
    if any(not tolerance >= 0.0 for tolerance in tolerances_mm):
        raise InputError("a tolerance is not negative")
    counts = int(first.sum()), int(second.sum()), int((first & second).sum())
    voxel = float(np.prod(spacing))
    distances = None if min(counts[:2]) == 0 else _surface_distances(*_cropped(first, second), spacing)
    return MaskComparison(
        voxels_a=counts[0],
        voxels_b=counts[1],
        intersection=counts[2],
        volume_a=counts[0] * voxel,
        volume_b=counts[1] * voxel,
        dice=_ratio(2 * counts[2], counts[0] + counts[1]),
        jaccard=_ratio(counts[2], counts[0] + counts[1] - counts[2]),
        relative_volume_difference=_ratio(counts[1] - counts[0], counts[0]),
        hausdorff_mm=_EMPTY if distances is None else float(max(one.max() for one in distances)),
        hausdorff95_mm=_EMPTY if distances is None else float(np.percentile(np.concatenate(distances), 95)),
        average_surface_distance_mm=_EMPTY if distances is None else float(np.concatenate(distances).mean()),
        surface_dice={
            float(tolerance): _EMPTY if distances is None else float((np.concatenate(distances) <= tolerance).mean())
            for tolerance in tolerances_mm
        },
    )


_EMPTY = Undefined(Reason.EMPTY_MASK, "A mask is empty, so it has no surface and nothing to relate to.")


def majority_mask(masks: npt.ArrayLike) -> BoolArray:
    """Give the voxels that more than half of the masks (first axis) hold."""
    stack = np.asarray(masks)
    if stack.ndim < 3 or not np.isin(stack, (0, 1)).all():
        raise InputError("a consensus needs a stack of masks of 0 and 1, readers along the first axis")
    return np.asarray(2 * stack.astype(np.int64).sum(axis=0) > len(stack))


@dataclasses.dataclass(frozen=True, slots=True)
class Staple:
    """Consensus of readers by STAPLE: probability of truth per voxel, and each reader's performance."""

    probability: FloatArray
    sensitivity: FloatArray
    specificity: FloatArray
    iterations: int


def staple(masks: npt.ArrayLike, *, most_iterations: int = 10_000, precision: float = 1e-9) -> Staple | Undefined:
    """Estimate the truth and each reader's sensitivity and specificity together, by expectation-maximisation.

    Parameters
    ----------
    masks : array_like of 0 and 1
        Readers along the first axis.
    most_iterations : int
        Limit of the iteration.
    precision : float
        Largest change of a sensitivity or specificity at which the iteration ends.

    Returns
    -------
    Staple or Undefined
        Undefined when all masks are empty or full, when the estimated truth is (no reader then has a specificity, or
        no sensitivity), or when the iteration does not end.

    References
    ----------
    Warfield SK, Zou KH, Wells WM (2004) IEEE Trans Med Imaging 23:903. The prior is the mean share of the masks.
    """
    stack = np.asarray(masks)
    if stack.ndim < 3 or len(stack) < 2 or not np.isin(stack, (0, 1)).all():
        raise InputError("STAPLE needs a stack of two or more masks of 0 and 1, readers along the first axis")
    calls = stack.reshape(len(stack), -1).astype(bool)
    prior = float(calls.mean())
    if prior in (0.0, 1.0):
        return Undefined(Reason.EMPTY_MASK, "All masks are empty, or all are full.", len(stack))
    # Voxels with the same calls share a probability: there are few patterns, however large the image.
    patterns, position, count = np.unique(calls.T, axis=0, return_inverse=True, return_counts=True)
    sensitivity = np.full(len(stack), 0.99999)
    specificity = sensitivity.copy()
    for iteration in range(1, most_iterations + 1):
        positive = prior * np.where(patterns, sensitivity, 1.0 - sensitivity).prod(axis=1)
        negative = (1.0 - prior) * np.where(patterns, 1.0 - specificity, specificity).prod(axis=1)
        weight = positive / (positive + negative)
        held, left = weight * count, (1.0 - weight) * count
        if min(held.sum(), left.sum()) == 0.0:
            detail = "The estimated truth holds all voxels or none, so one rate of the readers has nothing to count."
            return Undefined(Reason.ONE_CLASS_ONLY, detail, len(stack))
        before = np.concatenate([sensitivity, specificity])
        # Two sums of the same numbers can differ in the last bit, and a rate above 1 makes probabilities below 0.
        sensitivity = np.minimum(held @ patterns / held.sum(), 1.0)
        specificity = np.minimum(left @ ~patterns / left.sum(), 1.0)
        if np.abs(np.concatenate([sensitivity, specificity]) - before).max() < precision:
            probability = weight[position.ravel()].reshape(stack.shape[1:])
            return Staple(probability, sensitivity, specificity, iteration)
    return Undefined(Reason.NOT_CONVERGED, f"STAPLE did not settle in {most_iterations} iterations.", len(stack))


def _mask(values: npt.ArrayLike, name: str) -> BoolArray:
    array = np.asarray(values)
    if array.ndim not in (2, 3):
        raise InputError(f"a mask has two or three dimensions, not {array.ndim}", column=name)
    if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
        raise InputError("a mask holds 0 and 1 only", column=name)
    return array.astype(bool)


def _spacing(spacing_mm: Sequence[float], dimensions: int) -> tuple[float, ...]:
    spacing = tuple(float(value) for value in spacing_mm)
    if len(spacing) != dimensions or not all(np.isfinite(value) and value > 0.0 for value in spacing):
        raise InputError(f"the spacing has {dimensions} positive values in mm, not {list(spacing)}")
    return spacing


def _ratio(top: int, bottom: int) -> Value:
    return _EMPTY if bottom == 0 else top / bottom


def _cropped(a: BoolArray, b: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Cut both masks to their common box; the cut is outside for both, as the edge of the grid is."""
    either = a | b
    box = []
    for axis in range(a.ndim):
        others = tuple(other for other in range(a.ndim) if other != axis)
        held = np.flatnonzero(either.any(axis=others))
        box.append(slice(int(held[0]), int(held[-1]) + 1))
    return a[tuple(box)], b[tuple(box)]


def _surface_distances(a: BoolArray, b: BoolArray, spacing: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Give the distance of each surface voxel of a to the surface of b, and of b to a."""
    neighbours = generate_binary_structure(a.ndim, 1)
    surface_a = a & ~binary_erosion(a, neighbours)
    surface_b = b & ~binary_erosion(b, neighbours)
    to_a = distance_transform_edt(~surface_a, sampling=spacing)
    to_b = distance_transform_edt(~surface_b, sampling=spacing)
    return to_b[surface_a], to_a[surface_b]

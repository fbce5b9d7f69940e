"""Shapes that marks and lesions have: boxes, ellipses, polygons and masks, in patient millimetres."""

import dataclasses
import math
from typing import Protocol

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, InputError

_ON_EDGE_MM = 1e-9


class Region(Protocol):
    """A shape that knows its centre and which points lie in it."""

    @property
    def centre_mm(self) -> FloatArray:
        """Give x, y and, in 3D, z of the centre."""

    def contains(self, points: FloatArray) -> BoolArray:
        """Say of each point (one a row) whether it lies inside or on the edge."""


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """A rectangle or cuboid along the axes, from its low to its high corner."""

    low_mm: tuple[float, ...]
    high_mm: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a box without extent."""
        _dimension(self.low_mm, self.high_mm)
        if not all(low < high for low, high in zip(self.low_mm, self.high_mm, strict=True)):
            raise InputError(f"a box runs from low to high on each axis, not from {self.low_mm} to {self.high_mm}")

    @property
    def centre_mm(self) -> FloatArray:
        """Give the middle."""
        return (np.array(self.low_mm) + np.array(self.high_mm)) / 2.0

    def contains(self, points: FloatArray) -> BoolArray:
        """Say which points lie between the corners."""
        return np.asarray(((points >= self.low_mm) & (points <= self.high_mm)).all(axis=1))


@dataclasses.dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse or ellipsoid; `axes` holds the unit vectors of its semi-axes, along x, y, z by default."""

    centre: tuple[float, ...]
    semi_axes_mm: tuple[float, ...]
    axes: tuple[tuple[float, ...], ...] | None = None

    def __post_init__(self) -> None:
        """Refuse semi-axes that are not positive, and directions that are not orthonormal."""
        dimension = _dimension(self.centre, self.semi_axes_mm)
        if not all(length > 0.0 for length in self.semi_axes_mm):
            raise InputError(f"the semi-axes of an ellipse are positive, not {self.semi_axes_mm}")
        directions = self._directions()
        identity = np.eye(dimension)
        if directions.shape != identity.shape or not np.allclose(directions @ directions.T, identity, atol=1e-6):
            raise InputError("the axes of an ellipse are orthogonal vectors of length 1, one for each dimension")

    @property
    def centre_mm(self) -> FloatArray:
        """Give the centre."""
        return np.array(self.centre)

    def contains(self, points: FloatArray) -> BoolArray:
        """Say for which points the sum of squared relative distances is at most 1."""
        along = (points - self.centre_mm) @ self._directions().T / np.array(self.semi_axes_mm)
        return np.asarray((along**2).sum(axis=1) <= 1.0 + 1e-12)

    def _directions(self) -> FloatArray:
        return np.eye(len(self.centre)) if self.axes is None else np.array(self.axes, dtype=float)


@dataclasses.dataclass(frozen=True, slots=True)
class Polygon:
    """A closed polygon in the plane; it may be concave, and the last vertex joins the first."""

    vertices_mm: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse fewer than three vertices and a polygon without area."""
        if len(self.vertices_mm) < 3 or not np.isfinite(np.array(self.vertices_mm)).all():
            raise InputError("a polygon has three vertices at least, all of finite numbers")
        if self._twice_area() == 0.0:
            raise InputError("the polygon has no area")

    @property
    def centre_mm(self) -> FloatArray:
        """Give the centroid of the area."""
        first = np.array(self.vertices_mm[0])
        start, end = (corner - first for corner in self._edges())  # far from the origin the sums would cancel
        cross = start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]
        return np.asarray(((start + end) * cross[:, None]).sum(axis=0) / (3.0 * cross.sum()) + first)

    def contains(self, points: FloatArray) -> BoolArray:
        """Count the edges that a ray to the right crosses; a point on an edge is inside."""
        inside, on_edge = np.zeros(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
        for (x1, y1), (x2, y2) in zip(*self._edges(), strict=True):
            inside ^= _ray_crosses(points, (x1, y1), (x2, y2))
            on_edge |= _distance_to_segment(points, np.array([x1, y1]), np.array([x2, y2])) <= _ON_EDGE_MM
        return inside | on_edge

    def _edges(self) -> tuple[FloatArray, FloatArray]:
        vertices = np.array(self.vertices_mm, dtype=float)
        return vertices, np.roll(vertices, -1, axis=0)

    def _twice_area(self) -> float:
        start, end = self._edges()
        start, end = start - start[0], end - start[0]
        return float((start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]).sum())


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A segmentation on a grid along the axes: voxels[z, y, x] or pixels[y, x].

    Attributes
    ----------
    voxels : array of bool
        Two or three dimensions, with one voxel set at least.
    origin_mm : tuple of float
        Centre of the first voxel: x, y and, in 3D, z.
    spacing_mm : tuple of float
        Distance of voxels along x, y and, in 3D, z.
    """

    voxels: BoolArray
    origin_mm: tuple[float, ...]
    spacing_mm: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse an empty mask and a grid that does not fit it."""
        dimension = _dimension(self.origin_mm, self.spacing_mm)
        if np.ndim(self.voxels) != dimension:
            raise InputError(f"a mask of {np.ndim(self.voxels)} dimensions has an origin of {dimension}")
        if not all(step > 0.0 for step in self.spacing_mm):
            raise InputError(f"the spacing of a mask is positive, not {self.spacing_mm}")
        if not np.any(self.voxels):
            raise InputError("the mask is empty; leave the lesion or the mark out")

    @property
    def centre_mm(self) -> FloatArray:
        """Give the mean of the voxels' centres."""
        index = np.argwhere(self.voxels).mean(axis=0)[::-1]
        return np.array(self.origin_mm) + index * np.array(self.spacing_mm)

    def contains(self, points: FloatArray) -> BoolArray:
        """Look up the voxel that each point lies in."""
        index = np.floor((points - np.array(self.origin_mm)) / np.array(self.spacing_mm) + 0.5)
        size = np.array(np.shape(self.voxels)[::-1])
        within = ((index >= 0) & (index < size)).all(axis=1)
        result = np.zeros(len(points), dtype=bool)
        result[within] = np.asarray(self.voxels, dtype=bool)[tuple(index[within].astype(np.intp).T[::-1])]
        return result


def box_iou(a: FloatArray, b: FloatArray) -> FloatArray:
    """Compute the intersection over union of boxes, row by row.

    Parameters
    ----------
    a, b : array of shape (boxes, 2, dimensions)
        Low and high corners.

    Examples
    --------
    >>> float(box_iou(np.array([[[0.0, 0.0], [2.0, 2.0]]]), np.array([[[1.0, 0.0], [3.0, 2.0]]]))[0])
    0.3333333333333333
    """
    overlap = np.minimum(a[:, 1], b[:, 1]) - np.maximum(a[:, 0], b[:, 0])
    shared = np.prod(np.clip(overlap, 0.0, None), axis=1)
    both = np.prod(a[:, 1] - a[:, 0], axis=1) + np.prod(b[:, 1] - b[:, 0], axis=1)
    return np.asarray(shared / (both - shared))


def mask_iou(a: Mask, b: Mask) -> float:
    """Compute the intersection over union of two masks on the same grid."""
    same = np.shape(a.voxels) == np.shape(b.voxels)
    if not (same and np.allclose(a.origin_mm, b.origin_mm) and np.allclose(a.spacing_mm, b.spacing_mm)):
        raise InputError("the IoU of masks needs the same grid: shape, origin and spacing; resample one of them")
    first, second = np.asarray(a.voxels, dtype=bool), np.asarray(b.voxels, dtype=bool)
    return float((first & second).sum() / (first | second).sum())


def region_iou(a: Region, b: Region) -> float:
    """Compute the intersection over union of two boxes or of two masks."""
    if isinstance(a, Mask) and isinstance(b, Mask):
        return mask_iou(a, b)
    if isinstance(a, Box) and isinstance(b, Box):
        if len(a.low_mm) != len(b.low_mm):
            raise InputError(f"a box of {len(a.low_mm)} dimensions meets one of {len(b.low_mm)}")
        first, second = (np.array([[box.low_mm, box.high_mm]]) for box in (a, b))
        return float(box_iou(first, second)[0])
    kinds = f"{type(a).__name__} and {type(b).__name__}"
    raise InputError(f"the IoU is of two boxes or of two masks, not of {kinds}; turn the shapes into masks")


def _dimension(*vectors: tuple[float, ...]) -> int:
    lengths = {len(vector) for vector in vectors}
    if not lengths <= {2, 3} or len(lengths) != 1 or not all(math.isfinite(x) for vector in vectors for x in vector):
        raise InputError(f"coordinates are two or three finite numbers, not {', '.join(map(str, vectors))}")
    return lengths.pop()


def _ray_crosses(points: FloatArray, a: tuple[float, float], b: tuple[float, float]) -> BoolArray:
    (x1, y1), (x2, y2) = a, b
    spans = (points[:, 1] < y1) != (points[:, 1] < y2)
    if y1 == y2:
        return spans  # a level edge spans nothing
    at = x1 + (points[:, 1] - y1) * (x2 - x1) / (y2 - y1)
    return np.asarray(spans & (points[:, 0] < at))


def _distance_to_segment(
    points: FloatArray, start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]
) -> FloatArray:
    direction = end - start
    length = float(direction @ direction)
    share = np.clip((points - start) @ direction / length, 0.0, 1.0) if length > 0.0 else np.zeros(len(points))
    return np.asarray(np.linalg.norm(points - start - share[:, None] * direction, axis=1))

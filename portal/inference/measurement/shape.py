"""Volume, surface and diameters of a segment.

Surfaces are those of the mesh that marching cubes (Lewiner 2003, as in scikit-image) draws half-way between the centres
of voxels inside and outside; diameters are between points of that mesh, or of the outline of a slice drawn alike. So a
segment of one voxel has a length; any diameter may be off by the size of a voxel, as nothing is known between voxels.
The steps of voxels make that surface some percent too large. Beside it stands the area by Crofton's formula, which
counts how often lines in 13 directions cross the surface (Lehmann and Legland, Insight Journal 2012), without that
fault.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError, SphericalVoronoi
from scipy.spatial.distance import cdist
from skimage.measure import find_contours, marching_cubes, mesh_surface_area

from portal.inference.measurement.quantity import (
    CUBIC_MILLIMETRE,
    DIRECTIONS,
    MILLIMETRE,
    NO_UNIT,
    SQUARE_MILLIMETRE,
    Mask,
    Quantity,
    Spacing,
    Values,
    beside,
    checked,
)

# Chords are looked for where the outline has its corners; an outline of more is thinned evenly.
_MAXIMUM_CHORDS = 400
_CORNERS_AT_ONCE = 512
_BESIDE = 1e-6

# Name, unit and IBSI code, in the order in which they are given.
_QUANTITIES: tuple[tuple[str, str, str | None], ...] = (
    ("volume", CUBIC_MILLIMETRE, "YEKZ"),
    ("mesh_volume", CUBIC_MILLIMETRE, "RNU0"),
    ("surface_area", SQUARE_MILLIMETRE, "C0JK"),
    ("sphericity", NO_UNIT, "QCFX"),
    ("surface_area_crofton", SQUARE_MILLIMETRE, None),
    ("sphericity_crofton", NO_UNIT, None),
    ("maximum_3d_diameter", MILLIMETRE, "L0JK"),
    ("longest_diameter_in_slice", MILLIMETRE, None),
    ("perpendicular_diameter_in_slice", MILLIMETRE, None),
    *((f"centroid_along_{axis}", MILLIMETRE, None) for axis in ("slices", "rows", "columns")),
)
# What slices that are shifted against each other leave as it is: the rest is of a body that was straightened.
_KEPT_BY_SHEAR = frozenset({"volume", "mesh_volume", "longest_diameter_in_slice", "perpendicular_diameter_in_slice"})


def shape(mask: npt.ArrayLike, spacing_mm: Sequence[float]) -> list[Quantity]:
    """Measure a segment of a regular volume.

    Parameters
    ----------
    mask : array of shape (slices, rows, columns)
        True or 1 inside.
    spacing_mm : three lengths
        Between slices, rows and columns.

    Raises
    ------
    MeasurementError
        The mask is empty or no mask, the spacing is no spacing.
    """
    voxels, spacing = checked(mask, spacing_mm)
    corner, inside = _cropped(voxels)
    points, faces = _mesh(inside, spacing)
    area, mesh_volume = float(mesh_surface_area(points, faces)), _mesh_volume(points, faces)
    crofton, volume = _crofton_area(inside, spacing), float(inside.sum() * np.prod(spacing))
    longest, perpendicular = _diameters_in_a_slice(inside, spacing)
    found = (
        volume,
        mesh_volume,
        area,
        _sphericity(mesh_volume, area),
        crofton,
        _sphericity(volume, crofton),
        _longest(points)[0],
        longest,
        perpendicular,
        *_centroid(inside, corner, spacing),
    )
    return [Quantity(name, value, unit, ibsi) for (name, unit, ibsi), value in zip(_QUANTITIES, found, strict=True)]


def undefined_shape(reason: str) -> list[Quantity]:
    """Give every quantity of a shape without a value, for one reason."""
    return [Quantity(name, None, unit, ibsi, reason) for name, unit, ibsi in _QUANTITIES]


def shape_of_sheared(quantities: Sequence[Quantity], reason: str) -> list[Quantity]:
    """Take away what slices that lie shifted against each other (a tilted gantry) do not let one measure.

    A shear changes neither a volume nor what lies within one slice; surfaces and lengths across slices it does.
    """
    return [
        one if one.name in _KEPT_BY_SHEAR else Quantity(one.name, None, one.unit, one.ibsi, reason)
        for one in quantities
    ]


def _cropped(mask: Mask) -> tuple[tuple[int, ...], Mask]:
    """Return where the segment begins, and the mask around it with a border of one voxel outside."""
    places = np.argwhere(mask)
    first, last = places.min(axis=0), places.max(axis=0) + 1
    box = tuple(slice(int(low), int(high)) for low, high in zip(first, last, strict=True))
    return tuple(int(one) - 1 for one in first), np.pad(mask[box], 1)


def _centroid(inside: Mask, corner: tuple[int, ...], spacing: Spacing) -> list[float]:
    """Give the mean place of the voxels, in millimetres from the centre of the volume's first one."""
    return [float(one) for one in (np.argwhere(inside).mean(axis=0) + corner) * spacing]


def _sphericity(volume: float, area: float) -> float:
    """The surface of a ball of this volume as a share of the surface there is."""
    return float((36 * np.pi * volume**2) ** (1 / 3) / area)


def _crofton_area(inside: Mask, spacing: Spacing) -> float:
    """Area of the surface by Crofton's formula: four times the mean area of projections, half the crossings of lines.

    Lines of one direction go through every voxel, so one stands for the volume of a voxel over the length of a step.
    Each direction weighs as much as the part of the sphere of directions that is nearest to it.
    """
    steps = np.array(DIRECTIONS) * spacing
    lengths = np.linalg.norm(steps, axis=1)
    units = steps / lengths[:, None]
    weights = 2 * SphericalVoronoi(np.concatenate([units, -units])).calculate_areas()[: len(units)] / (4 * np.pi)
    # One more voxel outside on each side: lines that leave the array cross nothing there.
    padded = np.pad(inside, 1)
    crossings = np.array([(beside(padded, step) != inside).sum() for step in DIRECTIONS])
    return float(2 * np.sum(weights * crossings * np.prod(spacing) / lengths))


def _mesh(inside: Mask, spacing: Spacing) -> tuple[Values, npt.NDArray[np.int64]]:
    points, faces, _, _ = marching_cubes(inside.astype(np.float32), level=0.5, spacing=spacing)
    return points.astype(np.float64), faces.astype(np.int64)


def _mesh_volume(points: Values, faces: npt.NDArray[np.int64]) -> float:
    """The volume inside a closed mesh: the sum of signed tetrahedra to the origin (IBSI RNU0)."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    return float(abs(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6)


def _longest(points: Values) -> tuple[float, Values, Values]:
    """The greatest distance between two of the points, which are corners of their convex hull, and both of them."""
    try:
        points = points[ConvexHull(points).vertices]
    except QhullError:  # all in one line: nothing is thinned
        points = np.unique(points, axis=0)
    longest, ends = -1.0, (points[0], points[0])
    # The hull of a large organ has ten thousand corners: all distances at once would not fit.
    for start in range(0, len(points), _CORNERS_AT_ONCE):
        distances = cdist(points[start : start + _CORNERS_AT_ONCE], points)
        one, other = np.unravel_index(int(distances.argmax()), distances.shape)
        if distances[one, other] > longest:
            longest, ends = float(distances[one, other]), (points[start + one], points[other])
    return longest, *ends


def _diameters_in_a_slice(inside: Mask, spacing: Spacing) -> tuple[float, float]:
    """The longest diameter within any slice, and the longest line inside the segment there at right angles to it."""
    best = 0.0
    for section in inside[1:-1]:
        if not section.any():
            continue
        outlines = [outline * spacing[1:] for outline in find_contours(section.astype(np.float64), 0.5)]
        length, one, other = _longest(np.concatenate(outlines))
        if length > best:
            best, ends, kept = length, (one, other), outlines
    along = (ends[1] - ends[0]) / best
    return best, _longest_chord(kept, along)


def _longest_chord(outlines: list[Values], along: Values) -> float:
    """The longest line across a region, at right angles to `along`, that stays inside it.

    Between two corners the width of a region with straight sides changes evenly: it is greatest beside a corner.
    """
    turned = np.array([along, [-along[1], along[0]]]).T
    starts = np.concatenate([outline[:-1] @ turned for outline in outlines])
    ends = np.concatenate([outline[1:] @ turned for outline in outlines])
    corners = np.unique(starts[:, 0])
    corners = corners[:: 1 + len(corners) // _MAXIMUM_CHORDS]
    chords = [_chord(starts, ends, place + side) for place in corners for side in (-_BESIDE, _BESIDE)]
    return float(max(chords))


def _chord(starts: Values, ends: Values, place: float) -> float:
    """The longest piece of the line at `place` that lies inside: pieces inside and outside take turns."""
    crossed = (starts[:, 0] < place) != (ends[:, 0] < place)
    if not crossed.any():
        return 0.0
    start, end = starts[crossed], ends[crossed]
    share = (place - start[:, 0]) / (end[:, 0] - start[:, 0])
    across = np.sort(start[:, 1] + share * (end[:, 1] - start[:, 1]))
    return float((across[1::2] - across[::2]).max())

"""Draws a chest into a voxel grid: body, lungs, mediastinum, spine, ribs, vessels, nodules, noise.

The shapes are chosen to look like a chest and to make the task neither trivial nor impossible: vessels cross
the slices as round spots like nodules do, granulomas and scars mimic them, and nodules differ in contrast.
Nothing here is derived from a patient.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from portal.demo.phantoms.volume import Grid, Hounsfield, Lesion, Point

AIR_HU = -1000.0
FAT_HU = -100.0
MUSCLE_HU = 50.0
BLOOD_HU = 45.0
LUNG_HU = -860.0
BONE_HU = 420.0
MARROW_HU = 190.0
# Thinner vessels are lost in noise and partial volume.
THINNEST_VESSEL_MM = 1.1
# Partial volume: each voxel along z is the mean of this many thin sub-slices.
SUBSLICES = 3


@dataclass(frozen=True, slots=True)
class Habitus:
    """Semi-axes and densities of one synthetic patient."""

    body_x_mm: float
    body_y_mm: float
    fat_mm: float
    lung_hu: float
    noise_hu: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Habitus":
        """A random patient."""
        return cls(
            body_x_mm=float(rng.uniform(148, 168)),
            body_y_mm=float(rng.uniform(102, 116)),
            fat_mm=float(rng.uniform(6, 15)),
            lung_hu=float(LUNG_HU + rng.uniform(-25, 45)),
            noise_hu=float(rng.uniform(18, 42)),
        )

    @property
    def thorax_x_mm(self) -> float:
        """Transverse semi-axis of the rib cage."""
        return self.body_x_mm - self.fat_mm - 14

    @property
    def thorax_y_mm(self) -> float:
        """Antero-posterior semi-axis of the rib cage."""
        return self.body_y_mm - self.fat_mm - 12


def _inside(distance_mm: Hounsfield, softness_mm: float) -> Hounsfield:
    """Soft membership (0..1) of a shape whose signed distance is negative inside."""
    return np.clip(0.5 - distance_mm / softness_mm, 0, 1).astype(np.float32)


def _ellipse(x: Hounsfield, y: Hounsfield, semi_x: float, semi_y: float) -> Hounsfield:
    """Approximate signed distance to an ellipse around the origin."""
    return ((np.sqrt((x / semi_x) ** 2 + (y / semi_y) ** 2) - 1) * min(semi_x, semi_y)).astype(np.float32)


def _paint(volume: Hounsfield, membership: Hounsfield, hu: float) -> None:
    volume += membership * (np.float32(hu) - volume)


def _mediastinum_half_width_mm(y: Hounsfield, z: Hounsfield, x: Hounsfield) -> Hounsfield:
    """Half width of the mediastinum; the heart bulges forwards and to the left (x > 0)."""
    heart = np.exp(-(((y + 28) / 34) ** 2)) * np.clip(22 - 0.35 * z, 4, 40)
    return (27 + heart * np.where(x > 0, 1.35, 0.55)).astype(np.float32)


def lung_membership(grid: Grid, habitus: Habitus) -> Hounsfield:
    """Soft membership of both lungs over the whole grid."""
    z, y, x = grid.axes_mm()
    taper = np.sqrt(np.clip(1 - (z / 140) ** 2, 0.05, 1)).astype(np.float32)
    pleura = _ellipse(x / taper, y / taper, habitus.thorax_x_mm - 7, habitus.thorax_y_mm - 7)
    mediastinum = _mediastinum_half_width_mm(y, z, x) - np.abs(x)
    return _inside(np.maximum(pleura, mediastinum.astype(np.float32)), 1.5 * grid.pixel_mm)


def _paint_ribs(volume: Hounsfield, grid: Grid, habitus: Habitus, rng: np.random.Generator) -> None:
    z, y, x = grid.axes_mm()
    radial = _ellipse(x, y, habitus.thorax_x_mm, habitus.thorax_y_mm)
    # Ribs run downwards from back (y > 0) to front: the phase along z follows y.
    phase = (z + 0.55 * y + float(rng.uniform(0, 27))) % 27 - 13.5
    distance = np.sqrt((radial / 4.5) ** 2 + (phase / 6.0) ** 2) - 1
    gap = np.abs(x) < 16
    _paint(
        volume,
        np.where(gap, 0, _inside((distance * 4.5).astype(np.float32), 2.5)).astype(np.float32),
        BONE_HU,
    )


def _paint_midline(volume: Hounsfield, grid: Grid, habitus: Habitus) -> None:
    z, y, x = grid.axes_mm()
    spine_y = habitus.thorax_y_mm - 20
    flat = np.zeros_like(z)
    vertebra = _inside(_ellipse(x, y - spine_y, 19, 15), 3.0)
    _paint(volume, vertebra + flat, MARROW_HU)
    _paint(volume, _inside(np.abs(_ellipse(x, y - spine_y, 19, 15)) - np.float32(1.5), 2.0) + flat, BONE_HU)
    _paint(volume, _inside(_ellipse(x, y - spine_y - 21, 9, 8), 2.0) + flat, 25.0)
    _paint(volume, _inside(_ellipse(x, y + habitus.thorax_y_mm - 4, 15, 5), 2.0) + flat, BONE_HU * 0.7)
    _paint(volume, _inside(_ellipse(x - 20, y - spine_y + 24, 11, 11), 2.0) + flat, BLOOD_HU + 15)
    for side in (-1.0, 1.0):
        bronchus_x = side * (5 + 0.18 * np.clip(60 - z, 0, 80))
        _paint(volume, _inside(_ellipse(x - bronchus_x, y - 8, 6.5, 6.5), 2.0), AIR_HU + 30)


def _local(grid: Grid, low: Point, high: Point) -> tuple[slice, slice, slice] | None:
    """The index box (z, y, x) that covers a box in millimetres, or None when it lies outside the grid."""
    x0, y0, z0 = grid.origin_mm
    box = []
    for minimum, maximum, first, step, count in (
        (low[2], high[2], z0, grid.slice_mm, grid.slices),
        (low[1], high[1], y0, grid.pixel_mm, grid.rows),
        (low[0], high[0], x0, grid.pixel_mm, grid.columns),
    ):
        start = max(0, int(np.floor((minimum - first) / step)) - 1)
        stop = min(count, int(np.ceil((maximum - first) / step)) + 2)
        if start >= stop:
            return None
        box.append(slice(start, stop))
    return box[0], box[1], box[2]


def capsule_coverage(
    grid: Grid, start: Point, end: Point, radius_mm: float
) -> tuple[tuple[slice, slice, slice], Hounsfield] | None:
    """Share of each voxel inside a capsule (start == end: a sphere) and the box of voxels it touches."""
    margin = radius_mm + grid.pixel_mm
    low = tuple(min(a, b) - margin for a, b in zip(start, end, strict=True))
    high = tuple(max(a, b) + margin for a, b in zip(start, end, strict=True))
    box = _local(grid, (low[0], low[1], low[2]), (high[0], high[1], high[2]))
    if box is None:
        return None
    z, y, x = grid.axes_mm()
    z, y, x = z[box[0]], y[:, box[1]], x[:, :, box[2]]
    axis = np.subtract(end, start).astype(np.float32)
    length_squared = float(axis @ axis) or 1.0
    coverage = np.zeros((z.shape[0], y.shape[1], x.shape[2]), np.float32)
    for offset in (np.arange(SUBSLICES) + 0.5) / SUBSLICES - 0.5:
        dz, dy, dx = z + offset * grid.slice_mm - start[2], y - start[1], x - start[0]
        along = np.clip((dx * axis[0] + dy * axis[1] + dz * axis[2]) / length_squared, 0, 1)
        squared = (dx - along * axis[0]) ** 2 + (dy - along * axis[1]) ** 2 + (dz - along * axis[2]) ** 2
        coverage += _inside(np.sqrt(squared) - radius_mm, grid.pixel_mm)
    return box, coverage / np.float32(SUBSLICES)


def _branches(
    start: Point, direction: Hounsfield, radius_mm: float, length_mm: float, rng: np.random.Generator
) -> Iterator[tuple[Point, Point, float]]:
    """The segments of one vessel tree, from the hilum outwards."""
    pending = [(np.asarray(start, np.float32), direction, radius_mm, length_mm)]
    while pending:
        origin, heading, radius, length = pending.pop()
        tip = origin + heading * length
        yield (
            (float(origin[0]), float(origin[1]), float(origin[2])),
            (float(tip[0]), float(tip[1]), float(tip[2])),
            radius,
        )
        if radius < THINNEST_VESSEL_MM:
            continue
        for _ in range(2 if radius > 1.3 else int(rng.integers(1, 3))):
            turned = heading + rng.normal(0, 0.42, 3).astype(np.float32)
            turned /= np.linalg.norm(turned)
            pending.append(
                (tip, turned, radius * float(rng.uniform(0.66, 0.82)), length * float(rng.uniform(0.7, 0.95)))
            )


def _paint_capsule(
    volume: Hounsfield, lung: Hounsfield, grid: Grid, segment: tuple[Point, Point, float], hu: float
) -> None:
    covered = capsule_coverage(grid, *segment)
    if covered is None:
        return
    box, coverage = covered
    volume[box] += coverage * lung[box] * np.maximum(np.float32(hu) - volume[box], 0)


def _paint_vessels(volume: Hounsfield, lung: Hounsfield, grid: Grid, rng: np.random.Generator) -> None:
    for side in (-1.0, 1.0):
        for _ in range(9):
            hilum = (side * 34.0, float(rng.uniform(-12, 14)), float(rng.uniform(-34, 34)))
            heading = np.array([side, rng.normal(0, 0.7), rng.normal(0, 0.7)], np.float32)
            heading /= np.linalg.norm(heading)
            radius, length = float(rng.uniform(2.4, 4.0)), float(rng.uniform(20, 32))
            for segment in _branches(hilum, heading, radius, length, rng):
                _paint_capsule(volume, lung, grid, segment, BLOOD_HU)


def lung_point(grid: Grid, lung: Hounsfield, margin_mm: float, rng: np.random.Generator) -> Point:
    """A random point at least margin_mm inside the lungs and inside the covered range of z."""
    first = int(np.ceil(margin_mm / grid.slice_mm)) + 1
    index_z = int(rng.integers(first, grid.slices - first))
    depth = ndimage.distance_transform_edt(lung[index_z] > 0.5, sampling=grid.pixel_mm)
    rows, columns = np.nonzero(depth >= margin_mm)
    pick = int(rng.integers(rows.size))
    x0, y0, z0 = grid.origin_mm
    jitter = rng.uniform(-0.5, 0.5, 3)
    return (
        float(x0 + (columns[pick] + jitter[0]) * grid.pixel_mm),
        float(y0 + (rows[pick] + jitter[1]) * grid.pixel_mm),
        float(z0 + (index_z + jitter[2]) * grid.slice_mm),
    )


def _paint_mimics(volume: Hounsfield, lung: Hounsfield, grid: Grid, rng: np.random.Generator) -> None:
    """Findings that are no nodules: calcified granulomas below 4 mm, and scars (short bands)."""
    for _ in range(int(rng.poisson(0.8))):
        point = lung_point(grid, lung, 4, rng)
        _paint_capsule(volume, lung, grid, (point, point, float(rng.uniform(1.2, 1.9))), 350.0)
    for _ in range(int(rng.poisson(1.2))):
        point = lung_point(grid, lung, 3, rng)
        heading = rng.normal(0, 1, 3)
        heading *= rng.uniform(8, 22) / np.linalg.norm(heading)
        tip = (point[0] + float(heading[0]), point[1] + float(heading[1]), point[2] + 0.5 * float(heading[2]))
        _paint_capsule(volume, lung, grid, (point, tip, float(rng.uniform(1.4, 2.6))), float(rng.uniform(-350, 30)))


def _add_noise(volume: Hounsfield, noise_hu: float, rng: np.random.Generator) -> None:
    """Quantum noise, correlated in the plane as a reconstruction kernel leaves it."""
    quantum = ndimage.gaussian_filter(rng.standard_normal(volume.shape, np.float32), (0, 0.7, 0.7))
    volume += quantum * np.float32(noise_hu / quantum.std())


def draw_chest(
    grid: Grid, habitus: Habitus, lesions: tuple[Lesion, ...], lung: Hounsfield, rng: np.random.Generator
) -> Hounsfield:
    """The chest in Hounsfield units, with the given lesions."""
    z, y, x = grid.axes_mm()
    volume = np.full((grid.slices, grid.rows, grid.columns), AIR_HU, np.float32)
    flat = np.zeros_like(z)
    soft = 1.5 * grid.pixel_mm
    _paint(volume, _inside(_ellipse(x, y, habitus.body_x_mm, habitus.body_y_mm), soft) + flat, FAT_HU)
    inner = _ellipse(x, y, habitus.body_x_mm - habitus.fat_mm, habitus.body_y_mm - habitus.fat_mm)
    _paint(volume, _inside(inner, soft) + flat, MUSCLE_HU)
    _paint_ribs(volume, grid, habitus, rng)
    # Dependent lung (towards the back, y > 0, patient supine) is denser.
    volume += lung * (np.float32(habitus.lung_hu) + np.float32(0.45) * y - volume)
    _paint_midline(volume, grid, habitus)
    _paint_vessels(volume, lung, grid, rng)
    _paint_mimics(volume, lung, grid, rng)
    for lesion in lesions:
        sphere = (lesion.center_mm, lesion.center_mm, lesion.diameter_mm / 2)
        _paint_capsule(volume, lung, grid, sphere, lesion.attenuation_hu)
    _add_noise(volume, habitus.noise_hu, rng)
    outside = np.hypot(x, y) > grid.pixel_mm * (grid.columns / 2 - 1)
    return np.where(outside, np.float32(-1024), volume)

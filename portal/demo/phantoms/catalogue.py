"""Which phantoms exist: the training cases and the reading cases, told apart by their seeds."""

from collections.abc import Iterator

import numpy as np

from portal.demo.phantoms.anatomy import Habitus, draw_chest, lung_membership, lung_point
from portal.demo.phantoms.volume import Grid, Hounsfield, Lesion, Phantom

READING_CASES = 64
TRAINING_CASES = 96
# The two ranges never meet, so no reading case is ever trained on.
READING_SEED = 10_000
TRAINING_SEED = 20_000
MINIMUM_DIAMETER_MM = 5.0
MAXIMUM_DIAMETER_MM = 20.0
_SLICE_SPACINGS_MM = (3.0, 3.5, 4.0)
_MATRIX = 256
_FIELD_OF_VIEW_MM = (345.0, 370.0)


def _draw_lesions(grid: Grid, lung: Hounsfield, count: int, rng: np.random.Generator) -> tuple[Lesion, ...]:
    lesions: list[Lesion] = []
    while len(lesions) < count:
        # Small nodules are common and large ones rare: a square pulls the uniform draw towards the minimum.
        span = MAXIMUM_DIAMETER_MM - MINIMUM_DIAMETER_MM
        diameter_mm = round(MINIMUM_DIAMETER_MM + span * float(rng.uniform(0, 1)) ** 2, 1)
        center = lung_point(grid, lung, diameter_mm / 2 + 2, rng)
        rounded = (round(center[0], 2), round(center[1], 2), round(center[2], 2))
        if any(np.linalg.norm(np.subtract(rounded, other.center_mm)) < 30 for other in lesions):
            continue
        attenuation_hu = round(float(rng.uniform(-520, 60)), 0)
        lesions.append(Lesion(f"L{len(lesions) + 1}", rounded, diameter_mm, attenuation_hu))
    return tuple(lesions)


def make_phantom(name: str, seed: int, *, with_nodule: bool, slices: int = 24) -> Phantom:
    """One chest phantom; the same arguments give the same voxels."""
    rng = np.random.default_rng(seed)
    field_mm = float(rng.uniform(*_FIELD_OF_VIEW_MM))
    grid = Grid(slices, _MATRIX, _MATRIX, round(field_mm / _MATRIX, 4), float(rng.choice(_SLICE_SPACINGS_MM)))
    habitus = Habitus.draw(rng)
    lung = lung_membership(grid, habitus)
    count = int(rng.choice((1, 1, 1, 2))) if with_nodule else 0
    lesions = _draw_lesions(grid, lung, count, rng)
    volume = draw_chest(grid, habitus, lesions, lung, rng)
    return Phantom(name, seed, grid, np.clip(np.rint(volume), -1024, 3071).astype(np.int16), lesions)


def _has_nodule(first_seed: int, count: int) -> list[bool]:
    """Exactly half of the cases carry a nodule, in an order that the seed decides."""
    flags = np.arange(count) % 2 == 0
    return [bool(flag) for flag in np.random.default_rng(first_seed).permutation(flags)]


def reading_cases() -> Iterator[Phantom]:
    """The cases of the demo reader study, one at a time."""
    for index, with_nodule in enumerate(_has_nodule(READING_SEED, READING_CASES)):
        yield make_phantom(f"CASE {index + 1:03d}", READING_SEED + index + 1, with_nodule=with_nodule)


def training_cases(count: int = TRAINING_CASES) -> Iterator[Phantom]:
    """The cases that the demo model is trained on; they are never read by anybody."""
    for index, with_nodule in enumerate(_has_nodule(TRAINING_SEED, count)):
        yield make_phantom(f"TRAINING {index + 1:03d}", TRAINING_SEED + index + 1, with_nodule=with_nodule)

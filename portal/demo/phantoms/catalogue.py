"""Which phantoms exist: the reading cases and those that train the demo model, told apart by their seeds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from portal.demo.phantoms.anatomy import Habitus, draw_chest, lung_membership, lung_point
from portal.demo.phantoms.volume import Grid, Hounsfield, Lesion, Phantom

READING_CASES = 64
READING_SLICES = 24
FITTING_CASES = 56
CALIBRATION_CASES = 20
# The three ranges never meet, so no reading case is ever trained on.
READING_SEED = 10_000
FITTING_SEED = 20_000
CALIBRATION_SEED = 30_000
MINIMUM_DIAMETER_MM = 5.0
MAXIMUM_DIAMETER_MM = 20.0
_SLICE_SPACINGS_MM = (3.0, 3.5, 4.0)
_FITTING_NODULES = 4
_FITTING_SLICES = 14
_MATRIX = 256
_FIELD_OF_VIEW_MM = (345.0, 370.0)


def _draw_lesions(grid: Grid, lung: Hounsfield, count: int, rng: np.random.Generator) -> tuple[Lesion, ...]:
    lesions: list[Lesion] = []
    while len(lesions) < count:
        # Small nodules are common and large ones rare: the power pulls the uniform draw towards the minimum.
        span = MAXIMUM_DIAMETER_MM - MINIMUM_DIAMETER_MM
        diameter_mm = round(MINIMUM_DIAMETER_MM + span * float(rng.uniform(0, 1)) ** 1.2, 1)
        center = lung_point(grid, lung, diameter_mm / 2 + 2, rng)
        rounded = (round(center[0], 2), round(center[1], 2), round(center[2], 2))
        if any(np.linalg.norm(np.subtract(rounded, other.center_mm)) < 30 for other in lesions):
            continue
        attenuation_hu = round(float(rng.uniform(-420, 60)), 0)
        lesions.append(Lesion(f"L{len(lesions) + 1}", rounded, diameter_mm, attenuation_hu))
    return tuple(lesions)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything about a phantom but its voxels; drawing goes on with the same random generator."""

    rng: np.random.Generator
    grid: Grid
    habitus: Habitus
    lung: Hounsfield
    lesions: tuple[Lesion, ...]


def _plan(seed: int, nodules: int, slices: int) -> _Plan:
    rng = np.random.default_rng(seed)
    field_mm = float(rng.uniform(*_FIELD_OF_VIEW_MM))
    grid = Grid(slices, _MATRIX, _MATRIX, round(field_mm / _MATRIX, 4), float(rng.choice(_SLICE_SPACINGS_MM)))
    habitus = Habitus.draw(rng)
    lung = lung_membership(grid, habitus)
    return _Plan(rng, grid, habitus, lung, _draw_lesions(grid, lung, nodules, rng))


def make_phantom(name: str, seed: int, *, nodules: int, slices: int = READING_SLICES) -> Phantom:
    """One chest phantom; the same arguments give the same voxels."""
    plan = _plan(seed, nodules, slices)
    volume = draw_chest(plan.grid, plan.habitus, plan.lesions, plan.lung, plan.rng)
    hounsfield = np.clip(np.rint(volume), -1024, 3071).astype(np.int16)
    return Phantom(name, seed, plan.grid, hounsfield, plan.lesions)


def _nodule_counts(first_seed: int, count: int) -> list[int]:
    """Half of the cases carry nodules (a quarter of these two, the others one), in a seeded order."""
    counts = [(0, 1, 0, 1, 0, 1, 0, 2)[index % 8] for index in range(count)]
    return [int(number) for number in np.random.default_rng(first_seed).permutation(counts)]


@dataclass(frozen=True, slots=True)
class ReadingCase:
    """A case of the demo reader study: where its lesions are, known before any voxel is drawn."""

    name: str
    seed: int
    nodules: int

    def draw(self) -> Phantom:
        """The case with its voxels."""
        return make_phantom(self.name, self.seed, nodules=self.nodules)

    def truth(self) -> tuple[Grid, tuple[Lesion, ...]]:
        """Grid and lesions, without the time it takes to draw."""
        plan = _plan(self.seed, self.nodules, READING_SLICES)
        return plan.grid, plan.lesions


def reading_cases() -> list[ReadingCase]:
    """The cases of the demo reader study."""
    counts = _nodule_counts(READING_SEED, READING_CASES)
    return [
        ReadingCase(f"CASE {index:03d}", READING_SEED + index, nodules) for index, nodules in enumerate(counts, start=1)
    ]


def fitting_cases(count: int = FITTING_CASES) -> Iterator[Phantom]:
    """What the demo model learns from: short volumes, each with several nodules."""
    for index in range(1, count + 1):
        yield make_phantom(
            f"FITTING {index:03d}", FITTING_SEED + index, nodules=_FITTING_NODULES, slices=_FITTING_SLICES
        )


def calibration_cases(count: int = CALIBRATION_CASES) -> Iterator[Phantom]:
    """What the demo model's scores are calibrated on: drawn like the reading cases, with other seeds."""
    for index, nodules in enumerate(_nodule_counts(CALIBRATION_SEED, count), start=1):
        yield make_phantom(f"CALIBRATION {index:03d}", CALIBRATION_SEED + index, nodules=nodules)

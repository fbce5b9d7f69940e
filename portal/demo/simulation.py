"""Simulated readers of known skill: a binormal rating model with errors of place. Pure numpy.

A reader's impression of a case is normal with variance 1: mean 0 without a nodule, mean d' with one. So the area under
the ROC curve that the reader would reach over endless cases is Phi(d' / sqrt 2) (Swets 1986). A part of the variance
belongs to the case and is shared by all readers, as hard cases are hard for everybody.
"""

import math
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from portal.demo.phantoms.dicom import phantom_uid
from portal.demo.phantoms.volume import Grid, Lesion, Point

# Share of the variance of an impression that belongs to the case.
CASE_VARIANCE = 0.4
# How likely a reader who calls a case positive also marks each lesion after the first.
FURTHER_LESION = 0.7
_SEED = 40_000
_NAMESPACE = uuid.UUID("6f1c1d5e-6f0b-4c55-9d8e-0d1f3f6a2b10")


@dataclass(frozen=True, slots=True)
class Skill:
    """What is known about a simulated reader."""

    d_prime: float
    criterion: float
    marking_error_mm: float

    @property
    def area_under_the_curve(self) -> float:
        """The AUC that this skill amounts to."""
        return float(norm.cdf(self.d_prime / math.sqrt(2)))


@dataclass(frozen=True, slots=True)
class Impression:
    """What a simulated reader thinks of a case."""

    strength: float
    call: bool
    confidence: int
    suspicion: int


def case_effect(case_number: int) -> float:
    """What this case adds to every reader's impression."""
    rng = np.random.default_rng([_SEED, case_number])
    return float(rng.normal(0, math.sqrt(CASE_VARIANCE)))


def impression(skill: Skill, reader_number: int, case_number: int, *, has_nodule: bool) -> Impression:
    """Draw a reader's impression; the same arguments give the same one, in any order of reading."""
    rng = np.random.default_rng([_SEED, case_number, reader_number])
    own = float(rng.normal(0, math.sqrt(1 - CASE_VARIANCE)))
    strength = skill.d_prime * has_nodule + case_effect(case_number) + own
    # A rising function of the impression, so that the ROC curve of the confidence is that of the impression.
    confidence = round(100 * float(norm.cdf(strength - skill.criterion)))
    return Impression(strength, strength > skill.criterion, confidence, 1 + min(confidence // 20, 4))


def marks(
    skill: Skill, reader_number: int, case_number: int, name: str, grid: Grid, lesions: tuple[Lesion, ...]
) -> list[dict[str, Any]]:
    """The marks that go with a positive call: on the lesions, or somewhere in the lung when there are none."""
    rng = np.random.default_rng([_SEED, case_number, reader_number, 1])
    if not lesions:
        return [_point(rng, name, grid, reader_number, _anywhere(rng, grid))]
    found = [lesion for index, lesion in enumerate(lesions) if index == 0 or rng.uniform() < FURTHER_LESION]
    return [_length(rng, name, grid, reader_number, lesion, skill.marking_error_mm) for lesion in found]


def _anywhere(rng: np.random.Generator, grid: Grid) -> Point:
    side = rng.choice((-1.0, 1.0))
    z = grid.origin_mm[2] + grid.slice_mm * int(rng.integers(2, grid.slices - 2))
    return float(side * rng.uniform(60, 100)), float(rng.uniform(-40, 40)), float(z)


def _slice_of(grid: Grid, z_mm: float) -> int:
    return int(np.clip(round((z_mm - grid.origin_mm[2]) / grid.slice_mm), 0, grid.slices - 1))


def _finding(
    rng: np.random.Generator,
    name: str,
    reader_number: int,
    slice_index: int,
    geometry: dict[str, Any],
    measurements: dict[str, float],
) -> dict[str, Any]:
    identity = f"{name}/{reader_number}/{geometry['points_mm']}"
    mark = {
        "id": str(uuid.uuid5(_NAMESPACE, f"{identity}/mark")),
        "geometry": {
            **geometry,
            "frame_of_reference_uid": str(phantom_uid(name, "frame of reference")),
            "sop_instance_uid": str(phantom_uid(name, "instance", str(slice_index))),
            "series_instance_uid": str(phantom_uid(name, "series")),
            "frame_number": 1,
        },
        "measurements": measurements,
    }
    return {
        "id": str(uuid.uuid5(_NAMESPACE, identity)),
        "question": "nodules",
        "code": None,
        "confidence": int(rng.integers(50, 101)),
        "answers": {},
        "marks": [mark],
    }


def _point(rng: np.random.Generator, name: str, grid: Grid, reader_number: int, place: Point) -> dict[str, Any]:
    slice_index = _slice_of(grid, place[2])
    points = [[round(place[0], 2), round(place[1], 2), _slice_mm(grid, slice_index)]]
    return _finding(rng, name, reader_number, slice_index, {"kind": "POINT", "points_mm": points}, {})


def _length(
    rng: np.random.Generator, name: str, grid: Grid, reader_number: int, lesion: Lesion, error_mm: float
) -> dict[str, Any]:
    """The diameter as the reader measures it, from left to right through the lesion's middle slice."""
    x, y, z = (value + float(rng.normal(0, error_mm)) for value in lesion.center_mm)
    slice_index = _slice_of(grid, z)
    half_mm = 0.5 * max(2.0, lesion.diameter_mm + float(rng.normal(0, error_mm)))
    level = _slice_mm(grid, slice_index)
    points = [[round(x - half_mm, 2), round(y, 2), level], [round(x + half_mm, 2), round(y, 2), level]]
    length = {"length_mm": round(points[1][0] - points[0][0], 2)}
    return _finding(rng, name, reader_number, slice_index, {"kind": "LENGTH", "points_mm": points}, length)


def _slice_mm(grid: Grid, slice_index: int) -> float:
    return round(grid.origin_mm[2] + slice_index * grid.slice_mm, 4)

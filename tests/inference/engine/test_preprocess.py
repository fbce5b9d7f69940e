"""Onto the network's grid and back: no place may move."""

import numpy as np
import pytest

from portal.inference.engine.preprocess import GRID_MM, neighbours, to_grid
from portal.inference.engine.volume import Volume


def volume_of(spacing, shape=(20, 40, 50), origin=(-10.0, 20.0, -30.0)):
    dz, dy, dx = spacing
    affine = np.diag([dx, dy, dz, 1.0])
    affine[:3, 3] = origin
    return Volume(np.full(shape, -850, np.float32), affine)


@pytest.mark.parametrize("spacing", [(3.5, 1.4, 1.4), (5.0, 0.7, 0.8), (1.0, 1.4, 1.4), (2.0, 2.0, 2.0)])
def test_a_bright_point_keeps_its_place(spacing):
    volume = volume_of(spacing, shape=(60, 80, 90))
    middle = (29.3, 40.4, 51.6)
    squared = sum(
        ((axis - place) * step) ** 2
        for axis, place, step in zip(np.indices(volume.hounsfield.shape), middle, spacing, strict=True)
    )
    volume.hounsfield[:] += 900 * np.exp(-squared / (2 * 5.0**2))
    grid = to_grid(volume)
    weight = grid.values - grid.values.min()
    index = [float((weight * axis).sum() / weight.sum()) for axis in np.indices(weight.shape)]
    assert grid.to_patient_mm(*index) == pytest.approx(volume.to_patient_mm(*middle), abs=0.1)


def test_grid_and_patient_coordinates_are_inverse():
    grid = to_grid(volume_of((5.0, 0.7, 0.8)))
    for index in ((0.0, 0.0, 0.0), (3.0, 7.5, 11.25)):
        assert grid.from_patient_mm(grid.to_patient_mm(*index)) == pytest.approx(index)


def test_grid_has_the_spacing_of_training():
    grid = to_grid(volume_of((5.0, 0.7, 0.8)))
    step = np.subtract(grid.to_patient_mm(1, 1, 1), grid.to_patient_mm(0, 0, 0))
    assert step == pytest.approx(GRID_MM[::-1])


def test_values_are_scaled_to_the_lung_range():
    volume = volume_of((3.5, 1.4, 1.4))
    volume.hounsfield[:] = -1000
    assert to_grid(volume).values == pytest.approx(-1)
    volume.hounsfield[:] = 3000
    assert to_grid(volume).values == pytest.approx(1)


def test_neighbours_repeat_the_ends():
    values = np.arange(6, dtype=np.float32)[:, None, None]
    assert neighbours(values, 0).ravel().tolist() == [0, 0, 0, 1, 2]
    assert neighbours(values, 3).ravel().tolist() == [1, 2, 3, 4, 5]
    assert neighbours(values, 5).ravel().tolist() == [3, 4, 5, 5, 5]

"""A calibration phantom: rods of exactly known length, to check what a length tool says."""

import numpy as np

from portal.demo.phantoms.volume import Grid, Phantom

NAME = "RULER 001"
DESCRIPTION = "SYNTHETIC calibration phantom, rods of 100 mm and 60 mm"
# Both lengths are whole numbers of pixels, so the edges of the rods lie exactly on pixel borders.
PIXEL_MM = 0.8
HORIZONTAL_ROD_MM = 100.0
VERTICAL_ROD_MM = 60.0
_ROD_WIDTH_PIXELS = 5
_ROD_HU = 1200
_WATER_HU = 0
_MATRIX = 256
_SLICES = 8


def make_ruler() -> Phantom:
    """A water square with a horizontal rod of 100 mm and, below its left end, a vertical rod of 60 mm.

    The same in every slice. Counted from 0, the horizontal rod covers columns 60..184 of rows 60..64, the
    vertical rod rows 100..174 of columns 60..64.
    """
    grid = Grid(_SLICES, _MATRIX, _MATRIX, PIXEL_MM, 5.0)
    plane = np.full((_MATRIX, _MATRIX), -1000, np.int16)
    plane[30:226, 30:226] = _WATER_HU
    plane[60 : 60 + _ROD_WIDTH_PIXELS, 60 : 60 + round(HORIZONTAL_ROD_MM / PIXEL_MM)] = _ROD_HU
    plane[100 : 100 + round(VERTICAL_ROD_MM / PIXEL_MM), 60 : 60 + _ROD_WIDTH_PIXELS] = _ROD_HU
    return Phantom(NAME, 0, grid, np.broadcast_to(plane, (_SLICES, _MATRIX, _MATRIX)).copy(), ())

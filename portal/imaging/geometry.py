"""Where pixels lie in the patient: planes, the way along their normal, and the spacing of slices.

Patient coordinates are DICOM's: millimetres, x to the left hand, y to the back, z to the head (LPS+).
Pixel coordinates are (column, row), 0-based, whole numbers at pixel centres (equation: PS3.3 C.7.6.2.1.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
# A point a row.
Points = npt.NDArray[np.float64]

# Direction cosines in real files carry rounding of about 1e-4; a tenth of a degree is 1.7e-3.
_UNIT_TOLERANCE = 1e-3
_PARALLEL_COSINE = 1 - 1e-5
# Slice gaps that differ by more than this share of the median are not one regular stack.
SPACING_TOLERANCE = 0.01


class GeometryError(ValueError):
    """The image has no usable position in the patient; the message says which element is at fault."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One image plane in patient space."""

    position_mm: Vector
    row_cosines: Vector
    column_cosines: Vector
    row_spacing_mm: float
    column_spacing_mm: float

    @property
    def normal(self) -> Vector:
        """Unit vector across the plane, by the right-hand rule from rows to columns."""
        return np.cross(self.row_cosines, self.column_cosines)

    def pixel_to_patient_mm(self, column: float, row: float) -> Vector:
        """The patient point of a pixel position."""
        along_row = self.row_cosines * (self.column_spacing_mm * column)
        along_column = self.column_cosines * (self.row_spacing_mm * row)
        return self.position_mm + along_row + along_column

    def patient_mm_to_pixel(self, point_mm: Sequence[float] | Vector) -> tuple[float, float, float]:
        """Column, row and signed distance from the plane in mm of a patient point."""
        offset = _vector(point_mm, 3, "point") - self.position_mm
        column = float(offset @ self.row_cosines) / self.column_spacing_mm
        row = float(offset @ self.column_cosines) / self.row_spacing_mm
        return column, row, float(offset @ self.normal)

    def patient_mm_to_pixels(self, points_mm: Points) -> tuple[Vector, Vector, Vector]:
        """The same of many patient points at once: a contour is looked for on every image of a case."""
        offsets = points_mm - self.position_mm
        columns = offsets @ self.row_cosines / self.column_spacing_mm
        return columns, offsets @ self.column_cosines / self.row_spacing_mm, offsets @ self.normal


@dataclass(frozen=True, slots=True)
class SliceOrder:
    """Slices sorted along their common normal.

    `indices` sorts the input; `spacing_mm` is the median gap, None below two slices; `is_regular` says if all
    gaps agree within `SPACING_TOLERANCE` and no two slices share a place.
    """

    indices: tuple[int, ...]
    positions_mm: tuple[float, ...]
    spacing_mm: float | None
    is_regular: bool


def plane(image_position: Sequence[float], image_orientation: Sequence[float], pixel_spacing: Sequence[float]) -> Plane:
    """Build a plane from the values of the three DICOM elements, in DICOM's order."""
    cosines = _vector(image_orientation, 6, "ImageOrientationPatient")
    row_cosines, column_cosines = cosines[:3], cosines[3:]
    for direction in (row_cosines, column_cosines):
        if abs(float(np.linalg.norm(direction)) - 1) > _UNIT_TOLERANCE:
            raise GeometryError("ImageOrientationPatient is not made of unit vectors.")
    if abs(float(row_cosines @ column_cosines)) > _UNIT_TOLERANCE:
        raise GeometryError("ImageOrientationPatient's rows and columns are not at right angles.")
    spacing = _vector(pixel_spacing, 2, "PixelSpacing")
    if not np.all(spacing > 0):
        raise GeometryError("PixelSpacing is not positive.")
    return Plane(
        position_mm=_vector(image_position, 3, "ImagePositionPatient"),
        row_cosines=row_cosines / np.linalg.norm(row_cosines),
        column_cosines=column_cosines / np.linalg.norm(column_cosines),
        # PixelSpacing's first value is the distance between rows (PS3.3 10.7.1.3).
        row_spacing_mm=float(spacing[0]),
        column_spacing_mm=float(spacing[1]),
    )


def plane_from_tags(tags: Mapping[str, Any]) -> Plane:
    """Build a plane from values by DICOM keyword, such as a pydicom data set or Orthanc's tags."""
    values: dict[str, Any] = {}
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        value = tags.get(keyword)
        if value is None or len(value) == 0:
            raise GeometryError(f"{keyword} is missing.")
        values[keyword] = value.split("\\") if isinstance(value, str) else value
    return plane(values["ImagePositionPatient"], values["ImageOrientationPatient"], values["PixelSpacing"])


def order_slices(planes: Sequence[Plane]) -> SliceOrder:
    """Sort parallel planes by their position along the normal; ties keep their order.

    Raises
    ------
    GeometryError
        If there is no plane, or the planes are not parallel.
    """
    if not planes:
        raise GeometryError("There are no slices to order.")
    normal = planes[0].normal
    if any(float(one.normal @ normal) < _PARALLEL_COSINE for one in planes):
        raise GeometryError("The slices are not parallel, so they have no order.")
    positions = np.array([float(one.position_mm @ normal) for one in planes])
    order = np.argsort(positions, kind="stable")
    sorted_mm = positions[order]
    gaps = np.diff(sorted_mm)
    spacing = float(np.median(gaps)) if gaps.size else None
    is_regular = spacing is None or (
        spacing > 0 and bool(np.all(np.abs(gaps - spacing) <= SPACING_TOLERANCE * spacing))
    )
    return SliceOrder(
        indices=tuple(int(index) for index in order),
        positions_mm=tuple(float(value) for value in sorted_mm),
        spacing_mm=spacing,
        is_regular=is_regular,
    )


def _vector(values: Sequence[float] | Vector, length: int, name: str) -> Vector:
    try:
        vector = np.array([float(value) for value in values], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise GeometryError(f"{name} is not a list of numbers.") from error
    if vector.shape != (length,) or not np.all(np.isfinite(vector)):
        raise GeometryError(f"{name} needs {length} finite numbers.")
    return vector

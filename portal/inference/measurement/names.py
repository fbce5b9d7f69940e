"""The stable names of everything that may be measured of a segment, by family."""

from portal.inference.measurement.intensities import undefined_intensities
from portal.inference.measurement.quantity import MILLIMETRE, NO_UNIT
from portal.inference.measurement.shape import undefined_shape
from portal.inference.measurement.texture import undefined_texture

SHAPE, INTENSITY, TEXTURE = ("shape", "intensity", "texture")
# In patient coordinates (LPS+), where `shape` gives the place in its own volume.
CENTROID = tuple((f"centroid_{axis}", MILLIMETRE) for axis in "xyz")
IN_VOLUME = frozenset(f"centroid_along_{axis}" for axis in ("slices", "rows", "columns"))

QUANTITIES: dict[str, tuple[str, ...]] = {
    SHAPE: (
        *(one.name for one in undefined_shape("-") if one.name not in IN_VOLUME),
        *(name for name, _ in CENTROID),
    ),
    INTENSITY: tuple(one.name for one in undefined_intensities("-", unit=NO_UNIT)),
    TEXTURE: tuple(one.name for one in undefined_texture("-")),
}

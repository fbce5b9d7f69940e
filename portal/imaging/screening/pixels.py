"""Does the pixel data fit its description? (PS3.3 C.7.6.3, PS3.5 8 and A.4)"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.structure import PIXEL_DATA, Element

MAX_FRAME_BYTES = 512 * 1024**2
_BITS_ALLOCATED = (1, 8, 16, 32)
# What a viewer can show of each number of samples (PS3.3 C.7.6.3.1.2); retired and exotic colours are refused.
_PHOTOMETRIC_INTERPRETATIONS = {
    1: frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"}),
    3: frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"}),
}
# Of red, green and blue (C.7.9): descriptors, and data, which may be segmented.
_DESCRIPTORS = frozenset({0x00281101, 0x00281102, 0x00281103})
_TABLES = (frozenset({0x00281201, 0x00281202, 0x00281203}), frozenset({0x00281221, 0x00281222, 0x00281223}))


@dataclass(frozen=True, slots=True)
class Image:
    """The Image Pixel module's description."""

    rows: int
    columns: int
    samples_per_pixel: int
    bits_allocated: int
    bits_stored: int
    high_bit: int | None
    number_of_frames: int
    photometric_interpretation: str

    @property
    def bits_per_frame(self) -> int:
        """Bits of one decoded frame; in native YBR_FULL_422 two pixels share their colours (PS3.3 C.7.6.3.1.2)."""
        samples = 2 if self.photometric_interpretation == "YBR_FULL_422" else self.samples_per_pixel
        return self.rows * self.columns * samples * self.bits_allocated


def check(image: Image, elements: Mapping[int, Element], *, is_native: bool) -> None:
    """Refuse pixel data that is missing or not as its description says."""
    element = elements.get(PIXEL_DATA)
    if element is None or element.length == 0:
        raise Refusal("pixels_missing")
    _check_description(image)
    if image.photometric_interpretation == "PALETTE COLOR" and not _has_palette(elements):
        raise Refusal("palette_missing")
    if is_native:
        _check_native(image, element)
    else:
        _check_encapsulated(image, element)


def _has_palette(elements: Mapping[int, Element]) -> bool:
    return elements.keys() >= _DESCRIPTORS and any(elements.keys() >= tables for tables in _TABLES)


def _check_description(image: Image) -> None:
    is_possible = (
        image.rows > 0
        and image.columns > 0
        and image.number_of_frames > 0
        and image.samples_per_pixel in _PHOTOMETRIC_INTERPRETATIONS
        and image.bits_allocated in _BITS_ALLOCATED
        and not (image.bits_allocated == 1 and image.samples_per_pixel != 1)
        and 0 < image.bits_stored <= image.bits_allocated
        # PS3.5 8.1.1; elsewhere the value would be cut out of its word wrongly.
        and image.high_bit in (None, image.bits_stored - 1)
    )
    if not is_possible:
        raise Refusal("pixel_description_invalid")
    if image.photometric_interpretation not in _PHOTOMETRIC_INTERPRETATIONS[image.samples_per_pixel]:
        raise Refusal("photometric_unsupported")
    if image.bits_per_frame > 8 * MAX_FRAME_BYTES:
        raise Refusal("image_too_large")


def _check_native(image: Image, element: Element) -> None:
    if element.fragments is not None:
        raise Refusal("pixel_length_mismatch")
    expected = (image.bits_per_frame * image.number_of_frames + 7) // 8
    # Values have an even length (PS3.5 7.1.1).
    if element.length != expected + expected % 2:
        raise Refusal("pixel_length_mismatch")


def _check_encapsulated(image: Image, element: Element) -> None:
    # The first item is the basic offset table.
    if element.fragments is None or len(element.fragments) < 2:
        raise Refusal("pixel_length_mismatch")
    if len(element.fragments) - 1 < image.number_of_frames:
        raise Refusal("frame_count_mismatch")

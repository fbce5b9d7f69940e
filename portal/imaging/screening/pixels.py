"""Does the pixel data fit its description? (PS3.3 C.7.6.3, PS3.5 8 and A.4)"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.structure import PIXEL_DATA, Element

MAX_FRAME_BYTES = 512 * 1024**2
_BITS_ALLOCATED = (8, 16, 32)
_SAMPLES_PER_PIXEL = (1, 3)


@dataclass(frozen=True, slots=True)
class Image:
    """The Image Pixel module's description."""

    rows: int
    columns: int
    samples_per_pixel: int
    bits_allocated: int
    bits_stored: int
    number_of_frames: int
    photometric_interpretation: str

    @property
    def bits_per_frame(self) -> int:
        """Bits of one decoded frame."""
        return self.rows * self.columns * self.samples_per_pixel * self.bits_allocated


def check(image: Image, elements: Mapping[int, Element], *, is_native: bool) -> None:
    """Refuse pixel data that is missing or not as its description says."""
    element = elements.get(PIXEL_DATA)
    if element is None or element.length == 0:
        raise Refusal("pixels_missing")
    # Orthanc 1.10.1 computes a wrong frame size for both and gives no frame at all.
    if image.bits_allocated == 1 or (is_native and image.photometric_interpretation == "YBR_FULL_422"):
        raise Refusal("pixels_unsupported")
    _check_description(image)
    if is_native:
        _check_native(image, element)
    else:
        _check_encapsulated(image, element)


def _check_description(image: Image) -> None:
    is_possible = (
        image.rows > 0
        and image.columns > 0
        and image.number_of_frames > 0
        and image.samples_per_pixel in _SAMPLES_PER_PIXEL
        and image.bits_allocated in _BITS_ALLOCATED
        and 0 < image.bits_stored <= image.bits_allocated
    )
    if not is_possible:
        raise Refusal("pixel_description_invalid")
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

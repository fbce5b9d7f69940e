"""From a DICOM file to the pixels a viewer draws: native, little endian, one frame at a time.

What a viewer would have to know about transfer syntaxes, byte order, planes and YCbCr ends here. What is kept is
what the image means: the modality and VOI lookups, the palette and MONOCHROME1 are the viewer's to apply.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, dcmread
from pydicom.pixels.decoders.base import get_decoder

from portal.imaging.frames import jpeg12

# How the Image Pixel module (PS3.3 C.7.6.3) names what pydicom says of a decoded frame.
_KEYWORDS = {
    "rows": "Rows",
    "columns": "Columns",
    "samples_per_pixel": "SamplesPerPixel",
    "photometric_interpretation": "PhotometricInterpretation",
    "planar_configuration": "PlanarConfiguration",
    "bits_stored": "BitsStored",
    "pixel_representation": "PixelRepresentation",
}


jpeg12.register()


class FrameUndecodable(Exception):
    """The pixels of a file cannot be decoded."""


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """One frame: (rows, columns) or (rows, columns, samples), and the Image Pixel module that describes it."""

    pixels: npt.NDArray[Any]
    description: dict[str, str | int]


def decoded_frames(content: bytes) -> Iterator[DecodedFrame]:
    """Decode the frames of a Part 10 file in their order.

    YBR_FULL and its subsampled and transformed forms become RGB by pixel (PS3.3 C.7.6.3.1.2); palette indices stay.

    Raises
    ------
    FrameUndecodable
        When no decoder can read the pixels.
    """
    data_set = _read(content)
    for index in range(int(data_set.get("NumberOfFrames") or 1)):
        yield _decoded(data_set, index)


def decoded_frame(content: bytes, number: int) -> DecodedFrame:
    """Decode one frame, numbered from 1, likewise."""
    return _decoded(_read(content), number - 1)


def _read(content: bytes) -> Dataset:
    try:
        return dcmread(BytesIO(content))
    except Exception as error:
        raise FrameUndecodable(type(error).__name__) from error


def _decoded(data_set: Dataset, index: int) -> DecodedFrame:
    try:
        decoder = get_decoder(data_set.file_meta.TransferSyntaxUID)
        # One by one: pydicom 3.0's iter_array fails where the sign of JPEG 2000 samples has to be corrected.
        return _as_frame(*decoder.as_array(data_set, index=index))
    except Exception as error:
        # pydicom and its decoders raise many kinds of error for damaged pixels.
        raise FrameUndecodable(type(error).__name__) from error


def _as_frame(pixels: npt.NDArray[Any], properties: dict[str, str | int]) -> DecodedFrame:
    little_endian = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
    description = {_KEYWORDS[name]: value for name, value in properties.items() if name in _KEYWORDS}
    # The container of the array, which a decoder may have made wider than the file says.
    bits_allocated = 8 * little_endian.dtype.itemsize
    stored = min(int(description.get("BitsStored", bits_allocated)), bits_allocated)
    description |= {"BitsAllocated": bits_allocated, "BitsStored": stored, "HighBit": stored - 1}
    return DecodedFrame(little_endian, description)

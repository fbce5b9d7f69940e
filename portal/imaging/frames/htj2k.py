"""Lossless HTJ2K (ITU-T T.814, transfer syntax 1.2.840.10008.1.2.4.201), proven for every frame."""

from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

TRANSFER_SYNTAX = "1.2.840.10008.1.2.4.201"
# What the decoders of viewers (OpenJPH) hold: integers of 8 or 16 bits, one sample, or three of 8 bits. Not signed
# bytes: the browser's build of OpenJPH gives them back cut off at 0.
_KINDS = frozenset({("u", 1), ("u", 2), ("i", 2)})


def encoded(pixels: npt.NDArray[Any]) -> bytes | None:
    """The frame as HTJ2K; None where HTJ2K would not give back exactly these pixels."""
    if (pixels.dtype.kind, pixels.dtype.itemsize) not in _KINDS:
        return None
    if pixels.ndim == 3 and (pixels.shape[2] != 3 or pixels.dtype != np.uint8):
        return None
    content = bytes(imagecodecs.htj2k_encode(pixels, reversible=True))
    restored = imagecodecs.htj2k_decode(content)
    is_same = restored.dtype == pixels.dtype and np.array_equal(restored, pixels)
    return content if is_same else None

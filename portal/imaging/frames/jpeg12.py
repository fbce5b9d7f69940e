"""JPEG Extended with 12 bits per sample (1.2.840.10008.1.2.4.51) for pydicom, whose own plug-ins stop at 8 bits."""

import imagecodecs
from pydicom.pixels.decoders.base import DecodeRunner, JPEGExtended12BitDecoder
from pydicom.uid import JPEGExtended12Bit

DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("numpy", "imagecodecs")}
_NAME = "imagecodecs"


def is_available(uid: str) -> bool:
    """Say whether the plug-in decodes this transfer syntax."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame."""
    pixels = imagecodecs.jpeg_decode(src)
    runner.set_option("bits_allocated", 8 * pixels.dtype.itemsize)
    return bytes(pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes())


def register() -> None:
    """Let pydicom use it, after its own."""
    if _NAME not in JPEGExtended12BitDecoder.available_plugins:
        JPEGExtended12BitDecoder.add_plugin(_NAME, (__name__, "decode_frame"))

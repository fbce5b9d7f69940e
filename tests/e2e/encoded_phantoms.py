"""The same image in the encodings that files come in: whatever the encoding, the values and greys are the same."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import imagecodecs
import numpy as np
import pydicom
from pydicom import uid as uids
from pydicom.encaps import encapsulate
from pydicom.uid import SecondaryCaptureImageStorage

from tests.e2e.pixel_phantoms import BLOCK, PixelPhantom, image, square, uid
from tests.imaging.dicom_files import to_bytes


def _named(name: str) -> PixelPhantom:
    """The plain CT under identifiers of its own."""
    phantom = square()
    one = phantom.data_set
    one.SOPInstanceUID, one.StudyInstanceUID = uid(name, "instance"), uid(name, "study")
    one.SeriesInstanceUID, one.PatientID = uid(name, "series"), f"PIXELS-{name}"
    return replace(phantom, name=name, length=None)


def _compressed(name: str, transfer_syntax: str) -> PixelPhantom:
    phantom = _named(name)
    phantom.data_set.compress(transfer_syntax, generate_instance_uid=False)
    return phantom


def htj2k() -> PixelPhantom:
    """High-Throughput JPEG 2000, which Orthanc 1.10.1 would label as native."""
    phantom = _named("htj2k")
    one = phantom.data_set
    one.PixelData = encapsulate([bytes(imagecodecs.htj2k_encode(one.pixel_array, reversible=True))])
    one["PixelData"].VR = "OB"
    one.file_meta.TransferSyntaxUID = uids.HTJ2KLossless
    return phantom


def _rewritten(name: str, transfer_syntax: uids.UID, *, is_little_endian: bool) -> PixelPhantom:
    """Written by pydicom in another form of native pixels."""
    phantom = _named(name)
    one = phantom.data_set
    if not is_little_endian:
        one.PixelData = np.frombuffer(one.PixelData, "<u2").astype(">u2").tobytes()
    one.file_meta.TransferSyntaxUID = transfer_syntax
    return replace(phantom, data_set=pydicom.dcmread(BytesIO(to_bytes(one))))


def one_bit() -> PixelPhantom:
    """One bit a pixel, packed from the lowest bit on (PS3.5 8.1.1): a chessboard of blocks."""
    blocks = (np.arange(64).reshape(1, 8, 8) + np.arange(8).reshape(8, 1)) % 2
    one = image("one-bit", SecondaryCaptureImageStorage, "OT", WindowCenter=0.5, WindowWidth=1)
    one.VOILUTFunction = "LINEAR_EXACT"
    one.BitsAllocated = one.BitsStored = 1
    one.HighBit = 0
    pixels = np.repeat(np.repeat(blocks[0], BLOCK, axis=0), BLOCK, axis=1)
    one.PixelData = np.packbits(pixels.astype("u1").ravel(), bitorder="little").tobytes()
    one["PixelData"].VR = "OB"
    return PixelPhantom("one-bit", one, blocks.astype(float), blocks * 255.0, badges=("Pixels",))


def ybr_422() -> PixelPhantom:
    """Uncompressed YBR_FULL_422: two brightnesses, then the colours that both share (C.7.6.3.1.2)."""
    y, cb, cr = np.full((8, 8), 110.0), 128 + np.arange(64).reshape(8, 8) % 8 * 5.0 - 17, np.full((8, 8), 140.0)
    one = image("ybr-422", SecondaryCaptureImageStorage, "OT")
    one.PhotometricInterpretation, one.SamplesPerPixel, one.PlanarConfiguration = "YBR_FULL_422", 3, 0
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    pairs = np.stack([y, y, cb, cr], axis=-1)
    one.PixelData = np.repeat(np.repeat(pairs, BLOCK, axis=0), BLOCK // 2, axis=1).astype("u1").tobytes()
    red, blue = y + 1.402 * (cr - 128), y + 1.772 * (cb - 128)
    green = y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)
    colours = np.clip(np.round(np.stack([red, green, blue], axis=-1)), 0, 255)[np.newaxis]
    return PixelPhantom("ybr-422", one, colours, colours, badges=("Pixels",))


def _all() -> dict[str, Callable[[], PixelPhantom]]:
    return {
        "htj2k": htj2k,
        "jpeg-2000": lambda: _compressed("jpeg-2000", uids.JPEG2000Lossless),
        "jpeg-ls": lambda: _compressed("jpeg-ls", uids.JPEGLSLossless),
        "rle": lambda: _compressed("rle", uids.RLELossless),
        "big-endian": lambda: _rewritten("big-endian", uids.ExplicitVRBigEndian, is_little_endian=False),
        "deflated": lambda: _rewritten("deflated", uids.DeflatedExplicitVRLittleEndian, is_little_endian=True),
        "implicit": lambda: _rewritten("implicit", uids.ImplicitVRLittleEndian, is_little_endian=True),
        "one-bit": one_bit,
        "ybr-422": ybr_422,
    }


ENCODED = _all()

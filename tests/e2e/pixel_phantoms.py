"""Images whose greys, colours and millimetres follow from DICOM's own formulas.

Each is 8 x 8 blocks of 16 x 16 pixels, every block of one value, so that the middle of a block is that value on the
screen however the image is scaled. The greys are computed here from PS3.3 C.11 and know nothing of the viewer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalMammographyXRayImageStorageForPresentation,
    DigitalXRayImageStorageForPresentation,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    PositronEmissionTomographyImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    generate_uid,
)

BLOCK = 16
SIDE = 8 * BLOCK
Array = npt.NDArray[Any]
Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class PixelPhantom:
    """An image, what the viewer must say of its pixels, and what it must show."""

    name: str
    data_set: Dataset
    # One value per block and frame, after the modality LUT: (frames, 8, 8), of colours (frames, 8, 8, 3).
    values: Floats
    # 0 to 255 likewise; None where the window is the viewer's own choice.
    greys: Floats | None
    badges: tuple[str, ...] = ()
    # Of a line from pixel to pixel: its length in mm, and the words after it.
    length: tuple[tuple[int, int], tuple[int, int], float, str] | None = None
    # Height of a pixel over its width, as drawn.
    aspect: float = 1.0
    black_blocks: tuple[int, ...] = field(default=())
    block: int = BLOCK


def uid(*words: str) -> UID:
    """The same identifier in every run."""
    return generate_uid(entropy_srcs=["overread-pixels", *words])


def steps(first: float, step: float) -> Array:
    """64 values, block by block."""
    return (first + step * np.arange(64)).reshape(1, 8, 8)


def spread(blocks: Array, dtype: str, block: int = BLOCK) -> bytes:
    """Every block's value on all of its pixels."""
    return np.repeat(np.repeat(blocks, block, axis=1), block, axis=2).astype(dtype).tobytes()


def image(name: str, sop_class: UID, modality: str, **elements: Any) -> Dataset:
    """An image of 16-bit greys; elements by keyword, None removes one."""
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID, one.SOPInstanceUID = sop_class, uid(name, "instance")
    one.StudyInstanceUID, one.SeriesInstanceUID = uid(name, "study"), uid(name, "series")
    one.FrameOfReferenceUID = uid(name, "frame of reference")
    one.PatientID, one.PatientName = f"PIXELS-{name}", "Canary^Pixels"
    one.StudyDate, one.StudyTime, one.StudyDescription = "20240229", "101500", f"Pixels {name}"
    one.Modality, one.SeriesNumber, one.InstanceNumber, one.SyntheticData = modality, 1, 1, "YES"
    one.Rows = one.Columns = SIDE
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    for keyword, value in elements.items():
        setattr(one, keyword, value)
    return one


AXIAL = {
    "ImagePositionPatient": [-50, -60, 30],
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "PixelSpacing": [0.7, 0.7],
}


def linear(values: Array, center: float, width: float) -> Floats:
    """C.11.2.1.2.1: below c - 0.5 - (w-1)/2 black, above c - 0.5 + (w-1)/2 white."""
    return np.clip(((values - (center - 0.5)) / (width - 1) + 0.5) * 255, 0, 255)


def linear_exact(values: Array, center: float, width: float) -> Floats:
    """C.11.2.1.3.2."""
    return np.clip(((values - center) / width + 0.5) * 255, 0, 255)


def sigmoid(values: Array, center: float, width: float) -> Floats:
    """C.11.2.1.3.1."""
    return 255 / (1 + np.exp(-4 * (values - center) / width))


def square() -> PixelPhantom:
    """A CT of square pixels: the plain case."""
    stored = steps(800, 8)
    one = image("square", CTImageStorage, "CT", **AXIAL, WindowCenter=40, WindowWidth=400)
    one.RescaleSlope, one.RescaleIntercept, one.RescaleType = 1, -1024, "HU"
    one.PixelData = spread(stored, "<u2")
    values = stored - 1024.0
    return PixelPhantom("square", one, values, linear(values, 40, 400), length=((24, 24), (104, 84), 70.0, "mm"))


def named_windows() -> PixelPhantom:
    """Two windows, of whose names one says more than it may."""
    stored = steps(800, 8)
    one = image("named-windows", CTImageStorage, "CT", **AXIAL, WindowCenter=[40, -50], WindowWidth=[400, 150])
    one.WindowCenterWidthExplanation = ["SOFT TISSUE", "OF MR CANARY"]
    one.RescaleSlope, one.RescaleIntercept, one.RescaleType = 1, -1024, "HU"
    one.PixelData = spread(stored, "<u2")
    values = stored - 1024.0
    return PixelPhantom("named-windows", one, values, linear(values, 40, 400))


def non_square() -> PixelPhantom:
    """Rows twice as far apart as columns, and a LINEAR_EXACT window."""
    stored = steps(100, 30)
    one = image("non-square", MRImageStorage, "MR", **{**AXIAL, "PixelSpacing": [1.2, 0.6]})
    one.WindowCenter, one.WindowWidth, one.VOILUTFunction = 1000, 1500, "LINEAR_EXACT"
    one.PixelData = spread(stored, "<u2")
    # 60 columns of 0.6 mm and 40 rows of 1.2 mm: 36 and 48, so 60 mm.
    line = ((24, 24), (84, 64), 60.0, "mm")
    return PixelPhantom("non-square", one, stored, linear_exact(stored, 1000, 1500), length=line, aspect=2.0)


def oblique() -> PixelPhantom:
    """A plane tilted by 30 degrees, signed pixels of 12 bits in 16."""
    stored = steps(-1000, 31)
    tilted = {**AXIAL, "ImageOrientationPatient": [1, 0, 0, 0, 0.8660254, 0.5]}
    one = image("oblique", MRImageStorage, "MR", **tilted, WindowCenter=0, WindowWidth=2000)
    one.PixelRepresentation = 1
    # The four unused bits hold an old overlay, as some scanners wrote it.
    one.PixelData = (np.frombuffer(spread(stored, "<i2"), "<u2") & 0x0FFF | 0x3000).astype("<u2").tobytes()
    line = ((24, 24), (104, 84), 70.0, "mm")
    return PixelPhantom("oblique", one, stored, linear(stored, 0, 2000), length=line)


def multi_frame() -> PixelPhantom:
    """Three frames of a secondary capture in 8 bits, without any place in the patient."""
    frames = np.concatenate([steps(0, 2), steps(64, 2), steps(126, 2)])
    one = image("multi-frame", MultiFrameGrayscaleByteSecondaryCaptureImageStorage, "OT", NumberOfFrames=3)
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    one.WindowCenter, one.WindowWidth = 128, 256
    one.PixelData = spread(frames, "u1")
    return PixelPhantom("multi-frame", one, frames, linear(frames, 128, 256), badges=("Pixels",))


def enhanced() -> PixelPhantom:
    """An enhanced MR: place, rescale and window of each frame in its functional groups (C.7.6.16)."""
    stored = np.concatenate([steps(0, 20), steps(0, 20)])
    one = image("enhanced", EnhancedMRImageStorage, "MR", NumberOfFrames=2)
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing, orientation.ImageOrientationPatient = [0.5, 0.5], [1, 0, 0, 0, 1, 0]
    shared = Dataset()
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    one.SharedFunctionalGroupsSequence = [shared]
    one.PerFrameFunctionalGroupsSequence = [enhanced_frame(slope, z) for slope, z in ((1, 0), (2, 5))]
    one.PixelData = spread(stored, "<u2")
    values = stored * np.array([1.0, 2.0]).reshape(2, 1, 1) - 100
    line = ((24, 24), (104, 84), 50.0, "mm")
    return PixelPhantom("enhanced", one, values, linear(values, 600, 1400), length=line)


def enhanced_frame(slope: float, z_mm: float) -> Dataset:
    position, transformation, window, frame = Dataset(), Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [0, 0, z_mm]
    transformation.RescaleIntercept, transformation.RescaleSlope, transformation.RescaleType = -100, slope, "US"
    window.WindowCenter, window.WindowWidth = 600, 1400
    frame.PlanePositionSequence, frame.FrameVOILUTSequence = [position], [window]
    frame.PixelValueTransformationSequence = [transformation]
    return frame


def monochrome1() -> PixelPhantom:
    """A CR whose low values are bright, and a millimetre that nobody can place (10.7.1.1)."""
    stored = steps(0, 60)
    one = image("monochrome1", ComputedRadiographyImageStorage, "CR", WindowCenter=2048, WindowWidth=4096)
    one.PhotometricInterpretation, one.PixelSpacing = "MONOCHROME1", [0.1, 0.1]
    one.PixelData = spread(stored, "<u2")
    return PixelPhantom(
        "monochrome1",
        one,
        stored,
        255 - linear(stored, 2048, 4096),
        badges=("Spacing?", "MONOCHROME1"),
        length=((24, 24), (104, 84), 10.0, "mm (not stated how)"),
    )


def signed_bytes() -> PixelPhantom:
    """Signed numbers in 8 bits, and a rescale of halves."""
    stored = steps(-64, 2)
    one = image("signed-bytes", CTImageStorage, "CT", **AXIAL, WindowCenter=0, WindowWidth=60)
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 8, 8, 7, 1
    one.RescaleSlope, one.RescaleIntercept = 0.5, 0.25
    one.PixelData = spread(stored, "i1")
    values = stored * 0.5 + 0.25
    return PixelPhantom("signed-bytes", one, values, linear(values, 0, 60))


def palette() -> PixelPhantom:
    """Indices into a palette of 16-bit entries that begins at 10 (C.7.9)."""
    indices = steps(0, 2)
    one = image("palette", SecondaryCaptureImageStorage, "OT")
    one.PhotometricInterpretation = "PALETTE COLOR"
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    entries = np.arange(100)
    tables = {"Red": entries * 2, "Green": 255 - entries * 2, "Blue": (entries * 37) % 256}
    for colour, table in tables.items():
        setattr(one, f"{colour}PaletteColorLookupTableDescriptor", [100, 10, 16])
        setattr(one, f"{colour}PaletteColorLookupTableData", (table * 257).astype("<u2").tobytes())
    one.PixelData = spread(indices, "u1")
    looked_up = np.clip(indices - 10, 0, 99)
    colours = np.stack([table[looked_up] for table in tables.values()], axis=-1).astype(float)
    return PixelPhantom("palette", one, colours, colours, badges=("Pixels",))


def rgb_planes() -> PixelPhantom:
    """Red, green and blue one after the other (Planar Configuration 1)."""
    colours = np.stack([steps(0, 4), 252 - steps(0, 4), (steps(0, 4) * 3) % 256], axis=-1)
    one = image("rgb-planes", SecondaryCaptureImageStorage, "OT")
    one.PhotometricInterpretation, one.SamplesPerPixel, one.PlanarConfiguration = "RGB", 3, 1
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    one.PixelData = b"".join(spread(colours[..., channel], "u1") for channel in range(3))
    return PixelPhantom("rgb-planes", one, colours.astype(float), colours.astype(float), badges=("Pixels",))


def ybr_full() -> PixelPhantom:
    """Brightness and two colour differences, uncompressed (C.7.6.3.1.2)."""
    y, cb, cr = steps(60, 2).astype(float), 128 + (steps(0, 1) % 8) * 4.0 - 14, 128 + (steps(0, 1) // 8) * 4.0 - 14
    one = image("ybr-full", SecondaryCaptureImageStorage, "OT")
    one.PhotometricInterpretation, one.SamplesPerPixel, one.PlanarConfiguration = "YBR_FULL", 3, 0
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    stored = np.repeat(np.repeat(np.stack([y, cb, cr], axis=-1), BLOCK, axis=1), BLOCK, axis=2)
    one.PixelData = stored.astype("u1").tobytes()
    red = y + 1.402 * (cr - 128)
    green = y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)
    blue = y + 1.772 * (cb - 128)
    colours = np.clip(np.round(np.stack([red, green, blue], axis=-1)), 0, 255)
    return PixelPhantom("ybr-full", one, colours, colours, badges=("Pixels",))


def padding() -> PixelPhantom:
    """A CT without a window; its first row of blocks is padding brighter than anything measured."""
    stored = steps(1000, 2)
    stored[0, 0, :] = 4000
    one = image("padding", CTImageStorage, "CT", **AXIAL, PixelPaddingValue=3990, PixelPaddingRangeLimit=4010)
    one.RescaleSlope, one.RescaleIntercept, one.RescaleType = 1, -1024, "HU"
    one.PixelData = spread(stored, "<u2")
    values = stored - 1024.0
    # Padding is drawn as dark as the darkest measurement.
    values[0, 0, :] = values[0, 1, 0]
    return PixelPhantom("padding", one, values, None, badges=("Auto",), black_blocks=tuple(range(8)))


def sigmoid_window() -> PixelPhantom:
    """A digital radiograph that asks for an S-shaped curve, with its magnification."""
    stored = steps(0, 64)
    one = image("sigmoid", DigitalXRayImageStorageForPresentation, "DX", WindowCenter=2000, WindowWidth=1500)
    one.VOILUTFunction, one.PresentationLUTShape = "SIGMOID", "IDENTITY"
    one.ImagerPixelSpacing, one.EstimatedRadiographicMagnificationFactor = [0.15, 0.15], 1.5
    one.PixelData = spread(stored, "<u2")
    return PixelPhantom(
        "sigmoid",
        one,
        stored,
        sigmoid(stored, 2000, 1500),
        badges=("Magnification", "Sigmoid"),
        length=((24, 24), (104, 84), 10.0, "mm"),
    )


def voi_table() -> PixelPhantom:
    """A mammogram with a lookup table instead of a window, MONOCHROME1, measured at the detector."""
    stored = steps(0, 15)
    one = image("voi-table", DigitalMammographyXRayImageStorageForPresentation, "MG", ImagerPixelSpacing=[0.07, 0.07])
    one.PhotometricInterpretation, one.PresentationLUTShape = "MONOCHROME1", "INVERSE"
    entries = np.round(1023 * (np.arange(600) / 599) ** 2)
    item = Dataset()
    item.LUTDescriptor, item.LUTExplanation = [600, 100, 10], "NORMAL"
    item.LUTData = entries.astype(int).tolist()
    item["LUTData"].VR = "US"
    item["LUTDescriptor"].VR = "US"
    one.VOILUTSequence = [item]
    one.PixelData = spread(stored, "<u2")
    shown = entries[np.clip(stored - 100, 0, 599)] / 1023 * 255
    return PixelPhantom(
        "voi-table",
        one,
        stored,
        255 - shown,
        badges=("Detector", "LUT", "MONOCHROME1"),
        length=((24, 24), (104, 84), 7.0, "mm at detector"),
    )


def modality_table() -> PixelPhantom:
    """A scanned film whose optical densities stand in a modality LUT (C.11.1)."""
    stored = steps(0, 4)
    one = image("modality-table", SecondaryCaptureImageStorage, "OT", NominalScannedPixelSpacing=[0.2, 0.2])
    entries = 4000 - np.round(np.sqrt(np.arange(200)) * 200).astype(int)
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType, item.LUTData = [200, 20, 16], "OD", entries.tolist()
    item["LUTData"].VR = "US"
    item["LUTDescriptor"].VR = "US"
    one.ModalityLUTSequence = [item]
    one.WindowCenter, one.WindowWidth = 2600, 3000
    one.PixelData = spread(stored, "<u2")
    values = entries[np.clip(stored - 20, 0, 199)].astype(float)
    line = ((24, 24), (104, 84), 20.0, "mm on film")
    return PixelPhantom("modality-table", one, values, linear(values, 2600, 3000), badges=("Film",), length=line)


def pet_suv() -> PixelPhantom:
    """A PET in Bq/ml, shown in SUV: 74 kg, 370 MBq, no decay between injection and scan, so 5000 Bq/ml are 1."""
    stored = steps(0, 500)
    one = image("pet", PositronEmissionTomographyImageStorage, "PT", **AXIAL, WindowCenter=20000, WindowWidth=40001)
    one.BitsStored, one.HighBit = 16, 15
    one.RescaleSlope, one.RescaleIntercept, one.Units = 1.5, 0, "BQML"
    one.CorrectedImage, one.DecayCorrection, one.PatientWeight = ["ATTN", "DECY"], "START", 74
    one.SeriesDate = one.AcquisitionDate = "20240229"
    one.SeriesTime = one.AcquisitionTime = "110000"
    agent = Dataset()
    agent.RadionuclideTotalDose, agent.RadionuclideHalfLife = 370e6, 6586.2
    agent.RadiopharmaceuticalStartDateTime = "20240229110000"
    one.RadiopharmaceuticalInformationSequence = [agent]
    one.PixelData = spread(stored, "<u2")
    bqml = stored * 1.5
    return PixelPhantom("pet", one, bqml / 5000, linear(bqml, 20000, 40001), badges=("SUV",))


def pixel_aspect() -> PixelPhantom:
    """No spacing, only the shape of its pixels: drawn 3 : 2, measured in pixels (C.7.6.3.1.7)."""
    stored = steps(0, 4)
    one = image("pixel-aspect", SecondaryCaptureImageStorage, "OT", PixelAspectRatio=[3, 2])
    one.BitsStored, one.HighBit, one.WindowCenter, one.WindowWidth = 8, 7, 128, 256
    one.PixelData = spread(stored, "<u2")
    return PixelPhantom("pixel-aspect", one, stored, linear(stored, 128, 256), badges=("Pixels",), aspect=1.5)


def ultrasound() -> PixelPhantom:
    """A picture in one region, calibrated in centimetres; nothing around it is (C.8.5.5)."""
    stored = steps(0, 4)
    one = image("ultrasound", UltrasoundImageStorage, "US", WindowCenter=128, WindowWidth=256)
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 16, 16
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 111, 95
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.02
    one.SequenceOfUltrasoundRegions = [region]
    one.PixelData = spread(stored, "u1")
    line = ((24, 24), (104, 84), 20.0, "mm (US region)")
    return PixelPhantom("ultrasound", one, stored, linear(stored, 128, 256), badges=("Regions",), length=line)


MAKERS: tuple[Callable[[], PixelPhantom], ...] = (
    square,
    named_windows,
    non_square,
    oblique,
    multi_frame,
    enhanced,
    monochrome1,
    signed_bytes,
    palette,
    rgb_planes,
    ybr_full,
    padding,
    sigmoid_window,
    voi_table,
    modality_table,
    pet_suv,
    pixel_aspect,
    ultrasound,
)

"""Which DICOM elements a viewer may get: an allow-list. What is not in it never leaves the archive.

An allow-list, because files carry names in places no list of bad elements foresees: private elements, free
text, overlays. Sequences are followed and their items filtered by the same list.
"""

import json
import re
from pathlib import Path

from pydicom.datadict import tag_for_keyword

_IDENTITY_OF_OBJECTS = """
    SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID Modality ImageType
    SeriesNumber InstanceNumber AcquisitionNumber SyntheticData BurnedInAnnotation
"""
_GEOMETRY = """
    ImagePositionPatient ImageOrientationPatient PatientPosition PatientOrientation PixelSpacing
    ImagerPixelSpacing NominalScannedPixelSpacing PixelAspectRatio PixelSpacingCalibrationType
    EstimatedRadiographicMagnificationFactor DistanceSourceToDetector DistanceSourceToPatient SliceThickness
    SpacingBetweenSlices SliceLocation Laterality ImageLaterality FrameLaterality ViewPosition
    ViewCodeSequence ViewModifierCodeSequence CodeValue
    BodyPartExamined DetectorElementSpacing GantryDetectorTilt
"""
_PIXELS = """
    Rows Columns SamplesPerPixel PhotometricInterpretation PlanarConfiguration BitsAllocated BitsStored
    HighBit PixelRepresentation NumberOfFrames SmallestImagePixelValue LargestImagePixelValue
    PixelPaddingValue PixelPaddingRangeLimit LossyImageCompression LossyImageCompressionRatio
    LossyImageCompressionMethod
"""
_DISPLAY = """
    RescaleIntercept RescaleSlope RescaleType WindowCenter WindowWidth VOILUTFunction PresentationLUTShape
    PixelIntensityRelationship PixelIntensityRelationshipSign ModalityLUTSequence VOILUTSequence LUTDescriptor
    ModalityLUTType LUTData LUTExplanation WindowCenterWidthExplanation
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
    BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
    BluePaletteColorLookupTableData
"""
_TIME_IN_SERIES = """
    FrameTime FrameTimeVector FrameIncrementPointer CineRate RecommendedDisplayFrameRate ActualFrameDuration
    TemporalPositionIdentifier NumberOfTemporalPositions TriggerTime
"""
_ACQUISITION = """
    KVP ExposureTime XRayTubeCurrent Exposure ConvolutionKernel ReconstructionDiameter DataCollectionDiameter
    RepetitionTime EchoTime InversionTime FlipAngle MagneticFieldStrength EchoTrainLength ScanningSequence
    SequenceVariant MRAcquisitionType DiffusionBValue Units DecayCorrection CorrectedImage
"""
_ULTRASOUND_REGIONS = """
    SequenceOfUltrasoundRegions RegionSpatialFormat RegionDataType RegionFlags RegionLocationMinX0
    RegionLocationMinY0 RegionLocationMaxX1 RegionLocationMaxY1 ReferencePixelX0 ReferencePixelY0
    PhysicalUnitsXDirection PhysicalUnitsYDirection PhysicalDeltaX PhysicalDeltaY
"""
_ENHANCED = """
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PixelMeasuresSequence
    PlanePositionSequence PlaneOrientationSequence FrameVOILUTSequence
    PixelValueTransformationSequence FrameContentSequence FrameAnatomySequence
    StackID InStackPositionNumber TemporalPositionIndex DimensionIndexValues
    MRDiffusionSequence MREchoSequence EffectiveEchoTime FramePixelDataPropertiesSequence
"""
_GROUPS = (
    _IDENTITY_OF_OBJECTS,
    _GEOMETRY,
    _PIXELS,
    _DISPLAY,
    _TIME_IN_SERIES,
    _ACQUISITION,
    _ULTRASOUND_REGIONS,
    _ENHANCED,
)
KEYWORDS = frozenset(word for group in _GROUPS for word in group.split())


def tag_of(keyword: str) -> str:
    """The tag of a keyword as DICOM JSON writes it.

    Raises
    ------
    KeyError
        If DICOM has no such keyword: a misspelt row of the list would silently drop an element.
    """
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return f"{tag:08X}"


ALLOWED_TAGS = frozenset(tag_of(keyword) for keyword in KEYWORDS)

_MAMMOGRAPHY = json.loads((Path(__file__).parent / "schemas" / "mammography-views.json").read_text())
# Codes are short text (SH): only those that name a view pass, of mammography views and their modifiers (PS3.16 CID 4014
# and 4015), by SNOMED CT or the older SNOMED RT. The front end takes its words from the same file.
VIEW_OF_CODE: dict[str, str] = {code: view for view, codes in _MAMMOGRAPHY["views"].items() for code in codes}
VIEW_MODIFIER_CODES = frozenset(code for codes in _MAMMOGRAPHY["modifiers"].values() for code in codes)
CODE_VALUE_TAG = tag_of("CodeValue")


def is_view_code(value: object) -> bool:
    """Is this the code of a view or of how one was modified?"""
    return value in VIEW_OF_CODE or value in VIEW_MODIFIER_CODES


# The names of windows and lookup tables are free text (LO). Only these words pass, so no name of a person does.
CHECKED_WORDING_TAGS = frozenset(map(tag_of, ("WindowCenterWidthExplanation", "LUTExplanation")))
_WORDING_TEXT = """
    ABDOMEN ALGO ANGIO AORTA AUTO BONE BRAIN BREAST BROAD CARDIAC CEREBRUM CHEST CONTRAST DEFAULT DENTAL FULL HARD
    HARDER HEAD HIGH IAM LINEAR LIVER LOW LUNG LUT MEDIASTINUM MEDIUM MIN MAX NARROW NECK NORMAL OPT ORTHO PELVIS
    POSTERIOR FOSSA PRESET RANGE SHARP SIGMOID SINUS SKIN SKULL SMOOTH SOFT SOFTER SPINE STANDARD STROKE TISSUE USER
    VASCULAR VIEW VOI WIDE WINDOW
"""
_WORDING = frozenset(_WORDING_TEXT.split())


def is_known_wording(value: object) -> bool:
    """Is this the name of a window, made of known words and small numbers alone?"""
    words = [re.fullmatch(r"([A-Z]*)([0-9]{0,4})", word) for word in re.split(r"[\s_\-/.,()]+", str(value).upper())]
    # Three numbers could be a date.
    numbers = sum(1 for word in words if word and word[2])
    return numbers <= 2 and all(word is not None and word[1] in _WORDING | {""} for word in words)

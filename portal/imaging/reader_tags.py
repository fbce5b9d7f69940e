"""Which DICOM elements a viewer may get: an allow-list. What is not in it never leaves the archive.

An allow-list, because files carry names in places no list of bad elements foresees: private elements, free
text, overlays. Sequences are followed and their items filtered by the same list.
"""

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
    ModalityLUTType LUTData RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
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
    MRDiffusionSequence MREchoSequence EffectiveEchoTime
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

"""Segmentations and measurement reports of an AI over the phantom of `tests.annotations.located_files`."""

from collections.abc import Sequence
from typing import Any

import highdicom as hd
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, generate_uid

NODULE = codes.SCT.Nodule
CERTAINTY = hd.sr.CodedConcept("111012", "DCM", "Certainty of Finding")
IMPRESSION = hd.sr.CodedConcept("111013", "DCM", "Certainty of Impression")
MAKER = ("Outside finder", "1.0")

Algorithm = tuple[str, str] | None


def segmentation(
    images: Sequence[Dataset],
    masks: Sequence[npt.NDArray[Any]],
    *,
    kind: str = "BINARY",
    names: Sequence[tuple[str, str]] = (),
    algorithm: Algorithm = MAKER,
    **changes: Any,
) -> Dataset:
    """A segmentation with a segment for each mask; of no algorithm a person drew it."""
    automatic = hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC
    described = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=f"Nodule {number}",
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=NODULE,
            algorithm_type=automatic if algorithm else hd.seg.SegmentAlgorithmTypeValues.MANUAL,
            algorithm_identification=_identified(algorithm) if algorithm else None,
            tracking_id=names[number - 1][0] if names else None,
            tracking_uid=names[number - 1][1] if names else None,
        )
        for number in range(1, len(masks) + 1)
    ]
    made = hd.seg.Segmentation(
        source_images=list(images),
        pixel_array=np.stack(masks, axis=-1),
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid=generate_uid(),
        series_number=100,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Maker",
        manufacturer_model_name="Finder",
        software_versions="1",
        device_serial_number="1",
        max_fractional_value=255,
    )
    for keyword, value in changes.items():
        setattr(made, keyword, value)
    return made


def _identified(algorithm: tuple[str, str]) -> Any:
    name, version = algorithm
    return hd.AlgorithmIdentificationSequence(
        name=name, version=version, family=codes.cid7162.ArtificialIntelligence, source="Maker"
    )


def report(
    images: Sequence[Dataset], groups: Sequence[Any], *, evidence: Sequence[Dataset] = (), device: str = ""
) -> Dataset:
    """A measurement report (TID 1500) of a device, or of a person."""
    if device:
        observer = hd.sr.ObserverContext(
            observer_type=codes.DCM.Device,
            observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(uid=generate_uid(), name=device),
        )
        context = hd.sr.ObservationContext(observer_device_context=observer)
    else:
        observer = hd.sr.ObserverContext(
            observer_type=codes.DCM.Person,
            observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name="Canary^Person"),
        )
        context = hd.sr.ObservationContext(observer_person_context=observer)
    content = hd.sr.MeasurementReport(
        observation_context=context,
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
        imaging_measurements=groups,
    )
    return hd.sr.Comprehensive3DSR(
        evidence=[*images, *evidence],
        content=content[0],
        series_number=101,
        series_instance_uid=generate_uid(),
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Maker",
        is_complete=True,
        is_final=True,
        is_verified=False,
    )


def measure(value: float, *, name: Any = CERTAINTY, unit: Any = codes.UCUM.NoUnits) -> Any:
    """A number with its code and unit."""
    return hd.sr.Measurement(name=name, value=value, unit=unit)


def region_group(
    region: Any, measures: Sequence[Any], *, name: str, uid: str = "", algorithm: Algorithm = MAKER
) -> Any:
    """A group of one region (TID 1410)."""
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        referenced_region=region,
        finding_type=NODULE,
        measurements=list(measures),
        **_named(name, uid, algorithm),
    )


def segment_group(
    segment: Dataset, measures: Sequence[Any], *, source: Sequence[Dataset], name: str, algorithm: Algorithm = MAKER
) -> Any:
    """A group of the first segment of a segmentation (TID 1411)."""
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        referenced_segment=hd.sr.ReferencedSegment(
            sop_class_uid=segment.SOPClassUID,
            sop_instance_uid=segment.SOPInstanceUID,
            segment_number=1,
            source_series=hd.sr.SourceSeriesForSegmentation(source[0].SeriesInstanceUID),
        ),
        finding_type=NODULE,
        measurements=list(measures),
        **_named(name, "", algorithm),
    )


def case_group(
    measures: Sequence[Any], *, images: Sequence[Dataset] = (), uid: str = "", algorithm: Algorithm = MAKER
) -> Any:
    """A group of images as a whole (TID 1501)."""
    sources = [hd.sr.SourceImageForMeasurementGroup(one.SOPClassUID, one.SOPInstanceUID) for one in images]
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        source_images=sources or None, measurements=list(measures), **_named("whole", uid, algorithm)
    )


def _named(name: str, uid: str, algorithm: Algorithm) -> dict[str, Any]:
    tracking = hd.sr.TrackingIdentifier(uid=UID(uid) if uid else generate_uid(), identifier=name)
    said = hd.sr.AlgorithmIdentification(*algorithm) if algorithm else None
    return {"tracking_identifier": tracking, "algorithm_id": said}


def polyline_on(image: Dataset, points: Sequence[tuple[float, float]]) -> Any:
    """A line of an image, in columns and rows from the corner of its first pixel (PS3.3 C.18.6.1.2)."""
    return hd.sr.ImageRegion(
        graphic_type=hd.sr.GraphicTypeValues.POLYLINE,
        graphic_data=np.array(points, dtype=float),
        source_image=hd.sr.SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID),
    )

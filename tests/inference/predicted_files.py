"""Segmentations and measurement reports of an AI over the phantom of `tests.annotations.located_files`."""

from collections.abc import Sequence
from typing import Any

import highdicom as hd
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, generate_uid

from tests.annotations import located_files

NODULE = located_files.NODULE
CERTAINTY = hd.sr.CodedConcept("111012", "DCM", "Certainty of Finding")
IMPRESSION = hd.sr.CodedConcept("111013", "DCM", "Certainty of Impression")
MAKER = ("Outside finder", "1.0")
MADE_BY: dict[str, Any] = {"manufacturer": "Maker", "manufacturer_model_name": "Finder"}

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
    identified = _identified(algorithm) if algorithm else None
    return located_files.segmentation(
        images, masks, kind=kind, tracking=names, algorithm=identified, made_by=MADE_BY, **changes
    )


def _identified(algorithm: tuple[str, str]) -> Any:
    name, version = algorithm
    return hd.AlgorithmIdentificationSequence(
        name=name, version=version, family=codes.cid7162.ArtificialIntelligence, source="Maker"
    )


def report(
    images: Sequence[Dataset], groups: Sequence[Any], *, evidence: Sequence[Dataset] = (), device: str = ""
) -> Dataset:
    """A measurement report (TID 1500) of a device, or of a person."""
    context = _observed_by_device(device) if device else located_files.observed_by("Canary^Person")
    return located_files.report(images, groups, evidence=evidence, context=context, manufacturer="Maker")


def _observed_by_device(device: str) -> hd.sr.ObservationContext:
    observer = hd.sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(uid=generate_uid(), name=device),
    )
    return hd.sr.ObservationContext(observer_device_context=observer)


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

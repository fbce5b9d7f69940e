"""Segmentations and measurement reports over a phantom of known geometry, written by highdicom."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import highdicom as hd
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, generate_uid

from tests.imaging import dicom_files as files

SIDE, SLICES, SPACING_MM = 16, 7, 0.5
CENTER = (3, 8, 7)  # slice, row, column of the voxel in the middle of the ball
RADIUS = 3  # voxels
# Points of a whole-number grid within 3 of one of them, OEIS A000605(3).
VOXELS_IN_BALL = 123
NODULE = codes.SCT.Nodule
MADE_BY: dict[str, Any] = {
    "manufacturer": "Pathology",
    "manufacturer_model_name": "Bench",
    "content_creator_name": "Radiologist^A",
}


def ct_phantom(seed: str, *, frame_of_reference_uid: str = "") -> list[Dataset]:
    """A CT of cubes of half a millimetre, whose first voxel lies at (-10, -20, 30) mm."""
    uid = frame_of_reference_uid or generate_uid(entropy_srcs=[seed, "frame"])
    slices = []
    for number in range(1, SLICES + 1):
        data_set = files.ct_slice(
            seed=seed,
            slice_number=number,
            FrameOfReferenceUID=uid,
            ImagePositionPatient=[-10, -20, 30 + SPACING_MM * (number - 1)],
            PixelSpacing=[SPACING_MM, SPACING_MM],
            SliceThickness=SPACING_MM,
            Rows=SIDE,
            Columns=SIDE,
            PixelData=(np.arange(SIDE * SIDE, dtype="<u2") + number).tobytes(),
        )
        for keyword in ("PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyTime"):
            setattr(data_set, keyword, "")
        data_set.PositionReferenceIndicator = ""
        slices.append(data_set)
    return slices


def enhanced(images: Sequence[Dataset]) -> Dataset:
    """The same slices as the frames of one image."""
    return hd.legacy.LegacyConvertedEnhancedCTImage(
        legacy_datasets=list(images), series_instance_uid=generate_uid(), series_number=200,
        sop_instance_uid=generate_uid(), instance_number=1,
    )  # fmt: skip


def ball(center: tuple[int, int, int] = CENTER, radius: float = RADIUS) -> npt.NDArray[np.bool_]:
    """The voxels within so many voxels of a voxel."""
    at = np.indices((SLICES, SIDE, SIDE)) - np.array(center).reshape(3, 1, 1, 1)
    inside: npt.NDArray[np.bool_] = (at**2).sum(axis=0) <= radius**2
    return inside


def segmentation(
    images: Sequence[Dataset],
    masks: Sequence[npt.NDArray[Any]],
    *,
    kind: str = "BINARY",
    tracking: Sequence[tuple[str, str]] = (),
    algorithm: hd.AlgorithmIdentificationSequence | None = None,
    made_by: Mapping[str, Any] = MADE_BY,
    **changes: Any,
) -> Dataset:
    """A segmentation with a segment for each mask, drawn by a person unless by an algorithm.

    `changes` set elements of the object by keyword.
    """
    kinds = hd.seg.SegmentAlgorithmTypeValues
    described = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=f"Nodule {number}",
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=NODULE,
            algorithm_type=kinds.AUTOMATIC if algorithm else kinds.MANUAL,
            algorithm_identification=algorithm,
            tracking_id=tracking[number - 1][0] if tracking else None,
            tracking_uid=tracking[number - 1][1] if tracking else None,
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
        software_versions="1",
        device_serial_number="1",
        max_fractional_value=255,
        **made_by,
    )
    for keyword, value in changes.items():
        setattr(made, keyword, value)
    return made


def observed_by(person: str) -> hd.sr.ObservationContext:
    """That a person has observed."""
    observer = hd.sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name=person),
    )
    return hd.sr.ObservationContext(observer_person_context=observer)


def report(
    images: Sequence[Dataset],
    groups: Sequence[Any],
    *,
    evidence: Sequence[Dataset] = (),
    context: hd.sr.ObservationContext | None = None,
    manufacturer: str = "Pathology",
) -> Dataset:
    """A measurement report (TID 1500) with these groups, by a pathologist unless another context is given."""
    content = hd.sr.MeasurementReport(
        observation_context=context or observed_by("Pathologist^B"),
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
        manufacturer=manufacturer,
        is_complete=True,
        is_final=True,
        is_verified=False,
    )


def planar_group(region: Any, *, name: str, uid: str, diameter_mm: float) -> Any:
    """A group with one region and its diameter."""
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=UID(uid), identifier=name),
        referenced_region=region,
        finding_type=NODULE,
        measurements=[_diameter(diameter_mm)],
    )


def segment_group(segment: Dataset, *, name: str, uid: str, diameter_mm: float, source: Sequence[Dataset]) -> Any:
    """A group that measures the first segment of a segmentation."""
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=UID(uid), identifier=name),
        referenced_segment=hd.sr.ReferencedSegment(
            sop_class_uid=segment.SOPClassUID,
            sop_instance_uid=segment.SOPInstanceUID,
            segment_number=1,
            source_series=hd.sr.SourceSeriesForSegmentation(source[0].SeriesInstanceUID),
        ),
        finding_type=NODULE,
        measurements=[_diameter(diameter_mm)],
    )


def image_group(image: Dataset) -> Any:
    """A group that measures an image as a whole and says nothing of where."""
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=generate_uid(), identifier="whole"),
        source_images=[hd.sr.SourceImageForMeasurementGroup(image.SOPClassUID, image.SOPInstanceUID)],
        measurements=[_diameter(1.0)],
    )


def circle_on(image: Dataset) -> Any:
    """A circle of 2 mm about the middle of a pixel: in a report the centre of the first pixel is (0.5, 0.5)."""
    row, column = CENTER[1] + 0.5, CENTER[2] + 0.5
    return hd.sr.ImageRegion(
        graphic_type=hd.sr.GraphicTypeValues.CIRCLE,
        graphic_data=np.array([[column, row], [column + 2, row]]),
        source_image=hd.sr.SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID),
    )


def point_3d(images: Sequence[Dataset], point_mm: Sequence[float]) -> Any:
    """A point in the patient."""
    return hd.sr.ImageRegion3D(
        graphic_type=hd.sr.GraphicTypeValues3D.POINT,
        graphic_data=np.array([point_mm]),
        frame_of_reference_uid=images[0].FrameOfReferenceUID,
    )


def as_file(data_set: Dataset) -> bytes:
    """The bytes of a file."""
    buffer = BytesIO()
    data_set.save_as(buffer)
    return buffer.getvalue()


def _diameter(value_mm: float) -> Any:
    return hd.sr.Measurement(name=codes.SCT.Diameter, value=value_mm, unit=codes.UCUM.Millimeter)

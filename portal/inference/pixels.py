"""A CT series as Hounsfield units in patient geometry, read from Orthanc.

The mirror says which instances there are; everything that decides a number (position, spacing, rescale, pixels) is
read from the files themselves.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels.processing import apply_rescale

from portal.imaging.geometry import GeometryError, Plane, order_slices, plane_from_tags
from portal.imaging.models import ImagingStudy, Instance, Series
from portal.imaging.orthanc import NotInOrthanc, Orthanc, OrthancRefused
from portal.inference.engine.volume import MAXIMUM_VOXELS
from portal.inference.input_check import Check, refusals

MODALITY = "CT"
MINIMUM_SLICES = 5

_PLANE_KEYWORDS = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")

# Why an imaging study cannot be analysed; stored with the item and shown as they are.
REASONS = {
    "wrong_modality": "The imaging study has no CT series; this AI model reads CT only.",
    "too_few_slices": f"The longest CT series has fewer than {MINIMUM_SLICES} single-frame images.",
    "too_large": "The CT series is larger than this AI model can hold in memory.",
    "missing_pixels": "Orthanc no longer has an image that the portal lists; ingest the imaging study again.",
    "pixels_unreadable": "The pixels of an image cannot be decoded.",
    "no_rescale": "An image has no rescale slope and intercept, so its values are not Hounsfield units.",
    "no_geometry": "An image has no usable position, orientation or spacing.",
    "irregular_geometry": "The images are not one evenly spaced stack of equal size and spacing.",
}


class UnusableInput(Exception):
    """The imaging study cannot be analysed; `code` is one of REASONS, or of a refusal that says its own reason."""

    def __init__(self, code: str, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or REASONS[code]
        self.checks: list[Check] = []
        super().__init__(self.reason)

    @property
    def is_refused(self) -> bool:
        """Say whether the case lies outside what the model was made for, rather than being damaged."""
        return bool(refusals(self.checks))


@dataclass(frozen=True, slots=True)
class CtSeries:
    """One evenly spaced CT series, slices ordered along their normal.

    `affine` maps (column, row, slice, 1) to patient millimetres.
    """

    hounsfield: npt.NDArray[np.float32]
    affine: npt.NDArray[np.float64]
    series_instance_uid: str
    frame_of_reference_uid: str
    sop_instance_uids: tuple[str, ...]
    input_digest: str


def read_ct_datasets(imaging_study: ImagingStudy, gateway: Orthanc) -> tuple[str, list[Dataset]]:
    """Return the SeriesInstanceUID and the files of the longest CT series, pixels not yet decoded.

    Raises
    ------
    UnusableInput
        With the reason why this imaging study cannot be analysed.
    OrthancUnavailable
        When Orthanc is down, which says nothing about the imaging study.
    """
    series = _longest_ct_series(imaging_study)
    instances = list(series.instances.filter(number_of_frames=1))
    if len(instances) < MINIMUM_SLICES:
        raise UnusableInput("too_few_slices")
    if sum(one.rows * one.columns for one in instances) > MAXIMUM_VOXELS:
        raise UnusableInput("too_large")
    return series.series_instance_uid, [_read_file(instance, gateway) for instance in instances]


def _longest_ct_series(imaging_study: ImagingStudy) -> Series:
    found = (
        Series.objects.filter(imaging_study=imaging_study, modality=MODALITY)
        .annotate(stored=Count("instances"))
        .order_by("-stored", "series_instance_uid")
        .first()
    )
    if found is None:
        raise UnusableInput("wrong_modality")
    return found


def _read_file(instance: Instance, gateway: Orthanc) -> Dataset:
    try:
        return dcmread(BytesIO(gateway.instance_file(instance.orthanc_id)))
    except (NotInOrthanc, OrthancRefused) as error:
        raise UnusableInput("missing_pixels") from error
    except InvalidDicomError as error:
        raise UnusableInput("pixels_unreadable") from error


def ct_series(series_instance_uid: str, datasets: Sequence[Dataset]) -> CtSeries:
    """Decode the pixels and stack them; raises `UnusableInput`."""
    planes = [_plane_of(dataset) for dataset in datasets]
    try:
        order = order_slices(planes)
    except GeometryError as error:
        raise UnusableInput("irregular_geometry") from error
    ordered = [datasets[index] for index in order.indices]
    if not order.is_regular or not _are_alike(ordered):
        raise UnusableInput("irregular_geometry")
    digest = hashlib.sha256()
    volume = np.empty((len(ordered), ordered[0].Rows, ordered[0].Columns), np.float32)
    for index, dataset in enumerate(ordered):
        volume[index] = _hounsfield(dataset, digest)
    return CtSeries(
        hounsfield=volume,
        affine=_affine([planes[index] for index in order.indices]),
        series_instance_uid=series_instance_uid,
        frame_of_reference_uid=str(ordered[0].get("FrameOfReferenceUID", "")),
        sop_instance_uids=tuple(str(dataset.SOPInstanceUID) for dataset in ordered),
        input_digest=digest.hexdigest(),
    )


def _plane_of(dataset: Dataset) -> Plane:
    try:
        return plane_from_tags({keyword: dataset.get(keyword) for keyword in _PLANE_KEYWORDS})
    except GeometryError as error:
        raise UnusableInput("no_geometry") from error


def _are_alike(datasets: Sequence[Dataset]) -> bool:
    """Same matrix, spacing and frame of reference throughout."""
    return (
        len(
            {
                (
                    dataset.Rows,
                    dataset.Columns,
                    tuple(float(value) for value in dataset.PixelSpacing),
                    str(dataset.get("FrameOfReferenceUID", "")),
                )
                for dataset in datasets
            }
        )
        == 1
    )


def _hounsfield(dataset: Dataset, digest: Any) -> npt.NDArray[np.float32]:
    if dataset.get("RescaleSlope") is None or dataset.get("RescaleIntercept") is None:
        raise UnusableInput("no_rescale")
    try:
        stored = dataset.pixel_array
    except Exception as error:
        # pydicom and its decoders raise many kinds of error for damaged pixels.
        raise UnusableInput("pixels_unreadable") from error
    if stored.shape != (dataset.Rows, dataset.Columns):
        raise UnusableInput("pixels_unreadable")
    values = apply_rescale(stored, dataset)
    # Decoded values, not file bytes: the same pixels in another transfer syntax are the same input.
    digest.update(str(dataset.SOPInstanceUID).encode("ascii"))
    digest.update(np.ascontiguousarray(stored, dtype="<i4").tobytes())
    return np.asarray(values, np.float32)


def _affine(planes: Sequence[Plane]) -> npt.NDArray[np.float64]:
    """From the first to the last slice, so that the shear of a tilted gantry is kept."""
    first, last = planes[0], planes[-1]
    affine = np.eye(4)
    affine[:3, 0] = first.row_cosines * first.column_spacing_mm
    affine[:3, 1] = first.column_cosines * first.row_spacing_mm
    affine[:3, 2] = (last.position_mm - first.position_mm) / (len(planes) - 1)
    affine[:3, 3] = first.position_mm
    return affine

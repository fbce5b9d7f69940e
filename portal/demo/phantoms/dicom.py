"""Writes a phantom as CT Image Storage instances (PS3.3 A.3), labelled as synthetic throughout."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, generate_uid

from portal.demo.phantoms.volume import Grid, Phantom

RESCALE_INTERCEPT_HU = -1024
# Lung window first: it is the one that a chest reader wants at once.
WINDOW_CENTERS_HU = (-600, 40)
WINDOW_WIDTHS_HU = (1500, 400)
WINDOW_NAMES = ("LUNG", "MEDIASTINUM")
_FIRST_STUDY_DATE = dt.date(2026, 1, 5)
_UID_NAMESPACE = "overread synthetic phantom 1"


def phantom_uid(*names: str) -> UID:
    """A UID that depends on the names only, so that a second demo writes the same objects."""
    return generate_uid(entropy_srcs=[_UID_NAMESPACE, *names])


def study_instance_uid(phantom_name: str) -> UID:
    """StudyInstanceUID of a phantom."""
    return phantom_uid(phantom_name, "study")


def _add_patient_and_study(dataset: Dataset, name: str, description: str, day: int) -> None:
    dataset.PatientName = f"SYNTHETIC^{name}"
    dataset.PatientID = f"SYNTHETIC-{name.replace(' ', '-')}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "O"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Computer-generated phantom, no patient"
    dataset.StudyInstanceUID = study_instance_uid(name)
    dataset.StudyDate = (_FIRST_STUDY_DATE + dt.timedelta(days=day)).strftime("%Y%m%d")
    dataset.StudyTime = "120000"
    dataset.StudyID = f"SYN{day:04d}"
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = description


def _add_series_and_equipment(dataset: Dataset, name: str, series_description: str) -> None:
    dataset.Modality = "CT"
    dataset.SeriesInstanceUID = phantom_uid(name, "series")
    dataset.SeriesNumber = 1
    dataset.SeriesDate, dataset.SeriesTime = dataset.StudyDate, dataset.StudyTime
    dataset.SeriesDescription = series_description
    dataset.BodyPartExamined = "CHEST"
    dataset.PatientPosition = "HFS"
    dataset.FrameOfReferenceUID = phantom_uid(name, "frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = "Overread"
    dataset.ManufacturerModelName = "Synthetic phantom generator"
    dataset.SoftwareVersions = "1"


def _add_image(dataset: Dataset, name: str, grid: Grid, index: int) -> None:
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = phantom_uid(name, "instance", str(index))
    dataset.SyntheticData = "YES"
    dataset.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    dataset.DerivationDescription = "Computer-generated phantom"
    dataset.ImageComments = "SYNTHETIC phantom, not a patient"
    # Scanners number from head to feet; the volume is stored from feet to head.
    dataset.InstanceNumber = grid.slices - index
    dataset.AcquisitionNumber = 1
    dataset.AcquisitionDate, dataset.AcquisitionTime = dataset.StudyDate, dataset.StudyTime
    dataset.ContentDate, dataset.ContentTime = dataset.StudyDate, dataset.StudyTime
    dataset.KVP = "120"
    dataset.BurnedInAnnotation = "NO"
    dataset.RecognizableVisualFeatures = "NO"
    dataset.LossyImageCompression = "00"
    dataset.SliceThickness = grid.slice_mm
    dataset.SpacingBetweenSlices = grid.slice_mm
    dataset.PixelSpacing = [grid.pixel_mm, grid.pixel_mm]
    x0, y0, z0 = grid.origin_mm
    dataset.ImagePositionPatient = [round(x0, 4), round(y0, 4), round(z0 + index * grid.slice_mm, 4)]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.SliceLocation = dataset.ImagePositionPatient[2]


def _add_pixels(dataset: Dataset, hounsfield: npt.NDArray[np.int16]) -> None:
    stored = (hounsfield.astype(np.int32) - RESCALE_INTERCEPT_HU).astype("<u2")
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = RESCALE_INTERCEPT_HU, 1, "HU"
    dataset.WindowCenter = list(WINDOW_CENTERS_HU)
    dataset.WindowWidth = list(WINDOW_WIDTHS_HU)
    dataset.WindowCenterWidthExplanation = list(WINDOW_NAMES)
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"


def _file_meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta


def to_datasets(
    phantom: Phantom, *, day: int, compress: bool, description: str = "SYNTHETIC phantom chest CT"
) -> Iterator[Dataset]:
    """The instances of one phantom, from feet to head.

    `day` sets the date of the imaging study; `compress` stores JPEG-LS lossless.
    """
    for index in range(phantom.grid.slices):
        dataset = Dataset()
        dataset.SpecificCharacterSet = "ISO_IR 192"
        _add_patient_and_study(dataset, phantom.name, description, day)
        _add_series_and_equipment(dataset, phantom.name, f"SYNTHETIC axial {phantom.grid.slice_mm:g} mm")
        _add_image(dataset, phantom.name, phantom.grid, index)
        _add_pixels(dataset, phantom.hounsfield[index])
        dataset.file_meta = _file_meta(dataset)
        if compress:
            dataset.compress(JPEGLSLossless, encoding_plugin="pyjpegls", generate_instance_uid=False)
        yield dataset


def to_bytes(dataset: Dataset) -> bytes:
    """The Part-10 file of one instance."""
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()

"""The imaging studies that every viewer of the bench shows: made here, except the real MR where it lies beside us."""

import io
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from tests.imaging.dicom_files import ct_slice, to_bytes

REPOSITORY = Path(__file__).resolve().parents[2]
REAL_MR = REPOSITORY.parent / "shared" / "dicom" / "t1w_head.tar.xz"


@dataclass(frozen=True)
class Scan:
    """One series of one imaging study."""

    name: str
    study_uid: str
    series_uid: str
    frames: int


Made = tuple[Scan, list[tuple[str, bytes]]]


def ct(name: str, frames: int, size: int) -> Made:
    """A CT-like series: a smooth body with the noise of a scanner, 16 bits."""
    seed, random = uuid.uuid4().hex, np.random.default_rng(1)
    row, column = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    disc = np.where(row**2 / 0.5 + column**2 / 0.8 < 1, 40, -1000)
    # Drawn once and shifted for each slice: drawing a hundred million random numbers would take most of the time.
    noise = random.normal(0, 12, (size, size)).astype(np.float32)
    files = []
    for number in range(1, frames + 1):
        body = disc + 300 * np.cos(6 * row + number / 40) * (row**2 + column**2 < 0.2)
        pixels = (body + np.roll(noise, 37 * number, axis=(0, 1))).astype("<i2")
        one = ct_slice(seed=seed, slice_number=number, Rows=size, Columns=size, PixelRepresentation=1)
        one.BitsStored, one.HighBit, one.RescaleSlope, one.RescaleIntercept = 16, 15, 1, 0
        one.WindowCenter, one.WindowWidth = 40, 400
        one.FrameOfReferenceUID = one.SeriesInstanceUID
        one.PixelData = pixels.tobytes()
        files.append((f"{name}/{number:04d}.dcm", to_bytes(one)))
    return Scan(name, one.StudyInstanceUID, one.SeriesInstanceUID, frames), files


def mammogram(name: str) -> Made:
    """One view of 3000 columns and 4000 rows, 12 bits."""
    columns, rows = 3000, 4000
    random = np.random.default_rng(2)
    row, column = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    breast = np.clip(1 - column**2 / 0.6 - (row - 0.5) ** 2 / 0.2, 0, 1)
    pixels = (2600 * np.sqrt(breast) + 600 * breast * np.cos(40 * row) * np.cos(31 * column)).clip(0, 3900)
    pixels = (pixels + (breast > 0) * random.normal(0, 25, (rows, columns))).clip(0, 4095).astype("<u2")
    one = ct_slice(seed=uuid.uuid4().hex, Rows=rows, Columns=columns)
    one.SOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    one.Modality, one.SeriesDescription, one.StudyDescription = "MG", "L CC", "Mammography"
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient"):
        delattr(one, keyword)
    one.PixelSpacing = one.ImagerPixelSpacing = [0.07, 0.07]
    one.ImageLaterality, one.ViewPosition = "L", "CC"
    one.WindowCenter, one.WindowWidth = 2048, 4096
    one.PixelData = pixels.tobytes()
    return Scan(name, one.StudyInstanceUID, one.SeriesInstanceUID, 1), [(f"{name}.dcm", to_bytes(one))]


def real_mr(name: str) -> Made | None:
    """The 384 slices of a real head, where the repository's neighbour folder has them."""
    if not REAL_MR.is_file():
        return None
    files = list(_members(REAL_MR))
    first = pydicom.dcmread(io.BytesIO(files[0][1]), stop_before_pixels=True)
    return Scan(name, str(first.StudyInstanceUID), str(first.SeriesInstanceUID), len(files)), files


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and (opened := archive.extractfile(member)) is not None:
                content = opened.read()
                if content[128:132] == b"DICM":
                    yield member.name, content

"""Every DICOM file at hand: pydicom's own, the larger ones of the package pydicom-data, and those of DICOM's working
group 4 where they lie beside the repository."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder

from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.screener import Screener
from portal.ops.environment import REPOSITORY
from tests.imaging import dicom_files as files

SHARED = Path(os.environ.get("OVERREAD_SHARED", REPOSITORY.parent / "shared")) / "dicom" / "wg04"
# What else lies in those folders: texts, archives, colour profiles.
OTHER_SUFFIXES = {".py", ".pyc", ".json", ".txt", ".zip", ".icc", ".dump", ".gz", ".md"}
Pixels = npt.NDArray[Any]


def folders() -> Iterator[Path]:
    yield files.PACKAGED
    yield files.larger("README").parent
    if SHARED.is_dir():
        yield SHARED


def all_files() -> list[Path]:
    found = [path for folder in folders() for path in sorted(folder.rglob("*"))]
    return [path for path in found if path.is_file() and path.suffix not in OTHER_SUFFIXES]


def refusal_of(screener: Screener, path: Path) -> str | None:
    try:
        screener.screen(path)
    except Refusal as refusal:
        return refusal.code
    return None


def pixels_expected(data_set: Dataset) -> Pixels:
    """Frames as pydicom decodes them: colour is RGB, palette indices and greys are as stored."""
    count = int(data_set.get("NumberOfFrames") or 1)
    return np.stack([frame_expected(data_set, index) for index in range(count)])


def frame_expected(data_set: Dataset, index: int) -> Pixels:
    """One of them, numbered from 0."""
    pixels: Pixels = get_decoder(data_set.file_meta.TransferSyntaxUID).as_array(data_set, index=index)[0]
    return pixels

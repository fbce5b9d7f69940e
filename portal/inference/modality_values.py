"""Stored numbers of a frame as values of its modality, with their unit in UCUM; a leaf over pydicom.

What readers see is made by the same clauses in `frontend/src/viewer/modality.ts` (PS3.3 C.7.6.3, C.11.1, C.7.5.1.1.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut

from portal.imaging.suv import FACTOR_TAG, KIND_TAG

HOUNSFIELD = "[hnsf'U]"
# What the image does not name: numbers that compare within one image only.
UNNAMED = "1"
# PS3.16 CID 84 and 85.
_PET_UNITS = {"BQML": "Bq/ml", "CNTS": "{counts}", "GML": "g/ml", "PROPCNTS": "{propcounts}"}
_SUV_UNITS = {
    "BW": "{SUVbw}g/ml",
    "LBM": "{SUVlbm}g/ml",
    "LBMJAMES128": "{SUVlbm(James128)}g/ml",
    "LBMJANMA": "{SUVlbm(Janma)}g/ml",
    "BSA": "{SUVbsa}cm2/ml",
    "IBW": "{SUVibw}g/ml",
}

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FrameValues:
    """The values of one frame; `is_padding` where a pixel holds no measurement (PixelPaddingValue)."""

    values: Values
    is_padding: npt.NDArray[np.bool_]
    unit: str


def frame_values(dataset: Dataset, stored: npt.NDArray[Any], frame_number: int, row: Mapping[str, Any]) -> FrameValues:
    """Return the values of a grey frame, counted from 1; `row` is the metadata of its instance, which has the SUV."""
    holder = _transformation(dataset, frame_number)
    values = np.asarray(apply_modality_lut(stored, holder), dtype=np.float64)
    factor = (row.get(FACTOR_TAG) or {}).get("Value")
    if factor:
        kind = row[KIND_TAG]["Value"][0]
        return FrameValues(values * float(factor[0]), _padding(dataset, stored), _SUV_UNITS.get(kind, "g/ml"))
    return FrameValues(values, _padding(dataset, stored), _unit(dataset, holder))


def _transformation(dataset: Dataset, frame_number: int) -> Dataset:
    """What holds rescale or table of a frame: its own functional group, that of all frames, or the object."""
    frames = dataset.get("PerFrameFunctionalGroupsSequence") or []
    groups = [*frames[frame_number - 1 : frame_number], *(dataset.get("SharedFunctionalGroupsSequence") or [])]
    for group in groups:
        found = group.get("PixelValueTransformationSequence")
        if found:
            item: Dataset = found[0]
            return item
    return dataset


def _unit(dataset: Dataset, holder: Dataset) -> str:
    table = holder.get("ModalityLUTSequence")
    named = str((table[0].get("ModalityLUTType") if table else holder.get("RescaleType")) or "").strip()
    modality = str(dataset.get("Modality") or "")
    if named and named != "US":
        return HOUNSFIELD if named == "HU" else UNNAMED
    if modality == "PT":
        return _PET_UNITS.get(str(dataset.get("Units") or ""), UNNAMED)
    # C.8.2.1: Rescale Type of a CT may be absent where its rescale gives Hounsfield units.
    is_rescaled = holder.get("RescaleSlope") is not None and holder.get("RescaleIntercept") is not None
    return HOUNSFIELD if modality == "CT" and not named and not table and is_rescaled else UNNAMED


def _padding(dataset: Dataset, stored: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    value, limit = dataset.get("PixelPaddingValue"), dataset.get("PixelPaddingRangeLimit")
    if value is None:
        return np.zeros(stored.shape, dtype=np.bool_)
    ends = sorted(_signed(int(one), stored.dtype) for one in (value, value if limit is None else limit))
    is_padding: npt.NDArray[np.bool_] = (stored >= ends[0]) & (stored <= ends[1])
    return is_padding


def _signed(value: int, kind: np.dtype[Any]) -> int:
    """Some writers give the padding of signed pixels as if it had no sign."""
    is_beyond = kind.kind == "i" and value > np.iinfo(kind).max
    return value - 2 ** (8 * kind.itemsize) if is_beyond else value

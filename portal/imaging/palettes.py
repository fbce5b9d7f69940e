"""Segmented colour palettes (PS3.3 C.7.9.2) written out, so that viewers know one kind of palette only."""

import base64
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

from portal.imaging.reader_tags import tag_of

_COLOURS = ("Red", "Green", "Blue")
_WHOLE_TABLE = 65_536


def segmented_tag(colour: str) -> str:
    """The tag of a colour's segments."""
    return tag_of(f"Segmented{colour}PaletteColorLookupTableData")


def is_segmented(row: Mapping[str, Any]) -> bool:
    """Has this image (DICOM JSON) a palette of segments?"""
    return all(segmented_tag(colour) in row for colour in _COLOURS)


def written_out(row: Mapping[str, Any], segments: Mapping[str, bytes]) -> dict[str, Any]:
    """The plain lookup tables of a segmented palette, as DICOM JSON.

    Parameters
    ----------
    row
        DICOM JSON with the three descriptors.
    segments
        The segments of each colour, little endian.

    Raises
    ------
    ValueError
        When the segments are not what they have to be.
    """
    palette = Dataset()
    palette.file_meta = FileMetaDataset()
    palette.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for colour in _COLOURS:
        descriptor = row[tag_of(f"{colour}PaletteColorLookupTableDescriptor")]["Value"]
        setattr(palette, f"{colour}PaletteColorLookupTableDescriptor", [int(value) for value in descriptor])
        palette.add_new(int(segmented_tag(colour), 16), "OW", segments[colour])
    count, first, _ = palette.RedPaletteColorLookupTableDescriptor
    indices = np.arange(count or _WHOLE_TABLE) + first
    try:
        tables = apply_color_lut(indices, palette).astype("<u2")
    except (ValueError, IndexError, struct.error) as error:
        raise ValueError("The segments of the palette are damaged.") from error
    if tables.shape != (indices.size, len(_COLOURS)):
        raise ValueError("The segments of the palette are shorter than their descriptor says.")
    return {
        tag_of(f"{colour}PaletteColorLookupTableData"): {
            "vr": "OW",
            "InlineBinary": base64.b64encode(tables[:, column].tobytes()).decode("ascii"),
        }
        for column, colour in enumerate(_COLOURS)
    }

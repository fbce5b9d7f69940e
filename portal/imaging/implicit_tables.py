"""Lookup tables of implicit VR files, which the DICOM JSON of Orthanc 1.10.1 leaves out.

Their elements may be US, SS or OW (PS3.6), an implicit file does not say which, and Orthanc drops what it cannot name.
The values themselves are there to be read.
"""

import base64
import struct
from collections.abc import Callable
from typing import Any

from portal.imaging.reader_tags import is_known_wording, tag_of

# The raw value of an element by its path, little endian; None when the file has none.
ReadIfThere = Callable[[str], bytes | None]
DicomJson = dict[str, Any]

_SEQUENCES = ("ModalityLUTSequence", "VOILUTSequence")
_COLOURS = ("Red", "Green", "Blue")
_DESCRIPTOR_BYTES = 6
# More tables than any image offers; a bound on questions to Orthanc.
_MOST_ITEMS = 16


def implicit_tables(row: DicomJson, read: ReadIfThere) -> DicomJson:
    """The palette descriptors and lookup table sequences that are missing from a row, as DICOM JSON."""
    found: DicomJson = {}
    if row.get(tag_of("PhotometricInterpretation"), {}).get("Value") == ["PALETTE COLOR"]:
        for colour in _COLOURS:
            tag = tag_of(f"{colour}PaletteColorLookupTableDescriptor")
            descriptor = _descriptor(read(_path(tag)))
            if descriptor:
                found[tag] = descriptor
        return found
    for keyword in _SEQUENCES:
        items = _items(tag_of(keyword), read)
        if items:
            found[tag_of(keyword)] = {"vr": "SQ", "Value": items}
    return found


def _items(sequence: str, read: ReadIfThere) -> list[DicomJson]:
    items: list[DicomJson] = []
    for index in range(_MOST_ITEMS):
        item = _item(f"{_path(sequence)}/{index}", read)
        if item is None:
            break
        items.append(item)
    return items


def _item(path: str, read: ReadIfThere) -> DicomJson | None:
    descriptor = _descriptor(read(f"{path}/{_path(tag_of('LUTDescriptor'))}"))
    if descriptor is None:
        return None
    data = read(f"{path}/{_path(tag_of('LUTData'))}") or b""
    item: DicomJson = {
        tag_of("LUTDescriptor"): descriptor,
        tag_of("LUTData"): {"vr": "OW", "InlineBinary": base64.b64encode(data).decode("ascii")},
    }
    for keyword, vr in (("LUTExplanation", "LO"), ("ModalityLUTType", "LO")):
        text = (read(f"{path}/{_path(tag_of(keyword))}") or b"").decode("latin-1").strip(" \0")
        if text and (keyword == "ModalityLUTType" or is_known_wording(text)):
            item[tag_of(keyword)] = {"vr": vr, "Value": [text[:16]]}
    return item


def _descriptor(content: bytes | None) -> DicomJson | None:
    """Three words; whether the second one is signed follows from the image, and viewers know it."""
    if content is None or len(content) != _DESCRIPTOR_BYTES:
        return None
    return {"vr": "US", "Value": list(struct.unpack("<3H", content))}


def _path(tag: str) -> str:
    return f"{tag[:4]}-{tag[4:]}"

"""Digests of a file and of its content."""

import hashlib
from collections.abc import Iterator, Mapping

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from portal.imaging.screening.structure import ByteSource, Element

_CHUNK_BYTES = 1024**2
_ITEM_HEADER_BYTES = 8


def file_sha256(source: ByteSource) -> str:
    """SHA-256 of every byte of the file."""
    return _sha256(source, [(0, source.size)])


def content_sha256(source: ByteSource, elements: Mapping[int, Element]) -> str:
    """SHA-256 of the values that stay the same when a file is sent through DICOM.

    Left out is what a sender may write differently without changing the object: the file's header, group
    lengths, sequences (their lengths are defined or not), private elements and the offset table of
    encapsulated pixels.
    """
    digest = hashlib.sha256()
    for tag in sorted(elements):
        if _is_stable(elements[tag]):
            digest.update(tag.to_bytes(4, "big"))
            digest.update(_sha256(source, _value_ranges(elements[tag])).encode())
    return digest.hexdigest()


def _is_stable(element: Element) -> bool:
    is_private = (element.tag >> 16) % 2 == 1
    is_group_length = element.tag & 0xFFFF == 0
    is_sequence = dictionary_has_tag(element.tag) and dictionary_VR(element.tag) == "SQ"
    return not (is_private or is_group_length or is_sequence or element.length < 0)


def _value_ranges(element: Element) -> Iterator[tuple[int, int]]:
    if element.fragments is None:
        yield element.offset, element.length
        return
    offset = element.offset
    for index, length in enumerate(element.fragments):
        if index > 0:
            yield offset + _ITEM_HEADER_BYTES, length
        offset += _ITEM_HEADER_BYTES + length


def _sha256(source: ByteSource, ranges: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> str:
    digest = hashlib.sha256()
    for offset, length in ranges:
        for start in range(offset, offset + length, _CHUNK_BYTES):
            digest.update(source.read(start, min(_CHUNK_BYTES, offset + length - start)))
    return digest.hexdigest()

"""Walk the elements of a DICOM data set without recursion and without believing any length.

DICOM libraries accept truncated files and nest as deep as the file asks for; 48 nested sequences crash
Orthanc 1.10.1. This walk reads headers only, so its cost is bounded by the number of elements, not by what
lengths claim.
"""

import struct
from dataclasses import dataclass, field
from typing import Protocol

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from portal.imaging.screening.reasons import Refusal

MAX_NESTING = 16
MAX_ELEMENTS = 65_536

PIXEL_DATA = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
# PS3.5 7.1.2: these value representations have a four-byte length in explicit VR.
_LONG_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
_NUMBER_VRS = frozenset(["AT", "DS", "FD", "FL", "IS", "SL", "SS", "UL", "US"])
_TEXT_VRS = frozenset(["AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UI"])
_SHORT_VRS = _NUMBER_VRS | _TEXT_VRS


class ByteSource(Protocol):
    """Random access to the bytes of a data set."""

    @property
    def size(self) -> int:
        """Number of bytes."""

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`."""


@dataclass(frozen=True, slots=True)
class Element:
    """Where one top-level element's value lies; `fragments` are the lengths of encapsulated pixel items."""

    tag: int
    vr: str
    offset: int
    length: int
    fragments: tuple[int, ...] | None = None


@dataclass(slots=True)
class _Level:
    kind: str  # "data set", "sequence" or "fragments"
    end: int | None
    bound: int
    implicit: bool
    fragments: list[int] = field(default_factory=list)
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Header:
    tag: int
    vr: str
    length: int
    value_offset: int


class _StructureError(Exception):
    """The bytes are not what the structure demands."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def walk(
    source: ByteSource, offset: int, *, implicit: bool, big_endian: bool = False, most_elements: int = MAX_ELEMENTS
) -> dict[int, Element]:
    """Follow the data set from `offset` to its end and return its top-level elements.

    Raises
    ------
    Refusal
        If the data set is truncated, damaged, nested too deep or has too many elements.
    """
    walker = _Walk(source, offset, implicit=implicit, big_endian=big_endian)
    walker.most_elements = most_elements
    return walker.run()


class _Walk:
    most_elements = MAX_ELEMENTS

    def __init__(self, source: ByteSource, offset: int, *, implicit: bool, big_endian: bool = False) -> None:
        self._source = source
        order = ">" if big_endian else "<"
        self._two_words, self._word, self._double_word = (struct.Struct(order + kind) for kind in ("HH", "H", "I"))
        self._position = offset
        self._levels = [_Level("data set", source.size, source.size, implicit)]
        self._top: dict[int, Element] = {}
        self._count = 0
        # Values that may or may not be sequences (UN, private): where to go on if they are not.
        self._guesses: list[tuple[int, int]] = []

    def run(self) -> dict[int, Element]:
        while self._levels:
            try:
                self._step()
            except _StructureError as error:
                if not self._guesses:
                    raise Refusal(error.code) from error
                depth, self._position = self._guesses.pop(0)
                self._guesses.clear()
                del self._levels[depth:]
        return self._top

    def skip_group(self, group: int) -> int:
        level = self._levels[0]
        try:
            while self._position + 8 <= level.bound and self._tag_at(self._position) >> 16 == group:
                header = self._header(level)
                if header.length > level.bound - header.value_offset:
                    raise Refusal("truncated")
                self._position = header.value_offset + header.length
        except _StructureError as error:
            raise Refusal(error.code) from error
        return self._position

    def _step(self) -> None:
        level = self._levels[-1]
        if level.end is not None and self._position >= level.end:
            self._close(level)
            return
        header = self._header(level)
        self._count += 1
        if self._count > self.most_elements:
            raise Refusal("too_many_elements")
        if level.kind == "data set":
            self._data_set_element(level, header)
        else:
            self._item(level, header)

    def _close(self, level: _Level) -> None:
        if level.end is not None and self._position > level.end:
            raise _StructureError("structure_invalid")
        self._levels.pop()
        while self._guesses and self._guesses[-1][0] >= len(self._levels):
            self._guesses.pop()

    def _data_set_element(self, level: _Level, header: _Header) -> None:
        if header.tag == _ITEM_END:
            if level.end is not None or header.length != 0:
                raise _StructureError("structure_invalid")
            self._position = header.value_offset
            self._close(level)
            return
        if header.tag >> 16 == 0xFFFE:
            raise _StructureError("structure_invalid")
        self._position = header.value_offset
        if header.length == _UNDEFINED:
            self._enter_undefined(level, header)
            return
        end = header.value_offset + header.length
        if end > level.bound:
            raise _StructureError("truncated" if len(self._levels) == 1 else "structure_invalid")
        self._remember(header, None)
        if self._is_sequence(header, level, end):
            implicit = level.implicit or header.vr == "UN"
            self._push(_Level("sequence", end, end, implicit))
        else:
            self._position = end

    def _enter_undefined(self, level: _Level, header: _Header) -> None:
        if header.tag == PIXEL_DATA and len(self._levels) == 1:
            self._push(_Level("fragments", None, level.bound, False, start=header.value_offset))
            return
        if header.vr not in ("SQ", "UN", ""):
            raise _StructureError("structure_invalid")
        self._remember(header, None)
        # PS3.5 6.2.2 note: UN of undefined length holds implicit VR little endian.
        self._push(_Level("sequence", None, level.bound, level.implicit or header.vr == "UN"))

    def _is_sequence(self, header: _Header, level: _Level, end: int) -> bool:
        if header.length == 0:
            return False
        if header.vr == "SQ":
            return True
        if level.implicit and dictionary_has_tag(header.tag):
            return dictionary_VR(header.tag) == "SQ"
        if header.vr not in ("UN", "") or header.length < 8:
            return False
        looks_like_item = self._tag_at(header.value_offset) == _ITEM
        if looks_like_item:
            self._guesses.append((len(self._levels), end))
        return looks_like_item

    def _item(self, level: _Level, header: _Header) -> None:
        if header.tag == _SEQUENCE_END:
            if level.end is not None or header.length != 0:
                raise _StructureError("structure_invalid")
            self._position = header.value_offset
            if level.kind == "fragments":
                length = header.value_offset - level.start
                self._add(Element(PIXEL_DATA, "OB", level.start, length, tuple(level.fragments)))
            self._close(level)
            return
        if header.tag != _ITEM:
            raise _StructureError("structure_invalid")
        self._position = header.value_offset
        if level.kind == "fragments":
            self._fragment(level, header)
            return
        end = None if header.length == _UNDEFINED else header.value_offset + header.length
        if end is not None and end > level.bound:
            raise _StructureError("truncated")
        self._levels.append(_Level("data set", end, level.bound if end is None else end, level.implicit))

    def _fragment(self, level: _Level, header: _Header) -> None:
        end = header.value_offset + header.length
        if end > level.bound:
            raise _StructureError("truncated")
        level.fragments.append(header.length)
        self._position = end

    def _push(self, level: _Level) -> None:
        self._levels.append(level)
        if sum(1 for one in self._levels if one.kind == "sequence") > MAX_NESTING:
            raise Refusal("nested_too_deep")

    def _remember(self, header: _Header, fragments: tuple[int, ...] | None) -> None:
        if len(self._levels) == 1:
            length = -1 if header.length == _UNDEFINED else header.length
            self._add(Element(header.tag, header.vr, header.value_offset, length, fragments))

    def _add(self, element: Element) -> None:
        if element.tag in self._top:
            raise Refusal("duplicate_element")
        self._top[element.tag] = element

    def _tag_at(self, offset: int) -> int:
        group, element = self._two_words.unpack(self._bytes(offset, 4))
        return int(group) << 16 | int(element)

    def _bytes(self, offset: int, length: int) -> bytes:
        data = self._source.read(offset, length)
        if len(data) < length:
            raise _StructureError("truncated")
        return data

    def _header(self, level: _Level) -> _Header:
        offset = self._position
        if offset + 8 > level.bound:
            raise _StructureError("truncated")
        tag = self._tag_at(offset)
        if level.implicit or level.kind != "data set" or tag >> 16 == 0xFFFE:
            (length,) = self._double_word.unpack(self._bytes(offset + 4, 4))
            return _Header(tag, "", length, offset + 8)
        vr = self._bytes(offset + 4, 2).decode("latin-1")
        if vr in _SHORT_VRS:
            (length,) = self._word.unpack(self._bytes(offset + 6, 2))
            return _Header(tag, vr, length, offset + 8)
        if vr not in _LONG_VRS:
            raise _StructureError("structure_invalid")
        (length,) = self._double_word.unpack(self._bytes(offset + 8, 4))
        return _Header(tag, vr, length, offset + 12)


def end_of_group(source: ByteSource, offset: int, *, group: int) -> int:
    """Where the leading elements of `group` (explicit little endian, no sequences) end."""
    walker = _Walk(source, offset, implicit=False)
    return walker.skip_group(group)

"""Segmented palettes, written out by hand after the examples of PS3.3 C.7.9.2."""

import base64
import struct

import numpy as np
import pytest

from portal.imaging.palettes import is_segmented, segmented_tag, written_out
from portal.imaging.reader_tags import tag_of

COLOURS = ("Red", "Green", "Blue")


def row(count: int, first: int = 0):
    descriptors = {tag_of(f"{one}PaletteColorLookupTableDescriptor"): {"Value": [count, first, 16]} for one in COLOURS}
    return descriptors | {segmented_tag(one): {"vr": "OW", "BulkDataURI": "x"} for one in COLOURS}


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def table(elements, colour: str):
    return np.frombuffer(
        base64.b64decode(elements[tag_of(f"{colour}PaletteColorLookupTableData")]["InlineBinary"]), "<u2"
    )


def test_discrete_linear_and_indirect_segments_are_written_out():
    # Discrete (0): three values. Linear (1): four steps up to 700. Indirect (2): the first segment once more.
    segments = words(0, 3, 10, 20, 300, 1, 4, 700, 2, 1, 0, 0)
    elements = written_out(row(10, first=5), dict.fromkeys(COLOURS, segments))
    for colour in COLOURS:
        assert table(elements, colour).tolist() == [10, 20, 300, 400, 500, 600, 700, 10, 20, 300]


def test_each_colour_has_its_own():
    segments = {"Red": words(0, 2, 1, 2), "Green": words(0, 2, 3, 4), "Blue": words(0, 2, 5, 6)}
    elements = written_out(row(2), segments)
    assert [table(elements, one).tolist() for one in COLOURS] == [[1, 2], [3, 4], [5, 6]]


def test_an_image_without_segments_has_none():
    assert is_segmented(row(2))
    assert not is_segmented({tag_of("Rows"): {"Value": [1]}})


@pytest.mark.parametrize("segments", [words(7, 1, 1), words(0, 9, 1), b""])
def test_damaged_segments_are_an_error_with_a_name(segments):
    with pytest.raises(ValueError, match=r"."):
        written_out(row(3), dict.fromkeys(COLOURS, segments))

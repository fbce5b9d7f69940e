"""Spacing of a series from its metadata, over rows written out by hand."""

from typing import Any

import pytest

from portal.imaging.series_spacing import is_same_spacing, spacing_mm_of

POSITION, ORIENTATION, SPACING = "00200032", "00200037", "00280030"
FRAMES, SHARED, PER_FRAME = "00280008", "52009229", "52009230"
AXIAL = {ORIENTATION: {"vr": "DS", "Value": [1, 0, 0, 0, 1, 0]}}
PIXELS = {SPACING: {"vr": "DS", "Value": [0.5, 0.75]}}


def at(z: float) -> dict[str, Any]:
    return {POSITION: {"vr": "DS", "Value": [-10, 4, z]}}


def stack(*heights: float) -> list[dict[str, Any]]:
    return [{**AXIAL, **PIXELS, **at(z)} for z in heights]


def enhanced(*heights: float, frames: int | None = None) -> list[dict[str, Any]]:
    """One instance: spacing and orientation shared, positions by frame (PS3.3 C.7.6.16)."""
    shared = {
        "00289110": {"vr": "SQ", "Value": [PIXELS]},
        "00209116": {"vr": "SQ", "Value": [AXIAL]},
    }
    groups = [{"00209113": {"vr": "SQ", "Value": [at(z)]}} for z in heights]
    row = {SHARED: {"vr": "SQ", "Value": [shared]}, PER_FRAME: {"vr": "SQ", "Value": groups}}
    return [{**row, FRAMES: {"vr": "IS", "Value": [frames or len(heights)]}}]


@pytest.mark.parametrize("rows", [stack(0, 2.5, 5), stack(5, 0, 2.5), enhanced(0, 2.5, 5)])
def test_an_even_stack_has_a_spacing(rows):
    assert spacing_mm_of(rows) == (0.5, 0.75, 2.5)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        stack(0),
        stack(0, 2.5, 7),
        stack(0, 0, 0),
        [*stack(0, 2.5), {**AXIAL, **PIXELS}],
        [*stack(0, 2.5), {**AXIAL, SPACING: {"vr": "DS", "Value": [0.6, 0.75]}, **at(5)}],
        [*stack(0, 2.5), {ORIENTATION: {"vr": "DS", "Value": [1, 0, 0, 0, 0, 1]}, **PIXELS, **at(5)}],
        [{**stack(0)[0], FRAMES: {"vr": "IS", "Value": [30]}}],
        enhanced(0, 2.5, frames=3),
    ],
)
def test_what_is_no_even_stack_has_none(rows):
    assert spacing_mm_of(rows) is None


def test_a_percent_is_near_enough():
    assert is_same_spacing([0.503, 0.75, 2.5], [0.5, 0.75, 2.5])
    assert not is_same_spacing([0.51, 0.75, 2.5], [0.5, 0.75, 2.5])

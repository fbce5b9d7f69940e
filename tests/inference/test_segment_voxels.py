"""Units, padding and stacks: what a value is, and where slices lie to each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from portal.imaging.suv import FACTOR_TAG, KIND_TAG
from portal.inference.measurement import shape
from portal.inference.measurement.shape import shape_of_sheared
from portal.inference.modality_values import frame_values
from portal.inference.segment_voxels import stack_of

STORED = np.array([[0, 100], [2000, 63536]], dtype=np.uint16)


def image(**elements: Any) -> Dataset:
    dataset = Dataset()
    for name, value in {"Modality": "CT", **elements}.items():
        setattr(dataset, name, value)
    return dataset


RESCALE = {"RescaleSlope": 2, "RescaleIntercept": -1000}


@pytest.mark.parametrize(
    ("elements", "unit"),
    [
        ({**RESCALE, "RescaleType": "HU"}, "[hnsf'U]"),
        (RESCALE, "[hnsf'U]"),
        ({**RESCALE, "RescaleType": "US"}, "1"),
        ({}, "1"),
        ({**RESCALE, "Modality": "MR"}, "1"),
        ({**RESCALE, "Modality": "PT", "Units": "BQML"}, "Bq/ml"),
    ],
)
def test_values_are_rescaled_and_say_their_unit(elements: dict[str, Any], unit: str) -> None:
    found = frame_values(image(**elements), STORED, 1, {})
    slope, intercept = elements.get("RescaleSlope", 1), elements.get("RescaleIntercept", 0)
    assert found.unit == unit
    assert found.values.tolist() == [[slope * int(one) + intercept for one in row] for row in STORED]
    assert not found.is_padding.any()


def test_a_frame_of_an_enhanced_object_has_its_own_rescale() -> None:
    def group(intercept: int) -> Dataset:
        item = Dataset()
        item.PixelValueTransformationSequence = Sequence([image(RescaleSlope=1, RescaleIntercept=intercept)])
        return item

    dataset = image(PerFrameFunctionalGroupsSequence=Sequence([group(-10), group(-20)]))
    assert [frame_values(dataset, STORED, number, {}).values[0, 0] for number in (1, 2)] == [-10, -20]


def test_values_of_pet_are_suv_where_the_portal_knows_the_factor() -> None:
    row = {FACTOR_TAG: {"vr": "FD", "Value": [0.5]}, KIND_TAG: {"vr": "CS", "Value": ["BW"]}}
    found = frame_values(image(Modality="PT", RescaleSlope=2, RescaleIntercept=0), STORED, 1, row)
    assert (found.unit, found.values[0, 1]) == ("{SUVbw}g/ml", 100)


def test_padding_is_no_measurement() -> None:
    padded = frame_values(image(PixelPaddingValue=0, PixelPaddingRangeLimit=100), STORED, 1, {})
    assert padded.is_padding.tolist() == [[True, True], [False, False]]
    # 63536 is -2000 of a writer that left the sign out.
    signed = frame_values(image(PixelPaddingValue=63536), STORED.astype(np.int16), 1, {})
    assert signed.is_padding.tolist() == [[False, False], [False, True]]


def rows(positions: list[list[float]], spacing: list[float] | None = None) -> list[dict[str, Any]]:
    """Metadata of slices at these places, as viewers get them."""
    return [
        {
            "00080018": {"vr": "UI", "Value": [f"1.2.{index}"]},
            "00200032": {"vr": "DS", "Value": position},
            "00200037": {"vr": "DS", "Value": [1, 0, 0, 0, 1, 0]},
            "00280030": {"vr": "DS", "Value": spacing or [0.5, 0.7]},
        }
        for index, position in enumerate(positions)
    ]


def test_slices_are_ordered_by_their_place_not_by_their_order() -> None:
    stack = stack_of(rows([[0, 0, 4], [0, 0, 0], [0, 0, 2]]))
    assert list(stack.spacing_mm or ()) == [2, 0.5, 0.7]
    assert [name for name, _ in sorted(stack.order.items(), key=lambda one: one[1])] == [
        ("1.2.1", 1),
        ("1.2.2", 1),
        ("1.2.0", 1),
    ]
    assert not stack.is_sheared


def test_without_an_even_stack_there_is_no_volume() -> None:
    assert stack_of(rows([[0, 0, 0], [0, 0, 2], [0, 0, 7]])).spacing_mm is None
    assert stack_of(rows([[0, 0, 0]])).spacing_mm is None
    assert stack_of([{"00080018": {"vr": "UI", "Value": ["1.2"]}}]).spacing_mm is None


@given(tilt_mm=st.floats(0.1, 3), slices=st.integers(2, 9))
def test_a_tilted_gantry_is_told(tilt_mm: float, slices: int) -> None:
    assert stack_of(rows([[0, index * tilt_mm, index * 2.0] for index in range(slices)])).is_sheared


def test_of_sheared_slices_only_what_a_shear_leaves_is_kept() -> None:
    block = np.zeros((4, 6, 6), bool)
    block[1:3, 1:5, 1:5] = True
    found = {one.name: one for one in shape_of_sheared(shape(block, (2, 1, 1)), "sheared")}
    assert found["volume"].value == pytest.approx(2 * 16 * 2)
    assert found["longest_diameter_in_slice"].value is not None
    assert (found["maximum_3d_diameter"].value, found["maximum_3d_diameter"].reason) == (None, "sheared")

"""What the process of a model answers when it is asked to explain: brought into the patient, or refused."""

import numpy as np
import pytest

from portal.inference.engine.preprocess import GridVolume
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Volume
from portal.inference.explained_map import check_not_flat, checked_map, stored_map, with_completeness

# Columns 0.5 mm, rows 0.7 mm and slices 3 mm apart, from (-5, 8, 100) mm on.
AFFINE = np.array([[0.5, 0, 0, -5], [0, 0.7, 0, 8], [0, 0, 3, 100], [0, 0, 0, 1.0]])
SAID = {
    "layer": "second",
    "step": [2.0, 4.0, 4.0],
    "first": [0.5, 1.5, 1.5],
    "facts": {"score": 0.75},
    "groups": ["first", "second"],
}
VALUES = np.zeros((2, 3, 4), np.float32)
VALUES[1, 2, 3], VALUES[0, 0, 0] = -0.5, 0.25


def found(values=VALUES, **changes):
    return checked_map({**SAID, **changes}, [("attribution", values)])


def test_a_cell_lies_in_the_patient_where_it_lies_in_the_models_input():
    # The model's grid has half as many slices and rows as the images, and twice as many columns.
    grid = GridVolume(
        np.zeros((4, 12, 40), np.float32), Volume(np.zeros((8, 24, 20), np.float32), AFFINE), (0.5, 0.5, 2)
    )
    stored, greatest = stored_map(found(), grid, "1.2.3")
    assert (stored.slices, stored.rows, stored.columns, stored.frame_of_reference_uid) == (2, 3, 4, "1.2.3")
    place = np.array(stored.affine) @ [3, 2, 1, 1]
    # By hand: slice 0.5 + 1 * 2 = 2.5, row 1.5 + 2 * 4 = 9.5, column 1.5 + 3 * 4 = 13.5 of the model's grid.
    assert place == pytest.approx((-5 + 0.5 * 13.5 / 2, 8 + 0.7 * 9.5 / 0.5, 100 + 3 * 2.5 / 0.5))
    assert place == pytest.approx(grid.to_patient_mm(2.5, 9.5, 13.5))
    voxels = np.frombuffer(stored.voxels, np.uint8).reshape(2, 3, 4)
    # Magnitudes in 255ths of the greatest; a byte is rounded.
    assert (greatest, voxels[1, 2, 3], voxels[0, 0, 0], int(voxels.sum())) == (0.5, 255, 128, 383)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"step": [0, 1, 1]}, "broken_answer"),
        ({"step": [1, 1]}, "broken_answer"),
        ({"first": ["0", 0, 0]}, "broken_answer"),
        ({"facts": {}}, "broken_answer"),
        ({"facts": {"score": 0.5, "more": 1}}, "broken_answer"),
        ({"facts": {"score": float("nan")}}, "not_finite"),
        ({"facts": {"score": "0.5"}}, "not_finite"),
        # JSON can spell whole numbers that no float holds.
        ({"facts": {"score": 10**400}}, "not_finite"),
        ({"facts": {"score": 0.5, "baseline_score": -(10**400)}}, "not_finite"),
        ({"step": [1, 1, 10**400]}, "broken_answer"),
        ({"first": [0, -(10**400), 0]}, "broken_answer"),
        ({"layer": 3}, "broken_answer"),
        ({"groups": [1]}, "broken_answer"),
        ({"values": np.full((2, 2, 2), np.inf, np.float32)}, "not_finite"),
        ({"values": np.zeros((2, 2), np.float32)}, "broken_answer"),
        ({"values": np.zeros((1, 1, 4097), np.float32)}, "broken_answer"),
    ],
)
def test_what_is_no_explanation_is_refused(changes, code):
    with pytest.raises(ModelRefused) as refused:
        found(**changes)
    assert refused.value.code == code


def test_a_map_without_anything_is_not_stored():
    with pytest.raises(ModelRefused) as refused:
        check_not_flat(found(np.zeros((2, 2, 2), np.float32)))
    assert refused.value.code == "flat_map"


def test_completeness_is_the_sum_less_what_it_should_be():
    facts = {"score": 0.75, "baseline_score": 0.25, "attribution_sum": 0.625}
    assert with_completeness(facts) == {**facts, "completeness_error": 0.125}
    assert with_completeness({"score": 0.75}) == {"score": 0.75}

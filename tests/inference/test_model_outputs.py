"""What a model may return: each kind in the patient, and each fault with its reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from portal.inference.engine.preprocess import GridVolume
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Volume
from portal.inference.model_input import model_grid, trial_shape, trial_volume
from portal.inference.model_outputs import checked_outputs
from tests.inference.cards import card
from tests.inference.made_models import card_of

SHAPE = (10, 20, 30)
# Columns 0.5 mm, rows 0.7 mm and slices 3 mm apart, from (-5, 8, 100) mm on.
AFFINE = np.array([[0.5, 0, 0, -5], [0, 0.7, 0, 8], [0, 0, 3, 100], [0, 0, 0, 1.0]])
SCORE, FINDINGS, HEAT = "case_probability", "findings", "heat_map"
ALL = card_of("CASE_PROBABILITY", "FINDINGS", "HEAT_MAP", grid_mm=[3.0, 0.7, 0.5])
ONE = {"CASE_PROBABILITY": SCORE, "FINDINGS": FINDINGS, "HEAT_MAP": HEAT}


def grid(zoom=(1.0, 1.0, 1.0)):
    source = Volume(np.zeros(SHAPE, np.float32), AFFINE)
    shape = [round(count * step) for count, step in zip(SHAPE, zoom, strict=True)]
    return GridVolume(np.zeros(shape, np.float32), source, zoom)


def said(*outputs, of_card=ALL, on=None):
    given_outputs = [(key, np.asarray(values, np.float32)) for key, values in outputs]
    return checked_outputs(of_card, on or grid(), given_outputs)


def test_a_score_is_one_number():
    for values in (0.25, [0.25], [[0.25]]):
        assert said((SCORE, values)).score == 0.25


def test_findings_lie_in_the_patient_best_first():
    rows = [[0, 0, 0, 6.0, 0.5], [9, 19, 29, 4.0, 0.75]]
    best, second = said((FINDINGS, rows)).findings
    # The affine by hand: x = -5 + 0.5 column, y = 8 + 0.7 row, z = 100 + 3 slice.
    assert best.points_mm[0] == pytest.approx((9.5, 21.3, 127.0))
    assert (best.kind, best.diameter_mm, best.score, best.slice_index) == ("SPHERE", 4.0, 0.75, 9)
    assert second.points_mm[0] == pytest.approx((-5, 8, 100))


def test_points_and_boxes():
    (point,) = said((FINDINGS, [[1, 2, 4, 0.5]])).findings
    assert (point.kind, point.points_mm[0]) == ("POINT", pytest.approx((-3, 9.4, 103)))
    (box,) = said((FINDINGS, [[1, 2, 4, 3, 4, 8, 0.5]])).findings
    # A corner, then its neighbours along the row, the column and the normal.
    expected = [(-3, 9.4, 103), (-1, 9.4, 103), (-3, 10.8, 103), (-3, 9.4, 109)]
    assert np.array(box.points_mm) == pytest.approx(np.array(expected))
    assert (box.kind, box.slice_index) == ("BOX", 2)


def test_indices_are_of_the_models_grid():
    """Half as many slices and twice as many columns as the images have."""
    (sphere,) = said((FINDINGS, [[2, 2, 10, 6.0, 0.5]]), on=grid((0.5, 1.0, 2.0))).findings
    assert sphere.points_mm[0] == pytest.approx((-5 + 0.5 * 5, 8 + 0.7 * 2, 100 + 3 * 4))
    assert sphere.slice_index == 4


def test_a_model_that_only_locates_scores_by_its_best_finding():
    assert said((FINDINGS, [[0, 0, 0, 6.0, 0.5], [0, 0, 0, 6.0, 0.75]])).score == 0.75
    assert said((FINDINGS, np.zeros((0, 5)))).score == 0


@pytest.mark.parametrize("cells", [SHAPE, (1, *SHAPE), (1, 1, 10, 20, 30)])
def test_a_heat_map_of_every_voxel(cells):
    heat = said((SCORE, 0.5), (HEAT, np.full(cells, 0.5))).heat
    assert heat.values.shape == SHAPE
    assert heat.affine == pytest.approx(AFFINE)


def test_a_coarser_heat_map_begins_at_the_first_voxel_of_each_cell():
    heat = said((SCORE, 0.5), (HEAT, np.zeros((5, 7, 8)))).heat
    assert (heat.affine @ [1, 1, 1, 1])[:3] == pytest.approx((-5 + 0.5 * 4, 8 + 0.7 * 3, 100 + 3 * 2))


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ((SCORE, np.nan), "not_finite"),
        ((SCORE, np.inf), "not_finite"),
        ((SCORE, 1.5), "not_a_probability"),
        ((SCORE, -0.1), "not_a_probability"),
        ((SCORE, [0.1, 0.2]), "wrong_shape"),
        ((SCORE, []), "wrong_shape"),
        ((FINDINGS, [0.1, 0.2]), "wrong_shape"),
        ((FINDINGS, np.zeros((2, 6))), "wrong_shape"),
        ((FINDINGS, np.zeros((2, 3, 5))), "wrong_shape"),
        ((FINDINGS, np.full((501, 5), 0.5)), "too_many_findings"),
        ((FINDINGS, [[1, 1, 1, 5, 2.0]]), "not_a_probability"),
        ((FINDINGS, [[1, 1, 1, np.nan, 0.5]]), "not_finite"),
        ((FINDINGS, [[1, 1, 1, 0, 0.5]]), "bad_diameter"),
        ((FINDINGS, [[1, 1, 1, 501, 0.5]]), "bad_diameter"),
        ((FINDINGS, [[10, 1, 1, 5, 0.5]]), "outside_the_volume"),
        ((FINDINGS, [[1, -1, 1, 5, 0.5]]), "outside_the_volume"),
        ((FINDINGS, [[1, 1, 1, 3, 3, 31, 0.5]]), "outside_the_volume"),
        ((FINDINGS, [[1, 1, 1, 3, 1, 3, 0.5]]), "empty_box"),
        ((HEAT, np.zeros((10, 20))), "wrong_shape"),
        ((HEAT, np.zeros((10, 20, 29))), "wrong_shape"),
        ((HEAT, np.zeros((11, 20, 30))), "wrong_shape"),
        ((HEAT, np.zeros((2, 10, 20, 30))), "wrong_shape"),
        ((HEAT, np.zeros((0, 20, 30))), "wrong_shape"),
        ((HEAT, np.full(SHAPE, 1.01)), "not_a_probability"),
        ((HEAT, np.full(SHAPE, -np.inf)), "not_finite"),
    ],
)
def test_what_is_refused(output, code):
    with pytest.raises(ModelRefused) as caught:
        said(output)
    assert caught.value.code == code


def test_a_heat_map_that_no_viewer_would_load_is_refused():
    large = GridVolume(np.zeros((300, 256, 256), np.float32), grid().source, (1.0, 1.0, 1.0))
    with pytest.raises(ModelRefused) as caught:
        said((HEAT, np.zeros((300, 256, 256))), on=large)
    assert caught.value.code == "output_too_large"


def test_diameters_need_a_grid_in_millimetres():
    with pytest.raises(ModelRefused) as caught:
        said((FINDINGS, [[1, 1, 1, 5, 0.5]]), of_card=card_of("FINDINGS"))
    assert caught.value.code == "grid_needed"
    assert said((FINDINGS, [[1, 1, 1, 0.5]]), of_card=card_of("FINDINGS")).score == 0.5


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=0, max_dims=4, max_side=7),
        elements=st.floats(-2, 2, width=32) | st.just(float("nan")),
    ),
    st.sampled_from([SCORE, FINDINGS, HEAT]),
)
def test_whatever_is_returned_is_refused_or_in_bounds(values, key):
    try:
        found = said((key, values))
    except ModelRefused:
        return
    assert 0 <= found.score <= 1
    assert all(0 <= one.score <= 1 and 0 <= one.slice_index < SHAPE[0] for one in found.findings)
    assert found.heat is None or 0 <= found.heat.values.min() <= found.heat.values.max() <= 1


def test_the_window_becomes_minus_one_to_one():
    volume = Volume(np.array([[[-2000, -1000, -400, 200, 900]]], np.float32), np.eye(4))
    specification = card(window={"low": -1000, "high": 200})["input"]
    assert model_grid(specification, volume).values.ravel() == pytest.approx([-1, -1, 0, 1, 1])
    raw = model_grid(card(window=None)["input"], volume).values
    assert raw.ravel() == pytest.approx([-2000, -1000, -400, 200, 900])


def test_the_grid_is_the_cards():
    volume = Volume(np.zeros((5, 11, 21), np.float32), np.diag([0.5, 1.0, 4.0, 1.0]))
    on_grid = model_grid(card(grid_mm=[2.0, 2.0, 1.0])["input"], volume)
    # (5 - 1) * 4 / 2 + 1 slices, (11 - 1) * 1 / 2 + 1 rows, (21 - 1) * 0.5 / 1 + 1 columns.
    assert on_grid.values.shape == (9, 6, 11)
    assert on_grid.to_patient_mm(1, 1, 1) == pytest.approx((1, 2, 2))


def test_a_grid_finer_than_a_worker_holds_is_refused():
    volume = Volume(np.zeros((40, 64, 64), np.float32), np.diag([10.0, 10.0, 10.0, 1.0]))
    with pytest.raises(ModelRefused) as caught:
        model_grid(card(grid_mm=[0.1, 0.1, 0.1])["input"], volume)
    assert caught.value.code == "too_large"


@given(
    st.integers(1, 2000),
    st.none() | st.floats(1, 5000),
    st.none() | st.tuples(st.floats(0.1, 5), st.floats(0, 5)),
    st.none() | st.tuples(st.floats(0.1, 20), st.floats(0, 20)),
)
def test_the_made_up_case_lies_within_the_specification(slices, coverage, pixel, between):
    def limits(pair):
        return {"minimum": pair[0], "maximum": pair[0] + pair[1]} if pair else None

    specification = card(
        minimum_slices=slices,
        minimum_coverage_mm=coverage,
        pixel_spacing_mm=limits(pixel),
        slice_spacing_mm=limits(between),
    )["input"]
    (count, rows, columns), (along_slices, along_rows, along_columns) = trial_shape(specification)
    assert count >= slices
    assert count * rows * columns <= 32_000_000 or rows == columns == 16
    if coverage is not None:
        assert count * along_slices >= coverage * (1 - 1e-9)
    for spacing, pair in ((along_rows, pixel), (along_columns, pixel), (along_slices, between)):
        if pair:
            assert pair[0] * (1 - 1e-9) <= spacing <= (pair[0] + pair[1]) * (1 + 1e-9)


def test_the_same_seed_makes_the_same_case():
    specification = card(pixel_spacing_mm={"minimum": 4, "maximum": 5})["input"]
    one, same, other = (trial_volume(specification, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.hounsfield, same.hounsfield)
    assert not np.array_equal(one.hounsfield, other.hounsfield)
    longer = trial_volume(specification, seed=1, further_slices=5)
    assert longer.hounsfield.shape[0] == one.hounsfield.shape[0] + 5
    assert trial_shape(specification) == (one.hounsfield.shape, one.spacing_mm)

import numpy as np
import pytest

from validation.stats.checks import (
    InputError,
    binary_array,
    confidence_level,
    probability_array,
    rating_array,
)


def test_binary_accepts_booleans_and_zero_one():
    assert binary_array([True, False], "truth").tolist() == [True, False]
    assert binary_array([0.0, 1.0], "truth").tolist() == [False, True]


def test_infinite_ratings_are_ratings():
    assert rating_array([-np.inf, 1, np.inf], "rating").tolist() == [-np.inf, 1.0, np.inf]


def test_refusals_carry_row_and_column():
    with pytest.raises(InputError) as refusal:
        probability_array([0.2, -0.1], "p")
    assert (refusal.value.row, refusal.value.column) == (2, "p")


def test_tables_are_not_columns():
    with pytest.raises(InputError, match="expected one dimension, got 2"):
        rating_array([[1, 2]], "rating")


@pytest.mark.parametrize("level", [0.0, 1.0, 95, float("nan")])
def test_a_level_lies_between_0_and_1(level):
    with pytest.raises(InputError, match="confidence level"):
        confidence_level(level)

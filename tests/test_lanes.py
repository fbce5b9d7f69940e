"""What the two runs of the tests come to."""

import pytest

from tests.lanes import exit_code


@pytest.mark.parametrize(
    ("live", "alone", "both"),
    [(0, 0, 0), (1, 0, 1), (0, 2, 2), (5, 0, 0), (0, 5, 0), (5, 1, 1), (1, 5, 1), (5, 5, 5), (2, 1, 2)],
)
def test_a_lane_without_tests_is_no_failure(live: int, alone: int, both: int) -> None:
    assert exit_code(live, alone) == both

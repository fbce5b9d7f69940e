"""What the two runs of the tests come to."""

from pathlib import Path

import pytest

from tests.lanes import exit_code, failures


@pytest.mark.parametrize(
    ("codes", "one"),
    [
        ([0, 0, 0], 0),
        ([1, 0, 0], 1),
        ([0, 2, 0], 2),
        ([0, 0, 143], 143),
        ([5, 0, 0], 0),
        ([5, 5, 0], 0),
        ([5, 1, 0], 1),
        ([1, 5, 5], 1),
        ([5, 5, 5], 5),
        ([2, 1, 0], 2),
    ],
)
def test_a_lane_without_tests_is_no_failure(codes: list[int], one: int) -> None:
    assert exit_code(codes) == one


def test_what_failed_is_told_in_a_line_each(tmp_path: Path) -> None:
    report = tmp_path / "live.xml"
    assert failures(report) == ["pytest ended before it wrote a report"]
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="tests.a" name="test_good"/>'
        '<testcase classname="tests.a" name="test_bad"><failure message="assert 1 == 2&#10; and more"/></testcase>'
        '<testcase classname="tests.b" name="test_worse"><error message="no database"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert failures(report) == ["tests.a::test_bad: assert 1 == 2", "tests.b::test_worse: no database"]

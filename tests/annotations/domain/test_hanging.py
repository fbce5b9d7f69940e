"""Rules of a hanging protocol against the examples that the front end tests too."""

import json

import pytest

from annotations.domain.hanging import hanging_problems
from portal.ops.environment import REPOSITORY

EXAMPLES = json.loads((REPOSITORY / "tests" / "shared_examples" / "hanging.json").read_text())


@pytest.mark.parametrize("rules", EXAMPLES["valid"])
def test_valid(rules):
    assert hanging_problems(rules) == []


@pytest.mark.parametrize("rules", EXAMPLES["invalid"] + EXAMPLES["inconsistent"], ids=str)
def test_invalid_and_says_where(rules):
    problems = hanging_problems(rules)
    assert problems
    assert all(problem.field.startswith("rules") for problem in problems)
    assert all(len(problem.detail) <= 200 for problem in problems)

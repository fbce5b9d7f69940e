"""One and many."""

import pytest

from portal.grammar import counted


@pytest.mark.parametrize(("number", "said"), [(0, "0 problems"), (1, "1 problem"), (2, "2 problems")])
def test_one_is_no_plural(number, said):
    assert counted(number, "problem") == said

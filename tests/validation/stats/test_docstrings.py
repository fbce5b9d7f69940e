import doctest
import importlib
import pkgutil

import pytest

import validation.stats

MODULES = sorted(
    f"validation.stats.{module.name}"
    for module in pkgutil.iter_modules(validation.stats.__path__)
    if module.name != "__main__"
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    attempted = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)
    assert attempted >= 10

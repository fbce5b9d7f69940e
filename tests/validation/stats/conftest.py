"""The proof of coverage runs after the tests whose reading it checks."""

import pytest

from tests.validation.stats.reference_reads import PARTLY_RUN, dump_reads

LAST = "test_reference_ids.py"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: item.path.name == LAST)
    if any("::" in argument for argument in config.args):
        PARTLY_RUN.update(item.path.name for item in items)


def pytest_deselected(items):
    PARTLY_RUN.update(item.path.name for item in items)


def pytest_sessionfinish():
    dump_reads()

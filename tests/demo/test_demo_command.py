"""`manage.py demo` against the whole portal."""

import time

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def demo(live_portal):
    """The portal with its demo, what loading printed, and how long it took."""
    started = time.monotonic()
    printed = live_portal.manage("demo", seconds=800)
    return live_portal, printed, time.monotonic() - started


def test_demo(demo):
    portal, printed, seconds = demo
    print(printed, seconds)

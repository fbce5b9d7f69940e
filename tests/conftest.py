"""Fixtures that every test may use."""

from pathlib import Path

import django
import pytest
from django.conf import settings as django_settings
from hypothesis import settings as hypothesis_settings

from tests.browser import browser_context_args, browser_type_launch_args
from tests.lanes import ALONE, BROWSER, LANES, LONG, PORTAL
from tests.services import (
    django_db_modify_db_settings,
    live_portal,
    orthanc_server,
    postgres_server,
    redis_server,
    services,
)
from tests.thorough import is_thorough

# pytest finds fixtures by the names of this module.
__all__ = [
    "browser_context_args",
    "browser_type_launch_args",
    "django_db_modify_db_settings",
    "live_portal",
    "orthanc_server",
    "postgres_server",
    "redis_server",
    "services",
]

# Settings load here, after tests.services has set the environment; pytest-django then finds them configured.
django.setup()

# Each client of a test would look for all static files anew, which takes longer than most answers do.
django_settings.WHITENOISE_AUTOREFRESH = True

OPERATIONS = Path(__file__).parent / "ops"
# Minutes each, against a portal that nothing else is asked of.
LONGEST = (Path(__file__).parent / "demo", Path(__file__).parent / "faults" / "test_interleavings.py")

# How long one example takes says how busy the machine is, not whether the code is right.
hypothesis_settings.register_profile("overread", deadline=None, max_examples=200 if is_thorough() else 50)
hypothesis_settings.load_profile("overread")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tests in a browser, of the running portal, or the others (tests/lanes.py); all where nothing is said."""
    parser.addoption("--lane", choices=LANES, help="only the tests of one lane")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what other lanes run."""
    lane = config.getoption("lane")
    if lane is None:
        return
    others = [item for item in items if _lane_of(item) != lane]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _lane_of(item) == lane]


def _lane_of(item: pytest.Item) -> str:
    """What needs the portal, and what starts, kills or watches processes, shall not be kept waiting: never alone."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marks = {mark.name for mark in item.iter_markers()}
    if fixtures & {"page", "context", "browser"} or "e2e" in marks:
        return BROWSER
    if item.path in LONGEST or item.path.parent in LONGEST:
        return LONG
    is_live = "live_portal" in fixtures or marks & {"fault", "journey"} or OPERATIONS in item.path.parents
    return PORTAL if is_live else ALONE

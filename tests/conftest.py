"""Fixtures that every test may use."""

import django

from tests.browser import browser_context_args, browser_type_launch_args
from tests.services import (
    django_db_modify_db_settings,
    live_portal,
    orthanc_server,
    postgres_server,
    redis_server,
    services,
)

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

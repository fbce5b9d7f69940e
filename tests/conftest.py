"""Fixtures that every test may use."""

import django
from hypothesis import settings as hypothesis_settings

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

# How long one example takes says how busy the machine is, not whether the code is right.
hypothesis_settings.register_profile("overread", deadline=None)
hypothesis_settings.load_profile("overread")

"""Tests: real services, faster passwords, and a mark in the page that shows them the viewer's state."""

from portal.ops import without_services  # noqa: F401  read before base: it sets the environment
from portal.settings.base import *  # noqa: F403  settings modules are built by import

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OVERREAD_TEST_MODE = True
# Django's test client calls itself this.
ALLOWED_HOSTS += ["testserver"]  # noqa: F405  settings modules are built by import

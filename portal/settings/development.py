"""For people who change the code: errors in full, never for patients' images."""

from portal.settings.base import *  # noqa: F403  settings modules are built by import

DEBUG = True

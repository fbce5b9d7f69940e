"""The default: the embedded portal on one machine, and production behind nginx."""

from portal.settings.base import *  # noqa: F403  settings modules are built by import

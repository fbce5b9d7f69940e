"""The default: the embedded portal on one machine, and production behind nginx."""

from portal.settings.base import *  # noqa: F403  settings modules are built by import

# Names of the schema's enums are for developers, who see them with the test settings and in `check --deploy`.
SPECTACULAR_SETTINGS["DISABLE_ERRORS_AND_WARNINGS"] = True  # noqa: F405  settings modules are built by import

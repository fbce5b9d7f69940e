"""This process's connection to Orthanc, as the settings name it."""

import os
from functools import lru_cache

from django.conf import settings

from portal.imaging.orthanc import Orthanc, OrthancAddress


def orthanc() -> Orthanc:
    """Return the gateway of this process; a forked worker gets its own, because sockets cannot be shared."""
    return _orthanc_of(os.getpid())


@lru_cache(maxsize=1)
def _orthanc_of(process_id: int) -> Orthanc:
    return Orthanc(OrthancAddress(settings.ORTHANC_URL, settings.ORTHANC_USERNAME, settings.ORTHANC_PASSWORD))

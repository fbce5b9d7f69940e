"""Django app of imaging."""

from django.apps import AppConfig


class ImagingConfig(AppConfig):
    """See the package's modules."""

    name = "portal.imaging"
    label = "imaging"

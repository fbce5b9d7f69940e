"""Django app of validation."""

from django.apps import AppConfig


class ValidationConfig(AppConfig):
    """See the package's modules."""

    name = "validation"

"""Django app of inference."""

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    """See the package's modules."""

    name = "portal.inference"
    label = "inference"

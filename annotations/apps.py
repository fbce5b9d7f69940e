"""Django app of annotations."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    """See the package's modules."""

    name = "annotations"

"""Django app of demo."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """See the package's modules."""

    name = "portal.demo"
    label = "demo"

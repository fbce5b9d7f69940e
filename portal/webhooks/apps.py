"""Django app of webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Telling other programs what has happened."""

    name = "portal.webhooks"
    label = "webhooks"

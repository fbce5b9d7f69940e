"""Django app of accounts."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, tokens, sign-in and the policy table."""

    name = "portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Register the OpenAPI descriptions of our authenticators."""
        import_module("portal.accounts.openapi")

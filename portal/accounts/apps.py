"""Django app of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, tokens, sign-in and the policy table."""

    name = "portal.accounts"
    label = "accounts"

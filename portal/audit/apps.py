"""Django app of audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """See the package's modules."""

    name = "portal.audit"
    label = "audit"

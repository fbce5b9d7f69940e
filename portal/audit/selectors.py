"""What screens show of the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from portal.audit.models import Event, TrailCheck

# Parameter of a query -> lookup.
FILTERS = {
    "person": "actor",
    "action": "action",
    "object_type": "object_type",
    "object_id": "object_id",
    "since": "created_at__gte",
    "until": "created_at__lt",
}


def events_in(*, scope: str, wanted: Mapping[str, Any]) -> QuerySet[Event]:
    """Return the events of a scope that fit what is asked for, without what they say of rows, which can be long."""
    lookups = {lookup: wanted[name] for name, lookup in FILTERS.items() if wanted.get(name)}
    return Event.objects.filter(scope=scope, **lookups).defer("rows")


def checks_of(*, scope: str) -> QuerySet[TrailCheck]:
    """Return the verifications of a scope, newest first."""
    return TrailCheck.objects.filter(scope=scope).select_related("requested_by")

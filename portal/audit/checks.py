"""Asking for a verification of a scope, which a worker makes."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from portal import jobs
from portal.audit.models import TrailCheck
from portal.audit.services import record
from portal.db import JobState


@transaction.atomic
def check_request(*, by: Any, scope: str, stream: str) -> TrailCheck:
    """Have the trail of a scope verified; one that is waiting or under way is not asked for twice."""
    unfinished = Q(state=JobState.PENDING) | Q(state=JobState.RUNNING)
    known = TrailCheck.objects.filter(unfinished, scope=scope).first()
    if known is not None:
        return known
    check = TrailCheck.objects.create(scope=scope, requested_by=by)
    record(stream=stream, actor=by, action="audit.check", obj=check)
    jobs.enqueue(check)
    return check

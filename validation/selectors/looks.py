"""What limits a result and is known from outside its reads: looks at results before it, and locks of the truth."""

import uuid
from typing import Any

from django.db.models import Func, JSONField
from django.db.models.fields.json import KeyTextTransform

from annotations.models import (
    ReaderStudy,
    ReaderStudyState,
    ReferenceDecision,
    ReferenceLock,
    ReferenceStandard,
    ReferenceTruth,
)
from portal.audit.models import Event
from portal.db import JobState
from portal.moments import utc_text
from validation.limitations import TruthLock, relocked_notes
from validation.models import AnalysisRun

# What the command line leaves in the audit trail: it stores no run.
COMPUTED = "analysis.compute"
# Somebody saw how the AI does in these cases: for an operating layer, fitted, previewed or checked.
LAYER_LOOK = "operating_layer.look"
_OVER = frozenset({ReaderStudyState.CLOSED, ReaderStudyState.LOCKED})


def is_interim(*, reader_study: ReaderStudy) -> bool:
    """Say whether an analysis now is a look: reads can still be signed, or reopened and changed."""
    return reader_study.state not in _OVER


def looks_frozen(*, reader_study: ReaderStudy) -> dict[str, Any]:
    """Return whether an analysis now is a look, and the looks before it: when, by whom, by which plan.

    A run that failed or was cancelled showed nobody anything; one that is under way will.
    """
    runs = AnalysisRun.objects.filter(reader_study=reader_study).select_related("requested_by", "plan")
    runs = runs.exclude(state__in=[JobState.FAILED, JobState.CANCELLED])
    if reader_study.closed_at is not None:
        runs = runs.filter(created_at__lt=reader_study.closed_at)
    looks = [
        {
            "at": utc_text(one.created_at),
            "by": one.requested_by.username if one.requested_by else None,
            "plan": one.plan.number if one.plan else None,
        }
        for one in runs
    ]
    looks += [
        {
            "at": utc_text(one.at),
            "by": one.actor.username if one.actor else None,
            "plan": one.detail.get("plan"),
        }
        for one in _computed(reader_study)
        if one.detail["is_interim"]
    ]
    return {
        "is_interim": is_interim(reader_study=reader_study),
        "before": sorted(looks, key=lambda one: str(one["at"])),
    }


def _computed(reader_study: ReaderStudy) -> list[Event]:
    """What the command line computed, and the first look at each set of cases for an operating layer."""
    told = Event.objects.filter(object_type=reader_study._meta.label, object_id=str(reader_study.pk))
    events = list(told.filter(action__in=[COMPUTED, LAYER_LOOK]).select_related("actor").order_by("at"))
    first = {one.detail["set_digest"]: one.pk for one in reversed(events) if one.action == LAYER_LOOK}
    return [one for one in events if one.action == COMPUTED or first[one.detail["set_digest"]] == one.pk]


def computed_elsewhere(*, reader_study: ReaderStudy) -> int:
    """Count the results that are no run: of the command line, and of operating layers."""
    return len(_computed(reader_study))


def truth_locks_of(*, reader_study_id: uuid.UUID) -> list[TruthLock]:
    """Return the locks of the truth, the first first."""
    locks = ReferenceLock.objects.filter(reference_standard__reader_study=reader_study_id)
    return [
        TruthLock(one.reference_standard.version, utc_text(one.created_at), one.username, one.reason)
        for one in locks.select_related("reference_standard").order_by("created_at")
    ]


def locked_since(locks: list[TruthLock], version: int) -> tuple[TruthLock, list[TruthLock]] | None:
    """Return the lock of a version and those that came after it; None while it has none."""
    used = next((index for index, one in enumerate(locks) if one.version == version), None)
    return None if used is None else (locks[used], locks[used + 1 :])


def truth_notices(locks: list[TruthLock], version: int) -> list[str]:
    """Say of a result by a version of the truth which others were locked after it."""
    found = locked_since(locks, version)
    return [] if found is None else relocked_notes(*found)


def standard_frozen(standard: ReferenceStandard) -> dict[str, Any]:
    """Return a version of the truth as a snapshot names it: its locks, and who took part in it."""
    frozen: dict[str, Any] = {
        "id": str(standard.pk),
        "version": standard.version,
        "digest": standard.digest,
        "source": standard.source,
        "deciders": sorted(deciders_of(standard)),
    }
    found = locked_since(truth_locks_of(reader_study_id=standard.reader_study_id), standard.version)
    if found is None:
        return frozen
    used, since = found
    return frozen | {"lock": {"at": used.at, "by": used.by}, "locked_since": [one._asdict() for one in since]}


class _Elements(Func):
    """The elements of a JSON array, a row each: with many cases their votes stay in the database."""

    function = "jsonb_array_elements"
    output_field = JSONField()
    set_returning = True


def deciders_of(standard: ReferenceStandard) -> frozenset[str]:
    """Name whose reads or decisions a version is made of, also by truths that it took over from an earlier one."""
    own = ReferenceDecision.objects.filter(reference_standard=standard)
    reader = KeyTextTransform("reader", _Elements("votes"))
    names = set(own.annotate(voter=reader).values_list("voter", flat=True).distinct())
    names |= set(own.exclude(adjudicated=None).values_list("adjudicated__adjudicator__username", flat=True))
    told = ReferenceTruth.objects.filter(reference_standard=standard).exclude(provenance={})
    versions = [one for one in told.values_list("provenance__version", flat=True).distinct() if isinstance(one, int)]
    # Only earlier ones, so that this ends.
    taken = ReferenceStandard.objects.filter(
        reader_study=standard.reader_study_id, version__in=versions, version__lt=standard.version
    )
    return frozenset(names).union(*(deciders_of(one) for one in taken))

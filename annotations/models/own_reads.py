"""The queries by which a reader's own read is found: every save runs them, so they are put together once.

Three on purpose: to plan one join over all these tables takes PostgreSQL longer than all of them together, and what
the other two find is as new as the lock that the first may have waited for.
"""

from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from annotations.models import Assignment, CaseImages, Membership, Read, Revision, Sitting
from portal.accounts.policy import Role
from portal.imaging.models import Instance
from portal.prepared import Prepared


def _own(pk: UUID, reader: UUID) -> QuerySet[Read]:
    return Read.objects.select_related("assignment", "label_schema").filter(pk=pk, assignment__reader=reader)


def _own_locked(pk: UUID, reader: UUID) -> QuerySet[Read]:
    return _own(pk, reader).select_for_update(of=("assignment", "self"))


def _membership(reader: UUID, reader_study: UUID) -> QuerySet[Membership]:
    own = Membership.objects.filter(user=reader, role=Role.READER, reader_study=reader_study)
    return own.select_related("reader_study")


def _place(assignment: UUID) -> QuerySet[Assignment]:
    found = Assignment.objects.select_related("arm", "session", "case__imaging_study").only("arm", "session", "case")
    return found.filter(pk=assignment)


def _keyed(read: UUID, key: str) -> QuerySet[Revision]:
    return Revision.objects.filter(read=read, idempotency_key=key)


def _sittings(read: UUID) -> QuerySet[Sitting]:
    return Sitting.objects.filter(read=read)


def _images(case: UUID, imaging_study: UUID, *uids: str) -> QuerySet[Instance]:
    further = CaseImages.objects.filter(case=case).values("imaging_study")
    of_case = Q(series__imaging_study=imaging_study) | Q(series__imaging_study__in=further)
    found: QuerySet[Instance] = Instance.objects.filter(of_case, sop_instance_uid__in=uids).select_related("series")
    return found


@lru_cache(maxsize=16)
def images_named(count: int) -> Prepared[Instance]:
    """Return the query of so many images of a case: its key, that of its first imaging study, then their UIDs."""
    return Prepared(_images, UUID, UUID, *[str] * count)


OWN_READ = Prepared(_own, UUID, UUID)
OWN_READ_LOCKED = Prepared(_own_locked, UUID, UUID)
MEMBERSHIP = Prepared(_membership, UUID, UUID)
PLACE = Prepared(_place, UUID)
KEYED_REVISION = Prepared(_keyed, UUID, str)
SITTINGS = Prepared(_sittings, UUID)

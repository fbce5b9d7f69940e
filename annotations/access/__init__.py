"""Where an id becomes an object of a reader study, and the only place where roles in one are checked.

"Not there" and "not yours" are the same 404. Somebody with a role that does not allow the action gets 403.
"""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from annotations.access.images import owned
from annotations.access.images import reader_studies_through as reader_studies_through
from annotations.access.images import viewable_imaging_studies as viewable_imaging_studies
from annotations.domain.blinding import shows_past_reads
from annotations.domain.segment_marks import segments_named
from annotations.models import (
    Adjudication,
    AdjudicationCase,
    Assignment,
    AssignmentState,
    Case,
    CodeList,
    DataQuery,
    Invitation,
    LabelSchema,
    ProtocolVersion,
    Read,
    ReaderStudy,
    ReaderStudyState,
    ReferenceJob,
    ReferenceStandard,
    SampleDraw,
    SamplingFrame,
    SchemaImage,
    SegmentVersion,
)
from annotations.models.invitations import OPEN
from annotations.models.own_reads import MEMBERSHIP, OWN_READ, OWN_READ_LOCKED, PLACE
from portal.accounts.authentication import token_digest
from portal.accounts.models import User
from portal.accounts.permissions import site_roles
from portal.accounts.policy import SITE_ROLES, Action, Role, allowed
from portal.errors import Forbidden, NotFound

MANAGING_ROLES = frozenset({Role.COORDINATOR, Role.SITE_ADMINISTRATOR})
# Who sees the readers' labels with their names cannot judge between them blind.
SEES_LABELS = MANAGING_ROLES | {Role.API_CLIENT}


def roles_in(user: Any, reader_study_id: uuid.UUID) -> frozenset[Role]:
    """Return the caller's roles in a reader study, the site administrator's included."""
    roles = {
        Role(role) for role in user.memberships.filter(reader_study_id=reader_study_id).values_list("role", flat=True)
    }
    return frozenset(roles) | (site_roles(user) & {Role.SITE_ADMINISTRATOR})


def reader_study_for(user: Any, reader_study_id: uuid.UUID, action: Action, *, lock: bool = False) -> ReaderStudy:
    """Return the reader study if the caller may do `action` in it; `lock` holds its row to the transaction's end."""
    roles = roles_in(user, reader_study_id)
    if not roles:
        raise NotFound
    query = ReaderStudy.objects.select_for_update(of=("self",)) if lock else ReaderStudy.objects
    reader_study = query.filter(pk=reader_study_id).first()
    if reader_study is None:
        raise NotFound
    if reader_study.state == ReaderStudyState.DRAFT and not roles & MANAGING_ROLES:
        raise NotFound
    if not allowed(action, roles - SITE_ROLES | (roles & {Role.SITE_ADMINISTRATOR})):
        raise Forbidden
    return reader_study


def protocol_version_for(user: Any, reader_study_id: uuid.UUID, number: int) -> ProtocolVersion:
    """Return a frozen version of the protocol to somebody who manages the reader study."""
    reader_study = reader_study_for(user, reader_study_id, Action.READER_STUDY_MANAGE)
    version = ProtocolVersion.objects.filter(reader_study=reader_study, number=number).first()
    if version is None:
        raise NotFound
    return version


def own_assignment(user: Any, assignment_id: uuid.UUID, *, lock: bool = False) -> Assignment:
    """Return the caller's own assignment in a launched reader study of which the caller is still a reader."""
    query = Assignment.objects.select_related("reader_study", "arm", "session", "case__imaging_study")
    if lock:
        query = query.select_for_update(of=("self",))
    assignment = query.filter(owned(user), pk=assignment_id).first()
    if assignment is None:
        raise NotFound
    assignment.reader = user
    return assignment


def own_assignments(user: Any, reader_study: ReaderStudy) -> QuerySet[Assignment]:
    """Return the caller's own assignments in a reader study, in reading order, their rows locked."""
    own = Assignment.objects.filter(owned(user), reader_study=reader_study)
    return own.select_for_update(of=("self",)).order_by("position")


def own_read(user: Any, read_id: uuid.UUID, *, lock: bool = False) -> Read:
    """Return the caller's own read, with assignment, case and label schema; `lock` holds it and its assignment."""
    read = (OWN_READ_LOCKED if lock else OWN_READ).first(read_id, user.pk)
    if read is None or read.assignment.state == AssignmentState.VOID:
        raise NotFound
    assignment = read.assignment
    membership = MEMBERSHIP.first(user.pk, assignment.reader_study_id)
    found = PLACE.first(assignment.pk)
    if membership is None or found is None:
        raise NotFound
    assignment.reader, assignment.reader_study, assignment.own_membership = user, membership.reader_study, membership
    assignment.arm, assignment.session, assignment.case = found.arm, found.session, found.case
    return read


def own_read_shown(user: Any, read_id: uuid.UUID) -> Read:
    """Return the caller's own read as far as the protocol still shows it: some arms hide what is signed."""
    read = own_read(user, read_id)
    assignment = read.assignment
    if read.signed_at and not shows_past_reads(assignment.arm.blinding, is_training=assignment.is_training):
        raise NotFound
    return read


def read_history_for(user: Any, read_id: uuid.UUID) -> Read:
    """Return a read to somebody who may see all its revisions: its reader, or a coordinator of its reader study."""
    related = ("assignment__reader", "assignment__case", "assignment__reader_study", "label_schema")
    read: Read = _first(Read.objects.select_related(*related).filter(pk=read_id))
    if roles_in(user, read.assignment.reader_study_id) & MANAGING_ROLES:
        return read
    return own_read_shown(user, read_id)


def read_to_reopen(user: Any, read_id: uuid.UUID) -> Read:
    """Return a read, its row locked, to a coordinator of its reader study; its reader may see it, but not this."""
    read = (
        Read.objects.select_related("assignment__reader_study", "signed_revision")
        .select_for_update(of=("assignment", "self"))
        .filter(pk=read_id)
        .first()
    )
    if read is None:
        raise NotFound
    reader_study_for(user, read.assignment.reader_study_id, Action.READER_STUDY_MANAGE)
    return read


def read_to_query(user: Any, read_id: uuid.UUID) -> Read:
    """Return a read, its row locked so that queries are numbered one by one, to a coordinator of its reader study."""
    read = (
        Read.objects.select_related("assignment__reader_study", "label_schema")
        .select_for_update(of=("self",))
        .filter(pk=read_id)
        .first()
    )
    if read is None:
        raise NotFound
    reader_study_for(user, read.assignment.reader_study_id, Action.READER_STUDY_MANAGE)
    return read


def _query(query_id: uuid.UUID) -> DataQuery:
    query = (
        DataQuery.objects.select_related("read__assignment__reader_study", "read__label_schema")
        .select_for_update(of=("self",))
        .filter(pk=query_id)
        .first()
    )
    if query is None:
        raise NotFound
    return query


def query_to_manage(user: Any, query_id: uuid.UUID) -> DataQuery:
    """Return a data query, its row locked, to a coordinator of its reader study."""
    query = _query(query_id)
    reader_study_for(user, query.read.assignment.reader_study_id, Action.READER_STUDY_MANAGE)
    return query


def own_query(user: Any, query_id: uuid.UUID) -> DataQuery:
    """Return a data query, its row locked, to the reader whom it asks; the read itself may be hidden by then."""
    query = _query(query_id)
    own_assignment(user, query.read.assignment_id)
    return query


def segment_version_for(user: Any, read_id: uuid.UUID, segment_id: uuid.UUID, sha256: str) -> SegmentVersion:
    """Return a version of a segment to its reader or a coordinator; to an API client when the signed read names it."""
    version = (
        SegmentVersion.objects.select_related("read__assignment", "read__signed_revision")
        .filter(read_id=read_id, segment_id=segment_id, sha256=sha256)
        .first()
    )
    if version is None:
        raise NotFound
    roles = roles_in(user, version.read.assignment.reader_study_id)
    if roles & MANAGING_ROLES:
        return version
    if Role.API_CLIENT in roles and _is_signed_with(version):
        return version
    own_read_shown(user, read_id)
    return version


def read_measured_for(user: Any, read_id: uuid.UUID) -> Read:
    """Return a read to somebody who may see what its segments measure: whoever may see the segments."""
    related = ("assignment__reader", "assignment__reader_study", "signed_revision")
    read: Read = _first(Read.objects.select_related(*related).filter(pk=read_id))
    roles = roles_in(user, read.assignment.reader_study_id)
    if roles & MANAGING_ROLES or (Role.API_CLIENT in roles and read.signed_revision is not None):
        return read
    return own_read_shown(user, read_id)


def read_to_measure(user: Any, read_id: uuid.UUID) -> Read:
    """Return a read, its row locked, to a coordinator of its reader study."""
    related = ("assignment__reader_study", "signed_revision")
    locked = Read.objects.select_related(*related).select_for_update(of=("self",))
    read: Read = _first(locked.filter(pk=read_id))
    reader_study_for(user, read.assignment.reader_study_id, Action.READER_STUDY_MANAGE)
    return read


def _is_signed_with(version: SegmentVersion) -> bool:
    signed = version.read.signed_revision
    return signed is not None and (str(version.segment_id), version.sha256) in segments_named(signed.payload)


def case_of(reader_study: ReaderStudy, case_id: uuid.UUID) -> Case:
    """Return a case in force of a reader study that the caller may manage."""
    case = (
        Case.objects.filter(reader_study=reader_study, removed_at=None, pk=case_id)
        .select_related("imaging_study__patient")
        .first()
    )
    if case is None:
        raise NotFound
    return case


def invitation_of(reader_study: ReaderStudy, invitation_id: uuid.UUID) -> Invitation:
    """Return an invitation, its row locked, into a reader study that the caller may manage."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("invited_by")
        .filter(reader_study=reader_study, pk=invitation_id)
        .first()
    )
    if invitation is None:
        raise NotFound
    return invitation


def invitation_with_token(token: str) -> Invitation:
    """Return the open invitation to which somebody holds a link; whatever else a token is, it is the same 404."""
    over = [ReaderStudyState.CLOSED, ReaderStudyState.LOCKED]
    invitation = (
        Invitation.objects.filter(OPEN, links__digest=token_digest(token), expires_at__gt=timezone.now())
        .exclude(reader_study__state__in=over)
        .select_related("reader_study", "invited_by")
        .first()
    )
    if invitation is None:
        raise NotFound(
            "This invitation is not valid: it has been used or withdrawn, has expired, or never was. "
            "Ask the coordinator of the reader study for a new one."
        )
    return invitation


def label_schema_version_of(reader_study: ReaderStudy, version: int | None) -> LabelSchema:
    """Return a version of the label schema of a reader study that the caller may manage; the newest for None."""
    versions = LabelSchema.objects.filter(reader_study=reader_study).order_by("-version")
    schema = (versions if version is None else versions.filter(version=version)).first()
    if schema is None:
        raise NotFound
    return schema


def code_list_of(reader_study: ReaderStudy | None, code_list_id: uuid.UUID) -> CodeList:
    """Return a list of codes of a reader study that the caller may manage, or of the site for None."""
    return _first(CodeList.objects.filter(reader_study=reader_study, pk=code_list_id))


def schema_image_of(reader_study: ReaderStudy, sha256: str) -> SchemaImage:
    """Return an example image of a reader study that the caller may see."""
    return _first(SchemaImage.objects.filter(reader_study=reader_study, sha256=sha256))


def reference_standard_for(reader_study: ReaderStudy, version: int) -> ReferenceStandard:
    """Return a version of the reference standard of a reader study that the caller may manage."""
    return _first(ReferenceStandard.objects.filter(reader_study=reader_study, version=version))


def reference_job_of(reader_study: ReaderStudy, pk: uuid.UUID) -> ReferenceJob:
    """Return a reference job of a reader study that the caller may manage."""
    return _first(ReferenceJob.objects.filter(reader_study=reader_study, pk=pk))


def adjudication_of(reader_study: ReaderStudy, number: int) -> Adjudication:
    """Return a round of a reader study that the caller may manage."""
    rounds = Adjudication.objects.filter(reader_study=reader_study, number=number)
    return _first(rounds.select_related("base", "reader_study"))


def sampling_frame_of(reader_study: ReaderStudy, number: int) -> SamplingFrame:
    """Return a frame of candidate cases of a reader study that the caller may manage."""
    return _first(SamplingFrame.objects.filter(reader_study=reader_study, number=number))


def sample_draw_of(reader_study: ReaderStudy, number: int) -> SampleDraw:
    """Return a draw of a reader study that the caller may manage."""
    return _first(SampleDraw.objects.filter(reader_study=reader_study, number=number).select_related("frame"))


def _first(query: QuerySet[Any]) -> Any:
    found = query.first()
    if found is None:
        raise NotFound
    return found


def reader_study_to_judge(user: Any, reader_study_id: uuid.UUID) -> ReaderStudy:
    """Return the reader study to a blinded adjudicator of it."""
    reader_study = reader_study_for(user, reader_study_id, Action.ADJUDICATE)
    if roles_in(user, reader_study_id) & SEES_LABELS:
        raise Forbidden("You see the readers' labels with their names, so you cannot judge between them.")
    return reader_study


def adjudication_case_for(user: Any, adjudication_case_id: uuid.UUID) -> AdjudicationCase:
    """Return a case of a round to a blinded adjudicator of its reader study."""
    case = (
        AdjudicationCase.objects.filter(pk=adjudication_case_id)
        .select_related("adjudication", "case__imaging_study")
        .first()
    )
    if case is None:
        raise NotFound
    reader_study_to_judge(user, case.adjudication.reader_study_id)
    return case


def reader_of(reader_study: ReaderStudy, user_id: uuid.UUID) -> User:
    """Return a reader of a reader study that the caller may manage."""
    of_study = User.objects.filter(memberships__reader_study=reader_study, memberships__role=Role.READER)
    return _first(of_study.filter(pk=user_id))

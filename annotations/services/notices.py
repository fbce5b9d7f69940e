"""What webhooks are told of reader studies; called inside the transaction of what they are told of."""

from annotations.models import ReaderStudy, Revision
from portal.webhooks.events import EventKind, reader_study_scope
from portal.webhooks.services import emit


def reader_study_notice(*, reader_study: ReaderStudy, kind: EventKind) -> None:
    """Tell that a reader study has come to another state."""
    data = {"reader_study_id": reader_study.pk, "state": reader_study.state}
    emit(kind=kind, data=data, scopes=[reader_study_scope(reader_study.pk)])


def signed_notice(*, revision: Revision) -> None:
    """Tell that a read was signed: which one, not what it says."""
    assignment = revision.read.assignment
    data = {
        "reader_study_id": assignment.reader_study_id,
        "assignment_id": assignment.pk,
        "read_id": revision.read_id,
        "revision_id": revision.pk,
        "revision_number": revision.number,
    }
    emit(kind=EventKind.READ_SIGNED, data=data, scopes=[reader_study_scope(assignment.reader_study_id)])

"""When a reader may open a case and write in a read: the state of the reader study, dates, sessions and washout."""

from django.utils import timezone

from annotations.domain.blinding import shows_past_reads
from annotations.domain.states import ARBITRATED_STILL, READING
from annotations.models import Assignment, AssignmentRole
from annotations.selectors.sessions import Shut, dates_of, outside_dates, shut_session_of
from annotations.selectors.terms import must_accept
from annotations.selectors.training import must_accept_training
from portal.errors import Conflict
from portal.moments import utc_text

_DETAILS = {
    "piloting": "Until the pilot has ended only the training cases can be read.",
    "paused": "The coordinator has paused the reader study. What you have saved is kept.",
    "wrong_state": "The reader study is closed.",
}


def require_writing(assignment: Assignment) -> None:
    """Raise 409 when nothing may be written in the assignment's read now."""
    code = _obstacle(assignment, assignment.reader_study.state)
    if code is not None:
        raise Conflict(_DETAILS[code], code=code)
    outside = outside_dates(dates_of(assignment=assignment), timezone.now())
    if outside is not None:
        raise _refusal(outside)
    session = assignment.session
    today = timezone.now().date()
    if session.closes_on and today > session.closes_on:
        raise Conflict(f"Session {session.number} closed on {session.closes_on}.", code="session_closed")


def may_begin(assignment: Assignment, state: str) -> bool:
    """Say whether a reader study in this state lets an assignment be read; dates and sessions are asked when it is."""
    return _obstacle(assignment, state) is None


def _obstacle(assignment: Assignment, state: str) -> str | None:
    is_settled_still = assignment.role == AssignmentRole.ARBITRATION and state in ARBITRATED_STILL
    return None if is_settled_still else READING.get((state, assignment.is_training), "wrong_state")


def require_opening(assignment: Assignment) -> None:
    """Raise 409 when the assignment cannot be opened for the first time now."""
    require_writing(assignment)
    if must_accept(reader_study=assignment.reader_study, reader=assignment.reader):
        detail = "Accept the terms of this reader study on the worklist first."
        raise Conflict(detail, code="terms_not_accepted")
    if must_accept_training(assignment=assignment):
        detail = "Sign the training cases, look at their truth, and say on the worklist that you are done with them."
        raise Conflict(detail, code="training_not_accepted")
    shut = shut_session_of(assignment=assignment)
    if shut is not None:
        raise _refusal(shut)


def require_shown(assignment: Assignment) -> None:
    """Raise 409 for a signed read that the protocol no longer shows to its reader."""
    if not shows_past_reads(assignment.arm.blinding, is_training=assignment.is_training):
        raise Conflict("The protocol does not show reads again once they are signed.", code="past_read_hidden")


def _refusal(shut: Shut) -> Conflict:
    opens_at = utc_text(shut.opens_at) if shut.opens_at else None
    return Conflict(shut.detail, code=shut.code, extra={"opens_at": opens_at})

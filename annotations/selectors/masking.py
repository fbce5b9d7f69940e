"""Whether the readers' answers are masked for somebody: until the lock, where the design says so."""

from django.db.models import QuerySet
from django.utils import timezone

from annotations.access import MANAGING_ROLES, roles_in
from annotations.domain.designs import is_masked_until_lock
from annotations.models import MaskBreak, ReaderStudy, ReaderStudyState, ReferenceStandard
from annotations.models.reference import ReferenceSource
from annotations.selectors.designs import design_of
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.errors import Forbidden

# Of fewer repeats an agreement says what single answers were.
LEAST_PAIRS = 5


class Masked(Forbidden):
    """The values of the readers' answers are not for coordinators yet."""

    code = "masked"

    def __init__(self) -> None:
        super().__init__(
            "The design masks the readers' answers until the reader study is locked. Lock it, or break the mask for an "
            "hour on the Labels page, with a reason; that is recorded."
        )


def is_masking(*, reader_study: ReaderStudy) -> bool:
    """Say whether the design masks answers now."""
    is_locked = reader_study.state == ReaderStudyState.LOCKED
    return not is_locked and is_masked_until_lock(design_of(reader_study=reader_study))


def breaks_of(*, reader_study: ReaderStudy) -> QuerySet[MaskBreak]:
    """Return who broke the mask, newest first."""
    found: QuerySet[MaskBreak] = MaskBreak.objects.filter(reader_study=reader_study).select_related("broken_by")
    return found.order_by("-created_at")


def is_masked(*, user: User, reader_study: ReaderStudy) -> bool:
    """Say whether answers are masked for somebody who manages the reader study; readers see their own as before."""
    if not _could_steer(user, reader_study) or not is_masking(reader_study=reader_study):
        return False
    broken = MaskBreak.objects.filter(reader_study=reader_study, broken_by=user, ends_at__gt=timezone.now())
    return not broken.exists()


def _could_steer(user: User, reader_study: ReaderStudy) -> bool:
    """Say whether somebody runs the reader study, or could: a coordinator can step down to be an API client, and back.

    Other API clients are made members for the answers.
    """
    roles = roles_in(user, reader_study.pk)
    is_coordinator_aside = Role.API_CLIENT in roles and user.may_create_reader_studies
    return bool(roles & MANAGING_ROLES) or is_coordinator_aside


def require_unmasked(*, user: User, reader_study: ReaderStudy) -> None:
    """Raise 403 `masked` where the answers are masked for the caller."""
    if is_masked(user=user, reader_study=reader_study):
        raise Masked


FROM_ANSWERS = frozenset({ReferenceSource.CONSENSUS, ReferenceSource.ADJUDICATION})


def is_truth_masked(*, user: User, standard: ReferenceStandard | None) -> bool:
    """Say whether a version of the truth holds what readers answered, and answers are masked for the caller.

    Of a consensus, and of what was made of one: with few readers the truth of a case is what they said.
    """
    if standard is None or not is_made_of_answers(standard):
        return False
    return is_masked(user=user, reader_study=standard.reader_study)


def is_truth_masking(*, standard: ReferenceStandard | None) -> bool:
    """Say whether what is the same for everybody, such as the protocol, leaves out now what a version of truth says."""
    return standard is not None and is_made_of_answers(standard) and is_masking(reader_study=standard.reader_study)


def is_made_of_answers(standard: ReferenceStandard) -> bool:
    """Say whether a version of the truth is what readers answered, or files that were added to it."""
    found: ReferenceStandard | None = standard
    while found is not None and found.source not in FROM_ANSWERS:
        found = found.base
    return found is not None


def require_truth_unmasked(*, user: User, standard: ReferenceStandard) -> None:
    """Raise 403 `masked` where a version of the truth was made of answers that are masked for the caller."""
    if is_truth_masked(user=user, standard=standard):
        raise Masked

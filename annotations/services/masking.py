"""Breaking the mask: one coordinator, for an hour, with a reason."""

import datetime

from django.db import transaction
from django.utils import timezone

from annotations.models import MaskBreak, ReaderStudy
from annotations.selectors.masking import is_masking
from annotations.services.drafts import stream_of
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, FieldProblem, Invalid
from portal.moments import utc_text

LASTS = datetime.timedelta(hours=1)


@transaction.atomic
def mask_break(*, by: User, reader_study: ReaderStudy, reason: str) -> MaskBreak:
    """Show the readers' answers to one coordinator for an hour. Who calls it has seen the password."""
    reason = reason.strip()
    if not reason:
        detail = "Say why you have to see the answers before the lock; the reason is kept."
        raise Invalid(detail, errors=[FieldProblem(field="reason", code="required", detail=detail)])
    if not is_masking(reader_study=reader_study):
        raise Conflict("Nothing is masked in this reader study now.", code="not_masked")
    broken = MaskBreak.objects.create(
        reader_study=reader_study, broken_by=by, reason=reason, ends_at=timezone.now() + LASTS
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="mask.break",
        obj=broken,
        detail={"reason": reason, "ends_at": utc_text(broken.ends_at)},
        rows=[broken],
    )
    return broken

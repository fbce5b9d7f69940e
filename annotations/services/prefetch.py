"""What may be fetched ahead: the images of the case that the reader reads next, and of no other."""

from django.db import transaction
from django.utils import timezone

from annotations.models import Assignment, Case, Read
from annotations.selectors.assignments import readable_assignments_of
from annotations.services.streams import stream_of_reader
from portal.accounts.models import User
from portal.audit.services import record

ACTION = "assignment.prefetch"


@transaction.atomic
def next_images(*, by: User, read: Read) -> Case | None:
    """The case of the assignment that follows in the reader's own order; None after the last one.

    The assignment stays as it is: it is opened when the reader comes to it. That its images were handed out before is
    recorded once.
    """
    following = _following(read)
    if following is None:
        return None
    told = Assignment.objects.filter(pk=following.pk, images_named_at=None).update(images_named_at=timezone.now())
    if told:
        record(stream=stream_of_reader(following), actor=by, action=ACTION, obj=following)
    return following.case


def _following(read: Read) -> Assignment | None:
    current = read.assignment
    readable = readable_assignments_of(reader_study=current.reader_study, reader=current.reader)
    return readable.exclude(pk=current.pk).select_related("case__imaging_study").first()

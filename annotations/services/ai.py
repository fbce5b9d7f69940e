"""What readers are shown of the AI: every delivery is a row and an audit event."""

from django.db import transaction

from annotations.models import AiContent, AiDelivery, Read
from annotations.services.streams import stream_of_reader
from portal.audit.services import record
from portal.inference.models import Prediction


@transaction.atomic
def ai_delivered(*, read: Read, prediction: Prediction | None, content: AiContent, sha256: str = "") -> AiDelivery:
    """Record that the reader was sent this of the AI now, and how far the read was."""
    delivery = AiDelivery.objects.create(
        read=read,
        prediction=prediction,
        content=content,
        sha256=sha256,
        phase=read.phase,
        revision_number=read.revision_number,
        is_signed=read.signed_at is not None,
    )
    record(
        stream=stream_of_reader(read.assignment),
        actor=read.assignment.reader,
        action="read.ai_shown",
        obj=read,
        detail={
            "content": str(content),
            "prediction_id": str(prediction.pk) if prediction else None,
            "phase": str(read.phase),
            "revision": read.revision_number,
            **({"sha256": sha256} if sha256 else {}),
        },
        rows=[delivery],
    )
    return delivery

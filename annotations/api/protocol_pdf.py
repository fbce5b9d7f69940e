"""Routes of the protocol as a PDF: a frozen version, or as it stands now."""

import json
import uuid

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotations.access import protocol_version_for, reader_study_for
from annotations.exporters.protocol_pdf import MOST_ROWS, Stand, protocol_pdf, rows_of
from annotations.models import ProtocolVersion
from annotations.selectors.protocol import protocol_text
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.audit.services import sha256
from portal.errors import Conflict
from portal.moments import utc_text, utc_words


def _answer(content: str, stand: Stand, name: str) -> HttpResponse:
    document = json.loads(content)
    rows = rows_of(document)
    if rows > MOST_ROWS:
        detail = (
            f"This protocol has {rows} rows in its tables; a PDF is drawn of at most {MOST_ROWS}. "
            "Print the page of the protocol, or save it as a PDF there: it holds all of them. The JSON does too."
        )
        raise Conflict(detail, code="too_long_for_pdf")
    return HttpResponse(
        protocol_pdf(document, stand),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )


class ProtocolPdfApi(APIView):
    """The protocol as it stands, as a PDF."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> HttpResponse:
        """Return the document as it stands now, with the digest that it would have; 409 `too_long_for_pdf`."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        content, now = protocol_text(reader_study=reader_study), timezone.now()
        said = f"As it stood {utc_words(now)}: no frozen version."
        return _answer(content, Stand([said], said, sha256(content), utc_text(now)), "protocol-as-it-stands")


class ProtocolVersionPdfApi(APIView):
    """One frozen version as a PDF."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, reader_study_id: uuid.UUID, protocol_version: int) -> HttpResponse:
        """Return the version with its approvals, the same bytes until there is another; 409 `too_long_for_pdf`."""
        version = protocol_version_for(caller(request), reader_study_id, protocol_version)
        return _answer(version.content, _stand(version), f"protocol-{version.number}")


def _stand(version: ProtocolVersion) -> Stand:
    frozen = f"Version {version.number}, frozen {utc_words(version.created_at)}"
    approvals = [
        [one.full_name or one.username, utc_words(one.created_at), one.meaning_text]
        for one in version.approvals.order_by("created_at")
    ]
    lines = [
        f"{frozen} by {version.created_by.username}.",
        f"Amended because: {version.reason.rstrip('.')}." if version.reason else "",
        f"Changed: {', '.join(version.changed)}." if version.changed else "",
        "" if approvals else "Not approved yet.",
    ]
    return Stand([line for line in lines if line], frozen, version.digest, utc_text(version.created_at), approvals)

"""The webhooks of a reader study: the portal's views, for its coordinators."""

import uuid

from rest_framework.request import Request

from annotations.access import reader_study_for
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.webhooks import api
from portal.webhooks.events import reader_study_scope


class OfReaderStudy(api.Scoped):
    """Whoever may manage the reader study may manage its webhooks."""

    def scope(self, request: Request, **ids: uuid.UUID) -> str:
        """Return the scope of the reader study."""
        reader_study = reader_study_for(caller(request), ids["reader_study_id"], Action.READER_STUDY_MANAGE)
        return reader_study_scope(reader_study.pk)


class WebhooksApi(OfReaderStudy, api.WebhooksApi):
    """The webhooks of a reader study."""


class WebhookApi(OfReaderStudy, api.WebhookApi):
    """One webhook of a reader study."""


class WebhookSecretApi(OfReaderStudy, api.WebhookSecretApi):
    """The secret of a webhook."""


class WebhookPingApi(OfReaderStudy, api.WebhookPingApi):
    """Trying a webhook."""


class WebhookDeliveriesApi(OfReaderStudy, api.WebhookDeliveriesApi):
    """The log of a webhook."""


class WebhookResendApi(OfReaderStudy, api.WebhookResendApi):
    """Trying a delivery again."""

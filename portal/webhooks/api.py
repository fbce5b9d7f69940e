"""HTTP edge of webhooks. The views are the same for the site and for a reader study; the scope differs."""

import json
import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.pagination import CreatedCursorPagination
from portal.webhooks import selectors, services
from portal.webhooks.access import delivery_of, webhook_in
from portal.webhooks.events import SITE, EventKind
from portal.webhooks.models import Delivery, Webhook


class WebhookOutput(serializers.ModelSerializer[Webhook]):
    """A webhook and how its deliveries stand."""

    events = serializers.ListField(child=serializers.ChoiceField(choices=[kind.value for kind in EventKind]))
    created_by = serializers.CharField(source="created_by.username")
    number_pending = serializers.IntegerField()
    number_failed = serializers.IntegerField()
    last_delivered_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Webhook
        fields = [
            "id",
            "url",
            "description",
            "events",
            "is_active",
            "disabled_reason",
            "disabled_at",
            "failing_since",
            "created_by",
            "created_at",
            "number_pending",
            "number_failed",
            "last_delivered_at",
        ]


class SecretOutput(serializers.Serializer[Any]):
    """A webhook's secret, shown once."""

    id = serializers.UUIDField()
    secret = serializers.CharField()


class WebhookInput(serializers.Serializer[Any]):
    """A webhook to register."""

    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=serializers.CharField(max_length=40), allow_empty=False)
    description = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class WebhookPatch(serializers.Serializer[Any]):
    """What may be changed of a webhook."""

    url = serializers.CharField(max_length=500, required=False)
    events = serializers.ListField(child=serializers.CharField(max_length=40), allow_empty=False, required=False)
    description = serializers.CharField(max_length=120, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class DeliveryOutput(serializers.ModelSerializer[Delivery]):
    """One event for one webhook, and what has become of it."""

    payload = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            "id",
            "event",
            "state",
            "attempts",
            "created_at",
            "last_attempt_at",
            "next_attempt_at",
            "response_status",
            "error_code",
            "duration_ms",
            "delivered_at",
            "payload",
        ]

    @extend_schema_field(serializers.DictField())
    def get_payload(self, delivery: Delivery) -> Any:
        """Return what is sent."""
        return json.loads(delivery.body)


class Scoped(APIView):
    """A view of the webhooks of one scope: the site's here, a reader study's where reader studies are."""

    def scope(self, request: Request, **ids: uuid.UUID) -> str:
        """Return the scope, after the policy table has let the caller in."""
        return SITE


def _shown(webhook: Webhook) -> Response:
    return Response(WebhookOutput(selectors.webhooks_of(scope=webhook.scope).get(pk=webhook.pk)).data)


class WebhooksApi(Scoped):
    """The webhooks of a scope."""

    @extend_schema(responses=WebhookOutput(many=True))
    def get(self, request: Request, **ids: uuid.UUID) -> Response:
        """List them, oldest first."""
        return Response(WebhookOutput(selectors.webhooks_of(scope=self.scope(request, **ids)), many=True).data)

    @extend_schema(request=WebhookInput, responses={201: SecretOutput})
    def post(self, request: Request, **ids: uuid.UUID) -> Response:
        """Register an address; the answer is the only time the secret is shown."""
        scope = self.scope(request, **ids)
        form = WebhookInput(data=request.data)
        form.is_valid(raise_exception=True)
        webhook, secret = services.webhook_create(by=caller(request), scope=scope, **form.validated_data)
        return Response({"id": webhook.pk, "secret": secret}, status=status.HTTP_201_CREATED)


class WebhookApi(Scoped):
    """One webhook."""

    @extend_schema(responses=WebhookOutput)
    def get(self, request: Request, webhook_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """Return it."""
        return _shown(webhook_in(self.scope(request, **ids), webhook_id))

    @extend_schema(request=WebhookPatch, responses=WebhookOutput)
    @transaction.atomic
    def patch(self, request: Request, webhook_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """Change it, or switch it on or off."""
        webhook = webhook_in(self.scope(request, **ids), webhook_id, lock=True)
        form = WebhookPatch(data=request.data)
        form.is_valid(raise_exception=True)
        return _shown(services.webhook_update(by=caller(request), webhook=webhook, changes=form.validated_data))

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, webhook_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """Delete it with the log of its deliveries."""
        webhook = webhook_in(self.scope(request, **ids), webhook_id, lock=True)
        services.webhook_delete(by=caller(request), webhook=webhook)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookSecretApi(Scoped):
    """The secret of a webhook."""

    @extend_schema(request=None, responses=SecretOutput)
    @transaction.atomic
    def post(self, request: Request, webhook_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """Make a new secret; the answer is the only time it is shown, and the old one signs nothing more."""
        webhook = webhook_in(self.scope(request, **ids), webhook_id, lock=True)
        secret = services.webhook_secret_renew(by=caller(request), webhook=webhook)
        return Response({"id": webhook.pk, "secret": secret})


class WebhookPingApi(Scoped):
    """Trying a webhook."""

    @extend_schema(request=None, responses={202: DeliveryOutput})
    def post(self, request: Request, webhook_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """Send a test event; its delivery says what came of it."""
        webhook = webhook_in(self.scope(request, **ids), webhook_id)
        delivery = services.webhook_ping(by=caller(request), webhook=webhook)
        return Response(DeliveryOutput(delivery).data, status=status.HTTP_202_ACCEPTED)


class WebhookDeliveriesApi(Scoped):
    """The log of a webhook."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=DeliveryOutput(many=True))
    def get(self, request: Request, webhook_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """List what has been and is to be delivered, newest first."""
        webhook = webhook_in(self.scope(request, **ids), webhook_id)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(selectors.deliveries_of(webhook=webhook), request, view=self)
        return paginator.get_paginated_response(DeliveryOutput(page, many=True).data)


class WebhookResendApi(Scoped):
    """Trying a delivery again."""

    @extend_schema(request=None, responses={202: DeliveryOutput})
    @transaction.atomic
    def post(self, request: Request, webhook_id: uuid.UUID, delivery_id: uuid.UUID, **ids: uuid.UUID) -> Response:
        """Send it again, with the same id and body."""
        webhook = webhook_in(self.scope(request, **ids), webhook_id)
        delivery = delivery_of(webhook, delivery_id, lock=True)
        again = services.delivery_resend(by=caller(request), webhook=webhook, delivery=delivery)
        return Response(DeliveryOutput(again).data, status=status.HTTP_202_ACCEPTED)

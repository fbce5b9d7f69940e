"""Routes of the site's webhooks below `/api/v1/`."""

from django.urls import path

from portal.webhooks import api

ONE = "webhooks/<uuid:webhook_id>"

urlpatterns = [
    path("webhooks", api.WebhooksApi.as_view(), name="webhooks"),
    path(ONE, api.WebhookApi.as_view(), name="webhook"),
    path(f"{ONE}/secret", api.WebhookSecretApi.as_view(), name="webhook-secret"),
    path(f"{ONE}/ping", api.WebhookPingApi.as_view(), name="webhook-ping"),
    path(f"{ONE}/deliveries", api.WebhookDeliveriesApi.as_view(), name="webhook-deliveries"),
    path(
        f"{ONE}/deliveries/<uuid:delivery_id>/resend",
        api.WebhookResendApi.as_view(),
        name="webhook-delivery-resend",
    ),
]

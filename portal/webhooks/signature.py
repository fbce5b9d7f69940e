"""How a delivery proves where it comes from: HMAC-SHA256 over its time and its body."""

import hashlib
import hmac
import uuid

from django.utils.crypto import salted_hmac

HEADER = "Overread-Signature"


def secret_of(webhook_id: uuid.UUID, version: int) -> str:
    """Return the secret of a webhook. Nothing of it is stored: whoever reads the database cannot sign."""
    digest = salted_hmac("portal.webhooks.secret", f"{webhook_id}:{version}", algorithm="sha256")
    return f"ovrwh_{digest.hexdigest()}"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of the signature header: the time in seconds since 1970, and the HMAC of `<time>.<body>`."""
    mac = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"

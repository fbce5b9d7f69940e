"""Background work of webhooks."""

from portal.celery import app
from portal.webhooks.runner import deliveries_send, deliveries_sweep
from portal.webhooks.services import SEND_TASK


@app.task(name=SEND_TASK)
def send(*, webhook_id: str) -> int:
    """Send what is due for one webhook."""
    return deliveries_send(webhook_id)


@app.task(name="webhooks.sweep")
def sweep() -> int:
    """Wake a worker for what is due."""
    return deliveries_sweep()

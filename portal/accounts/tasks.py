"""Background work on accounts."""

from portal.accounts.idempotency import keys_sweep
from portal.celery import app


@app.task(name="accounts.keys_sweep")
def sweep_keys() -> int:
    """Forget old idempotency keys."""
    return keys_sweep()

"""The only door to the addresses of webhooks: one POST, no redirect, little patience, and the answer's body unread."""

import threading
import time
from typing import NamedTuple

import httpx

from portal.webhooks.addresses import AddressRefused, target_of

CONNECT_S = 5.0
READ_S = 10.0
# Of the whole exchange: a receiver that sends one byte every few seconds ends too.
DEADLINE_S = 15.0


class Outcome(NamedTuple):
    """What came of one attempt."""

    status: int | None
    error_code: str
    duration_ms: int


def post(url: str, body: bytes, headers: dict[str, str]) -> Outcome:
    """Send `body` once. The answer counts by its status alone: nothing of what it says is read or kept."""
    begun = time.monotonic()
    status, error_code = _exchange(url, body, headers)
    return Outcome(status, error_code, int(1000 * (time.monotonic() - begun)))


def _exchange(url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str]:
    try:
        target = target_of(url)
    except AddressRefused as refusal:
        return None, refusal.code
    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, http2=False)
    watchdog = threading.Timer(DEADLINE_S, client.close)
    watchdog.start()
    try:
        with client.stream(
            "POST",
            target.url,
            content=body,
            headers={**headers, "Host": target.authority},
            # The certificate is asked for and checked by the name, the connection made to the checked address.
            extensions={"sni_hostname": target.host},
        ) as answer:
            return answer.status_code, _error_of(answer.status_code)
    except httpx.TimeoutException:
        return None, "timeout"
    except (httpx.TransportError, RuntimeError, OSError):
        # RuntimeError and OSError: the watchdog has closed the connection under the exchange.
        return None, "timeout" if not watchdog.is_alive() else "no_answer"
    finally:
        watchdog.cancel()
        client.close()


def _error_of(status: int) -> str:
    if httpx.codes.is_success(status):
        return ""
    return "redirected" if httpx.codes.is_redirect(status) else "refused"

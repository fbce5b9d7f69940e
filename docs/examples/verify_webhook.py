"""Receive Overread's webhooks: OVERREAD_WEBHOOK_SECRET=ovrwh_… python verify_webhook.py [port]"""

import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("OVERREAD_WEBHOOK_SECRET", "")
OLDEST_S = 300  # what was signed longer ago is a replay
seen: set[str] = set()  # a real receiver keeps the ids in its database


def is_genuine(header: str, body: bytes, secret: str, now: float) -> bool:
    """Say whether the header `t=<seconds>,v1=<hex>` signs these bytes, and recently."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    signed = f"{parts.get('t', '')}.".encode() + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    fresh = parts.get("t", "").isdecimal() and abs(now - int(parts["t"])) <= OLDEST_S
    return fresh and hmac.compare_digest(expected, parts.get("v1", ""))


class Receiver(BaseHTTPRequestHandler):
    """Prints each event once."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        genuine = is_genuine(self.headers.get("Overread-Signature", ""), body, SECRET, time.time())
        if genuine and self.headers["Overread-Delivery"] not in seen:
            seen.add(self.headers["Overread-Delivery"])  # at least once: the same id may come again
            print(json.loads(body), flush=True)
        self.send_response(204 if genuine else 401)
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 9000), Receiver).serve_forever()

"""A real HTTP server that takes webhooks and answers what a test tells it to."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Receiver:
    """What has come in, and what to answer next: a status, or seconds to keep still; 204 when nothing is said."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: deque[int | float] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)
    drip_s: float = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, count: int, seconds: float = 90) -> list[Received]:
        """Return what has come in once there are `count`."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} came in {seconds} s"
            time.sleep(0.05)
        return self.received


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    server: Any
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.path, headers, body, self.client_address[1]))
        answer = receiver.answers.popleft() if receiver.answers else 204
        if isinstance(answer, float):
            receiver.closing.wait(answer)
            self.close_connection = True
            return
        if receiver.drip_s:
            self._drip(receiver)
            return
        self.send_response(answer)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self, receiver: Receiver) -> None:
        """Answer one header byte after the other, for ever."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        try:
            while not receiver.closing.wait(receiver.drip_s):
                self.wfile.write(b"a")
                self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the test looks at what was received."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port of loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    receiver = server.receiver = Receiver(url=f"http://127.0.0.1:{server.server_address[1]}/hook?a=1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

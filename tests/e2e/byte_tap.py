"""Everything that a browser receives: a TCP forwarder that keeps what the portal sends, byte by byte.

It stands between Chromium and the portal and changes nothing, so a response of any type, a WebSocket or a redirect
leaves its bytes here. Bodies that travel compressed are searched inflated as well.
"""

import gzip
import socket
import threading
import zlib
from collections.abc import Callable
from urllib.parse import urlsplit

GZIP_START = b"\x1f\x8b\x08"


class ByteTap:
    """Listens on a port of its own on loopback; `received` is what came back through it, one entry a connection."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[bytearray] = []
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def received(self) -> list[bytes]:
        return [bytes(one) for one in self._connections]

    def close(self) -> None:
        for one in [self._listener, *self._sockets]:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            portal = socket.create_connection(self._target)
            self._sockets += [browser, portal]
            kept = bytearray()
            self._connections.append(kept)
            threading.Thread(target=_pump, args=(browser, portal, lambda _: None), daemon=True).start()
            threading.Thread(target=_pump, args=(portal, browser, kept.extend), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, keep: Callable[[bytes], None]) -> None:
    try:
        while chunk := source.recv(65536):
            keep(chunk)
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # One side has gone: the other learns it by the end of its stream.
        sink.close()


def with_inflated(content: bytes) -> bytes:
    """The bytes, followed by every gzip member in them, inflated."""
    found = [content]
    at = content.find(GZIP_START)
    while at >= 0:
        try:
            found.append(zlib.decompressobj(wbits=31).decompress(content[at:]))
        except zlib.error:
            # Three bytes of an image can look like the beginning of a gzip file.
            found.append(b"")
        at = content.find(GZIP_START, at + 1)
    return b"\n".join(found)


def found_in(content: bytes, canaries: dict[str, list[bytes]]) -> set[str]:
    """Name what of the canaries stands in the content, in any of its forms."""
    whole = with_inflated(content)
    return {name for name, forms in canaries.items() if any(form in whole for form in forms)}


def compressed_answer(content: bytes) -> bytes:
    """A response as the portal would send it compressed, for the test of the search itself."""
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(content)

"""Where a webhook may lead: never into the portal's own network unless the operator has named it.

The address that was checked is the one that is connected to, so a name that points elsewhere a moment later gains
nothing (DNS rebinding).
"""

import ipaddress
import socket
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import idna
from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """The portal will not send there. `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Target(NamedTuple):
    """A checked address: connect to `address`, ask for `host`."""

    scheme: str
    host: str
    port: int
    address: Address
    path: str

    @property
    def url(self) -> str:
        """Return the address to connect to, as a URL."""
        literal = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{self.scheme}://{literal}:{self.port}{self.path}"

    @property
    def authority(self) -> str:
        """Return the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def ascii_url(url: str) -> str:
    """Return `url` with an international host name in its ASCII form, `xn--…`; raise `AddressRefused`.

    By UTS 46 as browsers do (without transitional mapping), so full-width digits and the like become what they stand
    for; what comes of it is checked as every other address.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise AddressRefused("url_invalid", "This is no address.") from error
    # Kept as it is: a name and password are refused with their own words.
    if host.isascii() or "@" in parts.netloc:
        return url
    try:
        encoded = idna.encode(host, uts46=True, std3_rules=True).decode()
    except UnicodeError as error:
        detail = f"The host name is no international host name by IDNA 2008: {error}. Give its ASCII form, xn--…"
        raise AddressRefused("host_invalid", detail) from error
    _, colon, port = parts.netloc.partition(":")
    return parts._replace(netloc=f"{encoded}{colon}{port}").geturl()


def target_of(url: str) -> Target:
    """Resolve the host of `url` and return the address to connect to; raise `AddressRefused`."""
    parts = _parts(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    addresses = list(_resolved(host, port))
    if not addresses:
        raise AddressRefused("host_unknown", "The host of the address is not known.")
    for address in addresses:
        _require_allowed(address, parts.scheme)
    path = parts.path or "/"
    # IPv4 first: a site without a route to IPv6 still resolves such addresses.
    chosen = min(addresses, key=lambda address: address.version)
    return Target(parts.scheme, host, port, chosen, f"{path}?{parts.query}" if parts.query else path)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("url_invalid", "This is no address.") from error
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or not url.isprintable():
        raise AddressRefused("url_invalid", "Give an address that begins with https:// and a host.")
    if " " in url or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("url_invalid", "The address holds blanks, a fragment, or a name and password.")
    if not url.isascii():
        detail = "Behind the host, write letters beyond ASCII percent-encoded: é is %C3%A9."
        raise AddressRefused("url_invalid", detail)
    return parts


def _resolved(host: str, port: int) -> Iterator[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for *_, place in found:
        # Of an IPv6 address the interface may follow, after a percent sign.
        yield ipaddress.ip_address(str(place[0]).partition("%")[0])


def _require_allowed(address: Address, scheme: str) -> None:
    meant = [address, *_embedded(address)]
    networks = [ipaddress.ip_network(text) for text in settings.OVERREAD_WEBHOOK_NETWORKS]
    if any(address.version == network.version and address in network for network in networks):
        return
    if not all(one.is_global and not one.is_multicast for one in meant):
        detail = "The address lies in a private, local or reserved network. OVERREAD_WEBHOOK_NETWORKS may allow it."
        raise AddressRefused("address_refused", detail)
    if scheme != "https":
        raise AddressRefused("https_required", "Outside the networks of OVERREAD_WEBHOOK_NETWORKS use https.")


def _embedded(address: Address) -> Iterator[Address]:
    """Yield the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    yield from (one for one in (address.ipv4_mapped, address.sixtofour) if one is not None)
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)

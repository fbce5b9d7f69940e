"""Where webhooks may lead, and where never."""

import ipaddress
import socket
from typing import Any

import pytest

from portal.webhooks.addresses import AddressRefused, ascii_url, target_of

INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of clouds
    "100.64.0.1",  # carrier-grade NAT, RFC 6598
    "198.18.0.1",  # benchmarks, RFC 2544
    "192.0.2.1",  # documentation, RFC 5737
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",  # metadata of a cloud, over IPv6
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",  # NAT64 of 127.0.0.1, RFC 6052
    "[64:ff9b::a9fe:a9fe]",  # NAT64 of 169.254.169.254
    "[2002:7f00:1::1]",  # 6to4 of 127.0.0.1, RFC 3056
    # Other ways to write 127.0.0.1, which the resolver takes.
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "localhost",
]


@pytest.fixture(autouse=True)
def no_network_is_allowed(settings: Any) -> None:
    settings.OVERREAD_WEBHOOK_NETWORKS = []


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_nothing_is_sent_into_the_portals_own_network(host: str, scheme: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        target_of(f"{scheme}://{host}/hook")
    assert refusal.value.code in ("address_refused", "host_unknown")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "//example.org/hook",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://",
        "https://:443/",
        "https://user:word@93.184.216.34/",
        "https://93.184.216.34/#there",
        "https://93.184.216.34:0/",
        "https://93.184.216.34:99999/",
        "https://93.184.216.34/a b",
        "https://93.184.216.34/\r\nX: y",
        "https://[::1",
        "https://bücher.example/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        target_of(url)
    assert refusal.value.code == "url_invalid"


@pytest.mark.parametrize(
    ("url", "in_ascii"),
    [
        # RFC 3492 section 7.1 (L) and UTS 46 section 4 (ß is not ss).
        ("https://3年b組金八先生.example/x?y=1", "https://xn--3b-ww4c5e180e575a65lsy2b.example/x?y=1"),
        ("https://faß.example:8443/", "https://xn--fa-hia.example:8443/"),
        ("https://BÜCHER。example/", "https://xn--bcher-kva.example/"),
        ("https://hook.example/A", "https://hook.example/A"),
    ],
)
def test_an_international_host_name_is_taken_in_its_ascii_form(url: str, in_ascii: str) -> None:
    assert ascii_url(url) == in_ascii


@pytest.mark.parametrize(
    "host", ["１２７.0.0.1", "127。0。0。1", "①⓪.0.0.1", "ⓛocalhost", "ｌｏｃａｌｈｏｓｔ", "１69.254.169.254"]
)
def test_the_own_network_is_not_reached_by_letters_that_stand_for_others(host: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        target_of(ascii_url(f"https://{host}/hook"))
    assert refusal.value.code == "address_refused"


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("https://💩.example/", "host_invalid", "IDNA 2008"),
        ("https://bü cher.example/", "host_invalid", "IDNA 2008"),
        ("https://hook.example/é", "url_invalid", "percent-encoded"),
        ("https://ü:word@hook.example/", "url_invalid", "name and password"),
        ("https://[::ü]/", "url_invalid", "no address"),
    ],
)
def test_what_is_wrong_with_letters_beyond_ascii_is_said(url: str, code: str, words: str) -> None:
    with pytest.raises(AddressRefused, match=words) as refusal:
        target_of(ascii_url(url))
    assert refusal.value.code == code


def test_outside_https_is_needed() -> None:
    target = target_of("https://93.184.216.34/hook?x=1")
    assert (target.url, target.authority) == ("https://93.184.216.34:443/hook?x=1", "93.184.216.34")
    with pytest.raises(AddressRefused) as refusal:
        target_of("http://93.184.216.34/hook")
    assert refusal.value.code == "https_required"


def test_a_network_that_the_operator_names_is_allowed_and_no_other(settings: Any) -> None:
    settings.OVERREAD_WEBHOOK_NETWORKS = ["10.1.0.0/16", "fd00:1::/32"]
    assert target_of("http://10.1.2.3:8080/").url == "http://10.1.2.3:8080/"
    assert target_of("https://[fd00:1::5]/").url == "https://[fd00:1::5]:443/"
    assert target_of("https://[fd00:1::5]:8443/").authority == "[fd00:1::5]:8443"
    for other in ("10.2.0.1", "127.0.0.1", "[fd00:2::5]", "[::ffff:10.1.2.3]"):
        with pytest.raises(AddressRefused):
            target_of(f"https://{other}/")


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to each of the answers in turn: the network's part, not ours."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_inner_address_among_several_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(AddressRefused) as refusal:
        target_of("https://hook.example/")
    assert refusal.value.code == "address_refused"


def test_the_name_is_resolved_once_and_the_checked_address_is_the_one_to_connect_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolver(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    target = target_of("https://hook.example/x")
    assert asked == ["hook.example"]
    assert target.address == ipaddress.ip_address("93.184.216.34")
    assert (target.url, target.authority) == ("https://93.184.216.34:443/x", "hook.example")

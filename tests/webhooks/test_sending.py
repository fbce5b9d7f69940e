"""One attempt, against a real server."""

import socket
from typing import Any

import pytest

from portal.webhooks import sending
from portal.webhooks.sending import post
from tests.services import free_ports
from tests.webhooks.receiver import receiving


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: Any) -> None:
    settings.OVERREAD_WEBHOOK_NETWORKS = ["127.0.0.0/8", "::1/128"]


def test_the_body_arrives_as_it_is_and_the_host_is_the_name() -> None:
    with receiving() as receiver:
        outcome = post(receiver.url.replace("127.0.0.1", "localhost"), b'{"a":1}', {"X-Own": "1"})
        assert (outcome.status, outcome.error_code) == (204, "")
        (came,) = receiver.received
        assert (came.path, came.body, came.headers["x-own"]) == ("/hook?a=1", b'{"a":1}', "1")
        assert came.headers["host"].startswith("localhost:")


def test_a_name_that_points_elsewhere_after_the_check_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer of the resolver is never asked for."""
    with receiving() as receiver:
        real, asked = socket.getaddrinfo, []

        def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
            asked.append(host)
            return real("127.0.0.1" if host == "rebinding.example" and len(asked) == 1 else host, port, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        outcome = post(receiver.url.replace("127.0.0.1", "rebinding.example"), b"{}", {})
        assert outcome.status == 204
        assert asked.count("rebinding.example") == 1


@pytest.mark.parametrize(("status", "code"), [(200, ""), (301, "redirected"), (307, "redirected"), (404, "refused")])
def test_the_status_alone_decides(status: int, code: str) -> None:
    with receiving() as receiver, receiving() as elsewhere:
        receiver.answers.append(status)
        receiver.headers["Location"] = elsewhere.url
        outcome = post(receiver.url, b"{}", {})
        assert (outcome.status, outcome.error_code) == (status, code)
        assert elsewhere.received == []


def test_who_keeps_still_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "READ_S", 0.3)
    with receiving() as receiver:
        receiver.answers.append(60.0)
        outcome = post(receiver.url, b"{}", {})
        assert (outcome.status, outcome.error_code) == (None, "timeout")
        assert 300 <= outcome.duration_ms < 30_000


def test_who_answers_byte_by_byte_is_left_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "DEADLINE_S", 1.0)
    with receiving() as receiver:
        receiver.drip_s = 0.2
        outcome = post(receiver.url, b"{}", {})
        assert (outcome.status, outcome.error_code) == (None, "timeout")
        assert outcome.duration_ms < 9_000


def test_nobody_there() -> None:
    (port,) = free_ports(1)
    assert post(f"http://127.0.0.1:{port}/", b"{}", {})[:2] == (None, "no_answer")


def test_a_forbidden_address_is_not_even_connected_to(settings: Any) -> None:
    with receiving() as receiver:
        settings.OVERREAD_WEBHOOK_NETWORKS = []
        assert post(receiver.url, b"{}", {})[:2] == (None, "address_refused")
        assert receiver.received == []

"""The portal that journeys and browser tests use really is the whole portal."""

import http.client
import json
import urllib.request
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from tests.services import LivePortal


@pytest.mark.journey
def test_the_live_portal_is_ready_in_every_part(live_portal: LivePortal) -> None:
    with urllib.request.urlopen(f"{live_portal.url}/health/ready", timeout=10) as response:
        checks = json.load(response)["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {
        "postgresql": True,
        "redis": True,
        "celery": True,
        "orthanc": True,
    }


@pytest.mark.journey
def test_management_commands_reach_the_live_portals_database(live_portal: LivePortal) -> None:
    assert "[ ]" not in live_portal.manage("showmigrations", "--plan")


@pytest.mark.journey
def test_three_hundred_open_connections_keep_nobody_waiting(live_portal: LivePortal) -> None:
    """Fifty browsers with six connections each; sixty-five to a process were once too many."""
    with ExitStack() as opened:
        for _ in range(300):
            connection = http.client.HTTPConnection(urlsplit(live_portal.url).netloc, timeout=10)
            opened.enter_context(closing(connection))
            connection.request("GET", "/health/live")
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.will_close) == (200, False)

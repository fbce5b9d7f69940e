"""The portal that journeys and browser tests use really is the whole portal."""

import json
import urllib.request

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

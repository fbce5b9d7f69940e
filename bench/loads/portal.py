"""A portal of its own in a temporary folder, and rows in its database by the thousand."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import django

from portal.ops.probes import PROBES
from portal.ops.supervisor import Supervisor
from tests import services
from tests.services import LivePortal, manage

QUESTIONS: list[dict[str, Any]] = [
    {"key": "present", "kind": "BINARY", "text": "Nodule present?", "required": True, "role": "CALL"},
    {"key": "sure", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"},
    {
        "key": "nodules",
        "kind": "LOCATED_FINDING",
        "text": "Mark the nodules.",
        "required": False,
        "tools": ["POINT"],
        "codes": [{"scheme": "RADLEX", "value": "RID3875", "meaning": "nodule"}],
        "minimum_count": 0,
        "maximum_count": None,
    },
]


@contextmanager
def running_portal() -> Iterator[LivePortal]:
    """Everything that `make up` starts, with PostgreSQL as safe as there: a commit is on the disk."""
    # tests.services has chosen ports and a folder; only its haste is not wanted here.
    os.environ["OVERREAD_DURABLE"] = "on"
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.production"
    environment = dict(os.environ)
    with Supervisor(services.SESSION_FOLDER / "log", echo=False) as supervisor:
        for name in ("postgres", "redis", "orthanc"):
            services.start(supervisor, name)
        manage(environment, "migrate", "--noinput")
        supervisor.start()
        supervisor.wait_until("the portal", partial(PROBES["web"], environment), services.PORTAL_S)
        django.setup()
        yield LivePortal(environment["OVERREAD_PUBLIC_URL"], environment, supervisor)


def payload(sure: int, uid: str, series: str) -> dict[str, Any]:
    """A read with two marked nodules."""
    return {
        "version": 3,
        "answers": {"present": True, "sure": sure},
        "findings": [_finding(uid, series, number) for number in range(2)],
        "ai_decisions": [],
    }


def _finding(uid: str, series: str, number: int) -> dict[str, Any]:
    geometry = {
        "kind": "POINT",
        "points_mm": [[10.0 + number, 20.0, 30.0]],
        "frame_of_reference_uid": None,
        "sop_instance_uid": uid,
        "series_instance_uid": series,
        "frame_number": 1,
    }
    return {
        "id": str(uuid.uuid4()),
        "question": "nodules",
        "code": QUESTIONS[2]["codes"][0],
        "confidence": 80,
        "answers": {},
        "marks": [{"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {}}],
    }

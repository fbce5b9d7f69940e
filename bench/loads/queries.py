"""How many queries a page needs."""

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def counted(path: str, token: str) -> int:
    """Answer the request in this process, over the same database, and count."""
    host = settings.ALLOWED_HOSTS[0]
    client = Client(headers={"Authorization": f"Bearer {token}", "Host": host})
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/api/v1/{path}", SERVER_NAME=host)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return len(queries)

"""Two reader studies and their people, made once for all tests of this folder."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from portal.accounts.models import TokenScope
from tests.permissions.world import World, bearer, complete_world


@pytest.fixture(scope="package")
def own_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of its own for files: a portal that runs beside sweeps frames whose rows it cannot see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "VAR_DIR", tmp_path_factory.mktemp("permissions"))
        yield


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, orthanc_server: str, own_files: None) -> Iterator[World]:
    """Everything there is, in a transaction that is rolled back when the module is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield complete_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def callers(world: World) -> dict[str, Client]:
    """One client for each persona. CSRF is tested elsewhere (tests/accounts)."""
    users = {
        "outsider": world.outsider,
        "creator": world.creator,
        "coordinator": world.a.coordinator,
        "reader": world.a.reader,
        "adjudicator": world.a.adjudicator,
        "administrator": world.administrator,
    }
    clients = {"anonymous": Client(raise_request_exception=False)}
    for persona, user in users.items():
        clients[persona] = Client(raise_request_exception=False)
        clients[persona].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for persona, scope in {"client_read": TokenScope.READ, "client_write": TokenScope.WRITE}.items():
        _, token = bearer(world.a.client, scope)
        clients[persona] = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    return clients

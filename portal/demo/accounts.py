"""The demo's accounts, and the file that tells their passwords to whoever can read `var/`."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import TokenScope, User
from portal.accounts.policy import Role
from portal.accounts.services import person_create, token_create
from portal.demo.simulation import Skill

FILE_NAME = "demo-accounts.json"
TOKEN_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Persona:
    """An account of the demo."""

    username: str
    name: str
    role: Role
    scope: TokenScope


@dataclass(frozen=True, slots=True)
class SimulatedReader:
    """The skill with which a reader's account has signed its first reads."""

    username: str
    skill: Skill


PERSONAS = (
    Persona("admin", "Demo Administrator", Role.SITE_ADMINISTRATOR, TokenScope.WRITE),
    Persona("coordinator", "Demo Coordinator", Role.COORDINATOR, TokenScope.WRITE),
    Persona("reader1", "Demo Reader One", Role.READER, TokenScope.WRITE),
    Persona("reader2", "Demo Reader Two", Role.READER, TokenScope.WRITE),
    Persona("reader3", "Demo Reader Three", Role.READER, TokenScope.WRITE),
    Persona("reader4", "Demo Reader Four", Role.READER, TokenScope.WRITE),
    Persona("api-client", "Demo API Client", Role.API_CLIENT, TokenScope.READ),
)
# Skills differ, so that the results page has something to tell.
READERS = (
    SimulatedReader("reader1", Skill(d_prime=2.6, criterion=1.3, marking_error_mm=1.5)),
    SimulatedReader("reader2", Skill(d_prime=2.1, criterion=0.8, marking_error_mm=2.0)),
    SimulatedReader("reader3", Skill(d_prime=1.7, criterion=1.1, marking_error_mm=2.5)),
    SimulatedReader("reader4", Skill(d_prime=1.2, criterion=0.6, marking_error_mm=3.0)),
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """One line of the file."""

    username: str
    password: str
    role: str
    token: str


def credentials_path() -> Path:
    """Where the credentials lie."""
    return Path(settings.VAR_DIR) / FILE_NAME


class AccountTaken(Exception):
    """An account that the demo needs belongs to somebody else."""


@transaction.atomic
def demo_accounts_ensure() -> tuple[dict[str, User], int]:
    """Make the accounts that are missing; returns all of them by username, and how many are new."""
    known = _read_file()
    users, lines, made = {}, [], 0
    for persona in PERSONAS:
        line = known.get(persona.username)
        user = User.objects.filter(username=persona.username).first()
        if user is None:
            user, line = _make(persona, line)
            made += 1
        elif line is None:
            raise AccountTaken(
                f"The account {persona.username} is there, but {credentials_path()} does not list it, so it is not "
                "the demo's. Bring the file back, or load the demo into an empty portal."
            )
        users[persona.username] = user
        lines.append(line)
    if made:
        # Before the commit: a crash in between leaves a file without accounts, and the next call makes them.
        _write_file(lines)
    return users, made


def _make(persona: Persona, known: Credentials | None) -> tuple[User, Credentials]:
    password = known.password if known else secrets.token_urlsafe(12)
    user = person_create(
        by=None,
        username=persona.username,
        password=password,
        name=persona.name,
        may_create_reader_studies=persona.role == Role.COORDINATOR,
        is_site_administrator=persona.role == Role.SITE_ADMINISTRATOR,
    )
    _, token = token_create(user=user, name="demo", scope=persona.scope, expires_at=timezone.now() + TOKEN_LIFE)
    return user, Credentials(persona.username, password, persona.role.value, token)


def _read_file() -> dict[str, Credentials]:
    path = credentials_path()
    if not path.exists():
        return {}
    return {row["username"]: Credentials(**row) for row in json.loads(path.read_text())}


def _write_file(lines: list[Credentials]) -> None:
    """Readable by its owner only, whole or not at all."""
    path = credentials_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump([asdict(line) for line in lines], stream, indent=1)
    draft.replace(path)

"""People who talk to a live portal over HTTP as a browser or an API client does."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from tests.services import LivePortal, manage

PASSWORD = "correct horse battery staple"
DEADLINE_S = 90.0


def signature(content: dict[str, Any]) -> dict[str, Any]:
    """What is sent to sign: the content, the password again, and what the signature means."""
    return {**content, "password": PASSWORD, "meaning": "FINDINGS"}


class Person:
    """A signed-in account with the browser's session and CSRF token."""

    def __init__(self, url: str, username: str) -> None:
        self.username = username
        self.http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self.http.get("/accounts/sign-in")
        answer = self.http.post(
            "/accounts/sign-in",
            data={"username": username, "password": PASSWORD, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]},
            headers={"Referer": url},
        )
        assert answer.status_code == 302, answer.text

    def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send one request below /api/v1/."""
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"], **content.pop("headers", {})}
        return self.http.request(method, f"/api/v1/{path}", headers=headers, **content)

    def get(self, path: str) -> Any:
        """Return the JSON of a GET that must succeed."""
        return self._ok(self.ask("GET", path))

    def send(self, method: str, path: str, content: Any = None) -> Any:
        """Return the JSON of a write that must succeed."""
        return self._ok(self.ask(method, path, json={} if content is None else content))

    @staticmethod
    def _ok(answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    @property
    def id(self) -> str:
        """The account's id."""
        return self.get("me")["id"]

    def until(self, path: str, done: Callable[[Any], bool], seconds: float = DEADLINE_S) -> Any:
        """Ask again until `done`; fail with the last answer when time is up."""
        deadline = time.monotonic() + seconds
        while not done(answer := self.get(path)):
            assert time.monotonic() < deadline, f"{path} after {seconds:.0f} s: {answer}"
            time.sleep(0.3)
        return answer

    def finished(self, path: str, seconds: float = DEADLINE_S) -> Any:
        """Wait for a job to end."""
        return self.until(path, lambda job: job["state"] in ("SUCCEEDED", "FAILED", "CANCELLED"), seconds)

    def token(self, scope: str = "READ") -> str:
        """Make an API token."""
        return self.send("POST", "tokens", {"name": "test", "scope": scope})["token"]


# The name of the one that was made, by the address of its portal.
_administrators: dict[str, str] = {}


def administrator(portal: LivePortal) -> Person:
    """The site administrator of a live portal, made as an operator makes one, in a session of its own."""
    if portal.url not in _administrators:
        username = f"root-{uuid.uuid4().hex[:8]}"
        environment = {**portal.environment, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        email = f"{username}@example.org"
        manage(environment, "createsuperuser", "--noinput", "--username", username, "--email", email)
        _administrators[portal.url] = username
    return Person(portal.url, _administrators[portal.url])


def new_person(portal: LivePortal, root: Person, name: str, *, creates: bool = False) -> Person:
    """An account that the site administrator makes, signed in."""
    username = f"{name}-{uuid.uuid4().hex[:8]}"
    content = {"username": username, "password": PASSWORD, "name": name, "may_create_reader_studies": creates}
    root.send("POST", "people", content)
    return Person(portal.url, username)

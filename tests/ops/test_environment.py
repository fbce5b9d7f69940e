"""Ports, secrets and addresses: what the environment says wins, what is missing is said."""

import stat
from pathlib import Path

import pytest

from portal.ops.environment import EnvironmentProblem, create_secrets, load_environment, port_of


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    first = create_secrets(folder)
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600
    assert create_secrets(folder) == first
    assert len(set(first.values())) == 4
    assert [path.name for path in folder.iterdir()] == ["secrets.json"]


def test_what_the_environment_says_wins(tmp_path: Path) -> None:
    secrets = create_secrets(tmp_path)
    given = {
        "OVERREAD_VAR": str(tmp_path),
        "ORTHANC_URL": "http://orthanc.example:8042",
        "OVERREAD_REDIS_PORT": "7777",
    }
    loaded = load_environment(given)
    assert loaded["ORTHANC_URL"] == "http://orthanc.example:8042"
    assert loaded["REDIS_URL"] == f"redis://:{secrets['redis_password']}@127.0.0.1:7777/0"
    assert loaded["DJANGO_SECRET_KEY"] == secrets["django_secret_key"]


def test_without_secrets_the_problem_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match=r"run `make up` once .* or set DJANGO_SECRET_KEY, DATABASE_URL"):
        load_environment({"OVERREAD_VAR": str(tmp_path)})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "web", "80.5"])
def test_a_port_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(EnvironmentProblem, match="OVERREAD_WEB_PORT="):
        port_of("web", {"OVERREAD_WEB_PORT": text})

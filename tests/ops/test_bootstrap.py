"""Installing: what is missing is named, what fails is one line, what is done is not done again."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.ops import bootstrap, system_packages
from portal.ops.environment import REPOSITORY, EnvironmentProblem


def test_without_root_and_sudo_one_line_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(system_packages.PACKAGES, "up", {"orthanc": lambda: False, "redis-server": lambda: True})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentProblem) as caught:
        system_packages.install_missing("up", tmp_path / "install.log")
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("Missing: orthanc. Installing them needs root or sudo, and you have neither")
    assert "apt-get install --no-install-recommends orthanc" in line
    assert "redis-server" not in line


def test_a_failed_step_names_step_subject_reason_and_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "install.log"
    command = [
        "sh",
        "-c",
        "echo Collecting; echo 'ERROR: No matching distribution found for nosuch==1'; exit 1",
    ]
    with pytest.raises(EnvironmentProblem) as caught:
        bootstrap.step(log, "Python packages", "requirements.txt", command)
    assert str(caught.value) == (
        "Python packages failed for requirements.txt: ERROR: No matching distribution found for nosuch==1 "
        f"(everything it said: {log})"
    )
    assert "Collecting" in log.read_text()
    assert "Collecting" not in capsys.readouterr().out


def test_a_second_installation_does_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "OVERREAD_VAR": str(tmp_path)}
    command = [sys.executable, "-m", "portal.ops.bootstrap", "check"]
    first = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    began = time.monotonic()
    second = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert time.monotonic() - began < 5


def test_clean_spares_a_folder_that_is_no_state_folder(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("not ours")
    environment = {**os.environ, "OVERREAD_VAR": str(tmp_path)}
    command = [sys.executable, "-m", "portal.ops.bootstrap", "clean"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "does not look like a state folder" in done.stderr
    assert precious.read_text() == "not ours"

    (tmp_path / "secrets.json").write_text("{}")
    assert subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode == 0
    assert not tmp_path.exists()

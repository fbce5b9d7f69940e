"""Where the state lies, which ports are used, and the generated secrets: what settings and services read.

Standard library only: Django's settings call `load_environment()`, and so does every process of the Procfile.
A variable that is set in the environment always wins over what is computed here.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# service: (setting that changes its port, port)
PORT_SETTINGS = {
    "web": ("OVERREAD_WEB_PORT", 8000),
    "orthanc": ("OVERREAD_ORTHANC_PORT", 18042),
    "dicom": ("OVERREAD_DICOM_PORT", 14242),
    "postgres": ("OVERREAD_POSTGRES_PORT", 15432),
    "redis": ("OVERREAD_REDIS_PORT", 16379),
}
SECRET_NAMES = ("django_secret_key", "postgres_password", "redis_password", "orthanc_password")
ORTHANC_USERNAME = "portal"
POSTGRES_ROLE = POSTGRES_DATABASE = "overread"


class EnvironmentProblem(Exception):
    """Something about the environment that a person has to set right; the text says what."""


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all state: OVERREAD_VAR, by default `var` in the repository."""
    return (REPOSITORY / environ.get("OVERREAD_VAR", "var")).resolve()


def port_of(service: str, environ: Mapping[str, str] = os.environ) -> int:
    """The TCP port of a service, from its setting or the default."""
    setting, default = PORT_SETTINGS[service]
    text = environ.get(setting, "").strip()
    if not text:
        return default
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise EnvironmentProblem(f"{setting}={text} is not a port: give a number from 1 to 65535.")
    return int(text)


def create_secrets(folder: Path) -> dict[str, str]:
    """Read var/secrets.json; make it first, readable by its owner only, when it is not there."""
    path = folder / "secrets.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        values = {name: secrets.token_urlsafe(48) for name in SECRET_NAMES}
        draft = folder / f"secrets.json.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(values, file, indent=1)
        try:
            # A link never replaces a file: of two processes that start together, one set of secrets stays.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read_secrets(folder)


def read_secrets(folder: Path) -> dict[str, str]:
    """Read var/secrets.json, or say how it comes to be."""
    path = folder / "secrets.json"
    try:
        values: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        raise EnvironmentProblem(
            f"{path} is not there: run `make up` once (it makes it), or set OVERREAD_VAR to the running "
            "portal's folder, or set " + ", ".join(SETTINGS_VARIABLES) + "."
        ) from None
    missing = [name for name in SECRET_NAMES if not values.get(name)]
    if missing:
        raise EnvironmentProblem(f"{path} lacks {', '.join(missing)}: restore it from a backup.")
    return values


def load_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What Django's settings read, complete: as set in the environment, else as `make up` has it."""
    folder = state_folder(environ)
    given = {name: environ[name] for name in SETTINGS_VARIABLES if environ.get(name)}
    if len(given) == len(SETTINGS_VARIABLES):
        return given | {"OVERREAD_VAR": str(folder)}
    return _computed(folder, environ) | given | {"OVERREAD_VAR": str(folder)}


SETTINGS_VARIABLES = (
    "DJANGO_SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "ORTHANC_URL",
    "ORTHANC_USERNAME",
    "ORTHANC_PASSWORD",
    "OVERREAD_PUBLIC_URL",
)


def _computed(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    values = read_secrets(folder)
    postgres, redis = port_of("postgres", environ), port_of("redis", environ)
    return {
        "DJANGO_SECRET_KEY": values["django_secret_key"],
        "DATABASE_URL": (
            f"postgres://{POSTGRES_ROLE}:{values['postgres_password']}@127.0.0.1:{postgres}/{POSTGRES_DATABASE}"
        ),
        "REDIS_URL": f"redis://:{values['redis_password']}@127.0.0.1:{redis}/0",
        "ORTHANC_URL": f"http://127.0.0.1:{port_of('orthanc', environ)}",
        "ORTHANC_USERNAME": ORTHANC_USERNAME,
        "ORTHANC_PASSWORD": values["orthanc_password"],
        # https here switches secure cookies and HSTS on.
        "OVERREAD_PUBLIC_URL": f"http://127.0.0.1:{port_of('web', environ)}",
    }

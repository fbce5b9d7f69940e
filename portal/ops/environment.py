"""Addresses and secrets of the embedded services. Standard library only: it runs before the virtual environment exists."""

import json
import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

DEFAULT_PORTS = {
    "OVERREAD_WEB_PORT": 8000,
    "OVERREAD_ORTHANC_PORT": 18042,
    "OVERREAD_DICOM_PORT": 14242,
    "OVERREAD_POSTGRES_PORT": 15432,
    "OVERREAD_REDIS_PORT": 16379,
}
SECRET_NAMES = ("DJANGO_SECRET_KEY", "ORTHANC_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD")


def var_dir() -> Path:
    """Return the folder that holds all state."""
    return Path(os.environ.get("OVERREAD_VAR", ROOT / "var")).resolve()


def load_secrets() -> dict[str, str]:
    """Read `var/secrets.json`, making it (mode 0600) on first use."""
    path = var_dir() / "secrets.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({name: secrets.token_urlsafe(32) for name in SECRET_NAMES}, indent=1)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.touch(mode=0o600)
        partial.write_text(text)
        try:
            # link() refuses to replace a file that another process made in the meantime.
            os.link(partial, path)
        except FileExistsError:
            pass
        partial.unlink()
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def load_environment() -> dict[str, str]:
    """Return the environment of the embedded portal; real environment variables win over generated values."""
    ports = {name: os.environ.get(name, str(port)) for name, port in DEFAULT_PORTS.items()}
    secret = load_secrets()
    generated = {
        **ports,
        "OVERREAD_VAR": str(var_dir()),
        "DJANGO_SECRET_KEY": secret["DJANGO_SECRET_KEY"],
        "DATABASE_URL": (
            f"postgres://overread:{secret['POSTGRES_PASSWORD']}@127.0.0.1:{ports['OVERREAD_POSTGRES_PORT']}/overread"
        ),
        "REDIS_URL": f"redis://:{secret['REDIS_PASSWORD']}@127.0.0.1:{ports['OVERREAD_REDIS_PORT']}/0",
        "ORTHANC_URL": f"http://127.0.0.1:{ports['OVERREAD_ORTHANC_PORT']}",
        "ORTHANC_USERNAME": "portal",
        "ORTHANC_PASSWORD": secret["ORTHANC_PASSWORD"],
    }
    return {name: os.environ.get(name, value) for name, value in generated.items()}

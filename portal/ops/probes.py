"""Is it there yet? One question per service, answered by None (yes) or by the reason why not."""

import base64
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import psycopg
import redis

from portal.ops.environment import PORT_SETTINGS, port_of

Probe = Callable[[Mapping[str, str]], str | None]


def postgres(environment: Mapping[str, str]) -> str | None:
    """PostgreSQL lets the portal's role in."""
    try:
        psycopg.connect(environment["DATABASE_URL"], connect_timeout=2).close()
    except psycopg.OperationalError as problem:
        return str(problem).strip()
    return None


def redis_server(environment: Mapping[str, str]) -> str | None:
    """Redis answers PING to the portal's password."""
    client = redis.Redis.from_url(environment["REDIS_URL"], socket_timeout=2)
    try:
        client.ping()
    except redis.RedisError as problem:
        return str(problem)
    finally:
        client.close()
    return None


def orthanc(environment: Mapping[str, str]) -> str | None:
    """Orthanc answers the portal's user and has its DICOMweb plugin loaded."""
    pair = f"{environment['ORTHANC_USERNAME']}:{environment['ORTHANC_PASSWORD']}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return _get(environment["ORTHANC_URL"] + "/plugins/dicom-web", headers)


def portal(environment: Mapping[str, str]) -> str | None:
    """The portal says that all its parts are ready; else the names of those that are not."""
    public = urlsplit(environment["OVERREAD_PUBLIC_URL"])
    # Asked as the proxy in front would ask: Django refuses other host names, and redirects plain http to https.
    headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
    return _get(f"http://127.0.0.1:{port_of('web', environment)}/health/ready", headers)


PROBES: dict[str, Probe] = {"postgres": postgres, "redis": redis_server, "orthanc": orthanc, "web": portal}


def _get(url: str, headers: dict[str, str]) -> str | None:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the addresses are our own, on loopback
    # No proxy: a proxy variable in the environment must not send loopback requests elsewhere.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10):
            return None
    except urllib.error.HTTPError as problem:
        return _failing_checks(problem.read()) or f"{url} answered {problem.code}"
    except (OSError, ValueError) as problem:
        return f"{url}: {problem}"


def _failing_checks(body: bytes) -> str:
    """The failing parts named by /health/ready, or nothing when the body is something else."""
    try:
        checks = json.loads(body)["checks"]
        return "; ".join(f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"])
    except (ValueError, KeyError, TypeError):
        return ""


def busy_ports(environment: Mapping[str, str]) -> list[str]:
    """One line for every port of ours that another program holds."""
    lines = []
    for service, (setting, _) in PORT_SETTINGS.items():
        port = port_of(service, environment)
        # Orthanc listens on every address, the others on loopback; this bind collides with both.
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104 - bound for a moment, never listened on
            except OSError as problem:
                lines.append(
                    f"Port {port} ({service}) cannot be used ({problem.strerror}): "
                    f"stop what holds it, or choose another port: {setting}={port + 1000} make up"
                )
    return lines

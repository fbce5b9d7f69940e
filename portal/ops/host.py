"""What this machine offers: programs, service users, and a way to drop root's rights for a server."""

import os
import pwd
import re
import shutil
from pathlib import Path

from portal.ops.environment import EnvironmentProblem

ORTHANC_DICOMWEB_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
POSTGRES_LIBRARY = Path("/usr/lib/postgresql")
# capabilities(7) that let a process pass through a closed parent folder such as /root, the narrower first.
TRAVERSING_CAPABILITIES = (("dac_read_search", 2), ("dac_override", 1))


def program(name: str) -> str:
    """The path of a program; system folders count too, as Debian keeps servers out of a user's PATH."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin")
    if found is None:
        raise EnvironmentProblem(f"{name} is not installed: run `make up`, which installs what is missing.")
    return found


def postgres_program(name: str, cluster: Path) -> str:
    """A PostgreSQL program of the version that made the cluster, else of the newest one installed."""
    version_file = cluster / "PG_VERSION"
    if version_file.exists():
        version = version_file.read_text().strip()
        path = POSTGRES_LIBRARY / version / "bin" / name
        if path.exists():
            return str(path)
        raise EnvironmentProblem(
            f"The database in {cluster} was made by PostgreSQL {version}, which is not installed: "
            f"install postgresql-{version}, or move the data with pg_upgrade."
        )
    versions = [folder for folder in POSTGRES_LIBRARY.glob("*") if re.fullmatch(r"\d+", folder.name)]
    for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True):
        if (folder / "bin" / name).exists():
            return str(folder / "bin" / name)
    return program(name)


def service_folder(folder: Path, user: str) -> Path:
    """Make a folder that only its service may read; as root it belongs to the service's user."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    return folder


def private_file(path: Path, text: str, user: str) -> Path:
    """Write a file with a secret for a service: readable by the service's user only, never half written."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if os.geteuid() == 0:
        owner = pwd.getpwnam(user)
        os.chown(draft, owner.pw_uid, owner.pw_gid)
    draft.replace(path)
    return path


def as_service_user(argv: list[str], user: str, folder: Path, stop_signal: str = "TERM") -> list[str]:
    """The command as run by the service's own user when we are root (PostgreSQL refuses root).

    setpriv replaces itself by the server, so the process id stays ours. Changing the user clears the signal
    that a dying parent sends, therefore setpriv sets it again. Anyone but root starts it as themselves.
    """
    if os.geteuid() != 0:
        return argv
    drop = [
        program("setpriv"),
        f"--reuid={user}",
        f"--regid={user}",
        "--init-groups",
        f"--pdeathsig={stop_signal}",
    ]
    closed = next((parent for parent in folder.parents if not parent.stat().st_mode & 0o001), None)
    if closed is not None:
        capability = _traversing_capability(closed, folder, user)
        drop += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return [*drop, *argv]


def _traversing_capability(closed: Path, folder: Path, user: str) -> str:
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    bounding = int(status["CapBnd"], 16)
    for name, bit in TRAVERSING_CAPABILITIES:
        if bounding >> bit & 1:
            return name
    raise EnvironmentProblem(
        f"User {user} cannot reach {folder}: {closed} is closed to other users. Set OVERREAD_VAR to a folder "
        "that every user may pass through, such as /srv/overread."
    )

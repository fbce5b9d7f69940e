"""Take one file in: screen it, store it in Orthanc, and say what became of it."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from portal.errors import Unavailable
from portal.imaging import archives
from portal.imaging.models import IngestOutcome, Instance
from portal.imaging.orthanc import NotInOrthanc, Orthanc, OrthancRefused, OrthancUnavailable
from portal.imaging.screening import reasons as screening_reasons
from portal.imaging.screening.inspection import Identifiers
from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.screener import Screener
from portal.imaging.services import mirror

REFUSED_BY_ORTHANC = "refused_by_orthanc"
CHANGED_WHILE_READ = "changed_while_read"
REASONS: dict[str, str] = {
    **screening_reasons.REASONS,
    **archives.REASONS,
    **mirror.REASONS,
    REFUSED_BY_ORTHANC: "The image archive refused the file.",
    CHANGED_WHILE_READ: "The file changed while it was read; ingest it again when nothing writes to it.",
}

# Orthanc restarts in a second or two; a job waits for that instead of failing.
PATIENCE_S = 60.0
_PAUSE_S = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one file, before it is written down; `arrival` is what the mirror still has to take."""

    name: str
    outcome: IngestOutcome
    reason_code: str = ""
    sop_instance_uid: str = ""
    arrival: mirror.Arrival | None = None

    @property
    def reason(self) -> str:
        """The sentence of the reason code; empty when the file was taken."""
        return REASONS[self.reason_code] if self.reason_code else ""


def refused(name: str, code: str, sop_instance_uid: str = "") -> Judged:
    """A file that is not taken."""
    return Judged(name, IngestOutcome.REFUSED, code, sop_instance_uid)


def file_take(*, name: str, path: Path, gateway: Orthanc, screener: Screener) -> Judged:
    """Screen one file and store it in Orthanc.

    Taking the same file again, also after a crash at any point, gives the same instance once.
    """
    try:
        identifiers = screener.screen(path)
    except Refusal as refusal:
        return refused(name, refusal.code)
    uid = identifiers.sop_instance_uid
    stored = Instance.objects.filter(sop_instance_uid=uid).first()
    if stored is not None and not _is_equal(identifiers, stored, gateway, screener):
        return refused(name, mirror.CONFLICT, uid)
    # What the archive has lost, as after a restore of the database alone, is stored again.
    if stored is not None and patiently(lambda: gateway.holds(stored.orthanc_id)):
        return Judged(name, IngestOutcome.PRESENT, sop_instance_uid=uid)
    code = mirror.mirror_conflict(identifiers)
    if code is not None:
        return refused(name, code, uid)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != identifiers.file_sha256:
        return refused(name, CHANGED_WHILE_READ)
    return _store(name, identifiers, content, gateway, screener)


def patiently(call: Callable[[], T]) -> T:
    """Do a repeatable call, waiting for Orthanc to come back for a minute.

    Raises
    ------
    Unavailable
        When Orthanc stays away.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except OrthancUnavailable as error:
            if time.monotonic() > deadline:
                raise Unavailable("The image archive (Orthanc) does not answer; try again later.") from error
            time.sleep(_PAUSE_S)


def _store(name: str, identifiers: Identifiers, content: bytes, gateway: Orthanc, screener: Screener) -> Judged:
    uid = identifiers.sop_instance_uid
    try:
        stored = patiently(lambda: gateway.upload_instance(content))
    except OrthancRefused:
        return refused(name, REFUSED_BY_ORTHANC, uid)
    if stored.already_stored and not _is_same(identifiers, stored.orthanc_id, gateway, screener):
        return refused(name, mirror.CONFLICT, uid)
    arrival = mirror.Arrival(identifiers, stored.orthanc_id)
    return Judged(name, IngestOutcome.NEW, sop_instance_uid=uid, arrival=arrival)


def _is_equal(identifiers: Identifiers, stored: Instance, gateway: Orthanc, screener: Screener) -> bool:
    if stored.file_sha256 == identifiers.file_sha256:
        return True
    return _is_same(identifiers, stored.orthanc_id, gateway, screener)


def _is_same(identifiers: Identifiers, orthanc_id: str, gateway: Orthanc, screener: Screener) -> bool:
    """Does Orthanc hold this content under this id?

    C-STORE gives a file a new header, so equal bytes are not asked for: the data sets have to be equal.
    """
    try:
        content = patiently(lambda: gateway.instance_file(orthanc_id))
        return screen_bytes(content, screener).content_sha256 == identifiers.content_sha256
    except (NotInOrthanc, Refusal):
        return False


def screen_bytes(content: bytes, screener: Screener) -> Identifiers:
    """Screen a file that is in memory; raises `Refusal` like the screener itself."""
    folder = Path(settings.VAR_DIR) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder) as scratch:
        scratch.write(content)
        scratch.flush()
        return screener.screen(Path(scratch.name))

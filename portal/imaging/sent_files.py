"""Files whose sender waits for the answer: walked under limits, and read in the screening child."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.errors import Unavailable
from portal.imaging.archives import REASONS, Found, NotTaken, ScratchUnwritable, walk
from portal.imaging.screening.screener import Screener, ScreeningUnavailable
from portal.imaging.uploads import StorageFull

_MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Limits:
    """How many files, how large each, and how large all together, unpacked."""

    files: int
    file_bytes: int
    bytes: int

    def __str__(self) -> str:
        return (
            f"At most {self.files} files of {self.file_bytes // _MIB} MiB each and {self.bytes // _MIB} MiB together, "
            "unpacked; send fewer at a time."
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not taken, and why."""

    name: str
    code: str
    detail: str


def walk_within(uploads: Sequence[tuple[str, Path]], limits: Limits) -> Iterator[Found | Refused]:
    """Yield each file while it is there, archives unpacked; behind the first beyond a limit nothing is read."""
    total = 0
    for number, found in enumerate(walk(uploads), start=1):
        if isinstance(found, NotTaken):
            yield Refused(found.name, found.code, REASONS[found.code])
            continue
        size = found.path.stat().st_size
        total += size
        if number > limits.files or total > limits.bytes or size > limits.file_bytes:
            yield Refused(found.name, "too_large", str(limits))
            return
        yield found


@contextmanager
def screener_for_sender() -> Iterator[Screener]:
    """A screening child; what this machine lacks is told to the sender as a fault of the portal, not of the files."""
    try:
        with Screener() as screener:
            yield screener
    except ScratchUnwritable as error:
        raise StorageFull from error
    except ScreeningUnavailable as error:
        raise Unavailable("The process that reads DICOM files does not start. Tell the site administrator.") from error

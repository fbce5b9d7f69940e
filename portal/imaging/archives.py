"""Find the files to ingest: plain files, folders, zip and tar archives, one at a time.

Nothing is ever written under a name from an archive: each entry goes to a temporary file of our own and is
gone when the next one is asked for. What cannot be taken is reported by name and the walk goes on.
"""

import os
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

MAX_ENTRIES = 100_000
MAX_ENTRY_BYTES = 4 * 1024**3
MAX_UNPACKED_BYTES = 64 * 1024**3
MAX_UNPACKING_RATIO = 100
# Below this size a high ratio harms nobody (an empty image packs a thousand to one).
RATIO_APPLIES_FROM_BYTES = 64 * 1024**2
_CHUNK_BYTES = 1024**2
_MAX_NAME = 255

REASONS: dict[str, str] = {
    "not_found": "There is no such file or folder.",
    "not_a_regular_file": "Links, devices and other special files are not followed.",
    "archive_unreadable": "The archive is damaged, incomplete or of an unknown kind.",
    "archive_encrypted": "The archive is protected by a password; unpack it first.",
    "archive_unsupported": "This kind of archive is not supported; use zip or tar (plain, gz, xz, bz2).",
    "archive_nested": "An archive inside an archive is not opened; unpack it first.",
    "archive_unsafe_name": "The entry's name points outside the archive.",
    "archive_entry_too_large": "The entry is larger than 4 GB unpacked.",
    "archive_bomb": "The archive grows too large when unpacked; the rest of it was not read.",
    "archive_too_many_entries": "The archive has more than 100,000 entries; the rest of it was not read.",
}

# Left behind by operating systems; nobody wants to be told about them.
IGNORED_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
IGNORED_FOLDERS = frozenset({"__MACOSX"})

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_STARTS = (b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh")
_OTHER_ARCHIVE_STARTS = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd", b"PK\x07\x08")
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A file to judge: `path` exists only until the next one is asked for, `name` is safe to show."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something that was met and not taken, with the code of the reason."""

    name: str
    code: str


class ScratchUnwritable(Exception):
    """Unpacked entries cannot be written: a fault of this machine (a full disk), not of the archive."""


@dataclass(frozen=True, slots=True)
class _Options:
    scratch: Path | None
    unpack: bool


class _Stop(Exception):
    """The rest of this archive is not read."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def walk(paths: Iterable[tuple[str, Path]], *, scratch: Path | None = None) -> Iterator[Found | NotTaken]:
    """Yield every file below the given (name, path) pairs, in a stable order.

    `scratch` is the folder for unpacked entries; the system's temporary folder by default.
    """
    options = _Options(scratch=scratch, unpack=True)
    for name, path in paths:
        yield from _walk_one(name, path, options)


def count(paths: Iterable[tuple[str, Path]]) -> int:
    """How many files `walk` will meet, without unpacking them to disk."""
    options = _Options(scratch=None, unpack=False)
    return sum(1 for name, path in paths for _ in _walk_one(name, path, options))


def shown_name(name: str) -> str:
    """A file name as it may be shown: no control or text-direction characters, no endless length."""
    clean = _UNSHOWABLE.sub("\ufffd", name)
    return clean if len(clean) <= _MAX_NAME else clean[: _MAX_NAME - 41] + "…" + clean[-40:]


def _walk_one(name: str, path: Path, options: _Options) -> Iterator[Found | NotTaken]:
    if path.is_dir():
        yield from _walk_folder(name, path, options)
    elif path.is_file():
        yield from _walk_file(name, path, options)
    else:
        yield NotTaken(shown_name(name), "not_a_regular_file" if os.path.lexists(path) else "not_found")


def _walk_folder(name: str, folder: Path, options: _Options) -> Iterator[Found | NotTaken]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name in IGNORED_NAMES or entry.name in IGNORED_FOLDERS:
            continue
        if entry.is_symlink() and entry.is_dir():
            # A link to a folder may lead back up and round for ever; a link to a file is just that file.
            yield NotTaken(shown_name(f"{name}/{entry.name}"), "not_a_regular_file")
        else:
            yield from _walk_one(f"{name}/{entry.name}", entry, options)


def _walk_file(name: str, path: Path, options: _Options) -> Iterator[Found | NotTaken]:
    kind = _archive_kind(path)
    if kind is None:
        yield Found(shown_name(name), path)
    elif kind == "zip":
        yield from _walk_archive(name, _zip_entries(path, options))
    elif kind == "tar":
        yield from _walk_archive(name, _tar_entries(path, options))
    else:
        yield NotTaken(shown_name(name), "archive_unsupported")


def _archive_kind(path: Path) -> str | None:
    """Judge by the first bytes: names lie, and a DICOM file may carry a zip at its end."""
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError:
        return None
    if head[128:132] == b"DICM":
        return None
    if head.startswith(_ZIP_STARTS):
        return "zip"
    if head.startswith(_TAR_STARTS) or head[257:262] == b"ustar":
        return "tar"
    return "other" if head.startswith(_OTHER_ARCHIVE_STARTS) else None


def _walk_archive(name: str, entries: Iterator[Found | NotTaken]) -> Iterator[Found | NotTaken]:
    try:
        for entry in entries:
            yield _with_prefix(name, entry)
    except _Stop as stop:
        yield NotTaken(shown_name(name), stop.code)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        OSError,
        zlib.error,
        ValueError,
        NotImplementedError,
    ):
        # lzma and bz2 report damage as EOFError, OSError or ValueError.
        yield NotTaken(shown_name(name), "archive_unreadable")


def _with_prefix(name: str, entry: Found | NotTaken) -> Found | NotTaken:
    if isinstance(entry, Found):
        return Found(shown_name(f"{name}/{entry.name}"), entry.path)
    return NotTaken(shown_name(f"{name}/{entry.name}"), entry.code)


class _Budget:
    """What an archive may still unpack."""

    def __init__(self, packed_bytes: int) -> None:
        self._entries = 0
        self._unpacked = 0
        self._limit = min(MAX_UNPACKED_BYTES, max(RATIO_APPLIES_FROM_BYTES, packed_bytes * MAX_UNPACKING_RATIO))

    def count_entry(self) -> None:
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise _Stop("archive_too_many_entries")

    def count_bytes(self, number: int) -> None:
        self._unpacked += number
        if self._unpacked > self._limit:
            raise _Stop("archive_bomb")


def _zip_entries(path: Path, options: _Options) -> Iterator[Found | NotTaken]:
    budget = _Budget(path.stat().st_size)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            budget.count_entry()
            if info.is_dir() or _is_ignored(info.filename):
                continue
            code = _zip_entry_fault(info)
            if code is not None:
                yield NotTaken(info.filename, code)
                continue
            if not options.unpack:
                yield Found(info.filename, path)
                continue
            with archive.open(info) as stream, _unpacked(stream, budget, options) as unpacked:
                yield _judged(info.filename, unpacked)


def _zip_entry_fault(info: zipfile.ZipInfo) -> str | None:
    if _is_unsafe(info.filename):
        return "archive_unsafe_name"
    if info.flag_bits & 0x1:
        return "archive_encrypted"
    return "archive_entry_too_large" if info.file_size > MAX_ENTRY_BYTES else None


def _tar_entries(path: Path, options: _Options) -> Iterator[Found | NotTaken]:
    budget = _Budget(path.stat().st_size)
    # "r|*" reads forwards only, so an archive is never unpacked twice.
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            budget.count_entry()
            if member.isdir() or _is_ignored(member.name):
                continue
            code = _tar_entry_fault(member)
            if code is not None:
                # Skipping still unpacks: the bytes count, whatever they are.
                budget.count_bytes(member.size)
                yield NotTaken(member.name, code)
                continue
            if not options.unpack:
                budget.count_bytes(member.size)
                yield Found(member.name, path)
                continue
            stream = archive.extractfile(member)
            assert stream is not None  # noqa: S101  a regular file always has a stream
            with stream, _unpacked(stream, budget, options) as unpacked:
                yield _judged(member.name, unpacked)


def _tar_entry_fault(member: tarfile.TarInfo) -> str | None:
    if _is_unsafe(member.name):
        return "archive_unsafe_name"
    if not member.isreg():
        return "not_a_regular_file"
    return "archive_entry_too_large" if member.size > MAX_ENTRY_BYTES else None


def _judged(name: str, unpacked: Path) -> Found | NotTaken:
    return Found(name, unpacked) if _archive_kind(unpacked) is None else NotTaken(name, "archive_nested")


def _is_unsafe(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or bool(re.match(r"[A-Za-z]:", name))


def _is_ignored(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and (parts[-1] in IGNORED_NAMES or not IGNORED_FOLDERS.isdisjoint(parts))


@contextmanager
def _unpacked(stream: IO[bytes], budget: _Budget, options: _Options) -> Iterator[Path]:
    """Copy one entry to a temporary file, counting as it goes: declared sizes are not believed."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="entry-", dir=options.scratch)
    except OSError as error:
        raise ScratchUnwritable(str(error)) from error
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as target:
            _copy_counted(stream, target, budget)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _copy_counted(stream: IO[bytes], target: IO[bytes], budget: _Budget) -> None:
    while chunk := stream.read(_CHUNK_BYTES):
        budget.count_bytes(len(chunk))
        try:
            target.write(chunk)
        except OSError as error:
            raise ScratchUnwritable(str(error)) from error

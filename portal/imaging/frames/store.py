"""Where frames lie on disk, and how they come there: written beside and renamed, never changed afterwards.

    <root>/<imaging study>/<series>/<version>/manifest.json.gz   what a viewer needs to know of the series
                                              index.json         lengths and SHA-256 of every frame
                                              raw/<n>            decoded pixels, little endian; n from 1
                                              htj2k/<n>          the same pixels, lossless HTJ2K

The version is a digest of what the series held when it was written, so an address never means two contents.
"""

import hashlib
import itertools
import json
import os
import shutil
import struct
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

RAW = "raw"
HTJ2K = "htj2k"
FORMS = (RAW, HTJ2K)
_MANIFEST = "manifest.json.gz"
_INDEX = "index.json"
# Raise it when what is written changes: folders of other formats are not used.
FORMAT = 2
# Every hundredth frame that is read is compared with its digest: a disk that rots is noticed, at no cost to speak of.
_CHECK_EVERY = 100


class FrameGone(Exception):
    """The frame is not there: evicted, erased, or not of this series."""


class FrameDamaged(Exception):
    """The file is not what was written."""


@dataclass(frozen=True, slots=True)
class Index:
    """What was written for a series: lengths and digests by form, in the order of the frames."""

    lengths: dict[str, tuple[int, ...]]
    digests: dict[str, tuple[str, ...]]

    @property
    def number_of_frames(self) -> int:
        """Frames of the series."""
        return len(self.lengths[RAW])


@dataclass(slots=True)
class Draft:
    """A version that is being written; nobody reads it before `FrameStore.publish` renames it."""

    folder: Path
    lengths: dict[str, list[int]] = field(default_factory=lambda: {form: [] for form in FORMS})
    digests: dict[str, list[str]] = field(default_factory=lambda: {form: [] for form in FORMS})
    is_raw_only: bool = False

    def add(self, raw: bytes, htj2k: bytes | None) -> None:
        """Write the next frame. A series has HTJ2K for all of its frames or for none."""
        self._write(RAW, raw)
        if htj2k is None:
            self.is_raw_only = True
        elif not self.is_raw_only:
            self._write(HTJ2K, htj2k)

    def _write(self, form: str, content: bytes) -> None:
        number = len(self.lengths[form]) + 1
        (self.folder / form / str(number)).write_bytes(content)
        self.lengths[form].append(len(content))
        self.digests[form].append(hashlib.sha256(content).hexdigest())


def version_of(instances: Iterable[tuple[str, str, int]]) -> str:
    """The version of a series: of its SOP Instance UIDs, digests of their files and numbers of frames, in order."""
    text = json.dumps([FORMAT, *instances], separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


class FrameStore:
    """All frames below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> Path:
        """Where a version of a series lies."""
        return self.root / str(study_id) / str(series_id) / version

    def holds(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> bool:
        """Is this version there?"""
        return (self.folder(study_id, series_id, version) / _INDEX).is_file()

    def begin(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> Draft:
        """Start writing; what a killed worker left of this series goes away."""
        series = self.root / str(study_id) / str(series_id)
        for left in series.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = series / f".{version}.{uuid.uuid4().hex[:8]}"
        for form in FORMS:
            (folder / form).mkdir(parents=True)
        return Draft(folder)

    def abandon(self, draft: Draft) -> None:
        """Drop what was written."""
        shutil.rmtree(draft.folder, ignore_errors=True)

    def publish(self, draft: Draft, manifest: bytes, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> int:
        """Let the version be seen, in place of older ones; return its size in bytes."""
        forms = (RAW,) if draft.is_raw_only else FORMS
        if draft.is_raw_only:
            shutil.rmtree(draft.folder / HTJ2K)
        (draft.folder / _MANIFEST).write_bytes(manifest)
        index = {"lengths": {f: draft.lengths[f] for f in forms}, "digests": {f: draft.digests[f] for f in forms}}
        (draft.folder / _INDEX).write_text(json.dumps(index), encoding="ascii")
        target = self.folder(study_id, series_id, version)
        # A folder of the same version, if there is one, lacks something: else nobody had asked for this work.
        shutil.rmtree(target, ignore_errors=True)
        draft.folder.rename(target)
        for other in target.parent.iterdir():
            if other != target:
                shutil.rmtree(other, ignore_errors=True)
        return sum(sum(draft.lengths[form]) for form in forms) + len(manifest)

    def manifest(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> bytes:
        """The manifest, gzipped."""
        return _read(self.folder(study_id, series_id, version) / _MANIFEST)

    def index(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> Index:
        """Lengths and digests of the frames of a version."""
        return _index_of(self.folder(study_id, series_id, version))

    def frame(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str, form: str, number: int) -> bytes:
        """One frame, numbered from 1.

        Raises
        ------
        FrameGone
            When it is not there.
        FrameDamaged
            When the file is not what was written.
        """
        folder = self.folder(study_id, series_id, version)
        return _checked_frame(folder, _index_of(folder), form, number)

    def bundle(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str, form: str, numbers: range) -> bytes:
        """Several frames as one body: their count and lengths as little endian uint32, then the frames."""
        folder = self.folder(study_id, series_id, version)
        index = _index_of(folder)
        frames = [_checked_frame(folder, index, form, number) for number in numbers]
        return b"".join([struct.pack(f"<{1 + len(frames)}I", len(frames), *map(len, frames)), *frames])

    def remove_version(self, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> None:
        """Remove one version."""
        shutil.rmtree(self.folder(study_id, series_id, version), ignore_errors=True)

    def remove_study(self, study_id: uuid.UUID) -> None:
        """Remove everything of an imaging study; renamed first, so that it is gone at once."""
        folder = self.root / str(study_id)
        doomed = self.root / f".removed.{uuid.uuid4().hex}"
        try:
            folder.rename(doomed)
        except FileNotFoundError:
            return
        shutil.rmtree(doomed, ignore_errors=True)

    def study_ids(self, *, unchanged_for: timedelta) -> Iterator[uuid.UUID]:
        """Imaging studies whose last series came longer ago; what an interrupted removal left is removed on the way."""
        if not self.root.is_dir():
            return
        newest_s = time.time() - unchanged_for.total_seconds()
        for folder in self.root.iterdir():
            if folder.name.startswith(".removed."):
                shutil.rmtree(folder, ignore_errors=True)
            elif folder.stat().st_mtime < newest_s:
                yield uuid.UUID(folder.name)


@lru_cache(maxsize=512)
def _index_of(folder: Path) -> Index:
    """A version never changes, so its index is read once; frames that have gone since are noticed when opened."""
    content = json.loads(_read(folder / _INDEX))
    return Index(
        lengths={form: tuple(values) for form, values in content["lengths"].items()},
        digests={form: tuple(values) for form, values in content["digests"].items()},
    )


_reads = itertools.count(1)


def _checked_frame(folder: Path, index: Index, form: str, number: int) -> bytes:
    lengths: Sequence[int] = index.lengths.get(form, ())
    if not 1 <= number <= len(lengths):
        raise FrameGone(f"{form}/{number}")
    content = _read(folder / form / str(number))
    is_whole = len(content) == lengths[number - 1]
    is_sampled = next(_reads) % _CHECK_EVERY == 0
    if not is_whole or (is_sampled and hashlib.sha256(content).hexdigest() != index.digests[form][number - 1]):
        raise FrameDamaged(f"{form}/{number}")
    return content


def _read(path: Path) -> bytes:
    try:
        # os.open and one read: a third of the calls that Path.read_bytes makes.
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FrameGone(path.name) from error
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)

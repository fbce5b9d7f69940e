"""Uploaded archives: judged member by member and copied, so that what is loaded is what was looked at.

A zip file can say one thing in its directory and another where its members lie, and readers differ in whom they
believe. The loaders are therefore never given the upload itself, but a new archive of the members that were read here.
"""

import io
import re
import zipfile
from collections.abc import Iterable

from portal.inference.engine.refusal import ModelRefused

MAXIMUM_MEMBERS = 20_000
_SAFE_NAME = re.compile(r"[\w.\-+ =@,()]+(/[\w.\-+ =@,()]+)*")


def read_archive(content: bytes, maximum_bytes: int) -> dict[str, bytes]:
    """Return the members of a zip file by name.

    Raises
    ------
    ModelRefused
        `not_an_archive`, `unsafe_path`, `repeated_member`, `too_many_members`, or `unpacks_too_large` when the members
        are more than `maximum_bytes` together, told by the directory before anything is unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            _check_entries(entries, maximum_bytes)
            # Python reads no more than the directory says, and compares the checksum.
            return {one.filename: archive.read(one) for one in entries}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        detail = "The file is not a whole zip archive, as saved TorchScript and torch.export models are."
        raise ModelRefused("not_an_archive", detail) from error


def _check_entries(entries: list[zipfile.ZipInfo], maximum_bytes: int) -> None:
    if len(entries) > MAXIMUM_MEMBERS:
        raise ModelRefused("too_many_members", f"The archive has more than {MAXIMUM_MEMBERS:,} members.")
    names = [one.filename for one in entries]
    if len(set(names)) < len(names):
        raise ModelRefused("repeated_member", "The archive has two members of the same name.")
    for name in names:
        if not _SAFE_NAME.fullmatch(name) or {".", ".."} & set(name.split("/")):
            raise ModelRefused("unsafe_path", "The archive has a member whose name leads out of the archive.")
    total = sum(one.file_size for one in entries)
    if total > maximum_bytes:
        detail = f"The archive unpacks to {total / 2**20:,.0f} MiB; at most {maximum_bytes / 2**20:,.0f} MiB are taken."
        raise ModelRefused("unpacks_too_large", detail)


def without_root(members: dict[str, bytes]) -> dict[str, bytes]:
    """The members without the folder that torch puts all of them in."""
    roots = {name.split("/", 1)[0] for name in members}
    if len(roots) != 1 or any("/" not in name for name in members):
        raise ModelRefused(
            "unknown_member", "The members of the archive do not lie in one folder, as torch saves them."
        )
    return {name.split("/", 1)[1]: content for name, content in members.items()}


def write_archive(root: str, members: Iterable[tuple[str, bytes]]) -> io.BytesIO:
    """A new archive, not compressed, with the members below `root`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            archive.writestr(f"{root}/{name}", content)
    buffer.seek(0)
    return buffer

"""Uploads go straight to disk under var/, one closed file each.

Django's own handler keeps every file of a request open until the end, and 1,200 dropped slices exhaust a process's
file descriptors. Ours closes each file when it is complete; what no job has taken is deleted with the request.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.errors import PortalError


class StorageFull(PortalError):
    """There is no room for the upload."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    code = "storage_full"

    def __init__(self) -> None:
        super().__init__("The server's disk is full; nothing of this upload was kept. Tell the site administrator.")


class UploadTooLarge(PortalError):
    """The file is larger than the route takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_large"

    def __init__(self, maximum_bytes: int) -> None:
        super().__init__(f"The file is larger than {maximum_bytes // 2**20} MiB; nothing of it was kept.")


class StoredUpload(UploadedFile):
    """An uploaded file that lies on disk, closed."""

    def __init__(self, path: Path, name: str, size: int) -> None:
        super().__init__(file=None, name=name, size=size)
        self.path = path

    def move_to(self, target: Path) -> None:
        """Take the file out of the request's hands."""
        self.path.replace(target)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Read the file piece by piece."""
        with self.path.open("rb") as file:
            while chunk := file.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
                yield chunk

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Nothing is open, so nothing has moved."""
        return 0

    def close(self) -> None:
        """Delete the file unless it was taken; Django calls this at the end of the request."""
        self.path.unlink(missing_ok=True)


class DiskUploadHandler(FileUploadHandler):
    """Writes each file of a multipart request to var/uploads/incoming."""

    _stream: BinaryIO | None = None
    _path: Path

    def __init__(self, request: HttpRequest | None = None, *, maximum_bytes: int | None = None) -> None:
        super().__init__(request)
        self._maximum_bytes = maximum_bytes

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open a file for what comes next."""
        super().new_file(*args, **kwargs)
        folder = Path(settings.VAR_DIR) / "uploads" / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(dir=folder)
        self._stream, self._path = os.fdopen(descriptor, "wb"), Path(path)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece."""
        assert self._stream is not None  # noqa: S101  new_file comes first
        if self._maximum_bytes is not None and start + len(raw_data) > self._maximum_bytes:
            # The rest is read and dropped: whoever is cut off in the middle never reads the answer.
            return
        try:
            self._stream.write(raw_data)
        except OSError as error:
            raise self._failure(error) from error

    def file_complete(self, file_size: int) -> StoredUpload:
        """Close the file and hand it over."""
        assert self._stream is not None  # noqa: S101  new_file comes first
        try:
            self._stream.close()
        except OSError as error:
            raise self._failure(error) from error
        self._stream = None
        if self._maximum_bytes is not None and file_size > self._maximum_bytes:
            self._path.unlink(missing_ok=True)
            raise UploadTooLarge(self._maximum_bytes)
        return StoredUpload(self._path, self.file_name or "", file_size)

    def upload_interrupted(self) -> None:
        """Drop the file that was being received."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
            self._path.unlink(missing_ok=True)

    def _failure(self, error: OSError) -> Exception:
        self._path.unlink(missing_ok=True)
        return StorageFull() if error.errno == errno.ENOSPC else error


class UploadsToDisk(APIView):
    """A view whose uploads lie on disk before anything reads the body (the CSRF check and an idempotency key do)."""

    def maximum_upload_bytes(self) -> int | None:
        """How large a file may be; None: as large as the disk takes."""
        return None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Choose where uploads go."""
        if not getattr(request, "goes_to_disk", False):
            request.upload_handlers = [DiskUploadHandler(request, maximum_bytes=self.maximum_upload_bytes())]
            vars(request)["goes_to_disk"] = True
        return super().initialize_request(request, *args, **kwargs)

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

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Choose where uploads go."""
        if not getattr(request, "goes_to_disk", False):
            request.upload_handlers = [DiskUploadHandler(request)]
            vars(request)["goes_to_disk"] = True
        return super().initialize_request(request, *args, **kwargs)

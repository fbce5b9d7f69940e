"""Screen files in a child process that may die without harm."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from portal.imaging.screening.inspection import Identifiers
from portal.imaging.screening.reasons import REASONS, Refusal

WALL_SECONDS_PER_FILE = 30.0
START_SECONDS = 30.0
# A fresh child now and then keeps a slow leak in a parser from adding up to a refusal.
FILES_PER_CHILD = 5_000
_PROJECT_ROOT = Path(__file__).resolve().parents[3]


class ScreeningUnavailable(Exception):
    """The screening child does not start; nothing can be judged, so nothing is refused or accepted."""


class Screener:
    """One long-lived child that screens many files and is replaced when it dies. Use as a context manager."""

    def __init__(self, *, wall_seconds: float = WALL_SECONDS_PER_FILE) -> None:
        """Nothing is started before the first file."""
        self._wall_seconds = wall_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._screened = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def screen(self, path: Path) -> Identifiers:
        """Judge one file and return its identifiers.

        Raises
        ------
        Refusal
            With the code of the rule the file breaks, or of how it made the child fail.
        """
        return Identifiers(**self._answer(str(path))["identifiers"])

    def locate(self, path: Path, *, threshold: float, is_predicted: bool = False) -> dict[str, Any]:
        """Read the lesions of a segmentation or structured report (`located`); raises `Refusal` as `screen` does.

        `threshold` is the share from which on a voxel of a fractional segmentation is inside; with `is_predicted` what
        a model says of a case as a whole is read too.
        """
        question = {"path": str(path), "threshold": threshold, "is_predicted": is_predicted}
        found: dict[str, Any] = self._answer(question)["located"]
        return found

    def _answer(self, question: Any) -> dict[str, Any]:
        child = self._running_child()
        self._screened += 1
        line = self._ask(child, json.dumps(question).encode("ascii") + b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            code = answer["refused"]
            if code == "screening_memory":
                self.close()
            raise Refusal(code if code in REASONS else "screening_crashed")
        return answer

    def close(self) -> None:
        """End the child."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        child.wait()
        assert child.stdin is not None  # noqa: S101  opened with a pipe
        assert child.stdout is not None  # noqa: S101  opened with a pipe
        child.stdout.close()
        # A question that the dead child never read is still in the buffer; closing tries to send it.
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()

    def _running_child(self) -> subprocess.Popen[bytes]:
        has_died = self._child is not None and self._child.poll() is not None
        if has_died or self._screened >= FILES_PER_CHILD:
            self.close()
        if self._child is None:
            self._child, self._screened = _start_child(), 0
            if _read_line(self._child, START_SECONDS) != b"ready\n":
                self.close()
                raise ScreeningUnavailable("The screening process does not start; see the worker's log.")
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], question: bytes) -> bytes:
        assert child.stdin is not None  # noqa: S101  opened with a pipe
        try:
            child.stdin.write(question)
            child.stdin.flush()
            line = _read_line(child, self._wall_seconds)
        except BrokenPipeError:
            line = b""
        except TimeoutError as error:
            self.close()
            raise Refusal("screening_timeout") from error
        if not line.endswith(b"\n"):
            self.close()
            raise Refusal("screening_crashed")
        return line


def _start_child() -> subprocess.Popen[bytes]:
    # One BLAS thread: numpy reserves address space per thread, which counts against the child's memory limit.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(_PROJECT_ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "portal.imaging.screening.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_PROJECT_ROOT,
        env=environment,
    )


def _read_line(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    """One line from the child, or b"" when it has died.

    The child answers each question with one line before it gets the next, so a line is all there is to read.
    """
    assert child.stdout is not None  # noqa: S101  opened with a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        if not selector.select(seconds):
            raise TimeoutError
    return child.stdout.readline()

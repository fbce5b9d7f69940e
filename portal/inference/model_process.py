"""An uploaded model as a worker sees it: a process of its own with limits, asked over pipes and killed when it is late.

Nothing of torch is loaded here. The file is opened once: what was hashed is what the process is given.
"""

import contextlib
import hashlib
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.wire import Array, Named, packed_header, read_message, values_of

_CHUNK = 2**20
# How often a waiting worker looks whether it shall stop.
_LOOK_S = 1.0
_ROOT = Path(__file__).resolve().parents[2]

Waiting = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an uploaded model may use: memory beyond the libraries' own, and seconds (of a clock and of a processor)."""

    memory_bytes: int
    load_seconds: float
    seconds: float


class Deadline:
    """Seconds of a clock that several questions share; `whole` is what they were at the beginning."""

    def __init__(self, seconds: float) -> None:
        self.whole = seconds
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; 0 where none are."""
        return max(0.0, self._until - time.monotonic())


def verified(path: Path, digest: str) -> int:
    """Open a stored model and return the descriptor; raise `ModelRefused` when it is not the one of this SHA-256."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError as error:
        detail = "The file of the model is not on this machine; restore var/models from the backup."
        raise ModelRefused("weights_missing", detail) from error
    with os.fdopen(os.dup(descriptor), "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        os.close(descriptor)
        detail = f"The file of the model has SHA-256 {found[:12]}…, registered is {digest[:12]}…; it is not loaded."
        raise ModelRefused("weights_digest_mismatch", detail)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


class ModelProcess:
    """A loaded model. Use it as a context; after a failure that ended it, the next case starts it again."""

    def __init__(
        self,
        *,
        kind: str,
        path: Path,
        digest: str,
        keys: Sequence[str],
        limits: Limits,
        waiting: Waiting | None = None,
        explains: str | None = None,
    ) -> None:
        # The key of the output that is to be explained; None: the model is to predict.
        self.explains = explains
        self.device = ""
        self.kind = kind
        self.path = path
        self.digest = digest
        self.keys = list(keys)
        self.limits = limits
        self._waiting = waiting or _nothing
        # How many layers of the loaded model can be set to work as in training.
        self.dropout_layers = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> "ModelProcess":
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Say whether the process is alive: a model that failed on a case without dying keeps it."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Check the digest and load the model; raise `ModelRefused` with the reason when it cannot be."""
        descriptor = verified(self.path, self.digest)
        self._folder = tempfile.TemporaryDirectory(prefix="overread-model-")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "portal.inference.engine.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env=_environment(self._folder.name),
                pass_fds=[descriptor],
                start_new_session=True,
            )
        finally:
            # The child has its own copy by now, or there is no child.
            request = {"kind": self.kind, "file": descriptor, "keys": self.keys, "parent": os.getpid()}
            request["explains"] = self.explains
            os.close(descriptor)
        limits = {
            "memory_bytes": self.limits.memory_bytes,
            "load_seconds": self.limits.load_seconds,
            "seconds": self.limits.seconds,
        }
        header, _ = self._ask({**request, **limits}, [], Deadline(self.limits.load_seconds))
        if header.get("ready") is not True:
            self.close()
            raise _said(header)
        self.device = str(header.get("device", ""))[:20]
        layers = header.get("dropout_layers")
        self.dropout_layers = layers if isinstance(layers, int) else 0

    def predict(self, volume: Array, deadline: Deadline | None = None, dropout_seed: int | None = None) -> list[Named]:
        """Return the model's outputs for a volume (1, 1, slices, rows, columns), not yet checked for what they say.

        `deadline`: of several questions that share the time of one; without it this one has all of it. With
        `dropout_seed` the dropout layers work as in training, and draw what this seed gives.

        Raises
        ------
        ModelRefused
            `too_slow`, `out_of_memory`, `model_error`, `model_died` or what else was wrong.
        """
        _, arrays = self._asked({"dropout_seed": dropout_seed}, volume, deadline)
        if [key for key, _ in arrays] != self.keys:
            self.close()
            raise ModelRefused("broken_answer", "The process of the model answered with other outputs than it has.")
        return arrays

    def explain(self, volume: Array, asked: dict[str, Any]) -> tuple[dict[str, Any], list[Named]]:
        """Return what the process says of where the score of a volume comes from; nothing of it is checked yet."""
        return self._asked({"asked": asked}, volume)

    def _asked(
        self, header: dict[str, Any], volume: Array, deadline: Deadline | None = None
    ) -> tuple[dict[str, Any], list[Named]]:
        if not self.is_running:
            self.close()
            self.start()
        time_limit = deadline or Deadline(self.limits.seconds)
        # The processor's time is limited by the kernel, so the process has to know what is left.
        said, arrays = self._ask({"seconds": time_limit.left, **header}, [("volume", volume)], time_limit)
        if said.get("done") is not True:
            raise _said(said)
        return said, arrays

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            _kill(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _ask(
        self, header: dict[str, Any], arrays: Sequence[Named], deadline: Deadline
    ) -> tuple[dict[str, Any], list[Named]]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the process of the model has not been started")
        line = _Line(process.stdin.fileno(), process.stdout.fileno(), deadline, self._waiting)
        try:
            line.send(packed_header(header, arrays))
            for _, values in arrays:
                line.send(values_of(values))
            return read_message(line.read)
        except TimeoutError as error:
            self.close()
            detail = f"The model was stopped: it needed more than {math.ceil(deadline.whole)} s."
            raise ModelRefused("too_slow", detail) from error
        except (EOFError, BrokenPipeError) as error:
            _kill(process)
            code = process.returncode
            self.close()
            raise _died(code) from error
        except BaseException:
            # Between question and answer the line is of no more use.
            self.close()
            raise


class _Line:
    """Both pipes with one deadline; a model that neither reads nor writes cannot hold the worker."""

    def __init__(self, writes_to: int, reads_from: int, deadline: Deadline, waiting: Waiting) -> None:
        self.writes_to, self.reads_from, self.deadline, self.waiting = writes_to, reads_from, deadline, waiting
        os.set_blocking(writes_to, False)
        os.set_blocking(reads_from, False)

    def send(self, content: bytes | memoryview) -> None:
        rest = memoryview(content)
        while rest:
            self._wait(self.writes_to, select.POLLOUT)
            rest = rest[os.write(self.writes_to, rest[:_CHUNK]) :]

    def read(self, count: int) -> bytearray:
        content = bytearray()
        while len(content) < count:
            self._wait(self.reads_from, select.POLLIN)
            part = os.read(self.reads_from, min(_CHUNK, count - len(content)))
            if not part:
                raise EOFError
            content += part
        return content

    def _wait(self, descriptor: int, event: int) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        while True:
            left = self.deadline.left
            if left <= 0:
                raise TimeoutError
            if poll.poll(1000 * min(left, _LOOK_S)):
                return
            self.waiting()


def _nothing() -> None:
    return


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the worker's own: its environment holds the passwords of the database."""
    kept = {
        name: os.environ[name] for name in ("LANG", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES") if name in os.environ
    }
    return {
        **kept,
        "PYTHONPATH": str(_ROOT),
        "OMP_NUM_THREADS": "1",
        "HOME": "/nonexistent",
        # captum loads matplotlib, which wants a folder of its own; this one goes with the process.
        "MPLCONFIGDIR": folder,
        # Without it cuBLAS sums in an order that changes.
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _said(header: dict[str, Any]) -> ModelRefused:
    code, detail = header.get("code"), header.get("detail")
    if not (isinstance(code, str) and isinstance(detail, str) and code.isidentifier()):
        return ModelRefused("broken_answer", "The process of the model answered something that is no answer.")
    return ModelRefused(code[:60], detail[:500])


def _died(code: int) -> ModelRefused:
    if code == -signal.SIGXCPU:
        return ModelRefused("too_slow", "The model was stopped: it used more time of the processor than it may.")
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return ModelRefused("model_died", f"The process of the model ended by itself ({name}), as one does without memory.")

"""The process that runs one uploaded model: `python -m portal.inference.engine.child`, started by a worker.

It is told the kind and the limits, given the file as an open descriptor, and then a volume at a time on its standard
input; it answers on its standard output (`portal.inference.engine.wire`). It closes the walls before it looks at the
file. It has no settings, no secrets and no database. Told an output that is to be explained, it answers each volume
with where the score comes from instead (`portal.inference.engine.attribution`).
"""

import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

import torch

from portal.inference.engine.confinement import ConfinementUnavailable, allow_cpu_seconds, confine, die_with_parent
from portal.inference.engine.network import preferred_device
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.uploaded import TORCH_EXPORT, Model, first_line, load_model
from portal.inference.engine.weights import deterministic_torch
from portal.inference.engine.wire import Array, Named, packed_header, read_message, values_of

Work = Callable[[dict[str, Any], Array], None]

_EXPLAINING = "portal.inference.engine.explaining"
# The worker is believed; a volume may be as large as it likes.
_ANY_AMOUNT = 2**40
_NO_MEMORY = ("can't allocate memory", "bad_alloc", "out of memory", "failed to allocate", "cannot allocate memory")


def main() -> None:
    """Load the model, then answer volumes until the worker closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    # What a model prints goes nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    questions = sys.stdin.buffer
    try:
        request, _ = read_message(_reader(questions))
        die_with_parent(request["parent"])
        _answer(answers, lambda: _serve(request, questions, answers))
    except EOFError:
        return


def _serve(request: dict[str, Any], questions: BinaryIO, answers: BinaryIO) -> None:
    """Load, say so, and work; a refusal of the file ends the process."""
    device = _ready_device(request)
    try:
        confine(request["memory_bytes"])
    except (ConfinementUnavailable, OSError, ValueError) as error:
        raise ModelRefused("no_confinement", f"This machine cannot confine uploaded models: {error}.") from error
    allow_cpu_seconds(request["load_seconds"])
    with os.fdopen(request["file"], "rb") as file:
        work, dropout_layers = _loaded(request, file.read(), device, answers)
    _send(answers, {"ready": True, "device": device.type, "dropout_layers": dropout_layers}, [])
    while True:
        header, arrays = read_message(_reader(questions), _ANY_AMOUNT)
        allow_cpu_seconds(header["seconds"])
        _answer(answers, partial(work, header, arrays[0][1]))


def _loaded(request: dict[str, Any], content: bytes, device: torch.device, answers: BinaryIO) -> tuple[Work, int]:
    """What is done with each volume, and how many layers of the model can be set to work as in training."""
    if request["explains"] is None:
        model = load_model(request["kind"], content, request["keys"], request["memory_bytes"], device)
        return lambda header, volume: _run(model, volume, header["dropout_seed"], answers), model.dropout_layers
    explaining = importlib.import_module(_EXPLAINING)
    asked = (request["kind"], content, request["keys"], request["explains"], request["memory_bytes"], device)
    subject = explaining.load_subject(*asked)
    return lambda header, volume: _send(answers, *explaining.explained(subject, header, volume)), 0


def _ready_device(request: dict[str, Any]) -> torch.device:
    """Load what the libraries load late while files can still be opened for writing, which drivers of a GPU do."""
    deterministic_torch()
    # Of a stranger's operators some have no such form on a GPU; the trial looks whether the numbers come again.
    torch.use_deterministic_algorithms(True, warn_only=True)
    if request["kind"] == TORCH_EXPORT:
        importlib.import_module("torch._inductor.cpp_builder")
    if request["explains"] is not None:
        # Only then: captum takes a second, and a model that predicts does without.
        importlib.import_module(_EXPLAINING)
    device = preferred_device()
    torch.zeros(1, device=device)
    return device


def _run(model: Model, volume: Array, dropout_seed: int | None, answers: BinaryIO) -> None:
    with torch.inference_mode():
        found = model.says(volume) if dropout_seed is None else model.says_with_dropout(volume, dropout_seed)
    _send(answers, {"done": True}, found)


def _answer(answers: BinaryIO, work: Callable[[], None]) -> None:
    """Do the work; what goes wrong becomes an answer with a code."""
    try:
        work()
    except EOFError:
        raise
    except ModelRefused as refused:
        _send(answers, {"code": refused.code, "detail": refused.detail}, [])
    except MemoryError:
        _send(answers, _too_much_memory(), [])
    except Exception as error:  # noqa: BLE001  whatever a stranger's model raises
        if any(words in str(error).lower() for words in _NO_MEMORY):
            _send(answers, _too_much_memory(), [])
        else:
            _send(answers, {"code": "model_error", "detail": f"The model failed: {first_line(error)}"}, [])


def _too_much_memory() -> dict[str, Any]:
    return {"code": "out_of_memory", "detail": "The model needs more memory than a model may have."}


def _send(answers: BinaryIO, header: dict[str, Any], arrays: list[Named]) -> None:
    answers.write(packed_header(header, arrays))
    for _, values in arrays:
        answers.write(values_of(values))
    answers.flush()


def _reader(stream: BinaryIO) -> Callable[[int], bytearray]:
    def read(count: int) -> bytearray:
        buffer = bytearray(count)
        view = memoryview(buffer)
        done = 0
        while done < count:
            got = stream.readinto(view[done:])  # type: ignore[attr-defined]
            if not got:
                raise EOFError
            done += got
        return buffer

    return read


if __name__ == "__main__":
    main()

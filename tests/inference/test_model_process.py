"""Uploaded models in their own process: the same answer from every kind, and what hostile ones come to."""

import hashlib
import os
import time
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from torch import nn

from portal.inference.engine.refusal import ModelRefused
from portal.inference.model_process import Limits, ModelProcess
from tests.inference.made_models import (
    SCORES,
    SHAPE,
    Score,
    changed_archive,
    exported,
    onnx_model,
    onnx_score,
    score_of,
    torchscript,
)

LIMITS = Limits(memory_bytes=2 * 2**30, load_seconds=90, seconds=60)
# float32 sums in another order.
TOLERANCE = 1e-6


@pytest.fixture
def process_of(tmp_path):
    """Makes the process of a file; all of them are ended after the test."""
    made: list[ModelProcess] = []

    def make(kind, content, keys=("case_probability",), **changes):
        path = tmp_path / f"model-{len(made)}"
        path.write_bytes(content)
        digest = changes.pop("digest", hashlib.sha256(content).hexdigest())
        process = ModelProcess(kind=kind, path=path, digest=digest, keys=keys, **{"limits": LIMITS, **changes})
        made.append(process)
        return process

    yield make
    for process in made:
        process.close()


def volume(seed=3):
    return np.random.default_rng(seed).uniform(-1, 1, SHAPE).astype(np.float32)


def refusal(process, given=None):
    with pytest.raises(ModelRefused) as caught:
        process.predict(volume() if given is None else given)
    return caught.value


@pytest.mark.parametrize("kind", SCORES)
def test_every_kind_says_what_the_closed_form_says(process_of, kind):
    process = process_of(kind, SCORES[kind]())
    for seed in (1, 2):
        ((key, said),) = process.predict(volume(seed))
        assert key == "case_probability"
        assert said.reshape(()) == pytest.approx(score_of(volume(seed)), abs=TOLERANCE)
    assert process.is_running


@pytest.mark.parametrize("kind", SCORES)
def test_a_truncated_file_is_refused(process_of, kind):
    content = SCORES[kind]()
    refused = refusal(process_of(kind, content[: len(content) // 2]))
    assert refused.code == ("not_onnx" if kind == "ONNX" else "not_an_archive")


@pytest.mark.parametrize("kind", SCORES)
def test_another_file_than_registered_is_not_loaded(process_of, kind):
    process = process_of(kind, SCORES[kind](), digest="0" * 64)
    assert refusal(process).code == "weights_digest_mismatch"
    process.path.unlink()
    assert refusal(process).code == "weights_missing"


def test_the_digest_is_looked_at_before_each_load(process_of):
    process = process_of("ONNX", SCORES["ONNX"]())
    process.predict(volume())
    process.path.write_bytes(onnx_score(weight=9.0).SerializeToString())
    process.close()
    assert refusal(process).code == "weights_digest_mismatch"


class Forever(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        while bool(volume.sum() > -1e30):
            volume = volume + 0.0
        return volume.sum()


class Greedy(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        # 2.5e9 float32: 10 GB.
        return torch.zeros([2_500_000_000]).add_(volume.mean()).sum()


class Endless(nn.Module):
    """A view that claims 10^12 numbers and holds one."""

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return volume.mean().reshape(1).expand(1_000_000_000_000)


class Failing(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        if bool(volume.mean() > 0):
            raise RuntimeError("no such volume")
        return volume.mean().sigmoid()


def test_an_endless_loop_is_stopped_and_the_next_case_has_a_model_again(process_of):
    process = process_of("TORCHSCRIPT", torchscript(Forever()), limits=Limits(2 * 2**30, 90, 2))
    started = time.monotonic()
    process.start()
    loaded = time.monotonic()
    assert refusal(process).code == "too_slow"
    assert time.monotonic() - loaded < 10
    assert not process.is_running
    assert refusal(process).code == "too_slow"
    assert time.monotonic() - started < 90


def test_ten_gigabytes_are_not_given(process_of):
    process = process_of("TORCHSCRIPT", torchscript(Greedy()))
    assert refusal(process).code in {"out_of_memory", "model_died"}
    # 10 GB of an ONNX graph: a constant shape, filled.
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["filled"]),
        helper.make_node("ReduceMean", ["volume"], ["mean"], keepdims=0),
        helper.make_node("Add", ["filled", "mean"], ["sum"]),
        helper.make_node("ReduceMean", ["sum"], ["case_probability"], keepdims=0),
    ]
    size = numpy_helper.from_array(np.array([2_500_000_000], np.int64), "size")
    model = onnx_model(nodes, {"case_probability": []}, [size])
    assert refusal(process_of("ONNX", model.SerializeToString())).code in {"out_of_memory", "model_died"}


def test_an_output_that_claims_to_be_huge_is_refused(process_of):
    refused = refusal(process_of("TORCHSCRIPT", torchscript(Endless())))
    assert (refused.code, "1000000000000" in refused.detail) == ("output_too_large", True)


def test_an_error_of_the_model_is_of_one_case(process_of):
    process = process_of("TORCHSCRIPT", torchscript(Failing()))
    refused = refusal(process, np.full(SHAPE, 0.5, np.float32))
    assert (refused.code, "no such volume" in refused.detail) == ("model_error", True)
    assert process.is_running
    ((_, said),) = process.predict(np.full(SHAPE, -0.5, np.float32))
    assert said == pytest.approx(1 / (1 + np.exp(0.5)), abs=TOLERANCE)


def test_a_worker_that_is_told_to_stop_stops_the_model(process_of):
    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    process = process_of("TORCHSCRIPT", torchscript(Forever()))
    process.start()
    number = process._process.pid
    process._waiting = stop
    with pytest.raises(Stopped):
        process.predict(volume())
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_the_process_knows_nothing_of_the_worker(process_of, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    process = process_of("TORCHSCRIPT", SCORES["TORCHSCRIPT"]())
    process.start()
    with open(f"/proc/{process._process.pid}/environ", "rb") as file:  # noqa: PTH123
        names = {one.split(b"=")[0] for one in file.read().split(b"\0") if one}
    assert names <= {
        b"LANG",
        b"LD_LIBRARY_PATH",
        b"PYTHONPATH",
        b"OMP_NUM_THREADS",
        b"HOME",
        b"LC_CTYPE",
        b"CUBLAS_WORKSPACE_CONFIG",
        # matplotlib, which captum imports, wants a folder.
        b"MPLCONFIGDIR",
    }


class Writer(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        torch.save(volume, "/tmp/overread-hostile")
        return volume.mean()


class Reader(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.from_file("/etc/passwd", False, 8, dtype=torch.uint8).float().mean()


class WriterOnLoad(nn.Module):
    """`__setstate__` runs while the archive is loaded."""

    @torch.jit.export
    def __getstate__(self) -> int:
        return 1

    @torch.jit.export
    def __setstate__(self, state: int) -> None:
        torch.save(state, "/tmp/overread-hostile")

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return volume.mean()


@pytest.mark.parametrize("module", [Writer, Reader, WriterOnLoad])
def test_torchscript_that_reaches_for_files_is_not_loaded(process_of, module):
    refused = refusal(process_of("TORCHSCRIPT", torchscript(module())))
    assert refused.code == "forbidden_operator"
    assert not os.path.exists("/tmp/overread-hostile")  # noqa: PTH110


class Nothing(nn.Module):
    def forward(self, volume: torch.Tensor) -> str:
        return "a score of 1"


class Two(nn.Module):
    def forward(self, volume: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return volume.mean(), volume.mean()


class Complex(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.fft.fft(volume.reshape(-1))[:1]


class Named(nn.Module):
    def forward(self, volume: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"other": volume.mean()}


@pytest.mark.parametrize(
    ("module", "code"),
    [(Nothing, "wrong_outputs"), (Two, "wrong_outputs"), (Complex, "wrong_outputs"), (Named, "missing_output")],
)
def test_what_is_no_tensor_of_the_card_is_refused(process_of, module, code):
    assert refusal(process_of("TORCHSCRIPT", torchscript(module()))).code == code


def test_an_onnx_model_without_the_cards_output_is_refused(process_of):
    assert refusal(process_of("ONNX", onnx_score("probability").SerializeToString())).code == "missing_output"


def hostile_export(change: Any) -> bytes:
    return changed_archive(exported(Score()), change)


def test_an_export_that_names_a_function_of_the_system_is_not_loaded(process_of):
    """torch.export.load would look `torch.os.system` up and call it with the graph's own argument."""

    def change(name, content):
        if name == "models/model.json":
            content = content.replace(b"torch.ops.aten.sigmoid.default", b"torch.os.system")
        return content

    refused = refusal(process_of("TORCH_EXPORT", hostile_export(change)))
    assert (refused.code, "torch.os.system" in refused.detail) == ("forbidden_operator", True)


def test_an_onnx_model_with_weights_in_another_file_is_not_loaded(process_of, tmp_path):
    model = onnx_score()
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], location="../../etc/passwd")
    model.graph.initializer[0].ClearField("raw_data")
    assert refusal(process_of("ONNX", model.SerializeToString())).code == "external_data"

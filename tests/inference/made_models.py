"""Small models of every kind, made in the tests: as files that somebody could upload."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from tests.inference.cards import CARD, card

CODE = CARD["outputs"][0]["code"]
# Slices, rows and columns of the volume that models are shown.
SHAPE = (1, 1, 6, 16, 16)


def card_of(*kinds: str, **of_input: Any) -> dict[str, Any]:
    """A card whose outputs are of these kinds, each named after its kind."""
    made = card(**of_input)
    made["outputs"] = [{"key": kind.lower(), "name": kind, "kind": kind, "code": CODE} for kind in kinds]
    return made


class Score(nn.Module):
    """The mean of the volume, squeezed between 0 and 1: closed form `1 / (1 + exp(-(weight * mean + bias)))`."""

    def __init__(self, weight: float = 2.0, bias: float = 0.5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))
        self.bias = nn.Parameter(torch.tensor(bias))

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.weight * volume.mean() + self.bias)


def score_of(volume: np.ndarray, weight: float = 2.0, bias: float = 0.5) -> float:
    """What `Score` says, worked out without torch."""
    return float(1 / (1 + np.exp(-(weight * volume.mean(dtype=np.float64) + bias))))


class Bright(nn.Module):
    """The more of the volume is bright, the higher the score; two layers, so that there is something to redraw."""

    def __init__(self, scale: float = 500.0) -> None:
        super().__init__()
        self.scale = scale
        torch.manual_seed(6)
        self.first = nn.Conv3d(1, 4, 3, stride=(1, 2, 2), padding=1)
        self.second = nn.Conv3d(4, 4, 3, padding=1)
        for layer, offset in ((self.first, -0.5), (self.second, 0.0)):
            nn.init.uniform_(layer.weight, 0.5 / layer.weight[0].numel(), 1.5 / layer.weight[0].numel())
            nn.init.constant_(layer.bias, offset)

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        cells = functional.relu(self.second(functional.relu(self.first(volume))))
        return torch.sigmoid(self.scale * cells.mean() - 2.0)


def torchscript(module: nn.Module) -> bytes:
    """As `torch.jit.script(module).save` writes it."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module.eval()), buffer)
    return buffer.getvalue()


def exported(module: nn.Module, *, is_dynamic: bool = True) -> bytes:
    """As `torch.export.save` writes it."""
    sides = {2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO, 4: torch.export.Dim.AUTO}
    program = torch.export.export(
        module.eval(), (torch.zeros(SHAPE),), dynamic_shapes=(sides,) if is_dynamic else None, strict=False
    )
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()


def onnx_score(key: str = "case_probability", weight: float = 2.0, bias: float = 0.5) -> onnx.ModelProto:
    """`Score` as an ONNX graph."""
    nodes = [
        helper.make_node("ReduceMean", ["volume"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "weight"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], [key]),
    ]
    weights = [
        numpy_helper.from_array(np.array(value, np.float32), name)
        for name, value in (("weight", weight), ("bias", bias))
    ]
    return onnx_model(nodes, {key: []}, weights)


def onnx_model(
    nodes: list[Any], outputs: Mapping[str, list[Any] | None], weights: list[TensorProto]
) -> onnx.ModelProto:
    """An ONNX model that is given `volume`."""
    volume = helper.make_tensor_value_info("volume", TensorProto.FLOAT, [1, 1, "slices", "rows", "columns"])
    said = [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, shape in outputs.items()]
    graph = helper.make_graph(nodes, "made", [volume], said, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


# A model of every kind that says the same.
SCORES: dict[str, Callable[[], bytes]] = {
    "TORCHSCRIPT": lambda: torchscript(Score()),
    "TORCH_EXPORT": lambda: exported(Score()),
    "ONNX": lambda: onnx_score().SerializeToString(),
}


def changed_archive(content: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """An archive with each member changed, left out (None), and members added below its folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        root = old.namelist()[0].split("/", 1)[0]
        for name in old.namelist():
            part = change(name.split("/", 1)[1], old.read(name))
            if part is not None:
                new.writestr(name, part)
        for name, part in added.items():
            new.writestr(f"{root}/{name}", part)
    return buffer.getvalue()

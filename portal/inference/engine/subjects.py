"""Model files of every kind as something that can be explained. Runs only behind the walls."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import torch
from torch import nn

from portal.inference.engine.demo_subject import DemoSubject
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.subject import Group, Layer, Subject
from portal.inference.engine.uploaded import (
    ONNX,
    TORCH_EXPORT,
    TORCHSCRIPT,
    by_key,
    exported_module,
    torchscript_module,
)

DEMO_CNN = "DEMO_CNN"
NO_HOOKS = (
    "Grad-CAM needs what a layer inside the model computes, and a TorchScript model does not show that. Upload the "
    "model as a torch.export archive, or ask for integrated gradients."
)
NO_GRADIENTS = (
    "An ONNX model is run without gradients, so neither method can explain it. Upload the model as a torch.export "
    "archive."
)
_CONVOLUTION = re.compile(r"aten\.(conv[123]d|convolution)(\.\w+)?")


class _Score(nn.Module):
    """One output of a module, as a tensor of one value that still has its gradient."""

    def __init__(self, module: nn.Module, keys: Sequence[str], key: str) -> None:
        super().__init__()
        self.module = module
        self.keys = list(keys)
        self.key = key

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        said = by_key(self.module(volume), self.keys)[self.key]
        if not isinstance(said, torch.Tensor) or said.numel() != 1:
            raise ModelRefused("wrong_shape", f"{self.key} is not one number.")
        return said.reshape(1).float()


def load_subject(
    kind: str, content: bytes, keys: Sequence[str], key: str, maximum_bytes: int, device: torch.device
) -> Subject:
    """Check and load a file of a version so that its output `key` can be explained.

    Raises
    ------
    ModelRefused
        `no_gradients` of an ONNX model, or the reason why the file is not taken.
    """
    if kind == ONNX:
        raise ModelRefused("no_gradients", NO_GRADIENTS)
    return _LOADERS[kind](content, keys, key, maximum_bytes, device)


def _torchscript(content: bytes, keys: Sequence[str], key: str, maximum_bytes: int, device: torch.device) -> Subject:
    module = torchscript_module(content, maximum_bytes, device)
    groups = _grouped(dict(module.named_parameters()))
    return Subject(_Score(module, keys, key), [], groups, ModelRefused("no_hooks", NO_HOOKS))


def _exported(content: bytes, keys: Sequence[str], key: str, maximum_bytes: int, device: torch.device) -> Subject:
    module = exported_module(content, maximum_bytes, device)
    parameters = dict(module.named_parameters())
    groups = _grouped({name: parameters[name] for name in _in_order_of_use(module) if name in parameters})
    layers = _tapped(module)
    return Subject(_Score(module, keys, key), layers, groups, ModelRefused("no_layer", "The model has no convolution."))


def _demo(content: bytes, keys: Sequence[str], key: str, maximum_bytes: int, device: torch.device) -> Subject:
    return DemoSubject(content, device)


_LOADERS: Mapping[str, Callable[[bytes, Sequence[str], str, int, torch.device], Subject]] = {
    TORCHSCRIPT: _torchscript,
    TORCH_EXPORT: _exported,
    DEMO_CNN: _demo,
}


def _grouped(parameters: Mapping[str, nn.Parameter]) -> list[Group]:
    """Parameters by the module that holds them, in their order; those of the model itself each for itself."""
    groups: dict[str, list[nn.Parameter]] = {}
    for name, parameter in parameters.items():
        if parameter.is_floating_point():
            groups.setdefault(name.rpartition(".")[0] or name, []).append(parameter)
    return list(groups.items())


def _in_order_of_use(module: Any) -> list[str]:
    """Names of what the graph holds, in the order in which its operators first take them."""
    names: dict[str, None] = {}
    for node in module.graph.nodes:
        for taken in node.all_input_nodes:
            if taken.op == "get_attr":
                names.setdefault(str(taken.target))
    return list(names)


def _tapped(module: Any) -> list[Layer]:
    """Put a module that does nothing behind each convolution of a graph, so that captum can look at what passes it."""
    layers: list[Layer] = []
    for node in list(module.graph.nodes):
        if node.op != "call_function" or not _CONVOLUTION.fullmatch(str(node.target)):
            continue
        weight = node.args[1]
        is_held = weight.op == "get_attr"
        name = str(weight.target).removesuffix(".weight") if is_held else node.name
        # A weight that is worked out on the way has a shape that nobody wrote down: taken as one that looks around.
        kernel = reduce(getattr, str(weight.target).split("."), module).shape[2:] if is_held else (0, 0)
        tap = nn.Identity()
        attribute = f"overread_tap_{len(layers)}"
        module.add_submodule(attribute, tap)
        with module.graph.inserting_after(node):
            passing = module.graph.call_module(attribute, (node,))
        node.replace_all_uses_with(passing, delete_user_cb=lambda user, kept=passing: user is not kept)
        layers.append(Layer(name, tap, math.prod(kernel) != 1))
    module.recompile()
    return layers

"""Uploaded models of every kind behind one interface: a volume (1, 1, slices, rows, columns) in, named arrays out.

Runs only behind the walls.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch.export.passes import move_to_device_pass

from portal.inference.engine.exported_file import checked_export
from portal.inference.engine.onnx_file import checked_onnx
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.torchscript_file import checked_torchscript
from portal.inference.engine.wire import MAXIMUM_VALUES, Array, Named

TORCHSCRIPT, TORCH_EXPORT, ONNX = "TORCHSCRIPT", "TORCH_EXPORT", "ONNX"

# Layers of torch.nn that leave parts out while a network is trained.
DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"})

Says = Callable[[Array], list[Named]]


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model: what it says, and its layers that can be set to work as in training."""

    says: Says
    layers: tuple[torch.nn.Module, ...] = ()

    @property
    def dropout_layers(self) -> int:
        """How many there are."""
        return len(self.layers)

    def says_with_dropout(self, volume: Array, seed: int) -> list[Named]:
        """What it says with its dropout layers at work; all others stay as they are in use."""
        torch.manual_seed(seed)
        for layer in self.layers:
            layer.train()
        try:
            return self.says(volume)
        finally:
            for layer in self.layers:
                layer.eval()


def load_model(kind: str, content: bytes, keys: Sequence[str], maximum_bytes: int, device: torch.device) -> Model:
    """Check and load an uploaded file; `keys` are those of the model card's outputs, in its order.

    Raises
    ------
    ModelRefused
        With the reason why the file is not taken.
    """
    return _LOADERS[kind](content, keys, maximum_bytes, device)


def torchscript_module(content: bytes, maximum_bytes: int, device: torch.device) -> Any:
    """Check and load a TorchScript archive; raise `ModelRefused` with the reason against it."""
    archive = checked_torchscript(content, maximum_bytes)
    try:
        return torch.jit.load(archive, map_location=device).eval()
    except (RuntimeError, ValueError) as error:
        raise ModelRefused("cannot_load", f"torch.jit.load refuses the archive: {first_line(error)}") from error


def _dropout_layers(module: Any) -> tuple[torch.nn.Module, ...]:
    """The layers whose code still asks whether they are trained; a trace has written down that they were not."""
    return tuple(
        one
        for one in module.modules()
        if getattr(one, "original_name", "") in DROPOUTS and "self.training" in getattr(one, "code", "")
    )


def exported_module(content: bytes, maximum_bytes: int, device: torch.device) -> Any:
    """Check and load a torch.export archive as a graph; raise `ModelRefused` with the reason against it."""
    archive = checked_export(content, maximum_bytes)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(archive)
            return move_to_device_pass(program, device).module()
    except Exception as error:
        # The reader raises many kinds for a graph that does not hold together.
        raise ModelRefused("cannot_load", f"torch.export.load refuses the archive: {first_line(error)}") from error


def _load_torchscript(content: bytes, keys: Sequence[str], maximum_bytes: int, device: torch.device) -> Model:
    module = torchscript_module(content, maximum_bytes, device)
    return Model(lambda volume: _named(module(_on(volume, device)), keys), _dropout_layers(module))


def _load_export(content: bytes, keys: Sequence[str], maximum_bytes: int, device: torch.device) -> Model:
    module = exported_module(content, maximum_bytes, device)
    return Model(lambda volume: _named(module(_on(volume, device)), keys))


def _load_onnx(content: bytes, keys: Sequence[str], maximum_bytes: int, device: torch.device) -> Model:
    model = checked_onnx(content)
    weights = {one.name for one in model.graph.initializer}
    inputs = [one.name for one in model.graph.input if one.name not in weights]
    outputs = {one.name for one in model.graph.output}
    if len(inputs) != 1:
        raise ModelRefused("wrong_inputs", f"The model has {len(inputs)} inputs; it is given one, the volume.")
    if missing := [key for key in keys if key not in outputs]:
        detail = f"The model has no output named {', '.join(missing)}, as its card says; it has {', '.join(outputs)}."
        raise ModelRefused("missing_output", detail[:500])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4
    wanted = ["CUDAExecutionProvider"] if device.type == "cuda" else []
    providers = [one for one in wanted if one in onnxruntime.get_available_providers()] + ["CPUExecutionProvider"]
    try:
        session = onnxruntime.InferenceSession(content, options, providers=providers)
    except Exception as error:
        # Each of its many error classes is generated from C++ and derives from Exception alone.
        raise ModelRefused("cannot_load", f"ONNX Runtime refuses the model: {first_line(error)}") from error
    names = list(keys)
    said = partial(session.run, names)
    return Model(lambda volume: _checked(dict(zip(names, said({inputs[0]: volume}), strict=True)), keys))


_LOADERS: Mapping[str, Callable[[bytes, Sequence[str], int, torch.device], Model]] = {
    TORCHSCRIPT: _load_torchscript,
    TORCH_EXPORT: _load_export,
    ONNX: _load_onnx,
}


def _on(volume: Array, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(volume).to(device)


def _named(returned: Any, keys: Sequence[str]) -> list[Named]:
    """What a module returned, as arrays."""
    tensors = by_key(returned, keys)
    return _checked({key: _plain(key, tensors[key]) for key in keys}, keys)


def by_key(returned: Any, keys: Sequence[str]) -> dict[str, Any]:
    """The tensors that a module returned: by the card's keys, or in the card's order."""
    if isinstance(returned, torch.Tensor):
        returned = (returned,)
    if isinstance(returned, list | tuple):
        if len(returned) != len(keys):
            detail = f"The model returns {len(returned)} tensors; its card has {len(keys)} outputs."
            raise ModelRefused("wrong_outputs", detail)
        returned = dict(zip(keys, returned, strict=True))
    if not isinstance(returned, dict):
        raise ModelRefused("wrong_outputs", f"The model returns a {type(returned).__name__}, which is no tensor.")
    if missing := [key for key in keys if key not in returned]:
        raise ModelRefused("missing_output", f"The model does not return {', '.join(missing)}, as its card says.")
    return returned


def _plain(key: str, tensor: Any) -> Any:
    if not isinstance(tensor, torch.Tensor) or tensor.layout != torch.strided or tensor.is_quantized:
        raise ModelRefused("wrong_outputs", f"{key} is no plain tensor.")
    # A view can claim any size without holding it.
    _check_amount(key, tensor.numel(), tuple(tensor.shape))
    if tensor.is_complex():
        raise ModelRefused("wrong_outputs", f"{key} holds complex numbers.")
    return tensor.detach().to(torch.float32).cpu().numpy()


def _checked(arrays: Mapping[str, Any], keys: Sequence[str]) -> list[Named]:
    named = []
    for key in keys:
        array = arrays[key]
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
            raise ModelRefused("wrong_outputs", f"{key} is no array of numbers.")
        _check_amount(key, array.size, array.shape)
        named.append((key, np.ascontiguousarray(array, np.float32)))
    return named


def _check_amount(key: str, count: int, shape: Sequence[int]) -> None:
    if count > MAXIMUM_VALUES:
        detail = f"{key} has the shape {' x '.join(map(str, shape))}: more than {MAXIMUM_VALUES:,} values."
        raise ModelRefused("output_too_large", detail)


def first_line(error: BaseException) -> str:
    """What an error says, in printable characters, short."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[-1] if lines else type(error).__name__
    return "".join(one if one.isprintable() else "?" for one in text)[:200]

"""Weights on disk: safetensors (numbers only, no code), told apart by the SHA-256 of the file."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from portal.inference.engine.network import ARCHITECTURE, NoduleNetwork

_METADATA_KEY = "overread"


class WeightsError(Exception):
    """The weights file is missing, damaged, or not the one that was registered; `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling: probability = sigmoid(slope * logit + intercept)."""

    slope: float
    intercept: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained network with its calibration and the digest of the file it came from."""

    network: NoduleNetwork
    calibration: Calibration
    digest: str


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def save_weights(network: NoduleNetwork, calibration: Calibration, path: Path) -> str:
    """Write the weights, whole or not at all; returns the digest of the file."""
    # One metadata entry only: safetensors promises no order among several, and the digest depends on it.
    description = json.dumps({"architecture": ARCHITECTURE, "calibration": asdict(calibration)}, sort_keys=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    content = save(tensors, metadata={_METADATA_KEY: description})
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
    return file_digest(path)


def load_weights(path: Path, expected_digest: str) -> Weights:
    """Read the weights and refuse any file but the registered one."""
    if not path.is_file():
        raise WeightsError(
            "weights_missing", f"the weights file {path.name} does not exist; run `manage.py train_demo_model`"
        )
    digest = file_digest(path)
    if digest != expected_digest:
        raise WeightsError(
            "weights_digest_mismatch",
            f"the weights file {path.name} has SHA-256 {digest[:12]}…, registered is {expected_digest[:12]}…",
        )
    return read_weights(path.read_bytes(), digest, path.name)


def read_weights(content: bytes, digest: str, name: str) -> Weights:
    """The weights in the bytes of a file; `name` is what the file is called where it is damaged."""
    try:
        # The layout of the format: the length of a JSON header (8 bytes, little end first), the header, the tensors.
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        description = json.loads(header["__metadata__"][_METADATA_KEY])
        tensors = load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsError("weights_damaged", f"the weights file {name} cannot be read: {error}") from error
    if description["architecture"] != ARCHITECTURE:
        raise WeightsError("weights_damaged", f"the weights file {name} is for another network than {ARCHITECTURE}")
    network = NoduleNetwork()
    network.load_state_dict(tensors)
    network.eval()
    return Weights(network, Calibration(**description["calibration"]), digest)


# Fixed, because the number of threads decides the order of sums. One, because the maps and batches are small: a
# second thread gains little on an idle machine and, waiting for its share of a busy one, costs much.
THREADS = 1


def deterministic_torch() -> None:
    """Same input, same numbers: fixed thread count, no TF32, no racing kernels."""
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True, warn_only=False)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False

"""Where a score comes from: Grad-CAM and integrated gradients of a subject, by captum. Runs only behind the walls.

References
----------
Selvaraju RR et al. Grad-CAM: visual explanations from deep networks via gradient-based localization. ICCV 2017.
Sundararajan M, Taly A, Yan Q. Axiomatic attribution for deep networks. ICML 2017.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from captum.attr import IntegratedGradients, LayerGradCam

from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.subject import Placed, Subject
from portal.inference.engine.wire import Array

GRAD_CAM, INTEGRATED_GRADIENTS = "GRAD_CAM", "INTEGRATED_GRADIENTS"
# As many cells as a stored map may have (`heat_map.MAXIMUM_VOXELS`).
MAXIMUM_CELLS = 2**23
# What torch says where nothing leads from the score back to what is explained.
_NO_GRADIENT = ("does not require grad", "not have been used in the graph", "inference tensor")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be explained, and how.

    `layer` is Grad-CAM's (None: the last convolution); `steps` and `baseline` (a value of the model's input, of every
    voxel) those of integrated gradients. The last `randomised` layers have redrawn parameters, of `seed`.
    """

    method: str
    layer: str | None
    steps: int
    baseline: float
    randomised: int
    seed: int


@dataclass(frozen=True, slots=True)
class Explained:
    """Where the score comes from: signed values of cells, the layer that was looked at, and numbers to check them by.

    `facts` has `score`; of integrated gradients also `baseline_score` and `attribution_sum`, which would be the
    difference of the two if the steps were infinitely many (completeness).
    """

    placed: Placed
    layer: str
    facts: Mapping[str, float]


def explain(subject: Subject, volume: Array, asked: Asked) -> Explained:
    """Explain the subject's score of a volume (1, 1, slices, rows, columns).

    Raises
    ------
    ModelRefused
        `no_hooks`, `no_layer`, `unknown_layer`, `no_place`, or `no_gradient` where the score does not depend on the
        input by anything that has a derivative.
    """
    device = next(subject.score.parameters(), torch.empty(0)).device
    given = torch.from_numpy(np.array(volume, np.float32)).to(device).requires_grad_()
    subject.randomise(asked.randomised, asked.seed)
    subject.look_at(given.detach())
    try:
        return _METHODS[asked.method](subject, given, asked)
    except RuntimeError as error:
        if not any(words in str(error) for words in _NO_GRADIENT):
            raise
        detail = "No gradient leads from this output back to the images, so there is nothing that could explain it."
        raise ModelRefused("no_gradient", detail) from error


def _grad_cam(subject: Subject, volume: torch.Tensor, asked: Asked) -> Explained:
    layer = subject.layer(asked.layer)
    found = LayerGradCam(subject.score, layer.tap).attribute(volume, relu_attributions=True)
    # The axis of the channels, of which one is left, goes.
    placed = subject.place(_array(found[:, 0]), volume.shape[2:])
    return Explained(placed, layer.name, {"score": _score(subject, volume)})


def _integrated_gradients(subject: Subject, volume: torch.Tensor, asked: Asked) -> Explained:
    # One step at a time: a model takes one case and not a batch of them, and memory does not grow with the steps.
    found = IntegratedGradients(subject.score).attribute(
        volume, baselines=asked.baseline, n_steps=asked.steps, internal_batch_size=1
    )
    values = _array(found[0, 0])
    facts = {
        "score": _score(subject, volume),
        "baseline_score": _score(subject, torch.full_like(volume, asked.baseline)),
        "attribution_sum": float(values.sum(dtype=np.float64)),
    }
    return Explained(coarser(values), "", facts)


_METHODS = {GRAD_CAM: _grad_cam, INTEGRATED_GRADIENTS: _integrated_gradients}


def coarser(values: Array, maximum_cells: int = MAXIMUM_CELLS) -> Placed:
    """Attributions of voxels as sums over blocks, so few that they can be stored; the total stays the same.

    Blocks grow in the plane first, whose voxels are finer than slices are apart.
    """
    block = [1, 1, 1]
    while np.prod([-(-whole // size) for whole, size in zip(values.shape, block, strict=True)]) > maximum_cells:
        in_plane = min(block[1:])
        block = [block[0] * 2, *block[1:]] if in_plane > 2 * block[0] else [block[0], in_plane * 2, in_plane * 2]
    sums = values.astype(np.float64)
    for axis, size in enumerate(block):
        sums = np.add.reduceat(sums, np.arange(0, values.shape[axis], size), axis=axis)
    slices, rows, columns = block
    first = ((slices - 1) / 2, (rows - 1) / 2, (columns - 1) / 2)
    return Placed(sums.astype(np.float32), (float(slices), float(rows), float(columns)), first)


def _score(subject: Subject, volume: torch.Tensor) -> float:
    with torch.no_grad():
        return float(subject.score(volume.detach()))


def _array(tensor: torch.Tensor) -> Any:
    return tensor.detach().to(torch.float32).cpu().numpy()

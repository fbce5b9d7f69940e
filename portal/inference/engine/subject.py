"""A loaded model as something that can be explained: one score that gradients can be taken of, and its layers."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Point
from portal.inference.engine.wire import Array

# Between two layers of the same seed: their draws have nothing to do with each other.
_SEED_STEP = 1_000_003


class Layer(NamedTuple):
    """A convolution: `tap` is called with what it computes. `is_wide`: it looks beyond one cell, as a head does not."""

    name: str
    tap: nn.Module
    is_wide: bool


class Placed(NamedTuple):
    """Values [slice, row, column] of cells; cell `i` lies at voxel `first + i * step` of the input, along each axis."""

    values: Array
    step: Point
    first: Point


Group = tuple[str, list[nn.Parameter]]


class Subject:
    """A model of which one score is explained.

    `score` takes a volume (1, 1, slices, rows, columns) and returns a tensor of one value. `layers` are convolutions
    and `groups` the parameters of each layer, both in the order in which they are executed.
    """

    def __init__(
        self, score: nn.Module, layers: Sequence[Layer], groups: Sequence[Group], no_layers: ModelRefused
    ) -> None:
        self.score = score
        self.layers = list(layers)
        self.groups = list(groups)
        self._no_layers = no_layers
        self._originals = [[one.detach().clone() for one in parameters] for _, parameters in self.groups]

    def look_at(self, volume: torch.Tensor) -> None:
        """Get ready for a case."""

    def layer(self, name: str | None) -> Layer:
        """The convolution of this name; without one the last that looks beyond a single cell.

        Raises
        ------
        ModelRefused
            `no_hooks`, `no_layer`, or `unknown_layer` with the names that there are.
        """
        if not self.layers:
            raise self._no_layers
        if name is None:
            return next((one for one in reversed(self.layers) if one.is_wide), self.layers[-1])
        found = next((one for one in self.layers if one.name == name), None)
        if found is None:
            known = ", ".join(one.name for one in self.layers)
            raise ModelRefused("unknown_layer", f"The model has no convolution {name[:60]}; it has {known}."[:500])
        return found

    def place(self, values: Array, shape: Sequence[int]) -> Placed:
        """Where cells of a layer lie: they cover the volume of this shape evenly.

        `values` is (batch, slices, rows, columns), (slices, rows, columns) or (1, rows, columns): a network that takes
        slices one by one has them as its batch, and one that takes them as channels has a cell through all of them.
        """
        cells = values[0] if values.ndim == 4 and values.shape[0] == 1 else values
        if cells.ndim != 3 or (cells.shape[0] not in {1, shape[0]} and values.ndim == 3):
            found = " x ".join(map(str, values.shape))
            detail = f"The layer computes {found} cells, which cannot be told apart as slices, rows and columns."
            raise ModelRefused("no_place", detail)
        steps = [whole / count for whole, count in zip(shape, cells.shape, strict=True)]
        return Placed(cells, _point(steps), _point([(step - 1) / 2 for step in steps]))

    def randomise(self, count: int, seed: int) -> None:
        """Redraw the parameters of the last `count` layers and put back those of the others.

        Each parameter is drawn from a normal distribution around 0 with the root mean square of the original, from a
        seed of its layer's own: what is drawn for a layer is the same for every count.
        """
        first = len(self.groups) - count
        for index, ((_, parameters), originals) in enumerate(zip(self.groups, self._originals, strict=True)):
            generator = torch.Generator().manual_seed((seed * _SEED_STEP + index) % 2**63)
            for parameter, original in zip(parameters, originals, strict=True):
                drawn = original
                if index >= first:
                    size = float(original.double().pow(2).mean().sqrt())
                    drawn = size * torch.randn(original.shape, generator=generator)
                parameter.data.copy_(drawn)


def _point(values: Sequence[float]) -> Point:
    slices, rows, columns = values
    return slices, rows, columns

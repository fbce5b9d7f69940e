"""The demo detector as something that can be explained: the score of its best peak, as `detector.detect` gives it."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from portal.inference.engine.detector import BACKGROUND_LOGIT, body_window
from portal.inference.engine.network import STRIDE
from portal.inference.engine.preprocess import CONTEXT
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.subject import Layer, Placed, Subject
from portal.inference.engine.weights import Weights, WeightsError, read_weights
from portal.inference.engine.wire import Array

_BATCH = 8


class DemoScore(nn.Module):
    """The calibrated score of the best cell, of a volume (1, 1, slices, rows, columns) on the demo's grid.

    Only the slice of the best cell is computed with gradients: no other one moves the score.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.network = weights.network
        self.calibration = weights.calibration
        self.window: tuple[slice, slice] = (slice(None), slice(None))
        self.best = 0

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        values = volume[0, 0][:, self.window[0], self.window[1]]
        with torch.no_grad():
            batches = torch.arange(values.shape[0]).split(_BATCH)
            highest = torch.cat([self._logits(values, batch).amax(dim=(1, 2)) for batch in batches])
        self.best = int(highest.argmax())
        logit = self._logits(values, torch.tensor([self.best])).amax().clamp(min=BACKGROUND_LOGIT)
        return torch.sigmoid(self.calibration.slope * logit + self.calibration.intercept).reshape(1)

    def _logits(self, values: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
        around = indices[:, None] + torch.arange(-CONTEXT, CONTEXT + 1)
        logits: torch.Tensor = self.network(values[around.clamp(0, values.shape[0] - 1)])
        return logits


class DemoSubject(Subject):
    """The demo detector. Its window is that of the case, also where the way from the baseline to it is walked."""

    def __init__(self, content: bytes, device: torch.device) -> None:
        try:
            weights = read_weights(content, "", "of the demo model")
        except WeightsError as error:
            raise ModelRefused(error.code, str(error)) from error
        self._demo = DemoScore(weights).to(device)
        named = {
            f"layers.{index}": one for index, one in enumerate(weights.network.layers) if isinstance(one, nn.Conv2d)
        }
        layers = [Layer(name, one, one.kernel_size != (1, 1)) for name, one in named.items()]
        groups = [(name, list(one.parameters())) for name, one in named.items()]
        super().__init__(self._demo, layers, groups, ModelRefused("no_layer", "The model has no convolution."))

    def look_at(self, volume: torch.Tensor) -> None:
        """Find the window around the body, beyond which the detector does not look."""
        self._demo.window = body_window(volume[0, 0].cpu().numpy())

    def place(self, values: Array, shape: Sequence[int]) -> Placed:
        """Where the one slice (1, rows, columns) within the window lies: cells as those of the demo's heat map."""
        rows, columns = self._demo.window
        window_rows = len(range(*rows.indices(shape[1])))
        step = 1 if values.shape[1] == window_rows else STRIDE
        cells = np.zeros((shape[0], -(-shape[1] // step), -(-shape[2] // step)), np.float32)
        inside = cells[self._demo.best, (rows.start or 0) // step :, (columns.start or 0) // step :]
        inside[: values.shape[1], : values.shape[2]] = values[0]
        return Placed(cells, (1.0, float(step), float(step)), (0.0, 0.0, 0.0))

"""The demo detector as a model that somebody could upload: one graph from the volume to score and heat map."""

import io

import torch
from torch import nn
from torch.nn import functional

from portal.inference.engine.detector import BACKGROUND_LOGIT, BODY_LEVEL, BODY_MARGIN
from portal.inference.engine.network import STRIDE
from portal.inference.engine.preprocess import CONTEXT
from portal.inference.engine.weights import Weights


class ExportedDemo(nn.Module):
    """Score and heat map of `detect`, of the volume (1, 1, slices, rows, columns) on the demo's grid.

    The demo computes in a window around the body, beyond which a convolution finds zeros. A graph of fixed steps does
    the same by setting everything outside of the window to zero after each layer.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.layers = weights.network.layers
        self.slope = weights.calibration.slope
        self.intercept = weights.calibration.intercept
        self.background, self.level, self.margin, self.far = BACKGROUND_LOGIT, BODY_LEVEL, float(BODY_MARGIN), 1e9

    def forward(self, volume: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        values = volume[0, 0]
        window = self.window(values)
        coarse = window[::2, ::2]
        # The first and last slice again and again, as the demo's neighbours are.
        first, last = values[:1], values[-1:]
        padded = torch.cat([first, first, values, last, last])
        count = values.shape[0]
        images = torch.stack([padded[shift : shift + count] for shift in range(5)], dim=1)
        images = images * window
        images = functional.relu(self.layers[0](images)) * window
        # TorchScript takes a layer by a written number only.
        images = functional.relu(self.layers[2](images)) * coarse
        images = functional.relu(self.layers[4](images)) * coarse
        images = functional.relu(self.layers[6](images)) * coarse
        images = functional.relu(self.layers[8](images)) * coarse
        logits = self.layers[10](images)[:, 0]
        logits = torch.where(coarse > 0, logits, torch.full_like(logits, self.background))
        heat = torch.sigmoid(self.slope * logits + self.intercept)
        return heat.max(), heat

    def window(self, values: torch.Tensor) -> torch.Tensor:
        """1 within the rectangle around everything denser than air, with its margin; 0 outside."""
        dense = (values > self.level).to(values.dtype).amax(dim=0)
        return self.along(dense.amax(dim=1))[:, None] * self.along(dense.amax(dim=0))[None, :]

    def along(self, line: torch.Tensor) -> torch.Tensor:
        """1 from the first to the last place that is not 0, widened by the margin, beginning at a whole cell."""
        place = torch.arange(line.shape[0], dtype=line.dtype)
        low = torch.where(line > 0, place, torch.full_like(place, self.far)).amin()
        high = torch.where(line > 0, place, torch.full_like(place, -self.far)).amax()
        start = torch.floor(torch.clamp(low - self.margin, min=0.0) / 2.0) * 2.0
        is_inside = (place >= start) & (place <= high + self.margin)
        return torch.where(high < 0, torch.ones_like(place), is_inside.to(line.dtype))


assert (STRIDE, CONTEXT) == (2, 2), "the graph is written for these"


def onnx_bytes(module: nn.Module, example: torch.Tensor) -> bytes:
    """As `torch.onnx.export` writes it."""
    buffer = io.BytesIO()
    torch.onnx.export(
        module,
        (example,),
        buffer,
        input_names=["volume"],
        output_names=["case_probability", "heat_map"],
        dynamic_axes={"volume": {2: "slices", 3: "rows", 4: "columns"}},
        opset_version=17,
        dynamo=False,
    )
    return buffer.getvalue()

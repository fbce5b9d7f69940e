"""The network: a small fully convolutional nodule detector on five neighbouring slices."""

import torch
from torch import nn

from portal.inference.engine.preprocess import CONTEXT

ARCHITECTURE = "overread-nodule-fcn-1"
STRIDE = 2
_WIDTH = 24
_PRIOR_LOGIT = -4.0


class NoduleNetwork(nn.Module):
    """Maps (batch, 5, rows, columns) to (batch, rows/2, columns/2): the logit of a nodule."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2 * CONTEXT + 1, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, _WIDTH, 3, stride=STRIDE, padding=1),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, _WIDTH, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, _WIDTH, 3, padding=4, dilation=4),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, 1, 1),
        )
        # Nearly every cell is background: start from that, or the first steps are spent learning it.
        nn.init.constant_(self.layers[-1].bias, _PRIOR_LOGIT)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The logit map."""
        return self.layers(images)[:, 0]


def preferred_device() -> torch.device:
    """CUDA where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")

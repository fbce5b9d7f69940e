"""Runs a trained network over one volume."""

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage, special

from portal.inference.engine.network import STRIDE, NoduleNetwork, preferred_device
from portal.inference.engine.preprocess import GRID_MM, GridVolume, neighbours, to_grid
from portal.inference.engine.volume import Detection, Detections, Heat, Volume
from portal.inference.engine.weights import Calibration, Weights

# Scores on CUDA and on the CPU agree within this tolerance (float32 sums in another order).
DEVICE_TOLERANCE = 1e-3
FINDING_THRESHOLD = 0.2
MAXIMUM_FINDINGS = 10
# On the scale of the grid (-1 is air): about -500 HU; and voxels around the body that still count.
BODY_LEVEL = -0.17
BODY_MARGIN = 8
BACKGROUND_LOGIT = -30.0
_SEPARATION_MM = 12.0
_BATCH = 8

Maps = npt.NDArray[np.float32]


def body_window(values: Maps) -> tuple[slice, slice]:
    """Return rows and columns of everything denser than air, with a margin, beginning on whole cells of the maps."""
    dense: npt.NDArray[np.bool_] = np.any(values > BODY_LEVEL, axis=0)
    window = []
    for line in (np.any(dense, axis=1), np.any(dense, axis=0)):
        indices = np.flatnonzero(line)
        if indices.size == 0:
            window.append(slice(0, line.size))
            continue
        start = max(int(indices[0]) - BODY_MARGIN, 0) // STRIDE * STRIDE
        window.append(slice(start, min(int(indices[-1]) + BODY_MARGIN + 1, line.size)))
    return window[0], window[1]


def heat_maps(network: NoduleNetwork, grid: GridVolume, device: torch.device) -> Maps:
    """Logits over the volume, at STRIDE in the plane; outside the body they are BACKGROUND_LOGIT."""
    network = network.to(device).eval()
    count, rows, columns = grid.values.shape
    maps = np.full((count, -(-rows // STRIDE), -(-columns // STRIDE)), BACKGROUND_LOGIT, np.float32)
    window = body_window(grid.values)
    inside = maps[:, window[0].start // STRIDE :, window[1].start // STRIDE :]
    values = grid.values[:, window[0], window[1]]
    with torch.inference_mode():
        for start in range(0, count, _BATCH):
            indices = range(start, min(start + _BATCH, count))
            stack = np.stack([neighbours(values, index) for index in indices])
            logits = network(torch.from_numpy(stack).to(device)).float().cpu().numpy()
            inside[start : indices.stop, : logits.shape[1], : logits.shape[2]] = logits
    return maps


def peaks(logits: Maps, limit: int = MAXIMUM_FINDINGS) -> list[tuple[int, int, int]]:
    """Local maxima of the logits, best first, none closer to a better one than the separation."""
    step_mm = (GRID_MM[0], GRID_MM[1] * STRIDE, GRID_MM[2] * STRIDE)
    size = [2 * int(_SEPARATION_MM / step) + 1 for step in step_mm]
    highest = ndimage.maximum_filter(logits, size=size, mode="nearest")
    places = np.argwhere(logits == highest)
    order = np.argsort(-logits[tuple(places.T)], kind="stable")[:limit]
    return [(int(z), int(y), int(x)) for z, y, x in places[order]]


def _centre_of_mass(logits: Maps, place: tuple[int, int, int]) -> tuple[float, float, float]:
    """The peak with sub-cell precision: probabilities around it as weights."""
    box = tuple(slice(max(index - 2, 0), index + 3) for index in place)
    weight = special.expit(logits[box])
    offset = ndimage.center_of_mass(weight)
    return (
        box[0].start + float(offset[0]),
        box[1].start + float(offset[1]),
        box[2].start + float(offset[2]),
    )


def _diameter_mm(grid: GridVolume, slice_index: float, row: float, column: float) -> float:
    """Diameter of the largest circle inside what is denser than half way from lung to the peak, in its slice.

    A circle, because vessels that touch the nodule would stretch any measure of the whole region.
    """
    plane = grid.values[round(slice_index)]
    reach = int(_SEPARATION_MM / GRID_MM[1])
    top, left = max(round(row) - reach, 0), max(round(column) - reach, 0)
    window = plane[top : round(row) + reach + 1, left : round(column) + reach + 1]
    middle = (round(row) - top, round(column) - left)
    near = window[max(middle[0] - 1, 0) : middle[0] + 2, max(middle[1] - 1, 0) : middle[1] + 2]
    half = (float(near.mean()) + float(np.percentile(window, 20))) / 2
    depth = ndimage.distance_transform_edt(window > half, sampling=GRID_MM[1])
    close = depth[max(middle[0] - 2, 0) : middle[0] + 3, max(middle[1] - 2, 0) : middle[1] + 3]
    return float(np.clip(2 * close.max(), 3.0, 40.0))


def _probability(logit: float, calibration: Calibration) -> float:
    return float(special.expit(calibration.slope * logit + calibration.intercept))


def detect(volume: Volume, weights: Weights, device: torch.device | None = None) -> Detections:
    """The calibrated case score (that of the best peak) and the findings above FINDING_THRESHOLD."""
    return detect_on(to_grid(volume), weights, device)


def detect_on(grid: GridVolume, weights: Weights, device: torch.device | None = None) -> Detections:
    """The same on a volume that lies on the network's grid already."""
    logits = heat_maps(weights.network, grid, device or preferred_device())
    findings = []
    scores = []
    for place in peaks(logits):
        score = _probability(float(logits[place]), weights.calibration)
        scores.append(score)
        if score < FINDING_THRESHOLD:
            continue
        slice_index, row, column = _centre_of_mass(logits, place)
        at = (slice_index, row * STRIDE, column * STRIDE)
        nearest = int(np.clip(round(grid.to_source_index(*at)[0]), 0, grid.source.hounsfield.shape[0] - 1))
        findings.append(Detection(grid.to_patient_mm(*at), _diameter_mm(grid, *at), score, nearest))
    return Detections(scores[0], tuple(findings), _heat(grid, logits, weights.calibration))


def _heat(grid: GridVolume, logits: Maps, calibration: Calibration) -> Heat:
    """The calibrated probability of every cell of the maps, and where the cells lie in the patient."""
    probability = special.expit(calibration.slope * logits + calibration.intercept).astype(np.float32)
    along_slices, along_rows, along_columns = grid.zoom
    to_source = np.diag([STRIDE / along_columns, STRIDE / along_rows, 1 / along_slices, 1.0])
    return Heat(probability, grid.source.affine @ to_source)

"""Trains the demo detector on known nodules. Always on the CPU: the same seed gives the same weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from portal.inference.engine.detector import heat_maps, peaks
from portal.inference.engine.network import STRIDE, NoduleNetwork
from portal.inference.engine.preprocess import GRID_MM, GridVolume, neighbours, to_grid
from portal.inference.engine.volume import Sphere, TrainingCase
from portal.inference.engine.weights import Calibration, deterministic_torch

PATCH = 48
_CPU = torch.device("cpu")

Array = npt.NDArray[np.float32]
Progress = Callable[[int, int, str], None]


class TrainingFailed(Exception):
    """The trained network is of no use: more cases or steps are needed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the weights, besides the cases."""

    seed: int = 7
    rounds: int = 2
    steps: int = 400
    batch: int = 24
    patches_per_case: int = 40
    hard_per_case: int = 8
    learning_rate: float = 3e-3


@dataclass(frozen=True, slots=True)
class _Patches:
    images: Array
    targets: Array
    weights: Array

    def __len__(self) -> int:
        return len(self.images)


def _targets(grid: GridVolume, nodules: tuple[Sphere, ...], index: int, corner: tuple[int, int]) -> tuple[Array, Array]:
    """For one patch of one slice: target and weight (0 = do not care), at STRIDE."""
    cells = PATCH // STRIDE
    target, weight = np.zeros((cells, cells), np.float32), np.ones((cells, cells), np.float32)
    row, column = np.mgrid[0:cells, 0:cells].astype(np.float32) * STRIDE
    for nodule in nodules:
        z0, y0, x0 = grid.from_patient_mm(nodule.center_mm)
        dz = (index - z0) * GRID_MM[0]
        in_plane = np.hypot((row + corner[0] - y0) * GRID_MM[1], (column + corner[1] - x0) * GRID_MM[2])
        radius = nodule.diameter_mm / 2
        distance = np.hypot(in_plane, dz)
        core = (in_plane <= max(0.5 * radius, 2.5)) & (abs(dz) <= max(0.6 * radius, GRID_MM[0] / 2))
        weight[(distance <= radius + 4) & ~core] = 0
        weight[core], target[core] = 1, 1
    return target, weight


def _patch_corner(centre: tuple[float, float], shape: tuple[int, ...], rng: np.random.Generator) -> tuple[int, int]:
    corner = []
    for position, size in zip(centre, shape, strict=True):
        start = round(position + float(rng.uniform(-14, 14))) - PATCH // 2
        # Patches begin on even voxels: their maps and those of the whole slice have the same cells.
        corner.append(int(np.clip(start, 0, size - PATCH)) // STRIDE * STRIDE)
    return corner[0], corner[1]


def _places(
    grid: GridVolume, nodules: tuple[Sphere, ...], count: int, rng: np.random.Generator
) -> list[tuple[int, float, float]]:
    """Slices and centres of the patches: a sixth around each nodule, the rest at edges and anywhere."""
    places = []
    for nodule in nodules:
        z0, y0, x0 = grid.from_patient_mm(nodule.center_mm)
        for _ in range(count // 6):
            index = int(np.clip(round(z0 + float(rng.normal(0, 0.7))), 0, grid.values.shape[0] - 1))
            places.append((index, y0, x0))
    edge = np.zeros_like(grid.values, dtype=bool)
    edge[:, :, 1:] = np.abs(np.diff(grid.values, axis=2)) > 0.5
    inside = np.argwhere(edge)
    remaining = count - len(places)
    at_edges = inside[rng.integers(len(inside), size=remaining // 2)]
    anywhere = rng.integers(grid.values.shape, size=(remaining - remaining // 2, 3))
    places.extend((int(z), float(y), float(x)) for z, y, x in np.concatenate([at_edges, anywhere]))
    return places


def _hard_places(
    network: NoduleNetwork, grid: GridVolume, nodules: tuple[Sphere, ...], count: int
) -> list[tuple[int, float, float]]:
    """Where the network is wrongly confident: its best peaks that are no nodules."""
    logits = heat_maps(network, grid, _CPU)
    truth = [grid.from_patient_mm(nodule.center_mm) for nodule in nodules]
    places = []
    for z, y, x in peaks(logits):
        place = (z, float(y * STRIDE), float(x * STRIDE))
        if all(np.linalg.norm((np.subtract(place, centre)) * GRID_MM) > 20 for centre in truth):
            places.append(place)
    return places[:count]


def _cut(
    grid: GridVolume,
    nodules: tuple[Sphere, ...],
    places: list[tuple[int, float, float]],
    rng: np.random.Generator,
) -> _Patches:
    rows: list[tuple[Array, Array, Array]] = []
    for index, row, column in places:
        y, x = _patch_corner((row, column), grid.values.shape[1:], rng)
        target, weight = _targets(grid, nodules, index, (y, x))
        rows.append((neighbours(grid.values, index)[:, y : y + PATCH, x : x + PATCH], target, weight))
    images, targets, weights = (np.stack(column) for column in zip(*rows, strict=True))
    return _Patches(images, targets, weights)


def _loss(logit: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Weighted cross-entropy on the map; nodule cells are rare, so they count more."""
    entropy = functional.binary_cross_entropy_with_logits(logit, target, reduction="none")
    return (weight * (1 + 3 * target) * entropy).sum() / target.sum().clamp(min=1)


def _fit(network: NoduleNetwork, patches: _Patches, recipe: Recipe, seed: int, progress: Progress) -> None:
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.learning_rate, total_steps=recipe.steps)
    tensors = [torch.from_numpy(array) for array in (patches.images, patches.targets, patches.weights)]
    network.train()
    for step in range(recipe.steps):
        chosen = torch.randint(len(tensors[0]), (recipe.batch,), generator=generator)
        images, target, weight = (tensor[chosen] for tensor in tensors)
        flipped = [axis for axis in (1, 2) if torch.rand((), generator=generator) < 0.5]
        images = torch.flip(images, [axis + 1 for axis in flipped])
        target, weight = (torch.flip(tensor, flipped) for tensor in (target, weight))
        optimiser.zero_grad()
        loss = _loss(network(images), target, weight)
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            progress(step, recipe.steps, f"training, loss {loss.item():.3f}")
    network.eval()


def _calibrate(network: NoduleNetwork, cases: Sequence[tuple[GridVolume, bool]]) -> Calibration:
    """Platt scaling of the best logit of cases the network never saw."""
    best = []
    for grid, _ in cases:
        logits = heat_maps(network, grid, _CPU)
        best.append(float(logits[peaks(logits, limit=1)[0]]))
    truth = [has_nodule for _, has_nodule in cases]
    model = LogisticRegression(C=1.0).fit(np.array(best)[:, None], truth)
    slope = float(model.coef_[0, 0])
    if slope <= 0:
        raise TrainingFailed("The network tells cases with nodules from others no better than chance.")
    return Calibration(slope, float(model.intercept_[0]))


def _joined(parts: Sequence[_Patches]) -> _Patches:
    return _Patches(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Patches)))


def fit_network(fitting: Sequence[TrainingCase], recipe: Recipe, progress: Progress) -> NoduleNetwork:
    """Fit a network in rounds: after each, patches are added where it was wrongly confident."""
    deterministic_torch()
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    grids = [(to_grid(case.volume), case.nodules) for case in fitting]
    network = NoduleNetwork()
    patches = [
        _cut(grid, nodules, _places(grid, nodules, recipe.patches_per_case, rng), rng) for grid, nodules in grids
    ]
    for round_number in range(recipe.rounds):
        progress(round_number, recipe.rounds, f"round {round_number + 1}, {sum(map(len, patches))} patches")
        _fit(network, _joined(patches), recipe, recipe.seed + round_number, progress)
        if round_number + 1 < recipe.rounds:
            for grid, nodules in grids:
                hard = _hard_places(network, grid, nodules, recipe.hard_per_case)
                if hard:
                    patches.append(_cut(grid, nodules, hard, rng))
    return network


def train(
    fitting: Sequence[TrainingCase], calibration: Sequence[TrainingCase], recipe: Recipe, progress: Progress
) -> tuple[NoduleNetwork, Calibration]:
    """Fit a network on the first cases and calibrate its scores on the others."""
    if len({bool(case.nodules) for case in calibration}) < 2:
        raise TrainingFailed("Calibration needs cases with and without nodules.")
    network = fit_network(fitting, recipe, progress)
    progress(recipe.rounds, recipe.rounds, "calibrating")
    return network, _calibrate(network, [(to_grid(case.volume), bool(case.nodules)) for case in calibration])

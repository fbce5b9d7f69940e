"""From a phantom with planted nodules to predictions: the demo detector as TorchScript, torch.export and ONNX says

what the portal's own engine says.
"""

import hashlib

import numpy as np
import pytest
import torch

from portal.demo.phantoms.catalogue import make_phantom
from portal.demo.training_cases import to_training_cases
from portal.inference.engine.detector import detect
from portal.inference.model_input import model_grid
from portal.inference.model_outputs import checked_outputs
from portal.inference.model_process import Limits, ModelProcess
from tests.inference.exported_demo import ExportedDemo, onnx_bytes
from tests.inference.made_models import card_of, exported, torchscript

# Of scores and of every cell of the heat map: float32 sums in another order through six layers.
TOLERANCE = 1e-5
CARD = card_of("CASE_PROBABILITY", "HEAT_MAP", grid_mm=[3.5, 1.4, 1.4], window={"low": -1000, "high": 200})
LIMITS = Limits(memory_bytes=4 * 2**30, load_seconds=120, seconds=120)
EXAMPLE = (1, 1, 6, 32, 40)


@pytest.fixture(scope="module")
def cases():
    """Phantoms with two, one and no planted nodule; the second has fewer slices."""
    planted = ((2, 24), (1, 18), (0, 24))
    phantoms = [make_phantom(f"EXPORT {n}", n, nodules=n, slices=slices) for n, slices in planted]
    return list(to_training_cases(phantoms))


def made(kind, weights):
    module = ExportedDemo(weights).eval()
    if kind == "ONNX":
        return onnx_bytes(module, torch.zeros(EXAMPLE))
    return torchscript(module) if kind == "TORCHSCRIPT" else exported(module)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["TORCHSCRIPT", "TORCH_EXPORT", "ONNX"])
def test_it_says_what_the_demo_engine_says(kind, little_weights, cases, tmp_path):
    content = made(kind, little_weights)
    path = tmp_path / "model"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    keys = [one["key"] for one in CARD["outputs"]]
    with ModelProcess(kind=kind, path=path, digest=digest, keys=keys, limits=LIMITS) as process:
        for case in cases:
            own = detect(case.volume, little_weights, torch.device("cpu"))
            grid = model_grid(CARD["input"], case.volume)
            said = checked_outputs(CARD, grid, process.predict(grid.values[np.newaxis, np.newaxis]))
            assert said.heat is not None
            assert said.score == pytest.approx(own.score, abs=TOLERANCE)
            assert said.heat.values == pytest.approx(own.heat.probability, abs=TOLERANCE)
            assert said.heat.affine == pytest.approx(own.heat.affine)
            for nodule in case.nodules:
                # Where a nodule was planted, both are equally warm.
                at = np.linalg.inv(said.heat.affine) @ [*nodule.center_mm, 1]
                column, row, slice_index = np.rint(at[:3]).astype(int)
                assert said.heat.values[slice_index, row, column] == pytest.approx(
                    own.heat.probability[slice_index, row, column], abs=TOLERANCE
                )

"""The demo detector on the GPU beside the CPU: the same numbers, and how long a volume takes.

    python bench/devices.py [--cases N]

Trains the demo model as `manage.py train_demo_model` does and runs it over the reading cases on both devices. Ends
with an error where they differ by more than the tolerance that the engine promises. Needs torch, scipy, safetensors
and a CUDA device; neither Django nor the portal.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from portal.demo.phantoms.catalogue import READING_CASES, calibration_cases, fitting_cases, reading_cases
from portal.demo.training_cases import to_training_cases
from portal.inference.engine.detector import DEVICE_TOLERANCE, detect
from portal.inference.engine.training import Recipe, train
from portal.inference.engine.volume import Detections, Volume
from portal.inference.engine.weights import Weights, deterministic_torch, load_weights, save_weights

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def demo_weights() -> Weights:
    """The demo model, trained here on the CPU."""
    started = time.perf_counter()
    fitting, calibration = list(to_training_cases(fitting_cases())), list(to_training_cases(calibration_cases()))
    network, scaling = train(fitting, calibration, Recipe(), lambda done, total, message: None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.safetensors"
        weights = load_weights(path, save_weights(network, scaling, path))
    print(f"trained in {time.perf_counter() - started:.0f} s; weights {weights.digest[:12]}")
    return weights


def timed(volume: Volume, weights: Weights, device: torch.device) -> tuple[Detections, float]:
    """The findings and the seconds they took, copying to the device and back included."""
    started = time.perf_counter()
    found = detect(volume, weights, device)
    return found, time.perf_counter() - started


def differences(here: Detections, there: Detections) -> tuple[float, float, float]:
    """Largest difference of scores, of the map's probabilities, and of centres in millimetres."""
    pairs = list(zip(here.findings, there.findings, strict=True))
    scores = [abs(here.score - there.score), *(abs(a.score - b.score) for a, b in pairs)]
    centres = [float(np.linalg.norm(np.subtract(a.center_mm, b.center_mm))) for a, b in pairs]
    heat = float(np.abs(here.heat.probability - there.heat.probability).max())
    return max(scores), heat, max(centres, default=0.0)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=READING_CASES)
    chosen = options.parse_args()
    if not torch.cuda.is_available():
        sys.exit("there is no CUDA device on this machine")
    deterministic_torch()
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}")
    weights = demo_weights()
    volumes = [next(iter(to_training_cases([case.draw()]))).volume for case in reading_cases()[: chosen.cases]]
    for device in (CPU, CUDA):
        detect(volumes[0], weights, device)
    worst, seconds = np.zeros(3), {CPU: [], CUDA: []}
    for volume in volumes:
        found = {}
        for device in (CPU, CUDA):
            found[device], took = timed(volume, weights, device)
            seconds[device].append(took)
        worst = np.maximum(worst, differences(found[CPU], found[CUDA]))
        again, _ = timed(volume, weights, CUDA)
        if differences(found[CUDA], again) != (0, 0, 0):
            sys.exit("the same volume gave other numbers the second time on the GPU")
    score, heat, centre_mm = worst
    print(f"{len(volumes)} volumes, largest differences: score {score:.1e}, map {heat:.1e}, centre {centre_mm:.1e} mm")
    print(", ".join(f"{device}: median {statistics.median(took) * 1000:.0f} ms" for device, took in seconds.items()))
    if max(score, heat) > DEVICE_TOLERANCE:
        sys.exit(f"more than the tolerance of {DEVICE_TOLERANCE}")


if __name__ == "__main__":
    main()

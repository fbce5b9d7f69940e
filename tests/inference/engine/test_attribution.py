"""Where a score comes from, against closed forms and against autograd by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from portal.inference.engine.attribution import GRAD_CAM, INTEGRATED_GRADIENTS, Asked, coarser, explain
from portal.inference.engine.demo_subject import DemoSubject
from portal.inference.engine.detector import body_window, detect
from portal.inference.engine.network import NoduleNetwork
from portal.inference.engine.preprocess import to_grid
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.subjects import load_subject
from portal.inference.engine.volume import Volume
from portal.inference.engine.weights import Calibration, Weights, deterministic_torch, save_weights
from tests.inference.exported_demo import ExportedDemo
from tests.inference.made_models import SHAPE, exported, onnx_score, torchscript

KEY = "case_probability"
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def same_numbers():
    deterministic_torch()


class Linear(nn.Module):
    """`sum(weight * volume)`: the attribution of a voxel is `weight * (value - baseline)`, whatever the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(SHAPE, generator=torch.Generator().manual_seed(1)))

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return (self.weight * volume).sum()


class Net(nn.Module):
    """Two convolutions and a head of one cell's width."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv3d(1, 4, 3, padding=1)
        self.second = nn.Conv3d(4, 3, 3, stride=2, padding=1)
        self.head = nn.Conv3d(3, 1, 1)

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        cells = functional.relu(self.second(functional.relu(self.first(volume))))
        return torch.sigmoid(self.head(cells).mean())


class Sliced(nn.Module):
    """Slices one by one, as a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 2, 3, stride=2, padding=1)

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(functional.relu(self.layer(volume[0, 0].unsqueeze(1))).mean())


def asked(method=INTEGRATED_GRADIENTS, layer=None, steps=20, baseline=-1.0, randomised=0, seed=0):
    return Asked(method, layer, steps, baseline, randomised, seed)


def subject(module, kind="TORCH_EXPORT"):
    content = {"TORCH_EXPORT": exported, "TORCHSCRIPT": torchscript}[kind](module)
    return load_subject(kind, content, [KEY], KEY, 2**30, CPU)


def net(seed=4):
    torch.manual_seed(seed)
    return Net()


def volume(seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, SHAPE).astype(np.float32)


def refusal(*args):
    with pytest.raises(ModelRefused) as refused:
        explain(*args)
    return refused.value


@pytest.mark.parametrize("kind", ["TORCH_EXPORT", "TORCHSCRIPT"])
def test_of_a_linear_model_each_voxel_has_its_weight_times_its_distance_from_the_baseline(kind):
    module, given_volume = Linear(), volume()
    found = explain(subject(module, kind), given_volume, asked(steps=10, baseline=-0.25))
    weight = module.weight.detach().numpy()
    expected = weight * (given_volume + 0.25)
    assert found.placed.values == pytest.approx(expected[0, 0], abs=1e-5)
    assert (found.placed.step, found.placed.first) == ((1, 1, 1), (0, 0, 0))
    facts = found.facts
    assert facts["score"] == pytest.approx(float((weight * given_volume).sum()), abs=1e-3)
    assert facts["baseline_score"] == pytest.approx(-0.25 * float(weight.sum()), abs=1e-3)
    # Completeness: exact for a linear model, but for float32 sums of 1,536 voxels.
    assert facts["attribution_sum"] == pytest.approx(facts["score"] - facts["baseline_score"], abs=1e-3)


def grad_cam_by_hand(module, layer, given_volume):
    """Selvaraju 2017, equations 1 and 2: the mean gradient of each channel weighs its activations."""
    kept = []
    handle = layer.register_forward_hook(lambda _, __, cells: kept.append(cells))
    score = module(torch.from_numpy(given_volume))
    handle.remove()
    (gradient,) = torch.autograd.grad(score, kept[0])
    spatial = tuple(range(2, gradient.ndim))
    return functional.relu((gradient.mean(spatial, keepdim=True) * kept[0]).sum(1)).detach().numpy()


@pytest.mark.parametrize(("asked_for", "name", "step"), [(None, "second", 2.0), ("first", "first", 1.0)])
def test_grad_cam_is_what_autograd_gives_by_hand(asked_for, name, step):
    module, given_volume = net(), volume()
    found = explain(subject(module), given_volume, asked(GRAD_CAM, asked_for))
    by_hand = grad_cam_by_hand(module, getattr(module, name), given_volume)
    assert found.layer == name
    assert by_hand.max() > 0
    assert found.placed.values == pytest.approx(by_hand[0], abs=1e-7)
    assert found.placed.step == (step, step, step)
    assert found.placed.first == ((step - 1) / 2,) * 3
    assert found.facts == {"score": pytest.approx(float(module(torch.from_numpy(given_volume)).detach()), abs=1e-6)}


def test_slices_taken_one_by_one_are_slices_of_the_map():
    torch.manual_seed(2)
    module, given_volume = Sliced(), volume()
    found = explain(subject(module), given_volume, asked(GRAD_CAM))
    assert found.placed.values == pytest.approx(grad_cam_by_hand(module, module.layer, given_volume), abs=1e-7)
    assert (found.placed.step, found.placed.first) == ((1, 2, 2), (0, 0.5, 0.5))


def test_integrated_gradients_add_up_the_better_the_more_steps():
    """Completeness (Sundararajan 2017, proposition 1) of a network that is not linear."""
    errors = []
    one = subject(net())
    for steps in (2, 100):
        facts = explain(one, volume(), asked(steps=steps)).facts
        errors.append(abs(facts["attribution_sum"] - (facts["score"] - facts["baseline_score"])))
        assert facts["score"] != facts["baseline_score"]
    assert errors[1] < 1e-5
    assert errors[1] <= errors[0]


def test_the_same_question_has_the_same_bytes():
    for method in (GRAD_CAM, INTEGRATED_GRADIENTS):
        one, other = (explain(subject(net()), volume(), asked(method)) for _ in range(2))
        assert one.placed.values.tobytes() == other.placed.values.tobytes()


def test_redrawn_weights_come_from_the_last_layer_on_and_go_again():
    one = subject(net())
    assert [name for name, _ in one.groups] == ["first", "second", "head"]

    def weights():
        return [parameters[0].detach().clone() for _, parameters in one.groups]

    def redrawn(count, seed=7):
        one.randomise(count, seed)
        return weights()

    original, two, all_three = weights(), redrawn(2), redrawn(3)
    assert [torch.equal(a, b) for a, b in zip(original, two, strict=True)] == [True, False, False]
    # What is drawn for a layer does not change when further ones are drawn.
    assert torch.equal(two[1], all_three[1])
    assert not torch.equal(all_three[0], original[0])
    assert not torch.equal(redrawn(3, seed=8)[0], all_three[0])
    # On the scale of the original: 324 draws of a standard deviation that is their root mean square.
    size = [float(tensors[1].pow(2).mean().sqrt()) for tensors in (original, two)]
    assert size[1] == pytest.approx(size[0], rel=0.2)
    assert all(torch.equal(a, b) for a, b in zip(redrawn(0), original, strict=True))


def test_what_cannot_be_explained_says_why():
    onnx = onnx_score().SerializeToString()
    with pytest.raises(ModelRefused) as refused:
        load_subject("ONNX", onnx, [KEY], KEY, 2**30, CPU)
    assert refused.value.code == "no_gradients"
    assert refusal(subject(net(), "TORCHSCRIPT"), volume(), asked(GRAD_CAM)).code == "no_hooks"
    unknown = refusal(subject(net()), volume(), asked(GRAD_CAM, "third"))
    assert (unknown.code, "first, second, head" in unknown.detail) == ("unknown_layer", True)
    assert refusal(subject(Linear(), "TORCH_EXPORT"), volume(), asked(GRAD_CAM)).code == "no_layer"


class Rounded(nn.Module):
    def forward(self, given_volume: torch.Tensor) -> torch.Tensor:
        return (given_volume > 0).float().mean()


def test_a_score_without_a_derivative_is_not_explained():
    assert refusal(subject(Rounded()), volume(), asked()).code == "no_gradient"


@given(
    st.tuples(*[st.integers(1, 9)] * 3),
    st.integers(1, 40),
    st.integers(0, 2**16),
)
def test_coarser_attributions_add_up_to_the_same(shape, most, seed):
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    found = coarser(values, most)
    assert found.values.size <= most
    assert float(found.values.sum(dtype=np.float64)) == pytest.approx(float(values.sum(dtype=np.float64)), abs=1e-4)
    # The first cell lies in the middle of its block.
    assert found.first == tuple((step - 1) / 2 for step in found.step)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo network with weights of no meaning, and a body of soft tissue with a hole in air."""
    torch.manual_seed(3)
    network, calibration = NoduleNetwork(), Calibration(1.0, 3.0)
    path = tmp_path_factory.mktemp("demo") / "weights.safetensors"
    save_weights(network, calibration, path)
    hounsfield = np.full((6, 64, 72), -1000, np.float32)
    hounsfield[:, 12:52, 14:60] = 40 + 20 * np.random.default_rng(5).normal(size=(6, 40, 46))
    hounsfield[2:4, 24:34, 30:42] = -850
    case = Volume(hounsfield, np.diag([1.4, 1.4, 3.5, 1.0]))
    return DemoSubject(path.read_bytes(), CPU), Weights(network.eval(), calibration, ""), case


def test_the_demo_detector_is_explained_by_the_score_that_it_gives(demo):
    one, weights, case = demo
    given_volume = to_grid(case).values[np.newaxis, np.newaxis]
    found = explain(one, given_volume, asked(steps=10))
    assert found.facts["score"] == pytest.approx(detect(case, weights, CPU).score, abs=1e-6)
    assert found.placed.values.shape == given_volume.shape[2:]
    difference = found.facts["score"] - found.facts["baseline_score"]
    # Of a maximum over cells few steps add up roughly only.
    assert found.facts["attribution_sum"] == pytest.approx(difference, abs=0.2 * abs(difference))


def test_grad_cam_of_the_demo_detector_is_that_of_its_graph(demo):
    """The same network as one graph over all slices, by hand; the mean over more cells is only another scale."""
    one, weights, case = demo
    given_volume = to_grid(case).values[np.newaxis, np.newaxis]
    found = explain(one, given_volume, asked(GRAD_CAM))
    module = ExportedDemo(weights)
    with torch.no_grad():
        heat = module(torch.from_numpy(given_volume))[1]
    by_hand = grad_cam_by_hand(lambda given: module(given)[0], weights.network.layers[8], given_volume)
    rows, columns = (slice(line.start // 2, -(-line.stop // 2)) for line in body_window(given_volume[0, 0]))
    best = int(heat.amax(dim=(1, 2)).argmax())
    theirs, ours = by_hand[best, rows, columns], found.placed.values[best, rows, columns]
    assert found.layer == "layers.8"
    assert theirs.max() > 0
    assert ours / ours.max() == pytest.approx(theirs / theirs.max(), abs=1e-4)
    assert np.count_nonzero(found.placed.values) == np.count_nonzero(ours)
    assert (found.placed.step, found.placed.first) == ((1, 2, 2), (0, 0, 0))

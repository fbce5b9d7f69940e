"""Weights files: told apart by their digest, and never a way to run code."""

import hashlib

import pytest
import torch

from portal.inference.engine.network import NoduleNetwork
from portal.inference.engine.weights import Calibration, WeightsError, load_weights, save_weights


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(1)
    network = NoduleNetwork()
    path = tmp_path / "w.safetensors"
    return network, path, save_weights(network, Calibration(1.5, -2.0), path)


def test_what_is_saved_is_what_is_loaded(saved):
    network, path, digest = saved
    weights = load_weights(path, digest)
    assert weights.calibration == Calibration(1.5, -2.0)
    assert weights.digest == digest == hashlib.sha256(path.read_bytes()).hexdigest()
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, weights.network.state_dict()[name])


def test_saving_twice_gives_the_same_bytes(saved, tmp_path):
    network, _, digest = saved
    assert save_weights(network, Calibration(1.5, -2.0), tmp_path / "again.safetensors") == digest


def test_one_changed_byte_is_refused(saved):
    _, path, digest = saved
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(WeightsError) as refused:
        load_weights(path, digest)
    assert refused.value.code == "weights_digest_mismatch"


def test_a_missing_file_is_named(saved, tmp_path):
    with pytest.raises(WeightsError) as refused:
        load_weights(tmp_path / "gone.safetensors", saved[2])
    assert refused.value.code == "weights_missing"
    assert "train_demo_model" in str(refused.value)


def test_a_file_that_is_no_weights_is_refused(tmp_path):
    path = tmp_path / "junk.safetensors"
    path.write_bytes(b"\x80\x04junk that is a pickle, not weights")
    with pytest.raises(WeightsError) as refused:
        load_weights(path, hashlib.sha256(path.read_bytes()).hexdigest())
    assert refused.value.code == "weights_damaged"

"""What a run asks for where it shall say how uncertain its scores are, and the samples that this makes of a case.

Pure rules over plain JSON values and arrays. Everything follows from the card and from what the run asks: the same case
has the same samples on any machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from portal.errors import FieldProblem
from portal.inference.finding_geometry import problem
from portal.inference.uncertainty import MC_DROPOUT, TEST_TIME_AUGMENTATION

Array = npt.NDArray[np.float32]
Augmentations = Mapping[str, Any]

# In the order of the axes of the tensor that a model is given.
AXES = ("SLICES", "ROWS", "COLUMNS")
RUN_METHODS = (TEST_TIME_AUGMENTATION, MC_DROPOUT)
FEWEST_SAMPLES, MOST_SAMPLES, DEFAULT_SAMPLES = 2, 64, 8
DEFAULT_SEED = 1
MAXIMUM_SEED = 2**31 - 1


class Augmentation(NamedTuple):
    """One way of showing a case: reversed along axes (0 slices, 1 rows, 2 columns), then moved by so many voxels."""

    flipped: tuple[int, ...]
    shift: tuple[int, int, int]


AS_IT_IS = Augmentation((), (0, 0, 0))


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a run asks for; `augmentations` is what the version's card allows, of TEST_TIME_AUGMENTATION alone."""

    method: str
    samples: int
    seed: int
    augmentations: Augmentations | None = None

    @property
    def definition(self) -> str:
        """Say what the number of a prediction is. The seed is no part of it: another one gives the same quantity."""
        how = "with its dropout layers at work"
        if self.method == TEST_TIME_AUGMENTATION and self.augmentations is not None:
            how = f"shown as it is and with {in_words(self.augmentations)}"
        return (
            f"Standard deviation (n - 1) of the score over {self.samples} samples of the case, {how}. "
            "The score is their mean."
        )


def in_words(augmentations: Augmentations) -> str:
    """Say what a card allows."""
    flips = [axis.lower() for axis in AXES if axis in augmentations["flips"]]
    shift = int(augmentations["maximum_shift_voxels"])
    parts = [f"flips along {', '.join(flips)}"] if flips else []
    parts += [f"shifts of up to {shift} voxel(s) along each axis"] if shift else []
    return " and ".join(parts)


def number_of_ways(augmentations: Augmentations) -> int:
    """In how many different ways a case can be shown, as it is included."""
    return int(2 ** len(augmentations["flips"]) * (2 * augmentations["maximum_shift_voxels"] + 1) ** 3)


def augmentations_of(sampling: Sampling) -> list[Augmentation]:
    """The case as it is, then other ways of showing it, each once; which ones, the seed says.

    Drawn by digests and not by a generator of random numbers, whose stream may change with its library.
    """
    allowed = sampling.augmentations
    if allowed is None:
        raise ValueError("a version without augmentations has no samples")
    axes = [index for index, axis in enumerate(AXES) if axis in allowed["flips"]]
    flips = [tuple(axis for axis, is_on in zip(axes, on, strict=True) if is_on) for on in _switches(len(axes))]
    reach = range(-allowed["maximum_shift_voxels"], allowed["maximum_shift_voxels"] + 1)
    shifts = product(reach, reach, reach)
    ways = [Augmentation(flipped, shift) for shift in shifts for flipped in flips]
    others = [way for way in ways if way != AS_IT_IS]
    others.sort(key=lambda way: sha256(f"{sampling.seed} {way.flipped} {way.shift}".encode()).digest())
    return [AS_IT_IS, *others[: sampling.samples - 1]]


def dropout_seeds(sampling: Sampling) -> list[int]:
    """A seed for each sample; the same for every case, so that the same thinned networks are asked about all."""
    texts = (f"{sampling.seed} {sample}" for sample in range(sampling.samples))
    return [int.from_bytes(sha256(text.encode()).digest()[:4], "big") for text in texts]


def _switches(count: int) -> list[tuple[bool, ...]]:
    return list(product((False, True), repeat=count))


def augmented(values: Array, way: Augmentation) -> Array:
    """The values [slice, row, column] in another way; what a shift leaves empty repeats the border."""
    flipped = np.flip(values, way.flipped) if way.flipped else values
    for axis, step in enumerate(way.shift):
        if step:
            last = flipped.shape[axis] - 1
            flipped = np.take(flipped, np.clip(np.arange(last + 1) - step, 0, last), axis=axis)
    return np.ascontiguousarray(flipped)


def to_sampling(asked: Mapping[str, Any], augmentations: Augmentations | None) -> Sampling:
    """The typed value of what a run asks for without problems."""
    allowed = augmentations if asked["method"] == TEST_TIME_AUGMENTATION else None
    return Sampling(asked["method"], asked["samples"], asked["seed"], allowed)


def sampling_problems(asked: Mapping[str, Any], kind: str, augmentations: Augmentations | None) -> list[FieldProblem]:
    """What keeps a version of this kind from being run like this; `asked` has a known method, samples and a seed."""
    if asked["method"] == MC_DROPOUT:
        return [] if kind == "TORCHSCRIPT" else [_no_dropout(kind)]
    if kind == "ENSEMBLE":
        return [_problem("method", "not_this_version", "An ensemble is uncertain by its members; leave this out.")]
    if augmentations is None:
        detail = "The version's card allows no augmentations (input.augmentations), so none are made."
        return [_problem("method", "no_augmentations", detail)]
    ways = number_of_ways(augmentations)
    if asked["samples"] > ways:
        detail = f"The card allows {in_words(augmentations)}: a case can be shown in {ways} ways, so ask for no more."
        return [_problem("samples", "too_many_samples", detail)]
    return []


def _no_dropout(kind: str) -> FieldProblem:
    detail = (
        "Only a TorchScript file can keep its dropout at work: torch.export and ONNX write a model for use, without "
        f"it. This version is {kind}."
    )
    return _problem("method", "not_this_version", detail)


def _problem(field: str, code: str, detail: str) -> FieldProblem:
    return problem(f"uncertainty.{field}", code, detail)

"""What the process of a model answered when it was asked to explain, checked and brought into the patient.

The process is not trusted: everything is checked here, outside of it. Pure rules over arrays and plain values.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from portal.inference.engine.preprocess import GridVolume
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Point
from portal.inference.finding_geometry import is_finite_number
from portal.inference.heat_map import MAXIMUM_SIDE, MAXIMUM_VOXELS, HeatMapInput

AFFINE_DIGITS = 6
FACTS = {"score", "baseline_score", "attribution_sum"}
_LONGEST_NAME = 200


class ExplainedMap(NamedTuple):
    """Signed values [slice, row, column]; cell `i` lies at voxel `first + i * step` of the model's input."""

    values: npt.NDArray[np.float32]
    step: Point
    first: Point
    layer: str
    facts: dict[str, float]
    # Layers with parameters, in the order in which they are executed.
    groups: list[str]


def checked_map(said: Mapping[str, Any], arrays: Sequence[tuple[str, npt.NDArray[np.float32]]]) -> ExplainedMap:
    """Check an answer.

    Raises
    ------
    ModelRefused
        `broken_answer`, `not_finite`, or `flat_map` where the score depends on no voxel.
    """
    values = arrays[0][1] if len(arrays) == 1 else np.zeros(0, np.float32)
    step, first = _point(said.get("step")), _point(said.get("first"))
    facts, groups, layer = said.get("facts"), said.get("groups"), said.get("layer")
    if not _is_map(values) or step is None or first is None or min(step) <= 0:
        raise _broken()
    if not isinstance(facts, dict) or not set(facts) <= FACTS or "score" not in facts:
        raise _broken()
    if not _is_name(layer) or not isinstance(groups, list) or not all(map(_is_name, groups)):
        raise _broken()
    if not (np.isfinite(values).all() and all(is_finite_number(value) for value in facts.values())):
        raise ModelRefused("not_finite", "The gradients are NaN or infinite, so there is no map.")
    return ExplainedMap(values, step, first, str(layer), {key: float(one) for key, one in facts.items()}, groups)


def check_not_flat(found: ExplainedMap) -> None:
    """Raise `ModelRefused` where a map shows nothing."""
    if not np.any(found.values):
        detail = "The gradient is zero everywhere, as where a score is saturated: there is nothing to show."
        raise ModelRefused("flat_map", detail)


def stored_map(found: ExplainedMap, grid: GridVolume, frame_of_reference_uid: str) -> tuple[HeatMapInput, float]:
    """The map in the form that heat maps are stored in, and the magnitude that its largest byte stands for.

    A byte is the magnitude in 255ths of the greatest one; whether a place raised or lowered the score is not kept.
    """
    magnitude = np.abs(found.values.astype(np.float64))
    greatest = float(magnitude.max())
    slices, rows, columns = found.values.shape
    affine = grid.source.affine @ _to_source(found, grid)
    stored = HeatMapInput(
        columns=columns,
        rows=rows,
        slices=slices,
        affine=[[round(float(value), AFFINE_DIGITS) for value in line] for line in affine[:3]],
        frame_of_reference_uid=frame_of_reference_uid,
        voxels=np.rint(255 * magnitude / greatest).astype(np.uint8).tobytes(),
    )
    return stored, greatest


def _to_source(found: ExplainedMap, grid: GridVolume) -> npt.NDArray[np.float64]:
    """From (column, row, slice, 1) of the map to indices of the source images in the same order."""
    to_source = np.eye(4)
    for axis, along in ((0, 2), (1, 1), (2, 0)):
        to_source[axis, axis] = found.step[along] / grid.zoom[along]
        to_source[axis, 3] = found.first[along] / grid.zoom[along]
    return to_source


def with_completeness(facts: Mapping[str, float]) -> dict[str, float]:
    """The facts with the error of completeness: what the attributions add up to, less what they should add up to."""
    if "attribution_sum" not in facts:
        return dict(facts)
    should_be = facts["score"] - facts["baseline_score"]
    return {**facts, "completeness_error": facts["attribution_sum"] - should_be}


def _is_map(values: npt.NDArray[np.float32]) -> bool:
    is_sized = values.ndim == 3 and 0 < values.size <= MAXIMUM_VOXELS
    return is_sized and max(values.shape) <= MAXIMUM_SIDE


def _point(raw: Any) -> Point | None:
    if not isinstance(raw, list) or len(raw) != 3 or not all(is_finite_number(value) for value in raw):
        return None
    return float(raw[0]), float(raw[1]), float(raw[2])


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and "\x00" not in value


def _broken() -> ModelRefused:
    return ModelRefused("broken_answer", "The process of the model answered something that is no explanation.")

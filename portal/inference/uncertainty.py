"""How uncertain a prediction says it is: one number with its meaning. Pure rules over plain JSON values."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from portal.errors import FieldProblem
from portal.inference.finding_geometry import is_finite_number
from portal.inference.finding_geometry import problem as _problem

ENSEMBLE, MC_DROPOUT = "ENSEMBLE", "MC_DROPOUT"
TEST_TIME_AUGMENTATION, OTHER = "TEST_TIME_AUGMENTATION", "OTHER"
METHODS = (ENSEMBLE, MC_DROPOUT, TEST_TIME_AUGMENTATION, OTHER)
# Of these the value is a spread, and a spread is of several.
SAMPLED = (ENSEMBLE, MC_DROPOUT, TEST_TIME_AUGMENTATION)
FIELDS = ("value", "method", "samples", "definition")
MAXIMUM_SAMPLES = 100_000
MAXIMUM_DEFINITION = 500

Uncertainty = Mapping[str, Any]


def uncertainty_problems(raw: Any, path: str) -> list[FieldProblem]:
    """Everything that is wrong with a posted uncertainty."""
    if not isinstance(raw, Mapping):
        return [_problem(path, "not_an_object", f"An uncertainty is an object with {', '.join(FIELDS)}.")]
    problems = []
    if set(map(str, raw)) - set(FIELDS):
        problems.append(_problem(path, "unknown_field", f"An uncertainty has the fields {', '.join(FIELDS)}."))
    if not _is_spread(raw.get("value")):
        detail = "The uncertainty is a finite number, 0 or more; higher is less certain."
        problems.append(_problem(f"{path}.value", "not_an_uncertainty", detail))
    method = raw.get("method")
    if method not in METHODS:
        detail = f"Say how the uncertainty was found: {', '.join(METHODS)}."
        problems.append(_problem(f"{path}.method", "no_method", detail))
    elif not _is_count(raw.get("samples")) and (method in SAMPLED or raw.get("samples") is not None):
        detail = f"Say of how many samples: a whole number from 2 to {MAXIMUM_SAMPLES:,}."
        problems.append(_problem(f"{path}.samples", "bad_samples", detail))
    if not _is_text(raw.get("definition")):
        detail = f"Say in at most {MAXIMUM_DEFINITION} characters what the number is, such as a standard deviation."
        problems.append(_problem(f"{path}.definition", "no_definition", detail))
    return problems


def to_uncertainty(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The stored form of an uncertainty without problems."""
    samples = raw.get("samples")
    return {
        "value": float(raw["value"]),
        "method": raw["method"],
        "samples": None if samples is None else int(samples),
        "definition": raw["definition"],
    }


def spread(scores: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation (n - 1 below the sum) of the scores of one case; of at least two."""
    count = len(scores)
    mean = math.fsum(scores) / count
    return mean, math.sqrt(math.fsum((one - mean) ** 2 for one in scores) / (count - 1))


def _is_spread(value: Any) -> bool:
    return is_finite_number(value) and value >= 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= MAXIMUM_SAMPLES


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or not value.strip() or len(value) > MAXIMUM_DEFINITION:
        return False
    # JSON can spell half of a surrogate pair, which UTF-8 cannot, and NUL, which PostgreSQL cannot store.
    return "\x00" not in value and value.encode("utf-8", "replace").decode() == value

"""The model card of a version: the document, its form (`schemas/model-card-1.schema.json`) and what is wrong with one.

A pure leaf over plain JSON values. Name, version and digest of the weights are not repeated in the card: they are those
of the version that holds it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from portal.errors import FieldProblem
from portal.inference.finding_geometry import problem as _problem
from portal.json_schema import schema_faults

_SCHEMA = Path(__file__).parent / "schemas" / "model-card-1.schema.json"
_VALIDATOR = Draft202012Validator(json.loads(_SCHEMA.read_text()))

MAXIMUM_BYTES = 64 * 1024
RUN_MODALITY = "CT"
CASE_PROBABILITY = "CASE_PROBABILITY"

ModelCard = Mapping[str, Any]


def card_problems(card: Any) -> list[FieldProblem]:
    """Everything that is wrong with a posted card; paths begin at `card`."""
    try:
        size = len(json.dumps(card, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return [_problem("card", "not_text", "The card holds half a character (a lone surrogate), which is no text.")]
    if size > MAXIMUM_BYTES:
        return [_problem("card", "too_large", f"A model card has at most {MAXIMUM_BYTES // 1024} KiB.")]
    faults = schema_faults(_VALIDATOR, card)
    if faults:
        return [_problem(f"card{path}", code, detail) for path, code, detail in faults]
    return [*_range_problems(card["input"]), *_repeated(card, "outputs"), *_repeated(card, "operating_points")]


def runnable_problems(card: ModelCard) -> list[FieldProblem]:
    """What keeps the portal from running a version with this card, which is in order otherwise."""
    problems = []
    if card["input"]["modality"] != RUN_MODALITY:
        detail = f"The portal runs models on {RUN_MODALITY} only; predictions of others are posted."
        problems.append(_problem("card.input.modality", "modality_not_run", detail))
    kinds = [one["kind"] for one in card["outputs"]]
    problems += [
        _problem(f"card.outputs[{index}].kind", "repeated", "A version that runs here has one output of a kind.")
        for index, kind in enumerate(kinds)
        if kind in kinds[:index]
    ]
    if not {"CASE_PROBABILITY", "FINDINGS"} & set(kinds):
        detail = "A prediction has a score: return a probability of the case, or findings, whose best score it is then."
        problems.append(_problem("card.outputs", "no_score", detail))
    return problems


def threshold_in_force(card: ModelCard) -> float:
    """The score from which on a case is called positive: that of the first operating point."""
    return float(card["operating_points"][0]["threshold"])


def _range_problems(specification: Mapping[str, Any]) -> list[FieldProblem]:
    problems = []
    for name in ("pixel_spacing_mm", "slice_spacing_mm"):
        limits = specification[name]
        if limits and limits["minimum"] > limits["maximum"]:
            problems.append(_problem(f"card.input.{name}", "empty_range", "The minimum is above the maximum."))
    window = specification["window"]
    if window and window["low"] >= window["high"]:
        problems.append(_problem("card.input.window", "empty_range", "The low end is not below the high end."))
    return problems


def _repeated(card: ModelCard, part: str) -> list[FieldProblem]:
    keys = [one["key"] for one in card[part]]
    return [
        _problem(f"card.{part}[{index}].key", "repeated", f"{key} is there twice.")
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]

"""Label schemas with conditions and answers to them, drawn from a seed: the examples that Python and TypeScript share.

`python -m tests.annotations.domain.condition_examples` writes them anew.
"""

import json
import random
from pathlib import Path
from typing import Any

from annotations.domain.conditions import asked_keys

FILE = Path(__file__).parents[2] / "shared_examples" / "label_schema" / "conditions.json"
COUNT = 150
OPTIONS = [{"value": value, "text": value.upper()} for value in ("x", "y", "z")]
KINDS: dict[str, dict[str, Any]] = {
    "BINARY": {},
    "ORDINAL": {"options": ["low", "middle", "high"]},
    "CONFIDENCE": {},
    "NUMBER": {"unit": "mm"},
    "CATEGORICAL": {"options": OPTIONS},
    "MULTI_SELECT": {"options": OPTIONS},
    "DATE": {},
    "TEXT": {},
    "LOCATED_FINDING": {"tools": ["POINT"], "codes": [{"scheme": "SCT", "value": "52988006", "meaning": "Lesion"}]},
    "SECTION": {},
}
VALUES: dict[str, list[Any]] = {
    "BINARY": [True, False],
    "ORDINAL": [1, 2, 3],
    "CONFIDENCE": [0, 50, 100],
    "NUMBER": [0, 2.5, 7],
    "CATEGORICAL": ["x", "y", "z"],
    "MULTI_SELECT": [["x"], ["y", "z"], ["x", "y", "z"]],
    "DATE": ["2026-01-31"],
    "TEXT": ["words"],
}
COMPARABLE = ("BINARY", "ORDINAL", "CONFIDENCE", "NUMBER", "CATEGORICAL", "MULTI_SELECT", "LOCATED_FINDING")


def drawn(seed: int) -> dict[str, Any]:
    """One form with up to nine questions, answers to some of them, and what is then asked."""
    draw = random.Random(seed)
    questions: list[dict[str, Any]] = []
    for index in range(draw.randint(3, 9)):
        kind = draw.choice(list(KINDS))
        question = {"key": f"q{index}", "kind": kind, "text": f"{kind} {index}", **KINDS[kind]}
        earlier = [one for one in questions if one["kind"] in COMPARABLE]
        if earlier and draw.random() < 0.7:
            question["show_if"] = _condition(draw, earlier, 0)
        questions.append(question)
    questions.append({"key": "last", "kind": "BINARY", "text": "Last"})
    answers = {q["key"]: _answer(draw, q["kind"]) for q in questions if q["kind"] in VALUES and draw.random() < 0.8}
    counts = {q["key"]: draw.randint(0, 2) for q in questions if q["kind"] == "LOCATED_FINDING"}
    return {"questions": questions, "answers": answers, "counts": counts}


def _condition(draw: random.Random, earlier: list[dict[str, Any]], depth: int) -> dict[str, Any]:
    if depth < 2 and draw.random() < 0.3:
        parts = [_condition(draw, earlier, depth + 1) for _ in range(draw.randint(1, 3))]
        return {draw.choice(["all", "any"]): parts}
    question = draw.choice(earlier)
    key, kind = question["key"], question["kind"]
    if kind == "LOCATED_FINDING":
        return {"question": key, "at_least": draw.randint(1, 2)}
    value = draw.choice(["x", "y", "z"]) if kind == "MULTI_SELECT" else draw.choice(VALUES[kind])
    if kind != "BINARY" and draw.random() < 0.4:
        return {"question": key, "in": [value]}
    if kind in ("ORDINAL", "CONFIDENCE", "NUMBER") and draw.random() < 0.5:
        return {"question": key, "at_least": value}
    return {"question": key, "is": value}


def _answer(draw: random.Random, kind: str) -> Any:
    return {"cannot_assess": "Motion"} if draw.random() < 0.15 else draw.choice(VALUES[kind])


def examples() -> list[dict[str, Any]]:
    """All of them, each with the keys that are asked."""
    forms = [drawn(seed) for seed in range(COUNT)]
    return [{**form, "asked": sorted(asked_keys(form["questions"], form["answers"], form["counts"]))} for form in forms]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(example, separators=(",", ":")) for example in examples())
    FILE.write_text(f"[\n{lines}\n]\n")

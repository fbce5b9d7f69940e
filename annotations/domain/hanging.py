"""The rules of a hanging protocol: their form. What they do is decided in the browser, where the images are.

`schemas/hanging.schema.json` is the form; frontend/src/domain/hanging.ts tests the same schema with the same examples
(tests/shared_examples/hanging.json) and applies the rules.
"""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from annotations.domain.problems import Problem
from portal.json_schema import schema_faults

PANES_OF_LAYOUT = {"ONE": 1, "SIDE_BY_SIDE": 2, "ABOVE_BELOW": 2, "FOUR": 4, "MPR": 1}
_SCHEMA = Path(__file__).parent / "schemas" / "hanging.schema.json"
_VALIDATOR = Draft202012Validator(json.loads(_SCHEMA.read_text()))


def hanging_problems(rules: Any) -> list[Problem]:
    """Return everything that is wrong with a list of rules; empty when they may be stored."""
    problems = [Problem(f"rules{path}", code, detail) for path, code, detail in schema_faults(_VALIDATOR, rules)]
    return problems or [problem for index, rule in enumerate(rules) for problem in _rule_problems(rule, index)]


def _rule_problems(rule: dict[str, Any], index: int) -> list[Problem]:
    problems = []
    most = PANES_OF_LAYOUT[rule["layout"]]
    if len(rule["panes"]) > most:
        detail = f"The layout {rule['layout']} has room for {most}."
        problems.append(Problem(f"rules[{index}].panes", "too_many_panes", detail))
    for name, limits in rule["when"].items():
        if isinstance(limits, dict) and limits.get("minimum", 0) > limits.get("maximum", float("inf")):
            problems.append(Problem(f"rules[{index}].when.{name}", "empty_range", "minimum is at most maximum."))
    for place, pane in enumerate(rule["panes"]):
        for name in ("same_as", "like"):
            if pane["select"].get(name, -1) >= place:
                detail = "Refer to an earlier pane; the first is 0."
                problems.append(Problem(f"rules[{index}].panes[{place}].select.{name}", "not_earlier", detail))
    return problems

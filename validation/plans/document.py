"""The document of an analysis plan and its form (`schemas/analysis-plan.schema.json`)."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from portal.json_schema import schema_faults

_SCHEMA = Path(__file__).parent / "schemas" / "analysis-plan.schema.json"
_ENDPOINT = re.compile(r"plan\.endpoints\[(\d+)\]")
_VALIDATOR = Draft202012Validator(json.loads(_SCHEMA.read_text()))

Plan = Mapping[str, Any]
Endpoint = Mapping[str, Any]
Subject = Mapping[str, Any]


class Finding(NamedTuple):
    """One thing to say of a plan.

    `level`: an ERROR keeps it from being locked, a WARNING stays beside its results. `field` is a path in the document.
    """

    level: str
    field: str
    code: str
    detail: str


def form_findings(plan: Any) -> list[Finding]:
    """Return what is wrong with the form of a document, the keys that come twice, and names of nobody."""
    faults = [
        Finding("ERROR", f"plan{path}", code, _words(path, code) or detail)
        for path, code, detail in schema_faults(_VALIDATOR, plan)
    ]
    return faults or [*_repeated(plan, "subjects"), *_repeated(plan, "endpoints"), *_nobody(plan)]


def _words(path: str, code: str) -> str | None:
    """Say in words what people meet while they write a plan; None where the validator's own words do."""
    if code == "minItems":
        return {
            ".subjects": "Say who is measured: a plan has a subject.",
            ".endpoints": "Say what is asked: a plan has an endpoint.",
        }.get(path)
    if code == "pattern" and path.endswith((".key", ".of", ".against")):
        return "A name begins with a letter and has small letters, digits and _, 30 at most."
    if code == "type" and path.endswith((".alpha", ".level")):
        return "Give a number."
    return None


def _repeated(plan: Plan, part: str) -> list[Finding]:
    seen: set[str] = set()
    found = []
    for index, one in enumerate(plan[part]):
        if one["key"] in seen:
            found.append(Finding("ERROR", f"plan.{part}[{index}].key", "repeated", f"{one['key']} is there twice."))
        seen.add(one["key"])
    return found


def _nobody(plan: Plan) -> list[Finding]:
    keys = {subject["key"] for subject in plan["subjects"]}
    return [
        Finding(
            "ERROR", f"plan.endpoints[{index}].{side}", "unknown_subject", f"No subject is called {endpoint[side]}."
        )
        for index, endpoint in enumerate(plan["endpoints"])
        for side in ("of", "against")
        if isinstance(endpoint[side], str) and endpoint[side] not in keys
    ]


def endpoint_named(plan: Any, finding: Finding) -> str | None:
    """Return the key of the endpoint that a finding is about; None where it is about the plan, or nothing is there."""
    place = _ENDPOINT.match(finding.field)
    if place is None:
        return None
    try:
        return str(plan["endpoints"][int(place[1])]["key"])
    except (KeyError, IndexError, TypeError):
        return None


def said_once(plan: Any, findings: Sequence[Finding]) -> list[str]:
    """Say each thing once, with the names of the endpoints that it is about before it."""
    about: dict[str, list[str]] = {}
    for one in findings:
        names = about.setdefault(one.detail, [])
        name = endpoint_named(plan, one)
        if name is not None and name not in names:
            names.append(name)
    return [f"{', '.join(names)}: {detail}" if names else detail for detail, names in about.items()]


def subject_of(plan: Plan, key: str) -> Subject:
    """Return the subject of a key that the form has shown to be there."""
    return next(subject for subject in plan["subjects"] if subject["key"] == key)


def subjects_of(plan: Plan, endpoint: Endpoint) -> list[Subject]:
    """Return the one or two subjects of an endpoint."""
    return [subject_of(plan, key) for key in (endpoint["of"], endpoint["against"]) if isinstance(key, str)]

"""A label schema as a file: what is exported, imported and shipped as a template. Pure rules over text."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from annotations.domain.kinds import MAXIMUM_TEXT, Question
from annotations.domain.problems import Problem
from annotations.domain.schema import schema_problems

FORMAT = "overread.label-schema"
VERSION = 1
LONGEST_FILE = 2_000_000
_NEEDED = {"format", "version", "questions"}
_TEXTS = {"name": 120, "description": MAXIMUM_TEXT, "reference": MAXIMUM_TEXT}
_TEMPLATES = Path(__file__).parent / "templates"


class SchemaFile(NamedTuple):
    """The content of a file that holds a valid label schema."""

    name: str
    description: str
    reference: str
    questions: list[Question]


def file_content(*, name: str, description: str, questions: list[Question]) -> dict[str, Any]:
    """Return a label schema as the content of a file."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": name[: _TEXTS["name"]],
        "description": description[: _TEXTS["description"]],
        "questions": questions,
    }


def parse_schema_file(text: str) -> tuple[SchemaFile | None, list[Problem]]:
    """Return what a file holds, or everything that is wrong with it, each with its place."""
    if len(text) > LONGEST_FILE:
        return None, [Problem("file", "too_large", f"A label schema file has at most {LONGEST_FILE} characters.")]
    try:
        content = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        return None, [Problem(place, "not_json", f"This is no JSON at {place}: {error.msg}.", error.lineno)]
    except (ValueError, RecursionError):
        return None, [Problem("file", "not_json", "The file holds a number that JSON has not, or is too deep.")]
    problems = _frame_problems(content)
    if problems:
        return None, problems
    problems = schema_problems(content["questions"])
    if problems:
        return None, problems
    texts = {name: content.get(name, "") for name in _TEXTS}
    return SchemaFile(**texts, questions=content["questions"]), []


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _frame_problems(content: Any) -> list[Problem]:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return [Problem("format", "bad_format", f"This is no label schema: format must be “{FORMAT}”.")]
    version = content.get("version")
    if type(version) is not int or version != VERSION:
        detail = f"The file's version must be {VERSION}; this portal cannot read another."
        return [Problem("version", "bad_version", detail)]
    problems = [
        Problem(name[:200], "unknown_field", f"A label schema file has no field {name[:80]}.")
        for name in sorted(set(content) - _NEEDED - set(_TEXTS))
    ]
    problems += [Problem(name, "missing", f"The field {name} is missing.") for name in sorted(_NEEDED - set(content))]
    problems += [
        Problem(name, "bad_text", f"{name} is a text of at most {longest} characters.")
        for name, longest in _TEXTS.items()
        if not isinstance(content.get(name, ""), str) or len(content.get(name, "")) > longest
    ]
    return problems


@cache
def shipped_templates() -> tuple[SchemaFile, ...]:
    """Return the templates that come with the portal, in their order."""
    templates = []
    for path in sorted(_TEMPLATES.glob("*.json")):
        template, problems = parse_schema_file(path.read_text(encoding="utf-8"))
        if template is None:
            raise ValueError(f"{path.name}: {problems[0].field}: {problems[0].detail}")
        templates.append(template)
    return tuple(templates)

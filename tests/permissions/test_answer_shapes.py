"""What GET routes answer is what the OpenAPI schema says: a page, a list or an object, with these fields."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.permissions.requests import address, body_of
from tests.permissions.routes import all_routes
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

PAGED = {
    "ai-models",
    "ai-model-versions",
    "ai-model-uploads",
    "imaging-studies",
    "inference-runs",
    "ingest-jobs",
    "model-version-operating-layers",
    "model-version-explanation-jobs",
    "model-version-explanations",
    "model-version-predictions",
    "model-versions",
    "reader-studies",
    "reader-study-analysis-runs",
    "reader-study-labels",
    "reader-study-queries",
    "reader-study-sample-sizes",
    "reader-study-webhook-deliveries",
}


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def documented(schema: Any, url: str) -> Any:
    """The schema of the JSON that a GET of this address answers, None where none is documented."""
    paths = [path for path in schema["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), url)]
    # Of several that fit, the one that leaves least open.
    nearest = min(paths, key=lambda path: (path.count("{"), -len(path)), default=None)
    operation = schema["paths"][nearest].get("get") if nearest else None
    content = operation["responses"].get("200", {}).get("content", {}) if operation else {}
    return content.get("application/json", {}).get("schema")


def faults(schema: Any, said: Any, answer: Any, place: str = "") -> list[str]:
    """Where an answer differs from its schema: kind of container, fields that lack, fields that are not documented."""
    if "$ref" in said:
        said = schema["components"]["schemas"][said["$ref"].rpartition("/")[2]]
    if said.get("type") == "array":
        if not isinstance(answer, list):
            return [f"{place}: not a list"]
        return [fault for row in answer[:1] for fault in faults(schema, said["items"], row, f"{place}[0]")]
    properties = said.get("properties")
    if said.get("type") != "object" or properties is None or (answer is None and said.get("nullable")):
        return []
    if not isinstance(answer, dict):
        return [f"{place}: not an object"]
    odd = sorted((set(said.get("required", ())) - set(answer)) | (set(answer) - set(properties)))
    found = [f"{place}.{name}: on one side only" for name in odd]
    for name in set(answer) & set(properties):
        found += faults(schema, properties[name], answer[name], f"{place}.{name}")
    return found


def test_answers_have_the_documented_shape(world: World, callers: dict[str, Client], schema: Any) -> None:
    shown: set[str] = set()
    found: list[str] = []
    for persona in ("coordinator", "reader"):
        for route in all_routes():
            url = address(route, world.a)
            said = documented(schema, url)
            answer = callers[persona].get(url) if said else None
            if answer is None or answer.status_code != 200:
                continue
            found += [f"{persona} {route.name}{fault}" for fault in faults(schema, said, json.loads(body_of(answer)))]
            if route.name in PAGED and answer.json()["results"]:
                shown.add(route.name)
    assert found == []
    assert shown == PAGED  # each page was seen with a row: an empty one shows nothing


def test_a_page_is_told_from_a_list(schema: Any) -> None:
    said = documented(schema, "/api/v1/ai-models")
    assert faults(schema, said, []) == [": not an object"]
    assert faults(schema, said, {"next": None, "results": []}) == [".previous: on one side only"]

"""What the OpenAPI schema says of every route alike."""

from typing import Any

from portal.errors import PROBLEM_JSON

_TEXT = {"type": "string"}
_FIELD_PROBLEM = {
    "type": "object",
    "description": "What is wrong with one field or one row of the input.",
    "required": ["field", "code", "detail"],
    "properties": {"field": _TEXT, "code": _TEXT, "detail": _TEXT, "row": {"type": "integer"}},
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; some codes come with further fields.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
    },
    "additionalProperties": True,
}

# The same however often they are done, or with a key in the body (`portal.accounts.idempotency.LEFT_ALONE`).
_WITHOUT_KEY = ("/api/v1/session", "/api/v1/invitation/", "/api/v1/assignments/", "/api/v1/reads/")
_OF_A_READ_WITH_KEY = ("/measurements", "/reopen", "/queries")
_OF_A_SIGNATURE = ("/reference-standards/{standard_version}/lock", "/approvals", "/mask")
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A random UUID: sent again with the same body, the request is done once and answered the same.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
}


def add_idempotency_keys(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Document the header that every POST takes (a drf-spectacular hook)."""
    for path, operations in result["paths"].items():
        is_alone = path.startswith(_WITHOUT_KEY) and not path.endswith(_OF_A_READ_WITH_KEY)
        is_keyed = not is_alone and not path.endswith(_OF_A_SIGNATURE)
        if "post" in operations and is_keyed:
            operations["post"].setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return result


def add_problem_responses(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Document the answer to every request that fails (a drf-spectacular hook)."""
    result["components"]["schemas"] |= {"Problem": _PROBLEM, "FieldProblem": _FIELD_PROBLEM}
    answer = {
        "description": "A problem document.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = answer
    return result

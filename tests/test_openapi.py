"""What the schema says of every route alike."""

import re
import uuid

import pytest
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from portal.accounts.idempotency import LEFT_ALONE
from portal.errors import FieldProblem, Invalid, exception_handler


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_every_operation_has_the_problem_answer(schema):
    operations = [operation for operations in schema["paths"].values() for operation in operations.values()]
    answers = [operation["responses"].get("default", {}).get("content") for operation in operations]
    assert answers
    reference = {"$ref": "#/components/schemas/Problem"}
    assert all(answer == {"application/problem+json": {"schema": reference}} for answer in answers)


def test_a_real_problem_has_the_documented_fields(schema):
    error: FieldProblem = {"field": "score", "code": "bad", "detail": "No.", "row": 2}
    answer = exception_handler(Invalid("No.", errors=[error]), {})
    assert answer is not None
    documented = schema["components"]["schemas"]
    assert set(answer.data) == set(documented["Problem"]["properties"])
    assert set(error) == set(documented["FieldProblem"]["properties"])


def test_every_post_takes_an_idempotency_key_except_those_that_need_none(schema):
    taken = {
        path: any(parameter["name"] == "Idempotency-Key" for parameter in operations["post"].get("parameters", []))
        for path, operations in schema["paths"].items()
        if "post" in operations
    }
    routes = {name for path, has_key in taken.items() if not has_key for name in [resolve(filled(path)).view_name]}
    assert routes == LEFT_ALONE


def filled(path):
    """An address of the documented form."""
    return re.sub(
        r"{([^}]+)}", lambda one: "1" if one[1].endswith(("_version", "_number")) else str(uuid.UUID(int=0)), path
    )

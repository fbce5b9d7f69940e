"""Bodies nested deeper than anything that the API takes."""

from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import ParseError

from portal.accounts.models import User
from portal.json_parser import MAXIMUM_DEPTH, BoundedJsonParser


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_the_greatest_depth_is_read():
    body = BoundedJsonParser().parse(BytesIO(nested(MAXIMUM_DEPTH)))
    assert str(body) == nested(MAXIMUM_DEPTH).decode()


@pytest.mark.parametrize("content", [nested(MAXIMUM_DEPTH + 1), nested(900), b"[" * 100_000, b'{"a":' * 100_000])
def test_deeper_is_refused(content):
    with pytest.raises(ParseError, match="nested more than 32 levels"):
        BoundedJsonParser().parse(BytesIO(content))


@pytest.mark.django_db
def test_the_api_answers_a_problem():
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("builder"), backend=settings.AUTHENTICATION_BACKENDS[-1])
    answer = client.post(reverse("tokens"), "[" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer["Content-Type"] == "application/problem+json"

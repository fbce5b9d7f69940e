"""Bodies nested deeper or larger than anything that the API takes, and requests that Django refuses by itself."""

from io import BytesIO

import pytest
from django.conf import settings as site
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
    client.force_login(User.objects.create_user("builder"), backend=site.AUTHENTICATION_BACKENDS[-1])
    answer = client.post(reverse("tokens"), "[" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_answered_with_a_problem(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("builder"), backend=settings.AUTHENTICATION_BACKENDS[-1])
    body = '{"name": "' + "x" * 1024**2 + '"}'
    for address, kind in (
        (reverse("tokens"), "application/json"),
        (reverse("sign-in"), "application/x-www-form-urlencoded"),
    ):
        answer = client.post(address, body, content_type=kind)
        assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json"), address
        assert answer.json()["code"] == "too_large"
        assert "1 MiB" in answer.json()["detail"]


def test_an_unknown_host_is_answered_with_a_problem(settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    answer = Client(raise_request_exception=False).get("/health/live", headers={"host": "elsewhere.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")

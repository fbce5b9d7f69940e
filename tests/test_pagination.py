"""Cursors that no list of ours has handed out."""

from base64 import b64encode
from urllib.parse import urlencode

import pytest
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from portal.pagination import CreatedCursorPagination, OldestFirstPagination

PAGINATIONS = [CreatedCursorPagination, OldestFirstPagination]


def request(position: str) -> Request:
    cursor = b64encode(urlencode({"p": position}).encode()).decode()
    return Request(APIRequestFactory().get("/", {"cursor": cursor}))


@pytest.mark.parametrize("pagination", PAGINATIONS)
@pytest.mark.parametrize("position", ["abc", "\x00", "", "2026-02-30 00:00:00+00:00", "2026-02-03 04:05:06"])
def test_a_position_that_is_no_moment_is_not_found(pagination, position):
    with pytest.raises(NotFound):
        pagination().decode_cursor(request(position))


@pytest.mark.parametrize("pagination", PAGINATIONS)
def test_a_position_that_a_list_handed_out_is_kept(pagination):
    position = "2026-02-03 04:05:06.789012+00:00"
    assert pagination().decode_cursor(request(position)).position == position

"""Cursor pagination, the same for every list."""

from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


def _is_moment(position: str) -> bool:
    try:
        moment = parse_datetime(position)
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None


class TimeCursorPagination(CursorPagination):
    """What all lists share: pages of at most 1000 rows, ordered by when they were made."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Refuse a position that is no point in time: the base class hands it to the database unread."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_moment(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Say that a page always has all three fields."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


class CreatedCursorPagination(TimeCursorPagination):
    """Newest first."""

    ordering = ("-created_at", "id")


class OldestFirstPagination(TimeCursorPagination):
    """Oldest first, so that a client that comes back later goes on where it stopped."""

    ordering = ("created_at", "id")

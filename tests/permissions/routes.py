"""Every route of the site, as Django's own resolver knows it."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """A route's name and the names of what its address holds."""

    name: str
    parameters: frozenset[str]


def all_routes() -> list[Route]:
    """Return every route; one without a name is returned with an empty one, so that a test can refuse it."""
    return list(_walk(get_resolver()))


def _walk(resolver: URLResolver, inherited: frozenset[str] = frozenset()) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        parameters = inherited | set(getattr(entry.pattern, "converters", {}))
        if isinstance(entry, URLResolver):
            yield from _walk(entry, parameters)
        elif isinstance(entry, URLPattern):
            parameters |= set(entry.pattern.regex.groupindex)
            yield Route(entry.name or "", parameters)

"""Moments where no serializer writes them."""

import datetime


def utc_text(moment: datetime.datetime) -> str:
    """Return a moment of UTC as RFC 3339 with Z, as the API writes all of them."""
    return moment.isoformat().replace("+00:00", "Z")


def utc_words(moment: datetime.datetime) -> str:
    """Return a moment of UTC to the minute, as texts for people have it."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"

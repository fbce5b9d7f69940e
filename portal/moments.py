"""Moments in answers that no serializer writes."""

import datetime


def utc_text(moment: datetime.datetime) -> str:
    """Return a moment of UTC as RFC 3339 with Z, as the API writes all of them."""
    return moment.isoformat().replace("+00:00", "Z")

"""Content that people and programs send, before it is stored as JSON."""

from typing import Any

from portal.audit.services import canonical_json, sha256
from portal.errors import Invalid


def json_digest(content: Any, *, code: str) -> str:
    """Return the SHA-256 of `content` as canonical JSON; raise `Invalid` for what PostgreSQL's JSON cannot hold."""
    try:
        text = canonical_json(content)
        text.encode()
    except (ValueError, RecursionError, UnicodeEncodeError) as error:
        raise Invalid("It holds a number or text that JSON cannot carry.", code=code) from error
    if r"\u0000" in text:
        raise Invalid("It holds a NUL character.", code=code)
    return sha256(text)

"""Names and notes that people can see, as validators of fields."""

import unicodedata

from rest_framework import serializers

# Bidirectional overrides and isolates: with them a name shows other letters than it has, in mails and reports too.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def require_one_visible_line(name: str) -> None:
    """Refuse a name that cannot be seen, takes several lines, or turns the text around it."""
    kinds = {unicodedata.category(letter) for letter in name}
    if kinds & {"Cc", "Zl", "Zp"} or _TURNING & set(name):
        raise serializers.ValidationError("A name is one line, without control characters.", code="not_one_line")
    if _is_invisible(name):
        raise serializers.ValidationError("A name has at least one letter that can be seen.", code="invisible")


def require_visible_text(text: str) -> None:
    """Refuse a note that has letters but none that can be seen, or that turns the text around it."""
    if _TURNING & set(text):
        detail = "A text is without characters that turn the direction of what follows."
        raise serializers.ValidationError(detail, code="turning")
    if text.strip() and _is_invisible(text):
        raise serializers.ValidationError("A text has at least one letter that can be seen.", code="invisible")


def _is_invisible(text: str) -> bool:
    return all(unicodedata.category(letter)[0] in "CZ" for letter in text)

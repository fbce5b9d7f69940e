"""How a reader agrees with themselves where a case came back hidden. Pure functions.

Of each pair the repeat is compared with the first read: the share of equal calls, and the mean of rating (repeat) minus
rating (first), whose sign is the drift and which is 0 for a reader who stays the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Answers = Mapping[str, Any]


class SelfAgreement(NamedTuple):
    """Counts and means over the pairs of one reader; None where nothing was compared."""

    pairs: int
    calls_compared: int
    calls_equal: int
    ratings_compared: int
    rating_drift: float | None


def self_agreement(pairs: Sequence[tuple[Answers, Answers]], *, call: str | None, rating: str | None) -> SelfAgreement:
    """Compare pairs of answers, first read and repeat; an answer that is missing or no number takes no part."""
    calls = [both for both in (_both(pair, call) for pair in pairs) if both and _are((bool,), both)]
    ratings = [both for both in (_both(pair, rating) for pair in pairs) if both and _are((int, float), both)]
    drifts = [repeat - first for first, repeat in ratings]
    return SelfAgreement(
        pairs=len(pairs),
        calls_compared=len(calls),
        calls_equal=sum(first == repeat for first, repeat in calls),
        ratings_compared=len(ratings),
        rating_drift=sum(drifts) / len(drifts) if drifts else None,
    )


def _both(pair: tuple[Answers, Answers], key: str | None) -> tuple[Any, Any] | None:
    first, repeat = pair
    return (first[key], repeat[key]) if key and key in first and key in repeat else None


def _are(kinds: tuple[type, ...], values: tuple[Any, Any]) -> bool:
    # No `isinstance`: true and false are no numbers.
    return all(type(value) in kinds for value in values)

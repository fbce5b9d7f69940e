"""Numbers on the command line: each refuses what no statistic can use, in one line."""

import argparse
import math


def finite(text: str) -> float:
    """Read a number that is neither infinite nor NaN."""
    value = _number(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return value


def threshold(text: str) -> float:
    """Read a threshold; inf and -inf are legal, NaN is not."""
    value = _number(text)
    if math.isnan(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def seed(text: str) -> int:
    """Read the seed of a generator: a whole number of at least 0."""
    return _whole(text, 0)


def count(text: str) -> int:
    """Read a whole number of at least 1."""
    return _whole(text, 1)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _whole(text: str, least: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
    return value

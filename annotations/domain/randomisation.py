"""Reading orders: drawn once, stored, and reproducible by anybody with the seed and SHA-256."""

import hashlib
from collections.abc import Sequence

ALGORITHM = "sha256-sort/1: cases sorted by SHA-256 of 'seed|username|case name' (UTF-8, hexadecimal)"


def reading_order(*, seed: str, username: str, case_names: Sequence[str]) -> list[str]:
    """Return the case names in the order in which the reader reads them."""
    return sorted(case_names, key=lambda name: hashlib.sha256(f"{seed}|{username}|{name}".encode()).hexdigest())

"""Cases as drawings take them, and the one source of chance: SHA-256 of a text that begins with the seed."""

import hashlib
from typing import NamedTuple


class DrawnCase(NamedTuple):
    """A case as far as the drawing goes: its patient is the cluster it belongs to, its stratum that of its sample."""

    name: str
    patient: str
    is_training: bool = False
    stratum: str = ""


def seeded_hash(seed: str, *parts: object) -> str:
    """Return where something comes in an order drawn with the seed."""
    return hashlib.sha256("|".join(map(str, (seed, *parts))).encode()).hexdigest()

"""How much of what is drawn at random is played: `OVERREAD_THOROUGH=on` (`make test-thorough`) plays far more."""

import os


def is_thorough() -> bool:
    """Whether there is an hour more for simulations, properties and interleavings."""
    return os.environ.get("OVERREAD_THOROUGH") == "on"

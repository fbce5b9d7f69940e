"""Words that follow a number."""


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural with an s but for one: `1 problem`, `2 problems`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

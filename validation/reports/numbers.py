"""Numbers as they are printed: rounded for people, with the exact value and its place in the result beside them.

Each stands in a `data` element with the attribute `data-pointer` (a JSON Pointer into the result) and the exact value,
or, where several are added up, with their pointers in `data-sum`. A test compares all of them with the result.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from validation.reports.node import Node

SMALLEST_P = 0.0001
DASH = Markup("–")


def fixed(value: float, decimals: int = 3) -> str:
    """Write a number with a true minus sign; what rounds to zero has none."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def measured(value: float) -> str:
    """Write three decimals of what is about 1, and three digits of what is much larger."""
    return fixed(value) if abs(value) < 10 else fixed(value, 1)


def counted(value: float) -> str:
    """Write a whole number."""
    return str(int(value))


def precise(value: float) -> str:
    """Write four significant digits, for components of variance."""
    return f"{value:.4g}".replace("-", "−")


def plain(value: float) -> str:
    """Write a number as it was chosen: a threshold, a margin, alpha."""
    return f"{value:g}".replace("-", "−")


def probability(value: float) -> str:
    """Write a p value with four decimals."""
    return f"<{SMALLEST_P}" if value < SMALLEST_P else fixed(value, 4)


Format = Callable[[float], str]


def number(node: Node | None, form: Format = measured) -> Markup:
    """Print one number of the result; a dash where there is none."""
    if node is None or node.value is None:
        return DASH
    return Markup('<data value="{}" data-pointer="{}">{}</data>').format(
        repr(node.value), node.pointer, form(node.value)
    )


def p_value(node: Node) -> Markup:
    """Print a p value within a sentence: p = 0.0123, or p <0.0001."""
    relation = "p " if node.value is not None and node.value < SMALLEST_P else "p = "
    return Markup("{}{}").format(relation, number(node, probability))


def total(nodes: Sequence[Node]) -> Markup:
    """Print the sum of counts of the result."""
    value = sum(node.value for node in nodes)
    return Markup('<data value="{}" data-sum="{}">{}</data>').format(
        value, " ".join(node.pointer for node in nodes), value
    )


def number_in_picture(node: Node, form: Format = measured) -> Markup:
    """Print one number within an SVG text."""
    return Markup('<tspan data-value="{}" data-pointer="{}">{}</tspan>').format(
        repr(node.value), node.pointer, form(node.value)
    )


def total_in_picture(nodes: Sequence[Node]) -> Markup:
    """Print the sum of counts within an SVG text."""
    value = sum(node.value for node in nodes)
    return Markup('<tspan data-value="{}" data-sum="{}">{}</tspan>').format(
        value, " ".join(node.pointer for node in nodes), value
    )


def interval(node: Node, form: Format = measured, *, value: str = "value", in_picture: bool = False) -> Markup:
    """Print an estimate with its interval; `value` is the name of the estimate's field."""
    write = number_in_picture if in_picture else number
    said = write(node[value], form)
    low, high = node.get("low"), node.get("high")
    if low is None or high is None:
        return said
    return Markup("{} ({} to {})").format(said, write(low, form), write(high, form))

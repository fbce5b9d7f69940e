"""What the process of a model does when it is asked to explain: the question and the answer as they are on the line."""

from typing import Any

from portal.inference.engine.attribution import Asked, explain
from portal.inference.engine.subject import Subject
from portal.inference.engine.subjects import load_subject
from portal.inference.engine.wire import Array, Named

__all__ = ["explained", "load_subject"]

KEY = "attribution"
# A header has 64 KiB, and a model hundreds of layers.
_LONGEST_NAME = 60


def explained(subject: Subject, header: dict[str, Any], volume: Array) -> tuple[dict[str, Any], list[Named]]:
    """Explain a volume as the header asks; header and arrays of the answer."""
    found = explain(subject, volume, Asked(**header["asked"]))
    said = {
        "done": True,
        "layer": found.layer,
        "step": found.placed.step,
        "first": found.placed.first,
        "facts": dict(found.facts),
        # In the order in which they are executed.
        "groups": [name[-_LONGEST_NAME:] for name, _ in subject.groups],
    }
    return said, [(KEY, found.placed.values)]

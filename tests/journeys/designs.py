"""The designs that a coordinator can choose, as a table: what each one is, and what its readers come to sign.

`reads` is counted by hand from the design; `tests/journeys/test_designs.py` walks through each row.
"""

from dataclasses import dataclass, field
from typing import Any

from annotations.domain.designs import single_design

# What the readers are asked: a decision, a rating, and a question that has no part in the analysis.
QUESTIONS: list[dict[str, Any]] = [
    {"key": "present", "kind": "BINARY", "text": "Present?", "required": True, "role": "CALL"},
    {"key": "sure", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"},
    {"key": "quality", "kind": "ORDINAL", "text": "Image quality", "required": True, "options": ["Poor", "Good"]},
]

CSV, ROUND = "CSV", "ROUND"
# Whether a reader sees what the AI says: before the first read is frozen, after that, and once the read is signed.
SEES_AI = {
    "HIDDEN": (False, False, False),
    "AFTER_SIGNING": (False, False, True),
    "SECOND_READ": (False, True, True),
    "CONCURRENT": (True, True, True),
}
PAST_HIDDEN = {"own_past_reads": "HIDDEN"}


@dataclass(frozen=True)
class Journey:
    """A design, how many read how much in it, and where its truth comes from ("" where it has none)."""

    reads: int
    design: dict[str, Any] = field(default_factory=dict)
    readers: int = 2
    cases: int = 4
    # Everything below is named because the design asks for more than reading.
    training: int = 0
    is_arbitrated: bool = False
    truth: str = CSV

    def document(self, training: list[str], arbitrators: list[str]) -> dict[str, Any]:
        """The design as it is sent: the cases of training and the arbitrators have ids only now."""
        document = {**single_design(), **self.design, "training": training}
        if self.is_arbitrated:
            rule = {"arbitrators": arbitrators, "trigger": "DISAGREEMENT", "questions": ["present"], "shows": "ANSWERS"}
            document["pairing"] = {"kind": "DOUBLE", "arbitration": rule}
        return document


def arm(ai_display: str, key: str = "A", **blinding: str) -> dict[str, Any]:
    """An arm."""
    return {"key": key, "name": f"Arm {key}", "ai_display": ai_display, "blinding": blinding}


def crossover(balance: str) -> dict[str, Any]:
    """Unaided and aided in two sessions, one after the other without days between them, for nobody can wait here."""
    return {
        "kind": "CROSSOVER",
        "arms": [arm("HIDDEN", **PAST_HIDDEN), arm("CONCURRENT", "B", **PAST_HIDDEN)],
        "sessions": [{"opens_on": None, "closes_on": None, "washout_days": 0} for _ in range(2)],
        "balance": balance,
    }


JOURNEYS = {
    "annotation only": Journey(reads=2 * 2, cases=2, design={"kind": "ANNOTATION"}, truth=""),
    "single reading": Journey(reads=2 * 4, design={"arms": [arm("AFTER_SIGNING")]}),
    "independent crossover": Journey(reads=2 * 4 * 2, design=crossover("CASES")),
    "sequential second reader": Journey(reads=2 * 4, design={"kind": "SEQUENTIAL", "arms": [arm("SECOND_READ")]}),
    "concurrent aid": Journey(reads=2 * 4, design={"kind": "CONCURRENT", "arms": [arm("CONCURRENT")]}),
    "fully crossed": Journey(reads=4 * 2 * 2, readers=4, cases=2, design=crossover("READERS")),
    # Two blocks of two readers and three cases; nobody who leads sees an answer before the lock.
    "split-plot": Journey(
        reads=4 * 3,
        readers=4,
        cases=6,
        design={"pairing": {"kind": "SPLIT_PLOT", "blocks": ["North", "South"]}, "masked_until_lock": True},
    ),
    # Two cases for everybody and one of their own.
    "partially paired": Journey(
        reads=3 * (2 + 1), readers=3, cases=5, design={"pairing": {"kind": "PARTIALLY_PAIRED", "common": 2, "own": 1}}
    ),
    "hidden repeats": Journey(
        reads=2 * (4 + 1),
        design={"arms": [arm("HIDDEN", **PAST_HIDDEN)], "repeats": {"count": 1, "minimum_distance": 2}},
    ),
    "training first": Journey(reads=2 * (1 + 3), training=1),
    "double reading with arbitration": Journey(reads=4 * 2, is_arbitrated=True),
    "adjudication round": Journey(reads=2 * 4, truth=ROUND),
}

"""As the coordinator's guide says: labels with first reads, the truth beside them, and what the AI changed."""

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from annotations.exporters.labels_csv import COLUMNS, labels_csv
from validation.stats.cli import main

# Truth, then what each of two readers said before and after the AI: called positive from 4 of 5 on.
CASES = [
    ("Case 001", 1, {"anna": (2, 5), "bert": (4, 4)}),
    ("Case 002", 1, {"anna": (4, 5), "bert": (5, 3)}),
    ("Case 003", 1, {"anna": (1, 4), "bert": (2, 2)}),
    ("Case 004", 0, {"anna": (4, 2), "bert": (1, 1)}),
    ("Case 005", 0, {"anna": (1, 1), "bert": (2, 5)}),
    ("Case 006", 0, {"anna": (3, 2), "bert": (3, 1)}),
]

SUSPICION = {"key": "suspicion", "kind": "ORDINAL", "text": "How suspicious?", "options": ["1", "2", "3", "4", "5"]}


def rows() -> list[dict[str, Any]]:
    """What the labels route answers with `include_first_reads=1`."""
    filled: dict[str, Any] = {name: name for name in COLUMNS}
    filled |= {"findings": [], "number_of_findings": 0, "ai_shown": [], "ai_decisions": []}
    filled["schema_version"] = 1
    return [
        {**filled, "case": case, "reader": reader, "phase": phase, "state": state, "answers": {"suspicion": rating}}
        for case, _, ratings in CASES
        for reader, pair in ratings.items()
        for phase, state, rating in zip(("FIRST", "SECOND"), ("FIRST_READ", "SIGNED"), pair, strict=True)
    ]


def test_first_and_second_reads_are_the_two_phases(tmp_path: Path) -> None:
    truth = pd.DataFrame([(case, truth) for case, truth, _ in CASES], columns=["case", "truth"])
    labels = pd.read_csv(io.StringIO(labels_csv(rows(), {1: [SUSPICION]})))
    labels.merge(truth, on="case").to_csv(tmp_path / "phases.csv", index=False)
    file = str(tmp_path / "phases.csv")
    columns = ["--modality", "phase", "--rating", "answer.suspicion"]
    phases = ["--phases", "FIRST", "SECOND", "--threshold", "4", "--json"]
    output = io.StringIO()
    assert main(["ai-vs-readers", "--csv", file, *columns, *phases], output) == 0
    result = json.loads(output.getvalue())
    counts = {
        (row["reader"], row["group"]): row for row in result["reclassification"]["counts"] if row["ai_right"] is None
    }
    # Counted by hand from the table above: anna gains two positives and one negative, bert loses one of each.
    anna, bert = ({group: counts[name, group] for group in ("positives", "negatives")} for name in ("anna", "bert"))
    assert (anna["positives"]["benefit"], anna["positives"]["harm"]) == (2, 0)
    assert (anna["negatives"]["benefit"], anna["negatives"]["harm"]) == (1, 0)
    assert (bert["positives"]["benefit"], bert["positives"]["harm"]) == (0, 1)
    assert (bert["negatives"]["benefit"], bert["negatives"]["harm"]) == (0, 1)

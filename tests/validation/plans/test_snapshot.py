"""From a frozen snapshot to the table of a plan: who is in it, and what is said of who is not."""

from typing import Any

from validation.plans.snapshot import lay_out


def read(reader: str, case: str, state: str, call: int | None = None) -> dict[str, Any]:
    return {
        "reader": reader, "case": case, "arm": "A", "session": 1, "repeat_number": 0, "is_training": False,
        "state": state, "provenance": "HUMAN", "rating": None, "call": call, "cannot_assess": [], "first": None,
    }  # fmt: skip


def snapshot(*reads: dict[str, Any]) -> dict[str, Any]:
    readers = sorted({one["reader"] for one in reads})
    return {
        "plan": {
            "document": {
                "population": {"sessions": None},
                "subjects": [{"key": "readers", "kind": "READERS", "arm": "A", "phase": "SIGNED"}],
            }
        },
        "label_schema": {"call": "nodule_present", "rating": None},
        "cases": [
            {
                "id": name, "name": f"Case {name}", "patient": name, "truth": truth, "is_training": False,
                "is_withdrawn": False,
            }
            for name, truth in (("1", 1), ("2", 0))
        ],
        "readers": [{"id": one, "name": one} for one in readers],
        "reads": list(reads),
        "predictions": [],
        "model_versions": [],
    }  # fmt: skip


def test_who_was_withdrawn_before_reading_is_no_reader_of_the_table() -> None:
    """Anna was replaced by Bert; Cleo was withdrawn after her first case, which counts."""
    laid = lay_out(
        snapshot(
            read("anna", "1", "VOID"), read("anna", "2", "VOID"),
            read("bert", "1", "SIGNED", 1), read("bert", "2", "SIGNED", 0),
            read("cleo", "1", "SIGNED", 0), read("cleo", "2", "VOID"),
        )
    )  # fmt: skip
    said = laid.table.subjects["readers"]
    assert said.readers == ("bert", "cleo")
    assert said.call[:, 0].tolist() == [1.0, 0.0]
    excluded = [(one["name"], one["reason"], one["cases"]) for one in laid.exclusions]
    assert excluded == [("anna", "void", ["Case 1", "Case 2"]), ("cleo", "void", ["Case 2"])]

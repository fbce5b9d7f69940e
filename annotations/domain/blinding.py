"""The blinding matrix: what a reader of an arm is shown. A cell that is not switchable is hidden, whatever is asked."""

from collections.abc import Mapping
from typing import NamedTuple

from annotations.domain.states import AI_SHOWN

SHOWN, HIDDEN = "SHOWN", "HIDDEN"
PHASES = ("FIRST", "SECOND", "SIGNED")


class Cell(NamedTuple):
    """One row of the matrix."""

    name: str
    about: str
    default: str = HIDDEN
    is_switchable: bool = False


CELLS: dict[str, Cell] = {
    "patient_data": Cell("Patient data", "Name, identifier, age and sex never leave the archive."),
    "dates": Cell("Study date", "The day on which the case was imaged.", HIDDEN, True),
    "site": Cell("Site", "Institution, station and people of the examination never leave the archive."),
    "priors": Cell("Priors", "Earlier images of the patient, where the hanging protocol shows them.", SHOWN, True),
    "clinical_text": Cell("Clinical text", "Descriptions written at the scanner never leave the archive."),
    "ai_scores": Cell("AI scores", "Score, call and calibration, when the arm shows the AI.", SHOWN, True),
    "ai_marks": Cell("AI marks", "Findings, segments and heat map, when the arm shows the AI.", SHOWN, True),
    "other_readers": Cell("Other readers", "Who they are, what they read and how far they are."),
    "prevalence": Cell("Prevalence and truth", "Only training cases show their truth, after signing."),
    "own_past_reads": Cell("Own past reads", "What the reader has signed, once it is signed.", SHOWN, True),
}
_OF_AI = frozenset({"ai_scores", "ai_marks"})


def is_shown(cell: str, blinding: Mapping[str, str]) -> bool:
    """Say whether an arm's readers see what the cell names, where there is something to see."""
    row = CELLS[cell]
    return (blinding.get(cell, row.default) if row.is_switchable else HIDDEN) == SHOWN


def shows_past_reads(blinding: Mapping[str, str], *, is_training: bool) -> bool:
    """Say whether a signed read is still shown to its reader; a training case is there to be looked at again."""
    return is_training or is_shown("own_past_reads", blinding)


def matrix(ai_display: str, blinding: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """Return what an arm shows in each phase of a read."""
    return {
        cell: {
            phase: is_shown(cell, blinding) and (cell not in _OF_AI or AI_SHOWN[ai_display][phase]) for phase in PHASES
        }
        for cell in CELLS
    }

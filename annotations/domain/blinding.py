"""The blinding matrix: what a reader of an arm is shown in each phase of a read.

A cell of an arm is SHOWN or HIDDEN in all phases, or says so phase by phase; what is missing is the default of its
row. A phase that a row cannot show stays hidden, whatever is asked.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from annotations.domain.states import AI_SHOWN

SHOWN, HIDDEN = "SHOWN", "HIDDEN"
FIRST, SECOND, SIGNED = PHASES = ("FIRST", "SECOND", "SIGNED")

# One value for all phases, or one for each.
CellValue = str | Mapping[str, str]
Blinding = Mapping[str, CellValue]


class Cell(NamedTuple):
    """One row of the matrix."""

    name: str
    about: str
    default: str = HIDDEN
    # The phases that a protocol may show.
    phases: tuple[str, ...] = ()
    # Why the other phases stay hidden.
    why: str = ""
    # Fetched when a case is opened, and so the same in the first and the second read of it.
    comes_with_case: bool = False

    @property
    def is_switchable(self) -> bool:
        """Say whether there is anything to choose."""
        return bool(self.phases)


CELLS: dict[str, Cell] = {
    "patient_data": Cell(
        "Patient data", "Sex and age at the examination. Name and identifiers never leave the archive.", HIDDEN, PHASES
    ),
    "dates": Cell("Study date", "The day on which the case was imaged.", HIDDEN, PHASES),
    "site": Cell("Site", "Institution, station and scanner. People are never named.", HIDDEN, PHASES),
    "priors": Cell(
        "Priors",
        "Earlier images of the patient, where the hanging protocol shows them.",
        SHOWN,
        PHASES,
        comes_with_case=True,
    ),
    "clinical_text": Cell(
        "Clinical text",
        "The clinical text of the case (history, indication, question), and the descriptions of its images that were "
        "written at the scanner. They can tell what was found.",
        HIDDEN,
        PHASES,
    ),
    "ai_scores": Cell("AI scores", "Score, call and calibration, when the arm shows the AI.", SHOWN, PHASES),
    "ai_marks": Cell("AI marks", "Findings, segments and heat map, when the arm shows the AI.", SHOWN, PHASES),
    "other_readers": Cell(
        "Other readers",
        "What others who have signed the case answered, as Reader A, Reader B … Who they are is never told.",
        HIDDEN,
        (SIGNED,),
        "Readers who know what others answered do not read independently.",
    ),
    "prevalence": Cell(
        "Prevalence and truth",
        "How many cases are diseased, once all of the reader's own are signed and the truth is locked. The truth of a "
        "case is shown for training cases only.",
        HIDDEN,
        (SIGNED,),
        "Readers who know how many cases are diseased read otherwise.",
    ),
    "own_past_reads": Cell(
        "Own past reads",
        "What the reader has signed: once signed the read itself, while reading their marks on priors.",
        SHOWN,
        PHASES,
        comes_with_case=True,
    ),
}
OF_AI = ("ai_scores", "ai_marks")
# What can tell a reader that a case was there before.
_RECOGNISED_BY = ("patient_data", "dates", "site", "clinical_text")
PHASE_WORDS = {FIRST: "first read", SECOND: "second read", SIGNED: "once signed"}


class BlindingNote(NamedTuple):
    """What is wrong with a cell, or worth knowing about it: `field` begins at the arm."""

    field: str
    code: str
    detail: str


def asked(cell: str, blinding: Blinding, phase: str) -> str:
    """Return what an arm's document says of a cell in a phase."""
    value = blinding.get(cell, CELLS[cell].default)
    return value if isinstance(value, str) else value.get(phase, HIDDEN)


def is_shown(cell: str, blinding: Blinding, phase: str) -> bool:
    """Say whether an arm's readers see what the cell names in a phase, where there is something to see."""
    return phase in CELLS[cell].phases and asked(cell, blinding, phase) == SHOWN


def is_ever_shown(cell: str, blinding: Blinding) -> bool:
    """Say whether they see it in any phase."""
    return any(is_shown(cell, blinding, phase) for phase in PHASES)


def shows_ai(ai_display: str, blinding: Blinding, phase: str) -> bool:
    """Say whether anything of the AI is shown in a phase: the arm shows the AI, and its scores or its marks."""
    return AI_SHOWN[ai_display][phase] and any(is_shown(cell, blinding, phase) for cell in OF_AI)


def shows_past_reads(blinding: Blinding, *, is_training: bool) -> bool:
    """Say whether a signed read is still shown to its reader; a training case is there to be looked at again."""
    return is_training or is_shown("own_past_reads", blinding, SIGNED)


def matrix(ai_display: str, blinding: Blinding) -> dict[str, dict[str, bool]]:
    """Return what an arm shows in each phase of a read."""
    return {
        cell: {
            phase: is_shown(cell, blinding, phase) and (cell not in OF_AI or AI_SHOWN[ai_display][phase])
            for phase in PHASES
        }
        for cell in CELLS
    }


def fitted_to_display(ai_display: str, blinding: Blinding) -> dict[str, CellValue]:
    """Return the cells of an arm that is to show the AI otherwise: what the new display hides is hidden in them."""
    fitted = dict(blinding)
    for cell in OF_AI:
        value = blinding.get(cell)
        if isinstance(value, Mapping):
            fitted[cell] = {phase: value[phase] if AI_SHOWN[ai_display][phase] else HIDDEN for phase in PHASES}
    return fitted


def cell_problems(ai_display: str, blinding: Blinding, refused: Mapping[str, str]) -> list[BlindingNote]:
    """Return the cells of an arm that would break its design; `refused` are those it cannot show at all, and why."""
    problems = [
        BlindingNote(cell, "not_blinded", why) for cell, why in refused.items() if is_ever_shown(cell, blinding)
    ]
    for cell, value in blinding.items():
        row = CELLS[cell]
        for phase in PHASES:
            if asked(cell, blinding, phase) != SHOWN:
                continue
            if phase not in row.phases:
                detail = f"{row.name} cannot be shown ({PHASE_WORDS[phase]}). {row.why}"
                problems.append(BlindingNote(cell, "not_blinded", detail))
            elif cell in OF_AI and not isinstance(value, str) and not AI_SHOWN[ai_display][phase]:
                detail = f"{row.name}: this arm does not show the AI ({PHASE_WORDS[phase]})."
                problems.append(BlindingNote(cell, "ai_hidden", detail))
        is_split = row.comes_with_case and asked(cell, blinding, FIRST) != asked(cell, blinding, SECOND)
        if is_split and ai_display == "SECOND_READ":
            detail = f"{row.name} come with the case when it is opened: the first and the second read show the same."
            problems.append(BlindingNote(cell, "same_while_reading", detail))
    return problems


def cell_warnings(arms: list[Mapping[str, Any]], *, meets_cases_again: bool) -> list[BlindingNote]:
    """Return what a reviewer would ask about the matrix, though it can be read that way."""
    warnings = []
    for arm in arms:
        shown = matrix(arm["ai_display"], arm["blinding"])
        if arm["ai_display"] == "SECOND_READ":
            lost = [CELLS[cell].name for cell, row in shown.items() if row[FIRST] and not row[SECOND]]
            warnings += [
                BlindingNote(arm["key"], "seen_before", f"{name}: hidden in the second read, but seen in the first.")
                for name in lost
            ]
        known = [CELLS[cell].name for cell in _RECOGNISED_BY if any(shown[cell].values())]
        if meets_cases_again and known:
            detail = f"Readers meet a case again and can recognise it by what arm {arm['key']} shows"
            warnings.append(BlindingNote(arm["key"], "recognisable", f"{detail}: {', '.join(known).lower()}."))
    return warnings + _between_arms(arms)


def _between_arms(arms: list[Mapping[str, Any]]) -> list[BlindingNote]:
    """Say where arms differ in more than the AI: their comparison is then one of both."""
    rows = [matrix("CONCURRENT", arm["blinding"]) for arm in arms]
    differing = [
        CELLS[cell].name for cell in CELLS if cell not in OF_AI and any(row[cell] != rows[0][cell] for row in rows)
    ]
    if not differing:
        return []
    detail = f"The arms differ in {', '.join(differing).lower()} too, so their comparison is not that of the AI alone."
    return [BlindingNote("", "arms_differ", detail)]

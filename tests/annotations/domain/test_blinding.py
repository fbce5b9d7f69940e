"""The blinding matrix phase by phase: what is shown, what would break a design, and what a reviewer would ask."""

from typing import Any

import pytest

from annotations.domain.blinding import (
    CELLS,
    OF_AI,
    PHASES,
    fitted_to_display,
    is_ever_shown,
    is_shown,
    matrix,
    shows_ai,
    shows_past_reads,
)
from annotations.domain.designs import blinding_warnings, design_problems, single_design
from annotations.domain.protocol import blinding_section
from tests.annotations.domain.test_designs import HIDES, crossover


def in_phases(*shown: str) -> dict[str, str]:
    return {phase: "SHOWN" if phase in shown else "HIDDEN" for phase in PHASES}


def with_cells(design: dict[str, Any], **cells: Any) -> dict[str, Any]:
    """The design with these cells in its first arm."""
    first, *others = design["arms"]
    return {**design, "arms": [{**first, "blinding": {**first["blinding"], **cells}}, *others]}


def problems(design: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in design_problems(design)]


ANY_PHASE = [cell for cell, row in CELLS.items() if row.phases == PHASES]
AFTERWARDS = ["other_readers", "prevalence"]


def test_every_row_has_a_switch() -> None:
    assert sorted(ANY_PHASE + AFTERWARDS) == sorted(CELLS)


@pytest.mark.parametrize("cell", ANY_PHASE)
@pytest.mark.parametrize("phase", PHASES)
def test_a_cell_is_shown_in_the_phase_that_says_so_and_in_no_other(cell: str, phase: str) -> None:
    blinding = {cell: in_phases(phase)}
    assert [one for one in PHASES if is_shown(cell, blinding, one)] == [phase]
    assert all(is_shown(cell, {cell: "SHOWN"}, one) for one in PHASES)
    assert not is_ever_shown(cell, {cell: "HIDDEN"})
    assert shows_past_reads({"own_past_reads": in_phases("SIGNED")}, is_training=False)
    assert not shows_past_reads({"own_past_reads": in_phases("FIRST", "SECOND")}, is_training=False)


@pytest.mark.parametrize("cell", AFTERWARDS)
def test_what_would_unblind_a_read_is_refused_with_the_reason(cell: str) -> None:
    for value in ("SHOWN", in_phases("FIRST"), in_phases("SECOND", "SIGNED")):
        design = with_cells(single_design(), **{cell: value})
        assert set(problems(design)) == {(f"design.arms[0].blinding.{cell}", "not_blinded")}
        assert CELLS[cell].why in design_problems(design)[0].detail
        assert [one for one in PHASES if is_shown(cell, {cell: value}, one)] in ([], ["SIGNED"])
    for value in ("HIDDEN", in_phases("SIGNED")):
        assert problems(with_cells(single_design(), **{cell: value})) == []


def test_what_a_design_can_show_in_no_phase_is_refused_with_the_reason() -> None:
    after = {cell: in_phases("SIGNED") for cell in AFTERWARDS}
    rule: dict[str, Any] = {"arbitrators": ["0" * 8 + "-0000" * 3 + "-" + "0" * 12], "trigger": "EVERY"}
    rule |= {"questions": [], "shows": "HIDDEN"}
    again = {**single_design(), "repeats": {"count": 1, "minimum_distance": 5}}
    for design, refused in (
        (with_cells(crossover(), **after), {"other_readers"}),
        (with_cells(again, own_past_reads="HIDDEN", **after), {"other_readers"}),
        (with_cells({**single_design(), "pairing": {"kind": "DOUBLE"}}, **after), {"other_readers"}),
        (with_cells({**single_design(), "pairing": {"kind": "DOUBLE", "arbitration": rule}}, **after), set(after)),
    ):
        expected = {(f"design.arms[0].blinding.{cell}", "not_blinded") for cell in refused}
        assert set(problems(design)) == expected


@pytest.mark.parametrize(
    ("display", "phase", "is_refused"),
    [
        ("HIDDEN", "FIRST", True),
        ("HIDDEN", "SIGNED", True),
        ("AFTER_SIGNING", "FIRST", True),
        ("AFTER_SIGNING", "SIGNED", False),
        ("SECOND_READ", "FIRST", True),
        ("SECOND_READ", "SECOND", False),
        ("CONCURRENT", "FIRST", False),
    ],
)
def test_the_ai_cannot_be_asked_for_in_a_phase_in_which_the_arm_hides_it(
    display: str, phase: str, is_refused: bool
) -> None:
    for cell in OF_AI:
        found = problems(with_cells(single_design(display), **{cell: in_phases(phase)}))
        assert found == ([(f"design.arms[0].blinding.{cell}", "ai_hidden")] if is_refused else [])
        # One value for all phases has always meant: wherever the arm shows the AI.
        assert problems(with_cells(single_design(display), **{cell: "SHOWN"})) == []


@pytest.mark.parametrize("cell", ["priors", "own_past_reads"])
def test_what_comes_with_the_case_is_the_same_in_both_reads(cell: str) -> None:
    split = {cell: in_phases("SECOND", "SIGNED")}
    wanted = [(f"design.arms[0].blinding.{cell}", "same_while_reading")]
    assert problems(with_cells(single_design("SECOND_READ"), **split)) == wanted
    assert problems(with_cells(single_design("HIDDEN"), **split)) == []
    assert problems(with_cells(single_design("SECOND_READ"), **{cell: in_phases("SIGNED")})) == []


def test_past_reads_stay_hidden_in_every_phase_where_cases_come_again() -> None:
    for phase in PHASES:
        found = problems(with_cells(crossover(), own_past_reads=in_phases(phase)))
        assert ("design.arms[0].blinding.own_past_reads", "not_blinded") in found
    assert problems(with_cells(crossover(), own_past_reads=in_phases())) == []


@pytest.mark.parametrize("wrong", ["shown", True, None, {"FIRST": "SHOWN"}, {**in_phases(), "THIRD": "SHOWN"}])
def test_a_cell_says_one_thing_or_one_for_each_phase(wrong: Any) -> None:
    ((field, code),) = problems(with_cells(single_design(), dates=wrong))
    assert (field, code) == ("design.arms[0].blinding.dates", "anyOf")


def test_an_arm_that_shows_the_ai_otherwise_asks_for_no_more_of_it() -> None:
    cells: dict[str, Any] = {
        "ai_scores": in_phases("SECOND", "SIGNED"),
        "ai_marks": "SHOWN",
        "dates": in_phases("FIRST"),
    }
    fitted = fitted_to_display("AFTER_SIGNING", cells)
    assert fitted == {**cells, "ai_scores": in_phases("SIGNED")}
    assert shows_ai("SECOND_READ", {cell: in_phases("SIGNED") for cell in OF_AI}, "SIGNED")
    assert not shows_ai("SECOND_READ", {cell: in_phases("SIGNED") for cell in OF_AI}, "SECOND")


def codes(design: dict[str, Any]) -> list[str]:
    return [one.code for one in blinding_warnings(design)]


def test_what_a_reviewer_would_ask_is_said_and_refused_by_nobody() -> None:
    assert codes(single_design()) == codes(crossover()) == []
    second = with_cells(single_design("SECOND_READ"), dates=in_phases("FIRST", "SIGNED"))
    assert (codes(second), problems(second)) == (["seen_before"], [])
    known = crossover(arms=[{**arm, "blinding": HIDES | {"site": "SHOWN"}} for arm in crossover()["arms"]])
    assert codes(known) == ["recognisable", "recognisable"]
    apart = with_cells(crossover(), priors="HIDDEN")
    assert codes(apart) == ["arms_differ"]
    assert "priors" in blinding_warnings(apart)[0].detail


def test_the_protocol_of_a_design_from_before_reads_as_it_was_frozen() -> None:
    """A reader study that is under way must not find its own protocol amended by an update of the software."""
    design = with_cells(single_design("SECOND_READ"), dates="SHOWN", ai_scores="HIDDEN")
    shown, hidden = ["shown"] * 3, ["hidden"] * 3
    assert blinding_section(design) == {
        "key": "blinding",
        "title": "Blinding",
        "sentences": [
            "Enforced on the server for every path. What is shown is shown only where there is something to show."
        ],
        "tables": [
            {
                "title": "Arm A",
                "header": ["", "First read", "Second read", "Once signed"],
                "rows": [
                    ["Patient data", *hidden],
                    ["Study date", *shown],
                    ["Site", *hidden],
                    ["Priors", *shown],
                    ["Clinical text", *hidden],
                    ["AI scores", *hidden],
                    ["AI marks", "hidden", "shown", "shown"],
                    ["Other readers", *hidden],
                    ["Prevalence and truth", *hidden],
                    ["Own past reads", *shown],
                ],
            }
        ],
    }


def test_the_protocol_says_phase_by_phase_what_is_shown() -> None:
    (table,) = blinding_section(with_cells(single_design(), site=in_phases("SIGNED")))["tables"]
    assert ["Site", "hidden", "hidden", "shown"] in table["rows"]
    assert matrix("HIDDEN", {"site": in_phases("SIGNED")})["site"] == {
        "FIRST": False,
        "SECOND": False,
        "SIGNED": True,
    }

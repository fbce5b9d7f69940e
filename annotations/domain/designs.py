"""Designs of reader studies: the document, what is wrong with one, and what it comes to.

`schemas/design.schema.json` is the form. A design is stored version by version while the reader study is a draft and
frozen at its launch.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from annotations.domain.ai_order import order_notes, order_problems, ordered_arms
from annotations.domain.blinding import HIDDEN, BlindingNote, cell_problems, cell_warnings
from annotations.domain.listed import is_listed, list_problems, smallest_list
from annotations.domain.problems import Problem
from portal.json_schema import schema_faults

_SCHEMA = Path(__file__).parent / "schemas" / "design.schema.json"
_VALIDATOR = Draft202012Validator(json.loads(_SCHEMA.read_text()))

Design = dict[str, Any]

# What each kind's arms may show of the AI, arm by arm; there are as many sessions as arms.
DISPLAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "ANNOTATION": (("HIDDEN",),),
    "SINGLE": (("HIDDEN", "AFTER_SIGNING"),),
    # What is shown after signing would be known in the second session. Two arms without AI compare something else.
    "CROSSOVER": (("HIDDEN",), ("CONCURRENT", "SECOND_READ", "HIDDEN")),
    "SEQUENTIAL": (("SECOND_READ",),),
    "CONCURRENT": (("CONCURRENT",),),
}
KIND_NAMES = {
    "ANNOTATION": "annotation only",
    "SINGLE": "single reading",
    "CROSSOVER": "crossover in two sessions",
    "SEQUENTIAL": "second reader",
    "CONCURRENT": "concurrent AI",
}
# Who reads what, where not every reader reads every case.
PAIRING_NAMES = {
    "SPLIT_PLOT": "split-plot",
    "PARTIALLY_PAIRED": "partially paired",
    "DOUBLE": "two readers for each case",
    "LISTED": "as listed",
}
# The kind of a design with one arm, by what it shows of the AI.
KIND_OF_DISPLAY = {
    "HIDDEN": "SINGLE",
    "AFTER_SIGNING": "SINGLE",
    "SECOND_READ": "SEQUENTIAL",
    "CONCURRENT": "CONCURRENT",
}


def single_design(ai_display: str = "HIDDEN") -> Design:
    """Return the design with which every reader study begins: each reader reads each case once."""
    return {
        "kind": KIND_OF_DISPLAY[ai_display],
        "arms": [{"key": "A", "name": "Reading", "ai_display": ai_display, "blinding": {}}],
        "sessions": [{"opens_on": None, "closes_on": None, "washout_days": 0}],
        "balance": "READERS",
        "pairing": {"kind": "FULLY_CROSSED"},
        "repeats": {"count": 0, "minimum_distance": 10},
        "training": [],
    }


def is_plain(design: Mapping[str, Any]) -> bool:
    """Say whether every reader simply reads every case once, in the drawn order."""
    return (
        len(design["sessions"]) == 1
        and design["pairing"]["kind"] == "FULLY_CROSSED"
        and not design["repeats"]["count"]
        and not design["training"]
        and not ordered_arms(design)
    )


def is_masked_until_lock(design: Mapping[str, Any]) -> bool:
    """Say whether coordinators see no values of answers before the lock; designs from before the mask have none."""
    return bool(design.get("masked_until_lock", False))


def shows_a_case_twice(design: Mapping[str, Any]) -> bool:
    """Say whether a reader meets a case more than once."""
    return len(design["sessions"]) > 1 or bool(design["repeats"]["count"])


def design_problems(design: Any) -> list[Problem]:
    """Return everything that is wrong with a document; empty when it may be stored."""
    problems = [Problem(f"design{path}", code, detail) for path, code, detail in schema_faults(_VALIDATOR, design)]
    return problems or [
        *_arm_problems(design),
        *_session_problems(design),
        *_blinding_problems(design),
        *_twice_problems(design),
        *_arbitration_problems(design),
        *order_problems(design),
        *list_problems(design),
    ]


def _arm_problems(design: Design) -> list[Problem]:
    displays, arms = DISPLAYS[design["kind"]], design["arms"]
    if len(arms) != len(displays):
        return [Problem("design.arms", "arms", f"A design of this kind has {len(displays)} arm(s).")]
    problems = [
        Problem(f"design.arms[{index}].ai_display", "ai_display", f"Here an arm is {' or '.join(allowed)}.")
        for index, (arm, allowed) in enumerate(zip(arms, displays, strict=True))
        if arm["ai_display"] not in allowed
    ]
    if len({arm["key"] for arm in arms}) < len(arms):
        problems.append(Problem("design.arms", "repeated", "Each arm has a key of its own."))
    return problems


def _session_problems(design: Design) -> list[Problem]:
    sessions = design["sessions"]
    if len(sessions) != len(DISPLAYS[design["kind"]]):
        detail = f"A design of this kind has {len(DISPLAYS[design['kind']])} session(s)."
        return [Problem("design.sessions", "sessions", detail)]
    problems = []
    latest = ""
    for index, session in enumerate(sessions):
        field = f"design.sessions[{index}]"
        days = [session["opens_on"], session["closes_on"]]
        if not all(day is None or _is_day(day) for day in days):
            problems.append(Problem(field, "not_a_day", "A day is written as year-month-day."))
            continue
        if None not in days and days[0] > days[1]:
            problems.append(Problem(field, "ends_before_it_begins", "A session closes on or after the day it opens."))
        if session["opens_on"] and session["opens_on"] < latest:
            problems.append(Problem(field, "before_the_last", "A session opens after the one before it."))
        latest = session["opens_on"] or latest
    if sessions[0]["washout_days"]:
        problems.append(Problem("design.sessions[0].washout_days", "no_washout", "Nothing comes before session 1."))
    return problems


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _blinding_problems(design: Design) -> list[Problem]:
    refused = _cells_refused(design)
    return [
        Problem(f"design.arms[{index}].blinding.{one.field}", one.code, one.detail)
        for index, arm in enumerate(design["arms"])
        for one in cell_problems(arm["ai_display"], arm["blinding"], refused)
    ]


def _cells_refused(design: Design) -> dict[str, str]:
    """Return the cells that this design cannot show in any phase, with the reason."""
    refused = {}
    if shows_a_case_twice(design):
        refused["own_past_reads"] = f"Readers meet a case again, so their past reads are {HIDDEN}."
        refused["other_readers"] = f"Readers meet a case again, so what others answered is {HIDDEN}."
    if design["pairing"]["kind"] == "DOUBLE":
        refused["other_readers"] = f"Two readers read each case independently: what the other answered is {HIDDEN}."
    if "arbitration" in design["pairing"]:
        refused["prevalence"] = f"Arbitrators are given cases to the end, so the prevalence is {HIDDEN}."
    return refused


def blinding_warnings(design: Design) -> list[BlindingNote]:
    """Return what is worth knowing about who sees what; nothing of it keeps a design from being launched."""
    return [*cell_warnings(design["arms"], meets_cases_again=shows_a_case_twice(design)), *order_notes(design)]


def _twice_problems(design: Design) -> list[Problem]:
    """What a reader must not see who meets a case again."""
    if not shows_a_case_twice(design):
        return []
    problems = []
    for index, arm in enumerate(design["arms"]):
        if arm["ai_display"] == "AFTER_SIGNING":
            detail = "Readers meet a case again, so the AI cannot be shown after signing."
            problems.append(Problem(f"design.arms[{index}].ai_display", "not_blinded", detail))
    return problems


def _arbitration_problems(design: Design) -> list[Problem]:
    rule = design["pairing"].get("arbitration")
    if rule is None:
        return []
    problems = []
    if len(design["sessions"]) > 1:
        detail = "A case has one arbitration, so it goes with designs of one session."
        problems.append(Problem("design.pairing.arbitration", "one_session", detail))
    if any(session["closes_on"] for session in design["sessions"]):
        detail = "Arbitrations come after the last reads: leave the session open, and give the readers a last day each."
        problems.append(Problem("design.sessions[0].closes_on", "arbitration", detail))
    if rule["trigger"] == "DISAGREEMENT" and not rule["questions"]:
        detail = "Name at least one question on which the two reads are compared."
        problems.append(Problem("design.pairing.arbitration.questions", "required", detail))
    return problems


def fitting_problems(design: Mapping[str, Any], *, readers: int, case_ids: list[str]) -> list[Problem]:
    """Return what keeps a design from being drawn for so many readers and these cases."""
    cases = len(case_ids) - len(design["training"])
    pairing = design["pairing"]
    problems = []
    unknown = len(set(design["training"]) - set(case_ids))
    if unknown:
        problems.append(Problem("training", "unknown", f"{unknown} training case(s) are not cases of the study."))
    if cases < 1 and case_ids:
        problems.append(Problem("training", "nothing_left", "All cases are training cases: none is left to read."))
    if design["kind"] == "CROSSOVER" and design["balance"] == "READERS" and readers % _groups(pairing):
        detail = f"{readers} reader(s) cannot be halved: the order is as balanced as it can be."
        problems.append(Problem("balance", "uneven", detail))
    if pairing["kind"] == "SPLIT_PLOT" and min(readers, cases) < len(pairing["blocks"]):
        problems.append(Problem("pairing", "too_few", "Each block needs a reader and a case."))
    if pairing["kind"] == "DOUBLE" and readers < 2:
        problems.append(Problem("pairing", "too_few", "Double reading needs two readers or more."))
    if pairing["kind"] == "PARTIALLY_PAIRED" and pairing["common"] + pairing["own"] > cases:
        problems.append(Problem("pairing", "too_many", f"A reader cannot read more than the {cases} case(s)."))
    least = smallest_share(design, readers=readers, cases=cases)
    if design["repeats"]["count"] > max(least - design["repeats"]["minimum_distance"], 0):
        detail = f"A reader with {least} case(s) has no room for so many repeats at that distance."
        problems.append(Problem("repeats", "no_room", detail))
    return problems


def calendar_problems(design: Mapping[str, Any], *, today: date) -> list[Problem]:
    """Return the sessions in which nobody could read if the design were launched today (UTC): the launch freezes them.

    The washout before a session begins with the last signature of the one before it, on that one's first day at the
    earliest.
    """
    problems = []
    first_day = today
    for number, session in enumerate(design["sessions"], start=1):
        opens_on, closes_on = (date.fromisoformat(day) if day else None for day in _days(session))
        first_day = max(first_day + timedelta(days=session["washout_days"]), opens_on or today)
        if closes_on is None or closes_on >= first_day:
            continue
        if closes_on < today:
            detail = f"Session {number} closed on {closes_on}, so nobody could read in it."
            problems.append(Problem(f"sessions[{number - 1}].closes_on", "session_over", detail))
        else:
            detail = (
                f"Session {number} closes on {closes_on}; with the washout nobody could begin it before {first_day}."
            )
            problems.append(Problem(f"sessions[{number - 1}].closes_on", "within_washout", detail))
    return problems


def _days(session: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return session["opens_on"], session["closes_on"]


def _groups(pairing: Mapping[str, Any]) -> int:
    return 2 * len(pairing.get("blocks", ["all"]))


def smallest_share(design: Mapping[str, Any], *, readers: int, cases: int) -> int:
    """Return how many cases a reader has at least, clusters apart."""
    pairing = design["pairing"]
    if pairing["kind"] == "SPLIT_PLOT":
        return cases // len(pairing["blocks"])
    if pairing["kind"] == "PARTIALLY_PAIRED":
        return min(cases, int(pairing["common"]) + int(pairing["own"]))
    if pairing["kind"] == "DOUBLE":
        return 2 * cases // max(readers, 1)
    return smallest_list(pairing) if is_listed(pairing) else cases


def number_of_reads(design: Mapping[str, Any], *, readers: int, cases: int) -> int:
    """Return how many reads all readers have to sign, training and repeats included."""
    training = len(design["training"])
    real = cases - training
    if is_listed(design["pairing"]):
        lists = design["pairing"]["lists"]
        # A list is one arm's, and so read in one session.
        return sum(len(one["cases"]) + int(design["repeats"]["count"]) for one in lists) + readers * training
    shares = {
        "FULLY_CROSSED": readers * real,
        "DOUBLE": 2 * real,
        "PARTIALLY_PAIRED": readers * smallest_share(design, readers=readers, cases=real),
    }
    pairing = design["pairing"]
    # Blocks of readers and cases may differ by one, so that only the drawing knows; this is its mean.
    once = shares.get(pairing["kind"], readers * real // len(pairing.get("blocks", ["all"])))
    return len(design["sessions"]) * (once + readers * int(design["repeats"]["count"])) + readers * training

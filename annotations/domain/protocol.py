"""The protocol of a reader study as a document: sections of sentences and tables, in words that anybody can read.

What is frozen, digested and approved is this document itself, so that what was approved is what was read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from annotations.domain.ai_order import order_sentences
from annotations.domain.blinding import CELLS, PHASE_WORDS, PHASES, matrix
from annotations.domain.designs import KIND_NAMES, Design, is_masked_until_lock
from annotations.domain.kinds import (
    BINARY,
    CATEGORICAL,
    CONFIDENCE,
    DATE,
    DEFAULT_LONGEST_TEXT,
    LOCATED_FINDING,
    MULTI_SELECT,
    NUMBER,
    ORDINAL,
    SECTION,
    TEXT,
    Question,
    level_parts,
)
from annotations.domain.listed import is_listed

PROTOCOL_FORMAT = "overread.protocol"
PROTOCOL_VERSION = 1

Section = dict[str, Any]
Table = dict[str, Any]
Rows = Sequence[Sequence[Any]]

KIND_WORDS = {
    BINARY: "yes or no",
    ORDINAL: "scale",
    CONFIDENCE: "0 to 100",
    CATEGORICAL: "one of",
    MULTI_SELECT: "several of",
    NUMBER: "number",
    DATE: "date",
    TEXT: "text",
    LOCATED_FINDING: "located finding",
    SECTION: "section",
}
ROLE_WORDS = {"CALL": "decision", "RATING": "rating"}
DISPLAY_WORDS = {
    "HIDDEN": "never shown",
    "AFTER_SIGNING": "shown after signing",
    "CONCURRENT": "shown from the start",
    "SECOND_READ": "shown after a frozen first read",
}


def section(key: str, title: str, *sentences: str, tables: Sequence[Table] = ()) -> Section:
    """Return one section; sentences that say nothing are left out."""
    return {"key": key, "title": title, "sentences": [one for one in sentences if one], "tables": list(tables)}


def table(title: str, header: Sequence[str], rows: Rows) -> Table:
    """Return a table of texts."""
    return {"title": title, "header": list(header), "rows": [[_cell(value) for value in row] for row in rows]}


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def changed_sections(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Return the titles of the sections that say something else; all of them where there was no version."""
    known = {one["key"]: one for one in before["sections"]} if before else {}
    changed = [one["title"] for one in after["sections"] if known.get(one["key"]) != one]
    gone = {one["key"] for one in after["sections"]}
    return [*changed, *(one["title"] for key, one in known.items() if key not in gone)]


def design_section(design: Design) -> Section:
    """Say who reads what, when and in which condition."""
    return section(
        "design",
        "Design, arms and sessions",
        f"Kind: {KIND_NAMES[design['kind']]}.",
        _pairing(design["pairing"]),
        _balance(design),
        _repeats(design["repeats"]),
        _mask(design),
        *order_sentences(design),
        tables=[
            table(
                "Arms",
                ["Arm", "Name", "The AI is"],
                [[arm["key"], arm["name"], DISPLAY_WORDS[arm["ai_display"]]] for arm in design["arms"]],
            ),
            table(
                "Sessions",
                ["Session", "Opens", "Closes", "Washout before, days"],
                [
                    [
                        number,
                        one["opens_on"] or "at the launch",
                        one["closes_on"] or "with the study",
                        one["washout_days"],
                    ]
                    for number, one in enumerate(design["sessions"], start=1)
                ],
            ),
        ],
    )


def _pairing(pairing: Mapping[str, Any]) -> str:
    kind = pairing["kind"]
    if kind == "SPLIT_PLOT":
        return f"Blocks of readers and cases: {', '.join(pairing['blocks'])}. Readers read the cases of their block."
    if kind == "PARTIALLY_PAIRED":
        return f"All readers read {pairing['common']} common case(s), each reader {pairing['own']} more."
    if kind == "DOUBLE":
        return f"Each case is read by two readers. {_arbitration(pairing.get('arbitration'))}".strip()
    if is_listed(pairing):
        readers = len({one["reader"] for one in pairing["lists"]})
        reads = sum(len(one["cases"]) for one in pairing["lists"])
        return f"Who reads what is given by a list, not drawn: {reads} read(s) of {readers} reader(s)."
    return "Every reader reads every case."


def _arbitration(rule: Mapping[str, Any] | None) -> str:
    if rule is None:
        return ""
    when = "always"
    if rule["trigger"] == "DISAGREEMENT":
        when = f"when they differ on {', '.join(rule['questions'])}"
    sees = (
        "sees the two reads, as Reader A and Reader B" if rule["shows"] == "ANSWERS" else "does not see the two reads"
    )
    return (
        f"One of {len(rule['arbitrators'])} arbitrator(s), who read nothing else, reads it once both are signed, "
        f"{when}; the arbitrator {sees}, and their read is the final one."
    )


def _balance(design: Design) -> str:
    if design["kind"] != "CROSSOVER":
        return ""
    if design["balance"] == "READERS":
        return "Half of the readers start with the second arm."
    return "Each reader reads half of the cases in each arm first."


def _mask(design: Design) -> str:
    masked = "Coordinators do not see the values of answers and marks until the reader study is locked."
    return masked if is_masked_until_lock(design) else ""


def _repeats(repeats: Mapping[str, Any]) -> str:
    if not repeats["count"]:
        return "No case comes back for within-reader agreement."
    least = repeats["minimum_distance"]
    return f"{repeats['count']} case(s) of each reader and session come back hidden, {least} or more places later."


def blinding_section(design: Design) -> Section:
    """Say what readers are shown, for each arm and phase."""
    shown = {arm["key"]: matrix(arm["ai_display"], arm["blinding"]) for arm in design["arms"]}
    return section(
        "blinding",
        "Blinding",
        "Enforced on the server for every path. What is shown is shown only where there is something to show.",
        tables=[
            table(
                f"Arm {key}",
                ["", *(PHASE_WORDS[phase].capitalize() for phase in PHASES)],
                [
                    [CELLS[cell].name, *("shown" if phases[phase] else "hidden" for phase in PHASES)]
                    for cell, phases in cells.items()
                ],
            )
            for key, cells in shown.items()
        ],
    )


def schema_section(version: int | None, questions: Sequence[Question]) -> Section:
    """Say what readers are asked."""
    if version is None:
        return section("label_schema", "Label schema", "There is none yet.")
    rows = [_question_row(question, question["key"], question["text"]) for question in questions]
    inner = [
        _question_row(attribute, f"{question['key']}.{attribute['key']}", f"{question['text']}: {attribute['text']}")
        for question in questions
        for attribute in question.get("attributes", ())
    ]
    header = ["Key", "Question", "Answer", "Required", "Part in the analysis", "Asked"]
    tables = [table("Questions", header, rows)]
    return section(
        "label_schema",
        "Label schema",
        f"Version {version}.",
        tables=[*tables, table("Questions about each finding", header, inner)] if inner else tables,
    )


def _question_row(question: Question, key: str, text: str) -> list[Any]:
    if question["kind"] == SECTION:
        return [key, text, KIND_WORDS[SECTION], "", "", condition_words(question.get("show_if"))]
    return [
        key,
        text,
        answer_words(question),
        bool(question.get("required")),
        ROLE_WORDS.get(question.get("role") or "", ""),
        condition_words(question.get("show_if")),
    ]


def answer_words(question: Question) -> str:
    """Say what an answer to a question may be."""
    details = {
        NUMBER: _number,
        TEXT: lambda one: f"at most {one.get('maximum_length', DEFAULT_LONGEST_TEXT)} characters",
        LOCATED_FINDING: _located,
        **dict.fromkeys((ORDINAL, CATEGORICAL, MULTI_SELECT), _options),
    }
    kind = question["kind"]
    parts = [KIND_WORDS[kind], details[kind](question) if kind in details else ""]
    said = ": ".join(part for part in parts if part)
    return f"{said}; or “cannot assess”" if question.get("cannot_assess") else said


def _options(question: Question) -> str:
    return " · ".join(level_parts(option)["text"] for option in question["options"])


def _number(question: Question) -> str:
    low, high = question.get("minimum"), question.get("maximum")
    unit = question.get("unit", "1")
    ends = [f"from {low}" if low is not None else "", f"to {high}" if high is not None else ""]
    return " ".join(part for part in (*ends, unit if unit != "1" else "without unit") if part)


def _located(question: Question) -> str:
    tools = ", ".join(tool.lower().replace("_", " ") for tool in question["tools"])
    codes = ", ".join(f"{code['meaning']} ({code['scheme']} {code['value']})" for code in question["codes"])
    most = question.get("maximum_count")
    counts = f"{question.get('minimum_count', 0)} to {most if most is not None else 'any number of'} marks"
    return f"{codes}; marked with {tools}; {counts}"


def condition_words(condition: Mapping[str, Any] | None) -> str:
    """Say when a question is asked."""
    if condition is None:
        return "always"
    for group, joined in (("all", " and "), ("any", " or ")):
        if group in condition:
            return joined.join(f"({condition_words(part)})" for part in condition[group])
    if "at_least" in condition:
        return f"{condition['question']} at least {_cell(condition['at_least'])}"
    wanted = condition["in"] if "in" in condition else [condition["is"]]
    return f"{condition['question']} is {' or '.join(_cell(one) for one in wanted)}"


def sample_size_section(plan: Mapping[str, Any] | None) -> Section:
    """Say how many readers and cases were planned, as the newest saved computation has it."""
    title = "Sample size"
    if plan is None:
        return section("sample_size", title, "None has been saved.")
    found, inputs = plan["document"], plan["document"]["inputs"]
    return section(
        "sample_size",
        title,
        f"Sample size {plan['number']}, computed by {plan['created_by']}, software overread "
        f"{found['software']['overread']}; SHA-256 {plan['digest']}.",
        f"To find a difference of {inputs['difference']} between two areas under the ROC curve with a power of "
        f"{inputs['target_power']} at a two-sided alpha of {inputs['alpha']}.",
        found["method"],
        *found["assumptions"],
        tables=[
            table("Cases that each number of readers needs", ["Readers", "Cases", "Diseased", "Power"], _needed(found))
        ],
    )


def _needed(found: Mapping[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for one in found["needed"]:
        outcome = one["outcome"]
        if "undefined" in outcome:
            rows.append([one["readers"], f"not defined: {outcome['detail']}", "", ""])
        else:
            rows.append([one["readers"], outcome["cases"], outcome["positives"], f"{outcome['power']:.3f}"])
    return rows

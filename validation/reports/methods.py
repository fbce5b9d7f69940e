"""What was to be done: the plan in its own words, arms, and how the figures are made; and who was there."""

from markupsafe import Markup

from validation.reports.flow import REASONS, flow_picture
from validation.reports.material import Material
from validation.reports.node import Node
from validation.reports.numbers import counted, number, total
from validation.reports.paper import Notes, heading, listing, paragraph

DISPLAYS = {
    "HIDDEN": "never shown",
    "AFTER_SIGNING": "shown after signing",
    "CONCURRENT": "shown from the start",
    "SECOND_READ": "shown after a frozen first read",
}
# Of a protocol what a paper tells of; the form, hanging and terms are in its own document, the plan is below.
PROTOCOL_SECTIONS = (
    "summary", "design", "blinding", "cases", "sampling", "readers", "randomisation", "ai", "truth", "sample_size",
)  # fmt: skip
_COUNTS = (
    ("cases", "Cases in the reader study"),
    ("cases_analysed", "Cases analysed"),
    ("patients", "Patients"),
    ("positives", "Positive cases analysed"),
    ("negatives", "Negative cases analysed"),
    ("readers", "Readers"),
    ("reads_assigned", "Reads assigned"),
    ("reads_signed", "Reads signed"),
    ("reads_simulated", "Reads made by simulated readers"),
    ("predictions", "AI predictions"),
)


def plan_part(material: Material) -> list[Markup]:
    """Say what protocol and plan say, how the plan came about, and in which arms was read."""
    parts = [*_protocol(material), heading("Analysis plan")]
    if material.is_planned:
        plan = material.result.value["plan"]
        if plan["sentences"]:
            parts += [paragraph("The plan, in the words in which it was locked:"), listing(plan["sentences"])]
        parts += _history(material)
    else:
        parts.append(
            paragraph(
                "No plan was carried out. The figures are those that the software computes of every arm; which of "
                "them would matter was not fixed beforehand."
            )
        )
    arms = material.snapshot.get("arms") or []
    if arms:
        rows = [[one["key"], one["name"], DISPLAYS.get(one["ai_display"], one["ai_display"])] for one in arms]
        parts.append(material.paper.table("Arms of the reader study.", ["Arm", "Name", "The AI is"], rows))
    parts.append(
        paragraph(
            f"Intervals are two-sided {material.percent} confidence intervals unless a note says otherwise. The "
            "methods and the sources of every formula are in the statistics reference of the software."
        )
    )
    return parts


def _protocol(material: Material) -> list[Markup]:
    """Give the sentences of the protocol in force; its tables are in its own document."""
    protocol = material.circumstances.protocol
    if protocol is None:
        return [paragraph("No version of the protocol was frozen when the snapshot was.")]
    said = [protocol.sections[key] for key in PROTOCOL_SECTIONS if key in protocol.sections]
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(title, " ".join(sentences)) for title, sentences in said if sentences
    )
    return [
        paragraph(f"In the words of version {protocol.number} of the protocol, whose tables are in its own document:"),
        Markup('<dl class="protocol">{}</dl>').format(rows),
    ]


def _history(material: Material) -> list[Markup]:
    plan = material.result.value["plan"]
    said = []
    if plan["amends"]:
        versions = ", ".join(f"{one['number']} ({one['digest'][:12]})" for one in plan["amends"])
        said.append(f"This version amends locked version {versions}. Reason given: {plan['reason']}")
    said += [f"{one['level'].capitalize()}: {one['detail']}" for one in plan["warnings"]]
    if not said:
        return []
    return [paragraph("To be known of the plan:"), listing(said)]


def participants_part(material: Material) -> list[Markup]:
    """Say who and what was there, what was left out and why."""
    counts = material.result["counts"]
    name = "Flow of cases and readings through the analysis"
    figure = material.paper.figure(
        f"{name}, after STARD 2015. A reading that lacks one of several answers counts where it has one, so that it "
        "can be both incomplete and answered.",
        flow_picture(name, counts, material.cases_left_out, material.branches),
    )
    rows = [[label, number(counts[key], counted)] for key, label in _COUNTS if key in counts.value]
    return [
        figure,
        material.paper.table("What was there.", ["What", "Number"], rows),
        *_left_out(material),
        *_case_mix(material),
    ]


def _left_out(material: Material) -> list[Markup]:
    exclusions = list(material.result["exclusions"])
    if not exclusions:
        return [paragraph("Nothing was left out.")]
    by_subject: dict[tuple[str, str], list[Node]] = {}
    for one in exclusions:
        key = one.value.get("subject", one.value.get("participant"))
        whose = "All" if not key else material.name_of(key) if material.is_planned else str(one["name"])
        by_subject.setdefault((whose, str(one["reason"])), []).append(one["n"])
    notes, rows = Notes(), []
    details = {str(one["reason"]): str(one["detail"]) for one in exclusions}
    for (whose, reason), found in by_subject.items():
        rows.append([whose, Markup("{}{}").format(REASONS[reason], notes.mark(details[reason])), total(found)])
    caption = "Cases and readings left out or incomplete, by reason. The cases are named in figures/exclusions.csv."
    return [material.paper.table(caption, ["Whose", "Why", "Number"], rows, notes)]


def _case_mix(material: Material) -> list[Markup]:
    """Count the cases of each group, of those that the first participant answered."""
    found = None if material.description is None else material.description.get("groups", "reports")
    rows: list[list[str | Markup]] = []
    seen: set[str] = set()
    for one in found or ():
        column = str(one["column"])
        if column in seen or one["report"].is_undefined:
            continue
        seen.add(column)
        for group in one["report"]["subgroups"]:
            counts = [number(group["positives"], counted), number(group["negatives"], counted)]
            rows.append([column.capitalize(), str(group["value"]), *counts])
    if not rows or found is None:
        return []
    caption = (
        "Cases by what their headers say of whom they show and where, as far as it is known, of those that "
        f"{found[0]['participant']} answered. Too small a number is not given."
    )
    return [material.paper.table(caption, ["Fact", "Group", "Positive cases", "Negative cases"], rows)]

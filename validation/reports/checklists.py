"""Checklists for authors: items that the data of a result answer are filled in, the others are left to the authors.

Items stand in `checklists.json` by number and a short name of ours, not in the words of the guidelines.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from validation.reports.material import Material
from validation.reports.paper import Cell, heading, paragraph

CHECKLISTS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "checklists.json").read_text())
FILLED, PARTLY, LEFT = "filled", "in part", "left to the authors"


class Filled(NamedTuple):
    """What the report says to an item, and whether authors must add to it."""

    text: str
    is_whole: bool


Sections = Mapping[str, int]
Answer = Callable[[Material, Sections], Filled | None]


def checklists_part(material: Material, sections: Sections) -> list[Markup]:
    """Return a table for each checklist."""
    parts = [
        paragraph(
            "Filled from what the software knows. Whether an item is answered well enough is for the authors to judge; "
            "“left to the authors” stands where the data say nothing."
        )
    ]
    for checklist in CHECKLISTS:
        rows = [_row(material, sections, item) for item in checklist["items"]]
        citation = f"{checklist['citation']} {checklist['remark'] or ''}".strip()
        parts += [heading(checklist["name"]), Markup('<p class="notes">{}</p>').format(citation)]
        header = ["Item", "Topic", "State", "Where, or what remains"]
        parts.append(material.paper.table(f"{checklist['name']}.", header, rows))
    return parts


def _row(material: Material, sections: Sections, item: Mapping[str, Any]) -> list[Cell]:
    found = ANSWERS[item["answer"]](material, sections) if item["answer"] else None
    head: list[Cell] = [item["number"], item["name"]]
    if found is None:
        return [*head, LEFT, ""]
    return [*head, FILLED if found.is_whole else PARTLY, found.text]


def _objectives(material: Material, sections: Sections) -> Filled | None:
    if not material.is_planned:
        return None
    return Filled(f"Endpoints and hypotheses of the locked plan: section {sections['endpoints']}.", True)


def _missing(material: Material, sections: Sections) -> Filled:
    said = "Nothing is imputed; each figure uses what was answered. Left out or not assessable, by reason"
    return Filled(f"{said}: section {sections['participants']}.", True)


def _truth(material: Material, sections: Sections) -> Filled | None:
    if not material.snapshot.get("reference_standard"):
        return None
    return Filled("Its version and digest: title page. How it was made is left to the authors.", False)


def _has_ai(material: Material) -> bool:
    return any(one.is_ai for one in material.branches)


def _model(material: Material, sections: Sections) -> Filled | None:
    if not _has_ai(material):
        return None
    return Filled("Name, version and digest of the weights: title page. Its design is left to the authors.", False)


def _software(material: Material, sections: Sections) -> Filled:
    return Filled(
        "Software of the analysis with versions: title page. That of the model is left to the authors.", False
    )


def _figures_at(material: Material, sections: Sections) -> str:
    numbers = [str(sections[key]) for key in ("endpoints", "described") if key in sections]
    return f"section{'s' * (len(numbers) > 1)} {' and '.join(numbers)}"


def _metrics(material: Material, sections: Sections) -> Filled:
    return Filled(f"Named with each figure: {_figures_at(material, sections)}.", True)


def _uncertainty(material: Material, sections: Sections) -> Filled:
    said = f"{material.percent} intervals, tests and the correction for several"
    return Filled(f"{said}: {_figures_at(material, sections)}.", True)


def _subgroups(material: Material, sections: Sections) -> Filled | None:
    found = None if material.description is None else material.description["groups"]
    if found is None or found.is_undefined:
        return None
    return Filled(f"By the facts that are known of the cases: section {sections['described']}.", False)


def _flow(material: Material, sections: Sections) -> Filled:
    said = f"Flow diagram and table from the reader study on: section {sections['participants']}."
    return Filled(f"{said} How cases came into it is left to the authors.", False)


def _case_mix(material: Material, sections: Sections) -> Filled | None:
    if _subgroups(material, sections) is None:
        return None
    said = f"Site, vendor, sex and age as far as known: section {sections['participants']}."
    return Filled(f"{said} Clinical characteristics are left to the authors.", False)


def _performance(material: Material, sections: Sections) -> Filled:
    return Filled(f"With {material.percent} intervals: {_figures_at(material, sections)}.", True)


def _failures(material: Material, sections: Sections) -> Filled | None:
    if _cross_tab(material, sections) is None or not material.is_planned:
        return None
    return Filled("The cases decided wrongly are listed in result.json; what they show is left to the authors.", False)


def _limitations(material: Material, sections: Sections) -> Filled:
    said = f"What the software knows: section {sections['limitations']}. Others are left to the authors."
    return Filled(said, False)


def _protocol(material: Material, sections: Sections) -> Filled | None:
    if not material.is_planned:
        return None
    return Filled(
        "Version and digest of plan and protocol: title page. Where it can be had is left to the authors.", False
    )


def _sample_size(material: Material, sections: Sections) -> Filled | None:
    protocol = material.circumstances.protocol
    said = () if protocol is None or "sample_size" not in protocol.sections else protocol.sections["sample_size"][1]
    # A protocol without a computation says so in one sentence.
    if len(said) < 2:
        return None
    return Filled(f"As the protocol says: section {sections['plan']}; the inputs are in the protocol.", True)


def _availability(material: Material, sections: Sections) -> Filled:
    said = "Snapshot, result and, of a plan, a script that computes it again are in the bundle of the analysis."
    return Filled(f"{said} Whether they are shared is left to the authors.", False)


def _index_test(material: Material, sections: Sections) -> Filled:
    return Filled(
        f"Arms of reading and AI versions: section {sections['plan']}. The readers are left to the authors.", False
    )


def _thresholds(material: Material, sections: Sections) -> Filled | None:
    if not any(one.get("threshold") is not None for one in material.participants):
        return None
    said = f"As fixed beforehand: section {sections['plan']}." if material.is_planned else "As chosen for the analysis."
    return Filled(f"{said} The reason for them is left to the authors.", False)


def _blinding(material: Material, sections: Sections) -> Filled | None:
    if not material.snapshot.get("arms"):
        return None
    return Filled(f"What readers saw of the AI: section {sections['plan']}. The rest is left to the authors.", False)


def _cross_tab(material: Material, sections: Sections) -> Filled | None:
    if not any(one.get("binary", "counts") is not None for one in material.participants):
        return None
    return Filled(
        f"True and false positives and negatives of each reader and AI: section {sections['described']}.", True
    )


def _numbers(material: Material, sections: Sections) -> Filled:
    return Filled(f"Cases, positives and readings: section {sections['participants']}.", True)


ANSWERS: dict[str, Answer] = {
    "objectives": _objectives,
    "missing": _missing,
    "truth": _truth,
    "model": _model,
    "software": _software,
    "metrics": _metrics,
    "uncertainty": _uncertainty,
    "subgroups": _subgroups,
    "flow": _flow,
    "case_mix": _case_mix,
    "performance": _performance,
    "failures": _failures,
    "limitations": _limitations,
    "protocol": _protocol,
    "availability": _availability,
    "index_test": _index_test,
    "thresholds": _thresholds,
    "blinding": _blinding,
    "cross_tab": _cross_tab,
    "numbers": _numbers,
    "sample_size": _sample_size,
}

"""The report as one HTML file that needs nothing else, and the same as PDF."""

import json
from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from portal.paper_pdf import write_pdf
from validation.reports.checklists import checklists_part
from validation.reports.described import described_part
from validation.reports.endpoints import endpoints_part
from validation.reports.front import front_page, kind_of
from validation.reports.limitations import limitations_part
from validation.reports.material import Circumstances, Material
from validation.reports.methods import participants_part, plan_part
from validation.reports.node import Node
from validation.reports.paper import section

_STYLE = (Path(__file__).parent / "report.css").read_text()

# How many parts are done, and which is made now; it may raise to stop.
Progress = Callable[[int, str], None]
# The most parts that a report has, and the setting of its pages.
STEPS = 7


def report_html(
    snapshot_text: str,
    result_text: str,
    circumstances: Circumstances,
    *,
    progress: Progress = lambda done, title: None,
) -> str:
    """Return the report of a stored result with its snapshot: the same texts and circumstances give the same bytes."""
    material = Material(Node(json.loads(result_text)), json.loads(snapshot_text), circumstances)
    titles = _titles(material)
    numbers = {key: index for index, key in enumerate(titles, start=1)}
    makers: dict[str, Callable[[], list[Markup]]] = {
        "plan": lambda: plan_part(material),
        "participants": lambda: participants_part(material),
        "endpoints": lambda: endpoints_part(material),
        "described": lambda: described_part(material),
        "limitations": lambda: limitations_part(material),
        "checklists": lambda: checklists_part(material, numbers),
    }
    parts = []
    for key, title in titles.items():
        progress(numbers[key] - 1, title)
        parts.append(section(numbers[key], title, makers[key]()))
    return _page(material, front_page(material, list(titles.values())), parts)


def report_pdf(html: str, *, result_digest: str) -> bytes:
    """Return a report as PDF, tagged for screen readers (PDF/UA-1); the same HTML gives the same bytes."""
    return write_pdf(html, identifier=result_digest)


def _titles(material: Material) -> dict[str, str]:
    titles = {
        "plan": "Protocol and analysis plan",
        "participants": "Cases, readers and readings",
        "endpoints": "Endpoints of the plan",
        "described": "Descriptive figures, not in the plan" if material.is_planned else "Exploratory figures",
        "limitations": "Limitations",
        "checklists": "Checklists",
    }
    if not material.is_planned:
        del titles["endpoints"]
    elif material.description is None:
        del titles["described"]
    return titles


def _page(material: Material, front: Markup, parts: list[Markup]) -> str:
    around = material.circumstances
    plan = f"plan version {material.result['plan']['number']}" if material.is_planned else "exploratory"
    running = f"Analysis report, {plan}"
    page = Markup(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}: analysis report</title>'
        '<meta name="viewport" content="width=device-width"><meta name="dcterms.created" content="{made}">'
        '<meta name="description" content="{kind}"><style></style></head><body>'
        '<p class="running" aria-hidden="true">{running}</p>'
        '<p class="digest" aria-hidden="true">Result SHA-256 {digest}</p>'
        "<main>{front}{parts}</main></body></html>\n"
    )
    made = str(
        page.format(
            title=material.title,
            made=around.made_at,
            kind=kind_of(material),
            running=running,
            digest=around.result_digest,
            front=front,
            parts=Markup("").join(parts),
        )
    )
    # The style sheet is no input of anybody: it goes in as it is, and whatever was typed has been escaped by now.
    return made.replace("<style></style>", f"<style>{_STYLE}</style>", 1)

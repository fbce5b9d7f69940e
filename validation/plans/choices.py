"""What each field of a plan can choose, the rest being as it is; and why the rest of the values cannot be taken."""

from collections.abc import Collection
from typing import Any, NamedTuple

from validation.plans.document import Endpoint, Plan, form_findings
from validation.plans.facts import StudyFacts
from validation.plans.rules import FIGURES, endpoint_errors
from validation.plans.whole import subject_findings
from validation.plans.wording import FIGURE_NAMES, GENERALISATION, SUBJECT_UNITS

# The rules that another value of the field would get around, whatever stands in the other fields.
_RULES_OF: dict[str, tuple[Collection[str], frozenset[str]]] = {
    "figure": (FIGURE_NAMES, frozenset({"no_rating", "not_located", "layer_of_marks", "unit"})),
    "method": (
        FIGURES,
        frozenset({"figure_of_method", "method_of_subjects", "compares", "clustered", "not_crossed", "other_readers"}),
    ),
    "generalise_to": (GENERALISATION, frozenset({"one_reader"})),
}
_FIGURE_OF_UNIT = {"CASE": "AUC", "PATIENT": "AUC", "LESION": "WAFROC"}


class Choice(NamedTuple):
    """A value, and the first reason that speaks against it; None where it can be taken."""

    value: str
    reason: str | None


def plan_choices(plan: Any, facts: StudyFacts) -> dict[str, Any]:
    """Return the choices of `unit` and, in the order of the endpoints, of `figure`, `method` and `generalise_to`.

    Nothing can be said of a plan whose form is wrong, or that names what the reader study does not have.
    """
    if form_findings(plan) or subject_findings(plan, facts):
        return {"unit": [], "endpoints": []}
    return {
        "unit": [_unit(plan, facts, unit)._asdict() for unit in SUBJECT_UNITS],
        "endpoints": [_of_endpoint(plan, facts, endpoint) for endpoint in plan["endpoints"]],
    }


def _of_endpoint(plan: Plan, facts: StudyFacts, endpoint: Endpoint) -> dict[str, list[dict[str, str | None]]]:
    return {
        field: [
            Choice(value, first_reason(plan, facts, {**endpoint, field: value}, rules))._asdict() for value in values
        ]
        for field, (values, rules) in _RULES_OF.items()
    }


def _unit(plan: Plan, facts: StudyFacts, unit: str) -> Choice:
    endpoint = {**plan["endpoints"][0], "figure": _FIGURE_OF_UNIT[unit]}
    return Choice(unit, first_reason({**plan, "unit": unit}, facts, endpoint, frozenset({"not_located", "unit"})))


def first_reason(plan: Plan, facts: StudyFacts, endpoint: Endpoint, rules: Collection[str] = ()) -> str | None:
    """Return why an endpoint cannot be carried out, by these rules or by all; None where it can."""
    errors = endpoint_errors(plan, endpoint, facts)
    return next((detail for code, detail in errors if not rules or code in rules), None)

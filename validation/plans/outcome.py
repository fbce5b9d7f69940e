"""What an endpoint comes to: estimates, their difference, the test, and whether the hypothesis was shown."""

from dataclasses import dataclass

from validation.plans.document import Endpoint
from validation.stats.results import Estimate, JSONValue, Outcome, TestOutcome, TestResult, Undefined, jsonable


@dataclass(frozen=True, slots=True)
class EndpointOutcome:
    """One endpoint's answer.

    `difference` is `of` minus `against`; None where nothing is compared. `shown` is None where nothing was tested or
    the test is undefined, and not yet corrected for other endpoints: `validation.plans.run` does that. `note` says
    what a reader of the whole answer has to know, such as cases that its method leaves out.
    """

    of: Outcome
    against: Outcome | None
    difference: Outcome | None
    test: TestOutcome | None
    detail: JSONValue
    note: str | None = None

    def to_json(self, endpoint: Endpoint, p_adjusted: float | None, shown: bool | None) -> dict[str, JSONValue]:
        """Give the answer with the endpoint it answers."""
        return {
            **{name: endpoint[name] for name in ("key", "role", "figure", "hypothesis", "margin", "alpha", "method")},
            "generalise_to": endpoint["generalise_to"],
            "of": {"subject": endpoint["of"], "outcome": jsonable(self.of)},
            "against": _against(endpoint, self.against),
            "difference": jsonable(self.difference) if self.difference is not None else None,
            "test": jsonable(self.test) if self.test is not None else None,
            "p_adjusted": p_adjusted,
            "shown": shown,
            "note": self.note,
            "detail": self.detail,
        }


def _against(endpoint: Endpoint, outcome: Outcome | None) -> JSONValue:
    if endpoint["against"] is None:
        return None
    if isinstance(endpoint["against"], str):
        return {"subject": endpoint["against"], "outcome": jsonable(outcome) if outcome is not None else None}
    return {"value": endpoint["against"]}


def negated(outcome: Outcome) -> Outcome:
    """Turn a minus b into b minus a."""
    if isinstance(outcome, Undefined):
        return outcome
    low, high = (None, None) if outcome.low is None or outcome.high is None else (-outcome.high, -outcome.low)
    return Estimate(-outcome.value, low, high, outcome.level, outcome.method, outcome.n, outcome.note)


def is_shown(endpoint: Endpoint, outcome: EndpointOutcome, p: float | None) -> bool | None:
    """Say whether a hypothesis was shown by a p value, corrected or not."""
    if endpoint["hypothesis"] == "ESTIMATE" or p is None or not isinstance(outcome.test, TestResult):
        return None
    if endpoint["hypothesis"] == "SUPERIORITY" and isinstance(outcome.difference, Estimate):
        return p < endpoint["alpha"] and outcome.difference.value > 0
    return bool(p < endpoint["alpha"])

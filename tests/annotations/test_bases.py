"""Two coordinators in two tabs: who stores second is told, and what the first stored stays."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from annotations.domain.designs import single_design
from annotations.models import DesignVersion, HangingProtocol, TermsVersion
from tests.annotations.building import Built, draft, mirrored_study
from tests.annotations.test_designs_api import asking, study

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return draft(cases=1)


def design(built: Built) -> tuple[str, str, Callable[[int], Any], Callable[[Any], Any]]:
    def changed(number: int) -> Any:
        return {**single_design(), "repeats": {**single_design()["repeats"], "minimum_distance": 10 + number}}

    return f"{study(built)}/design", "stale_design", changed, lambda answer: answer["design"]


def hanging(built: Built) -> tuple[str, str, Callable[[int], Any], Callable[[Any], Any]]:
    names = ("rules", "shows_priors", "shows_prior_marks")
    rule = {"when": {}, "layout": "ONE", "panes": [{"prior": 0, "select": {}, "start": {"at": "FIRST"}}], "links": []}

    def changed(number: int) -> Any:
        return {"rules": [{"name": f"Rule {number}", **rule}], "shows_priors": number > 1, "shows_prior_marks": False}

    path = f"{study(built)}/hanging-protocol"
    return path, "stale_hanging_protocol", changed, lambda answer: {name: answer[name] for name in names}


def priors(built: Built) -> tuple[str, str, Callable[[int], Any], Callable[[Any], Any]]:
    case = built.cases[0]
    earlier = [mirrored_study(f"earlier-{number}") for number in range(3)]
    for one in earlier:
        one.patient, one.study_date = case.imaging_study.patient, date(2020, 1, 1)
        one.save()
    case.imaging_study.study_date = date(2024, 1, 1)
    case.imaging_study.save()
    path = f"{study(built)}/cases/{case.pk}/priors"
    return path, "stale_priors", lambda number: [str(earlier[number - 1].pk)], lambda answer: answer["chosen"]


def terms(built: Built) -> tuple[str, str, Callable[[int], Any], Callable[[Any], Any]]:
    return f"{study(built)}/terms", "stale_terms", lambda number: f"Terms {number}", lambda answer: answer["text"]


def body_of(path: str, wanted: Any, base: Any) -> dict[str, Any]:
    if path.endswith("/hanging-protocol"):
        return {**wanted, "base": base}
    name = {"design": "design", "priors": "imaging_study_ids", "terms": "text"}[path.rsplit("/", 1)[1]]
    return {name: wanted, "base": base}


@pytest.mark.parametrize("what", [design, hanging, priors, terms])
def test_the_second_of_two_is_told_and_overwrites_nothing(built: Built, what: Callable[[Built], Any]) -> None:
    ask = asking(built.coordinator)
    path, code, changed, stored = what(built)
    base = stored(ask("GET", path))
    first, second, third = changed(1), changed(2), changed(3)
    now = stored(ask("PUT", path, body_of(path, first, base)))
    assert now == first
    refused = ask("PUT", path, body_of(path, second, base), status=409)
    assert refused["code"] == code
    assert stored(ask("GET", path)) == first
    # Sent once more because the answer was lost; from what is stored; and without a base as ever.
    ask("PUT", path, body_of(path, first, base))
    assert stored(ask("PUT", path, body_of(path, second, first))) == second
    assert stored(ask("PUT", path, body_of(path, third, None))) == third


def test_a_refused_change_is_no_version(built: Built) -> None:
    ask = asking(built.coordinator)
    for what, model in ((design, DesignVersion), (hanging, HangingProtocol), (terms, TermsVersion)):
        path, _, changed, stored = what(built)
        base = stored(ask("GET", path))
        ask("PUT", path, body_of(path, changed(1), base))
        ask("PUT", path, body_of(path, changed(2), base), status=409)
        assert model.objects.count() == 1

"""Worklists in the AI's order, from the design through the API to the reader's list and the stored file."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from annotations.domain.designs import single_design
from annotations.models import AiOrder, Case
from annotations.selectors.designs import is_reproduced
from portal.audit.verify import broken_links
from portal.inference.models import Prediction, PredictionSource
from tests.annotations.building import Built, draft, person
from tests.annotations.domain.test_ai_order import TOLD, ordered
from tests.annotations.domain.test_designs import crossover
from tests.annotations.services.test_designs import designed
from tests.annotations.test_designs_api import asking, study

pytestmark = pytest.mark.django_db

# Of the second case there is none; the first and the fourth are equally urgent.
SCORES = (0.4, None, 0.9, 0.4, 0.6)


def scored(design: dict[str, Any]) -> Built:
    """A draft of five cases with such predictions in force, of which the second was never seen."""
    built = designed(single_design(), cases=4)
    fifth = draft("other", cases=2, readers=0).cases[0].imaging_study
    ask, path = asking(built.coordinator), study(built)
    studies = [case.imaging_study for case in built.cases]
    studies.insert(1, fifth)
    ask("PUT", f"{path}/cases", {"imaging_study_ids": [str(one.pk) for one in studies]})
    for one, score in zip(studies, SCORES, strict=True):
        if score is not None:
            post(built, one, score)
    ask("PUT", f"{path}/design", {"design": design})
    built.cases = list(Case.objects.filter(reader_study=built.reader_study, removed_at=None).order_by("position"))
    return built


def post(built: Built, imaging_study: Any, score: float) -> Prediction:
    built.reader_study.refresh_from_db()
    version = built.reader_study.ai_model_version
    assert version is not None
    return Prediction.objects.create(
        model_version=version, imaging_study=imaging_study, score=score, source=PredictionSource.API
    )


def own_list(built: Built, reader: int = 0, session: int = 1) -> list[str]:
    rows = asking(built.readers[reader])("GET", f"{study(built)}/assignments")
    return [row["case_name"] for row in rows if row["session"] == session]


def test_a_worklist_in_the_order_of_the_scores_stays_as_it_was_at_the_launch() -> None:
    built = scored(ordered(single_design("CONCURRENT")))
    ask, path = asking(built.coordinator), study(built)
    names = [case.name for case in built.cases]
    (item,) = [one for one in ask("GET", f"{path}/launch-check")["items"] if one["code"] == "worklist_order"]
    assert (item["ok"], item["blocking"]) == (False, False)
    assert "1 of 5 case(s) have no prediction and come last" in item["text"]
    # Where the AI is shown, each case needs a prediction; only the order could do without.
    assert ask("POST", f"{path}/launch", {"seed": "s"}, status=409)["code"] == "not_ready"
    post(built, built.cases[1].imaging_study, 0.1)
    ask("POST", f"{path}/launch", {"seed": "s"})

    for reader in range(2):
        found = own_list(built, reader)
        assert (found[0], found[1], found[4]) == (names[2], names[4], names[1])
        assert sorted(found[2:4]) == [names[0], names[3]]
        assert asking(built.readers[reader])("GET", f"{path}/sessions")[0]["is_ordered_by_ai"] is True
    before = [own_list(built, reader) for reader in range(2)]
    post(built, built.cases[1].imaging_study, 0.99)
    assert [own_list(built, reader) for reader in range(2)] == before
    assert ask("GET", f"{path}/randomisation/check") == {"is_reproduced": True}
    # The helper brings the AI itself in without an event.
    assert [one for one in broken_links() if not one.startswith("inference.")] == []


def test_what_the_order_was_made_from_is_stored_and_downloaded() -> None:
    built = scored(ordered(single_design("CONCURRENT"), {"by": "AI_FLAG", "told_before_ai": False}))
    ask, path = asking(built.coordinator), study(built)
    in_force = post(built, built.cases[1].imaging_study, 0.1)
    ask("POST", f"{path}/launch", {"seed": "s"})
    stored = ask("GET", f"{path}/randomisation")
    assert stored["algorithm"].startswith("overread-design/3")
    order = stored["ai_order"]
    assert (order["model_version"], order["operating_threshold"], order["arms"]) == ("Finder 1", 0.5, {"A": "AI_FLAG"})
    assert [one["score"] for one in order["cases"]] == [0.4, 0.1, 0.9, 0.4, 0.6]
    assert order["cases"][1]["prediction_id"] == str(in_force.pk)
    flagged = {built.cases[2].name, built.cases[4].name}
    assert set(own_list(built)[:2]) == flagged

    client = Client()
    client.force_login(built.coordinator)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/api/v1/{path}/randomisation.csv").content.decode())))
    by_case = {one["case_id"]: one for one in order["cases"]}
    assert len(rows) == 10
    for row in rows:
        said = by_case[row["case_id"]]
        assert (row["ordered_by"], row["model_version_id"]) == ("AI_FLAG", order["model_version_id"])
        assert (row["prediction_id"], float(row["score"])) == (said["prediction_id"], said["score"])
    document = ask("GET", f"{path}/protocol")["document"]
    said_so = {one["key"]: " ".join(one["sentences"]) for one in document["sections"]}
    assert "those that the AI flags at its operating point first" in said_so["design"]
    assert "5 prediction(s) of Finder 1 (operating point 0.5) on 5 case(s)" in said_so["randomisation"]


def test_an_unaided_arm_says_nothing_and_a_hiding_one_needs_the_word_of_the_protocol() -> None:
    built = scored(crossover())
    ask, path = asking(built.coordinator), study(built)
    refused = ask("PUT", f"{path}/design", {"design": ordered(crossover(), arm=0)}, status=400)
    assert (refused["code"], refused["errors"][0]["code"]) == ("invalid_design", "not_blinded")
    post(built, built.cases[1].imaging_study, 0.1)
    ask("PUT", f"{path}/design", {"design": ordered(crossover())})
    ask("POST", f"{path}/launch", {"seed": "s"})
    for reader in built.readers:
        arms = {one.session.number: one.arm.key for one in built.reader_study.assignments.filter(reader=reader)}
        told = asking(reader)("GET", f"{path}/sessions")
        assert {one["number"]: one["is_ordered_by_ai"] for one in told} == {
            number: arm == "B" for number, arm in arms.items()
        }


def test_a_second_reader_may_be_told_by_the_order_and_a_missing_prediction_comes_last() -> None:
    built = scored(ordered(single_design(), TOLD))
    ask, path = asking(built.coordinator), study(built)
    design = ask("GET", f"{path}/design")
    assert [one["code"] for one in design["warnings"]] == ["told_by_order"]
    ask("POST", f"{path}/launch", {"seed": "s"})
    assert own_list(built)[4] == built.cases[1].name
    late = person("late")
    ask("POST", f"{path}/late-readers", {"user_id": str(late.pk), "reason": "Moved here"}, status=201)
    built.readers.append(late)
    assert own_list(built, 2)[0] == built.cases[2].name
    assert is_reproduced(reader_study=built.reader_study) is True
    assert AiOrder.objects.count() == 1


def test_no_order_by_an_ai_that_is_not_chosen() -> None:
    built = draft(cases=2)
    ask, path = asking(built.coordinator), study(built)
    refused = ask("PUT", f"{path}/design", {"design": ordered(single_design(), TOLD)}, status=400)
    assert refused["errors"][0] | {"detail": ""} == {"field": "worklist_order", "code": "no_ai_model", "detail": ""}


def test_the_ai_that_orders_worklists_is_not_taken_away() -> None:
    built = scored(ordered(single_design(), TOLD))
    ask, path = asking(built.coordinator), study(built)
    refused = ask("PATCH", path, {"ai_model_version_id": None}, status=400)
    assert refused["errors"][0]["field"] == "worklist_order"

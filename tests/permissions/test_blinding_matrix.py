"""The blinding matrix, cell by cell: every answer of a reader's session is searched for what the cell hides."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from annotations.models import AiDisplay, Case, CasePrior, ReaderStudy
from tests.browserless import signature
from tests.permissions.requests import address
from tests.permissions.routes import all_routes
from tests.permissions.test_blinding import REVEALED, answers_to, leaks, show_ai
from tests.permissions.world import Side, World, payload

pytestmark = pytest.mark.django_db

MARKS = {
    name
    for name in REVEALED
    if any(word in name for word in ("finding", "contour", "box", "segment", "heat map", "explanation"))
}
IMAGES = [route for route in all_routes() if route.name.startswith("dicomweb-") and "study_uid" in route.parameters]


def blind(side: Side, **cells: str) -> None:
    side.reader_study.arms.update(blinding=cells)


def everything(client: Client, side: Side) -> dict[str, bytes]:
    """What every GET route answers about the side, and what opening its case and fetching ahead answer."""
    found = answers_to(client, [side])
    for path in (f"assignments/{side.read.assignment_id}/open", f"reads/{side.read.pk}/prefetch"):
        answer = client.post(f"/api/v1/{path}", "{}", content_type="application/json")
        assert answer.status_code in (200, 404, 409), (path, answer.content)
        found[path] = answer.content
    return found


def places(answers: dict[str, bytes], value: str) -> set[str]:
    """The addresses, without their query, whose answers hold the value and that do not name it themselves."""
    return {
        path.partition("?")[0] for path, content in answers.items() if value.encode() in content and value not in path
    }


def seen(client: Client, side: Side) -> set[str]:
    return {line.partition(" in ")[0] for line in leaks(everything(client, side), side.secrets, set())}


def sign(client: Client, side: Side) -> dict[str, Any]:
    """Sign the own read with a finding whose id is known."""
    finding_id = str(uuid.uuid4())
    content: dict[str, Any] = {"base_revision": 1, "idempotency_key": str(uuid.uuid4())}
    content["payload"] = payload(side.instance, finding_id=finding_id)
    body = signature(content)
    path = f"/api/v1/reads/{side.read.pk}/sign"
    response = client.post(path, data=json.dumps(body), content_type="application/json")
    assert response.status_code == 200, response.content
    return {"finding_id": finding_id, "digest": response.json()["digest"]}


def test_priors(world: World, callers: dict[str, Client]) -> None:
    CasePrior.objects.create(case=world.a.cases[0], imaging_study=world.b.imaging_study, position=1)
    ReaderStudy.objects.filter(pk=world.a.reader_study.pk).update(shows_priors=True)
    uid = world.b.imaging_study.study_instance_uid

    def images() -> set[int]:
        return {callers["reader"].get(address(route, world.b)).status_code for route in IMAGES}

    blind(world.a, priors="HIDDEN")
    assert places(everything(callers["reader"], world.a), uid) == set()
    assert images() == {404}
    blind(world.a)
    assert f"/api/v1/reads/{world.a.read.pk}" in places(everything(callers["reader"], world.a), uid)
    assert images() == {200}


@pytest.mark.parametrize("display", [AiDisplay.CONCURRENT, AiDisplay.AFTER_SIGNING])
def test_the_scores_of_the_ai(world: World, callers: dict[str, Client], display: AiDisplay) -> None:
    show_ai(world.a, display)
    blind(world.a, ai_scores="HIDDEN")
    if display == AiDisplay.AFTER_SIGNING:
        assert seen(callers["reader"], world.a) == set()
        sign(callers["reader"], world.a)
    scores = {"the AI's score", "the AI's uncertainty", "what the AI's uncertainty is"}
    assert seen(callers["reader"], world.a) == REVEALED - scores
    shown = callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}/comparison").json()["ai"]
    assert [shown[part] for part in ("score", "uncertainty", "call", "calibration")] == [None] * 4
    assert {finding["score"] for finding in shown["findings"]} == {None}


def test_the_marks_of_the_ai(world: World, callers: dict[str, Client]) -> None:
    show_ai(world.a, AiDisplay.CONCURRENT)
    blind(world.a, ai_marks="HIDDEN")
    assert seen(callers["reader"], world.a) == REVEALED - MARKS
    assert callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}/heat-map").status_code == 404
    segment = f"/api/v1/reads/{world.a.read.pk}/ai-segments/{world.a.ai_segment_sha256}"
    assert callers["reader"].get(segment).status_code == 404
    blind(world.a)
    assert seen(callers["reader"], world.a) == REVEALED


def test_own_past_reads(world: World, callers: dict[str, Client]) -> None:
    show_ai(world.a, AiDisplay.CONCURRENT)
    own = sign(callers["reader"], world.a)
    answers = everything(callers["reader"], world.a)
    assert places(answers, own["finding_id"]) >= {f"/api/v1/reads/{world.a.read.pk}"}
    blind(world.a, own_past_reads="HIDDEN")
    answers = everything(callers["reader"], world.a)
    for value in own.values():
        assert places(answers, value) == set()
    assert leaks(answers, world.a.secrets, set()) == [], "nor the AI that was shown with it"
    assert callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}").status_code == 404
    opened = callers["reader"].post(
        f"/api/v1/assignments/{world.a.read.assignment_id}/open", "{}", content_type="application/json"
    )
    assert (opened.status_code, opened.json()["code"]) == (409, "past_read_hidden")
    assert callers["coordinator"].get(f"/api/v1/reads/{world.a.read.pk}/revisions").status_code == 200


def test_where_cases_come_again_their_names_and_ids_do_not_tell(world: World, callers: dict[str, Client]) -> None:
    world.a.reader_study.assignments.update(shown_name="Case 077")
    blind(world.a, own_past_reads="HIDDEN")
    case = world.a.cases[0]
    answers = everything(callers["reader"], world.a)
    assert places(answers, str(case.pk)) == set()
    assert places(answers, case.name) == set()
    assert callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}").json()["case"]["name"] == "Case 077"
    shown = callers["reader"].get(f"/api/v1/reader-studies/{world.a.reader_study.pk}/assignments").json()
    assert set(shown[0]) == {
        "id", "position", "case_name", "session", "is_training", "role", "state", "is_openable", "signed_at",
        "stale_read_id",
    }, "neither arm nor repeat"  # fmt: skip
    Case.objects.create(
        reader_study=world.a.reader_study, imaging_study=world.b.imaging_study, name="Case 900", position=2
    )
    path = f"/api/v1/reader-studies/{world.a.reader_study.pk}"
    assert [callers[who].get(path).json()["number_of_cases"] for who in ("reader", "coordinator")] == [1, 2]

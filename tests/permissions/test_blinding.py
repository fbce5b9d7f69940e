"""A reader sees neither other readers nor the truth nor, before the protocol allows it, the AI: byte by byte."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from annotations.domain.designs import single_design
from annotations.models import AiDisplay, DesignVersion, RevisionTimes, Sitting
from tests.browserless import signature
from tests.permissions.requests import address, ask, body_of
from tests.permissions.routes import Route, all_routes
from tests.permissions.world import Side, World, payload
from tests.thorough import is_thorough

pytestmark = pytest.mark.django_db

SEARCHED = ["", "?format=csv", "?include_drafts=1&search=otherreader&page_size=1000&includefield=all"]
# What the reader may see once the own read is signed and the AI is shown after signing.
REVEALED = {
    "the AI's score",
    "the AI's uncertainty",
    "what the AI's uncertainty is",
    "the AI's name",
    "the AI's version",
    "the AI's prediction",
    "the AI's finding",
    "the place of the AI's finding",
    "the AI's contour",
    "the place of the AI's contour",
    "the AI's box",
    "the place of the AI's box",
    "the AI's segment",
    "the digest of the AI's segment",
    "the voxels of the AI's segment",
    "what the AI's segment measures",
    "the digest of the AI's heat map",
    "the AI's heat map",
    "the AI's explanation",
    "the digest of the AI's explanation",
    "the map of the AI's explanation",
    "the AI's finding on the further images",
}


def telling_queries(route: Route) -> list[str]:
    """Other queries only where they change what is answered; all of them are tried once, see `all_queries`."""
    return SEARCHED if route.name.startswith(("dicomweb-", "reader-study-labels")) else SEARCHED[:1]


def all_queries(_route: Route) -> list[str]:
    return SEARCHED


def answers_to(
    client: Client, sides: list[Side], queries_of: Callable[[Route], list[str]] = telling_queries
) -> dict[str, bytes]:
    """Everything that a caller gets from every GET route, for the objects of these sides."""
    found = {}
    for route in all_routes():
        if route.name in ("schema", "docs", "health-ready"):
            continue
        is_of_images = "study_uid" in route.parameters
        for side in [*sides, *(one.of_further for one in sides if is_of_images)]:
            for query in queries_of(route):
                with transaction.atomic():
                    response = client.get(address(route, side) + query)
                    body = body_of(response)
                    transaction.set_rollback(True)
                headers = "\n".join(f"{name}: {value}" for name, value in response.items()).encode()
                found[address(route, side) + query] = headers + b"\n" + body
    return found


def leaks(answers: dict[str, bytes], secrets: dict[str, str], asked_ids: set[str]) -> list[str]:
    """Name every secret that stands in an answer whose own address does not hold it."""
    return [
        f"{what} in {path}"
        for path, content in answers.items()
        for what, secret in secrets.items()
        if secret.encode("latin-1") in content and secret not in path and secret not in asked_ids
    ]


def send_own_read(client: Client, side: Side, verb: str, base_revision: int = 1) -> None:
    content: dict[str, Any] = {"base_revision": base_revision, "idempotency_key": str(uuid.uuid4())}
    content |= {"payload": payload(side.instance, finding_id=str(uuid.uuid4()))}
    content = signature(content) if verb == "sign" else content
    response = client.post(
        f"/api/v1/reads/{side.read.pk}/{verb}", data=json.dumps(content), content_type="application/json"
    )
    assert response.status_code == 200, response.content


def sign_own_read(client: Client, side: Side) -> None:
    send_own_read(client, side, "sign")


def show_ai(side: Side, display: AiDisplay) -> None:
    side.reader_study.arms.update(ai_display=display)


def test_the_search_finds_what_a_coordinator_sees(world: World, callers: dict[str, Client]) -> None:
    """Otherwise the tests below would pass on empty pages."""
    answers = answers_to(callers["coordinator"], [world.a])
    seen = {line.partition(" in ")[0] for line in leaks(answers, world.a.secrets, set())}
    assert seen >= {
        "the other reader's username",
        "the other reader's name",
        "the other reader's account",
        "the other reader's finding",
        "the digest of the other reader's answers",
        "the reference standard",
        "the AI's name",
        "the AI's operating layer",
        "a parameter of the AI's operating layer",
        "what the operating layer was fitted on",
        "what the AI's segment measures",
        "what the other reader's segment measures",
        "the randomisation seed",
        "the adjudication's seed",
        "the imaging study's description",
        "the clinical text",
    }


def test_an_adjudicator_sees_no_reader_no_truth_and_no_ai(world: World, callers: dict[str, Client]) -> None:
    """Whatever is asked, also after a decision; the answers are there, under a letter."""
    case = f"/api/v1/adjudication-cases/{world.a.adjudication_case.pk}"
    secrets = world.a.secrets | {
        "the reader's username": world.a.reader.username,
        "the reader's account": str(world.a.reader.pk),
        "the reader's read": str(world.a.read.pk),
        "the other reader's revision": str(world.a.other_read.signed_revision_id),
        **{f"B: {what}": value for what, value in world.b.secrets.items()},
    }
    for queries_of in (all_queries, telling_queries):
        answers = answers_to(callers["adjudicator"], [world.a, world.b], queries_of)
        assert leaks(answers, secrets, set()) == []
        shown = json.loads(answers[case].partition(b"\n{")[2].join([b"{", b""]))
        assert [one["name"] for one in shown["readers"]] == ["Reader A"]
        assert {"question": "How sure?", "answer": "37"} in shown["readers"][0]["answers"]
        body = {"base_number": 0, "outcome": "NEGATIVE", "comment": "A vessel."}
        assert callers["adjudicator"].post(f"{case}/decision", body, content_type="application/json").status_code in (
            200,
            409,
        )


@pytest.mark.parametrize("display", [AiDisplay.HIDDEN, AiDisplay.AFTER_SIGNING, AiDisplay.SECOND_READ])
def test_a_reader_who_has_not_signed_sees_nothing_of_what_is_hidden(
    world: World, callers: dict[str, Client], display: AiDisplay
) -> None:
    show_ai(world.a, display)
    queries_of = all_queries if display == AiDisplay.SECOND_READ else telling_queries
    answers = answers_to(callers["reader"], [world.a, world.b], queries_of)
    assert leaks(answers, world.a.secrets | {f"B: {k}": v for k, v in world.b.secrets.items()}, set()) == []


def test_signing_reveals_the_ai_and_nothing_else(world: World, callers: dict[str, Client]) -> None:
    sign_own_read(callers["reader"], world.a)
    answers = answers_to(callers["reader"], [world.a, world.b])
    seen = {line.partition(" in ")[0] for line in leaks(answers, world.a.secrets, set())}
    assert seen == REVEALED
    only = [path for path in answers if world.a.secrets["the AI's score"].encode() in answers[path]]
    assert {path.partition("?")[0] for path in only} == {f"/api/v1/reads/{world.a.read.pk}/comparison"}


def test_freezing_the_first_read_reveals_the_ai_and_nothing_else(world: World, callers: dict[str, Client]) -> None:
    show_ai(world.a, AiDisplay.SECOND_READ)
    send_own_read(callers["reader"], world.a, "first-read")
    answers = answers_to(callers["reader"], [world.a, world.b])
    seen = {line.partition(" in ")[0] for line in leaks(answers, world.a.secrets, set())}
    assert seen == REVEALED
    only = {path.partition("?")[0] for path in answers if world.a.secrets["the AI's name"].encode() in answers[path]}
    assert only == {f"/api/v1/reads/{world.a.read.pk}/comparison"}
    assert b"Cache-Control: no-store" in answers[f"/api/v1/reads/{world.a.read.pk}/comparison"]


def test_what_refuses_a_first_read_says_nothing_of_the_ai(world: World, callers: dict[str, Client]) -> None:
    """Every write of a reader's own read, right or wrong, before the AI is shown."""
    show_ai(world.a, AiDisplay.SECOND_READ)
    finding = payload(world.a.instance, finding_id=str(uuid.uuid4()))
    answers: dict[str, bytes] = {}
    for verb in ("draft", "sign", "first-read"):
        for base in (0, 1, 7):
            for content in (finding, {**finding, "answers": {}}, {"version": 1}):
                body = signature({"base_revision": base, "idempotency_key": str(uuid.uuid4()), "payload": content})
                with transaction.atomic():
                    path = f"/api/v1/reads/{world.a.read.pk}/{verb}"
                    method = "PUT" if verb == "draft" else "POST"
                    response = callers["reader"].generic(method, path, json.dumps(body), "application/json")
                    transaction.set_rollback(True)
                answers[f"{verb} {base} {len(answers)}"] = body_of(response)
    assert leaks(answers, world.a.secrets, set()) == []


def test_an_ai_that_stays_hidden_stays_hidden_after_signing(world: World, callers: dict[str, Client]) -> None:
    show_ai(world.a, AiDisplay.HIDDEN)
    sign_own_read(callers["reader"], world.a)
    answers = answers_to(callers["reader"], [world.a, world.b])
    assert leaks(answers, world.a.secrets, set()) == []


def keys_of(value: Any) -> set[str]:
    """Every key of a JSON value, at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys_of(inner)}
    return {key for inner in value for key in keys_of(inner)} if isinstance(value, list) else set()


def test_no_answer_to_a_reader_has_a_field_for_the_truth(world: World, callers: dict[str, Client]) -> None:
    """The truth is 0 or 1, which no search of bytes can find: there must be no place for it."""
    for path, content in answers_to(callers["reader"], [world.a]).items():
        _, _, body = content.partition(b"\n\n") if b"\n\n" in content else (b"", b"", content.rpartition(b"\n")[2])
        if not re.match(rb"\s*[\[{]", body):
            continue
        assert not {key for key in keys_of(json.loads(body)) if re.search("truth|lesion|reference_standard", key)}, path


def test_a_reader_is_not_shown_how_long_a_read_took(world: World, callers: dict[str, Client]) -> None:
    """Readers who watch the clock read otherwise; and the API client's rows must have the place that readers lack."""

    def places(client: Client) -> set[str]:
        answers = answers_to(client, [world.a]).values()
        return {
            word.decode() for content in answers for word in re.findall(rb"active_ms|total_ms|first_mark_ms", content)
        }

    times = {"first_image_ms": 5, "first_mark_ms": None, "active_ms": 6, "total_ms": 7}
    for read in (world.a.other_read, world.a.read):
        Sitting.objects.create(read=read, key="a-sitting", phases={"FIRST": times})
        for revision in read.revisions.all():
            RevisionTimes.objects.create(revision=revision, phases={"FIRST": times}, active_ms=6)
    assert places(callers["reader"]) == set()
    assert (
        places(callers["client_read"]) == places(callers["coordinator"]) == {"active_ms", "total_ms", "first_mark_ms"}
    )


@pytest.mark.parametrize("persona", ["adjudicator", "outsider", "creator"])
def test_nobody_without_the_right_sees_answers_or_truth(world: World, callers: dict[str, Client], persona: str) -> None:
    hidden = {
        what: secret
        for what, secret in world.a.secrets.items()
        if "AI" not in what and re.search("answers|finding|standard|seed", what)
    }
    queries_of = all_queries if persona == "outsider" or is_thorough() else telling_queries
    answers = answers_to(callers[persona], [world.a, world.b], queries_of)
    assert leaks(answers, hidden, set()) == []


def test_what_belongs_to_a_patient_leaves_only_as_pixels(world: World, callers: dict[str, Client]) -> None:
    for persona in ("coordinator", "reader", "adjudicator", "administrator"):
        queries_of = all_queries if persona == "coordinator" or is_thorough() else telling_queries
        for path, content in answers_to(callers[persona], [world.a], queries_of).items():
            assert b"Canary^Patient" not in content, path
            assert b"PATIENT-permissions" not in content, path


def test_every_refusal_is_a_problem_document(world: World, callers: dict[str, Client]) -> None:
    for route in all_routes():
        response = ask(callers["outsider"], "GET", route, world.a)
        if route.name != "health-ready" and response.status_code >= 400:
            assert response["Content-Type"].startswith("application/problem+json"), route.name
            assert set(json.loads(response.content)) >= {"type", "title", "status", "detail", "code"}, route.name


def test_a_masked_reader_study_tells_its_coordinator_no_answer(world: World, callers: dict[str, Client]) -> None:
    study = world.a.reader_study
    newest = DesignVersion.objects.filter(reader_study=study).order_by("-version").first()
    number, design = (newest.version, newest.content) if newest else (0, single_design())
    DesignVersion.objects.create(
        reader_study=study,
        version=number + 1,
        content={**design, "masked_until_lock": True},
        created_by=world.a.coordinator,
    )
    planted = {
        what: world.a.secrets[what]
        for what in ("the other reader's finding", "the digest of the other reader's answers")
    } | {"the place of a mark": "-9.0,-19.0,1.0", "the place in words": "(-9, -19, 1)"}
    for persona in ("coordinator", "administrator"):
        answers = answers_to(callers[persona], [world.a])
        assert len(answers) > 100
        assert leaks(answers, planted, set()) == []

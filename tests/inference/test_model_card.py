"""Model cards: their form, where they are given, and that nothing changes them."""

import copy
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.audit.models import Event
from portal.inference.model_card import card_problems, threshold_in_force
from portal.inference.models import ModelCard, ModelVersion
from tests.inference.cards import CARD, card


def changed(path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(CARD)
    *ahead, last = path.split(".")
    place: Any = made
    for name in ahead:
        place = place[int(name)] if name.isdigit() else place[name]
    place[last] = value
    return made


def test_a_card_in_order_has_no_problems() -> None:
    assert card_problems(CARD) == []
    assert threshold_in_force(CARD) == 0.3


@pytest.mark.parametrize(
    ("path", "value", "field", "code"),
    [
        ("card_version", 2, "card.card_version", "const"),
        ("input.modality", "ct", "card.input.modality", "pattern"),
        ("input.modality", "CT\n", "card.input.modality", "pattern"),
        ("input.orientation", "OBLIQUE", "card.input.orientation", "enum"),
        ("input.minimum_slices", 0, "card.input.minimum_slices", "minimum"),
        ("input.pixel_spacing_mm", {"minimum": 2, "maximum": 1}, "card.input.pixel_spacing_mm", "empty_range"),
        ("input.window", {"low": 200, "high": 200}, "card.input.window", "empty_range"),
        ("operating_points", [], "card.operating_points", "minItems"),
        ("operating_points.1.threshold", 1.5, "card.operating_points[1].threshold", "maximum"),
        ("operating_points.1.key", "screening", "card.operating_points[1].key", "repeated"),
        ("outputs.0.kind", "GUESS", "card.outputs[0].kind", "enum"),
        ("intended_use", " \n", "card.intended_use", "pattern"),
        ("training_data", "", "card.training_data", "pattern"),
        ("licence", "a\x00b", "card.licence", "pattern"),
        ("limitations", "x" * 70_000, "card", "too_large"),
        ("limitations", "\ud800", "card", "not_text"),
        ("weights", "x", "card", "additionalProperties"),
    ],
)
def test_what_is_wrong_is_named_where_it_is(path: str, value: Any, field: str, code: str) -> None:
    assert [(one["field"], one["code"]) for one in card_problems(changed(path, value))] == [(field, code)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@given(value=JSON)
def test_nothing_but_a_card_passes(value: Any) -> None:
    assert card_problems(value)


@given(name=st.sampled_from(sorted(set(CARD) - {"limitations"})))
def test_every_part_is_asked_for(name: str) -> None:
    assert [one["code"] for one in card_problems({key: part for key, part in CARD.items() if key != name})] == [
        "required"
    ]


@pytest.fixture
def client(builder: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def versions_url(external_version: ModelVersion) -> str:
    return f"/api/v1/ai-models/{external_version.ai_model_id}/versions"


def post(client: APIClient, url: str, body: Any) -> Any:
    return client.post(url, body, format="json")


def test_a_card_comes_with_its_version_and_sets_the_threshold(client: APIClient, versions_url: str) -> None:
    made = post(client, versions_url, {"version": "2", "card": CARD})
    assert made.status_code == 201
    assert (made.data["card"], made.data["operating_threshold"]) == (CARD, 0.3)
    assert client.get(f"/api/v1/model-versions/{made.data['id']}").data["card"] == CARD
    told = Event.objects.get(action="model_version.register", object_id=made.data["id"])
    assert list(told.rows["inference.ModelCard"]) == [str(ModelCard.objects.get().pk)]


def test_a_version_without_a_card_has_none(client: APIClient, external_version: ModelVersion) -> None:
    answer = client.get(f"/api/v1/model-versions/{external_version.pk}").data
    assert (answer["card"], answer["operating_threshold"]) == (None, 0.5)


def test_a_faulty_card_registers_nothing(client: APIClient, versions_url: str) -> None:
    answer = post(client, versions_url, {"version": "2", "card": changed("input.modality", "ct")})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "card.input.modality")
    assert ModelVersion.objects.filter(version="2").count() == ModelCard.objects.count() == 0


def test_a_threshold_that_contradicts_the_card_is_refused(client: APIClient, versions_url: str) -> None:
    answer = post(client, versions_url, {"version": "2", "card": CARD, "operating_threshold": 0.5})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_the_cards")
    assert post(client, versions_url, {"version": "2", "card": CARD, "operating_threshold": 0.3}).status_code == 201


def test_a_card_is_edited_as_a_new_version(client: APIClient, versions_url: str) -> None:
    first = post(client, versions_url, {"version": "2", "card": CARD})
    second = post(client, versions_url, {"version": "3", "card": card(body_parts=["LUNG"])})
    assert client.get(f"/api/v1/model-versions/{first.data['id']}").data["card"] == CARD
    assert second.data["card"]["input"]["body_parts"] == ["LUNG"]
    url = f"/api/v1/model-versions/{first.data['id']}"
    assert {client.put(url, {}).status_code, client.patch(url, {}).status_code, client.delete(url).status_code} == {405}


@pytest.mark.parametrize("table", ["inference_modelversion", "inference_modelcard"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_the_database_refuses_to_change_one(client: APIClient, versions_url: str, table: str, statement: str) -> None:
    post(client, versions_url, {"version": "2", "card": CARD})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))

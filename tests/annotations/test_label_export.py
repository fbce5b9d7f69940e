"""Labels out as a whole: the same rows as page by page, without holding them."""

import csv
import io
import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.domain.payload import EMPTY_PAYLOAD
from annotations.models import AiContent, Read, Revision
from annotations.services.ai import ai_delivered
from annotations.services.reads import read_save_draft, read_sign
from annotations.services.timing import SittingReport
from tests.annotations.building import COMPLETE, Built, content, finding, launched, person, save

pytestmark = pytest.mark.django_db
TIMES = SittingReport("sitting-1", {"FIRST": {"first_image_ms": 1, "first_mark_ms": 2, "active_ms": 0, "total_ms": 0}})


def signed(built: Built, **changes: Any) -> Built:
    """Every reader signs every case, each after an earlier revision; the first is shown something of the AI."""
    for reader in built.readers:
        for position in range(1, len(built.cases) + 1):
            read = built.open(reader, position)
            read_save_draft(by=reader, read=read, save=save(EMPTY_PAYLOAD))
            ai_delivered(read=read, prediction=None, content=AiContent.COMPARISON)
            whole = content(finding(read.assignment.case), **COMPLETE)
            read_sign(by=reader, read=read, save=save(whole, base=1, sitting=TIMES, **changes))
    return built


@pytest.fixture
def built() -> Built:
    return signed(launched("whole", cases=3, readers=2))


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(built: Built, tail: str) -> str:
    return f"/api/v1/reader-studies/{built.reader_study.pk}/labels{tail}"


def exported(client: Client, built: Built, query: str = "") -> list[dict[str, Any]]:
    answer: Any = client.get(address(built, f"/export{query}"))
    assert answer.status_code == 200
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert answer["Overread-Row-Count"] == str(len(rows))
    return rows


@pytest.mark.parametrize("query", ["", "?include_first_reads=1", "?updated_since=2000-01-01T00:00:00Z"])
def test_the_rows_are_those_of_the_pages(built: Built, query: str) -> None:
    """Two ways of building a row: the serializer, and column by column. Every field is compared."""
    client = client_of(built.coordinator)
    paged = client.get(address(built, query)).json()["results"]
    assert len(paged) == 6
    assert paged[0]["ai_shown"]
    assert paged[0]["times"]
    assert exported(client, built, query) == paged


def test_a_reader_gets_the_own_rows_and_no_times(built: Built) -> None:
    client = client_of(built.readers[0])
    rows = exported(client, built)
    assert rows == client.get(address(built, "")).json()["results"]
    assert {row["reader"] for row in rows} == {built.readers[0].username}
    assert all("times" not in row for row in rows)


def test_the_table_is_that_of_the_pages(built: Built) -> None:
    client = client_of(built.coordinator)
    answer: Any = client.get(address(built, "/export?format=csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    assert text == client.get(address(built, "?format=csv")).content.decode()
    assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == 6


def test_an_old_revision_is_exported_in_the_newest_version(built: Built) -> None:
    old = Revision.objects.filter(kind="SIGNED").first()
    assert old is not None
    geometry = {"kind": "POINT", "points_mm": [[1.0, 2.0, 3.0]], "sop_instance_uid": "1.2.3"}
    first_version = {"id": str(uuid.uuid4()), "question": "nodules", "code": None, "confidence": 5}
    payload = {"version": 1, "answers": {}, "findings": [{**first_version, "geometry": geometry, "measurements": {}}]}
    # As an earlier version of the portal has stored it: revisions cannot be changed, so this one is new.
    stored = Revision.objects.create(
        read=old.read,
        number=9,
        base_number=2,
        kind="SIGNED",
        author=old.author,
        payload=payload,
        digest="0" * 64,
        idempotency_key="old",
    )
    Read.objects.filter(pk=old.read_id).update(signed_revision=stored)
    client = client_of(built.coordinator)
    rows = exported(client, built)
    assert rows == client.get(address(built, "")).json()["results"]
    assert rows[-1]["findings"][0]["marks"][0]["geometry"] == geometry


def test_the_number_of_queries_does_not_grow_with_the_number_of_reads() -> None:
    counts = []
    for name, cases in (("few", 2), ("more", 9)):
        built = signed(launched(name, cases=cases))
        client = client_of(built.coordinator)
        with CaptureQueriesContext(connection) as queries:
            assert len(exported(client, built)) == 2 * cases
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_unknown_form_is_refused_as_a_problem(built: Built) -> None:
    answer = client_of(built.coordinator).get(address(built, "/export?updated_since=yesterday"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert client_of(person("stranger")).get(address(built, "/export")).status_code == 404

"""Pages of a reader study need the same number of queries however many assignments there are."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.models import Read
from annotations.selectors.progress import progress_of
from annotations.services.reads import read_sign
from tests.annotations.building import COMPLETE, Built, content, finding, launched, save

pytestmark = pytest.mark.django_db


def half_signed(name: str, cases: int) -> Built:
    built = launched(name, cases=cases, readers=3)
    for reader in built.readers:
        for position in range(1, cases // 2 + 1):
            read = built.open(reader, position)
            read_sign(by=reader, read=read, save=save(content(**COMPLETE)))
    return built


@pytest.fixture
def sizes() -> list[Built]:
    return [half_signed("small", 2), half_signed("large", 20)]


def queries(user: Any, path: str) -> int:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return len(seen)


@pytest.mark.parametrize("tail", ["assignments", "next"])
def test_a_readers_pages(sizes: list[Built], tail: str) -> None:
    small, large = (queries(one.readers[0], f"reader-studies/{one.reader_study.pk}/{tail}") for one in sizes)
    assert large <= small


@pytest.mark.parametrize(
    "tail",
    ["", "/progress", "/labels?page_size=1000", "/members", "/launch-check", "/cases", "/reader-dates", "/withdrawals"],
)
def test_a_coordinators_pages(sizes: list[Built], tail: str) -> None:
    small, large = (queries(one.coordinator, f"reader-studies/{one.reader_study.pk}{tail}") for one in sizes)
    assert large <= small


def test_the_list_of_reader_studies(sizes: list[Built]) -> None:
    small, large = (queries(one.coordinator, "reader-studies") for one in sizes)
    assert large <= small


def test_saving_a_draft() -> None:
    """200 readers do it at once: session, account, three for the read, the key, the images, sitting, writes, trail."""
    built = launched("saved", cases=1)
    (reader, *_), (case,) = built.readers, built.cases
    read = built.open(reader)
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    times = {"first_image_ms": 1, "first_mark_ms": None, "active_ms": 0, "total_ms": 0}
    counts = []
    for base in range(3):
        body = {
            "base_revision": base,
            "idempotency_key": f"save-number-{base}",
            "payload": content(finding(case), **COMPLETE),
            "sitting": {"key": "sitting-1", "phases": {"FIRST": times}},
        }
        with CaptureQueriesContext(connection) as seen:
            answer = client.put(f"/api/v1/reads/{read.pk}/draft", body, content_type="application/json")
        assert (answer.status_code, answer.json()["revision_number"]) == (200, base + 1)
        counts.append(len(seen))
    # Begin and end of two transactions among them; the first save also moves the assignment and begins the sitting.
    assert counts[1] == counts[2] <= 18


def test_progress_is_that_of_a_hand_count() -> None:
    built = half_signed("counted", 4)
    first, second, _ = built.readers
    times = [1000, 4000]
    for read, active_ms in zip(Read.objects.filter(assignment__reader=first), times, strict=True):
        Read.objects.filter(pk=read.pk).update(active_ms=active_ms)
    rows = {row["user_id"]: row for row in progress_of(reader_study=built.reader_study)}
    assert [(row["total"], row["signed"], row["draft"]) for row in rows.values()] == [(4, 2, 0)] * 3
    # Of an even number the median is the mean of the two in the middle; a time of 0 was never counted.
    assert rows[first.pk]["median_active_s"] == 2.5
    assert rows[second.pk]["median_active_s"] is None
    newest = Read.objects.filter(assignment__reader=first).order_by("-signed_at").first()
    assert newest
    assert rows[first.pk]["last_signed_at"] == newest.signed_at
    assert [row["username"] for row in rows.values()] == sorted(reader.username for reader in built.readers)

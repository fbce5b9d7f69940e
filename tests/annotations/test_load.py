"""A reader study with 100,000 assignments: its pages ask the database no more than those of one with 10."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.services import reader_studies as building
from tests.annotations.building import Built, draft
from tests.annotations.crowd import crowd

pytestmark = pytest.mark.django_db
READERS, CASES = 100, 1000
# Queries by which a page of the large reader study may exceed that of the small one.
MORE = 5
READERS_PAGES = ["", "/assignments", "/next", "/sessions", "/own-queries", "/terms", "/labels"]
# Those that come page by page: with so many rows, 100 of them and the address of the next.
PAGED = ["/reads", "/labels"]
COORDINATORS_PAGES = [
    "",
    "/adjudications",
    "/audit",
    "/audit/checks",
    "/cases",
    "/design",
    "/labels?format=csv",
    "/launch-check",
    "/members",
    "/progress",
    "/queries",
    "/randomisation",
    "/randomisation.csv",
    "/reader-dates",
    "/reference-standards",
    "/withdrawals",
    *PAGED,
]


def asked(user: Any, path: str) -> tuple[Any, int]:
    """The answer, and how many queries it took."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/api/v1/reader-studies{path}")
    assert answer.status_code == 200, (path, answer.content)
    return answer, len(queries)


def of(built: Built, page: str) -> str:
    return f"/{built.reader_study.pk}{page}"


def test_pages_need_as_many_queries_for_100_000_assignments_as_for_10() -> None:
    small, large = crowd("small", readers=2, cases=5), crowd("large", readers=READERS, cases=CASES)
    assert large.reader_study.assignments.count() == 100_000
    pages = [(page, one.readers[0], two.readers[0]) for page in READERS_PAGES for one, two in [(small, large)]]
    pages += [(page, small.coordinator, large.coordinator) for page in COORDINATORS_PAGES]
    counts = {}
    for page, of_small, of_large in pages:
        counts[page] = asked(of_small, of(small, page))[1], asked(of_large, of(large, page))[1]
    counts["all"] = asked(small.coordinator, "")[1], asked(large.coordinator, "")[1]
    assert {page: both for page, both in counts.items() if both[1] > both[0] + MORE} == {}

    for page in PAGED:
        rows = asked(large.coordinator, of(large, page))[0].json()
        assert (len(rows["results"]), rows["next"] is None) == (100, False), page
    own = asked(large.readers[0], of(large, "/assignments"))[0].json()
    assert [one["position"] for one in own] == list(range(1, CASES + 1))
    progress = asked(large.coordinator, of(large, "/progress"))[0].json()
    assert (len(progress["readers"]), progress["total"], progress["signed"]) == (READERS, 100_000, 50_000)
    plan = asked(large.coordinator, of(large, "/design"))[0].json()["plan"]
    assert [row["reads"] for row in plan] == [CASES] * READERS


def test_a_launch_needs_as_many_queries_for_many_cases_as_for_few() -> None:
    counts = []
    for name, cases in (("few", 2), ("many", 30)):
        built = draft(name, cases=cases, readers=3)
        with CaptureQueriesContext(connection) as queries:
            building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
        assert built.reader_study.assignments.count() == 3 * cases
        counts.append(len(queries))
    assert counts[0] == counts[1]

"""What comes along when a read is opened: whose turn it is, and the grants by which its images alone are fetched."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.models import CasePrior, Read, ReaderStudy
from annotations.services import editing
from annotations.services.reads import read_sign
from portal.accounts.models import User
from portal.imaging import grants
from tests.annotations.building import COMPLETE, Built, content, launched, mirrored_study, save

pytestmark = pytest.mark.django_db
# The caller, the assignment, whether its images are described, the read with all that is said of it, whether cases of
# the reader study have clinical texts, what is read together with the first imaging study, the grants, and the event
# that images were shown: measured, not to grow unseen.
MOST_QUERIES = 38
# A lease is written within savepoints of its own.
TURN_QUERIES = 8
DESCRIBED: dict[str, Any] = {"number_of_instances": 1, "described_instances": 1, "facts": {}}
HERE, THERE = "browser-here", "browser-there"


@pytest.fixture
def built() -> Built:
    """Each case has a prior of its own."""
    made = launched()
    for number, case in enumerate(made.cases):
        prior = mirrored_study(f"prior-{number}")
        prior.series.update(**DESCRIBED)
        case.imaging_study.series.update(**DESCRIBED)
        CasePrior.objects.create(case=case, imaging_study=prior, position=1)
    return made


def signed_in(reader: User) -> Client:
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    return client


def opened(built: Built, client: Client, reader: User, **body: str) -> Any:
    address = f"/api/v1/assignments/{built.assignment(reader, 1).pk}/open"
    answer = client.post(address, body or None, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    return answer.json()


def holds(client: Client, grant: str, imaging_study_id: uuid.UUID) -> bool:
    """Is it good as it is, without a question to the database?"""
    request = RequestFactory().get("/frames/", headers={grants.HEADER: grant})
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    with CaptureQueriesContext(connection) as queries:
        answer = grants.holds(request, imaging_study_id)
    assert len(queries) == 0
    return answer


@pytest.mark.parametrize("shows_priors", [False, True])
def test_opening_grants_the_images_of_the_case_and_the_priors_that_are_shown(built: Built, shows_priors: bool) -> None:
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(shows_priors=shows_priors)
    reader = built.readers[0]
    client = signed_in(reader)
    read = opened(built, client, reader)
    case = built.assignment(reader, 1).case
    wanted = [case.imaging_study, *(one.imaging_study for one in case.priors.all() if shows_priors)]
    granted = {one["study_instance_uid"]: one for one in read["frame_grants"]}
    assert set(granted) == {study.study_instance_uid for study in wanted}
    for study in wanted:
        one = granted[study.study_instance_uid]
        (row,) = one["series"]
        assert row["series_instance_uid"] == study.series.get().series_instance_uid
        # Nothing is written yet: a worker is asked for it, as by the route for grants.
        assert (row["state"], row["frames_url"]) == ("PENDING", None)
        assert study.series.get().frames is not None
        assert holds(client, one["grant"], study.pk)
        assert not holds(Client(), one["grant"], study.pk)
        other = built.assignment(reader, 2).case.imaging_study
        assert not holds(client, one["grant"], other.pk)


def test_what_is_taken_away_ends_the_grant_of_an_opened_read(
    built: Built, django_capture_on_commit_callbacks: Any
) -> None:
    reader = built.readers[0]
    client = signed_in(reader)
    (one,) = opened(built, client, reader)["frame_grants"]
    study = built.assignment(reader, 1).case.imaging_study
    assert holds(client, one["grant"], study.pk)
    cookies = client.cookies.copy()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/sign-out")
    # Somebody has kept the cookie.
    client.cookies.update(cookies)
    assert not holds(client, one["grant"], study.pk)


def test_reading_a_read_again_gives_no_grant(built: Built) -> None:
    reader = built.readers[0]
    client = signed_in(reader)
    read = opened(built, client, reader)
    assert "frame_grants" not in client.get(f"/api/v1/reads/{read['id']}").json()


def test_opening_again_asks_the_database_no_more_than_it_did(built: Built) -> None:
    reader = built.readers[0]
    client = signed_in(reader)
    opened(built, client, reader)
    for body, more in (({}, 0), ({"editor": HERE}, TURN_QUERIES)):
        with CaptureQueriesContext(connection) as queries:
            opened(built, client, reader, **body)
        assert len(queries) <= MOST_QUERIES + more, [one["sql"][:120] for one in queries]


def test_who_opens_a_read_to_edit_it_has_the_turn_unless_another_has_it(built: Built) -> None:
    reader = built.readers[0]
    client = signed_in(reader)
    assert opened(built, client, reader)["turn"] is None
    first = opened(built, client, reader, editor=HERE)
    assert first["turn"] == {"is_held": True, "held_since": None}
    # A second window of the same browser: which of the two edits is settled within the browser.
    assert opened(built, client, reader, editor=HERE)["turn"] == first["turn"]

    read = Read.objects.get(pk=first["id"])
    assert read.editor == HERE
    assert read.editor_since is not None
    elsewhere = opened(built, client, reader, editor=THERE)
    assert elsewhere["payload"] == first["payload"]
    assert not elsewhere["turn"]["is_held"]
    assert datetime.fromisoformat(elsewhere["turn"]["held_since"]) == read.editor_since
    # Who only looks takes nothing away.
    opened(built, client, reader)
    assert Read.objects.get(pk=read.pk).editor == HERE

    read.editor_seen_at = timezone.now() - editing.LEASE
    read.save(update_fields=["editor_seen_at"])
    assert opened(built, client, reader, editor=THERE)["turn"]["is_held"]
    assert Read.objects.get(pk=read.pk).editor == THERE


def test_a_signed_read_is_nobodys_turn(built: Built) -> None:
    reader = built.readers[0]
    client = signed_in(reader)
    read = built.open(reader)
    read_sign(by=reader, read=read, save=save(content(**COMPLETE)))
    assert opened(built, client, reader, editor=HERE)["turn"] is None
    assert Read.objects.get(pk=read.pk).editor == ""


@pytest.mark.parametrize("name", ["short", "no spaces here", 7, ["browser-here"]])
def test_a_bad_name_for_an_editor_is_refused_and_opens_nothing(built: Built, name: Any) -> None:
    reader = built.readers[0]
    address = f"/api/v1/assignments/{built.assignment(reader, 1).pk}/open"
    answer = signed_in(reader).post(address, {"editor": name}, content_type="application/json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["editor"]
    assert not Read.objects.filter(assignment__reader=reader).exists()

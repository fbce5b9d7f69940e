"""Who gets frames: with a grant nobody asks the database, and what is taken away is gone with the next frame."""

import gzip
import io
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import jobs
from portal.accounts.epochs import access_changed, epoch_of
from portal.accounts.models import TokenScope, User
from portal.accounts.services import token_create, token_revoke
from portal.imaging import frames_api, grants
from portal.imaging.frame_gate import FrameGate
from portal.imaging.models import Series, SeriesFrames
from portal.imaging.services import frames as services
from tests.imaging import dicom_files as files

pytestmark = pytest.mark.django_db
SLICES = 3


@pytest.fixture(autouse=True)
def access(settings: Any) -> None:
    settings.OVERREAD_IMAGING_ACCESS = "tests.imaging.access_rules.studies_described_by_username"


@pytest.fixture
def series(ingest_data_sets: Any, seed: str) -> Series:
    """A series with frames that the account `reader` may see."""
    ingest_data_sets(
        [files.ct_slice(seed=seed, slice_number=n, StudyDescription="reader") for n in range(1, SLICES + 1)]
    )
    one = Series.objects.get(series_instance_uid=files.ct_slice(seed=seed).SeriesInstanceUID)
    services.frames_request([one])
    jobs.run(SeriesFrames, SeriesFrames.objects.get(series=one).pk, services.write_frames)
    return one


class Viewer:
    """A browser or a program that looks at a series."""

    def __init__(self, client: Client, series: Series) -> None:
        self.client = client
        answer = client.get(f"/api/v1/frame-grants/{series.imaging_study.study_instance_uid}")
        assert answer.status_code == 200, answer.content
        assert answer["Cache-Control"] == "no-store"
        self.grant = answer.json()["grant"]
        (row,) = answer.json()["series"]
        assert row["state"] == "READY"
        self.url = row["frames_url"]

    def get(self, tail: str = "raw/1", **headers: str) -> Any:
        return self.client.get(f"{self.url}/{tail}", headers={grants.HEADER: self.grant, **headers})


@pytest.fixture
def signed_in(reader: User) -> Client:
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def viewer(signed_in: Client, series: Series) -> Viewer:
    return Viewer(signed_in, series)


def test_frames_bundles_and_the_manifest_cost_no_query(viewer: Viewer) -> None:
    with CaptureQueriesContext(connection) as queries:
        single = viewer.get("raw/2")
        packed = viewer.get("htj2k/2")
        both = viewer.get("raw/1-3")
        manifest = viewer.get("manifest")
    assert len(queries) == 0
    assert {one.status_code for one in (single, packed, both, manifest)} == {200}
    assert single["Content-Type"] == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
    assert packed["Content-Type"] == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.201"
    assert both["Content-Type"] == frames_api.BUNDLE
    assert both.content[16 + 96 : 16 + 2 * 96] == single.content
    assert manifest["Content-Encoding"] == "gzip"
    assert b"overread.manifest" in gzip.decompress(manifest.content)
    for answer in (single, packed, both, manifest):
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer["Vary"] == "Cookie, Authorization"
        assert answer["X-Content-Type-Options"] == "nosniff"
    again = viewer.get("raw/2", **{"If-None-Match": single["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_without_a_grant_the_database_decides(viewer: Viewer, series: Series) -> None:
    assert viewer.client.get(f"{viewer.url}/raw/1").status_code == 200
    assert Client().get(f"{viewer.url}/raw/1").status_code == 401
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger"), backend="django.contrib.auth.backends.ModelBackend")
    refused = stranger.get(f"{viewer.url}/raw/1")
    missing = stranger.get(viewer.url.replace(str(series.imaging_study_id), str(uuid.uuid4())) + "/raw/1")
    assert (refused.status_code, refused.content) == (404, missing.content)


def test_a_grant_is_worth_nothing_to_others_and_for_other_studies(viewer: Viewer, ingest_data_sets: Any) -> None:
    headers = {grants.HEADER: viewer.grant}
    assert Client().get(f"{viewer.url}/raw/1", headers=headers).status_code == 401
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger"), backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.get(f"{viewer.url}/raw/1", headers=headers).status_code == 404
    study, series, version = viewer.url.split("/")[2:]
    for address in (
        f"/frames/{uuid.uuid4()}/{series}/{version}/raw/1",
        f"/frames/{study}/{uuid.uuid4()}/{version}/raw/1",
        f"/frames/{study}/{series}/{'0' * 32}/raw/1",
        f"/frames/{study}/{series}/{version}/raw/{SLICES + 1}",
        f"/frames/{study}/{series}/{version}/raw/2-{SLICES + 1}",
    ):
        assert viewer.client.get(address, headers=headers).status_code == 404, address
    tampered = viewer.grant[:-1] + ("A" if viewer.grant[-1] != "A" else "B")
    with CaptureQueriesContext(connection) as queries:
        assert viewer.get(**{grants.HEADER: tampered}).status_code == 200
    assert len(queries) > 0


def test_a_grant_of_a_token_is_bound_to_the_token(series: Series, reader: User) -> None:
    _, secret = token_create(
        user=reader, name="t", scope=TokenScope.READ, expires_at=timezone.now() + timedelta(days=1)
    )
    program = Viewer(Client(headers={"Authorization": f"Bearer {secret}"}), series)
    with CaptureQueriesContext(connection) as queries:
        assert program.get().status_code == 200
    assert len(queries) == 0
    assert Client().get(f"{program.url}/raw/1", headers={grants.HEADER: program.grant}).status_code == 401


# --- what ends access, each with the next frame


def sign_out(viewer: Viewer) -> None:
    cookies = viewer.client.cookies.copy()
    answer = viewer.client.post("/accounts/sign-out")
    assert answer["Clear-Site-Data"] == '"cache"'
    # Somebody has kept the cookie.
    viewer.client.cookies.update(cookies)


def role_removed(viewer: Viewer) -> None:
    """The rule of these tests: an account sees what is described by its name."""
    reader = User.objects.get(username="reader")
    User.objects.filter(pk=reader.pk).update(username="somebody")
    access_changed([reader.pk])


def deactivated(viewer: Viewer) -> None:
    call_command("deactivate", "reader", stdout=io.StringIO())


def password_changed_elsewhere(viewer: Viewer) -> None:
    reader = User.objects.get(username="reader")
    reader.set_password("correct horse battery staple")
    reader.save()
    other = Client()
    other.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    new = "another horse battery staple"
    values = {"old_password": "correct horse battery staple", "new_password1": new, "new_password2": new}
    assert other.post("/accounts/password", values).status_code == 302


def study_erased(viewer: Viewer) -> None:
    services.frames_remove(uuid.UUID(viewer.url.split("/")[2]))


@pytest.mark.parametrize(
    ("cause", "status"),
    [(sign_out, 401), (role_removed, 404), (deactivated, 401), (password_changed_elsewhere, 401), (study_erased, 404)],
)
def test_access_ends_with_the_next_frame(
    viewer: Viewer, cause: Any, status: int, django_capture_on_commit_callbacks: Any
) -> None:
    assert viewer.get("raw/1").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        cause(viewer)
    for tail in ("raw/1", "htj2k/2", "raw/1-3", "manifest"):
        assert viewer.get(tail).status_code == status, tail


def test_a_revoked_token_ends_its_grant(series: Series, reader: User, django_capture_on_commit_callbacks: Any) -> None:
    token, secret = token_create(
        user=reader, name="t", scope=TokenScope.READ, expires_at=timezone.now() + timedelta(days=1)
    )
    program = Viewer(Client(headers={"Authorization": f"Bearer {secret}"}), series)
    assert program.get().status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        token_revoke(by=reader, token=token)
    assert program.get().status_code == 401


def test_what_no_service_tells_of_ends_access_within_half_a_minute(viewer: Viewer, monkeypatch: Any) -> None:
    assert viewer.get().status_code == 200
    User.objects.filter(username="reader").update(is_active=False)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + grants.RECHECK_S + 1)
    assert viewer.get().status_code == 401


def test_an_old_grant_is_checked_once_and_then_for_half_a_minute_not_again(viewer: Viewer, monkeypatch: Any) -> None:
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + grants.RECHECK_S + 1)
    with CaptureQueriesContext(connection) as first:
        assert viewer.get().status_code == 200
    with CaptureQueriesContext(connection) as second:
        assert viewer.get().status_code == 200
    assert (len(first) > 0, len(second)) == (True, 0)
    monkeypatch.setattr("time.time", lambda: now + grants.LIFE_S + 1)
    for _ in range(2):
        with CaptureQueriesContext(connection) as expired:
            assert viewer.get().status_code == 200
        assert len(expired) > 0


def test_two_changes_never_look_like_one(reader: User, django_capture_on_commit_callbacks: Any) -> None:
    seen = {epoch_of(reader.pk)}
    for _ in range(200):
        access_changed([reader.pk])
        seen.add(epoch_of(reader.pk))
    assert len(seen) == 201


# --- hostile addresses


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("/raw/", "//raw/"),
        lambda url: url.replace("/frames/", "//frames/"),
        lambda url: url.replace("/frames/", "/FRAMES/"),
        lambda url: url.replace("/frames/", "/frames;x/"),
        lambda url: url.replace("/raw/1", "/raw/1;x"),
        lambda url: url.replace("/raw/1", "/RAW/1"),
        lambda url: url.replace("/raw/1", "/raw/01"),
        lambda url: url.replace("/raw/1", "/raw/0"),
        lambda url: url.replace("/raw/1", "/raw/-1"),
        lambda url: url.replace("/raw/1", "/raw/1/"),
        lambda url: url.replace("/raw/1", "/raw/../raw/1"),
        lambda url: url.replace("/raw/1", "/raw/%2e%2e/raw/1"),
        lambda url: url.replace("/raw/1", "/%2e%2e/index.json"),
        lambda url: url.replace("/raw/1", "/index.json"),
        lambda url: url.replace("/raw/1", "/raw/1%00"),
        lambda url: url.replace("/raw/1", "/raw%2f1x"),
        lambda url: url.replace("/raw/1", "/raw/1.tmp"),
        lambda url: url.replace("/raw/1", "/raw/１"),
        lambda url: url.upper(),
        lambda url: "/".join([*url.split("/")[:4], ".." + url.split("/")[4][2:], "raw", "1"]),
    ],
)
def test_tricks_with_the_address_lead_nowhere(viewer: Viewer, change: Any) -> None:
    answer = viewer.client.get(change(f"{viewer.url}/raw/1"), headers={grants.HEADER: viewer.grant})
    # Below another first part of the path is the front end's page.
    kinds = {200: "text/html", 302: "text/html", 503: "application/problem+json"}
    expected = kinds.get(answer.status_code, "application/problem+json" if answer.status_code == 404 else "text/html")
    assert answer["Content-Type"].startswith((expected, "application/problem+json")), answer.content[:200]
    assert answer.content != viewer.get().content


def test_another_host_is_refused(viewer: Viewer) -> None:
    assert viewer.get(Host="evil.example").status_code == 400


def test_a_bundle_has_its_limits(viewer: Viewer, monkeypatch: Any) -> None:
    assert viewer.get("raw/3-1").json()["code"] == "invalid"
    assert viewer.get(f"raw/1-{frames_api.MOST_FRAMES + 1}").json()["code"] == "invalid"
    monkeypatch.setattr(frames_api, "MOST_BYTES", 100)
    assert viewer.get("raw/1-2").json()["code"] == "invalid"


def test_other_methods_are_refused(viewer: Viewer) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(viewer.client, method)(f"{viewer.url}/raw/1", headers={grants.HEADER: viewer.grant})
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert viewer.client.head(f"{viewer.url}/raw/1", headers={grants.HEADER: viewer.grant}).status_code == 200


def test_behind_nginx_only_the_address_of_the_file_is_sent(viewer: Viewer, settings: Any) -> None:
    settings.OVERREAD_FRAMES_ACCEL = "/_frames"
    answer = viewer.get("htj2k/2")
    assert answer["X-Accel-Redirect"] == f"/_frames/{viewer.url.removeprefix('/frames/')}/htj2k/2"
    assert answer.content == b""
    assert Client().get(f"{viewer.url}/raw/1").status_code == 401


def test_without_files_the_grant_says_so_and_asks_for_them(signed_in: Client, ingest_data_sets: Any, seed: str) -> None:
    data_set = files.ct_slice(seed=seed, StudyDescription="reader")
    ingest_data_sets([data_set])
    SeriesFrames.objects.all().delete()
    answer = signed_in.get(f"/api/v1/frame-grants/{data_set.StudyInstanceUID}").json()
    assert [(row["state"], row["frames_url"]) for row in answer["series"]] == [("PENDING", None)]
    job = SeriesFrames.objects.get()
    jobs.run(SeriesFrames, job.pk, services.write_frames)
    (row,) = signed_in.get(f"/api/v1/frame-grants/{data_set.StudyInstanceUID}").json()["series"]
    assert (row["state"], row["number_of_frames"]) == ("READY", 1)
    # Somebody has emptied the folder.
    services.frame_store().remove_study(Series.objects.get().imaging_study_id)
    (row,) = signed_in.get(f"/api/v1/frame-grants/{data_set.StudyInstanceUID}").json()["series"]
    assert row["state"] == "PENDING"
    job.refresh_from_db()
    assert job.state == "PENDING"


def test_a_grant_for_what_is_not_yours_is_404(signed_in: Client, ingest_data_sets: Any, seed: str) -> None:
    data_set = files.ct_slice(seed=seed, StudyDescription="somebody else")
    ingest_data_sets([data_set])
    answers = [signed_in.get(f"/api/v1/frame-grants/{uid}") for uid in (data_set.StudyInstanceUID, "1.2.3")]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert Client().get(f"/api/v1/frame-grants/{data_set.StudyInstanceUID}").status_code == 401


# --- the gate before Django: what Django would give, and left to Django whatever is not plainly allowed

LEFT_TO_DJANGO = object()


@pytest.fixture
def through(viewer: Viewer) -> Callable[..., Any]:
    """Ask the gate; the answer, or that it was left to Django."""

    def ask(tail: str = "raw/1", *, method: str = "GET", **headers: str) -> Any:
        session = viewer.client.cookies[django_settings.SESSION_COOKIE_NAME].value
        given = {grants.HEADER: viewer.grant, "Cookie": f"sessionid={session}; csrftoken=x"} | headers
        environ = RequestFactory().generic(method, f"{viewer.url}/{tail}", headers=given).environ
        answers: list[Any] = []
        left: list[Any] = []

        def django(_: Any, start: Any) -> list[bytes]:
            left.append(LEFT_TO_DJANGO)
            return []

        body = FrameGate(django)(environ, lambda status, found: answers.append((status, dict(found))))
        if left:
            return LEFT_TO_DJANGO
        ((status, found),) = answers
        return status, found, b"".join(body)

    return ask


@pytest.mark.parametrize("tail", ["raw/1", "raw/3", "htj2k/2"])
def test_it_answers_as_django_does_and_asks_no_database(through: Callable[..., Any], viewer: Viewer, tail: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        status, headers, body = through(tail)
    assert len(queries) == 0
    expected = viewer.get(tail)
    assert (status, body) == ("200 OK", expected.content)
    stricter = {"Content-Security-Policy": "default-src 'none'"}
    assert headers == dict(expected.items()) | stricter


def test_behind_nginx_it_answers_as_django_does_too(through: Callable[..., Any], viewer: Viewer, settings: Any) -> None:
    settings.OVERREAD_FRAMES_ACCEL = "/_frames"
    status, headers, body = through("htj2k/2")
    expected = viewer.get("htj2k/2")
    assert (status, body) == ("200 OK", b"")
    assert headers["X-Accel-Redirect"] == expected["X-Accel-Redirect"]
    assert headers == dict(expected.items()) | {"Content-Security-Policy": "default-src 'none'"}
    assert through("htj2k/2", **{grants.HEADER: "x"}) is LEFT_TO_DJANGO


def test_what_is_not_a_plain_granted_frame_is_left_to_django(through: Callable[..., Any], settings: Any) -> None:
    for tail in ("raw/1-2", "manifest", "raw/99", "raw/0", "raw/1/", "RAW/1", "raw/../raw/1", "raw/%31x"):
        assert through(tail) is LEFT_TO_DJANGO, tail
    for method in ("HEAD", "POST", "DELETE", "OPTIONS"):
        assert through(method=method) is LEFT_TO_DJANGO, method
    for headers in (
        {grants.HEADER: "x"},
        {grants.HEADER: ""},
        {"Cookie": "sessionid=somebodyelses"},
        {"Cookie": ""},
        {"Authorization": "Bearer x"},
        {"Host": "evil.example"},
        {"If-None-Match": '"x"'},
    ):
        assert through(**headers) is LEFT_TO_DJANGO, headers
    settings.SECURE_SSL_REDIRECT = True
    assert through() is LEFT_TO_DJANGO
    settings.SECURE_SSL_REDIRECT = False
    assert through() is not LEFT_TO_DJANGO


def test_a_change_of_access_leaves_it_to_django_until_django_has_said_yes(
    through: Callable[..., Any],
    viewer: Viewer,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert through() is not LEFT_TO_DJANGO
    with django_capture_on_commit_callbacks(execute=True):
        access_changed([User.objects.get(username="reader").pk])
    assert through() is LEFT_TO_DJANGO
    assert viewer.get().status_code == 200
    assert through() is not LEFT_TO_DJANGO


def test_a_removed_or_damaged_frame_is_left_to_django(through: Callable[..., Any], viewer: Viewer) -> None:
    study, one, version = viewer.url.split("/")[2:]
    path = services.frame_store().root / study / one / version / "raw" / "1"
    path.write_bytes(b"short")
    assert through() is LEFT_TO_DJANGO
    path.unlink()
    assert through() is LEFT_TO_DJANGO

"""Frames through a real nginx: the same bytes, sent by nginx, to nobody whom the portal does not let see them."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from portal.imaging.grants import HEADER
from tests.browserless import Person, administrator, new_person
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.nginx import behind_nginx
from tests.reader_studies import SEEN, imaging_study_id, ingested, launched
from tests.services import LivePortal

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(
        shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin") is None,
        reason="nginx is not installed: apt-get install nginx",
    ),
]
SLICES = 3


@pytest.fixture(scope="module")
def address(live_portal: LivePortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nginx")
    with behind_nginx(live_portal.environment, folder) as found:
        yield found


class Desk:
    """A reader who has opened a case through nginx."""

    def __init__(self, portal: LivePortal, address: str) -> None:
        root = administrator(portal)
        coordinator = new_person(portal, root, "coordinator", creates=True)
        direct = new_person(portal, root, "reader")
        slices = [ct_slice(seed=coordinator.username, slice_number=n) for n in range(1, SLICES + 1)]
        uid = slices[0].StudyInstanceUID
        ingested(coordinator, [(f"{number}.dcm", to_bytes(one)) for number, one in enumerate(slices)])
        path = launched(
            coordinator,
            direct,
            name="Behind nginx",
            questions=[SEEN],
            imaging_study_ids=[imaging_study_id(coordinator, uid)],
        )
        self.pixels = [one.PixelData for one in slices]
        self.stranger = Person(address, coordinator.username)
        self.reader = Person(address, direct.username)
        coordinator.until(f"frame-grants/{uid}", lambda one: one["series"][0]["state"] == "READY")
        (assignment,) = self.reader.get(f"{path}/assignments")
        opened = self.reader.send("POST", f"assignments/{assignment['id']}/open")
        (self.granted,) = opened["frame_grants"]
        self.address = address
        self.url = self.granted["series"][0]["frames_url"]

    def get(self, tail: str, **headers: str) -> httpx.Response:
        return self.reader.http.get(f"{self.url}/{tail}", headers={HEADER: self.granted["grant"], **headers})


@pytest.fixture(scope="module")
def desk(live_portal: LivePortal, address: str) -> Desk:
    return Desk(live_portal, address)


def test_nginx_sends_the_frames_as_they_were_stored(desk: Desk) -> None:
    for number, pixels in enumerate(desk.pixels, 1):
        answer = desk.get(f"raw/{number}")
        assert answer.status_code == 200
        assert answer.content == pixels
        assert answer.headers["Server"].startswith("nginx")
    headers = answer.headers
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["Vary"] == "Cookie, Authorization"
    assert headers["Content-Type"].startswith("application/octet-stream; transfer-syntax=")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert "X-Accel-Redirect" not in headers


def test_bundles_manifest_and_pages_pass_through(desk: Desk) -> None:
    bundle = desk.get(f"raw/1-{SLICES}").content
    assert bundle.endswith(b"".join(desk.pixels))
    assert desk.get("manifest").json()["frames"]
    assert desk.reader.get("me")["username"] == desk.reader.username


def test_the_files_are_not_reached_past_the_portal(desk: Desk) -> None:
    inner = desk.url.replace("/frames/", "/_frames/")
    for path in (f"{inner}/raw/1", f"{inner}/manifest.json.gz", "/_frames/", "/frames/../_frames/"):
        assert desk.reader.http.get(path).status_code == 404, path
    for tail in ("raw/../index.json", "raw/%2e%2e/index.json", "..%2f..%2fsecrets.json", "raw/0"):
        assert desk.get(tail).status_code == 404, tail
    assert httpx.get(f"{desk.address}{desk.url}/raw/1", timeout=60).status_code == 401


def test_what_is_taken_away_is_gone_with_the_next_frame(desk: Desk) -> None:
    cookies: dict[str, Any] = dict(desk.reader.http.cookies)
    assert desk.get("raw/1").status_code == 200
    # A grant is worth nothing to somebody else: a coordinator may see the images by their own right, a guest not.
    assert desk.stranger.http.get(f"{desk.url}/raw/1").status_code == 200
    guest = {HEADER: desk.granted["grant"]}
    assert httpx.get(f"{desk.address}{desk.url}/raw/1", timeout=60, headers=guest).status_code == 401
    form = {"csrfmiddlewaretoken": cookies["csrftoken"]}
    assert desk.reader.http.post("/accounts/sign-out", data=form, headers={"Referer": desk.url}).status_code == 302
    kept = {HEADER: desk.granted["grant"], "Cookie": f"sessionid={cookies['sessionid']}"}
    assert httpx.get(f"{desk.address}{desk.url}/raw/1", timeout=60, headers=kept).status_code == 401

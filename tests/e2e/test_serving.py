"""Images as files in Chromium: right pixels, bundles, the next case ahead, nothing left after signing out."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, sign_in, until
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.reader_studies import SEEN, imaging_study_id, ingested, launched

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SLICES, SIZE, CASES = 60, 256, 3
FRAME = re.compile(r"/frames/[0-9a-f-]{36}/[0-9a-f-]{36}/[0-9a-f]{32}/(raw|htj2k)/(\d+)(-\d+)?$")


@dataclass(frozen=True)
class Scans:
    """A reader study of a few series of noise, whose every value is known."""

    reader: Person
    path: str
    pixels: dict[str, npt.NDArray[np.int16]]


@pytest.fixture(scope="module")
def scans(stage: Stage) -> Scans:
    coordinator, reader = stage.coordinator, stage.spare
    seeds = [uuid.uuid4().hex for _ in range(CASES)]
    # Smooth enough to be an image, and all of the range: signed, with the modality's offset.
    noise = {
        seed: np.random.default_rng(int(seed, 16)).integers(-2000, 30000, (SLICES, SIZE, SIZE), np.int16)
        for seed in seeds
    }
    ingested(coordinator, [file for seed in seeds for file in files_of(seed, noise[seed])], 180)
    uids = [ct_slice(seed=seed).StudyInstanceUID for seed in seeds]
    for uid in uids:
        coordinator.until(f"frame-grants/{uid}", lambda one: one["series"][0]["state"] == "READY", 120)
    ids = [imaging_study_id(coordinator, uid) for uid in uids]
    name = f"Serving {seeds[0][:6]}"
    path = launched(coordinator, reader, name=name, questions=[SEEN], imaging_study_ids=ids)
    return Scans(reader, path, {ct_slice(seed=seed).SeriesInstanceUID: noise[seed] for seed in seeds})


def files_of(seed: str, pixels: npt.NDArray[np.int16]) -> Iterator[tuple[str, bytes]]:
    for number, values in enumerate(pixels, start=1):
        one = ct_slice(seed=seed, slice_number=number, Rows=SIZE, Columns=SIZE, PixelRepresentation=1)
        one.BitsStored, one.HighBit = 16, 15
        one.RescaleSlope, one.RescaleIntercept = 1, -1024
        one.PixelData = values.tobytes()
        yield f"{seed}/{number:03d}.dcm", to_bytes(one)


# How many canvases of a page draw with WebGL.
COUNT_CONTEXTS = """(() => {
  const { getContext } = HTMLCanvasElement.prototype;
  const drawing = new WeakSet();
  window.contextsMade = 0;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    if (kind.startsWith('webgl') && !drawing.has(this)) {
      drawing.add(this);
      window.contextsMade += 1;
    }
    return getContext.call(this, kind, ...more);
  };
})()"""


class Traffic:
    """What a page has asked the portal for."""

    def __init__(self, page: Page) -> None:
        self.urls: list[str] = []
        self.finished: list[str] = []
        page.on("request", self._note)
        page.on("requestfinished", lambda request: self.finished.append(request.url))

    def _note(self, request: Request) -> None:
        self.urls.append(request.url)

    def frames(self) -> list[tuple[str, str, str]]:
        """Form, first frame and rest of every request for frames."""
        return [match.groups("") for url in self.urls if (match := FRAME.search(url))]  # type: ignore[misc]

    def granted(self) -> set[str]:
        """Imaging studies for which a grant was asked."""
        return {url.rsplit("/", 1)[1] for url in self.urls if "/frame-grants/" in url}


@pytest.fixture
def opened(scans: Scans, signed_in: Callable[[Person], Page], stage: Stage) -> Callable[..., Any]:
    def open_case(slow: dict[str, float] | None = None) -> tuple[Page, Traffic, str]:
        page = signed_in(scans.reader)
        if slow:
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", {"offline": False, **slow})
        page.add_init_script(COUNT_CONTEXTS)
        traffic = Traffic(page)
        following = scans.reader.get(f"{scans.path}/next")["assignment_id"]
        answer = page.goto(f"{stage.portal.url}/assignments/{following}")
        # The code of the viewer is asked for with the page, not after the rest of it.
        assert answer
        assert re.search(r'/viewer-[\w-]+\.js>; rel="modulepreload"', answer.headers["link"])
        image_is_drawn(page, 0)
        until(page, f"window.__overread_viewer.state.progress.loaded === {SLICES}", seconds=180)
        return page, traffic, following

    return open_case


def compare(page: Page, scans: Scans) -> None:
    """Every slice in the browser's memory against the file's values, at some thousand places each."""
    uid = probe(page, "v.panes[0].seriesInstanceUid")
    expected = scans.pixels[uid].astype(np.int64) - 1024
    positions = np.random.default_rng(3).integers(0, SIZE * SIZE, 1000).tolist()
    image_id = probe(page, "v.state.imageId")
    for number in (1, 2, SLICES // 2, SLICES):
        instance = instance_uid(page, uid, number)
        one = re.sub(r"/instances/[0-9.]+/", f"/instances/{instance}/", image_id)
        values = page.evaluate("([id, at]) => window.__overread_viewer.valuesAt(id, at)", [one, positions])
        np.testing.assert_array_equal(np.asarray(values), expected[number - 1].ravel()[positions])


def instance_uid(page: Page, series_uid: str, number: int) -> str:
    study = probe(page, "v.state.imageId").split("/studies/")[1].split("/")[0]
    rows = page.evaluate(
        "(url) => fetch(url).then((answer) => answer.json())",
        f"/dicomweb/studies/{study}/series/{series_uid}/instances",
    )
    return next(row["00080018"]["Value"][0] for row in rows if row["00200013"]["Value"] == [number])


def test_on_a_fast_line_images_come_raw_in_bundles(opened: Any, scans: Scans) -> None:
    page, traffic, _ = opened()
    frames = traffic.frames()
    assert not [url for url in traffic.urls if "/dicomweb/" in url]
    # Alone the slice under the eye, and the middle one, from which a stack without a window takes its own.
    assert {one[1:] for one in frames[:2]} == {("1", ""), (str(SLICES // 2 + 1), "")}
    bundles = [one for one in frames if one[2]]
    assert 0 < len(bundles) <= 2 * SLICES // 8
    assert len(frames) < SLICES // 2
    compare(page, scans)
    title = page.get_by_role("progressbar", name="Slices loaded").first.get_attribute("title") or ""
    assert re.search(r"60 of 60 slices loaded \(.+ Mbit/s\)", title), title


def test_on_a_slow_line_images_come_compressed_and_are_the_same(opened: Any, scans: Scans) -> None:
    """50 Mbit/s and 40 ms, as Chromium's own throttle makes them."""
    line = {"latency": 40, "downloadThroughput": 50e6 / 8, "uploadThroughput": 50e6 / 8}
    page, traffic, _ = opened(line)
    # What comes first measures the line.
    assert {form for form, _, rest in traffic.frames() if rest} == {"htj2k"}
    compare(page, scans)


def test_the_next_case_is_there_before_it_is_opened(opened: Any, scans: Scans, stage: Stage) -> None:
    page, traffic, assignment = opened()
    first_study = probe(page, "v.state.imageId").split("/studies/")[1].split("/")[0]
    own = scans.reader.get(f"{scans.path}/assignments")
    following = next(one for one in own if one["state"] != "SIGNED" and one["id"] != assignment)
    # The first frame and the middle one alone, and two bundles, 1 to 32 and 33 to 60, after all of the first case.
    first_url = next(url for url in traffic.urls if FRAME.search(url)).rsplit("/", 2)[0]
    deadline = time.monotonic() + 60
    while len(ahead := [url for url in traffic.finished if FRAME.search(url) and not url.startswith(first_url)]) < 4:
        assert time.monotonic() < deadline, traffic.urls[-5:]
        page.wait_for_timeout(200)
    imaging_study_id = ahead[0].split("/frames/")[1].split("/")[0]
    next_study = stage.coordinator.get(f"imaging-studies/{imaging_study_id}")["study_instance_uid"]
    assert next_study != first_study
    # The grants came along with other answers.
    assert traffic.granted() == set()
    ours = [index for index, url in enumerate(traffic.urls) if FRAME.search(url) and url.startswith(first_url)]
    assert max(ours) < min(traffic.urls.index(url) for url in ahead)
    # It has not been opened, and nothing says so.
    assert (
        next(one for one in scans.reader.get(f"{scans.path}/assignments") if one["id"] == following["id"])["state"]
        == following["state"]
    )
    assert not any(f"/assignments/{following['id']}/open" in url for url in traffic.urls)

    before = len(traffic.urls)
    contexts = page.evaluate("() => window.contextsMade")
    started = page.evaluate("() => performance.now()")
    page.evaluate(
        "(path) => { history.pushState(null, '', path); window.dispatchEvent(new PopStateEvent('popstate')); }",
        f"/assignments/{following['id']}",
    )
    until(page, f"window.__overread_viewer?.state?.imageId?.includes('{next_study}')")
    image_is_drawn(page, 0)
    print("next case, first image:", page.evaluate("() => performance.now()") - started, "ms")
    until(page, f"window.__overread_viewer.state.progress.loaded === {SLICES}", seconds=60)
    print("next case, all slices:", page.evaluate("() => performance.now()") - started, "ms")
    # It is drawn where the case before was.
    assert page.evaluate("() => window.contextsMade") == contexts > 0
    next_url = ahead[0].rsplit("/", 2)[0]
    assert [url for url in traffic.urls[before:] if url.startswith(next_url)] == []
    compare(page, scans)


CACHED = """async ([url, grant]) => {
  const read = (mode) => fetch(url, { cache: mode, mode: 'same-origin', headers: { 'X-Frame-Grant': grant } })
    .then((answer) => answer.status, () => 'absent');
  return [await read('only-if-cached'), await read('default')];
}"""


def test_after_signing_out_no_frame_is_left_in_the_browser(opened: Any, scans: Scans, stage: Stage) -> None:
    page, traffic, _ = opened()
    url = next(url for url in traffic.urls if FRAME.search(url))
    grant = scans.reader.get("frame-grants/" + probe(page, "v.state.imageId").split("/studies/")[1].split("/")[0])[
        "grant"
    ]
    assert page.evaluate(CACHED, [url, grant]) == [200, 200]
    # Another session of the same browser does not read what this one has kept.
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    assert page.evaluate(CACHED, [url, grant]) == ["absent", 401]
    page.context.add_cookies(cookies)
    page.goto(f"{stage.portal.url}/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/sign-in**")
    assert page.evaluate(CACHED, [url, grant]) == ["absent", 401]
    # Nor does the next account find it, neither in the cache nor with the grant of the one before.
    sign_in(page, stage.portal.url, stage.second_reader.username)
    expect(page.get_by_text("to go")).to_be_visible()
    assert page.evaluate(CACHED, [url, grant]) == ["absent", 404]

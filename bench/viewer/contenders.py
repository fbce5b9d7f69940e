"""The three viewers: how each opens a series, and how a page says that it shows one and has all of it.

All of them draw with Cornerstone3D, so one script in the page times them alike: a capturing listener for the event
that Cornerstone sends when it has drawn. It counts from the start of the navigation.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pages
from installation import PASSWORD, Case, Site
from playwright.sync_api import BrowserContext, Page

# `shown` and `loaded` of each contender are expressions over the page, evaluated after each drawing.
WATCH = """(() => {
  performance.setResourceTimingBufferSize(5000);
  const bench = { draws: [], wheelAt: 0, wheels: [], first: null, complete: null, since: 0, target: null };
  bench.begin = (target) => Object.assign(bench, { first: null, complete: null, since: performance.now(), target });
  const look = (now) => {
    try {
      if (bench.first === null && bench.target && (SHOWN)(bench.target)) bench.first = now - bench.since;
    } catch { /* the application is not there yet */ }
  };
  addEventListener('CORNERSTONE_IMAGE_RENDERED', () => {
    const now = performance.now();
    bench.draws.push(now);
    if (bench.wheelAt) { bench.wheels.push(now - bench.wheelAt); bench.wheelAt = 0; }
    // After the application's own listeners.
    queueMicrotask(() => look(now));
  }, true);
  addEventListener('wheel', () => { bench.wheelAt ||= performance.now(); }, true);
  setInterval(() => {
    if (bench.first === null || bench.complete !== null) return;
    try { if ((LOADED)(bench.target)) bench.complete = performance.now() - bench.since; } catch { /* not there yet */ }
  }, 20);
  window.bench = bench;
})()"""


@dataclass(frozen=True)
class Contender:
    """A viewer under measurement."""

    name: str
    # Of a target {study, series, frames}: is an image of it on the screen, are all of its frames decoded?
    shown: str
    loaded: str
    address: Callable[[Case], str]
    # Go to another case without loading the page anew: an expression over {path, study, series}.
    go: str
    prepare: Callable[[BrowserContext], None]
    # Does it ask a server that knows nothing of other origins?
    is_cross_origin: bool = True

    def context(self, fresh: Callable[[bool], BrowserContext]) -> BrowserContext:
        """A browser context with nothing in its cache, signed in where that is needed."""
        context = fresh(self.is_cross_origin)
        context.set_default_timeout(120_000)
        self.prepare(context)
        context.add_init_script(WATCH.replace("SHOWN", self.shown).replace("LOADED", self.loaded))
        return context


def target_of(case: Case) -> dict[str, str | int]:
    """What a page is asked about."""
    scan = case.scan
    return {"study": scan.study_uid, "series": scan.series_uid, "frames": scan.frames}


ROUTE = """(path) => { history.pushState(null, '', path); window.dispatchEvent(new PopStateEvent('popstate')); }"""


def portal(site: Site) -> Contender:
    """The reading room."""

    def prepare(context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(f"{site.url}/accounts/sign-in")
        page.get_by_label("Username").fill(site.reader)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site.url}/")
        page.close()

    state = "window.__overread_viewer?.state"
    return Contender(
        name="portal",
        shown=f"(t) => {state}?.isRendered && {state}.imageId.includes(t.series)",
        loaded=f"(t) => {state}?.progress.loaded === t.frames && {state}.imageId.includes(t.series)",
        address=lambda case: f"{site.url}/assignments/{case.assignment}",
        go=ROUTE,
        prepare=prepare,
        is_cross_origin=False,
    )


def bare(address: str, site: Site) -> Contender:
    """Nothing but Cornerstone3D, on Orthanc."""
    return Contender(
        name="bare Cornerstone3D",
        shown="(t) => window.bare.series === t.series && window.bare.isShown",
        loaded="(t) => window.bare.series === t.series && window.bare.loaded === t.frames",
        address=lambda case: (
            f"{address}/?orthanc={site.environment['ORTHANC_URL']}"
            f"&study={case.scan.study_uid}&series={case.scan.series_uid}"
        ),
        go=(
            "(path) => { const asked = new URL(path).searchParams;"
            " void window.bare.open(asked.get('study'), asked.get('series')); }"
        ),
        prepare=_with_orthancs_password(site),
    )


def ohif(address: str, site: Site) -> Contender:
    """OHIF's basic mode, on Orthanc."""
    held = "[...window.cornerstone.cache._imageCache.values()]"
    return Contender(
        name="OHIF",
        shown=(
            "(t) => window.cornerstone.getEnabledElements().some(({ viewport }) =>"
            " viewport.getCurrentImageId?.()?.includes(t.series) && viewport.getCornerstoneImage?.())"
        ),
        loaded=f"(t) => {held}.filter((one) => one.loaded && one.imageId.includes(t.series)).length === t.frames",
        address=lambda case: f"{address}/viewer?StudyInstanceUIDs={case.scan.study_uid}",
        go=ROUTE,
        prepare=_with_orthancs_password(site),
    )


def _with_orthancs_password(site: Site) -> Callable[[BrowserContext], None]:
    pair = f"{site.environment['ORTHANC_USERNAME']}:{site.environment['ORTHANC_PASSWORD']}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return lambda context: context.set_extra_http_headers(headers)


@contextmanager
def contenders(site: Site, folder: Path, wanted: set[str]) -> Iterator[list[Contender]]:
    """Those that can be had, the portal first."""
    with ExitStack() as stack:
        found = [portal(site)]
        if "bare" in wanted:
            found.append(bare(stack.enter_context(pages.served(pages.bare_page(folder))), site))
        if "ohif" in wanted and (dist := pages.ohif(folder)):
            settings = pages.ohif_settings(site.environment["ORTHANC_URL"])
            found.append(ohif(stack.enter_context(pages.served(dist, settings)), site))
        yield found


def begin(page: Page, case: Case) -> None:
    """Tell a page that has been navigated what it is asked about, counting from its navigation."""
    page.evaluate("(t) => { bench.begin(t); bench.since = 0; }", target_of(case))

"""What is measured of each contender; every time is in milliseconds."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from contenders import Contender, target_of
from installation import Case
from playwright.sync_api import BrowserContext, CDPSession, Page

Fresh = Callable[[bool], BrowserContext]
# Chromium's own throttle: 100 Mbit/s each way and 10 ms there and back.
LINES: dict[str, dict[str, float] | None] = {
    "loopback": None,
    "100 Mbit/s": {"latency": 10, "downloadThroughput": 100e6 / 8, "uploadThroughput": 100e6 / 8},
}
FIRST_S, COMPLETE_S = 60, 120
WHEELS = 60
MIB = 1024**2
DECODED = "window.__overread_viewer?.cacheBytes ?? window.bare?.cacheBytes ?? window.cornerstone?.cache.getCacheSize()"
PICTURE = "test-results/bench-viewer.png"


def load(contender: Contender, fresh: Fresh, warm: Case, case: Case, line: str) -> dict[str, float | None]:
    """Open a case as one does whose browser has the application already and nothing of the case."""
    context = contender.context(fresh)
    try:
        # Twice: the browser keeps what it has compiled from the second time on.
        for _ in range(2):
            page = opened(contender, context, warm)
            page.close()
        page = context.new_page()
        throttle(page, line)
        page.add_init_script(f"bench.begin({target_of(case)!r}); bench.since = 0;")
        page.goto(contender.address(case), wait_until="commit")
        return times(page)
    finally:
        context.close()


def opened(contender: Contender, context: BrowserContext, case: Case) -> Page:
    """A page with a case on it, all of it there."""
    page = context.new_page()
    page.add_init_script(f"bench.begin({target_of(case)!r}); bench.since = 0;")
    page.goto(contender.address(case), wait_until="commit")
    found = times(page)
    if found["first_ms"] is None:
        page.screenshot(path=PICTURE)
        raise SystemExit(f"{contender.name} does not show {case.scan.name}: see {PICTURE}")
    return page


def times(page: Page) -> dict[str, float | None]:
    """Wait for the first image and for all of them; None for what did not come in time."""
    first = waited(page, "bench.first", FIRST_S)
    complete = waited(page, "bench.complete", COMPLETE_S) if first is not None else None
    return {"first_ms": first, "complete_ms": complete}


def waited(page: Page, expression: str, seconds: float) -> float | None:
    """Poll seldom: asking costs the page time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = page.evaluate(f"() => window.bench ? {expression} : null")
        if found is not None:
            return float(found)
        time.sleep(0.1)
    return None


def throttle(page: Page, line: str) -> CDPSession:
    """Make the page's line as slow as its name says."""
    session = page.context.new_cdp_session(page)
    if conditions := LINES[line]:
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    return session


def scroll(contender: Contender, fresh: Fresh, case: Case) -> dict[str, float | None]:
    """From a turn of the wheel to the next slice drawn, all slices in memory."""
    context = contender.context(fresh)
    try:
        page = opened(contender, context, case)
        if waited(page, "bench.complete", COMPLETE_S) is None:
            return {"scroll_median_ms": None, "scroll_p95_ms": None}
        page.wait_for_timeout(1500)
        box = page.locator("canvas").first.bounding_box()
        if box is None:
            raise SystemExit(f"{contender.name} has no canvas")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.evaluate("() => { bench.wheels.length = 0; }")
        for turn in range(WHEELS):
            page.mouse.wheel(0, 100)
            waited(page, f"(bench.wheels.length > {turn} ? 1 : null)", 2)
        turns = page.evaluate("() => bench.wheels")
    finally:
        context.close()
    if len(turns) < WHEELS // 2:
        return {"scroll_median_ms": None, "scroll_p95_ms": None}
    return {"scroll_median_ms": statistics.median(turns), "scroll_p95_ms": statistics.quantiles(turns, n=20)[-1]}


def next_case(contender: Contender, fresh: Fresh, cases: Sequence[Case], line: str) -> dict[str, float | None]:
    """With one case read at leisure, go to the next one in the same page."""
    context = contender.context(fresh)
    try:
        first, second = cases
        page = opened(contender, context, first)
        throttle(page, line)
        waited(page, "bench.complete", COMPLETE_S)
        idle(page)
        go(contender, page, second)
        return times(page)
    finally:
        context.close()


def idle(page: Page, seconds: float = 2.5, most: float = 90) -> None:
    """Wait until the page has fetched nothing for a while: a reader reads for minutes."""
    deadline = time.monotonic() + most
    count, since = -1, time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - since < seconds:
        now = page.evaluate("() => performance.getEntriesByType('resource').length")
        if now != count:
            count, since = now, time.monotonic()
        time.sleep(0.25)


def go(contender: Contender, page: Page, case: Case) -> None:
    """Another case in the same page."""
    page.evaluate("(t) => bench.begin(t)", target_of(case))
    page.evaluate(contender.go, contender.address(case))


def memory(contender: Contender, fresh: Fresh, cases: Sequence[Case], at: Sequence[int]) -> list[dict[str, Any]]:
    """Read cases one after another in one tab; what it holds after garbage collection, at these counts."""
    context = contender.context(fresh)
    samples: list[dict[str, Any]] = []
    try:
        page = opened(contender, context, cases[0])
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        for count, case in enumerate(cases, 1):
            if count > 1:
                go(contender, page, case)
                if times(page)["complete_ms"] is None:
                    print(f"{contender.name}: case {count} was not complete in time")
                    return samples
            if count in at:
                samples.append({"cases": count, **held(page, session)})
        return samples
    finally:
        context.close()


def held(page: Page, session: CDPSession) -> dict[str, float | None]:
    """What a tab holds after garbage collection, in MiB; typed arrays are not part of the heap proper."""
    page.wait_for_timeout(1000)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    decoded = page.evaluate(f"() => {DECODED}")
    return {
        "heap_mib": usage["usedSize"] / MIB,
        "arrays_mib": usage.get("backingStorageSize", 0) / MIB,
        "decoded_mib": None if decoded is None else decoded / MIB,
        "nodes": metrics["Nodes"],
        "listeners": metrics["JSEventListeners"],
    }

"""The results page of a stored planned result in Chromium: how long it takes to open, and what of it takes how long."""

import json
import shutil
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from annotations.domain.truth_csv import Truth
from annotations.models import ReferenceSource
from annotations.services.truth import reference_standard_create, reference_standard_lock
from bench.loads.reading_tables import document, snapshot
from bench.loads.rows import launched
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import canonical_json, sha256
from portal.db import JobState
from tests.browser import CHROMIUM_ARGUMENTS
from tests.browserless import PASSWORD
from tests.services import LivePortal
from validation.models import AnalysisPlan, AnalysisPlanLock, AnalysisRun, AnalysisSnapshot
from validation.runner import execute

# Written into every page before its own code: when something long kept the page from answering.
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask", buffered: true });
"""
# On a busy machine; a browser of tests waits half of it.
SLOW_MS = 120_000
ANSWERS, LAST = "section[aria-label='How sure is this?']", "table[aria-label='Reading time']"


def stored_run(*, cases: int, readers: int) -> tuple[AnalysisRun, User]:
    """A planned run whose snapshot is drawn; its result is computed by the same code as a worker's, and stored."""
    trial = launched(readers=1, cases=2)
    study = trial.reader_study
    coordinator = study.created_by
    truths = [Truth(one.name, number % 2, []) for number, one in enumerate(study.cases.all())]
    standard = reference_standard_create(
        by=coordinator, reader_study=study, truths=truths, source=ReferenceSource.CSV, provenance="bench"
    )
    reference_standard_lock(by=coordinator, standard=standard)
    plan_text = canonical_json(document())
    plan = AnalysisPlan.objects.create(
        reader_study=study, number=1, created_by=coordinator, content=plan_text, digest=sha256(plan_text)
    )
    AnalysisPlanLock.objects.create(
        plan=plan, locked_by=coordinator, username=coordinator.username, truth_was_locked=False, results_before=0
    )
    text = canonical_json(snapshot(cases=cases, readers=readers, name=study.name))
    frozen = AnalysisSnapshot.objects.create(reader_study=study, content=text, digest=sha256(text))
    run = AnalysisRun.objects.create(
        reader_study=study, requested_by=coordinator, plan=plan, snapshot=frozen, reference_standard=standard
    )
    jobs.run(AnalysisRun, run.pk, execute)
    run.refresh_from_db()
    if run.state != JobState.SUCCEEDED:
        raise SystemExit(f"the run ended {run.state}: {run.error_detail}")
    return run, coordinator


def page_opening(portal: LivePortal, *, cases: int, readers: int, repeat: int) -> dict[str, Any]:
    """Open the results page again and again, each time in a browser that has the application's files only."""
    run, coordinator = stored_run(cases=cases, readers=readers)
    coordinator.set_password(PASSWORD)
    coordinator.save(update_fields=["password"])
    address = f"{portal.url}/reader-studies/{run.reader_study_id}/results?run={run.pk}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        try:
            opened = [_opened(browser, portal, coordinator.username, address) for _ in range(repeat)]
        finally:
            browser.close()
    return {
        "result_bytes": len(run.result.content.encode()),
        **{name: statistics.median(one[name] for one in opened) for name in opened[0]},
    }


def _opened(browser: Browser, portal: LivePortal, username: str, address: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SLOW_MS)
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{portal.url}/accounts/sign-in")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{portal.url}/")
        # Once, for the application's own files, which a browser keeps.
        page.goto(address)
        page.locator(LAST).wait_for()
        page.goto("about:blank")
        # Processor time of the page's thread, which a busy machine does not lengthen as it does the wall time.
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(address, wait_until="commit")
        times = _times(page)
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return {**times, "thread_ms": 1000 * metrics["TaskDuration"]}
    finally:
        context.close()


def _times(page: Page) -> dict[str, float]:
    """Milliseconds from the navigation to the answers on the screen and to the last section, and parts of it."""
    page.locator(ANSWERS).wait_for()
    answers = page.evaluate("() => performance.now()")
    page.locator(LAST).wait_for(state="attached")
    whole = page.evaluate("() => performance.now()")
    page.wait_for_timeout(500)
    tasks = page.evaluate("() => window.longTasks")
    fetched = page.evaluate(
        "() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/result'))"
        ".map(({ duration, transferSize }) => ({ duration, transferSize }))"
    )
    (result,) = json.loads(json.dumps(fetched))
    return {
        "answers_ms": answers,
        "whole_ms": whole,
        "result_ms": result["duration"],
        "transferred_bytes": result["transferSize"],
        "longest_task_ms": max(tasks, default=0.0),
        "nodes": page.evaluate("() => document.querySelectorAll('*').length"),
    }

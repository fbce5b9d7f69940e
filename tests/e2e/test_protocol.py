"""The protocol in Chromium: read as a draft, frozen at the launch, approved, amended and printed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import PASSWORD, Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SCREENSHOTS, Stage, screenshots
from tests.e2e.test_running import running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_protocol_is_approved_amended_and_printed(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    path = running(stage)
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/{path}/protocol")
    article = page.get_by_role("article", name="Protocol")
    expect(article).to_contain_text("Not approved yet.")
    expect(article.get_by_role("heading", name="Blinding")).to_be_visible()
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Approve version 1").click()
    expect(page.get_by_text("The password is not right. Nothing was approved.")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Approve version 1").click()
    expect(article).to_contain_text("“I have read this version of the protocol and approve it.”")
    screenshots(page, "protocol")

    dates = {"reader_id": stage.spare.id, "starts_on": None, "ends_on": "2099-12-31", "reason": "On leave in spring"}
    stage.coordinator.send("PUT", f"{path}/reader-dates", dates)
    page.reload()
    expect(article).to_contain_text("Amended because: On leave in spring. Changed: Readers.")
    expect(article).to_contain_text("2099-12-31")
    (newest, first) = stage.coordinator.get(f"{path}/protocol")["versions"]
    expect(article).to_contain_text(newest["digest"])
    page.get_by_label("Version", exact=True).select_option("1")
    expect(article).to_contain_text(first["digest"])
    expect(article).not_to_contain_text("2099-12-31")
    is_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "protocol-1.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-1.7")

    # A sample size that is planned later is in no version until somebody says why.
    planned = {"basis": "COMPONENTS", "difference": 0.05, "readers": [6], "cases": [251], "positive_share": 0.4}
    planned |= {"var_tr": 0.0002, "var_error": 0.0008, "cov1": 0.00035, "cov2": 0.00034, "cov3": 0.00024}
    stage.coordinator.send("POST", f"{path}/sample-sizes", {**planned, "component_cases": 114})
    page.reload()
    page.get_by_label("Reason of the amendment").fill("Planned again")
    screenshots(page, "protocol-amendment")
    is_accessible(page)
    page.get_by_role("button", name="Freeze a new version").click()
    expect(article).to_contain_text("Amended because: Planned again. Changed: Sample size.")
    expect(page.get_by_label("Reason of the amendment")).to_have_count(0)

    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print", exact=True)).to_be_hidden()
    expect(page.get_by_role("navigation").first).to_be_hidden()
    assert article.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    page.screenshot(path=SCREENSHOTS / "protocol-print.png", full_page=True)
    # Every section reaches the paper: the document is as high as what it holds.
    assert article.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert page.pdf().startswith(b"%PDF")

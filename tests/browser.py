"""Debian's Chromium for pytest-playwright: its fixtures `page`, `context` and `browser` use what is set here.

The headless shell is the same browser without windows of its own: a page costs a third of the processor time.
"""

import shutil
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import PASSWORD

HEADLESS = "chromium-headless-shell"
# WebGL2 by software, so that the viewer draws on a machine without a GPU; the page around it needs none for being put
# together. Root may not use Chromium's sandbox.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
]

# What a page shows after a click may take longer than Playwright's five seconds where the machine is busy.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium of the distribution instead of one that playwright would download."""
    executable = shutil.which(HEADLESS)
    if executable is None:
        pytest.fail(f"{HEADLESS} is not installed: run `make test`, which installs what is missing.")
    return {**browser_type_launch_args, "executable_path": executable, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A screen as a radiologist's small monitor has it."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


def sign(page: Page, password: str = PASSWORD) -> None:
    """Sign the read that is open: the key leads to the password, Enter signs."""
    page.keyboard.press("Control+Enter")
    field = page.get_by_label("Password to sign")
    field.fill(password)
    field.press("Enter")

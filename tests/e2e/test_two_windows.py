"""Images and form in two windows in step: the form window alone saves, and either may be closed without loss."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.demo.phantoms.ruler import make_ruler
from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.test_reading import CLICK_PAUSE_MS, draw, point, saved
from tests.e2e.viewing import case_of, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def findings(stage: Stage, page: Page) -> list[Any]:
    assignment = page.url.split("/assignments/")[1].split("/")[0]
    return list(stage.spare.send("POST", f"assignments/{assignment}/open")["payload"]["findings"])


def saved_with(stage: Stage, page: Page, count: int) -> None:
    """Wait until the server has so many findings, each once."""
    for _ in range(300):
        ids = [one["id"] for one in findings(stage, page)]
        if len(ids) == count:
            break
        page.wait_for_timeout(200)
    assert (len(ids), len(set(ids))) == (count, count)


@contextmanager
def half_drawn(page: Page, start: tuple[float, float], end: tuple[float, float]) -> Iterator[None]:
    """Draw a length; what the caller does happens with the button down."""
    (x0, y0), (x1, y1) = point(page, *start), point(page, *end)
    page.keyboard.press("l")
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2, steps=5)
    yield
    page.mouse.move(x1, y1, steps=5)
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def second_window(form: Page) -> Page:
    with form.context.expect_page() as opened:
        form.keyboard.press("Shift+W")
    images = opened.value
    image_is_drawn(images)
    return images


def a_copied_tab_is_another_form(form: Page) -> None:
    """A browser copies the storage of a tab that is duplicated, and with it the name towards the image window."""
    with form.context.expect_page() as opened:
        form.evaluate("() => { window.open(location.href); }")
    copy = opened.value
    expect(copy.get_by_test_id("read-only")).to_contain_text("open in another window of this browser")
    expect(copy.get_by_role("button", name="Take over here")).to_be_visible()
    name = "sessionStorage.getItem('overread-form-window')"
    copied = form.evaluate(name)
    until(copy, f"{name} !== null && {name} !== '{copied}'")
    # A reload keeps the name, of the copy too.
    own = copy.evaluate(name)
    copy.reload()
    image_is_drawn(copy)
    images = second_window(copy)
    assert f"form={own}" in images.url
    images.close()
    copy.close()
    assert form.evaluate(name) == copied


def test_two_windows_are_in_step_and_either_may_go(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    form = signed_in(stage.spare)
    form.goto(case_of(stage, series_of("two windows", make_ruler(), 1)).url)
    image_is_drawn(form)
    images = second_window(form)
    expect(form.get_by_text("The images are in their own window")).to_be_visible()
    screenshots(form, "form-window")
    screenshots(images, "image-window")

    images.keyboard.press("l")
    draw(images, (59.5, 62.0), (184.5, 62.0))
    until(images, "window.__overread_viewer.annotations.length === 1")
    saved(form)
    (stored,) = findings(stage, form)
    assert stored["marks"][0]["measurements"]["length_mm"] == pytest.approx(100.0, rel=0.02)

    images.keyboard.press("End")
    image_is_drawn(images, index=7)
    form.bring_to_front()
    form.keyboard.press("m")
    image_is_drawn(images, index=0)
    form.keyboard.press("ArrowDown")
    image_is_drawn(images, index=1)

    images.bring_to_front()
    images.keyboard.press("Control+z")
    until(images, "window.__overread_viewer.annotations.length === 0")
    images.keyboard.press("Control+y")
    until(images, "window.__overread_viewer.annotations.length === 1")
    saved(form)

    images.close()
    image_is_drawn(form)
    assert len(probe(form, "v.annotations")) == 1

    a_copied_tab_is_another_form(form)

    images = second_window(form)
    with half_drawn(images, (59.5, 92.0), (184.5, 92.0)):
        form.reload()
        expect(form.get_by_text("The images are in their own window")).to_be_visible()
    saved_with(stage, form, 2)
    until(images, "window.__overread_viewer.annotations.length === 2")

    form.get_by_role("link", name="Back to the worklist").click()
    notice = images.get_by_text("The window with the form is loading again or shows something else.")
    expect(notice).to_be_visible()
    images.keyboard.press("l")
    draw(images, (59.5, 122.0), (184.5, 122.0))
    until(images, "window.__overread_viewer.annotations.length === 3")
    screenshots(images, "image-window-form-away")
    is_accessible(images)
    form.close()
    closed = images.get_by_role("alert").filter(has_text="The window with the form is closed or shows something else.")
    expect(closed).to_contain_text("1 change made here since then will be in the form.")
    images.get_by_role("button", name="Open the form here").click()
    image_is_drawn(images)
    until(images, "window.__overread_viewer.annotations.length === 3")
    saved_with(stage, images, 3)

"""Images and form in two windows in step: the form window alone saves, and either may be closed without loss."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.demo.phantoms.ruler import make_ruler
from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import SCREENSHOTS, Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.test_reading import CLICK_PAUSE_MS, draw, point, saved
from tests.e2e.viewing import QUESTIONS, case_of, series_of

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


# The window of a form on a second monitor: a laptop's, a desktop's, and one that stands upright.
SCREENS = ((1280, 800), (1920, 1080), (1080, 1920))


def box_of(page: Page, key: str) -> dict[str, float]:
    found = page.locator(f"[data-question='{key}']").bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


def test_the_form_in_a_window_of_its_own_has_two_columns_in_the_order_of_tab(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    plain = {name: value for name, value in QUESTIONS[0].items() if name != "role"}
    ratings = [
        {**(plain if number else QUESTIONS[0]), "key": f"rated_{number}", "text": f"Rating {number}?"}
        for number in range(4)
    ]
    marks = QUESTIONS[1]
    form = signed_in(stage.spare)
    form.goto(case_of(stage, series_of("form columns", make_ruler(), 1), [*ratings, marks]).url)
    image_is_drawn(form)
    images = second_window(form)
    for offset in (0.0, 10.0, 20.0):
        images.keyboard.press("l")
        draw(images, (59.5, 62.0 + 3 * offset), (184.5, 62.0 + 3 * offset))
    expect(form.locator("[data-mark]")).to_have_count(3)
    form.bring_to_front()
    screenshots(form, "form-window-columns")
    for width, height in SCREENS:
        form.set_viewport_size({"width": width, "height": height})
        form.wait_for_timeout(400)
        if os.environ.get("OVERREAD_PICTURES") == "on":
            form.screenshot(path=SCREENSHOTS / f"form-window-{width}x{height}.png")
        first, last, found = (box_of(form, key) for key in ("rated_0", "rated_3", "marks"))
        # Questions stand beneath each other on the left, and what grows on the right.
        assert first["x"] == pytest.approx(last["x"], abs=1)
        assert last["y"] > first["y"]
        assert found["x"] >= first["x"] + first["width"] - 1, "the findings are beside the questions"
        assert found["y"] == pytest.approx(first["y"], abs=4)
        for one in (first, found):
            assert one["x"] >= 0
            assert one["x"] + one["width"] <= width
            assert 380 <= one["width"] <= 720, "neither cramped nor so wide that the eye loses the line"
        sign_button = form.get_by_role("button", name="Sign", exact=False).last.bounding_box()
        assert sign_button
        assert sign_button["y"] + sign_button["height"] <= height
    # Tab goes down the first column and then down the second.
    places = form.evaluate(
        """() => [...document.querySelectorAll("[data-question] button, [data-question] input, [data-question] select")]
          .filter((one) => one.tabIndex >= 0).map((one) => { const { left, top } = one.getBoundingClientRect();
            return [left > innerWidth / 2 - 1 ? 1 : 0, Math.round(top)]; })"""
    )
    columns = [column for column, _ in places]
    assert columns == sorted(columns)
    assert len(set(columns)) == 2
    images.close()
    form.set_viewport_size({"width": 1440, "height": 900})


def test_a_window_of_900_by_600_hides_nothing_without_a_scroll_bar(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.spare)
    page.set_viewport_size({"width": 900, "height": 600})
    page.goto(case_of(stage, series_of("small window", make_ruler(), 1)).url)
    image_is_drawn(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("list", name="Missing before signing")).to_be_visible()
    if os.environ.get("OVERREAD_PICTURES") == "on":
        page.screenshot(path=SCREENSHOTS / "room-900x600.png")
    hidden = page.evaluate(
        """() => {
          const places = ["[aria-label='Read'] button", "[aria-label='Read'] input", "[role='toolbar'] button"];
          const all = document.querySelectorAll(places.join());
          const scrolls = (node) => {
            for (let up = node.parentElement; up; up = up.parentElement) {
              const { overflowX, overflowY } = getComputedStyle(up);
              if (/auto|scroll/.test(overflowX + overflowY)) return true;
            }
            return false;
          };
          return [...all].filter((one) => one.checkVisibility()).filter((one) => {
            if (scrolls(one)) one.scrollIntoView({ block: "nearest", inline: "nearest" });
            const { left, top, right, bottom } = one.getBoundingClientRect();
            return left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
          }).map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    assert hidden == []
    form, view = page.locator("[data-question='seen']").bounding_box(), page.get_by_test_id("viewer").bounding_box()
    assert form
    assert view
    assert view["width"] >= 380, "the images have room"
    assert view["height"] >= 220, "the images have room"
    page.set_viewport_size({"width": 1440, "height": 900})

"""A form with every kind of question: built, tried, launched, read and exported in Chromium."""

import csv
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from portal.demo.phantoms import ruler
from portal.demo.phantoms.dicom import study_instance_uid
from tests.browser import sign
from tests.browserless import Person
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, screenshots, until
from tests.e2e.viewing import take_over_if_held
from tests.reader_studies import SEEN, imaging_study_id

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

KINDS = ("Section", "Yes / no", "Scale", "0–100", "One of", "Several of", "Number", "Date", "Text", "Located finding")


@pytest.fixture
def study(stage: Stage) -> str:
    """A draft with one case and one reader, that lacks its form."""
    coordinator, reader = stage.coordinator, stage.spare
    made = coordinator.send("POST", "reader-studies", {"name": f"Every kind {uuid.uuid4().hex[:6]}"})
    path = f"reader-studies/{made['id']}"
    chosen = imaging_study_id(coordinator, study_instance_uid(ruler.NAME))
    coordinator.send("PUT", f"{path}/cases", {"imaging_study_ids": [chosen]})
    members = [{"user_id": coordinator.id, "role": "COORDINATOR"}, {"user_id": reader.id, "role": "READER"}]
    coordinator.send("PUT", f"{path}/members", {"members": members})
    return str(made["id"])


def card(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Question {number}", exact=True)


def head(page: Page, number: int) -> Locator:
    return card(page, number).locator("[data-question-head]")


def preview(page: Page) -> Locator:
    return page.get_by_role("region", name="What the reader sees")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()


def stored(stage: Stage, study: str) -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = stage.coordinator.get(f"reader-studies/{study}")["label_schema"]["questions"]
    return questions


def choose(page: Page, field: Locator, option: str) -> None:
    field.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_form_with_every_kind_is_built_read_and_exported(
    stage: Stage, study: str, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study}/label-schema")
    for kind in KINDS:
        page.get_by_role("button", name=f"+ {kind}", exact=True).click()
    expect(head(page, 10)).to_contain_text("Located finding")

    scale = card(page, 3)
    head(page, 3).click()
    scale.get_by_role("button", name="BI-RADS", exact=True).click()
    scale.get_by_role("switch", name="“Cannot assess” is allowed").check()
    reasons = scale.get_by_role("textbox", name="Reasons offered").or_(scale.get_by_label("Reasons offered")).first
    reasons.fill("Motion")
    reasons.press("Enter")

    head(page, 9).click()
    text = card(page, 9)
    text.get_by_role("button", name="+ Show only if…").click()
    row = text.get_by_role("group", name="Show only if").or_(text)
    choose(page, row.get_by_label("Question of the condition").first, "Finding present?")
    choose(page, row.get_by_label("Value of the condition").first, "yes")
    screenshots(page, "label-schema-builder")
    save(page)

    questions = stored(stage, study)
    assert [one["kind"] for one in questions] == [
        "SECTION", "BINARY", "ORDINAL", "CONFIDENCE", "CATEGORICAL", "MULTI_SELECT", "NUMBER", "DATE", "TEXT",
        "LOCATED_FINDING",
    ]  # fmt: skip
    assert questions[8]["show_if"] == {"question": "finding_present", "is": True}
    assert questions[2]["cannot_assess_reasons"] == ["Motion"]
    assert [level["value"] for level in questions[2]["options"]] == ["1", "2", "3", "4A", "4B", "4C", "5"]

    form = preview(page)
    expect(form.get_by_text("Comment")).to_be_hidden()
    form.get_by_role("radio", name="Yes").click()
    expect(form.get_by_text("Comment")).to_be_visible()
    page.close()
    page.context.clear_cookies()

    stage.coordinator.send("POST", f"reader-studies/{study}/launch")
    read_with_every_kind(stage, study, signed_in(stage.spare))
    exported(stage, study)


def read_with_every_kind(stage: Stage, study: str, page: Page) -> None:
    """Answer each question, change one's mind about the first, and sign."""
    (assignment,) = stage.spare.get(f"reader-studies/{study}/assignments")
    page.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    image_is_drawn(page)
    take_over_if_held(page)
    comment = page.get_by_role("textbox", name="Comment")
    expect(comment).to_be_hidden()
    page.keyboard.press("y")
    expect(comment).to_be_visible()
    comment.fill("Seen at the lower border")
    # From the image again, so that the next key is one of the reading room.
    comment.blur()
    page.keyboard.press("Shift+Digit4")
    expect(page.get_by_role("radio", name="4A: Low suspicion of malignancy")).to_be_checked()
    page.get_by_role("radio", name="4A: Low suspicion of malignancy").focus()
    page.keyboard.press("Shift+Digit7")
    expect(page.get_by_role("radio", name="5: Highly suggestive of malignancy")).to_be_checked()
    page.get_by_role("button", name="Cannot assess: How suspicious is it?").click()
    page.get_by_role("button", name="Motion", exact=True).click()
    expect(page.get_by_text("Cannot assess: Motion")).to_be_visible()
    page.get_by_label("How sure are you that the finding is present?, as a number").fill("83")
    page.get_by_role("radiogroup", name="Which of these?").get_by_role("radio", name="Second").click()
    signs = page.get_by_role("group", name="What do you see?").get_by_role("checkbox")
    signs.nth(1).click()
    signs.nth(0).click()
    number = page.get_by_role("textbox", name="How large is it?")
    number.fill("-3")
    expect(page.get_by_text("Not taken: at least 0")).to_be_visible()
    number.fill("12,5")
    page.get_by_label("Since when?").fill("2026-02-03")
    screenshots(page, "read-form-every-kind")
    page.get_by_role("radiogroup", name="Finding present?").get_by_role("radio", name="No").click()
    expect(comment).to_be_hidden()
    expect(page.get_by_text("Left out when you sign, as no longer asked: Comment")).to_be_visible()
    sign(page)
    expect(page.get_by_role("button", name="All read")).to_be_visible(timeout=SLOW_MS)


def exported(stage: Stage, study: str) -> None:
    """What an API client and a spreadsheet find of the read."""
    (label,) = stage.coordinator.get(f"reader-studies/{study}/labels")["results"]
    assert label["answers"] == {
        "finding_present": False,
        "how_suspicious_is_it": {"cannot_assess": "Motion"},
        "how_sure_are_you_that_the_finding_is_pre": 83,
        "which_of_these": "second",
        "what_do_you_see": ["first", "second"],
        "how_large_is_it": 12.5,
        "since_when": "2026-02-03",
    }
    answer = stage.coordinator.ask("GET", f"reader-studies/{study}/labels?format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    cells = {name.removeprefix("answer."): cell for name, cell in row.items() if name.startswith("answer.")}
    assert cells["how_suspicious_is_it"] == "CANNOT_ASSESS"
    assert cells["how_suspicious_is_it.reason"] == "Motion"
    assert cells["how_suspicious_is_it.value"] == ""
    assert (cells["what_do_you_see"], cells["comment"]) == ("first|second", "")


def test_templates_files_undo_and_versions(stage: Stage, study: str, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    address = f"{stage.portal.url}/reader-studies/{study}/label-schema"
    page.goto(address)
    page.get_by_role("button", name="Templates…").click()
    dialog = page.get_by_role("dialog", name="Start from a template")
    dialog.get_by_role("button", name="Mammography (BI-RADS)").click()
    expect(dialog.get_by_role("radio", name="4A: Low suspicion of malignancy")).to_be_visible()
    screenshots(page, "label-schema-templates")
    dialog.get_by_role("button", name="Take this template").click()
    expect(head(page, 6)).to_contain_text("Findings")
    save(page)

    # The keys of a list: an arrow walks, Alt and an arrow moves, Delete removes, Ctrl Z brings back.
    head(page, 2).focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(head(page, 3)).to_contain_text("Breast composition")
    expect(head(page, 3)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(head(page, 2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(card(page, 6)).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(head(page, 3)).to_contain_text("Breast composition")
    head(page, 5).click()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    save(page)

    page.get_by_role("button", name="Version 2…").click()
    versions = page.get_by_role("dialog", name="Versions of the form")
    expect(versions.get_by_text("Moved “BI-RADS category”")).to_be_visible()
    expect(versions.get_by_text("Reads of version 1 would fit it.")).to_be_visible()
    screenshots(page, "label-schema-versions")
    versions.get_by_role("button", name="Build on this one").click()
    save(page)
    assert [one["key"] for one in stored(stage, study)][:3] == ["breast", "density", "assessment"]

    file = stage.coordinator.ask("GET", f"reader-studies/{study}/label-schema.json")
    content = json.loads(file.text)
    assert content["questions"] == stored(stage, study)
    content["questions"][1]["options"] = ["only"]
    page.get_by_role("button", name="Import…").click()
    importing = page.get_by_role("dialog", name="Import a form")
    import_file(page, importing, json.dumps(content))
    expect(importing.get_by_text("questions[1].options: Give 2 to 11 levels, lowest to highest.")).to_be_visible()
    import_file(page, importing, file.text)
    importing.get_by_role("button", name="Take this form").click()
    expect(importing).to_be_hidden()

    stale = stage.coordinator.ask(
        "PUT",
        f"reader-studies/{study}/label-schema",
        json={"questions": content["questions"][:1] + content["questions"][2:]},
    )
    assert stale.status_code == 200, stale.text
    head(page, 1).click()
    card(page, 1).get_by_label("Heading").fill("The breast")
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_text("was saved elsewhere meanwhile")).to_be_visible()
    page.get_by_role("button", name="Save mine as version").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    assert stored(stage, study)[0]["text"] == "The breast"


def import_file(page: Page, dialog: Locator, text: str) -> None:
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose the file").click()
    chooser.value.set_files({"name": "form.json", "mimeType": "application/json", "buffer": text.encode()})


def test_codes_are_found_in_a_list_that_was_uploaded(
    stage: Stage, study: str, signed_in: Callable[[Person], Page]
) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study}/label-schema")
    page.get_by_role("button", name="Codes…").click()
    dialog = page.get_by_role("dialog", name="Lists of codes")
    upload_list(page, dialog, "scheme,value,meaning\nRADLEX,,spiculated margin\n")
    expect(dialog.get_by_text("Row 2: value: value has 1 to 100 characters.")).to_be_visible()
    upload_list(page, dialog, "scheme,value,meaning\nRADLEX,RID5713,spiculated margin\nRADLEX,RID5799,smooth margin\n")
    expect(dialog.get_by_text("margins.csv: 2 codes")).to_be_visible()
    screenshots(page, "label-schema-codes")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="+ Located finding", exact=True).click()
    search = card(page, 1).get_by_role("textbox", name="Add a code").or_(card(page, 1).get_by_label("Add a code")).first
    search.fill("spicul")
    page.get_by_role("option", name="spiculated margin (RADLEX RID5713)").click()
    with page.expect_file_chooser() as chooser:
        card(page, 1).get_by_role("button", name="+ Example image").click()
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "PNG")
    chooser.value.set_files({"name": "example.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    example = preview(page).get_by_role("button", name="Example image: Mark each finding")
    expect(example).to_be_visible()
    until(page, "[...document.querySelectorAll('[data-question] img')].every((one) => one.naturalWidth === 64)")
    screenshots(page, "label-schema-example-image")
    save(page)
    (question,) = stored(stage, study)
    assert [code["value"] for code in question["codes"]] == ["52988006", "RID5713"]
    assert len(question["image"]) == 64


def upload_list(page: Page, dialog: Locator, text: str) -> None:
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Upload a list").click()
    chooser.value.set_files({"name": "margins.csv", "mimeType": "text/csv", "buffer": text.encode()})


def test_in_a_pilot_a_new_version_says_which_reads_fit_it(
    stage: Stage, study: str, signed_in: Callable[[Person], Page]
) -> None:
    coordinator, path = stage.coordinator, f"reader-studies/{study}"
    coordinator.send("PUT", f"{path}/label-schema", {"questions": [SEEN]})
    names = (ruler.NAME, stage.phantom.name)
    chosen = [imaging_study_id(coordinator, study_instance_uid(name)) for name in names]
    coordinator.send("PUT", f"{path}/cases", {"imaging_study_ids": chosen})
    case = coordinator.get(f"{path}/cases")[0]
    design = coordinator.get(f"{path}/design")["design"]
    coordinator.send("PUT", f"{path}/design", {"design": {**design, "training": [case["id"]]}})
    truth = coordinator.ask(
        "POST",
        f"{path}/reference-standard",
        content=f"case,truth\n{case['name']},1\n",
        headers={"Content-Type": "text/csv"},
    )
    assert truth.status_code == 201, truth.text
    coordinator.send("POST", f"{path}/launch", {"as_pilot": True})
    assignment = stage.spare.get(f"{path}/assignments")[0]
    read = stage.spare.send("POST", f"assignments/{assignment['id']}/open")
    assert read["label_schema"]["version"] == 1

    page = signed_in(coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study}/label-schema")
    expect(page.get_by_text("Cases that have been opened keep their version")).to_be_visible()
    page.get_by_role("button", name="+ Text", exact=True).click()
    expect(page.get_by_role("button", name="Save the form")).to_be_disabled()
    page.get_by_label("Reason of the change").fill("Readers had more to say.")
    save(page)
    head(page, 1).click()
    card(page, 1).get_by_role("switch", name="Required").uncheck()
    head(page, 2).click()
    card(page, 2).get_by_role("switch", name="Required").check()
    page.get_by_label("Reason of the change").fill("The comment counts, the decision may wait.")
    save(page)
    page.get_by_role("button", name="Version 3…").click()
    versions = page.get_by_role("dialog", name="Versions of the form")
    expect(versions.get_by_text("1 read of version 1 does not fit it")).to_be_visible()
    expect(versions.get_by_text("“Comment” is new and has to be answered.")).to_be_visible()
    expect(versions.get_by_text("1 read of version 1 fits it.")).to_be_visible()
    expect(versions.get_by_text("Changed because: Readers had more to say.")).to_be_visible()
    expect(versions.get_by_text("Changed “Seen?”: required from yes to no")).to_be_visible()
    screenshots(page, "label-schema-pilot")
    page.keyboard.press("Escape")
    expect(versions).to_be_hidden()

    coordinator.send("POST", f"{path}/moves", {"event": "begin"})
    page.reload()
    expect(page.get_by_text("The protocol is fixed since the launch")).to_be_visible()
    expect(page.get_by_role("button", name="Save the form")).to_be_hidden()
    assert stage.spare.get(f"reads/{read['id']}")["label_schema"]["version"] == 1

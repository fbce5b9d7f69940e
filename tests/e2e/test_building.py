"""A coordinator builds a reader study in Chromium."""

import json
import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the reader study").get_by_role("link", name=name).click()


def add_reader(page: Page, person: Person) -> None:
    page.get_by_role("combobox", name="Person").or_(page.get_by_label("Person", exact=True)).first.fill(person.username)
    page.get_by_role("option", name=re.compile(person.username)).click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("table", name="Members")).to_contain_text(person.username)


def test_a_reader_study_is_built_and_launched(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/imaging-studies")
    expect(page.get_by_text("Drop DICOM files")).to_be_visible()
    screenshots(page, "imaging-studies")

    page.goto(f"{stage.portal.url}/reader-studies")
    page.get_by_role("button", name="New reader study").click()
    name = f"Built in Chromium {uuid.uuid4().hex[:6]}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    study = page.url.split("/reader-studies/")[1].split("/")[0]

    part(page, "Label schema")
    page.get_by_role("button", name="+ Yes / no").click()
    page.get_by_role("group", name="Question 1").get_by_label("Question", exact=True).fill("Is there a nodule?")
    page.get_by_role("button", name="+ 0–100").click()
    page.get_by_role("group", name="Question 2").get_by_label("Question", exact=True).fill("How sure are you?")
    screenshots(page, "label-schema")
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()

    part(page, "Cases")
    boxes = page.get_by_role("table", name="Imaging studies to pick from").get_by_role("checkbox")
    for index in (0, 1):
        boxes.nth(index).check()
    screenshots(page, "cases")
    page.get_by_role("button", name="Save selection").click()
    # Disabled while it is being sent as well: only then without the sign of loading.
    expect(page.locator("button:not([data-loading])", has_text="Save selection")).to_be_disabled()

    part(page, "People")
    add_reader(page, stage.spare)
    screenshots(page, "people")

    part(page, "Reference standard")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload CSV").click()
    chooser.value.set_files({"name": "truth.csv", "mimeType": "text/csv", "buffer": b"case,truth\nCase 001,3\n"})
    expect(page.get_by_text("truth is 1 (diseased) or 0 (not diseased).")).to_be_visible()
    screenshots(page, "reference-standard-errors")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload CSV").click()
    right = b"case,truth\nCase 001,1\nCase 002,0\n"
    chooser.value.set_files({"name": "truth.csv", "mimeType": "text/csv", "buffer": right})
    expect(page.get_by_text("1 positive, 1 negative.")).to_be_visible()
    add_lesions(page)

    part(page, "Overview")
    launch = page.get_by_role("button", name="Launch", exact=True)
    expect(launch).to_be_enabled()
    screenshots(page, "launch-check")
    launch.click()
    page.get_by_role("dialog").get_by_role("button", name="Launch", exact=True).click()
    expect(page.get_by_text("Readers are at work")).to_be_visible()

    stored = stage.coordinator.get(f"reader-studies/{study}")
    assert (stored["name"], stored["state"], stored["number_of_cases"]) == (name, "OPEN", 2)
    assert [question["kind"] for question in stored["label_schema"]["questions"]] == ["BINARY", "CONFIDENCE"]
    assert [len(stage.spare.get(f"reader-studies/{study}/assignments"))] == [2]


def add_lesions(page: Page) -> None:
    """Files are looked at, refused with their place or stored, and the version tells where its lesions come from."""
    sphere = {"kind": "SPHERE", "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 6.5}
    lesion = {"id": "L1", "label": "Histology", "marks": [{"geometry": sphere}]}
    page.get_by_label("The files").select_option("are added to version 1")
    for truth, seen in (
        (0, page.get_by_role("table", name="Files to mend")),
        (1, page.get_by_text("0 new, 1 changed")),
    ):
        cases = [{"case": "Case 001", "truth": truth, "lesions": [lesion]}, {"case": "Case 002", "truth": 0}]
        document = {"format": "overread.reference-standard", "version": 1, "cases": cases}
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        content = json.dumps(document).encode()
        chooser.value.set_files({"name": "lesions.json", "mimeType": "application/json", "buffer": content})
        expect(seen).to_be_visible()
        screenshots(page, f"reference-files-{truth}")
    page.get_by_role("button", name="Store as version 2").click()
    expect(page.get_by_text("Version 2; it is not locked yet.")).to_be_visible()
    page.get_by_role("button", name="What version 2 says").click()
    row = page.get_by_role("table", name="Version 2, lesion by lesion").get_by_role("row", name="Case 001 L1")
    expect(row).to_contain_text("ball, 6.5 mm")
    screenshots(page, "reference-lesions")
    page.get_by_role("button", name="Look at the lesions on the images").click()
    expect(page.locator("canvas").first).to_be_visible()
    page.get_by_role("button", name="Go to L1").click()
    page.locator("canvas").first.scroll_into_view_if_needed()
    screenshots(page, "reference-lesions-on-images")


def test_a_located_finding_says_its_tools_and_what_is_asked_about_each(
    stage: Stage, signed_in: Callable[[Person], Page]
) -> None:
    study = stage.coordinator.send("POST", "reader-studies", {"name": f"Asked about each {uuid.uuid4().hex[:6]}"})
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study['id']}/label-schema")
    page.get_by_role("button", name="+ Located finding").click()
    card = page.get_by_role("group", name="Question 1", exact=True)
    for tool in ("Long and short axis", "3D box"):
        card.get_by_role("checkbox", name=tool).check()
    card.get_by_role("checkbox", name="Ellipse").uncheck()
    card.get_by_role("button", name="Ask Yes / no about each finding").click()
    about_each = card.get_by_role("group", name="Asked about each finding: 1")
    about_each.get_by_label("Question", exact=True).fill("Spiculated?")
    card.get_by_role("button", name="Ask Scale about each finding").click()
    screenshots(page, "label-schema-located")
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    (question,) = stage.coordinator.get(f"reader-studies/{study['id']}")["label_schema"]["questions"]
    assert set(question["tools"]) == {"POINT", "LENGTH", "RECTANGLE", "BIDIRECTIONAL", "BOX"}
    asked = [(one["key"], one["kind"], one["required"]) for one in question["attributes"]]
    assert asked == [("spiculated", "BINARY", True), ("how_suspicious_is_this_one", "ORDINAL", True)]


def test_cases_are_drawn_from_a_frame(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    study = stage.coordinator.send("POST", "reader-studies", {"name": f"Drawn {uuid.uuid4().hex[:6]}"})["id"]
    pool = stage.coordinator.get("imaging-studies")["results"]
    uids = [one["study_instance_uid"] for one in pool]
    patients = len({one["patient_key"] for one in pool})
    page = signed_in(stage.coordinator)
    page.goto(f"{stage.portal.url}/reader-studies/{study}/cases")
    expect(page.get_by_role("heading", name="0 cases selected")).to_be_visible()
    page.get_by_role("link", name="drawn from by strata").click()

    def upload(button: str, rows: list[str]) -> None:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name=button).click()
        text = "\n".join(["study_instance_uid,truth,site", *rows]).encode()
        chooser.value.set_files({"name": "pool.csv", "mimeType": "text/csv", "buffer": text})

    upload("Upload CSV", [f"{uids[0]},malignant,", "1.2.3,benign,A"])
    expect(page.get_by_text("The archive has no imaging study with this UID.")).to_be_visible()
    expect(page.get_by_role("table", name="Rows to mend").get_by_role("row")).to_have_count(3)
    screenshots(page, "sampling-errors")
    upload("Upload CSV", [f"{uid},{('malignant', 'benign')[place % 2]},A" for place, uid in enumerate(uids)])
    expect(page.get_by_role("heading", name=f"Frame 1: {len(uids)} candidates")).to_be_visible()

    page.get_by_label("One imaging study per patient").set_checked(patients == len(uids))
    wanted = page.get_by_label("Wanted of malignant")
    wanted.fill("400")
    expect(page.get_by_role("alert").filter(has_text="too many")).to_be_visible()
    expect(page.get_by_role("button", name="Preview")).to_be_disabled()
    page.get_by_label("Cases together").fill("2")
    page.get_by_role("button", name="With this prevalence").click()
    expect(wanted).to_have_value("1")
    expect(page.get_by_text("of the frame and 50.0 % of the sample.")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("table", name="Who is drawn").get_by_role("row")).to_have_count(3)
    is_accessible(page)
    screenshots(page, "sampling-preview")
    page.get_by_role("button", name="Draw these 2 cases").click()
    expect(page.get_by_text("Draw 1 is stored")).to_be_visible()
    expect(page.get_by_role("heading", name="Draw 1: 2 cases")).to_be_visible()
    expect(wanted).to_have_value("0")
    page.get_by_role("button", name="Draw again and compare").click()
    expect(page.get_by_text("Drawn again: the same cases")).to_be_visible()
    expect(page.get_by_role("heading", name="New draw, number 2")).to_be_visible()
    screenshots(page, "sampling-drawn")
    # The picker shows the drawn cases at once: saving it from an old list would take them out again.
    part(page, "Cases")
    expect(page.get_by_role("heading", name="2 cases selected")).to_be_visible()

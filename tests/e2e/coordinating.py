"""A coordinator at work in Chromium: every page of a reader study, from its name to its lock, by mouse and keyboard."""

import os
import re

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browserless import PASSWORD, Person
from tests.e2e.conftest import SLOW_MS, screenshots

# `OVERREAD_PICTURES=on` keeps what each main step shows, for people to look at; it takes most of a minute.
KEEPS_PICTURES = os.environ.get("OVERREAD_PICTURES", "off") == "on"


def counted(count: int, one: str) -> str:
    """As the portal writes how many there are of a thing."""
    return f"{count} {one if count == 1 else one + 's'}"


class Desk:
    """The coordinator's page, and the reader study that is open in it."""

    def __init__(self, page: Page, url: str, name: str) -> None:
        self.page, self.url, self.name = page, url, name

    def picture(self, name: str) -> None:
        if KEEPS_PICTURES:
            screenshots(self.page, f"journey-{name}")

    def main(self, name: str) -> None:
        """Go to a page of the bar above."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()

    def part(self, name: str) -> None:
        parts = self.page.get_by_role("navigation", name="Parts of the reader study")
        parts.get_by_role("link", name=name, exact=True).click()

    def button(self, name: str, inside: Locator | None = None) -> None:
        (inside or self.page).get_by_role("button", name=name, exact=True).click()

    def field(self, label: str) -> Locator:
        """A field to choose in, by its label."""
        return self.page.get_by_role("combobox", name=label).or_(self.page.get_by_label(label, exact=True)).first

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        self.field(label).click()
        self.page.get_by_role("option", name=option).click()

    def upload(self, button: str, name: str, rows: list[str]) -> None:
        """Choose a CSV file."""
        with self.page.expect_file_chooser() as chooser:
            self.button(button)
        content = "\n".join([*rows, ""]).encode()
        chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})

    # ---------------------------------------------------------------- before the reader study

    def bring_in(self, files: dict[str, bytes]) -> None:
        """Upload images, and wait until all of them are taken."""
        self.main("Imaging studies")
        with self.page.expect_file_chooser() as chooser:
            self.button("Choose files")
        sent: list[FilePayload] = [
            {"name": name, "mimeType": "application/dicom", "buffer": content} for name, content in files.items()
        ]
        chooser.value.set_files(sent)
        expect(self.page.get_by_text(f"{len(files)} new", exact=True)).to_be_visible(timeout=SLOW_MS)
        self.picture("imaging-studies")

    def register_ai(self, name: str, scores: dict[str, float]) -> None:
        """Register an AI that runs elsewhere, and upload what it said of the imaging studies."""
        self.main("AI models")
        self.button("Register a model")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        self.button("Register", dialog)
        rows = [f"{uid},{score}" for uid, score in scores.items()]
        self.upload("Upload predictions", "predictions.csv", ["study_instance_uid,score", *rows])
        expect(self.page.get_by_text(f"{counted(len(rows), 'prediction')} stored")).to_be_visible()
        self.picture("ai-model")

    # ---------------------------------------------------------------- building

    def create(self) -> str:
        """Make an empty reader study; returns its path in the API."""
        self.main("Reader studies")
        self.button("New reader study")
        self.page.get_by_role("dialog").get_by_label("Name").fill(self.name)
        self.button("Create")
        expect(self.page.get_by_role("heading", name=self.name)).to_be_visible()
        return "reader-studies/" + self.page.url.split("/reader-studies/")[1].split("/")[0]

    def form(self, *kinds: tuple[str, str]) -> None:
        """Build a form of such questions: what the button is called, and the words."""
        self.part("Label schema")
        for number, (kind, text) in enumerate(kinds, 1):
            self.button(f"+ {kind}")
            card = self.page.get_by_role("group", name=f"Question {number}", exact=True)
            card.get_by_label("Question", exact=True).fill(text)
        self.button("Save the form")
        expect(self.page.get_by_role("button", name="Saved")).to_be_visible()
        self.picture("label-schema")

    def cases(self, uids: list[str]) -> None:
        self.part("Cases")
        search = self.page.get_by_placeholder("Search description, patient or UID")
        table = self.page.get_by_role("table", name="Imaging studies to pick from")
        for uid in uids:
            search.fill(uid)
            box = table.get_by_role("checkbox", name=re.compile("^Pick "))
            expect(box).to_have_count(1)
            # Not the one before any more.
            expect(box).not_to_be_checked()
            box.check()
        self.button("Save selection")
        expect(self.page.get_by_role("heading", name=f"{counted(len(uids), 'case')} selected")).to_be_visible()
        expect(self.page.locator("button:not([data-loading])", has_text="Save selection")).to_be_disabled()
        self.picture("cases")

    def ai(self, name: str) -> None:
        self.part("AI")
        self.choose("Model version", re.compile(re.escape(name)))
        expect(self.page.get_by_text("Every finding of the AI must be accepted")).to_be_visible()
        self.picture("ai")

    def ai_is_set_by_arms(self) -> None:
        """What each arm shows is said on the design page, so that nothing can be chosen on the AI's."""
        self.part("AI")
        expect(self.page.get_by_text("What each arm shows is chosen on the")).to_be_visible()
        expect(self.page.get_by_role("radio", name="Concurrent")).to_be_disabled()
        self.picture("ai-of-arms")
        self.page.get_by_role("link", name="Design page").click()
        expect(self.page.get_by_role("table", name="Blinding matrix")).to_be_visible()

    def readers(self, people: list[Person]) -> None:
        self.part("People")
        members = self.page.get_by_role("table", name="Members")
        for person in people:
            self.field("Person").fill(person.username)
            self.page.get_by_role("option", name=re.compile(person.username)).click()
            self.button("Add")
            expect(members).to_contain_text(person.username)
        self.picture("people")

    def kind(self, name: str) -> None:
        """Choose the kind of design; it is stored when this returns."""
        radio = self.page.get_by_role("radio", name=name)
        if not radio.is_checked():
            with self.page.expect_response(lambda answer: answer.request.method == "PUT") as stored:
                radio.click()
            assert stored.value.ok, stored.value.text()
        expect(radio).to_be_checked()

    def number(self, label: str, value: int) -> None:
        """Type a number and leave the field with Enter, which stores it."""
        field = self.page.get_by_label(label)
        field.fill(str(value))
        field.press("Enter")
        expect(field).to_have_value(str(value))

    def planned(self, reads: int) -> None:
        """What the design comes to, and that nothing keeps it from being drawn."""
        expect(self.page.get_by_text(re.compile(rf"[:=] {reads} reads$"))).to_be_visible()
        expect(self.page.get_by_text("The design does not fit yet")).to_have_count(0)

    def truth(self, values: dict[str, int]) -> None:
        self.part("Reference standard")
        self.upload("Upload CSV", "truth.csv", ["case,truth", *(f"{case},{value}" for case, value in values.items())])
        positive = sum(values.values())
        told = f"{positive} positive, {len(values) - positive} negative."
        expect(self.page.get_by_text(told)).to_be_visible()

    def launch(self, reads: int, design: str) -> None:
        """Launch, once the check has all it needs; it names the design."""
        self.part("Overview")
        expect(self.page.get_by_text(f"Design: {design}, {reads} read(s).")).to_be_visible()
        begin = self.page.get_by_role("button", name="Launch", exact=True)
        expect(begin).to_be_enabled()
        self.picture("launch-check")
        begin.click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"{reads} reads in all")
        self.button("Launch", dialog)
        expect(self.page.get_by_text("Readers are at work")).to_be_visible()

    # ---------------------------------------------------------------- after the reading

    def close(self, reads: int) -> None:
        """Close once all is signed."""
        self.part("Progress")
        expect(self.page.get_by_role("heading", name=f"{reads} of {reads} reads signed")).to_be_visible()
        self.picture("progress")
        self.part("Overview")
        expect(self.page.get_by_text(f"{reads} of {reads} reads are signed.")).to_be_visible()
        self.button("Close the reader study")
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text("All reads are signed.")
        self.button("Close for good", dialog)
        expect(self.page.get_by_role("heading", name="Closed", exact=True)).to_be_visible()
        self.picture("closed")

    def lock_truth(self) -> None:
        """Lock the newest version from where the overview leads to."""
        self.page.get_by_role("link", name="Look at it and lock it").click()
        versions = self.page.get_by_role("table", name="Versions of the reference standard")
        expect(versions).to_contain_text("Not locked")
        self.page.get_by_label("Your password").fill(PASSWORD)
        self.button("Lock version 1")
        expect(versions.get_by_text("Locked", exact=True)).to_be_visible()
        self.part("Overview")
        expect(self.page.get_by_text("Version 1 of the reference standard is locked.")).to_be_visible()

    def lock(self, *, unmasks: bool) -> None:
        """Lock the reader study, which shows coordinators what was masked."""
        self.part("Labels")
        expect(self.page.get_by_role("heading", name="Download")).to_be_visible()
        expect(self.page.get_by_text("Answers are masked until the lock")).to_have_count(int(unmasks))
        self.part("Overview")
        self.button("Lock the reader study")
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text("cannot be unlocked")
        expect(dialog.get_by_text("answers are unmasked")).to_have_count(int(unmasks))
        self.picture("lock")
        self.button("Lock for good", dialog)
        expect(self.page.get_by_role("heading", name="Locked", exact=True)).to_be_visible()
        expect(self.page.get_by_text("The reader study is locked.")).to_be_visible()
        self.picture("locked")

    def results(self, arms: list[str]) -> Locator:
        """Run the analysis of each arm; returns the measures of the last one."""
        self.part("Results")
        measures = self.page.get_by_role("table", name="Measures", exact=True)
        provenance = self.page.get_by_role("table", name="Provenance")
        for number, arm in enumerate(arms):
            if arm:
                self.choose("Arm", arm)
            self.button("Run again" if number else "Run the analysis")
            if arm:
                expect(provenance).to_contain_text(arm, timeout=SLOW_MS)
            expect(measures).to_be_visible(timeout=SLOW_MS)
        return measures

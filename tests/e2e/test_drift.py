"""A model version is watched in Chromium: a rule is set, a shift found, drawn, said by keyboard and acknowledged."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browserless import Person, administrator
from tests.e2e.axe import is_accessible
from tests.e2e.conftest import Stage, screenshots

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# Predictions of half a year, which the API would date today: an hour apart, then a silence, then higher scores.
PREDICTED = """
import datetime, random
from portal.audit.services import record
from portal.imaging.models import ImagingStudy, Patient
from portal.inference.models import ModelVersion, Prediction, PredictionSource
from portal.inference.streams import STREAM
version = ModelVersion.objects.get(pk="{version}")
patient = Patient.objects.create(patient_key="P-drift-{version}")
first = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=126)
draw = random.Random(5)
made = []
for number in range(220):
    at = first + datetime.timedelta(hours=12 * number + (336 if number >= 150 else 0))
    scanner = "Beta" if number >= 180 and number % 2 else "Alpha"
    study = ImagingStudy.objects.create(
        study_instance_uid=f"1.2.826.0.1.3680043.10.88.{{number}}", patient=patient, created_at=first,
        header_facts={{"manufacturer": scanner, "model": "One"}},
    )
    score = draw.betavariate(6.5, 3.5) if number >= 180 else draw.betavariate(3.5, 6.5)
    made.append(Prediction(
        model_version=version, imaging_study=study, score=score, source=PredictionSource.API, created_at=at
    ))
for one in made:
    one.save()
record(stream=STREAM, actor=None, action="predictions.post", obj=version, rows=made)
"""


def test_a_drift_is_watched_found_and_acknowledged(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    root = administrator(stage.portal)
    model = root.send("POST", "ai-models", {"name": f"Watched {uuid.uuid4().hex[:6]}"})["id"]
    version = root.send("POST", f"ai-models/{model}/versions", {"version": "1.0", "kind": "EXTERNAL"})["id"]
    stage.portal.manage("shell", "-c", PREDICTED.format(version=version))
    page = signed_in(root)
    page.goto(f"{stage.portal.url}/ai-models/{model}")
    page.get_by_role("link", name="Drift").click()
    watch = page.get_by_role("region", name="The watch")
    expect(watch.get_by_text("Nobody has set a watch.")).to_be_visible()

    watch.get_by_role("button", name="Set a watch").click()
    watch.get_by_label("Cases", exact=True).fill("80")
    watch.get_by_label("Charted from so many cases on").fill("10")
    screenshots(page, "drift-rule")
    watch.get_by_role("button", name="Set the watch").click()
    watch.get_by_label("Why").fill("In clinical use from March on.")
    watch.get_by_role("button", name="Set the watch").click()
    expect(watch.get_by_text("In clinical use from March on.")).to_be_visible()
    expect(watch.get_by_text("The reference is the first 80 cases.")).to_be_visible()

    signals = page.get_by_role("table", name="Signals")
    expect(signals.get_by_text("Mean score").first).to_be_visible()
    mean = page.get_by_role("figure", name="Mean score")
    mean.scroll_into_view_if_needed()
    outside = mean.locator("[data-mark][aria-label*='outside: above']").first
    expect(outside).to_be_attached()
    mean.locator("[data-mark]").first.focus()
    # One Tab stop; the arrow keys go on.
    for _ in range(mean.locator("[data-mark]").count()):
        if outside.evaluate("(mark) => mark === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("outside: above the limits").first).to_be_visible()
    expect(mean.locator("[data-mark][aria-label*='too few to be charted']").first).to_be_attached()
    mean.get_by_role("button", name="Show as table").click()
    expect(mean.get_by_role("row").filter(has_text="outside: above").first).to_be_visible()
    mean.get_by_role("button", name="Show as chart").click()
    expect(page.get_by_text("No launched reader study has this version as its AI.")).to_be_visible()

    row = signals.get_by_role("row").filter(has_text="Mean score").first
    row.get_by_label("What you found, or do about it").fill("New reconstruction kernel; the vendor is asked.")
    row.get_by_role("button", name="Acknowledge").click()
    expect(row.get_by_text("New reconstruction kernel; the vendor is asked.")).to_be_visible()
    screenshots(page, "drift")
    is_accessible(page)
    noted = root.get(f"model-versions/{version}/drift")["signals"]
    assert sum(len(one["acknowledgements"]) for one in noted) == 1

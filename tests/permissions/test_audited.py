"""Every route against the audit trail: a write leaves an event, and so does handing out images, results or truth."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from annotations.models import Arm, Assignment, LesionCorrection, Read, ReaderStudy, ReferenceJob
from annotations.services.reader_studies import label_schema_put, reader_study_create
from portal.accounts.policy import ROUTES
from portal.audit.models import Event
from portal.db import JobState
from portal.inference.models import ExplanationJob, InferenceRun, ModelUpload, PredictionMeasurementJob
from portal.webhooks.events import SITE
from portal.webhooks.models import Delivery, Webhook
from tests.permissions.requests import address, body
from tests.permissions.routes import Route, all_routes
from tests.permissions.world import QUESTIONS, World
from validation.models import AnalysisReport, AnalysisRun, DriftCheck

pytestmark = pytest.mark.django_db

SCHEMA_FILE = json.dumps({"format": "overread.label-schema", "version": 1, "questions": QUESTIONS})
# What is there already is not stored again; and a file that is taken.
OTHER_CONTENT = {
    "reader-study-label-schema": {"questions": [{**QUESTIONS[0], "text": "In other words?"}, *QUESTIONS[1:]]},
    "label-schema-check": {"text": SCHEMA_FILE},
}
ROOT = Path(__file__).parents[2]
ROUTES_BY_NAME = {route.name: route for route in all_routes()}

# Writes that the sweep's one request cannot make: the test that makes them, and the event it looks at.
PROVEN_ELSEWHERE = {
    "sign-in": ("tests/accounts/test_session_events.py", "session.begin"),
    "sign-in-again": ("tests/accounts/test_session_events.py", "session.begin"),
    "sign-out": ("tests/accounts/test_session_events.py", "session.end"),
    "password": ("tests/accounts/test_session_events.py", "password.change"),
    "ingest-jobs": ("tests/imaging/test_ingest.py", "ingest.finish"),
    "inference-runs": ("tests/inference/test_runner.py", "inference_run.create"),
    "ai-model-ensembles": ("tests/inference/test_ensembles.py", "ensemble.register"),
    # The world's versions run elsewhere, so there is nothing to look into.
    "model-version-explanation-jobs": ("tests/inference/test_explanations.py", "explanation_job.create"),
    "ai-model-uploads": ("tests/inference/test_model_uploads.py", "model_upload.create"),
    "model-version-predictions-csv": ("tests/inference/test_api.py", "predictions.post"),
    "model-version-predictions-dicom": ("tests/inference/test_dicom_predictions.py", "predictions.post"),
    # Files; it says what they would be and stores nothing.
    "model-version-predictions-dicom-preview": (
        "tests/inference/test_dicom_predictions.py",
        "a preview leaves no event",
    ),
    # Files, where the sweep sends JSON.
    "code-lists": ("tests/annotations/services/test_code_lists.py", "code_list.create"),
    "reader-study-code-lists": ("tests/annotations/services/test_code_lists.py", "code_list.create"),
    "reader-study-schema-images": ("tests/annotations/services/test_schema_images.py", "schema_image.create"),
    "reader-study-reference-standard": ("tests/permissions/test_audited.py", "reference_standard.create"),
    "reader-study-reference-standards-preview": ("tests/annotations/test_located_truth.py", "reference_job.create"),
    # The sweep's portal has no mail server.
    "reader-study-reminders": ("tests/annotations/test_reminders.py", "reminder.send"),
    # The world's round is not finished.
    "reader-study-adjudications": ("tests/annotations/test_adjudication.py", "adjudication.create"),
    "reader-study-adjudication-result": ("tests/annotations/test_adjudication.py", "reference_standard.create"),
    # A file, and the digest of a preview.
    "reader-study-sampling-frames": ("tests/annotations/test_sampling.py", "sampling_frame.create"),
    "reader-study-sample-draws": ("tests/annotations/test_sampling.py", "sample.draw"),
    # A file; it says what it would change and stores nothing.
    "reader-study-clinical-texts-preview": ("tests/annotations/test_clinical_texts.py", "a preview leaves no event"),
    # The world's design masks nothing.
    "reader-study-mask": ("tests/annotations/test_masking.py", "mask.break"),
    # The world's read is no arbitration.
    "read-arbitration-confirmation": ("tests/annotations/test_arbitration.py", "arbitration.confirmed"),
    # The world's is locked already, so that there is a result.
    "reader-study-reference-standard-lock": ("tests/annotations/test_truth_lock.py", "reference_standard.lock"),
    # The world's draft has had assignments, and with them its arms stay.
    "reader-study-design": ("tests/annotations/test_designs_api.py", "design.put"),
    "reader-study-launch": ("tests/annotations/services/test_reader_studies.py", "reader_study.launch"),
    "read-first-read": ("tests/annotations/services/test_phases.py", "read.freeze_first"),
    # What a program's account pushes, which the sweep has none of.
    "reader-study-external-reads": ("tests/annotations/test_signing.py", "read.sign"),
    "read-sign": ("tests/annotations/test_signing.py", "read.sign"),
    "read-reopen": ("tests/annotations/test_signing.py", "read.reopen"),
    # The world's read is a draft.
    "read-measurements": ("tests/annotations/test_measurements.py", "read.measure_again"),
    # The world's design is no double reading, and nobody is trained there.
    "reader-study-replacements": ("tests/annotations/test_replacements.py", "reader.replace"),
    "reader-study-training": ("tests/annotations/test_designs_api.py", "training.accept"),
    "read-prefetch": ("tests/annotations/services/test_prefetch.py", "ACTION"),
    # The world has one case, from which nothing is fitted.
    "model-version-operating-layers": ("tests/validation/test_operating_layers.py", "operating_layer.create"),
    "model-version-operating-layers-preview": ("tests/validation/test_operating_layers.py", "operating_layer.look"),
    "model-version-operating-layer-validations": (
        "tests/validation/test_operating_layers.py",
        "operating_layer.validate",
    ),
}

# Writes without an event, and why.
SILENT = {
    "reader-study-analysis-plan-reading": "It says what a plan would say and stores nothing.",
    "analysis-run-triage-queue": "It works out a queue from what was typed and stores nothing.",
    "label-schema-check": "It says what a file holds and stores nothing.",
    "invitation-look": "It says who invites whom into what to whoever holds the link.",
    "read-editor": "A heartbeat renews the lease; taking a read over is an event (tests/annotations/services).",
}

# What has to be so before a route does what it does.
DRAFT = {
    "reader-study": "PATCH",
    "reader-study-label-schema": "PUT",
    "reader-study-cases": "PUT",
    "reader-study-sampling-preview": "POST",
    "reader-study-case-priors": "PUT",
    "reader-study-priors-suggest": "POST",
    "reader-study-hanging-protocol": "PUT",
    "reader-study-members": "PUT",
}
JOB_STATES = {
    "reader-study-reference-job-cancel": JobState.PENDING,
    "analysis-run-cancel": JobState.PENDING,
    "analysis-run-retry": JobState.FAILED,
    "analysis-report-cancel": JobState.PENDING,
    "analysis-report-retry": JobState.FAILED,
    "model-upload-cancel": JobState.PENDING,
    "explanation-job-cancel": JobState.PENDING,
    "explanation-job-retry": JobState.FAILED,
    "inference-run-cancel": JobState.PENDING,
    "inference-run-retry": JobState.FAILED,
    "model-version-prediction-measurements": JobState.FAILED,
    "model-version-drift-check": JobState.SUCCEEDED,
}


def prepare(name: str, method: str, world: World) -> None:
    """Bring the objects of side A into the state in which the route acts; undone with the request."""
    if DRAFT.get(name) == method:
        ReaderStudy.objects.filter(pk=world.a.reader_study.pk).update(state="DRAFT", launched_at=None)
        Assignment.objects.filter(reader_study=world.a.reader_study).update(state="VOID")
    if name in JOB_STATES:
        AnalysisRun.objects.update(state=JOB_STATES[name])
        AnalysisReport.objects.update(state=JOB_STATES[name])
        InferenceRun.objects.update(state=JOB_STATES[name])
        ModelUpload.objects.update(state=JOB_STATES[name])
        ExplanationJob.objects.update(state=JOB_STATES[name])
        ReferenceJob.objects.update(state=JOB_STATES[name])
        PredictionMeasurementJob.objects.update(state=JOB_STATES[name])
        DriftCheck.objects.update(state=JOB_STATES[name])
    if name.startswith("webhook"):
        Webhook.objects.update(scope=SITE)
    if name.endswith("delivery-resend"):
        Delivery.objects.update(state="FAILED")
    if name == "inference-run":
        InferenceRun.objects.update(state=JobState.SUCCEEDED, finished_at=timezone.now())
    if name in ("read-comparison", "read-heat-map", "read-explanation", "read-ai-measurements"):
        Arm.objects.filter(reader_study=world.a.reader_study).update(ai_display="CONCURRENT")
        ReaderStudy.objects.filter(pk=world.a.reader_study.pk).update(ai_model_version=world.a.model_version)
    if name == "reader-study-lesion-corrections" and method == "GET":
        made = {"number": 1, "groups": [], "reason": "One nodule.", "created_by": world.a.coordinator}
        place = {"case": world.a.cases[0], "arm": "A", "question": "nodules"}
        LesionCorrection.objects.create(reader_study=world.a.reader_study, **place, **made)
    if name == "read-other-readers":
        shown = {"other_readers": {"FIRST": "HIDDEN", "SECOND": "HIDDEN", "SIGNED": "SHOWN"}}
        Arm.objects.filter(reader_study=world.a.reader_study).update(blinding=shown)
        Read.objects.filter(pk=world.a.read.pk).update(signed_at=timezone.now())


# What shows images, results or truth, and the event that each leaves.
VIEWS = {
    "dicomweb-study-metadata": "images.view",
    "dicomweb-series-metadata": "images.view",
    "dicomweb-instance-metadata": "images.view",
    "dicomweb-frames": "images.view",
    "frame-grant": "images.view",
    "frames-manifest": "images.view",
    "frames-frame": "images.view",
    "frames-bundle": "images.view",
    "model-version-predictions": "predictions.view",
    "model-version-prediction": "prediction.view",
    "model-version-prediction-heat-map": "heat_map.view",
    "model-version-prediction-measurements": "measurements.view",
    "model-version-explanations": "explanations.view",
    "explanation-map": "explanation.view",
    "inference-run": "inference_run.view",
    "model-version-drift": "drift.view",
    "reader-study-cases": "reference_standard.view",
    "reader-study-sampling": "sampling.view",
    "reader-study-sampling-frame": "sampling.view",
    "reader-study-sampling-frame-csv": "sampling.view",
    "reader-study-sample-draw": "sampling.view",
    "reader-study-sample-draw-check": "sampling.view",
    "reader-study-sample-draw-csv": "sampling.view",
    "reader-study-reference-standard": "reference_standard.view",
    "reader-study-reference-standards": "reference_standard.view",
    "reader-study-reference-standard-version": "reference_standard.view",
    "reader-study-reference-job-consensus": "consensus.view",
    "reader-study-reference-job-files": "reference_standard.view",
    "reader-study-case-marks": "lesions.view",
    "reader-study-lesion-corrections": "lesions.view",
    "reader-study-reference-standard-json": "reference_standard.view",
    "reader-study-reference-standard-segment": "reference_standard.view",
    "reader-study-adjudication": "adjudication.view",
    "adjudication-case": "adjudication.view_case",
    "reader-study-randomisation": "randomisation.view",
    "reader-study-randomisation-lists": "randomisation.view",
    "reader-study-randomisation-check": "randomisation.view",
    "reader-study-labels": "labels.view",
    "reader-study-final-answers": "labels.view",
    "reader-study-labels-export": "labels.view",
    "reader-study-measurements-export": "measurements.view",
    "reader-study-audit-export": "audit.export",
    "read-comparison": "read.ai_shown",
    "read-heat-map": "read.ai_shown",
    "read-explanation": "read.ai_shown",
    "read-ai-measurements": "read.ai_shown",
    "read-measurements": "read.view_measurements",
    "read-other-readers": "read.others_shown",
    "read-revisions": "read.view_history",
    "read-history": "read.view_history",
    "read-difference": "read.view_history",
    "read-segment-version": "read.view_segment",
    "analysis-run-result": "analysis_run.view",
    "analysis-run-snapshot": "analysis_run.view",
    "analysis-run-bundle": "analysis_run.view",
    "analysis-run-case": "analysis_run.view",
    "analysis-run-figure": "analysis_run.view",
    "analysis-run-triage": "analysis_run.view",
    "analysis-report-html": "analysis_report.view",
    "analysis-report-pdf": "analysis_report.view",
    "model-version-operating-layer": "operating_layer.view",
    "model-version-operating-layer-set": "operating_layer.view",
}


def left_by(client: Client, method: str, route: Route, world: World) -> tuple[int, list[Event]]:
    """Send one request, note the events that it left, and undo it."""
    cookies = client.cookies.copy()
    sent = OTHER_CONTENT.get(route.name) or body(route.name, world.a)
    content = "" if method == "GET" else json.dumps(sent)
    before = set(Event.objects.values_list("pk", flat=True))
    with transaction.atomic():
        prepare(route.name, method, world)
        response: Any = client.generic(
            method,
            address(route, world.a),
            content,
            content_type="application/json",
            headers={"User-Agent": "the sweep"},
            REMOTE_ADDR="192.0.2.7",
        )
        events = list(Event.objects.exclude(pk__in=before))
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.update(cookies)
    return response.status_code, events


def answers(callers: dict[str, Client], method: str, name: str, world: World) -> dict[str, list[Event]]:
    """The events left for everybody whom the route answered."""
    found = {}
    for persona, client in callers.items():
        status, events = left_by(client, method, ROUTES_BY_NAME[name], world)
        if 200 <= status < 300:
            found[persona] = events
    return found


WRITES = sorted((name, method) for name, methods in ROUTES.items() for method in methods if method != "GET")


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_every_write_leaves_an_event(world: World, callers: dict[str, Client], name: str, method: str) -> None:
    if name in PROVEN_ELSEWHERE:
        place, action = PROVEN_ELSEWHERE[name]
        assert action in (ROOT / place).read_text()
        return
    left = answers(callers, method, name, world)
    if name in SILENT:
        assert left
        assert not any(left.values())
    else:
        assert left, "nobody's request got through: make its body one that does, or say where its event is proven"
        assert all(left.values()), left


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_whoever_sees_images_results_or_truth_leaves_an_event(
    world: World, callers: dict[str, Client], name: str
) -> None:
    left = answers(callers, "GET", name, world)
    # What is one's own, or of which there is nothing yet: the reader has signed no read.
    silent = {"read-segment-version", "read-measurements", "reader-study-labels", "reader-study-labels-export"}
    assert left
    for persona in set(left) - ({"reader"} if name in silent else set()):
        found = [event for event in left[persona] if event.action == VIEWS[name]]
        assert found, persona
        assert all(event.actor_id for event in found)
        where = {"address": "192.0.2.7", "user_agent": "the sweep"}
        assert all(where.items() <= (event.origin or {}).items() for event in found)


EMPTY = (
    "reader-study-reference-standards",
    "reader-study-randomisation",
    "reader-study-randomisation-check",
    "reader-study-randomisation-lists",
    "reader-study-sampling",
    "reader-study-lesion-corrections",
    "reader-study-labels",
    "reader-study-labels-export",
)


def test_pages_on_which_there_is_nothing_yet_leave_no_event(world: World, callers: dict[str, Client]) -> None:
    """A reader study that was made this minute, whose coordinator opens every page of it."""
    by = world.a.coordinator
    with transaction.atomic():
        study = reader_study_create(by=by, name="Nothing yet")
        label_schema_put(by=by, reader_study=study, questions=QUESTIONS)
        before = Event.objects.count()
        for name in EMPTY:
            path = address(ROUTES_BY_NAME[name], world.a).replace(str(world.a.reader_study.pk), str(study.pk))
            answer = callers["coordinator"].get(path)
            assert answer.status_code == 200, name
            assert Event.objects.count() == before, name
        transaction.set_rollback(True)


def test_no_other_reading_route_writes(world: World, callers: dict[str, Client]) -> None:
    for name, methods in ROUTES.items():
        if "GET" in methods and name not in VIEWS and name not in ("app", "health-ready"):
            left = answers(callers, "GET", name, world)
            assert not any(left.values()), name


def test_uploading_a_reference_standard_leaves_an_event(world: World, callers: dict[str, Client]) -> None:
    side = world.a
    text = f"case,study_instance_uid,truth\n{side.cases[0].name},{side.imaging_study.study_instance_uid},1\n"
    with transaction.atomic():
        address_of_it = f"/api/v1/reader-studies/{side.reader_study.pk}/reference-standard"
        answer = callers["coordinator"].post(address_of_it, text, content_type="text/csv")
        assert answer.status_code == 201, answer.content
        newest = Event.objects.filter(action="reference_standard.create").latest("created_at")
        assert len(newest.rows["annotations.ReferenceTruth"]) == 1
        transaction.set_rollback(True)

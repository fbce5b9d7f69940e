"""One request to one route, undone afterwards."""

import json
import uuid
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.domain.designs import single_design
from annotations.models import ReferenceJob
from tests.analysis_plans import PLAN
from tests.annotations.segment_building import change
from tests.browserless import PASSWORD, signature
from tests.permissions.routes import Route
from tests.permissions.world import QUESTIONS, Side, payload
from tests.sample_sizes import PLANNED

# Their digest is that of the AI's segment, which the truth has too, not of the reader's.
AI_SEGMENTS = ("read-ai-segment", "model-version-prediction-segment", "reader-study-reference-standard-segment")
QUEUE = {"arrivals_per_hour": 1, "mean_reading_min": 9, "readers": 1, "prevalence": 0.1, "sensitivity": 1}
QUEUE["specificity"] = 0.5
SAMPLED: dict[str, Any] = {"frame_number": 1, "columns": ["truth"], "seed": "seed of the sweep", "replaces": True}
SAMPLED["fill"] = {"kind": "EQUAL", "total": 1}
CONSENSUS = {"kind": "MAJORITY", "question": "nodule_present"}
WEBHOOK = {"url": "https://93.184.216.34/hook", "events": ["read.signed"]}


def address(route: Route, side: Side) -> str:
    """The route's address for the objects of one side."""
    values: dict[str, Any] = {
        "reader_study_id": side.reader_study.pk,
        "assignment_id": side.read.assignment_id,
        "read_id": side.read.pk,
        "query_id": side.query.pk,
        "invitation_id": side.invitation.pk,
        "case_id": side.cases[0].pk,
        "arm_key": "A",
        "question_key": "nodules",
        "study_id": side.imaging_study.pk,
        "job_id": side.ingest_job.pk,
        "study_uid": side.imaging_study.study_instance_uid,
        "series_uid": side.series.series_instance_uid,
        "instance_uid": side.instance.sop_instance_uid,
        "frames": "1",
        "series_id": side.series.pk,
        "version": side.series.frames.version,
        "schema_version": 1,
        "image_sha256": side.image_sha256,
        "code_list_id": side.code_list_id,
        "site_list_id": side.site_list_id,
        "form": "raw",
        "number": 1,
        "first": 1,
        "last": 1,
        "ai_model_id": side.ai_model.pk,
        "model_version_id": side.model_version.pk,
        "prediction_id": side.prediction_id,
        "explanation_job_id": side.explanation.job_id,
        "explanation_id": side.explanation.pk,
        "inference_run_id": side.inference_run.pk,
        "model_upload_id": side.model_upload.pk,
        "run_id": side.analysis_run_id,
        "report_id": side.analysis_report_id,
        "name": "measures",
        "token_id": side.token_id,
        "segment_id": side.segment.segment_id,
        "sha256": side.ai_segment_sha256 if route.name in AI_SEGMENTS else side.segment.sha256,
        "webhook_id": side.delivery.webhook_id,
        "delivery_id": side.delivery.pk,
        "drift_signal_id": side.drift_signal_id,
        "standard_version": 1,
        "reference_job_id": side.reference_jobs[route.name.endswith("files")],
        "adjudication_number": 1,
        "sample_size_number": 1,
        "analysis_plan_number": 1,
        "layer_number": 1,
        "set_number": 0,
        "frame_number": 1,
        "draw_number": 1,
        "protocol_version": 1,
        "adjudication_case_id": side.adjudication_case.pk,
        "path": "reader-studies",
    }
    return reverse(route.name, kwargs={name: values[name] for name in route.parameters})


def body(name: str, side: Side) -> Any:
    """Content that the route understands."""
    # What asks the database is made for its own route only, and not for each of a thousand requests.
    if name == "read-segment":
        return segment_content(side)
    if name == "reader-study-reference-job-store":
        return {"digest": ReferenceJob.objects.get(pk=side.reference_jobs[0]).digest}
    content = {"base_revision": 1, "idempotency_key": str(uuid.uuid4())}
    content["payload"] = payload(side.instance, finding_id=str(uuid.uuid4()))
    return {
        "preferences": {"base_revision": 0, "content": {"version": 1}},
        "tokens": {"name": "a token"},
        "people": {"username": "somebody-new", "password": "correct horse battery staple"},
        "imaging-studies-without-images": {"patients": ["first", "first", "second"]},
        "ai-models": {"name": "Another model"},
        "ai-model-posters": {"user_ids": []},
        "ai-model-versions": {"version": "2", "kind": "EXTERNAL", "operating_threshold": 0.5},
        "ai-model-ensembles": {"version": "2", "member_ids": [str(side.model_version.pk)] * 2},
        "model-version-predictions": {
            "imaging_study_uid": side.imaging_study.study_instance_uid,
            "score": 0.5,
            "findings": [],
        },
        "model-version-explanation-jobs": {"method": "GRAD_CAM", "prediction_ids": [str(side.prediction_id)]},
        "inference-runs": {
            "model_version_id": str(side.model_version.pk),
            "imaging_study_ids": [str(side.imaging_study.pk)],
        },
        "reader-studies": {"name": "Another reader study"},
        "reader-study": {"name": "Another name"},
        "reader-study-label-schema": {"questions": QUESTIONS},
        "label-schema-check": {"text": "{}"},
        "reader-study-design": {"design": single_design("AFTER_SIGNING")},
        "reader-study-moves": {"event": "pause"},
        "reader-study-late-readers": {"user_id": str(side.newcomer.pk), "reason": "Moved here"},
        "reader-study-replacements": {"withdrawn_id": str(side.reader.pk), "user_id": None, "reason": "Moved away"},
        "reader-study-withdrawals": {"reader_id": str(side.reader.pk), "reason": "Moved away"},
        "reader-study-reader-dates": {
            "reader_id": str(side.reader.pk),
            "starts_on": None,
            "ends_on": "2099-12-31",
            "reason": "The sweep",
        },
        "reader-study-cases": {"imaging_study_ids": [str(side.imaging_study.pk)]},
        "reader-study-clinical-texts": {
            "texts": [{"case": side.cases[0].name, "text": "Asked by the sweep."}],
            "reason": "The sweep",
        },
        "reader-study-sampling-preview": SAMPLED,
        "reader-study-sample-draws": {**SAMPLED, "preview_digest": "0" * 64},
        "reader-study-members": {"members": [{"user_id": str(side.coordinator.pk), "role": "COORDINATOR"}]},
        "reader-study-case-priors": {"imaging_study_ids": []},
        "reader-study-priors-suggest": {"maximum": 1},
        "reader-study-hanging-protocol": {"rules": [], "shows_priors": False},
        **dict.fromkeys(("webhooks", "reader-study-webhooks"), WEBHOOK),
        "reader-study-webhook": {"is_active": False},
        "sign-in-again": {"user_id": str(uuid.uuid4()), "password": "wrong"},
        "read-editor": {"editor": "editor-of-the-sweep", "wish": "HOLD"},
        "read-draft": content,
        "read-first-read": content,
        "read-sign": signature(content),
        "reader-study-terms": {"text": "Keep the images to yourself, says the sweep.", "reason": "The sweep"},
        "reader-study-terms-acceptance": {"version": 1},
        "invitation-look": {"token": str(side.invitation.pk)},
        "invitation-accept": {
            "token": str(side.invitation.pk),
            "is_new_account": True,
            "username": "invited-by-the-sweep",
            "password": "correct horse battery staple",
        },
        "reader-study-invitations": {"emails": ["new@example.org"], "role": "ADJUDICATOR"},
        "reader-study-reminders": {"after_days": 3, "reader_ids": [str(side.reader.pk)]},
        "read-queries": {"text": "Asked by the sweep.", "question": "confidence"},
        "query-answer": {"text": "Answered by the sweep."},
        "query-moves": {"event": "CLOSE"},
        "reader-study-adjudications": {"base_version": 2, "question": "Is there a nodule?", "disagreement": True},
        "reader-study-lesion-corrections": {
            "case_id": str(side.cases[0].pk),
            "arm": "A",
            "question": "nodules",
            "base_number": 0,
            "groups": None,
            "reason": "Asked for by the sweep.",
        },
        "adjudication-case-decision": {"base_number": 0, "outcome": "POSITIVE", "comment": "Seen on two slices."},
        "reader-study-mask": {"reason": "Asked for by the sweep.", "password": PASSWORD},
        "read-arbitration-confirmation": {"reason": "It stands, says the sweep.", "password": PASSWORD},
        # The newest version is a consensus that nobody has locked.
        "reader-study-analysis-runs": {"reference_standard_version": 1},
        "reader-study-sample-sizes": PLANNED,
        "reader-study-analysis-plans": {"plan": {**PLAN, "level": 0.9}, "base": 1},
        "reader-study-analysis-plan-reading": {"plan": PLAN},
        "model-version-operating-layers": {
            **cases_of(side),
            "method": "PLATT",
            "name": "The sweep's",
            "reason": "Asked for by the sweep.",
            "digest": "0" * 64,
        },
        "model-version-operating-layers-preview": {**cases_of(side), "method": "PLATT"},
        "model-version-operating-layer-validations": cases_of(side),
        "analysis-run-triage-replay": {"reading_min": 5},
        "analysis-run-triage-queue": QUEUE,
        "reader-study-protocol": {"reason": "Asked for by the sweep."},
        "reader-study-protocol-approvals": {"password": PASSWORD, "meaning": "APPROVED"},
        "reader-study-consensus-preview": CONSENSUS,
        "model-version-drift-watches": {"base": 1, "reason": "Asked for by the sweep."},
        "drift-signal-acknowledgements": {"text": "Seen by the sweep."},
        "reader-study-reference-standard-lock": {"password": PASSWORD, "reason": "Asked for by the sweep."},
        "read-reopen": {"reason": "Asked for by the sweep."},
    }.get(name, {})


def cases_of(side: Side) -> dict[str, Any]:
    """The cases of a side, by the version of its truth that is locked."""
    return {"reader_study_id": str(side.reader_study.pk), "reference_standard_version": 1}


def segment_content(side: Side) -> dict[str, Any]:
    """The one slice of the case with its first two voxels inside."""
    sent = change(side.read, [0, 2])._asdict()
    del sent["segment_id"]
    return sent


def ask(client: Client, method: str, route: Route, side: Side) -> Any:
    """Send one request and undo what it changed."""
    cookies = client.cookies.copy()
    content = "" if method in ("GET", "HEAD") else json.dumps(body(route.name, side))
    with transaction.atomic():
        response = client.generic(method, address(route, side), content, content_type="application/json")
        transaction.set_rollback(True)
    # Signing out drops the cookie of a session that the rollback brings back.
    client.cookies.clear()
    client.cookies.update(cookies)
    return response


def body_of(response: Any) -> bytes:
    """Return the whole answer, also one that is written bit by bit."""
    return b"".join(response.streaming_content) if response.streaming else response.content

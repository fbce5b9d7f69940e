"""Who may do what: written by hand, independent of `portal.accounts.policy`, so that the two check each other.

One row for each route and method. A row holds one status for each persona, in the order of `PERSONAS`:
`ok` is 2xx, or 400, 406, 409 or 415 for a write that the portal understood and refused for its content.
A route about an object has two rows: the object belongs to the persona's own reader study (A), or to the other one (B).
"""

from typing import NamedTuple

PERSONAS = (
    "anonymous",
    "outsider",  # signed in, no role anywhere
    "creator",  # may create reader studies, no role in A or B
    "coordinator",
    "reader",
    "adjudicator",
    "client_read",  # API client of A with a READ token
    "client_write",  # the same with a WRITE token
    "administrator",
)


class Row(NamedTuple):
    """Expected statuses for the persona's own object and for the other reader study's."""

    own: str
    other: str | None = None


#            anonymous outsider creator coordinator reader adjudicator client_read client_write administrator
PUBLIC = Row("ok        ok       ok      ok          ok     ok          ok          ok           ok")
SIGNED_IN = Row("401    ok       ok      ok          ok     ok          ok          ok           ok")
SIGNED_IN_W = Row("401  ok       ok      ok          ok     ok          403         ok           ok")
PAGE = Row("302         ok       ok      ok          ok     ok          302         302          ok")
BUILDERS = Row("401     403      ok      ok          403    403         403         403          ok")
# Nobody here has been made a poster; tests/inference/test_posters.py has one.
POSTING = Row("401      404     ok      ok          404    404         403         404          ok")
ADMIN = Row("401        403      403     403         403    403         403         403          ok")

# Objects that belong to one account. The token and the ingest job of a side are its coordinator's.
OWN_TOKEN = Row(
    "401                404      404     ok          404    404         403         404          404",
    "401                404      404     404         404    404         403         404          404",
)
INGEST_JOB = Row(
    "401                403      404     ok          403    403         403         403          ok",
    "401                403      404     404         403    403         403         403          ok",
)

# A reader study's webhook is not among the site's, not even for the administrator: it has an address of its own.
SITE_WEBHOOK = Row(
    "401                403      403     403         403    403         403         403          404",
    "401                403      403     403         403    403         403         403          404",
)

# Pixels: who builds reader studies sees the archive, a reader the assigned cases, an adjudicator those of A.
PIXELS = Row(
    "401                404      ok      ok          ok     ok          404         404          ok",
    "401                404      ok      ok          404    404         404         404          ok",
)

STUDY_VIEW = Row(
    "401                404      404     ok          ok     ok          ok          ok           ok",
    "401                404      404     404         404    404         404         404          ok",
)
STUDY_MANAGE = Row(
    "401                404      404     ok          403    403         403         403          ok",
    "401                404      404     404         404    404         404         404          ok",
)
# A READ token is refused before the object is looked for.
STUDY_MANAGE_W = Row(
    "401                404      404     ok          403    403         403         403          ok",
    "401                404      404     404         404    404         403         404          ok",
)
STUDY_LABELS = Row(
    "401                404      404     ok          ok     403         ok          ok           ok",
    "401                404      404     404         404    404         404         404          ok",
)
# Reading is the reader's alone: not even the site administrator reads for somebody else.
STUDY_READING = Row(
    "401                404      404     403         ok     403         403         403          403",
    "401                404      404     404         404    404         404         404          403",
)
STUDY_READING_W = Row(
    "401                404      404     403         ok     403         403         403          403",
    "401                404      404     404         404    404         403         404          403",
)
# The reader of this world is a person: only a program's account pushes reads.
EXTERNAL_READS = Row(
    "401                404      404     403         403    403         403         403          403",
    "401                404      404     404         404    404         403         404          403",
)
# Judging is the adjudicator's alone: everybody else here knows whose labels they are.
STUDY_JUDGING = Row(
    "401                404      404     403         403    ok          403         403          403",
    "401                404      404     404         404    404         404         404          403",
)
# The world's round shows no marks: not even its adjudicator sees a segment.
NOT_JUDGED = Row(
    "401                404      404     403         403    404         403         403          403",
    "401                404      404     404         404    404         404         404          403",
)
STUDY_JUDGING_W = Row(
    "401                404      404     403         403    ok          403         403          403",
    "401                404      404     404         404    404         403         404          403",
)
OWN_READING = Row(
    "401                404      404     404         ok     404         404         404          404",
    "401                404      404     404         404    404         404         404          404",
)
OWN_READING_W = Row(
    "401                404      404     404         ok     404         403         404          404",
    "401                404      404     404         404    404         403         404          404",
)
# The AI is shown after signing, and the read is a draft: the address does not exist yet for anybody.
NOT_REVEALED = Row(
    "401                404      404     404         404    404         404         404          404",
    "401                404      404     404         404    404         404         404          404",
)
NOT_REVEALED_W = Row(
    "401                404      404     404         404    404         403         404          404",
    "401                404      404     404         404    404         403         404          404",
)
# The layer is the site's; the cases it is made of are a reader study's, and only who analyses that uses or sees them.
LAYER_CASES = Row(
    "401                403      404     ok          403    403         403         403          ok",
    "401                403      404     404         403    403         403         403          ok",
)
READ_HISTORY = Row(
    "401                404      404     ok          ok     404         404         404          ok",
    "401                404      404     404         404    404         404         404          ok",
)

EXPECTED: dict[str, dict[str, Row]] = {
    "health-live": {"GET": PUBLIC},
    "health-ready": {"GET": PUBLIC},
    "sign-in": {"GET": PUBLIC, "POST": PUBLIC},
    "sign-out": {"POST": PUBLIC},
    "sign-in-again": {"POST": PUBLIC},
    "password": {"GET": PAGE, "POST": PAGE},
    "app": {"GET": PAGE},
    "invitation-page": {"GET": PUBLIC},
    "invitation-look": {"POST": PUBLIC},
    "invitation-accept": {"POST": PUBLIC},
    "schema": {"GET": PUBLIC},
    "docs": {"GET": PUBLIC},
    "me": {"GET": SIGNED_IN},
    "preferences": {"GET": SIGNED_IN, "PUT": SIGNED_IN_W},
    "tokens": {"GET": SIGNED_IN, "POST": SIGNED_IN_W},
    "token": {"DELETE": OWN_TOKEN},
    "people": {"GET": BUILDERS, "POST": ADMIN},
    "webhooks": {"GET": ADMIN, "POST": ADMIN},
    "webhook": {"GET": SITE_WEBHOOK, "PATCH": SITE_WEBHOOK, "DELETE": SITE_WEBHOOK},
    "webhook-secret": {"POST": SITE_WEBHOOK},
    "webhook-ping": {"POST": SITE_WEBHOOK},
    "webhook-deliveries": {"GET": SITE_WEBHOOK},
    "webhook-delivery-resend": {"POST": SITE_WEBHOOK},
    "imaging-studies": {"GET": BUILDERS},
    "imaging-studies-without-images": {"POST": BUILDERS},
    "imaging-study": {"GET": BUILDERS},
    "ingest-jobs": {"GET": BUILDERS, "POST": BUILDERS},
    "ingest-job": {"GET": INGEST_JOB},
    "dicomweb-studies": {"GET": SIGNED_IN},
    "dicomweb-study-metadata": {"GET": PIXELS},
    "dicomweb-study-series": {"GET": PIXELS},
    "dicomweb-series-metadata": {"GET": PIXELS},
    "dicomweb-series-instances": {"GET": PIXELS},
    "dicomweb-instance-metadata": {"GET": PIXELS},
    "dicomweb-frames": {"GET": PIXELS},
    # Without a grant: what a grant changes is in tests/imaging/test_frame_access.py.
    "frame-grant": {"GET": PIXELS},
    "frames-manifest": {"GET": PIXELS},
    "frames-frame": {"GET": PIXELS},
    "frames-bundle": {"GET": PIXELS},
    "ai-models": {"GET": BUILDERS, "POST": BUILDERS},
    "ai-model": {"GET": BUILDERS},
    "ai-model-posters": {"GET": BUILDERS, "PUT": BUILDERS},
    "ai-model-versions": {"GET": BUILDERS, "POST": BUILDERS},
    "ai-model-ensembles": {"POST": BUILDERS},
    "ai-model-uploads": {"GET": BUILDERS, "POST": BUILDERS},
    "model-upload": {"GET": BUILDERS},
    "model-upload-cancel": {"POST": BUILDERS},
    "model-versions": {"GET": BUILDERS},
    "model-version": {"GET": BUILDERS},
    "model-version-predictions": {"GET": BUILDERS, "POST": POSTING},
    "model-version-prediction": {"GET": BUILDERS},
    "model-version-prediction-heat-map": {"GET": BUILDERS},
    "model-version-prediction-segment": {"GET": BUILDERS},
    "model-version-prediction-measurements": {"GET": BUILDERS, "POST": BUILDERS},
    "model-version-predictions-csv": {"POST": POSTING},
    "model-version-predictions-dicom": {"POST": POSTING},
    "model-version-predictions-dicom-preview": {"POST": POSTING},
    "model-version-predictions-example": {"GET": BUILDERS},
    "model-version-explanation-jobs": {"GET": BUILDERS, "POST": BUILDERS},
    "model-version-explanations": {"GET": BUILDERS},
    "explanation-job": {"GET": BUILDERS},
    "explanation-job-retry": {"POST": BUILDERS},
    "explanation-job-cancel": {"POST": BUILDERS},
    "explanation-map": {"GET": BUILDERS},
    "inference-runs": {"GET": BUILDERS, "POST": BUILDERS},
    "inference-run": {"GET": BUILDERS},
    "inference-run-retry": {"POST": BUILDERS},
    "inference-run-cancel": {"POST": BUILDERS},
    "model-version-drift": {"GET": BUILDERS},
    "model-version-drift-watches": {"GET": BUILDERS, "POST": BUILDERS},
    "model-version-drift-check": {"GET": BUILDERS, "POST": BUILDERS},
    # The world's signal is about scores; one about reads is in tests/validation/test_drift_api.py.
    "drift-signal-acknowledgements": {"POST": BUILDERS},
    "reader-studies": {"GET": SIGNED_IN, "POST": BUILDERS},
    "reader-study": {"GET": STUDY_VIEW, "PATCH": STUDY_MANAGE_W},
    "reader-study-label-schema": {"PUT": STUDY_MANAGE_W},
    "reader-study-label-schema-versions": {"GET": STUDY_MANAGE},
    "reader-study-label-schema-version": {"GET": STUDY_MANAGE},
    "reader-study-label-schema-file": {"GET": STUDY_MANAGE},
    "reader-study-schema-images": {"POST": STUDY_MANAGE_W},
    "reader-study-schema-image": {"GET": STUDY_VIEW},
    "code-lists": {"GET": BUILDERS, "POST": ADMIN},
    "code-list": {"DELETE": ADMIN},
    "reader-study-code-lists": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-code-list": {"DELETE": STUDY_MANAGE_W},
    "reader-study-codes": {"GET": STUDY_MANAGE},
    "label-schema-templates": {"GET": BUILDERS},
    "label-schema-check": {"POST": BUILDERS},
    "reader-study-cases": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-case-clinical-texts": {"GET": STUDY_MANAGE},
    "reader-study-clinical-texts": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-clinical-texts-csv": {"GET": STUDY_MANAGE},
    "reader-study-clinical-texts-preview": {"POST": STUDY_MANAGE_W},
    "reader-study-sampling": {"GET": STUDY_MANAGE},
    "reader-study-sampling-frames": {"POST": STUDY_MANAGE_W},
    "reader-study-sampling-frame": {"GET": STUDY_MANAGE},
    "reader-study-sampling-frame-csv": {"GET": STUDY_MANAGE},
    "reader-study-sampling-preview": {"POST": STUDY_MANAGE_W},
    "reader-study-sample-draws": {"POST": STUDY_MANAGE_W},
    "reader-study-sample-draw": {"GET": STUDY_MANAGE},
    "reader-study-sample-draw-check": {"GET": STUDY_MANAGE},
    "reader-study-sample-draw-csv": {"GET": STUDY_MANAGE},
    "reader-study-case-priors": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-case-images": {"GET": STUDY_MANAGE},
    "reader-study-priors-suggest": {"POST": STUDY_MANAGE_W},
    "reader-study-hanging-protocol": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-members": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-reference-standard": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-reference-standard-example": {"GET": STUDY_MANAGE},
    "reader-study-reference-standard-json-example": {"GET": STUDY_MANAGE},
    "reader-study-reference-standards": {"GET": STUDY_MANAGE},
    "reader-study-reference-standards-preview": {"POST": STUDY_MANAGE_W},
    "reader-study-reference-standard-json": {"GET": STUDY_MANAGE},
    "reader-study-reference-standard-segment": {"GET": STUDY_MANAGE},
    "reader-study-reference-standard-version": {"GET": STUDY_MANAGE},
    "reader-study-reference-standard-lock": {"POST": STUDY_MANAGE_W},
    "reader-study-reference-jobs": {"GET": STUDY_MANAGE},
    "reader-study-reference-job": {"GET": STUDY_MANAGE},
    "reader-study-reference-job-consensus": {"GET": STUDY_MANAGE},
    "reader-study-reference-job-files": {"GET": STUDY_MANAGE},
    "reader-study-reference-job-store": {"POST": STUDY_MANAGE_W},
    "reader-study-reference-job-cancel": {"POST": STUDY_MANAGE_W},
    "reader-study-consensus-preview": {"POST": STUDY_MANAGE_W},
    "reader-study-case-marks": {"GET": STUDY_MANAGE},
    "reader-study-lesion-corrections": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-adjudications": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-adjudication": {"GET": STUDY_MANAGE},
    "reader-study-adjudication-result": {"POST": STUDY_MANAGE_W},
    "reader-study-adjudication-cases": {"GET": STUDY_JUDGING},
    "adjudication-case": {"GET": STUDY_JUDGING},
    "adjudication-case-segment": {"GET": NOT_JUDGED},
    "adjudication-case-decision": {"POST": STUDY_JUDGING_W},
    "reader-study-mask": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-double-reading": {"GET": STUDY_MANAGE},
    "reader-study-final-answers": {"GET": STUDY_MANAGE},
    # The read of this world is no arbitration: the address does not exist for it.
    "read-arbitration": {"GET": NOT_REVEALED},
    "read-arbitration-segment": {"GET": NOT_REVEALED},
    "read-arbitration-confirmation": {"POST": NOT_REVEALED_W},
    "reader-study-launch-check": {"GET": STUDY_MANAGE},
    "reader-study-launch": {"POST": STUDY_MANAGE_W},
    "reader-study-close": {"POST": STUDY_MANAGE_W},
    "reader-study-progress": {"GET": STUDY_MANAGE},
    "reader-study-randomisation": {"GET": STUDY_MANAGE},
    "reader-study-randomisation-lists": {"GET": STUDY_MANAGE},
    "reader-study-randomisation-check": {"GET": STUDY_MANAGE},
    "reader-study-design": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-moves": {"POST": STUDY_MANAGE_W},
    "reader-study-left": {"GET": STUDY_MANAGE},
    "reader-study-replacements": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-late-readers": {"POST": STUDY_MANAGE_W},
    "reader-study-withdrawals": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-reader-dates": {"GET": STUDY_MANAGE, "PUT": STUDY_MANAGE_W},
    "reader-study-sessions": {"GET": STUDY_READING},
    "reader-study-labels": {"GET": STUDY_LABELS},
    "reader-study-labels-export": {"GET": STUDY_LABELS},
    "reader-study-measurements-export": {"GET": STUDY_LABELS},
    "reader-study-external-reads": {"POST": EXTERNAL_READS},
    "reader-study-assignments": {"GET": STUDY_READING},
    "reader-study-next": {"GET": STUDY_READING},
    "assignment-open": {"POST": OWN_READING_W},
    "read": {"GET": OWN_READING},
    "read-draft": {"PUT": OWN_READING_W},
    "read-editor": {"POST": OWN_READING_W},
    "read-first-read": {"POST": OWN_READING_W},
    "read-sign": {"POST": OWN_READING_W},
    "read-prefetch": {"POST": OWN_READING_W},
    "read-comparison": {"GET": NOT_REVEALED},
    "read-heat-map": {"GET": NOT_REVEALED},
    "read-explanation": {"GET": NOT_REVEALED},
    # The read is none of a training case.
    "read-feedback": {"GET": NOT_REVEALED},
    # The arm of this world hides other readers.
    "read-other-readers": {"GET": NOT_REVEALED},
    "read-ai-segment": {"GET": NOT_REVEALED},
    "read-ai-measurements": {"GET": NOT_REVEALED},
    # The read is a draft: for API clients nothing is measured yet.
    "read-measurements": {"GET": READ_HISTORY, "POST": STUDY_MANAGE_W},
    "read-revisions": {"GET": READ_HISTORY},
    "read-history": {"GET": READ_HISTORY},
    "read-difference": {"GET": READ_HISTORY},
    "read-reopen": {"POST": STUDY_MANAGE_W},
    "read-segment": {"PUT": OWN_READING_W},
    # The read is a draft: for API clients its voxels are not there yet.
    "read-segment-version": {"GET": READ_HISTORY},
    "reader-study-reads": {"GET": STUDY_MANAGE},
    "reader-study-invitations": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-invitation-resend": {"POST": STUDY_MANAGE_W},
    "reader-study-invitation-revoke": {"POST": STUDY_MANAGE_W},
    "reader-study-reminders": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W, "PUT": STUDY_MANAGE_W},
    "reader-study-terms": {"GET": STUDY_VIEW, "PUT": STUDY_MANAGE_W},
    "reader-study-training": {"GET": STUDY_READING, "POST": STUDY_READING_W},
    "reader-study-terms-acceptance": {"POST": STUDY_READING_W},
    "reader-study-queries": {"GET": STUDY_MANAGE},
    "reader-study-own-queries": {"GET": STUDY_READING},
    "read-queries": {"POST": STUDY_MANAGE_W},
    "query-answer": {"POST": OWN_READING_W},
    "query-moves": {"POST": STUDY_MANAGE_W},
    "reader-study-audit": {"GET": STUDY_MANAGE},
    "reader-study-audit-checks": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-audit-export": {"GET": STUDY_MANAGE},
    "audit-verifier": {"GET": PUBLIC},
    "reader-study-webhooks": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-webhook": {"GET": STUDY_MANAGE, "PATCH": STUDY_MANAGE_W, "DELETE": STUDY_MANAGE_W},
    "reader-study-webhook-secret": {"POST": STUDY_MANAGE_W},
    "reader-study-webhook-ping": {"POST": STUDY_MANAGE_W},
    "reader-study-webhook-deliveries": {"GET": STUDY_MANAGE},
    "reader-study-webhook-delivery-resend": {"POST": STUDY_MANAGE_W},
    "reader-study-protocol": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-protocol-version": {"GET": STUDY_MANAGE},
    "reader-study-protocol-pdf": {"GET": STUDY_MANAGE},
    "reader-study-protocol-version-pdf": {"GET": STUDY_MANAGE},
    "reader-study-protocol-approvals": {"POST": STUDY_MANAGE_W},
    "reader-study-sample-sizes": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-sample-size": {"GET": STUDY_MANAGE},
    "reader-study-analysis-plans": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "reader-study-analysis-plan": {"GET": STUDY_MANAGE},
    "reader-study-analysis-plan-lock": {"POST": STUDY_MANAGE_W},
    "reader-study-analysis-plan-facts": {"GET": STUDY_MANAGE},
    "reader-study-analysis-plan-reading": {"POST": STUDY_MANAGE_W},
    "reader-study-analysis-runs": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "analysis-run": {"GET": STUDY_MANAGE},
    "analysis-run-result": {"GET": STUDY_MANAGE},
    "analysis-run-snapshot": {"GET": STUDY_MANAGE},
    "analysis-run-bundle": {"GET": STUDY_MANAGE},
    "analysis-run-case": {"GET": STUDY_MANAGE},
    "analysis-run-figure": {"GET": STUDY_MANAGE},
    "analysis-run-cancel": {"POST": STUDY_MANAGE_W},
    "analysis-run-retry": {"POST": STUDY_MANAGE_W},
    "analysis-run-triage": {"GET": STUDY_MANAGE},
    "analysis-run-triage-replay": {"POST": STUDY_MANAGE_W},
    "analysis-run-triage-queue": {"POST": STUDY_MANAGE_W},
    "analysis-run-reports": {"GET": STUDY_MANAGE, "POST": STUDY_MANAGE_W},
    "analysis-report": {"GET": STUDY_MANAGE},
    "analysis-report-html": {"GET": STUDY_MANAGE},
    "analysis-report-pdf": {"GET": STUDY_MANAGE},
    "analysis-report-cancel": {"POST": STUDY_MANAGE_W},
    "analysis-report-retry": {"POST": STUDY_MANAGE_W},
    "model-version-calibration-sets": {"GET": BUILDERS},
    "model-version-operating-layers": {"GET": BUILDERS, "POST": LAYER_CASES},
    "model-version-operating-layers-preview": {"POST": LAYER_CASES},
    "model-version-operating-layer": {"GET": BUILDERS},
    "model-version-operating-layer-validations": {"POST": LAYER_CASES},
    "model-version-operating-layer-set": {"GET": LAYER_CASES},
}

# Routes whose answer depends on a role in one reader study: their code has to pass `annotations.access`.
STUDY_LEVEL_ROWS = (
    STUDY_VIEW,
    STUDY_MANAGE,
    STUDY_MANAGE_W,
    STUDY_LABELS,
    STUDY_READING,
    STUDY_READING_W,
    STUDY_JUDGING,
    STUDY_JUDGING_W,
    EXTERNAL_READS,
    OWN_READING,
    OWN_READING_W,
    NOT_REVEALED,
    READ_HISTORY,
    PIXELS,
)


def expected_status(row: Row, persona: str, *, other: bool) -> str:
    """Return the cell of one persona."""
    cells = (row.other if other and row.other else row.own).split()
    return cells[PERSONAS.index(persona)]

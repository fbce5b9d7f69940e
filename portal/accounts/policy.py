"""The policy: what every route does, and which roles may do it. Pure tables; what is not in them is refused.

Site roles come from the account. Roles in a reader study come from `annotations.Membership`, and
`annotations.access` checks them against the same table when it turns an id into an object.
"""

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is, on the site or in one reader study."""

    ANYONE = "ANYONE"
    SIGNED_IN = "SIGNED_IN"
    STUDY_CREATOR = "STUDY_CREATOR"
    SITE_ADMINISTRATOR = "SITE_ADMINISTRATOR"
    COORDINATOR = "COORDINATOR"
    READER = "READER"
    ADJUDICATOR = "ADJUDICATOR"
    API_CLIENT = "API_CLIENT"


SITE_ROLES = frozenset({Role.ANYONE, Role.SIGNED_IN, Role.STUDY_CREATOR, Role.SITE_ADMINISTRATOR})


class Action(StrEnum):
    """What a route does."""

    PUBLIC_PAGE = "PUBLIC_PAGE"
    APP_PAGE = "APP_PAGE"
    OWN_ACCOUNT = "OWN_ACCOUNT"
    API_SCHEMA = "API_SCHEMA"
    PEOPLE_SEARCH = "PEOPLE_SEARCH"
    PEOPLE_CREATE = "PEOPLE_CREATE"
    SITE_WEBHOOKS = "SITE_WEBHOOKS"
    IMAGING_LIST = "IMAGING_LIST"
    IMAGING_INGEST = "IMAGING_INGEST"
    IMAGING_VIEW = "IMAGING_VIEW"
    AI_VIEW = "AI_VIEW"
    AI_MANAGE = "AI_MANAGE"
    CODE_LISTS_MANAGE = "CODE_LISTS_MANAGE"
    PREDICTIONS_POST = "PREDICTIONS_POST"
    READER_STUDY_LIST = "READER_STUDY_LIST"
    READER_STUDY_CREATE = "READER_STUDY_CREATE"
    READER_STUDY_VIEW = "READER_STUDY_VIEW"
    READER_STUDY_MANAGE = "READER_STUDY_MANAGE"
    READ_OWN = "READ_OWN"
    READ_HISTORY = "READ_HISTORY"
    SEGMENT_VIEW = "SEGMENT_VIEW"
    LABELS_VIEW = "LABELS_VIEW"
    AUDIT_VIEW = "AUDIT_VIEW"
    ADJUDICATE = "ADJUDICATE"
    ANALYSIS_VIEW = "ANALYSIS_VIEW"
    ANALYSIS_RUN = "ANALYSIS_RUN"


_ADMIN = Role.SITE_ADMINISTRATOR
_ALL_STUDY_ROLES = {Role.COORDINATOR, Role.READER, Role.ADJUDICATOR, Role.API_CLIENT}

POLICY: dict[Action, frozenset[Role]] = {
    Action.PUBLIC_PAGE: frozenset({Role.ANYONE}),
    Action.APP_PAGE: frozenset({Role.SIGNED_IN}),
    Action.OWN_ACCOUNT: frozenset({Role.SIGNED_IN}),
    # The schema is in the source code anyway; clients are generated from it before anybody has an account.
    Action.API_SCHEMA: frozenset({Role.ANYONE}),
    Action.PEOPLE_SEARCH: frozenset({Role.STUDY_CREATOR, _ADMIN}),
    Action.PEOPLE_CREATE: frozenset({_ADMIN}),
    Action.SITE_WEBHOOKS: frozenset({_ADMIN}),
    Action.IMAGING_LIST: frozenset({Role.STUDY_CREATOR, _ADMIN}),
    Action.IMAGING_INGEST: frozenset({Role.STUDY_CREATOR, _ADMIN}),
    # Every account may ask; the rows are those of `annotations.access.viewable_imaging_studies`.
    Action.IMAGING_VIEW: frozenset({Role.SIGNED_IN}),
    Action.AI_VIEW: frozenset({Role.STUDY_CREATOR, _ADMIN}),
    Action.AI_MANAGE: frozenset({Role.STUDY_CREATOR, _ADMIN}),
    # The site's lists are offered in every reader study.
    Action.CODE_LISTS_MANAGE: frozenset({_ADMIN}),
    # Every account may ask; `portal.inference.access` lets those who build reader studies, and the AI model's posters.
    Action.PREDICTIONS_POST: frozenset({Role.SIGNED_IN}),
    # Every account may ask; the rows are those of its own memberships.
    Action.READER_STUDY_LIST: frozenset({Role.SIGNED_IN}),
    Action.READER_STUDY_CREATE: frozenset({Role.STUDY_CREATOR, _ADMIN}),
    Action.READER_STUDY_VIEW: frozenset({_ADMIN, *_ALL_STUDY_ROLES}),
    Action.READER_STUDY_MANAGE: frozenset({_ADMIN, Role.COORDINATOR}),
    # Not even the site administrator reads for somebody else.
    Action.READ_OWN: frozenset({Role.READER}),
    Action.READ_HISTORY: frozenset({_ADMIN, Role.COORDINATOR, Role.READER}),
    # API clients: what a signed read names; `annotations.access` looks.
    Action.SEGMENT_VIEW: frozenset({_ADMIN, Role.COORDINATOR, Role.API_CLIENT, Role.READER}),
    Action.LABELS_VIEW: frozenset({_ADMIN, Role.COORDINATOR, Role.API_CLIENT, Role.READER}),
    Action.AUDIT_VIEW: frozenset({_ADMIN, Role.COORDINATOR}),
    # Nobody judges for an adjudicator, who sees nobody's name.
    Action.ADJUDICATE: frozenset({Role.ADJUDICATOR}),
    Action.ANALYSIS_VIEW: frozenset({_ADMIN, Role.COORDINATOR}),
    Action.ANALYSIS_RUN: frozenset({_ADMIN, Role.COORDINATOR}),
}

_P, _A = Action.PUBLIC_PAGE, Action
# Route name -> HTTP method -> action. HEAD is GET; OPTIONS is answered to those who may use any method of the route.
ROUTES: dict[str, dict[str, Action]] = {
    "health-live": {"GET": _P},
    "health-ready": {"GET": _P},
    "sign-in": {"GET": _P, "POST": _P},
    "sign-out": {"POST": _P},
    "sign-in-again": {"POST": _P},
    "password": {"GET": _A.OWN_ACCOUNT, "POST": _A.OWN_ACCOUNT},
    "app": {"GET": _A.APP_PAGE},
    # Whoever holds the link of an invitation; `annotations.access` asks for its token.
    "invitation-page": {"GET": _P},
    "invitation-look": {"POST": _P},
    "invitation-accept": {"POST": _P},
    "schema": {"GET": _A.API_SCHEMA},
    "docs": {"GET": _A.API_SCHEMA},
    "me": {"GET": _A.OWN_ACCOUNT},
    "preferences": {"GET": _A.OWN_ACCOUNT, "PUT": _A.OWN_ACCOUNT},
    "tokens": {"GET": _A.OWN_ACCOUNT, "POST": _A.OWN_ACCOUNT},
    "token": {"DELETE": _A.OWN_ACCOUNT},
    "people": {"GET": _A.PEOPLE_SEARCH, "POST": _A.PEOPLE_CREATE},
    # portal.webhooks
    "webhooks": {"GET": _A.SITE_WEBHOOKS, "POST": _A.SITE_WEBHOOKS},
    "webhook": {"GET": _A.SITE_WEBHOOKS, "PATCH": _A.SITE_WEBHOOKS, "DELETE": _A.SITE_WEBHOOKS},
    "webhook-secret": {"POST": _A.SITE_WEBHOOKS},
    "webhook-ping": {"POST": _A.SITE_WEBHOOKS},
    "webhook-deliveries": {"GET": _A.SITE_WEBHOOKS},
    "webhook-delivery-resend": {"POST": _A.SITE_WEBHOOKS},
    # portal.imaging
    "imaging-studies": {"GET": _A.IMAGING_LIST},
    "imaging-studies-without-images": {"POST": _A.IMAGING_INGEST},
    "imaging-study": {"GET": _A.IMAGING_LIST},
    "ingest-jobs": {"GET": _A.IMAGING_INGEST, "POST": _A.IMAGING_INGEST},
    "ingest-job": {"GET": _A.IMAGING_INGEST},
    "dicomweb-studies": {"GET": _A.IMAGING_VIEW},
    "dicomweb-study-metadata": {"GET": _A.IMAGING_VIEW},
    "dicomweb-study-series": {"GET": _A.IMAGING_VIEW},
    "dicomweb-series-metadata": {"GET": _A.IMAGING_VIEW},
    "dicomweb-series-instances": {"GET": _A.IMAGING_VIEW},
    "dicomweb-instance-metadata": {"GET": _A.IMAGING_VIEW},
    "dicomweb-frames": {"GET": _A.IMAGING_VIEW},
    "frame-grant": {"GET": _A.IMAGING_VIEW},
    "frames-manifest": {"GET": _A.IMAGING_VIEW},
    "frames-frame": {"GET": _A.IMAGING_VIEW},
    "frames-bundle": {"GET": _A.IMAGING_VIEW},
    # portal.inference
    "ai-models": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "ai-model": {"GET": _A.AI_VIEW},
    "ai-model-posters": {"GET": _A.AI_VIEW, "PUT": _A.AI_MANAGE},
    "ai-model-versions": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "ai-model-ensembles": {"POST": _A.AI_MANAGE},
    "ai-model-uploads": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "model-upload": {"GET": _A.AI_VIEW},
    "model-upload-cancel": {"POST": _A.AI_MANAGE},
    "model-versions": {"GET": _A.AI_VIEW},
    "model-version": {"GET": _A.AI_VIEW},
    "model-version-predictions": {"GET": _A.AI_VIEW, "POST": _A.PREDICTIONS_POST},
    # The images are asked for too: `portal.inference.access` looks whether the caller may see them.
    "model-version-prediction": {"GET": _A.AI_VIEW},
    "model-version-prediction-heat-map": {"GET": _A.AI_VIEW},
    "model-version-prediction-segment": {"GET": _A.AI_VIEW},
    "model-version-prediction-measurements": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "model-version-predictions-csv": {"POST": _A.PREDICTIONS_POST},
    "model-version-predictions-dicom": {"POST": _A.PREDICTIONS_POST},
    "model-version-predictions-dicom-preview": {"POST": _A.PREDICTIONS_POST},
    "model-version-predictions-example": {"GET": _A.AI_VIEW},
    "model-version-explanation-jobs": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "model-version-explanations": {"GET": _A.AI_VIEW},
    "explanation-job": {"GET": _A.AI_VIEW},
    "explanation-job-retry": {"POST": _A.AI_MANAGE},
    "explanation-job-cancel": {"POST": _A.AI_MANAGE},
    "explanation-map": {"GET": _A.AI_VIEW},
    "inference-runs": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "inference-run": {"GET": _A.AI_VIEW},
    "inference-run-retry": {"POST": _A.AI_MANAGE},
    "inference-run-cancel": {"POST": _A.AI_MANAGE},
    # annotations
    "reader-studies": {"GET": _A.READER_STUDY_LIST, "POST": _A.READER_STUDY_CREATE},
    "reader-study": {"GET": _A.READER_STUDY_VIEW, "PATCH": _A.READER_STUDY_MANAGE},
    "reader-study-label-schema": {"PUT": _A.READER_STUDY_MANAGE},
    "reader-study-label-schema-versions": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-label-schema-version": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-label-schema-file": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-schema-images": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-schema-image": {"GET": _A.READER_STUDY_VIEW},
    "code-lists": {"GET": _A.READER_STUDY_CREATE, "POST": _A.CODE_LISTS_MANAGE},
    "code-list": {"DELETE": _A.CODE_LISTS_MANAGE},
    "reader-study-code-lists": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-code-list": {"DELETE": _A.READER_STUDY_MANAGE},
    "reader-study-codes": {"GET": _A.READER_STUDY_MANAGE},
    "label-schema-templates": {"GET": _A.READER_STUDY_CREATE},
    "label-schema-check": {"POST": _A.READER_STUDY_CREATE},
    "reader-study-cases": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-case-clinical-texts": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-clinical-texts": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-clinical-texts-csv": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-clinical-texts-preview": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-sampling": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-sampling-frames": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-sampling-frame": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-sampling-frame-csv": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-sampling-preview": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-sample-draws": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-sample-draw": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-sample-draw-check": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-sample-draw-csv": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-case-priors": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-case-images": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-priors-suggest": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-hanging-protocol": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-members": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard-example": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard-json-example": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standards": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standards-preview": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard-json": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard-segment": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard-version": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-standard-lock": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-reference-jobs": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-job": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-job-consensus": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-job-files": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-reference-job-store": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-reference-job-cancel": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-consensus-preview": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-case-marks": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-lesion-corrections": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-adjudications": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-adjudication": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-adjudication-result": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-adjudication-cases": {"GET": _A.ADJUDICATE},
    "adjudication-case": {"GET": _A.ADJUDICATE},
    "adjudication-case-segment": {"GET": _A.ADJUDICATE},
    "adjudication-case-decision": {"POST": _A.ADJUDICATE},
    "reader-study-mask": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-double-reading": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-final-answers": {"GET": _A.READER_STUDY_MANAGE},
    # Of an arbitration only; `annotations.access` and the service answer 404 for every other read.
    "read-arbitration": {"GET": _A.READ_OWN},
    "read-arbitration-segment": {"GET": _A.READ_OWN},
    "read-arbitration-confirmation": {"POST": _A.READ_OWN},
    "reader-study-launch-check": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-launch": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-close": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-progress": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-randomisation": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-randomisation-lists": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-randomisation-check": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-design": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-moves": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-left": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-replacements": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-late-readers": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-withdrawals": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-reader-dates": {"GET": _A.READER_STUDY_MANAGE, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-sessions": {"GET": _A.READ_OWN},
    "reader-study-labels": {"GET": _A.LABELS_VIEW},
    "reader-study-labels-export": {"GET": _A.LABELS_VIEW},
    "reader-study-measurements-export": {"GET": _A.LABELS_VIEW},
    "reader-study-external-reads": {"POST": _A.READ_OWN},
    "reader-study-assignments": {"GET": _A.READ_OWN},
    "reader-study-next": {"GET": _A.READ_OWN},
    "assignment-open": {"POST": _A.READ_OWN},
    "read": {"GET": _A.READ_OWN},
    "read-draft": {"PUT": _A.READ_OWN},
    "read-editor": {"POST": _A.READ_OWN},
    "read-first-read": {"POST": _A.READ_OWN},
    "read-sign": {"POST": _A.READ_OWN},
    "read-prefetch": {"POST": _A.READ_OWN},
    "read-comparison": {"GET": _A.READ_OWN},
    "read-heat-map": {"GET": _A.READ_OWN},
    "read-explanation": {"GET": _A.READ_OWN},
    "read-feedback": {"GET": _A.READ_OWN},
    # Where the arm shows it once the read is signed; else 404.
    "read-other-readers": {"GET": _A.READ_OWN},
    "read-ai-segment": {"GET": _A.READ_OWN},
    "read-ai-measurements": {"GET": _A.READ_OWN},
    "read-measurements": {"GET": _A.SEGMENT_VIEW, "POST": _A.READER_STUDY_MANAGE},
    "read-revisions": {"GET": _A.READ_HISTORY},
    "read-history": {"GET": _A.READ_HISTORY},
    "read-difference": {"GET": _A.READ_HISTORY},
    "read-reopen": {"POST": _A.READER_STUDY_MANAGE},
    "read-segment": {"PUT": _A.READ_OWN},
    "read-segment-version": {"GET": _A.SEGMENT_VIEW},
    "reader-study-reads": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-invitations": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-invitation-resend": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-invitation-revoke": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-reminders": {
        "GET": _A.READER_STUDY_MANAGE,
        "POST": _A.READER_STUDY_MANAGE,
        "PUT": _A.READER_STUDY_MANAGE,
    },
    "reader-study-terms": {"GET": _A.READER_STUDY_VIEW, "PUT": _A.READER_STUDY_MANAGE},
    "reader-study-training": {"GET": _A.READ_OWN, "POST": _A.READ_OWN},
    "reader-study-terms-acceptance": {"POST": _A.READ_OWN},
    "reader-study-queries": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-own-queries": {"GET": _A.READ_OWN},
    "read-queries": {"POST": _A.READER_STUDY_MANAGE},
    "query-answer": {"POST": _A.READ_OWN},
    "query-moves": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-protocol": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-protocol-version": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-protocol-pdf": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-protocol-version-pdf": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-protocol-approvals": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-audit": {"GET": _A.AUDIT_VIEW},
    "reader-study-audit-checks": {"GET": _A.AUDIT_VIEW, "POST": _A.AUDIT_VIEW},
    "reader-study-audit-export": {"GET": _A.AUDIT_VIEW},
    # The script is in the source code anyway; whoever is given an export has no account.
    "audit-verifier": {"GET": _A.API_SCHEMA},
    "reader-study-webhooks": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-webhook": {
        "GET": _A.READER_STUDY_MANAGE,
        "PATCH": _A.READER_STUDY_MANAGE,
        "DELETE": _A.READER_STUDY_MANAGE,
    },
    "reader-study-webhook-secret": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-webhook-ping": {"POST": _A.READER_STUDY_MANAGE},
    "reader-study-webhook-deliveries": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-webhook-delivery-resend": {"POST": _A.READER_STUDY_MANAGE},
    # validation
    "model-version-drift": {"GET": _A.AI_VIEW},
    "model-version-drift-watches": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "model-version-drift-check": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    # About signed reads: `validation.access` asks for the right in their reader study, too.
    "drift-signal-acknowledgements": {"POST": _A.AI_MANAGE},
    "reader-study-sample-sizes": {"GET": _A.READER_STUDY_MANAGE, "POST": _A.READER_STUDY_MANAGE},
    "reader-study-sample-size": {"GET": _A.READER_STUDY_MANAGE},
    "reader-study-analysis-plans": {"GET": _A.ANALYSIS_VIEW, "POST": _A.ANALYSIS_RUN},
    "reader-study-analysis-plan": {"GET": _A.ANALYSIS_VIEW},
    "reader-study-analysis-plan-lock": {"POST": _A.ANALYSIS_RUN},
    "reader-study-analysis-plan-facts": {"GET": _A.ANALYSIS_VIEW},
    "reader-study-analysis-plan-reading": {"POST": _A.ANALYSIS_VIEW},
    "reader-study-analysis-runs": {"GET": _A.ANALYSIS_VIEW, "POST": _A.ANALYSIS_RUN},
    "analysis-run": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-result": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-snapshot": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-bundle": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-case": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-figure": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-cancel": {"POST": _A.ANALYSIS_RUN},
    "analysis-run-retry": {"POST": _A.ANALYSIS_RUN},
    "analysis-run-triage": {"GET": _A.ANALYSIS_VIEW},
    "analysis-run-triage-replay": {"POST": _A.ANALYSIS_VIEW},
    "analysis-run-triage-queue": {"POST": _A.ANALYSIS_VIEW},
    "analysis-run-reports": {"GET": _A.ANALYSIS_VIEW, "POST": _A.ANALYSIS_RUN},
    "analysis-report": {"GET": _A.ANALYSIS_VIEW},
    "analysis-report-html": {"GET": _A.ANALYSIS_VIEW},
    "analysis-report-pdf": {"GET": _A.ANALYSIS_VIEW},
    "analysis-report-cancel": {"POST": _A.ANALYSIS_RUN},
    "analysis-report-retry": {"POST": _A.ANALYSIS_RUN},
    # Who sees or uses the cases of a reader study for a layer is asked once more, in that reader study.
    "model-version-calibration-sets": {"GET": _A.AI_VIEW},
    "model-version-operating-layers": {"GET": _A.AI_VIEW, "POST": _A.AI_MANAGE},
    "model-version-operating-layers-preview": {"POST": _A.AI_MANAGE},
    "model-version-operating-layer": {"GET": _A.AI_VIEW},
    "model-version-operating-layer-validations": {"POST": _A.AI_MANAGE},
    "model-version-operating-layer-set": {"GET": _A.AI_VIEW},
}


def action_of(route_name: str | None, method: str) -> Action | None:
    """Return the action of a route and method; None means: refuse."""
    methods = ROUTES.get(route_name or "", {})
    if method == "OPTIONS":
        return next(iter(methods.values()), None)
    return methods.get("GET" if method == "HEAD" else method)


def allowed(action: Action, roles: frozenset[Role]) -> bool:
    """Say whether any of `roles` may do `action`."""
    return bool(POLICY[action] & roles)


def is_site_wide(action: Action) -> bool:
    """Say whether site roles alone decide; otherwise the reader study's access layer does."""
    return POLICY[action] <= SITE_ROLES

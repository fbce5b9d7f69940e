"""Routes of reader studies below `/api/v1/`."""

from django.urls import path

from annotations.api import (
    ai,
    code_lists,
    hanging,
    label_export,
    label_schemas,
    labels,
    prefetch,
    reader_studies,
    reading,
    schema_images,
    segments,
    sittings,
    webhooks,
)

STUDY = "reader-studies/<uuid:reader_study_id>"
WEBHOOK = f"{STUDY}/webhooks/<uuid:webhook_id>"

urlpatterns = [
    path("reader-studies", reader_studies.ReaderStudiesApi.as_view(), name="reader-studies"),
    path(STUDY, reader_studies.ReaderStudyApi.as_view(), name="reader-study"),
    path(f"{STUDY}/label-schema", reader_studies.LabelSchemaApi.as_view(), name="reader-study-label-schema"),
    path(
        f"{STUDY}/label-schema/versions",
        label_schemas.LabelSchemaVersionsApi.as_view(),
        name="reader-study-label-schema-versions",
    ),
    path(
        f"{STUDY}/label-schema/versions/<int:schema_version>",
        label_schemas.LabelSchemaVersionApi.as_view(),
        name="reader-study-label-schema-version",
    ),
    path(
        f"{STUDY}/label-schema.json",
        label_schemas.LabelSchemaFileApi.as_view(),
        name="reader-study-label-schema-file",
    ),
    path("label-schema-templates", label_schemas.LabelSchemaTemplatesApi.as_view(), name="label-schema-templates"),
    path("label-schema-check", label_schemas.LabelSchemaCheckApi.as_view(), name="label-schema-check"),
    path(f"{STUDY}/schema-images", schema_images.SchemaImagesApi.as_view(), name="reader-study-schema-images"),
    path(
        f"{STUDY}/schema-images/<str:image_sha256>",
        schema_images.SchemaImageApi.as_view(),
        name="reader-study-schema-image",
    ),
    path("code-lists", code_lists.CodeListsApi.as_view(), name="code-lists"),
    path("code-lists/<uuid:site_list_id>", code_lists.CodeListApi.as_view(), name="code-list"),
    path(f"{STUDY}/code-lists", code_lists.StudyCodeListsApi.as_view(), name="reader-study-code-lists"),
    path(
        f"{STUDY}/code-lists/<uuid:code_list_id>",
        code_lists.StudyCodeListApi.as_view(),
        name="reader-study-code-list",
    ),
    path(f"{STUDY}/codes", code_lists.StudyCodesApi.as_view(), name="reader-study-codes"),
    path(f"{STUDY}/cases", reader_studies.CasesApi.as_view(), name="reader-study-cases"),
    path(f"{STUDY}/cases/<uuid:case_id>/priors", hanging.CasePriorsApi.as_view(), name="reader-study-case-priors"),
    path(f"{STUDY}/cases/<uuid:case_id>/images", hanging.CaseImagesApi.as_view(), name="reader-study-case-images"),
    path(f"{STUDY}/priors/suggest", hanging.PriorsSuggestApi.as_view(), name="reader-study-priors-suggest"),
    path(f"{STUDY}/hanging-protocol", hanging.HangingProtocolApi.as_view(), name="reader-study-hanging-protocol"),
    path(f"{STUDY}/members", reader_studies.MembersApi.as_view(), name="reader-study-members"),
    path(
        f"{STUDY}/reference-standard",
        reader_studies.ReferenceStandardApi.as_view(),
        name="reader-study-reference-standard",
    ),
    path(
        f"{STUDY}/reference-standard-example.csv",
        reader_studies.ReferenceStandardExampleApi.as_view(),
        name="reader-study-reference-standard-example",
    ),
    path(f"{STUDY}/launch-check", reader_studies.LaunchCheckApi.as_view(), name="reader-study-launch-check"),
    path(f"{STUDY}/launch", reader_studies.LaunchApi.as_view(), name="reader-study-launch"),
    path(f"{STUDY}/close", reader_studies.CloseApi.as_view(), name="reader-study-close"),
    path(f"{STUDY}/progress", reader_studies.ProgressApi.as_view(), name="reader-study-progress"),
    path(
        f"{STUDY}/randomisation.csv",
        reader_studies.RandomisationApi.as_view(),
        name="reader-study-randomisation",
    ),
    path(f"{STUDY}/labels", labels.LabelsApi.as_view(), name="reader-study-labels"),
    path(f"{STUDY}/labels/export", label_export.LabelExportApi.as_view(), name="reader-study-labels-export"),
    path(f"{STUDY}/assignments", reading.AssignmentsApi.as_view(), name="reader-study-assignments"),
    path(f"{STUDY}/next", reading.NextApi.as_view(), name="reader-study-next"),
    path("assignments/<uuid:assignment_id>/open", reading.AssignmentOpenApi.as_view(), name="assignment-open"),
    path("reads/<uuid:read_id>", reading.ReadApi.as_view(), name="read"),
    path("reads/<uuid:read_id>/draft", reading.ReadDraftApi.as_view(), name="read-draft"),
    path("reads/<uuid:read_id>/editor", sittings.ReadEditorApi.as_view(), name="read-editor"),
    path("reads/<uuid:read_id>/first-read", ai.ReadFreezeApi.as_view(), name="read-first-read"),
    path("reads/<uuid:read_id>/sign", reading.ReadSignApi.as_view(), name="read-sign"),
    path("reads/<uuid:read_id>/prefetch", prefetch.ReadPrefetchApi.as_view(), name="read-prefetch"),
    path("reads/<uuid:read_id>/comparison", ai.ReadComparisonApi.as_view(), name="read-comparison"),
    path("reads/<uuid:read_id>/heat-map", ai.ReadHeatMapApi.as_view(), name="read-heat-map"),
    path(
        "reads/<uuid:read_id>/segments/<uuid:segment_id>",
        segments.ReadSegmentApi.as_view(),
        name="read-segment",
    ),
    path(
        "reads/<uuid:read_id>/segments/<uuid:segment_id>/<str:sha256>",
        segments.ReadSegmentVersionApi.as_view(),
        name="read-segment-version",
    ),
    path("reads/<uuid:read_id>/revisions", reading.ReadRevisionsApi.as_view(), name="read-revisions"),
    path(f"{STUDY}/webhooks", webhooks.WebhooksApi.as_view(), name="reader-study-webhooks"),
    path(WEBHOOK, webhooks.WebhookApi.as_view(), name="reader-study-webhook"),
    path(f"{WEBHOOK}/secret", webhooks.WebhookSecretApi.as_view(), name="reader-study-webhook-secret"),
    path(f"{WEBHOOK}/ping", webhooks.WebhookPingApi.as_view(), name="reader-study-webhook-ping"),
    path(f"{WEBHOOK}/deliveries", webhooks.WebhookDeliveriesApi.as_view(), name="reader-study-webhook-deliveries"),
    path(
        f"{WEBHOOK}/deliveries/<uuid:delivery_id>/resend",
        webhooks.WebhookResendApi.as_view(),
        name="reader-study-webhook-delivery-resend",
    ),
]

"""Routes below `/api/v1/`."""

from django.urls import path

from validation.api import analysis_runs as api
from validation.api import drift, plans, reports, sample_sizes, triage
from validation.api import operating_layers as layers

RUN = "analysis-runs/<uuid:run_id>"
REPORT = "analysis-reports/<uuid:report_id>"

VERSION = "model-versions/<uuid:model_version_id>"
LAYERS = f"{VERSION}/operating-layers"
LAYER = f"{LAYERS}/<int:layer_number>"

PLANS = "reader-studies/<uuid:reader_study_id>/analysis-plans"

urlpatterns = [
    path(f"{VERSION}/drift", drift.DriftApi.as_view(), name="model-version-drift"),
    path(f"{VERSION}/drift-watches", drift.DriftWatchesApi.as_view(), name="model-version-drift-watches"),
    path(f"{VERSION}/drift-check", drift.DriftCheckApi.as_view(), name="model-version-drift-check"),
    path(
        "drift-signals/<uuid:drift_signal_id>/acknowledgements",
        drift.DriftAcknowledgementsApi.as_view(),
        name="drift-signal-acknowledgements",
    ),
    path(PLANS, plans.PlansApi.as_view(), name="reader-study-analysis-plans"),
    path(f"{PLANS}/facts", plans.PlanFactsApi.as_view(), name="reader-study-analysis-plan-facts"),
    path(f"{PLANS}/reading", plans.PlanReadingApi.as_view(), name="reader-study-analysis-plan-reading"),
    path(f"{PLANS}/<int:analysis_plan_number>", plans.PlanApi.as_view(), name="reader-study-analysis-plan"),
    path(
        f"{PLANS}/<int:analysis_plan_number>/lock", plans.PlanLockApi.as_view(), name="reader-study-analysis-plan-lock"
    ),
    path(
        "reader-studies/<uuid:reader_study_id>/sample-sizes",
        sample_sizes.SampleSizesApi.as_view(),
        name="reader-study-sample-sizes",
    ),
    path(
        "reader-studies/<uuid:reader_study_id>/sample-sizes/<int:sample_size_number>",
        sample_sizes.SampleSizeApi.as_view(),
        name="reader-study-sample-size",
    ),
    path(
        "reader-studies/<uuid:reader_study_id>/analysis-runs",
        api.AnalysisRunsApi.as_view(),
        name="reader-study-analysis-runs",
    ),
    path(RUN, api.AnalysisRunApi.as_view(), name="analysis-run"),
    path(f"{RUN}/result", api.AnalysisRunResultApi.as_view(), name="analysis-run-result"),
    path(f"{RUN}/snapshot", api.AnalysisRunSnapshotApi.as_view(), name="analysis-run-snapshot"),
    path(f"{RUN}/cases/<uuid:case_id>", api.AnalysisRunCaseApi.as_view(), name="analysis-run-case"),
    path(f"{RUN}/bundle", api.AnalysisRunBundleApi.as_view(), name="analysis-run-bundle"),
    path(f"{RUN}/figures/<slug:name>.csv", api.AnalysisRunFigureApi.as_view(), name="analysis-run-figure"),
    path(f"{RUN}/cancel", api.AnalysisRunCancelApi.as_view(), name="analysis-run-cancel"),
    path(f"{RUN}/retry", api.AnalysisRunRetryApi.as_view(), name="analysis-run-retry"),
    path(f"{RUN}/triage", triage.TriageApi.as_view(), name="analysis-run-triage"),
    path(f"{RUN}/triage/replay", triage.TriageReplayApi.as_view(), name="analysis-run-triage-replay"),
    path(f"{RUN}/triage/queue", triage.TriageQueueApi.as_view(), name="analysis-run-triage-queue"),
    path(f"{RUN}/reports", reports.ReportsApi.as_view(), name="analysis-run-reports"),
    path(REPORT, reports.ReportApi.as_view(), name="analysis-report"),
    path(f"{REPORT}/report.html", reports.ReportHtmlApi.as_view(), name="analysis-report-html"),
    path(f"{REPORT}/report.pdf", reports.ReportPdfApi.as_view(), name="analysis-report-pdf"),
    path(f"{REPORT}/cancel", reports.ReportCancelApi.as_view(), name="analysis-report-cancel"),
    path(f"{REPORT}/retry", reports.ReportRetryApi.as_view(), name="analysis-report-retry"),
    path(
        "model-versions/<uuid:model_version_id>/calibration-sets",
        layers.CalibrationSetsApi.as_view(),
        name="model-version-calibration-sets",
    ),
    path(LAYERS, layers.OperatingLayersApi.as_view(), name="model-version-operating-layers"),
    path(f"{LAYERS}/preview", layers.LayerPreviewApi.as_view(), name="model-version-operating-layers-preview"),
    path(LAYER, layers.OperatingLayerApi.as_view(), name="model-version-operating-layer"),
    path(
        f"{LAYER}/validations", layers.LayerValidationsApi.as_view(), name="model-version-operating-layer-validations"
    ),
    path(f"{LAYER}/sets/<int:set_number>", layers.LayerSetApi.as_view(), name="model-version-operating-layer-set"),
]

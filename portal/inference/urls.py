"""Routes of inference below `/api/v1/`."""

from django.urls import path

from portal.inference.api import (
    ai_models,
    dicom_predictions,
    explanations,
    measurements,
    model_uploads,
    prediction_images,
    predictions,
    runs,
)

VERSION = "model-versions/<uuid:model_version_id>"
EXPLANATION_JOB = "explanation-jobs/<uuid:explanation_job_id>"
RUN = "inference-runs/<uuid:inference_run_id>"

urlpatterns = [
    path("ai-models", ai_models.AiModelsApi.as_view(), name="ai-models"),
    path("ai-models/<uuid:ai_model_id>", ai_models.AiModelApi.as_view(), name="ai-model"),
    path(
        "ai-models/<uuid:ai_model_id>/posters",
        ai_models.AiModelPostersApi.as_view(),
        name="ai-model-posters",
    ),
    path(
        "ai-models/<uuid:ai_model_id>/versions",
        ai_models.AiModelVersionsApi.as_view(),
        name="ai-model-versions",
    ),
    path(
        "ai-models/<uuid:ai_model_id>/ensembles",
        ai_models.AiModelEnsemblesApi.as_view(),
        name="ai-model-ensembles",
    ),
    path(
        "ai-models/<uuid:ai_model_id>/uploads",
        model_uploads.AiModelUploadsApi.as_view(),
        name="ai-model-uploads",
    ),
    path("model-uploads/<uuid:model_upload_id>", model_uploads.ModelUploadApi.as_view(), name="model-upload"),
    path(
        "model-uploads/<uuid:model_upload_id>/cancel",
        model_uploads.ModelUploadCancelApi.as_view(),
        name="model-upload-cancel",
    ),
    path("model-versions", ai_models.ModelVersionsApi.as_view(), name="model-versions"),
    path(VERSION, ai_models.ModelVersionApi.as_view(), name="model-version"),
    path(f"{VERSION}/predictions", predictions.PredictionsApi.as_view(), name="model-version-predictions"),
    path(
        f"{VERSION}/predictions/<uuid:prediction_id>",
        prediction_images.PredictionApi.as_view(),
        name="model-version-prediction",
    ),
    path(
        f"{VERSION}/predictions/<uuid:prediction_id>/heat-map",
        predictions.HeatMapApi.as_view(),
        name="model-version-prediction-heat-map",
    ),
    path(
        f"{VERSION}/predictions/<uuid:prediction_id>/segments/<str:sha256>",
        predictions.AiSegmentApi.as_view(),
        name="model-version-prediction-segment",
    ),
    path(
        f"{VERSION}/predictions/<uuid:prediction_id>/measurements",
        measurements.PredictionMeasurementsApi.as_view(),
        name="model-version-prediction-measurements",
    ),
    path(
        f"{VERSION}/predictions.csv",
        predictions.PredictionsCsvApi.as_view(),
        name="model-version-predictions-csv",
    ),
    path(
        f"{VERSION}/predictions-example.csv",
        predictions.PredictionsExampleApi.as_view(),
        name="model-version-predictions-example",
    ),
    path(
        f"{VERSION}/predictions-dicom",
        dicom_predictions.PredictionsDicomApi.as_view(),
        name="model-version-predictions-dicom",
    ),
    path(
        f"{VERSION}/predictions-dicom/preview",
        dicom_predictions.PredictionsDicomPreviewApi.as_view(),
        name="model-version-predictions-dicom-preview",
    ),
    path(
        f"{VERSION}/explanation-jobs",
        explanations.ExplanationJobsApi.as_view(),
        name="model-version-explanation-jobs",
    ),
    path(f"{VERSION}/explanations", explanations.ExplanationsApi.as_view(), name="model-version-explanations"),
    path(EXPLANATION_JOB, explanations.ExplanationJobApi.as_view(), name="explanation-job"),
    path(f"{EXPLANATION_JOB}/retry", explanations.ExplanationJobRetryApi.as_view(), name="explanation-job-retry"),
    path(f"{EXPLANATION_JOB}/cancel", explanations.ExplanationJobCancelApi.as_view(), name="explanation-job-cancel"),
    path(
        "explanations/<uuid:explanation_id>/map",
        explanations.ExplanationMapApi.as_view(),
        name="explanation-map",
    ),
    path("inference-runs", runs.InferenceRunsApi.as_view(), name="inference-runs"),
    path(RUN, runs.InferenceRunApi.as_view(), name="inference-run"),
    path(f"{RUN}/retry", runs.InferenceRunRetryApi.as_view(), name="inference-run-retry"),
    path(f"{RUN}/cancel", runs.InferenceRunCancelApi.as_view(), name="inference-run-cancel"),
]

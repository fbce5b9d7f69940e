"""Routes below `/api/v1/`."""

from django.urls import path

from portal.imaging import api, frames_api

urlpatterns = [
    path("imaging-studies", api.ImagingStudiesApi.as_view(), name="imaging-studies"),
    path("imaging-studies/without-images", api.WithoutImagesApi.as_view(), name="imaging-studies-without-images"),
    path("imaging-studies/<uuid:study_id>", api.ImagingStudyApi.as_view(), name="imaging-study"),
    path("ingest-jobs", api.IngestJobsApi.as_view(), name="ingest-jobs"),
    path("ingest-jobs/<uuid:job_id>", api.IngestJobApi.as_view(), name="ingest-job"),
    path("frame-grants/<str:study_uid>", frames_api.FrameGrantApi.as_view(), name="frame-grant"),
]

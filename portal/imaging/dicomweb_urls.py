"""Routes below `/dicomweb/`. Whole instances are not among them: a DICOM file carries the patient's name."""

from django.urls import path, register_converter

from portal.imaging import dicomweb_api as api


class UidConverter:
    """A DICOM UID."""

    regex = r"[0-9.]{1,64}"

    def to_python(self, value: str) -> str:
        """Keep the text."""
        return value

    def to_url(self, value: str) -> str:
        """Keep the text."""
        return value


class FrameListConverter(UidConverter):
    """Frame numbers from 1, separated by commas."""

    regex = r"[1-9][0-9]*(?:,[1-9][0-9]*)*"


register_converter(UidConverter, "uid")
register_converter(FrameListConverter, "frame_list")

_STUDY = "studies/<uid:study_uid>"
_SERIES = f"{_STUDY}/series/<uid:series_uid>"
_INSTANCE = f"{_SERIES}/instances/<uid:instance_uid>"

urlpatterns = [
    path("studies", api.StudiesApi.as_view(), name="dicomweb-studies"),
    path(f"{_STUDY}/metadata", api.StudyMetadataApi.as_view(), name="dicomweb-study-metadata"),
    path(f"{_STUDY}/series", api.StudySeriesApi.as_view(), name="dicomweb-study-series"),
    path(f"{_SERIES}/metadata", api.SeriesMetadataApi.as_view(), name="dicomweb-series-metadata"),
    path(f"{_SERIES}/instances", api.SeriesInstancesApi.as_view(), name="dicomweb-series-instances"),
    path(f"{_INSTANCE}/metadata", api.InstanceMetadataApi.as_view(), name="dicomweb-instance-metadata"),
    path(f"{_INSTANCE}/frames/<frame_list:frames>", api.FramesApi.as_view(), name="dicomweb-frames"),
]

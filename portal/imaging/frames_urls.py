"""Routes below `/frames/`: files that never change, under the version of their series."""

from django.urls import path, register_converter

from portal.imaging import frames_api as api
from portal.imaging.frames.store import FORMS


class _Text:
    """A part of an address that is only what its expression allows."""

    def to_python(self, value: str) -> str:
        """Keep the text."""
        return value

    def to_url(self, value: str) -> str:
        """Keep the text."""
        return value


class VersionConverter(_Text):
    """The version of a series' files."""

    regex = "[0-9a-f]{32}"


class FormConverter(_Text):
    """How a frame is encoded."""

    regex = "|".join(FORMS)


class FrameNumberConverter:
    """A number from 1."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write the number."""
        return str(value)


register_converter(VersionConverter, "frames_version")
register_converter(FormConverter, "frames_form")
register_converter(FrameNumberConverter, "frame_number")

_VERSION = "<uuid:study_id>/<uuid:series_id>/<frames_version:version>"
_FORM = f"{_VERSION}/<frames_form:form>"

urlpatterns = [
    path(f"{_VERSION}/manifest", api.manifest, name="frames-manifest"),
    path(f"{_FORM}/<frame_number:number>", api.frame, name="frames-frame"),
    path(f"{_FORM}/<frame_number:first>-<frame_number:last>", api.bundle, name="frames-bundle"),
]

"""HTTP edge of the DICOMweb pass-through. Bodies are sent whole: a slow client must not hold a thread."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.accounts.permissions import site_roles
from portal.accounts.policy import Action, allowed
from portal.errors import Invalid, PortalError
from portal.imaging import dicomweb, media_types
from portal.imaging.access import (
    imaging_study_for_viewer,
    instance_for_viewer,
    series_for_viewer,
    viewable_imaging_studies,
)
from portal.imaging.connection import orthanc
from portal.imaging.selectors import instances_of, series_of
from portal.imaging.services import metadata
from portal.imaging.services.viewing import images_viewed

DICOM_JSON = "application/dicom+json"
MAX_FRAMES_PER_REQUEST = 100
MAX_LIMIT = 1000
# Parameters of PS3.18 that change nothing here: every answer has all its fields and matches exactly.
_HARMLESS = frozenset({"includefield", "fuzzymatching", "limit", "offset"})


class NotAcceptable(PortalError):
    """The client accepts no form that can be given."""

    status = 406  # type: ignore[assignment]
    code = "not_acceptable"


class _AnyAccept(BaseContentNegotiation):
    """DICOM media types are negotiated here, not by DRF, which would answer 406 to all of them."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: Any = None) -> Any:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


@extend_schema(exclude=True)
class DicomwebApi(APIView):
    """What all DICOMweb routes share."""

    content_negotiation_class = _AnyAccept


def base_url() -> str:
    """Where the pass-through is, as clients see it."""
    return f"{settings.PUBLIC_URL}/dicomweb"


def _json_answer(request: Request, content: bytes) -> HttpResponse:
    """DICOM JSON that a browser may keep but has to ask about again: access can be taken away."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    unchanged = etag in request.headers.get("If-None-Match", "")
    response = HttpResponse(status=304) if unchanged else HttpResponse(content, content_type=DICOM_JSON)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _search(request: Request, found: QuerySet[Any], filters: dict[str, str], row: Callable[[Any], Any]) -> HttpResponse:
    """Answer a QIDO-RS query: `filters` maps DICOM keywords to lookups."""
    for name, value in request.query_params.items():
        if name in filters:
            found = _matching(found, name, filters[name], str(value))
        elif name not in _HARMLESS:
            detail = f"Searching by '{name}' is not supported; use {', '.join(sorted(filters))}."
            raise Invalid(detail, errors=[{"field": name, "code": "unsupported", "detail": detail}])
    offset = _whole_number(request, "offset", 0)
    limit = min(_whole_number(request, "limit", MAX_LIMIT), MAX_LIMIT)
    rows = [row(one) for one in found[offset : offset + limit]]
    return _json_answer(request, json.dumps(rows, separators=(",", ":")).encode())


def _matching(found: QuerySet[Any], name: str, lookup: str, value: str) -> QuerySet[Any]:
    try:
        return found.filter(**{lookup: value})
    except ValueError as error:
        # A text where the column holds a number.
        detail = f"'{value[:40]}' is no value of '{name}'."
        raise Invalid(detail, errors=[{"field": name, "code": "invalid", "detail": detail}]) from error


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or len(text) > 9:
        detail = f"'{name}' has to be a whole number from 0."
        raise Invalid(detail, errors=[{"field": name, "code": "invalid", "detail": detail}])
    return int(text)


class StudiesApi(DicomwebApi):
    """QIDO-RS: imaging studies."""

    def get(self, request: Request) -> HttpResponse:
        """Search the imaging studies that the caller may see."""
        found = viewable_imaging_studies(caller(request)).select_related("patient")
        filters = {"StudyInstanceUID": "study_instance_uid", "ModalitiesInStudy": "modalities__contains"}
        # Who lists imaging studies sees whose they are; a reader must not tell which cases are one patient's.
        names_patient = allowed(Action.IMAGING_LIST, site_roles(request.user))
        if names_patient:
            filters["PatientID"] = "patient__patient_key"
        ordered = found.order_by("study_instance_uid")
        return _search(
            request, ordered, filters, lambda one: dicomweb.study_row(one, base_url(), names_patient=names_patient)
        )


class StudySeriesApi(DicomwebApi):
    """QIDO-RS: series of an imaging study."""

    def get(self, request: Request, study_uid: str) -> HttpResponse:
        """Search the series."""
        study = imaging_study_for_viewer(caller(request), study_uid)
        found = series_of(study).select_related("imaging_study")
        filters = {"SeriesInstanceUID": "series_instance_uid", "Modality": "modality"}
        return _search(request, found, filters, lambda one: dicomweb.series_row(one, base_url()))


class SeriesInstancesApi(DicomwebApi):
    """QIDO-RS: instances of a series."""

    def get(self, request: Request, study_uid: str, series_uid: str) -> HttpResponse:
        """Search the instances."""
        series = series_for_viewer(caller(request), study_uid, series_uid)
        filters = {"SOPInstanceUID": "sop_instance_uid", "InstanceNumber": "instance_number"}
        found = instances_of(series)
        return _search(request, found, filters, lambda one: dicomweb.instance_row(one, series, base_url()))


class StudyMetadataApi(DicomwebApi):
    """WADO-RS: metadata of an imaging study."""

    def get(self, request: Request, study_uid: str) -> HttpResponse:
        """Return the metadata of every instance."""
        study = imaging_study_for_viewer(caller(request), study_uid)
        images_viewed(by=caller(request), imaging_study_id=study.pk)
        found = series_of(study).select_related("imaging_study__patient")
        lists = [metadata.series_metadata(one, orthanc())[1:-1] for one in found]
        return _json_answer(request, b"[" + b",".join(one for one in lists if one) + b"]")


class SeriesMetadataApi(DicomwebApi):
    """WADO-RS: metadata of a series."""

    def get(self, request: Request, study_uid: str, series_uid: str) -> HttpResponse:
        """Return the metadata of every instance."""
        series = series_for_viewer(caller(request), study_uid, series_uid)
        images_viewed(by=caller(request), imaging_study_id=series.imaging_study_id)
        return _json_answer(request, metadata.series_metadata(series, orthanc()))


class InstanceMetadataApi(DicomwebApi):
    """WADO-RS: metadata of an instance."""

    def get(self, request: Request, study_uid: str, series_uid: str, instance_uid: str) -> HttpResponse:
        """Return the metadata."""
        instance = instance_for_viewer(caller(request), study_uid, series_uid, instance_uid)
        images_viewed(by=caller(request), imaging_study_id=instance.series.imaging_study_id)
        return _json_answer(request, metadata.instance_metadata(instance, instance.series, orthanc()))


class FramesApi(DicomwebApi):
    """WADO-RS: frames."""

    def get(self, request: Request, study_uid: str, series_uid: str, instance_uid: str, frames: str) -> HttpResponse:
        """Return frames in their stored transfer syntax, as one body or as multipart/related."""
        instance = instance_for_viewer(caller(request), study_uid, series_uid, instance_uid)
        images_viewed(by=caller(request), imaging_study_id=instance.series.imaging_study_id)
        numbers = _frame_numbers(frames)
        syntax = media_types.shown_transfer_syntax(instance.transfer_syntax_uid)
        accept = request.headers.get("Accept", "")
        accepted = media_types.choose(accept, syntax, number_of_frames=len(numbers))
        if accepted is None:
            raise NotAcceptable(
                f"Frames are stored as {syntax}; accept 'multipart/related; "
                "type=\"application/octet-stream\"; transfer-syntax=*' or 'application/octet-stream'."
            )
        form = "m" if accepted.is_multipart else "s"
        etag = f'"{instance.file_sha256[:32]}-{frames}-{form}"'
        if etag in request.headers.get("If-None-Match", ""):
            return _immutable(HttpResponse(status=304), etag)
        parts = [metadata.frame_bytes(instance, number, orthanc()) for number in numbers]
        return _immutable(_frames_body(parts, syntax, is_multipart=accepted.is_multipart), etag)


def _frame_numbers(frames: str) -> list[int]:
    numbers = [int(text) for text in frames.split(",") if len(text) < 10]
    if len(numbers) != frames.count(",") + 1 or len(numbers) > MAX_FRAMES_PER_REQUEST:
        raise Invalid(f"Ask for at most {MAX_FRAMES_PER_REQUEST} frames at a time, as in 'frames/1,2'.")
    return numbers


def _frames_body(parts: Sequence[bytes], syntax: str, *, is_multipart: bool) -> HttpResponse:
    part_type = f"{media_types.OCTET_STREAM}; transfer-syntax={syntax}"
    if not is_multipart:
        return HttpResponse(parts[0], content_type=part_type)
    boundary = secrets.token_hex(16)
    body = dicomweb.multipart_related(parts, part_type, boundary)
    content_type = f'multipart/related; type="{media_types.OCTET_STREAM}"; boundary={boundary}'
    return HttpResponse(body, content_type=content_type)


def _immutable(response: HttpResponse, etag: str) -> HttpResponse:
    """Frames never change: the caller's own browser may keep them, nothing between may."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Vary"] = "Accept, Authorization, Cookie"
    return response

"""HTTP edge of the frames: a grant for an imaging study, then files under it without a database query.

Plain Django views below `/frames/`: DRF would authenticate every frame anew. Bodies are sent whole: a slow client must
not hold a thread.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.accounts.epochs import epoch_of
from portal.errors import NotFound, PortalError, problem_response
from portal.imaging import grants
from portal.imaging.frame_grants import FrameGrantOutput, frame_grants
from portal.imaging.frames import htj2k
from portal.imaging.frames.store import HTJ2K, RAW, FrameDamaged, FrameGone
from portal.imaging.services.frames import frame_store, frames_damaged

BUNDLE = "application/vnd.overread.frames"
MOST_FRAMES = 64
MOST_BYTES = 64 * 1024**2
TRANSFER_SYNTAXES = {RAW: "1.2.840.10008.1.2.1", HTJ2K: htj2k.TRANSFER_SYNTAX}


class FrameGrantApi(APIView):
    """A grant for the frames of an imaging study."""

    @extend_schema(responses=FrameGrantOutput)
    def get(self, request: Request, study_uid: str) -> Response:
        """Let the caller fetch frames for half an hour; missing ones are asked for at a worker."""
        epoch = epoch_of(caller(request).pk)
        granted = frame_grants(request, Q(study_instance_uid=study_uid), epoch=epoch)
        if not granted:
            raise NotFound
        return Response(FrameGrantOutput(granted[0]).data, headers={"Cache-Control": "no-store"})


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Check method and access, and answer errors as problem documents."""

    def guarded(request: HttpRequest, study_id: uuid.UUID, **values: Any) -> HttpResponseBase:
        try:
            if request.method not in ("GET", "HEAD"):
                return _other_method(request)
            grants.require_viewer(request, study_id)
            return view(request, study_id, **values)
        except (grants.NotSignedIn, exceptions.AuthenticationFailed):
            answer = problem_response(401, "not_authenticated", "Sign in, or send a token that is in force.")
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        except FrameGone:
            return problem_response(404, "not_found", "There is nothing here that you may see.")
        except FrameDamaged:
            # The worker writes it again; the pixels that were asked for are not shown.
            frames_damaged(values["series_id"])
            return problem_response(503, "frame_damaged", "This frame is damaged on disk; it is being written again.")
        except PortalError as error:
            return problem_response(error.status, error.code, error.detail)

    return guarded


def _other_method(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        grants.require_signed_in(request)
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
    return problem_response(405, "method_not_allowed", "This address does not answer that method.")


@_guarded
def manifest(request: HttpRequest, study_id: uuid.UUID, series_id: uuid.UUID, version: str) -> HttpResponse:
    """What a viewer needs to know of a series, as gzipped JSON."""
    content = frame_store().manifest(study_id, series_id, version)
    response = HttpResponse(content, content_type="application/json", headers={"Content-Encoding": "gzip"})
    return _immutable(request, response, f"{version}-manifest")


@_guarded
def frame(
    request: HttpRequest, study_id: uuid.UUID, series_id: uuid.UUID, version: str, form: str, number: int
) -> HttpResponse:
    """One frame."""
    content_type = content_type_of(form)
    if settings.OVERREAD_FRAMES_ACCEL:
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = accel_address(study_id, series_id, version, form, number)
    else:
        content = frame_store().frame(study_id, series_id, version, form, number)
        response = HttpResponse(content, content_type=content_type)
    return _immutable(request, response, f"{version}-{form}-{number}")


@_guarded
def bundle(
    request: HttpRequest,
    study_id: uuid.UUID,
    series_id: uuid.UUID,
    version: str,
    form: str,
    first: int,
    last: int,
) -> HttpResponse:
    """Frames `first` to `last` in one body."""
    index = frame_store().index(study_id, series_id, version)
    lengths = index.lengths.get(form, ())[first - 1 : last]
    if not 0 <= last - first < MOST_FRAMES or sum(lengths) > MOST_BYTES:
        detail = f"A bundle holds at most {MOST_FRAMES} frames and {MOST_BYTES // 1024**2} MiB, the first one first."
        return problem_response(400, "invalid", detail)
    content = frame_store().bundle(study_id, series_id, version, form, range(first, last + 1))
    return _immutable(request, HttpResponse(content, content_type=BUNDLE), f"{version}-{form}-{first}-{last}")


def accel_address(study_id: uuid.UUID, series_id: uuid.UUID, version: str, form: str, number: int) -> str:
    """Where nginx finds the file that it sends itself; every part is a number, a UUID or a word of ours."""
    return f"{settings.OVERREAD_FRAMES_ACCEL}/{study_id}/{series_id}/{version}/{form}/{number}"


def content_type_of(form: str) -> str:
    """The media type of a frame."""
    return f"application/octet-stream; transfer-syntax={TRANSFER_SYNTAXES[form]}"


def immutable_headers(name: str) -> dict[str, str]:
    """What is at a frame's address never changes: the browser of this session may keep it, nothing else may."""
    return {
        "ETag": f'"{name}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        # Another session, even in the same browser, has to ask for itself.
        "Vary": "Cookie, Authorization",
    }


def _immutable(request: HttpRequest, response: HttpResponse, name: str) -> HttpResponse:
    headers = immutable_headers(name)
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    for header, value in headers.items():
        response[header] = value
    return response

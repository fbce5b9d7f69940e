"""Routes of case sampling: the frame, what a sample would be, and the samples that were drawn."""

import json
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for, sample_draw_of, sampling_frame_of
from annotations.api.reader_studies import MANAGE, csv_download
from annotations.api.sampling_shapes import (
    DrawCheckOutput,
    DrawInput,
    PreviewInput,
    PreviewOutput,
    SamplingOutput,
    wish_of,
)
from annotations.exporters.sampling_csv import frame_csv, sample_csv
from annotations.models import ReaderStudy, SampleDraw, SamplingFrame
from annotations.selectors.sampling import (
    case_names_of,
    is_drawn_again,
    prevalences,
    sample_numbers,
    sampling_of,
    stratum_row,
)
from annotations.services.sampling import frame_import, sample_draw, sample_preview
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.audit.services import canonical_json, sha256
from portal.csv_upload import CsvParser, csv_text


def _answer(reader_study: ReaderStudy) -> Response:
    return Response(SamplingOutput(sampling_of(reader_study=reader_study)).data, status=status.HTTP_201_CREATED)


def _viewed(request: Request, reader_study: ReaderStudy, obj: ReaderStudy | SamplingFrame | SampleDraw) -> None:
    # Strata can be the truth, so to look at them is an event.
    viewed(by=caller(request), reader_study_id=reader_study.pk, action="sampling.view", obj=obj)


def _stored(content: str) -> HttpResponse:
    return HttpResponse(content.encode(), content_type="application/json")


class SamplingApi(APIView):
    """The sampling of a reader study."""

    @extend_schema(responses=SamplingOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the newest frame and the draws, counted."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        found = sampling_of(reader_study=reader_study)
        # A draw is of a frame.
        if found["frame"] is not None:
            _viewed(request, reader_study, reader_study)
        return Response(SamplingOutput(found).data)


class SamplingFramesApi(APIView):
    """Uploading a frame."""

    parser_classes = [CsvParser, *CsvParser.multipart()]

    @extend_schema(request={"text/csv": OpenApiTypes.STR}, responses={201: SamplingOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a CSV as the frame of a draft; every faulty row is named and nothing is stored."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        text, name = csv_text(request)
        frame_import(by=caller(request), reader_study=reader_study, text=text, name=name)
        return _answer(reader_study)


class SamplingFrameApi(APIView):
    """One frame."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, reader_study_id: uuid.UUID, frame_number: int) -> HttpResponse:
        """Return the stored bytes, whose SHA-256 is the frame's digest."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        frame = sampling_frame_of(reader_study, frame_number)
        _viewed(request, reader_study, frame)
        return _stored(frame.content)


class SamplingFrameCsvApi(APIView):
    """One frame as a table."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID, frame_number: int) -> HttpResponse:
        """Return the candidates as CSV."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        frame = sampling_frame_of(reader_study, frame_number)
        _viewed(request, reader_study, frame)
        return csv_download(frame_csv(frame.document), f"frame-{frame_number}.csv")


class SamplingPreviewApi(APIView):
    """Looking at a sample before it is drawn."""

    @extend_schema(request=PreviewInput, responses=PreviewOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the numbers of every stratum and, with a seed, who would be drawn; 400 `too_few`."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        form = PreviewInput(data=request.data)
        form.is_valid(raise_exception=True)
        wish, seed = wish_of(reader_study, form.validated_data), form.validated_data["seed"]
        found: dict[str, Any] = {"seed": None, "digest": None, "drawn": None}
        if seed is not None:
            found = sample_preview(by=caller(request), reader_study=reader_study, wish=wish, seed=seed)
            found["digest"] = sha256(canonical_json(found))
        else:
            strata = [stratum_row(one) for one in sample_numbers(reader_study=reader_study, wish=wish)]
            found |= {"strata": strata, "prevalence": prevalences(wish, strata)}
        return Response(PreviewOutput(found).data)


class SampleDrawsApi(APIView):
    """Drawing a sample."""

    @extend_schema(request=DrawInput, responses={201: SamplingOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store the previewed sample and make it cases of the draft; 409 `preview_outdated`, 400 `too_few`."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = DrawInput(data=request.data)
        form.is_valid(raise_exception=True)
        sample_draw(
            by=caller(request),
            reader_study=reader_study,
            wish=wish_of(reader_study, form.validated_data),
            seed=form.validated_data["seed"],
            preview_digest=form.validated_data["preview_digest"],
        )
        return _answer(reader_study)


class SampleDrawApi(APIView):
    """One draw."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, reader_study_id: uuid.UUID, draw_number: int) -> HttpResponse:
        """Return the stored bytes, whose SHA-256 is the draw's digest."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        draw = sample_draw_of(reader_study, draw_number)
        _viewed(request, reader_study, draw)
        return _stored(draw.content)


class SampleDrawCheckApi(APIView):
    """Drawing once more, to compare."""

    @extend_schema(responses=DrawCheckOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, draw_number: int) -> Response:
        """Draw again from the stored frame, counts and seed, and say whether the sample is the stored one."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        draw = sample_draw_of(reader_study, draw_number)
        _viewed(request, reader_study, draw)
        return Response(DrawCheckOutput({"is_reproduced": is_drawn_again(draw)}).data)


class SampleDrawCsvApi(APIView):
    """One draw as a table."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID, draw_number: int) -> HttpResponse:
        """Return what was drawn as CSV, with the names of the cases."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        draw = sample_draw_of(reader_study, draw_number)
        _viewed(request, reader_study, draw)
        names = case_names_of(reader_study=reader_study)
        return csv_download(sample_csv(json.loads(draw.content), names), f"sample-{draw_number}.csv")

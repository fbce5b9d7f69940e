"""Routes of the work that makes a version of the reference standard: how far it is, what it found, and its storing."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for, reference_job_of
from annotations.api.consensus import ConsensusOutput
from annotations.api.reader_studies import MANAGE
from annotations.api.reference_files import FilesPreviewOutput
from annotations.api.reference_job_shapes import ReferenceJobOutput, accepted
from annotations.models import ReaderStudy, ReferenceJob, ReferenceJobKind
from annotations.selectors.masking import is_truth_masked, require_truth_unmasked, require_unmasked
from annotations.services.reference_jobs import reference_job_cancel, reference_job_store, result_read
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.errors import NotFound

JOBS_SHOWN = 20


def _job(request: Request, reader_study_id: uuid.UUID, job_id: uuid.UUID) -> tuple[ReaderStudy, ReferenceJob]:
    reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
    return reader_study, reference_job_of(reader_study, job_id)


def _require_unmasked(request: Request, job: ReferenceJob) -> None:
    """A consensus is made of the readers' answers; of files it is what they add to that may be."""
    if job.kind == ReferenceJobKind.CONSENSUS:
        require_unmasked(user=caller(request), reader_study=job.reader_study)
    elif job.base is not None:
        require_truth_unmasked(user=caller(request), standard=job.base)


def _masked_for(request: Request, job: ReferenceJob) -> ReferenceJob:
    """Leave out what is wrong with files that add to a masked version: it names the truth that a case has there."""
    if job.problems and is_truth_masked(user=caller(request), standard=job.base):
        job.problems = []
    return job


class ReferenceJobsApi(APIView):
    """The last jobs of a reader study."""

    @extend_schema(responses=ReferenceJobOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List them, newest first, so that a page that was left finds its look again."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        found = ReferenceJob.objects.filter(reader_study=reader_study).select_related("requested_by", "base", "stored")
        shown = [_masked_for(request, one) for one in found.order_by("-created_at")[:JOBS_SHOWN]]
        return Response(ReferenceJobOutput(shown, many=True).data)


class ReferenceJobApi(APIView):
    """One job."""

    @extend_schema(responses=ReferenceJobOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, reference_job_id: uuid.UUID) -> Response:
        """Say how far it is, and why it failed where it did."""
        _, job = _job(request, reader_study_id, reference_job_id)
        return Response(ReferenceJobOutput(_masked_for(request, job)).data)


class _ResultApi(APIView):
    kind: ReferenceJobKind

    def found(self, request: Request, reader_study_id: uuid.UUID, job_id: uuid.UUID) -> dict[str, Any]:
        """Return what a look of this kind has found."""
        reader_study, job = _job(request, reader_study_id, job_id)
        if job.kind != self.kind:
            raise NotFound
        _require_unmasked(request, job)
        found = result_read(job)
        is_consensus = self.kind == ReferenceJobKind.CONSENSUS
        viewed(
            by=caller(request),
            reader_study_id=reader_study_id,
            action="consensus.view" if is_consensus else "reference_standard.view",
            obj=job.base or reader_study,
            detail={"digest" if is_consensus else "preview": found["digest"]},
        )
        return found


class ReferenceJobConsensusApi(_ResultApi):
    """What a look at a consensus found."""

    kind = ReferenceJobKind.CONSENSUS

    @extend_schema(responses=ConsensusOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, reference_job_id: uuid.UUID) -> Response:
        """Return what the rule makes of the reads, case by case; 409 `not_finished`."""
        return Response(ConsensusOutput(self.found(request, reader_study_id, reference_job_id)).data)


class ReferenceJobFilesApi(_ResultApi):
    """What a look at files found."""

    kind = ReferenceJobKind.FILES

    @extend_schema(responses=FilesPreviewOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, reference_job_id: uuid.UUID) -> Response:
        """Return the version that the files would be, case by case; 409 `not_finished`."""
        return Response(FilesPreviewOutput(self.found(request, reader_study_id, reference_job_id)).data)


class StoreInput(serializers.Serializer[Any]):
    """What was looked at."""

    digest = serializers.CharField(max_length=64, help_text="That of the look.")


class ReferenceJobStoreApi(APIView):
    """Storing what was seen."""

    @extend_schema(request=StoreInput, responses={202: ReferenceJobOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID, reference_job_id: uuid.UUID) -> Response:
        """Have a worker store it as the next version; 409 `preview_outdated`, here or as the failure of the job."""
        form = StoreInput(data=request.data)
        form.is_valid(raise_exception=True)
        _, job = _job(request, reader_study_id, reference_job_id)
        _require_unmasked(request, job)
        reference_job_store(by=caller(request), job=job, digest=form.validated_data["digest"])
        return accepted(job)


class ReferenceJobCancelApi(APIView):
    """Stopping a job."""

    @extend_schema(request=None, responses=ReferenceJobOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID, reference_job_id: uuid.UUID) -> Response:
        """Ask it to stop; 409 `wrong_state` when it is over."""
        _, job = _job(request, reader_study_id, reference_job_id)
        reference_job_cancel(by=caller(request), job=job)
        job.refresh_from_db()
        return Response(ReferenceJobOutput(job).data, status=status.HTTP_200_OK)

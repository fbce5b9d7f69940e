"""The work of an analysis run."""

from django.db import transaction

from annotations.services.drafts import stream_of
from portal.audit.services import record, sha256
from portal.db import JobState
from portal.jobs import JobFailed, Lease
from validation.canonical import canonical_result, parse
from validation.computing import compute
from validation.models import AnalysisResult, AnalysisRun
from validation.services import software


def execute(run: AnalysisRun, lease: Lease) -> None:
    """Compute the run's result from its snapshot and store both or neither.

    Everything is computed from the frozen snapshot, so a run that starts again after its worker died gives the
    same bytes; the result is stored once, in the transaction that ends the job.
    """
    snapshot = run.snapshot
    if sha256(snapshot.content) != snapshot.digest:
        raise JobFailed("The stored snapshot does not match its digest.", code="snapshot_damaged")
    document = compute(
        parse(snapshot.content), snapshot_digest=snapshot.digest, software=software(), progress=lease.progress
    )
    content = canonical_result(document)
    with transaction.atomic():
        result = AnalysisResult.objects.create(run=run, content=content, digest=sha256(content))
        record(
            stream=stream_of(run.reader_study_id),
            actor=None,
            action="analysis_run.succeed",
            obj=run,
            detail={"result_digest": sha256(content)},
            rows=[result],
        )
        lease.finish(JobState.SUCCEEDED)

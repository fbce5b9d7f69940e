"""The work of a reference job: looking what a version would be, then storing what was seen.

Both are worked out from the reads and the files, which do not change meanwhile or are compared again, so a worker that
takes over from a dead one comes to the same; a version is stored in the transaction that ends its job.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from annotations.domain.truth_csv import Truth
from annotations.models import ReaderStudy, ReferenceJob, ReferenceJobKind, ReferenceStandard
from annotations.selectors.consensus import Consensus, panel_from_json
from annotations.selectors.reader_studies import cases_of
from annotations.services.consensus import consensus_find, consensus_store
from annotations.services.reference_jobs import result_write, uploads_of
from annotations.services.truth_files import FilesRead, truth_files_read, truth_files_repeat, truth_files_store
from portal.db import JobState
from portal.errors import PortalError
from portal.jobs import Lease

# Told more often, the telling would take longer than the work.
PROGRESS_EVERY_S = 0.5


def execute(job: ReferenceJob, lease: Lease) -> None:
    """Do what a job asks for; of what is wrong with its files every place is kept."""
    work = {
        (ReferenceJobKind.CONSENSUS, False): _consensus_look,
        (ReferenceJobKind.CONSENSUS, True): _consensus_store,
        (ReferenceJobKind.FILES, False): _files_look,
        (ReferenceJobKind.FILES, True): _files_store,
    }[ReferenceJobKind(job.kind), job.is_storing]
    try:
        work(job, lease)
    except PortalError as error:
        lease.store(problems=list(error.errors))
        raise


def _consensus_look(job: ReferenceJob, lease: Lease) -> None:
    panel = panel_from_json(job.asked)
    found = consensus_find(reader_study=job.reader_study, panel=panel, progress=_matched(lease))
    _looked(job, lease, found.digest, _consensus_answer(found))


def _consensus_store(job: ReferenceJob, lease: Lease) -> None:
    consensus_store(
        by=job.requested_by,
        reader_study=job.reader_study,
        panel=panel_from_json(job.asked),
        digest=job.digest,
        progress=_matched(lease),
        stored=lambda standard: _stored(job, lease, standard),
    )


def _files_look(job: ReferenceJob, lease: Lease) -> None:
    read = _files_read(job, lease)
    _looked(job, lease, read.digest, _files_answer(job, read))


def _files_store(job: ReferenceJob, lease: Lease) -> None:
    read = _files_read(job, lease)
    with transaction.atomic():
        # The row that versions are stored under.
        locked = ReaderStudy.objects.select_for_update().get(pk=job.reader_study_id)
        standard = truth_files_store(by=job.requested_by, reader_study=locked, read=read, digest=job.digest)
        _stored(job, lease, standard)


def _files_read(job: ReferenceJob, lease: Lease) -> FilesRead:
    told = _paced(lease)
    return truth_files_read(
        reader_study=job.reader_study,
        uploads=uploads_of(job),
        base=job.base,
        threshold=job.asked["threshold"],
        progress=lambda number: told(number, 0, f"{number} file(s) read"),
    )


def _looked(job: ReferenceJob, lease: Lease, digest: str, answer: Mapping[str, Any]) -> None:
    with transaction.atomic():
        # Holds the row until the file is written: who has lost the lease writes nothing over what another finds.
        lease.store(digest=digest)
        result_write(job, answer)
        lease.finish(JobState.SUCCEEDED)


def _stored(job: ReferenceJob, lease: Lease, standard: ReferenceStandard) -> None:
    ReferenceJob.objects.filter(pk=job.pk).update(stored=standard)
    lease.finish(JobState.SUCCEEDED)


def _matched(lease: Lease) -> Callable[[int, int], None]:
    told = _paced(lease)
    return lambda done, total: told(done, total, f"Marks of {done} of {total} case(s) matched")


def _paced(lease: Lease) -> Callable[[int, int, str], None]:
    """Tell of progress, and learn of a cancel, twice a second at most."""
    last_s = 0.0

    def tell(done: int, total: int, message: str) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= PROGRESS_EVERY_S:
            last_s = time.monotonic()
            lease.progress(done, total, message)

    return tell


def _consensus_answer(found: Consensus) -> dict[str, Any]:
    return {
        "digest": found.digest,
        "rule": found.rule,
        "counts": found.counts,
        "cases": [
            {
                "case": one.case.name,
                "case_id": str(one.case.pk),
                "outcome": one.outcome,
                "reason": one.reason,
                "truth": one.truth,
                "votes": one.votes,
                "matching": one.matching,
            }
            for one in found.decisions
        ],
    }


def _files_answer(job: ReferenceJob, read: FilesRead) -> dict[str, Any]:
    known = {truth.case for truth in read.truths}
    names = cases_of(reader_study=job.reader_study).values_list("name", flat=True)
    repeated = truth_files_repeat(reader_study=job.reader_study, read=read)
    return {
        "digest": read.digest,
        "repeats_version": repeated.version if repeated else None,
        "base_version": read.base.version if read.base else None,
        "files": [one._asdict() for one in read.files],
        "cases": [{**truth._asdict(), "change": _change(truth, read)} for truth in read.truths],
        "missing": [name for name in names if name not in known],
    }


def _change(truth: Truth, read: FilesRead) -> str:
    before = read.before.get(truth.case)
    if before is None:
        return "NEW"
    return "KEPT" if before.lesions == truth.lesions else "CHANGED"

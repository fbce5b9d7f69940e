"""Brings the demo's imaging studies into the portal, through the same ingest as everything else."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pydicom
from django.conf import settings
from django.db.models import Count
from pydicom.data import get_testdata_file

from portal import jobs
from portal.db import JobState
from portal.demo.phantoms import ruler
from portal.demo.phantoms.catalogue import READING_SLICES, reading_cases
from portal.demo.phantoms.dicom import study_instance_uid, to_bytes, to_datasets
from portal.demo.phantoms.volume import Phantom
from portal.imaging.models import ImagingStudy, IngestItem, IngestJob, IngestOutcome, IngestSource
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run

# Real, de-identified images that come with pydicom: a head CT and a shoulder MR.
REAL_FILES = ("693_J2KR.dcm", "MR2_J2KR.dcm")
# Every fourth phantom is stored uncompressed, so that both ways of decoding are in use.
_UNCOMPRESSED_EVERY = 4

Progress = Callable[[int, int], None]


class IngestProblem(Exception):
    """The demo's own images did not get in."""


@dataclass(frozen=True, slots=True)
class DemoImages:
    """The demo's imaging studies, in the order of their making."""

    phantoms: list[ImagingStudy]
    ruler: ImagingStudy
    real: list[ImagingStudy]


def demo_images_ensure(progress: Progress) -> tuple[DemoImages, int]:
    """Ingest what is missing; returns all imaging studies and how many instances are new."""
    complete = _complete_studies()
    scratch = Path(tempfile.mkdtemp(prefix="demo-", dir=settings.VAR_DIR))
    try:
        _write_missing(scratch, complete)
        new = _ingest(scratch, progress) if any(scratch.iterdir()) else 0
    finally:
        shutil.rmtree(scratch)
    return _found(), new


def real_paths() -> list[Path]:
    """The real images on this disk; nothing is downloaded."""
    found = [(name, get_testdata_file(name, download=False)) for name in REAL_FILES]
    missing = [name for name, path in found if path is None]
    if missing:
        raise IngestProblem(f"The package pydicom-data lacks {', '.join(missing)}: install requirements.txt.")
    return [Path(str(path)) for _, path in found]


def _real_uids() -> list[str]:
    return [str(pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID) for path in real_paths()]


def _complete_studies() -> set[str]:
    """UIDs of the demo's imaging studies of which every instance is in the mirror."""
    expected = {str(study_instance_uid(case.name)): READING_SLICES for case in reading_cases()}
    expected[str(study_instance_uid(ruler.NAME))] = ruler.make_ruler().grid.slices
    expected |= dict.fromkeys(_real_uids(), 1)
    stored = (
        ImagingStudy.objects.filter(study_instance_uid__in=expected)
        .annotate(stored=Count("series__instances"))
        .values_list("study_instance_uid", "stored")
    )
    return {uid for uid, count in stored if count >= expected[uid]}


def _write_missing(folder: Path, complete: set[str]) -> None:
    for day, case in enumerate(reading_cases()):
        if str(study_instance_uid(case.name)) not in complete:
            _write(folder, case.draw(), day=day, compress=day % _UNCOMPRESSED_EVERY != 0)
    if str(study_instance_uid(ruler.NAME)) not in complete:
        _write(folder, ruler.make_ruler(), day=365, compress=False, description=ruler.DESCRIPTION)
    for path, uid in zip(real_paths(), _real_uids(), strict=True):
        if uid not in complete:
            shutil.copyfile(path, folder / path.name)


def _write(
    folder: Path, phantom: Phantom, *, day: int, compress: bool, description: str = "SYNTHETIC phantom chest CT"
) -> None:
    own = folder / phantom.name.replace(" ", "-")
    own.mkdir()
    for index, dataset in enumerate(to_datasets(phantom, day=day, compress=compress, description=description)):
        (own / f"{index:03d}.dcm").write_bytes(to_bytes(dataset))


def _ingest(folder: Path, progress: Progress) -> int:
    job = ingest_job_create_from_paths(paths=sorted(folder.iterdir()), source=IngestSource.COMMAND, requested_by=None)
    jobs.run(IngestJob, job.pk, lambda job, lease: ingest_job_run(job, lease, report=progress))
    job.refresh_from_db()
    if job.state != JobState.SUCCEEDED:
        raise IngestProblem(f"The ingest of the demo's images did not finish: {job.error_detail}")
    refused = IngestItem.objects.filter(job=job, outcome=IngestOutcome.REFUSED).first()
    if refused is not None:
        raise IngestProblem(f"The portal refused {refused.name}: {refused.reason}")
    return IngestItem.objects.filter(job=job, outcome=IngestOutcome.NEW).count()


def _found() -> DemoImages:
    uids = [str(study_instance_uid(case.name)) for case in reading_cases()]
    ruler_uid, real_uids = str(study_instance_uid(ruler.NAME)), _real_uids()
    wanted = ImagingStudy.objects.filter(study_instance_uid__in=[*uids, ruler_uid, *real_uids])
    by_uid = {study.study_instance_uid: study for study in wanted}
    return DemoImages(
        phantoms=[by_uid[uid] for uid in uids],
        ruler=by_uid[ruler_uid],
        real=[by_uid[uid] for uid in real_uids],
    )

"""Take in DICOM files from this machine."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from portal import jobs
from portal.db import JobState
from portal.imaging.models import IngestJob, IngestSource
from portal.imaging.selectors import refused_items
from portal.imaging.services.ingest import counts_of, ingest_job_create_from_paths, ingest_job_notice, ingest_job_run

SOME_REFUSED = 3


class Command(BaseCommand):
    help = (
        "Take in DICOM images: files, folders, zip and tar archives (plain, gz, xz, bz2). Every file is "
        "screened, stored in Orthanc and mirrored; what is there stays as it is, so repeating is safe. "
        "Exit status: 0 when nothing was refused, 3 when some files were refused (each is named with its "
        "reason), 1 when the ingest failed or was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the paths."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or archive")

    def handle(self, *args: Any, paths: list[Path], **options: Any) -> None:
        """Run the job in this process, with a progress bar, and sum it up."""
        job = ingest_job_create_from_paths(paths=paths, source=IngestSource.COMMAND, requested_by=None)
        # Not self.stderr: Django's wrapper ends every write with a new line, which a bar must not.
        with tqdm(unit=" files", file=sys.stderr, disable=None) as bar:

            def report(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            def work(job: IngestJob, lease: jobs.Lease) -> None:
                try:
                    ingest_job_run(job, lease, report=report)
                except KeyboardInterrupt as stop:
                    raise jobs.JobCancelled(str(job.pk)) from stop

            jobs.run(IngestJob, job.pk, work, ended=ingest_job_notice)
        job.refresh_from_db()
        self._summarise(job)

    def _summarise(self, job: IngestJob) -> None:
        counts = counts_of(job)
        for item in refused_items(job):
            self.stdout.write(f"refused  {item.name}: {item.reason} [{item.reason_code}]")
        self.stdout.write(f"{counts['new']} new, {counts['present']} already there, {counts['refused']} refused")
        if job.state != JobState.SUCCEEDED:
            raise CommandError(f"The ingest did not finish: {job.error_detail}")
        if counts["refused"]:
            sys.exit(SOME_REFUSED)

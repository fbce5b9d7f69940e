"""Background work on images."""

import logging

from portal import jobs
from portal.celery import app
from portal.imaging.connection import orthanc
from portal.imaging.models import IngestJob, SeriesFrames
from portal.imaging.orthanc import OrthancUnavailable
from portal.imaging.services.describe import series_describe
from portal.imaging.services.follow import changes_follow
from portal.imaging.services.frames import frames_sweep, write_frames
from portal.imaging.services.ingest import ingest_job_notice, ingest_job_run

logger = logging.getLogger(__name__)


@app.task(name=IngestJob.TASK_NAME)
def ingest(*, job_id: str) -> None:
    """Take in the files of one job."""
    jobs.run(IngestJob, job_id, ingest_job_run, ended=ingest_job_notice)


@app.task(name=SeriesFrames.TASK_NAME)
def write_series_frames(*, job_id: str) -> None:
    """Write the frames of one series."""
    jobs.run(SeriesFrames, job_id, write_frames)


@app.task(name="imaging.frames_sweep")
def sweep_frames() -> int:
    """Have missing frames written and orphaned ones removed."""
    return frames_sweep()


@app.task(name="imaging.follow_changes")
def follow_changes() -> int:
    """Mirror what has arrived in Orthanc since the last call."""
    try:
        return changes_follow(gateway=orthanc())
    except OrthancUnavailable as error:
        # Normal while Orthanc restarts; /health/ready says so too, and nothing is lost.
        logger.warning("changes feed: %s", error)
        return 0


@app.task(name="imaging.describe_series")
def describe_series() -> int:
    """Describe the series that have arrived, for hanging protocols."""
    return series_describe(gateway=orthanc())

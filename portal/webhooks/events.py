"""What can be told to other programs. Pure tables.

What is told is which object has come to which state, by its id: nothing about a patient, no answer, nothing that the AI
says.
Who is told asks the API for the rest, with a token that may see it.
"""

import uuid
from enum import StrEnum

SITE = "site"


def reader_study_scope(reader_study_id: uuid.UUID) -> str:
    """Return the scope of the webhooks of one reader study."""
    return f"reader-study:{reader_study_id}"


class EventKind(StrEnum):
    """What has happened."""

    READER_STUDY_LAUNCHED = "reader_study.launched"
    READER_STUDY_PAUSED = "reader_study.paused"
    READER_STUDY_RESUMED = "reader_study.resumed"
    READER_STUDY_CLOSED = "reader_study.closed"
    READER_STUDY_LOCKED = "reader_study.locked"
    READ_SIGNED = "read.signed"
    ANALYSIS_RUN_FINISHED = "analysis_run.finished"
    INFERENCE_RUN_FINISHED = "inference_run.finished"
    INGEST_JOB_FINISHED = "ingest_job.finished"
    DRIFT_SIGNAL_FOUND = "drift_signal.found"
    PING = "webhook.ping"


# What each event says beside its id, kind and time: the fields of `data`.
FIELDS: dict[EventKind, tuple[str, ...]] = {
    EventKind.READER_STUDY_LAUNCHED: ("reader_study_id", "state"),
    EventKind.READER_STUDY_PAUSED: ("reader_study_id", "state"),
    EventKind.READER_STUDY_RESUMED: ("reader_study_id", "state"),
    EventKind.READER_STUDY_CLOSED: ("reader_study_id", "state"),
    EventKind.READER_STUDY_LOCKED: ("reader_study_id", "state"),
    EventKind.READ_SIGNED: ("reader_study_id", "assignment_id", "read_id", "revision_id", "revision_number"),
    EventKind.ANALYSIS_RUN_FINISHED: ("reader_study_id", "analysis_run_id", "state"),
    EventKind.INFERENCE_RUN_FINISHED: ("inference_run_id", "state"),
    EventKind.INGEST_JOB_FINISHED: ("ingest_job_id", "state"),
    # Which chart, not what it shows.
    EventKind.DRIFT_SIGNAL_FOUND: ("model_version_id", "drift_signal_id", "chart"),
    EventKind.PING: ("webhook_id",),
}

# What a webhook may be registered for. The site's own are told of every reader study.
READER_STUDY_EVENTS = (
    EventKind.READER_STUDY_LAUNCHED,
    EventKind.READER_STUDY_PAUSED,
    EventKind.READER_STUDY_RESUMED,
    EventKind.READER_STUDY_CLOSED,
    EventKind.READER_STUDY_LOCKED,
    EventKind.READ_SIGNED,
    EventKind.ANALYSIS_RUN_FINISHED,
)
# A run of a model, an ingest and the watch over a model version belong to no reader study.
SITE_EVENTS = (
    *READER_STUDY_EVENTS,
    EventKind.INFERENCE_RUN_FINISHED,
    EventKind.INGEST_JOB_FINISHED,
    EventKind.DRIFT_SIGNAL_FOUND,
)


def events_of(scope: str) -> tuple[EventKind, ...]:
    """Return the events that webhooks of a scope may be registered for."""
    return SITE_EVENTS if scope == SITE else READER_STUDY_EVENTS

"""Which chain of the audit trail an event belongs to."""

from annotations.models import Assignment


def stream_of_reader(assignment: Assignment) -> str:
    """Return the audit stream of one reader in one reader study: one chain each, so that readers do not wait."""
    return f"reader-study:{assignment.reader_study_id}:reader:{assignment.reader_id}"

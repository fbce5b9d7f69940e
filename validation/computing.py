"""The one way from a snapshot to a result: by plan, or of one arm that is explored."""

from collections.abc import Mapping
from typing import Any

from validation.analysis import Progress, analyse
from validation.planned_analysis import analyse_planned


def compute(
    snapshot: Mapping[str, Any],
    *,
    snapshot_digest: str,
    software: Mapping[str, str],
    progress: Progress = lambda done, total, message: None,
) -> dict[str, Any]:
    """Compute the result of a snapshot, whichever kind it is."""
    way = analyse_planned if "plan" in snapshot else analyse
    return way(snapshot, snapshot_digest=snapshot_digest, software=software, progress=progress)

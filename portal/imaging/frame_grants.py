"""What a viewer is told before it asks for frames: a grant for each imaging study, and where its series' files are.

Said by the route for one imaging study, and along with a read when it is opened: then the first frame can be asked
for at once.
"""

import uuid
from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from portal.accounts.authentication import caller
from portal.db import JobState
from portal.imaging import grants
from portal.imaging.access import viewable_imaging_studies
from portal.imaging.models import ImagingStudy, Series, SeriesFrames
from portal.imaging.selectors import series_of_studies
from portal.imaging.services.frames import frames_request, frames_used, is_ready
from portal.imaging.services.viewing import images_viewed

READY, PENDING, FAILED = "READY", "PENDING", "FAILED"


class GrantedSeriesOutput(serializers.Serializer[Any]):
    """Where the frames of a series are, once they are written."""

    series_instance_uid = serializers.CharField()
    state = serializers.ChoiceField([READY, PENDING, FAILED])
    reason_code = serializers.CharField(help_text="Why the frames could not be written.")
    progress_done = serializers.IntegerField()
    progress_total = serializers.IntegerField()
    number_of_frames = serializers.IntegerField()
    frames_url = serializers.CharField(allow_null=True, help_text="Null unless READY.")


class FrameGrantOutput(serializers.Serializer[Any]):
    """A grant for the frames of an imaging study."""

    study_instance_uid = serializers.CharField()
    grant = serializers.CharField(help_text=f"Send it with every frame, in the header {grants.HEADER}.")
    expires_at = serializers.DateTimeField()
    series = GrantedSeriesOutput(many=True)


def frame_grants(request: Request, wanted: Q, *, epoch: int) -> list[dict[str, Any]]:
    """Grants for those of the wanted imaging studies that the caller may see; missing frames are asked for.

    `epoch` is the account's, read before anything of the answer was asked of the database: a change in between must
    not be taken for one that was seen.
    """
    user = caller(request)
    studies = list(viewable_imaging_studies(user).filter(wanted))
    for study in studies:
        images_viewed(by=user, imaging_study_id=study.pk)
    rows = _rows(studies)
    return [
        {
            "study_instance_uid": study.study_instance_uid,
            "grant": grants.grant_for(request._request, user, study.pk, epoch),
            "expires_at": timezone.now() + timedelta(seconds=grants.LIFE_S),
            "series": rows[study.pk],
        }
        for study in studies
    ]


def _rows(studies: list[ImagingStudy]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    rows: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    ready: list[SeriesFrames] = []
    missing: list[Series] = []
    for series in series_of_studies(studies).select_related("frames"):
        row = _series_row(series)
        rows[series.imaging_study_id].append(row)
        if row["state"] == READY:
            ready.append(series.frames)
        else:
            missing.append(series)
    frames_request(missing)
    frames_used(ready)
    return rows


def _series_row(series: Any) -> dict[str, Any]:
    frames: SeriesFrames | None = getattr(series, "frames", None)
    ready = frames is not None and is_ready(frames, series)
    failed = frames is not None and frames.state == JobState.FAILED
    address = f"/frames/{series.imaging_study_id}/{series.pk}/{frames.version}" if frames and ready else None
    return {
        "series_instance_uid": series.series_instance_uid,
        "state": READY if ready else FAILED if failed else PENDING,
        "reason_code": frames.error_code if frames and failed else "",
        "progress_done": frames.progress_done if frames else 0,
        "progress_total": frames.progress_total if frames else 0,
        "number_of_frames": frames.number_of_frames if frames and ready else 0,
        "frames_url": address,
    }

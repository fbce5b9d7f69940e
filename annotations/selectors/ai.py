"""What of the AI a read may show."""

import uuid
from typing import Any

from annotations.domain.ai_decisions import ShownAi
from annotations.domain.blinding import shows_ai
from annotations.domain.states import AI_DECIDED
from annotations.models import Read
from annotations.selectors.blinding import is_put_away, phase_of, shows
from annotations.selectors.case_images import current_ids_of
from portal.inference.models import Explanation, Prediction
from portal.inference.selectors import explanations_in_force, predictions_in_force


def comparison_available(*, read: Read) -> bool:
    """Say whether the protocol lets the reader see the AI now."""
    if read.assignment.reader_study.ai_model_version_id is None:
        return False
    arm = read.assignment.arm
    return not is_put_away(read=read) and shows_ai(arm.ai_display, arm.blinding, phase_of(read=read))


def predictions_of(*, read: Read) -> dict[uuid.UUID, Prediction]:
    """Return by imaging study the predictions on a read's case: those in force when the reader study was launched."""
    reader_study, case = read.assignment.reader_study, read.assignment.case
    if reader_study.ai_model_version is None:
        return {}
    (current,) = current_ids_of([case])
    in_force = predictions_in_force(
        model_version=reader_study.ai_model_version, imaging_study_ids=current, frozen_at=reader_study.launched_at
    )
    return {pk: in_force[pk] for pk in current if pk in in_force}


def predictions_with_marks_shown(*, read: Read) -> list[Prediction]:
    """Return the predictions on a read's case whose marks the reader may see now, that of the first study first."""
    if not comparison_available(read=read) or not shows("ai_marks", read=read):
        return []
    return list(predictions_of(read=read).values())


def explanations_of(*, read: Read, prediction: Prediction) -> list[Explanation]:
    """Return what was explained of a prediction when the reader study was launched."""
    return explanations_in_force(prediction=prediction, frozen_at=read.assignment.reader_study.launched_at)


def shown_ai_of(*, read: Read) -> list[ShownAi]:
    """Return what of the AI the reader can decide about now: only where it is shown before signing."""
    if read.assignment.arm.ai_display not in AI_DECIDED:
        return []
    return [
        ShownAi(str(prediction.pk), {one["id"]: _seen(one, read) for one in prediction.findings})
        for prediction in predictions_with_marks_shown(read=read)
    ]


def _seen(finding: dict[str, Any], read: Read) -> str:
    """Return how a finding of the AI is named in the reading room: its score where it is shown, and its code."""
    meaning = str(finding["code"]["meaning"])
    return f"{finding['score']:.2f} {meaning}" if shows("ai_scores", read=read) else meaning

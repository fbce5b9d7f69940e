"""What of the AI a read may show."""

from annotations.domain.ai_decisions import ShownAi
from annotations.domain.blinding import shows_ai
from annotations.domain.states import AI_DECIDED
from annotations.models import Read
from annotations.selectors.blinding import is_put_away, phase_of, shows
from portal.inference.models import Prediction
from portal.inference.selectors import predictions_in_force


def comparison_available(*, read: Read) -> bool:
    """Say whether the protocol lets the reader see the AI now."""
    if read.assignment.reader_study.ai_model_version_id is None:
        return False
    arm = read.assignment.arm
    return not is_put_away(read=read) and shows_ai(arm.ai_display, arm.blinding, phase_of(read=read))


def prediction_of(*, read: Read) -> Prediction | None:
    """Return the prediction of a read's case: the one in force when the reader study was launched."""
    reader_study, imaging_study_id = read.assignment.reader_study, read.assignment.case.imaging_study_id
    if reader_study.ai_model_version is None:
        return None
    in_force = predictions_in_force(
        model_version=reader_study.ai_model_version,
        imaging_study_ids=[imaging_study_id],
        frozen_at=reader_study.launched_at,
    )
    return in_force.get(imaging_study_id)


def prediction_with_marks_shown(*, read: Read) -> Prediction | None:
    """Return the prediction of a read's case where the reader may see its marks now."""
    is_available = comparison_available(read=read) and shows("ai_marks", read=read)
    return prediction_of(read=read) if is_available else None


def shown_ai_of(*, read: Read) -> ShownAi | None:
    """Return what of the AI the reader can decide about now: only where it is shown before signing."""
    if read.assignment.arm.ai_display not in AI_DECIDED or not comparison_available(read=read):
        return None
    prediction = prediction_of(read=read)
    if prediction is None or not shows("ai_marks", read=read):
        return None
    return ShownAi(str(prediction.pk), tuple(finding["id"] for finding in prediction.findings))

"""The AI's part in the reading orders: as it would be now, and as it was stored at the launch."""

from collections.abc import Sequence

from annotations.domain.ai_order import Priorities, ordered_arms, priority_of
from annotations.domain.designs import Design
from annotations.models import AiOrder, Assignment, AssignmentState, Case, ReaderStudy
from portal.accounts.models import User
from portal.inference.selectors import predictions_in_force


def ai_order_of(*, reader_study: ReaderStudy) -> AiOrder | None:
    """Return the order as it was stored at the launch; None where every order was drawn."""
    return AiOrder.objects.filter(reader_study=reader_study).select_related("model_version__ai_model").first()


def ai_order_now(*, reader_study: ReaderStudy, design: Design, cases: Sequence[Case]) -> AiOrder | None:
    """Return the order that the predictions of now make, not stored; None where every order is drawn.

    Training cases come before the order, and are not in it. The AI's score of a case is that of its first study.
    """
    arms, version = ordered_arms(design), reader_study.ai_model_version
    if not arms or version is None:
        return None
    training = set(design["training"])
    ordered = [case for case in cases if str(case.pk) not in training]
    found = predictions_in_force(model_version=version, imaging_study_ids=[one.imaging_study_id for one in ordered])
    predictions = [(case, found.get(case.imaging_study_id)) for case in ordered]
    return AiOrder(
        reader_study=reader_study,
        model_version=version,
        operating_threshold=version.operating_threshold,
        arms=arms,
        cases=[
            {
                "case_id": str(case.pk),
                "name": case.name,
                "prediction_id": str(prediction.pk) if prediction else None,
                "score": prediction.score if prediction else None,
            }
            for case, prediction in predictions
        ],
    )


def priorities_of(order: AiOrder | None) -> Priorities:
    """Return for each arm that the AI orders how urgent each case with a prediction is."""
    if order is None:
        return {}
    return {
        arm: {
            one["name"]: priority_of(by, one["score"], order.operating_threshold)
            for one in order.cases
            if one["score"] is not None
        }
        for arm, by in order.arms.items()
    }


def sessions_ordered_by_ai(*, reader_study: ReaderStudy, reader: User) -> set[int]:
    """Return the numbers of the sessions in which the AI has ordered the reader's worklist."""
    arms = AiOrder.objects.filter(reader_study=reader_study).values_list("arms", flat=True).first()
    if arms is None:
        return set()
    own = Assignment.objects.filter(reader_study=reader_study, reader=reader, is_training=False, arm__key__in=arms)
    return set(own.exclude(state=AssignmentState.VOID).order_by().values_list("session__number", flat=True))

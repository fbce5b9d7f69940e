"""What an analysis reads from the database, as the content of a snapshot; and the runs of a reader study."""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from annotations.domain.answers import reason_not_assessed
from annotations.domain.kinds import CONFIDENCE, CONFIDENCE_MAXIMUM, NUMBER
from annotations.models import (
    Arm,
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    LabelSchema,
    ReaderStudy,
    ReferenceStandard,
    ReferenceTruth,
    Revision,
    SampleSizePlan,
)
from annotations.selectors.reader_studies import cases_of, label_schema_of
from annotations.selectors.truth import newest_standard
from portal.errors import Conflict, Invalid
from portal.inference.models import ModelVersion, Prediction
from portal.inference.selectors import predictions_in_force
from validation.models import AnalysisRun
from validation.selectors.looks import looks_frozen, standard_frozen

SNAPSHOT_FORMAT = "overread.analysis-snapshot"
SNAPSHOT_VERSION = 1


def analysis_runs_of(*, reader_study: ReaderStudy) -> QuerySet[AnalysisRun]:
    """Return the analysis runs of a reader study, without the text of their snapshots and results."""
    found = AnalysisRun.objects.filter(reader_study=reader_study).select_related(
        "snapshot", "result", "requested_by", "reference_standard", "arm", "plan"
    )
    return found.defer("snapshot__content", "result__content", "plan__content")


def sample_size_plans_of(*, reader_study: ReaderStudy) -> QuerySet[SampleSizePlan]:
    """Return the saved sample sizes of a reader study."""
    return SampleSizePlan.objects.filter(reader_study=reader_study).select_related("created_by")


def snapshot_content(
    *,
    reader_study: ReaderStudy,
    confidence_level: float,
    call_threshold: float | None,
    arm: str | None = None,
    reference_standard: ReferenceStandard | None = None,
) -> dict[str, Any]:
    """Collect everything the analysis of a reader study depends on, in a fixed order.

    Where no version of the reference standard is given it is the newest; `services` asks whether it is locked.
    """
    standard = reference_standard or newest_standard(reader_study=reader_study)
    schema = label_schema_of(reader_study=reader_study)
    if schema is None:
        raise Conflict("The reader study has no label schema.", code="no_label_schema")
    questions = questions_of(schema)
    _require_on_scale(call_threshold, schema)
    chosen = arm_to_analyse(reader_study=reader_study, key=arm)
    cases = list(cases_of(reader_study=reader_study).order_by("position", "pk"))
    assignments = _assignments(reader_study)
    training = {one.case_id for one in assignments if one.is_training}
    model_version = reader_study.ai_model_version
    return {
        "format": SNAPSHOT_FORMAT,
        "version": SNAPSHOT_VERSION,
        "reader_study": {"id": str(reader_study.pk), "name": reader_study.name},
        "configuration": {"confidence_level": confidence_level, "call_threshold": call_threshold, "arm": chosen.key},
        "arms": [{"key": one.key, "name": one.name, "ai_display": one.ai_display} for one in reader_study.arms.all()],
        "label_schema": {"id": str(schema.pk), "version": schema.version, **questions},
        "reference_standard": standard_frozen(standard),
        "looks": looks_frozen(reader_study=reader_study),
        "model_version": _model_version(model_version),
        **people_frozen(assignments),
        "cases": cases_frozen(cases, standard, training),
        "reads": [read_frozen(assignment, questions) for assignment in assignments],
        "predictions": _predictions(model_version, cases, reader_study.launched_at),
    }


def people_frozen(assignments: list[Assignment]) -> dict[str, list[dict[str, str]]]:
    """Name the readers whose accuracy is measured, and apart from them who decided what two readers did not settle."""
    drawn = [one for one in assignments if one.role == AssignmentRole.READER]
    arbitrations = [one for one in assignments if one.role == AssignmentRole.ARBITRATION]
    readers = {"readers": _readers(drawn)}
    return readers | {"arbitrators": _readers(arbitrations)} if arbitrations else readers


def arm_to_analyse(*, reader_study: ReaderStudy, key: str | None) -> Arm:
    """Return the arm to analyse; of several one has to be named, because arms are never mixed."""
    arms = list(reader_study.arms.all())
    found = [arm for arm in arms if key is None or arm.key == key]
    if len(found) == 1:
        return found[0]
    detail = f"Name one of the arms: {', '.join(f'{arm.key} ({arm.name})' for arm in arms)}."
    raise Invalid(detail, code="arm_required", errors=[{"field": "arm", "code": "arm_required", "detail": detail}])


def questions_of(schema: LabelSchema) -> dict[str, str | None]:
    """Return the keys of the call and of the rating, and the kind of the rating question."""
    by_role = {question.get("role"): question for question in schema.questions if question.get("role")}
    call, rating = by_role.get("CALL"), by_role.get("RATING")
    return {
        "call": call["key"] if call else None,
        "rating": rating["key"] if rating else None,
        "rating_scale": rating["kind"] if rating else None,
    }


def rating_range(schema: LabelSchema | None) -> tuple[float, float] | None:
    """Return the least and the greatest rating that the form takes; None where it asks for none."""
    questions = schema.questions if schema else []
    rating = next((question for question in questions if question.get("role") == "RATING"), None)
    if rating is None:
        return None
    if rating["kind"] == NUMBER:
        return rating["minimum"], rating["maximum"]
    return (0, CONFIDENCE_MAXIMUM) if rating["kind"] == CONFIDENCE else (1, len(rating["options"]))


def _require_on_scale(call_threshold: float | None, schema: LabelSchema) -> None:
    """Raise 400 at the field for a threshold that no rating, or every rating, reaches."""
    if call_threshold is None:
        return
    ends = rating_range(schema)
    if ends is None:
        code, detail = "no_rating", "The label schema has no question with the role RATING to apply a threshold to."
    elif not ends[0] <= call_threshold <= ends[1]:
        code, detail = "off_scale", f"The rating goes from {ends[0]} to {ends[1]}: give a threshold on this scale."
    else:
        return
    raise Invalid(detail, code=code, errors=[{"field": "call_threshold", "code": code, "detail": detail}])


def _assignments(reader_study: ReaderStudy) -> list[Assignment]:
    assignments = Assignment.objects.filter(reader_study=reader_study).select_related(
        "reader", "case", "arm", "session", "read__signed_revision"
    )
    # Sorted here, because the order of a database depends on its collation.
    return sorted(assignments, key=lambda one: (one.reader.username, one.case.position, one.position))


def _readers(assignments: list[Assignment]) -> list[dict[str, str]]:
    names = {str(assignment.reader_id): assignment.reader.username for assignment in assignments}
    return [{"id": pk, "name": name} for pk, name in names.items()]


class CaseRow(NamedTuple):
    """What is frozen of a case, and its imaging study."""

    pk: uuid.UUID
    name: str
    withdrawn_at: datetime | None
    imaging_study_id: uuid.UUID
    patient_id: uuid.UUID


def cases_frozen(cases: list[Case], standard: ReferenceStandard, training: set[uuid.UUID]) -> list[dict[str, Any]]:
    """Return the cases with their patients as numbers, their truth, and why they may not count."""
    rows = [
        CaseRow(one.pk, one.name, one.withdrawn_at, one.imaging_study_id, one.imaging_study.patient_id) for one in cases
    ]
    return rows_frozen(rows, standard, training)


def rows_frozen(cases: list[CaseRow], standard: ReferenceStandard, training: set[uuid.UUID]) -> list[dict[str, Any]]:
    """Return the same of rows."""
    truths = dict(ReferenceTruth.objects.filter(reference_standard=standard).values_list("case_id", "truth"))
    # Patients are numbered as they appear: the snapshot needs to know who is the same, not who it is.
    patients: dict[uuid.UUID, str] = {}
    for case in cases:
        patients.setdefault(case.patient_id, f"P{len(patients) + 1}")
    return [
        {
            "id": str(case.pk),
            "name": case.name,
            "patient": patients[case.patient_id],
            "truth": truths.get(case.pk),
            "is_training": case.pk in training,
            "is_withdrawn": case.withdrawn_at is not None,
        }
        for case in cases
    ]


def read_frozen(assignment: Assignment, questions: dict[str, str | None]) -> dict[str, Any]:
    """Return what an assignment came to: its state, and what the signed read says."""
    read = getattr(assignment, "read", None)
    revision = read.signed_revision if read is not None else None
    return {
        "case": str(assignment.case_id),
        "reader": str(assignment.reader_id),
        "arm": assignment.arm.key,
        "session": assignment.session.number,
        "repeat_number": assignment.repeat_number,
        "is_training": assignment.is_training,
        **({"role": assignment.role} if assignment.role == AssignmentRole.ARBITRATION else {}),
        "state": _state(assignment, revision),
        **({"is_reopened": True} if assignment.state == AssignmentState.REOPENED else {}),
        "revision": str(revision.pk) if revision is not None else None,
        "digest": revision.digest if revision is not None else None,
        "provenance": revision.provenance if revision is not None else None,
        **answers_frozen(revision, questions),
    }


def answers_frozen(revision: Revision | None, questions: dict[str, str | None]) -> dict[str, Any]:
    """Return the call and the rating of a revision, and which of them it says cannot be assessed."""
    answers = revision.payload["answers"] if revision is not None else {}
    given = {part: answers.get(questions[part]) if questions[part] else None for part in ("call", "rating")}
    not_assessed = [part for part, answer in given.items() if reason_not_assessed(answer) is not None]
    return {
        # A named outcome of its own: neither a number nor merely missing.
        **{part: None if part in not_assessed else answer for part, answer in given.items()},
        "cannot_assess": not_assessed,
    }


def _state(assignment: Assignment, revision: Revision | None) -> str:
    """Of a read that was reopened the newest signature counts until there is another."""
    is_in_force = assignment.state == AssignmentState.REOPENED and revision is not None
    return AssignmentState.SIGNED.value if is_in_force else str(assignment.state)


def _model_version(model_version: ModelVersion | None) -> dict[str, Any] | None:
    if model_version is None:
        return None
    return {
        "id": str(model_version.pk),
        "name": model_version.ai_model.name,
        "version": model_version.version,
        "operating_threshold": model_version.operating_threshold,
        "weights_digest": model_version.weights_digest,
    }


def uncertainty_frozen(prediction: Prediction) -> dict[str, Any]:
    """Return what a prediction says of its uncertainty; nothing of one that says nothing, as in older snapshots."""
    return {} if prediction.uncertainty is None else {"uncertainty": prediction.uncertainty}


def _predictions(
    model_version: ModelVersion | None, cases: list[Case], frozen_at: datetime | None
) -> list[dict[str, Any]]:
    if model_version is None:
        return []
    in_force = predictions_in_force(
        model_version=model_version,
        imaging_study_ids=[case.imaging_study_id for case in cases],
        frozen_at=frozen_at,
    )
    return [
        {
            "case": str(case.pk),
            "id": str(in_force[case.imaging_study_id].pk),
            "score": in_force[case.imaging_study_id].score,
            **uncertainty_frozen(in_force[case.imaging_study_id]),
        }
        for case in cases
        if case.imaging_study_id in in_force
    ]

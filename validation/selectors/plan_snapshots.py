"""What a run by plan reads from the database, as the content of a snapshot."""

import uuid
from typing import Any

from annotations.models import Assignment, AssignmentRole, Case, ReaderStudy, ReferenceStandard
from annotations.selectors.reader_studies import cases_of, label_schema_of
from portal.errors import Conflict
from portal.inference.models import ModelVersion, OperatingLayer
from portal.inference.selectors import predictions_in_force
from validation.canonical import parse
from validation.models import AnalysisPlan
from validation.plans.document import endpoint_named
from validation.plans.rules import plan_findings
from validation.plans.wording import plan_sentences
from validation.selectors import (
    SNAPSHOT_FORMAT,
    answers_frozen,
    cases_frozen,
    people_frozen,
    questions_of,
    read_frozen,
    uncertainty_frozen,
)
from validation.selectors.looks import looks_frozen, standard_frozen
from validation.selectors.plan_marks import MarksFrozen
from validation.selectors.plans import plans_of, study_facts

PLAN_SNAPSHOT_VERSION = 2
# Of the header facts of a case those by which subgroups are made (`validation.plans.described_groups`).
CASE_FACTS = ("age", "institution", "manufacturer", "sex")
# What a plan names that a draft can lose after the lock: nothing could be computed, or even said.
_GONE = frozenset({"unknown_arm", "unknown_model", "no_first_read", "unknown_session"})


def plan_snapshot_content(*, plan: AnalysisPlan, reference_standard: ReferenceStandard) -> dict[str, Any]:
    """Collect everything that a run of a locked plan depends on, in a fixed order."""
    reader_study = plan.reader_study
    schema = label_schema_of(reader_study=reader_study)
    if schema is None:
        raise Conflict("The reader study has no label schema.", code="no_label_schema")
    questions = questions_of(schema)
    cases = list(cases_of(reader_study=reader_study).order_by("position", "pk"))
    assignments = _assignments(reader_study)
    training = {one.case_id for one in assignments if one.is_training}
    models = _model_versions(plan)
    localisation = parse(plan.content).get("localisation")
    marks = MarksFrozen(localisation, reference_standard, assignments) if localisation else None
    return {
        "format": SNAPSHOT_FORMAT,
        "version": PLAN_SNAPSHOT_VERSION,
        "reader_study": {"id": str(reader_study.pk), "name": reader_study.name},
        "plan": _plan(plan),
        "arms": [{"key": one.key, "name": one.name, "ai_display": one.ai_display} for one in reader_study.arms.all()],
        "label_schema": {"id": str(schema.pk), "version": schema.version, **questions},
        "reference_standard": standard_frozen(reference_standard),
        "looks": looks_frozen(reader_study=reader_study),
        "model_versions": [
            {
                "id": str(one.pk),
                "name": f"{one.ai_model.name} {one.version}",
                "weights_digest": one.weights_digest,
            }
            for one in models
        ],
        **_layers(plan),
        **people_frozen(assignments),
        "cases": _cases(cases, reference_standard, training, marks),
        "reads": [_read(one, questions, marks) for one in assignments],
        "predictions": [row for one in models for row in _predictions(one, cases, reader_study, marks)],
    }


def _cases(
    cases: list[Case], reference_standard: ReferenceStandard, training: set[uuid.UUID], marks: MarksFrozen | None
) -> list[dict[str, Any]]:
    """The cases with what their headers tell of whom they show and where: for subgroups, and null where unknown."""
    facts = [case.imaging_study.header_facts for case in cases]
    frozen = cases_frozen(cases, reference_standard, training)
    return [
        {
            **one,
            "facts": None if known is None else {name: known.get(name, "") for name in CASE_FACTS},
            **({} if marks is None else {"lesions": marks.lesions(case.pk)}),
        }
        for one, case, known in zip(frozen, cases, facts, strict=True)
    ]


def _read(assignment: Assignment, questions: dict[str, str | None], marks: MarksFrozen | None) -> dict[str, Any]:
    read = getattr(assignment, "read", None)
    signed = read.signed_revision if read is not None else None
    return {
        **read_frozen(assignment, questions),
        "first": _first(assignment, questions, marks),
        "active_ms": _active_ms(assignment),
        **({} if marks is None else marks.of_revision(assignment.case_id, signed)),
    }


def _active_ms(assignment: Assignment) -> int:
    """How long the read took until the signature in force; 0 where no browser counted it, and of what is not signed."""
    read = getattr(assignment, "read", None)
    times = getattr(read.signed_revision, "times", None) if read is not None else None
    return times.active_ms if times is not None else 0


def _plan(plan: AnalysisPlan) -> dict[str, Any]:
    """The document with what is to be known of it: its lock, the warnings, and every version before that was locked.

    An ERROR among the warnings has come since the lock: readers were withdrawn, a draft got other cases.
    """
    document = parse(plan.content)
    facts = study_facts(reader_study=plan.reader_study)
    findings = plan_findings(document, facts)
    gone = next((one for one in findings if one.code in _GONE), None)
    if gone is not None:
        raise Conflict(
            f"The plan does not fit the reader study any more. {gone.detail} Amend it.", code="plan_outdated"
        )
    before = plans_of(reader_study=plan.reader_study).filter(number__lt=plan.number, lock__isnull=False)
    return {
        "number": plan.number,
        "digest": plan.digest,
        "document": document,
        "sentences": plan_sentences(document, facts),
        "warnings": [{**one._asdict(), "endpoint": endpoint_named(document, one)} for one in findings],
        "lock": {
            "by": plan.lock.username,
            "at": plan.lock.created_at.isoformat(),
            "truth_was_locked": plan.lock.truth_was_locked,
            "results_before": plan.lock.results_before,
        },
        "amends": [{"number": one.number, "digest": one.digest} for one in before.order_by("number")],
        "reason": plan.reason,
    }


def _assignments(reader_study: ReaderStudy) -> list[Assignment]:
    found = Assignment.objects.filter(reader_study=reader_study).select_related(
        "reader", "case", "arm", "session", "read__signed_revision__times", "read__first_read_revision"
    )
    # Sorted here, because the order of a database depends on its collation.
    return sorted(found, key=lambda one: (one.reader.username, one.session.number, one.position, str(one.pk)))


def _first(
    assignment: Assignment, questions: dict[str, str | None], marks: MarksFrozen | None
) -> dict[str, Any] | None:
    """The frozen first read of a second reader; None where there is none, or the read has one phase."""
    read = getattr(assignment, "read", None)
    if read is None or read.first_read_revision is None or assignment.role == AssignmentRole.ARBITRATION:
        return None
    return {
        "revision": str(read.first_read_revision.pk),
        "digest": read.first_read_revision.digest,
        **answers_frozen(read.first_read_revision, questions),
        **({} if marks is None else marks.of_revision(assignment.case_id, read.first_read_revision)),
    }


def _model_versions(plan: AnalysisPlan) -> list[ModelVersion]:
    wanted = [one["model_version_id"] for one in parse(plan.content)["subjects"] if one["kind"] == "AI"]
    return list(ModelVersion.objects.filter(pk__in=wanted).select_related("ai_model").order_by("pk"))


def _layers(plan: AnalysisPlan) -> dict[str, list[dict[str, Any]]]:
    """The operating layers that the plan names; nothing of a plan without one, whose snapshot stays as it was."""
    subjects = parse(plan.content)["subjects"]
    wanted = [(one["model_version_id"], one["operating_layer"]) for one in subjects if one.get("operating_layer")]
    frozen = []
    for version, number in sorted(set(wanted)):
        layer = OperatingLayer.objects.get(model_version=version, number=number)
        frozen.append(
            {
                "model_version": version,
                "number": number,
                "name": layer.name,
                "method": layer.method,
                "parameters": layer.parameters,
                "shift": layer.rule.shift,
                "set_digest": layer.set_digest,
            }
        )
    return {"operating_layers": frozen} if frozen else {}


def _predictions(
    version: ModelVersion, cases: list[Case], reader_study: ReaderStudy, marks: MarksFrozen | None
) -> list[dict[str, Any]]:
    """Those of the reader study's own AI as they stood at the launch; of another the newest."""
    is_own = version.pk == reader_study.ai_model_version_id
    found = predictions_in_force(
        model_version=version,
        imaging_study_ids=[case.imaging_study_id for case in cases],
        frozen_at=reader_study.launched_at if is_own else None,
    )
    return [
        {
            "model_version": str(version.pk),
            "case": str(case.pk),
            "id": str(found[case.imaging_study_id].pk),
            "score": found[case.imaging_study_id].score,
            **uncertainty_frozen(found[case.imaging_study_id]),
            **({} if marks is None else {"marks": marks.of_prediction(case.pk, found[case.imaging_study_id])}),
        }
        for case in cases
        if case.imaging_study_id in found
    ]

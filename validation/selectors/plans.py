"""What a plan of a reader study can ask for, its versions, and what is to be said of one."""

import uuid
from collections import defaultdict
from typing import Any

from django.db.models import QuerySet

from annotations.domain.kinds import LOCATED_FINDING
from annotations.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    LabelSchema,
    ReaderStudy,
    ReaderStudyState,
    ReferenceLock,
    ReferenceTruth,
)
from annotations.selectors.designs import design_of, drawn_readers_of
from annotations.selectors.reader_studies import cases_of, label_schema_of
from portal.db import JobState
from portal.imaging.models import ImagingStudy
from portal.inference.models import ModelVersion, OperatingLayer, Prediction
from validation.models import AnalysisPlan, AnalysisResult, AnalysisRun, EvidenceKind, LayerEvidence
from validation.plans.facts import ArmFacts, LayerFacts, StudyFacts
from validation.selectors import rating_range
from validation.selectors.layer_sets import patients_fitted_on
from validation.selectors.looks import computed_elsewhere, deciders_of


def plans_of(*, reader_study: ReaderStudy) -> QuerySet[AnalysisPlan]:
    """Return the versions of the plan, newest first, with their locks."""
    plans = AnalysisPlan.objects.filter(reader_study=reader_study)
    return plans.select_related("created_by", "lock").order_by("-number")


def newest_plan_of(*, reader_study: ReaderStudy) -> AnalysisPlan | None:
    """Return the newest version, locked or not."""
    return plans_of(reader_study=reader_study).first()


def locked_plan_of(*, reader_study: ReaderStudy) -> AnalysisPlan | None:
    """Return the newest version that is locked: the one that is carried out."""
    return plans_of(reader_study=reader_study).filter(lock__isnull=False).first()


def was_locked(*, reader_study: ReaderStudy) -> bool:
    """Say whether any version was locked: from then on a new one is an amendment."""
    return plans_of(reader_study=reader_study).filter(lock__isnull=False).exists()


def results_so_far(*, reader_study: ReaderStudy) -> int:
    """Count the results of the reader study: what may have been known when a plan is locked."""
    stored = AnalysisResult.objects.filter(run__reader_study=reader_study).count()
    return stored + computed_elsewhere(reader_study=reader_study)


def is_truth_locked(*, reader_study: ReaderStudy) -> bool:
    """Say whether a version of the truth is locked, by which results can be opened."""
    return ReferenceLock.objects.filter(reference_standard__reader_study=reader_study).exists()


def runs_under_way(*, reader_study: ReaderStudy) -> int:
    """Count the runs whose results are still to come: whether they are known at a lock cannot be said."""
    under_way = [JobState.PENDING, JobState.RUNNING]
    return AnalysisRun.objects.filter(reader_study=reader_study, state__in=under_way).count()


def study_facts(*, reader_study: ReaderStudy) -> StudyFacts:
    """Collect what the rules of a plan ask of a reader study; no value of the truth is among it."""
    design = design_of(reader_study=reader_study)
    training = set(design["training"])
    cases = [one for one in cases_of(reader_study=reader_study) if str(one.pk) not in training and not one.withdrawn_at]
    schema = label_schema_of(reader_study=reader_study)
    return StudyFacts(
        arms=_arms(reader_study, design),
        sessions=tuple(range(1, len(design["sessions"]) + 1)),
        is_fully_crossed=design["pairing"]["kind"] == "FULLY_CROSSED",
        halves_sessions=design["kind"] == "CROSSOVER" and design["balance"] != "READERS",
        cases=len(cases),
        patients=len({one.imaging_study.patient_id for one in cases}),
        **_form(schema),
        **_models(reader_study, [one.imaging_study for one in cases]),
        own_models=frozenset({str(reader_study.ai_model_version_id)} if reader_study.ai_model_version_id else ()),
        **_truths(reader_study),
    )


def _arms(reader_study: ReaderStudy, design: dict[str, Any]) -> dict[str, ArmFacts]:
    """Who reads in which arm: everybody drawn while it is a draft, then those with assignments there."""
    readers: dict[str, set[str]] = defaultdict(set)
    if reader_study.state == ReaderStudyState.DRAFT:
        everybody = set(drawn_readers_of(reader_study=reader_study, design=design).values_list("username", flat=True))
        readers.update({arm["key"]: everybody for arm in design["arms"]})
    else:
        drawn = Assignment.objects.filter(reader_study=reader_study, role=AssignmentRole.READER)
        pairs = drawn.exclude(state=AssignmentState.VOID).order_by().values_list("arm__key", "reader__username")
        for arm, reader in pairs.distinct():
            readers[arm].add(reader)
    return {
        arm["key"]: ArmFacts(arm["name"], arm["ai_display"], frozenset(readers[arm["key"]])) for arm in design["arms"]
    }


def _form(schema: LabelSchema | None) -> dict[str, Any]:
    questions = schema.questions if schema else []
    by_role = {question.get("role"): question for question in questions if question.get("role")}
    rating = by_role.get("RATING")
    options = rating.get("options") if rating else None
    return {
        "has_call": "CALL" in by_role,
        "rating": rating["kind"] if rating else None,
        "rating_levels": len(options) if options else None,
        "rating_range": rating_range(schema),
        "located_findings": {one["key"]: one["text"] for one in questions if one["kind"] == LOCATED_FINDING},
    }


def _models(reader_study: ReaderStudy, imaging_studies: list[ImagingStudy]) -> dict[str, Any]:
    of_cases = Prediction.objects.filter(imaging_study__in=[one.pk for one in imaging_studies]).order_by()
    patients = {one.patient_id for one in imaging_studies}
    found = ModelVersion.objects.filter(pk__in=of_cases.values("model_version")).select_related("ai_model")
    located = set(of_cases.exclude(findings=[]).values_list("model_version", flat=True).distinct())
    return {
        "model_versions": {str(one.pk): f"{one.ai_model.name} {one.version}" for one in found},
        "operating_points": {str(one.pk): one.operating_threshold for one in found},
        "operating_layers": _layers(reader_study, [one.pk for one in found], patients),
        "located_models": frozenset(str(pk) for pk in located),
    }


def _layers(
    reader_study: ReaderStudy, versions: list[uuid.UUID], patients: set[uuid.UUID]
) -> dict[str, dict[int, LayerFacts]]:
    fits = LayerEvidence.objects.filter(kind=EvidenceKind.FIT, layer__model_version__in=versions)
    here = set(fits.filter(reader_study=reader_study).values_list("layer_id", flat=True))
    # What was fitted on is read only where the reader study of the fit has one of the patients at all. Whose they are
    # is compared here: nested queries over cases take a database without statistics minutes.
    elsewhere = dict(fits.exclude(layer__in=here).values_list("layer_id", "reader_study_id"))
    people = Case.objects.filter(reader_study__in=set(elsewhere.values()))
    known = people.order_by().values_list("reader_study_id", "imaging_study__patient_id")
    with_patients = {study for study, patient in known if patient in patients}
    doubtful = {layer for layer, study in elsewhere.items() if study in with_patients}
    found: dict[str, dict[int, LayerFacts]] = {}
    for one in OperatingLayer.objects.filter(model_version__in=versions).order_by("number"):
        shared = len(patients & patients_fitted_on(layer=one)) if one.pk in doubtful else 0
        facts = LayerFacts(one.name, one.operating_threshold, one.pk in here, shared)
        found.setdefault(str(one.model_version_id), {})[one.number] = facts
    return found


def _truths(reader_study: ReaderStudy) -> dict[str, Any]:
    with_lesions = ReferenceTruth.objects.filter(reference_standard__reader_study=reader_study).exclude(lesions=[])
    standards = reader_study.reference_standards.all()
    return {
        "truths": frozenset(one.version for one in standards),
        "deciders": {one.version: deciders_of(one) for one in standards},
        "lesion_truths": frozenset(with_lesions.values_list("reference_standard__version", flat=True).distinct()),
    }

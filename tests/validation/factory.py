"""A small reader study, made through the services, whose every figure can be counted by hand."""

import dataclasses
from typing import Any

from annotations.domain.truth_csv import Truth
from annotations.models import Assignment, Provenance, ReaderStudy, ReferenceSource
from annotations.services.reader_studies import (
    cases_put,
    label_schema_put,
    members_put,
    reader_study_create,
    reader_study_launch,
    reader_study_update,
)
from annotations.services.reads import Save, assignment_open, read_sign
from annotations.services.truth import reference_standard_create, reference_standard_lock
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.imaging.models import ImagingStudy, Patient
from portal.inference.models import AiModel, EngineKind, ModelVersion, Prediction, PredictionSource

CALL = {
    "key": "nodule_present",
    "kind": "BINARY",
    "text": "Nodule present?",
    "help": "",
    "required": True,
    "role": "CALL",
}
RATING = {
    "key": "confidence",
    "kind": "CONFIDENCE",
    "text": "Confidence",
    "help": "",
    "required": True,
    "role": "RATING",
}

# Ten cases: five diseased, five not. The last one has no truth.
TRUTHS = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, None]
AI_SCORES = [0.95, 0.9, 0.8, 0.6, 0.3, 0.7, 0.4, 0.2, 0.1, None, 0.5]
# (call, confidence); None: opened, never signed
ALICE = [(1, 90), (1, 80), (1, 70), (0, 40), (0, 30), (1, 60), (0, 20), (0, 20), (0, 10), (0, 5), (1, 55)]
BERTA = [(1, 95), (0, 45), (1, 60), (1, 70), None, (0, 30), (0, 10), (0, 10), (0, 40), (0, 20), None]


@dataclasses.dataclass(frozen=True)
class Made:
    """What the factory made."""

    reader_study: ReaderStudy
    coordinator: User
    readers: dict[str, User]
    model_version: ModelVersion


def make_reader_study(
    prefix: str = "", *, patients: int = 11, questions=(CALL, RATING), with_ai: bool = True, doubts=()
) -> Made:
    """Make, launch and read a reader study."""
    coordinator = User.objects.create_user(f"{prefix}carla", may_create_reader_studies=True)
    readers = {name: User.objects.create_user(f"{prefix}{name}") for name in ("alice", "berta")}
    imaging_studies = _imaging_studies(prefix, patients)
    model_version = _model_version(prefix, imaging_studies, doubts or [None] * len(imaging_studies))
    reader_study = reader_study_create(by=coordinator, name=f"{prefix}Nodules")
    label_schema_put(by=coordinator, reader_study=reader_study, questions=list(questions))
    cases = cases_put(by=coordinator, reader_study=reader_study, imaging_study_ids=[one.pk for one in imaging_studies])
    members = [(coordinator.pk, Role.COORDINATOR), *((reader.pk, Role.READER) for reader in readers.values())]
    members_put(by=coordinator, reader_study=reader_study, members=members)
    if with_ai:
        reader_study_update(
            by=coordinator, reader_study=reader_study, changes={"ai_model_version_id": model_version.pk}
        )
    truths = [Truth(case.name, truth, []) for case, truth in zip(cases, TRUTHS, strict=True) if truth is not None]
    standard = reference_standard_create(
        by=coordinator, reader_study=reader_study, truths=truths, source=ReferenceSource.CSV, provenance="test"
    )
    reference_standard_lock(by=coordinator, standard=standard)
    reader_study.refresh_from_db()
    reader_study_launch(by=coordinator, reader_study=reader_study, seed="7")
    _read_all(reader_study, readers["alice"], ALICE, questions)
    _read_all(reader_study, readers["berta"], BERTA, questions)
    return Made(reader_study, coordinator, readers, model_version)


def _imaging_studies(prefix: str, patients: int) -> list[ImagingStudy]:
    people = [Patient.objects.create(patient_key=f"{prefix}patient-{i}") for i in range(patients)]
    root = f"1.2.826.0.1.3680043.10.{sum(map(ord, prefix))}"
    return [
        ImagingStudy.objects.create(study_instance_uid=f"{root}.{i + 1}", patient=people[i % patients])
        for i in range(len(TRUTHS))
    ]


def doubt(value: float) -> dict[str, Any]:
    """What a prediction says of its uncertainty."""
    said = {"method": "ENSEMBLE", "samples": 5, "definition": "Standard deviation over five networks."}
    return {"value": value, **said}


def _model_version(prefix: str, imaging_studies: list[ImagingStudy], doubts) -> ModelVersion:
    ai_model = AiModel.objects.create(name=f"{prefix}Finder")
    version = ModelVersion.objects.create(
        ai_model=ai_model, version="1.0", kind=EngineKind.EXTERNAL, operating_threshold=0.5
    )
    for imaging_study, score, value in zip(imaging_studies, AI_SCORES, doubts, strict=True):
        if score is not None:
            of = {"model_version": version, "imaging_study": imaging_study, "source": PredictionSource.API}
            uncertainty = None if value is None else doubt(value)
            Prediction.objects.create(**of, score=score, uncertainty=uncertainty)
    return version


def _read_all(reader_study: ReaderStudy, reader: User, answers, questions) -> None:
    keys = [question["key"] for question in questions]
    assignments = Assignment.objects.filter(reader_study=reader_study, reader=reader).order_by("position")
    for assignment in assignments.select_related("case", "reader_study"):
        read = assignment_open(assignment=assignment)
        answer = answers[assignment.case.position - 1]
        if answer is None:
            continue
        every = {"nodule_present": bool(answer[0]), "confidence": answer[1]}
        asked = {key: every[key] for key in keys}
        payload = {"version": 3, "answers": asked, "findings": [], "ai_decisions": []}
        read_sign(by=reader, read=read, save=Save(payload, 0, f"sign-{assignment.pk}"), provenance=Provenance.SIMULATED)

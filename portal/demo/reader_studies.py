"""The demo's reader studies: one that is being read, a small one over real images, and a draft."""

from typing import Any

from django.db import transaction

from annotations.domain.payload import PAYLOAD_VERSION
from annotations.domain.truth_csv import Truth
from annotations.models import (
    AiDisplay,
    Assignment,
    AssignmentState,
    Provenance,
    ReaderStudy,
    ReaderStudyState,
    ReferenceSource,
)
from annotations.selectors.reader_studies import cases_of
from annotations.selectors.truth import is_locked, reference_standard_of
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
from portal.demo.accounts import READERS
from portal.demo.images import DemoImages
from portal.demo.phantoms.catalogue import READING_SEED, ReadingCase, reading_cases
from portal.demo.simulation import Skill, impression, marks
from portal.imaging.models import ImagingStudy
from portal.inference.models import ModelVersion
from portal.inference.prediction_input import PULMONARY_NODULE

MAIN_NAME = "Demo: nodules on synthetic chest CT"
REAL_NAME = "Demo: image quality of real images"
DRAFT_NAME = "Demo: a reader study being built"
LAUNCH_SEED = "overread-demo-1"

_SUSPICION = ["definitely no nodule", "probably no nodule", "undecided", "probably a nodule", "definitely a nodule"]
NODULE_QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "nodule_present",
        "kind": "BINARY",
        "text": "Is there a pulmonary nodule of 5 mm or more?",
        "help": "",
        "required": True,
        "role": "CALL",
    },
    {
        "key": "suspicion",
        "kind": "ORDINAL",
        "text": "How sure are you that there is a nodule?",
        "help": "",
        "required": True,
        "options": _SUSPICION,
        "role": None,
    },
    {
        "key": "confidence",
        "kind": "CONFIDENCE",
        "text": "Probability of a nodule, 0 to 100",
        "help": "50 means that you cannot tell.",
        "required": True,
        "role": "RATING",
    },
    {
        "key": "nodules",
        "kind": "LOCATED_FINDING",
        "text": "Mark each nodule",
        "help": "Measure its longest diameter, or set a point.",
        "required": False,
        "role": None,
        "tools": ["LENGTH", "POINT", "ELLIPSE", "RECTANGLE"],
        "codes": [PULMONARY_NODULE],
        "minimum_count": 0,
        "maximum_count": None,
    },
]
QUALITY_QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "diagnostic",
        "kind": "BINARY",
        "text": "Is the image of diagnostic quality?",
        "help": "",
        "required": True,
        "role": "CALL",
    },
    {
        "key": "quality",
        "kind": "ORDINAL",
        "text": "Overall image quality",
        "help": "",
        "required": True,
        "options": ["not diagnostic", "poor", "fair", "good", "excellent"],
        "role": "RATING",
    },
]


def main_study_ensure(
    people: dict[str, User], images: DemoImages, model_version: ModelVersion
) -> tuple[ReaderStudy, bool]:
    """Build and launch the main reader study in one transaction; says whether it is new."""
    known = ReaderStudy.objects.filter(is_demo=True, name=MAIN_NAME).first()
    if known is not None:
        return known, False
    coordinator = people["coordinator"]
    with transaction.atomic():
        study = _build(coordinator, MAIN_NAME, _main_description(), NODULE_QUESTIONS, images.phantoms)
        members = [(people[one.username].pk, Role.READER) for one in READERS]
        members += [(coordinator.pk, Role.COORDINATOR), (people["api-client"].pk, Role.API_CLIENT)]
        members_put(by=coordinator, reader_study=study, members=members)
        changes = {"ai_model_version_id": model_version.pk, "ai_display": AiDisplay.AFTER_SIGNING}
        reader_study_update(by=coordinator, reader_study=study, changes=changes)
        _store_truth(coordinator, study)
        reader_study_launch(by=coordinator, reader_study=study, seed=LAUNCH_SEED)
    return study, True


def truth_lock_ensure(coordinator: User, study: ReaderStudy) -> int:
    """Lock the truth of the main reader study, so that its results can be opened; says how many locks are new."""
    standard = reference_standard_of(reader_study=study)
    if standard is None or is_locked(standard):
        return 0
    reference_standard_lock(by=coordinator, standard=standard)
    return 1


def small_studies_ensure(people: dict[str, User], images: DemoImages) -> int:
    """Make the reader study over real images and the draft; returns how many are new."""
    coordinator, new = people["coordinator"], 0
    if not ReaderStudy.objects.filter(is_demo=True, name=REAL_NAME).exists():
        with transaction.atomic():
            text = "Real, de-identified images and a ruler phantom: nothing is known about them, nothing is scored."
            study = _build(coordinator, REAL_NAME, text, QUALITY_QUESTIONS, [*images.real, images.ruler])
            members = [(people[name].pk, Role.READER) for name in ("reader1", "reader2")]
            members_put(by=coordinator, reader_study=study, members=[*members, (coordinator.pk, Role.COORDINATOR)])
            reader_study_launch(by=coordinator, reader_study=study, seed=LAUNCH_SEED)
        new += 1
    if not ReaderStudy.objects.filter(is_demo=True, name=DRAFT_NAME).exists():
        text = "Not launched: readers and reference standard are missing, as the launch check says."
        _build(coordinator, DRAFT_NAME, text, NODULE_QUESTIONS, images.phantoms[:8])
        new += 1
    return new


@transaction.atomic
def _build(
    coordinator: User,
    name: str,
    description: str,
    questions: list[dict[str, Any]],
    imaging_studies: list[ImagingStudy],
) -> ReaderStudy:
    study = reader_study_create(by=coordinator, name=name, description=description, is_demo=True)
    label_schema_put(by=coordinator, reader_study=study, questions=questions)
    cases_put(by=coordinator, reader_study=study, imaging_study_ids=[one.pk for one in imaging_studies])
    return study


def _main_description() -> str:
    skills = "; ".join(f"{one.username} AUC {one.skill.area_under_the_curve:.2f}" for one in READERS)
    return (
        "SYNTHETIC phantoms, half of them with nodules of known place and size. The first half of every reader's "
        f"list was signed by simulated readers whose true skill is known ({skills}); the other half waits for you."
    )


def _store_truth(coordinator: User, study: ReaderStudy) -> None:
    cases = list(cases_of(reader_study=study))
    truths = [
        Truth(case.name, int(phantom.nodules > 0), _lesions(phantom))
        for case, phantom in zip(cases, reading_cases(), strict=True)
    ]
    reference_standard_create(
        by=coordinator,
        reader_study=study,
        truths=truths,
        source=ReferenceSource.DEMO,
        provenance=f"Phantom generator, seeds {READING_SEED + 1} to {READING_SEED + len(cases)}",
    )


def _lesions(phantom: ReadingCase) -> list[dict[str, Any]]:
    _, lesions = phantom.truth()
    return [
        {
            "id": lesion.lesion_id,
            "code": PULMONARY_NODULE["value"],
            "center_mm": list(lesion.center_mm),
            "diameter_mm": lesion.diameter_mm,
        }
        for lesion in lesions
    ]


def simulated_reads_ensure(people: dict[str, User], study: ReaderStudy) -> int:
    """Sign the first half of every reader's list by simulation; returns how many reads are new."""
    if study.state != ReaderStudyState.OPEN:
        return 0
    phantoms = dict(enumerate(reading_cases(), start=1))
    new = 0
    for number, one in enumerate(READERS, start=1):
        assignments = Assignment.objects.filter(reader_study=study, reader=people[one.username])
        half = assignments.order_by("position")[: assignments.count() // 2]
        for assignment in half.select_related("case", "reader_study", "reader"):
            if assignment.state == AssignmentState.PENDING:
                _sign(assignment, one.skill, number, phantoms[assignment.case.position])
                new += 1
    return new


@transaction.atomic
def _sign(assignment: Assignment, skill: Skill, reader_number: int, phantom: ReadingCase) -> None:
    case_number = assignment.case.position
    grid, lesions = phantom.truth()
    seen = impression(skill, reader_number, case_number, has_nodule=bool(lesions))
    findings = []
    if seen.call:
        findings = marks(skill, reader_number, case_number, phantom.name, grid, lesions)
    payload = {
        "version": PAYLOAD_VERSION,
        "answers": {
            "nodule_present": seen.call,
            "suspicion": seen.suspicion,
            "confidence": seen.confidence,
        },
        "findings": [{**finding, "code": PULMONARY_NODULE} for finding in findings],
        "ai_decisions": [],
    }
    read = assignment_open(assignment=assignment)
    save = Save(payload, read.revision_number, f"demo-{assignment.pk}")
    read_sign(by=assignment.reader, read=read, save=save, provenance=Provenance.SIMULATED)

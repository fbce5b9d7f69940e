"""Reader studies for tests that need no pixels: what Orthanc would hold is only mirrored."""

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any

from annotations.models import Assignment, Case, Read, ReaderStudy
from annotations.services import reader_studies as building
from annotations.services import reads as reading
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.imaging.models import ImagingStudy, Instance, Patient, Series

NODULE = {"scheme": "RADLEX", "value": "RID3875", "meaning": "nodule"}
CALL = {"key": "nodule_present", "kind": "BINARY", "text": "Nodule present?", "required": True, "role": "CALL"}
RATING = {"key": "confidence", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"}
NODULES: dict[str, Any] = {
    "key": "nodules",
    "kind": "LOCATED_FINDING",
    "text": "Mark the nodules.",
    "required": False,
    "tools": ["POINT", "LENGTH"],
    "codes": [NODULE],
    "minimum_count": 0,
    "maximum_count": 2,
}
QUESTIONS: list[dict[str, Any]] = [CALL, RATING, NODULES]


def person(username: str, **more: Any) -> User:
    return User.objects.create(username=username, password="!", **more)


def mirrored_study(name: str) -> ImagingStudy:
    """An imaging study of one slice, as the database knows it."""
    number = int(hashlib.sha256(name.encode()).hexdigest()[:12], 16)
    study = ImagingStudy.objects.create(
        study_instance_uid=f"1.2.{number}", patient=Patient.objects.create(patient_key=f"P-{name}"), modalities=["CT"]
    )
    series = Series.objects.create(series_instance_uid=f"1.2.{number}.1", imaging_study=study, modality="CT")
    Instance.objects.create(
        sop_instance_uid=f"1.2.{number}.1.1",
        series=series,
        orthanc_id=f"orthanc-{number}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        rows=6,
        columns=8,
        file_sha256="0" * 64,
    )
    return study


@dataclass
class Built:
    """A reader study and its people."""

    reader_study: ReaderStudy
    coordinator: User
    readers: list[User]
    cases: list[Case] = field(default_factory=list)

    def assignment(self, reader: User, position: int) -> Assignment:
        return Assignment.objects.select_related("reader_study", "case__imaging_study", "reader").get(
            reader_study=self.reader_study, reader=reader, position=position
        )

    def open(self, reader: User, position: int = 1) -> Read:
        return reading.assignment_open(assignment=self.assignment(reader, position))

    def change(self, row: Any, **values: Any) -> None:
        """Change a row that no service would change now, and tell the trail of it as a service does."""
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        record(stream=f"reader-study:{self.reader_study.pk}", actor=None, action="test.change", obj=row, rows=[row])

    def join(self, user: User, role: Role) -> None:
        """Give somebody a role as well."""
        members = [(one.user_id, Role(one.role)) for one in self.reader_study.memberships.all()]
        building.members_put(by=self.coordinator, reader_study=self.reader_study, members=[*members, (user.pk, role)])


def draft(name: str = "pilot", *, cases: int = 3, readers: int = 2) -> Built:
    """A reader study that lacks nothing but its launch."""
    coordinator = person(f"{name}-coordinator", may_create_reader_studies=True)
    people = [person(f"{name}-reader-{number}") for number in range(1, readers + 1)]
    reader_study = building.reader_study_create(by=coordinator, name=name)
    building.label_schema_put(by=coordinator, reader_study=reader_study, questions=QUESTIONS)
    studies = [mirrored_study(f"{name}-{number}") for number in range(1, cases + 1)]
    chosen = building.cases_put(
        by=coordinator, reader_study=reader_study, imaging_study_ids=[study.pk for study in studies]
    )
    members = [(coordinator.pk, Role.COORDINATOR), *((reader.pk, Role.READER) for reader in people)]
    building.members_put(by=coordinator, reader_study=reader_study, members=members)
    return Built(reader_study, coordinator, people, chosen)


def launched(name: str = "pilot", *, cases: int = 3, readers: int = 2, seed: str = "fixed") -> Built:
    """A reader study that is open for reading."""
    built = draft(name, cases=cases, readers=readers)
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed=seed)
    return built


def mark(case: Case | None = None, **changes: Any) -> dict[str, Any]:
    """A point."""
    instance = Instance.objects.get(series__imaging_study=case.imaging_study) if case else None
    geometry = {
        "kind": "POINT",
        "points_mm": [[1.0, 2.0, 3.0]],
        "frame_of_reference_uid": None,
        "sop_instance_uid": instance.sop_instance_uid if instance else "1.2.3",
        "series_instance_uid": instance.series.series_instance_uid if instance else "1.2",
        "frame_number": 1,
    }
    return {"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {}, **changes}


def finding(case: Case | None = None, **changes: Any) -> dict[str, Any]:
    """A marked nodule that may be signed."""
    whole = {"id": str(uuid.uuid4()), "question": "nodules", "code": NODULE, "confidence": 70, "answers": {}}
    return {**whole, "marks": [mark(case)], **changes}


def content(*findings: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """A payload."""
    return {"version": 3, "answers": answers, "findings": list(findings), "ai_decisions": []}


COMPLETE = {"nodule_present": True, "confidence": 83}


def save(payload: dict[str, Any], base: int = 0, key: str | None = None, **more: Any) -> reading.Save:
    """What the browser sends."""
    return reading.Save(payload, base, key or str(uuid.uuid4()), **more)

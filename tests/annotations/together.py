"""Cases of several current imaging studies, for tests that need no pixels."""

from typing import Any

from rest_framework.test import APIClient

from annotations.models import Case
from annotations.services.cases import cases_with_images_put
from annotations.services.reader_studies import reader_study_launch
from portal.accounts.models import User
from portal.imaging.models import ImagingStudy, Instance
from tests.annotations.building import Built, draft, mirrored_study


def another_study(case: Case, name: str) -> ImagingStudy:
    """One more imaging study of a case's patient."""
    study = mirrored_study(name)
    study.patient = case.imaging_study.patient
    study.save()
    return study


def joined(built: Built, *further: ImagingStudy, case: int = 0) -> Built:
    """Read these together with the first imaging study of a case of a draft."""
    cases = [[one.imaging_study_id] for one in built.cases]
    cases[case] += [one.pk for one in further]
    built.cases = cases_with_images_put(by=built.coordinator, reader_study=built.reader_study, cases=cases)
    return built


def launched_together(*, cases: int = 2, readers: int = 2) -> Built:
    """An open reader study whose first case has two current imaging studies."""
    built = draft(cases=cases, readers=readers)
    joined(built, another_study(built.cases[0], "further"))
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    built.reader_study.refresh_from_db()
    return built


def point_on(study: ImagingStudy, *point_mm: float) -> dict[str, Any]:
    """The geometry of a point on the one image of a mirrored imaging study."""
    instance = Instance.objects.select_related("series").get(series__imaging_study=study)
    return {
        "kind": "POINT",
        "points_mm": [list(point_mm or (1.0, 2.0, 3.0))],
        "frame_of_reference_uid": None,
        "sop_instance_uid": instance.sop_instance_uid,
        "series_instance_uid": instance.series.series_instance_uid,
        "frame_number": 1,
    }


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client

"""The images of a reader study's cases, for lesions that come from files about those images."""

from collections.abc import Iterable, Sequence
from typing import Any

from annotations.models import Case, ReaderStudy
from annotations.selectors.case_images import current_ids_of, imaging_studies_of
from annotations.selectors.reader_studies import cases_of
from portal.imaging.models import ImagingStudy
from portal.imaging.services.placing import ImagePlaces, Words


class CaseImages(ImagePlaces[Case]):
    """The images of the cases of a reader study."""

    WORDS = Words(
        whole="case",
        unknown_images="images of no case of this reader study",
        unknown_study="that of no case of this reader study",
        not_had="no case of this reader study has",
        several_code="several_cases",
    )

    def __init__(self, reader_study: ReaderStudy) -> None:
        """Know the cases by each of their current imaging studies."""
        super().__init__()
        cases = list(cases_of(reader_study=reader_study))
        self._cases: dict[Any, Case] = {
            pk: case for case, ids in zip(cases, current_ids_of(cases), strict=True) for pk in ids
        }

    def owner_of(self, study: ImagingStudy) -> Case | None:
        """Return the case that shows an imaging study."""
        return self._cases.get(study.pk)

    def owner_of_uid(self, study_instance_uid: str) -> Case | None:
        """Return the case that shows the imaging study of this UID."""
        return next(
            (
                case
                for pk, case in self._cases.items()
                for study in imaging_studies_of(case)
                if study.pk == pk and study.study_instance_uid == study_instance_uid
            ),
            None,
        )

    def studies_of(self, owner: Case) -> Sequence[ImagingStudy]:
        """Return the current imaging studies of a case."""
        return imaging_studies_of(owner)

    def several(self, owners: Iterable[Case]) -> str:
        """Name the cases."""
        return f"It is of images of several cases: {', '.join(sorted(one.name for one in owners))}."

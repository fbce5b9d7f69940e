"""The images of a case, as whoever looks at it needs them."""

from django.db.models import Q

from annotations.domain.blinding import is_ever_shown
from annotations.models import Assignment, Case, CasePrior
from annotations.selectors.case_images import imaging_studies_of, is_current_in
from portal.imaging.connection import orthanc
from portal.imaging.services.describe import imaging_studies_describe
from portal.imaging.services.headers import header_read

# The cells of the blinding matrix that are read from the header of an image.
_OF_HEADER = ("patient_data", "site", "clinical_text")


def case_images_describe(*, case: Case) -> None:
    """Have all images described by which the rules hang a case, so that it is hung the same whenever it is opened."""
    priors = CasePrior.objects.filter(case=case).values("imaging_study")
    wanted = is_current_in(case, "imaging_study") | Q(imaging_study__in=priors)
    imaging_studies_describe(wanted=wanted, gateway=orthanc())


def case_of_assignment_describe(*, assignment: Assignment) -> None:
    """Have everything at hand that opening a case tells of its images, and of their header what the arm ever shows."""
    case_images_describe(case=assignment.case)
    if any(is_ever_shown(cell, assignment.arm.blinding) for cell in _OF_HEADER):
        for study in imaging_studies_of(assignment.case):
            header_read(imaging_study=study, gateway=orthanc())

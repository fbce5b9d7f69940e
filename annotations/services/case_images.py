"""The images of a case, as whoever looks at it needs them."""

import time

from django.db.models import Q

from annotations.domain.blinding import is_ever_shown
from annotations.models import Assignment, Case, CasePrior, ReaderStudy, ReaderStudyState
from annotations.selectors.case_images import imaging_studies_of, is_current_in
from annotations.selectors.reader_studies import cases_of
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


def case_headers_read(*, reader_study: ReaderStudy, budget_s: float) -> int:
    """Read of the cases' headers what an analysis groups them by, whatever readers are shown of it.

    The answer is how many cases are still unread: those without images, and what was left when the time was over. Not
    within a transaction: it may have to wait for Orthanc. What readers are told is for the blinding matrix to say
    (`annotations.selectors.blinding`), and no part of this.
    """
    deadline = time.monotonic() + budget_s
    unread = 0
    for case in cases_of(reader_study=reader_study):
        if time.monotonic() < deadline:
            header_read(imaging_study=case.imaging_study, gateway=orthanc())
        unread += case.imaging_study.header_facts is None
    return unread


def launched_headers_read(*, budget_s: float) -> int:
    """Read the headers of launched reader studies ahead of their analyses; the answer is how many cases are unread."""
    deadline = time.monotonic() + budget_s
    unread = 0
    launched = ReaderStudy.objects.exclude(state=ReaderStudyState.DRAFT)
    waiting = launched.filter(
        cases__removed_at=None,
        # `=None` would ask for the null of JSON.
        cases__imaging_study__header_facts__isnull=True,
        cases__imaging_study__number_of_instances__gt=0,
    )
    for reader_study in waiting.distinct().order_by("launched_at"):
        unread += case_headers_read(reader_study=reader_study, budget_s=deadline - time.monotonic())
    return unread

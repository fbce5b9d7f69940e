"""The reference standard in force."""

import uuid

from annotations.models import ReaderStudy, ReferenceStandard, ReferenceTruth


def reference_standard_of(*, reader_study: ReaderStudy) -> ReferenceStandard | None:
    """Return the newest reference standard."""
    return ReferenceStandard.objects.filter(reader_study=reader_study).order_by("-version").first()


def truths_of(*, reader_study: ReaderStudy) -> dict[uuid.UUID, ReferenceTruth]:
    """Return the truth in force of each case that has one."""
    standard = reference_standard_of(reader_study=reader_study)
    return {truth.case_id: truth for truth in ReferenceTruth.objects.filter(reference_standard=standard)}

"""The reference standard of a reader study."""

from collections.abc import Sequence

from django.db import transaction

from annotations.domain.truth_csv import Truth, parse_truth_csv
from annotations.models import ReaderStudy, ReferenceSource, ReferenceStandard, ReferenceTruth
from annotations.selectors.reader_studies import cases_of
from annotations.services.drafts import field_problems, stream_of
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from portal.errors import Invalid


def reference_standard_import(*, by: User, reader_study: ReaderStudy, text: str, name: str) -> ReferenceStandard:
    """Store a CSV as the next version of the reference standard, or say what is wrong in which row."""
    uids = {case.name: case.imaging_study.study_instance_uid for case in cases_of(reader_study=reader_study)}
    if not uids:
        raise Invalid("Choose the cases first: the reference standard names them.", code="no_cases")
    truths, problems = parse_truth_csv(text, uids)
    if problems:
        raise Invalid(
            f"The file has {len(problems)} problem(s); nothing was stored.",
            code="invalid_csv",
            errors=field_problems(problems),
        )
    return reference_standard_create(
        by=by, reader_study=reader_study, truths=truths, source=ReferenceSource.CSV, provenance=name
    )


@transaction.atomic
def reference_standard_create(
    *, by: User, reader_study: ReaderStudy, truths: Sequence[Truth], source: ReferenceSource, provenance: str
) -> ReferenceStandard:
    """Store truths as the next version; earlier versions stay."""
    # One writer at a time per reader study, so that version numbers neither clash nor skip.
    ReaderStudy.objects.select_for_update().get(pk=reader_study.pk)
    cases = {case.name: case for case in cases_of(reader_study=reader_study)}
    ordered = sorted(truths, key=lambda truth: truth.case)
    digest = sha256(canonical_json([[truth.case, truth.truth, truth.lesions] for truth in ordered]))
    newest = ReferenceStandard.objects.filter(reader_study=reader_study).order_by("-version").first()
    standard = ReferenceStandard.objects.create(
        reader_study=reader_study,
        version=newest.version + 1 if newest else 1,
        source=source,
        provenance=provenance[:300],
        digest=digest,
        created_by=by,
    )
    stored = ReferenceTruth.objects.bulk_create(
        ReferenceTruth(reference_standard=standard, case=cases[truth.case], truth=truth.truth, lesions=truth.lesions)
        for truth in ordered
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reference_standard.create",
        obj=standard,
        detail={"version": standard.version, "digest": digest, "source": source},
        rows=[standard, *stored],
    )
    return standard

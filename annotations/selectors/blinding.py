"""What the blinding matrix shows of a case to the reader of one read, now."""

from typing import Any

from annotations.domain.blinding import SIGNED, is_shown, shows_past_reads
from annotations.models import Read


def phase_of(*, read: Read) -> str:
    """Return the phase of the matrix that a read is in; one that is reopened is back in the phase it was signed in."""
    return SIGNED if read.signed_at else str(read.phase)


def shows(cell: str, *, read: Read) -> bool:
    """Say whether the read's arm shows a cell in the phase that the read is in."""
    return is_shown(cell, read.assignment.arm.blinding, phase_of(read=read))


def is_put_away(*, read: Read) -> bool:
    """Say whether the read is signed and its arm shows it no more: then nothing that belongs to it is shown."""
    assignment = read.assignment
    is_signed = read.signed_at is not None
    return is_signed and not shows_past_reads(assignment.arm.blinding, is_training=assignment.is_training)


def particulars_of(*, read: Read) -> dict[str, Any]:
    """Return what the reader is told of patient, date, site and clinical text; null is what the matrix hides."""
    study = read.assignment.case.imaging_study
    if is_put_away(read=read):
        return dict.fromkeys(("patient", "study_date", "site", "clinical_text"))
    header = study.header_facts or {}
    texts = header.get("series_descriptions", {})
    return {
        "patient": {key: header.get(key, "") for key in ("sex", "age")} if shows("patient_data", read=read) else None,
        "study_date": study.study_date if shows("dates", read=read) else None,
        "site": (
            {key: header.get(key, "") for key in ("institution", "station", "manufacturer", "model")}
            if shows("site", read=read)
            else None
        ),
        "clinical_text": (
            {
                "study_description": header.get("study_description", ""),
                "series": [
                    {
                        "series_instance_uid": series.series_instance_uid,
                        "description": texts[series.series_instance_uid],
                    }
                    for series in study.series.all()
                    if texts.get(series.series_instance_uid)
                ],
            }
            if shows("clinical_text", read=read)
            else None
        ),
    }

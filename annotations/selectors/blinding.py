"""What the blinding matrix shows of a case to the reader of one read, now."""

from typing import Any

from annotations.domain.blinding import SIGNED, is_shown, shows_past_reads
from annotations.models import Read
from annotations.selectors.case_images import further_with_series
from portal.imaging.models import ImagingStudy


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
    """Return what the reader is told of patient, date, site and clinical text; null is what the matrix hides.

    Of the patient once, by the first imaging study; the rest of each imaging study that is read together with it.
    """
    case = read.assignment.case
    told = set() if is_put_away(read=read) else {cell for cell in _OF_CASE if shows(cell, read=read)}
    patient = case.imaging_study.header_facts or {}
    return {
        "patient": {key: patient.get(key, "") for key in ("sex", "age")} if "patient_data" in told else None,
        **_of_study(case.imaging_study, told),
        "further_imaging_studies": [
            {"study_instance_uid": study.study_instance_uid, **_of_study(study, told)}
            for study in (further_with_series(case) if told - {"patient_data"} else [])
        ],
    }


_OF_CASE = ("patient_data", "dates", "site", "clinical_text")


def _of_study(study: ImagingStudy, told: set[str]) -> dict[str, Any]:
    header = study.header_facts or {}
    site = {key: header.get(key, "") for key in ("institution", "station", "manufacturer", "model")}
    return {
        "study_date": study.study_date if "dates" in told else None,
        "site": site if "site" in told else None,
        "clinical_text": _clinical_text(study, header) if "clinical_text" in told else None,
    }


def _clinical_text(study: ImagingStudy, header: dict[str, Any]) -> dict[str, Any]:
    texts = header.get("series_descriptions", {})
    return {
        "study_description": header.get("study_description", ""),
        "series": [
            {"series_instance_uid": series.series_instance_uid, "description": texts[series.series_instance_uid]}
            for series in study.series.all()
            if texts.get(series.series_instance_uid)
        ],
    }

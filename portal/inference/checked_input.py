"""Reads the images of a case and checks them against the model's card before anything computes on them."""

from portal.imaging.models import ImagingStudy
from portal.imaging.orthanc import Orthanc
from portal.inference.input_check import (
    NOT_CHECKED,
    REFUSED,
    Check,
    Specification,
    header_checks,
    header_of,
    pixel_checks,
    refusals,
)
from portal.inference.pixels import CtSeries, UnusableInput, ct_series, read_ct_datasets

NO_CARD = Check("card", NOT_CHECKED, "no_card", "The version has no model card, so nothing says what it was made for.")
# Of what reading finds wrong: the case is of another kind than the model reads, rather than damaged.
_OUTSIDE = {"wrong_modality": "modality", "too_few_slices": "slices"}


def read_checked(
    imaging_study: ImagingStudy, gateway: Orthanc, specification: Specification | None
) -> tuple[CtSeries, list[Check]]:
    """Return the CT series of a case that the model may be given, and what was checked.

    Raises
    ------
    UnusableInput
        With the first reason against the case, and in `checks` all of them.
    OrthancUnavailable
        When Orthanc is down, which says nothing about the imaging study.
    """
    checks = [NO_CARD] if specification is None else []
    try:
        uid, datasets = read_ct_datasets(imaging_study, gateway)
        if specification is not None:
            checks += header_checks(specification, [header_of(one) for one in datasets])
            _refuse(checks)
        series = ct_series(uid, datasets)
        if specification is not None:
            checks += pixel_checks(series.hounsfield, specification)
            _refuse(checks)
    except UnusableInput as unusable:
        if unusable.code in _OUTSIDE and not refusals(checks):
            checks.append(Check(_OUTSIDE[unusable.code], REFUSED, unusable.code, unusable.reason))
        unusable.checks = checks
        raise
    return series, checks


def _refuse(checks: list[Check]) -> None:
    against = refusals(checks)
    if against:
        raise UnusableInput(against[0].code, against[0].detail)

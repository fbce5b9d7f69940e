"""Sets of cases on which operating layers are fitted and checked: what a reader study has, and what is frozen of it."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from django.db.models import QuerySet

from annotations.models import Case, ReaderStudy, ReferenceLock, ReferenceStandard, ReferenceTruth
from annotations.selectors.designs import design_of
from annotations.selectors.masking import is_masked
from annotations.selectors.reader_studies import cases_of
from portal.accounts.models import User
from portal.accounts.policy import POLICY, Action
from portal.inference.models import ModelVersion, OperatingLayer, Prediction
from portal.inference.selectors import Scored, scores_in_force
from validation.canonical import parse
from validation.exclusions import EXCLUSION_DETAILS, case_reason
from validation.models import LayerEvidence
from validation.selectors import CaseRow, rows_frozen

SET_FORMAT = "overread.calibration-set"
SET_VERSION = 1
FITTED_ON = "fitted-on"
LEFT_OUT = EXCLUSION_DETAILS | {FITTED_ON: "The layer was fitted on cases of this patient."}


def set_content(
    *,
    model_version: ModelVersion,
    reader_study: ReaderStudy,
    reference_standard: ReferenceStandard,
    not_patients: Collection[uuid.UUID] = (),
) -> dict[str, Any]:
    """Collect the cases with a truth and a prediction, in a fixed order, and name those that are left out.

    Predictions of the reader study's own AI are those of its launch, of another version the newest. The cases of
    `not_patients`, on which a layer was fitted, do not count.
    """
    in_study = cases_of(reader_study=reader_study)
    columns = ("pk", "name", "withdrawn_at", "imaging_study_id", "imaging_study__patient_id")
    # Rows, as they may be many thousands, of which a class takes longer to make than to read.
    cases = [CaseRow(*row) for row in in_study.order_by("position", "pk").values_list(*columns)]
    training = {uuid.UUID(one) for one in design_of(reader_study=reader_study)["training"]}
    truth_ids = dict(ReferenceTruth.objects.filter(reference_standard=reference_standard).values_list("case_id", "pk"))
    is_own = model_version.pk == reader_study.ai_model_version_id
    predictions = scores_in_force(
        model_version=model_version,
        imaging_studies=in_study.order_by().values("imaging_study"),
        frozen_at=reader_study.launched_at if is_own else None,
    )
    rows: list[dict[str, Any]] = []
    left_out: dict[str | None, list[str]] = defaultdict(list)
    for case, frozen in zip(cases, rows_frozen(cases, reference_standard, training), strict=True):
        prediction = predictions.get(case.imaging_study_id)
        reason = _reason(case, frozen, prediction, not_patients)
        if reason is None and prediction is not None:
            rows.append(_row(frozen, prediction, truth_ids[case.pk]))
        else:
            left_out[reason].append(case.name)
    return {
        "format": SET_FORMAT,
        "version": SET_VERSION,
        "model_version": _version_frozen(model_version),
        "reader_study": {"id": str(reader_study.pk), "name": reader_study.name},
        "reference_standard": _truth_frozen(reference_standard),
        "cases": rows,
        "left_out": [{"reason": reason, "cases": left_out[reason]} for reason in LEFT_OUT if reason in left_out],
    }


def _version_frozen(model_version: ModelVersion) -> dict[str, Any]:
    return {
        "id": str(model_version.pk),
        "name": model_version.ai_model.name,
        "version": model_version.version,
        "operating_threshold": model_version.operating_threshold,
        "weights_digest": model_version.weights_digest,
    }


def _truth_frozen(standard: ReferenceStandard) -> dict[str, Any]:
    """Name the version by what does not change, so that the same cases have the same digest later."""
    return {
        "id": str(standard.pk),
        "version": standard.version,
        "digest": standard.digest,
        "source": standard.source,
    }


def _reason(
    case: CaseRow, frozen: dict[str, Any], prediction: Scored | None, not_patients: Collection[uuid.UUID]
) -> str | None:
    reason = case_reason(frozen)
    if reason is None and prediction is None:
        return "no-prediction"
    return FITTED_ON if reason is None and case.patient_id in not_patients else reason


def _row(frozen: dict[str, Any], prediction: Scored, truth_id: uuid.UUID) -> dict[str, Any]:
    return {
        "case": frozen["id"],
        "name": frozen["name"],
        "patient": frozen["patient"],
        "prediction": str(prediction.pk),
        "score": prediction.score,
        "truth_id": str(truth_id),
        "truth": frozen["truth"],
    }


def left_out_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Count what a set leaves out, with the reasons in words."""
    return [
        {"reason": one["reason"], "detail": LEFT_OUT[one["reason"]], "n": len(one["cases"])}
        for one in content["left_out"]
    ]


def fit_of(*, layer: OperatingLayer) -> LayerEvidence:
    """Return on what a layer was fitted."""
    return LayerEvidence.objects.select_related("reader_study").get(layer=layer, number=0)


def patients_fitted_on(*, layer: OperatingLayer) -> frozenset[uuid.UUID]:
    """Return the patients of the cases that a layer was fitted on."""
    fit = fit_of(layer=layer)
    used = {row["case"] for row in parse(fit.content)["cases"]}
    # A case that is taken out of its reader study stays, and so does whose it is.
    people = Case.objects.filter(reader_study=fit.reader_study_id).values_list("pk", "imaging_study__patient_id")
    return frozenset(patient for case, patient in people if str(case) in used)


def evidence_of(*, layer: OperatingLayer) -> QuerySet[LayerEvidence]:
    """Return the sets of a layer: that of the fit, then those that it was checked on."""
    related = ("reader_study", "reference_standard", "created_by")
    return LayerEvidence.objects.filter(layer=layer).select_related(*related).order_by("number")


class Offered(NamedTuple):
    """A reader study whose cases can be fitted or checked on, and the versions of its truth that are locked."""

    reader_study: ReaderStudy
    versions: list[int]
    cases: int


def sets_offered(*, user: User, model_version: ModelVersion) -> Iterator[Offered]:
    """Yield the reader studies that the caller analyses, with a locked truth and predictions of the version.

    `cases` counts those with a prediction; no value of the truth is told.
    """
    locked: dict[uuid.UUID, list[int]] = defaultdict(list)
    for study, version in ReferenceLock.objects.order_by("reference_standard__version").values_list(
        "reference_standard__reader_study", "reference_standard__version"
    ):
        locked[study].append(version)
    predicted = Prediction.objects.filter(model_version=model_version).values("imaging_study")
    for reader_study in _analysed_by(user).filter(pk__in=locked).order_by("name", "pk"):
        cases = Case.objects.filter(reader_study=reader_study, removed_at=None, imaging_study__in=predicted).count()
        if cases and not is_masked(user=user, reader_study=reader_study):
            yield Offered(reader_study, locked[reader_study.pk], cases)


def _analysed_by(user: User) -> QuerySet[ReaderStudy]:
    if user.is_superuser:
        return ReaderStudy.objects.all()
    analysing = user.memberships.filter(role__in=POLICY[Action.ANALYSIS_RUN])
    return ReaderStudy.objects.filter(pk__in=analysing.values("reader_study_id"))

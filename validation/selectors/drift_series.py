"""What the charts of a watch follow, from the rows of predictions, runs, images and signed reads."""

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from annotations.domain.answers import reason_not_assessed
from annotations.models import Arm, AssignmentRole, AssignmentState, LabelSchema, Read, ReaderStudy
from portal.db import JobState
from portal.imaging.models import Series as ImagingSeries
from portal.inference.models import InferenceItem, ModelVersion, Prediction
from portal.inference.selectors import predictions_in_force, specification_of
from validation.drift.charts import Series
from validation.drift.rule import Chart
from validation.selectors import questions_of

CT = "CT"
# Why rows are not among what is charted, as the API and the page name them.
NOT_DESCRIBED, NO_HEADER, CANNOT_ASSESS, NO_CALL, NO_PREDICTION = (
    "NOT_DESCRIBED",
    "NO_HEADER",
    "CANNOT_ASSESS",
    "NO_CALL",
    "NO_PREDICTION",
)


def series_of_images(*, model_version: ModelVersion, charts: Iterable[Chart]) -> dict[Chart, Series]:
    """Return what is followed of scores and inputs: each imaging study once, by its first prediction."""
    wanted = set(charts)
    rows = list(
        Prediction.objects.filter(model_version=model_version)
        .order_by("imaging_study_id", "created_at", "id")
        .distinct("imaging_study_id")
        .values_list("created_at", "imaging_study_id", "score")
    )
    rows.sort()
    times, scores = [row[0] for row in rows], [row[2] for row in rows]
    threshold = model_version.operating_threshold
    found = {
        Chart.SCORE_MEAN: Series(times, scores),
        Chart.SCORE_STABILITY: Series(times, scores),
        Chart.POSITIVE_SHARE: Series(times, [int(score >= threshold) for score in scores]),
    }
    if Chart.REFUSED_SHARE in wanted:
        found[Chart.REFUSED_SHARE] = _refused(model_version)
    if Chart.SCANNER in wanted:
        found[Chart.SCANNER] = _scanners(model_version, rows)
    if wanted & {Chart.SLICE_COUNT, Chart.SLICE_THICKNESS}:
        found |= _slices(model_version, rows)
    return {chart: found[chart] for chart in Chart if chart in found and chart in wanted}


def _refused(model_version: ModelVersion) -> Series:
    """Each imaging study once, when it was first asked for; what failed for other reasons was not judged."""
    judged = Q(state=JobState.SUCCEEDED) | Q(is_refused=True)
    rows = list(
        InferenceItem.objects.filter(judged, run__model_version=model_version)
        .order_by("imaging_study_id", "created_at", "id")
        .distinct("imaging_study_id")
        .values_list("created_at", "is_refused", "reason_code")
    )
    rows.sort()
    return Series([row[0] for row in rows], [int(row[1]) for row in rows], [row[2] if row[1] else "" for row in rows])


def _scanners(model_version: ModelVersion, rows: list[Any]) -> Series:
    studies = Prediction.objects.filter(model_version=model_version)
    facts = dict(studies.values_list("imaging_study_id", "imaging_study__header_facts"))
    kept = [(at, _scanner(facts[study])) for at, study, _ in rows]
    return _known(kept, NO_HEADER)


def _scanner(facts: dict[str, Any] | None) -> str | None:
    named = [str(facts.get(key, "")) for key in ("manufacturer", "model")] if facts else []
    return " ".join(part for part in named if part) or None


def _slices(model_version: ModelVersion, rows: list[Any]) -> dict[Chart, Series]:
    """Of the series that the model reads: the longest of its modality."""
    specification = specification_of(model_version)
    modality = specification["modality"] if specification else CT
    described = (
        ImagingSeries.objects.filter(imaging_study__predictions__model_version=model_version, modality=modality)
        .order_by("imaging_study_id", "-number_of_instances", "series_instance_uid")
        .distinct("imaging_study_id")
        .values_list("imaging_study_id", "facts")
    )
    facts = {study: said or {} for study, said in described}
    thickness = [(at, facts.get(study, {}).get("slice_thickness_mm")) for at, study, _ in rows]
    number = [(at, facts.get(study, {}).get("number_of_images")) for at, study, _ in rows]
    in_words = [(at, None if value is None else f"{value:.2f} mm") for at, value in thickness]
    return {
        Chart.SLICE_THICKNESS: _known(in_words, NOT_DESCRIBED),
        Chart.SLICE_COUNT: _known(number, NOT_DESCRIBED),
    }


def _known(rows: list[tuple[Any, Any]], reason: str) -> Series:
    known = [(at, value) for at, value in rows if value is not None]
    left_out = {reason: len(rows) - len(known)} if len(known) < len(rows) else {}
    values = [value for _, value in known]
    parts = values if values and isinstance(values[0], str) else []
    return Series([at for at, _ in known], values, parts, left_out=left_out)


def arms_with_ai(*, model_version: ModelVersion) -> list[Arm]:
    """Return the arms of launched reader studies whose AI is this version, by the name of the reader study."""
    arms = Arm.objects.filter(
        reader_study__ai_model_version=model_version, reader_study__launched_at__isnull=False
    ).select_related("reader_study")
    return list(arms.order_by("reader_study__name", "reader_study_id", "position"))


def agreement_of(*, arm: Arm, model_version: ModelVersion) -> Series:
    """Return whether each signed read of an arm answers the AI's question as the AI does, by when it was signed.

    Training, hidden repeats, arbitration, void reads and withdrawn cases do not count. The AI's call is that which the
    analysis takes: of the prediction in force at the launch, from the operating threshold on. Reads of one case are
    not independent: they are one unit.
    """
    reads = list(
        Read.objects.filter(
            assignment__arm=arm,
            assignment__role=AssignmentRole.READER,
            assignment__is_training=False,
            assignment__repeat_number=0,
            assignment__case__withdrawn_at=None,
            assignment__case__removed_at=None,
            signed_revision__isnull=False,
        )
        .exclude(assignment__state=AssignmentState.VOID)
        .order_by("signed_at", "pk")
        .values_list(
            "signed_revision__created_at",
            "assignment__case_id",
            "assignment__case__imaging_study_id",
            "label_schema_id",
            "signed_revision__payload__answers",
        )
    )
    reads.sort(key=lambda row: row[0])
    questions = _calls_asked(arm.reader_study)
    calls = _calls_of_ai(arm.reader_study, model_version, {row[2] for row in reads})
    left_out: Counter[str] = Counter()
    kept = []
    for at, case, study, schema, answers in reads:
        answer = (answers or {}).get(questions.get(schema, ""))
        reason = _why_not(answer, calls.get(study))
        if reason:
            left_out[reason] += 1
        else:
            kept.append((at, case, int(answer == calls[study])))
    return Series([row[0] for row in kept], [row[2] for row in kept], units=[row[1] for row in kept], left_out=left_out)


def _calls_asked(reader_study: ReaderStudy) -> dict[uuid.UUID, str]:
    """The key of the question that is the call, by version of the form."""
    asked = {one.pk: questions_of(one)["call"] for one in LabelSchema.objects.filter(reader_study=reader_study)}
    return {schema: key for schema, key in asked.items() if key is not None}


def _calls_of_ai(
    reader_study: ReaderStudy, model_version: ModelVersion, imaging_study_ids: set[uuid.UUID]
) -> dict[uuid.UUID, bool]:
    in_force = predictions_in_force(
        model_version=model_version, imaging_study_ids=imaging_study_ids, frozen_at=reader_study.launched_at
    )
    return {study: one.score >= model_version.operating_threshold for study, one in in_force.items()}


def _why_not(answer: Any, call: bool | None) -> str | None:
    if reason_not_assessed(answer) is not None:
        return CANNOT_ASSESS
    if not isinstance(answer, bool):
        return NO_CALL
    return NO_PREDICTION if call is None else None

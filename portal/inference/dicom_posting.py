"""Posting predictions as DICOM files: looked at, then stored as they were seen, all or none."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from portal.accounts.models import User
from portal.errors import Conflict, FieldProblem, Invalid
from portal.grammar import counted
from portal.inference.dicom_merge import predictions_of
from portal.inference.dicom_predictions import Asked, FileRead, Reading, predictions_read
from portal.inference.models import ModelVersion, PredictionSource
from portal.inference.prediction_input import PredictionInput
from portal.inference.selectors import is_runnable
from portal.inference.services import Bound, Posted, predictions_bind, predictions_store, says_the_same

NEW, SUPERSEDES, UNCHANGED = "NEW", "SUPERSEDES", "UNCHANGED"
MAXIMUM_PROBLEMS = 100


class Seen(NamedTuple):
    """A prediction that files would be, and what it would change."""

    prediction: PredictionInput
    change: str


class Preview(NamedTuple):
    """What files would be, without storing anything; the digest is that of what would be stored."""

    digest: str
    files: list[FileRead]
    predictions: list[Seen]
    warnings: list[FieldProblem]


def dicom_predictions_preview(
    *, model_version: ModelVersion, uploads: Sequence[tuple[str, Path]], asked: Asked
) -> Preview:
    """Read files and say what they would be; raises `Invalid` with what is wrong where."""
    reading, inputs, places = _read(model_version, uploads, asked)
    bound = predictions_bind(model_version=model_version, inputs=inputs, places=places)
    seen = [Seen(one.prediction, _change(one)) for one in bound]
    return Preview(_digest(model_version, inputs), reading.files, seen, reading.warnings)


def predictions_post_dicom(
    *, by: User, model_version: ModelVersion, uploads: Sequence[tuple[str, Path]], asked: Asked, digest: str = ""
) -> Posted:
    """Store what files say; with the digest of a preview only when it is what was seen (409 `preview_outdated`)."""
    _, inputs, places = _read(model_version, uploads, asked)
    if digest and digest != _digest(model_version, inputs):
        detail = "The files, or the images, are not those that you looked at. Look again before you store."
        raise Conflict(detail, code="preview_outdated")
    return predictions_store(
        by=by, model_version=model_version, inputs=inputs, places=places, source=PredictionSource.DICOM
    )


def _read(
    model_version: ModelVersion, uploads: Sequence[tuple[str, Path]], asked: Asked
) -> tuple[Reading, list[PredictionInput], list[FieldProblem]]:
    if is_runnable(model_version):
        raise Conflict("The portal computes this model version's predictions itself.", code="computed_version")
    reading = predictions_read(version=model_version, uploads=uploads, asked=asked)
    # What is wrong with one file would make others seem wrong: a report that measures its segments.
    inputs = [] if reading.problems else predictions_of(reading)
    if reading.problems:
        raise Invalid(
            f"The files have {counted(len(reading.problems), 'problem')}; nothing was stored.",
            code="invalid_files",
            errors=reading.problems[:MAXIMUM_PROBLEMS],
        )
    if not inputs:
        raise Invalid("There is no file to read in what was sent.", code="no_files")
    names = {one.imaging_study_uid: one.name for one in reversed(reading.files)}
    places: list[FieldProblem] = [
        {"field": f"{names[one.study_instance_uid]}: imaging_study_uid", "code": "", "detail": ""} for one in inputs
    ]
    return reading, inputs, places


def _change(bound: Bound) -> str:
    if bound.in_force is None:
        return NEW
    return UNCHANGED if says_the_same(bound.in_force, bound.prediction) else SUPERSEDES


def _digest(model_version: ModelVersion, inputs: Sequence[PredictionInput]) -> str:
    said = [[one.study_instance_uid, one.score, one.findings] for one in inputs]
    return hashlib.sha256(json.dumps([str(model_version.pk), said], sort_keys=True).encode()).hexdigest()

"""Reader studies that serve as sets of cases for operating layers: nobody reads, the truth is imported and locked."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from annotations.domain.truth_csv import Truth
from annotations.models import ReaderStudy, ReferenceSource
from annotations.services.reader_studies import cases_put, reader_study_create
from annotations.services.truth import reference_standard_create, reference_standard_lock
from portal.accounts.models import User
from portal.imaging.models import ImagingStudy, Patient
from portal.inference.models import ModelVersion, Prediction, PredictionSource


def overconfident(n: int, seed: int) -> tuple[list[int], list[float]]:
    """Truths, and scores whose logits are twice what they should be."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.2, n)
    truth = (rng.uniform(size=n) < expit(logits)).astype(int)
    return truth.tolist(), expit(2 * logits).round(6).tolist()


def make_patients(prefix: str, number: int) -> list[Patient]:
    return Patient.objects.bulk_create(Patient(patient_key=f"{prefix}-{one}") for one in range(number))


def make_set(
    by: User,
    version: ModelVersion,
    name: str,
    given: tuple[Sequence[int | None], Sequence[float | None]],
    *,
    patients: Sequence[Patient] | None = None,
    lock: bool = True,
) -> ReaderStudy:
    """A draft of `name` with a case for each truth, of a patient each unless told."""
    truths, scores = given
    people = patients or make_patients(name, len(truths))
    number = sum(map(ord, name))
    studies = ImagingStudy.objects.bulk_create(
        ImagingStudy(study_instance_uid=f"1.2.840.99.{number}.{index}", patient=people[index % len(people)])
        for index in range(len(truths))
    )
    Prediction.objects.bulk_create(
        Prediction(model_version=version, imaging_study=study, score=score, source=PredictionSource.API)
        for study, score in zip(studies, scores, strict=True)
        if score is not None
    )
    reader_study = reader_study_create(by=by, name=name)
    cases = cases_put(by=by, reader_study=reader_study, imaging_study_ids=[one.pk for one in studies])
    standard = reference_standard_create(
        by=by,
        reader_study=reader_study,
        truths=[Truth(case.name, truth, []) for case, truth in zip(cases, truths, strict=True) if truth is not None],
        source=ReferenceSource.CSV,
        provenance="truth.csv",
    )
    if lock:
        reference_standard_lock(by=by, standard=standard)
    return reader_study

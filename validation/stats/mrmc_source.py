"""Where a multi-reader analysis gets its figures of merit from: readings with one rating a case, or marks."""

from typing import Protocol

import numpy as np

from validation.stats.checks import FloatArray
from validation.stats.mrmc_covariance import Covariance, covariance_matrix, leave_one_out
from validation.stats.mrmc_design import Design, Readings
from validation.stats.mrmc_figures import Figure
from validation.stats.results import Reason, Undefined


class FigureSource(Protocol):
    """Figures of merit of every reader in every modality, with their jackknife."""

    name: str
    limit: float
    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: int
    design: Design

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Give (modality, reader) in the order of `values`."""

    @property
    def sampled_cases(self) -> int:
        """Number of cases that the figure depends on."""

    def values(self) -> list[float | Undefined]:
        """Give the figure of every cell."""

    def lacking(self) -> Undefined | None:
        """Say what the error covariances lack, if anything."""

    def leave_one_out(self) -> FloatArray:
        """Give the figures without each case, modality x reader x sampled case."""

    def covariance(self, method: Covariance, resamples: int, generator: np.random.Generator | None) -> FloatArray:
        """Estimate the error covariances of all cells."""

    def counts(self) -> dict[str, int]:
        """Count what went in."""

    def notes(self) -> list[str]:
        """Say what a reader of the result must know."""


class ReadingFigures:
    """A figure of merit computed from one rating a case."""

    def __init__(self, table: Readings, figure: Figure) -> None:
        self.table, self.figure = table, figure
        self.name, self.limit = figure.name, figure.limit
        self.modalities, self.readers, self.cases = table.modalities, table.readers, len(table.truth)
        self.design = table.design

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Give (modality, reader) in the order of `values`."""
        return self.table.cells

    @property
    def sampled_cases(self) -> int:
        """Number of cases that the figure depends on."""
        truth = self.table.truth
        counts = {"all": len(truth), "positive": int(truth.sum()), "negative": int((~truth).sum())}
        return counts[self.figure.sampled]

    def values(self) -> list[float | Undefined]:
        """Give the figure of every cell."""
        return [self._value(rating) for rating in self.table.rating.reshape(-1, self.cases)]

    def _value(self, rating: FloatArray) -> float | Undefined:
        read = ~np.isnan(rating)
        truth = self.table.truth[read]
        n = len(truth)
        if n == 0:
            return Undefined(Reason.MISSING_READINGS, "The reader read no case in this modality.")
        if not truth.any() and self.figure.sampled != "negative":
            return Undefined(Reason.NO_POSITIVE_CASES, "The reader read no positive case in this modality.", n)
        if truth.all() and self.figure.sampled != "positive":
            return Undefined(Reason.NO_NEGATIVE_CASES, "The reader read no negative case in this modality.", n)
        return self.figure.value(truth, rating[read])

    def lacking(self) -> Undefined | None:
        """Name the reader who read too few cases for a covariance."""
        for (modality, reader), rating in zip(self.cells, self.table.rating.reshape(-1, self.cases), strict=True):
            truth = self.table.truth[~np.isnan(rating)]
            positives, negatives = int(truth.sum()), int((~truth).sum())
            fewest = {"all": min(positives, negatives), "positive": positives, "negative": negatives}
            if fewest[self.figure.sampled] < 2:
                detail = f"Reader {reader} read a single positive or negative case in modality {modality}"
                return Undefined(Reason.TOO_FEW_CASES, f"{detail}; a covariance needs two.", len(truth))
        return None

    def leave_one_out(self) -> FloatArray:
        """Give the figures without each case."""
        return leave_one_out(self.table, self.figure)

    def covariance(self, method: Covariance, resamples: int, generator: np.random.Generator | None) -> FloatArray:
        """Estimate the error covariances of all cells."""
        return covariance_matrix(self.table, self.figure, method, resamples=resamples, generator=generator)

    def counts(self) -> dict[str, int]:
        """Count what went in."""
        positives = int(self.table.truth.sum())
        return {
            "readers": len(self.readers),
            "modalities": len(self.modalities),
            "positives": positives,
            "negatives": self.cases - positives,
            "readings": int(self.table.present.sum()),
        }

    def notes(self) -> list[str]:
        """Say that the design is not complete."""
        if self.design == "crossed":
            return []
        return [f"The design is {self.design}: not every reader read every case in every modality."]

"""Regions of interest: each case is divided into regions, and each region is rated and true or not."""

import dataclasses

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, InputError, binary_array, rating_array, same_length
from validation.stats.mrmc import Method, compare_figures
from validation.stats.mrmc_covariance import Covariance
from validation.stats.mrmc_design import Design, natural_factor
from validation.stats.mrmc_results import MrmcResult
from validation.stats.results import Reason, Undefined

Positions = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True)
class RoiStudy:
    """Ratings of regions, one set for each reader in each modality.

    Attributes
    ----------
    modalities, readers, cases : tuple of str
        Names.
    positives, negatives : arrays of int, one per case
        Regions of the case with and without a lesion, the same for every reader and modality.
    truth : array of bool, one per region
        Whether the region has a lesion; all readers' regions are in the same order of cases and truth.
    case : array of int, one per region
        Position of its case.
    rating : array of float, modality x reader x region
        Higher is more suspicious. Within a case and truth the regions of two readers need not be in the same order:
        the figure of merit does not ask for it.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    positives: Positions
    negatives: Positions
    truth: BoolArray
    case: Positions
    rating: FloatArray


def roi_study(
    *,
    reader: npt.ArrayLike,
    modality: npt.ArrayLike,
    case: npt.ArrayLike,
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
) -> RoiStudy:
    """Lay a table (one row for each reader, modality and region) out.

    Parameters
    ----------
    reader, modality, case : array_like
        Names or numbers.
    truth : array_like of 0 and 1
        Whether the region has a lesion.
    rating : array_like of float
        Higher means more suspicious; -inf for a region that was not rated at all.

    Returns
    -------
    RoiStudy

    Raises
    ------
    InputError
        When a cell is wrong, or a reader did not rate as many regions of a case as the others did.

    Examples
    --------
    >>> study = roi_study(reader=["A"] * 4, modality=["m"] * 4, case=[1, 1, 2, 2], truth=[1, 0, 0, 0],
    ...                   rating=[3, 1, 2, 1])
    >>> study.positives.tolist(), study.negatives.tolist()
    ([1, 0], [1, 2])
    """
    truths, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    row, modalities = natural_factor(modality, "modality")
    column, readers = natural_factor(reader, "reader")
    number, cases = natural_factor(case, "case")
    same_length(modality=row, reader=column, case=number, truth=truths, rating=ratings)
    if len(truths) == 0:
        raise InputError("there is no region")
    shape = (len(modalities), len(readers), len(cases), 2)
    counts = np.bincount(
        np.ravel_multi_index((row, column, number, truths.astype(int)), shape), minlength=np.prod(shape)
    )
    counts = counts.reshape(len(modalities) * len(readers), -1)
    _same_for_all(counts, modalities, readers, cases)
    order = np.lexsort((ratings, truths, number, column, row))
    regions = len(truths) // len(counts)
    first = order[:regions]
    per_case = counts[0].reshape(-1, 2)
    laid_out = ratings[order].reshape(len(modalities), len(readers), regions)
    return RoiStudy(modalities, readers, cases, per_case[:, 1], per_case[:, 0], truths[first], number[first], laid_out)


def _same_for_all(
    counts: Positions, modalities: tuple[str, ...], readers: tuple[str, ...], cases: tuple[str, ...]
) -> None:
    odd = counts != np.median(counts, axis=0).astype(np.intp)
    if odd.any():
        cell, position = np.argwhere(odd)[0]
        modality, reader = modalities[cell // len(readers)], readers[cell % len(readers)]
        kind = "with" if position % 2 else "without"
        raise InputError(
            f"case {cases[position // 2]!r} has {counts[cell, position]} regions {kind} a lesion from reader "
            f"{reader!r} in modality {modality!r}, and another number from others; everyone rates the same regions"
        )


class RoiFigures:
    """Area over all pairs of a region with and one without a lesion, as a source for the multi-reader analysis."""

    name = "roi"
    limit = 1.0
    design: Design = "crossed"

    def __init__(self, study: RoiStudy) -> None:
        self.study = study
        self.modalities, self.readers, self.cases = study.modalities, study.readers, len(study.cases)

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Give (modality, reader) in the order of `values`."""
        return [(modality, reader) for modality in self.modalities for reader in self.readers]

    @property
    def sampled_cases(self) -> int:
        """Number of cases; each may bring regions of both kinds."""
        return self.cases

    def values(self) -> list[float | Undefined]:
        """Give the area of every cell."""
        problem = self._missing_class()
        return [problem if problem is not None else self._computed(row)[0] for row in self._rows()]

    def lacking(self) -> Undefined | None:
        """Say that all regions of a kind are in a single case."""
        study = self.study
        for kind, count in (("with", study.positives), ("without", study.negatives)):
            if (count > 0).sum() < 2:
                detail = f"All regions {kind} a lesion are in a single case; a covariance needs two."
                return Undefined(Reason.TOO_FEW_CASES, detail, self.cases)
        return None

    def leave_one_out(self) -> FloatArray:
        """Give the area without each case."""
        values = np.array([self._computed(row)[1] for row in self._rows()])
        return values.reshape(len(self.modalities), len(self.readers), -1)

    def covariance(self, method: Covariance, resamples: int, generator: np.random.Generator | None) -> FloatArray:
        """Estimate the error covariances by the jackknife over cases."""
        del method, resamples, generator
        values = self.leave_one_out().reshape(len(self.cells), -1)
        centred = values - values.mean(axis=1, keepdims=True)
        return np.asarray((self.cases - 1) / self.cases * (centred @ centred.T))

    def counts(self) -> dict[str, int]:
        """Count what went in."""
        study = self.study
        return {
            "readers": len(self.readers),
            "modalities": len(self.modalities),
            "cases": self.cases,
            "positive_regions": int(study.positives.sum()),
            "negative_regions": int(study.negatives.sum()),
        }

    def notes(self) -> list[str]:
        """Say what was left out of the jackknife."""
        return ["Each case is left out with all its regions."]

    def _rows(self) -> FloatArray:
        return self.study.rating.reshape(len(self.cells), -1)

    def _missing_class(self) -> Undefined | None:
        if not self.study.truth.any():
            return Undefined(Reason.NO_POSITIVE_CASES, "There is no region with a lesion.", len(self.study.truth))
        if self.study.truth.all():
            return Undefined(Reason.NO_NEGATIVE_CASES, "There is no region without a lesion.", len(self.study.truth))
        return None

    def _computed(self, rating: FloatArray) -> tuple[float, FloatArray]:
        """Give the area, and the area without each case: what the case shares in is taken out, its own pairs once."""
        study = self.study
        positive, negative = rating[study.truth], rating[~study.truth]
        case_of_positive, case_of_negative = study.case[study.truth], study.case[~study.truth]
        rows = np.bincount(case_of_positive, weights=_beaten(negative, positive), minlength=self.cases)
        beating = len(positive) - _beaten(positive, negative)
        columns = np.bincount(case_of_negative, weights=beating, minlength=self.cases)
        total = float(rows.sum())
        pairs = (len(positive) - study.positives) * (len(negative) - study.negatives)
        own = _own_pairs(study, rating)
        with np.errstate(invalid="ignore", divide="ignore"):  # a kind in one case only: `lacking` says so
            without = (total - rows - columns + own) / pairs
        return total / (len(positive) * len(negative)), without


def _beaten(others: FloatArray, values: FloatArray) -> FloatArray:
    """Count the others below each value, ties by half."""
    ordered = np.sort(others)
    return np.asarray((np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2.0)


def _own_pairs(study: RoiStudy, rating: FloatArray) -> FloatArray:
    """Sum, for each case, the pairs of its own regions: sorted by case and rating, a region's place shows them."""
    level = np.unique(rating, return_inverse=True)[1]
    key = study.case * np.int64(level.max() + 1) + level
    negatives, positives = np.sort(key[~study.truth]), key[study.truth]
    case = study.case[study.truth]
    earlier = np.concatenate(([0], np.cumsum(study.negatives)))[case]
    below = (np.searchsorted(negatives, positives, "left") + np.searchsorted(negatives, positives, "right")) / 2.0
    return np.asarray(np.bincount(case, weights=below - earlier, minlength=len(study.cases)), dtype=np.float64)


def roi(study: RoiStudy, *, method: Method = "or", level: float = 0.95, margin: float | None = None) -> MrmcResult:
    """Compare modalities by the area over regions, with the jackknife over cases.

    Parameters
    ----------
    study : RoiStudy
        See `roi_study`.
    method : {"or", "dbm"}
        Obuchowski-Rockette, or Dorfman-Berbaum-Metz.
    level, margin : float
        As in `mrmc`.

    Returns
    -------
    MrmcResult

    References
    ----------
    Obuchowski NA (1997) Biometrics 53:567. Obuchowski NA, Lieber ML, Powell KA (2000) Acad Radiol 7:516.
    """
    return compare_figures(RoiFigures(study), method=method, level=level, margin=margin)

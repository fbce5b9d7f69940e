"""Free-response studies: marks with ratings, lesions with weights; figures of merit, curves and tests."""

from typing import Literal, TypeAlias, get_args

import numpy as np

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.froc_bounds import bounded_result
from validation.stats.froc_marks import EVERY_MARK, below
from validation.stats.localisation import LocalisationStudy
from validation.stats.mrmc import Method, compare_figures
from validation.stats.mrmc_covariance import Covariance
from validation.stats.mrmc_design import Design
from validation.stats.mrmc_figures import auc_figure
from validation.stats.mrmc_results import MrmcResult
from validation.stats.results import Reason, Undefined

FrocFigure: TypeAlias = Literal[
    "wafroc",
    "afroc",
    "wafroc1",
    "afroc1",
    "froc",
    "hrauc",
    "hrse",
    "hrsp",
    "maxllf",
    "maxnlf",
    "maxnlf-all-cases",
    "song-a1",
    "song-a2",
    "exp-sp",
]
FIGURES: tuple[FrocFigure, ...] = get_args(FrocFigure)
_ON_POSITIVES = ("hrse", "maxllf")
_ON_NEGATIVES = ("hrsp", "maxnlf", "exp-sp")
# Non-lesion marks of any case count in these, so no case needs to be negative.
_WITHOUT_NEGATIVES = (*_ON_POSITIVES, "wafroc1", "afroc1", "froc", "maxnlf-all-cases")
_WITHOUT_POSITIVES = (*_ON_NEGATIVES, "maxnlf-all-cases")


class LocalisationFigures:
    """A figure of merit of marks, as a source for the multi-reader analysis."""

    def __init__(self, study: LocalisationStudy, figure: FrocFigure) -> None:
        self.study = study
        self.name: str = figure
        self.limit = float("inf") if figure.startswith("maxnlf") or figure == "froc" else 1.0
        self.modalities, self.readers, self.cases = study.modalities, study.readers, len(study.truth)
        self.design: Design = "crossed"

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Give (modality, reader) in the order of `values`."""
        return [(modality, reader) for modality in self.modalities for reader in self.readers]

    @property
    def sampled_cases(self) -> int:
        """Number of cases that the figure depends on."""
        return int(self._sampled().sum())

    def _sampled(self) -> BoolArray:
        truth = self.study.truth
        if self.name in _ON_POSITIVES:
            return truth
        return ~truth if self.name in _ON_NEGATIVES else np.ones(len(truth), dtype=bool)

    def values(self) -> list[float | Undefined]:
        """Give the figure of every cell."""
        problem = self._missing_class()
        if problem is not None:
            return [problem] * len(self.cells)
        return [value for value, _ in self._computed()]

    def lacking(self) -> Undefined | None:
        """Say that a class has one case only."""
        truth = self.study.truth
        positives, negatives = int(truth.sum()), int((~truth).sum())
        needed = [] if self.name in _WITHOUT_POSITIVES else [positives]
        needed += [] if self.name in _WITHOUT_NEGATIVES else [negatives]
        fewest = min(needed, default=len(truth))
        if fewest < 2:
            return Undefined(Reason.TOO_FEW_CASES, "There is a single positive or negative case.", len(truth))
        return None

    def leave_one_out(self) -> FloatArray:
        """Give the figure without each sampled case."""
        values = np.array([without for _, without in self._computed()])
        return values[:, self._sampled()].reshape(len(self.modalities), len(self.readers), -1)

    def covariance(self, method: Covariance, resamples: int, generator: np.random.Generator | None) -> FloatArray:
        """Estimate the error covariances by the jackknife, the only estimator for marks."""
        del method, resamples, generator
        values = self.leave_one_out().reshape(len(self.cells), -1)
        number = values.shape[1]
        centred = values - values.mean(axis=1, keepdims=True)
        return np.asarray((number - 1) / number * (centred @ centred.T))

    def counts(self) -> dict[str, int]:
        """Count what went in."""
        positives = int(self.study.truth.sum())
        return {
            "readers": len(self.readers),
            "modalities": len(self.modalities),
            "positives": positives,
            "negatives": self.cases - positives,
            "lesions": len(self.study.lesion_case),
            "lesion_marks": int(np.isfinite(self.study.lesion_rating).sum()),
            "false_marks": len(self.study.false_rating),
        }

    def notes(self) -> list[str]:
        """Say nothing more."""
        return []

    def _missing_class(self) -> Undefined | None:
        truth = self.study.truth
        if self.name not in _WITHOUT_POSITIVES and not truth.any():
            return Undefined(Reason.NO_POSITIVE_CASES, "There is no case with a lesion.", len(truth))
        if self.name not in _WITHOUT_NEGATIVES and truth.all():
            return Undefined(Reason.NO_NEGATIVE_CASES, "There is no case without a lesion.", len(truth))
        return None

    def _computed(self) -> list[tuple[float, FloatArray]]:
        """Give each cell's figure, and the figure without each case (of all cases)."""
        if self.name in EVERY_MARK:
            return [EVERY_MARK[self.name](self.study, cell) for cell in range(len(self.cells))]
        if self.name == "hrauc":
            return self._highest_rating_area()
        if self.name in ("wafroc", "afroc", "wafroc1", "afroc1"):
            return [
                self._area(false, lesion)
                for false, lesion in zip(
                    self._flat(self.study.highest_false_mark), self._flat(self.study.lesion_rating), strict=True
                )
            ]
        count, size = self._totals()
        with np.errstate(invalid="ignore", divide="ignore"):  # a class of one case: `lacking` says so
            return [(float(row.sum() / size.sum()), (row.sum() - row) / (size.sum() - size)) for row in count]

    def _flat(self, values: FloatArray) -> FloatArray:
        return values.reshape(len(self.cells), -1)

    def _highest_rating_area(self) -> list[tuple[float, FloatArray]]:
        ratings, figure, truth = self._flat(self.study.inferred_ratings().rating), auc_figure(), self.study.truth
        with np.errstate(invalid="ignore", divide="ignore"):
            return [(figure.value(truth, row), figure.leave_one_out(truth, row)) for row in ratings]

    def _totals(self) -> tuple[FloatArray, FloatArray]:
        """Give, per cell and case, what is counted, and per case what it could be."""
        study, cases = self.study, self.cases
        if self.name == "maxllf":
            found = np.isfinite(self._flat(study.lesion_rating)).astype(float)
            number = np.bincount(study.lesion_case, minlength=cases).astype(float)
            return np.array([np.bincount(study.lesion_case, weights=row, minlength=cases) for row in found]), number
        if self.name in ("hrse", "hrsp"):
            marked = np.isfinite(self._flat(study.inferred_ratings().rating))
            chosen = study.truth if self.name == "hrse" else ~study.truth
            return (marked == study.truth) * chosen.astype(float), chosen.astype(float)
        flat = np.bincount(study.false_cell * cases + study.false_case, minlength=len(self.cells) * cases)
        chosen = np.ones(cases, dtype=bool) if self.name == "maxnlf-all-cases" else ~study.truth
        return flat.reshape(-1, cases) * chosen.astype(float), chosen.astype(float)

    def _area(self, false: FloatArray, lesion: FloatArray) -> tuple[float, FloatArray]:
        """Area under the (weighted) AFROC curve, and without each case in closed form.

        Case k brings its lesions (rows), its highest non-lesion mark (column), or both in the "1" forms,
        where what the two have in common is subtracted once.
        """
        study, cases = self.study, self.cases
        weight = study.lesion_weight if self.name.startswith("w") else np.ones(len(lesion))
        compared = np.ones(cases, dtype=bool) if self.name.endswith("1") else ~study.truth
        beaten = below(np.sort(false[compared]), lesion)
        rows = np.bincount(study.lesion_case, weights=weight * beaten, minlength=cases)
        columns = np.where(compared, _weight_above(lesion, weight, false), 0.0)
        own = np.heaviside(_sign(lesion, false[study.lesion_case]), 0.5) * weight * compared[study.lesion_case]
        both = np.bincount(study.lesion_case, weights=own, minlength=cases)
        weights = np.bincount(study.lesion_case, weights=weight, minlength=cases)
        total, size, number = float(rows.sum()), weights.sum(), compared.sum()
        with np.errstate(invalid="ignore", divide="ignore"):
            without = (total - rows - columns + both) / ((number - compared) * (size - weights))
        return float(total / (number * size)), without


def _weight_above(lesion: FloatArray, weight: FloatArray, false: FloatArray) -> FloatArray:
    order = np.argsort(lesion, kind="stable")
    cumulated = np.concatenate(([0.0], np.cumsum(weight[order])))
    left, right = (cumulated[np.searchsorted(lesion[order], false, side)] for side in ("left", "right"))
    return np.asarray(cumulated[-1] - (left + right) / 2.0)


def _sign(a: FloatArray, b: FloatArray) -> FloatArray:
    """Give the sign of a - b, where -inf minus -inf is 0."""
    return np.asarray((a > b).astype(float) - (a < b).astype(float))


def froc(
    study: LocalisationStudy,
    figure: FrocFigure = "wafroc",
    *,
    method: Method = "or",
    level: float = 0.95,
    margin: float | None = None,
) -> MrmcResult:
    """Compare modalities by a figure of merit of marks.

    Parameters
    ----------
    study : LocalisationStudy
        See `localisation_study`.
    figure : str
        `wafroc`, `afroc`: lesion marks against the highest non-lesion mark of each negative case, lesions weighted
        within their case, or each lesion alike; `wafroc1`, `afroc1`: against positive cases' non-lesion marks
        too. `hrauc`, `hrse`, `hrsp`: the highest mark as the case's rating. `maxllf`: share of lesions marked;
        `maxnlf`, `maxnlf-all-cases`: non-lesion marks per negative case, or per case. `froc`: area under the FROC
        curve; `song-a1`, `song-a2`, `exp-sp`: see `froc_marks`.
    method : {"or", "dbm"}
        Obuchowski-Rockette, or Dorfman-Berbaum-Metz.
    level, margin : float
        As in `mrmc`.

    Returns
    -------
    MrmcResult
        As of `mrmc`. Where the jackknife has no variance (all lesions found, or none) a reader, and a mean of readers
        who are all alike, have the interval of `froc_bounds`; an interval that begins below 0 is cut there.

    References
    ----------
    Chakraborty DP (2017) Observer Performance Methods for Diagnostic Imaging, chapters 14 and 15.
    """
    if figure not in FIGURES:
        raise InputError(f"there is no figure {figure!r}; there is {', '.join(FIGURES)}")
    result = compare_figures(LocalisationFigures(study, figure), method=method, level=level, margin=margin)
    return bounded_result(result, study, level=level)

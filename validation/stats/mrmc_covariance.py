"""Error covariances of the readers' figures of merit, by four estimators."""

from typing import Literal, TypeAlias

import numpy as np

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import AucFigure, Figure, Reweighted, ShareFigure
from validation.stats.mrmc_moments import Moments, pair_moments
from validation.stats.resampling import classes, weight_blocks
from validation.stats.roc import placements

Covariance: TypeAlias = Literal["jackknife", "delong", "unbiased", "bootstrap"]


def covariance_matrix(
    table: Readings,
    figure: Figure,
    method: Covariance,
    *,
    resamples: int = 2000,
    generator: np.random.Generator | None = None,
) -> FloatArray:
    """Estimate the covariance matrix of all (modality, reader) figures over samples of cases.

    Where no case is shared by two readers (or two modalities) by design, their covariance is zero.
    """
    if method == "jackknife":
        matrix = _jackknife(table, figure)
    elif method == "bootstrap":
        if generator is None:
            raise InputError("the bootstrap needs a random generator; pass generator=numpy.random.default_rng(seed)")
        matrix = _bootstrap(table, figure, resamples, generator)
    else:
        scored = _as_auc(table, figure, method)
        matrix = _delong(scored) if method == "delong" else _unbiased(scored)
    return _without_impossible(matrix, table)


def leave_one_out(table: Readings, figure: Figure) -> FloatArray:
    """Give the figure without each sampled case in turn, modality x reader x sampled case.

    A reader who never saw the case keeps the figure.
    """
    kept = _sampled(table, figure)
    result = np.empty((*table.rating.shape[:2], len(table.truth)))
    for row, column in np.ndindex(*table.rating.shape[:2]):
        rating = table.rating[row, column]
        read = ~np.isnan(rating)
        truth = table.truth[read]
        result[row, column] = figure.value(truth, rating[read])
        result[row, column, read] = figure.leave_one_out(truth, rating[read])
    return result[:, :, kept]


def _sampled(table: Readings, figure: Figure) -> BoolArray:
    if figure.sampled == "all":
        return np.ones(len(table.truth), dtype=bool)
    return table.truth if figure.sampled == "positive" else ~table.truth


def _jackknife(table: Readings, figure: Figure) -> FloatArray:
    values = leave_one_out(table, figure)
    number = values.shape[2]
    centred = values.reshape(-1, number) - values.reshape(-1, number).mean(axis=1, keepdims=True)
    return (number - 1) / number * (centred @ centred.T)


def _bootstrap(table: Readings, figure: Figure, resamples: int, generator: np.random.Generator) -> FloatArray:
    """Resample positive and negative cases apart, the same cases for every reader and modality."""
    if resamples < 2:
        raise InputError(f"the bootstrap needs two resamples at least, not {resamples}")
    cells = [_reweighted(figure, table.truth, rating) for rating in table.rating.reshape(-1, len(table.truth))]
    blocks = weight_blocks(classes(table.truth), len(table.truth), resamples, generator)
    values = np.concatenate([np.stack([cell(weight) for cell in cells]) for weight in blocks], axis=1)
    if not np.isfinite(values).all():
        raise InputError("in a resample a reader has no case of a class; use the jackknife or unbiased covariance")
    return np.atleast_2d(np.cov(values))


def _reweighted(figure: Figure, truth: BoolArray, rating: FloatArray) -> Reweighted:
    read = ~np.isnan(rating)
    if read.all():
        return figure.reweighted(truth, rating)
    of_read = figure.reweighted(truth[read], rating[read])
    return lambda weight: of_read(weight[:, read])


def _delong(table: Readings) -> FloatArray:
    if table.design != "crossed":
        problem = "DeLong's covariance needs every reader to read every case in every modality"
        raise InputError(f"{problem}; use jackknife or unbiased")
    components = [placements(table.truth, rating) for rating in table.rating.reshape(-1, len(table.truth))]
    positive = np.array([component.positive for component in components])
    negative = np.array([component.negative for component in components])
    return np.atleast_2d(np.cov(positive)) / positive.shape[1] + np.atleast_2d(np.cov(negative)) / negative.shape[1]


def _unbiased(table: Readings) -> FloatArray:
    return covariance_from_moments(pair_moments(table))


def covariance_from_moments(moments: Moments) -> FloatArray:
    """Turn the moments of pairs of readings into the unbiased covariance of two areas.

    cov = E[A_a A_b] - E[A_a] E[A_b], the last term being the moment in which no case is shared.
    Gallas BD, Bandos A, Samuelson FW, Wagner RF (2009) Commun Stat Theory Methods 38:2586.
    """
    product = moments.area[:, None] * moments.area[None, :]
    unshared = moments.numerator[3], moments.denominator[3]
    return product - np.divide(unshared[0], unshared[1], out=np.zeros_like(product), where=unshared[1] > 0)


def _as_auc(table: Readings, figure: Figure, method: Covariance) -> Readings:
    """Give ratings whose AUC is the figure: a right call beats the other class, which always scores one half."""
    if isinstance(figure, AucFigure):
        return table
    if not isinstance(figure, ShareFigure):
        raise InputError(f"the {method} covariance exists for auc, sensitivity and specificity, not for {figure.name}")
    return figure.as_area(table)


def _without_impossible(matrix: FloatArray, table: Readings) -> FloatArray:
    rows, columns = table.rating.shape[:2]
    if table.design == "case-nested-in-reader":
        reader = np.tile(np.arange(columns), rows)
        return np.where(reader[:, None] == reader[None, :], matrix, 0.0)
    if table.design == "case-nested-in-modality":
        modality = np.repeat(np.arange(rows), columns)
        return np.where(modality[:, None] == modality[None, :], matrix, 0.0)
    return matrix

"""Where readers operate, and what the curve of an AI reaches there."""

import dataclasses

import numpy as np

from validation.stats.checks import BoolArray, FloatArray
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import ShareFigure, sensitivity_figure, specificity_figure
from validation.stats.results import JSONValue, Reason, Undefined, jsonable
from validation.stats.roc import RocCurve, roc_curve


@dataclasses.dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A reader's operating point, and what the AI's curve reaches at the same specificity or sensitivity."""

    reader: str
    sensitivity: float | Undefined
    specificity: float | Undefined
    ai_sensitivity: float | Undefined
    ai_specificity: float | Undefined

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


def operating_points(table: Readings, threshold: float | None) -> tuple[OperatingPoint, ...]:
    """Read the AI's curve at each reader's specificity, and at each reader's sensitivity."""
    if threshold is None:
        return ()
    read = ~np.isnan(table.rating[0, 0])
    curve = roc_curve(table.truth[read], table.rating[0, 0][read])
    points = []
    for name, rating in zip(table.readers[1:], table.rating[0, 1:], strict=True):
        sensitivity, specificity = (
            _share(figure, table.truth, rating)
            for figure in (sensitivity_figure(threshold), specificity_figure(threshold))
        )
        points.append(OperatingPoint(name, sensitivity, specificity, *_ai_at(curve, sensitivity, specificity)))
    return tuple(points)


def _share(figure: ShareFigure, truth: BoolArray, rating: FloatArray) -> float | Undefined:
    """Give a reader's sensitivity or specificity; undefined without a case of its class."""
    seen = ~np.isnan(rating)
    if figure.sampled == "positive" and not truth[seen].any():
        return Undefined(Reason.NO_POSITIVE_CASES, "The reader read no positive case.", int(seen.sum()))
    if figure.sampled == "negative" and truth[seen].all():
        return Undefined(Reason.NO_NEGATIVE_CASES, "The reader read no negative case.", int(seen.sum()))
    return figure.value(truth[seen], rating[seen])


def _ai_at(
    curve: RocCurve | Undefined, sensitivity: float | Undefined, specificity: float | Undefined
) -> tuple[float | Undefined, float | Undefined]:
    """Give the AI's best sensitivity at this specificity, and its best specificity at this sensitivity."""
    if isinstance(curve, Undefined):
        return curve, curve
    fpf, tpf = curve.false_positive_fraction, curve.true_positive_fraction
    found = specificity if isinstance(specificity, Undefined) else float(tpf[fpf <= 1.0 - specificity + 1e-12].max())
    if isinstance(sensitivity, Undefined):
        return found, sensitivity
    return found, float(1.0 - fpf[tpf >= sensitivity - 1e-12].min())

"""Limits of agreement of measurements that several readers made of the same cases in one or two modalities."""

import dataclasses
import itertools
import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from validation.stats.checks import FloatArray, InputError, confidence_level
from validation.stats.crossed import quantile
from validation.stats.mrmc_analyses import NEGLIGIBLE
from validation.stats.mrmc_design import Readings
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable

Kind: TypeAlias = Literal["WRBM", "BRBM", "BRWM"]

MEANING: dict[Kind, str] = {
    "WRBM": "one reader, two modalities",
    "BRBM": "two readers, each with another modality",
    "BRWM": "two readers, one modality",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ReaderLimits:
    """Between which limits the difference of two measurements of one case lies, for readers and cases like these."""

    kind: Kind
    a: str
    b: str
    bias: Outcome
    variance: float | Undefined
    lower: Outcome
    upper: Outcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"kind", "a", "b", "bias", "variance", "lower", "upper"}`."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class ReaderAgreement:
    """The answer of `reader_agreement`: limits, and the components of each pair of modalities."""

    limits: tuple[ReaderLimits, ...]
    components: dict[tuple[str, str], dict[str, float | Undefined]]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the limits, and the components as a list."""
        return {
            "limits": [row.to_json() for row in self.limits],
            "variance_components": [{"a": a, "b": b, **jsonable_row(row)} for (a, b), row in self.components.items()],
            "notes": list(self.notes),
        }

    def frames(self) -> tuple[pd.DataFrame, ...]:
        """Give a table of the limits and one of the components."""
        rows = [
            {"kind": row.kind, "of": MEANING[row.kind], "a": row.a, "b": row.b, "variance": _number(row.variance)}
            | {
                f"{name} {end}".strip(): value
                for name in ("bias", "lower", "upper")
                for end, value in _cells(row, name)
            }
            | ({"note": row.lower.detail} if isinstance(row.lower, Undefined) else {})
            for row in self.limits
        ]
        components = [
            {"a": a, "b": b} | {name: _number(one) for name, one in row.items()}
            for (a, b), row in self.components.items()
        ]
        return tuple(pd.DataFrame(part) for part in (rows, components) if part)


def jsonable_row(row: dict[str, float | Undefined]) -> dict[str, JSONValue]:
    """Give the same mapping as JSON values."""
    return {name: jsonable(value) for name, value in row.items()}


def _number(value: float | Undefined) -> float | None:
    return None if isinstance(value, Undefined) else value


def reader_agreement(table: Readings, *, level: float = 0.95) -> ReaderAgreement | Undefined:
    """Estimate limits of agreement within and between readers and modalities; readers and cases are random.

    Parameters
    ----------
    table : Readings
        Measurements in place of ratings; the truth plays no part. Any design, also with missing readings.
    level : float
        Share of differences within the limits, and confidence level of the intervals.

    Returns
    -------
    ReaderAgreement or Undefined
        For each pair of modalities a and b: `WRBM`, X_ajk - X_bjk of one reader; `BRBM`, X_ajk - X_bj'k of two
        readers. For each modality `BRWM`, X_jk - X_j'k. The components are of the model with fixed modality and
        random reader, case and their interactions; negative ones stay. Undefined with one reader or one case; what
        needs two readings of one case, in a design that has none, is undefined on its own.

    Notes
    -----
    The variances are moments of pairs of measurements that share the reader, the case, both or neither; with
    complete data they are those of the analysis of variance. The limits are bias -+ z sqrt(variance). Bias and log
    variance have intervals from leaving out readers, cases, and single measurements: V = V_R + max(V_C - V_RC, 0),
    t with (J - 1)(V / V_R)^2 degrees of freedom; those of the limits combine the two (Zou 2013).

    References
    ----------
    Wen S, Gallas BD (2022) Stat Biopharm Res 14:532. Bland JM, Altman DG (1999) Stat Methods Med Res 8:135.
    Zou GY (2013) Stat Methods Med Res 22:630.

    Examples
    --------
    >>> from validation.stats.mrmc_design import readings
    >>> mm = readings(reader=["A"] * 4 + ["B"] * 4, modality=["CT", "CT", "MR", "MR"] * 2, case=[1, 2] * 4,
    ...               truth=[0] * 8, rating=[10.0, 20, 11, 22, 12, 21, 12, 24])
    >>> [round(row.bias.value, 2) for row in reader_agreement(mm).limits if row.kind == "WRBM"]
    [-1.5]
    """
    level = confidence_level(level)
    _refuse_infinite(table)
    if len(table.readers) < 2:
        detail = "One reader only: agreement over readers needs two; use limits_of_agreement for one."
        return Undefined(Reason.TOO_FEW_READERS, detail, len(table.readers))
    if len(table.cases) < 2:
        return Undefined(Reason.TOO_FEW_CASES, "Limits of agreement need two cases at least.", len(table.cases))
    limits, components = [], {}
    numbered = list(enumerate(table.modalities))
    for (first, a), (second, b) in itertools.combinations(numbered, 2):
        pair = table.rating[first], table.rating[second]
        limits += [
            _limits("WRBM", a, b, pair, _within_reader, level),
            _limits("BRBM", a, b, pair, _between_readers, level),
        ]
        components[a, b] = _components(*pair)
    for index, name in numbered:
        same = table.rating[index], table.rating[index]
        limits.append(_limits("BRWM", name, name, same, _within_modality, level))
    return ReaderAgreement(tuple(limits), components, _notes(table))


def _refuse_infinite(table: Readings) -> None:
    """Refuse what a rating may be, but a measurement may not."""
    infinite = np.argwhere(np.isinf(table.rating))
    if len(infinite):
        modality, reader, case = infinite[0]
        where = f"reader {table.readers[reader]!r}, case {table.cases[case]!r}, modality {table.modalities[modality]!r}"
        raise InputError(f"{where}: an infinite value is not a measurement", column="rating")


@dataclasses.dataclass(frozen=True, slots=True)
class _Moments:
    """Mean products of two measurements that share reader and case, the reader, the case, or neither."""

    both: FloatArray
    reader: FloatArray
    case: FloatArray
    neither: FloatArray


Leave: TypeAlias = Literal["nothing", "reader", "case", "reading"]
_LEAVES: tuple[Leave, ...] = ("reader", "case", "reading")
Statistic: TypeAlias = Callable[[FloatArray, FloatArray, Leave], tuple[FloatArray, FloatArray]]


def _limits(
    kind: Kind, a: str, b: str, pair: tuple[FloatArray, FloatArray], statistic: Statistic, level: float
) -> ReaderLimits:
    bias, variance = (float(part) for part in statistic(*pair, "nothing"))
    n = int((~np.isnan(pair[0]) & ~np.isnan(pair[1])).sum())
    method = f"{kind}, readers and cases random, jackknife, t"
    if math.isnan(bias):
        return ReaderLimits(kind, a, b, _NOT_SHARED, _NOT_SHARED, _NOT_SHARED, _NOT_SHARED)
    if math.isnan(variance):
        bare = Estimate(bias, None, None, level, method, n, _NOT_SHARED.detail)
        return ReaderLimits(kind, a, b, bare, _NOT_SHARED, _NOT_SHARED, _NOT_SHARED)
    # Measurements have units: what is rounding is told by the variance of the values themselves.
    noise = NEGLIGIBLE * max(float(np.nanvar(one)) for one in pair)
    if not variance > noise:
        reason = Reason.NEGATIVE_VARIANCE if variance < -noise else Reason.ZERO_VARIANCE
        problem = Undefined(reason, "The differences have no positive variance, so there are no limits.", n)
        bare = Estimate(bias, None, None, level, method, n, problem.detail)
        return ReaderLimits(kind, a, b, bare, variance, problem, problem)
    without = [statistic(*pair, leave) for leave in _LEAVES]
    centre = _jackknifed(bias, [mean for mean, _ in without], pair[0].shape, level)
    # The variance is skewed, its logarithm less so.
    spread = _jackknifed(math.log(variance), [_logarithm(left) for _, left in without], pair[0].shape, level)
    z, sd = normal_quantile(level), math.sqrt(variance)
    around = (bias, bias - z * sd, bias + z * sd)
    if isinstance(centre, Undefined) or isinstance(spread, Undefined):
        alone = [Estimate(value, None, None, level, method, n, _TOO_FEW.detail) for value in around]
        return ReaderLimits(kind, a, b, alone[0], variance, alone[1], alone[2])
    inner, outer = (z * abs(math.exp(end / 2.0) - sd) for end in spread)
    below, above = bias - centre[0], centre[1] - bias
    reach = ((below, above), (math.hypot(below, outer), math.hypot(above, inner)),
             (math.hypot(below, inner), math.hypot(above, outer)))  # fmt: skip
    found = [
        Estimate(value, value - down, value + up, level, method, n)
        for value, (down, up) in zip(around, reach, strict=True)
    ]
    if kind == "BRWM":
        found[0] = Estimate(0.0, None, None, level, method, n, "Either reader may come first, so there is no bias.")
    return ReaderLimits(kind, a, b, found[0], variance, found[1], found[2])


_NOT_SHARED = Undefined(Reason.NO_COMMON_CASES, "No two of the readings that this compares share what it needs.")
_TOO_FEW = Undefined(Reason.TOO_FEW_READERS, "No interval: with one reader or case left out there are too few.")


def _logarithm(values: FloatArray) -> FloatArray:
    """Take logarithms; what is not positive has none (NaN)."""
    return np.asarray(np.log(np.where(values > 0.0, values, np.nan)))


def _jackknifed(
    value: float, without: list[FloatArray], shape: tuple[int, ...], level: float
) -> tuple[float, float] | Undefined:
    """Make an interval from the values without each reader, without each case, and without each reading."""
    if not all(np.isfinite(part).all() for part in without):
        return _TOO_FEW
    of_readers, of_cases = (_jackknife_variance(part) for part in without[:2])
    total = of_readers + max(of_cases - _interaction_variance(without[2].reshape(shape)), 0.0)
    df = (shape[0] - 1) * (total / of_readers) ** 2 if of_readers > NEGLIGIBLE else None
    half_width = quantile(df, level) * math.sqrt(total)
    return value - half_width, value + half_width


def _jackknife_variance(values: FloatArray) -> float:
    return (len(values) - 1) / len(values) * float(((values - values.mean()) ** 2).sum())


def _interaction_variance(values: FloatArray) -> float:
    """Give what neither readers nor cases explain, from the values without each reading (reader x case)."""
    readers, cases = values.shape
    centred = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean()
    scale = ((values.size - 1) / values.size) ** 2 * values.size / ((readers - 1) * (cases - 1))
    return scale * float((centred**2).sum())


def _within_reader(first: FloatArray, second: FloatArray, leave: Leave) -> tuple[FloatArray, FloatArray]:
    difference = first - second
    moments, mean = _moments(difference, difference, leave), _mean(difference, leave)
    return mean, moments.both - moments.neither


def _between_readers(first: FloatArray, second: FloatArray, leave: Leave) -> tuple[FloatArray, FloatArray]:
    mean = _mean(first, leave) - _mean(second, leave)
    own = [_moments(one, one, leave) for one in (first, second)]
    across = _moments(first, second, leave)
    return mean, sum(one.both - one.neither for one in own) - 2.0 * (across.case - across.neither)


def _within_modality(first: FloatArray, second: FloatArray, leave: Leave) -> tuple[FloatArray, FloatArray]:
    moments = _moments(first, second, leave)
    variance = 2.0 * (moments.both - moments.case)
    # Either reader may come first, so the bias is none.
    return np.zeros_like(variance), variance


def _components(first: FloatArray, second: FloatArray) -> dict[str, float | Undefined]:
    """Solve the expected moments of the three-way model with fixed modality for its variances."""
    own = [_moments(one, one, "nothing") for one in (first, second)]
    across = _moments(first, second, "nothing")

    def mean_of(name: str) -> float:
        return float(np.mean([getattr(one, name) - one.neither for one in own]))

    reader, case = (float(getattr(across, name) - across.neither) for name in ("reader", "case"))
    reader_case = float(across.both - across.neither) - reader - case
    by_modality = {"modality_reader": mean_of("reader") - reader, "modality_case": mean_of("case") - case}
    error = mean_of("both") - reader - case - reader_case - sum(by_modality.values())
    found = {"reader": reader, "case": case, "reader_case": reader_case, **by_modality, "error": error}
    return {name: _NOT_SHARED if math.isnan(value) else value for name, value in found.items()}


def _mean(values: FloatArray, leave: Leave) -> FloatArray:
    """Give the mean, or the means without each reader, case or reading (in turn, flat)."""
    present = ~np.isnan(values)
    filled = np.where(present, values, 0.0)
    total, number = filled.sum() - _left_out(filled, leave), present.sum() - _left_out(present.astype(float), leave)
    return np.asarray(np.divide(total, number, out=np.full(np.shape(total), np.nan), where=np.asarray(number) > 0))


def _left_out(values: FloatArray, leave: Leave) -> FloatArray:
    axes: dict[Leave, FloatArray] = {"nothing": np.asarray(0.0), "reading": values.ravel()}
    if leave in axes:
        return axes[leave]
    return np.asarray(values.sum(axis=1 if leave == "reader" else 0))


def _moments(first: FloatArray, second: FloatArray, leave: Leave) -> _Moments:
    """Compute the moments, or those without each reader, case or reading."""
    present = ~np.isnan(first), ~np.isnan(second)
    # Centred, because the moments differ by little where the measurements are far from 0.
    x, y = (
        np.where(there, one - one[there].mean(), 0.0) if there.any() else np.zeros(one.shape)
        for one, there in zip((first, second), present, strict=True)
    )
    sums = _pair_sums(x, y, leave)
    counts = _pair_sums(present[0].astype(np.float64), present[1].astype(np.float64), leave)
    return _Moments(*(_divided(top, bottom) for top, bottom in zip(sums, counts, strict=True)))


def _divided(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.asarray(np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0.5))


def _pair_sums(x: FloatArray, y: FloatArray, leave: Leave) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sum x times y over pairs that share reader and case, the reader only, the case only, neither."""
    by_reader = (x.sum(axis=1), y.sum(axis=1))
    by_case = (x.sum(axis=0), y.sum(axis=0))
    everything = np.asarray(x.sum()), np.asarray(y.sum())
    same, readers, cases = np.asarray((x * y).sum()), by_reader[0] @ by_reader[1], by_case[0] @ by_case[1]
    if leave == "case":
        same = same - (x * y).sum(axis=0)
        readers = ((by_reader[0][:, None] - x) * (by_reader[1][:, None] - y)).sum(axis=0)
        cases = cases - by_case[0] * by_case[1]
    elif leave == "reader":
        same = same - (x * y).sum(axis=1)
        readers = readers - by_reader[0] * by_reader[1]
        cases = ((by_case[0] - x) * (by_case[1] - y)).sum(axis=1)
    elif leave == "reading":
        product, r, c = x * y, by_reader, by_case
        same = (same - product).ravel()
        readers = (readers + product - r[0][:, None] * y - r[1][:, None] * x).ravel()
        cases = (cases + product - c[0] * y - c[1] * x).ravel()
    total = (everything[0] - _left_out(x, leave)) * (everything[1] - _left_out(y, leave))
    return same, readers - same, cases - same, total - readers - cases + same


def _cells(row: ReaderLimits, name: str) -> list[tuple[str, float | None]]:
    outcome: Outcome = getattr(row, name)
    if isinstance(outcome, Undefined):
        return [("", None)]
    return [("", outcome.value), ("low", outcome.low), ("high", outcome.high)]


def _notes(table: Readings) -> tuple[str, ...]:
    notes = ["Differences are a minus b. Within one reader and modality there are no limits without repeated readings."]
    if table.design != "crossed":
        notes.append(f"The design is {table.design}: the variances are moments over the readings that exist.")
    return tuple(notes)

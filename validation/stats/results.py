"""The frozen results every statistic answers with, and their JSON and table forms."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"


class Reason(StrEnum):
    """Why a statistic has no value; stable codes that screens and scripts may rely on."""

    NO_CASES = "no-cases"
    NO_POSITIVE_CASES = "no-positive-cases"
    NO_NEGATIVE_CASES = "no-negative-cases"
    NO_POSITIVE_CALLS = "no-positive-calls"
    NO_NEGATIVE_CALLS = "no-negative-calls"
    ONE_CLASS_ONLY = "one-class-only"
    ZERO_DENOMINATOR = "zero-denominator"
    ZERO_VARIANCE = "zero-variance"
    NO_COMMON_CASES = "no-common-cases"
    EXTREME_PROBABILITY = "probability-of-0-or-1"
    SEPARATION = "perfect-separation"
    NOT_CONVERGED = "not-converged"
    TOO_FEW_READERS = "too-few-readers"
    TOO_MANY_READERS = "too-many-readers"
    TOO_FEW_MODALITIES = "too-few-modalities"
    TOO_FEW_CASES = "too-few-cases"
    MISSING_READINGS = "missing-readings"
    NEGATIVE_VARIANCE = "negative-variance"
    EMPTY_MASK = "empty-mask"
    NOT_COLLECTED = "not-collected"
    BELOW_CHANCE = "below-chance"
    UNSTABLE_QUEUE = "unstable-queue"


@dataclasses.dataclass(frozen=True, slots=True)
class Undefined:
    """The named outcome of a statistic that these data do not define.

    Attributes
    ----------
    reason : Reason
        Stable code.
    detail : str
        One sentence for a person.
    n : int
        Number of observations the statistic had to work with.
    """

    reason: Reason
    detail: str
    n: int = 0

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"undefined", "detail", "n"}`."""
        return {"undefined": self.reason.value, "detail": self.detail, "n": self.n}


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """A point estimate with its confidence interval.

    Attributes
    ----------
    value, low, high : float
        Estimate and interval. `low` and `high` are None together, and then `note` says why.
    level : float
        Confidence level, such as 0.95.
    method : str
        How the interval was made.
    n : int
        Number of observations behind the value.
    note : str, optional
        What a reader of this number must know.
    """

    value: float
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    note: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a number, and a missing interval that nobody explained."""
        if not math.isfinite(self.value):
            raise ValueError(f"an Estimate needs a finite value, not {self.value}; use Undefined with a reason")
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high are both numbers or both None")
        if self.low is None and not self.note:
            raise ValueError("an Estimate without an interval needs a note that says why")

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object; `note` only where there is one."""
        fields: dict[str, JSONValue] = {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "method": self.method,
            "n": self.n,
        }
        return fields | ({"note": self.note} if self.note else {})


@dataclasses.dataclass(frozen=True, slots=True)
class TestResult:
    """A hypothesis test.

    Attributes
    ----------
    statistic : float
        The test statistic.
    df : float or None
        Degrees of freedom; None for a normal or an exact reference distribution.
    p : float
        Two-sided p value unless `method` says otherwise.
    method : str
        Name of the test.
    n : int
        Number of observations (pairs for a paired test).
    note : str, optional
        What a reader of this number must know.
    """

    __test__ = False  # pytest: not a test class

    statistic: float
    df: float | None
    p: float
    method: str
    n: int
    note: str | None = None

    def __post_init__(self) -> None:
        """Refuse a statistic or a p value that is not a number."""
        if not math.isfinite(self.statistic):
            raise ValueError(f"a TestResult needs a finite statistic, not {self.statistic}; use Undefined")
        if not 0.0 <= self.p <= 1.0:
            raise ValueError(f"a p value lies in [0, 1], not {self.p}")

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object; `note` only where there is one."""
        fields: dict[str, JSONValue] = {
            "statistic": self.statistic,
            "df": self.df,
            "p": self.p,
            "method": self.method,
            "n": self.n,
        }
        return fields | ({"note": self.note} if self.note else {})


Outcome: TypeAlias = Estimate | Undefined
TestOutcome: TypeAlias = TestResult | Undefined


def jsonable(value: Any) -> JSONValue:
    """Turn results, arrays and containers of them into plain JSON values.

    A float that is not finite has no JSON form and is refused; a result never holds one unnamed.
    """
    if isinstance(value, Estimate | Undefined | TestResult):
        return value.to_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return jsonable(value.tolist())
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} has no JSON form")
        return value
    if isinstance(value, Sequence):
        return [jsonable(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def result_frame(result: Any) -> pd.DataFrame:
    """Lay any result of this package out as a table: its own, or one row per figure with nested names dotted."""
    if hasattr(result, "to_frame"):
        own: pd.DataFrame = result.to_frame()
        return own
    if isinstance(result, Estimate | Undefined):
        return estimates_frame({"estimate": result})
    if isinstance(result, TestResult):
        return tests_frame({result.method: result})
    document = result.to_json() if hasattr(result, "to_json") else jsonable(result)
    return pd.DataFrame(_flat(document, ""), columns=["figure", "value"])


def _flat(value: JSONValue, name: str) -> list[tuple[str, JSONValue]]:
    if isinstance(value, dict):
        return [row for key, item in value.items() for row in _flat(item, f"{name}.{key}" if name else key)]
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return [row for number, item in enumerate(value, start=1) for row in _flat(item, f"{name}.{number}")]
    return [(name, value)]


def estimates_frame(estimates: Mapping[str, Outcome]) -> pd.DataFrame:
    """Lay named estimates out as a table, one row each; what is undefined shows its reason in `note`."""
    rows = [_estimate_row(name, outcome) for name, outcome in estimates.items()]
    return pd.DataFrame(rows, columns=["measure", "estimate", "low", "high", "level", "method", "n", "note"])


def tests_frame(tests: Mapping[str, TestOutcome]) -> pd.DataFrame:
    """Lay named tests out as a table, one row each."""
    rows = [_test_row(name, outcome) for name, outcome in tests.items()]
    return pd.DataFrame(rows, columns=["test", "statistic", "df", "p", "method", "n", "note"])


tests_frame.__test__ = False  # type: ignore[attr-defined]  # pytest: not a test function


def _estimate_row(name: str, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Undefined):
        return {"measure": name, "n": outcome.n, "note": f"undefined ({outcome.reason}): {outcome.detail}"}
    row = outcome.to_json()
    return {"measure": name, "estimate": row.pop("value")} | row


def _test_row(name: str, outcome: TestOutcome) -> dict[str, Any]:
    if isinstance(outcome, Undefined):
        return {"test": name, "n": outcome.n, "note": f"undefined ({outcome.reason}): {outcome.detail}"}
    return {"test": name} | outcome.to_json()

"""The results of a multi-reader multi-case analysis and their JSON and tables."""

import dataclasses
from collections.abc import Mapping
from typing import Literal, TypeAlias

import pandas as pd

from validation.stats.mrmc_components import DbmComponents, OrComponents
from validation.stats.results import Estimate, JSONValue, Outcome, Undefined, jsonable

Analysis: TypeAlias = Literal["RRRC", "RRFC", "FRRC"]

ANALYSES: dict[Analysis, str] = {
    "RRRC": "random readers, random cases",
    "RRFC": "random readers, fixed cases",
    "FRRC": "fixed readers, random cases",
}


@dataclasses.dataclass(frozen=True, slots=True)
class FTest:
    """Test that all modalities are equal. `df2` is None for the chi-square test, where F is chi-square / df1."""

    f: float
    df1: float
    df2: float | None
    p: float

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"f", "df1", "df2", "p"}`."""
        return {"f": self.f, "df1": self.df1, "df2": self.df2, "p": self.p}


@dataclasses.dataclass(frozen=True, slots=True)
class NonInferiority:
    """One-sided p values against a margin: a is worse than b by the margin or more; b than a; either (TOST)."""

    margin: float
    p_a_not_worse: float
    p_b_not_worse: float

    @property
    def p_equivalent(self) -> float:
        """Give the larger of the two one-sided p values."""
        return max(self.p_a_not_worse, self.p_b_not_worse)

    def to_json(self) -> dict[str, JSONValue]:
        """Give the margin and the three p values."""
        return {
            "margin": self.margin,
            "p_a_not_worse": self.p_a_not_worse,
            "p_b_not_worse": self.p_b_not_worse,
            "p_equivalent": self.p_equivalent,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """Modality a minus modality b, for all readers or for one (`reader`)."""

    a: str
    b: str
    analysis: Analysis
    outcome: Outcome
    se: float | None
    df: float | None
    statistic: float | None
    p: float | None
    reader: str | None = None
    non_inferiority: NonInferiority | None = None

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"a", "b", "estimate", "low", "high", "p", "analysis", "se", "df", "statistic"}` and what is more."""
        fields: dict[str, JSONValue] = {"a": self.a, "b": self.b, **outcome_fields(self.outcome)}
        fields |= {"p": self.p, "analysis": self.analysis, "se": self.se, "df": self.df, "statistic": self.statistic}
        fields |= {"reader": self.reader} if self.reader is not None else {}
        return fields | ({"non_inferiority": self.non_inferiority.to_json()} if self.non_inferiority else {})


@dataclasses.dataclass(frozen=True, slots=True)
class ModalityMean:
    """Mean figure of one modality over its readers."""

    modality: str
    analysis: Analysis
    outcome: Outcome
    se: float | None
    df: float | None

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"modality", "estimate", "low", "high", "analysis", "se", "df"}`."""
        fields: dict[str, JSONValue] = {"modality": self.modality, **outcome_fields(self.outcome)}
        return fields | {"analysis": self.analysis, "se": self.se, "df": self.df}


@dataclasses.dataclass(frozen=True, slots=True)
class ReaderFigure:
    """Figure of one reader in one modality."""

    reader: str
    modality: str
    outcome: Outcome
    se: float | None

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"reader", "modality", "fom", "se", "low", "high"}`."""
        fields = outcome_fields(self.outcome)
        return {
            "reader": self.reader,
            "modality": self.modality,
            "fom": fields.pop("estimate"),
            "se": self.se,
            **fields,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class MrmcResult:
    """A multi-reader multi-case analysis; see `validation.stats.mrmc.mrmc`."""

    method: str
    figure: str
    covariance: str
    design: str
    counts: Mapping[str, int]
    tests: Mapping[Analysis, FTest | Undefined]
    differences: tuple[Difference, ...]
    reader_differences: tuple[Difference, ...]
    modalities: tuple[ModalityMean, ...]
    modalities_otherwise: tuple[ModalityMean, ...]
    readers: tuple[ReaderFigure, ...]
    variance_components: OrComponents | DbmComponents | Undefined
    mean_squares: Mapping[str, float]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the document that `mrmc --json` prints."""
        return {
            "method": self.method,
            "fom": self.figure,
            "covariance": self.covariance,
            "design": self.design,
            "counts": jsonable(self.counts),
            "tests": {name: test.to_json() for name, test in self.tests.items()},
            "differences": [row.to_json() for row in self.differences],
            "reader_differences": [row.to_json() for row in self.reader_differences],
            "modalities": [row.to_json() for row in self.modalities],
            "modalities_otherwise": [row.to_json() for row in self.modalities_otherwise],
            "readers": [row.to_json() for row in self.readers],
            "variance_components": self.variance_components.to_json(),
            "mean_squares": jsonable(self.mean_squares),
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """Give one row for each modality and each difference, in the analysis that generalises furthest."""
        rows = [{"what": row.modality, **row.to_json()} for row in self.modalities]
        rows += [{"what": f"{row.a} - {row.b}", **row.to_json()} for row in self.differences]
        return pd.DataFrame(rows, columns=["what", "analysis", "estimate", "low", "high", "se", "df", "p", "note"])

    def frames(self) -> list[pd.DataFrame]:
        """Give the further tables: tests, readers, variance components."""
        tests = [{"analysis": name, "meaning": ANALYSES[name], **test.to_json()} for name, test in self.tests.items()]
        components = [{"component": name, "value": value} for name, value in self.variance_components.to_json().items()]
        return [pd.DataFrame(tests), pd.DataFrame([row.to_json() for row in self.readers]), pd.DataFrame(components)]


def outcome_fields(outcome: Outcome) -> dict[str, JSONValue]:
    """Spread an outcome over `estimate`, `low`, `high` and what must be said about it."""
    if isinstance(outcome, Estimate):
        fields: dict[str, JSONValue] = {"estimate": outcome.value, "low": outcome.low, "high": outcome.high}
        return fields | ({"note": outcome.note} if outcome.note else {})
    return {"estimate": None, "low": None, "high": None, **outcome.to_json()}

"""Marks matched to lesions: which mark found which lesion, and which found none."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.localisation import (
    LocalisationStudy,
    as_names,
    case_positions,
    filled_names,
    localisation_study,
    refuse_rows_of,
)
from validation.stats.matching_assignment import Pairs, assign
from validation.stats.matching_criteria import COLUMNS, MatchRule, compare, read_shapes
from validation.stats.matching_regions import Region
from validation.stats.mrmc_design import natural_factor
from validation.stats.results import JSONValue, jsonable

Positions = npt.NDArray[np.intp]

_NAMES = ("reader", "modality", "case", "rating")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class MarkMatching:
    """Marks of a free-response study with what they are: the result of `match_marks`.

    Attributes
    ----------
    rule : MatchRule
        The rule; `rule.text` states it.
    counts : mapping of str to int
        Marks, lesion marks, false marks, extra marks, and over all readers and modalities lesions and missed ones.
    readers : DataFrame
        The same for each reader in each modality.
    table : DataFrame
        One row for each mark, in the order given: reader, modality, case, rating, `mark` (LL, NL, or extra where
        a further mark on a found lesion is ignored), `lesion_id`, and the criterion's value for that lesion.
    """

    rule: MatchRule
    counts: Mapping[str, int]
    readers: pd.DataFrame
    table: pd.DataFrame

    def study(
        self,
        cases: pd.DataFrame,
        lesions: pd.DataFrame,
        *,
        readers: Sequence[str] | None = None,
        modalities: Sequence[str] | None = None,
    ) -> LocalisationStudy:
        """Lay the matched marks out for `froc` as `localisation_study` does; extra marks are left out."""
        case_positions(cases, self.table["case"], "marks")
        kept = self.table[self.table["mark"] != "extra"]
        return localisation_study(kept, cases, lesions, readers=readers, modalities=modalities)

    def to_json(self) -> dict[str, JSONValue]:
        """Give rule, counts and every mark; what a mark does not have is null."""
        return {**self.summary_json(), "marks": _records(self.table)}

    def summary_json(self) -> dict[str, JSONValue]:
        """Give rule and counts, without the marks."""
        return {"rule": self.rule.to_json(), "counts": jsonable(self.counts), "readers": _records(self.readers)}

    def to_frame(self) -> pd.DataFrame:
        """Give the table of marks."""
        return self.table.copy()


def match_marks(
    marks: pd.DataFrame,
    lesions: pd.DataFrame,
    rule: MatchRule,
    *,
    mark_regions: Sequence[Region] | None = None,
    lesion_regions: Sequence[Region] | None = None,
) -> MarkMatching:
    """Decide which mark is on which lesion.

    Parameters
    ----------
    marks : DataFrame
        `reader, modality, case, rating` and a place: `x_mm, y_mm[, z_mm]`, or a box `x_min_mm, x_max_mm, y_min_mm,
        y_max_mm[, z_min_mm, z_max_mm]`. Where a point is needed and there is none, the middle of the box serves.
    lesions : DataFrame
        `case, lesion_id`, a place, and for a rule without a radius `radius_mm`.
    rule : MatchRule
        Criterion, threshold, and what comes first.
    mark_regions, lesion_regions : sequence of Region, optional
        Boxes, ellipses, polygons or masks, one for each row, in the place of box columns.

    Returns
    -------
    MarkMatching

    Raises
    ------
    InputError
        When a place, a rating or a name is missing or no number: the table, its row and its column are named.

    References
    ----------
    Setio AAA et al (2017) Med Image Anal 42:1 (LUNA16). Konz N et al (2023) JAMA Netw Open 6:e230524 (DBTex).
    Saha A et al (2024) Lancet Oncol 25:879 (PI-CAI). Everingham M et al (2010) Int J Comput Vis 88:303 (VOC).

    Examples
    --------
    >>> marks = pd.DataFrame({"reader": "A", "modality": "CT", "case": [1, 1, 1], "rating": [3, 5, 4],
    ...                       "x_mm": [0.0, 4.0, 60.0], "y_mm": [0.0, 0.0, 0.0]})
    >>> lesions = pd.DataFrame({"case": [1], "lesion_id": ["a"], "x_mm": [1.0], "y_mm": [0.0]})
    >>> match_marks(marks, lesions, MatchRule("distance", radius_mm=5.0)).table["mark"].tolist()
    ['extra', 'LL', 'NL']
    """
    cell, names = _cells(marks)
    rating = _ratings(marks)
    mark_case, lesion_case, keys = _cases(marks, lesions)
    pair = _pairs_of_cases(mark_case, lesion_case)
    places = read_shapes(marks, "marks", mark_regions), read_shapes(lesions, "lesions", lesion_regions)
    value, allowed = compare(rule, *places, _radii(lesions), pair)
    mark, lesion, value = pair[0][allowed], pair[1][allowed], value[allowed]
    seen = np.unique(cell[mark] * np.int64(len(lesions) + 1) + lesion, return_inverse=True)[1]
    pairs = Pairs(mark, seen, 1.0 - value if rule.criterion == "iou" else value)
    chosen = assign(pairs, rating, rating_first=rule.prefer == "rating")
    kind, found, criterion = _outcomes(len(marks), pairs, lesion, value, chosen, rule)
    lesion_names = np.append(keys.astype(object), "")
    table = pd.DataFrame(
        {
            **{name: as_names(marks[name]).to_numpy() for name in ("reader", "modality", "case")},
            "rating": rating,
            "mark": kind,
            "lesion_id": lesion_names[found],
            COLUMNS[rule.criterion]: criterion,
        }
    )
    readers = _by_reader(kind, cell, names, len(lesions))
    totals = readers.drop(columns=["reader", "modality"]).sum()
    return MarkMatching(rule, {str(name): int(total) for name, total in totals.items()}, readers, table)


def _has(frame: pd.DataFrame, table: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in frame:
            raise InputError(f"the table of {table} has no column {name!r}")


def _cells(marks: pd.DataFrame) -> tuple[Positions, list[tuple[str, str]]]:
    """Number (modality, reader), and name the numbers."""
    _has(marks, "marks", _NAMES)
    row, modalities = natural_factor(marks["modality"], "modality")
    column, readers = natural_factor(marks["reader"], "reader")
    cell = np.asarray(row * len(readers) + column, dtype=np.intp)
    return cell, [(reader, modality) for modality in modalities for reader in readers]


def _ratings(marks: pd.DataFrame) -> FloatArray:
    rating = pd.to_numeric(marks["rating"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    refuse_rows_of(~np.isfinite(rating), "marks", "rating", "is not a finite number")
    return rating


def _cases(marks: pd.DataFrame, lesions: pd.DataFrame) -> tuple[Positions, Positions, npt.NDArray[np.str_]]:
    """Number the cases of both tables, and name the lesions."""
    _has(lesions, "lesions", ("case", "lesion_id"))
    names = [filled_names(frame, "case", table) for frame, table in ((marks, "marks"), (lesions, "lesions"))]
    number = pd.factorize(pd.concat(names))[0]
    mark_case, lesion_case = number[: len(marks)], number[len(marks) :]
    keys = filled_names(lesions, "lesion_id", "lesions")
    repeated = pd.MultiIndex.from_arrays([lesion_case, keys]).duplicated()
    refuse_rows_of(repeated, "lesions", "lesion_id", "comes twice in its case")
    return mark_case, lesion_case, keys.to_numpy()


def _radii(lesions: pd.DataFrame) -> FloatArray | None:
    if "radius_mm" not in lesions:
        return None
    radius = pd.to_numeric(lesions["radius_mm"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    refuse_rows_of(~(np.isfinite(radius) & (radius > 0.0)), "lesions", "radius_mm", "is not a positive number")
    return radius


def _pairs_of_cases(mark_case: Positions, lesion_case: Positions) -> tuple[Positions, Positions]:
    """Pair every mark with every lesion of its case."""
    order = np.argsort(lesion_case, kind="stable")
    ends = [np.searchsorted(lesion_case[order], mark_case, side) for side in ("left", "right")]
    count = ends[1] - ends[0]
    mark = np.repeat(np.arange(len(mark_case)), count)
    within = np.arange(len(mark)) - np.repeat(np.cumsum(count) - count, count)
    return mark, order[np.repeat(ends[0], count) + within]


def _outcomes(
    size: int, pairs: Pairs, lesion: Positions, value: FloatArray, chosen: BoolArray, rule: MatchRule
) -> tuple[npt.NDArray[np.str_], Positions, FloatArray]:
    """Give each mark its kind, its lesion (-1: none) and the criterion's value there."""
    kind = np.full(size, "NL", dtype="<U5")
    found, criterion = np.full(size, -1), np.full(size, np.nan)
    if rule.extra_marks == "ignore":
        best_last = np.lexsort((-pairs.lesion, -pairs.cost))
        kind[pairs.mark] = "extra"
        found[pairs.mark[best_last]] = lesion[best_last]
        criterion[pairs.mark[best_last]] = value[best_last]
    kind[pairs.mark[chosen]] = "LL"
    found[pairs.mark[chosen]] = lesion[chosen]
    criterion[pairs.mark[chosen]] = value[chosen]
    return kind, found, criterion


def _by_reader(kind: npt.NDArray[np.str_], cell: Positions, names: list[tuple[str, str]], lesions: int) -> pd.DataFrame:
    def count(which: BoolArray) -> Positions:
        return np.bincount(cell[which], minlength=len(names))

    found = count(kind == "LL")
    return pd.DataFrame(
        {
            "reader": [reader for reader, _ in names],
            "modality": [modality for _, modality in names],
            "marks": count(np.ones(len(kind), dtype=bool)),
            "lesion_marks": found,
            "false_marks": count(kind == "NL"),
            "extra_marks": count(kind == "extra"),
            "lesions": lesions,
            "missed_lesions": lesions - found,
        }
    )


def _records(frame: pd.DataFrame) -> list[JSONValue]:
    """Turn rows into JSON objects; empty text and NaN become null."""
    columns = {}
    for name in frame.columns:
        values = frame[name].astype(object)
        columns[str(name)] = values.where(frame[name].notna() & (frame[name] != ""), None).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

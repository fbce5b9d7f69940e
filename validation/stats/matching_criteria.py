"""When a mark may count as on a lesion: by distance, by point in region, or by overlap."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.localisation import refuse_rows_of
from validation.stats.matching_regions import Region, box_iou, region_iou
from validation.stats.results import JSONValue

Criterion: TypeAlias = Literal["distance", "point-in-region", "iou"]
Preference: TypeAlias = Literal["rating", "criterion"]
ExtraMarks: TypeAlias = Literal["ignore", "false"]
Positions: TypeAlias = npt.NDArray[np.intp]
CRITERIA: tuple[Criterion, ...] = ("distance", "point-in-region", "iou")
COLUMNS: dict[Criterion, str] = {"distance": "distance_mm", "point-in-region": "centre_distance_mm", "iou": "iou"}
_AXES = ("x", "y", "z")


@dataclasses.dataclass(frozen=True, slots=True)
class MatchRule:
    """How marks become lesion localisations.

    Attributes
    ----------
    criterion : {"distance", "point-in-region", "iou"}
        The mark within `radius_mm` of the lesion's centre; the mark inside the lesion; or the intersection over
        union of both at least `min_iou`.
    radius_mm : float, optional
        For `distance`: one radius for all lesions. None takes the column `radius_mm` of the lesions.
    min_iou : float
        For `iou`. 0.1 by default, as in PI-CAI and nnDetection; PASCAL VOC and COCO take 0.5.
    prefer : {"rating", "criterion"}
        Of the one-to-one assignments with the most matches: the best rated marks (LUNA16, DBTex: the highest rating
        on a lesion is the lesion's), or the nearest or best overlapping ones.
    extra_marks : {"ignore", "false"}
        A further mark on a lesion that already has one: left out (LUNA16, DBTex, PI-CAI), or a non-lesion
        localisation (PASCAL VOC, COCO).
    """

    criterion: Criterion
    radius_mm: float | None = None
    min_iou: float = 0.1
    prefer: Preference = "rating"
    extra_marks: ExtraMarks = "ignore"

    def __post_init__(self) -> None:
        """Refuse what is no rule."""
        for name, value, known in (
            ("criterion", self.criterion, CRITERIA),
            ("preference", self.prefer, ("rating", "criterion")),
            ("treatment of extra marks", self.extra_marks, ("ignore", "false")),
        ):
            if value not in known:
                raise InputError(f"there is no {name} {value!r}; there is {', '.join(known)}")
        if self.radius_mm is not None and not (self.radius_mm > 0.0 and math.isfinite(self.radius_mm)):
            raise InputError(f"a radius is a positive number of mm, not {self.radius_mm}")
        if not 0.0 < self.min_iou <= 1.0:
            raise InputError(f"an IoU to reach lies above 0 and up to 1, not {self.min_iou}")

    @property
    def text(self) -> str:
        """State the rule in words."""
        radius = "its own radius" if self.radius_mm is None else f"{self.radius_mm:g} mm"
        near, best = {
            "distance": (f"it lies within {radius} of the lesion's centre", "the smallest distances"),
            "point-in-region": ("it lies inside the lesion or on its edge", "the smallest distances from the centres"),
            "iou": (f"its IoU with the lesion is at least {self.min_iou:g}", "the largest IoUs"),
        }[self.criterion]
        order = ("the best rated marks", f"{best} in sum")
        first, second = order if self.prefer == "rating" else order[::-1]
        extra = "are ignored" if self.extra_marks == "ignore" else "are non-lesion localisations"
        return (
            f"A mark can be on a lesion when {near}. Each reader's marks in a case and modality go to lesions one to "
            f"one, as many as possible; of several ways {first}, then {second}, then the table's order. Further marks "
            f"on a lesion that is already found {extra}; all other marks are non-lesion localisations, and a lesion "
            "without a mark is missed."
        )

    def to_json(self) -> dict[str, JSONValue]:
        """Give the settings and the text."""
        settings: dict[str, JSONValue] = {"criterion": self.criterion}
        if self.criterion == "distance":
            settings["radius_mm"] = self.radius_mm
        if self.criterion == "iou":
            settings["min_iou"] = self.min_iou
        return {**settings, "prefer": self.prefer, "extra_marks": self.extra_marks, "text": self.text}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Where the rows of a table are: points, boxes from low to high corner, or regions."""

    table: str
    points: FloatArray | None
    boxes: FloatArray | None
    regions: Sequence[Region] | None

    @property
    def centres(self) -> FloatArray:
        """Give one point a row."""
        if self.points is not None:
            return self.points
        if self.boxes is not None:
            return np.asarray(self.boxes.mean(axis=1))
        if self.regions is not None:
            return np.array([region.centre_mm for region in self.regions])
        raise InputError(f"the table of {self.table} has no place: {_WANTED}")


_WANTED = "give x_mm,y_mm[,z_mm], or a box x_min_mm,x_max_mm,y_min_mm,y_max_mm[,z_min_mm,z_max_mm]"


def read_shapes(frame: pd.DataFrame, table: str, regions: Sequence[Region] | None = None) -> Shapes:
    """Read the coordinates of a table; `regions`, one a row, stand in the place of box columns."""
    if regions is not None and len(regions) != len(frame):
        raise InputError(f"there are {len(regions)} regions for {len(frame)} rows of the table of {table}")
    points = _columns(frame, table, [f"{axis}_mm" for axis in _AXES])
    low, high = (_columns(frame, table, [f"{axis}_{end}_mm" for axis in _AXES]) for end in ("min", "max"))
    if (low is None) != (high is None) or (low is not None and high is not None and low.shape != high.shape):
        raise InputError(f"the table of {table} has half a box: {_WANTED}")
    if low is None or high is None:
        return Shapes(table, points, None, regions)
    for axis, name in enumerate(_AXES[: low.shape[1]]):
        refuse_rows_of(~(low[:, axis] < high[:, axis]), table, f"{name}_max_mm", f"is not above {name}_min_mm")
    return Shapes(table, points, None if regions is not None else np.stack([low, high], axis=1), regions)


def _columns(frame: pd.DataFrame, table: str, names: list[str]) -> FloatArray | None:
    here = [name for name in names if name in frame]
    if not here:
        return None
    if here not in (names[:2], names):
        raise InputError(f"the table of {table} has {', '.join(here)} only: {_WANTED}")
    read = []
    for name in here:
        numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        refuse_rows_of(~np.isfinite(numbers), table, name, "is not a finite number")
        read.append(numbers)
    return np.column_stack(read)


def compare(
    rule: MatchRule, marks: Shapes, lesions: Shapes, radius_mm: FloatArray | None, pair: tuple[Positions, Positions]
) -> tuple[FloatArray, BoolArray]:
    """Compute the criterion of pairs of marks and lesions, and which of them may be matched.

    Parameters
    ----------
    rule : MatchRule
        Criterion and threshold.
    marks, lesions : Shapes
        Where they are.
    radius_mm : array of float, one per lesion, optional
        For a rule without a radius of its own.
    pair : two arrays of int
        Positions of mark and lesion in their tables.

    Returns
    -------
    value, allowed : arrays, one per pair
        Distance in mm or IoU, and whether it suffices.
    """
    if rule.criterion == "iou":
        overlap = _overlap(marks, lesions, pair)
        return overlap, overlap >= rule.min_iou
    distance = _distance(marks, lesions, pair)
    if rule.criterion == "point-in-region":
        return distance, _inside(marks, lesions, pair)
    if rule.radius_mm is not None:
        return distance, distance <= rule.radius_mm
    if radius_mm is None:
        raise InputError("matching by distance needs a radius: one for all, or a column radius_mm of the lesions")
    return distance, distance <= radius_mm[pair[1]]


def _distance(marks: Shapes, lesions: Shapes, pair: tuple[Positions, Positions]) -> FloatArray:
    first, second = marks.centres, lesions.centres
    _same_dimension(first, second)
    return np.asarray(np.linalg.norm(first[pair[0]] - second[pair[1]], axis=1))


def _inside(marks: Shapes, lesions: Shapes, pair: tuple[Positions, Positions]) -> BoolArray:
    points = marks.centres[pair[0]]
    if lesions.boxes is not None:
        box = lesions.boxes[pair[1]]
        return np.asarray(((points >= box[:, 0]) & (points <= box[:, 1])).all(axis=1))
    if lesions.regions is None:
        raise InputError("a point in a region needs boxes or regions of the lesions, not points alone")
    result = np.zeros(len(points), dtype=bool)
    order = np.argsort(pair[1], kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(pair[1][order])) + 1):
        if len(rows):
            result[rows] = lesions.regions[int(pair[1][rows[0]])].contains(points[rows])
    return result


def _overlap(marks: Shapes, lesions: Shapes, pair: tuple[Positions, Positions]) -> FloatArray:
    if marks.boxes is not None and lesions.boxes is not None:
        _same_dimension(marks.boxes[:, 0], lesions.boxes[:, 0])
        return box_iou(marks.boxes[pair[0]], lesions.boxes[pair[1]])
    first, second = marks.regions, lesions.regions
    if first is None or second is None:
        raise InputError("an IoU needs boxes of both marks and lesions, or regions of both")
    return np.array([region_iou(first[mark], second[lesion]) for mark, lesion in zip(*pair, strict=True)], dtype=float)


def _same_dimension(marks: FloatArray, lesions: FloatArray) -> None:
    if marks.shape[1] != lesions.shape[1]:
        raise InputError(f"marks are in {marks.shape[1]} dimensions and lesions in {lesions.shape[1]}; use the same")

"""Which marks of a reader or an AI are on which lesion of the truth, by the rule that a plan names. Pure rules.

Whether a mark and a lesion may belong together is the rule by which marks of several readers are matched
(`annotations.domain.lesion_matching`); who gets which lesion is the assignment of `validation.stats.matching`: one to
one, as many as possible, the surest marks first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from annotations.domain.lesion_matching import IOU, Marked, MatchRule, distance_mm, may_be_one, overlap, unlikeness
from annotations.domain.lesion_places import ANYWHERE, Place
from annotations.domain.lesion_voxels import Voxels
from validation.stats.matching_assignment import Pairs, assign

# On a lesion; on none; a further mark on a lesion that is found already; and one that the rule cannot judge.
LESION, FALSE, EXTRA, UNKNOWN = "LL", "NL", "EXTRA", "UNKNOWN"
Localisation = Mapping[str, Any]


class Rated(NamedTuple):
    """A located finding, named by its id, and how sure its reader or AI is of it."""

    rating: float
    marked: Marked


def rule_of(localisation: Localisation) -> MatchRule:
    """Return the rule of a plan's `localisation`."""
    return MatchRule(localisation["criterion"], localisation["max_distance_mm"], localisation["min_iou"])


def matched(findings: Sequence[Rated], lesions: Sequence[Marked], rule: MatchRule) -> list[dict[str, Any]]:
    """Say of each finding of one read (or prediction) of a case what it is, in the order given.

    `{"id", "rating", "kind", "lesion", "value"}`: `kind` is LL, NL, EXTRA or UNKNOWN, `lesion` the one that it is (or
    would be) on, `value` the distance of the centres in mm or the overlap (intersection over union) with it.
    """
    costs: dict[tuple[int, int], float] = {}
    unknown: set[int] = set()
    for index, finding in enumerate(findings):
        for number, lesion in enumerate(lesions):
            one, other = _aligned(finding.marked, lesion)
            if may_be_one(one, other, rule):
                costs[index, number] = unlikeness(one, other, rule)
            elif _measure(one, other, rule) is None and _may_meet(one, other):
                unknown.add(index)
    on = _assigned(costs, findings)
    return [
        _said(index, finding, lesions, rule, on.get(index), costs, unknown) for index, finding in enumerate(findings)
    ]


def _assigned(costs: Mapping[tuple[int, int], float], findings: Sequence[Rated]) -> dict[int, int]:
    keys = list(costs)
    pairs = Pairs(
        np.array([mark for mark, _ in keys], dtype=np.intp),
        np.array([lesion for _, lesion in keys], dtype=np.intp),
        np.array(list(costs.values()), dtype=np.float64),
    )
    rating = np.array([one.rating for one in findings], dtype=np.float64)
    chosen = assign(pairs, rating, rating_first=True)
    return {keys[row][0]: keys[row][1] for row in np.flatnonzero(chosen)}


def _said(
    index: int,
    finding: Rated,
    lesions: Sequence[Marked],
    rule: MatchRule,
    lesion: int | None,
    costs: Mapping[tuple[int, int], float],
    unknown: set[int],
) -> dict[str, Any]:
    near = sorted((cost, number) for (mark, number), cost in costs.items() if mark == index)
    kind = LESION if lesion is not None else EXTRA if near else UNKNOWN if index in unknown else FALSE
    found = lesion if lesion is not None else near[0][1] if near else None
    value = None if found is None else _measure(*_aligned(finding.marked, lesions[found]), rule)
    return {
        "id": finding.marked.key,
        "rating": finding.rating,
        "kind": kind,
        "lesion": None if found is None else lesions[found].key,
        "value": None if value is None else round(value, 6),
    }


def _measure(one: Marked, other: Marked, rule: MatchRule) -> float | None:
    """The distance or the overlap; of segments the overlap, whatever the rule, since they have no centres here."""
    if rule.criterion == IOU:
        return overlap(one, other)
    apart = distance_mm(one, other)
    return apart if apart is not None or not one.voxels.keys() & other.voxels.keys() else overlap(one, other)


def _aligned(one: Marked, other: Marked) -> tuple[Marked, Marked]:
    """Lay places that name no frame of reference into the frames of the other."""
    return (
        one._replace(places=_in_frames_of(other.places, one.places)),
        other._replace(places=_in_frames_of(one.places, other.places)),
    )


def _in_frames_of(others: Mapping[str, Place], own: dict[str, Place]) -> dict[str, Place]:
    if ANYWHERE not in own:
        return own
    return {**{frame: own[ANYWHERE] for frame in others if not _is_image(frame)}, **own}


def _is_image(frame: str) -> bool:
    """Whether a frame is one image outside the patient, as `annotations.domain.lesion_places` names it."""
    return "#" in frame


def _may_meet(one: Marked, other: Marked) -> bool:
    """Whether two that the rule cannot measure could be in one place: they name the same image, frame or series."""
    images = [{frame.split(" ")[0] if _is_image(frame) else frame for frame in each.places} for each in (one, other)]
    return bool(images[0] & images[1]) or _meets_voxels(one, other) or _meets_voxels(other, one)


def _meets_voxels(drawn: Marked, painted: Marked) -> bool:
    return any(_is_on(place, voxels) for voxels in painted.voxels.values() for place in drawn.places.values()) or any(
        voxels.frame_of_reference_uid is not None and voxels.frame_of_reference_uid == theirs.frame_of_reference_uid
        for voxels in painted.voxels.values()
        for theirs in drawn.voxels.values()
    )


def _is_on(place: Place, voxels: Voxels) -> bool:
    return place.frame in (ANYWHERE, voxels.frame_of_reference_uid) or (
        place.image.get("series_instance_uid") == voxels.series_instance_uid
    )


def spacings_of(geometries: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], list[float]]:
    """Return the spacing of each image outside the patient that any mark of a case tells, where they tell one only."""
    told: dict[tuple[str, int], dict[tuple[float, ...], None]] = {}
    for one in geometries:
        if one.get("points_px") is not None and one.get("spacing_mm") is not None:
            told.setdefault(_image_of(one), {})[tuple(one["spacing_mm"])] = None
    return {image: list(next(iter(found))) for image, found in told.items() if len(found) == 1}


def with_spacing(geometry: Mapping[str, Any], spacings: Mapping[tuple[str, int], list[float]]) -> Mapping[str, Any]:
    """Give a mark in columns and rows the spacing of its image: an AI and a file of truth name the image alone."""
    if geometry.get("points_px") is None or geometry.get("spacing_mm") is not None:
        return geometry
    spacing = spacings.get(_image_of(geometry))
    return geometry if spacing is None else {**geometry, "spacing_mm": spacing}


def _image_of(geometry: Mapping[str, Any]) -> tuple[str, int]:
    return str(geometry.get("sop_instance_uid")), int(geometry.get("frame_number") or 1)


def count_kinds(marks: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count marks by what they are."""
    counted = Counter(one["kind"] for one in marks)
    return {kind: counted[kind] for kind in (LESION, FALSE, EXTRA, UNKNOWN)}

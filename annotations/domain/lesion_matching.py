"""Lesions from the marks of several readers on one case: which findings are of the same lesion. Pure rules.

Two findings may be of one lesion by distance, when their centres are no farther apart than the larger of an acceptance
distance and the radius of the larger mark (of segments: when they share a voxel), as DBTex scores marks (Konz et al
2023, JAMA Netw Open 6:e230524; LUNA16 takes the radius alone, Setio et al 2017, Med Image Anal 42:1; on the choice of a
distance: Haygood et al 2013, Br J Radiol 86:42313554), or by the IoU of their boxes or segments. Groups are built by
complete linkage (Defays 1977, Comput J 20:364): in a group every two findings fit each other. So no chain of small
steps joins what is far apart, and a reader, whose own findings never fit each other, is in a group once at most.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from annotations.domain.lesion_places import Place, iou_of
from annotations.domain.lesion_voxels import Voxels, voxels_iou
from annotations.domain.measurements import Point

DISTANCE, IOU = "DISTANCE", "IOU"
CRITERIA = {
    DISTANCE: "Centres at most the distance apart, or the radius of the larger mark where that is more",
    IOU: "Boxes around the marks overlap at least as much (intersection over union)",
}
# About the 100 pixels of DBTex on a mammogram.
DEFAULT_DISTANCE_MM = 10.0
# Of one case; more is no list of lesions that anybody has looked through.
MAXIMUM_FINDINGS = 1000
_NEVER = 1e9
# Sums of squares of the same millimetres differ in their last digits.
_ROUNDING = 1e-9


class MatchRule(NamedTuple):
    """When two findings may be of one lesion."""

    criterion: str
    max_distance_mm: float | None = None
    min_iou: float | None = None


class Marked(NamedTuple):
    """A reader's finding, by frame, and its segments by grid; `key` names it within the case."""

    reader: str
    key: str
    places: dict[str, Place]
    voxels: Mapping[str, Voxels] = MappingProxyType({})


def lesions_of(findings: Sequence[Marked], rule: MatchRule) -> list[list[Marked]]:
    """Group the findings of a case, in an order that depends on their places alone: the order of `findings` is none."""
    ordered = sorted(findings, key=_order)
    if len(ordered) < 2:
        return [[one] for one in ordered]
    pairs = [unlikeness(one, other, rule) for index, one in enumerate(ordered) for other in ordered[index + 1 :]]
    # Loading it takes every process most of half a second; few of them ever match lesions.
    from scipy.cluster.hierarchy import fcluster, linkage

    numbers = fcluster(linkage(np.array(pairs), method="complete"), t=1 + _ROUNDING, criterion="distance")
    groups: dict[int, list[Marked]] = {}
    for one, number in zip(ordered, numbers, strict=True):
        groups.setdefault(int(number), []).append(one)
    return list(groups.values())


def in_order(groups: Iterable[Iterable[Marked]]) -> list[list[Marked]]:
    """Return groups that somebody made in the order in which `lesions_of` gives its own: by places."""
    return sorted((sorted(group, key=_order) for group in groups), key=lambda group: _order(group[0]))


def distance_mm(one: Marked, other: Marked) -> float | None:
    """Return how far the centres are apart, the most in any frame that both are in; None where no frame measures it."""
    apart = [math.dist(one.places[name].centre, other.places[name].centre) for name in _shared(one, other, in_mm=True)]
    return max(apart, default=None)


def overlap(one: Marked, other: Marked) -> float | None:
    """Return the IoU of boxes and of segments, the least where both have an area; None where they share none."""
    boxes = [iou_of(one.places[name], other.places[name]) for name in _shared(one, other, in_mm=False)]
    return min([*(value for value in boxes if value is not None), *_of_segments(one, other)], default=None)


def largest_distance_mm(group: Sequence[Marked]) -> float | None:
    """Return how far the two findings of a group are apart that are farthest from each other."""
    return max(_of_pairs(group, distance_mm), default=None)


def smallest_iou(group: Sequence[Marked]) -> float | None:
    """Return the least IoU between any two findings of a group."""
    return min(_of_pairs(group, overlap), default=None)


def partition_fault(groups: Sequence[Sequence[str]], findings: Iterable[Marked]) -> tuple[str, str] | None:
    """Say why groups of keys are no grouping of these findings: a code and a sentence; None when they are."""
    readers = {one.key: one.reader for one in findings}
    named = [key for group in groups for key in group]
    if sorted(named) != sorted(readers):
        return "other_findings", "The groups have to name every finding of the case once. Look again: reads may differ."
    for group in groups:
        if not group:
            return "empty_group", "A lesion has at least one finding."
        if len({readers[key] for key in group}) < len(group):
            return "same_reader", "Two findings of one reader cannot be the same lesion."
    return None


def _order(one: Marked) -> tuple[list[tuple[str, Point]], list[str], str, str]:
    placed = sorted((name, place.centre) for name, place in one.places.items())
    return placed, sorted(one.voxels), one.reader, one.key


def may_be_one(one: Marked, other: Marked, rule: MatchRule) -> bool:
    """Say whether two findings, or a finding and a known lesion, may be of one lesion."""
    return unlikeness(one, other, rule) <= 1 + _ROUNDING


def unlikeness(one: Marked, other: Marked, rule: MatchRule) -> float:
    """Return how little two findings fit each other: up to 1 they may be of one lesion."""
    if one.reader == other.reader:
        return _NEVER
    if rule.criterion == IOU:
        alike = overlap(one, other)
        return _NEVER if not alike or rule.min_iou is None else (1 - alike) / (1 - rule.min_iou)
    if rule.max_distance_mm is None:
        return _NEVER
    if distance_mm(one, other) is None:
        # Segments without a box between them: any voxel in common is a place in common.
        alike = max(_of_segments(one, other), default=0.0)
        return 1 - alike if alike else _NEVER
    shared = _shared(one, other, in_mm=True)
    return max(_share_of_accepted(one.places[name], other.places[name], rule.max_distance_mm) for name in shared)


def _share_of_accepted(one: Place, other: Place, max_distance_mm: float) -> float:
    """Return the distance of two centres as a share of what is accepted between them."""
    accepted = max(max_distance_mm, one.extent_mm / 2, other.extent_mm / 2)
    return math.dist(one.centre, other.centre) / accepted


def _shared(one: Marked, other: Marked, *, in_mm: bool) -> list[str]:
    both = one.places.keys() & other.places.keys()
    return [name for name in sorted(both) if not in_mm or one.places[name].is_in_mm]


def _of_segments(one: Marked, other: Marked) -> list[float]:
    both = one.voxels.keys() & other.voxels.keys()
    return [voxels_iou(one.voxels[name], other.voxels[name]) for name in sorted(both)]


def _of_pairs(group: Sequence[Marked], measure: Callable[[Marked, Marked], float | None]) -> list[float]:
    values = (measure(one, other) for index, one in enumerate(group) for other in group[index + 1 :])
    return [value for value in values if value is not None]

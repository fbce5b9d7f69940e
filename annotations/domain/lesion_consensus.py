"""What the readers' marks of one lesion come to: is it a lesion by the rule, and where does it lie? Pure rules."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from annotations.domain.consensus import Decision, Rule, Vote, decide
from annotations.domain.lesion_matching import Marked
from annotations.domain.lesion_places import Place
from annotations.domain.lesion_voxels import consensus_voxels, segment_of
from annotations.domain.lesions import SPHERE
from annotations.domain.measurements import Point

# Of a lesion whose segments have no voxels in common by the rule: nothing says where it lies.
NO_PLACE = "NO_PLACE"
_DIGITS = 3


class LesionVotes(NamedTuple):
    """Who marked a lesion and who read the case and did not, each with a weight."""

    marked: Mapping[str, Fraction]
    unmarked: Mapping[str, Fraction]


def decide_lesion(rule: Rule, votes: LesionVotes) -> Decision:
    """Apply a rule to one lesion: who read the case and has no mark on it votes that it is none."""
    marked = [Vote(True, weight) for weight in votes.marked.values()]
    return decide(rule, marked + [Vote(False, weight) for weight in votes.unmarked.values()])


def consensus_marks(group: Sequence[Marked]) -> list[dict[str, Any]]:
    """Return where a lesion lies, a ball or a point for each frame: the mean of the centres and of the sizes.

    Points alone have no size, and an image without millimetres knows none; then the lesion is a point.
    """
    by_frame: dict[str, list[Place]] = {}
    for one in group:
        for name, place in one.places.items():
            by_frame.setdefault(name, []).append(place)
    return [{"geometry": _geometry(by_frame[name])} for name in sorted(by_frame)]


def consensus_segments(group: Sequence[Marked], rule: str) -> list[tuple[str, dict[str, Any]]]:
    """Return for each grid what the segments on a lesion come to: its text, and its geometry but for the digest.

    Those who marked the lesion in another way say nothing about its voxels.
    """
    found = []
    for grid in sorted({name for one in group for name in one.voxels}):
        painted = [one.voxels[grid] for one in sorted(group, key=lambda one: one.key) if grid in one.voxels]
        slices = consensus_voxels(painted, rule)
        if slices:
            found.append(segment_of(painted[0], slices))
    return found


def common_code(codes: Sequence[Mapping[str, str] | None]) -> dict[str, str] | None:
    """Return what most marks say the lesion is; None where two say it equally often."""
    named = Counter((one["scheme"], one["value"], one["meaning"]) for one in codes if one)
    ranked = named.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return dict(zip(("scheme", "value", "meaning"), ranked[0][0], strict=True))


def _geometry(places: Sequence[Place]) -> dict[str, Any]:
    x, y, z = (_rounded(statistics.fmean(axis)) for axis in zip(*(one.centre for one in places), strict=True))
    sizes = [one.extent_mm for one in places if one.extent_mm > 0]
    image = _nearest(places, (x, y, z)).image
    where = {name: image[name] for name in ("sop_instance_uid", "series_instance_uid", "frame_number")}
    where["frame_of_reference_uid"] = image["frame_of_reference_uid"]
    if _is_of_patient(places[0]) and sizes:
        diameter = round(statistics.fmean(sizes), _DIGITS)
        return {"kind": SPHERE, "center_mm": [x, y, z], "diameter_mm": diameter, **where}
    if _is_of_patient(places[0]):
        return {"kind": "POINT", "points_mm": [[x, y, z]], **where}
    return _on_image(x, y, image, where)


def _on_image(x: float, y: float, image: Mapping[str, Any], where: dict[str, Any]) -> dict[str, Any]:
    """Return a point on an image outside the patient, back from millimetres where it has them."""
    spacing = image["spacing_mm"]
    column, row = (x / spacing[1], y / spacing[0]) if spacing else (x, y)
    scaled = {name: image[name] for name in ("spacing_mm", "calibration") if image[name] is not None}
    points = [[_rounded(column), _rounded(row)]]
    return {"kind": "POINT", "points_px": points, **where, **scaled}


def _rounded(value: float) -> float:
    """Round; minus zero is zero, for PostgreSQL stores it so and digests are worked out again from what is stored."""
    return round(value, _DIGITS) + 0.0


def _is_of_patient(place: Place) -> bool:
    """Whether the frame is one of the patient's: the others are named after one image."""
    return "#" not in place.frame


def _nearest(places: Sequence[Place], centre: Point) -> Place:
    """Return the place nearest the consensus; equally near ones by image, so that the order of readers is none."""
    return min(
        places,
        key=lambda one: (
            sum((a - b) ** 2 for a, b in zip(one.centre, centre, strict=True)),
            one.image["sop_instance_uid"],
            one.image["frame_number"],
        ),
    )

"""What an adjudicator sees of the lesions of a case, and what may be decided about them. Pure rules."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from annotations.domain.adjudication import letter
from annotations.domain.consensus import POSITIVE
from annotations.domain.geometry import geometry_problems
from annotations.domain.problems import Problem
from annotations.domain.segment_marks import anonymous_segment, is_segment

ACCEPTED, REJECTED, ADDED = "ACCEPTED", "REJECTED", "ADDED"
LESION_DECISIONS = (ACCEPTED, REJECTED, ADDED)
# Of an accepted lesion: where the consensus of its marks lies, if not as one reader has marked it.
MEAN = "MEAN"
MOST_ADDED = 100


class LesionDecision(NamedTuple):
    """What becomes of a lesion. `outline` is a reader's letter or MEAN, `geometry` the adjudicator's own point."""

    lesion: str
    decision: str
    outline: str | None = None
    geometry: dict[str, Any] | None = None


def anonymous_lesions(
    lesions: Sequence[Mapping[str, Any]], shown: Sequence[str], geometries: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the marks on each lesion under the letters of the case: no id of a reader, a read or a finding.

    `shown` are the readers' revisions, A first; `geometries` are those of the marks of each finding, by key. Segments
    stand apart: they are seen over the images, and no outline that could be accepted.
    """
    letters = {revision: letter(position) for position, revision in enumerate(shown)}
    return [
        {
            "id": one["id"],
            "has_mean": bool(one["places"]),
            "marks": sorted(
                (
                    {
                        "reader": letters[mark["revision_id"]],
                        "geometries": [
                            dict(geometry) for geometry in geometries[mark["key"]] if not is_segment(geometry)
                        ],
                        "segments": [
                            anonymous_segment(geometry) for geometry in geometries[mark["key"]] if is_segment(geometry)
                        ],
                    }
                    for mark in one["marks"]
                    if mark["revision_id"] in letters
                ),
                key=lambda mark: (len(str(mark["reader"])), mark["reader"]),
            ),
        }
        for one in lesions
    ]


def decision_problems(
    outcome: str, decided: Sequence[LesionDecision], shown: Sequence[Mapping[str, Any]], images: set[str]
) -> list[Problem]:
    """Say what of an adjudicator's decisions does not go together.

    `shown` are the lesions that the round shows, `images` the SOP instances of the case: a positive case has every
    lesion accepted or rejected, any other case has none.
    """
    if outcome != POSITIVE:
        detail = "Only a positive case has lesions: leave them out."
        return [Problem("lesions", "not_positive", detail)] if decided else []
    known = {one["id"]: one for one in shown}
    named = [one.lesion for one in decided if one.decision != ADDED]
    if sorted(named) != sorted(known):
        return [Problem("lesions", "not_all_decided", "Accept or reject each lesion of the case, once.")]
    added = [one for one in decided if one.decision == ADDED]
    if len(added) > MOST_ADDED or len({one.lesion for one in decided}) < len(decided):
        detail = f"Each lesion has a name of its own, and at most {MOST_ADDED} are added."
        return [Problem("lesions", "bad_shape", detail)]
    problems: list[Problem] = []
    for index, one in enumerate(decided):
        problems += _problems_of(one, known.get(one.lesion), images, f"lesions[{index}]")
    return problems


def _problems_of(one: LesionDecision, lesion: Mapping[str, Any] | None, images: set[str], path: str) -> list[Problem]:
    if one.decision == ADDED:
        return _own_problems(one, images, path)
    if one.geometry is not None:
        return [Problem(f"{path}.geometry", "not_added", "Only a lesion that you add has a place of your own.")]
    shown = lesion or {"marks": [], "has_mean": False}
    drawn = {mark["reader"] for mark in shown["marks"] if mark["geometries"]} | ({MEAN} if shown["has_mean"] else set())
    if one.decision == ACCEPTED and one.outline not in drawn:
        return [Problem(f"{path}.outline", "unknown_outline", f"Choose {MEAN} or a reader who has marked it.")]
    if one.decision == REJECTED and one.outline is not None:
        return [Problem(f"{path}.outline", "not_accepted", "A rejected lesion has no outline.")]
    return []


def _own_problems(one: LesionDecision, images: set[str], path: str) -> list[Problem]:
    if one.outline is not None:
        return [Problem(f"{path}.outline", "not_accepted", "A lesion of your own has no reader's outline.")]
    problems = geometry_problems(one.geometry, f"{path}.geometry")
    if problems or one.geometry is None:
        return problems
    if one.geometry["kind"] != "POINT":
        return [Problem(f"{path}.geometry.kind", "tool_not_allowed", "A lesion that you add is a POINT.")]
    if one.geometry["sop_instance_uid"] not in images:
        return [Problem(f"{path}.geometry", "not_in_case", "Mark the images of this case only.")]
    return []


def judged_lesion(
    one: LesionDecision, lesion: Mapping[str, Any] | None, geometries: Sequence[Mapping[str, Any]], decision_id: str
) -> dict[str, Any] | None:
    """Return a lesion as the truth keeps it after it was judged; None when it was rejected.

    `lesion` is what the consensus has stored, and `geometries` are those of the mark whose outline was chosen.
    """
    if one.decision == REJECTED:
        return None
    marks: list[Mapping[str, Any] | None]
    reads: Sequence[Mapping[str, Any]] = lesion["marks"] if lesion else []
    if lesion is None:
        marks = [one.geometry]
    elif one.outline == MEAN:
        marks = [mark["geometry"] for mark in lesion["places"]]
    else:
        marks = [geometry for geometry in geometries if not is_segment(geometry)]
    provenance = {
        "source": "ADJUDICATION",
        "values": ["code", "marks"],
        "decision_id": decision_id,
        "reads": [{name: mark[name] for name in ("read_id", "revision_id", "digest", "finding_id")} for mark in reads],
    }
    code = lesion["code"] if lesion else None
    return {
        "id": one.lesion,
        "code": code,
        "marks": [{"geometry": geometry} for geometry in marks],
        "provenance": [provenance],
    }

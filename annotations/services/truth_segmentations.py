"""Lesions from a DICOM segmentation: each segment as voxels of the images of a case, or why it cannot be that."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from annotations.domain.problems import Problem
from annotations.models import Case
from annotations.services.truth_places import CaseImages, Frame, is_same_plane
from portal.imaging.geometry import GeometryError, plane_from_tags
from portal.imaging.models import Instance
from portal.imaging.segments import Slices
from portal.inference.finding_segments import SegmentInput

# More are as many more of the same mistake.
MAXIMUM_PROBLEMS = 20


class Read(NamedTuple):
    """What a file says: lesions of one case, and the text of each segment by its digest."""

    case: str
    lesions: list[dict[str, Any]]
    segments: dict[str, str]
    problems: list[Problem]


class _Refused(Exception):
    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = list(problems)


def segmentation_read(found: dict[str, Any], images: CaseImages) -> Read:
    """Lay the frames of a segmentation (`portal.imaging.screening.segmentation`) on the images that it is of."""
    try:
        case, instances = _case_of(found, images)
        placed = _placed(found, case, instances, images)
        lesions, segments = _lesions(found, placed, images)
    except _Refused as refused:
        return Read("", [], {}, refused.problems)
    return Read(case.name, lesions, segments, [])


def _case_of(found: dict[str, Any], images: CaseImages) -> tuple[Case, dict[str, Instance]]:
    named = [frame["source"][0] for frame in found["frames"] if frame["source"]]
    instances = images.instances(named)
    missing = sorted({uid for uid in named if uid not in instances})
    if missing:
        first = next(frame["number"] for frame in found["frames"] if frame["source"] and frame["source"][0] in missing)
        detail = (
            f"{len(missing)} of the {len(set(named))} image(s) that it is of are images of no case of this reader "
            f"study; the first is that of its frame {first}."
        )
        raise _Refused(Problem(f"frame {first}", "images_unknown", detail))
    cases = {images.case_of(one.series.imaging_study) for one in instances.values()}
    if not cases:
        case = images.case_of_study(found["study_instance_uid"])
        if case is None:
            detail = "It names no images, and its study is that of no case of this reader study."
            raise _Refused(Problem("file", "images_unknown", detail))
        return case, instances
    if len(cases) > 1:
        names = ", ".join(sorted(one.name for one in cases))
        raise _Refused(Problem("file", "several_cases", f"It is of images of several cases: {names}."))
    return cases.pop(), instances


def _placed(
    found: dict[str, Any], case: Case, instances: dict[str, Instance], images: CaseImages
) -> dict[int, list[tuple[Frame, list[int]]]]:
    """Return, by segment, the frames of images and the run lengths on each."""
    of_image: dict[str, list[Frame]] = defaultdict(list)
    for series in {one.series.pk: one.series for one in instances.values()}.values():
        for frame in images.frames_of(series):
            of_image[frame.sop_instance_uid].append(frame)
    by_place = _by_place(found, case, images)
    placed: dict[int, list[tuple[Frame, list[int]]]] = defaultdict(list)
    problems: list[Problem] = []
    for entry in found["frames"]:
        source = entry["source"]
        on = _of_source(entry, of_image[source[0]]) if source else _at(entry, by_place)
        fault = _fault(entry, on, found)
        if fault is None and on is not None:
            placed[entry["segment"]].append((on, entry["counts"]))
        elif fault is not None:
            problems.append(Problem(f"frame {entry['number']}", *fault))
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    if problems:
        raise _Refused(*problems)
    return placed


def _of_source(entry: dict[str, Any], frames: list[Frame]) -> Frame | None:
    """Return the frame of an image that is named; where none is, and it has several, the one in the same place."""
    number = entry["source"][1]
    if number is None:
        return frames[0] if len(frames) == 1 else _at(entry, frames)
    return next((frame for frame in frames if frame.frame_number == number), None)


def _by_place(found: dict[str, Any], case: Case, images: CaseImages) -> list[Frame]:
    if all(frame["source"] for frame in found["frames"]):
        return []
    return images.frames_in(case, found["frame_of_reference_uid"] or "")


def _at(entry: dict[str, Any], frames: list[Frame]) -> Frame | None:
    plane = _plane(entry)
    fits = (frame for frame in frames if plane and frame.plane and is_same_plane(plane, frame.plane))
    return next(fits, None)


def _plane(entry: dict[str, Any]) -> Any:
    if entry["plane"] is None:
        return None
    try:
        return plane_from_tags(entry["plane"])
    except GeometryError:
        return None


def _fault(entry: dict[str, Any], frame: Frame | None, found: dict[str, Any]) -> tuple[str, str] | None:
    """Say why a frame of the segmentation does not lie on the frame of an image, None when it does."""
    if frame is None and entry["source"] and entry["source"][1] is None:
        return "frame_not_named", (
            "It names an image of several frames and not which one, and lies in the place of none of them; write "
            "ReferencedFrameNumber, or the segmentation on the grid of the image."
        )
    if frame is None:
        return "not_on_image", "It lies on no image of the case; write the segmentation on the grid of the images."
    if (found["rows"], found["columns"]) != (frame.rows, frame.columns):
        detail = (
            f"It has {found['rows']} rows and {found['columns']} columns, its image {frame.rows} and {frame.columns}."
        )
        return "dimension_mismatch", detail
    known, said = frame.frame_of_reference_uid, found["frame_of_reference_uid"]
    if known is not None and said is not None and known != said:
        return "wrong_frame_of_reference", "Its frame of reference is not that of its image."
    plane = _plane(entry)
    if (
        entry["plane"] is not None
        and frame.plane is not None
        and (plane is None or not is_same_plane(plane, frame.plane))
    ):
        return "not_on_image", "Its pixels do not lie where those of its image do; write it on the grid of the images."
    return None


def _lesions(
    found: dict[str, Any], placed: dict[int, list[tuple[Frame, list[int]]]], images: CaseImages
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    problems: list[Problem] = []
    lesions: list[dict[str, Any]] = []
    texts: dict[str, str] = {}
    for segment in found["segments"]:
        where = f"segment {segment['number']}"
        frames = placed.get(segment["number"])
        if not frames:
            problems.append(Problem(where, "empty_segment", "It has no voxel inside; leave it out."))
            continue
        if len({(frame.sop_instance_uid, frame.frame_number) for frame, _ in frames}) < len(frames):
            problems.append(Problem(where, "repeated", "Two of its frames lie on the same frame of an image."))
            continue
        inputs = list(_inputs(frames, images))
        texts |= {one.sha256: one.text for one in inputs}
        lesions.append(_lesion(found, segment, [one.geometry for one in inputs], lesions))
    if problems:
        raise _Refused(*problems[:MAXIMUM_PROBLEMS])
    return lesions, texts


def _inputs(frames: list[tuple[Frame, list[int]]], images: CaseImages) -> Iterator[SegmentInput]:
    """Yield the voxels of one segment, series by series."""
    by_series: dict[str, list[tuple[Frame, list[int]]]] = defaultdict(list)
    for frame, counts in frames:
        by_series[frame.series_instance_uid].append((frame, counts))
    for uid, on_series in sorted(by_series.items()):
        first = on_series[0][0]
        slices: Slices = {(frame.sop_instance_uid, frame.frame_number): counts for frame, counts in on_series}
        spacing = images.spacing_of(uid)
        yield SegmentInput(
            series_instance_uid=uid,
            rows=first.rows,
            columns=first.columns,
            slices=slices,
            spacing_mm=[float(value) for value in spacing] if spacing else None,
            frame_of_reference_uid=first.frame_of_reference_uid,
        )


def _lesion(
    found: dict[str, Any], segment: dict[str, Any], geometries: list[dict[str, Any]], before: list[dict[str, Any]]
) -> dict[str, Any]:
    name = segment["tracking_id"] or segment["label"] or f"Segment {segment['number']}"
    if any(one["id"] == name for one in before):
        name = f"{name} #{segment['number']}"
    lesion = {
        "id": name,
        "code": segment["code"],
        "label": segment["label"],
        "marks": [{"geometry": one} for one in geometries],
    }
    provenance = {
        "source": "SEG",
        "values": [value for value in ("code", "label", "marks") if lesion[value]],
        "sop_instance_uid": found["sop_instance_uid"],
        "sha256": found["sha256"],
        "segment_number": segment["number"],
        "tracking_uid": segment["tracking_uid"],
        "tracking_id": segment["tracking_id"],
        "creator": found["creator"],
        "algorithm": segment["algorithm"],
        "threshold": found["threshold"],
    }
    stated = {name: value for name, value in provenance.items() if value not in (None, "")}
    return {**{name: value for name, value in lesion.items() if value}, "provenance": [stated]}

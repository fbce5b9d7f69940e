"""A DICOM segmentation on the images that it is of: each segment as run lengths by frame, or why it cannot be that."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.imaging.geometry import GeometryError, plane_from_tags
from portal.imaging.models import Instance
from portal.imaging.segments import Slices
from portal.imaging.services.placing import Frame, ImagePlaces, NotPlaced, Owner, PlaceFault, is_same_plane

# More are as many more of the same mistake.
MAXIMUM_FAULTS = 20


class OnSeries(NamedTuple):
    """The voxels of a segment on one series; `spacing_mm` between its rows, columns and slices."""

    series_instance_uid: str
    frame_of_reference_uid: str | None
    rows: int
    columns: int
    slices: Slices
    spacing_mm: list[float] | None


def segmentation_place(found: dict[str, Any], images: ImagePlaces[Owner]) -> tuple[Owner, dict[int, list[OnSeries]]]:
    """Lay the frames of a segmentation (`portal.imaging.screening.segmentation`) on the images that it is of.

    Returns whose images they are and, by segment number, the voxels series by series; a segment without a voxel inside
    is not among them. Raises `NotPlaced`.
    """
    owner, instances = _owner_of(found, images)
    placed = _placed(found, owner, instances, images)
    faults = [
        PlaceFault(f"segment {number}", "repeated", "Two of its frames lie on the same frame of an image.")
        for number, frames in sorted(placed.items())
        if len({(frame.sop_instance_uid, frame.frame_number) for frame, _ in frames}) < len(frames)
    ]
    if faults:
        raise NotPlaced(*faults[:MAXIMUM_FAULTS])
    return owner, {number: list(_on_series(frames, images)) for number, frames in placed.items()}


def _owner_of(found: dict[str, Any], images: ImagePlaces[Owner]) -> tuple[Owner, dict[str, Instance]]:
    named = [frame["source"][0] for frame in found["frames"] if frame["source"]]
    instances = images.instances(named)
    missing = sorted({uid for uid in named if uid not in instances})
    if missing:
        first = next(frame["number"] for frame in found["frames"] if frame["source"] and frame["source"][0] in missing)
        detail = (
            f"{len(missing)} of the {len(set(named))} image(s) that it is of are {images.WORDS.unknown_images}; the "
            f"first is that of its frame {first}."
        )
        raise NotPlaced(PlaceFault(f"frame {first}", "images_unknown", detail))
    owner = images.only_owner(instances.values()) or images.owner_of_uid(found["study_instance_uid"])
    if owner is None:
        detail = f"It names no images, and its study is {images.WORDS.unknown_study}."
        raise NotPlaced(PlaceFault("file", "images_unknown", detail))
    return owner, instances


def _placed(
    found: dict[str, Any], owner: Owner, instances: dict[str, Instance], images: ImagePlaces[Owner]
) -> dict[int, list[tuple[Frame, list[int]]]]:
    """Return, by segment, the frames of images and the run lengths on each."""
    of_image: dict[str, list[Frame]] = defaultdict(list)
    for series in {one.series.pk: one.series for one in instances.values()}.values():
        for frame in images.frames_of(series):
            of_image[frame.sop_instance_uid].append(frame)
    by_place = _by_place(found, owner, images)
    placed: dict[int, list[tuple[Frame, list[int]]]] = defaultdict(list)
    faults: list[PlaceFault] = []
    for entry in found["frames"]:
        source = entry["source"]
        on = _of_source(entry, of_image[source[0]]) if source else _at(entry, by_place)
        fault = _fault(entry, on, found, images.WORDS.whole)
        if fault is None and on is not None:
            placed[entry["segment"]].append((on, entry["counts"]))
        elif fault is not None:
            faults.append(PlaceFault(f"frame {entry['number']}", *fault))
        if len(faults) >= MAXIMUM_FAULTS:
            break
    if faults:
        raise NotPlaced(*faults)
    return placed


def _of_source(entry: dict[str, Any], frames: list[Frame]) -> Frame | None:
    """Return the frame of an image that is named; where none is, and it has several, the one in the same place."""
    number = entry["source"][1]
    if number is None:
        return frames[0] if len(frames) == 1 else _at(entry, frames)
    return next((frame for frame in frames if frame.frame_number == number), None)


def _by_place(found: dict[str, Any], owner: Owner, images: ImagePlaces[Owner]) -> list[Frame]:
    if all(frame["source"] for frame in found["frames"]):
        return []
    return images.frames_in(owner, found["frame_of_reference_uid"] or "")


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


def _fault(entry: dict[str, Any], frame: Frame | None, found: dict[str, Any], whole: str) -> tuple[str, str] | None:
    """Say why a frame of the segmentation does not lie on the frame of an image, None when it does."""
    if frame is None and entry["source"] and entry["source"][1] is None:
        return "frame_not_named", (
            "It names an image of several frames and not which one, and lies in the place of none of them; write "
            "ReferencedFrameNumber, or the segmentation on the grid of the image."
        )
    if frame is None:
        return "not_on_image", f"It lies on no image of the {whole}; write the segmentation on the grid of the images."
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


def _on_series(frames: list[tuple[Frame, list[int]]], images: ImagePlaces[Owner]) -> Iterator[OnSeries]:
    """Yield the voxels of one segment, series by series."""
    by_series: dict[str, list[tuple[Frame, list[int]]]] = defaultdict(list)
    for frame, counts in frames:
        by_series[frame.series_instance_uid].append((frame, counts))
    for uid, on_series in sorted(by_series.items()):
        first = on_series[0][0]
        slices: Slices = {(frame.sop_instance_uid, frame.frame_number): counts for frame, counts in on_series}
        spacing = images.spacing_of(uid)
        spacing_mm = [float(value) for value in spacing] if spacing else None
        yield OnSeries(uid, first.frame_of_reference_uid, first.rows, first.columns, slices, spacing_mm)

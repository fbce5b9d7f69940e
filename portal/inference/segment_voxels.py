"""The original voxels under a segment: its mask and the values of its series, cut out of the stack, read from Orthanc.

Only slices that hold a voxel of the segment are fetched: nothing else decides a number.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from portal.errors import NotFound
from portal.imaging.frames.decoding import DecodedFrame, FrameUndecodable, decoded_frame
from portal.imaging.geometry import SPACING_TOLERANCE, GeometryError, Plane, order_slices
from portal.imaging.models import Series
from portal.imaging.orthanc import NotInOrthanc, Orthanc, OrthancRefused, OrthancUnavailable
from portal.imaging.segments import Slice, decode
from portal.imaging.series_spacing import planes_of, spacing_mm_of, values_of
from portal.imaging.services.metadata import portal_error, series_rows
from portal.inference.modality_values import UNNAMED, FrameValues, frame_values
from portal.jobs import JobFailed

# Of the box around a segment: a gigabyte and half a minute while it is measured.
MAXIMUM_BOX_VOXELS = 2**24

NO_VOLUME = "The images of this series are no even stack of slices in the patient, so nothing has a length."
SHEARED = "The slices lie shifted against each other (a tilted gantry), so nothing across slices is measured."
COLOUR = "The images are in colour, so their voxels have no single value."
SEVERAL_UNITS = "The values of the images have different units."
TOO_LARGE = f"The box around the segment has more than {MAXIMUM_BOX_VOXELS:,} voxels."
MISSING = "The archive no longer has an image of the segment; ingest the imaging study again."
UNREADABLE = "The pixels of an image of the segment cannot be decoded."


class NotMeasurable(Exception):
    """A segment that is whole, and that nothing is measured of."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the slices of a series lie: the place of each in order, and planes; without order there is no volume."""

    order: dict[Slice, int]
    planes: dict[Slice, Plane]
    # Of slices, rows and columns.
    spacing_mm: tuple[float, float, float] | None
    is_sheared: bool


@dataclass(frozen=True, slots=True)
class SegmentVoxels:
    """A segment cut out of its series.

    `mask` and `values` are [slice, row, column]; `has_value` is the mask without padding. Where `no_values` says why
    there are none, `values` is 0 everywhere. `centroid_mm` is in the patient (LPS+).
    """

    mask: npt.NDArray[np.bool_]
    values: npt.NDArray[np.float64]
    has_value: npt.NDArray[np.bool_]
    unit: str
    no_values: str | None
    stack: Stack
    centroid_mm: tuple[float, float, float] | None
    pixels_sha256: str


def segment_voxels(document: Mapping[str, Any], series: Series, gateway: Orthanc) -> SegmentVoxels:
    """Read what lies under a stored segment.

    Raises
    ------
    NotMeasurable
        The box around the segment is too large.
    JobFailed
        An image is missing or damaged.
    Unavailable
        Orthanc does not answer, which says nothing about the segment.
    """
    rows, columns = document["rows"], document["columns"]
    inside = {
        (one["sop_instance_uid"], one["frame_number"]): _mask(one["counts"], rows, columns)
        for one in document["slices"]
    }
    try:
        metadata = {str(values_of(row, "SOPInstanceUID")[0]): row for row in series_rows(series, gateway)}
    except NotFound as error:
        raise JobFailed(MISSING, code="missing_pixels") from error
    stack = stack_of(list(metadata.values()))
    places = _places(inside, stack)
    box = _box(inside.values())
    shape = (max(places.values()) + 1, box[0].stop - box[0].start, box[1].stop - box[1].start)
    if int(np.prod(shape)) > MAXIMUM_BOX_VOXELS:
        raise NotMeasurable("too_large", TOO_LARGE)
    mask, padding = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    values = np.zeros(shape, np.float64)
    units, no_values, digest = set(), None, hashlib.sha256()
    for place, decoded, found in _frames(sorted(places, key=lambda one: places[one]), series, metadata, gateway):
        at = places[place]
        mask[at] = inside[place][box]
        digest.update(f"{place[0]} {place[1]} {decoded.pixels.shape}".encode())
        digest.update(_plain(decoded.pixels).tobytes())
        if found is None:
            no_values = COLOUR
            continue
        values[at], padding[at] = found.values[box], found.is_padding[box]
        units.add(found.unit)
    return SegmentVoxels(
        mask=mask,
        values=values,
        has_value=mask & ~padding,
        unit=next(iter(units)) if len(units) == 1 else UNNAMED,
        no_values=no_values or (SEVERAL_UNITS if len(units) > 1 else None),
        stack=stack,
        centroid_mm=_centroid(inside, stack),
        pixels_sha256=digest.hexdigest(),
    )


def stack_of(rows: Sequence[dict[str, Any]]) -> Stack:
    """Say how the frames of a series lie to each other; `rows` are the metadata of its instances."""
    planes: dict[Slice, Plane] = {}
    try:
        for row in rows:
            uid = str(values_of(row, "SOPInstanceUID")[0])
            planes |= {(uid, number): plane for number, plane in enumerate(planes_of(row), start=1)}
        order = order_slices(list(planes.values()))
    except GeometryError:
        return Stack({}, {}, None, False)
    spacing = spacing_mm_of(rows)
    if spacing is None:
        return Stack({}, planes, None, False)
    names = list(planes)
    ordered = [names[index] for index in order.indices]
    first, last = planes[ordered[0]], planes[ordered[-1]]
    way = last.position_mm - first.position_mm
    aside = np.linalg.norm(way - (way @ first.normal) * first.normal)
    # Of a slice's own distance, as much as distances may differ.
    is_sheared = bool(aside / (len(ordered) - 1) > SPACING_TOLERANCE * spacing[2])
    return Stack(
        {name: at for at, name in enumerate(ordered)}, planes, (spacing[2], spacing[0], spacing[1]), is_sheared
    )


def _plain(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same numbers whatever container a decoder took: pixels in another transfer syntax are the same input."""
    return np.ascontiguousarray(pixels, dtype="<i8" if pixels.dtype.kind in "iub" else "<f8")


def _mask(counts: list[int], rows: int, columns: int) -> npt.NDArray[np.bool_]:
    return np.frombuffer(decode(counts, rows * columns), dtype=np.uint8).reshape(rows, columns).astype(np.bool_)


def _places(inside: Iterable[Slice], stack: Stack) -> dict[Slice, int]:
    """The slice of the box in which each slice of the segment comes to lie; without a stack one after the other."""
    named = sorted(inside)
    if stack.spacing_mm is None:
        return {place: at for at, place in enumerate(named)}
    if any(place not in stack.order for place in named):
        raise JobFailed(MISSING, code="missing_pixels")
    lowest = min(stack.order[place] for place in named)
    return {place: stack.order[place] - lowest for place in named}


def _box(masks: Iterable[npt.NDArray[np.bool_]]) -> tuple[slice, slice]:
    """The rows and columns that hold a voxel in any slice."""
    first, *others = masks
    together = first.copy()
    for mask in others:
        together |= mask
    rows, columns = (np.flatnonzero(together.any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _centroid(inside: Mapping[Slice, npt.NDArray[np.bool_]], stack: Stack) -> tuple[float, float, float] | None:
    """The mean place of the voxels in the patient, plane by plane, so that a shear is kept."""
    if stack.spacing_mm is None:
        return None
    total, count = np.zeros(3), 0
    for place, mask in inside.items():
        rows, columns = np.nonzero(mask)
        total += len(rows) * stack.planes[place].pixel_to_patient_mm(float(columns.mean()), float(rows.mean()))
        count += len(rows)
    x, y, z = (float(one) for one in total / count)
    return x, y, z


def _frames(
    places: Sequence[Slice], series: Series, metadata: Mapping[str, dict[str, Any]], gateway: Orthanc
) -> Iterable[tuple[Slice, DecodedFrame, FrameValues | None]]:
    """Decode the frames of a segment, each file fetched once; without values where they are in colour."""
    instances = series.instances.in_bulk([uid for uid, _ in places], field_name="sop_instance_uid")
    of_file: dict[str, list[Slice]] = defaultdict(list)
    for place in places:
        of_file[place[0]].append(place)
    for uid, named in of_file.items():
        if uid not in instances or uid not in metadata:
            raise JobFailed(MISSING, code="missing_pixels")
        content, dataset = _file(instances[uid].orthanc_id, gateway)
        for place in named:
            try:
                decoded = decoded_frame(content, place[1])
            except FrameUndecodable as error:
                raise JobFailed(UNREADABLE, code="pixels_unreadable") from error
            is_grey = decoded.pixels.ndim == 2 and "PALETTE" not in str(dataset.get("PhotometricInterpretation"))
            found = frame_values(dataset, decoded.pixels, place[1], metadata[uid]) if is_grey else None
            yield place, decoded, found


def _file(orthanc_id: str, gateway: Orthanc) -> tuple[bytes, Dataset]:
    try:
        content = gateway.instance_file(orthanc_id)
    except OrthancUnavailable as error:
        raise portal_error(error) from error
    except (NotInOrthanc, OrthancRefused) as error:
        raise JobFailed(MISSING, code="missing_pixels") from error
    try:
        return content, dcmread(BytesIO(content), stop_before_pixels=True)
    except InvalidDicomError as error:
        raise JobFailed(UNREADABLE, code="pixels_unreadable") from error

"""Where the images are that DICOM segmentations and reports speak of: frames in the patient, series by series.

Who reads such files says by `ImagePlaces` whose images count: those of the cases of a reader study for a reference
standard, those of every imaging study for predictions.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np

from portal.imaging.connection import orthanc
from portal.imaging.geometry import GeometryError, Plane, Points
from portal.imaging.models import ImagingStudy, Instance, Series
from portal.imaging.reader_tags import tag_of
from portal.imaging.series_spacing import Spacing, planes_of, spacing_mm_of
from portal.imaging.services.metadata import series_rows

# Decimal strings have up to 16 characters, but senders round: a tenth of a pixel is the same place.
_SAME_SHARE = 0.1
_SAME_COSINE = 1e-3

Owner = TypeVar("Owner", bound=Hashable)


class PlaceFault(NamedTuple):
    """Why something has no place: in which part of the file, a code and a sentence."""

    field: str
    code: str
    detail: str


class NotPlaced(Exception):
    """A file, or a part of it, does not lie on the images."""

    def __init__(self, *faults: PlaceFault) -> None:
        super().__init__()
        self.faults = list(faults)


class Words(NamedTuple):
    """How sentences name whose images count."""

    whole: str
    unknown_images: str
    unknown_study: str
    not_had: str
    several_code: str


@dataclass(frozen=True)
class Frame:
    """A frame of an image."""

    sop_instance_uid: str
    frame_number: int
    series_instance_uid: str
    frame_of_reference_uid: str | None
    rows: int
    columns: int
    plane: Plane | None

    def geometry(self) -> dict[str, Any]:
        """The fields by which a geometry names this frame."""
        return {
            "frame_of_reference_uid": self.frame_of_reference_uid,
            "sop_instance_uid": self.sop_instance_uid,
            "series_instance_uid": self.series_instance_uid,
            "frame_number": self.frame_number,
        }


class _Stack(NamedTuple):
    frames: list[Frame]
    spacing_mm: Spacing | None


class ImagePlaces(ABC, Generic[Owner]):
    """The images that may be spoken of, each of one owner; a series is asked for only when something names it."""

    WORDS: ClassVar[Words]

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self._stacks: dict[str, _Stack] = {}

    @abstractmethod
    def owner_of(self, study: ImagingStudy) -> Owner | None:
        """Return who has an imaging study; None where its images do not count."""

    @abstractmethod
    def owner_of_uid(self, study_instance_uid: str) -> Owner | None:
        """Return who has the imaging study of this UID."""

    @abstractmethod
    def studies_of(self, owner: Owner) -> Sequence[ImagingStudy]:
        """Return the imaging studies of an owner in order."""

    @abstractmethod
    def several(self, owners: Iterable[Owner]) -> str:
        """Say that a file is of the images of several owners."""

    def instances(self, uids: Iterable[str]) -> dict[str, Instance]:
        """Return the images of these UIDs that somebody has."""
        found = Instance.objects.select_related("series__imaging_study").in_bulk(
            sorted(set(uids)), field_name="sop_instance_uid"
        )
        return {uid: one for uid, one in found.items() if self.owner_of(one.series.imaging_study) is not None}

    def only_owner(self, instances: Iterable[Instance]) -> Owner | None:
        """Return whose these images are; None for no images. Raises `NotPlaced` where they are of several."""
        owners = {self.owner_of(one.series.imaging_study) for one in instances} - {None}
        if len(owners) > 1:
            detail = self.several(owner for owner in owners if owner is not None)
            raise NotPlaced(PlaceFault("file", self.WORDS.several_code, detail))
        return owners.pop() if owners else None

    def frames_of(self, series: Series) -> list[Frame]:
        """Return every frame of a series."""
        return self._stack(series).frames

    def spacing_of(self, series_instance_uid: str) -> Spacing | None:
        """Return the spacing of a series whose frames were asked for."""
        return self._stacks[series_instance_uid].spacing_mm

    def frames_in(self, owner: Owner, frame_of_reference_uid: str) -> list[Frame]:
        """Return every frame of an owner with a place in this frame of reference."""
        return [
            frame
            for study in self.studies_of(owner)
            for series in study.series.order_by("series_number", "series_instance_uid")
            for frame in self.frames_of(series)
            if frame.plane is not None and frame.frame_of_reference_uid == frame_of_reference_uid
        ]

    def nearest_frame(self, points_mm: Sequence[Sequence[float]], frames: Sequence[Frame]) -> Frame | None:
        """Return the frame on which all points lie, within half a slice; None where there is none."""
        best: tuple[float, Frame] | None = None
        points = np.asarray(points_mm, dtype=float)
        for frame in frames:
            distance = _distance_mm(points, frame)
            spacing = self.spacing_of(frame.series_instance_uid)
            within_mm = spacing[2] / 2 if spacing else 0.5
            if distance is not None and distance <= within_mm + 1e-6 and (best is None or distance < best[0] - 1e-6):
                best = distance, frame
        return best[1] if best else None

    def _stack(self, series: Series) -> _Stack:
        uid = series.series_instance_uid
        if uid not in self._stacks:
            rows = series_rows(series, orthanc())
            self._stacks[uid] = _Stack([frame for row in rows for frame in _frames(row, uid)], spacing_mm_of(rows))
        return self._stacks[uid]


def _frames(row: dict[str, Any], series_instance_uid: str) -> list[Frame]:
    def value(keyword: str) -> Any:
        return (row.get(tag_of(keyword), {}).get("Value") or [None])[0]

    number = int(value("NumberOfFrames") or 1)
    planes: Sequence[Plane | None]
    try:
        planes = planes_of(row)
    except GeometryError:
        planes = [None] * number
    frame_of_reference = value("FrameOfReferenceUID")
    return [
        Frame(
            str(value("SOPInstanceUID")),
            index,
            series_instance_uid,
            str(frame_of_reference) if frame_of_reference else None,
            int(value("Rows")),
            int(value("Columns")),
            plane,
        )
        for index, plane in enumerate(planes, start=1)
    ]


def is_same_plane(one: Plane, other: Plane) -> bool:
    """Whether two frames have their pixels in the same places."""
    same_mm = _SAME_SHARE * min(one.row_spacing_mm, one.column_spacing_mm)
    return bool(
        np.linalg.norm(one.position_mm - other.position_mm) <= same_mm
        and np.allclose(one.row_cosines, other.row_cosines, atol=_SAME_COSINE)
        and np.allclose(one.column_cosines, other.column_cosines, atol=_SAME_COSINE)
        and math.isclose(one.row_spacing_mm, other.row_spacing_mm, rel_tol=_SAME_COSINE)
        and math.isclose(one.column_spacing_mm, other.column_spacing_mm, rel_tol=_SAME_COSINE)
    )


def _distance_mm(points_mm: Points, frame: Frame) -> float | None:
    """How far the farthest point is from a frame; None where one lies beside it."""
    assert frame.plane is not None  # noqa: S101  `frames_in` gives no others
    columns, rows, off = frame.plane.patient_mm_to_pixels(points_mm)
    is_on = (columns >= -0.5) & (columns <= frame.columns - 0.5) & (rows >= -0.5) & (rows <= frame.rows - 0.5)
    return float(np.abs(off).max()) if is_on.all() else None

"""Whether a posted segment fits the images that it names: their study, series, frames, size and spacing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.imaging.connection import orthanc
from portal.imaging.models import ImagingStudy, Series
from portal.imaging.series_spacing import Spacing, is_same_spacing, spacing_mm_of
from portal.imaging.services.metadata import series_rows
from portal.inference.finding_segments import SegmentInput

Fault = tuple[str, str, str]


@dataclass(frozen=True)
class _Image:
    number_of_frames: int
    rows: int
    columns: int


@dataclass
class SegmentPlaces:
    """The series that segments of one post name; each is asked for its images and its spacing once."""

    series: Mapping[str, Series]
    _images: dict[str, dict[str, _Image]] = field(default_factory=dict)
    _spacings: dict[str, Spacing | None] = field(default_factory=dict)

    def fault(self, segment: SegmentInput, study: ImagingStudy) -> Fault | None:
        """Say what is wrong with the place of a segment: its field, a code and a sentence."""
        series = self.series.get(segment.series_instance_uid)
        if series is None or series.imaging_study_id != study.pk:
            return "segment.series_instance_uid", "not_in_study", "The imaging study has no such series."
        return self._image_fault(segment, series) or self._spacing_fault(segment, series)

    def _image_fault(self, segment: SegmentInput, series: Series) -> Fault | None:
        images = self._images_of(series)
        for index, (sop_instance_uid, frame_number) in enumerate(segment.slices):
            image = images.get(sop_instance_uid)
            path = f"segment.slices[{index}]"
            if image is None:
                return f"{path}.sop_instance_uid", "not_in_study", "The series has no such image."
            if frame_number > image.number_of_frames:
                return f"{path}.frame_number", "bad_number", f"The image has {image.number_of_frames} frame(s)."
            if (image.rows, image.columns) != (segment.rows, segment.columns):
                detail = f"The image of slices[{index}] has {image.rows} rows and {image.columns} columns."
                return "segment.rows", "dimension_mismatch", detail
        return None

    def _spacing_fault(self, segment: SegmentInput, series: Series) -> Fault | None:
        if segment.spacing_mm is None:
            return None
        spacing = self._spacing_of(series)
        if spacing is None:
            detail = "The images of this series are no even stack, so they have no such spacing; leave it out."
            return "spacing_mm", "wrong_spacing", detail
        if not is_same_spacing(segment.spacing_mm, spacing):
            said = ", ".join(f"{value:.4g}" for value in spacing)
            return "spacing_mm", "wrong_spacing", f"The images lie {said} mm apart (rows, columns, slices)."
        return None

    def _images_of(self, series: Series) -> dict[str, _Image]:
        uid = series.series_instance_uid
        if uid not in self._images:
            values = series.instances.values_list("sop_instance_uid", "number_of_frames", "rows", "columns")
            self._images[uid] = {sop: _Image(frames or 1, rows, columns) for sop, frames, rows, columns in values}
        return self._images[uid]

    def _spacing_of(self, series: Series) -> Spacing | None:
        uid = series.series_instance_uid
        if uid not in self._spacings:
            self._spacings[uid] = spacing_mm_of(series_rows(series, orthanc()))
        return self._spacings[uid]

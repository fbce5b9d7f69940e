"""Where what a DICOM file predicts lies: the images of every imaging study of the portal, each a case of its own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.imaging.models import ImagingStudy
from portal.imaging.segments import FORMAT, VERSION
from portal.imaging.services.placed_regions import region_place
from portal.imaging.services.placed_segments import OnSeries
from portal.imaging.services.placing import ImagePlaces, Words
from portal.inference.finding_geometry import geometry_problems
from portal.inference.finding_segments import SEGMENT


class StudyImages(ImagePlaces[ImagingStudy]):
    """The images that the portal has."""

    WORDS = Words(
        whole="imaging study",
        unknown_images="images that the portal does not have",
        unknown_study="one that the portal does not have",
        not_had="the portal does not have",
        several_code="several_studies",
    )

    def owner_of(self, study: ImagingStudy) -> ImagingStudy | None:
        """Return the imaging study itself: predictions are of one."""
        return study

    def owner_of_uid(self, study_instance_uid: str) -> ImagingStudy | None:
        """Return the imaging study of this UID."""
        return ImagingStudy.objects.filter(study_instance_uid=study_instance_uid).first()

    def studies_of(self, owner: ImagingStudy) -> Sequence[ImagingStudy]:
        """Return the imaging study alone."""
        return [owner]

    def several(self, owners: Iterable[ImagingStudy]) -> str:
        """Say how many they are."""
        number = len(list(owners))
        return f"It is of images of {number} imaging studies; a prediction is of one, so write a file for each."


def region_geometry(region: Mapping[str, Any], study: ImagingStudy | None, images: StudyImages) -> dict[str, Any]:
    """Return a region of a report as the geometry of a posted finding; raises `NotPlaced`."""
    geometry = region_place(_without_circle(region), study, images)
    if geometry.get("points_mm") is None:
        geometry.pop("points_mm", None)
    is_box = {**geometry, "kind": "RECTANGLE"}
    if geometry["kind"] == "FREEHAND" and not geometry_problems(is_box, ""):
        return is_box
    return geometry


def _without_circle(region: Mapping[str, Any]) -> dict[str, Any]:
    """A circle (only on an image, PS3.3 C.18.6.1.2) as the ellipse that it is."""
    if region["kind"] != "CIRCLE":
        return dict(region)
    (column, row), edge = region["points"]
    radius = ((edge[0] - column) ** 2 + (edge[1] - row) ** 2) ** 0.5
    ends = [[column - radius, row], [column + radius, row], [column, row - radius], [column, row + radius]]
    return {**region, "kind": "ELLIPSE", "points": ends}


def segment_geometry(on: OnSeries) -> dict[str, Any]:
    """Return the voxels of a segment as the geometry of a posted finding."""
    slices = [
        {"sop_instance_uid": uid, "frame_number": number, "counts": counts}
        for (uid, number), counts in sorted(on.slices.items())
    ]
    return {
        "kind": SEGMENT,
        "segment": {
            "format": FORMAT,
            "version": VERSION,
            "series_instance_uid": on.series_instance_uid,
            "rows": on.rows,
            "columns": on.columns,
            "slices": slices,
        },
        "spacing_mm": on.spacing_mm,
        "frame_of_reference_uid": on.frame_of_reference_uid,
    }

"""Regions of a DICOM measurement report on the images that they are of, or why they cannot be that."""

from collections.abc import Iterable
from typing import Any

from portal.imaging.services.placing import Frame, ImagePlaces, NotPlaced, Owner, PlaceFault

# Points of marks have this many decimals.
_DIGITS = 3


def regions_owner(
    regions: Iterable[dict[str, Any]], study_instance_uid: str, images: ImagePlaces[Owner]
) -> Owner | None:
    """Return whose images regions are on, else who has the report's own study; raises `NotPlaced`."""
    instances = images.instances(region["image"][0] for region in regions if "image" in region)
    return images.only_owner(instances.values()) or images.owner_of_uid(study_instance_uid)


def region_place(region: dict[str, Any], owner: Owner | None, images: ImagePlaces[Owner]) -> dict[str, Any]:
    """Return a region (`portal.imaging.screening.report`) as the geometry of a mark; raises `NotPlaced`."""
    if owner is None:
        raise _not_placed("images_unknown", f"It is of {images.WORDS.unknown_images}.")
    if "image" in region:
        return _on_image(region, images)
    frames = images.frames_in(owner, region["frame_of_reference_uid"])
    whole = images.WORDS.whole
    if not frames:
        raise _not_placed("wrong_frame_of_reference", f"Its frame of reference is that of no image of the {whole}.")
    frame = images.nearest_frame(region["points"], frames)
    if frame is None:
        raise _not_placed("not_on_image", f"It lies on no image of the {whole}, or is tilted against the images.")
    points = [_rounded(point) for point in region["points"]]
    if region["kind"] == "SPHERE":
        ball = {"center_mm": points[0], "diameter_mm": round(region["diameter_mm"], _DIGITS)}
        return {"kind": "SPHERE", **ball, **frame.geometry()}
    return {"kind": region["kind"], "points_mm": points, **frame.geometry()}


def _on_image(region: dict[str, Any], images: ImagePlaces[Owner]) -> dict[str, Any]:
    uid, number = region["image"]
    instance = images.instances([uid]).get(uid)
    frame: Frame | None = None
    if instance is not None:
        frames = images.frames_of(instance.series)
        frame = next((one for one in frames if (one.sop_instance_uid, one.frame_number) == (uid, number)), None)
    if frame is None:
        raise _not_placed("images_unknown", f"It is on an image, or a frame, that {images.WORDS.not_had}.")
    # In a report the corner of the first pixel is 0 (PS3.3 C.18.6.1.2), in the portal its centre.
    pixels = [(column - 0.5, row - 0.5) for column, row in region["points"]]
    edge = 0.5 + 1e-3
    if any(not (-edge <= x <= frame.columns - 1 + edge and -edge <= y <= frame.rows - 1 + edge) for x, y in pixels):
        detail = f"It reaches beyond its image, which has {frame.columns} columns and {frame.rows} rows."
        raise _not_placed("outside_image", detail)
    if frame.plane is None:
        return {"kind": region["kind"], "points_mm": None, "points_px": [_rounded(one) for one in pixels]} | (
            frame.geometry()
        )
    points = [_rounded(frame.plane.pixel_to_patient_mm(column, row)) for column, row in pixels]
    return {"kind": region["kind"], "points_mm": points, **frame.geometry()}


def _rounded(point: Any) -> list[float]:
    return [round(float(value), _DIGITS) + 0.0 for value in point]


def _not_placed(code: str, detail: str) -> NotPlaced:
    return NotPlaced(PlaceFault("", code, detail))

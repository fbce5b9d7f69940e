"""Is a case what the model was made for? Pure checks of headers and pixels against a card's input specification.

Every check gives one outcome: passed, warned of or refused with a named code, or not checked because the images do not
say. Text that is burned into pixels is judged by its header first (BurnedInAnnotation), then by what the pixels look
like: that is a suspicion, which warns unless the specification refuses such cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from portal.imaging.geometry import GeometryError, Plane, order_slices, plane_from_tags
from portal.inference.burned_in_text import slices_with_text

PASSED, WARNED, REFUSED, NOT_CHECKED = "PASSED", "WARNED", "REFUSED", "NOT_CHECKED"

# Gantries tilt by up to 30 degrees.
MAXIMUM_TILT_DEGREES = 35.0
# A slice is missing where the way to the next one is this many times the usual way.
GAP_FACTOR = 1.5
# Slices closer than this share of the usual way lie in the same place.
SAME_PLACE = 0.01
# Decimal strings are rounded.
SPACING_TOLERANCE = 1e-3
# In an image that was not cut off at the top, hardly any pixel has exactly the largest value.
CLIPPED_SHARE = 0.01

_AXES = {"SAGITTAL": 0, "CORONAL": 1, "AXIAL": 2}
_PLANE_KEYWORDS = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")

Specification = Mapping[str, Any]


class Check(NamedTuple):
    """What one check came to; `code` is empty when it passed."""

    check: str
    outcome: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What the checks ask of one image; an empty text or None where the header says nothing."""

    modality: str
    body_part: str
    view: str
    burned_in: str
    plane: Plane | None


def header_of(dataset: Dataset) -> ImageHeader:
    """Read what the checks ask from a DICOM header."""
    try:
        plane = plane_from_tags({keyword: dataset.get(keyword) for keyword in _PLANE_KEYWORDS})
    except GeometryError:
        plane = None
    return ImageHeader(
        modality=_text(dataset, "Modality"),
        body_part=_text(dataset, "BodyPartExamined"),
        view=_text(dataset, "ViewPosition"),
        burned_in=_text(dataset, "BurnedInAnnotation"),
        plane=plane,
    )


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip().upper()


def header_checks(specification: Specification, headers: Sequence[ImageHeader]) -> list[Check]:
    """Compare the headers of one series with the specification."""
    return [
        _modality(specification, headers),
        *_named(specification["body_parts"], {one.body_part for one in headers}, "body_part", "body part"),
        *_named(specification["views"], {one.view for one in headers}, "view", "view"),
        _burned_in(headers),
        _slices(specification, headers),
        *_geometry(specification, headers),
    ]


def pixel_checks(values: npt.NDArray[Any], specification: Specification | None = None) -> list[Check]:
    """Look for images without content, values cut off at the top, and text; `values` is [slice, row, column]."""
    lowest, highest = values.min(axis=(1, 2)), values.max(axis=(1, 2))
    blank = int(np.count_nonzero(lowest == highest))
    if blank:
        return [_refused("blank", "blank_image", f"{blank} of {len(values)} images show one value everywhere.")]
    share = float(np.count_nonzero(values == highest.max())) / values.size
    if share > CLIPPED_SHARE:
        detail = f"{100 * share:.1f} % of the pixels have exactly the largest value: the images are cut off at the top."
        return [_passed("blank"), _refused("clipped", "clipped_image", detail)]
    return [_passed("blank"), _passed("clipped"), _text_in_pixels(values, specification or {})]


def refusals(checks: Sequence[Check]) -> list[Check]:
    """Those for which the case is not given to the model."""
    return [one for one in checks if one.outcome == REFUSED]


def _passed(check: str) -> Check:
    return Check(check, PASSED, "", "")


def _refused(check: str, code: str, detail: str) -> Check:
    return Check(check, REFUSED, code, detail)


def _modality(specification: Specification, headers: Sequence[ImageHeader]) -> Check:
    wanted = specification["modality"]
    others = sorted({one.modality or "none" for one in headers} - {wanted})
    if others:
        return _refused("modality", "wrong_modality", f"The model reads {wanted}; the images are {', '.join(others)}.")
    return _passed("modality")


def _named(wanted: Sequence[str], found: set[str], check: str, words: str) -> list[Check]:
    if not wanted:
        return []
    others = sorted(found - {"", *wanted})
    if others:
        detail = f"The model reads the {words} {' or '.join(wanted)}; the images say {', '.join(others)}."
        return [_refused(check, f"wrong_{check}", detail)]
    if "" in found:
        return [Check(check, NOT_CHECKED, f"no_{check}", f"Not every image says its {words}.")]
    return [_passed(check)]


def _burned_in(headers: Sequence[ImageHeader]) -> Check:
    said = {one.burned_in for one in headers}
    if "YES" in said:
        detail = "The header says that text is burned into the pixels (BurnedInAnnotation is YES)."
        return _refused("burned_in", "burned_in_annotation", detail)
    if said - {"NO"}:
        detail = "Not every header says whether text is burned in; see what the pixels look like."
        return Check("burned_in", NOT_CHECKED, "burned_in_unknown", detail)
    return _passed("burned_in")


def _text_in_pixels(values: npt.NDArray[Any], specification: Specification) -> Check:
    found = slices_with_text(values)
    if not found:
        return _passed("burned_in_text")
    named = ", ".join(str(index + 1) for index in found[:5]) + (" …" if len(found) > len(found[:5]) else "")
    detail = (
        f"It looks as if text were burned into the pixels near the border of slice {named}: a suspicion from shapes, "
        "nothing was read. Look at the images before they are used."
    )
    outcome = REFUSED if specification.get("burned_in_text") == "REFUSE" else WARNED
    return Check("burned_in_text", outcome, "burned_in_text_suspected", detail)


def _slices(specification: Specification, headers: Sequence[ImageHeader]) -> Check:
    wanted = specification["minimum_slices"]
    if len(headers) < wanted:
        return _refused(
            "slices", "too_few_slices", f"The model needs at least {wanted} slices; there are {len(headers)}."
        )
    return _passed("slices")


def _geometry(specification: Specification, headers: Sequence[ImageHeader]) -> list[Check]:
    planes = [one.plane for one in headers if one.plane is not None]
    asks = ("orientation", "pixel_spacing_mm", "slice_spacing_mm", "minimum_coverage_mm")
    if len(planes) < len(headers):
        detail = f"{len(headers) - len(planes)} of {len(headers)} images have no usable position or spacing."
        is_asked = any(specification[name] is not None for name in asks)
        return [Check("geometry", REFUSED if is_asked else NOT_CHECKED, "no_geometry", detail)]
    return [
        *_orientation(specification["orientation"], planes),
        *_pixel_spacing(specification["pixel_spacing_mm"], planes),
        *_stack(specification, planes),
    ]


def _orientation(wanted: str | None, planes: Sequence[Plane]) -> list[Check]:
    if wanted is None:
        return []
    cosines = [min(abs(float(one.normal[_AXES[wanted]])), 1.0) for one in planes]
    tilt = float(np.degrees(np.arccos(min(cosines))))
    if tilt > MAXIMUM_TILT_DEGREES:
        detail = f"The model reads {wanted.lower()} images; these are tilted against that by {tilt:.0f} degrees."
        return [_refused("orientation", "wrong_orientation", detail)]
    return [_passed("orientation")]


def _pixel_spacing(limits: Mapping[str, float] | None, planes: Sequence[Plane]) -> list[Check]:
    if limits is None:
        return []
    found = [value for one in planes for value in (one.row_spacing_mm, one.column_spacing_mm)]
    return [_within("pixel_spacing", "Pixels lie", (min(found), max(found)), limits)]


def _within(check: str, words: str, found: tuple[float, float], limits: Mapping[str, float]) -> Check:
    low, high = limits["minimum"], limits["maximum"]
    if low * (1 - SPACING_TOLERANCE) <= found[0] and found[1] <= high * (1 + SPACING_TOLERANCE):
        return _passed(check)
    outside = found[0] if found[0] < low * (1 - SPACING_TOLERANCE) else found[1]
    detail = f"{words} {outside:.3g} mm apart; the model reads {low:g} to {high:g} mm."
    return _refused(check, f"{check}_outside", detail)


def _stack(specification: Specification, planes: Sequence[Plane]) -> list[Check]:
    """Spacing, coverage and gaps along the normal; one image alone has none of them."""
    try:
        order = order_slices(planes)
    except GeometryError:
        return [_refused("slice_gaps", "not_parallel", "The images are not parallel, so they are no stack of slices.")]
    usual = order.spacing_mm
    if usual is None:
        return []
    gaps = np.diff(order.positions_mm)
    repeated = int(np.count_nonzero(gaps <= SAME_PLACE * usual))
    if repeated:
        detail = f"{repeated} images lie in the same place as another one."
        return [_refused("slice_gaps", "repeated_slices", detail)]
    checks = []
    if limits := specification["slice_spacing_mm"]:
        checks.append(_within("slice_spacing", "Slices lie", (usual, usual), limits))
    if least := specification["minimum_coverage_mm"]:
        checks.append(_coverage(float(gaps.sum()) + usual, least))
    return [*checks, _gaps(gaps, usual)]


def _coverage(found_mm: float, least_mm: float) -> Check:
    if found_mm < least_mm * (1 - SPACING_TOLERANCE):
        detail = f"The slices cover {found_mm:.0f} mm; the model needs at least {least_mm:g} mm."
        return _refused("coverage", "too_little_coverage", detail)
    return _passed("coverage")


def _gaps(gaps: npt.NDArray[np.float64], usual: float) -> Check:
    wide = np.flatnonzero(gaps > GAP_FACTOR * usual)
    if wide.size:
        missing = int(np.rint(gaps[wide] / usual - 1).sum())
        place = int(wide[0]) + 1
        detail = (
            f"About {missing} slices are missing: between slices {place} and {place + 1} lie {gaps[wide[0]]:.1f} mm "
            f"where {usual:.1f} mm are usual."
        )
        return _refused("slice_gaps", "slice_gap", detail)
    return _passed("slice_gaps")

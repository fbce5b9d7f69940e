"""What a measurement report of an AI says beside its regions: scores with their codes, and what computed them."""

import math
from typing import Any

from highdicom.sr import DeviceObserverIdentifyingAttributes, MeasurementReport
from highdicom.sr.utils import find_content_items
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.tag import Tag

from portal.imaging.screening.coded import code, text
from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.report import MAXIMUM_GROUPS, located_group, located_groups, measurement_report

MAXIMUM_MEASURES = 100
MAXIMUM_IMAGES = 2000
_MEASURED_VALUES = Tag("MeasuredValueSequence")


def read_predicted_report(data_set: Dataset) -> dict[str, Any]:
    """Return every measurement group: those of a place first, then those of images as a whole (TID 1501).

    Each has its measures with code and unit, the algorithm that it names (TID 4019), and the images it was made from.
    """
    content = measurement_report(data_set)
    _require_one_number_each(data_set)
    whole = content.get_image_measurement_groups()
    if len(whole) > MAXIMUM_GROUPS:
        raise Refusal("report_invalid")
    return {
        "kind": "SR",
        "device": _device(content),
        "groups": [
            *(_group(group) | {"images": []} for group in located_groups(content)),
            *(_group(group) | {"images": _images(group)} for group in whole),
        ],
    }


def _group(group: Any) -> dict[str, Any]:
    measures = group.get_measurements()
    if len(measures) > MAXIMUM_MEASURES:
        raise Refusal("report_invalid")
    return {**located_group(group), "measures": [_measure(one) for one in measures], "algorithm": _algorithm(group[0])}


def _measure(one: Any) -> dict[str, Any]:
    value = float(one.value)
    # JSON has no NaN; None is a number that cannot be used.
    return {"code": code(one.name), "value": value if math.isfinite(value) else None, "unit": text(one.unit.value)}


def _require_one_number_each(data_set: Dataset) -> None:
    """Raise `Refusal` where a measure's Numeric Value is another number than its Floating Point Value.

    The second may stand beside the first and is then taken, so both have to say the same (PS3.3 C.18.1); the first is
    text of 16 characters.
    """
    measured = (one for element in data_set.iterall() if element.tag == _MEASURED_VALUES for one in element.value)
    for one in measured:
        if "FloatingPointValue" not in one:
            continue
        try:
            stated = float(one["NumericValue"].value)
        except (KeyError, TypeError, ValueError) as error:
            raise Refusal("report_invalid") from error
        if not math.isclose(stated, one.FloatingPointValue, rel_tol=1e-6, abs_tol=1e-12):
            raise Refusal("report_invalid")


def _algorithm(root: Dataset) -> dict[str, str | None] | None:
    """Return the algorithm that a group, or a measurement in it, names; raises `Refusal` where it names several."""
    name, version = (
        {text(item.value) for item in find_content_items(root, name=concept, recursive=True)} - {""}
        for concept in (codes.DCM.AlgorithmName, codes.DCM.AlgorithmVersion)
    )
    if len(name) > 1 or len(version) > 1:
        raise Refusal("report_algorithms")
    return {"name": name.pop(), "version": version.pop() if version else None} if name else None


def _device(content: MeasurementReport) -> dict[str, str | None] | None:
    """Return the device that observed (TID 1004), by the name of its model or else its own."""
    for context in content.get_observer_contexts():
        observer = context.observer_identifying_attributes
        if isinstance(observer, DeviceObserverIdentifyingAttributes):
            name = text(observer.model_name) or text(observer.name)
            if name:
                return {"name": name, "version": None}
    return None


def _images(group: Any) -> list[str]:
    images = [text(one.referenced_sop_instance_uid) for one in group.source_images]
    if len(images) > MAXIMUM_IMAGES:
        raise Refusal("report_invalid")
    return images

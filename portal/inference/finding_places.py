"""Whether the images that posted findings name are there: a mark on an image that nobody has would never be shown."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.errors import FieldProblem
from portal.imaging.models import ImagingStudy, Instance, Series
from portal.inference.finding_geometry import problem
from portal.inference.prediction_input import PredictionInput
from portal.inference.segment_places import SegmentPlaces

# A model may let its outline run along the very edge of the image.
_EDGE_PX = 1.0


def placed(
    inputs: Sequence[PredictionInput], studies: Mapping[str, ImagingStudy], prefixes: Sequence[str]
) -> tuple[list[PredictionInput], list[FieldProblem]]:
    """Add the series to findings that name their image alone, so that a viewer can open it.

    The problems name every finding on an image, series or frame which its imaging study does not have.
    """
    geometries = [finding["geometry"] for one in inputs for finding in one.findings]
    named = _named(geometries, "sop_instance_uid")
    instances = Instance.objects.select_related("series").in_bulk(named, field_name="sop_instance_uid")
    series = Series.objects.in_bulk(_named(geometries, "series_instance_uid"), field_name="series_instance_uid")
    segment_places = SegmentPlaces(series)
    problems = []
    for one, prefix in zip(inputs, prefixes, strict=True):
        study = studies[one.study_instance_uid]
        for index, finding in enumerate(one.findings):
            segment = one.segments.get(index)
            if segment is not None:
                fault = segment_places.fault(segment, study)
            else:
                fault = place_fault(finding["geometry"], study, instances, series)
            if fault:
                name, code, detail = fault
                problems.append(problem(f"{prefix}findings[{index}].geometry.{name}", code, detail))
    if problems:
        return [], problems
    series_of = {uid: instance.series.series_instance_uid for uid, instance in instances.items()}
    return [_with_series(one, series_of) for one in inputs], []


def _with_series(one: PredictionInput, series_of: Mapping[str, str]) -> PredictionInput:
    findings = []
    for finding in one.findings:
        geometry = finding["geometry"]
        if geometry.get("sop_instance_uid") and not geometry.get("series_instance_uid"):
            geometry = {**geometry, "series_instance_uid": series_of[geometry["sop_instance_uid"]]}
        findings.append({**finding, "geometry": geometry})
    return dataclasses.replace(one, findings=findings)


def _named(geometries: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return sorted({geometry[name] for geometry in geometries if geometry.get(name)})


def place_fault(
    geometry: Mapping[str, Any],
    study: ImagingStudy,
    instances: Mapping[str, Instance],
    series: Mapping[str, Series],
) -> tuple[str, str, str] | None:
    """Say what is wrong with the images that a geometry names: the field, a code and a sentence."""
    series_uid, sop_uid = geometry.get("series_instance_uid"), geometry.get("sop_instance_uid")
    if series_uid and (series_uid not in series or series[series_uid].imaging_study_id != study.pk):
        return "series_instance_uid", "not_in_study", "The imaging study has no such series."
    if not sop_uid:
        return None
    instance = instances.get(sop_uid)
    if instance is None or instance.series.imaging_study_id != study.pk:
        return "sop_instance_uid", "not_in_study", "The imaging study has no such image."
    if series_uid and instance.series.series_instance_uid != series_uid:
        return "sop_instance_uid", "not_in_study", "The series has no such image."
    if (geometry.get("frame_number") or 1) > instance.number_of_frames:
        return "frame_number", "bad_number", f"The image has {instance.number_of_frames} frame(s)."
    if any(not _is_on(point, instance) for point in geometry.get("points_px") or []):
        size = f"{instance.columns} columns and {instance.rows} rows"
        return "points_px", "outside_image", f"The image has {size}, counted from 0."
    return None


def _is_on(point: Sequence[float], instance: Instance) -> bool:
    column, row = point
    return (
        -0.5 - _EDGE_PX <= column <= instance.columns - 0.5 + _EDGE_PX
        and -0.5 - _EDGE_PX <= row <= instance.rows - 0.5 + _EDGE_PX
    )

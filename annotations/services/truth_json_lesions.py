"""Lesions of a JSON file as they are stored: voxels in the file become files that lesions name."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from annotations.domain.lesions import geometries_of, lesion_problems
from annotations.domain.problems import Problem
from annotations.domain.truth_csv import Truth
from annotations.models import Case
from annotations.selectors.case_images import imaging_studies_of
from portal.imaging.models import ImagingStudy, Instance, Series
from portal.inference.finding_places import place_fault
from portal.inference.finding_segments import SegmentInput, is_segment, segment_problems, to_segment_input
from portal.inference.segment_places import SegmentPlaces

MAXIMUM_PROBLEMS = 50


class Taken(NamedTuple):
    """Truths in the form in which they are stored, and the text of each segment by its digest."""

    truths: list[Truth]
    segments: dict[str, str]
    problems: list[Problem]


def json_lesions_take(truths: list[Truth], cases: Mapping[str, Case]) -> Taken:
    """Judge the lesions of a file, whose form is right, and give them the form in which they are stored."""
    taken: list[Truth] = []
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    places = SegmentPlaces(_series_of(cases, truths))
    for truth in truths:
        lesions = []
        for index, lesion in enumerate(truth.lesions):
            path = f"{truth.case}.lesions[{index}]"
            stored, inputs, faults = _stored(lesion, path)
            faults = faults or lesion_problems(stored, path)
            faults = faults or _place_problems(stored, inputs, cases[truth.case], places, path)
            problems += faults
            texts |= {one.sha256: one.text for one in inputs.values()}
            lesions.append(stored)
        taken.append(truth._replace(lesions=lesions))
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    return Taken(taken, texts, problems[:MAXIMUM_PROBLEMS])


def _stored(lesion: dict[str, Any], path: str) -> tuple[dict[str, Any], dict[int, SegmentInput], list[Problem]]:
    """Replace the voxels of each segment by their digest."""
    inputs: dict[int, SegmentInput] = {}
    problems: list[Problem] = []
    marks = list(lesion.get("marks", []))
    for index, mark in enumerate(marks):
        geometry = mark["geometry"]
        if is_segment(geometry):
            faults = segment_problems(geometry, f"{path}.marks[{index}].geometry")
            problems += [Problem(one["field"], one["code"], one["detail"]) for one in faults]
            if not faults:
                inputs[index] = to_segment_input(geometry)
                marks[index] = {"geometry": inputs[index].geometry}
    return ({**lesion, "marks": marks} if "marks" in lesion else lesion), inputs, problems


def _place_problems(
    lesion: dict[str, Any], inputs: Mapping[int, SegmentInput], case: Case, places: SegmentPlaces, path: str
) -> list[Problem]:
    geometries = geometries_of(lesion)
    # A ball of a CSV comes before the marks and names no image.
    first = len(geometries) - len(lesion.get("marks", []))
    uids = sorted({one["sop_instance_uid"] for one in geometries if one.get("sop_instance_uid")})
    instances = Instance.objects.select_related("series").in_bulk(uids, field_name="sop_instance_uid")
    problems = []
    for index, geometry in enumerate(geometries[first:]):
        study = _study_named(geometry, case, instances, places.series)
        segment = inputs.get(index)
        if segment is not None:
            fault = places.fault(segment, study)
        else:
            fault = place_fault(geometry, study, instances, places.series)
        if fault:
            name, code, detail = fault
            problems.append(Problem(f"{path}.marks[{index}].geometry.{name}", code, detail))
    return problems


def _study_named(
    geometry: dict[str, Any], case: Case, instances: Mapping[str, Instance], series: Mapping[str, Series]
) -> ImagingStudy:
    """Return the current imaging study of a case whose images a geometry names; the first where it names none of it."""
    instance = instances.get(geometry.get("sop_instance_uid") or "")
    named = series.get(geometry.get("series_instance_uid") or "") or (instance and instance.series)
    current = imaging_studies_of(case)
    return next((one for one in current if named and one.pk == named.imaging_study_id), current[0])


def _series_of(cases: Mapping[str, Case], truths: list[Truth]) -> dict[str, Series]:
    studies = [study.pk for truth in truths for study in imaging_studies_of(cases[truth.case])]
    return {one.series_instance_uid: one for one in Series.objects.filter(imaging_study__in=studies)}

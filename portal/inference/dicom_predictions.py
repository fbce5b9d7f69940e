"""Predictions from DICOM: measurement reports (SR, TID 1500) and segmentations (SEG), put together by imaging study.

The rules are told in docs/models.md; the findings then obey those of every posted prediction (`prediction_input`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from portal.errors import FieldProblem
from portal.imaging.models import ImagingStudy
from portal.imaging.services.placed_regions import regions_owner
from portal.imaging.services.placed_segments import OnSeries, segmentation_place
from portal.imaging.services.placing import NotPlaced
from portal.inference.dicom_files import Sent, files_read
from portal.inference.dicom_places import StudyImages, region_geometry, segment_geometry
from portal.inference.dicom_statements import (
    OTHER_ALGORITHM,
    VERSION_MISSING,
    NotAScore,
    algorithm_fault,
    code_key,
    score_of,
)
from portal.inference.finding_geometry import problem
from portal.inference.models import ModelVersion
from portal.inference.selectors import card_of

THRESHOLD = 0.5
# What a file says of an algorithm, `name` and `version`, if anything.
Algorithm = dict[str, str | None] | None
_PROBABILITY = "PROBABILITY"
_MANUAL = "MANUAL"


class Asked(NamedTuple):
    """What whoever sends files says of them.

    `threshold` is the share from which on a voxel of a fractional segment is inside, `default_score` the score of what
    states none, `study` the imaging study that all files have to be of.
    """

    threshold: float = THRESHOLD
    default_score: float | None = None
    study: ImagingStudy | None = None
    accepts_algorithm: bool = False


@dataclass
class Found:
    """A finding as far as files have said it; without a geometry it is a segment that has no voxel inside."""

    place: str
    file: str
    name: str
    code: dict[str, str] | None
    geometry: dict[str, Any] | None
    score: float | None
    tracking: dict[str, str | None]
    segment_number: int | None = None
    is_scored: bool = False


@dataclass
class OfStudy:
    """What the files say of one imaging study; scores with the place that states each."""

    study: ImagingStudy
    files: list[dict[str, Any]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    scores: list[tuple[str, float]] = field(default_factory=list)
    # Scores of groups that have a tracking UID and no place.
    tracked: list[tuple[str, str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Segments by the object and number that reports name them with."""
        self.segments: dict[tuple[str, int], Found] = {}


class FileRead(NamedTuple):
    """A file that was read, and what it says of its algorithm."""

    name: str
    kind: str
    sha256: str
    sop_instance_uid: str
    imaging_study_uid: str
    number_of_findings: int
    algorithm: Algorithm


@dataclass
class Reading:
    """Files on their way to predictions: what they say, and what is wrong or should be known."""

    version: ModelVersion
    asked: Asked
    images: StudyImages = field(default_factory=StudyImages)
    studies: dict[str, OfStudy] = field(default_factory=dict)
    files: list[FileRead] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)
    warnings: list[FieldProblem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know the codes of the version's card."""
        card = card_of(self.version.pk)
        outputs = card["outputs"] if card else []
        self.score_codes = {
            (one["code"]["scheme"], one["code"]["value"]) for one in outputs if one["kind"] != "HEAT_MAP"
        }
        self.finding_codes = [one["code"] for one in outputs if one["kind"] == "FINDINGS"]

    def refuse(self, place: str, code: str, detail: str) -> None:
        """Say what is wrong where."""
        self.problems.append(problem(place, code, detail))

    def warn(self, place: str, code: str, detail: str) -> None:
        """Say what should be known."""
        self.warnings.append(problem(place, code, detail))

    def refuse_all(self, place: str, not_placed: NotPlaced) -> None:
        """Say why something has no place."""
        for fault in not_placed.faults:
            self.refuse(": ".join(filter(None, [place, fault.field])), fault.code, fault.detail)


def predictions_read(*, version: ModelVersion, uploads: Sequence[tuple[str, Path]], asked: Asked) -> Reading:
    """Read files and lay what they say on the images; the problems of the reading say what is wrong where."""
    reading = Reading(version, asked)
    sent = files_read(uploads, asked.threshold, reading.problems.append)
    # Segments first: reports measure them.
    for one in sorted(sent, key=lambda one: one.found["kind"] != "SEG"):
        if one.found["kind"] == "SEG":
            _take_segmentation(one, reading)
        else:
            _take_report(one, reading)
    return reading


def _take_segmentation(sent: Sent, reading: Reading) -> None:
    found = sent.found
    try:
        study, placed = segmentation_place(found, reading.images)
    except NotPlaced as not_placed:
        reading.refuse_all(sent.name, not_placed)
        return
    said: list[Algorithm] = [one["algorithm_id"] for one in found["segments"] if one["algorithm"] != _MANUAL]
    of_study = _of_study(sent, study, said, reading)
    if of_study is None:
        return
    for segment in found["segments"]:
        one = _segment(sent, segment, placed.get(segment["number"]) or [], reading)
        if one is not None:
            of_study.found.append(one)
            of_study.segments[(found["sop_instance_uid"], segment["number"])] = one


def _segment(sent: Sent, segment: Mapping[str, Any], parts: list[OnSeries], reading: Reading) -> Found | None:
    place = f"{sent.name}: segment {segment['number']}"
    if segment["algorithm"] == _MANUAL:
        reading.refuse(
            place, "not_by_algorithm", "A person drew it (SegmentAlgorithmType MANUAL); no model predicts it."
        )
        return None
    if len(parts) > 1:
        detail = f"It lies on {len(parts)} series; a finding is on one, so write a segment for each."
        reading.refuse(place, "several_series", detail)
        return None
    is_probability = sent.found["fraction"] == _PROBABILITY
    if not parts:
        counts = "; its probability still counts for the imaging study" if is_probability else ""
        reading.warn(place, "empty_segment", f"It has no voxel inside, so it is no finding{counts}.")
    return Found(
        place=place,
        file=sent.found["sop_instance_uid"],
        name=segment["tracking_id"] or segment["label"] or f"Segment {segment['number']}",
        code=segment["code"],
        geometry=segment_geometry(parts[0]) if parts else None,
        score=segment["highest"] if is_probability else None,
        tracking={name: segment[name] for name in ("tracking_uid", "tracking_id")},
        segment_number=segment["number"],
    )


def _take_report(sent: Sent, reading: Reading) -> None:
    groups = sent.found["groups"]
    regions = [region for group in groups for region in group["regions"]]
    named = [{"image": [uid, 1]} for group in groups for uid in group["images"]]
    try:
        study = regions_owner([*regions, *named], sent.found["study_instance_uid"], reading.images)
    except NotPlaced as not_placed:
        reading.refuse_all(sent.name, not_placed)
        return
    if study is None:
        reading.refuse(sent.name, "images_unknown", f"It is of {StudyImages.WORDS.unknown_images}.")
        return
    said = [group["algorithm"] or sent.found["device"] for group in groups] or [sent.found["device"]]
    of_study = _of_study(sent, study, said, reading)
    if of_study is None:
        return
    for index, group in enumerate(groups, start=1):
        _take_group(f"{sent.name}: measurement group {index}", sent, group, of_study, reading)


def _take_group(place: str, sent: Sent, group: Mapping[str, Any], of_study: OfStudy, reading: Reading) -> None:
    try:
        score = score_of(group["measures"], reading.score_codes)
    except NotAScore as fault:
        reading.refuse(place, fault.code, fault.detail)
        return
    if group["segment"] is not None and group["regions"]:
        reading.refuse(place, "two_places", "It is of a segment and of a region; a finding has one place.")
    elif group["segment"] is not None:
        _measure_segment(place, group, score, of_study, reading)
    elif len(group["regions"]) > 1:
        detail = (
            f"It has {len(group['regions'])} regions, and a finding has one; send its volume as a segmentation, or "
            "each region as a group of its own."
        )
        reading.refuse(place, "several_regions", detail)
    elif group["regions"]:
        _take_region(place, sent, group, score, of_study, reading)
    else:
        _take_whole(place, group, score, of_study, reading)


def _take_region(
    place: str, sent: Sent, group: Mapping[str, Any], score: float | None, of_study: OfStudy, reading: Reading
) -> None:
    try:
        geometry = region_geometry(group["regions"][0], of_study.study, reading.images)
    except NotPlaced as not_placed:
        reading.refuse_all(place, not_placed)
        return
    of_study.found.append(
        Found(
            place=place,
            file=sent.found["sop_instance_uid"],
            name=group["tracking_id"] or place.removeprefix(f"{sent.name}: ").capitalize(),
            code=group["code"],
            geometry=geometry,
            score=score,
            tracking={name: group[name] for name in ("tracking_uid", "tracking_id")},
            is_scored=score is not None,
        )
    )


def _measure_segment(
    place: str, group: Mapping[str, Any], score: float | None, of_study: OfStudy, reading: Reading
) -> None:
    uid, number = group["segment"]["sop_instance_uid"], group["segment"]["number"]
    segment = of_study.segments.get((uid, number))
    if segment is None:
        detail = f"It measures segment {number} of a segmentation that is not among the files; send both together."
        reading.refuse(place, "segment_missing", detail)
        return
    segment.code = segment.code or group["code"]
    if group["tracking_uid"] and not segment.tracking["tracking_uid"]:
        segment.tracking = {name: group[name] for name in ("tracking_uid", "tracking_id")}
    if score is not None:
        _score(place, segment, score, reading)


def _score(place: str, found: Found, score: float, reading: Reading) -> None:
    """A report's score of a finding; it counts before the largest probability of a segment."""
    if found.is_scored and found.score != score:
        reading.refuse(place, "score_differs", f"It gives the finding of {found.place} another score.")
    found.score, found.is_scored = score, True


def _take_whole(place: str, group: Mapping[str, Any], score: float | None, of_study: OfStudy, reading: Reading) -> None:
    if group["images"] and not reading.images.instances(group["images"]):
        reading.refuse(place, "images_unknown", f"It is of {StudyImages.WORDS.unknown_images}.")
    elif score is None:
        keys = [code_key(one["code"]) for one in group["measures"]]
        named = ", ".join(f"{scheme} {value}" for scheme, value in filter(None, keys)) or "none"
        reading.warn(place, "not_read", f"It has no place, and no measure that is a score (codes: {named}).")
    elif group["tracking_uid"]:
        of_study.tracked.append((place, group["tracking_uid"], score))
    else:
        of_study.scores.append((place, score))


def _of_study(sent: Sent, study: ImagingStudy, said: Sequence[Algorithm], reading: Reading) -> OfStudy | None:
    """Return what is known of the file's imaging study, with this file; None where it is the wrong one."""
    own, asked = sent.found["study_instance_uid"], reading.asked
    if asked.study is not None and asked.study.pk != study.pk:
        reading.refuse(sent.name, "wrong_study", "It is of another imaging study than the one that was named.")
        return None
    if own != study.study_instance_uid and reading.images.owner_of_uid(own) is not None:
        detail = "It names one imaging study as its own, and lies on the images of another."
        reading.refuse(sent.name, "wrong_study", detail)
        return None
    _check_algorithms(sent.name, said, reading)
    stated = next(filter(None, said), None)
    kind, sha256, uid = (sent.found[name] for name in ("kind", "sha256", "sop_instance_uid"))
    located = sent.found["segments"] if kind == "SEG" else [one for one in sent.found["groups"] if one["regions"]]
    reading.files.append(FileRead(sent.name, kind, sha256, uid, study.study_instance_uid, len(located), stated))
    of_study = reading.studies.setdefault(study.study_instance_uid, OfStudy(study))
    rules = {"algorithm": stated, "threshold": sent.found.get("threshold")}
    of_study.files.append(
        {"kind": kind, "sop_instance_uid": uid, "sha256": sha256}
        | {name: value for name, value in rules.items() if value is not None}
    )
    return of_study


def _check_algorithms(name: str, said: Sequence[Algorithm], reading: Reading) -> None:
    """Each statement of a file once: of this version, or refused unless whoever sends it answers for it."""
    version = reading.version
    faults = {algorithm_fault(one, model_name=version.ai_model.name, version=version.version) for one in said}
    for code, detail in sorted(filter(None, faults)):
        if code == VERSION_MISSING or reading.asked.accepts_algorithm:
            reading.warn(name, code, detail)
        else:
            what = "Choose the version that it names" if code == OTHER_ALGORITHM else "Have it say so"
            reading.refuse(name, code, f"{detail} {what}, or confirm that it is of this version.")

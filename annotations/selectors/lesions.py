"""Lesions of the cases: the readers' signed findings, matched by a rule or as a coordinator has grouped them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, TypedDict
from uuid import UUID

from django.db.models import QuerySet

from annotations.domain.answers import reason_not_assessed
from annotations.domain.consensus import ADJUDICATION, POSITIVE, Decision, Rule
from annotations.domain.kinds import LOCATED_FINDING
from annotations.domain.lesion_consensus import (
    NO_PLACE,
    LesionVotes,
    common_code,
    consensus_marks,
    consensus_segments,
    decide_lesion,
)
from annotations.domain.lesion_matching import (
    MAXIMUM_FINDINGS,
    Marked,
    MatchRule,
    in_order,
    largest_distance_mm,
    lesions_of,
    smallest_iou,
)
from annotations.domain.lesion_places import places_of
from annotations.domain.lesion_voxels import MAJORITY_VOXELS, SegmentsTooLarge, Voxels, grid_of, joined
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.segment_marks import is_segment
from annotations.models import (
    LabelSchema,
    LesionCorrection,
    ReaderStudy,
    Revision,
)
from annotations.selectors.assignments import voting_assignments
from portal.audit.services import sha256
from portal.errors import Conflict
from portal.imaging.segments import slices_of


class ReadSegment(Protocol):
    """How the text of a reader's segment is read."""

    def __call__(self, *, read_id: UUID, sha256: str) -> str:
        """Return it, or raise `SegmentDamaged`."""


class LesionPanel(NamedTuple):
    """Which located finding is matched, and by which rule."""

    question: str
    match: MatchRule
    voxels: str = MAJORITY_VOXELS

    def as_stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"question": self.question, **self.match._asdict(), "voxels": self.voxels}


class SignedRead(NamedTuple):
    """What a reader has signed about a case: the findings asked about, and whether these could be assessed."""

    reader: str
    reader_id: str
    revision: Revision
    findings: list[dict[str, Any]]

    @property
    def as_stored(self) -> dict[str, str]:
        """Return whose and which revision it is."""
        revision = self.revision
        read = {"read_id": str(revision.read_id), "revision_id": str(revision.pk), "digest": revision.digest}
        return {"reader": self.reader, "reader_id": self.reader_id, **read}


class MarkTaken(TypedDict):
    """A reader's finding on a lesion; the place is where it measures in millimetres."""

    key: str
    reader: str
    reader_id: str
    read_id: str
    revision_id: str
    digest: str
    finding_id: str
    code: dict[str, str] | None
    confidence: int | None
    center_mm: list[float] | None
    diameter_mm: float | None
    sop_instance_uid: str
    series_instance_uid: str
    frame_number: int
    kinds: list[str]


class Lesion(TypedDict):
    """A lesion of a case: who marked it, who read the case and did not, and what the rule makes of that."""

    id: str
    outcome: str
    reason: str
    marks: list[MarkTaken]
    unmarked: list[dict[str, str]]
    code: dict[str, str] | None
    places: list[dict[str, Any]]
    largest_distance_mm: float | None
    smallest_iou: float | None


class Matching(TypedDict):
    """The lesions of a case, and the correction that they are grouped by: outdated where it names other findings."""

    lesions: list[Lesion]
    correction: int | None
    is_correction_outdated: bool


def signed_findings(
    *,
    reader_study: ReaderStudy,
    arm: str,
    question: str,
    readers: Sequence[UUID] | Mapping[UUID, Any] | None = None,
    case_id: UUID | None = None,
) -> dict[UUID, list[SignedRead]]:
    """Return by case what each reader signed, of the first session in which the finding could be assessed.

    Hidden repeats, training, arbitrations and void assignments do not count. Who was not asked, or marked nothing, is
    there without a finding.
    """
    signed = voting_assignments(reader_study=reader_study, arm=arm)
    if readers is not None:
        signed = signed.filter(reader__in=list(readers))
    if case_id is not None:
        signed = signed.filter(case=case_id)
    found: dict[UUID, list[SignedRead]] = defaultdict(list)
    seen: set[tuple[UUID, UUID]] = set()
    for one in signed:
        revision = one.read.signed_revision
        if revision is None or (one.case_id, one.reader_id) in seen:
            continue
        payload = upgraded(revision.payload)
        if reason_not_assessed(payload["answers"].get(question)) is not None:
            continue
        seen.add((one.case_id, one.reader_id))
        findings = [finding for finding in payload["findings"] if finding["question"] == question]
        found[one.case_id].append(SignedRead(one.reader.username, str(one.reader_id), revision, findings))
    return found


def geometries_on(*, reader_study: ReaderStudy, case_id: UUID, arm: str, question: str) -> list[dict[str, Any]]:
    """Return where the findings on a case lie, under their keys; a segment's voxels lie beside its read."""
    reads = signed_findings(reader_study=reader_study, arm=arm, question=question, case_id=case_id)[case_id]
    return [
        {
            "key": key_of(read, finding),
            "reader": read.reader,
            "geometries": [mark["geometry"] for mark in finding["marks"] if not is_segment(mark["geometry"])],
        }
        for read in reads
        for finding in read.findings
    ]


def is_located(schema: LabelSchema | None, key: str) -> bool:
    """Say whether a form asks for marks under this key."""
    return any(one["key"] == key and one["kind"] == LOCATED_FINDING for one in (schema.questions if schema else []))


def key_of(read: SignedRead, finding: Mapping[str, Any]) -> str:
    """Name a finding within its case."""
    return f"{read.revision.pk}/{finding['id']}"


def marked_in(reads: Sequence[SignedRead], read_segment: ReadSegment) -> list[Marked]:
    """Return the findings of a case as they are matched, with the voxels of their segments."""
    return [
        Marked(
            read.reader_id,
            key_of(read, finding),
            places_of(finding["marks"]),
            _voxels_of(read, finding["marks"], read_segment),
        )
        for read in reads
        for finding in read.findings
    ]


def _voxels_of(read: SignedRead, marks: Sequence[Mapping[str, Any]], read_segment: ReadSegment) -> dict[str, Voxels]:
    found: dict[str, Voxels] = {}
    for geometry in (mark["geometry"] for mark in marks if is_segment(mark["geometry"])):
        stored = json.loads(read_segment(read_id=read.revision.read_id, sha256=geometry["sha256"]))
        painted = Voxels(
            stored["rows"],
            stored["columns"],
            slices_of(stored["slices"]),
            geometry["series_instance_uid"],
            geometry["frame_of_reference_uid"],
            geometry["spacing_mm"],
        )
        grid = grid_of(painted)
        found[grid] = joined(found[grid], painted) if grid in found else painted
    return found


def corrections_in(*, reader_study: ReaderStudy, arm: str, question: str) -> dict[UUID, LesionCorrection]:
    """Return the correction that counts for each case that has one."""
    rows = LesionCorrection.objects.filter(reader_study=reader_study, arm=arm, question=question)
    return {one.case_id: one for one in rows.order_by("number")}


def corrections_of(*, reader_study: ReaderStudy) -> QuerySet[LesionCorrection]:
    """Return every correction, newest first."""
    rows = LesionCorrection.objects.filter(reader_study=reader_study).select_related("case", "created_by")
    found: QuerySet[LesionCorrection] = rows.order_by("-created_at", "-number")
    return found


def matching_of(
    reads: Sequence[SignedRead],
    panel: LesionPanel,
    rule: Rule,
    weights: Mapping[str, Fraction],
    correction: LesionCorrection | None,
    read_segment: ReadSegment,
) -> tuple[Matching, dict[str, str]]:
    """Match the findings of one case, and apply the rule to each lesion; `weights` are those of all who vote.

    Returned with the texts of the segments that the lesions' places name, by their digests.
    """
    if sum(len(read.findings) for read in reads) > MAXIMUM_FINDINGS:
        detail = f"A case has more than {MAXIMUM_FINDINGS} findings to match."
        raise Conflict(detail, code="too_many_findings")
    findings = marked_in(reads, read_segment)
    by_key = {one.key: one for one in findings}
    groups = _as_corrected(by_key, correction)
    is_outdated = groups is None and correction is not None and correction.groups is not None
    groups = lesions_of(findings, panel.match) if groups is None else groups
    texts: dict[str, str] = {}
    lesions = []
    for number, group in enumerate(groups, start=1):
        places, named = _places(group, panel.voxels)
        texts |= named
        lesions.append(_lesion(f"L{number}", group, places, reads, rule, weights))
    matching: Matching = {
        "lesions": lesions,
        "correction": correction.number if correction else None,
        "is_correction_outdated": is_outdated,
    }
    return matching, texts


def _places(group: Sequence[Marked], voxels: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return where a lesion lies, a mark for each frame and a segment for each series, and the texts of these."""
    try:
        segments = {sha256(text): (text, geometry) for text, geometry in consensus_segments(group, voxels)}
    except SegmentsTooLarge as error:
        detail = "The segments on a lesion are too large for a consensus of their voxels; match another question."
        raise Conflict(detail, code="segments_too_large") from error
    named = [{"geometry": {**geometry, "sha256": digest}} for digest, (_, geometry) in segments.items()]
    return [*consensus_marks(group), *named], {digest: text for digest, (text, _) in segments.items()}


def _as_corrected(by_key: Mapping[str, Marked], correction: LesionCorrection | None) -> list[list[Marked]] | None:
    """Return the groups of a correction, of those who vote now; None where it does not know all their findings."""
    if correction is None or correction.groups is None:
        return None
    groups = [[by_key[key] for key in group if key in by_key] for group in correction.groups]
    if sum(map(len, groups)) < len(by_key):
        return None
    return in_order(group for group in groups if group)


def _lesion(
    name: str,
    group: Sequence[Marked],
    places: list[dict[str, Any]],
    reads: Sequence[SignedRead],
    rule: Rule,
    weights: Mapping[str, Fraction],
) -> Lesion:
    who = {one.reader for one in group}
    votes = LesionVotes(
        {pk: weights[pk] for pk in sorted(who)},
        {read.reader_id: weights[read.reader_id] for read in reads if read.reader_id not in who},
    )
    decision = decide_lesion(rule, votes) if places else Decision(ADJUDICATION, NO_PLACE)
    keys = {one.key: one for one in group}
    marks = [
        _mark_taken(read, finding, keys[key_of(read, finding)])
        for read in reads
        for finding in read.findings
        if key_of(read, finding) in keys
    ]
    apart, overlap = largest_distance_mm(group), smallest_iou(group)
    return {
        "id": name,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "marks": marks,
        "unmarked": [read.as_stored for read in reads if read.reader_id not in who],
        "code": common_code([mark["code"] for mark in marks]),
        "places": places,
        "largest_distance_mm": None if apart is None else round(apart, 3),
        "smallest_iou": None if overlap is None else round(overlap, 4),
    }


def _mark_taken(read: SignedRead, finding: Mapping[str, Any], marked: Marked) -> MarkTaken:
    place = next((one for _, one in sorted(marked.places.items()) if one.is_in_mm), None)
    geometry = finding["marks"][0]["geometry"]
    whose = read.as_stored
    return {
        "key": marked.key,
        "reader": whose["reader"],
        "reader_id": whose["reader_id"],
        "read_id": whose["read_id"],
        "revision_id": whose["revision_id"],
        "digest": whose["digest"],
        "finding_id": finding["id"],
        "code": finding["code"],
        "confidence": finding["confidence"],
        "center_mm": [round(value, 3) + 0.0 for value in place.centre] if place else None,
        "diameter_mm": round(place.extent_mm, 3) if place else None,
        "sop_instance_uid": geometry["sop_instance_uid"],
        "series_instance_uid": geometry["series_instance_uid"],
        "frame_number": geometry["frame_number"],
        "kinds": sorted({mark["geometry"]["kind"] for mark in finding["marks"]}),
    }


def truth_lesions(matching: Matching, panel: LesionPanel) -> list[dict[str, Any]]:
    """Return the lesions that the rule holds for true, as a reference standard keeps them.

    No reader is named here, for a truth may be shown to readers: the decision of the case has the names.
    """
    return [
        {
            "id": one["id"],
            "code": one["code"],
            "marks": one["places"],
            "provenance": [
                {
                    "source": "CONSENSUS",
                    "values": ["code", "marks"],
                    "rule": panel.as_stored(),
                    "reads": [
                        {name: mark[name] for name in ("read_id", "revision_id", "digest", "finding_id")}
                        for mark in one["marks"]
                    ],
                }
            ],
        }
        for one in matching["lesions"]
        if one["outcome"] == POSITIVE
    ]

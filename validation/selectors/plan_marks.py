"""The marks of a plan's reads and predictions, matched to the lesions of its truth, as a snapshot freezes them."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from annotations.domain.answers import reason_not_assessed
from annotations.domain.lesion_matching import Marked
from annotations.domain.lesion_places import places_in_patient
from annotations.domain.lesion_voxels import Voxels, grid_of, joined
from annotations.domain.lesions import geometries_of
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.segment_marks import is_segment
from annotations.models import Assignment, ReferenceStandard, ReferenceTruth, Revision
from annotations.services.reference_segments import reference_segment_read
from annotations.services.segment_files import segment_read
from portal.imaging.segments import slices_of
from portal.inference.models import Prediction
from portal.inference.segment_files import ai_segment_read
from validation.plans.marks import Localisation, Rated, matched, rule_of, spacings_of, with_spacing

Geometry = Mapping[str, Any]
# From the digest of a segment to its text.
ReadVoxels = Callable[[str], str]
# How sure a reader is of a finding is a whole number from 0; the first read of an old form may not say it.
CANNOT_ASSESS, UNRATED = "cannot-assess", "unrated"


class MarksFrozen:
    """The lesions of the cases, and every read and prediction matched to them."""

    def __init__(
        self, localisation: Localisation, standard: ReferenceStandard, assignments: Sequence[Assignment]
    ) -> None:
        self._question, self._rule = localisation["question"], rule_of(localisation)
        truths = ReferenceTruth.objects.filter(reference_standard=standard).values_list("case_id", "lesions")
        self._lesions: dict[uuid.UUID, list[dict[str, Any]]] = dict(truths)
        self._spacings = self._spacings_by_case(assignments)
        self._marked = {case: self._truth_of(case, lesions) for case, lesions in self._lesions.items()}

    def lesions(self, case_id: uuid.UUID) -> list[dict[str, str]]:
        """Name the lesions of a case."""
        return [{"id": str(one["id"])} for one in self._lesions.get(case_id, [])]

    def of_revision(self, case_id: uuid.UUID, revision: Revision | None) -> dict[str, Any]:
        """Return `marks` of a revision, null where there are none to be had, and then `marks_reason`."""
        if revision is None or self._question is None:
            return {"marks": None}
        payload = upgraded(revision.payload)
        if reason_not_assessed(payload["answers"].get(self._question)) is not None:
            return {"marks": None, "marks_reason": CANNOT_ASSESS}
        findings = self._findings(payload)
        if any(one["confidence"] is None for one in findings):
            return {"marks": None, "marks_reason": UNRATED}

        def read(sha256: str) -> str:
            return segment_read(read_id=revision.read_id, sha256=sha256)

        rated = [Rated(one["confidence"], self._placed(case_id, one["id"], _geometries(one), read)) for one in findings]
        return {"marks": matched(rated, self._marked.get(case_id, []), self._rule)}

    def of_prediction(self, case_id: uuid.UUID, prediction: Prediction) -> list[dict[str, Any]]:
        """Return the findings of a prediction as marks, rated by their scores."""
        rated = [
            Rated(one["score"], self._placed(case_id, one["id"], [one["geometry"]], ai_segment_read))
            for one in prediction.findings
        ]
        return matched(rated, self._marked.get(case_id, []), self._rule)

    def _findings(self, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [one for one in payload["findings"] if one["question"] == self._question]

    def _spacings_by_case(
        self, assignments: Sequence[Assignment]
    ) -> dict[uuid.UUID, dict[tuple[str, int], list[float]]]:
        told: dict[uuid.UUID, list[Geometry]] = defaultdict(list)
        for case, lesions in self._lesions.items():
            told[case] += [geometry for lesion in lesions for geometry in geometries_of(lesion)]
        for one in assignments:
            revision = _signed(one)
            if revision is not None:
                told[one.case_id] += [
                    geometry
                    for finding in self._findings(upgraded(revision.payload))
                    for geometry in _geometries(finding)
                ]
        return {case: spacings_of(geometries) for case, geometries in told.items()}

    def _truth_of(self, case_id: uuid.UUID, lesions: Sequence[dict[str, Any]]) -> list[Marked]:
        return [
            self._placed(case_id, str(one["id"]), geometries_of(one), reference_segment_read, "the truth")
            for one in lesions
        ]

    def _placed(
        self, case_id: uuid.UUID, key: str, geometries: Sequence[Geometry], read: ReadVoxels, who: str = "the reader"
    ) -> Marked:
        spaced = [with_spacing(one, self._spacings.get(case_id, {})) for one in geometries]
        return Marked(who, key, places_in_patient(spaced), _voxels(geometries, read))


def _signed(assignment: Assignment) -> Revision | None:
    read = getattr(assignment, "read", None)
    return read.signed_revision if read is not None else None


def _geometries(finding: Mapping[str, Any]) -> list[Geometry]:
    return [mark["geometry"] for mark in finding["marks"]]


def _voxels(geometries: Iterable[Geometry], read: ReadVoxels) -> dict[str, Voxels]:
    """The voxels of the segments among geometries, by the grid that they lie on."""
    found: dict[str, Voxels] = {}
    for one in (geometry for geometry in geometries if is_segment(geometry)):
        stored = json.loads(read(one["sha256"]))
        painted = Voxels(
            stored["rows"],
            stored["columns"],
            slices_of(stored["slices"]),
            one["series_instance_uid"],
            one.get("frame_of_reference_uid"),
            one.get("spacing_mm"),
        )
        grid = grid_of(painted)
        found[grid] = joined(found[grid], painted) if grid in found else painted
    return found

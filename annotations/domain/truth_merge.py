"""Several files, and perhaps a version before them, as one reference standard. Pure rules over plain JSON values.

Files add; they change nothing. What two of them say of one lesion has to agree, and both keep their provenance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.domain.lesions import MAXIMUM_LESIONS, VALUES
from annotations.domain.problems import Problem
from annotations.domain.truth_csv import Truth

Lesion = dict[str, Any]


@dataclass
class _Case:
    truth: int
    provenance: dict[str, Any]
    lesions: list[Lesion] = field(default_factory=list)


@dataclass
class Merged:
    """What has been said so far, case by case."""

    cases: dict[str, _Case] = field(default_factory=dict)

    def truths(self) -> list[Truth]:
        """The result, by the names of the cases."""
        return [Truth(name, one.truth, one.lesions, one.provenance or None) for name, one in sorted(self.cases.items())]

    def add_truth(self, truth: Truth, provenance: Mapping[str, Any]) -> list[Problem]:
        """Take what a file says of a case; a lesion without a provenance of its own has that of the case."""
        provenance = dict(truth.provenance or provenance)
        known = self.cases.get(truth.case)
        if known is None:
            known = self.cases[truth.case] = _Case(truth.truth, provenance)
        if known.truth != truth.truth:
            detail = f"{truth.case} has truth {known.truth} already; files add and change nothing."
            return [Problem(truth.case, "truth_differs", detail)]
        return [problem for lesion in truth.lesions for problem in self._add(truth.case, lesion, provenance)]

    def add_lesion(self, case: str, lesion: Lesion, provenance: Mapping[str, Any]) -> list[Problem]:
        """Take a lesion of a file that says nothing of the case itself: a case with a lesion is diseased."""
        known = self.cases.get(case)
        if known is None:
            self.cases[case] = _Case(1, dict(provenance))
        elif not known.truth:
            return [Problem(case, "lesion_in_negative", f"{case} has truth 0, so it cannot have a lesion.")]
        return self._add(case, lesion, {})

    def add_measurements(self, reference: tuple[str, int], lesion: Lesion) -> list[Problem]:
        """Take what is said of a segment by its segmentation's UID and its number."""
        for name, case in self.cases.items():
            for known in case.lesions:
                if _is_of(known, reference):
                    return _join(name, known, lesion)
        detail = (
            f"It is of segment {reference[1]} of a segmentation that is neither among the files nor in the version."
        )
        return [Problem(str(lesion["id"]), "segment_missing", detail)]

    def _add(self, name: str, lesion: Lesion, provenance: Mapping[str, Any]) -> list[Problem]:
        case = self.cases[name]
        for known in case.lesions:
            if _is_same(known, lesion):
                known.update(_with_provenance(known, case.provenance))
                return _join(name, known, _with_provenance(lesion, provenance))
        if any(known["id"] == lesion["id"] for known in case.lesions):
            detail = f"{name} has another lesion {lesion['id']}: their tracking UIDs differ."
            return [Problem(name, "repeated", detail)]
        if len(case.lesions) >= MAXIMUM_LESIONS:
            return [Problem(name, "too_many", f"A case has at most {MAXIMUM_LESIONS} lesions.")]
        is_of_case = provenance == case.provenance
        case.lesions.append(dict(lesion) if is_of_case else _with_provenance(lesion, provenance))
        return []


def _with_provenance(lesion: Lesion, provenance: Mapping[str, Any]) -> Lesion:
    if lesion.get("provenance") or not provenance:
        return dict(lesion)
    values = [name for name in VALUES if lesion.get(name) is not None]
    return {**lesion, "provenance": [{**provenance, "values": values}]}


def _tracking_uids(lesion: Lesion) -> set[str]:
    return {one["tracking_uid"] for one in lesion.get("provenance", []) if one.get("tracking_uid")}


def _is_same(known: Lesion, lesion: Lesion) -> bool:
    """Two say the same lesion by their tracking UID (PS3.16 TID 1419), or by their name where not both have one."""
    one, other = _tracking_uids(known), _tracking_uids(lesion)
    return bool(one & other) if one and other else known["id"] == lesion["id"]


def _is_of(lesion: Lesion, reference: tuple[str, int]) -> bool:
    return any(
        (one.get("sop_instance_uid"), one.get("segment_number")) == reference for one in lesion.get("provenance", [])
    )


def _join(case: str, known: Lesion, lesion: Lesion) -> list[Problem]:
    problems = []
    for name in ("code", "label", "center_mm", "diameter_mm"):
        value = lesion.get(name)
        if known.get(name) is None and value is not None:
            known[name] = value
        elif value is not None and not _agree(known[name], value):
            problems.append(_differs(case, known, name))
        elif isinstance(value, dict):
            known[name] = value
    attributes = dict(known.get("attributes", {}))
    for name, value in lesion.get("attributes", {}).items():
        if attributes.setdefault(name, value) != value:
            problems.append(_differs(case, known, f"attribute {name}"))
    if attributes:
        known["attributes"] = attributes
    for name in ("marks", "provenance"):
        joined = _without_repeats([*known.get(name, []), *lesion.get(name, [])])
        if joined:
            known[name] = joined
    return problems


def _agree(one: Any, other: Any) -> bool:
    """A code as a text, as in a CSV, is the same as one in full with this value."""
    texts = [value for value in (one, other) if isinstance(value, str)]
    codes = [value for value in (one, other) if isinstance(value, dict)]
    return bool(one == other or (texts and codes and texts[0] in (codes[0]["value"], codes[0]["meaning"])))


def _differs(case: str, known: Lesion, what: str) -> Problem:
    detail = f"Two of the files say different things of lesion {known['id']} of {case}: its {what}."
    return Problem(case, "lesion_differs", detail[:300])


def _without_repeats(values: Iterable[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept

"""A version of the reference standard as a JSON file; its shape is `schemas/reference-standard-1.schema.json`.

Voxels are in the file: a SEGMENT holds its `segment` (`portal.imaging.segments`) where the stored one holds a digest.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from annotations.domain.json_values import NotStorable, json_value
from annotations.domain.lesions import MAXIMUM_LESIONS
from annotations.domain.problems import Problem
from annotations.domain.truth_csv import NO_FURTHER, FurtherUids, Truth, Uids
from portal.json_schema import schema_faults

FORMAT, VERSION = "overread.reference-standard", 1


@cache
def _validator() -> Draft202012Validator:
    path = Path(__file__).parent / "schemas" / "reference-standard-1.schema.json"
    return Draft202012Validator(json.loads(path.read_text()))


def parse_truth_json(
    text: str, case_uids: Mapping[str, str], further: FurtherUids = NO_FURTHER
) -> tuple[list[Truth], list[Problem]]:
    """Read a file; the lesions of the truths are in the form of the file, and judged by the caller one by one."""
    try:
        document = json_value(text.removeprefix("\ufeff"))
    except NotStorable as error:
        return [], [Problem("file", "not_json", str(error))]
    faults = schema_faults(_validator(), document)
    if faults:
        return [], [Problem(fault.path.lstrip(".") or "file", "bad_shape", fault.detail) for fault in faults]
    truths: dict[str, Truth] = {}
    problems = []
    for index, entry in enumerate(document["cases"]):
        problems += _case_problems(entry, f"cases[{index}]", Uids(case_uids, further), truths)
        lesions = entry.get("lesions", [])
        truths.setdefault(entry["case"], Truth(entry["case"], int(entry["truth"]), lesions, entry.get("provenance")))
    return list(truths.values()), problems


def _case_problems(entry: dict[str, Any], path: str, uids: Uids, seen: Mapping[str, Truth]) -> list[Problem]:
    case, uid, lesions = entry["case"], entry.get("study_instance_uid"), entry.get("lesions", [])
    if case not in uids.first:
        return [Problem(f"{path}.case", "unknown_case", "The reader study has no case of this name.")]
    problems = []
    if case in seen:
        problems.append(Problem(f"{path}.case", "repeated", f"{case} is there twice."))
    if uid and not uids.has(case, uid):
        problems.append(Problem(f"{path}.study_instance_uid", "wrong_uid", f"{case} is another imaging study."))
    if lesions and not entry["truth"]:
        detail = "A case with truth 0 cannot have a lesion."
        problems.append(Problem(f"{path}.lesions", "lesion_in_negative", detail))
    if len(lesions) > MAXIMUM_LESIONS:
        problems.append(Problem(f"{path}.lesions", "too_many", f"A case has at most {MAXIMUM_LESIONS} lesions."))
        return problems
    ids = [lesion["id"] for lesion in lesions]
    problems += [
        Problem(f"{path}.lesions[{index}].id", "repeated", f"{case} already has a lesion {one}.")
        for index, one in enumerate(ids)
        if one in ids[:index]
    ]
    return problems


def example_json(cases: list[tuple[str, str]]) -> str:
    """Return an example for these (case name, StudyInstanceUID) pairs: the first one diseased with one lesion."""
    nodule = {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"}
    sphere = {"kind": "SPHERE", "center_mm": [-52.5, 13.0, -120.0], "diameter_mm": 8.5}
    lesion = {
        "id": "L1",
        "code": nodule,
        "label": "Right upper lobe",
        "attributes": {"Solid part": {"value": 5.5, "unit": "mm"}, "Histology": {"value": "adenocarcinoma"}},
        "marks": [{"geometry": sphere}],
    }
    entries = [
        {"case": name, "study_instance_uid": uid, "truth": int(not index), "lesions": [] if index else [lesion]}
        for index, (name, uid) in enumerate(cases)
    ]
    return json.dumps({"format": FORMAT, "version": VERSION, "cases": entries}, indent=1) + "\n"

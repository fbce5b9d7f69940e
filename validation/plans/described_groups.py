"""For whom: the same measures by site, vendor, sex and age, where the snapshot knows these of the cases."""

import re

import numpy as np

from validation.plans.described_one import Described, Voice, voices_of
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.results import JSONValue, Reason, Undefined
from validation.stats.subgroups import bands, subgroup_report

# By what subjects are compared, and what it is called.
GROUPS = {"institution": "site", "manufacturer": "vendor", "sex": "sex", "age": "age"}
AGE_EDGES = (40.0, 60.0, 80.0)
_YEARS = re.compile(r"(\d+) years?( or older)?")
_UNKNOWN = Undefined(
    Reason.NOT_COLLECTED, "The snapshot holds neither site, vendor, sex nor age of these cases: nothing is compared."
)
_NO_ANSWERS = Undefined(Reason.NOT_COLLECTED, "There are neither decisions nor ratings of cases whose facts are known.")


def groups_of(described: Described) -> JSONValue:
    """Describe every AI and every reader in every group of every fact; a fact that no case has is not there."""
    columns = {GROUPS[name]: _labels(name, described) for name in GROUPS if name in described.facts}
    known = {name: labels for name, labels in columns.items() if any(label is not None for label in labels)}
    if not known:
        return _UNKNOWN.to_json()
    return {
        "facts": {name: sum(label is not None for label in labels) for name, labels in known.items()},
        # In the order of the cases: every group leads to its own.
        "labels": {name: list(labels) for name, labels in known.items()},
        "reports": [
            {"participant": _key(described, voice), "column": name, "report": _report(described, voice, name, labels)}
            for voice in voices_of(described)
            for name, labels in known.items()
        ],
    }


def _key(described: Described, voice: Voice) -> str:
    key = voice.subject["key"]
    return key if voice.subject["kind"] == "AI" else f"{key}:{described.table.subjects[key].readers[voice.row]}"


def _labels(name: str, described: Described) -> list[str | None]:
    values = [value or None for value in described.facts[name]]
    return [_age_band(value) for value in values] if name == "age" else values


def _age_band(text: str | None) -> str | None:
    """Put an age in words into its band; below two years it is told in months, weeks or days."""
    if text is None:
        return None
    years = _YEARS.fullmatch(text)
    return str(bands([float(years[1]) if years else 0.0], AGE_EDGES)[0])


def _report(described: Described, voice: Voice, name: str, labels: list[str | None]) -> JSONValue:
    key = voice.subject["key"]
    call = described.decisions[key].call[voice.row]
    rating = described.table.subjects[key].rating[voice.row]
    labelled = np.array([label is not None for label in labels], dtype=np.bool_)
    parts: dict[str, FloatArray] = {
        part: said for part, said in (("call", call), ("rating", rating)) if not np.isnan(said).all()
    }
    kept: BoolArray = labelled & ~np.isnan(np.array([*parts.values(), np.zeros_like(call)])).any(axis=0)
    if not parts or not kept.any():
        return _NO_ANSWERS.to_json()
    column = np.array([label for label, some in zip(labels, kept, strict=True) if some], dtype=object)
    chosen = {part: said[kept] == 1.0 if part == "call" else said[kept] for part, said in parts.items()}
    found = subgroup_report(
        described.table.truth[kept],
        {name: column},
        auc_method="logit",
        level=described.level,
        **chosen,  # type: ignore[arg-type]
    )
    return found.to_json()

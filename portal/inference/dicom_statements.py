"""What DICOM says of scores and of algorithms, as the portal takes it. Pure rules over plain JSON values."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

# Measures that are a probability of what was found (PS3.16 annex D), by scheme and value.
SCORE_CODES = {
    ("DCM", "111012"): "Certainty of Finding",
    ("DCM", "111013"): "Certainty of Impression",
    ("DCM", "111047"): "Probability of cancer",
    ("DCM", "122157"): "Probability",
}
_PERCENT = "%"
OTHER_ALGORITHM, ALGORITHM_MISSING, VERSION_MISSING = (
    "other_algorithm",
    "algorithm_missing",
    "algorithm_version_missing",
)


class NotAScore(ValueError):
    """A measure that should be a score is none, for the reason with this code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def score_of(measures: Sequence[Mapping[str, Any]], own_codes: Collection[tuple[str, str]]) -> float | None:
    """Return the score, 0 to 1, among the measures of a group; None where none is one.

    A measure is a score by one of `own_codes`, those of the model's card, or else of `SCORE_CODES`; its unit is 1 (or a
    bare annotation in braces), or % for 0 to 100.

    Raises
    ------
    NotAScore
        `unknown_unit`, `not_a_probability`, or `several_scores` where two measures differ.
    """
    for codes in (own_codes, SCORE_CODES):
        scores = {_share(one) for one in measures if code_key(one["code"]) in codes}
        if len(scores) > 1:
            named = ", ".join(f"{score:g}" for score in sorted(scores))
            raise NotAScore("several_scores", f"It gives several scores: {named}. Write one.")
        if scores:
            return scores.pop()
    return None


def code_key(code: Mapping[str, str] | None) -> tuple[str, str] | None:
    """Return what identifies a code: its scheme and value."""
    return (code["scheme"], code["value"]) if code else None


def _share(measure: Mapping[str, Any]) -> float:
    unit, value = measure["unit"], measure["value"]
    is_bare = unit == "1" or (unit.startswith("{") and unit.endswith("}"))
    if not (is_bare or unit == _PERCENT):
        detail = f"Its score has the unit {unit or '(none)'}; a score has the unit 1 (no units), or %."
        raise NotAScore("unknown_unit", detail)
    most = 100.0 if unit == _PERCENT else 1.0
    if value is None or not 0 <= value <= most:
        said = "not a finite number" if value is None else f"{value:g}"
        detail = f"Its score is {said}; with the unit {unit} a score is from 0 to {most:g}."
        raise NotAScore("not_a_probability", detail)
    return float(value) / most


def algorithm_fault(said: Mapping[str, str | None] | None, *, model_name: str, version: str) -> tuple[str, str] | None:
    """Say why what a file says of its algorithm is not this model version: a code and a sentence; None when it is.

    Names and versions are compared without regard to case, to blanks and to a "v" before a version.
    """
    if said is None:
        detail = f"It does not say which algorithm made it, so nothing shows that it is of {model_name} {version}."
        return ALGORITHM_MISSING, detail
    name, stated = said["name"] or "", said["version"]
    told = f"{name} {stated}" if stated else name
    full = _bare(f"{model_name} {version}"), _bare(f"{model_name} v{version}")
    is_named_so = _bare(name) == _bare(model_name) or _bare(name) in full
    if not is_named_so or (stated and _bare_version(stated) != _bare_version(version)):
        return OTHER_ALGORITHM, f"It says that {told} made it, and not {model_name} {version}."
    if not stated and _bare(name) not in full:
        detail = f"It says that {told} made it, but not which version; it is taken for {version}."
        return VERSION_MISSING, detail
    return None


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def _bare_version(text: str) -> str:
    return _bare(text).removeprefix("v")

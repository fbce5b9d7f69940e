"""A plan to begin with: what a reader study of this design is usually made to show."""

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Any

from annotations.domain.lesion_matching import DEFAULT_DISTANCE_MM, DISTANCE
from validation.plans.choices import first_reason
from validation.plans.facts import StudyFacts

_METHODS = ("MRMC_OR", "MRMC_U", "AI_VS_READERS")
_METHODS_OF_ONE = ("DELONG", "CLUSTERED_DELONG", "PROPORTION", "CLUSTERED_PROPORTION", "MCNEMAR", "JACKKNIFE")
LEVEL, ALPHA = 0.95, 0.05
MOST_MODELS = 3
Pair = tuple[str, str | None]
Part = dict[str, Any]


def proposed_plan(facts: StudyFacts) -> Part | None:
    """Return a plan without errors; None where nobody reads and no AI has predictions.

    With the AI against without it is the first question, then one arm against another that is read alike, then the AI
    against the readers, then each alone. The first that the design allows is primary: the area under the curve where
    readers rate, else sensitivity; sensitivity and specificity of the same pair and the area of each AI are secondary.
    Where readers only mark, it is wAFROC. No margin is proposed: it is a clinical choice.
    """
    subjects = [*_readers(facts), *_models(facts)]
    if not subjects:
        return None
    plan = _empty(subjects)
    # Of readers who only mark, all that can be asked.
    only_marks = facts.rating is None and not facts.has_call and facts.marks_lesions
    of_marks = _proposed(_of_marks(plan, facts), facts, _OF_MARKS, "WAFROC") if only_marks else None
    return of_marks or _proposed(plan, facts, _SHORT, "AUC")


def _empty(subjects: list[Part]) -> Part:
    return {
        "population": {"sessions": None},
        "unit": "CASE",
        "reference_standard_version": None,
        "level": LEVEL,
        "subjects": subjects,
        "endpoints": [],
        "multiplicity": "NONE",
    }


def _of_marks(plan: Part, facts: StudyFacts) -> Part:
    """The same plan counting lesions, by the distance that marks are usually matched by."""
    question = next(iter(facts.located_findings), None)
    rule = {"question": question, "criterion": DISTANCE, "max_distance_mm": DEFAULT_DISTANCE_MM, "min_iou": None}
    return {**plan, "unit": "LESION", "localisation": rule}


def _proposed(plan: Part, facts: StudyFacts, figures: Collection[str], of_alone: str) -> Part | None:
    subjects = plan["subjects"]
    for pair in _pairs(subjects):
        found = [one for figure in figures if (one := _endpoint(plan, facts, figure, pair))]
        if found:
            alone = [_endpoint(plan, facts, of_alone, (one["key"], None)) for one in subjects if one["kind"] == "AI"]
            keys = {one["key"] for one in found}
            more = [*found[1:], *(one for one in alone if one and one["key"] not in keys)]
            return {**plan, "endpoints": [found[0], *({**one, "role": "SECONDARY"} for one in more)]}
    return None


def _readers(facts: StudyFacts) -> Iterator[Part]:
    """The readers of each arm, before and after the AI where they read twice."""
    arms = {key: arm for key, arm in facts.arms.items() if arm.readers}
    for key, arm in arms.items():
        suffix = f"_{key.lower()}" if len(arms) > 1 and _is_like_another(facts, key) else ""
        if arm.ai_display == "SECOND_READ":
            yield {"key": f"unaided{suffix}", "kind": "READERS", "arm": key, "phase": "FIRST"}
        name = "aided" if arm.ai_display in {"SECOND_READ", "CONCURRENT"} else "unaided"
        yield {"key": f"{name}{suffix}", "kind": "READERS", "arm": key, "phase": "SIGNED"}


def _is_like_another(facts: StudyFacts, key: str) -> bool:
    aided = {one: arm.ai_display in {"SECOND_READ", "CONCURRENT"} for one, arm in facts.arms.items()}
    twice = any(arm.ai_display == "SECOND_READ" for arm in facts.arms.values())
    return twice or sum(one == aided[key] for one in aided.values()) > 1


def _models(facts: StudyFacts) -> Iterator[Part]:
    """The reader study's own AI. Others have scored the same images for other reader studies: they can be added."""
    own = [pk for pk in facts.model_versions if pk in facts.own_models]
    for number, pk in enumerate(sorted(own, key=facts.model_versions.__getitem__)[:MOST_MODELS], 1):
        point = facts.operating_points.get(pk)
        yield {
            "key": "ai" if number == 1 else f"ai_{number}",
            "kind": "AI",
            "model_version_id": pk,
            "operating_point": point,
        }


def _pairs(subjects: list[Part]) -> Iterator[Pair]:
    """Who could be compared with whom, the usual first question first."""
    of = {name: [one["key"] for one in subjects if one["key"].startswith(name)] for name in ("aided", "unaided")}
    of["ai"] = [one["key"] for one in subjects if one["kind"] == "AI"]
    yield from ((a, b) for a in of["aided"] for b in of["unaided"])
    # Two techniques, read alike.
    for alike in ("unaided", "aided"):
        yield from combinations(of[alike], 2)
    for readers in ("unaided", "aided"):
        yield from ((a, b) for a in of["ai"] for b in of[readers])
    yield from ((one["key"], None) for one in subjects)


def _endpoint(plan: Part, facts: StudyFacts, figure: str, pair: Pair) -> Part | None:
    """The endpoint with the first method that the rules allow."""
    several = max((len(arm.readers) for arm in facts.arms.values()), default=0) > 1
    for method in (*_METHODS, *_METHODS_OF_ONE) if several else (*_METHODS_OF_ONE, *_METHODS):
        for generalise_to in ("READERS_AND_CASES", "CASES"):
            endpoint = {
                "key": _key(figure, pair),
                "role": "PRIMARY",
                "figure": figure,
                "threshold": None,
                "of": pair[0],
                "against": pair[1],
                "hypothesis": "ESTIMATE" if pair[1] is None else "DIFFERENCE",
                "margin": None,
                "alpha": ALPHA,
                "method": method,
                "generalise_to": generalise_to,
            }
            if first_reason(plan, facts, endpoint) is None:
                return endpoint
    return None


def _key(figure: str, pair: Pair) -> str:
    """A name such as `auc_aided`, no longer than the form allows."""
    return f"{(_SHORT | _OF_MARKS)[figure]}_{pair[0]}"[:30]


_SHORT = {"AUC": "auc", "SENSITIVITY": "sens", "SPECIFICITY": "spec"}
_OF_MARKS = {"WAFROC": "wafroc", "LESION_SENSITIVITY": "found"}

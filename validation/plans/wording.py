"""A plan in plain words: what a statistician would write under "statistical analysis", from the document alone."""

from collections.abc import Mapping
from typing import Any

from validation.plans.document import Endpoint, Plan, Subject, subject_of
from validation.plans.facts import LOCATED, StudyFacts
from validation.plans.rules import CURVES, METHOD_NAMES

FIGURE_NAMES = {
    "AUC": "area under the ROC curve",
    "SENSITIVITY": "sensitivity",
    "SPECIFICITY": "specificity",
    "WAFROC": "area under the weighted AFROC curve (wAFROC)",
    "AFROC": "area under the AFROC curve (JAFROC)",
    "FROC": "area under the FROC curve",
    "INFERRED_AUC": "area under the ROC curve inferred from the highest mark of each case",
    "LESION_SENSITIVITY": "share of lesions found",
}
SUBJECT_UNITS = {
    "CASE": "Each case counts once.",
    "PATIENT": "Each patient counts once, with all cases.",
    "LESION": "Figures of marks count lesions: a mark must lie on one to find it. Cases are the sampling unit.",
}
GENERALISATION = {
    "READERS_AND_CASES": "The result is to hold for other readers and other cases.",
    "CASES": "The result holds for these readers and AI versions, on other cases.",
    "READERS": "The result holds for these cases, with other readers.",
}
MULTIPLICITY = {
    "NONE": "Primary hypotheses are tested without a correction for their number.",
    "FIXED_SEQUENCE": "Primary hypotheses are tested in the order given, each only if all before it were shown.",
    "HOLM": "Holm's correction keeps the probability of any false positive among the primary hypotheses.",
    "HOCHBERG": "Hochberg's correction keeps the probability of any false positive among the primary hypotheses.",
    "BONFERRONI": "Bonferroni's correction keeps the probability of any false positive among the primary hypotheses.",
}


def plan_sentences(plan: Plan, facts: StudyFacts) -> list[str]:
    """Say a plan without findings in sentences: who and what counts, then each endpoint, then the correction."""
    sentences = [
        _population(plan, facts),
        SUBJECT_UNITS[plan["unit"]],
        _truth(plan),
        *_localisation(plan, facts),
        *(_endpoint(plan, facts, endpoint, number) for number, endpoint in enumerate(plan["endpoints"], start=1)),
    ]
    tested = [one for one in plan["endpoints"] if one["role"] == "PRIMARY" and one["hypothesis"] != "ESTIMATE"]
    if len(tested) > 1:
        sentences.append(MULTIPLICITY[plan["multiplicity"]])
    if any(one["role"] == "SECONDARY" and one["hypothesis"] != "ESTIMATE" for one in plan["endpoints"]):
        sentences.append("Secondary hypotheses are tested one by one; their p values describe and decide nothing.")
    return sentences


def _population(plan: Plan, facts: StudyFacts) -> str:
    sessions = plan["population"]["sessions"]
    of = "" if sessions is None else f" of session {' and '.join(str(one) for one in sessions)}"
    patients = f" of {facts.patients} patients" if facts.is_clustered else ""
    return (
        f"All signed reads{of} of {facts.cases} cases{patients} count; training cases, hidden repeats, arbitrations "
        "and what was withdrawn do not."
    )


def _truth(plan: Plan) -> str:
    version = plan["reference_standard_version"]
    if version is None:
        return "The truth is the newest version of the reference standard that is locked when the analysis is run."
    return f"The truth is version {version} of the reference standard."


def _localisation(plan: Plan, facts: StudyFacts) -> list[str]:
    rule = plan.get("localisation")
    if rule is None:
        return []
    asked = facts.located_findings.get(rule["question"])
    of = f"The marks of readers are those of \u201c{asked}\u201d. " if asked else ""
    return [
        f"{of}{matching_words(rule)} The marks of a reader or an AI on a case go to its lesions one to one, as many as "
        "possible, the surest first; further marks on a lesion that is found are left out, and all other marks are "
        "false. Codes are not compared. Lesions of a case weigh alike where they are weighted."
    ]


def matching_words(rule: Mapping[str, Any]) -> str:
    """Say when a mark may be on a lesion (`annotations.domain.lesion_matching`)."""
    if rule["criterion"] == "IOU":
        return (
            "A mark can be on a lesion when the boxes around them, or their segments, overlap by an intersection over "
            f"union of at least {rule['min_iou'] or 0:g}."
        )
    return (
        f"A mark can be on a lesion when their centres are at most {rule['max_distance_mm'] or 0:g} mm apart, or the "
        "radius of the larger of the two where that is more; segments when they share a voxel."
    )


def _endpoint(plan: Plan, facts: StudyFacts, endpoint: Endpoint, number: int) -> str:
    role = endpoint["role"].capitalize()
    figure = FIGURE_NAMES[endpoint["figure"]] + _threshold(endpoint)
    of = _subject(subject_of(plan, endpoint["of"]), facts, endpoint)
    interval = f"by {METHOD_NAMES[endpoint['method']]}, with {plan['level']:.1%} intervals".replace(".0%", "%")
    aim = _aim(plan, facts, endpoint)
    crossed = ""
    if endpoint["method"] == "AI_VS_READERS":
        crossed = " Cases count of which the AI and every reader have a reading."
    elif endpoint["figure"] in LOCATED:
        crossed = " Cases count that everybody compared has read, also without a mark."
    return (
        f"{role} endpoint {number}: the {figure} of {of}{aim}, {interval}. {GENERALISATION[endpoint['generalise_to']]}"
        f"{crossed}"
    )


def _threshold(endpoint: Endpoint) -> str:
    return "" if endpoint["threshold"] is None else f" (positive from a rating of {endpoint['threshold']:g})"


def _subject(subject: Subject, facts: StudyFacts, endpoint: Endpoint) -> str:
    if subject["kind"] == "AI":
        name = facts.model_versions[subject["model_version_id"]]
        # A curve is made of all thresholds: an operating point is no part of its area.
        point = None if endpoint["figure"] in CURVES else subject["operating_point"]
        layer = facts.layer(subject)
        if layer is not None:
            name = f"{name} through operating layer {subject['operating_layer']} ({layer.name})"
            return name if point is None else f"{name} at a probability of {point:.6g}"
        return name if point is None else f"{name} at a score of {point:g}"
    arm = facts.arms[subject["arm"]]
    who = "the reader" if len(arm.readers) == 1 else f"the {len(arm.readers)} readers"
    first = " before they see the AI" if subject["phase"] == "FIRST" else ""
    return f"{who} in the arm {arm.name}{first}"


def _aim(plan: Plan, facts: StudyFacts, endpoint: Endpoint) -> str:
    against = endpoint["against"]
    if against is None:
        return " is estimated"
    other = (
        f"{against:g}"
        if not isinstance(against, str)
        else f"that of {_subject(subject_of(plan, against), facts, endpoint)}"
    )
    margin, alpha = endpoint["margin"], endpoint["alpha"]
    return {
        "DIFFERENCE": f" differs from {other} (two-sided, alpha {alpha:g})",
        "SUPERIORITY": f" is greater than {other} (two-sided test, alpha {alpha:g})",
        "NON_INFERIORITY": f" is less than {other} by no more than {margin or 0:g} (one-sided, alpha {alpha:g})",
        "EQUIVALENCE": f" differs from {other} by no more than {margin or 0:g} (two one-sided tests, alpha {alpha:g})",
    }[endpoint["hypothesis"]]

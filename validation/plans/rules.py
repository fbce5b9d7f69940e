"""What a design makes impossible or doubtful in a plan: a table of rules, each with its reason.

A rule looks at one endpoint (or at the whole plan) and answers with a sentence, or with nothing. Sources: FDA, Clinical
Performance Assessment: Considerations for CADe Devices (2022); Obuchowski and Bullen, Acad Radiol 2022;29:S18 (MRMC);
Hillis 2007 and Gallas 2009 (random readers); Hillis, Obuchowski and Berbaum 2011 (one AI and readers of the same
cases); ICH E9 (multiplicity, margins).
"""

from collections.abc import Callable, Iterator
from math import isclose
from typing import NamedTuple

from validation.plans.document import Endpoint, Finding, Plan, form_findings, subjects_of
from validation.plans.facts import LOCATED, StudyFacts
from validation.plans.whole import subject_findings, whole_findings

FEW_READERS = 5
# Areas under a curve, which have no threshold; all but the first are of the ratings of marks.
CURVES = frozenset({"AUC", "WAFROC", "AFROC", "FROC", "INFERRED_AUC"})
DECIDED = frozenset({"SENSITIVITY", "SPECIFICITY"})
NEEDS_MARGIN = frozenset({"NON_INFERIORITY", "EQUIVALENCE"})
OF_READERS = frozenset({"MRMC_OR", "MRMC_U"})
# Methods of a full factorial: every reader reads every case.
CROSSED = frozenset({"MRMC_OR", "AI_VS_READERS"})
# Figures that a method can analyse.
FIGURES = {
    "MRMC_OR": frozenset({"AUC", "SENSITIVITY", "SPECIFICITY"}) | LOCATED,
    "MRMC_U": frozenset({"AUC", "SENSITIVITY", "SPECIFICITY"}),
    "AI_VS_READERS": frozenset({"AUC", "SENSITIVITY", "SPECIFICITY"}) | LOCATED,
    "JACKKNIFE": LOCATED,
    "DELONG": frozenset({"AUC"}),
    "CLUSTERED_DELONG": frozenset({"AUC"}),
    "PROPORTION": frozenset({"SENSITIVITY", "SPECIFICITY"}),
    "CLUSTERED_PROPORTION": frozenset({"SENSITIVITY", "SPECIFICITY"}),
    "MCNEMAR": frozenset({"SENSITIVITY", "SPECIFICITY"}),
}
COMPARES: dict[str, tuple[str, ...]] = {
    "MRMC_OR": ("NOTHING", "SUBJECT", "VALUE"),
    "MRMC_U": ("NOTHING", "SUBJECT"),
    "AI_VS_READERS": ("SUBJECT",),
    "JACKKNIFE": ("NOTHING", "SUBJECT", "VALUE"),
    "DELONG": ("NOTHING", "SUBJECT", "VALUE"),
    "CLUSTERED_DELONG": ("NOTHING", "SUBJECT"),
    "PROPORTION": ("NOTHING", "VALUE"),
    "CLUSTERED_PROPORTION": ("NOTHING",),
    "MCNEMAR": ("SUBJECT",),
}
COMPARED = {"NOTHING": "nothing", "SUBJECT": "another subject", "VALUE": "a fixed value"}
METHOD_NAMES = {
    "MRMC_OR": "Obuchowski and Rockette's analysis",
    "MRMC_U": "U-statistics",
    "AI_VS_READERS": "the comparison of one AI with readers (Hillis)",
    "JACKKNIFE": "the jackknife over cases",
    "DELONG": "DeLong's method",
    "CLUSTERED_DELONG": "Obuchowski's method for clusters",
    "PROPORTION": "Wilson's interval",
    "CLUSTERED_PROPORTION": "the ratio estimator for clusters",
    "MCNEMAR": "McNemar's test",
}


class _Of(NamedTuple):
    """An endpoint in its plan and its reader study."""

    plan: Plan
    endpoint: Endpoint
    facts: StudyFacts

    @property
    def kinds(self) -> list[str]:
        return [subject["kind"] for subject in subjects_of(self.plan, self.endpoint)]

    @property
    def readers(self) -> list[frozenset[str]]:
        return [
            self.facts.arms[subject["arm"]].readers
            for subject in subjects_of(self.plan, self.endpoint)
            if subject["kind"] == "READERS"
        ]

    @property
    def fewest_readers(self) -> int:
        return min((len(readers) for readers in self.readers), default=0)

    @property
    def most_readers(self) -> int:
        return max((len(readers) for readers in self.readers), default=0)


Answer = str | None


def _figure_of_method(one: _Of) -> Answer:
    if one.endpoint["figure"] in FIGURES[one.endpoint["method"]]:
        return None
    able = [METHOD_NAMES[name] for name, figures in FIGURES.items() if one.endpoint["figure"] in figures]
    return f"{_begin(METHOD_NAMES[one.endpoint['method']])} has no such figure. Those that do: {', '.join(able)}."


def _no_rating(one: _Of) -> Answer:
    if one.endpoint["figure"] == "AUC" and "READERS" in one.kinds and one.facts.rating is None:
        return "A curve needs a rating, and the label schema asks the readers for a yes/no answer only."
    return None


def _no_decision(one: _Of) -> Answer:
    if one.endpoint["figure"] not in DECIDED or "READERS" not in one.kinds:
        return None
    if one.endpoint["threshold"] is None:
        return (
            None if one.facts.has_call else "The label schema asks for no yes/no answer: give the rating that counts."
        )
    return None if one.facts.rating is not None else "A threshold needs a rating, and the label schema asks for none."


def _off_scale(one: _Of) -> Answer:
    threshold, ends = one.endpoint["threshold"], one.facts.rating_range
    if threshold is None or ends is None or ends[0] <= threshold <= ends[1]:
        return None
    return f"The rating goes from {ends[0]} to {ends[1]}: give a threshold on this scale."


def _threshold_of_a_curve(one: _Of) -> Answer:
    if one.endpoint["threshold"] is None or one.endpoint["figure"] in DECIDED:
        return None
    if one.endpoint["figure"] not in CURVES:
        return "Every mark of a reader counts, however sure of it they were: leave the threshold out."
    return "A curve is made of all thresholds: leave the threshold out."


def _no_operating_point(one: _Of) -> Answer:
    lacking = any(
        subject["kind"] == "AI" and subject["operating_point"] is None
        for subject in subjects_of(one.plan, one.endpoint)
    )
    if lacking and one.endpoint["figure"] in DECIDED | {"LESION_SENSITIVITY"}:
        return "Name the operating point at which the AI calls a case positive."
    return None


def _against_itself(one: _Of) -> Answer:
    return "A subject is not compared with itself." if one.endpoint["of"] == one.endpoint["against"] else None


def _hypothesis_without_other(one: _Of) -> Answer:
    if one.endpoint["hypothesis"] != "ESTIMATE" and one.endpoint["against"] is None:
        return "A hypothesis compares: name another subject or a fixed value, or estimate only."
    if one.endpoint["hypothesis"] == "ESTIMATE" and one.endpoint["against"] is not None:
        return "What is only estimated is compared with nothing."
    return None


def _margin(one: _Of) -> Answer:
    needs, has = one.endpoint["hypothesis"] in NEEDS_MARGIN, one.endpoint["margin"] is not None
    if needs and not has:
        return "Non-inferiority and equivalence need a margin, fixed beforehand."
    return "Only non-inferiority and equivalence have a margin." if has and not needs else None


def _method_of_kinds(one: _Of) -> Answer:
    method, kinds = one.endpoint["method"], one.kinds
    if method == "AI_VS_READERS":
        return (
            None if sorted(kinds) == ["AI", "READERS"] else "This method compares one AI with the readers of one arm."
        )
    if method in OF_READERS:
        return (
            None if set(kinds) == {"READERS"} else "This method is for readers: an AI is one reader without variance."
        )
    if one.most_readers > 1:
        return "This method takes one decision a case: several readers need a method for readers and cases."
    return None


def _compares(one: _Of) -> Answer:
    against = one.endpoint["against"]
    with_what = "NOTHING" if against is None else "SUBJECT" if isinstance(against, str) else "VALUE"
    able = COMPARES[one.endpoint["method"]]
    if with_what in able:
        return None
    return (
        f"{_begin(METHOD_NAMES[one.endpoint['method']])} compares with {' or '.join(COMPARED[name] for name in able)}."
    )


def _one_reader(one: _Of) -> Answer:
    generalises = one.endpoint["generalise_to"] != "CASES"
    if generalises and one.readers and one.fewest_readers < 2:
        return "One reader says nothing about other readers: generalise to cases."
    if generalises and not one.readers:
        return "No reader takes part: generalise to cases."
    return None


def _clustered(one: _Of) -> Answer:
    if not one.facts.is_clustered:
        return None
    other = {"DELONG": "CLUSTERED_DELONG", "PROPORTION": "CLUSTERED_PROPORTION"}.get(one.endpoint["method"])
    if other is None:
        return None
    return (
        f"{one.facts.cases} cases come from {one.facts.patients} patients, and {METHOD_NAMES[one.endpoint['method']]} "
        f"takes cases for independent. Use {METHOD_NAMES[other]}."
    )


def _clusters_ignored(one: _Of) -> Answer:
    if one.facts.is_clustered and one.endpoint["method"] in OF_READERS | {"AI_VS_READERS", "JACKKNIFE", "MCNEMAR"}:
        return (
            f"{one.facts.cases} cases come from {one.facts.patients} patients. This method takes cases for "
            "independent: its intervals may be too narrow."
        )
    return None


def _not_crossed(one: _Of) -> Answer:
    method = one.endpoint["method"]
    if method not in CROSSED or one.facts.is_crossed_in(one.plan["population"]["sessions"]):
        return None
    needed = "Not every reader reads every case, which this method needs."
    if one.endpoint["figure"] in LOCATED:
        return f"{needed} Figures of marks have no method for other designs."
    if method == "MRMC_OR":
        return f"{needed} Use U-statistics, which take any design."
    return (
        f"{needed} Readers of other cases would be compared with the AI on cases that are easier or harder. Estimate "
        "the AI and the readers (by U-statistics) apart, each with its interval."
    )


def _other_readers(one: _Of) -> Answer:
    if len(one.readers) < 2 or one.readers[0] == one.readers[1] or one.endpoint["method"] != "MRMC_OR":
        return None
    way_on = "" if one.endpoint["figure"] in LOCATED else " Use U-statistics."
    return f"The two arms have other readers, and this method compares the same ones.{way_on}"


def _located(one: _Of) -> Answer:
    if one.endpoint["figure"] not in LOCATED:
        return None
    if "READERS" in one.kinds and not one.facts.marks_lesions:
        return "The label schema asks the readers for no located findings."
    for subject in subjects_of(one.plan, one.endpoint):
        if subject["kind"] == "AI" and subject["model_version_id"] not in one.facts.located_models:
            return "The predictions of this AI name no places."
    version = one.plan["reference_standard_version"]
    known = one.facts.lesion_truths if version is None else one.facts.lesion_truths & {version}
    if not known:
        return "The reference standard names no lesions."
    return None


def _layer_of_marks(one: _Of) -> Answer:
    if one.endpoint["figure"] not in LOCATED:
        return None
    if any(subject.get("operating_layer") is not None for subject in subjects_of(one.plan, one.endpoint)):
        return "An operating layer is for the scores of cases, and marks have scores of their own: leave it out."
    return None


def _unit(one: _Of) -> Answer:
    if one.plan["unit"] != "LESION" and one.endpoint["figure"] in LOCATED:
        return "Figures of marks count lesions: choose the lesion as the unit."
    if one.plan["unit"] == "PATIENT" and one.facts.is_clustered:
        return "Which of a patient's answers is the patient's is not said by the design: analyse cases, by cluster."
    return None


def _shown_order(one: _Of) -> Answer:
    phases = {subject.get("phase") for subject in subjects_of(one.plan, one.endpoint)}
    if phases == {"FIRST", "SIGNED"}:
        return (
            "The second read follows the first at once: the difference holds the AI's effect and that of looking again."
        )
    return None


def _few_readers(one: _Of) -> Answer:
    if one.endpoint["generalise_to"] != "CASES" and 2 <= one.fewest_readers < FEW_READERS:
        return f"{one.fewest_readers} readers say little about others: expect wide intervals."
    return None


def _generalises(one: _Of) -> Answer:
    both = one.endpoint["generalise_to"] == "READERS_AND_CASES"
    if one.endpoint["method"] == "MRMC_U" and not both and one.most_readers > 1:
        return "U-statistics hold the variance of readers and of cases: the interval is wider than this asks for."
    return None


def _level_and_alpha(one: _Of) -> Answer:
    """The interval that leaves out what a test at alpha rejects: 1 - alpha, and 1 - 2 alpha where it is one-sided."""
    hypothesis, alpha, level = one.endpoint["hypothesis"], one.endpoint["alpha"], one.plan["level"]
    if hypothesis == "ESTIMATE":
        return None
    sides, name = (2, "one-sided") if hypothesis in NEEDS_MARGIN else (1, "two-sided")
    if isclose(1 - sides * alpha, level, abs_tol=1e-9):
        return None
    return (
        f"Intervals of {100 * level:g} % go with a {name} alpha of {(1 - level) / sides:.4g}: at {alpha:g} an interval "
        "and its test can disagree."
    )


def _few_levels(one: _Of) -> Answer:
    levels = one.facts.rating_levels
    if one.endpoint["figure"] == "AUC" and "READERS" in one.kinds and levels is not None and levels <= 2:
        return f"The rating takes {levels} values only: its curve has one point between the corners."
    return None


def _false_marks_count_for(one: _Of) -> Answer:
    """Chakraborty 2017, 14.3: the area under the FROC curve has no common range of false marks."""
    if one.endpoint["figure"] != "FROC":
        return None
    return (
        "The area under the FROC curve is the larger the more false marks there are: it compares only those who make "
        "as many of them. The AFROC area does not have this fault."
    )


_ERRORS: tuple[tuple[str, str, Callable[[_Of], Answer]], ...] = (
    ("figure_of_method", "method", _figure_of_method),
    ("no_rating", "figure", _no_rating),
    ("no_decision", "threshold", _no_decision),
    ("off_scale", "threshold", _off_scale),
    ("threshold_of_a_curve", "threshold", _threshold_of_a_curve),
    ("no_operating_point", "figure", _no_operating_point),
    ("against_itself", "against", _against_itself),
    ("hypothesis", "hypothesis", _hypothesis_without_other),
    ("margin", "margin", _margin),
    ("method_of_subjects", "method", _method_of_kinds),
    ("compares", "against", _compares),
    ("one_reader", "generalise_to", _one_reader),
    ("clustered", "method", _clustered),
    ("not_crossed", "method", _not_crossed),
    ("other_readers", "method", _other_readers),
    ("not_located", "figure", _located),
    ("layer_of_marks", "figure", _layer_of_marks),
    ("unit", "figure", _unit),
)
_WARNINGS: tuple[tuple[str, str, Callable[[_Of], Answer]], ...] = (
    ("clusters_ignored", "method", _clusters_ignored),
    ("reading_order", "against", _shown_order),
    ("few_readers", "generalise_to", _few_readers),
    ("generalises", "generalise_to", _generalises),
    ("few_levels", "figure", _few_levels),
    ("false_marks", "figure", _false_marks_count_for),
    ("level_and_alpha", "alpha", _level_and_alpha),
)


def endpoint_errors(plan: Plan, endpoint: Endpoint, facts: StudyFacts) -> Iterator[tuple[str, str]]:
    """Yield code and reason of what makes an endpoint impossible, in a plan whose form and subjects are right."""
    one = _Of(plan, endpoint, facts)
    for code, _, rule in _ERRORS:
        if (detail := rule(one)) is not None:
            yield code, detail


def plan_findings(plan: object, facts: StudyFacts) -> list[Finding]:
    """Return all that is to be said of a plan: its form first, then what the reader study lacks, then each endpoint."""
    findings = form_findings(plan)
    if findings or not isinstance(plan, dict):
        return findings
    findings = [*subject_findings(plan, facts), *whole_findings(plan, facts)]
    if any(finding.level == "ERROR" and finding.field.startswith("plan.subjects") for finding in findings):
        return findings
    return findings + [
        Finding(level, f"plan.endpoints[{index}].{field}", code, detail)
        for index, endpoint in enumerate(plan["endpoints"])
        for level, rules in (("ERROR", _ERRORS), ("WARNING", _WARNINGS))
        for code, field, rule in rules
        if (detail := rule(_Of(plan, endpoint, facts))) is not None
    ]


def _begin(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]

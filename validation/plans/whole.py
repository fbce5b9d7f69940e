"""What is to be said of a plan as a whole: whom and what it names, its truth, and its primary hypotheses together."""

from validation.limitations import dependent_truth
from validation.plans.document import Finding, Plan, subjects_of
from validation.plans.facts import LOCATED, StudyFacts


def subject_findings(plan: Plan, facts: StudyFacts) -> list[Finding]:
    """Return what the reader study lacks of the subjects; the other rules need all of them."""
    found = []
    for index, subject in enumerate(plan["subjects"]):
        field = f"plan.subjects[{index}]"
        if subject["kind"] == "AI":
            if subject["model_version_id"] not in facts.model_versions:
                detail = "This AI has no predictions of the reader study's cases."
                found.append(Finding("ERROR", f"{field}.model_version_id", "unknown_model", detail))
            elif subject.get("operating_layer") is not None and facts.layer(subject) is None:
                detail = f"This AI has no operating layer {subject['operating_layer']}."
                found.append(Finding("ERROR", f"{field}.operating_layer", "unknown_layer", detail))
        elif subject["arm"] not in facts.arms:
            detail = f"The reader study has no arm {subject['arm']}: it has {', '.join(facts.arms)}."
            found.append(Finding("ERROR", f"{field}.arm", "unknown_arm", detail))
        elif subject["phase"] == "FIRST" and facts.arms[subject["arm"]].ai_display != "SECOND_READ":
            detail = "Only an arm with a second read has a first one."
            found.append(Finding("ERROR", f"{field}.phase", "no_first_read", detail))
        elif not facts.arms[subject["arm"]].readers:
            found.append(Finding("ERROR", f"{field}.arm", "no_readers", "Nobody reads in this arm."))
    return found


def whole_findings(plan: Plan, facts: StudyFacts) -> list[Finding]:
    """Return what is to be said of a plan apart from its subjects and from each endpoint by itself."""
    found = []
    unknown = set(plan["population"]["sessions"] or ()) - set(facts.sessions)
    if unknown:
        detail = f"There is no session {', '.join(str(one) for one in sorted(unknown))}."
        found.append(Finding("ERROR", "plan.population.sessions", "unknown_session", detail))
    version = plan["reference_standard_version"]
    if version is not None and version not in facts.truths:
        detail = f"The reference standard has no version {version}."
        found.append(Finding("ERROR", "plan.reference_standard_version", "unknown_version", detail))
    found += _dependence(plan, facts)
    found += _layers_fitted_here(plan, facts)
    found += _localisation_findings(plan, facts)
    primary = [one for one in plan["endpoints"] if one["role"] == "PRIMARY"]
    if not primary:
        detail = "Say which endpoint decides: a plan has a primary one."
        found.append(Finding("ERROR", "plan.endpoints", "no_primary", detail))
    tested = [one for one in primary if one["hypothesis"] != "ESTIMATE"]
    if len(tested) > 1 and plan["multiplicity"] == "NONE":
        chance = 1.0
        for one in tested:
            chance *= 1 - one["alpha"]
        detail = (
            f"{len(tested)} primary hypotheses without a correction: at least one false positive with a probability of "
            f"up to {1 - chance:.0%}."
        )
        found.append(Finding("WARNING", "plan.multiplicity", "multiplicity", detail))
    if len({one["alpha"] for one in tested}) > 1 and plan["multiplicity"] != "NONE":
        detail = "Endpoints that are corrected together have one alpha."
        found.append(Finding("ERROR", "plan.multiplicity", "different_alphas", detail))
    return found


def _localisation_findings(plan: Plan, facts: StudyFacts) -> list[Finding]:
    """Return what an endpoint of marks lacks of the rule by which a mark is on a lesion."""
    rule, field = plan.get("localisation"), "plan.localisation"
    located = [one for one in plan["endpoints"] if one["figure"] in LOCATED]
    if rule is None:
        if not located:
            return []
        detail = "Say when a mark is on a lesion: by the distance of their centres, or by their overlap."
        return [Finding("ERROR", field, "no_matching", detail)]
    found = []
    needed, words = {"DISTANCE": ("max_distance_mm", "a distance in mm"), "IOU": ("min_iou", "an overlap from 0 to 1")}[
        rule["criterion"]
    ]
    if rule[needed] is None:
        found.append(Finding("ERROR", f"{field}.{needed}", "no_matching", f"Give {words}, fixed beforehand."))
    kinds = {subject["kind"] for one in located for subject in subjects_of(plan, one)}
    if "READERS" in kinds and rule["question"] not in facts.located_findings:
        detail = "Say which marks of the readers count: the label schema has no such located finding."
        found.append(Finding("ERROR", f"{field}.question", "unknown_question", detail))
    return found


def _layers_fitted_here(plan: Plan, facts: StudyFacts) -> list[Finding]:
    found = []
    for index, subject in enumerate(plan["subjects"]):
        layer = facts.layer(subject)
        if layer is None:
            continue
        field = f"plan.subjects[{index}].operating_layer"
        better = "here its probabilities fit better than elsewhere."
        if layer.is_fitted_here:
            detail = f"The operating layer {layer.name} was fitted on cases of this reader study: {better}"
            found.append(Finding("WARNING", field, "fitted_here", detail))
        elif layer.shared_patients:
            detail = (
                f"The operating layer {layer.name} was fitted on {layer.shared_patients} of the {facts.patients} "
                f"patients of this reader study, who are in another one too: {better}"
            )
            found.append(Finding("WARNING", field, "patients_shared", detail))
    return found


def _dependence(plan: Plan, facts: StudyFacts) -> list[Finding]:
    """Warn of readers who made the truth that they are measured by; of no version the newest, as a run would."""
    version = plan["reference_standard_version"] or max(facts.truths, default=0)
    arms = [facts.arms[one["arm"]] for one in plan["subjects"] if one["kind"] == "READERS" and one["arm"] in facts.arms]
    readers = frozenset[str]().union(*(arm.readers for arm in arms))
    said = dependent_truth(version, facts.deciders.get(version, ()), readers)
    field = "plan.reference_standard_version"
    return [] if said is None else [Finding("WARNING", field, "not_independent", said)]

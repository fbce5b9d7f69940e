"""Plans: each rule refuses what it is there for and nothing else; the words say what the document says."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.plans.document import endpoint_named, said_once
from validation.plans.facts import ArmFacts, LayerFacts, StudyFacts
from validation.plans.rules import _ERRORS, _WARNINGS, plan_findings
from validation.plans.wording import plan_sentences

OTHER = "00000000-0000-4000-8000-000000000002"
MODEL = "00000000-0000-4000-8000-000000000001"
SIX = frozenset(f"r{number}" for number in range(6))
FACTS: dict[str, Any] = {
    "arms": {"A": ArmFacts("Unaided", "HIDDEN", SIX), "B": ArmFacts("With AI", "CONCURRENT", SIX)},
    "sessions": (1, 2),
    "is_fully_crossed": True,
    "cases": 200,
    "patients": 200,
    "has_call": True,
    "rating": "ORDINAL",
    "rating_levels": 5,
    "rating_range": (1, 5),
    "model_versions": {MODEL: "Nodule CAD 1.2"},
    "own_models": frozenset({MODEL}),
    "truths": frozenset({1, 2}),
}
ENDPOINT: dict[str, Any] = {
    "key": "auc_gain",
    "role": "PRIMARY",
    "figure": "AUC",
    "threshold": None,
    "of": "aided",
    "against": "unaided",
    "hypothesis": "DIFFERENCE",
    "margin": None,
    "alpha": 0.05,
    "method": "MRMC_OR",
    "generalise_to": "READERS_AND_CASES",
}
PLAN: dict[str, Any] = {
    "population": {"sessions": None},
    "unit": "CASE",
    "reference_standard_version": None,
    "level": 0.95,
    "subjects": [
        {"key": "unaided", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
        {"key": "aided", "kind": "READERS", "arm": "B", "phase": "SIGNED"},
        {"key": "ai", "kind": "AI", "model_version_id": MODEL, "operating_point": 0.5},
    ],
    "endpoints": [ENDPOINT],
    "multiplicity": "NONE",
}
OF_AI = {"of": "ai", "against": None, "hypothesis": "ESTIMATE", "method": "DELONG", "generalise_to": "CASES"}


def plan(endpoint: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(PLAN), "endpoints": [{**ENDPOINT, **(endpoint or {})}], **changes}


def aided_with(**changes: str) -> list[dict[str, Any]]:
    return [{**one, **(changes if one["key"] == "aided" else {})} for one in PLAN["subjects"]]


def facts(**changes: Any) -> StudyFacts:
    return StudyFacts(**{**FACTS, **changes})


def said(document: Any, **changes: Any) -> list[tuple[str, str]]:
    return [(one.level, one.code) for one in plan_findings(document, facts(**changes))]


ONE_READER = {
    "A": ArmFacts("Unaided", "HIDDEN", frozenset({"r0"})),
    "B": ArmFacts("With AI", "CONCURRENT", frozenset({"r0"})),
}
MARKED: dict[str, Any] = {
    "located_findings": {"nodules": "Mark the nodules."},
    "lesion_truths": frozenset({1}),
    "located_models": frozenset({MODEL}),
}
LAYERED: dict[str, Any] = {"operating_layers": {MODEL: {1: LayerFacts("For screening", 0.2, is_fitted_here=True)}}}
BY_DISTANCE = {"question": "nodules", "criterion": "DISTANCE", "max_distance_mm": 10, "min_iou": None}
# Each rule: an endpoint (and facts) that it is there for.
ERRORS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "figure_of_method": (
        {"method": "MRMC_U", "figure": "AFROC"},
        MARKED,
    ),
    "no_rating": ({}, {"rating": None}),
    "no_decision": ({"figure": "SENSITIVITY"}, {"has_call": False}),
    "off_scale": ({"figure": "SENSITIVITY", "threshold": 6}, {}),
    "threshold_of_a_curve": ({"threshold": 3}, {}),
    "no_operating_point": ({**OF_AI, "figure": "SENSITIVITY", "method": "PROPORTION"}, {}),
    "against_itself": ({"against": "aided"}, {}),
    "hypothesis": ({"against": None}, {}),
    "margin": ({"hypothesis": "NON_INFERIORITY"}, {}),
    "method_of_subjects": ({"method": "DELONG", "generalise_to": "CASES"}, {}),
    "compares": (
        {**OF_AI, "method": "MCNEMAR", "figure": "SENSITIVITY", "against": 0.8, "hypothesis": "SUPERIORITY"},
        {},
    ),
    "one_reader": ({}, {"arms": ONE_READER}),
    "clustered": (OF_AI, {"patients": 150}),
    "not_crossed": ({}, {"is_fully_crossed": False}),
    "other_readers": (
        {},
        {"arms": {**FACTS["arms"], "B": ArmFacts("With AI", "CONCURRENT", frozenset({"x", "y", "z", "u", "v"}))}},
    ),
    "not_located": ({"figure": "AFROC"}, {}),
    "layer_of_marks": ({**OF_AI, "figure": "AFROC", "method": "JACKKNIFE"}, MARKED),
    "unit": ({"figure": "AFROC"}, MARKED),
}
WARNINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "clusters_ignored": ({}, {"patients": 150}),
    "few_readers": ({}, {"arms": {key: ArmFacts(key, "HIDDEN", frozenset({"r0", "r1"})) for key in "AB"}}),
    "generalises": ({"method": "MRMC_U", "generalise_to": "CASES"}, {}),
    "few_levels": ({}, {"rating_levels": 2}),
    "false_marks": ({"figure": "FROC"}, MARKED),
    "level_and_alpha": ({"alpha": 0.025}, {}),
}


def test_a_sound_plan_has_nothing_said_of_it() -> None:
    assert said(plan()) == []


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_found_at_its_field(code: str) -> None:
    endpoint, changes = ERRORS[code]
    document = plan(endpoint)
    if code == "no_operating_point":
        document["subjects"][2]["operating_point"] = None
    if code == "layer_of_marks":
        document["subjects"][2]["operating_layer"] = 1
        changes = {**changes, **LAYERED}
    findings = [one for one in plan_findings(document, facts(**changes)) if one.code == code]
    assert [one.level for one in findings] == ["ERROR"]
    assert findings[0].field.startswith("plan.endpoints[0].")
    assert findings[0].detail.endswith(".")


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_keeps_no_plan_from_being_locked(code: str) -> None:
    endpoint, changes = WARNINGS[code]
    of_marks = {"unit": "LESION", "localisation": BY_DISTANCE} if "figure" in endpoint else {}
    assert said(plan(endpoint, **of_marks), **changes) == [("WARNING", code)]


def test_a_second_read_against_its_first_is_doubtful() -> None:
    second = {"A": ArmFacts("Second reader", "SECOND_READ", SIX)}
    subjects = [
        {"key": "first", "kind": "READERS", "arm": "A", "phase": "FIRST"},
        {"key": "second", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
    ]
    document = plan({"of": "second", "against": "first"}, subjects=subjects)
    assert said(document, arms=second) == [("WARNING", "reading_order")]


def test_a_layer_is_named_has_to_be_there_and_is_doubtful_where_it_was_fitted() -> None:
    layered = {**PLAN["subjects"][2], "operating_layer": 1}
    document = plan({**OF_AI, "figure": "SENSITIVITY", "method": "PROPORTION"}, subjects=[layered])
    assert said(document) == [("ERROR", "unknown_layer")]
    assert said(document, **LAYERED) == [("WARNING", "fitted_here")]
    sentences = plan_sentences(document, facts(**LAYERED))
    assert "of Nodule CAD 1.2 through operating layer 1 (For screening) at a probability of 0.5 is" in sentences[3]
    elsewhere = {MODEL: {1: LayerFacts("For screening", 0.2, is_fitted_here=False)}}
    assert said(document, operating_layers=elsewhere) == []
    shared = {MODEL: {1: LayerFacts("For screening", 0.2, is_fitted_here=False, shared_patients=3)}}
    assert said(document, operating_layers=shared) == [("WARNING", "patients_shared")]
    both = {MODEL: {1: LayerFacts("For screening", 0.2, is_fitted_here=True, shared_patients=3)}}
    assert said(document, operating_layers=both) == [("WARNING", "fitted_here")]
    assert said(plan({**OF_AI}, subjects=[{**layered, "operating_layer": 0}])) == [("ERROR", "minimum")]


def test_every_rule_is_tried_here() -> None:
    assert {code for code, _, _ in _ERRORS} == set(ERRORS)
    assert {code for code, _, _ in _WARNINGS} == {*WARNINGS, "reading_order"}


def test_what_the_issue_names_is_refused_with_the_way_on() -> None:
    """No DeLong on clustered data, no random readers with one reader, no ROC on a binary answer."""

    def detail(code: str) -> str:
        endpoint, changes = ERRORS[code]
        return next(one.detail for one in plan_findings(plan(endpoint), facts(**changes)) if one.code == code)

    assert "Obuchowski's method for clusters" in detail("clustered")
    assert "generalise to cases" in detail("one_reader")
    assert "yes/no answer" in detail("no_rating")
    assert "U-statistics" in detail("not_crossed")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subjects": [*PLAN["subjects"], PLAN["subjects"][0]]}, "repeated"),
        ({"endpoints": [{**ENDPOINT, "of": "nobody"}]}, "unknown_subject"),
        ({"endpoints": [{**ENDPOINT, "role": "SECONDARY"}]}, "no_primary"),
        ({"population": {"sessions": [3]}}, "unknown_session"),
        ({"reference_standard_version": 9}, "unknown_version"),
        ({"subjects": aided_with(arm="C")}, "unknown_arm"),
        ({"subjects": aided_with(phase="FIRST")}, "no_first_read"),
        ({"subjects": [*PLAN["subjects"][:2], {**PLAN["subjects"][2], "model_version_id": OTHER}]}, "unknown_model"),
        ({"level": 95}, "maximum"),
        ({"endpoints": [{**ENDPOINT, "figure": "SENSITIVITY", "threshold": float("inf")}]}, "maximum"),
        ({"endpoints": [{**ENDPOINT, "figure": "SENSITIVITY", "threshold": 10**400}]}, "maximum"),
        ({"population": {"sessions": list(range(1, 22))}}, "maxItems"),
        ({"surprise": 1}, "additionalProperties"),
        ({"subjects": []}, "minItems"),
        ({"subjects": [{"key": "x", "kind": "NOBODY", "arm": "A", "phase": "SIGNED"}]}, "enum"),
        ({"subjects": [1]}, "type"),
        ({"subjects": [{**PLAN["subjects"][2], "arm": "A"}]}, "additionalProperties"),
        ({"subjects": aided_with(key="Aided")}, "pattern"),
        ({"endpoints": [{**ENDPOINT, "margin": 15}]}, "exclusiveMaximum"),
        ({"endpoints": [{**ENDPOINT, "margin": True}]}, "type"),
        ({"endpoints": [{**ENDPOINT, "against": 1.5}]}, "maximum"),
        ({"endpoints": [{**ENDPOINT, "against": "Nobody"}]}, "pattern"),
        ({"endpoints": [{**ENDPOINT, "alpha": None}]}, "type"),
    ],
)  # fmt: skip
def test_a_document_that_names_nothing_is_refused(change: dict[str, Any], code: str) -> None:
    assert ("ERROR", code) in said(plan(**change))


def test_a_session_of_a_crossover_that_halves_the_cases_is_not_crossed() -> None:
    """Each reader reads half of the cases in an arm first: of session 1 alone no method of a full factorial is one."""
    first = plan(population={"sessions": [1]})
    assert said(first) == said(plan(), halves_sessions=True) == []
    assert said(first, halves_sessions=True) == [("ERROR", "not_crossed")]
    assert said(plan(population={"sessions": [1, 2]}), halves_sessions=True) == []


def test_an_ai_against_readers_of_other_cases_is_refused_with_the_way_on() -> None:
    against = {"of": "ai", "against": "unaided", "method": "AI_VS_READERS"}
    (error,) = plan_findings(plan(against), facts(is_fully_crossed=False))
    assert (error.code, "apart" in error.detail) == ("not_crossed", True)
    assert "Cases count of which the AI and every reader have a reading." in plan_sentences(plan(against), facts())[3]


def test_readers_who_made_their_own_truth_are_warned_of() -> None:
    """Of the version that the plan names, or else of the newest, as a run would take it."""
    own = {"deciders": {1: frozenset({"r0", "r3", "somebody"}), 2: frozenset({"somebody"})}}
    assert said(plan(), **own) == []
    (warning,) = plan_findings(plan(reference_standard_version=1), facts(**own))
    assert (warning.level, warning.code, warning.field) == (
        "WARNING", "not_independent", "plan.reference_standard_version",
    )  # fmt: skip
    assert "r0, r3 took part in its version 1" in warning.detail
    assert said(plan(), deciders={2: frozenset({"r5"})}) == [("WARNING", "not_independent")]
    only_ai = plan(OF_AI, subjects=PLAN["subjects"][2:])
    assert said(only_ai, deciders={2: SIX}) == []


def test_a_curve_has_no_operating_point_in_words() -> None:
    sentence = plan_sentences(plan(OF_AI), facts())[3]
    assert "the area under the ROC curve of Nodule CAD 1.2 is estimated" in sentence


def test_a_thing_is_said_once_with_the_names_of_its_endpoints() -> None:
    two = [{**ENDPOINT, "key": "first"}, {**ENDPOINT, "key": "second"}]
    document = plan(endpoints=two, multiplicity="HOLM")
    found = plan_findings(document, facts(patients=150))
    assert [one.code for one in found] == ["clusters_ignored", "clusters_ignored"]
    (sentence,) = said_once(document, found)
    assert sentence.startswith("first, second: 200 cases come from 150 patients.")
    assert endpoint_named({"endpoints": "none"}, found[0]) is None


def test_an_arm_without_readers() -> None:
    assert ("ERROR", "no_readers") in said(
        plan(), arms={**FACTS["arms"], "B": ArmFacts("B", "CONCURRENT", frozenset())}
    )


def test_two_primary_hypotheses_without_correction_are_warned_of() -> None:
    two = [ENDPOINT, {**ENDPOINT, "key": "other", "figure": "SENSITIVITY"}]
    (warning,) = plan_findings(plan(endpoints=two), facts())
    assert (warning.level, warning.code) == ("WARNING", "multiplicity")
    assert "10%" in warning.detail
    assert said(plan(endpoints=two, multiplicity="HOLM")) == []
    unequal = [ENDPOINT, {**two[1], "alpha": 0.01}]
    assert ("ERROR", "different_alphas") in said(plan(endpoints=unequal, multiplicity="HOLM"))


def of_marks(endpoint: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return plan({"figure": "WAFROC", **(endpoint or {})}, **{"unit": "LESION", "localisation": BY_DISTANCE, **changes})


@pytest.mark.parametrize("figure", ["WAFROC", "AFROC", "INFERRED_AUC", "LESION_SENSITIVITY"])
def test_figures_of_marks_need_no_answer_to_a_question(figure: str) -> None:
    """Readers rate every mark: a form that asks for marks only has the curves of marks, and no other."""
    known = {**MARKED, "has_call": False, "rating": None, "rating_levels": None, "rating_range": None}
    assert said(of_marks({"figure": figure}), **known) == []
    assert said(of_marks({**OF_AI, "figure": figure, "method": "JACKKNIFE"}), **known) == []
    against = {"figure": figure, "of": "ai", "against": "aided", "method": "AI_VS_READERS"}
    assert said(of_marks(against), **known) == []


def test_a_plan_of_marks_says_when_a_mark_is_on_a_lesion() -> None:
    without = of_marks()
    del without["localisation"]
    assert said(without, **MARKED) == [("ERROR", "no_matching")]
    assert said(of_marks(localisation={**BY_DISTANCE, "max_distance_mm": None}), **MARKED) == [("ERROR", "no_matching")]
    assert said(of_marks(localisation={**BY_DISTANCE, "criterion": "IOU"}), **MARKED) == [("ERROR", "no_matching")]
    other = of_marks(localisation={**BY_DISTANCE, "question": "masses"})
    assert said(other, **MARKED) == [("ERROR", "unknown_question")]
    sentences = plan_sentences(of_marks(), facts(**MARKED))
    assert "\u201cMark the nodules.\u201d" in sentences[3]
    assert "at most 10 mm apart" in sentences[3]
    assert "area under the weighted AFROC curve (wAFROC) of the 6 readers" in sentences[4]
    assert sentences[4].endswith("Cases count that everybody compared has read, also without a mark.")
    by_overlap = {**BY_DISTANCE, "criterion": "IOU", "max_distance_mm": None, "min_iou": 0.3}
    assert "at least 0.3" in plan_sentences(of_marks(localisation=by_overlap), facts(**MARKED))[3]


def test_what_cannot_be_counted_by_marks_says_why() -> None:
    def first(document: dict[str, Any], **changes: Any) -> str:
        return next(
            one.detail for one in plan_findings(document, facts(**{**MARKED, **changes})) if one.level == "ERROR"
        )

    assert "names no lesions" in first(of_marks(), lesion_truths=frozenset())
    of_ai = {**OF_AI, "method": "JACKKNIFE", "figure": "WAFROC"}
    assert "name no places" in first(of_marks(of_ai), located_models=frozenset())
    assert "no method for other designs" in first(of_marks(), is_fully_crossed=False)
    assert "every mark of a reader counts" in first(of_marks({"figure": "LESION_SENSITIVITY", "threshold": 3})).lower()


@pytest.mark.parametrize("figure", ["AUC", "SENSITIVITY"])
def test_cases_are_not_called_patients(figure: str) -> None:
    """With several cases of a patient a method counts cases, by cluster at most: "each patient once" is untrue."""
    method = "CLUSTERED_PROPORTION" if figure == "SENSITIVITY" else "CLUSTERED_DELONG"
    clustered = {**OF_AI, "figure": figure, "method": method}
    assert said(plan(clustered, unit="PATIENT"), patients=150) == [("ERROR", "unit")]
    assert said(plan(clustered), patients=150) == said(plan(clustered, unit="PATIENT")) == []


def test_one_of_two_arms_with_several_readers_is_too_many() -> None:
    arms = {**ONE_READER, "B": ArmFacts("With AI", "CONCURRENT", SIX)}
    document = plan({"method": "DELONG", "generalise_to": "CASES"})
    assert said(document, arms=arms) == [("ERROR", "method_of_subjects")]


def test_the_words_say_all_that_the_document_says() -> None:
    document = plan(
        endpoints=[
            {**ENDPOINT, "hypothesis": "NON_INFERIORITY", "margin": 0.05, "alpha": 0.025},
            {**ENDPOINT, **OF_AI, "key": "ai", "role": "SECONDARY", "figure": "SENSITIVITY", "method": "PROPORTION"},
        ],
        reference_standard_version=2,
        population={"sessions": [1, 2]},
    )
    assert said(document) == []
    assert plan_sentences(document, facts()) == [
        "All signed reads of session 1 and 2 of 200 cases count; training cases, hidden repeats, arbitrations and what "
        "was withdrawn do not.",
        "Each case counts once.",
        "The truth is version 2 of the reference standard.",
        "Primary endpoint 1: the area under the ROC curve of the 6 readers in the arm With AI is less than that of the "
        "6 readers in the arm Unaided by no more than 0.05 (one-sided, alpha 0.025), by Obuchowski and Rockette's "
        "analysis, with 95% intervals. The result is to hold for other readers and other cases.",
        "Secondary endpoint 2: the sensitivity of Nodule CAD 1.2 at a score of 0.5 is estimated, by Wilson's interval, "
        "with 95% intervals. The result holds for these readers and AI versions, on other cases.",
    ]


def _endpoints() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "key": st.sampled_from(["one", "two", "three"]),
            "role": st.sampled_from(["PRIMARY", "SECONDARY"]),
            "figure": st.sampled_from(["AUC", "SENSITIVITY", "SPECIFICITY", "WAFROC", "FROC", "LESION_SENSITIVITY"]),
            "threshold": st.none() | st.floats(1, 5),
            "of": st.sampled_from(["aided", "unaided", "ai"]),
            "against": st.none() | st.sampled_from(["aided", "unaided", "ai"]) | st.floats(0, 1),
            "hypothesis": st.sampled_from(["ESTIMATE", "DIFFERENCE", "SUPERIORITY", "NON_INFERIORITY", "EQUIVALENCE"]),
            "margin": st.none() | st.floats(0.01, 0.5),
            "alpha": st.sampled_from([0.025, 0.05]),
            "method": st.sampled_from(
                [
                    "MRMC_OR",
                    "MRMC_U",
                    "AI_VS_READERS",
                    "JACKKNIFE",
                    "DELONG",
                    "CLUSTERED_DELONG",
                    "PROPORTION",
                    "MCNEMAR",
                ]
            ),
            "generalise_to": st.sampled_from(["READERS_AND_CASES", "CASES", "READERS"]),
        }
    )


@given(
    st.lists(_endpoints(), min_size=1, max_size=3),
    st.sampled_from(["CASE", "PATIENT", "LESION"]),
    st.booleans(),
    st.booleans(),
)
def test_any_plan_is_answered_and_one_without_errors_can_be_said(
    endpoints: list[dict[str, Any]], unit: str, crossed: bool, clustered: bool
) -> None:
    changes = {"is_fully_crossed": crossed, "patients": 150 if clustered else 200, **MARKED}
    document = plan(endpoints=endpoints, unit=unit, localisation=BY_DISTANCE)
    findings = plan_findings(document, facts(**changes))
    assert all(one.detail and one.field.startswith("plan") for one in findings)
    if not any(one.level == "ERROR" for one in findings):
        sentences = plan_sentences(document, facts(**changes))
        assert sum("endpoint" in one for one in sentences) == len(endpoints)

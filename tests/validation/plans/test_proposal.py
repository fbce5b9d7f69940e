"""What is proposed of a design can always be carried out, and begins with the question that the design is made for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.plans.test_plans import ENDPOINT, MARKED, MODEL, OF_AI, OTHER, SIX, aided_with, facts, plan
from validation.plans.choices import plan_choices
from validation.plans.facts import ArmFacts, StudyFacts
from validation.plans.proposal import proposed_plan
from validation.plans.rules import plan_findings

LONE = frozenset({"r0"})


def primary(**changes: Any) -> tuple[Any, ...]:
    proposed = proposed_plan(facts(**changes))
    assert proposed is not None
    (one,) = [endpoint for endpoint in proposed["endpoints"] if endpoint["role"] == "PRIMARY"]
    return tuple(one[name] for name in ("figure", "of", "against", "method", "generalise_to"))


def test_a_crossover_asks_whether_the_ai_helps() -> None:
    assert primary() == ("AUC", "aided", "unaided", "MRMC_OR", "READERS_AND_CASES")
    assert primary(is_fully_crossed=False) == ("AUC", "aided", "unaided", "MRMC_U", "READERS_AND_CASES")
    assert primary(rating=None) == ("SENSITIVITY", "aided", "unaided", "MRMC_OR", "READERS_AND_CASES")
    one = {"A": ArmFacts("Unaided", "HIDDEN", LONE), "B": ArmFacts("With AI", "CONCURRENT", LONE)}
    assert primary(arms=one) == ("AUC", "aided", "unaided", "DELONG", "CASES")
    assert primary(arms=one, patients=150) == ("AUC", "aided", "unaided", "CLUSTERED_DELONG", "CASES")


def test_a_second_reader_is_compared_with_the_first_read() -> None:
    second = {"A": ArmFacts("Second reader", "SECOND_READ", SIX)}
    assert primary(arms=second)[:3] == ("AUC", "aided", "unaided")
    crossed = {"A": ArmFacts("Unaided", "HIDDEN", SIX), "B": ArmFacts("Second reader", "SECOND_READ", SIX)}
    assert primary(arms=crossed)[:3] == ("AUC", "aided_b", "unaided_a")


def test_readers_without_an_arm_with_ai_are_compared_with_the_ai() -> None:
    alone = {"A": ArmFacts("Reading", "HIDDEN", SIX)}
    assert primary(arms=alone) == ("AUC", "ai", "unaided", "AI_VS_READERS", "READERS_AND_CASES")
    assert primary(arms=alone, own_models=frozenset()) == ("AUC", "unaided", None, "MRMC_OR", "READERS_AND_CASES")
    assert primary(arms=alone, model_versions={}) == ("AUC", "unaided", None, "MRMC_OR", "READERS_AND_CASES")


def test_two_techniques_that_are_read_alike_are_compared() -> None:
    both = {"A": ArmFacts("Spin echo", "HIDDEN", SIX), "B": ArmFacts("Cine", "HIDDEN", SIX)}
    wanted = ("AUC", "unaided_a", "unaided_b", "MRMC_OR", "READERS_AND_CASES")
    assert primary(arms=both, model_versions={}) == primary(arms=both) == wanted


def test_nothing_is_proposed_where_nobody_says_anything() -> None:
    nobody = {"A": ArmFacts("Reading", "HIDDEN", frozenset())}
    assert proposed_plan(facts(arms=nobody, model_versions={})) is None
    assert proposed_plan(facts(has_call=False, rating=None, model_versions={})) is None


def test_readers_who_only_mark_are_measured_by_their_marks() -> None:
    known = facts(**{**MARKED, "has_call": False, "rating": None})
    proposed = proposed_plan(known)
    assert proposed is not None
    assert [(one["figure"], one["of"], one["against"], one["method"]) for one in proposed["endpoints"]] == [
        ("WAFROC", "aided", "unaided", "MRMC_OR"),
        ("LESION_SENSITIVITY", "aided", "unaided", "MRMC_OR"),
        ("WAFROC", "ai", None, "JACKKNIFE"),
    ]
    assert proposed["unit"] == "LESION"
    assert proposed["localisation"]["max_distance_mm"] == 10
    assert [one.code for one in plan_findings(proposed, known) if one.level == "ERROR"] == []


_NAMES = st.sets(st.sampled_from(["r0", "r1", "r2", "r3"])).map(frozenset)
_ARMS = st.dictionaries(
    st.sampled_from(["A", "B", "C", "AN_ARM_OF_20_LETTERS"]),
    st.builds(
        ArmFacts,
        name=st.just("An arm"),
        ai_display=st.sampled_from(["HIDDEN", "AFTER_SIGNING", "CONCURRENT", "SECOND_READ"]),
        readers=_NAMES,
    ),
    min_size=1,
)
_MODELS = st.sampled_from([{}, {MODEL: "CAD 1"}, {MODEL: "CAD 1", OTHER: "CAD 2"}])
_FACTS = st.builds(
    StudyFacts,
    arms=_ARMS,
    sessions=st.just((1, 2)),
    is_fully_crossed=st.booleans(),
    cases=st.just(20),
    patients=st.sampled_from([20, 12]),
    has_call=st.booleans(),
    rating=st.sampled_from([None, "ORDINAL"]),
    model_versions=_MODELS,
    own_models=st.sampled_from([frozenset(), frozenset({MODEL})]),
    operating_points=st.sampled_from([{}, {MODEL: 0.4}]),
)


@given(known=_FACTS)
def test_a_proposal_never_has_an_error(known: StudyFacts) -> None:
    proposed = proposed_plan(known)
    if proposed is not None:
        assert [one for one in plan_findings(proposed, known) if one.level == "ERROR"] == []
    else:
        assert not known.own_models & set(known.model_versions)


def reasons(field: str, endpoint: dict[str, Any] | None = None, **changes: Any) -> dict[str, str | None]:
    (one,) = plan_choices(plan(endpoint), facts(**changes))["endpoints"]
    return {choice["value"]: choice["reason"] for choice in one[field]}


def test_a_method_that_is_impossible_says_why_before_it_is_chosen() -> None:
    of_readers = reasons("method")
    assert [name for name, reason in of_readers.items() if reason is None] == ["MRMC_OR", "MRMC_U"]
    assert "several readers" in str(of_readers["DELONG"])
    assert "U-statistics" in str(reasons("method", is_fully_crossed=False)["MRMC_OR"])
    of_ai = reasons("method", OF_AI, patients=150)
    assert "150 patients" in str(of_ai["DELONG"])
    assert of_ai["CLUSTERED_DELONG"] is None


def test_figures_units_and_generalisations_say_why_too() -> None:
    assert "yes/no answer only" in str(reasons("figure", rating=None)["AUC"])
    assert "no located findings" in str(reasons("figure")["AFROC"])
    lone = {key: ArmFacts(key, "HIDDEN", LONE) for key in "AB"}
    assert {name for name, reason in reasons("generalise_to", arms=lone).items() if reason} == {
        "READERS_AND_CASES",
        "READERS",
    }
    units = {one["value"]: one["reason"] for one in plan_choices(plan(), facts(patients=150))["unit"]}
    assert units["CASE"] is None
    assert "by cluster" in units["PATIENT"]
    assert "no located findings" in units["LESION"]


@given(known=_FACTS, method=st.sampled_from(["MRMC_OR", "MRMC_U", "AI_VS_READERS", "DELONG", "PROPORTION", "MCNEMAR"]))
def test_a_choice_without_a_reason_has_no_error_at_the_method(known: StudyFacts, method: str) -> None:
    proposed = proposed_plan(known)
    if proposed is None:
        return
    offered = plan_choices(proposed, known)["endpoints"][0]["method"]
    reason = next(one["reason"] for one in offered if one["value"] == method)
    proposed["endpoints"][0]["method"] = method
    at_method = [one for one in plan_findings(proposed, known) if one.field == "plan.endpoints[0].method"]
    errors = [one.detail for one in at_method if one.level == "ERROR"]
    if reason is None:
        assert errors == []
    else:
        assert reason in {one.detail for one in plan_findings(proposed, known)}


@pytest.mark.parametrize(
    "broken", [None, [], {**plan(), "level": 95}, plan(subjects=aided_with(arm="C")), plan({"of": "nobody"})]
)
def test_nothing_is_offered_of_a_plan_that_names_nothing(broken: Any) -> None:
    assert plan_choices(broken, facts()) == {"unit": [], "endpoints": []}


@pytest.mark.parametrize(
    ("hypothesis", "alpha", "level", "is_said"),
    [
        ("DIFFERENCE", 0.05, 0.95, False),
        ("SUPERIORITY", 0.01, 0.99, False),
        ("SUPERIORITY", 0.025, 0.95, True),
        ("NON_INFERIORITY", 0.025, 0.95, False),
        ("NON_INFERIORITY", 0.05, 0.95, True),
        ("EQUIVALENCE", 0.05, 0.9, False),
    ],
)
def test_the_interval_that_goes_with_a_test(hypothesis: str, alpha: float, level: float, is_said: bool) -> None:
    """Two one-sided tests at alpha and the 1 - 2 alpha interval decide alike: Schuirmann 1987; ICH E9, 3.3.2."""
    margin = 0.05 if hypothesis in {"NON_INFERIORITY", "EQUIVALENCE"} else None
    document = plan({**ENDPOINT, "hypothesis": hypothesis, "alpha": alpha, "margin": margin}, level=level)
    assert [one.code for one in plan_findings(document, facts())] == (["level_and_alpha"] if is_said else [])

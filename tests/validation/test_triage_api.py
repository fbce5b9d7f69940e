"""Triage of an analysis: schedules worked out by hand, queues in closed form, and nothing for who may not see it."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from annotations.models import AiOrder, Revision, RevisionTimes
from portal.accounts.models import User
from portal.audit.models import Event
from tests.validation.factory import make_reader_study
from tests.validation.test_analysis_runs import newer_version, run_now
from tests.validation.test_plans import carried_out, locked
from validation.models import AnalysisRun
from validation.selectors.triage import read_times
from validation.stats.results import Estimate
from validation.stats.triage import TriageEffect, Waits
from validation.triage.cases import TriageCase
from validation.triage.facts import operating_points
from validation.triage.queue import QueueWish, queue_answer
from validation.triage.words import sentences_of

pytestmark = pytest.mark.django_db

QUEUE = {"arrivals_per_hour": 6, "mean_reading_min": 8, "readers": 1}
AI = {"prevalence": 0.1, "sensitivity": 0.9, "specificity": 0.8}


@pytest.fixture
def made():
    return make_reader_study()


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def ask(client, run, part, **sent):
    answer = client.post(f"/api/v1/analysis-runs/{run.pk}/triage/{part}", sent, format="json")
    return answer.status_code, answer.json()


def replay(client, run, **sent):
    status, answer = ask(client, run, "replay", **sent)
    assert status == 200, answer
    return answer


def named(made, position):
    return made.reader_study.cases.get(position=position).name


def test_what_can_be_chosen(made, client):
    run = run_now(made)
    answer = client.get(f"/api/v1/analysis-runs/{run.pk}/triage").json()
    (model,) = answer["models"]
    assert (model["name"], model["threshold"], model["positives"], model["negatives"]) == ("Finder 1.0", 0.5, 5, 4)
    assert [(one["reason"], one["n"]) for one in model["exclusions"]] == [("no-prediction", 1), ("no-truth", 1)]
    # From 0.5 on: four of five positive, three of four negative cases are called right.
    at = {one["threshold"]: (one["sensitivity"], one["specificity"]) for one in model["points"]}
    assert (at[0.5], at[0.95], at[0.1]) == ((0.8, 0.75), (0.2, 1.0), (1.0, 0.0))
    assert answer["arm"] == "A"
    assert answer["arms"] == [
        {"key": "A", "name": "Reading", "reads": 20, "timed_reads": 0, "mean_reading_min": None}
    ]  # fmt: skip
    assert Event.objects.filter(action="analysis_run.view").latest("pk").detail == {"part": "triage"}


def test_the_readers_days_by_hand(made, client):
    """Ten minutes each. By the score Alice reads the positive cases at 0, 10, 20, 40, 60, Berta (one less) to 40.

    Kleinrock: whatever the order, all waits together stay the same.
    """
    answer = replay(client, run_now(made), reading_min=10)
    assert answer["counts"] == {"waits": 17, "positives": 9, "negatives": 8, "days": 2}
    effect = answer["effect"]
    assert effect["positives"]["triaged_min"]["value"] == pytest.approx((130 + 70) / 9)
    assert effect["negatives"]["triaged_min"]["value"] == pytest.approx((230 + 210) / 8)
    for order in ("first_come_min", "triaged_min"):
        total = 9 * effect["positives"][order]["value"] + 8 * effect["negatives"][order]["value"]
        assert total == pytest.approx(360 + 280)
    assert answer["curves"]["positives"]["triaged"][0] == pytest.approx(7 / 9), "two are read at once"
    assert "queue of its own" in answer["notes"][0]
    again = replay(client, run_now(made), reading_min=10)
    assert again["effect"] == effect


CSV = "case,arrived_at\n{},2026-11-27T08:00\n{},2026-11-27T08:01\n{},2026-11-27T08:12\n{},2026-11-27T08:03\n"


def arrivals(made):
    """Cases of the scores 0.2, 0.1, 0.95 and 0.4, of which the third is positive."""
    return CSV.format(*(named(made, position) for position in (8, 9, 1, 7)))


def test_a_file_of_arrivals_by_hand(made, client):
    """The urgent third case must let the second finish, which began at 10 (tests/validation/stats/test_triage.py)."""
    run = run_now(made)
    answer = replay(client, run, arrivals="CSV", csv=arrivals(made), reading_min=10, threshold=0.5)
    effect = answer["effect"]
    assert [effect["positives"][one]["value"] for one in ("first_come_min", "triaged_min")] == [18, 8]
    assert effect["negatives"]["first_come_min"]["value"] == pytest.approx((0 + 9 + 17) / 3)
    assert effect["negatives"]["triaged_min"]["value"] == pytest.approx((0 + 9 + 27) / 3)
    positive, negative = answer["sentences"]
    assert positive.startswith("Positive cases are read 10.0 min earlier in the AI's order: they wait 8.0 instead of")
    assert "No interval: All such cases are of one day" in positive
    assert negative.startswith("Negative cases are read 3.3 min later in the AI's order")
    assert {"reason": "not-listed", "n": 5}.items() <= {one["reason"]: one for one in answer["exclusions"]}[
        "not-listed"
    ].items()
    two = replay(client, run, arrivals="CSV", csv=arrivals(made), reading_min=10, threshold=0.5, readers=2)
    assert two["effect"]["positives"]["first_come_min"]["value"] == 0


def test_a_wrong_file_is_refused_at_its_row(made, client):
    run = run_now(made)
    for text, row, code in (
        ("case,when\nx,y\n", 1, "column_missing"),
        ("case,arrived_at,case\n{0},2026-11-27T08:00,x\n", 1, "column_repeated"),
        ("case,arrived_at\nNobody,2026-11-27T08:00\n", 2, "unknown"),
        ("case,arrived_at\n{0},yesterday\n", 2, "not_a_moment"),
        ("case,arrived_at\n{0},2026-11-27T08:00\n{0},2026-11-27T09:00\n", 3, "repeated"),
        ("case,arrived_at\n", 2, "empty"),
    ):
        status, answer = ask(client, run, "replay", arrivals="CSV", csv=text.format(named(made, 1)))
        assert (status, answer["code"]) == (400, "invalid_csv")
        assert [(one["row"], one["code"]) for one in answer["errors"]] == [(row, code)]


def test_cases_at_random_come_once_each_and_the_same_seed_gives_the_same(made, client):
    run = run_now(made)
    sent = {"arrivals": "POISSON", "arrivals_per_hour": 2, "hours_per_day": 1, "reading_min": 20}
    one, other, again = (replay(client, run, **sent, seed=seed) for seed in (1, 2, 1))
    assert one == again
    assert one["effect"] != other["effect"]
    assert (one["counts"]["waits"], one["notes"]) == (9, [])
    full = replay(client, run, **sent | {"arrivals_per_hour": 60})
    assert "2000% of the time: the queue is unstable" in full["notes"][0]


def test_reads_that_nobody_timed_are_said_and_timed_ones_are_taken(made, client):
    run = run_now(made)
    answer = replay(client, run)
    assert answer["effect"]["undefined"] == "not-collected"
    assert answer["curves"] is None
    assert [(one["reason"], one["n"]) for one in answer["exclusions"]][-1] == ("no-time", 17)
    for revision in Revision.objects.filter(kind="SIGNED"):
        RevisionTimes.objects.create(revision=revision, phases={}, active_ms=90_000)
    timed = replay(client, run)
    assert timed["effect"] == replay(client, run, reading_min=1.5)["effect"]
    snapshot = {"reads": [{"state": "SIGNED", "revision": str(revision.pk)}]}
    assert read_times(snapshot)[str(revision.pk)].minutes == 1.5
    facts = client.get(f"/api/v1/analysis-runs/{run.pk}/triage").json()
    assert facts["arms"][0] | {"name": ""} == {
        "key": "A", "name": "", "reads": 20, "timed_reads": 20, "mean_reading_min": 1.5,
    }  # fmt: skip


def test_a_run_by_plan_and_a_worklist_that_was_ordered_already(made, client):
    run = carried_out(client, made, locked(client, made))
    AiOrder.objects.create(
        reader_study=made.reader_study, model_version=made.model_version, operating_threshold=0.5,
        arms={"A": "AI_SCORE"}, cases=[],
    )  # fmt: skip
    answer = replay(client, run, reading_min=10)
    assert answer["counts"]["waits"] == 17
    assert "The AI ordered the worklists of arm(s) A" in answer["notes"][1]


def test_wrong_input_is_refused_at_its_field(made, client):
    run = run_now(made)
    for sent, field, code in (
        ({"arrivals": "CSV"}, "csv", "required"),
        ({"arrivals": "POISSON"}, "arrivals_per_hour", "required"),
        ({"csv": "x"}, "csv", "not_wanted"),
        ({"readers": 2}, "readers", "not_wanted"),
        ({"arm": "Z"}, "arm", "unknown"),
        ({"model_version_id": "other"}, "model_version_id", "unknown"),
        ({"threshold": "nan"}, "threshold", "invalid"),
        ({"reading_min": 0}, "reading_min", "min_value"),
    ):
        status, answer = ask(client, run, "replay", **sent)
        assert (status, [(one["field"], one["code"]) for one in answer["errors"]]) == (400, [(field, code)]), sent


def test_an_analysis_without_an_ai_says_so(client):
    alone = make_reader_study("alone-", with_ai=False)
    client.force_authenticate(alone.coordinator)
    run = run_now(alone)
    assert client.get(f"/api/v1/analysis-runs/{run.pk}/triage").json()["models"] == []
    status, answer = ask(client, run, "replay")
    assert (status, answer["errors"][0]["code"]) == (400, "no_ai_model")


def test_nobody_else_and_nobody_before_there_is_a_result(made, client):
    run = run_now(made)
    for person in (made.readers["alice"], User.objects.create_user("stranger")):
        client.force_authenticate(person)
        assert client.get(f"/api/v1/analysis-runs/{run.pk}/triage").status_code in (403, 404)
        assert ask(client, run, "replay")[0] in (403, 404)
        assert ask(client, run, "queue", **QUEUE, **AI)[0] in (403, 404)


def test_nothing_of_a_run_whose_truth_is_not_locked(made, client):
    run = run_now(made)
    AnalysisRun.objects.filter(pk=run.pk).update(reference_standard=newer_version(made))
    first = client.get(f"/api/v1/analysis-runs/{run.pk}/triage")
    assert (first.status_code, first.json()["code"]) == (409, "reference_standard_not_locked")
    for part, sent in (("replay", {}), ("queue", QUEUE | AI)):
        status, answer = ask(client, run, part, **sent)
        assert (status, answer["code"]) == (409, "reference_standard_not_locked")


def test_one_reader_in_closed_form_through_the_api(made, client):
    """M/M/1 with rho 0.8: rho / (mu - lambda) = 32 min; Cobham for the classes; Kleinrock for the mean of both."""
    status, answer = ask(client, run_now(made), "queue", **QUEUE, **AI)
    assert status == 200, answer
    found, flagged = answer["closed_form"], 0.1 * 0.9 + 0.9 * 0.2
    assert answer["utilisation"] == pytest.approx(0.8)
    assert found["first_come_min"] == pytest.approx(32)
    assert found["flagged_min"] == pytest.approx(0.8 * 8 / (1 - 0.8 * flagged))
    assert 0.1 * found["positives_min"] + 0.9 * found["negatives_min"] == pytest.approx(32)
    # In words it is the closed form that is told, and not one simulation of it.
    gain = 32 - found["positives_min"]
    assert answer["sentences"][0].startswith(f"Positive cases are read {gain:.1f} min earlier in the AI's order: they")
    assert "instead of 32.0 min on average (simulated: 95 % interval" in answer["sentences"][0]
    simulated = answer["simulation"]
    assert simulated["cases"] == 100_000
    for whose in ("positives", "negatives"):
        assert simulated[whose]["triaged_min"]["value"] == pytest.approx(found[f"{whose}_min"], rel=0.15)
    assert simulated["positives"]["change_min"]["high"] < 0 < simulated["negatives"]["change_min"]["low"]
    shares = answer["curves"]["positives"]["triaged"]
    assert all(later <= sooner for sooner, later in itertools.pairwise(shares))


def test_an_unstable_queue_is_a_named_outcome(made, client):
    busy = {"arrivals_per_hour": 60, "mean_reading_min": 2, "readers": 2}
    status, answer = ask(client, run_now(made), "queue", **busy, **AI)
    assert status == 200
    assert answer["closed_form"]["undefined"] == answer["simulation"]["undefined"] == "unstable-queue"
    assert answer["curves"] is None
    assert "The queue is unstable: 2 readers are busy 100% of the time" in answer["sentences"][0]


def told(part="sentences", **more):
    """The sentences about a queue whose readers are busy 80 % of the time."""
    asked = {"arrivals_per_hour": 6, "mean_reading_min": 8, "readers": 1, **AI, "seed": 1, "level": 0.95}
    return queue_answer(QueueWish(**asked | more))[part]


def test_a_class_that_does_not_come_has_no_wait_and_what_has_not_settled_no_interval():
    assert told(prevalence=0)[0] == "No positive case comes."
    assert told(prevalence=1)[1] == "No negative case comes."
    assert "simulated: 95 % interval" in told()[0]
    nearly = told(arrivals_per_hour=7.4)
    assert "simulated" not in nearly[0] + nearly[1]
    assert told("notes") == []
    (note,) = told("notes", prevalence=0.001)
    assert note.startswith("Positive cases: no interval of the simulation; trust the closed form. Of 10000 cases")


def test_sentences_round_as_the_tables_beside_them():
    """81.25 is 81.3 in the browser (ECMAScript, toFixed: of two equally near the larger), and 0 has no minus."""
    waits = Waits(*(Estimate(value, None, None, 0.95, "none", 2, "Two.") for value in (100.25, 19.0, -81.25)))
    nothing = Waits(*(Estimate(-0.0, -0.0, -0.0, 0.95, "none", 2) for _ in range(3)))
    positive, negative = sentences_of(TriageEffect(waits, nothing))
    assert positive.startswith("Positive cases are read 81.3 min earlier in the AI's order")
    assert "they wait 19.0 instead of 100.3 min" in positive
    assert "interval 0.0 to 0.0 min): they wait 0.0 instead of 0.0 min" in negative


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 1), st.integers(1, 4), st.floats(0.1, 0.9))
def test_order_changes_who_waits_and_not_how_long_all_do(prevalence, sensitivity, specificity, readers, busy):
    """Kleinrock's conservation law, in closed form, of what the queue route answers."""
    wish = QueueWish(12 * busy * readers, 5, readers, prevalence, sensitivity, specificity, 1, 0.95)
    found = queue_answer(wish)["closed_form"]
    mean = prevalence * found["positives_min"] + (1 - prevalence) * found["negatives_min"]
    assert mean == pytest.approx(found["first_come_min"])


def test_of_many_scores_evenly_many_operating_points_and_the_own_one_are_shown():
    cases = [TriageCase(str(i), str(i), i % 3 == 0, i / 1000) for i in range(1000)]
    points = operating_points(cases, 0.5005)
    assert len(points) == 201
    assert 0.5005 in {one["threshold"] for one in points}
    assert operating_points([case for case in cases if case.is_positive], 0.5) == []

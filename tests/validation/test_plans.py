"""Plans of a reader study: kept version by version, locked with what was known, carried out byte by byte."""

import csv
import io
import json
import math
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from annotations.models import Membership
from annotations.services.reader_studies import reader_study_close
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.db import JobState
from portal.imaging.models import ImagingStudy
from portal.inference.layer_rule import LayerRule, calibrated_score
from portal.inference.operating_layers import LayerMade, LayerWords, operating_layer_create
from tests.validation.factory import CALL, make_reader_study
from validation.canonical import parse
from validation.models import AnalysisPlan, AnalysisPlanLock, AnalysisRun
from validation.services import analysis_run_create
from validation.tasks import analysis_run_execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return make_reader_study()


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def address(made, tail=""):
    return f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-plans{tail}"


def endpoint(**changes):
    return {
        "key": "auc_readers", "role": "PRIMARY", "figure": "AUC", "threshold": None, "of": "ai", "against": "readers",
        "hypothesis": "NON_INFERIORITY", "margin": 0.1, "alpha": 0.05, "method": "AI_VS_READERS",
        "generalise_to": "CASES",
    } | changes  # fmt: skip


def document(made, *endpoints, **changes):
    return {
        "population": {"sessions": None},
        "unit": "CASE",
        "reference_standard_version": None,
        "level": 0.95,
        "subjects": [
            {"key": "readers", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
            {"key": "ai", "kind": "AI", "model_version_id": str(made.model_version.pk), "operating_point": 0.5},
        ],
        "endpoints": list(endpoints) or [endpoint(**ESTIMATE)],
        "multiplicity": "NONE",
    } | changes


ESTIMATE = {
    "key": "ai_sensitivity", "figure": "SENSITIVITY", "against": None, "hypothesis": "ESTIMATE", "margin": None,
    "method": "PROPORTION",
}  # fmt: skip


def save(client, made, plan, base=0, **more):
    return client.post(address(made), {"plan": plan, "base": base, **more}, "json")


def locked(client, made, plan=None):
    answer = save(client, made, plan or document(made))
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    assert client.post(address(made, f"/{number}/lock")).status_code == 201
    return AnalysisPlan.objects.get(number=number)


def carried_out(client, made, plan):
    answer = client.post(f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs", {"plan": plan.number}, "json")
    assert answer.status_code == 202, answer.content
    analysis_run_execute(answer.json()["id"])
    run = AnalysisRun.objects.select_related("result", "snapshot").get(pk=answer.json()["id"])
    assert run.state == JobState.SUCCEEDED, run.error_detail
    return run


def test_what_a_plan_can_ask_for(client, made):
    facts = client.get(address(made, "/facts")).json()
    assert facts["arms"] == [{"key": "A", "name": "Reading", "ai_display": "HIDDEN", "readers": 2}]
    assert (facts["cases"], facts["patients"], facts["has_call"], facts["rating"]) == (11, 11, True, "CONFIDENCE")
    finder = {"id": str(made.model_version.pk), "name": "Finder 1.0", "is_located": False, "operating_point": 0.5}
    finder["layers"] = []
    assert facts["model_versions"] == [finder]
    assert facts.pop("known") == {"truth_is_locked": True, "results": 0, "runs_under_way": 0}
    assert "truth" not in json.dumps(facts).replace("truths", "")


def test_what_is_proposed_can_be_saved_locked_and_carried_out(client, made):
    proposed = client.get(address(made, "/facts")).json()["proposal"]
    first = proposed["endpoints"][0]
    assert (first["role"], first["of"], first["against"]) == ("PRIMARY", "ai", "unaided")
    read = client.post(address(made, "/reading"), {"plan": proposed}, "json").json()
    assert not [one for one in read["findings"] if one["level"] == "ERROR"]
    assert len(read["endpoints"]) == len(proposed["endpoints"])
    reasons = {one["value"]: one["reason"] for one in read["endpoints"][0]["method"]}
    assert reasons["AI_VS_READERS"] is None
    assert "several readers" in reasons["DELONG"]
    result = parse(carried_out(client, made, locked(client, made, proposed)).result.content)
    assert [one["key"] for one in result["endpoints"]] == [one["key"] for one in proposed["endpoints"]]


def test_a_plan_is_not_locked_while_a_result_is_on_its_way(client, made):
    """Whether the result was known by the lock could not be told afterwards."""
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    save(client, made, document(made))
    assert client.get(address(made, "/facts")).json()["known"]["runs_under_way"] == 1
    answer = client.post(address(made, "/1/lock"))
    assert (answer.status_code, answer.json()["code"]) == (409, "analysis_under_way")
    assert client.post(f"/api/v1/analysis-runs/{run.pk}/cancel").status_code == 200
    assert client.post(address(made, "/1/lock")).json()["results_before"] == 0


def test_a_plan_is_read_without_being_stored(client, made):
    answer = client.post(address(made, "/reading"), {"plan": document(made)}, "json").json()
    assert answer["findings"] == []
    assert answer["sentences"][3].startswith("Primary endpoint 1: the sensitivity of Finder 1.0 at a score of 0.5")
    impossible = document(made, endpoint(method="DELONG", alpha=0.025))
    wrong = client.post(address(made, "/reading"), {"plan": impossible}, "json").json()
    assert wrong["sentences"] == []
    assert {one["code"] for one in wrong["findings"]} == {"method_of_subjects"}
    assert client.post(address(made, "/reading"), {"plan": [1]}, "json").json()["findings"][0]["level"] == "ERROR"
    assert AnalysisPlan.objects.count() == 0


def test_versions_are_kept_and_two_tabs_lose_nothing(client, made):
    assert save(client, made, document(made)).json()["number"] == 1
    again = save(client, made, document(made))
    assert (again.status_code, again.json()["number"]) == (201, 1)
    other = document(made, level=0.9)
    stale = save(client, made, other)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_plan")
    assert save(client, made, other, base=1).json()["number"] == 2
    assert client.get(address(made, "/1")).json() == document(made)
    assert [one["number"] for one in client.get(address(made)).json()["results"]] == [2, 1]
    assert client.get(address(made, "/9")).status_code == 404


def test_a_form_that_is_none_is_refused_at_its_field(client, made):
    answer = save(client, made, document(made, level=95))
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("plan.level", "maximum")]


def test_what_the_design_lacks_keeps_a_plan_from_being_locked(client, made):
    assert save(client, made, document(made, endpoint(method="DELONG"))).status_code == 201
    answer = client.post(address(made, "/1/lock"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_plan")
    assert answer.json()["errors"][0]["field"] == "plan.endpoints[0].method"
    assert AnalysisPlanLock.objects.count() == 0


def test_a_lock_says_what_was_known_and_an_amendment_why(client, made):
    plan = locked(client, made)
    assert (plan.lock.truth_was_locked, plan.lock.results_before) == (True, 0)
    assert client.post(address(made, "/1/lock")).status_code == 201
    assert AnalysisPlanLock.objects.count() == 1
    changed = document(made, level=0.9)
    without = save(client, made, changed, base=1)
    assert (without.status_code, without.json()["code"], without.json()["plan"]) == (409, "plan_locked", 1)
    assert "locked by carla" in without.json()["detail"]
    carried_out(client, made, plan)
    amended = save(client, made, changed, base=1, reason="Reviewers asked for 90 % intervals.")
    assert amended.json()["number"] == 2
    assert client.post(address(made, "/1/lock")).status_code == 409
    again = save(client, made, document(made, level=0.8), base=2)
    assert (again.status_code, [one["field"] for one in again.json()["errors"]]) == (400, ["reason"])
    assert client.post(address(made, "/2/lock")).json()["results_before"] == 1
    result = parse(carried_out(client, made, AnalysisPlan.objects.get(number=2)).result.content)
    assert result["plan"]["amends"] == [{"number": 1, "digest": plan.digest}]
    assert any("not pre-specified" in note for note in result["notes"])
    assert any("amends version 1: Reviewers asked" in note for note in result["notes"])


def test_a_plan_that_is_not_locked_is_not_carried_out(client, made):
    save(client, made, document(made))
    runs = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    answer = client.post(runs, {"plan": 1}, "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_not_locked")
    assert client.post(runs, {"plan": 7}, "json").status_code == 404
    both = client.post(runs, {"plan": 1, "confidence_level": 0.9}, "json")
    assert "leave out confidence_level" in both.content.decode()


def test_what_has_changed_since_the_lock_is_said_or_refused(client, made):
    """Two cases turn out to be of one patient; then no case is left that the AI has scored."""
    plan = locked(client, made)
    first, second = made.reader_study.cases.order_by("position")[:2]
    ImagingStudy.objects.filter(pk=first.imaging_study_id).update(patient=second.imaging_study.patient)
    result = parse(carried_out(client, made, plan).result.content)
    assert [(one["level"], one["code"]) for one in result["plan"]["warnings"]] == [("ERROR", "clustered")]
    assert any("Since the plan was locked" in note and "11 cases come from 10" in note for note in result["notes"])
    made.reader_study.cases.update(withdrawn_at=timezone.now())
    runs = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    answer = client.post(runs, {"plan": plan.number}, "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_outdated")


def test_a_draft_that_somebody_else_locked_meanwhile_can_go_on_as_an_amendment(client, made):
    """Two coordinators: what one has written is refused with who locked, and kept once there is a reason."""
    save(client, made, document(made))
    other = User.objects.create_user("olga")
    Membership.objects.create(reader_study=made.reader_study, user=other, role=Role.COORDINATOR)
    second = APIClient()
    second.force_authenticate(other)
    assert second.post(address(made, "/1/lock")).status_code == 201
    written = document(made, level=0.9)
    refused = save(client, made, written, base=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_locked")
    assert "Version 1 was locked by olga" in refused.json()["detail"]
    assert save(client, made, written, base=1, reason="Wider intervals suffice.").json()["number"] == 2


def test_a_version_whose_place_another_has_taken_is_not_run(client, made):
    plan = locked(client, made)
    save(client, made, document(made, level=0.9), base=1, reason="Reviewers asked.")
    runs = f"/api/v1/reader-studies/{made.reader_study.pk}/analysis-runs"
    # A draft takes no place yet.
    assert client.post(runs, {"plan": 1}, "json").status_code == 202
    AnalysisRun.objects.update(state=JobState.CANCELLED)
    client.post(address(made, "/2/lock"))
    answer = client.post(runs, {"plan": 1}, "json")
    assert (answer.status_code, answer.json()["code"], answer.json()["plan"]) == (409, "plan_superseded", 2)
    with pytest.raises(CommandError, match="has taken the place"):
        call_command("analyse", plan=str(plan.pk), out="out")


def test_the_protocol_says_what_the_plan_says(client, made):
    """In the words of its live reading, as a draft and locked; and that there is none."""
    protocol = f"/api/v1/reader-studies/{made.reader_study.pk}/protocol"

    def said():
        sections = client.get(protocol).json()["document"]["sections"]
        return next(one["sentences"] for one in sections if one["key"] == "analysis")

    assert said()[0].startswith("There is no analysis plan.")
    save(client, made, document(made))
    reading = client.post(address(made, "/reading"), {"plan": document(made)}, "json").json()
    assert "version 1: a draft, not locked" in said()[0]
    assert said()[1:-1] == reading["sentences"]
    assert client.get(protocol).json()["unrecorded"] == ["Analysis"]
    assert client.post(address(made, "/1/lock")).status_code == 201
    assert "version 1, locked" in said()[0]
    newest = client.get(protocol).json()["versions"][0]
    assert (newest["reason"], newest["changed"]) == ("The analysis plan was locked: version 1.", ["Analysis"])
    # A draft of an amendment changes nothing that is fixed.
    save(client, made, document(made, level=0.9), base=1, reason="Reviewers asked.")
    assert "version 1, locked" in said()[0]
    assert client.get(protocol).json()["unrecorded"] == []


def test_endpoints_by_hand_count(client, made):
    """As in test_analysis: the AI has 4 of 5 positives; Alice 3 of 5; her area is 23 of 25."""
    plan = locked(
        client, made,
        document(
            made, endpoint(**ESTIMATE),
            endpoint(key="gain", role="SECONDARY", figure="SENSITIVITY", generalise_to="CASES"),
        ),
    )  # fmt: skip
    run = carried_out(client, made, plan)
    result = parse(run.result.content)
    first, second = result["endpoints"]
    assert first["of"]["outcome"]["value"] == 0.8
    assert (first["of"]["outcome"]["n"], first["shown"], first["p_adjusted"]) == (5, None, None)
    assert second["key"] == "gain"
    excluded = {(one["subject"], one["name"], one["reason"]): one["cases"] for one in result["exclusions"]}
    assert excluded == {
        (None, "", "no-truth"): ["Case 011"],
        ("ai", "Finder 1.0", "no-prediction"): ["Case 010"],
        ("readers", "berta", "unsigned"): ["Case 005"],
    }
    assert result["counts"]["cases_analysed"] == 10
    assert any("Interim: 20 of 22" in note for note in result["notes"])
    table = client.get(f"/api/v1/analysis-runs/{run.pk}/figures/endpoints.csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    assert (rows[0]["endpoint"], rows[0]["estimate"]) == ("ai_sensitivity", "0.8")
    packed = client.get(f"/api/v1/analysis-runs/{run.pk}/bundle")
    assert packed["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.read("result.json").decode() == run.result.content
        assert archive.read("snapshot.json").decode() == run.snapshot.content
    missing = client.get(f"/api/v1/analysis-runs/{run.pk}/figures/measures.csv")
    assert missing.status_code == 404
    assert client.get(f"/api/v1/analysis-runs/{run.pk}").json()["plan"] == 1


def test_the_same_snapshot_gives_the_same_bytes_with_and_without_the_web(client, made, tmp_path):
    plan = locked(client, made)
    made.reader_study.refresh_from_db()
    reader_study_close(by=made.coordinator, reader_study=made.reader_study)
    first, second = carried_out(client, made, plan), carried_out(client, made, plan)
    assert first.result.content == second.result.content
    call_command("analyse", plan=str(plan.pk), out=tmp_path / "out")
    assert (tmp_path / "out" / "snapshot.json").read_text() == first.snapshot.content
    assert (tmp_path / "out" / "result.json").read_text() == first.result.content
    assert (tmp_path / "out" / "figures" / "endpoints.csv").exists()
    call_command("analyse", snapshot=tmp_path / "out" / "snapshot.json", out=tmp_path / "again")
    assert (tmp_path / "again" / "result.json").read_text() == first.result.content
    with pytest.raises(CommandError, match="is no snapshot"):
        call_command("analyse", snapshot=tmp_path / "out" / "result.json", out=tmp_path / "again")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("analyse", snapshot=tmp_path / "nothing.json", out=tmp_path / "again")
    with pytest.raises(CommandError, match="no analysis plan"):
        call_command("analyse", plan=str(made.reader_study.pk), out=tmp_path)


def test_an_ai_is_measured_through_an_operating_layer(client, made):
    """Half the logit and one more: the order stays and with it the area; the threshold that 0.5 becomes keeps calls."""
    rule = LayerRule("PLATT", {"intercept": 1.0, "slope": 0.5}, None)
    layer, _ = operating_layer_create(
        by=made.coordinator,
        model_version_id=made.model_version.pk,
        words=LayerWords("Ours", "Scores are too low."),
        made=LayerMade(rule, calibrated_score(0.5, rule), "5" * 64, {}),
    )
    (finder,) = client.get(address(made, "/facts")).json()["model_versions"]
    assert finder["layers"] == [{"number": 1, "name": "Ours", "operating_point": layer.operating_threshold}]
    ai = document(made)["subjects"][1]
    through = {**ai, "key": "ours", "operating_point": layer.operating_threshold, "operating_layer": 1}
    area = {**ESTIMATE, "figure": "AUC", "method": "DELONG", "generalise_to": "CASES"}
    asked = [
        endpoint(**{**one, "key": f"{one['figure'].lower()}_{who}", "of": who})
        for who in ("ai", "ours")
        for one in (area, ESTIMATE)
    ]
    run = carried_out(client, made, locked(client, made, document(made, *asked, subjects=[ai, through])))
    snapshot, result = parse(run.snapshot.content), parse(run.result.content)
    assert [(one["number"], one["parameters"]) for one in snapshot["operating_layers"]] == [(1, rule.parameters)]
    of = {one["key"]: one["of"]["outcome"]["value"] for one in result["endpoints"]}
    assert of["auc_ours"] == of["auc_ai"]
    assert of["sensitivity_ours"] == of["sensitivity_ai"]
    said = {one["key"]: one for one in result["description"]["participants"]}
    assert said["ours"]["name"] == "Finder 1.0, layer 1"
    pairs = zip(said["ai"]["ratings"], said["ours"]["ratings"], strict=True)
    for score, probability in [pair for pair in pairs if None not in pair]:
        odds = math.e * (score / (1 - score)) ** 0.5
        assert probability == pytest.approx(odds / (1 + odds), rel=1e-9)


def test_without_a_rating_there_is_no_curve_of_readers(client):
    made = make_reader_study("x", questions=(CALL,))
    client.force_authenticate(made.coordinator)
    answer = client.post(address(made, "/reading"), {"plan": document(made, endpoint())}, "json").json()
    assert "no_rating" in {one["code"] for one in answer["findings"]}


def test_nobody_else_sees_or_changes_a_plan(client, made):
    locked(client, made)
    stranger = APIClient()
    stranger.force_authenticate(made.readers["alice"])
    for tail in ("", "/facts", "/1"):
        assert stranger.get(address(made, tail)).status_code == 403, tail
    assert stranger.post(address(made, "/1/lock")).status_code == 403


def test_plans_and_locks_are_never_changed_and_each_has_its_event(client, made):
    plan = locked(client, made)
    for table in ("validation_analysisplan", "validation_analysisplanlock"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    actions = list(Event.objects.filter(object_id=str(plan.pk)).order_by("sequence").values_list("action", flat=True))
    assert actions == ["analysis_plan.save", "analysis_plan.lock"]


def test_an_exploration_has_no_plan(client, made):
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    assert run.plan_id is None
    assert client.get(f"/api/v1/analysis-runs/{run.pk}").json()["plan"] is None

"""Operating layers: fitted on the cases of one reader study, checked on those of another, used for scores."""

import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from django.db import Error, transaction
from rest_framework.test import APIClient
from sklearn.linear_model import LogisticRegression

from annotations.models import Membership, ReaderStudy
from annotations.services.reader_studies import cases_put
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.audit.services import sha256
from portal.audit.verify import broken_links
from portal.imaging.models import Patient
from portal.inference.models import ModelVersion, OperatingLayer
from portal.inference.services import ai_model_create, model_version_register
from tests.validation.layer_sets import make_patients, make_set, overconfident
from validation.models import LayerEvidence
from validation.selectors.looks import looks_frozen
from validation.selectors.plans import results_so_far, study_facts

pytestmark = pytest.mark.django_db

TRUTH, SCORES = overconfident(80, seed=4)


@dataclass
class Made:
    """A version with predictions on two sets, whose first ten cases are of the same patients."""

    carla: User
    version: ModelVersion
    here: ReaderStudy
    elsewhere: ReaderStudy
    shared: list[Patient]

    @property
    def path(self):
        return f"/api/v1/model-versions/{self.version.pk}/operating-layers"


@pytest.fixture
def made():
    carla = User.objects.create_user("carla", may_create_reader_studies=True)
    model = ai_model_create(by=carla, name="Finder")
    version = model_version_register(by=carla, ai_model=model, version="1.0", operating_threshold=SCORES[0])
    people = make_patients("P", 80)
    here = make_set(carla, version, "Calibration set", (TRUTH, SCORES), patients=people)
    shared, others = people[:10], make_patients("Q", 70)
    elsewhere = make_set(carla, version, "Other site", overconfident(80, seed=5), patients=[*shared, *others])
    return Made(carla, version, here, elsewhere, shared)


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.carla)
    return client


def asked(reader_study, **more):
    return {"reader_study_id": str(reader_study.pk), "method": "PLATT", **more}


def previewed(client, made, **more):
    return client.post(f"{made.path}/preview", asked(made.here, **more), "json")


def stored(client, made, **more):
    digest = previewed(client, made, **more).json()["digest"]
    words = {"name": "At our site", "reason": "Scores are too extreme.", "digest": digest}
    return client.post(made.path, asked(made.here, **more) | words, "json")


def checked(client, made, reader_study=None):
    body = {"reader_study_id": str((reader_study or made.elsewhere).pk), "reason": "Before it is used."}
    return client.post(f"{made.path}/1/validations", body, "json")


def untold():
    """What of layers and their evidence no event tells of."""
    return [problem for problem in broken_links() if "Layer" in problem]


def test_sets_are_offered_without_their_truth(client, made):
    make_set(made.carla, made.version, "Not locked", (TRUTH[:3], SCORES[:3]), lock=False)
    make_set(User.objects.create_user("berta"), made.version, "Another's", (TRUTH[:3], SCORES[:3]))
    offered = client.get(f"/api/v1/model-versions/{made.version.pk}/calibration-sets").json()
    assert [(one["reader_study"]["name"], one["versions"], one["cases"]) for one in offered] == [
        ("Calibration set", [1], 80),
        ("Other site", [1], 80),
    ]


def test_a_preview_shows_before_and_after_and_stores_nothing(client, made):
    answer = previewed(client, made)
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    # Unpenalised logistic regression on the logit: Platt's method, by scikit-learn.
    logits = np.log(SCORES) - np.log1p(-np.array(SCORES))
    fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(logits[:, None], TRUTH)
    assert shown["parameters"]["slope"] == pytest.approx(fit.coef_[0][0], abs=1e-5)
    assert shown["parameters"]["intercept"] == pytest.approx(fit.intercept_[0], abs=1e-5)
    assert shown["figures"]["counts"] == {"n": 80, "positives": sum(TRUTH), "patients": 80}
    before, after = (shown["figures"]["stages"][stage]["estimates"] for stage in ("before", "after"))
    # By hand: the mean squared distance of scores and truths.
    brier = np.mean((np.array(SCORES) - TRUTH) ** 2)
    assert before["brier"]["value"] == pytest.approx(brier, rel=1e-9)
    assert after["brier"]["value"] < brier
    for one in (before, after):
        assert one["expected_calibration_error"]["low"] <= one["expected_calibration_error"]["high"]
        assert one["calibration_slope"]["low"] < one["calibration_slope"]["value"]
    # Half the logits: the slope of the scores is below 1, and that of what was cross-fitted nearer to it.
    assert before["calibration_slope"]["value"] < 0.8
    assert abs(after["calibration_slope"]["value"] - 1) < abs(before["calibration_slope"]["value"] - 1)
    assert any("smaller class" in note for note in shown["figures"]["notes"])
    assert OperatingLayer.objects.count() == 0
    assert previewed(client, made).json() == shown, "the same set gives the same figures"


def test_a_layer_is_numbered_and_the_version_stays_as_it_is(client, made):
    before = ModelVersion.objects.values().get(pk=made.version.pk)
    first, second = stored(client, made), stored(client, made, method="ISOTONIC")
    assert [answer.status_code for answer in (first, second)] == [201, 201], second.content
    assert [answer.json()["number"] for answer in (first, second)] == [1, 2]
    assert ModelVersion.objects.values().get(pk=made.version.pk) == before
    assert [one["number"] for one in client.get(made.path).json()["results"]] == [2, 1]
    steps = second.json()["parameters"]["steps"]
    assert all(one["probability"] <= two["probability"] for one, two in pairwise(steps))
    told = Event.objects.get(action="operating_layer.create", detail__number=1)
    assert told.rows.keys() == {"inference.OperatingLayer"}
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        OperatingLayer.objects.all()._raw_delete("default")
    assert untold() == []


def test_the_same_layer_again_is_the_layer_that_there_is(client, made):
    """Rule, threshold and cases make a layer, whatever it is called; from another session no key tells of the first."""
    first = stored(client, made).json()
    digest = previewed(client, made).json()["digest"]
    events = Event.objects.count()
    words = {"name": "Once more", "reason": "Nobody had told me.", "digest": digest}
    again = client.post(made.path, asked(made.here) | words, "json")
    assert (again.status_code, first.pop("is_repeat"), again.json()) == (200, False, {**first, "is_repeat": True})
    assert (OperatingLayer.objects.count(), LayerEvidence.objects.count()) == (1, 1)
    (seen,) = Event.objects.order_by("at")[events:]
    assert (seen.action, seen.object_id) == ("operating_layer.view", first["id"])
    other = stored(client, made, operating_threshold=0.5)
    assert (other.status_code, other.json()["number"], other.json()["is_repeat"]) == (201, 2, False)


def test_a_name_that_turns_the_text_around_or_cannot_be_seen_is_refused(client, made):
    digest = previewed(client, made).json()["digest"]
    for words, code in (
        ({"name": "\u202eevil", "reason": "Why."}, "not_one_line"),
        ({"name": "\u200b", "reason": "Why."}, "invisible"),
        ({"name": "At our site", "reason": "\u200b\u2060"}, "invisible"),
        ({"name": "At our site", "reason": "ok \u202e yes"}, "turning"),
    ):
        answer = client.post(made.path, asked(made.here) | words | {"digest": digest}, "json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert client.get(made.path).json()["results"] == []


def test_what_was_not_previewed_is_not_stored(client, made):
    digest = previewed(client, made).json()["digest"]
    words = {"name": "Other", "reason": "Why not.", "digest": digest}
    answer = client.post(made.path, asked(made.here, method="TEMPERATURE") | words, "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_preview")
    missing = client.post(made.path, asked(made.here), "json")
    assert {one["field"] for one in missing.json()["errors"]} == {"name", "reason", "digest"}
    assert OperatingLayer.objects.count() == 0


def test_the_set_is_kept_with_the_ids_it_was_made_of(client, made):
    layer = stored(client, made).json()
    frozen = client.get(f"{made.path}/1/sets/0")
    assert sha256(frozen.content.decode()) == layer["set_digest"]
    content = frozen.json()
    assert [(row["truth"], row["score"]) for row in content["cases"]] == list(zip(TRUTH, SCORES, strict=True))
    assert all(row["prediction"] and row["truth_id"] for row in content["cases"])
    assert content["reference_standard"]["version"] == 1
    assert client.get(f"{made.path}/1/sets/1").status_code == 404
    assert client.get(f"{made.path}/2").status_code == 404


def test_it_is_checked_on_other_patients_and_every_check_is_kept(client, made):
    stored(client, made)
    answer = checked(client, made)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert said["left_out"] == [
        {"reason": "fitted-on", "detail": "The layer was fitted on cases of this patient.", "n": 10}
    ]
    assert (said["kind"], said["number"], said["figures"]["counts"]["n"]) == ("VALIDATION", 1, 70)
    brier = {stage: one["estimates"]["brier"]["value"] for stage, one in said["figures"]["stages"].items()}
    assert brier["after"] < brier["before"]
    # The threshold is what the version's own has become, so no call changes.
    calls = said["figures"]["calls"]
    assert calls["before"]["sensitivity"] == calls["after"]["sensitivity"]
    assert calls["before"]["specificity"] == calls["after"]["specificity"]
    again = checked(client, made)
    assert (again.status_code, again.json()["id"]) == (200, said["id"])
    assert Event.objects.filter(action="operating_layer.view", object_id=said["id"]).count() == 1
    own = checked(client, made, made.here)
    assert (own.status_code, own.json()["code"]) == (400, "no-cases")
    detail = client.get(f"{made.path}/1").json()
    assert [one["kind"] for one in detail["evidence"]] == ["FIT", "VALIDATION"]
    assert Event.objects.filter(action="operating_layer.validate").count() == 1
    assert untold() == []


def test_scores_through_a_layer_stand_beside_the_scores(client, made):
    stored(client, made, method="TEMPERATURE", applied_at=0.01)
    path = f"/api/v1/model-versions/{made.version.pk}/predictions"
    layer = OperatingLayer.objects.get()
    rows = client.get(f"{path}?layer=1&page_size=1000").json()["results"]
    assert len(rows) == 160
    prevalence = sum(TRUTH) / len(TRUTH)
    assert layer.trained_at == pytest.approx(prevalence)
    ratio = 0.01 / 0.99 / (prevalence / (1 - prevalence))
    for row in rows[:5]:
        # By hand: the logit divided by the temperature, then the odds times the ratio of the prior odds.
        odds = (row["score"] / (1 - row["score"])) ** (1 / layer.parameters["temperature"]) * ratio
        assert row["calibrated_score"] == pytest.approx(odds / (1 + odds), rel=1e-9)
    assert {row["calibrated_score"] for row in client.get(path).json()["results"]} == {None}
    assert client.get(f"{path}?layer=7").status_code == 404
    assert client.get(f"{path}?layer=x").json()["errors"][0]["field"] == "layer"


def test_a_shift_is_said_to_be_unchecked_and_is_checked_elsewhere(client, made):
    shown = previewed(client, made, applied_at=0.02).json()
    assert "shifted" not in shown["figures"]["stages"]
    assert any("without the prevalence shift" in note for note in shown["figures"]["notes"])
    at_half = shown["figures"]["curve"][50]
    assert at_half["score"] == 0.5
    assert at_half["used"] < at_half["calibrated"]
    stored(client, made, applied_at=0.02)
    said = checked(client, made).json()["figures"]
    assert set(said["stages"]) == {"before", "after", "shifted"}
    assert any("prevalence of 0.02" in note for note in said["notes"])
    wrong = previewed(client, made, applied_at=1.0)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "applied_at")
    for rare in (1e-320, 1e-300, 1 - 1e-9):
        tiny = previewed(client, made, applied_at=0.1, trained_at=rare)
        assert (tiny.status_code, tiny.json()["errors"][0]["field"]) == (400, "trained_at")
    half = previewed(client, made, trained_at=0.5)
    assert (half.status_code, half.json()["errors"][0]["field"]) == (400, "applied_at")


SEPARATED = ([0] * 12 + [1] * 12, [round(0.1 + 0.03 * one, 2) for one in range(24)])


@pytest.mark.parametrize(
    ("given", "method", "field", "code"),
    [
        (([1] * 30, SCORES[:30]), "PLATT", "reader_study_id", "no-negative-cases"),
        ((TRUTH[:12], SCORES[:12]), "PLATT", "reader_study_id", "too-few-cases"),
        ((TRUTH, [0.4] * len(TRUTH)), "PLATT", "reader_study_id", "zero-variance"),
        ((TRUTH, [0.4] * len(TRUTH)), "BETA", "reader_study_id", "zero-variance"),
        ((TRUTH, [None] * len(TRUTH)), "PLATT", "reader_study_id", "no-cases"),
        (SEPARATED, "PLATT", "method", "perfect-separation"),
        ((TRUTH, [0.0, *SCORES[1:]]), "TEMPERATURE", "method", "probability-of-0-or-1"),
        (([1 - one for one in TRUTH], SCORES), "PLATT", "reader_study_id", "below-chance"),
        (([1 - one for one in TRUTH], SCORES), "ISOTONIC", "reader_study_id", "below-chance"),
    ],
)
def test_what_cannot_be_fitted_is_named(client, made, given, method, field, code):
    reader_study = make_set(made.carla, made.version, "Odd one", given)
    answer = client.post(f"{made.path}/preview", asked(reader_study, method=method), "json")
    assert answer.status_code == 400, answer.content
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]


def test_scores_of_0_and_1_are_fitted_by_steps(client, made):
    reader_study = make_set(made.carla, made.version, "Rounded", (TRUTH, [0.0, 1.0, *SCORES[2:]]))
    answer = client.post(f"{made.path}/preview", asked(reader_study, method="ISOTONIC"), "json")
    assert answer.status_code == 200
    before = answer.json()["figures"]["stages"]["before"]["estimates"]
    assert before["calibration_slope"]["undefined"] == "probability-of-0-or-1"


def test_cases_of_a_patient_are_fitted_together_and_it_is_said(client, made):
    people = make_patients("R", 40)
    reader_study = make_set(made.carla, made.version, "Twice each", (TRUTH, SCORES), patients=people)
    shown = client.post(f"{made.path}/preview", asked(reader_study), "json").json()
    assert "groups kept together" in shown["figures"]["fitted_by"]
    assert "80 cases come from 40 patients" in shown["figures"]["notes"][0]


def test_a_truth_that_is_not_locked_and_a_study_of_others_are_not_used(client, made):
    unlocked = make_set(made.carla, made.version, "Not locked", (TRUTH, SCORES), lock=False)
    answer = client.post(f"{made.path}/preview", asked(unlocked), "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_standard_not_locked")
    stored(client, made)
    berta = User.objects.create_user("berta", may_create_reader_studies=True)
    Membership.objects.create(reader_study=made.elsewhere, user=berta, role=Role.READER)
    client.force_authenticate(berta)
    assert previewed(client, made).status_code == 404
    assert checked(client, made).status_code == 404, "also where berta reads"
    assert checked(client, made, made.here).status_code == 404
    assert client.get(f"{made.path}/1/sets/0").status_code == 404
    # The layer is the site's, its evidence the reader study's.
    detail = client.get(f"{made.path}/1").json()
    assert (detail["evidence"], detail["hidden"]) == ([], 1)
    assert made.here.name not in json.dumps(detail)
    assert client.get(made.path).json()["results"][0]["parameters"].keys() == {"intercept", "slope"}


def test_a_layer_is_doubtful_also_where_its_patients_are_in_another_reader_study(client, made):
    stored(client, made)
    third = make_set(made.carla, made.version, "Nobody shared", overconfident(20, seed=6))
    # Taken out of the set that it was fitted on, a case stays one that it was fitted on.
    cases = list(made.here.cases.order_by("position").values_list("imaging_study", flat=True))
    cases_put(by=made.carla, reader_study=made.here, imaging_study_ids=cases[1:])
    found = [study_facts(reader_study=one).operating_layers for one in (made.here, made.elsewhere, third)]
    layers = [one[str(made.version.pk)][1] for one in found]
    assert [(one.is_fitted_here, one.shared_patients) for one in layers] == [(True, 0), (False, 10), (False, 0)]


def test_who_looks_has_looked(client, made):
    """An AI's figures are results of the reader study: of each set one, however often it is fitted."""
    assert results_so_far(reader_study=made.here) == 0
    previewed(client, made)
    stored(client, made)
    assert results_so_far(reader_study=made.here) == 1
    (look,) = looks_frozen(reader_study=made.here)["before"]
    assert (look["by"], look["plan"]) == ("carla", None)
    assert Event.objects.filter(action="operating_layer.look").count() == 3
    assert LayerEvidence.objects.count() == 1

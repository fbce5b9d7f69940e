"""AI models, runs and predictions over the API."""

import io
import json

import pytest
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.audit.models import Event
from portal.db import AppendOnlyError
from portal.imaging.models import Instance, Series
from portal.inference.models import Prediction
from portal.webhooks.events import EventKind

UIDS = [f"1.2.826.0.1.3680043.10.77.{number}" for number in range(1, 4)]
NODULE = {
    "id": "F1",
    "code": {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"},
    "score": 0.8,
    "geometry": {"kind": "SPHERE", "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 8.0},
}


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def predictions_url(external_version, imaging_study_rows):
    return f"/api/v1/model-versions/{external_version.pk}/predictions"


def post(client, url, body):
    return client.post(url, body, format="json")


def test_a_model_and_its_versions_are_registered(client):
    made = post(client, "/api/v1/ai-models", {"name": "Finder", "intended_use": "Research"})
    assert made.status_code == 201
    url = f"/api/v1/ai-models/{made.data['id']}/versions"
    version = post(client, url, {"version": "2.1", "operating_threshold": 0.3, "weights_digest": "0f" * 32})
    assert version.status_code == 201
    assert version.data["ai_model"]["name"] == "Finder"
    assert (version.data["runnable"], version.data["kind"]) == (False, "EXTERNAL")
    assert client.get(f"/api/v1/model-versions/{version.data['id']}").data["operating_threshold"] == 0.3
    assert [row["version"] for row in client.get(url).data["results"]] == ["2.1"]
    assert client.get("/api/v1/ai-models").data["results"][0]["name"] == "Finder"


def test_names_are_taken_once(client):
    post(client, "/api/v1/ai-models", {"name": "Finder"})
    again = post(client, "/api/v1/ai-models", {"name": "Finder"})
    assert (again.status_code, again.json()["code"]) == (400, "name_taken")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"version": "1", "operating_threshold": 1.5}, "operating_threshold"),
        ({"version": "1", "operating_threshold": -0.1}, "operating_threshold"),
        ({"version": "1", "weights_digest": "xyz"}, "weights_digest"),
        ({}, "version"),
    ],
)
def test_a_bad_version_is_refused(client, external_version, body, field):
    answer = post(client, f"/api/v1/ai-models/{external_version.ai_model_id}/versions", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_nobody_gives_the_portal_a_path_to_load(client, external_version):
    """Weights are registered by the training command only; the API cannot name a file or a runnable kind."""
    body = {"version": "9", "kind": "DEMO_CNN", "weights_path": "../../etc/passwd"}
    made = post(client, f"/api/v1/ai-models/{external_version.ai_model_id}/versions", body)
    assert (made.data["kind"], made.data["runnable"]) == ("EXTERNAL", False)


def test_a_prediction_is_posted_once(client, predictions_url):
    body = {"imaging_study_uid": UIDS[0], "score": 0.8, "findings": [NODULE]}
    first = post(client, predictions_url, body)
    assert (first.status_code, first.data["created"], first.data["unchanged"]) == (201, 1, 0)
    again = post(client, predictions_url, body)
    assert (again.status_code, again.data["created"], again.data["unchanged"]) == (200, 0, 1)
    assert again.data["results"][0]["id"] == first.data["results"][0]["id"]
    assert Prediction.objects.count() == 1
    stored = Prediction.objects.get()
    assert (stored.source, stored.weights_digest) == ("API", "ab" * 32)


def test_a_later_prediction_supersedes_and_both_are_kept(client, predictions_url):
    for score in (0.2, 0.9):
        post(client, predictions_url, {"imaging_study_uid": UIDS[0], "score": score})
    rows = client.get(predictions_url).data["results"]
    assert [(row["score"], row["in_force"]) for row in rows] == [(0.9, True), (0.2, False)]
    with pytest.raises(AppendOnlyError):
        Prediction.objects.all().delete()
    version = client.get(predictions_url.removesuffix("/predictions"))
    assert version.data["number_of_predictions"] == 1


def test_a_list_is_stored_whole_or_not_at_all(client, predictions_url):
    good = [{"imaging_study_uid": uid, "score": 0.5} for uid in UIDS]
    bad = [*good[:2], {"imaging_study_uid": UIDS[2], "score": 1.5}]
    answer = post(client, predictions_url, bad)
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("[2].score", "not_a_probability")]
    assert not Prediction.objects.exists()
    assert post(client, predictions_url, good).data["created"] == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([{"imaging_study_uid": "1.2.3", "score": 0.5}], "unknown"),
        ([{"imaging_study_uid": UIDS[0], "score": 0.5}] * 2, "repeated"),
    ],
)
def test_imaging_studies_that_cannot_be_taken_are_named(client, predictions_url, body, code):
    answer = post(client, predictions_url, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][-1]["code"] == code
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("body", [[], [{"imaging_study_uid": UIDS[0], "score": 0.5}] * 1001])
def test_the_length_of_a_list_is_limited(client, predictions_url, body):
    answer = post(client, predictions_url, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_count")


def test_the_example_file_can_be_uploaded(client, predictions_url):
    example = client.get(f"{predictions_url}-example.csv")
    assert example["Content-Type"].startswith("text/csv")
    sent = client.post(f"{predictions_url}.csv", example.content, content_type="text/csv")
    assert sent.status_code == 201, sent.content
    assert sent.data["created"] == 3
    assert {p.source for p in Prediction.objects.all()} == {"CSV"}
    assert len(Event.objects.get(action="predictions.post").detail["predictions"]) == 3
    form = client.post(f"{predictions_url}.csv", {"file": io.BytesIO(example.content)}, format="multipart")
    assert (form.status_code, form.data["unchanged"]) == (200, 3)


def test_a_bad_file_is_refused_row_by_row(client, predictions_url):
    text = f"study_instance_uid,score\n{UIDS[0]},0.5\n{UIDS[1]},2\n{UIDS[2]},\n"
    answer = client.post(f"{predictions_url}.csv", text, content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_csv")
    assert [(e["row"], e["field"]) for e in answer.json()["errors"]] == [(3, "score"), (4, "score")]
    unknown = client.post(f"{predictions_url}.csv", "study_instance_uid,score\n1.2,0.5\n", content_type="text/csv")
    assert [(e["row"], e["code"]) for e in unknown.json()["errors"]] == [(2, "unknown")]
    assert not Prediction.objects.exists()


def test_predictions_of_a_computed_version_cannot_be_posted(client, runnable_version, imaging_study_rows):
    body = {"imaging_study_uid": UIDS[0], "score": 0.5}
    answer = post(client, f"/api/v1/model-versions/{runnable_version.pk}/predictions", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "computed_version")


def test_a_run_is_started_shown_and_cancelled(client, runnable_version, imaging_study_rows, site_webhook):
    body = {
        "model_version_id": str(runnable_version.pk),
        "imaging_study_ids": [str(study.pk) for study in imaging_study_rows],
    }
    started = post(client, "/api/v1/inference-runs", body)
    assert started.status_code == 202
    assert (started.data["state"], started.data["progress_total"]) == ("PENDING", 3)
    url = f"/api/v1/inference-runs/{started.data['id']}"
    assert [item["state"] for item in client.get(url).data["items"]] == ["PENDING"] * 3
    assert client.get("/api/v1/inference-runs").data["results"][0]["id"] == started.data["id"]
    assert post(client, f"{url}/retry", {}).status_code == 409
    webhook = site_webhook(EventKind.INFERENCE_RUN_FINISHED)
    assert post(client, f"{url}/cancel", {}).data["state"] == "CANCELLED"
    told = {"inference_run_id": started.data["id"], "state": "CANCELLED"}
    assert json.loads(webhook.deliveries.get().body)["data"] == told
    assert post(client, f"{url}/retry", {}).data["state"] == "PENDING"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"imaging_study_ids": ["00000000-0000-0000-0000-000000000000"]}, "imaging_study_ids"),
        ({"imaging_study_ids": []}, "imaging_study_ids"),
        ({"model_version_id": "00000000-0000-0000-0000-000000000000"}, "model_version_id"),
    ],
)
def test_a_run_over_what_is_not_there_is_refused(client, runnable_version, imaging_study_rows, change, field):
    body = {"model_version_id": str(runnable_version.pk), "imaging_study_ids": [str(imaging_study_rows[0].pk)]}
    answer = post(client, "/api/v1/inference-runs", {**body, **change})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field)


NOTHING = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", f"/api/v1/ai-models/{NOTHING}"),
        ("get", f"/api/v1/ai-models/{NOTHING}/versions"),
        ("post", f"/api/v1/ai-models/{NOTHING}/versions"),
        ("get", f"/api/v1/model-versions/{NOTHING}"),
        ("get", f"/api/v1/model-versions/{NOTHING}/predictions"),
        ("post", f"/api/v1/model-versions/{NOTHING}/predictions"),
        ("get", f"/api/v1/model-versions/{NOTHING}/predictions-example.csv"),
        ("get", f"/api/v1/inference-runs/{NOTHING}"),
        ("post", f"/api/v1/inference-runs/{NOTHING}/retry"),
        ("post", f"/api/v1/inference-runs/{NOTHING}/cancel"),
    ],
)
def test_what_is_not_there_is_a_404_and_a_reader_may_nothing(client, method, path):
    body = {"version": "1", "imaging_study_uid": "1.2", "score": 0.5}
    answer = getattr(client, method)(path, body if method == "post" else None, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    reader = APIClient()
    reader.force_authenticate(User.objects.create_user("only-reads"))
    # Single accounts may be let post predictions of a model: to all others there is no such model.
    refused = 404 if (method, path.rpartition("/")[2]) == ("post", "predictions") else 403
    assert getattr(reader, method)(path, format="json").status_code == refused
    assert getattr(APIClient(), method)(path, format="json").status_code == 401


@pytest.mark.parametrize(
    ("spelled", "place"),
    [
        ('"score": 1' + "0" * 400, "[1].score"),
        ('"score": 0.5, "findings": [{"id": "\\ud800", "code": {}, "score": 1, "geometry": {}}]', "[1].findings[0].id"),
        ('"score": 0.5, "\\ud800": 1', "[1].?"),
    ],
    ids=["400 digits", "lone surrogate", "lone surrogate as a name"],
)
def test_what_the_database_could_not_store_is_refused_with_its_place(client, predictions_url, spelled, place):
    body = f'[{{"imaging_study_uid": "{UIDS[0]}", "score": 0.5}}, {{"imaging_study_uid": "{UIDS[1]}", {spelled}}}]'
    answer = client.post(predictions_url, body, content_type="application/json")
    assert answer.status_code == 400
    assert place in [error["field"] for error in answer.json()["errors"]]
    assert not Prediction.objects.exists()


@pytest.fixture
def image(imaging_study_rows):
    """An image of the first imaging study: 40 columns, 30 rows, 2 frames; and one of the second."""
    made = []
    for number, study in enumerate(imaging_study_rows[:2]):
        series = Series.objects.create(series_instance_uid=f"1.7.{number}", imaging_study=study, modality="DX")
        made.append(
            Instance.objects.create(
                sop_instance_uid=f"1.8.{number}",
                series=series,
                orthanc_id=f"orthanc-{number}",
                number_of_frames=2,
                rows=30,
                columns=40,
            )
        )
    return made[0]


def outline(**geometry):
    corners = [[1, 2], [39, 2], [39, 20], [1, 20]]
    whole = {"kind": "RECTANGLE", "points_px": corners, "sop_instance_uid": "1.8.0", **geometry}
    return {"imaging_study_uid": UIDS[0], "score": 0.8, "findings": [NODULE, {**NODULE, "id": "F2", "geometry": whole}]}


def test_a_finding_in_pixels_names_its_image_and_is_given_its_series(client, predictions_url, image):
    first = post(client, predictions_url, outline())
    assert (first.status_code, first.data["created"]) == (201, 1)
    geometry = Prediction.objects.get().findings[1]["geometry"]
    assert (geometry["series_instance_uid"], geometry["points_px"][2]) == ("1.7.0", [39, 20])
    assert post(client, predictions_url, outline()).data["unchanged"] == 1
    assert post(client, predictions_url, outline(series_instance_uid="1.7.0", frame_number=2)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"sop_instance_uid": "1.8.1"}, "sop_instance_uid", "not_in_study"),
        ({"sop_instance_uid": "1.8.9"}, "sop_instance_uid", "not_in_study"),
        ({"series_instance_uid": "1.7.1"}, "series_instance_uid", "not_in_study"),
        ({"series_instance_uid": "1.7.9"}, "series_instance_uid", "not_in_study"),
        ({"frame_number": 3}, "frame_number", "bad_number"),
        ({"points_px": [[1, 2], [42, 2], [42, 20], [1, 20]]}, "points_px", "outside_image"),
        ({"points_px": [[1, 2], [39, 2], [39, 31], [1, 31]]}, "points_px", "outside_image"),
    ],
)
def test_a_finding_on_no_image_of_the_study_is_named(client, predictions_url, image, changes, field, code):
    answer = post(client, predictions_url, [outline(**changes)])
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    (problem,) = answer.json()["errors"]
    assert (problem["field"], problem["code"]) == (f"[0].findings[1].geometry.{field}", code)
    assert not Prediction.objects.exists()

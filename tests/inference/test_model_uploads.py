"""A model from its upload to its predictions: what passes becomes a version, what does not leaves nothing behind."""

import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient
from torch import nn

from portal import jobs
from portal.accounts.models import User
from portal.audit.models import Event
from portal.db import JobState
from portal.imaging.connection import orthanc
from portal.inference.engine.volume import Volume
from portal.inference.model_files import waiting_path
from portal.inference.model_input import model_grid
from portal.inference.model_trial import model_trial_work
from portal.inference.model_uploads import model_upload_cancel, model_upload_ended
from portal.inference.models import InferenceItem, InferenceRun, ModelUpload, ModelVersion, Prediction
from portal.inference.pixels import ct_series, read_ct_datasets
from portal.inference.runner import inference_run_work
from portal.inference.services import ai_model_create, inference_run_cancel, inference_run_create
from tests.inference.made_models import SCORES, Score, card_of, exported, onnx_score, score_of, torchscript

SCORE_CARD = card_of("CASE_PROBABILITY", minimum_slices=5)


@pytest.fixture
def ai_model(builder):
    return ai_model_create(by=builder, name="Uploaded finder")


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def send(client, ai_model):
    """Upload a model as a browser does."""

    def post(content, *, kind="TORCHSCRIPT", card=SCORE_CARD, version="1", **fields):
        text = card if isinstance(card, str) else json.dumps(card)
        file = SimpleUploadedFile("model.bin", content)
        body = {"file": file, "version": version, "kind": kind, "card": text, **fields}
        return client.post(f"/api/v1/ai-models/{ai_model.pk}/uploads", body, format="multipart")

    return post


def kept_files():
    """What lies where uploads and models lie."""
    folders = [Path(site.VAR_DIR) / "uploads", Path(site.VAR_DIR) / "models" / "uploaded"]
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def files_before():
    return kept_files()


def tried(answer) -> ModelUpload:
    """Do the trial of an upload as a worker does."""
    assert answer.status_code == 202, answer.content
    jobs.run(ModelUpload, answer.data["id"], model_trial_work, ended=model_upload_ended)
    return ModelUpload.objects.get(pk=answer.data["id"])


def do(run):
    jobs.run(InferenceRun, run.pk, inference_run_work)
    run.refresh_from_db()
    return run


def reasons(run):
    return list(InferenceItem.objects.filter(run=run).order_by("created_at").values_list("state", "reason_code"))


@pytest.mark.parametrize("kind", SCORES)
def test_what_passes_becomes_a_version_that_predicts(
    kind, send, client, builder, ingest_phantom, django_capture_on_commit_callbacks, files_before
):
    content = SCORES[kind]()
    with django_capture_on_commit_callbacks(execute=True):
        upload = tried(send(content, kind=kind, description="The first one."))
    assert (upload.state, upload.error_detail) == (JobState.SUCCEEDED, "")
    version = upload.model_version
    assert version is not None
    assert (version.kind, version.weights_digest, version.operating_threshold) == (kind, upload.sha256, 0.3)
    assert version.card.document == SCORE_CARD
    # The file has its place, and nothing waits any more.
    assert kept_files() - files_before == {Path(site.VAR_DIR) / version.weights_path}
    assert (Path(site.VAR_DIR) / version.weights_path).read_bytes() == content
    told = set(Event.objects.values_list("action", "object_id"))
    assert {("model_upload.create", str(upload.pk)), ("model_version.register", str(version.pk))} <= told
    said = client.get(f"/api/v1/model-uploads/{upload.pk}").data
    assert (said["state"], said["model_version_id"]) == ("SUCCEEDED", str(version.pk))
    assert client.get(f"/api/v1/model-versions/{version.pk}").data["runnable"] is True

    study = ingest_phantom(f"UPLOADED {kind}")
    run = do(inference_run_create(by=builder, model_version=version, imaging_studies=[study]))
    assert (run.state, reasons(run)) == ("SUCCEEDED", [("SUCCEEDED", "")])
    series = ct_series(*read_ct_datasets(study, orthanc()))
    values = model_grid(SCORE_CARD["input"], Volume(series.hounsfield, series.affine)).values
    prediction = Prediction.objects.get(run=run)
    assert prediction.score == pytest.approx(score_of(values), abs=1e-5)
    assert prediction.input_digest == series.input_digest


class Everything(nn.Module):
    """A score, two findings and a heat map at a quarter of the rows and columns."""

    def forward(self, volume: torch.Tensor) -> dict[str, torch.Tensor]:
        heat = torch.sigmoid(volume[0, 0, :, ::4, ::4])
        findings = torch.tensor([[1.0, 2.0, 3.0, 8.0, 0.25], [2.0, 5.0, 7.0, 6.0, 0.75]])
        return {"case_probability": heat.max(), "findings": findings, "heat_map": heat}


def test_findings_and_heat_maps_are_stored_in_the_patient(
    send, builder, ingest_phantom, django_capture_on_commit_callbacks
):
    card = card_of("CASE_PROBABILITY", "FINDINGS", "HEAT_MAP", grid_mm=[3.5, 1.4, 1.4])
    with django_capture_on_commit_callbacks(execute=True):
        upload = tried(send(torchscript(Everything()), card=card))
    assert upload.error_detail == ""
    assert upload.model_version is not None
    study = ingest_phantom("EVERYTHING")
    run = do(inference_run_create(by=builder, model_version=upload.model_version, imaging_studies=[study]))
    assert reasons(run) == [("SUCCEEDED", "")]
    prediction = Prediction.objects.get(run=run)
    assert [one["score"] for one in prediction.findings] == [0.75, 0.25]
    series = ct_series(*read_ct_datasets(study, orthanc()))
    geometry = prediction.findings[0]["geometry"]
    grid = model_grid(card["input"], Volume(series.hounsfield, series.affine))
    assert geometry["center_mm"] == pytest.approx(grid.to_patient_mm(2, 5, 7), abs=0.01)
    assert geometry["sop_instance_uid"] == series.sop_instance_uids[round(grid.to_source_index(2, 5, 7)[0])]
    slices, rows, columns = grid.values.shape
    heat_map = prediction.heat_map
    assert (heat_map.slices, heat_map.rows, heat_map.columns) == (slices, -(-rows // 4), -(-columns // 4))


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/overread-hostile-upload",)


class Nan(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.log(volume.mean() * 0.0 - 1.0)


class Beyond(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return volume.mean().sigmoid() + 1.0


class Many(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.ones([3]) * volume.mean().sigmoid()


class Random(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return torch.rand([1])


class Counting(nn.Module):
    """Says something else each time, because it remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return (self.calls * 0.1).clamp(0, 1)


class Fixed(nn.Module):
    """Takes the made-up case's size alone."""

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        assert volume.shape[2] == 12
        return volume.mean().sigmoid()


class Forever(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        while bool(volume.sum() > -1e30):
            volume = volume + 0.0
        return volume.sum()


class Writer(nn.Module):
    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        torch.save(volume, "/tmp/overread-hostile-upload")
        return volume.mean()


def saved(value) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("model/data/0", "w", force_zip64=True) as member,
    ):
        for _ in range(17):
            member.write(bytes(64 * 2**20))
    return buffer.getvalue()


def slipping() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/version", "3")
        archive.writestr("../../overread-hostile-upload", "x")
    return buffer.getvalue()


HOSTILE = {
    "a pickle": ("TORCHSCRIPT", lambda: pickle.dumps(Bomb()), "not_an_archive"),
    "a pickled module": ("TORCHSCRIPT", lambda: saved({"weights": Bomb()}), "not_torchscript"),
    "a pickle as an export": ("TORCH_EXPORT", lambda: saved((Bomb(),)), "not_exported"),
    "a zip bomb": ("TORCH_EXPORT", zip_bomb, "unpacks_too_large"),
    "a way out of the archive": ("TORCHSCRIPT", slipping, "unsafe_path"),
    "half a file": ("TORCHSCRIPT", lambda: torchscript(Score())[:900], "not_an_archive"),
    "an empty file's worth": ("ONNX", lambda: b"\0", "not_onnx"),
    "NaN": ("TORCHSCRIPT", lambda: torchscript(Nan()), "not_finite"),
    "a score beyond 1": ("TORCHSCRIPT", lambda: torchscript(Beyond()), "not_a_probability"),
    "three scores": ("TORCHSCRIPT", lambda: torchscript(Many()), "wrong_shape"),
    "chance": ("TORCHSCRIPT", lambda: torchscript(Random()), "not_repeatable"),
    "memory of earlier cases": ("TORCHSCRIPT", lambda: torchscript(Counting()), "not_repeatable"),
    "one size": ("TORCHSCRIPT", lambda: torchscript(Fixed()), "model_error"),
    "one size, exported": ("TORCH_EXPORT", lambda: exported(Score(), is_dynamic=False), "model_error"),
    "an endless loop": ("TORCHSCRIPT", lambda: torchscript(Forever()), "too_slow"),
    "a file to write": ("TORCHSCRIPT", lambda: torchscript(Writer()), "forbidden_operator"),
    "another output": ("ONNX", lambda: onnx_score("other").SerializeToString(), "missing_output"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_refused_leaves_nothing_behind(what, send, settings, files_before, django_capture_on_commit_callbacks):
    settings.OVERREAD_MODEL_MEMORY_MIB, settings.OVERREAD_MODEL_SECONDS = 1024, 5
    kind, make, code = HOSTILE[what]
    with django_capture_on_commit_callbacks(execute=True):
        upload = tried(send(make(), kind=kind))
    assert (upload.state, upload.error_code) == (JobState.FAILED, code)
    assert upload.error_detail.endswith((".", "said: ")) or len(upload.error_detail) > 20
    assert upload.model_version is None
    assert not ModelVersion.objects.exists()
    assert kept_files() == files_before
    assert not os.path.exists("/tmp/overread-hostile-upload")  # noqa: PTH110
    assert Event.objects.filter(action="model_upload.refuse", object_id=str(upload.pk)).exists()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"card": "{"}, "card", "not_json"),
        ({"card": {"card_version": 2}}, "card", ""),
        ({"card": card_of("HEAT_MAP")}, "card.outputs", "no_score"),
        ({"card": card_of("CASE_PROBABILITY", modality="MR")}, "card.input.modality", "modality_not_run"),
        ({"card": card_of("CASE_PROBABILITY", grid_mm=[1, 2])}, "card.input.grid_mm", ""),
        ({"kind": "PICKLE"}, "kind", "invalid_choice"),
        ({"kind": "DEMO_CNN"}, "kind", "invalid_choice"),
        ({"sha256": "00" * 32}, "sha256", "digest_mismatch"),
        ({"version": ""}, "version", "blank"),
    ],
)
def test_a_form_that_cannot_become_a_version_is_refused_at_once(send, files_before, change, field, code):
    answer = send(b"anything", **change)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    faults = [one for one in answer.json()["errors"] if one["field"].startswith(field)]
    assert faults
    assert not code or faults[0]["code"] == code
    assert not ModelUpload.objects.exists()
    assert kept_files() == files_before


def test_one_output_of_a_kind(send):
    card = card_of("CASE_PROBABILITY", "HEAT_MAP")
    card["outputs"][1] = {**card["outputs"][0], "key": "second"}
    assert send(b"anything", card=card).json()["errors"][0]["field"] == "card.outputs[1].kind"


def test_a_file_above_the_limit_is_not_kept(send, settings, files_before):
    settings.OVERREAD_MODEL_FILE_MIB = 1
    answer = send(bytes(2**20 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert kept_files() == files_before
    assert send(bytes(2**20)).status_code == 202


def test_a_version_is_uploaded_once(send, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tried(send(SCORES["ONNX"](), kind="ONNX"))
    again = send(SCORES["ONNX"](), kind="ONNX")
    assert again.json()["errors"][0]["code"] == "version_taken"
    # The same file as another version shares its bytes.
    with django_capture_on_commit_callbacks(execute=True):
        second = tried(send(SCORES["ONNX"](), kind="ONNX", version="2"))
    assert second.state == JobState.SUCCEEDED
    assert ModelVersion.objects.values("weights_path").distinct().count() == 1


def test_a_trial_that_nobody_wants_is_dropped(send, client, builder, files_before, django_capture_on_commit_callbacks):
    answer = send(SCORES["ONNX"](), kind="ONNX")
    assert kept_files() - files_before == {Path(site.VAR_DIR) / waiting_path(answer.data["id"])}
    with django_capture_on_commit_callbacks(execute=True):
        stopped = client.post(f"/api/v1/model-uploads/{answer.data['id']}/cancel")
    assert (stopped.status_code, stopped.data["state"]) == (202, "CANCELLED")
    assert kept_files() == files_before
    again = client.post(f"/api/v1/model-uploads/{answer.data['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_a_worker_that_died_in_a_trial_does_it_again(send, builder, django_capture_on_commit_callbacks):
    """The lease of the first one ran out; the file still waits."""
    answer = send(SCORES["ONNX"](), kind="ONNX")
    ModelUpload.objects.filter(pk=answer.data["id"]).update(state=JobState.PENDING, attempt=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert tried(answer).state == JobState.SUCCEEDED


def test_only_builders_upload(ai_model):
    client = APIClient()
    client.force_authenticate(User.objects.create_user("anybody"))
    assert client.get(f"/api/v1/ai-models/{ai_model.pk}/uploads").status_code in (403, 404)


@pytest.fixture
def uploaded(send, django_capture_on_commit_callbacks):
    """A version of a module."""

    def make(module, version="1"):
        with django_capture_on_commit_callbacks(execute=True):
            upload = tried(send(torchscript(module), version=version))
        assert upload.model_version is not None, upload.error_detail
        return upload.model_version

    return make


class FailsOnPhantoms(nn.Module):
    """Passes its trial (where the noise is its own) and dies of time on everything else."""

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        while bool(volume.shape[2] == 8):
            volume = volume + 0.0
        return volume.mean().sigmoid()


def test_a_model_that_hangs_on_every_case_is_given_up(uploaded, builder, ingest_phantom, settings):
    settings.OVERREAD_MODEL_SECONDS = 2
    version = uploaded(FailsOnPhantoms())
    studies = [ingest_phantom(f"HANG {number}") for number in range(4)]
    run = do(inference_run_create(by=builder, model_version=version, imaging_studies=studies))
    assert (run.state, run.error_code) == ("FAILED", "model_keeps_failing")
    assert reasons(run) == [("FAILED", "too_slow")] * 3 + [("PENDING", "")]


def test_a_model_that_changed_on_disk_is_not_run(uploaded, builder, imaging_study_rows):
    version = uploaded(Score())
    path = Path(site.VAR_DIR) / version.weights_path
    path.chmod(0o640)
    path.write_bytes(torchscript(Score(weight=9.0)))
    run = do(inference_run_create(by=builder, model_version=version, imaging_studies=imaging_study_rows[:1]))
    assert (run.state, run.error_code) == ("FAILED", "weights_digest_mismatch")
    assert reasons(run) == [("PENDING", "")]


def test_a_run_is_cancelled_while_the_model_computes(uploaded, builder, ingest_phantom):
    version = uploaded(FailsOnPhantoms())
    run = inference_run_create(by=builder, model_version=version, imaging_studies=[ingest_phantom("CANCEL")])

    def work(run, lease):
        # As somebody does who presses the button after it has started.
        inference_run_cancel(by=builder, run=run)
        inference_run_work(run, lease)

    jobs.run(InferenceRun, run.pk, work)
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("CANCELLED", "cancelled")
    assert reasons(run) == [("PENDING", "")]
    assert not Prediction.objects.exists()


def test_a_cancelled_trial_is_no_version(send, builder, django_capture_on_commit_callbacks, files_before):
    answer = send(torchscript(Forever()))

    def work(upload, lease):
        model_upload_cancel(by=builder, upload=upload)
        model_trial_work(upload, lease)

    with django_capture_on_commit_callbacks(execute=True):
        jobs.run(ModelUpload, answer.data["id"], work, ended=model_upload_ended)
    upload = ModelUpload.objects.get(pk=answer.data["id"])
    assert upload.state == JobState.CANCELLED
    assert kept_files() == files_before
